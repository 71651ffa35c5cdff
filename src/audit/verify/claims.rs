//! The hashes that entries claim to have, held against what they are over: many at a time, which is
//! quicker than one by one.

use super::entry::Flaw;
use crate::chain::hash::Digest;
use crate::chain::lanes::Batch;

/// How many are hashed at once: a multiple of what the processor takes, and not more than stays close to it.
const MADE_MAX: usize = 128;
/// How many bytes are, at the most, but for what a single entry has.
const BYTES_MAX: usize = 256 * 1024;

/// Claims that were not looked into yet.
#[derive(Debug, Default)]
pub struct Claims {
    batch: Batch,
    made: Vec<Claim>,
}

/// A hash as it is stored.
#[derive(Debug)]
struct Claim {
    seq: i64,
    digest: Digest,
    /// What is wrong where it is another one.
    flaw: Flaw,
}

impl Claims {
    /// Takes in that the entry at `seq` claims `digest` to be the hash of what `write` appends; `flaw` is
    /// what is wrong with the entry where it is not.
    #[inline]
    pub fn add(&mut self, seq: i64, digest: Digest, flaw: Flaw, write: impl FnOnce(&mut Vec<u8>)) {
        self.batch.push(write);
        self.made.push(Claim { seq, digest, flaw });
    }

    /// Whether it is time to look into them.
    #[inline]
    pub fn are_due(&self) -> bool {
        self.made.len() >= MADE_MAX || self.batch.bytes() >= BYTES_MAX
    }

    /// Looks into all of them, and tells `flaw` of those that don't hold.
    pub fn settle(&mut self, mut flaw: impl FnMut(i64, Flaw)) {
        for (claim, digest) in self.made.drain(..).zip(self.batch.hash()) {
            if claim.digest != digest {
                flaw(claim.seq, claim.flaw);
            }
        }
    }
}
