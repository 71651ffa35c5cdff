//! Sealing on a real server: what a checkpoint covers, tries that were cut short, caches that lie.

use super::bench::{Bench, signer, words};
use super::{ssh_keygen, there};
use attestor::audit::actions::{Outcome, Request, gather, prove, seal};
use attestor::audit::evidence::judge;
use attestor::audit::jobs;
use attestor::audit::place;
use attestor::audit::trust::TrustFolder;
use attestor::chain::change::Change;
use attestor::chain::entry::{Category, NewEntry};
use attestor::chain::hash::Digest;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::ids::{DeedKey, EntrySeq};
use attestor::jobs::JobContext;
use serde_json::{Map, json};

#[tokio::test]
async fn a_checkpoint_covers_its_own_entry() {
    let bench = Bench::with_entries(4).await;
    let sealed = bench.seal().await;
    assert!(sealed.is_new);
    assert_eq!((sealed.believed.signed.size, sealed.reread, bench.entries().await), (5, 5, 5));
    let said: (String, String) = sqlx::query_as(
        "select category || '/' || event_type, payload->>'key' from audit.audit_trail_entries where seq = 5",
    )
    .fetch_one(bench.db.read())
    .await
    .unwrap();
    assert_eq!(said, ("checkpoint/checkpoint".to_owned(), sealed.believed.signed.key.to_string()));

    let report = bench.verify().await;
    assert_eq!((report.verdict().word(), report.root), ("VERIFIED", Some(sealed.believed.signed.root)));
    let anchored = report.anchored.unwrap();
    assert_eq!((anchored.size, anchored.tail, anchored.key), (5, 0, sealed.believed.signed.key.to_string()));
    assert_eq!(anchored.time.to_rfc3339(), "2100-02-03T04:05:06+00:00");

    bench.append(3).await;
    let sealed = bench.seal().await;
    assert_eq!((sealed.believed.signed.size, sealed.reread), (9, 4), "only what is new is read again");
    let kept: Vec<i64> = sqlx::query_scalar("select size from audit.checkpoints order by size")
        .fetch_all(bench.db.read())
        .await
        .unwrap();
    assert_eq!(kept, [5, 9]);
    bench.append(2).await;
    assert_eq!(bench.verify().await.anchored.map(|a| (a.size, a.tail)), Some((9, 2)));
}

#[tokio::test]
async fn what_is_published_is_checked_without_us() {
    let bench = Bench::with_entries(2).await;
    let sealed = bench.seal().await;
    let note = sealed.published[0].clone();
    let published = place::at(&note).unwrap().unwrap();
    let trust = bench.folder.read(&bench.origin().await).unwrap();
    assert_eq!(judge(&trust, &published).unwrap().signed, sealed.believed.signed);
    let mut files: Vec<_> = std::fs::read_dir(bench.place())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let name = format!("{:020}-{}", 3, &sealed.believed.signed.root.to_string()[..16]);
    assert_eq!(
        files,
        [format!("{name}.checkpoint"), format!("{name}.checkpoint.sig"), format!("{name}.note")]
    );
    if !there("ssh-keygen") {
        return;
    }
    let signers = bench.files.path().join("signers");
    let public = std::fs::read_to_string(bench.files.path().join("key1.pub")).unwrap();
    std::fs::write(&signers, format!("{} {public}", bench.origin().await)).unwrap();
    let (text, signature) = (note.with_extension("checkpoint"), note.with_extension("checkpoint.sig"));
    let origin = bench.origin().await;
    let arguments =
        ["-Y", "verify", "-f", signers.to_str().unwrap(), "-I", &origin, "-n", "attestor-checkpoint@v1"];
    let arguments = [&arguments[..], &["-s", signature.to_str().unwrap()]].concat();
    assert!(ssh_keygen(&arguments, &text).0);
    assert!(!ssh_keygen(&arguments, &note).0, "the note is another text");
}

#[tokio::test]
async fn sealing_twice_seals_once() {
    let bench = Bench::with_entries(2).await;
    let first = bench.seal().await;
    std::fs::remove_dir_all(bench.place()).unwrap();
    let again = bench.seal().await;
    assert!(!again.is_new);
    assert_eq!((&again.believed, bench.entries().await), (&first.believed, 3), "nothing came in between");
    assert!(again.published[0].is_file(), "what was lost is published again");
}

