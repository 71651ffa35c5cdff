//! Appends to the audit chain, against the same rows without a chain.
//!
//! The other side is `pgbench -M prepared`: it inserts the same row, with the same indexes and checks,
//! behind the same lock of a table, and computes no hash.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::db::Db;
use attestor::ids::DeedKey;
use futures::future::join_all;
use serde_json::{Map, Value, json};
use sqlx::{Connection, PgConnection};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::figures::{heading, median, number, rate, scaled, scaled_time, tell};
use support::server::{Server, timed};

const DATABASE: &str = "bench";
/// How many writers there are where there are many.
const MANY: usize = 16;
/// Measurements of each side, one after the other.
const PAIRS: usize = 5;
/// Entries of a large transaction.
const BATCH: i32 = 1_000;

/// The row that pgbench inserts, word for word that of the other side; hashes are numbers that look like
/// some, since the row's checks ask for their form.
const INSERT: &str = "\\set finding random(1, 1000000)
begin;
lock table bench.chain_lock in exclusive mode;
insert into bench.entries (
    id, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
    payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg, entry_hash)
select n.seq, n.seq, 'finding_triage', 'feedback', session_user, 'human', 'acme/api', null,
       jsonb_build_object('finding_id', cast(:finding as bigint), 'verdict', 'FP', 'reason', 'test fixtures',
                          'rule_id', 'python.lang.security.audit.sqli', 'file', 'api/comments.py',
                          'fingerprint', cast(:fingerprint as text), 'version', 1,
                          'idempotency_key', gen_random_uuid()::text),
       cast(:framework as text[]),
       lpad(to_hex(n.seq), 64, '0'), lpad(to_hex(n.seq - 1), 64, '0'), clock_timestamp(),
       '37c66511a0bb4c8e8d8e37c66511a0bb4c8e8d8e', null, session_user, 'attestor.local/bench', 'pgjsonb',
       lpad(to_hex(n.seq), 64, '0')
from (select coalesce(max(seq), 0) + 1 as seq from bench.entries) n;
commit;
";

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    server.database(DATABASE).await;
    let login = &server.lease().cluster().layout().login;
    let tables = format!(
        "create schema bench authorization \"{login}\";
         create table bench.entries (like audit.audit_trail_entries including all);
         create table bench.chain_lock ();
         alter table bench.entries owner to \"{login}\";
         alter table bench.chain_lock owner to \"{login}\";
         grant usage on schema audit to \"{login}\";
         grant execute on function audit.is_entry to \"{login}\""
    );
    server.run(DATABASE, tables).await;
    let script = server.folder().join("insert.sql");
    std::fs::write(&script, INSERT).unwrap();
    let dbs: Vec<Db> = (0..MANY).map(|_| server.db(DATABASE)).collect();
    // Every writer is connected, and both tables have statistics, before anything is measured.
    append_for(&dbs, Duration::from_millis(500)).await;
    insert_for(&server, &script, MANY, Duration::from_secs(1));
    server.run(DATABASE, "analyze").await;

    one_a_transaction(&server, &script, &dbs).await;
    beside_a_snapshot(&server, &dbs).await;
    many_a_transaction(&server).await;
    check(&server).await;
    server.end().await;
}

async fn one_a_transaction(server: &Server, script: &Path, dbs: &[Db]) {
    let time = scaled_time(2.0).max(Duration::from_secs(1));
    let settings =
        format!("median of {PAIRS} pairs of {} s; durable, PostgreSQL's own settings", time.as_secs());
    heading("append, one entry a transaction", &settings);
    for writers in [1, MANY] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            // Who comes first changes, so that neither has the better half of every minute.
            if pair % 2 == 0 {
                ours.push(append_for(&dbs[..writers], time).await);
            }
            theirs.push(insert_for(server, script, writers, time));
            if pair % 2 == 1 {
                ours.push(append_for(&dbs[..writers], time).await);
            }
        }
        let (ours, theirs) = (median(&ours), median(&theirs));
        let what = format!("append, {writers} writer{}", if writers == 1 { "" } else { "s" });
        tell(&what, &rate(ours), &format!("pgbench {}", rate(theirs)), ours / theirs, ">= 0.65");
    }
}

async fn beside_a_snapshot(server: &Server, dbs: &[Db]) {
    let seconds = std::env::var("ATTESTOR_BENCH_SNAPSHOT_SECONDS").ok().and_then(|s| s.parse().ok());
    let held = seconds.map_or(scaled_time(10.0), Duration::from_secs_f64);
    let time = scaled_time(3.0).min(held);
    let title = "append beside the open snapshot of another session";
    heading(
        title,
        &format!(
            "median of 3 pairs; the snapshot is {} s old at the end, rates are those of the last {} s; \
             ATTESTOR_BENCH_SNAPSHOT_SECONDS=60 is the budget's own",
            number(held.as_secs_f64()),
            number(time.as_secs_f64()),
        ),
    );
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        without.push(append_for(&dbs[..1], time).await);
        let mut reader = server.superuser(DATABASE).await;
        let open = "begin isolation level repeatable read; select count(*) from audit.audit_trail_entries";
        sqlx::raw_sql(open).execute(&mut reader).await.unwrap();
        append_for(&dbs[..1], held - time).await;
        with.push(append_for(&dbs[..1], time).await);
        reader.close().await.unwrap();
    }
    let (with, without) = (median(&with), median(&without));
    let what = format!("append, a snapshot open for {} s", number(held.as_secs_f64()));
    tell(&what, &rate(with), &format!("without {}", rate(without)), with / without, ">= 0.9");
}

