//! Verifying the chain against reading it, in SQL and by the script; proofs and exports.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::chain::{lengthen_chain, load_chain};
use support::figures::{heading, median, ms, number, rate, scaled, tell};
use support::server::{Server, timed};

const DATABASE: &str = "chain";
/// A shorter chain, for what is slow.
const SHORT: &str = "short";

/// The columns that the hashes are over, as the verifier reads them.
const COLUMNS: &str = "id, seq, occurred_at, category, event_type, actor, actor_type, db_user, repo_full_name, \
     pr_number, commit_sha, framework, control_id, chain_id, payload_alg, payload_hash, prev_hash, entry_hash, payload";

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let server = Server::start().await;
    let entries = std::env::var("ATTESTOR_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok());
    let entries = entries.unwrap_or_else(|| scaled(1_000_000, 10_000));
    server.database(DATABASE).await;
    load_chain(&server, DATABASE, entries).await;
    whole(&server, entries).await;
    exported(&server, entries);
    sealed(&server, entries).await;
    let short = scaled(100_000, 10_000);
    server.database(SHORT).await;
    load_chain(&server, SHORT, short).await;
    others(&server, short).await;
    server.end().await;
}

/// A full verification, and the memory that it took.
async fn verified(server: &Server, database: &str, entries: u64) -> (f64, u64) {
    let mut command = server.attestor(database);
    command.args(["audit", "verify", "--json", "--unrecorded"]).stdout(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak_kib = peak_kib.max(kib.unwrap_or(0));
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (report["verdict"].as_str(), report["entries"].as_u64()),
        (Some("VERIFIED"), Some(entries)),
        "{report}"
    );
    (seconds, peak_kib)
}

async fn whole(server: &Server, entries: u64) {
    let times = scaled(5, 1);
    let size = number(entries as f64);
    heading("a full verification", &format!("{size} entries, warm; median of {times} pairs"));
    let copy = format!(
        "\\copy (select {COLUMNS} from audit.audit_trail_entries order by seq) to /dev/null with (format binary)"
    );
    timed(server.psql(DATABASE, std::slice::from_ref(&copy)));
    let (mut ours, mut theirs, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times {
        let (seconds, peak) = verified(server, DATABASE, entries).await;
        ours.push(seconds);
        peaks.push(peak as f64 / 1024.0);
        theirs.push(timed(server.psql(DATABASE, std::slice::from_ref(&copy))).1);
    }
    let (ours, theirs, peak) = (median(&ours), median(&theirs), median(&peaks));
    let seconds = |seconds: f64| format!("{seconds:.2} s");
    tell(
        &format!("verify {size}"),
        &seconds(ours),
        &format!("\\copy {}", seconds(theirs)),
        ours / theirs,
        "<= 0.75",
    );
    tell(&format!("verify {size}, peak memory"), &format!("{peak:.0} MiB"), "", peak, "<= 64 MiB");
}

fn exported(server: &Server, entries: u64) {
    heading("an export", &format!("{} entries, once", number(entries as f64)));
    let mut command = server.attestor(DATABASE);
    command.args(["audit", "export", "--json", "--from", "1", "--to", &entries.to_string(), "--out"]);
    command.arg(server.folder());
    let (_, seconds) = timed(command);
    println!("export {}: {:.2} s, {}", number(entries as f64), seconds, rate(entries as f64 / seconds));
}

/// A checkpoint over all entries, proofs against it, and what came after it.
async fn sealed(server: &Server, entries: u64) {
    let grown = entries / 100;
    heading("a sealed chain", &format!("{} entries, once each; proofs: median of 5", number(entries as f64)));
    let folder = server.folder().join("checkpoints");
    let key = server.folder().join("seal");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
    timed(keygen);
    let origin =
        timed(server.psql(DATABASE, &["\\t on".to_owned(), "select chain_id from audit.chain".to_owned()])).0;
    let mut trust = server.attestor(DATABASE);
    trust.args(["audit", "trust", "--yes", "--origin", origin.trim()]).arg(key.with_extension("pub"));
    timed(trust);
    let checkpoint = || {
        let mut command = server.attestor(DATABASE);
        command.args(["audit", "checkpoint", "--yes", "--key"]).arg(&key).arg("--to").arg(&folder);
        timed(command).1
    };
    println!("checkpoint over {}: {:.2} s", number(entries as f64), checkpoint());
    let proofs: Vec<f64> = (1..=5)
        .map(|nth| {
            let mut prove = server.attestor(DATABASE);
            let seq = (entries * nth / 6).max(1);
            prove.args(["audit", "prove", "--seq", &seq.to_string(), "--checkpoints"]).arg(&folder);
            timed(prove).1
        })
        .collect();
    println!("proof of one entry: {}", ms(median(&proofs)));
    lengthen_chain(server, DATABASE, grown).await;
    let mut incremental = server.attestor(DATABASE);
    incremental
        .args(["audit", "verify", "--incremental", "--json", "--unrecorded", "--checkpoints"])
        .arg(&folder);
    let (said, seconds) = timed(incremental);
    let report: Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(
        (report["verdict"].as_str(), report["breaks"].as_u64()),
        (Some("VERIFIED"), Some(0)),
        "{report}"
    );
    println!("verify what came after the checkpoint, {}: {}", number(grown as f64), ms(seconds));
    println!("checkpoint over 1 % more: {:.2} s", checkpoint());
}

/// One statement in the database that does the same, and the script.
async fn others(server: &Server, entries: u64) {
    let size = number(entries as f64);
    heading("others that verify", &format!("{size} entries, once each"));
    let ours = verified(server, SHORT, entries).await.0;
    let statement = "
        select count(*) from (
            select e.*, lag(entry_hash, 1, (select genesis from audit.chain)) over (order by seq) as before,
                   encode(sha256(convert_to(payload::text, 'UTF8')), 'hex') as digest
            from audit.audit_trail_entries e) e
        where digest <> payload_hash or before <> prev_hash
           or entry_hash <> audit.entry_hash(chain_id, seq, occurred_at, category, event_type, actor, actor_type,
                  db_user, repo_full_name, pr_number, commit_sha, framework, control_id, payload_alg, payload_hash,
                  prev_hash)";
    let (said, seconds) = timed(server.psql(SHORT, &[statement.to_owned()]));
    assert!(said.lines().any(|line| line.trim() == "0"), "no break is found: {said}");
    println!(
        "verify {size}: attestor {ours:.2} s, one statement in the database {seconds:.2} s, {:.2} of it",
        ours / seconds
    );
    let mut script = Command::new("python3");
    script
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py"))
        .args(["database", &server.lease().url(SHORT)]);
    // `psql` lies where the server's programs do.
    let psql = server.program("psql", SHORT);
    let folder = std::path::Path::new(psql.get_program()).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    script.env("PATH", format!("{path}:{}", folder.display()));
    let (_, seconds) = timed(script);
    println!("verify {size}: attestor {ours:.2} s, the script {seconds:.2} s, {:.2} of it", ours / seconds);
}
