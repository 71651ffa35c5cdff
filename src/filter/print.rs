//! Writes a filter in its canonical form, which is read as the same filter again.

use super::lex::{Comparison, comparison, ends_word};
use super::value::{Text, Values};
use super::{Filter, Node, Term};
use std::fmt::{self, Display, Formatter};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::All(nodes) => all(nodes, f),
            Node::Any(nodes) => any(nodes, f),
            node => one(node, f),
        }
    }
}

fn all(nodes: &[Node], f: &mut Formatter<'_>) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(" ")?;
        }
        one(node, f)?;
    }
    Ok(())
}

fn any(nodes: &[Node], f: &mut Formatter<'_>) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(" or ")?;
        }
        match node {
            Node::All(nodes) => all(nodes, f)?,
            node => one(node, f)?,
        }
    }
    Ok(())
}

/// A node as one piece, in parentheses where it has several.
fn one(node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    match node {
        Node::All(nodes) => {
            f.write_str("(")?;
            all(nodes, f)?;
            f.write_str(")")
        }
        Node::Any(nodes) => {
            f.write_str("(")?;
            any(nodes, f)?;
            f.write_str(")")
        }
        Node::Not(inner) => {
            f.write_str("-")?;
            one(inner, f)
        }
        Node::Word(Text::Glob(pattern)) => f.write_str(pattern),
        Node::Word(Text::Literal(text)) => f.write_str(&word(text)),
        Node::Term(term) => term.fmt(f),
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field.name, self.op.as_str())?;
        match &self.values {
            Values::Texts(texts) => list(f, texts.iter().map(value)),
            Values::Ranks(words) => list(f, words.iter().map(|w| w.word)),
            Values::Choices(words) | Values::Flags(words) => list(f, words.iter().map(|w| w.word)),
            Values::Integers(numbers) => list(f, numbers),
            Values::Numbers(numbers) => list(f, numbers),
            Values::Ages(ages) => list(f, ages),
            Values::Times(times) => list(f, times),
        }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            f.write_str(",")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

fn value(text: &Text) -> String {
    match text {
        Text::Glob(pattern) => pattern.clone(),
        Text::Literal(text) => quoted(text),
    }
}

/// `text` as the value of a field: in quotes where it needs them, so that all of it is meant as it
/// stands.
pub fn quoted(text: &str) -> String {
    let starts_as_comparison = text.starts_with(['<', '>', '=', '!']);
    let is_plain = |c: char| !ends_word(c) && !matches!(c, ',' | '*' | '?');
    if !text.is_empty() && !starts_as_comparison && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        in_quotes(text)
    }
}

/// `text` as a word of its own.
fn word(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_special = ["or", "and", "not"].iter().any(|special| text.eq_ignore_ascii_case(special));
    let is_plain = |c: char| !ends_word(c) && !matches!(c, '*' | '?');
    let is_word = matches!(comparison(&chars), Comparison::None);
    if !text.is_empty() && !text.starts_with('-') && !is_special && is_word && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        in_quotes(text)
    }
}

fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
