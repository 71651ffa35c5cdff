//! What a superuser can do to a sealed chain, and what an auditor who pinned it then sees.

use super::bench::{Bench, signer, words};
use attestor::audit::note::Note;
use attestor::audit::place;
use attestor::audit::signer::Signer;
use attestor::audit::sshsig::EXPORT;
use attestor::audit::verify::report::Report;
use attestor::chain::hash::Digest;

const TABLE: &str = "audit.audit_trail_entries";

/// Twelve entries, sealed after the eighth by the twelfth: 8 + 1, and three behind them.
async fn sealed() -> Bench {
    let bench = Bench::with_entries(8).await;
    bench.seal().await;
    bench.append(3).await;
    bench
}

fn said(report: &Report) -> (&'static str, Option<(u64, u64)>) {
    (report.verdict().word(), report.breaks.first().and_then(|found| found.range))
}

#[tokio::test]
async fn an_untouched_chain_is_whole() {
    let report = sealed().await.verify().await;
    assert_eq!((said(&report), report.anchored.map(|a| a.tail)), (("VERIFIED", None), Some(3)));
}

#[tokio::test]
async fn the_tail_is_cut() {
    for (from, verdict, range) in [
        (10, "VERIFIED", None),
        (9, "ROLLBACK", Some((1, 9))),
        (5, "ROLLBACK", Some((1, 9))),
        (1, "ROLLBACK", Some((1, 9))),
    ] {
        let bench = sealed().await;
        bench.attack(&format!("delete from {TABLE} where seq >= {from}")).await;
        assert_eq!(said(&bench.verify().await), (verdict, range), "from {from}");
        if from < 10 {
            assert_eq!(words(&bench.refused().await), ["ROLLBACK"], "from {from}");
        }
    }
}

#[tokio::test]
async fn the_tail_is_rewritten_in_its_length() {
    let bench = sealed().await;
    bench.attack(&format!("update {TABLE} set payload = '{{\"n\": 0}}' where seq between 6 and 9")).await;
    bench.rechain(6).await;
    assert_eq!(said(&bench.verify().await), ("ROOT_MISMATCH", Some((1, 9))));
    bench.superuser("delete from audit.merkle_tiles").await;
    assert_eq!(words(&bench.refused().await), ["ROOT_MISMATCH"]);
}

#[tokio::test]
async fn everything_is_rewritten() {
    let bench = sealed().await;
    bench.attack(&format!("update {TABLE} set actor = 'nobody' where seq = 2")).await;
    bench.rechain(2).await;
    assert_eq!(said(&bench.verify().await), ("ROOT_MISMATCH", Some((1, 9))));
    let unpinned = bench.auditor(&[]).await;
    let report = bench.verify_by(&unpinned).await;
    assert_eq!(
        (said(&report), report.anchored),
        (("VERIFIED", None), None),
        "without a checkpoint nobody can tell"
    );
    let believing = bench.auditor(&[&bench.signer]).await;
    assert_eq!(said(&bench.verify_by(&believing).await).0, "ROOT_MISMATCH", "the key is enough");
}

#[tokio::test]
async fn what_is_behind_the_checkpoint_is_rewritten() {
    let bench = sealed().await;
    bench.attack(&format!("update {TABLE} set actor = 'nobody' where seq = 11")).await;
    bench.rechain(11).await;
    let report = bench.verify().await;
    assert_eq!(
        (said(&report), report.anchored.map(|a| a.tail)),
        (("VERIFIED", None), Some(3)),
        "the tail says so"
    );
}

