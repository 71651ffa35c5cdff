//! Every bound column changed, one at a time.

use super::*;

/// Each assignment, on entry 7; what is broken of it first.
const EDITS: &[(&str, Kind, Field)] = &[
    ("id = 1007", Kind::MetadataMismatch, Field::Seq),
    ("occurred_at = occurred_at + interval '1 us'", Kind::MetadataMismatch, Field::Entry),
    ("category = 'config_change'", Kind::MetadataMismatch, Field::Entry),
    ("category = 'override'", Kind::MetadataMismatch, Field::Entry),
    ("event_type = event_type || ' '", Kind::MetadataMismatch, Field::Entry),
    ("actor = 'mallory'", Kind::MetadataMismatch, Field::Entry),
    ("actor_type = 'human'", Kind::MetadataMismatch, Field::Entry),
    ("db_user = 'mallory'", Kind::MetadataMismatch, Field::Entry),
    ("repo_full_name = 'acme/apj'", Kind::MetadataMismatch, Field::Entry),
    ("repo_full_name = null", Kind::MetadataMismatch, Field::Entry),
    ("pr_number = -pr_number", Kind::MetadataMismatch, Field::Entry),
    ("pr_number = null", Kind::MetadataMismatch, Field::Entry),
    ("commit_sha = 'c0ffef'", Kind::MetadataMismatch, Field::Entry),
    ("commit_sha = ''", Kind::MetadataMismatch, Field::Entry),
    (
        "framework = array['SOC2:CC8.1', 'SOC2:CC7.1', 'SOC2:CC6.6', 'ISO27001:A.8.9']",
        Kind::MetadataMismatch,
        Field::Entry,
    ),
    (
        "framework = array['SOC2:CC7.1,SOC2:CC8.1,SOC2:CC6.6,ISO27001:A.8.9']",
        Kind::MetadataMismatch,
        Field::Entry,
    ),
    ("framework = '{}'", Kind::MetadataMismatch, Field::Entry),
    ("control_id = 'CC8.2'", Kind::MetadataMismatch, Field::Entry),
    ("control_id = ''", Kind::MetadataMismatch, Field::Entry),
    ("chain_id = 'other.example/audit'", Kind::ChainIdMismatch, Field::ChainId),
    ("chain_id = upper(chain_id)", Kind::ChainIdMismatch, Field::ChainId),
    ("chain_id = null", Kind::ChainIdMismatch, Field::ChainId),
    ("payload = payload || '{\"n\": 8}'", Kind::PayloadMismatch, Field::Payload),
    ("payload = payload - 'text'", Kind::PayloadMismatch, Field::Payload),
    ("payload_alg = 'jcs'", Kind::MetadataMismatch, Field::Payload),
    ("payload_hash = repeat('0', 64)", Kind::PayloadMismatch, Field::Payload),
    ("payload_hash = upper(payload_hash)", Kind::MetadataMismatch, Field::Payload),
    ("prev_hash = repeat('0', 64)", Kind::MetadataMismatch, Field::Entry),
    ("prev_hash = upper(prev_hash)", Kind::MetadataMismatch, Field::PrevHash),
    ("entry_hash = repeat('0', 64)", Kind::MetadataMismatch, Field::Entry),
    ("entry_hash = upper(entry_hash)", Kind::MetadataMismatch, Field::Entry),
    // Bytes moved from one field to its neighbour.
    ("actor = 'reconcile', actor_type = 'rbot'", Kind::MetadataMismatch, Field::Entry),
    ("category = 'driftdrift', event_type = '_seen'", Kind::MetadataMismatch, Field::Entry),
    ("actor_type = 'botpostgres', db_user = ''", Kind::MetadataMismatch, Field::Entry),
    ("repo_full_name = 'acme/api7', pr_number = null", Kind::MetadataMismatch, Field::Entry),
    ("commit_sha = null, repo_full_name = 'acme/apic0ffee'", Kind::MetadataMismatch, Field::Entry),
];

