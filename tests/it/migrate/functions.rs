//! Functions that were replaced or changed: found, told, mended.

use super::mending::damage;
use crate::support::database;
use attestor::db::migrate::{Found, differences, repair};

#[tokio::test]
async fn functions_that_were_changed_are_found_and_mended() {
    let database = database().await;
    let mut c = database.superuser().await;
    let damages = [
        // The door that appends what it is given, the hash that fits anything, the trigger that lets pass.
        (
            "create or replace function audit.append_entry(
                 category text, event_type text, actor_type text, payload jsonb, actor text default null,
                 repo_full_name text default null, pr_number integer default null, commit_sha text default null,
                 framework text[] default '{}', control_id text default null)
             returns bigint language sql security definer set search_path to pg_catalog, audit, pg_temp as $$
                 select max(seq) from audit.audit_trail_entries $$",
            "routine audit.append_entry(text,text,text,jsonb,text,text,integer,text,text[],text)",
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
            "routine triage.risk_of(smallint,double precision,double precision,boolean,text,double precision)",
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
    ];
    for (sql, ..) in damages {
        damage(&database, sql).await;
    }
    let told = differences(&mut c).await.unwrap();
    for (sql, object, fact, found) in damages {
        let is_told = told.iter().any(|d| d.object == object && d.fact.contains(fact) && d.found == found);
        assert!(is_told, "{sql}: {told:#?}");
    }
    assert_eq!(differences(&mut c).await.unwrap(), told, "looking changes nothing");
    assert_eq!(repair(&mut c).await.unwrap(), told);
    assert_eq!(differences(&mut c).await.unwrap(), []);
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
