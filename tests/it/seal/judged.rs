//! Proofs as files, judged without a database: a small chain is made and signed here.

use super::key_pair;
use attestor::audit::line::Line;
use attestor::audit::merkle::{Range, inclusion_path};
use attestor::audit::note::{Checkpoint, Note, Seal, VerifierKey, cosigned_text, root_text};
use attestor::audit::proof::{BYTES_MAX, FORMAT, Proof, Unproved};
use attestor::audit::sshsig::{CHECKPOINT, EXPORT, armored, signed_bytes};
use attestor::audit::trust::{Disbelief, Trust};
use attestor::audit::verify::verdict::Kind;
use attestor::chain::hash::{Digest, Preimage, genesis, payload_hash};
use ed25519_dalek::{Signer, SigningKey};

const CHAIN: &str = "example.com/audit";
const SIZE: u64 = 7;

fn line(seq: i64, prev: Digest) -> Line {
    let payload = format!("{{\"n\": {seq}}}");
    Line {
        id: seq,
        seq,
        occurred_at: "2026-01-02T03:04:05.000006Z".to_owned(),
        category: "override".to_owned(),
        event_type: "override_approved".to_owned(),
        actor: "alice".to_owned(),
        actor_type: "human".to_owned(),
        db_user: "svc".to_owned(),
        repo_full_name: None,
        pr_number: Some(42),
        commit_sha: None,
        framework: vec!["SOC2:CC8.1".to_owned()],
        control_id: None,
        chain_id: CHAIN.to_owned(),
        payload_alg: "pgjsonb".to_owned(),
        payload_hash: payload_hash(&payload).to_string(),
        payload_text: payload,
        prev_hash: prev.to_string(),
        entry_hash: String::new(),
    }
}

/// The hash of a line, which is put into it.
fn hashed(line: &mut Line) -> Digest {
    let framework: Vec<&str> = line.framework.iter().map(String::as_str).collect();
    let hash = Preimage {
        chain_id: &line.chain_id,
        seq: line.seq,
        occurred_at: line.occurred_at.parse().unwrap(),
        category: &line.category,
        event_type: &line.event_type,
        actor: &line.actor,
        actor_type: &line.actor_type,
        db_user: &line.db_user,
        repo_full_name: None,
        pr_number: line.pr_number,
        commit_sha: None,
        framework: &framework,
        control_id: None,
        payload_alg: &line.payload_alg,
        payload_hash: &line.payload_hash,
        prev_hash: &line.prev_hash,
    }
    .entry_hash();
    line.entry_hash = hash.to_string();
    hash
}

fn lines() -> (Vec<Line>, Vec<Digest>) {
    let (mut lines, mut hashes) = (Vec::new(), vec![genesis(CHAIN)]);
    for seq in 1..=SIZE as i64 {
        let mut line = line(seq, hashes[seq as usize - 1]);
        hashes.push(hashed(&mut line));
        lines.push(line);
    }
    hashes.remove(0);
    (lines, hashes)
}