#[tokio::test]
async fn an_old_backup_is_restored_and_goes_on() {
    let bench = Bench::with_entries(4).await;
    bench.seal().await;
    bench.superuser("create table public.backup as table audit.audit_trail_entries").await;
    bench.append(3).await;
    bench.seal().await;
    bench
        .attack(&format!(
            "delete from {TABLE}; delete from audit.checkpoints where size > 5; delete from audit.merkle_tiles;
             insert into {TABLE} select * from public.backup"
        ))
        .await;
    std::fs::remove_dir_all(bench.place()).unwrap();
    assert_eq!(said(&bench.verify().await), ("ROLLBACK", Some((6, 9))), "what is pinned here is enough");
    bench.append(20).await;
    assert_eq!(said(&bench.verify().await), ("ROOT_MISMATCH", Some((6, 9))), "also when it has grown again");
    assert_eq!(words(&bench.refused().await), ["ROOT_MISMATCH"], "and nobody signs over it");
}

#[tokio::test]
async fn the_checkpoints_are_replaced_with_ones_of_another_key() {
    let bench = sealed().await;
    let auditor = bench.auditor(&[&bench.signer]).await;
    assert_eq!(bench.verify_by(&auditor).await.verdict().word(), "VERIFIED");
    bench
        .attack(&format!("update {TABLE} set actor = 'nobody' where seq = 2; delete from audit.checkpoints"))
        .await;
    bench.rechain(2).await;
    std::fs::remove_dir_all(bench.place()).unwrap();
    let thief = signer(&bench.files, 9).await;
    let root = bench.verify_by(&bench.auditor(&[]).await).await.root.unwrap();
    let (forged, ssh) = bench.forged(&thief, 12, root).await;
    bench.put(&forged, &ssh).await;
    assert_eq!(said(&bench.verify_by(&auditor).await), ("ROOT_MISMATCH", Some((1, 9))));
    assert_eq!(bench.known(&auditor).await.evidence.strangers, 1);
}

#[tokio::test]
async fn an_anchor_is_forged() {
    let bench = sealed().await;
    let origin = bench.origin().await;
    let thief = signer(&bench.files, 9).await;
    let (forged, ssh) = bench.forged(&thief, 12, Digest([1; 32])).await;
    // Under the name and the id of the key that is trusted.
    let line = forged.note.signatures()[0].clone();
    let key_id = bench.signer.verifier(&origin).unwrap().id();
    let line = attestor::audit::note::SignatureLine { key_id, ..line };
    let note = Note::new(forged.note.text().to_owned()).unwrap().signed(line);
    let forged = attestor::audit::trust::Signed { note, ..forged };
    bench.put(&forged, &ssh).await;
    assert_eq!(said(&bench.verify().await), ("BAD_SIGNATURE", None));
    assert_eq!(words(&bench.refused().await), ["BAD_SIGNATURE"]);
}

#[tokio::test]
async fn any_bit_of_a_kept_checkpoint_is_flipped() {
    for change in [
        "note = replace(note, chr(10) || '9' || chr(10), chr(10) || '8' || chr(10))",
        "note = regexp_replace(note, '(.{10})=', 'AAAAAAAAAA=')",
        "note = ''",
        "ssh_signature = ''",
        "ssh_signature = regexp_replace(ssh_signature, '.{20}\\n-----END', 'AAAAAAAAAAAAAAAAAAAA' || chr(10) || '-----END')",
    ] {
        let bench = sealed().await;
        bench.attack(&format!("update audit.checkpoints set {change}")).await;
        assert_eq!(said(&bench.verify().await).0, "BAD_SIGNATURE", "{change}");
    }
    let bench = sealed().await;
    bench
        .attack("update audit.checkpoints set size = 3, root = repeat('A', 44), key = 'x', signed_at = now()")
        .await;
    assert_eq!(said(&bench.verify().await).0, "VERIFIED", "columns beside the note are nobody's word");
}

