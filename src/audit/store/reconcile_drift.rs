//! Decisions about drift held against their entries, and the other way round: plans and what was done of
//! them, rules about what is not counted, values that people accepted or set, repositories that may wait.
//!
//! What the demo brought in stands under one entry, `drift_history_imported`, which has the key of some of
//! its rows and of others nothing but the time.

use super::reconcile::{Found, Of, counts, orphans, readable};
use crate::db::snapshot::Snapshot;
use crate::error::Result;

/// The tables that are looked at.
const TABLES: [&str; 6] = [
    "drift_plans",
    "drift_applications",
    "drift_ignores",
    "desired_values",
    "policy_repo_configs",
    "repositories",
];

/// Holds decisions about drift and their entries against each other; none where they can't be read.
pub(super) async fn of_drift(snapshot: &mut Snapshot) -> Result<Option<Of>> {
    if !readable(snapshot, "trust", &TABLES).await? {
        return Ok(None);
    }
    let (decisions, entries) = counts(
        snapshot,
        "select (select count(*) from only trust.drift_plans) + (select count(*) from only trust.drift_applications)
                + (select count(*) from only trust.drift_ignores) + (select count(*) from only trust.desired_values)
                + (select count(*) from only trust.policy_repo_configs where snoozed_until is not null),
                (select count(*) from only audit.audit_trail_entries
                 where category = 'drift' and event_type in (
                           'drift.planned', 'drift.corrected', 'drift.found_as_planned', 'drift_ignored',
                           'drift_ignore_ended', 'drift_accepted', 'drift_desired_set', 'drift_desired_released',
                           'drift_snoozed', 'drift_snooze_ended'))",
    )
    .await?;
    let found = vec![
        without_entry(snapshot).await?,
        plans_that_differ(snapshot).await?,
        applications_that_differ(snapshot).await?,
        rules_that_differ(snapshot).await?,
        rules_that_ended(snapshot).await?,
        values_that_differ(snapshot).await?,
        snoozes_that_differ(snapshot).await?,
    ];
    Ok(Some(Of { decisions, entries, found }))
}

/// Rows of a deed that no entry has the key of. Plans have no number: they are counted by their time.
async fn without_entry(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with deeds (\"table\", id, what, deed_key) as (
             select 'trust.drift_plans', row_number() over (order by made_at, hash), 'plan ' || left(hash, 12) || ': ',
                    deed_key::text
             from only trust.drift_plans
             union all
             select 'trust.drift_applications', a.repo_id, 'plan ' || left(a.plan_hash, 12) || ': ', a.deed_key::text
             from only trust.drift_applications a
             union all
             select 'trust.desired_values', id, '', deed_key::text from only trust.desired_values
             union all
             -- Those that the demo brought in were written in one transaction, before its entry.
             select 'trust.drift_ignores', i.id, '', i.deed_key::text from only trust.drift_ignores i
             where not exists (select from only audit.audit_trail_entries e
                               where e.category = 'drift' and e.event_type = 'drift_history_imported'
                                 and e.db_user = i.created_by and i.created_at <= e.occurred_at
                                 and i.created_at = (select min(created_at) from only trust.drift_ignores))
         )
         select d.\"table\", d.id, d.what || 'no entry has the key of its deed' as why, count(*) over () as count
         from deeds d
         where not exists (select from only audit.audit_trail_entries e
                           where e.category = 'drift' and e.payload->>'idempotency_key' = d.deed_key)
         order by d.\"table\", d.id limit $1",
    )
    .await
}

async fn plans_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'audit.audit_trail_entries' as \"table\", e.seq as id,
                'plan ' || left(e.payload->>'plan', 12)
                || case when p.hash is null then ' is missing' else ' is another' end as why,
                count(*) over () as count
         from only audit.audit_trail_entries e
              left join only trust.drift_plans p on p.deed_key::text = e.payload->>'idempotency_key'
         where e.category = 'drift' and e.event_type = 'drift.planned' and e.payload ? 'plan'
           and (p.hash is null
                or p.hash is distinct from e.payload->>'plan'
                -- What would be applied is what was reviewed.
                or p.hash is distinct from encode(sha256(convert_to(p.body, 'UTF8')), 'hex')
                or p.repos::text is distinct from e.payload->>'repositories'
                or p.fields::text is distinct from e.payload->>'fields'
                or p.made_by is distinct from e.db_user)
         order by e.seq limit $1",
    )
    .await
}