async fn many_a_transaction(server: &Server) {
    let times = scaled(20, 3);
    heading("append, many entries a transaction", &format!("median of {times} transactions"));
    let mut writer: PgConnection =
        sqlx::ConnectOptions::connect(&server.lease().options(DATABASE)).await.unwrap();
    let mut rates = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        let mut change = writer.begin().await.unwrap();
        sqlx::query(
            "select count(audit.append_entry(
                        category => 'finding_triage', event_type => 'feedback', actor_type => 'human',
                        payload => jsonb_build_object('finding_id', n, 'verdict', 'FP',
                                                      'reason', 'test fixtures'),
                        repo_full_name => 'acme/api', framework => '{SOC2:CC7.1,ISO27001:A.8.8}'))
               from generate_series(1, $1) n",
        )
        .bind(BATCH)
        .execute(&mut *change)
        .await
        .unwrap();
        change.commit().await.unwrap();
        rates.push(f64::from(BATCH) / begun.elapsed().as_secs_f64());
    }
    writer.close().await.unwrap();
    let rates = median(&rates);
    tell("append, 1,000 entries a transaction", &rate(rates), "", rates, ">= 10000 /s");
}

/// Appends an entry after the other from each of `writers` for so long; gives the entries a second.
async fn append_for(writers: &[Db], time: Duration) -> f64 {
    let begun = Instant::now();
    let write = |writer: usize, db: Db| async move {
        let mut count = 0_i64;
        while begun.elapsed() < time {
            let change = Change::begin(&db, DeedKey::fresh()).await.unwrap();
            change.commit(entry(count * 16 + writer as i64)).await.unwrap();
            count += 1;
        }
        count
    };
    let tasks = writers.iter().enumerate().map(|(writer, db)| tokio::spawn(write(writer, db.clone())));
    let counts = join_all(tasks).await;
    let count: i64 = counts.into_iter().map(|count| count.unwrap()).sum();
    count as f64 / begun.elapsed().as_secs_f64()
}

fn entry(finding: i64) -> NewEntry {
    let payload = json!({
        "finding_id": finding, "verdict": "FP", "reason": "test fixtures",
        "rule_id": "python.lang.security.audit.sqli", "file": "api/comments.py",
        "fingerprint": "v1:7f696aa1c181d20b7f696aa1c181d20b", "version": 1,
    });
    let payload: Map<String, Value> = payload.as_object().cloned().unwrap_or_default();
    NewEntry::new(Category::FindingTriage, "feedback", payload)
        .about(Some("acme/api"), Some("37c66511a0bb4c8e8d8e37c66511a0bb4c8e8d8e"))
}

/// Lets pgbench insert for so long; gives the rows a second, its own connecting left out.
fn insert_for(server: &Server, script: &Path, writers: usize, time: Duration) -> f64 {
    let mut pgbench = server.program("pgbench", DATABASE);
    // In a script, pgbench takes a colon for the beginning of a variable, in quotes too.
    pgbench
        .args(["-D", "framework={SOC2:CC7.1,ISO27001:A.8.8,ISO27001:A.8.28,ISO27001:A.8.29}"])
        .args(["-D", "fingerprint=v1:7f696aa1c181d20b7f696aa1c181d20b"])
        .args(["-n", "-M", "prepared", "-c", &writers.to_string(), "-j", &writers.min(2).to_string()])
        .args(["-T", &time.as_secs().to_string(), "-f"])
        .arg(PathBuf::from(script));
    let (said, _) = timed(pgbench);
    let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|l| l.split(' ').next());
    tps.and_then(|tps| tps.parse().ok()).expect("pgbench tells its rate")
}

/// Says whether the chain is without a fork and without a gap after all that.
async fn check(server: &Server) {
    let mut admin = server.superuser(DATABASE).await;
    let (entries, unlinked): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where seq <> place or prev_hash is distinct from before)
           from (select seq, prev_hash, row_number() over (order by seq) as place,
                        coalesce(lag(entry_hash) over (order by seq), (select genesis from audit.chain)) as before
                   from audit.audit_trail_entries) e",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    admin.close().await.unwrap();
    assert_eq!(unlinked, 0, "entries that do not follow the one before");
    println!("# {} entries, one after the other: no fork, no gap", number(entries as f64));
}
