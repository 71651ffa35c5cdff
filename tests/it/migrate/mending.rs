//! Rights, owners and triggers that were changed: found, told, mended.

use crate::support::{TestDatabase, database};
use attestor::db::migrate::{Found, differences, repair};
use sqlx::AssertSqlSafe;
use std::process::Command;

pub(super) async fn damage(database: &TestDatabase, sql: &str) {
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
