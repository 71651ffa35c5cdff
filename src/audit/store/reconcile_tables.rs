//! Whether the tables of decisions are tables at all.

use super::reconcile::{Found, found_of};
use crate::audit::verify::reconcile::{ORPHANS_MAX, Orphan};
use crate::db::snapshot::Snapshot;
use crate::error::Result;

/// A table of decisions, and entries that speak of its rows: their category and what happened.
struct Kept {
    table: &'static str,
    category: &'static str,
    events: &'static [&'static str],
}

const fn kept(table: &'static str, category: &'static str, events: &'static [&'static str]) -> Kept {
    Kept { table, category, events }
}

const KEPT: [Kept; 11] = [
    kept(
        "triage.feedbacks",
        "finding_triage",
        &["finding_triaged", "triage_taken_back", "finding_commented", "history_imported"],
    ),
    kept(
        "triage.attention",
        "finding_triage",
        &["finding_claimed", "finding_snoozed", "claim_released", "snooze_ended"],
    ),
    kept("triage.attention", "risk_acceptance", &["risk_accepted", "risk_acceptance_ended"]),
    kept(
        "trust.flaky_decisions",
        "quarantine",
        &["test_quarantined", "test_graduated", "suggestion_dismissed"],
    ),
    kept("trust.drift_plans", "drift", &["drift.planned"]),
    kept("trust.drift_applications", "drift", &["drift.corrected", "drift.found_as_planned"]),
    kept("trust.drift_ignores", "drift", &["drift_ignored", "drift_ignore_ended"]),
    kept("trust.desired_values", "drift", &["drift_accepted", "drift_desired_set", "drift_desired_released"]),
    kept("trust.policy_repo_configs", "drift", &["drift_snoozed", "drift_snooze_ended"]),
    kept("trust.repositories", "drift", &["drift_history_imported"]),
    kept("audit.inspections", "report", &["report.inspected"]),
];

/// What is amiss with the tables themselves: what is none can show what was never decided, and hide what
/// was; it is not looked into. What is not there is missed by the entries that speak of it.
pub(super) async fn tables_amiss(snapshot: &mut Snapshot) -> Result<Vec<Found>> {
    let tables: Vec<(String, Option<bool>)> = sqlx::query_as(
        "select k.name, bool_and(c.relkind = 'r')
         from unnest($1::text[]) k (name)
         left join (pg_class c join pg_namespace n on n.oid = c.relnamespace)
                on n.nspname || '.' || c.relname = k.name
         group by 1 order by 1",
    )
    .bind(KEPT.map(|kept| kept.table))
    .fetch_all(snapshot.connection())
    .await?;
    let others = tables.iter().filter(|(_, is_table)| *is_table == Some(false));
    let why = "it is no ordinary table: what it shows is nobody's word";
    let others: Vec<_> =
        others.map(|(table, _)| Orphan { table: table.clone(), id: 0, why: why.to_owned() }).collect();
    let count = others.len() as i64;
    let mut amiss = vec![others.into_iter().map(|orphan| (orphan, count)).collect()];
    for kept in &KEPT {
        if tables.iter().any(|(table, is_table)| table == kept.table && is_table.is_none()) {
            amiss.push(spoken_of(snapshot, kept).await?);
        }
    }
    Ok(amiss)
}

/// Entries that speak of rows of a table that is not there. A database of before the table has none.
async fn spoken_of(snapshot: &mut Snapshot, kept: &Kept) -> Result<Found> {
    let rows = sqlx::query(
        "select 'audit.audit_trail_entries' as \"table\", seq as id,
                $2 || ', of whose rows it speaks, is not there' as why, count(*) over () as count
         from only audit.audit_trail_entries
         where category = $3 and event_type = any($4)
         order by seq limit $1",
    )
    .bind(ORPHANS_MAX)
    .bind(kept.table)
    .bind(kept.category)
    .bind(kept.events)
    .fetch_all(snapshot.connection())
    .await?;
    found_of(&rows)
}
