//! Rights, owners and triggers that were changed: found, told, mended.

use crate::support::{TestDatabase, database};
use attestor::db::migrate::{Found, differences, repair};
use sqlx::AssertSqlSafe;
use std::process::Command;

async fn damage(database: &TestDatabase, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut database.superuser().await).await.unwrap();
}

#[tokio::test]
async fn each_damage_is_found_and_mended() {
    let database = database().await;
    let mut c = database.superuser().await;
    assert_eq!(differences(&mut c).await.unwrap(), [], "in order at first");
    let append = "routine audit.append_entry(text,text,text,jsonb,text,text,integer,text,text[],text)";
    for (sql, object, fact, found) in [
        // What pg_restore --disable-triggers leaves.
        (
            "alter table audit.audit_trail_entries disable trigger all;
             alter table audit.audit_trail_entries enable trigger all",
            "table audit.audit_trail_entries",
            "(not on replicas)",
            Found::Superfluous,
        ),
        (
            "alter table triage.feedbacks disable trigger refuse_change",
            "table triage.feedbacks",
            "(always)",
            Found::Missing,
        ),
        ("drop trigger refuse_truncate on audit.chain", "table audit.chain", "TRUNCATE", Found::Missing),
        (
            "drop trigger refuse_change on audit.audit_trail_entries;
             create trigger refuse_change before update or delete on audit.audit_trail_entries
                 for each row when (false) execute function audit.refuse_change();
             alter table audit.audit_trail_entries enable always trigger refuse_change",
            "table audit.audit_trail_entries",
            "WHEN (false)",
            Found::Superfluous,
        ),
        (
            "grant execute on function audit.append_entry to public",
            append,
            "PUBLIC may EXECUTE",
            Found::Superfluous,
        ),
        (
            "revoke execute on function audit.append_entry from attestor_auditor",
            append,
            "attestor_auditor may EXECUTE",
            Found::Missing,
        ),
        ("alter function audit.append_entry security invoker", append, "security definer", Found::Missing),
        ("alter function audit.append_entry reset search_path", append, "set search_path=", Found::Missing),
        (
            "alter function audit.append_entry set session_replication_role = replica",
            append,
            "set session_replication_role=replica",
            Found::Superfluous,
        ),
        (
            "grant update on audit.audit_trail_entries to attestor_analyst with grant option",
            "table audit.audit_trail_entries",
            "attestor_analyst may UPDATE and grant it",
            Found::Superfluous,
        ),
        (
            "grant insert on audit.audit_trail_entries to tester",
            "table audit.audit_trail_entries",
            "tester may INSERT",
            Found::Superfluous,
        ),
        (
            "grant update (ai_verdict) on triage.findings to attestor_analyst",
            "column triage.findings.ai_verdict",
            "attestor_analyst may UPDATE",
            Found::Superfluous,
        ),
        (
            "grant select on audit.chain_lock to attestor_viewer",
            "table audit.chain_lock",
            "attestor_viewer may SELECT",
            Found::Superfluous,
        ),
        ("grant create on schema audit to public", "schema audit", "PUBLIC may CREATE", Found::Superfluous),
        (
            "alter table audit.audit_trail_entries owner to tester",
            "table audit.audit_trail_entries",
            "owned by attestor_owner",
            Found::Missing,
        ),
        ("alter schema triage owner to postgres", "schema triage", "owned by postgres", Found::Superfluous),
        (
            "alter view triage.cve_threat owner to postgres",
            "table triage.cve_threat",
            "owned by postgres",
            Found::Superfluous,
        ),
        (
            "alter function audit.append_entry owner to postgres",
            append,
            "owned by attestor_owner",
            Found::Missing,
        ),
        // The door that appends what it is given, the hash that fits anything, the trigger that lets pass.
        (
            "create or replace function audit.append_entry(
                 category text, event_type text, actor_type text, payload jsonb, actor text default null,
                 repo_full_name text default null, pr_number integer default null, commit_sha text default null,
                 framework text[] default '{}', control_id text default null)
             returns bigint language sql security definer set search_path to pg_catalog, audit, pg_temp as $$
                 select max(seq) from audit.audit_trail_entries $$",
            append,
            "body with MD5",
            Found::Superfluous,
        ),
        (
            "create or replace function audit.genesis(chain_id text) returns text language sql immutable
             return 'x'",
            "routine audit.genesis(text)",
            "body with MD5",
            Found::Superfluous,
        ),
        (
            "create or replace function audit.refuse_change() returns trigger
             language plpgsql set search_path to pg_catalog, audit, pg_temp as $$ begin return new; end $$",
            "routine audit.refuse_change()",
            "body with MD5",
            Found::Missing,
        ),
        (
            "create or replace procedure audit.make_append_only(target regclass) language plpgsql as $$
             begin execute format('drop trigger if exists refuse_change on %s', target); end $$",
            "routine audit.make_append_only(regclass)",
            "set search_path",
            Found::Missing,
        ),
        ("alter function audit.netstring volatile", "routine audit.netstring(text)", "volatile", Found::Superfluous),
        ("alter function audit.netstring leakproof", "routine audit.netstring(text)", "leakproof", Found::Superfluous),
        (
            "alter function audit.payload_text strict",
            "routine audit.payload_text(jsonb)",
            "strict",
            Found::Superfluous,
        ),
        (
            "alter function triage.risk_of security definer",
            "routine triage.risk_of(smallint,double precision,double precision,boolean)",
            "security definer",
            Found::Superfluous,
        ),
        (
            "alter function triage.complete_finding set search_path to public",
            "routine triage.complete_finding()",
            "set search_path=public",
            Found::Superfluous,
        ),
        // A call with four arguments would reach this one.
        (
            "create function audit.append_entry(category text, event_type text, actor_type text, payload jsonb)
             returns bigint language sql as 'select 1::bigint'",
            "routine audit.append_entry(text,text,text,jsonb)",
            "exists",
            Found::Superfluous,
        ),
        ("drop function triage.set_blind_share", "routine triage.set_blind_share(double precision)", "exists",
            Found::Missing),
    ] {
        damage(&database, sql).await;
        let told = differences(&mut c).await.unwrap();
        let is_told = told.iter().any(|d| d.object == object && d.fact.contains(fact) && d.found == found);
        assert!(is_told, "{sql}: {told:#?}");
        assert_eq!(differences(&mut c).await.unwrap(), told, "looking changes nothing");
        assert_eq!(repair(&mut c).await.unwrap(), told, "{sql}");
        assert_eq!(differences(&mut c).await.unwrap(), [], "{sql}");
    }
}

