//! What can be typed where the cursor stands, and the filter with it put in.
//!
//! Places are counted in characters from 0. A filter that is being typed is rarely whole, so this
//! reads it by itself and never fails; text that cannot be completed has no completion.

use super::field::{Field, FieldKind, FieldSet};
use super::lex::ends_word;
use super::print::quoted;
use std::ops::Range;

/// What stands under the cursor and can be completed.
#[derive(Debug, Clone, PartialEq)]
pub struct Completing {
    /// The characters that a completion replaces.
    pub span: Range<usize>,
    /// What can take their place.
    pub kind: Candidates,
}

/// What can take the place of the characters under the cursor.
#[derive(Debug, Clone, PartialEq)]
pub enum Candidates {
    /// Names of fields; those that begin with what was typed come first. Never empty.
    Fields(Vec<&'static Field>),
    /// Words of a field with what they mean. Never empty.
    Words(Vec<(&'static str, &'static str)>),
    /// Values of this field that begin with, or hold, this text; the area looks them up.
    ValuesOf(&'static Field, String),
}

/// What the cursor, standing before the character `cursor` of `text`, can complete.
pub fn complete(text: &str, cursor: usize, fields: &'static FieldSet) -> Option<Completing> {
    let chars: Vec<char> = text.chars().collect();
    let cursor = cursor.min(chars.len());
    let from = start_of_piece(&chars, cursor);
    let end_of_name = |from: usize| from + chars[from..].iter().take_while(|&&c| is_of_name(c)).count();
    let colon = end_of_name(from);
    let value = colon + chars[colon..].iter().take_while(|&&c| matches!(c, ':' | '<' | '>' | '=')).count();
    if value > colon && cursor >= value {
        let name: String = chars[from..colon].iter().collect();
        return complete_value(fields.find(&name)?, &chars, value, cursor);
    }
    if cursor > colon {
        return None;
    }
    let typed: String = chars[from..cursor].iter().collect();
    let names = |field: &'static Field| [&[field.name], field.aliases].concat();
    let found = ranked(&typed, fields.fields, names);
    // What follows the name on its right, up to a comparison, belongs to it.
    (!found.is_empty()).then_some(Completing { span: from..colon, kind: Candidates::Fields(found) })
}

impl Completing {
    /// `text` with `replacement` (the name of a field, a word or a value) put in, and where the cursor
    /// stands then. A field gets its comparison, a value the quotes that it needs.
    pub fn apply(&self, text: &str, replacement: &str) -> (String, usize) {
        let chars: Vec<char> = text.chars().collect();
        let end = self.span.end.min(chars.len());
        let start = self.span.start.min(end);
        let mut put_in = match &self.kind {
            Candidates::ValuesOf(..) => quoted(replacement),
            Candidates::Fields(_) | Candidates::Words(_) => replacement.to_owned(),
        };
        if let Candidates::Fields(fields) = &self.kind
            && !chars.get(end).is_some_and(|c| matches!(c, ':' | '<' | '>' | '='))
        {
            let kind = fields.iter().find(|field| field.name == replacement).map(|field| &field.kind);
            put_in.push(if kind == Some(&FieldKind::Age) { '<' } else { ':' });
        }
        let cursor = start + put_in.chars().count();
        let text =
            chars[..start].iter().collect::<String>() + &put_in + &chars[end..].iter().collect::<String>();
        (text, cursor)
    }
}

/// Where the word or term begins in which `cursor` stands.
fn start_of_piece(chars: &[char], cursor: usize) -> usize {
    let (mut start, mut in_quotes, mut at) = (0, false, 0);
    while at < cursor {
        match chars[at] {
            '\\' if in_quotes && matches!(chars.get(at + 1), Some('"' | '\\')) => at += 1,
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '-' if start == at => start = at + 1,
            c if c.is_whitespace() || matches!(c, '(' | ')') => start = at + 1,
            _ => {}
        }
        at += 1;
    }
    start.min(cursor)
}

fn complete_value(field: &'static Field, chars: &[char], value: usize, cursor: usize) -> Option<Completing> {
    let (mut start, mut in_quotes, mut at) = (value, false, value);
    while at < cursor {
        match chars[at] {
            '\\' if in_quotes && matches!(chars.get(at + 1), Some('"' | '\\')) => at += 1,
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => start = at + 1,
            _ => {}
        }
        at += 1;
    }
    let end = end_of_item(chars, start).max(cursor);
    let typed = without_quotes(&chars[start..cursor]);
    let kind = match field.kind {
        FieldKind::Ranked(_) | FieldKind::Choice(_) | FieldKind::Flags(_) => {
            let words = field.words();
            let found = ranked(&typed, &words, |(word, _)| vec![*word]);
            let found: Vec<_> = found.into_iter().copied().collect();
            (!found.is_empty()).then_some(Candidates::Words(found))?
        }
        FieldKind::Text
        | FieldKind::Keyword
        | FieldKind::Keywords
        | FieldKind::Person
        | FieldKind::People(_) => Candidates::ValuesOf(field, typed),
        FieldKind::Integer | FieldKind::Number | FieldKind::Age | FieldKind::Time => return None,
    };
    Some(Completing { span: start..end, kind })
}

/// Where the item of a list ends that begins at `start`.
fn end_of_item(chars: &[char], start: usize) -> usize {
    let mut at = start;
    if chars.get(at) == Some(&'"') {
        at += 1;
        while let Some(&c) = chars.get(at) {
            at += if c == '\\' && matches!(chars.get(at + 1), Some('"' | '\\')) { 2 } else { 1 };
            if c == '"' {
                break;
            }
        }
        return at;
    }
    at + chars[start..].iter().take_while(|&&c| !ends_word(c) && c != ',').count()
}

/// The text that was typed so far, perhaps in quotes that are still open.
fn without_quotes(typed: &[char]) -> String {
    let Some(('"', inner)) = typed.split_first() else { return typed.iter().collect() };
    let mut text = String::new();
    let mut inner = inner.iter().peekable();
    while let Some(&c) = inner.next() {
        match c {
            '\\' => text.push(*inner.next_if(|c| matches!(c, '"' | '\\')).unwrap_or(&'\\')),
            '"' => break,
            c => text.push(c),
        }
    }
    text
}

/// Those of `all` whose names hold `typed`: first where a name begins with it, each in its order.
fn ranked<'a, T>(typed: &str, all: &'a [T], names: impl Fn(&'a T) -> Vec<&'static str>) -> Vec<&'a T> {
    let typed = typed.to_ascii_lowercase();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for one in all {
        let names = names(one);
        if names.iter().any(|name| name.starts_with(&typed)) {
            first.push(one);
        } else if names.iter().any(|name| name.contains(&typed)) {
            second.push(one);
        }
    }
    first.extend(second);
    first
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}
