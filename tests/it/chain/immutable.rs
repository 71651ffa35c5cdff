//! What is in the chain stays: also against a superuser who goes the ordinary ways.

use super::{assert_refused, refusal, rows};
use crate::support::database;

const APPEND: &str = "select audit.append_entry('finding_triage', 'x', 'human', '{}')";

#[tokio::test]
async fn nothing_is_changed_or_deleted() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(APPEND).execute(&mut superuser).await.unwrap();
    sqlx::raw_sql(
        "insert into triage.findings (rule_id) values ('x');
         insert into triage.feedbacks (finding_id, user_verdict) select id, 'TP' from triage.findings",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let before = format!("{:?}", rows(&mut superuser).await);
    for role in ["origin", "replica", "local"] {
        let become_role = format!("set session_replication_role = {role}");
        assert_eq!(refusal(&mut superuser, &become_role).await, None);
        for table in ["audit.audit_trail_entries", "audit.chain", "triage.feedbacks"] {
            for deed in [
                "update {} set id = id",
                "delete from {}",
                "truncate {}",
                "truncate {} cascade",
                "with gone as (delete from {} returning 1) select count(*) from gone",
                "merge into {} t using (select 1) s on true when matched then delete",
            ] {
                let column = if table == "audit.chain" { "chain_id = chain_id" } else { "id = id" };
                let sql = deed.replace("{}", table).replace("id = id", column);
                let refused = refusal(&mut superuser, &sql).await;
                // A plain TRUNCATE of a table that others refer to is refused before any trigger.
                if refused.as_ref().is_some_and(|(code, ..)| code == "0A000") && deed == "truncate {}" {
                    continue;
                }
                assert_refused(&sql, refused, "42501", "append-only");
            }
        }
    }
    assert_eq!(format!("{:?}", rows(&mut superuser).await), before);
}

#[tokio::test]
async fn a_row_that_is_no_entry_is_refused() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    let insert = |changes: &str| {
        let mut columns = vec![
            ("id", "1"),
            ("seq", "1"),
            ("category", "'c'"),
            ("event_type", "'e'"),
            ("actor", "'a'"),
            ("actor_type", "'human'"),
            ("payload", "'{}'"),
            ("framework", "'{}'"),
            ("payload_hash", "repeat('a', 64)"),
            ("prev_hash", "repeat('b', 64)"),
            ("occurred_at", "now()"),
            ("db_user", "'u'"),
            ("chain_id", "'c'"),
            ("payload_alg", "'pgjsonb'"),
            ("entry_hash", "repeat('c', 64)"),
            ("repo_full_name", "null"),
            ("control_id", "null"),
        ];
        if let Some((name, value)) = changes.split_once('=') {
            columns.iter_mut().find(|(n, _)| *n == name).expect("a column").1 = value;
        }
        let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        format!(
            "begin; insert into audit.audit_trail_entries ({}) values ({}); rollback",
            names.join(", "),
            values.join(", ")
        )
    };
    for fine in [
        "",
        "occurred_at='0001-01-01 00:00:00+00'",
        "occurred_at='9999-12-31 23:59:59.999999+00'",
        "framework='{a,b}'",
        "actor=repeat('x', 1024)",
        "chain_id=repeat('x', 255)",
    ] {
        assert_eq!(refusal(&mut superuser, &insert(fine)).await, None, "{fine}");
    }
    for broken in [
        "id=2",
        "seq=2",
        "occurred_at='0001-12-31 00:00:00+00 BC'",
        "occurred_at='10000-01-01 00:00:00+00'",
        "occurred_at='infinity'",
        "occurred_at='-infinity'",
        "framework='{{a},{b}}'",
        "framework='[0:1]={a,b}'",
        "framework='{a,null}'",
        "framework=array[repeat('x', 1025)]",
        "payload_alg='jcs'",
        "payload_hash=repeat('A', 64)",
        "payload_hash=repeat('a', 63)",
        "prev_hash=repeat('g', 64)",
        "entry_hash=repeat('c', 64) || E'\\n'",
        "chain_id=''",
        "chain_id='a b'",
        "chain_id=repeat('x', 256)",
        "actor=repeat('x', 1025)",
        "category=repeat('é', 513)",
        "db_user=repeat('x', 1025)",
        "repo_full_name=repeat('x', 1025)",
        "control_id=repeat('x', 1025)",
    ] {
        let sql = insert(broken);
        let refused = refusal(&mut superuser, &sql).await;
        assert_eq!(refusal(&mut superuser, "rollback").await, None);
        assert_refused(broken, refused, "23514", "audit_trail_entries_is_entry");
    }
    for required in [
        "category",
        "event_type",
        "actor",
        "actor_type",
        "payload",
        "framework",
        "payload_hash",
        "prev_hash",
        "occurred_at",
        "db_user",
        "chain_id",
        "payload_alg",
        "entry_hash",
    ] {
        let refused = refusal(&mut superuser, &insert(&format!("{required}=null"))).await;
        assert_eq!(refusal(&mut superuser, "rollback").await, None);
        assert_refused(required, refused, "23502", required);
    }
}

#[tokio::test]
async fn one_place_has_one_entry() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(APPEND).execute(&mut superuser).await.unwrap();
    let copy = |seq: &str, prev_hash: &str| {
        format!(
            "insert into audit.audit_trail_entries (id, seq, category, event_type, actor, actor_type, payload,
                 framework, payload_hash, prev_hash, occurred_at, db_user, chain_id, payload_alg, entry_hash)
             select {seq}, {seq}, category, event_type, actor, actor_type, payload, framework, payload_hash,
                    {prev_hash}, occurred_at, db_user, chain_id, payload_alg, entry_hash
             from audit.audit_trail_entries where seq = 1"
        )
    };
    let fork = copy("2", "prev_hash");
    assert_refused(&fork, refusal(&mut superuser, &fork).await, "23505", "prev_hash");
    let double = copy("1", "entry_hash");
    assert_refused(&double, refusal(&mut superuser, &double).await, "23505", "audit_trail_entries");
}
