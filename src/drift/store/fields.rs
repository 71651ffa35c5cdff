//! What repositories can be filtered by.
//!
//! Every expression speaks of `trust.policy_repo_configs c` and `trust.repositories r`.

use crate::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

/// The fields of repositories that are held against policies.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        Field {
            name: "repo",
            aliases: &["repository"],
            help: "the repository, owner/name",
            kind: FieldKind::Keyword,
            sql: "r.full_name",
        },
        Field {
            name: "id",
            aliases: &[],
            help: "the number of the repository",
            kind: FieldKind::Integer,
            sql: "c.repo_id",
        },
        Field {
            name: "is",
            aliases: &[],
            help: "how it stands: drifted, critical, insync, unreadable …",
            kind: FieldKind::Flags(IS),
            sql: "",
        },
        Field {
            name: "field",
            aliases: &["drift"],
            help: "a field that drifts, as settings.has_wiki or label.*",
            kind: FieldKind::Keywords,
            sql: "c.drift_fields",
        },
        Field {
            name: "policy",
            aliases: &[],
            help: "a policy that is for it",
            kind: FieldKind::Keywords,
            sql: "c.policies",
        },
        Field {
            name: "mode",
            aliases: &[],
            help: "what the reconciler does: observe, warn, correct",
            kind: FieldKind::Choice(MODES),
            sql: "c.mode",
        },
        Field {
            name: "fields",
            aliases: &["count"],
            help: "how many fields drift",
            kind: FieldKind::Integer,
            sql: "c.drift_count",
        },
        Field {
            name: "checked",
            aliases: &["age"],
            help: "time since it was looked at",
            kind: FieldKind::Age,
            sql: "c.last_reconciled_at",
        },
        Field {
            name: "since",
            aliases: &["drifted"],
            help: "time since it has been out of sync",
            kind: FieldKind::Age,
            sql: "c.drifted_since",
        },
    ],
    words: Words {
        text: Template::new(
            "strpos(lower(r.full_name || ' ' || array_to_string(c.drift_fields, ' ')), lower(?)) > 0",
        ),
        pattern: Template::new("(r.full_name || ' ' || array_to_string(c.drift_fields, ' ')) ilike ?"),
    },
};

static IS: &[Word<&str>] = &[
    Word::new("drifted", "c.in_sync is false").help("something differs that counts"),
    Word::new("critical", "c.critical_count > 0").help("something critical differs"),
    Word::new("insync", "c.in_sync").or(&["in_sync", "synced"]).help("everything is as it should be"),
    Word::new("unreadable", "cardinality(c.unreadable_fields) > 0").help("something could not be read"),
    Word::new("ignored", "cardinality(c.ignored_fields) > 0").help("something that differs is not counted"),
    Word::new("snoozed", "c.snoozed_until > {now}").help("it may wait"),
    Word::new("unchecked", "c.observed_state is null").help("nobody has looked at it"),
    Word::new("unmanaged", "c.desired_state is null").help("nothing is asked of it"),
    Word::new("failed", "c.failure is not null").help("its last check failed"),
    Word::new(
        "needy",
        "(c.in_sync is false and c.snoozed_until is null or c.in_sync is false and c.snoozed_until <= {now})",
    )
    .help("it differs, and may not wait"),
];

static MODES: &[Word<&str>] =
    &[Word::new("observe", "observe"), Word::new("warn", "warn"), Word::new("correct", "correct")];
