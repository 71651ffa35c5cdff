//! What an auditor trusts: kept privately, changed in turns, never going back.

use super::bench::{Bench, signer};
use super::key_pair;
use attestor::audit::actions::{Pinned, pin};
use attestor::audit::place::{self, Published};
use attestor::audit::trust::{Disbelief, Signed, Trust, TrustFolder, key_named};
use attestor::chain::hash::Digest;
use attestor::error::Kind;
use std::os::unix::fs::PermissionsExt;

fn found(signed: &Signed) -> Published {
    Published { place: "here".to_owned(), note: signed.note.to_string().into_bytes(), ssh: None }
}

#[tokio::test]
async fn a_pin_goes_forward_along_the_chain_alone() {
    let bench = Bench::with_entries(2).await;
    let first = bench.seal().await.believed.signed;
    bench.append(300).await;
    let second = bench.seal().await.believed.signed;
    let origin = bench.origin().await;
    let auditor = bench.auditor(&[&bench.signer]).await;
    let pin = async |signed: &Signed, db| pin(db, &auditor, &origin, &found(signed)).await.unwrap();
    assert_eq!(
        pin(&first, None).await,
        Pinned::Now(Box::new(first.clone())),
        "a first one needs no database"
    );
    assert_eq!(pin(&first, None).await, Pinned::Already(Box::new(first.clone())));
    assert_eq!(pin(&second, None).await, Pinned::Inconsistent(Box::new(second.clone())), "not proved");
    let (wild, _) = bench.forged(&bench.signer, 100, Digest([3; 32])).await;
    assert_eq!(pin(&wild, Some(&bench.db)).await, Pinned::Inconsistent(Box::new(wild)));
    assert_eq!(pin(&second, Some(&bench.db)).await, Pinned::Now(Box::new(second.clone())));
    assert_eq!(pin(&first, Some(&bench.db)).await, Pinned::Already(Box::new(second.clone())), "never less");
    let (fork, _) = bench.forged(&bench.signer, second.size, Digest([3; 32])).await;
    assert_eq!(pin(&fork, Some(&bench.db)).await, Pinned::Fork(Box::new(fork)));
    let stranger = signer(&bench.files, 9).await;
    let (strange, _) = bench.forged(&stranger, 400, Digest([3; 32])).await;
    assert_eq!(pin(&strange, Some(&bench.db)).await, Pinned::Unbelieved(Disbelief::UnknownKey));
    assert_eq!(auditor.read(&origin).unwrap().pinned, Some(second));
}

#[tokio::test]
async fn what_is_trusted_is_private_and_whole_or_an_error() {
    let bench = Bench::with_entries(1).await;
    bench.seal().await;
    let origin = bench.origin().await;
    let folder = bench.files.path().join("state/trust");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    let file = files.iter().find(|p| p.extension().is_some_and(|e| e == "json")).unwrap();
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(
        !files.iter().any(|p| p.file_name().unwrap().to_str().unwrap().starts_with('.')),
        "nothing is left over"
    );
    let good = std::fs::read_to_string(file).unwrap();
    for damaged in [
        "",
        "{}",
        &good[..good.len() / 2],
        &good.replace("\"size\": 2", "\"size\": 3"),
        &good.replace("\"size\": 2", "\"size\": 1"),
        &good.replace(&origin, "example.com/other"),
        &good.replace("2100-02-03", "2100-02-04"),
        &good.replace("\"keys\"", "\"more\": 1, \"keys\""),
    ] {
        std::fs::write(file, damaged).unwrap();
        assert_eq!(bench.folder.read(&origin).unwrap_err().kind(), Kind::Configuration, "{damaged}");
        assert!(bench.folder.all().is_err() || damaged.contains("example.com/other"), "{damaged}");
    }
    std::fs::write(file, &good).unwrap();
    assert!(bench.folder.read(&origin).unwrap().pinned.is_some());
    let forget = bench.folder.change(&origin, |trust| {
        trust.pinned = None;
        Ok(())
    });
    assert_eq!(forget.unwrap_err().kind(), Kind::Conflict, "what is pinned is not forgotten");
}

