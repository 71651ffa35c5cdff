//! Proofs of entries: made, checked here and by the script, and refused where anything differs; and the
//! commands around them.

use super::bench::{Bench, signer};
use super::{key_pair, there};
use attestor::audit::actions::prove;
use attestor::audit::proof::{Proof, Unproved};
use attestor::audit::trust::{Disbelief, Trust};
use attestor::chain::hash::Digest;
use attestor::error::Kind;
use attestor::ids::EntrySeq;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

async fn proof_of(bench: &Bench, seq: i64) -> Result<Proof, Unproved> {
    prove(&bench.db, &bench.folder, &[bench.place()], EntrySeq(seq)).await.unwrap()
}

/// What the script says of a proof; none where Python or ssh-keygen is missing.
fn script(file: &Path, signers: &Path) -> Option<(i32, String)> {
    if !there("python3") || !there("ssh-keygen") {
        return None;
    }
    let done = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py"))
        .args([Path::new("proof"), file, Path::new("--signers"), signers])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    Some((done.status.code().unwrap(), said))
}

async fn signers(bench: &Bench, seed: u8) -> std::path::PathBuf {
    let path = bench.files.path().join(format!("signers{seed}"));
    let public = key_pair(seed).public_key().to_openssh().unwrap();
    std::fs::write(&path, format!("{} {public}\n", bench.origin().await)).unwrap();
    path
}

#[tokio::test]
async fn every_entry_of_a_chain_is_proved() {
    let bench = Bench::with_entries(700).await;
    bench.seal().await;
    let trust = bench.folder.read(&bench.origin().await).unwrap();
    for seq in [1, 2, 255, 256, 257, 511, 512, 513, 640, 700, 701] {
        let proof = proof_of(&bench, seq).await.unwrap();
        assert_eq!(proof.verify(&trust).unwrap().size, 701, "{seq}");
        let text = serde_json::to_string(&proof).unwrap();
        assert_eq!(Proof::parse(text.as_bytes()), Ok(proof));
    }
    bench.superuser("update audit.merkle_tiles set hash = sha256(hash)").await;
    assert!(proof_of(&bench, 513).await.is_ok(), "a cache that lies is not asked twice");
    bench.append(1).await;
    for seq in [702, 800, 0, -1] {
        let missing = prove(&bench.db, &bench.folder, &[bench.place()], EntrySeq(seq)).await.unwrap_err();
        assert_eq!(missing.kind(), Kind::NotFound, "{seq}");
    }
}

#[tokio::test]
async fn a_chain_that_was_changed_proves_nothing() {
    let bench = Bench::with_entries(5).await;
    bench.seal().await;
    bench.attack("update audit.audit_trail_entries set actor = 'x' where seq = 3").await;
    let word = async |seq| proof_of(&bench, seq).await.err().map(|why| why.word());
    assert_eq!((word(3).await, word(2).await), (Some("METADATA_MISMATCH"), None));
    bench.rechain(3).await;
    assert_eq!((word(3).await, word(2).await), (Some("ROOT_MISMATCH"), Some("ROOT_MISMATCH")));
    bench.attack("delete from audit.audit_trail_entries where seq = 5").await;
    assert_eq!(word(1).await, Some("ROOT_MISMATCH"));
}