async fn applications_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'audit.audit_trail_entries' as \"table\", e.seq as id,
                'what became of plan ' || left(e.payload->>'plan', 12) || ' in '
                || left(coalesce(e.repo_full_name, '?'), 200)
                || case when a.plan_hash is null then ' is missing' else ' is another' end as why,
                count(*) over () as count
         from only audit.audit_trail_entries e
              left join only trust.drift_applications a on a.deed_key::text = e.payload->>'idempotency_key'
              left join only trust.repositories r on r.id = a.repo_id
         where e.category = 'drift' and e.event_type in ('drift.corrected', 'drift.found_as_planned')
           and e.payload ? 'plan'
           and (a.plan_hash is null
                or a.plan_hash is distinct from e.payload->>'plan'
                or r.full_name is distinct from e.repo_full_name
                or a.run_id::text is distinct from e.payload->>'run_id'
                or cardinality(a.changed)::text is distinct from e.payload->>'fields_changed'
                or cardinality(a.found_done)::text is distinct from e.payload->>'fields_found_done'
                or a.applied_by is distinct from e.db_user)
         order by e.seq limit $1",
    )
    .await
}

/// Rules about what is not counted. Times are compared to the second: an entry writes more digits than a
/// row keeps.
async fn rules_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "select 'audit.audit_trail_entries' as \"table\", e.seq as id,
                'rule ' || left(e.payload->>'rule', 20)
                || case when i.id is null then ' is missing' else ' is another' end as why,
                count(*) over () as count
         from only audit.audit_trail_entries e
              left join only trust.drift_ignores i on i.deed_key::text = e.payload->>'idempotency_key'
         where e.category = 'drift' and e.event_type = 'drift_ignored' and e.payload ? 'rule'
           and (i.id is null
                or i.id::text is distinct from e.payload->>'rule'
                or i.repos is distinct from e.payload->>'repos'
                or i.paths is distinct from e.payload->>'paths'
                or i.reason is distinct from e.payload->>'reason'
                or to_char(i.until at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')
                   is distinct from left(e.payload->>'until', 19)
                or i.created_by is distinct from e.db_user)
         order by e.seq limit $1",
    )
    .await
}

/// Rules that were ended before their time, with an entry or without.
async fn rules_that_ended(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with said (seq, rule, by) as (
             select seq, payload->>'rule', db_user from only audit.audit_trail_entries
             where category = 'drift' and event_type = 'drift_ignore_ended' and payload ? 'rule'
         ), orphans (\"table\", id, why) as (
             select 'trust.drift_ignores', i.id, 'it was ended, and no entry says so' from only trust.drift_ignores i
             where i.ended_at is not null
               and not exists (select from said s where s.rule = i.id::text and s.by = i.ended_by)
             union all
             select 'audit.audit_trail_entries', s.seq, 'rule ' || left(s.rule, 20) || ' is missing, or was not ended'
             from said s
             where not exists (select from only trust.drift_ignores i
                               where i.id::text = s.rule and i.ended_at is not null)
         )
         select o.*, count(*) over () as count from orphans o order by o.\"table\", o.id limit $1",
    )
    .await
}

