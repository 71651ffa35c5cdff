//! SHA-256 of many messages: sixteen at a time, one in each lane of AVX-512, where the processor has it.
//!
//! One message is a chain of blocks that wait for each other, however wide the processor is; messages do not
//! wait for each other (FIPS 180-4). Where there are no lanes, each goes through the `sha2` crate.

use super::hash::Digest;
use sha2::block_api::compress256;

/// What SHA-256 takes in at a time.
type Block = [u8; 64];

/// The state that a hash begins with.
const BEGINNING: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// How much memory a batch keeps for the next messages.
const BYTES_KEPT: usize = 1_048_576;

/// Messages whose hashes are wanted.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The messages, each padded to whole blocks.
    bytes: Vec<u8>,
    /// Where in `bytes` each of them ends, in blocks.
    ends: Vec<usize>,
}

impl Batch {
    /// Adds the message that `write` appends to what it is given.
    #[inline]
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let bytes = &mut self.bytes;
        let begin = bytes.len();
        write(bytes);
        let bits = 8 * (bytes.len() - begin) as u64;
        bytes.push(0x80);
        bytes.resize((bytes.len() + 8).next_multiple_of(64) - 8, 0);
        bytes.extend_from_slice(&bits.to_be_bytes());
        self.ends.push(bytes.len() / 64);
    }

    /// How many bytes wait to be hashed.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The hash of each message, in the order in which they came; the batch is empty then.
    pub fn hash(&mut self) -> Vec<Digest> {
        let mut digests = vec![Digest([0; 32]); self.ends.len()];
        let blocks = self.bytes.as_chunks::<64>().0;
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let messages = begins.zip(&self.ends).map(|(begin, &end)| &blocks[begin..end]);
        match Lanes::of_this_processor() {
            Some(lanes) => lanes.hash(&messages.collect::<Vec<_>>(), &mut digests),
            None => messages.zip(&mut digests).for_each(|(message, digest)| *digest = alone(message)),
        }
        self.bytes.clear();
        self.bytes.shrink_to(BYTES_KEPT);
        self.ends.clear();
        digests
    }
}

/// The hash of a padded message.
fn alone(message: &[Block]) -> Digest {
    let mut state = BEGINNING;
    compress256(&mut state, message);
    let mut digest = Digest([0; 32]);
    for (bytes, word) in digest.0.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

#[cfg(target_arch = "x86_64")]
use avx512::Lanes;

#[cfg(not(target_arch = "x86_64"))]
enum Lanes {}

#[cfg(not(target_arch = "x86_64"))]
impl Lanes {
    fn of_this_processor() -> Option<Self> {
        None
    }

    fn hash(self, _: &[&[Block]], _: &mut [Digest]) {
        match self {}
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512;
