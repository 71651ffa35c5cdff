//! What runs can be filtered by.
//!
//! Every expression speaks of `operations.operation_runs r`. Producers write words in any letter case.

use crate::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

/// The fields of runs.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        Field {
            name: "flow",
            aliases: &["type"],
            help: "the sort of work: verification, import_sarif …",
            kind: FieldKind::Keyword,
            sql: "r.type",
        },
        Field {
            name: "status",
            aliases: &[],
            help: "where it stands: queued, running, completed",
            kind: FieldKind::Choice(STATUSES),
            sql: "lower(btrim(r.status))",
        },
        Field {
            name: "outcome",
            aliases: &[],
            help: "how it came out: succeeded, failed, cancelled …",
            kind: FieldKind::Choice(OUTCOMES),
            sql: "lower(btrim(r.outcome))",
        },
        Field {
            name: "overall",
            aliases: &["report"],
            help: "what its report says: blocked, needs_attention, running, ready",
            kind: FieldKind::Choice(OVERALLS),
            sql: "r.context #>> '{verification_report,summary,overall}'",
        },
        Field {
            name: "is",
            aliases: &[],
            help: "how it is: active, lost, needy",
            kind: FieldKind::Flags(IS),
            sql: "",
        },
        Field {
            name: "age",
            aliases: &[],
            help: "time since it was asked for",
            kind: FieldKind::Age,
            sql: "coalesce(r.started_at, r.created_at)",
        },
        Field {
            name: "by",
            aliases: &["user", "user_id"],
            help: "who asked for it; me is you",
            kind: FieldKind::Person,
            sql: "coalesce(r.user_id, r.started_by)",
        },
        Field {
            name: "check",
            aliases: &[],
            help: "the key of a check that fails or warns",
            kind: FieldKind::Keywords,
            sql: "array(select c->>'key' from jsonb_array_elements(
                      case jsonb_typeof(r.context #> '{verification_report,checks}') when 'array'
                      then r.context #> '{verification_report,checks}' else '[]' end) c
                  where c->>'status' in ('fail', 'warn'))",
        },
        Field { name: "id", aliases: &[], help: "its number", kind: FieldKind::Integer, sql: "r.id" },
    ],
    words: Words {
        text: Template::new(
            "strpos(lower(concat_ws(' ', r.type, r.context->>'label', r.context->>'scope', r.failure_summary)),
                    lower(?)) > 0",
        ),
        pattern: Template::new(
            "concat_ws(' ', r.type, r.context->>'label', r.context->>'scope', r.failure_summary) ilike ?",
        ),
    },
};

const STATUSES: &[Word<&str>] =
    &[Word::new("queued", "queued"), Word::new("running", "running"), Word::new("completed", "completed")];

const OUTCOMES: &[Word<&str>] = &[
    Word::new("pending", "pending"),
    Word::new("succeeded", "succeeded"),
    Word::new("partially_succeeded", "partially_succeeded").or(&["partial"]),
    Word::new("failed", "failed"),
    Word::new("blocked", "blocked"),
    Word::new("cancelled", "cancelled").or(&["canceled"]),
];

const OVERALLS: &[Word<&str>] = &[
    Word::new("blocked", "blocked").help("a blocking check fails"),
    Word::new("needs_attention", "needs_attention").or(&["attention"]).help("a check fails or warns"),
    Word::new("running", "running").help("a check is still being looked at"),
    Word::new("ready", "ready").help("all is well"),
];

const IS: &[Word<&str>] = &[
    Word::new(
        "active",
        "lower(btrim(r.status)) in ('queued', 'running') and (r.lease_until is null or r.lease_until >= clock_timestamp())",
    )
    .help("somebody works on it"),
    Word::new("lost", "lower(btrim(r.status)) in ('queued', 'running') and r.lease_until < clock_timestamp()")
        .help("its process is gone"),
    Word::new("needy", "r.context #>> '{verification_report,summary,overall}' in ('blocked', 'needs_attention')")
        .help("a check of its report fails or warns"),
];
