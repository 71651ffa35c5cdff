//! The fields that an area lets people filter by, and the SQL that each one stands for.
//!
//! Everything here is a constant of the program: names, words and SQL alike. What a person types is
//! only ever compared with these constants or bound as a parameter.

/// What one area can be filtered by.
#[derive(Debug)]
pub struct FieldSet {
    /// The fields, in the order in which help and completion show them.
    pub fields: &'static [Field],
    /// How words without a field are searched.
    pub words: Words,
}

/// How words without a field are searched: one condition a word, joined by `and`.
#[derive(Debug)]
pub struct Words {
    /// The condition for a word or a quoted phrase, which is bound as it was typed; for instance
    /// `search @@ phraseto_tsquery('simple', ?)`.
    pub text: Template,
    /// The condition for a word with `*` or `?`, which is bound as the pattern of an `ilike`; for
    /// instance `concat_ws(' ', file, message) ilike ?`.
    pub pattern: Template,
}

/// A constant condition with one place, written `?`, for a bound value or another condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Template {
    pub(super) before: &'static str,
    pub(super) after: &'static str,
}

impl Template {
    /// Splits `sql` at its only `?`. In a `static` or a `const` a wrong count fails the build.
    ///
    /// # Panics
    /// When `sql` has no `?`, or more than one.
    pub const fn new(sql: &'static str) -> Self {
        let bytes = sql.as_bytes();
        let (mut at, mut count, mut i) = (0, 0, 0);
        while i < bytes.len() {
            if bytes[i] == b'?' {
                at = i;
                count += 1;
            }
            i += 1;
        }
        assert!(count == 1, "a template has exactly one `?`");
        let (before, rest) = sql.split_at(at);
        Template { before, after: rest.split_at(1).1 }
    }
}

/// One field.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// The name that is printed: letters, digits, `_` and `-`, beginning with a letter.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// What it is, in a few words.
    pub help: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// The SQL expression of the column; nothing for [`FieldKind::Flags`].
    pub sql: &'static str,
}

/// What the values of a field are, and the type that its SQL expression has.
#[derive(Debug, PartialEq)]
pub enum FieldKind {
    /// Text that is searched: `field:value` finds the value anywhere in it, `field=value` is the whole
    /// text, a glob is matched against the whole text. Letter case is ignored. SQL: text.
    Text,
    /// A name that is compared as a whole, or with a glob. Letter case is ignored. SQL: text.
    Keyword,
    /// Several names: a term holds when one of them matches. SQL: text[].
    Keywords,
    /// A login; `me` is the login that asks. SQL: text.
    Person,
    /// Several logins, in a table of their own: a term holds when one of them matches. The condition
    /// over the SQL (text, a login) stands in the place of the template.
    People(Template),
    /// Words that have an order. SQL: a whole number, the rank.
    Ranked(&'static [Word<i32>]),
    /// Words without an order, each for a value of the column. SQL: text.
    Choice(&'static [Word<&'static str>]),
    /// Words that each stand for a condition of their own in SQL, such as `is:undecided`. `{now}` in it
    /// is the time of asking, bound as a timestamptz.
    Flags(&'static [Word<&'static str>]),
    /// A whole number. SQL: any whole number type.
    Integer,
    /// A number. SQL: double precision or a type that is compared with it.
    Number,
    /// How long ago something was, asked as `age<7d`. SQL: timestamptz.
    Age,
    /// When something was. A day is meant from its start to its end, in UTC. SQL: timestamptz.
    Time,
}

/// A word that a field takes (letters, digits, `_` and `-`), and what it means to the database.
#[derive(Debug, PartialEq)]
pub struct Word<T: 'static> {
    /// The word that is printed.
    pub word: &'static str,
    /// Other words that are understood as this one.
    pub aliases: &'static [&'static str],
    /// What it means, in a few words; may be empty where the word says it.
    pub help: &'static str,
    /// The rank, the value, or the condition in SQL.
    pub means: T,
}

impl<T: Copy> Word<T> {
    /// A word with a meaning.
    pub const fn new(word: &'static str, means: T) -> Self {
        Word { word, aliases: &[], help: "", means }
    }

    /// Adds other words that are understood as this one.
    #[must_use]
    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        Word { aliases, ..self }
    }

    /// Adds what it means, in a few words.
    #[must_use]
    pub const fn help(self, help: &'static str) -> Self {
        Word { help, ..self }
    }
}

impl FieldSet {
    /// The field called `name`, whatever its letter case.
    pub fn find(&'static self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| is_called(name, field.name, field.aliases))
    }
}

impl Field {
    /// The words that this field takes with what they mean; empty where it takes other values.
    pub fn words(&'static self) -> Vec<(&'static str, &'static str)> {
        match self.kind {
            FieldKind::Ranked(words) => words.iter().map(|w| (w.word, w.help)).collect(),
            FieldKind::Choice(words) | FieldKind::Flags(words) => {
                words.iter().map(|w| (w.word, w.help)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether this field understands `<` and its like.
    pub fn has_order(&self) -> bool {
        matches!(
            self.kind,
            FieldKind::Ranked(_) | FieldKind::Integer | FieldKind::Number | FieldKind::Age | FieldKind::Time
        )
    }
}

/// The word among `words` that `text` names, whatever its letter case.
pub(super) fn find_word<T>(words: &'static [Word<T>], text: &str) -> Option<&'static Word<T>> {
    words.iter().find(|w| is_called(text, w.word, w.aliases))
}

fn is_called(text: &str, name: &str, aliases: &[&str]) -> bool {
    text.eq_ignore_ascii_case(name) || aliases.iter().any(|alias| text.eq_ignore_ascii_case(alias))
}
