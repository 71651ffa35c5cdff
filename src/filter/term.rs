//! Reads the values of a term as what its field takes, and guesses what was meant where it cannot.

use super::error::{FilterError, shown};
use super::field::{Field, FieldKind, FieldSet, Word, find_word};
use super::lex::Item;
use super::value::{Age, Op, Text, Time, Values};

/// The values of a term over `field`, all of the type that it takes.
pub(super) fn values(field: &'static Field, op: Op, items: Vec<Item>) -> Result<Values, FilterError> {
    fn each<T>(
        items: Vec<Item>,
        read: impl Fn(Item) -> Result<T, FilterError>,
    ) -> Result<Vec<T>, FilterError> {
        items.into_iter().map(read).collect()
    }
    Ok(match field.kind {
        // Letter by letter, `*` and `?` too.
        FieldKind::Text | FieldKind::Keyword | FieldKind::Person if op == Op::Same => {
            Values::Texts(items.into_iter().map(|item| Text::Literal(raw(&item).to_owned())).collect())
        }
        FieldKind::Text if op == Op::Is => {
            Values::Texts(each(items, |item| checked(item.text, item.at, item.length))?)
        }
        FieldKind::Text
        | FieldKind::Keyword
        | FieldKind::Keywords
        | FieldKind::Person
        | FieldKind::People(_) => {
            Values::Texts(each(items, |item| bounded(item.text, item.at, item.length))?)
        }
        FieldKind::Ranked(words) => Values::Ranks(each(items, |item| word(field, words, &item))?),
        FieldKind::Choice(words) => Values::Choices(each(items, |item| word(field, words, &item))?),
        FieldKind::Flags(words) => Values::Flags(each(items, |item| word(field, words, &item))?),
        FieldKind::Integer => Values::Integers(each(items, |item| {
            raw(&item).parse().map_err(|_| wrong(field, &item, "a whole number, such as 42"))
        })?),
        FieldKind::Number => Values::Numbers(each(items, |item| {
            number(raw(&item)).ok_or_else(|| wrong(field, &item, "a number, such as 50 or 2.5"))
        })?),
        FieldKind::Age => Values::Ages(each(items, |item| {
            let takes = "an age of at most 1000y, such as 90s, 30m, 12h, 7d, 2w, 3mo or 1y";
            Age::parse(raw(&item)).ok_or_else(|| wrong(field, &item, takes))
        })?),
        FieldKind::Time => Values::Times(each(items, |item| {
            Time::parse(raw(&item))
                .ok_or_else(|| wrong(field, &item, "a time, such as 2026-01-31 or 2026-01-31T14:00:00Z"))
        })?),
    })
}

/// Words and searched texts: an empty one would be found everywhere.
pub(super) fn checked(text: Text, at: usize, length: usize) -> Result<Text, FilterError> {
    if text == Text::Literal(String::new()) {
        return Err(FilterError::new(at + 1, length, "an empty text, which is found everywhere")
            .advice("take it away, or compare with = for texts that are empty"));
    }
    bounded(text, at, length)
}

/// Globs: each `**/` doubles the patterns that are looked for.
fn bounded(text: Text, at: usize, length: usize) -> Result<Text, FilterError> {
    match &text {
        Text::Glob(pattern) if pattern.matches("**/").count() > Text::FOLDERS_MAX => {
            let message = format!("more than {} times `**/` in one value", Text::FOLDERS_MAX);
            Err(FilterError::new(at + 1, length, message).advice("`*` runs over folders too"))
        }
        _ => Ok(text),
    }
}

/// The characters of a value that is no text: quotes or none, globs mean nothing.
fn raw(item: &Item) -> &str {
    let (Text::Literal(text) | Text::Glob(text)) = &item.text;
    text
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    if !is_plain {
        return None;
    }
    // -0 is printed with its sign but is the number 0.
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(|number| number + 0.0)
}

fn word<T>(field: &Field, words: &'static [Word<T>], item: &Item) -> Result<&'static Word<T>, FilterError> {
    let text = raw(item);
    find_word(words, text).ok_or_else(|| {
        let message = format!("unknown value `{}` for `{}`", shown(text), field.name);
        let error = FilterError::new(item.at + 1, item.length, message);
        match nearest(text, words.iter().flat_map(|w| [&[w.word], w.aliases].concat())) {
            Some(near) => error.instead(near),
            None => {
                let known: Vec<_> = words.iter().map(|w| w.word).collect();
                error.advice(format!("it is one of {}", known.join(", ")))
            }
        }
    })
}

fn wrong(field: &Field, item: &Item, takes: &str) -> FilterError {
    let message = format!("`{}` takes {takes}, not `{}`", field.name, shown(raw(item)));
    FilterError::new(item.at + 1, item.length, message)
}

/// That there is no field called `name`.
pub(super) fn unknown_field(name: &str, at: usize, fields: &'static FieldSet) -> FilterError {
    let error = FilterError::new(at + 1, name.chars().count(), format!("unknown field `{}`", shown(name)));
    match nearest(name, fields.fields.iter().flat_map(|f| [&[f.name], f.aliases].concat())) {
        Some(near) => error.instead(near),
        None => {
            let known: Vec<_> = fields.fields.iter().map(|f| f.name).collect();
            error.advice(format!(
                "put it in quotes to search for it as text; the fields are {}",
                known.join(", ")
            ))
        }
    }
}

/// The known word that `text` was probably meant to be: a few slips away, or one that it begins.
fn nearest(text: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let text: String = text.chars().take(64).collect::<String>().to_lowercase();
    let length = text.chars().count();
    let slips = |word: &str| match strsim::damerau_levenshtein(&text, word) {
        _ if length >= 2 && word.starts_with(&text) => 0,
        slips => slips,
    };
    // A third of the characters may be wrong; over that the guess is noise.
    known
        .map(|word| (slips(word), word))
        .filter(|(slips, _)| slips * 3 <= length.max(3))
        .min()
        .map(|(_, word)| word)
}