/// Every change that matters, as a path into the proof and the value that is put there.
fn changes(proof: &Value) -> Vec<(&'static str, Value)> {
    let flipped = |pointer: &str| {
        let text = proof.pointer(pointer).unwrap().as_str().unwrap();
        let first = if text.starts_with('A') { "B" } else { "A" };
        Value::from(format!("{first}{}", &text[1..]))
    };
    vec![
        ("/entry/id", json!(4)),
        ("/entry/seq", json!(4)),
        ("/entry/occurred_at", json!("2026-01-02T03:04:05.000006Z")),
        ("/entry/category", json!("override")),
        ("/entry/event_type", json!("y")),
        ("/entry/actor", json!("mallory")),
        ("/entry/actor_type", json!("bot")),
        ("/entry/db_user", json!("mallory")),
        ("/entry/repo_full_name", json!("")),
        ("/entry/pr_number", json!(0)),
        ("/entry/commit_sha", json!("")),
        ("/entry/framework", json!(["SOC2:CC7.1"])),
        ("/entry/framework", json!([""])),
        ("/entry/control_id", json!("")),
        ("/entry/chain_id", json!("example.com/other")),
        ("/entry/payload_alg", json!("jcs")),
        ("/entry/payload_text", json!("{\"n\": 4}")),
        ("/entry/payload_text", json!("{\"n\":3}")),
        ("/entry/payload_hash", json!("0".repeat(64))),
        ("/entry/prev_hash", json!("0".repeat(64))),
        ("/entry/entry_hash", json!("0".repeat(64))),
        ("/entry/entry_hash", json!(proof["entry"]["entry_hash"].as_str().unwrap().to_uppercase())),
        ("/leaf_index", json!(3)),
        ("/tree_size", json!(7)),
        ("/root", flipped("/root")),
        ("/inclusion/0", flipped("/inclusion/0")),
        ("/inclusion/1", flipped("/inclusion/1")),
        ("/inclusion", json!([])),
        ("/checkpoint", flipped("/checkpoint")),
        ("/checkpoint", json!(proof["checkpoint"].as_str().unwrap().replace("\n6\n", "\n7\n"))),
        ("/ssh_signature", json!("")),
        ("/format", json!("attestor/proof/v2")),
        ("/format", json!(1)),
    ]
}

#[tokio::test]
async fn a_proof_holds_as_it_was_made_alone() {
    let bench = Bench::with_entries(5).await;
    bench.seal().await;
    let trust = bench.folder.read(&bench.origin().await).unwrap();
    let proof = proof_of(&bench, 3).await.unwrap();
    let whole = serde_json::to_value(&proof).unwrap();
    let file = bench.files.path().join("proof.json");
    let signers = signers(&bench, 1).await;
    std::fs::write(&file, whole.to_string()).unwrap();
    if let Some((status, said)) = script(&file, &signers) {
        assert!(status == 0 && said.starts_with("PROVED #3 "), "{said}");
    }
    let holds = |value: &Value| {
        Proof::parse(value.to_string().as_bytes()).and_then(|proof| proof.verify(&trust)).is_ok()
    };
    assert!(holds(&whole));
    for (pointer, value) in changes(&whole) {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        assert!(!holds(&changed), "{pointer} {value}");
        std::fs::write(&file, changed.to_string()).unwrap();
        if let Some((status, said)) = script(&file, &signers) {
            assert!([3, 65].contains(&status), "{pointer} {value}: {said}");
        }
    }
    let mut more = whole.clone();
    more["more"] = json!(1);
    assert!(!holds(&more), "what is not known is no proof");
    for pointer in ["entry", "root", "checkpoint", "inclusion"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(pointer);
        assert!(!holds(&less), "without {pointer}");
    }
    let twice = whole.to_string().replacen("{", "{\"root\": \"x\", ", 1);
    assert!(Proof::parse(twice.as_bytes()).is_err(), "a key that stands twice");
}

#[tokio::test]
async fn a_proof_is_believed_for_its_signer() {
    let bench = Bench::with_entries(5).await;
    let origin = bench.origin().await;
    bench.seal().await;
    let proof = proof_of(&bench, 3).await.unwrap();
    assert_eq!(proof.verify(&Trust::nothing(&origin)), Err(Unproved::Unbelieved(Disbelief::UnknownKey)));
    let stranger = signer(&bench.files, 9).await;
    let other = bench.auditor(&[&stranger]).await.read(&origin).unwrap();
    assert_eq!(proof.verify(&other).unwrap_err().word(), "UNTRUSTED");
    let mut pinned = bench.folder.read(&origin).unwrap();
    pinned.pinned = Some(bench.forged(&bench.signer, 6, Digest([1; 32])).await.0);
    assert_eq!(proof.verify(&pinned).unwrap_err().word(), "FORK", "another root of this size is pinned");
    let file = bench.files.path().join("proof.json");
    std::fs::write(&file, serde_json::to_string(&proof).unwrap()).unwrap();
    if let Some((status, said)) = script(&file, &signers(&bench, 9).await) {
        assert!(status == 3 && said.contains("BAD_SIGNATURE"), "{said}");
    }
}

