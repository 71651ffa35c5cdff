//! A thread of its own for work that reads much and computes on all of it.
//!
//! On the threads that everybody shares, such work would keep others waiting. Here it has a thread and a
//! reactor to itself, so that this thread may also sleep: before it waits for its connection it lets the
//! rows of a moment gather. Woken for each few kilobytes instead, reader and server would spend a tenth
//! of their time on taking turns.

use std::future::Future;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long rows gather: less than a server needs to fill the socket between, so that it goes on.
const GATHERING: Duration = Duration::from_micros(500);

/// A thread that reads. Dropped, its work ends where it next waits.
pub struct Reader {
    _until: DropGuard,
}

impl Reader {
    /// Starts `work`, which makes its own connections. Whether it came to its end is for the work to
    /// tell; one that panics ends as if it had been dropped.
    ///
    /// # Errors
    /// Where the system grants no more threads.
    pub fn start<F, Fut>(name: &str, work: F) -> std::io::Result<Self>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()>,
    {
        let mut reactor = Builder::new_current_thread();
        let reactor = reactor.enable_all().on_thread_park(gather).build()?;
        let ended = CancellationToken::new();
        let until = ended.clone().drop_guard();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || reactor.block_on(ended.run_until_cancelled_owned(work())))?;
        Ok(Reader { _until: until })
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing else runs on this thread")]
fn gather() {
    std::thread::sleep(GATHERING);
}