fn signing(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn key(seed: u8) -> VerifierKey {
    VerifierKey::new(CHAIN, Seal::Cosignature, signing(seed).verifying_key().as_bytes()).unwrap()
}

fn signed(checkpoint: &Checkpoint) -> Note {
    let text = checkpoint.to_string();
    let signature = signing(1).sign(cosigned_text(9, &text).as_bytes()).to_bytes();
    Note::new(text).unwrap().signed(key(1).cosignature_line(9, &signature))
}

fn ssh(seed: u8, namespace: &str, text: &str) -> String {
    let signature = signing(seed).sign(&signed_bytes(namespace, text.as_bytes()).unwrap()).to_bytes();
    armored(signing(seed).verifying_key().as_bytes(), namespace, &signature).unwrap()
}

fn checkpoint(hashes: &[Digest]) -> Checkpoint {
    let mut tree = Range::starting_at(0);
    hashes.iter().for_each(|hash| tree.push_entry(hash));
    let (size, root) = (hashes.len() as u64, tree.root().unwrap());
    Checkpoint { origin: CHAIN.to_owned(), size, root, extensions: Vec::new() }
}

/// The proof of an entry of the whole chain, by a note over its tree.
fn proof(seq: i64) -> Proof {
    let (lines, hashes) = lines();
    let index = seq as u64 - 1;
    let branches = inclusion_path(index, SIZE).unwrap();
    let path = branches.iter().map(|span| {
        let mut branch = Range::starting_at(0);
        hashes[span.begin() as usize..span.end() as usize].iter().for_each(|hash| branch.push_entry(hash));
        branch.root().unwrap()
    });
    let (path, checkpoint): (Vec<Digest>, _) = (path.collect(), checkpoint(&hashes));
    let (note, line) = (signed(&checkpoint), lines[index as usize].clone());
    Proof::new(line, &checkpoint, &path, &note, Some(ssh(1, CHECKPOINT, note.text())))
}

fn trust(seeds: &[u8]) -> Trust {
    let mut trust = Trust::nothing(CHAIN);
    seeds.iter().for_each(|seed| assert!(trust.add(key(*seed)).unwrap()));
    trust
}

#[test]
fn every_entry_is_proved() {
    for seq in 1..=SIZE as i64 {
        let proof = proof(seq);
        assert_eq!((proof.leaf_index, proof.tree_size, &*proof.format), (seq as u64 - 1, SIZE, FORMAT));
        assert_eq!(proof.check(), Ok(()), "{seq}");
        let signed = proof.verify(&trust(&[1])).unwrap();
        assert_eq!((signed.size, root_text(&signed.root)), (SIZE, proof.root.clone()));
        let text = serde_json::to_string(&proof).unwrap();
        assert_eq!(Proof::parse(text.as_bytes()).as_ref(), Ok(&proof));
        let other = text.replace(FORMAT, "attestor/proof/v2");
        assert_eq!(Proof::parse(other.as_bytes()).unwrap_err().to_string(), "this is no attestor/proof/v1");
        assert_eq!(Proof { ssh_signature: None, ..proof }.verify(&trust(&[1])).unwrap(), signed);
    }
    assert_eq!(
        signing(1).verifying_key().as_bytes(),
        &key_pair(1).public_key().key_data().ed25519().unwrap().0
    );
}

#[test]
fn the_largest_proof_has_room_and_no_more_than_that() {
    // A payload of a mebibyte whose every byte is escaped, and a path of the longest chain there can be.
    let mut proof = proof(3);
    proof.entry.payload_text = "\"".repeat(1 << 20);
    proof.inclusion = vec![proof.root.clone(); 64];
    let bytes = serde_json::to_string_pretty(&proof).unwrap().len() as u64;
    assert!((bytes..16 * bytes).contains(&BYTES_MAX), "{bytes} bytes of {BYTES_MAX}");
}

/// Why the proof of entry 3 proves nothing once it is changed: the verdict, and in words.
#[track_caller]
fn refused(change: impl FnOnce(&mut Proof), word: &str, why: &str) {
    let mut changed = proof(3);
    change(&mut changed);
    let refused = changed.verify(&trust(&[1])).unwrap_err();
    assert_eq!((refused.word(), &*refused.to_string()), (word, why));
}

#[test]
fn what_was_changed_proves_nothing() {
    let entry = "the entry is not the one that was hashed";
    refused(|proof| proof.entry.payload_text.push(' '), "PAYLOAD_MISMATCH", entry);
    refused(|proof| proof.entry.actor.push('x'), "METADATA_MISMATCH", entry);
    refused(|proof| proof.entry.id += 1, "METADATA_MISMATCH", entry);
    refused(|proof| proof.root.truncate(40), "MALFORMED", "the root is not the base64 of 32 bytes");
    refused(|proof| proof.inclusion[1].clear(), "MALFORMED", "the path is not made of hashes");
    refused(|proof| proof.leaf_index += 1, "ROOT_MISMATCH", "the leaf is another entry's");
    let length = "the proof has the wrong number of hashes";
    refused(|proof| drop(proof.inclusion.pop()), "ROOT_MISMATCH", length);
    refused(|proof| proof.inclusion.swap(0, 1), "ROOT_MISMATCH", "the proof leads to another root");
    refused(
        |proof| proof.root = root_text(&Digest([1; 32])),
        "ROOT_MISMATCH",
        "the proof leads to another root",
    );
    refused(|proof| proof.tree_size = 2, "ROOT_MISMATCH", "the index is not in the tree");
    let note = |proof: &mut Proof| proof.checkpoint.truncate(9);
    refused(note, "MALFORMED", "no empty line stands before the signatures");
    let no_checkpoint = |proof: &mut Proof| {
        proof.checkpoint = Note::new("text\n".to_owned()).unwrap().to_string()
            + &proof.checkpoint[proof.checkpoint.rfind("\n\n").unwrap() + 2..];
    };
    refused(no_checkpoint, "MALFORMED", "a checkpoint has three lines and more");
}

#[test]
fn another_checkpoint_does_not_carry_the_proof() {
    let (_, hashes) = lines();
    let whole = checkpoint(&hashes);
    let under =
        |checkpoint: Checkpoint| move |proof: &mut Proof| proof.checkpoint = signed(&checkpoint).to_string();
    let elsewhere = Checkpoint { origin: "example.com/other".to_owned(), ..whole.clone() };
    refused(under(elsewhere), "CHAIN_ID_MISMATCH", "the checkpoint is of another chain");
    for other in [
        Checkpoint { size: SIZE + 1, ..whole.clone() },
        Checkpoint { root: Digest([1; 32]), ..whole.clone() },
    ] {
        refused(under(other), "ROOT_MISMATCH", "the checkpoint names another size or root");
    }
}

#[test]
fn a_proof_is_as_good_as_its_signer() {
    let proof = proof(3);
    let unproved = |trust: &Trust| proof.verify(trust).unwrap_err();
    assert_eq!(unproved(&trust(&[])), Unproved::Unbelieved(Disbelief::UnknownKey));
    assert_eq!(unproved(&trust(&[2])).word(), "UNTRUSTED");
    assert_eq!(unproved(&trust(&[2])).to_string(), "the checkpoint: no key that is trusted signed it");
    let text = proof.checkpoint[..=proof.checkpoint.rfind("\n\n").unwrap()].to_owned();
    let malformed = "the checkpoint: the SSH signature is of a key that is not trusted";
    refused(|proof| proof.ssh_signature = Some(ssh(2, CHECKPOINT, &text)), "BAD_SIGNATURE", malformed);
    let elsewhere = "the checkpoint: the SSH signature is for another namespace";
    refused(|proof| proof.ssh_signature = Some(ssh(1, EXPORT, &text)), "BAD_SIGNATURE", elsewhere);
    // The signature of another text of a trusted key.
    let line = proof.checkpoint.lines().last().unwrap();
    let forged = text.clone() + "more\n\n" + line + "\n";
    let bad = format!("the checkpoint: the signature of {CHAIN} does not hold");
    refused(|proof| proof.checkpoint = forged, "BAD_SIGNATURE", &bad);
}

#[test]
fn a_pinned_checkpoint_of_that_size_has_that_root() {
    let (_, hashes) = lines();
    let (proof, whole) = (proof(3), checkpoint(&hashes));
    let pinned = |checkpoint: Checkpoint| {
        let mut trust = trust(&[1]);
        trust.pinned = Some(trust.judge(signed(&checkpoint).to_string().as_bytes()).unwrap());
        proof.verify(&trust).map(|signed| signed.size)
    };
    let other = Digest([1; 32]);
    assert_eq!(pinned(whole.clone()), Ok(SIZE));
    let fork = Unproved::Broken(Kind::Fork, "another root of this size is pinned".to_owned());
    assert_eq!(pinned(Checkpoint { root: other, ..whole.clone() }), Err(fork));
    for size in [SIZE - 1, SIZE + 1] {
        assert_eq!(pinned(Checkpoint { size, root: other, ..whole.clone() }), Ok(SIZE), "{size}");
    }
}
