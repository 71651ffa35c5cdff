//! Who a test is, across runs.

use sha2::{Digest, Sha256};
use std::fmt;

/// The identity of a test in a repository, the column `test_id`: the first 16 hex digits of SHA-256 of `repo:suite:name`.
///
/// Suite and name are hashed whole, as the file has them, however far they are cut for storing. A row, which is
/// a test in one environment, is named by [`TestId`](crate::ids::TestId).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TestHash(u64);

impl TestHash {
    /// The hash of a test.
    pub fn of(repo: &str, suite: &str, name: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [repo, ":", suite, ":", name] {
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        TestHash(digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The hash that 16 hex digits are; none for other text.
    pub fn read(text: &str) -> Option<Self> {
        let hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u64::from_str_radix(text, 16).ok().map(TestHash)).flatten()
    }
}

impl fmt::Display for TestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
