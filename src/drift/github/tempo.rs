//! How patient and how quick a client is: everything that bounds it.

use std::time::Duration;

/// The bounds of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tempo {
    /// How many requests are under way at once.
    pub concurrency: usize,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long an answer may take, with its body.
    pub timeout: Duration,
    /// How often a question is asked at most where it fails for a passing reason.
    pub tries_max: u32,
    /// The pause after the first such failure; each further one is twice as long.
    pub first_pause: Duration,
    /// How long GitHub may have it wait before it is called throttled.
    pub patience: Duration,
    /// The pause after a refusal for asking too often that names none itself.
    pub unnamed_pause: Duration,
    /// The pause between two changes, as GitHub asks for.
    pub write_pause: Duration,
    /// Largest body that is read, unpacked, in bytes.
    pub body_bytes_max: usize,
    /// Most pages of one list.
    pub pages_max: usize,
}

/// Most requests under way at once, whatever is asked for: GitHub refuses more than 100.
pub const CONCURRENCY_MAX: usize = 64;

impl Default for Tempo {
    fn default() -> Self {
        Tempo {
            concurrency: 8,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            tries_max: 4,
            first_pause: Duration::from_millis(500),
            patience: Duration::from_secs(15 * 60),
            unnamed_pause: Duration::from_secs(60),
            write_pause: Duration::from_secs(1),
            body_bytes_max: 8 << 20,
            pages_max: 50,
        }
    }
}