#[tokio::test]
async fn a_checkpoint_that_was_cut_short_goes_on() {
    let bench = Bench::with_entries(2).await;
    // The entry was appended, and then the machine stopped.
    let key = bench.signer.verifier(&bench.origin().await).unwrap().to_string();
    let entry = |key: &str| {
        let payload: Map<_, _> = json!({ "key": key }).as_object().unwrap().clone();
        NewEntry::new(Category::Checkpoint, "checkpoint", payload)
    };
    Change::begin(&bench.db, DeedKey::fresh()).await.unwrap().commit(entry(&key)).await.unwrap();
    assert_eq!(bench.seal().await.believed.signed.size, 3);
    assert_eq!(bench.entries().await, 3, "no second entry");

    Change::begin(&bench.db, DeedKey::fresh()).await.unwrap().commit(entry("another's")).await.unwrap();
    assert_eq!(bench.seal().await.believed.signed.size, 5, "what another began is the other's");

    // The same deed again, whose answer was lost.
    bench.append(1).await;
    let deed = DeedKey::fresh();
    bench.seal_as(&bench.signer, deed).await.unwrap();
    bench.append(1).await;
    let Outcome::Sealed(again) = bench.seal_as(&bench.signer, deed).await.unwrap() else { panic!() };
    assert_eq!((again.believed.signed.size, bench.entries().await), (7, 8));
}

#[tokio::test]
async fn who_may_not_seal_does_not() {
    let bench = Bench::with_entries(2).await;
    let places = [bench.place()];
    let now = "2100-02-03T04:05:06Z".parse().unwrap();
    let attempt = async |db: &Db, places: &[std::path::PathBuf]| {
        let (signer, folder) = (&bench.signer, &bench.folder);
        let request = Request { signer, key: DeedKey::fresh(), places, folder, now };
        seal(db, &request, &JobContext::unattended()).await.unwrap_err().kind()
    };
    let read_only = Db::lazy(bench.database.options(), Access::ReadOnly);
    assert_eq!(attempt(&read_only, &places).await, Kind::Denied);
    bench.superuser("create role reader login; grant attestor_viewer to reader").await;
    let viewer = Db::lazy(bench.database.options_as("reader"), Access::ReadWrite);
    assert_eq!(attempt(&viewer, &places).await, Kind::Denied);
    assert_eq!(attempt(&bench.db, &[]).await, Kind::Usage, "no place outside of the database");
    assert_eq!(bench.entries().await, 2);
    let early = Request {
        signer: &bench.signer,
        key: DeedKey::fresh(),
        places: &places,
        folder: &bench.folder,
        now: "2000-02-03T04:05:06Z".parse().unwrap(),
    };
    let early = seal(&bench.db, &early, &JobContext::unattended()).await.unwrap_err();
    assert!(early.to_string().contains("clock"), "a time before the entries is not signed: {early}");
    let cancelled = {
        let token = tokio_util::sync::CancellationToken::new();
        token.cancel();
        JobContext::new(tokio::sync::watch::Sender::new(attestor::jobs::Progress::default()), token)
    };
    let request =
        Request { signer: &bench.signer, key: DeedKey::fresh(), places: &places, folder: &bench.folder, now };
    assert_eq!(seal(&bench.db, &request, &cancelled).await.unwrap_err().kind(), Kind::Incomplete);
    assert!(!bench.place().exists(), "nothing was signed");
}

#[tokio::test]
async fn the_cache_is_never_believed() {
    let bench = Bench::with_entries(600).await;
    bench.seal().await;
    bench.append(800).await;
    let sealed = bench.seal().await;
    assert_eq!((sealed.believed.signed.size, sealed.reread), (1402, 801));
    let tiles: Vec<(i16, i64)> =
        sqlx::query_as("select level, position from audit.merkle_tiles order by level, position")
            .fetch_all(bench.db.read())
            .await
            .unwrap();
    assert_eq!(tiles, [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4)]);
    for lie in [
        "update audit.merkle_tiles set hash = sha256(hash) where position = 1",
        "update audit.merkle_tiles set position = position + 10",
        "delete from audit.merkle_tiles",
    ] {
        bench.superuser(lie).await;
        bench.append(1).await;
        let before = bench.entries().await;
        assert_eq!(bench.seal().await.reread, 2, "{lie}");
        let report = bench.verify().await;
        assert_eq!(report.verdict().word(), "VERIFIED", "{lie}");
        assert_eq!(report.anchored.unwrap().size, before as u64 + 1);
    }
}

#[tokio::test]
async fn the_cache_saves_reading() {
    let bench = Bench::with_entries(2100).await;
    bench.seal().await;
    // Where the cache is used, the entries below it are not looked at: this one is not found missing.
    bench.attack("update audit.audit_trail_entries set entry_hash = repeat('0', 64) where seq = 100").await;
    bench.append(1).await;
    bench.seal().await;
    let proof = prove(&bench.db, &bench.folder, &[bench.place()], EntrySeq(2090)).await.unwrap();
    assert!(proof.is_ok(), "{proof:?}");
    assert_eq!(bench.verify().await.verdict().word(), "METADATA_MISMATCH", "a full scan never trusts it");
}

