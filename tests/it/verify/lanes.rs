//! Many messages hashed together, against the library that hashes one.

use attestor::chain::hash::Digest;
use attestor::chain::lanes::Batch;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

fn message(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + seed * 7 + at / 13) as u8).collect()
}

/// Hashes them together and says how many that were.
#[track_caller]
fn assert_together(batch: &mut Batch, messages: &[Vec<u8>]) {
    let mut bytes = 0;
    for message in messages {
        batch.push(|to| to.extend_from_slice(message));
        // 0x80 and the length stand behind each message.
        bytes += (message.len() + 9).next_multiple_of(64);
        assert_eq!(batch.bytes(), bytes);
    }
    let alone: Vec<Digest> = messages.iter().map(|message| Digest(Sha256::digest(message).into())).collect();
    assert_eq!(batch.hash(), alone);
    assert_eq!((batch.bytes(), batch.hash()), (0, vec![]), "it is empty then");
}

#[test]
fn published_vectors() {
    // FIPS 180-2, appendix B.
    let mut batch = Batch::default();
    for message in ["abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", ""] {
        batch.push(|to| to.extend_from_slice(message.as_bytes()));
    }
    assert_eq!(
        batch.hash().iter().map(Digest::to_string).collect::<Vec<_>>(),
        [
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ]
    );
}

#[test]
fn every_length_up_to_some_blocks() {
    let messages: Vec<Vec<u8>> = (0..400).map(|length| message(length, length)).collect();
    assert_together(&mut Batch::default(), &messages);
    for length in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 447, 448] {
        let alike: Vec<Vec<u8>> = (0..40).map(|seed| message(length, seed)).collect();
        assert_together(&mut Batch::default(), &alike);
    }
}

#[test]
fn every_number_of_messages() {
    let mut batch = Batch::default();
    for count in 0..70 {
        let messages: Vec<Vec<u8>> = (0..count).map(|nth| message(nth * 11 % 150, nth)).collect();
        assert_together(&mut batch, &messages);
    }
}

#[test]
fn one_that_is_far_longer_than_the_others() {
    let mut messages: Vec<Vec<u8>> = (0..31).map(|nth| message(40 + nth, nth)).collect();
    messages.insert(5, message(3 << 20, 1));
    let mut batch = Batch::default();
    assert_together(&mut batch, &messages);
    messages.truncate(3);
    assert_together(&mut batch, &messages);
}

proptest! {
    #[test]
    fn whatever_they_are(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..50)) {
        assert_together(&mut Batch::default(), &messages);
    }
}
