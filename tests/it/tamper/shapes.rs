//! Values that a careless reader takes for the same.

use super::*;

/// Two values of a column that only exact hashing tells apart: stored as the first, changed to the second.
async fn told_apart(column: &str, before: &str, after: &str) {
    let database = chain(3).await;
    attack(
        &database,
        &format!("update audit.audit_trail_entries set {column} = {before} where seq = 2; {}", rehash(2)),
    )
    .await;
    let report = verified(&database).await;
    assert_eq!(report.breaks, [], "{before} is as good as another value");
    run(
        &mut database.superuser().await,
        &format!("update audit.audit_trail_entries set {column} = {after} where seq = 2"),
    )
    .await;
    let kind = if column == "payload" { Kind::PayloadMismatch } else { Kind::MetadataMismatch };
    let field = if column == "payload" { Field::Payload } else { Field::Entry };
    assert_broken(&verified(&database).await, after, 2, kind, field);
}

#[tokio::test]
async fn digits_of_numbers_count() {
    told_apart("payload", "'{\"n\": 12345678901234567890}'", "'{\"n\": 12345678901234567891}'").await;
    told_apart("payload", "'{\"n\": 1.0}'", "'{\"n\": 1}'").await;
    told_apart("payload", "'{\"n\": 0.10000000000000000001}'", "'{\"n\": 0.1}'").await;
}

#[tokio::test]
async fn keys_and_texts_count_to_the_last_character() {
    told_apart("payload", "'{\"\u{1d54f}\": 1, \"\u{ffff}\": 2}'", "'{\"\u{1d550}\": 1, \"\u{ffff}\": 2}'")
        .await;
    told_apart("payload", "'{\"a\": \"é\"}'", "'{\"a\": \"e\u{301}\"}'").await;
    told_apart("actor", "'a\u{202e}b'", "'ab'").await;
    told_apart("actor", "e'a\\r\\n'", "e'a\\n'").await;
}

#[tokio::test]
async fn nothing_and_empty_are_two_things() {
    told_apart("repo_full_name", "''", "null").await;
    told_apart("commit_sha", "null", "''").await;
    told_apart("control_id", "''", "null").await;
    told_apart("pr_number", "0", "null").await;
    told_apart("framework", "'{}'", "array['']").await;
    told_apart("framework", "array['a', 'b']", "array['a,b']").await;
    told_apart("framework", "array['a', '']", "array['a']").await;
}

#[tokio::test]
async fn hostile_text_in_every_field_verifies() {
    let hostile = "e'-,3:abc,\\x1b[2J\\u202e\\r\\n\\t'";
    let database = chain(5).await;
    let texts = [
        "category",
        "event_type",
        "actor",
        "actor_type",
        "db_user",
        "repo_full_name",
        "commit_sha",
        "control_id",
    ];
    let set: Vec<String> = texts.iter().map(|text| format!("{text} = {hostile}")).collect();
    let edit = format!(
        "update audit.audit_trail_entries
            set {}, framework = array[{hostile}, ''], payload = jsonb_build_object({hostile}, {hostile}),
                pr_number = -2147483648, occurred_at = '9999-12-31 23:59:59.999999+00'
          where seq = 5; {}",
        set.join(", "),
        rehash(5)
    );
    attack(&database, &edit).await;
    let report = verified(&database).await;
    assert_eq!(report.breaks, [], "the constraints let it in, and so does the verifier");
    attack_again(&database, "update audit.audit_trail_entries set actor = actor || ' ' where seq = 5").await;
    assert_broken(&verified(&database).await, "one space", 5, Kind::MetadataMismatch, Field::Entry);
}

async fn attack_again(database: &TestDatabase, sql: &str) {
    run(&mut database.superuser().await, sql).await;
}

/// Every day of four centuries and the edges of time, as SQL writes them.
#[tokio::test]
async fn times_are_written_as_the_server_writes_them() {
    let database = chain(1).await;
    let times = "
        select '0001-01-01 00:00:00+00'::timestamptz as at
        union all select '9999-12-31 23:59:59.999999+00'
        union all select '1999-12-31 23:59:59.999999+00' union all select '2000-01-01 00:00:00+00'
        union all select d + interval '12:34:56.000001' from generate_series(
            '1899-12-25 00:00:00+00'::timestamptz, '2101-01-05 00:00:00+00', '17 days') d
        union all select d from generate_series('0001-02-27 00:00:00+00'::timestamptz, '9999-01-01', '400 days') d";
    attack(
        &database,
        &format!(
            "delete from audit.audit_trail_entries;
             insert into audit.audit_trail_entries
             select n, n, 'drift', 'x', 'a', 'bot', null, null, '{{}}', '{{}}', '', '', at, null, null, 'd',
                    (select chain_id from audit.chain), 'pgjsonb', ''
             from (select row_number() over (order by at) as n, at from ({times}) times) numbered; {}",
            rehash(1)
        ),
    )
    .await;
    let report = verified(&database).await;
    assert_eq!(report.breaks, []);
    assert!(report.entries > 13_000, "{}", report.entries);
}
