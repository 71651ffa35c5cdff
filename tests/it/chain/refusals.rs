//! What append_entry refuses, and that it says why.

use super::{assert_refused, refusal, rows};
use crate::support::database;
use sqlx::AssertSqlSafe;
use sqlx::PgConnection;

fn append(payload: &str) -> String {
    format!("select audit.append_entry('finding_triage', 'x', 'human', {payload})")
}

async fn check(connection: &mut PgConnection, sql: &str, code: &str, words: &str) {
    let refused = refusal(connection, sql).await;
    assert_refused(sql.get(..200).unwrap_or(sql), refused, code, words);
}

async fn allowed(connection: &mut PgConnection, sql: &str) {
    assert_eq!(refusal(connection, sql).await, None, "{}", sql.get(..200).unwrap_or(sql));
}

#[tokio::test]
async fn sizes_have_limits() {
    let database = database().await;
    let mut c = database.superuser().await;
    // {"a": "…"} is 9 bytes and the text.
    let sized = |bytes: usize| append(&format!("jsonb_build_object('a', repeat('x', {}))", bytes - 9));
    allowed(&mut c, &sized(1_048_576)).await;
    check(&mut c, &sized(1_048_577), "54000", "1 MiB").await;
    check(&mut c, &append("jsonb_build_object('a', repeat('x', 20000000))"), "54000", "1 MiB").await;
    for column in ["actor", "repo_full_name", "commit_sha", "control_id"] {
        let sql = |bytes| {
            let append = append("'{}'");
            format!("{}, {column} => repeat('x', {bytes}))", append.trim_end_matches(')'))
        };
        allowed(&mut c, &sql(1024)).await;
        check(&mut c, &sql(1025), "22001", "1 KiB").await;
    }
    let event = "select audit.append_entry('finding_triage', repeat('x', 1025), 'human', '{}')";
    check(&mut c, event, "22001", "1 KiB").await;
    let kind = "select audit.append_entry('finding_triage', 'x', repeat('x', 1025), '{}')";
    check(&mut c, kind, "22001", "1 KiB").await;
    let key = |bytes| append(&format!("jsonb_build_object('idempotency_key', repeat('x', {bytes}))"));
    allowed(&mut c, &key(1024)).await;
    check(&mut c, &key(1025), "22001", "idempotency_key").await;
    // An id that is no id must not be too large for the index.
    let noise = "(select string_agg(md5(i::text), '') from generate_series(1, 1000) i)";
    allowed(&mut c, &append(&format!("jsonb_build_object('finding_id', {noise})"))).await;
}

#[tokio::test]
async fn depth_has_a_limit() {
    let database = database().await;
    let mut c = database.superuser().await;
    let arrays = |depth: usize| append(&format!("(repeat('[', {depth}) || repeat(']', {depth}))::jsonb"));
    let objects = |depth: usize| {
        append(&format!("(repeat('{{\"a\":', {depth}) || '1' || repeat('}}', {depth}))::jsonb"))
    };
    let wide = |depth: usize| {
        append(&format!(
            "('[' || repeat('[],', 500) || repeat('[', {0}) || repeat(']', {0}) || ']')::jsonb",
            depth - 1
        ))
    };
    for nested in [&arrays as &dyn Fn(usize) -> String, &objects, &wide] {
        allowed(&mut c, &nested(128)).await;
        check(&mut c, &nested(129), "54000", "deeper than 128").await;
        check(&mut c, &nested(2000), "54000", "deeper than 128").await;
    }
    allowed(&mut c, &append("'[]'")).await;
}

#[tokio::test]
async fn numbers_have_limits() {
    let database = database().await;
    let mut c = database.superuser().await;
    for fine in
        ["0", "-0", "0.0", "1e308", "-1e308", "1e-308", "-1e-308", "1.5", "123456789012345678901234567890"]
    {
        allowed(&mut c, &append(&format!("'{{\"n\": {fine}}}'"))).await;
        allowed(&mut c, &append(&format!("'[[{{\"n\": [{fine}]}}]]'"))).await;
        allowed(&mut c, &append(&format!("'{fine}'"))).await;
    }
    for beyond in ["1e400", "-1e309", "1e-400", "-1e-309", "1.0000001e308", "9e-309", "1e100000"] {
        for shape in ["{}", "[{}]", "[1, [2, {}]]", "{\"a\": {}}", "{\"a\": [{\"b\": [[], {}]}]}"] {
            let sql = append(&format!("'{}'", shape.replacen("{}", beyond, 1)));
            check(&mut c, &sql, "22003", "1e308").await;
        }
    }
    // A string that looks like such a number is a string.
    allowed(&mut c, &append("'{\"n\": \"1e400\"}'")).await;
}