#[test]
fn chains_of_like_names_are_kept_apart() {
    let files = tempfile::tempdir().unwrap();
    let folder = TrustFolder::below(files.path());
    let public = key_pair(1).public_key().to_openssh().unwrap();
    let long = "x".repeat(255);
    let names = ["example.com/a", "example.com_a", "example_com/a", "..", "/", "../../x", &long];
    for name in names {
        let key = key_named(&public, Some(name)).unwrap();
        assert!(folder.change(name, |trust| trust.add(key.clone())).unwrap(), "{name}");
        assert!(!folder.change(name, |trust| trust.add(key.clone())).unwrap(), "{name}: known");
    }
    assert_eq!(folder.all().unwrap().len(), names.len());
    for name in names {
        assert_eq!(folder.read(name).unwrap().keys.len(), 1, "{name}");
    }
    assert_eq!(std::fs::read_dir(files.path()).unwrap().count(), 1, "all in one folder");
}

#[test]
fn a_key_is_named_in_three_ways() {
    let files = tempfile::tempdir().unwrap();
    let public = key_pair(1).public_key().to_openssh().unwrap();
    let by_text = key_named(&public, Some("example.com/audit")).unwrap();
    let vkey = by_text.to_string();
    assert_eq!(key_named(&vkey, None).unwrap(), by_text);
    assert_eq!(key_named(&vkey, Some("example.com/audit")).unwrap(), by_text);
    for (name, text) in [("a.pub", &public), ("a.vkey", &vkey)] {
        let path = files.path().join(name);
        std::fs::write(
            &path,
            format!("# a comment\n\n{text} somebody@here\n").replace("= somebody", "=\nsomebody"),
        )
        .unwrap();
        let named = key_named(path.to_str().unwrap(), Some("example.com/audit"));
        if name == "a.pub" {
            assert_eq!(named.unwrap(), by_text);
        } else {
            assert!(named.is_err(), "a verifier key has no comment behind it");
            std::fs::write(&path, format!("{text}\n")).unwrap();
            assert_eq!(key_named(path.to_str().unwrap(), None).unwrap(), by_text);
        }
    }
    let loop_file = files.path().join("loop");
    std::fs::write(&loop_file, loop_file.to_str().unwrap()).unwrap();
    for (named, origin) in [
        (public.as_str(), None),
        (vkey.as_str(), Some("example.com/other")),
        ("ssh-ed25519 AAAA", Some("example.com/audit")),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", Some("example.com/audit")),
        ("nowhere", Some("example.com/audit")),
        ("", Some("example.com/audit")),
        (loop_file.to_str().unwrap(), Some("example.com/audit")),
        (public.as_str(), Some("a name with spaces")),
    ] {
        assert_eq!(key_named(named, origin).unwrap_err().kind(), Kind::Usage, "{named} {origin:?}");
    }
    let mut trust = Trust::nothing("example.com/other");
    assert_eq!(trust.add(by_text).unwrap_err().kind(), Kind::Usage, "a key of another chain");
}

#[tokio::test]
async fn a_folder_of_notes_is_read_with_bounds() {
    let bench = Bench::with_entries(1).await;
    let sealed = bench.seal().await;
    assert_eq!(place::published(&bench.place()).unwrap().len(), 1);
    assert!(place::published(&bench.files.path().join("nowhere")).unwrap().is_empty());
    std::fs::write(bench.place().join("README.md"), "not a note").unwrap();
    std::fs::write(bench.place().join(".unfinished-x"), "half of one").unwrap();
    assert_eq!(place::published(&bench.place()).unwrap().len(), 1, "what is no note is passed over");
    std::fs::write(bench.place().join("large.note"), vec![b'x'; 300 << 10]).unwrap();
    assert_eq!(place::published(&bench.place()).unwrap_err().kind(), Kind::UnreadableInput);
    std::fs::write(bench.place().join("large.note"), "no note").unwrap();
    let known = bench.known(&bench.folder).await;
    assert_eq!(known.evidence.newest().unwrap().signed, sealed.believed.signed);
    assert_eq!(known.evidence.breaks.len(), 1, "a note that is none was put there by somebody");
}