#[tokio::test]
async fn every_column_is_bound() {
    let database = chain(12).await;
    attack(&database, "create table public.kept as select * from audit.audit_trail_entries").await;
    let mut superuser = database.superuser().await;
    for (edit, kind, field) in EDITS {
        run(&mut superuser, &format!("update audit.audit_trail_entries set {edit} where seq = 7")).await;
        assert_broken(&verified(&database).await, edit, 7, *kind, *field);
        run(
            &mut superuser,
            "delete from audit.audit_trail_entries where seq = 7;
             insert into audit.audit_trail_entries select * from public.kept where seq = 7",
        )
        .await;
    }
    let columns: i64 = sqlx::query_scalar(
        "select count(*) from pg_attribute
         where attrelid = 'audit.audit_trail_entries'::regclass and attnum > 0 and not attisdropped",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(columns, 19, "a column that is new has to be bound, and its edit be listed here");
    let last = verified(&database).await;
    assert_eq!(last.breaks, [], "each edit was undone");
}

/// What no entry can be, with hashes that fit it: only the checks of the row itself find it.
const NO_ENTRIES: &[(&str, Field)] = &[
    ("category = repeat('x', 1025)", Field::Entry),
    ("event_type = repeat('x', 1025)", Field::Entry),
    ("actor = repeat('x', 1025)", Field::Entry),
    ("actor_type = repeat('x', 1025)", Field::Entry),
    ("db_user = repeat('x', 1025)", Field::Entry),
    ("repo_full_name = repeat('é', 513)", Field::Entry),
    ("commit_sha = repeat('x', 1025)", Field::Entry),
    ("control_id = repeat('x', 1025)", Field::Entry),
    ("category = null", Field::Entry),
    ("event_type = null", Field::Entry),
    ("actor = null", Field::Entry),
    ("actor_type = null", Field::Entry),
    ("db_user = null", Field::Entry),
    ("framework = null", Field::Entry),
    ("framework = array[null]::text[]", Field::Entry),
    ("framework = array['a', null]", Field::Entry),
    ("framework = '[0:1]={a,b}'", Field::Entry),
    ("framework = array[['a', 'b']]", Field::Entry),
    // What is usual but for its numbers, its shape, a NULL.
    ("framework = '[0:3]={SOC2:CC7.1,SOC2:CC8.1,SOC2:CC6.6,ISO27001:A.8.9}'", Field::Entry),
    ("framework = '{{SOC2:CC7.1,SOC2:CC8.1,SOC2:CC6.6,ISO27001:A.8.9}}'", Field::Entry),
    ("framework = '{SOC2:CC7.1,SOC2:CC8.1,SOC2:CC6.6,NULL}'", Field::Entry),
    ("framework = null, category = 'nobody knows it'", Field::Entry),
    ("framework = array[repeat('x', 600), repeat('y', 424)]", Field::Entry),
    ("payload = null", Field::Payload),
    ("payload_alg = 'sha1'", Field::Payload),
    ("payload_alg = null", Field::Payload),
    ("occurred_at = '0044-03-15 00:00:00+00 BC'", Field::OccurredAt),
    ("occurred_at = '10000-01-01 00:00:00+00'", Field::OccurredAt),
    ("occurred_at = 'infinity'", Field::OccurredAt),
    ("occurred_at = '-infinity'", Field::OccurredAt),
    ("occurred_at = null", Field::OccurredAt),
    ("id = null", Field::Seq),
    ("id = 0", Field::Seq),
];

#[tokio::test]
async fn what_no_entry_can_be_is_found_though_its_hashes_fit() {
    let database = chain(9).await;
    attack(
        &database,
        "alter table audit.audit_trail_entries drop constraint audit_trail_entries_pkey;
                       alter table audit.audit_trail_entries alter column id drop not null;
                       create table public.kept as select * from audit.audit_trail_entries",
    )
    .await;
    let mut superuser = database.superuser().await;
    for (edit, field) in NO_ENTRIES {
        let edit = format!("update audit.audit_trail_entries set {edit} where seq = 9");
        // Where the edit leaves no hash to compute, there is none that fits.
        run(&mut superuser, &format!("{edit}; {}", rehash_of_9())).await;
        assert_broken(&verified(&database).await, &edit, 9, Kind::MetadataMismatch, *field);
        run(
            &mut superuser,
            "delete from audit.audit_trail_entries where seq = 9;
             insert into audit.audit_trail_entries select * from public.kept where seq = 9",
        )
        .await;
    }
    assert_eq!(verified(&database).await.breaks, [], "each edit was undone");
}

/// Gives entry 9 the hashes that fit it, as far as there are any.
fn rehash_of_9() -> &'static str {
    "update audit.audit_trail_entries
        set payload_hash = coalesce(encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'), payload_hash)
      where seq = 9;
     update audit.audit_trail_entries
        set entry_hash = coalesce(audit.entry_hash(chain_id, seq, occurred_at, category, event_type, actor,
                actor_type, db_user, repo_full_name, pr_number, commit_sha, framework, control_id, payload_alg,
                payload_hash, prev_hash), entry_hash)
      where seq = 9 and framework is not null"
}

#[tokio::test]
async fn a_name_that_no_chain_has_is_found() {
    let database = chain(0).await;
    for name in ["", "a b", "é", "a' or 'a' = 'a", &"x".repeat(256)] {
        attack_name(&database, name).await;
    }
}

async fn attack_name(database: &TestDatabase, name: &str) {
    let unlock = "alter table audit.chain disable trigger all;
                  alter table audit.chain drop constraint if exists chain_chain_id_check;
                  alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_is_entry;
                  alter table audit.audit_trail_entries disable trigger all;
                  delete from audit.audit_trail_entries";
    let quoted = name.replace('\'', "''");
    let named = format!("update audit.chain set chain_id = '{quoted}', genesis = audit.genesis('{quoted}')");
    let mut superuser = database.superuser().await;
    run(&mut superuser, &format!("{unlock}; {named}")).await;
    append(&mut superuser, 2).await;
    let report = verified(database).await;
    assert_broken(&report, name, 1, Kind::MetadataMismatch, Field::ChainId);
}

#[tokio::test]
async fn texts_that_the_server_takes_for_the_same_are_told_apart() {
    let database = chain(9).await;
    let mut superuser = database.superuser().await;
    let has_icu = "select exists (select from pg_collation where collprovider = 'i')";
    if !sqlx::query_scalar::<_, bool>(has_icu).fetch_one(&mut superuser).await.unwrap() {
        return eprintln!("not tried: this server has no collations that take two texts for the same");
    }
    let mut again = "create collation public.careless (provider = icu, locale = 'und-u-ks-level2',
                                                      deterministic = false);"
        .to_owned();
    for (column, type_name) in
        [("chain_id", "text"), ("payload_alg", "text"), ("framework", "text[]"), ("category", "text")]
    {
        again += &format!(
            "alter table audit.audit_trail_entries alter column {column} type {type_name} collate public.careless;"
        );
    }
    again += "create table public.kept as select * from audit.audit_trail_entries where seq = 7;";
    attack(&database, &again).await;
    assert_eq!(verified(&database).await.breaks, []);
    for (edit, kind, field) in [
        ("framework = lower(framework::text)::text[]", Kind::MetadataMismatch, Field::Entry),
        ("category = upper(category)", Kind::MetadataMismatch, Field::Entry),
        ("payload_alg = upper(payload_alg)", Kind::MetadataMismatch, Field::Payload),
        ("chain_id = upper(chain_id)", Kind::ChainIdMismatch, Field::ChainId),
    ] {
        run(&mut superuser, &format!("update audit.audit_trail_entries set {edit} where seq = 7")).await;
        assert_broken(&verified(&database).await, edit, 7, kind, field);
        run(
            &mut superuser,
            "delete from audit.audit_trail_entries where seq = 7;
             insert into audit.audit_trail_entries select * from public.kept",
        )
        .await;
    }
}
