//! What somebody who may do everything does to the chain, on a real server, and what the verifier says.

mod attacks;
mod columns;
mod drifted;
mod foreign;
mod ground;
mod healthy;
mod inspected;
mod interrupted;
mod program;
mod quarantined;
mod reconciled;
mod servers;
mod shapes;
mod trusted;

use crate::support::{TestDatabase, database};
use attestor::audit::jobs::{Request, verify};
use attestor::audit::verify::report::Report;
use attestor::audit::verify::verdict::{Field, Kind};
use attestor::db::{Access, Db};
use attestor::jobs::JobContext;
use sqlx::{AssertSqlSafe, PgConnection};
use std::num::NonZeroUsize;

/// How many entries the chain of a test has.
const SIZE: i64 = 40;

/// A database with a chain of `size` entries, one a minute, each a little different. They have the controls
/// of their category, as most have.
async fn chain(size: i64) -> TestDatabase {
    let database = database().await;
    append(&mut database.superuser().await, size).await;
    database
}

async fn append(connection: &mut PgConnection, count: i64) {
    sqlx::query(
        "select audit.append_entry('drift', 'drift_seen', 'bot', jsonb_build_object('n', n, 'text', 'é ' || n),
                    'reconciler', 'acme/api', n::int, 'c0ffee', array['SOC2:CC7.1', 'SOC2:CC8.1', 'SOC2:CC6.6', 'ISO27001:A.8.9'], 'CC8.1')
         from generate_series(1, $1) n",
    )
    .bind(count)
    .execute(connection)
    .await
    .unwrap();
}

/// What stands in the way of who edits entries.
const UNLOCK: &str = "
    alter table audit.audit_trail_entries disable trigger all;
    alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_is_entry;
    alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_prev_hash_key;
    do $$ declare c text; begin
        for c in select attname from pg_attribute where attrelid = 'audit.audit_trail_entries'::regclass
                   and attnum > 0 and attnotnull and attname not in ('id') loop
            execute format('alter table audit.audit_trail_entries alter column %I drop not null', c);
        end loop;
    end $$;";

/// Does `sql` as a superuser whom nothing stops.
async fn attack(database: &TestDatabase, sql: &str) {
    run(&mut database.superuser().await, &format!("{UNLOCK}; {sql}")).await;
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|e| panic!("{e} in {sql}"));
}

/// Verifies with one reader and with three, who must agree.
async fn verified(database: &TestDatabase) -> Report {
    verified_as(&database.db(), Request::default()).await
}

async fn verified_as(db: &Db, request: Request) -> Report {
    let mut reports = Vec::new();
    for workers in [1, 3] {
        let request = Request { workers: NonZeroUsize::new(workers), ..request.clone() };
        let report = verify(db, &request, &JobContext::unattended()).await.unwrap();
        reports.push(Report { duration_ms: 0, ..report });
    }
    assert_eq!(reports[0], reports[1], "one reader and three agree");
    reports.swap_remove(0)
}

/// Checks the first break.
#[track_caller]
fn assert_broken(report: &Report, what: &str, seq: i64, kind: Kind, field: Field) {
    let first = report.breaks.first().unwrap_or_else(|| panic!("{what}: nothing was found"));
    assert_eq!((first.seq, first.kind, first.field), (Some(seq), kind, Some(field)), "{what}: {report:#?}");
    assert_eq!(report.exit_status(), 3);
}

/// The kinds of all breaks, with their seq.
fn all(report: &Report) -> Vec<(Option<i64>, Kind)> {
    report.breaks.iter().map(|found| (found.seq, found.kind)).collect()
}

/// Re-hashes everything from `from` on to the head, as one does who knows how; SQL for `attack`.
fn rehash(from: i64) -> String {
    format!(
        "do $$
         declare e audit.audit_trail_entries; prev text; own text;
         begin
             select entry_hash into prev from audit.audit_trail_entries where seq = {from} - 1;
             if prev is null then select genesis into prev from audit.chain; end if;
             for e in select * from audit.audit_trail_entries where seq >= {from} order by seq loop
                 e.payload_hash := encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex');
                 own := audit.entry_hash(e.chain_id, e.seq, e.occurred_at, e.category, e.event_type, e.actor,
                     e.actor_type, e.db_user, e.repo_full_name, e.pr_number, e.commit_sha, e.framework,
                     e.control_id, e.payload_alg, e.payload_hash, prev);
                 update audit.audit_trail_entries
                    set payload_hash = e.payload_hash, prev_hash = prev, entry_hash = own where seq = e.seq;
                 prev := own;
             end loop;
         end $$;"
    )
}

/// Pools that can only read.
fn read_only(database: &TestDatabase) -> Db {
    Db::lazy(database.options(), Access::ReadOnly)
}