#[tokio::test]
async fn a_signature_is_for_another_namespace_or_by_another_key() {
    let bench = sealed().await;
    let sealed = bench.known(&bench.folder).await.evidence.newest().unwrap().signed.clone();
    let thief = signer(&bench.files, 9).await;
    let write = async |signer: &Signer, namespace: &str| {
        let ssh = signer.detached(namespace, sealed.note.text().as_bytes()).await.unwrap();
        place::publish(&bench.place(), sealed.size, &sealed.root, &sealed.note, &ssh).unwrap();
        said(&bench.verify().await).0
    };
    assert_eq!(write(&bench.signer, EXPORT).await, "BAD_SIGNATURE");
    assert_eq!(write(&thief, "attestor-checkpoint@v1").await, "BAD_SIGNATURE");
    assert_eq!(write(&bench.signer, "attestor-checkpoint@v1").await, "VERIFIED");
}

#[tokio::test]
async fn two_checkpoints_of_one_size_are_a_fork_and_kept() {
    let bench = sealed().await;
    let auditor = bench.auditor(&[&bench.signer]).await;
    let (fork, ssh) = bench.forged(&bench.signer, 9, Digest([1; 32])).await;
    bench.put(&fork, &ssh).await;
    let report = bench.verify_by(&auditor).await;
    assert!(words(&report.breaks).contains(&"FORK"), "{:?}", report.breaks);
    let fork_break = report.breaks.iter().find(|found| found.kind.word() == "FORK").unwrap();
    assert_eq!(fork_break.range, Some((9, 9)));
    // The evidence outlives what the database says later.
    bench.attack("delete from audit.checkpoints").await;
    let evidence: Vec<_> = std::fs::read_dir(find_forks(&bench)).unwrap().collect();
    assert_eq!(evidence.len(), 2);
    for file in evidence {
        let note = std::fs::read(file.unwrap().path()).unwrap();
        let trust = auditor.read(&bench.origin().await).unwrap();
        assert_eq!(trust.judge(&note).unwrap().size, 9);
    }
}

/// Where forks are kept, whoever kept them.
fn find_forks(bench: &Bench) -> std::path::PathBuf {
    let states = std::fs::read_dir(bench.files.path()).unwrap().map(|e| e.unwrap().path().join("trust"));
    let mut folders = states.filter(|p| p.is_dir()).flat_map(|p| std::fs::read_dir(p).unwrap());
    let is_fork = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "fork");
    folders.find_map(|entry| Some(entry.unwrap().path()).filter(is_fork)).unwrap()
}

#[tokio::test]
async fn the_chain_is_renamed() {
    let bench = sealed().await;
    let pinned = bench.origin().await;
    bench
        .attack(&format!(
            "alter table audit.chain disable trigger all;
             update audit.chain set chain_id = 'example.com/other', genesis = audit.genesis('example.com/other');
             update {TABLE} set chain_id = 'example.com/other'"
        ))
        .await;
    bench.rechain(1).await;
    let report = bench.verify().await;
    assert_eq!(
        (report.verdict().word(), report.anchored),
        ("VERIFIED", None),
        "another chain, and nobody vouches"
    );
    let places = [bench.place()];
    let known = attestor::audit::actions::gather(&bench.db, &bench.folder, Some(&pinned), &places);
    let trusted = known.await.unwrap().unwrap().evidence.trusted();
    let origin = Some(pinned.parse().unwrap());
    let request = attestor::audit::jobs::Request { origin, trusted, ..Default::default() };
    let job = attestor::jobs::JobContext::unattended();
    let report = attestor::audit::jobs::verify(&bench.db, &request, &job).await.unwrap();
    assert_eq!(report.verdict().word(), "CHAIN_ID_MISMATCH", "who names the chain sees it at once");
}

#[tokio::test]
async fn an_entry_behind_the_checkpoint_is_backdated() {
    let bench = sealed().await;
    bench
        .attack(&format!("update {TABLE} set occurred_at = occurred_at - interval '1 day' where seq = 11"))
        .await;
    bench.rechain(11).await;
    let report = bench.verify().await;
    let first = &report.breaks[0];
    assert_eq!((first.kind.word(), first.seq), ("TIME_REGRESSION", Some(11)));
    assert_eq!(words(&bench.refused().await), ["TIME_REGRESSION"]);
}
