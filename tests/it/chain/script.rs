//! The chain recomputed by a script that knows nothing of this program, on a real server.

use crate::support::{TestDatabase, database};
use sqlx::AssertSqlSafe;
use std::process::{Command, Stdio};

/// What the script says of the chain; none where Python or psql is missing.
async fn said(database: &TestDatabase) -> Option<(i32, String)> {
    let psql = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|dirs| {
        dirs.flatten().map(|d| d.path().join("bin")).filter(|bin| bin.join("psql").exists()).max()
    });
    let path = std::env::var("PATH").unwrap_or_default();
    let path = psql.map_or(path.clone(), |bin| format!("{path}:{}", bin.display()));
    let there = |program: &str| {
        Command::new(program).arg("--version").env("PATH", &path).stdout(Stdio::null()).status().is_ok()
    };
    if !there("python3") || !there("psql") {
        eprintln!("skipped: python3 or psql is missing");
        return None;
    }
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py"))
        .arg("database")
        .arg(database.url())
        .env("PATH", &path)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.code().unwrap(), said))
}

async fn attack(database: &TestDatabase, sql: &str) {
    let sql = format!(
        "begin; alter table audit.audit_trail_entries disable trigger all; {sql};
         alter table audit.audit_trail_entries enable trigger all; commit"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut database.superuser().await).await.unwrap();
}

async fn filled() -> TestDatabase {
    let database = database().await;
    sqlx::raw_sql(
        "select audit.append_entry('finding_triage', 'x', 'human', jsonb_build_object('n', i, 'text', e'é\\n\"\\r,\\u2028'),
             framework => case when i % 2 = 0 then '{}' else array['SOC2:CC8.1', 'a,b', '', '\"{}'] end,
             repo_full_name => case when i % 3 = 0 then '' when i % 3 = 1 then '-' end, pr_number => i,
             control_id => nullif('=', repeat('=', i)))
         from generate_series(1, 12) i",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    database
}

#[tokio::test]
async fn a_script_finds_the_chain_whole() {
    let empty = database().await;
    let Some((status, text)) = said(&empty).await else { return };
    assert_eq!((status, text.trim()), (0, "EMPTY"));
    let (status, text) = said(&filled().await).await.unwrap();
    assert!(status == 0 && text.starts_with("VERIFIED 12 "), "{text}");
}

#[tokio::test]
async fn a_script_finds_what_was_changed() {
    for (sql, expected) in [
        ("update audit.audit_trail_entries set payload = '{}' where seq = 5", "5 PAYLOAD_MISMATCH"),
        ("update audit.audit_trail_entries set actor = 'x' where seq = 5", "5 METADATA_MISMATCH"),
        ("update audit.audit_trail_entries set repo_full_name = null where seq = 6", "6 METADATA_MISMATCH"),
        ("delete from audit.audit_trail_entries where seq = 5", "5 GAP"),
        ("delete from audit.audit_trail_entries where seq = 1", "1 GAP"),
        (
            "update audit.audit_trail_entries set prev_hash = repeat('0', 64),
                 entry_hash = audit.entry_hash(chain_id, seq, occurred_at, category, event_type, actor, actor_type,
                     db_user, repo_full_name, pr_number, commit_sha, framework, control_id, payload_alg,
                     payload_hash, repeat('0', 64)) where seq = 5",
            "5 LINK_MISMATCH",
        ),
    ] {
        let database = filled().await;
        attack(&database, sql).await;
        let Some((status, text)) = said(&database).await else { return };
        assert!(status == 3 && text.lines().any(|line| line.starts_with(expected)), "{sql}: {text}");
    }
}
