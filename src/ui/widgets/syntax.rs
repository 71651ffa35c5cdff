//! The syntax of code: which bytes of a line are a keyword, a text, a comment.
//!
//! The grammars are loaded when the first code is looked at, and that takes a while: never call this from
//! the loop. Deliberately bounded in lines, bytes and time: code from outside may be made to be slow.

use super::diff::{DiffLine, Kind};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Lines that are looked at.
const LINES_MAX: usize = 500;
/// Bytes of a line that is looked at; longer ones stay plain.
const LINE_BYTES_MAX: usize = 500;
/// How long all of it may take, the first use of a grammar included; what comes after stays plain.
const PATIENCE: Duration = Duration::from_secs(3);

/// What some bytes of a line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A word of the language.
    Keyword,
    /// A text in quotes.
    Text,
    /// Words for people.
    Comment,
    /// A number, or a constant of the language.
    Number,
    /// The name of a function or a type.
    Name,
}

/// The tokens of a line, with their bytes, in order.
pub type Tokens = Vec<(usize, usize, Token)>;

static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// The tokens of each line of code from the file of this name. Empty where the language is not known.
pub fn of_code(file: &str, lines: &[&str]) -> Vec<Tokens> {
    let Some(syntax) = grammar(file) else { return Vec::new() };
    let until = Instant::now() + PATIENCE;
    let mut reader = Reader::new(syntax);
    lines.iter().take(LINES_MAX).map(|line| reader.line(line, until)).collect()
}

/// The tokens of each line of a patch; `file` is the name where the patch tells none. Lines that go and
/// lines that come are read as the two files that they belong to, anew from each hunk on.
pub fn of_patch(file: &str, lines: &[DiffLine]) -> Vec<Tokens> {
    let until = Instant::now() + PATIENCE;
    let mut syntax = grammar(file);
    let mut readers: Option<(Reader, Reader)> = None;
    let tokens = lines.iter().take(LINES_MAX).map(|line| {
        match line.kind {
            Kind::Header => {
                if let Some(named) = named(&line.text) {
                    syntax = grammar(named);
                }
                return Tokens::new();
            }
            Kind::Hunk => {
                readers = syntax.map(|syntax| (Reader::new(syntax), Reader::new(syntax)));
                return Tokens::new();
            }
            _ => {}
        }
        let Some((old, new)) = &mut readers else { return Tokens::new() };
        match line.kind {
            Kind::Removed => old.line(&line.text, until),
            Kind::Added => new.line(&line.text, until),
            _ => {
                old.line(&line.text, until);
                new.line(&line.text, until)
            }
        }
    });
    tokens.collect()
}

/// The file that a header of a patch names: `+++ b/src/lib.rs`, perhaps with a time behind it.
fn named(header: &str) -> Option<&str> {
    let name = header.strip_prefix("+++ ")?.split('\t').next()?.trim();
    (name != "/dev/null").then_some(name)
}

/// The grammar for a file by its name alone; none for plain text.
fn grammar(file: &str) -> Option<&'static SyntaxReference> {
    let path = Path::new(file.trim());
    let name = path.file_name()?.to_str()?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    // The grammars at hand know the older ending only.
    let ending = match ending {
        "tsx" | "ts" | "jsx" | "mjs" | "cjs" => "js",
        "kt" | "kts" => "java",
        other => other,
    };
    let found =
        GRAMMARS.find_syntax_by_extension(name).or_else(|| GRAMMARS.find_syntax_by_extension(ending))?;
    (found.name != "Plain Text").then_some(found)
}

/// Reads the lines of one file.
struct Reader {
    state: ParseState,
    stack: ScopeStack,
}

impl Reader {
    fn new(syntax: &SyntaxReference) -> Self {
        Reader { state: ParseState::new(syntax), stack: ScopeStack::new() }
    }

    fn line(&mut self, line: &str, until: Instant) -> Tokens {
        let mut tokens = Tokens::new();
        if line.len() > LINE_BYTES_MAX || Instant::now() > until {
            return tokens;
        }
        let Ok(ops) = self.state.parse_line(&format!("{line}\n"), &GRAMMARS) else { return tokens };
        let mut from = 0;
        let ends = ops.iter().map(|(at, _)| *at).chain([line.len()]);
        let ends: Vec<usize> = ends.map(|end| end.min(line.len())).collect();
        for (number, end) in ends.iter().enumerate() {
            if *end > from {
                if let Some(token) = token(&self.stack) {
                    match tokens.last_mut() {
                        Some((_, last, same)) if *last == from && *same == token => *last = *end,
                        _ => tokens.push((from, *end, token)),
                    }
                }
                from = *end;
            }
            if let Some((_, op)) = ops.get(number)
                && self.stack.apply(op).is_err()
            {
                return tokens;
            }
        }
        tokens
    }
}

static SCOPES: LazyLock<Vec<(Scope, Option<Token>)>> = LazyLock::new(|| {
    let known = [
        ("comment", Some(Token::Comment)),
        ("string", Some(Token::Text)),
        ("constant.numeric", Some(Token::Number)),
        ("constant.language", Some(Token::Number)),
        // Signs speak for themselves.
        ("keyword.operator", None),
        ("keyword", Some(Token::Keyword)),
        ("storage", Some(Token::Keyword)),
        ("entity.name", Some(Token::Name)),
        ("support.function", Some(Token::Name)),
        ("variable.function", Some(Token::Name)),
    ];
    known.iter().filter_map(|(scope, token)| Some((Scope::new(scope).ok()?, *token))).collect()
});

/// What a place within these scopes is: the innermost that means something decides.
fn token(stack: &ScopeStack) -> Option<Token> {
    stack.as_slice().iter().rev().find_map(|scope| {
        SCOPES.iter().find(|(known, _)| known.is_prefix_of(*scope)).map(|(_, token)| *token)
    })?
}
