//! The filter language: read, written, explained, completed, and run on a real server.

mod complete;
mod errors;
mod language;
mod rows;

use attestor::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

/// Fields of every kind, over the table that `rows` makes.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        Field {
            name: "severity",
            aliases: &["sev"],
            help: "how bad",
            kind: FieldKind::Ranked(&[
                Word::new("critical", 4).or(&["crit"]),
                Word::new("high", 3),
                Word::new("medium", 2).or(&["med"]),
                Word::new("low", 1),
                Word::new("info", 0),
            ]),
            sql: "t.severity",
        },
        Field { name: "rule", aliases: &[], help: "which rule", kind: FieldKind::Text, sql: "t.rule" },
        Field { name: "file", aliases: &["path"], help: "where", kind: FieldKind::Text, sql: "t.file" },
        Field {
            name: "repo",
            aliases: &["project"],
            help: "the repository",
            kind: FieldKind::Keyword,
            sql: "t.repo",
        },
        Field { name: "tag", aliases: &[], help: "a tag", kind: FieldKind::Keywords, sql: "t.tags" },
        Field { name: "by", aliases: &[], help: "who decided", kind: FieldKind::Person, sql: "t.actor" },
        Field {
            name: "said",
            aliases: &[],
            help: "who said something",
            kind: FieldKind::People(Template::new(
                "exists (select from unnest(t.said_by) as one (actor) where ?)",
            )),
            sql: "one.actor",
        },
        Field {
            name: "verdict",
            aliases: &[],
            help: "what was decided",
            kind: FieldKind::Choice(&[
                Word::new("tp", "TP").help("a real problem"),
                Word::new("fp", "FP").help("no problem"),
            ]),
            sql: "t.verdict",
        },
        Field { name: "risk", aliases: &[], help: "0 to 100", kind: FieldKind::Number, sql: "t.risk" },
        Field { name: "line", aliases: &[], help: "the line", kind: FieldKind::Integer, sql: "t.line" },
        Field { name: "age", aliases: &[], help: "since first seen", kind: FieldKind::Age, sql: "t.seen" },
        Field { name: "seen", aliases: &[], help: "first seen", kind: FieldKind::Time, sql: "t.seen" },
        Field {
            name: "is",
            aliases: &[],
            help: "its state",
            kind: FieldKind::Flags(&[
                Word::new("decided", "t.verdict is not null"),
                Word::new("undecided", "t.verdict is null").help("needs a person"),
            ]),
            sql: "",
        },
        Field {
            name: "has",
            aliases: &[],
            help: "what it comes with",
            kind: FieldKind::Flags(&[
                Word::new("line", "t.line is not null"),
                Word::new("tags", "t.tags <> '{}'"),
            ]),
            sql: "",
        },
    ],
    words: Words {
        text: Template::new("to_tsvector('simple', t.message) @@ phraseto_tsquery('simple', ?)"),
        pattern: Template::new("t.message ilike ?"),
    },
};
