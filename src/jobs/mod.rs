//! Long work that shows its progress, can be cancelled, and whose panics stay its own.
//!
//! A job is a future that is handed a [`JobContext`]. It says how far it is, and asks now and then
//! whether it should stop; whoever started it holds the [`Job`] and decides.

pub mod reader;

use crate::error::{Error, Kind, Result};
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// What is being done now, in a word or two.
    pub step: String,
    /// Units done so far.
    pub done: u64,
    /// Units in all, where that is known.
    pub total: Option<u64>,
}

/// What running work sees of its job.
#[derive(Clone)]
pub struct JobContext {
    progress: watch::Sender<Progress>,
    cancel: CancellationToken,
}

impl JobContext {
    /// A context that nobody watches or cancels, for work that runs in the foreground.
    pub fn unattended() -> Self {
        JobContext { progress: watch::Sender::new(Progress::default()), cancel: CancellationToken::new() }
    }

    /// A context over a token and a channel that the caller already holds.
    pub fn new(progress: watch::Sender<Progress>, cancel: CancellationToken) -> Self {
        JobContext { progress, cancel }
    }

    /// The same work under a token of its own: it ends with this one, and may end before.
    pub fn child(&self) -> Self {
        JobContext { progress: self.progress.clone(), cancel: self.cancel.child_token() }
    }

    /// Watches how far the work is.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Tells whoever watches how far the work is.
    pub fn report(&self, step: &str, done: u64, total: Option<u64>) {
        self.progress.send_if_modified(|now| {
            let changed = now.done != done || now.total != total || now.step != step;
            if changed {
                *now = Progress { step: step.to_owned(), done, total };
            }
            changed
        });
    }

    /// Ends the work with [`Kind::Incomplete`] where the person has cancelled it.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::new(Kind::Incomplete, "cancelled; nothing of it was kept"));
        }
        Ok(())
    }

    /// The token, for work that waits in a `select!`.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancel
    }
}

/// Work that runs by itself.
pub struct Job<T> {
    progress: watch::Receiver<Progress>,
    cancel: CancellationToken,
    task: JoinHandle<Result<T>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work`; a panic inside it becomes an error of the job.
    pub fn start<F, Fut>(name: &'static str, work: F) -> Self
    where
        F: FnOnce(JobContext) -> Fut,
        Fut: Future<Output = Result<T>> + Send + 'static,
    {
        let (sender, progress) = watch::channel(Progress::default());
        let cancel = CancellationToken::new();
        let work = work(JobContext { progress: sender, cancel: cancel.clone() });
        let task = tokio::spawn(async move {
            AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
                Err(Error::new(Kind::Failed, format!("{name} stopped on a bug in attestor"))
                    .hint("nothing of it was kept; the log has the details"))
            })
        });
        Job { progress, cancel, task }
    }

    /// Watches how far the work is.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Asks the work to stop at the next place where it can.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// The token that [`Job::cancel`] uses.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Waits for the end.
    pub async fn finish(self) -> Result<T> {
        self.task.await.unwrap_or_else(|e| Err(Error::new(Kind::Failed, "the job was ended").because(e)))
    }
}