/// Runs the program; its status and what it printed.
fn attestor(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(arguments)
        .env("DATABASE_URL", bench.database.url())
        .env("ATTESTOR_STATE_DIR", bench.files.path().join("cli"))
        .env("ATTESTOR_CONFIG", bench.files.path().join("config.toml"))
        .env_remove("SSH_AUTH_SOCK")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    (done.status.code().unwrap(), said)
}

#[tokio::test]
async fn the_commands_seal_prove_and_pin() {
    let bench = Bench::with_entries(3).await;
    let path = |name: &str| bench.files.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("config.toml"), format!("[audit]\ncheckpoints = [{:?}]\n", path("published")))
        .unwrap();
    let (status, said) = attestor(&bench, &["audit", "checkpoint"]);
    assert!(status == 78 && said.contains("ssh-agent"), "{said}");
    let (status, said) = attestor(&bench, &["audit", "checkpoint", "--key", &path("key1"), "--json"]);
    let sealed: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &sealed["size"], &sealed["new"]), (0, &json!(4), &json!(true)), "{said}");

    let (status, said) = attestor(&bench, &["audit", "verify", "--json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &report["anchored"]["size"], &report["anchored"]["tail"]), (0, &json!(4), &json!(0)));

    let (proof, auditor) = (path("proof.json"), path("auditor"));
    let (status, said) = attestor(&bench, &["audit", "prove", "--seq", "2", "--out", &proof]);
    assert_eq!(status, 0, "{said}");
    let elsewhere = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args(arguments)
            .env("ATTESTOR_STATE_DIR", &auditor)
            .env("ATTESTOR_CONFIG", path("none.toml"))
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        (done.status.code().unwrap(), said)
    };
    std::fs::write(path("none.toml"), "").unwrap();
    let (status, said) = elsewhere(&["audit", "verify-proof", &proof]);
    assert!(status == 3 && said.starts_with("UNTRUSTED  #2"), "{said}");
    let public = path("key1.pub");
    let (status, said) = elsewhere(&["audit", "verify-proof", &proof, "--key", &public]);
    assert!(status == 0 && said.starts_with("PROVED  #2"), "{said}");
    let origin = bench.origin().await;
    assert_eq!(
        elsewhere(&["audit", "trust", &public]).0,
        2,
        "an SSH key does not say for which chain it signs"
    );
    let (status, said) = elsewhere(&["audit", "trust", &public, "--origin", &origin]);
    assert!(status == 0 && said.starts_with("trusted  "), "{said}");
    let (status, said) = elsewhere(&["audit", "verify-proof", &proof, "--json"]);
    let verdict: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &verdict["verdict"], &verdict["seq"]), (0, &json!("PROVED"), &json!(2)));
    let wrong = ["audit", "verify-proof", &proof, "--origin", "example.com/other"];
    assert!(elsewhere(&wrong).1.starts_with("CHAIN_ID_MISMATCH"));
    let note = sealed["published"][0].as_str().unwrap();
    assert!(elsewhere(&["audit", "pin", note]).1.starts_with("pinned  "), "without a database");
    let (status, said) = elsewhere(&["audit", "trust", "--json"]);
    let listed: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &listed["pinned"]["size"], &listed["origin"]), (0, &json!(4), &json!(origin)));

    let changed = std::fs::read_to_string(&proof).unwrap().replace("\\\"n\\\": 2", "\\\"n\\\": 3");
    std::fs::write(&proof, changed).unwrap();
    let (status, said) = elsewhere(&["audit", "verify-proof", &proof]);
    assert!(status == 3 && said.starts_with("PAYLOAD_MISMATCH  #2"), "{said}");
    std::fs::write(&proof, "{}").unwrap();
    assert_eq!(elsewhere(&["audit", "verify-proof", &proof]).0, 65);
    assert_eq!(elsewhere(&["audit", "verify-proof", &path("nowhere")]).0, 65);

    bench.attack("delete from audit.audit_trail_entries where seq >= 3").await;
    // A run that is recorded appends to the chain.
    let (status, said) = attestor(&bench, &["audit", "verify", "--unrecorded"]);
    assert!(status == 3 && said.starts_with("ROLLBACK"), "{said}");
    let (status, said) = attestor(&bench, &["audit", "checkpoint", "--key", &path("key1")]);
    assert!(status == 3 && said.starts_with("REFUSED") && said.contains("ROLLBACK"), "{said}");
}
