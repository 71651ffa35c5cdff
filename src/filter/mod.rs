//! The one filter language: parsed and printed here, run by the database.
//!
//! | written | means |
//! |---|---|
//! | `cursor execute` | both words, in the full text |
//! | `"two words"` | the words in this order; `\"` and `\\` stand for `"` and `\` |
//! | `inject*` | a word with `*` (any characters, none too) or `?` (one character) |
//! | `rule:xss` | the text holds `xss` somewhere, whatever the letter case |
//! | `rule=xss` | the whole text is `xss` |
//! | `rule==XSS` | the whole text is `XSS`, letter case too; `*` and `?` mean themselves |
//! | `file:tests/*` | the whole text matches; `*` runs over `/` too; `**/` may also stand for nothing |
//! | `repo:acme/api` | a name: the whole of it, whatever the letter case |
//! | `tool:semgrep,trivy` | one of these |
//! | `severity>=high` `risk>50` `line<=10` | comparisons: `>` `>=` `<` `<=` `=` |
//! | `age<7d` | younger than seven days; units `s m h d w mo y` |
//! | `seen>2026-01-01` | after that day (UTC); times as in RFC 3339 are understood too |
//! | `is:undecided` `has:patch` | conditions with a name |
//! | `-verdict:fp` `-(a or b)` | not; rows without a value are included |
//! | `a b or c` | `or` binds weaker than standing side by side, which `and` may say too; parentheses group |
//!
//! Nothing written means every row. Fields, words and SQL are constants of the areas
//! ([`FieldSet`]); what a person types is bound as a parameter ([`sql`]). Parsing
//! knows no database and no clock, and is bounded: [`TEXT_CHARS_MAX`], [`NESTING_MAX`],
//! [`TERMS_MAX`]. Deliberately absent: `!=` and `not`, which have `-`; sorting, which is no filter.

pub mod complete;
mod error;
pub mod field;
mod lex;
mod parse;
mod pattern;
mod print;
pub mod sql;
mod term;
mod value;

pub use error::{FilterError, Suggestion};
pub use field::{Field, FieldKind, FieldSet, Template, Word, Words};
pub use parse::parse;
pub use print::quoted;
pub use value::ahead;

use value::{Op, Text, Values};

/// The most characters that a filter may have, as typed and as printed.
pub const TEXT_CHARS_MAX: usize = 8_192;
/// The most parentheses that may be open at once.
pub const NESTING_MAX: usize = 32;
/// The most words and values that a filter may have.
pub const TERMS_MAX: usize = 512;

/// Which rows are wanted. Its [`Display`](std::fmt::Display) is the canonical way to write it, and
/// parsing that gives the same filter again. The default is every row.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    node: Node,
}

/// A filter as a tree. An `All` never directly holds an `All`, an `Any` never an `Any`, a `Not` never
/// a `Not`, and only the filter of every row is an `All` of nothing.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Word(Text),
    Term(Term),
}

/// A field compared with values.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    field: &'static Field,
    op: Op,
    values: Values,
}

impl Default for Filter {
    fn default() -> Self {
        Filter { node: Node::All(Vec::new()) }
    }
}

impl Filter {
    /// Whether every row is wanted.
    pub fn is_empty(&self) -> bool {
        matches!(&self.node, Node::All(nodes) if nodes.is_empty())
    }

    /// The rows that both want.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        Filter { node: Node::all([self.node, other.node]) }
    }

    /// The rows that either wants.
    #[must_use]
    pub fn or(self, other: Filter) -> Filter {
        if self.is_empty() || other.is_empty() {
            return Filter::default();
        }
        Filter { node: Node::any([self.node, other.node]) }
    }

    /// The rows that this filter leaves out; `None` where it leaves out none.
    pub fn negated(self) -> Option<Filter> {
        (!self.is_empty()).then(|| Filter { node: self.node.negated() })
    }

    /// This filter and the term `text`, for instance `-verdict:fp`.
    ///
    /// # Errors
    /// When `text` is no filter over `fields`.
    pub fn with_term(self, text: &str, fields: &'static FieldSet) -> Result<Filter, FilterError> {
        Ok(self.and(parse(text, fields)?))
    }
}

impl Node {
    fn all(nodes: impl IntoIterator<Item = Node>) -> Node {
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Node::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        one_or(flat, Node::All)
    }

    fn any(nodes: impl IntoIterator<Item = Node>) -> Node {
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Node::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        one_or(flat, Node::Any)
    }

    fn negated(self) -> Node {
        match self {
            Node::Not(inner) => *inner,
            other => Node::Not(Box::new(other)),
        }
    }
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(only) if nodes.is_empty() => only,
        Some(last) => {
            nodes.push(last);
            many(nodes)
        }
        None => many(nodes),
    }
}
