//! Exports and compliance reports: what is written, what it says, and that it can be held against the chain.

mod days;
mod files;
mod outside;
mod report;
mod shapes;
mod worklist;

use crate::support::TestDatabase;
use sqlx::AssertSqlSafe;

/// Appends entries over some categories, and puts them on days of 2026 that have ended: `count` a day.
/// Times are set behind the back of the chain, and the hashes made again.
async fn filled(database: &TestDatabase, days: &[&str], count: u32) {
    let mut superuser = database.superuser().await;
    for day in days {
        let sql = format!(
            "begin;
             alter table audit.audit_trail_entries disable trigger all;
             insert into audit.audit_trail_entries
                 (id, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
                  payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg,
                  entry_hash)
             select seq, seq, category, 'x', actor, 'human', null, null, '{{}}', '{{}}', '', seq::text,
                    timestamptz '{day} 10:00:00Z' + i * interval '1 minute', null, null, 'tester',
                    (select chain_id from audit.chain), 'pgjsonb', ''
             from (select i, (select coalesce(max(seq), 0) from audit.audit_trail_entries) + i as seq,
                          (array['finding_triage', 'override', 'export', 'strange'])[1 + i % 4] as category,
                          case when i % 5 = 0 then 'somebody else' else 'tester' end as actor
                   from generate_series(1, {count}) i) made;
             alter table audit.audit_trail_entries enable trigger all;
             commit"
        );
        // The CHECK on hashes stands in the way of rows that have none yet.
        let relaxed =
            "alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_is_entry";
        sqlx::raw_sql(relaxed).execute(&mut superuser).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.unwrap();
    }
    rechained(&mut superuser).await;
}

/// Makes all hashes of the chain again, as an attacker would who may do everything.
async fn rechained(superuser: &mut sqlx::PgConnection) {
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         do $$
         declare e record; before text := (select genesis from audit.chain); own text; payload_digest text;
         begin
             for e in select * from audit.audit_trail_entries order by seq loop
                 payload_digest := encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex');
                 own := audit.entry_hash(e.chain_id, e.seq, e.occurred_at, e.category, e.event_type, e.actor,
                     e.actor_type, e.db_user, e.repo_full_name, e.pr_number, e.commit_sha, e.framework,
                     e.control_id, e.payload_alg, payload_digest, before);
                 update audit.audit_trail_entries
                 set payload_hash = payload_digest, prev_hash = before, entry_hash = own where seq = e.seq;
                 before := own;
             end loop;
         end $$;
         alter table audit.audit_trail_entries enable trigger all;",
    )
    .execute(superuser)
    .await
    .unwrap();
}
