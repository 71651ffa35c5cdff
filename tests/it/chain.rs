//! The audit chain: hashing, appending, refusals, rights, and what nobody may change.

mod append;
mod hash;
mod immutable;
mod news;
mod refusals;
mod rights;
mod script;
mod writers;

use crate::support::TestDatabase;
use attestor::chain::hash::{Preimage, genesis, payload_hash};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

/// A row of the chain as it is stored, byte by byte.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    id: i64,
    seq: i64,
    occurred_at: DateTime<Utc>,
    category: String,
    event_type: String,
    actor: String,
    actor_type: String,
    db_user: String,
    repo_full_name: Option<String>,
    pr_number: Option<i32>,
    commit_sha: Option<String>,
    framework: Vec<String>,
    control_id: Option<String>,
    chain_id: String,
    payload_text: String,
    payload_alg: String,
    payload_hash: String,
    prev_hash: String,
    entry_hash: String,
}

/// All rows of the chain, by seq.
async fn rows(connection: &mut PgConnection) -> Vec<Row> {
    sqlx::query_as("select *, payload::text as payload_text from audit.audit_trail_entries order by seq")
        .fetch_all(connection)
        .await
        .unwrap()
}

/// Recomputes the chain in Rust: every hash, every link, no gap, time that never goes back.
fn assert_whole(rows: &[Row]) {
    let mut before: Option<&Row> = None;
    for row in rows {
        let framework: Vec<&str> = row.framework.iter().map(String::as_str).collect();
        let preimage = Preimage {
            chain_id: &row.chain_id,
            seq: row.seq,
            occurred_at: row.occurred_at,
            category: &row.category,
            event_type: &row.event_type,
            actor: &row.actor,
            actor_type: &row.actor_type,
            db_user: &row.db_user,
            repo_full_name: row.repo_full_name.as_deref(),
            pr_number: row.pr_number,
            commit_sha: row.commit_sha.as_deref(),
            framework: &framework,
            control_id: row.control_id.as_deref(),
            payload_alg: &row.payload_alg,
            payload_hash: &row.payload_hash,
            prev_hash: &row.prev_hash,
        };
        assert_eq!(row.id, row.seq);
        assert_eq!(row.seq, before.map_or(1, |b| b.seq + 1), "no gap");
        assert_eq!(row.payload_hash, payload_hash(&row.payload_text).to_string(), "payload of {}", row.seq);
        assert_eq!(row.entry_hash, preimage.entry_hash().to_string(), "entry {}", row.seq);
        let expected = before.map_or_else(|| genesis(&row.chain_id).to_string(), |b| b.entry_hash.clone());
        assert_eq!(row.prev_hash, expected, "link of {}", row.seq);
        assert!(before.is_none_or(|b| b.occurred_at <= row.occurred_at), "time of {}", row.seq);
        before = Some(row);
    }
}

/// A connection as a login that is a member of `attestor_ROLE` alone.
async fn member_of(database: &TestDatabase, role: &str) -> PgConnection {
    let login = format!("login_{role}");
    let create = format!(
        "do $$ begin create role {login} login in role attestor_{role};
         exception when duplicate_object or unique_violation then null; end $$"
    );
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut database.superuser().await).await.unwrap();
    database.options_as(&login).connect().await.unwrap()
}

/// Runs `sql`; the server's code, message and hint where it refuses.
async fn refusal(connection: &mut PgConnection, sql: &str) -> Option<(String, String, String)> {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.err()?;
    let error = error.into_database_error().expect("the server refused");
    let error = error.downcast_ref::<sqlx::postgres::PgDatabaseError>();
    Some((error.code().to_owned(), error.message().to_owned(), error.hint().unwrap_or_default().to_owned()))
}

/// Checks that `sql` is refused with `code`, in a message that contains `words`.
#[track_caller]
fn assert_refused(sql: &str, refusal: Option<(String, String, String)>, code: &str, words: &str) {
    let (found, message, hint) = refusal.unwrap_or_else(|| panic!("was not refused: {sql}"));
    assert_eq!(found, code, "{message} in {sql}");
    assert!(format!("{message} {hint}").contains(words), "{message} ({hint}) should speak of {words}");
}
