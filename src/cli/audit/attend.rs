//! Long work in the foreground: its progress is drawn, and a signal stops it with what it has so far.

use crate::error::Result;
use crate::jobs::{Job, JobContext, Progress};
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// How often the progress is drawn at most.
const DRAWN_EVERY: Duration = Duration::from_millis(250);

/// Waits for the work. A signal cancels it, and what it then says is the result.
pub(super) async fn attended<T, F, Fut>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(JobContext) -> Fut,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let begun = Instant::now();
    let job = Job::start("audit verify", work);
    let mut progress = job.progress();
    let token = job.cancellation();
    let shown = io::stderr().is_terminal();
    let mut drawn = begun;
    let finish = job.finish();
    tokio::pin!(finish);
    let done = loop {
        tokio::select! {
            done = &mut finish => break done,
            _ = interrupt.recv() => token.cancel(),
            _ = terminate.recv() => token.cancel(),
            Ok(()) = progress.changed(), if shown => {
                let now = progress.borrow_and_update().clone();
                if drawn.elapsed() >= DRAWN_EVERY {
                    drawn = Instant::now();
                    draw(&line(&now, begun.elapsed()));
                }
            }
        }
    };
    if shown {
        draw("");
    }
    done
}

/// How far it is, how quick, and how long it still takes.
fn line(progress: &Progress, elapsed: Duration) -> String {
    let Progress { step, done, total } = progress;
    let rate = *done as f64 / elapsed.as_secs_f64().max(0.001);
    let Some(total) = total.filter(|total| total >= done && rate > 0.0) else {
        return format!("{step} {done}");
    };
    let left = (total - done) as f64 / rate;
    format!("{step} {done} of {total}, {rate:.0} a second, {left:.0} s left")
}

fn draw(line: &str) {
    eprint!("\r\x1b[K{line}");
    drop(io::stderr().flush());
}
