//! Chains of other producers, where they lie.

use super::*;
use attestor::audit::jobs::{detect, verify_foreign};
use attestor::audit::verify::foreign::{Form, Profile, compact};
use attestor::audit::verify::report::Verdict;
use attestor::db::relation::Relation;
use attestor::error::Kind as ErrorKind;

/// A table `"Git wire".trail` with these payloads, each hashed as `text` says; `payload` is stored.
async fn foreign(rows: &[(&str, &str)], columns: &str) -> TestDatabase {
    let database = database().await;
    let mut superuser = database.superuser().await;
    run(
        &mut superuser,
        &format!(
            "create schema \"Git wire\";
             create table \"Git wire\".trail ({columns}, actor text, payload_hash text, prev_hash text);
             grant usage on schema \"Git wire\" to public; grant select on \"Git wire\".trail to public"
        ),
    )
    .await;
    for (i, (payload, text)) in rows.iter().enumerate() {
        let place = columns.split_whitespace().next().unwrap();
        let insert = format!(
            "insert into \"Git wire\".trail ({place}, payload, actor, payload_hash, prev_hash)
             values ({}, '{payload}', 'alice', encode(sha256('{text}'), 'hex'),
                     (select payload_hash from \"Git wire\".trail order by {place} desc limit 1))",
            i + 1
        );
        run(&mut superuser, &insert).await;
    }
    database
}

fn table() -> Relation {
    "\"Git wire\".trail".parse().unwrap()
}

async fn report(database: &TestDatabase, profile: Profile) -> Report {
    verify_foreign(&database.db(), &table(), profile, &JobContext::unattended()).await.unwrap()
}

async fn edit(database: &TestDatabase, sql: &str) {
    run(&mut database.superuser().await, sql).await;
}

const SEQ: &str = "seq bigint, payload jsonb";

/// As JSON.stringify wrote it, and as a jsonb gives it back.
const GITWIRE: &[(&str, &str)] = &[
    ("{\"a\": 1}", "{\"a\":1}"),
    ("{\"b\": 1, \"a\": 2}", "{\"b\":1,\"a\":2}"),
    ("{\"a\": 2, \"b\": [1, {\"x\": \"é, \\\" : y\"}]}", "{\"a\":2,\"b\":[1,{\"x\":\"é, \\\" : y\"}]}"),
    ("{\"a\": 1.50}", "{\"a\":1.5}"),
    ("{\"a\": 4}", "{\"a\":4}"),
];

fn bytes(rows: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    // A backslash in a bytea's text has to be written twice.
    rows.iter().map(|(payload, text)| (*payload, text.replace('\\', "\\\\"))).collect()
}

async fn gitwire() -> TestDatabase {
    let rows = bytes(GITWIRE);
    let rows: Vec<(&str, &str)> = rows.iter().map(|(payload, text)| (*payload, text.as_str())).collect();
    foreign(&rows, SEQ).await
}

#[tokio::test]
async fn what_cannot_be_recomputed_is_never_verified() {
    let database = gitwire().await;
    let found = report(&database, Profile::Gitwire).await;
    assert_eq!((found.entries, found.unverifiable, &found.breaks), (5, 2, &vec![]));
    assert_eq!((found.verdict(), found.exit_status()), (Verdict::Unverifiable, 4));
    edit(&database, "delete from \"Git wire\".trail where seq in (2, 3, 4, 5)").await;
    let found = report(&database, Profile::Gitwire).await;
    assert_eq!((found.verdict(), found.unverifiable, found.root), (Verdict::Verified, 0, None));
}

#[tokio::test]
async fn attacks_on_a_foreign_chain() {
    for (sql, seq, kind, field) in [
        ("set payload = '{\"a\": 5}' where seq = 5", 5, Kind::PayloadMismatch, Field::Payload),
        ("set payload_hash = repeat('0', 64) where seq = 3", 4, Kind::LinkMismatch, Field::PrevHash),
        ("set payload_hash = null where seq = 3", 3, Kind::MetadataMismatch, Field::Payload),
        ("set prev_hash = repeat('0', 64) where seq = 1", 1, Kind::LinkMismatch, Field::PrevHash),
        ("set prev_hash = null where seq = 4", 4, Kind::LinkMismatch, Field::PrevHash),
        ("set seq = 1 where seq = 2", 1, Kind::Duplicate, Field::Seq),
        ("set seq = 9 where seq = 5", 5, Kind::Gap, Field::Seq),
    ] {
        let database = gitwire().await;
        edit(&database, &format!("update \"Git wire\".trail {sql}")).await;
        assert_broken(&report(&database, Profile::Gitwire).await, sql, seq, kind, field);
    }
    let database = gitwire().await;
    edit(&database, "delete from \"Git wire\".trail where seq = 3").await;
    assert_broken(&report(&database, Profile::Gitwire).await, "one gone", 3, Kind::Gap, Field::Seq);
    edit(&database, "delete from \"Git wire\".trail where seq < 3").await;
    assert_broken(&report(&database, Profile::Gitwire).await, "the first gone", 1, Kind::Gap, Field::Seq);
}

#[tokio::test]
async fn payloads_as_the_server_prints_them() {
    let rows = [("{\"b\": 1.50, \"a\": 1}", "{\"a\": 1, \"b\": 1.50}"), ("[]", "[]")];
    let database = foreign(&rows, "id integer, payload jsonb").await;
    let found = report(&database, Profile::PayloadLink).await;
    assert_eq!((found.verdict(), found.entries, found.profile), (Verdict::Verified, 2, "payload-link"));
    // An id may have gaps.
    edit(&database, "update \"Git wire\".trail set id = 77 where id = 2").await;
    assert_eq!(report(&database, Profile::PayloadLink).await.breaks, []);
    edit(&database, "update \"Git wire\".trail set payload = '{\"a\": 1, \"b\": 1.5}' where id = 1").await;
    let found = report(&database, Profile::PayloadLink).await;
    assert_broken(&found, "1.50 and 1.5", 1, Kind::PayloadMismatch, Field::Payload);
}

#[tokio::test]
async fn payloads_that_were_kept_as_text() {
    let rows = [("{ \"b\":1.50, \"a\":1 }", "{ \"b\":1.50, \"a\":1 }")];
    for columns in ["seq bigint, payload json", "seq bigint, payload text"] {
        let found = report(&foreign(&rows, columns).await, Profile::Gitwire).await;
        assert_eq!((found.verdict(), found.unverifiable), (Verdict::Verified, 0));
    }
}

#[tokio::test]
async fn detection_proposes() {
    let likeliest = |database: TestDatabase| async move {
        let likenesses = detect(&database.db(), &table()).await.unwrap();
        likenesses.first().map(|like| like.profile)
    };
    assert_eq!(likeliest(gitwire().await).await, Some(Profile::Gitwire));
    let rows = [("{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 2}")];
    assert_eq!(likeliest(foreign(&rows, SEQ).await).await, Some(Profile::PayloadLink));
    assert_eq!(likeliest(foreign(&[], SEQ).await).await, None);
}

#[tokio::test]
async fn rows_of_a_foreign_chain_that_are_hidden() {
    let database = gitwire().await;
    edit(&database, "alter table \"Git wire\".trail enable row level security").await;
    let found = report(&database, Profile::Gitwire).await;
    assert_eq!(all(&found), [(None, Kind::HiddenRows)], "{found:#?}");
    let database = gitwire().await;
    edit(
        &database,
        "alter table \"Git wire\".trail rename to kept; create view \"Git wire\".trail as select * from \"Git wire\".kept",
    )
    .await;
    assert_eq!(all(&report(&database, Profile::Gitwire).await), [(None, Kind::HiddenRows)]);
}

#[tokio::test]
async fn tables_that_are_none() {
    let database = gitwire().await;
    for name in ["nowhere.trail", "\"Git wire\".kept", "triage.findings", "pg_catalog.pg_class"] {
        let relation: Relation = name.parse().unwrap();
        let refused =
            verify_foreign(&database.db(), &relation, Profile::Gitwire, &JobContext::unattended()).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Usage, "{name}");
    }
}

#[test]
fn names_of_tables() {
    let written = |text: &str| text.parse::<Relation>().map(|relation| relation.to_string()).ok();
    for (text, name) in [
        ("audit.Entries", Some("\"audit\".\"entries\"")),
        ("\"A b\".\"c\"\"d\"", Some("\"A b\".\"c\"\"d\"")),
        ("\"a.b\".c", Some("\"a.b\".\"c\"")),
        ("entries", None),
        ("a.b.c", None),
        ("a.b; drop table x", None),
        ("a.\"b", None),
        ("a.b c", None),
        (".b", None),
        ("a.", None),
        ("\"\".b", None),
        ("", None),
    ] {
        assert_eq!(written(text).as_deref(), name, "{text}");
    }
}

#[test]
fn json_without_its_spaces() {
    for (text, form, written) in [
        ("{\"a\": 1}", Form::Only, "{\"a\":1}"),
        ("{\"a\": [1, 2, true, null]}", Form::Only, "{\"a\":[1,2,true,null]}"),
        ("{\"a\": 1, \"b\": 2}", Form::OneOfSeveral, "{\"a\":1,\"b\":2}"),
        ("[{\"a\": 1}, {\"b\": 2}]", Form::Only, "[{\"a\":1},{\"b\":2}]"),
        ("\"a b, \\\" c: 1.5\"", Form::Only, "\"a b, \\\" c: 1.5\""),
        ("\"\\\\\"", Form::Only, "\"\\\\\""),
        ("1.5", Form::OneOfSeveral, "1.5"),
        ("1e5", Form::OneOfSeveral, "1e5"),
        ("123456789012345678", Form::OneOfSeveral, "123456789012345678"),
        ("{}", Form::Only, "{}"),
    ] {
        let mut bytes = Vec::new();
        assert_eq!(compact(text.as_bytes(), &mut bytes), form, "{text}");
        assert_eq!(String::from_utf8(bytes).unwrap(), written);
    }
}
