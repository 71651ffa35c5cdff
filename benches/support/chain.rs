//! A chain of any length whose hashes hold.

use super::server::Server;
use attestor::chain::hash::{PAYLOAD_ALG, Preimage, payload_hash};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgPoolCopyExt;
use std::fmt::Write as _;

/// Entries that are sent at once.
const PIECE: u64 = 20_000;

/// Loads so many entries, as a year of decisions, into a fresh database.
pub async fn load_chain(server: &Server, database: &str, entries: u64) {
    // The CHECK and the triggers are looked at by the tests; here only the rows matter.
    server
        .run(database, "alter table audit.audit_trail_entries drop constraint audit_trail_entries_is_entry")
        .await;
    lengthen_chain(server, database, entries).await;
}

/// Loads so many entries behind those that are there.
pub async fn lengthen_chain(server: &Server, database: &str, entries: u64) {
    let pool = sqlx::PgPool::connect_with(server.lease().superuser(database)).await.unwrap();
    let (chain_id, mut before, last, begin): (String, String, i64, DateTime<Utc>) = sqlx::query_as(
        "select c.chain_id, coalesce(e.entry_hash, c.genesis), coalesce(e.seq, 0),
                coalesce(e.occurred_at, '2025-11-01 00:00:00+00')
         from audit.chain c
         left join lateral (select * from audit.audit_trail_entries order by seq desc limit 1) e on true",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    // As `findings triage` enters a verdict.
    let framework = ["SOC2:CC7.1", "ISO27001:A.8.8", "ISO27001:A.8.28", "ISO27001:A.8.29"];
    let mut copy = pool
        .copy_in_raw(
            "copy audit.audit_trail_entries (id, seq, category, event_type, actor, actor_type, repo_full_name, payload,
                 framework, payload_hash, prev_hash, occurred_at, db_user, chain_id, payload_alg, entry_hash) from stdin",
        )
        .await
        .unwrap();
    let mut text = String::new();
    let last = u64::try_from(last).unwrap();
    // A year of them, however many; what comes behind is of today, where a checkpoint is of today too.
    let step_us = if last == 0 { (31_000_017_000_000 / entries.max(1_000_000)) as i64 } else { 1 };
    for seq in last + 1..=last + entries {
        let repo = format!("acme/service-{}", seq % 40);
        // In the order in which PostgreSQL prints the keys of a jsonb.
        let payload = format!(
            "{{\"file\": \"services/billing/handlers/invoice_{}.py\", \
             \"reason\": \"Test fixture: the key is the documented example and opens nothing\", \
             \"rule_id\": \"lang.security.rule-{}\", \"verdict\": \"FP\", \"version\": 1, \"previous\": null, \
             \"finding_id\": {seq}, \"feedback_id\": {seq}, \"fingerprint\": \"{before}\", \
             \"idempotency_key\": \"{:08x}-4b1c-4bdf-8bec-{seq:012x}\"}}",
            seq % 900,
            seq % 240,
            seq * 7919 % 0xffff_ffff,
        );
        let digest = payload_hash(&payload).to_string();
        let occurred_at = begin + TimeDelta::microseconds(i64::try_from(seq - last).unwrap() * step_us);
        let entry_hash = Preimage {
            chain_id: &chain_id,
            seq: i64::try_from(seq).unwrap(),
            occurred_at,
            category: "finding_triage",
            event_type: "feedback.given",
            actor: "alice",
            actor_type: "human",
            db_user: "alice",
            repo_full_name: Some(&repo),
            pr_number: None,
            commit_sha: None,
            framework: &framework,
            control_id: None,
            payload_alg: PAYLOAD_ALG,
            payload_hash: &digest,
            prev_hash: &before,
        }
        .entry_hash()
        .to_string();
        let time = occurred_at.format("%Y-%m-%d %H:%M:%S%.6f+00");
        writeln!(
            text,
            "{seq}\t{seq}\tfinding_triage\tfeedback.given\talice\thuman\t{repo}\t{payload}\t{{{}}}\t\
             {digest}\t{before}\t{time}\talice\t{chain_id}\t{PAYLOAD_ALG}\t{entry_hash}",
            framework.join(",")
        )
        .unwrap();
        before = entry_hash;
        if seq % PIECE == 0 {
            copy.send(std::mem::take(&mut text).into_bytes()).await.unwrap();
        }
    }
    copy.send(text.into_bytes()).await.unwrap();
    copy.finish().await.unwrap();
    sqlx::raw_sql("vacuum (analyze) audit.audit_trail_entries").execute(&pool).await.unwrap();
    pool.close().await;
}