/// No routine is forgotten: each one's body is made another, past all rights, and comes back.
#[tokio::test]
async fn every_function_is_put_back_as_it_was() {
    let database = database().await;
    let mut c = database.superuser().await;
    let before = routines(&mut c).await;
    assert!(before.len() > 20, "{before:?}");
    let names: std::collections::BTreeSet<&str> =
        before.iter().filter_map(|(signature, _)| signature.split('(').next()).collect();
    assert_eq!(names.len(), before.len(), "two routines of one schema have one name");
    damage(
        &database,
        "set allow_system_table_mods = on;
         update pg_proc set prosrc = 'begin raise ''another''; end', prosqlbody = null,
                            prolang = (select oid from pg_language where lanname = 'plpgsql')
          where pronamespace = any (array['attestor', 'audit', 'operations', 'triage', 'trust']::regnamespace[])",
    )
    .await;
    assert_ne!(routines(&mut c).await, before);
    let told = differences(&mut c).await.unwrap();
    for (signature, _) in &before {
        let object = format!("routine {signature}");
        let is_told = |found| {
            told.iter().any(|d| d.object == object && d.fact.starts_with("body with") && d.found == found)
        };
        assert!(is_told(Found::Missing) && is_told(Found::Superfluous), "{object}: {told:#?}");
    }
    assert_eq!(repair(&mut c).await.unwrap(), told);
    assert_eq!(routines(&mut c).await, before);
    damage(&database, "select audit.append_entry('finding_triage', 'x', 'human', '{}')").await;
}

/// The routines of our schemas with all that defines them.
async fn routines(c: &mut sqlx::PgConnection) -> Vec<(String, String)> {
    sqlx::query_as(
        "select oid::regprocedure::text, pg_get_functiondef(oid) from pg_proc
          where pronamespace = any (array['attestor', 'audit', 'operations', 'triage', 'trust']::regnamespace[])
          order by 1",
    )
    .fetch_all(c)
    .await
    .unwrap()
}

