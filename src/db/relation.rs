//! The name of a table that a person typed, and statements over it.

use super::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::fmt;
use std::str::FromStr;

/// The most bytes of a name, as PostgreSQL has it.
const NAME_BYTES_MAX: usize = 63;

/// A table by its schema and name, such as `gitwire.audit_trail_entries`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    schema: String,
    name: String,
}

impl FromStr for Relation {
    type Err = Error;

    /// Both parts as PostgreSQL reads them: folded to lowercase unless they stand in double quotes.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let what = format!("\"{}\" is not the name of a table", visible(text));
            Error::new(Kind::Usage, what).hint("write schema.table, for instance gitwire.audit_trail_entries")
        };
        let (schema, rest) = part(text).ok_or_else(wrong)?;
        let (name, rest) = rest.strip_prefix('.').and_then(part).ok_or_else(wrong)?;
        if rest.is_empty() { Ok(Relation { schema, name }) } else { Err(wrong()) }
    }
}

/// The first part of a name, and what is left.
fn part(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let rest = if let Some(mut rest) = text.strip_prefix('"') {
        loop {
            let (before, after) = rest.split_once('"')?;
            name.push_str(before);
            match after.strip_prefix('"') {
                Some(after) => {
                    name.push('"');
                    rest = after;
                }
                None => break after,
            }
        }
    } else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len());
        name.push_str(&text[..end].to_lowercase());
        &text[end..]
    };
    let is_name = (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains('\0');
    is_name.then_some((name, rest))
}

/// As it is written in a statement, each part in double quotes.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a relation is, by the catalogs.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Shape {
    /// What it is, in PostgreSQL's letter: `r` is an ordinary table.
    pub kind: String,
    /// Whether policies decide who sees which rows.
    pub row_security: bool,
    /// Whether rules rewrite what is asked of it, or other tables share its rows.
    pub is_rewritten: bool,
    /// Its columns by name, each with the name of its type.
    pub columns: Vec<String>,
}

impl Shape {
    /// The type of a column.
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.iter().find_map(|column| column.strip_prefix(name)?.strip_prefix('='))
    }
}

impl Relation {
    /// The schema.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The name in its schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    ///
    /// # Errors
    /// [`Kind::Usage`] where there is no such relation.
    pub async fn shape(&self, snapshot: &mut Snapshot) -> Result<Shape> {
        let shape = sqlx::query_as(
            "select c.relkind::text as kind, c.relrowsecurity as row_security,
                    c.relkind <> 'v' and exists (select from pg_rewrite r where r.ev_class = c.oid)
                    or exists (select from pg_inherits i where c.oid in (i.inhparent, i.inhrelid)) as is_rewritten,
                    array(select a.attname || '=' || a.atttypid::regtype from pg_attribute a
                          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')",
        )
        .bind(&self.schema)
        .bind(&self.name)
        .fetch_optional(snapshot.connection())
        .await?;
        shape.ok_or_else(|| {
            let what = format!("there is no table {}", visible(&self.to_string()));
            Error::new(Kind::Usage, what).hint("write schema.table; names with capitals in double quotes")
        })
    }
}
