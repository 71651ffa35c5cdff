//! What the table stands on: rows that are hidden, protections that are gone.

use super::*;
use attestor::audit::verify::report::Verdict;
use sqlx::ConnectOptions;

/// The first break after `sql`, as a login that may only read, and as the superuser.
async fn hidden(sql: &str) {
    let database = chain(SIZE).await;
    run(&mut database.superuser().await, sql).await;
    for login in ["entries_reader", "postgres"] {
        reader(&database).await;
        let db = Db::lazy(database.options_as(login), Access::ReadOnly);
        let report = verified_as(&db, Request::default()).await;
        let first = report.breaks.first().unwrap_or_else(|| panic!("{login} found nothing after {sql}"));
        assert_eq!((first.kind, first.seq), (Kind::HiddenRows, None), "{login}: {report:#?}");
        assert_eq!(report.exit_status(), 3);
    }
}

/// A login that may read the chain, and nothing else at all.
async fn reader(database: &TestDatabase) {
    run(
        &mut database.superuser().await,
        "do $$ begin create role entries_reader login;
         exception when duplicate_object or unique_violation then null; end $$;
         grant usage on schema audit to entries_reader;
         grant select on audit.audit_trail_entries to entries_reader",
    )
    .await;
}

#[tokio::test]
async fn rows_behind_a_policy() {
    hidden(
        "alter table audit.audit_trail_entries enable row level security;
         create policy hide on audit.audit_trail_entries using (seq <> 17)",
    )
    .await;
    hidden("alter table audit.audit_trail_entries enable row level security").await;
}

#[tokio::test]
async fn rows_behind_a_view() {
    hidden(
        "alter table audit.audit_trail_entries rename to entries;
         create view audit.audit_trail_entries as select * from audit.entries where seq <> 17",
    )
    .await;
    hidden(
        "alter table audit.audit_trail_entries rename to entries;
         create materialized view audit.audit_trail_entries as select * from audit.entries",
    )
    .await;
    hidden(
        "alter table audit.audit_trail_entries rename to entries;
         create table audit.audit_trail_entries (like audit.entries) partition by range (seq)",
    )
    .await;
}