/// One that cannot be replaced is told with what to do, and nothing is half done.
#[tokio::test]
async fn a_function_of_another_kind_is_told_with_the_way_out() {
    let database = database().await;
    let mut c = database.superuser().await;
    damage(
        &database,
        "drop function trust.test_outcome cascade;
         create function trust.test_outcome(status text) returns integer language sql as 'select 1';
         grant execute on function audit.append_entry to public",
    )
    .await;
    for told in [differences(&mut c).await.unwrap_err(), repair(&mut c).await.unwrap_err()] {
        assert!(told.to_string().contains("cannot change return type"), "{told}");
        let hint = told.hint_text().unwrap();
        assert!(
            hint.contains("DROP FUNCTION trust.test_outcome(text)") && hint.contains("--repair"),
            "{hint}"
        );
    }
    damage(&database, "drop function trust.test_outcome").await;
    let mended = repair(&mut c).await.unwrap();
    assert_eq!(
        mended.iter().map(|d| d.object.split('(').next().unwrap()).collect::<Vec<_>>(),
        ["routine audit.append_entry", "routine trust.test_outcome"],
        "{mended:?}"
    );
    assert_eq!(differences(&mut c).await.unwrap(), []);
}

/// A namesake that something needs is a person's to drop.
#[tokio::test]
async fn a_namesake_in_use_is_told_and_stays() {
    let database = database().await;
    let mut c = database.superuser().await;
    damage(
        &database,
        "create function audit.netstring(value bytea) returns text language sql as $$ select '' $$;
         create view public.needs_it as select audit.netstring('x'::bytea)",
    )
    .await;
    let told = differences(&mut c).await.unwrap_err();
    assert!(told.to_string().contains("netstring(bytea)"), "{told}");
    assert!(told.hint_text().unwrap().contains("drop what needs it"), "{told:?}");
    damage(&database, "drop view public.needs_it").await;
    assert_eq!(repair(&mut c).await.unwrap().len(), 1);
}

/// An administrator may let others read; that is no damage.
#[tokio::test]
async fn readers_of_an_administrator_stay() {
    let database = database().await;
    damage(
        &database,
        "grant usage on schema audit, triage to tester; grant select on audit.audit_trail_entries to tester",
    )
    .await;
    assert_eq!(differences(&mut database.superuser().await).await.unwrap(), []);
}

#[tokio::test]
async fn who_is_not_the_owner_is_told_so() {
    let database = database().await;
    let mut tester = sqlx::ConnectOptions::connect(&database.options()).await.unwrap();
    let denied = differences(&mut tester).await.unwrap_err();
    assert_eq!(denied.kind(), attestor::error::Kind::Denied);
    assert!(denied.hint_text().unwrap().contains("attestor_owner"));
}

/// A dump restored in two steps, as people do: schema, then data with triggers off; no rights, no owners.
#[tokio::test]
async fn a_restored_dump_is_mended() {
    let bin = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|dirs| {
        dirs.flatten().map(|d| d.path().join("bin")).filter(|bin| bin.join("pg_restore").exists()).max()
    });
    let Some(bin) = bin else {
        eprintln!("skipped: pg_dump and pg_restore are missing");
        return;
    };
    let (from, to) = (database().await, crate::support::empty_database().await);
    damage(&from, "select audit.append_entry('finding_triage', 'x', 'human', jsonb_build_object('n', i)) from generate_series(1, 5) i")
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump");
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(bin.join(program)).args(arguments).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let (from_url, to_url) = (from.url_as("postgres"), to.url_as("postgres"));
    run("pg_dump", &["-Fc", "-f", file.to_str().unwrap(), &from_url]);
    let restore = |more: &[&str]| {
        let mut arguments = vec!["-x", "--no-owner", "--exit-on-error", "-d", &to_url];
        arguments.extend(more);
        arguments.push(file.to_str().unwrap());
        run("pg_restore", &arguments);
    };
    restore(&["--section=pre-data"]);
    restore(&["--section=data"]);
    restore(&["--section=post-data"]);
    damage(&to, "alter table audit.audit_trail_entries disable trigger all; alter table audit.audit_trail_entries enable trigger all")
        .await;
    let mut c = to.superuser().await;
    let told = differences(&mut c).await.unwrap();
    for part in ["PUBLIC may EXECUTE", "(always)", "owned by attestor_owner", "attestor_viewer may SELECT"] {
        assert!(told.iter().any(|d| d.fact.contains(part)), "{part}");
    }
    assert_eq!(repair(&mut c).await.unwrap(), told);
    assert_eq!(differences(&mut c).await.unwrap(), []);
    damage(&to, "select audit.append_entry('finding_triage', 'x', 'human', '{}')").await;
    let count: i64 =
        sqlx::query_scalar("select count(*) from audit.audit_trail_entries").fetch_one(&mut c).await.unwrap();
    assert_eq!(count, 6);
}
