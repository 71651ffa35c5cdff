//! Reads a filter over the fields of an area.

use super::error::FilterError;
use super::field::{FieldKind, FieldSet};
use super::lex::{Item, Token, TokenKind, tokens};
use super::term::{checked, unknown_field, values};
use super::value::Op;
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
                // Between two terms `and` says what standing side by side says.
                Some(Token { kind: TokenKind::And, .. }) if !nodes.is_empty() => {
                    self.tokens.next();
                    nodes.push(self.one()?);
                }
                _ => nodes.push(self.one()?),
            }
        }
    }

    fn one(&mut self) -> Result<Node, FilterError> {
        let mut is_negated = false;
        let mut expected = "nothing where a term is expected";
        let node = loop {
            let Some(Token { at, length, kind }) = self.tokens.next() else {
                return Err(nothing(self.end, 0, expected));
            };
            match kind {
                TokenKind::Minus => {
                    is_negated = !is_negated;
                    expected = "nothing after `-`";
                }
                TokenKind::Open => break self.group(at)?,
                TokenKind::Word(text) => break Node::Word(checked(text, at, length)?),
                TokenKind::Term { name, op, items } => break self.term(&name, at, op, items)?,
                TokenKind::Close if self.open.last().is_some_and(|&open| open + 1 == at) => {
                    return Err(nothing(at - 1, 2, "nothing between the parentheses"));
                }
                TokenKind::Close => return Err(nothing(at, 1, "a `)` where a term is expected")),
                TokenKind::Or => return Err(nothing(at, length, "an `or` without a term before it")),
                TokenKind::And => return Err(nothing(at, length, "an `and` without a term before it")),
            }
        };
        Ok(if is_negated { node.negated() } else { node })
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
        let has_letters = matches!(field.kind, FieldKind::Text | FieldKind::Keyword | FieldKind::Person);
        if op == Op::Same && !has_letters {
            let message = format!("the unknown comparison `{}`", op.as_str());
            return Err(
                FilterError::new(op_at + 1, op.as_str().len(), message).advice("use one of : = < <= > >=")
            );
        }
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

fn nothing(at: usize, length: usize, message: &str) -> FilterError {
    FilterError::new(at + 1, length, message)
        .advice("put a text that holds such a character or word in quotes")
}