/// A view runs the code of who made it in the name of who reads it: it is not looked into.
#[tokio::test]
async fn a_view_is_not_run() {
    let database = chain(3).await;
    run(
        &mut database.superuser().await,
        "alter table audit.audit_trail_entries rename to entries;
         create function audit.trap() returns boolean language plpgsql volatile as
            $$ begin raise exception 'trapped'; end $$;
         create view audit.audit_trail_entries as select * from audit.entries where audit.trap();
         grant select on audit.audit_trail_entries to public; grant usage on schema audit to public",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!((all(&report), report.stopped), (vec![(None, Kind::HiddenRows)], None));
}

#[tokio::test]
async fn rows_behind_a_rule_or_in_another_table() {
    hidden("create rule swallow as on insert to audit.audit_trail_entries do instead nothing").await;
    hidden("create table audit.child () inherits (audit.audit_trail_entries)").await;
    hidden(
        "create table audit.parent (seq bigint not null);
         alter table audit.audit_trail_entries inherit audit.parent",
    )
    .await;
    hidden(
        "create table audit.whole (like audit.audit_trail_entries) partition by range (seq);
         alter table audit.whole attach partition audit.audit_trail_entries for values from (minvalue) to (maxvalue)",
    )
    .await;
}

#[tokio::test]
async fn rows_in_a_foreign_table() {
    hidden(
        "alter table audit.audit_trail_entries rename to entries;
         create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;
         create foreign table audit.audit_trail_entries (seq bigint) server nowhere",
    )
    .await;
}

/// An index that misses rows: the table is counted without it.
#[tokio::test]
async fn rows_that_an_index_misses() {
    let database = chain(SIZE).await;
    // The end of the chain is taken out of the index on seq, as a damaged one would have lost it.
    run(
        &mut database.superuser().await,
        "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key;
         alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set id = id;
         create unique index audit_trail_entries_seq_key on audit.audit_trail_entries (seq) where seq <= 30;
         update pg_index set indpred = null, indcheckxmin = false
         where indexrelid = 'audit.audit_trail_entries_seq_key'::regclass",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!(all(&report), [(None, Kind::HiddenRows)], "{report:#?}");
    assert_eq!(report.entries, 30);
}

/// What is counted in many parts is all of it, wherever in the table the rows lie. Where another test looks
/// at an older state, the server would not use the new index yet (`indcheckxmin`) and miss nothing.
#[tokio::test]
async fn a_row_in_the_midst_of_many_that_an_index_misses() {
    let database = chain(9_000).await;
    let superuser = &mut database.superuser().await;
    run(
        superuser,
        "alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set id = id where seq % 3 = 0;
         alter table audit.audit_trail_entries enable always trigger refuse_change;
         alter table audit.audit_trail_entries enable always trigger refuse_truncate",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!((report.verdict(), report.entries), (Verdict::Verified, 9_000), "{report:#?}");
    run(
        superuser,
        "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key;
         create unique index audit_trail_entries_seq_key on audit.audit_trail_entries (seq) where seq <> 4321;
         update pg_index set indpred = null, indcheckxmin = false
         where indexrelid = 'audit.audit_trail_entries_seq_key'::regclass",
    )
    .await;
    let report = verified(&database).await;
    let expected = [(None, Kind::HiddenRows), (Some(4321), Kind::Gap), (Some(4322), Kind::LinkMismatch)];
    assert_eq!(all(&report), expected, "{report:#?}");
    assert_eq!(report.entries, 8_999);
}

/// An index that was made while an older transaction ran is passed over by the server until that ends: asked
/// for piece after piece, it would read the whole table for each.
#[tokio::test]
async fn an_index_that_has_to_wait() {
    let database = chain(3).await;
    let mut older = database.superuser().await;
    run(
        &mut older,
        "begin isolation level repeatable read; select pg_current_xact_id(); select from audit.audit_trail_entries",
    )
    .await;
    let mut superuser = database.superuser().await;
    run(
        &mut superuser,
        "alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set id = id;
         alter table audit.audit_trail_entries enable always trigger refuse_change;
         alter table audit.audit_trail_entries enable always trigger refuse_truncate;
         create unique index again on audit.audit_trail_entries (seq)",
    )
    .await;
    let waits = "select indcheckxmin from pg_index where indexrelid = 'audit.again'::regclass";
    assert!(sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut superuser).await.unwrap());
    run(
        &mut superuser,
        "update pg_index set indisvalid = false where indexrelid = 'audit.audit_trail_entries_seq_key'::regclass",
    )
    .await;
    let told =
        |report: &Report| report.concerns.iter().any(|concern| concern.what.contains("no usable index"));
    let report = verified(&database).await;
    assert_eq!(
        (report.verdict(), report.entries, told(&report)),
        (Verdict::Verified, 3, true),
        "{report:#?}"
    );
    // It ends, and so do those of other tests, whenever that is: they are waited for no more.
    run(&mut older, "commit").await;
    let waits_no_more = "update pg_index set indcheckxmin = false where indexrelid = 'audit.again'::regclass";
    run(&mut superuser, waits_no_more).await;
    let report = verified(&database).await;
    assert_eq!(
        (report.verdict(), report.entries, told(&report)),
        (Verdict::Verified, 3, false),
        "{report:#?}"
    );
}

/// A column that the server computes fits whatever is edited: it is not what was stored.
#[tokio::test]
async fn columns_that_are_computed() {
    let database = chain(3).await;
    run(
        &mut database.superuser().await,
        "alter table audit.audit_trail_entries disable trigger all;
         alter table audit.audit_trail_entries drop constraint audit_trail_entries_is_entry;
         create function audit.hash_of(payload jsonb) returns text language sql immutable
             return encode(sha256(convert_to(payload::text, 'UTF8')), 'hex');
         alter table audit.audit_trail_entries drop column payload_hash;
         alter table audit.audit_trail_entries add column payload_hash text not null
             generated always as (audit.hash_of(payload)) stored",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!(all(&report), [(None, Kind::MetadataMismatch)]);
    assert!(report.breaks[0].why.ends_with(": payload_hash"), "{report:#?}");
}

/// Without the table that names the chain, its first entry would name it.
#[tokio::test]
async fn the_name_of_the_chain_is_moved() {
    for sql in [
        "alter table audit.chain rename to chains",
        "alter table audit.chain rename to chains; create view audit.chain as select * from audit.chains",
    ] {
        let database = chain(3).await;
        run(&mut database.superuser().await, sql).await;
        let report = verified(&database).await;
        assert_eq!(all(&report), [(None, Kind::ChainIdMismatch)], "{sql}");
    }
}

/// A view in the place of a table of decisions shows whatever suits.
#[tokio::test]
async fn decisions_behind_a_view() {
    for table in ["triage.feedbacks", "triage.attention", "trust.drift_ignores", "audit.inspections"] {
        let database = chain(3).await;
        let (schema, name) = table.split_once('.').unwrap();
        let sql = format!(
            "alter table {table} rename to hidden; create view {table} as select * from {schema}.hidden"
        );
        run(&mut database.superuser().await, &sql).await;
        let report = verified(&database).await;
        assert_eq!((report.breaks.len(), report.exit_status()), (0, 3), "{table}: {report:#?}");
        let orphans = report.reconciled.unwrap().first_orphans;
        let found: Vec<_> = orphans.iter().map(|orphan| (orphan.table.as_str(), orphan.id)).collect();
        assert_eq!(found, [(format!("{schema}.{name}").as_str(), 0)]);
    }
}

#[tokio::test]
async fn columns_of_another_type() {
    let database = chain(3).await;
    run(
        &mut database.superuser().await,
        "alter table audit.audit_trail_entries disable trigger all;
         alter table audit.audit_trail_entries drop constraint audit_trail_entries_is_entry;
         alter table audit.audit_trail_entries alter column control_id type varchar(20)",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!(all(&report), [(None, Kind::MetadataMismatch)]);
}

/// What is concerned about, after `sql`; nothing is broken by it.
async fn concerns(sql: &str) -> Vec<String> {
    let database = chain(3).await;
    run(&mut database.superuser().await, sql).await;
    let report = verified(&database).await;
    assert_eq!((report.breaks.len(), report.exit_status()), (0, 0), "{report:#?}");
    report.concerns.iter().map(|concern| format!("{}: {}", concern.about, concern.what)).collect()
}

#[tokio::test]
async fn protections_that_are_gone_are_told() {
    assert_eq!(concerns("select 1").await, [""; 0]);
    for (sql, words) in [
        ("alter table audit.audit_trail_entries disable trigger refuse_change", "refuse_change is missing"),
        (
            "alter table audit.audit_trail_entries enable trigger refuse_truncate",
            "refuse_truncate is missing",
        ),
        (
            "create or replace function audit.refuse_change() returns trigger language plpgsql as
             $$ begin return new; end $$",
            "refuse_change is missing, changed",
        ),
        (
            "create or replace function audit.refuse_change() returns trigger language plpgsql as
             $$ begin raise exception 'no'; exception when others then return new; end $$",
            "refuse_change is missing, changed",
        ),
        (
            "create trigger more before insert on audit.audit_trail_entries for each row
             execute function suppress_redundant_updates_trigger();
             alter table audit.audit_trail_entries disable trigger more",
            "more is none of attestor's",
        ),
        (
            "alter table audit.audit_trail_entries drop constraint audit_trail_entries_is_entry",
            "audit_trail_entries_is_entry is missing",
        ),
        ("alter table audit.audit_trail_entries alter column actor drop not null", "not null of actor"),
        (
            "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key",
            "no usable index holds the positions",
        ),
        ("grant insert on audit.audit_trail_entries to public", "PUBLIC may INSERT"),
        ("grant update (payload) on audit.audit_trail_entries to tester", "tester may UPDATE"),
        ("grant execute on function audit.append_entry to public", "PUBLIC may execute audit.append_entry"),
        ("alter table audit.audit_trail_entries owner to postgres", "owned by postgres"),
        ("alter table audit.audit_trail_entries set unlogged", "the table is not logged"),
    ] {
        let told = concerns(sql).await;
        assert!(told.iter().any(|told| told.contains(words)), "{sql}: {told:?}");
    }
}

/// Triggers that were switched off, an edit, and on again: the hashes know.
#[tokio::test]
async fn an_edit_between_two_triggers() {
    let database = chain(5).await;
    run(
        &mut database.superuser().await,
        "alter table audit.audit_trail_entries disable trigger refuse_change;
         update audit.audit_trail_entries set actor = 'mallory' where seq = 4;
         alter table audit.audit_trail_entries enable always trigger refuse_change",
    )
    .await;
    let report = verified(&database).await;
    assert_broken(&report, "nothing is to be seen of the triggers", 4, Kind::MetadataMismatch, Field::Entry);
    assert_eq!(report.concerns, []);
}

#[tokio::test]
async fn names_of_others_mean_nothing() {
    let database = chain(5).await;
    run(
        &mut database.superuser().await,
        "create schema evil; grant usage on schema evil to public;
         create function evil.count(bigint) returns bigint language sql as 'select 0::bigint';
         create function evil.has_table_privilege(oid, text) returns boolean language sql as 'select false';
         create operator evil.= (leftarg = bigint, rightarg = bigint, function = int8ne);
         do $$ begin execute format('alter database %I set search_path = evil, pg_catalog', current_database()); end $$",
    )
    .await;
    let report = verified(&database).await;
    assert_eq!((report.breaks.len(), report.entries), (0, 5), "{report:#?}");
}

#[tokio::test]
async fn reading_alone_is_enough() {
    let database = chain(5).await;
    reader(&database).await;
    let db = Db::lazy(database.options_as("entries_reader"), Access::ReadWrite);
    let report = verified_as(&db, Request::default()).await;
    assert_eq!((report.verdict().word(), report.entries), ("VERIFIED", 5));
    assert_eq!(report.reconciled, None, "it may not read the decisions");
    let mut none = database.superuser().await;
    run(&mut none, "revoke select on audit.audit_trail_entries from entries_reader").await;
    let refused = verify(&db, &Request::default(), &JobContext::unattended()).await.unwrap_err();
    assert_eq!(refused.kind(), attestor::error::Kind::Denied, "{refused}");
    assert!(database.options_as("entries_reader").connect().await.is_ok());
}