#[tokio::test]
async fn a_chain_that_is_broken_is_not_sealed() {
    for (attack, expected) in [
        ("update audit.audit_trail_entries set payload = '{}' where seq = 7", "PAYLOAD_MISMATCH"),
        ("update audit.audit_trail_entries set actor = 'x' where seq = 7", "METADATA_MISMATCH"),
        ("update audit.audit_trail_entries set actor = 'x' where seq = 4", "METADATA_MISMATCH"),
        ("delete from audit.audit_trail_entries where seq = 7", "GAP"),
    ] {
        let bench = Bench::with_entries(3).await;
        bench.seal().await;
        bench.append(6).await;
        bench.attack(attack).await;
        assert_eq!(words(&bench.refused().await)[0], expected, "{attack}");
        assert_eq!(std::fs::read_dir(bench.place()).unwrap().count(), 3, "nothing new was published");
    }
    let bench = Bench::with_entries(3).await;
    bench.attack("update audit.audit_trail_entries set prev_hash = repeat('0', 64) where seq = 1").await;
    assert!(
        words(&bench.refused().await).contains(&"LINK_MISMATCH"),
        "the first entry of the first checkpoint"
    );
    assert!(bench.folder.all().unwrap().is_empty(), "nothing was pinned");
}

#[tokio::test]
async fn a_key_is_rotated() {
    let bench = Bench::with_entries(2).await;
    bench.seal().await;
    let second = signer(&bench.files, 2).await;
    let auditor = bench.auditor(&[&bench.signer, &second]).await;
    bench.append(2).await;
    let Outcome::Sealed(sealed) = bench.seal_as(&second, DeedKey::fresh()).await.unwrap() else { panic!() };
    assert_eq!((sealed.believed.signed.size, sealed.reread), (6, 3), "it goes on from the first key's");
    let origin = bench.origin().await;
    let old = bench.signer.verifier(&origin).unwrap();
    assert!(auditor.change(&origin, |trust| Ok(trust.remove(&old))).unwrap());
    let report = bench.verify_by(&auditor).await;
    assert_eq!((report.verdict().word(), report.anchored.unwrap().size), ("VERIFIED", 6));
    assert_eq!(bench.known(&auditor).await.evidence.strangers, 2, "the old key's, in both places");
}

#[tokio::test]
async fn whom_nobody_trusts_anchors_nothing() {
    let bench = Bench::with_entries(2).await;
    bench.seal().await;
    let nobody = TrustFolder::below(&bench.files.path().join("nobody"));
    let stranger = signer(&bench.files, 9).await;
    for folder in [nobody, bench.auditor(&[&stranger]).await] {
        let report = bench.verify_by(&folder).await;
        assert_eq!((report.verdict().word(), report.anchored), ("VERIFIED", None));
        assert_eq!(folder.read(&bench.origin().await).unwrap().pinned, None);
    }
}

#[tokio::test]
async fn a_stale_checkpoint_leaves_a_tail() {
    let bench = Bench::with_entries(2).await;
    bench.seal().await;
    bench.append(5).await;
    bench.seal().await;
    // Somebody withholds the newer one.
    bench.attack("delete from audit.checkpoints where size = 9").await;
    for entry in std::fs::read_dir(bench.place()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("00000000000000000009") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let auditor = bench.auditor(&[&bench.signer]).await;
    let report = bench.verify_by(&auditor).await;
    assert_eq!(report.anchored.map(|a| (a.size, a.tail)), Some((3, 6)));
    let pinned = bench.verify().await;
    assert_eq!(pinned.anchored.map(|a| (a.size, a.tail)), Some((9, 0)), "who has pinned it needs no other");
}

#[tokio::test]
async fn no_root_is_signed_for_a_size_twice() {
    let bench = Bench::with_entries(2).await;
    let sealed = bench.seal().await;
    let (fork, ssh) = bench.forged(&bench.signer, sealed.believed.signed.size, Digest([7; 32])).await;
    place::publish(&bench.place(), fork.size, &fork.root, &fork.note, &ssh).unwrap();
    assert_eq!(words(&bench.refused().await), ["FORK"]);
    bench.append(1).await;
    assert_eq!(words(&bench.refused().await), ["FORK"], "also when the chain has gone on");
}

#[tokio::test]
async fn to_hold_a_chain_against_a_checkpoint_takes_no_more_than_reading_it() {
    let bench = Bench::with_entries(300).await;
    bench.seal().await;
    bench
        .superuser(
            "create role bare login; grant usage on schema audit to bare;
             grant select on audit.audit_trail_entries to bare",
        )
        .await;
    let db = Db::lazy(bench.database.options_as("bare"), Access::ReadWrite);
    let origin = bench.origin().await;
    let auditor = bench.auditor(&[&bench.signer]).await;
    for (places, expected) in [(vec![], None), (vec![bench.place()], Some((301, 0)))] {
        let known = gather(&db, &auditor, Some(&origin), &places).await.unwrap().unwrap();
        let request = jobs::Request {
            origin: Some(origin.parse().unwrap()),
            trusted: known.evidence.trusted(),
            ..jobs::Request::default()
        };
        let report = jobs::verify(&db, &request, &JobContext::unattended()).await.unwrap();
        assert_eq!(report.verdict().word(), "VERIFIED");
        assert_eq!(report.anchored.map(|a| (a.size, a.tail)), expected);
    }
}