/// Values that people accepted or set. What was said of a field last is what its row says; a path is told
/// with a word for on which side it is alone, and kept without. Numbers of more digits than an entry holds
/// are not compared.
async fn values_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with said (seq, event_type, repo, key, reason, path, value) as (
             select e.seq, e.event_type, e.repo_full_name, e.payload->>'idempotency_key', e.payload->>'reason',
                    regexp_replace(f.field->>'path', '[.](missing|extra)(?=[.]|$)', '', 'g'),
                    coalesce(f.field->'to', 'null')
             from only audit.audit_trail_entries e
                  cross join lateral jsonb_array_elements(
                      case when jsonb_typeof(e.payload->'fields') = 'array' then e.payload->'fields'
                           else jsonb_build_array(e.payload) end) as f (field)
             where e.category = 'drift'
               and e.event_type in ('drift_accepted', 'drift_desired_set', 'drift_desired_released')
               and f.field ? 'path'
         ), newest as (
             select distinct on (repo, path) * from said order by repo, path, seq desc
         ), kept as (
             select d.id, r.full_name as repo, d.deed_key::text as key, d.reason,
                    regexp_replace(d.path, '[.](missing|extra)(?=[.]|$)', '', 'g') as path,
                    coalesce(d.value, 'null') as value
             from only trust.desired_values d join only trust.repositories r on r.id = d.repo_id
         ), orphans (\"table\", id, why) as (
             select 'audit.audit_trail_entries', n.seq,
                    'the value of ' || left(n.path, 100) || ' in ' || left(coalesce(n.repo, '?'), 200)
                    || case when k.id is null then ' is missing' else ' is another' end
             from newest n left join kept k on k.repo = n.repo and k.path = n.path
             where n.event_type <> 'drift_desired_released'
               and (k.id is null
                    or k.key is distinct from n.key
                    or k.reason is distinct from n.reason
                    or k.value is distinct from n.value and k.value::text !~ '[0-9.]{16}')
             union all
             select 'trust.desired_values', k.id, 'no entry set it after it was given back to the policies'
             from newest n join kept k on k.repo = n.repo and k.path = n.path
             where n.event_type = 'drift_desired_released'
             union all
             -- Under the key of a deed that set other fields.
             select 'trust.desired_values', k.id, 'the entry of its deed does not speak of it'
             from kept k
             where not exists (select from newest n where n.repo = k.repo and n.path = k.path)
               and exists (select from said s where s.key = k.key)
         )
         select o.*, count(*) over () as count from orphans o order by o.\"table\", o.id limit $1",
    )
    .await
}

/// Repositories that may wait. What was said last of one is what its row says.
async fn snoozes_that_differ(snapshot: &mut Snapshot) -> Result<Found> {
    orphans(
        snapshot,
        "with newest as (
             select distinct on (repo_full_name) seq, event_type, repo_full_name as repo, payload, db_user
             from only audit.audit_trail_entries
             where category = 'drift' and event_type in ('drift_snoozed', 'drift_snooze_ended')
               and payload ? 'until'
             order by repo_full_name, seq desc
         ), kept as (
             select c.id, r.full_name as repo, c.snoozed_by, c.snooze_reason, c.snoozed_until,
                    to_char(c.snoozed_until at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') as until
             from only trust.policy_repo_configs c join only trust.repositories r on r.id = c.repo_id
         ), orphans (\"table\", id, why) as (
             select 'audit.audit_trail_entries', n.seq,
                    left(coalesce(n.repo, '?'), 200) || ' waits otherwise than it says'
             from newest n left join kept k on k.repo = n.repo
             where n.event_type = 'drift_snoozed'
               and (k.until is distinct from left(n.payload->>'until', 19)
                    or k.snooze_reason is distinct from n.payload->>'reason'
                    or k.snoozed_by is distinct from n.db_user)
             union all
             select 'trust.policy_repo_configs', k.id, left(k.repo, 200) || ' waits, and no entry says so'
             from kept k left join newest n on n.repo = k.repo
             where k.snoozed_until is not null
               and (n.event_type = 'drift_snooze_ended'
                    or n.seq is null
                       and not exists (select from only audit.audit_trail_entries e
                                       where e.category = 'drift' and e.event_type = 'drift_history_imported'
                                         and e.db_user = k.snoozed_by))
         )
         select o.*, count(*) over () as count from orphans o order by o.\"table\", o.id limit $1",
    )
    .await
}
