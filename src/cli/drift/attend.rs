//! Runs of the reconciler in the foreground: a signal stops them at the next place where they can stop, and
//! what was done until then is told.

use crate::error::Result;
use crate::jobs::{Job, JobContext, Progress};
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use tokio::signal::unix::{SignalKind, signal};

/// Waits for the work and shows how far it is. A signal cancels it, and what it then says is the result; with
/// the number of the signal, where one came.
pub(super) async fn attended<T, F, Fut>(work: F) -> Result<(T, Option<u8>)>
where
    T: Send + 'static,
    F: FnOnce(JobContext) -> Fut,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let job = Job::start("drift", work);
    let mut progress = job.progress();
    let token = job.cancellation();
    let shown = io::stderr().is_terminal();
    let finish = job.finish();
    tokio::pin!(finish);
    let mut signalled = None;
    let done = loop {
        tokio::select! {
            done = &mut finish => break done,
            _ = interrupt.recv() => signalled = Some(2),
            _ = terminate.recv() => signalled = Some(15),
            _ = hangup.recv() => signalled = Some(1),
            Ok(()) = progress.changed(), if shown => draw(&progress.borrow_and_update().clone()),
        }
        if signalled.is_some() {
            token.cancel();
        }
    };
    if shown {
        eprint!("\r\x1b[K");
    }
    done.map(|value| (value, signalled))
}

fn draw(progress: &Progress) {
    let done = match progress.total {
        Some(total) => format!(" {} of {total}", progress.done),
        None => String::new(),
    };
    eprint!("\r\x1b[K{}{done}", progress.step);
    drop(io::stderr().flush());
}