/// Refused before text is made of them: otherwise each would take seconds and a gigabyte. What a
/// statement allocates is not seen from here, so the server is given little time.
#[tokio::test]
async fn what_prints_as_much_more_than_it_weighs_is_refused() {
    let database = database().await;
    let mut c = database.superuser().await;
    sqlx::raw_sql("set statement_timeout = '300s'").execute(&mut c).await.unwrap();
    // Parsed from text: jsonb_agg would print each number by itself.
    let list =
        |number: &str, count: u32| append(&format!("('[' || repeat('{number},', {count}) || '0]')::jsonb"));
    let printed: i64 = sqlx::query_scalar(
        "select octet_length((select jsonb_agg(1e100000::numeric) from generate_series(1, 130))::text)::bigint",
    )
    .fetch_one(&mut c)
    .await
    .unwrap();
    assert!(printed > 13_000_000, "2 KB print as {printed}");
    check(&mut c, &list("1e100000", 130), "22003", "1e308").await;
    check(&mut c, &list("1e131000", 50_000), "22003", "1e308").await;
    // Zeros with many digits behind the point are within the bounds, and still too long.
    check(&mut c, &list("0e-16383", 200), "54000", "1 MiB").await;
    check(&mut c, &list("0e-16383", 300_000), "54000", "1 MiB").await;
    check(&mut c, &list("1e308", 300_000), "54000", "1 MiB").await;
    // The same from a table, where it lies compressed.
    sqlx::raw_sql(
        "create temp table stored as
         select ('[' || repeat('0e-16383,', 300000) || '0]')::jsonb as payload",
    )
    .execute(&mut c)
    .await
    .unwrap();
    let stored = "select audit.append_entry('finding_triage', 'x', 'human', payload) from stored";
    check(&mut c, stored, "54000", "1 MiB").await;
}

#[tokio::test]
async fn text_that_utf8_or_postgresql_lacks_is_refused() {
    let database = database().await;
    let mut c = database.superuser().await;
    check(&mut c, &append(r#"'{"a": "\u0000"}'"#), "22P05", "").await;
    check(&mut c, &append(r#"'{"a\u0000b": 1}'"#), "22P05", "").await;
    check(&mut c, &append(r#"'{"a": "\ud800"}'"#), "22P02", "").await;
    check(&mut c, &append(r#"'{"a": "\udc00\ud800"}'"#), "22P02", "").await;
    check(&mut c, &append("E'{\"a\": \"\\xff\"}'"), "22021", "").await;
}

#[tokio::test]
async fn other_isolations_are_refused() {
    let database = database().await;
    let mut c = database.superuser().await;
    for isolation in ["repeatable read", "serializable", "read uncommitted"] {
        let sql = format!("begin isolation level {isolation}; {}", append("'{}'"));
        check(&mut c, &sql, "25000", "READ COMMITTED").await;
        allowed(&mut c, "rollback").await;
    }
    allowed(&mut c, &format!("begin isolation level read committed; {}; commit", append("'{}'"))).await;
}

#[tokio::test]
async fn shapes_are_refused() {
    let database = database().await;
    let mut c = database.superuser().await;
    let framework = |value: &str| format!("{}, framework => {value})", append("'{}'").trim_end_matches(')'));
    for fine in ["'{}'", "'{a}'", "'{a,b}'", "array['']", "'{}'::text[]"] {
        allowed(&mut c, &framework(fine)).await;
    }
    for broken in ["'{{a},{b}}'", "'[2:3]={a,b}'", "'{a,null}'", "array[repeat('x', 1025)]"] {
        check(&mut c, &framework(broken), "22023", "framework").await;
    }
    check(&mut c, &framework("null"), "22004", "NULL").await;
    check(&mut c, &append("null"), "22004", "NULL").await;
    check(&mut c, "select audit.append_entry(null, 'x', 'human', '{}')", "22004", "NULL").await;
    let unknown = "select audit.append_entry('gossip', 'x', 'human', '{}')";
    check(&mut c, unknown, "42501", "no such category").await;
    assert!(rows(&mut c).await.iter().all(|row| row.framework.iter().all(|f| f.len() < 2)));
}

/// What is refused leaves no lock behind and no place in the chain.
#[tokio::test]
async fn a_refusal_costs_nobody_else() {
    let database = database().await;
    let (mut c, mut other) = (database.superuser().await, database.superuser().await);
    sqlx::raw_sql("begin").execute(&mut c).await.unwrap();
    check(&mut c, &append("'1e400'"), "22003", "1e308").await;
    let sql = format!("set lock_timeout = '1s'; {}", append("'{}'"));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut other).await.unwrap();
    allowed(&mut c, "rollback").await;
    assert_eq!(rows(&mut c).await.len(), 1);
}
