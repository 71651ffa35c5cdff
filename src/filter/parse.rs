//! Reads a filter over the fields of an area.

use super::error::{FilterError, shown};
use super::field::{Field, FieldKind, FieldSet, Word, find_word};
use super::lex::{Item, Token, TokenKind, tokens};
use super::value::{Age, Op, Text, Time, Values};
use super::{Filter, NESTING_MAX, Node, TEXT_CHARS_MAX, Term};

/// Reads `text` as a filter over `fields`. Nothing, or blanks, is the filter of every row.
///
/// # Errors
/// When it cannot be understood, or is over one of the bounds of this module.
pub fn parse(text: &str, fields: &'static FieldSet) -> Result<Filter, FilterError> {
    let tokens = tokens(text)?;
    let end = text.chars().count();
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), fields, end, open: Vec::new() };
    if parser.tokens.peek().is_none() {
        return Ok(Filter::default());
    }
    let node = parser.any()?;
    if let Some(token) = parser.tokens.next() {
        // `any` stops before a parenthesis that closes nothing, and nowhere else.
        return Err(FilterError::new(token.at + 1, token.length, "a `)` that closes nothing")
            .advice("take it away, or put a text that holds one in quotes"));
    }
    let filter = Filter { node };
    if filter.to_string().chars().count() > TEXT_CHARS_MAX {
        let message = format!("more than {TEXT_CHARS_MAX} characters when written out");
        return Err(FilterError::new(1, end, message));
    }
    Ok(filter)
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    fields: &'static FieldSet,
    /// The number of characters, where something that is missing is reported.
    end: usize,
    /// Where the parentheses stand that are open.
    open: Vec<usize>,
}

impl Parser {
    /// Alternatives, up to a `)` or the end.
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.tokens.next_if(|t| matches!(t.kind, TokenKind::Or)).is_some() {
            nodes.push(self.all()?);
        }
        Ok(Node::any(nodes))
    }

    /// What stands side by side, at least one.
    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = Vec::new();
        loop {
            match self.tokens.peek() {
                Some(Token { kind: TokenKind::Or | TokenKind::Close, .. }) | None if !nodes.is_empty() => {
                    return Ok(Node::all(nodes));
                }
                _ => nodes.push(self.one()?),
            }
        }
    }

    fn one(&mut self) -> Result<Node, FilterError> {
        let mut negations = 0;
        while self.tokens.next_if(|t| matches!(t.kind, TokenKind::Minus)).is_some() {
            negations += 1;
        }
        let node = match self.tokens.next() {
            None if negations > 0 => return Err(nothing(self.end, 0, "nothing after `-`")),
            None => return Err(nothing(self.end, 0, "nothing where a term is expected")),
            Some(token) => match token.kind {
                TokenKind::Open => self.group(token.at)?,
                TokenKind::Word(text) => Node::Word(checked(text, token.at, token.length)?),
                TokenKind::Term { name, op, items } => self.term(&name, token.at, op, items)?,
                TokenKind::Close if self.open.last().is_some_and(|&open| open + 1 == token.at) => {
                    return Err(nothing(token.at - 1, 2, "nothing between the parentheses"));
                }
                TokenKind::Close => return Err(nothing(token.at, 1, "a `)` where a term is expected")),
                TokenKind::Or => {
                    return Err(nothing(token.at, token.length, "an `or` without a term before it"));
                }
                TokenKind::Minus => return Err(nothing(token.at, 1, "nothing after `-`")),
            },
        };
        Ok(if negations % 2 == 1 { node.negated() } else { node })
    }

    fn group(&mut self, at: usize) -> Result<Node, FilterError> {
        if self.open.len() == NESTING_MAX {
            return Err(FilterError::new(
                at + 1,
                1,
                format!("more than {NESTING_MAX} parentheses open at once"),
            ));
        }
        self.open.push(at);
        let node = self.any()?;
        if self.tokens.next().is_none() {
            return Err(FilterError::new(at + 1, 1, "a `(` that is never closed")
                .advice("add a `)`, or put a text that holds one in quotes"));
        }
        self.open.pop();
        Ok(node)
    }

    fn term(&self, name: &str, at: usize, op: Op, items: Vec<Item>) -> Result<Node, FilterError> {
        let Some(field) = self.fields.find(name) else {
            return Err(unknown_field(name, at, self.fields));
        };
        let op_at = at + name.chars().count();
        if op.asks_order() {
            if !field.has_order() {
                return Err(FilterError::new(
                    op_at + 1,
                    op.as_str().len(),
                    format!("`{}` has no order", field.name),
                )
                .advice(format!("write {}:value", field.name)));
            }
            if let [_, second, ..] = items.as_slice() {
                return Err(FilterError::new(
                    second.at + 1,
                    second.length,
                    format!("a list after `{}`", op.as_str()),
                )
                .advice(format!("a list goes with `:`, as in {}:a,b", field.name)));
            }
        } else if field.kind == FieldKind::Age {
            let message = format!("`{}` takes a comparison", field.name);
            return Err(FilterError::new(op_at + 1, op.as_str().len(), message)
                .advice(format!("write {0}<7d for younger than seven days, {0}>7d for older", field.name)));
        }
        let op = if op == Op::Equals && field.kind != FieldKind::Text { Op::Is } else { op };
        Ok(Node::Term(Term { field, op, values: values(field, op, items)? }))
    }
}

fn values(field: &'static Field, op: Op, items: Vec<Item>) -> Result<Values, FilterError> {
    fn each<T>(
        items: Vec<Item>,
        read: impl Fn(Item) -> Result<T, FilterError>,
    ) -> Result<Vec<T>, FilterError> {
        items.into_iter().map(read).collect()
    }
    Ok(match field.kind {
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
        FieldKind::Age => match items.as_slice() {
            [item] => Values::Age(Age::parse(raw(item)).ok_or_else(|| {
                wrong(field, item, "an age of at most 1000y, such as 90s, 30m, 12h, 7d, 2w, 3mo or 1y")
            })?),
            _ => return Err(FilterError::new(1, 0, "a list of ages")),
        },
        FieldKind::Time => Values::Times(each(items, |item| {
            Time::parse(raw(&item))
                .ok_or_else(|| wrong(field, &item, "a time, such as 2026-01-31 or 2026-01-31T14:00:00Z"))
        })?),
    })
}

/// Words and searched texts: an empty one would be found everywhere.
fn checked(text: Text, at: usize, length: usize) -> Result<Text, FilterError> {
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
        let message = format!("unknown {} `{}`", field.name, shown(text));
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

fn unknown_field(name: &str, at: usize, fields: &'static FieldSet) -> FilterError {
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

fn nothing(at: usize, length: usize, message: &str) -> FilterError {
    FilterError::new(at + 1, length, message)
        .advice("put a text that holds such a character or word in quotes")
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
