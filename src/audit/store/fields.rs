//! What entries of the chain can be filtered by.
//!
//! Every expression speaks of `audit.audit_trail_entries e`. A list is read along the chain, so that a
//! filter which lets many entries through is quick without an index of its own; `seq`, `category`,
//! `finding==` and `key==` are found by one.

use crate::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

/// The fields of entries.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        Field {
            name: "category",
            aliases: &["cat"],
            help: "what it is about: finding_triage, override, checkpoint …",
            kind: FieldKind::Choice(CATEGORIES),
            sql: "e.category",
        },
        Field {
            name: "event",
            aliases: &["event_type"],
            help: "what happened",
            kind: FieldKind::Keyword,
            sql: "e.event_type",
        },
        Field {
            name: "actor",
            aliases: &["by"],
            help: "who did it; me is your own login",
            kind: FieldKind::Person,
            sql: "e.actor",
        },
        Field {
            name: "login",
            aliases: &["db_user", "via"],
            help: "the login that appended it; me is your own",
            kind: FieldKind::Person,
            sql: "e.db_user",
        },
        Field {
            name: "type",
            aliases: &["actor_type"],
            help: "who acts: human, bot, system",
            kind: FieldKind::Keyword,
            sql: "e.actor_type",
        },
        Field {
            name: "repo",
            aliases: &["repo_full_name", "repository"],
            help: "the repository",
            kind: FieldKind::Keyword,
            sql: "e.repo_full_name",
        },
        Field {
            name: "pr",
            aliases: &["pr_number"],
            help: "the pull request",
            kind: FieldKind::Integer,
            sql: "e.pr_number",
        },
        Field {
            name: "commit",
            aliases: &["commit_sha"],
            help: "the commit",
            kind: FieldKind::Text,
            sql: "e.commit_sha",
        },
        Field {
            name: "control",
            aliases: &["framework", "control_id"],
            help: "a control that it supports, such as SOC2:CC8.1",
            kind: FieldKind::Keywords,
            sql: "e.framework || e.control_id",
        },
        Field {
            name: "finding",
            aliases: &["finding_id"],
            help: "the finding that it names; finding==12 asks the index",
            kind: FieldKind::Keyword,
            sql: "left(e.payload->>'finding_id', 20)",
        },
        Field {
            name: "age",
            aliases: &[],
            help: "time since it was appended",
            kind: FieldKind::Age,
            sql: "e.occurred_at",
        },
        Field {
            name: "time",
            aliases: &["at", "occurred_at"],
            help: "when it was appended: a day or a moment in UTC",
            kind: FieldKind::Time,
            sql: "e.occurred_at",
        },
        Field {
            name: "seq",
            aliases: &["id"],
            help: "the position in the chain",
            kind: FieldKind::Integer,
            sql: "e.seq",
        },
        Field {
            name: "payload",
            aliases: &[],
            help: "the payload as PostgreSQL prints it",
            kind: FieldKind::Text,
            sql: "e.payload::text",
        },
        Field {
            name: "key",
            aliases: &["idempotency_key"],
            help: "the key of the deed; key==… asks the index",
            kind: FieldKind::Keyword,
            sql: "e.payload->>'idempotency_key'",
        },
        Field {
            name: "hash",
            aliases: &["entry_hash"],
            help: "its own hash, or a part of it",
            kind: FieldKind::Text,
            sql: "e.entry_hash",
        },
    ],
    words: Words {
        text: Template::new(
            "strpos(lower(concat_ws(' ', e.category, e.event_type, e.actor, e.db_user, e.repo_full_name,
                                    e.payload::text)), lower(?)) > 0",
        ),
        pattern: Template::new(
            "concat_ws(' ', e.category, e.event_type, e.actor, e.db_user, e.repo_full_name,
                       e.payload::text) ilike ?",
        ),
    },
};

/// The categories that somebody may append. Choices are compared as they are, so that the index on
/// categories is asked.
const CATEGORIES: &[Word<&str>] = &[
    Word::new("finding_triage", "finding_triage").or(&["triage"]).help("verdicts, and what was taken in"),
    Word::new("vulnerability_dismissed", "vulnerability_dismissed"),
    Word::new("risk_acceptance", "risk_acceptance").help("risks accepted until a time"),
    Word::new("override", "override").help("decisions overridden by an approver"),
    Word::new("policy_bypass", "policy_bypass"),
    Word::new("drift", "drift"),
    Word::new("branch_rule", "branch_rule"),
    Word::new("config_change", "config_change").help("settings that hold for everyone"),
    Word::new("dependency", "dependency"),
    Word::new("quarantine", "quarantine").help("tests put aside, and brought back"),
    Word::new("heal", "heal"),
    Word::new("ai_decision", "ai_decision"),
    Word::new("review_gate", "review_gate"),
    Word::new("auto_merge", "auto_merge"),
    Word::new("rollback", "rollback"),
    Word::new("verification", "verification").help("verifications of the chain"),
    Word::new("checkpoint", "checkpoint").help("checkpoints over the chain"),
    Word::new("export", "export").help("entries that left as a file"),
    Word::new("report", "report").help("compliance reports"),
];
