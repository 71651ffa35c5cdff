//! Cuts a filter into words, terms, parentheses and connectors, each with its place.

use super::error::{FilterError, shown};
use super::value::{Op, Text};
use super::{TERMS_MAX, TEXT_CHARS_MAX};

/// A piece of a filter; places are counted in characters from 0.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug)]
pub(super) enum TokenKind {
    Open,
    Close,
    Minus,
    Or,
    And,
    Word(Text),
    Term { name: String, op: Op, items: Vec<Item> },
}

/// One value of a term.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) text: Text,
}

/// The pieces of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let chars: Vec<char> = text.chars().take(TEXT_CHARS_MAX + 1).collect();
    if chars.len() > TEXT_CHARS_MAX {
        let message = format!("more than the {TEXT_CHARS_MAX} characters that a filter may have");
        return Err(FilterError::new(TEXT_CHARS_MAX + 1, 0, message));
    }
    if let Some(at) = chars.iter().position(|&c| c == '\0') {
        return Err(FilterError::new(at + 1, 1, "a NUL character, which no text in the database can hold"));
    }
    let mut lexer = Lexer { chars: &chars, at: 0, values: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip(char::is_whitespace);
        let at = lexer.at;
        let Some(c) = lexer.peek() else { return Ok(tokens) };
        let kind = match c {
            '(' | ')' | '-' => {
                lexer.at += 1;
                match c {
                    '(' => TokenKind::Open,
                    ')' => TokenKind::Close,
                    _ => TokenKind::Minus,
                }
            }
            '"' => TokenKind::Word(Text::Literal(lexer.quoted(|c| matches!(c, '(' | ')'))?)),
            _ => lexer.word_or_term()?,
        };
        lexer.count(&kind, at)?;
        tokens.push(Token { at, length: lexer.at - at, kind });
    }
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
    values: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
        self.chars[from..self.at].iter().collect()
    }

    /// A quoted text, after which a blank, the end or one that `may_follow` must come.
    fn quoted(&mut self, may_follow: impl Fn(char) -> bool) -> Result<String, FilterError> {
        let from = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => {
                    return Err(FilterError::new(from + 1, 1, "a quote that is never closed")
                        .advice("add a `\"` at the end, or write `\\\"` for a quote in a text"));
                }
                Some('"') => break self.at += 1,
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(c @ ('"' | '\\')) => {
                            text.push(c);
                            self.at += 1;
                        }
                        // Before anything else a backslash is a backslash: paths keep theirs.
                        _ => text.push('\\'),
                    }
                }
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
        match self.peek() {
            Some(c) if !c.is_whitespace() && !may_follow(c) => Err(FilterError::new(
                self.at + 1,
                1,
                format!("`{}` right after a quote", shown(&c.to_string())),
            )
            .advice("put a space between them")),
            _ => Ok(text),
        }
    }

    /// What begins with an ordinary character.
    fn word_or_term(&mut self) -> Result<TokenKind, FilterError> {
        let from = self.at;
        let ahead = self.chars[from..].iter().position(|&c| ends_word(c)).unwrap_or(self.chars.len() - from);
        let run = &self.chars[from..from + ahead];
        let name_length = match comparison(run) {
            Comparison::None => {
                let word = self.skip(|c| !ends_word(c));
                self.no_quote_inside()?;
                return match () {
                    () if word.eq_ignore_ascii_case("or") => Ok(TokenKind::Or),
                    () if word.eq_ignore_ascii_case("and") => Ok(TokenKind::And),
                    () if word.eq_ignore_ascii_case("not") => Err(FilterError::new(
                        from + 1,
                        ahead,
                        format!("the word `{word}`, which is written as `-` here"),
                    )
                    .advice("write -term for what is not wanted, or \"not\" in quotes for the word")),
                    () => Ok(TokenKind::Word(unquoted(word))),
                };
            }
            Comparison::After(length) => length,
            Comparison::Alone(length) => {
                let op: String = run[..length].iter().collect();
                return Err(FilterError::new(from + 1, length, format!("`{op}` without a field before it"))
                    .advice("write field, comparison and value without spaces, as in severity>=high"));
            }
        };
        let name: String = run[..name_length].iter().collect();
        self.at += name_length;
        let op = self.op(&name, from)?;
        let items = self.items(&name, op)?;
        Ok(TokenKind::Term { name, op, items })
    }

    fn op(&mut self, name: &str, from: usize) -> Result<Op, FilterError> {
        let at = self.at;
        // `field:>value` is how some other tools write `field>value`.
        let colon = self.peek() == Some(':');
        if colon {
            self.at += 1;
        }
        let written = self.skip(|c| matches!(c, '<' | '>' | '=' | '!'));
        match written.as_str() {
            "" => Ok(Op::Is),
            "=" => Ok(Op::Equals),
            "==" if !colon => Ok(Op::Same),
            "<" => Ok(Op::Less),
            "<=" => Ok(Op::AtMost),
            ">" => Ok(Op::Greater),
            ">=" => Ok(Op::AtLeast),
            "!=" => {
                Err(FilterError::new(at + 1, self.at - at, "`!=`, which is written as `-` before the field")
                    .advice(format!("write -{}:value", shown(name))))
            }
            // `message:!x` looks for an exclamation mark.
            other if colon && other.starts_with('!') => {
                self.at = at + 1;
                Ok(Op::Is)
            }
            other => {
                let message = format!("the unknown comparison `{}`", shown(other));
                Err(FilterError::new(from + 1 + name.chars().count(), self.at - at, message)
                    .advice("use one of : = < <= > >="))
            }
        }
    }

    fn items(&mut self, name: &str, op: Op) -> Result<Vec<Item>, FilterError> {
        let mut items = Vec::new();
        loop {
            let at = self.at;
            let text = match self.peek() {
                Some('"') => Text::Literal(self.quoted(|c| matches!(c, '(' | ')' | ','))?),
                _ => {
                    let word = self.skip(|c| !ends_word(c) && c != ',');
                    self.no_quote_inside()?;
                    if word.is_empty() {
                        let written = format!("{}{}", shown(name), op.as_str());
                        return Err(FilterError::new(at + 1, 0, format!("no value after `{written}`"))
                            .advice("write the value without a space; \"\" is the empty text"));
                    }
                    unquoted(word)
                }
            };
            items.push(Item { at, length: self.at - at, text });
            if self.peek() != Some(',') {
                return Ok(items);
            }
            self.at += 1;
        }
    }

    fn no_quote_inside(&self) -> Result<(), FilterError> {
        match self.peek() {
            Some('"') => Err(FilterError::new(self.at + 1, 1, "a quote inside a word")
                .advice("put the whole word in quotes, and write `\\\"` for a quote in it")),
            _ => Ok(()),
        }
    }

    fn count(&mut self, kind: &TokenKind, at: usize) -> Result<(), FilterError> {
        self.values += match kind {
            TokenKind::Word(_) => 1,
            TokenKind::Term { items, .. } => items.len(),
            _ => 0,
        };
        if self.values > TERMS_MAX {
            let message = format!("more than the {TERMS_MAX} words and values that a filter may have");
            return Err(FilterError::new(at + 1, self.at - at, message));
        }
        Ok(())
    }
}

/// Whether a word without quotes ends before `c`.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

fn unquoted(word: String) -> Text {
    if word.contains(['*', '?']) { Text::Glob(word) } else { Text::Literal(word) }
}

/// Where the comparison of a run of characters stands.
pub(super) enum Comparison {
    /// Nowhere: it is a word.
    None,
    /// After a name of this many characters.
    After(usize),
    /// At the very beginning, this long.
    Alone(usize),
}

/// Where the comparison of `run` stands. What stands before it must look like the name of a field, so
/// that `api/users.py:42`, pasted from a list, is a word.
pub(super) fn comparison(run: &[char]) -> Comparison {
    let is_op = |c: char| matches!(c, ':' | '<' | '>' | '=');
    let Some(mut at) = run.iter().position(|&c| is_op(c)) else { return Comparison::None };
    if run[at] == '=' && at > 0 && run[at - 1] == '!' {
        at -= 1;
    }
    if at == 0 {
        let length = run.iter().position(|&c| !is_op(c) && c != '!').unwrap_or(run.len());
        return Comparison::Alone(length);
    }
    let is_name =
        run[0].is_alphabetic() && run[..at].iter().all(|&c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if is_name { Comparison::After(at) } else { Comparison::None }
}
