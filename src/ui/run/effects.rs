//! What the app asks for, done.

use super::{Answers, Console, PATIENCE, Presence};
use super::{audit, drift, intake, paths};
use crate::config::views::ViewFile;
use crate::config::{Pace, Shape};
use crate::db::Db;
use crate::flaky::jobs::{How, Recompute, RepoScored, recompute};
use crate::jobs::Job;
use crate::text::SafeText;
use crate::ui::app::{Effect, Event, JobDeed, JobDone, JobId, Ticket};
use crate::ui::clipboard::{self, Wrapping};
use crate::ui::screen::{Nature, Screen, Toast, Tone};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// How often the progress of a job is shown at most.
const PROGRESS: Duration = Duration::from_millis(250);
/// The same on a slow link.
const PROGRESS_SLOW: Duration = Duration::from_secs(2);

impl<S: Screen + Send + 'static> Console<S> {
    pub(super) async fn obey(&mut self, effect: Effect<S::Wish>) {
        match effect {
            Effect::Perform(ticket, wish) => self.perform(ticket, wish),
            Effect::Abort(ticket) => {
                if let Some(load) = self.loads.remove(&ticket) {
                    load.abort();
                }
            }
            Effect::Copy(text) => self.copy(&text).await,
            Effect::StartJob(id, deed) => self.start_job(id, deed),
            Effect::CancelJob(id) => {
                if let Some(job) = self.jobs.get(&id) {
                    job.cancel();
                }
            }
            Effect::CompletePath(typed) => {
                let answers = self.answers.clone();
                tokio::spawn(async move {
                    let look = tokio::task::spawn_blocking(move || paths::completions(&typed));
                    if let Ok(paths) = look.await {
                        answers.send(Event::Paths(paths)).await;
                    }
                });
            }
            Effect::CompleteView => {
                let answers = self.answers.clone();
                tokio::spawn(async move {
                    let look = tokio::task::spawn_blocking(|| ViewFile::usual().all());
                    // What is wrong with the file is told when a view is opened.
                    if let Ok(Ok(views)) = look.await {
                        let names = views.into_iter().map(|view| view.name).collect();
                        answers.send(Event::Paths(names)).await;
                    }
                });
            }
            Effect::Keep(kept) => {
                let last = self.last.clone();
                // What cannot be kept is no loss.
                tokio::task::spawn_blocking(move || last.keep_choice(&kept));
            }
            Effect::LoadTheme(name) => {
                let (themes, answers) = (self.themes.clone(), self.answers.clone());
                tokio::spawn(async move {
                    let wanted = name.clone();
                    let load = tokio::task::spawn_blocking(move || themes.load(&wanted));
                    if let Ok(theme) = load.await {
                        answers.send(Event::Themed(name, theme.map(Box::new))).await;
                    }
                });
            }
            Effect::Edit(outside) => Box::pin(self.lend(outside)).await,
            Effect::Suspend => Box::pin(self.suspend()).await,
            Effect::Redraw => {
                self.painter.forget();
                self.dirty = true;
            }
            Effect::Quit(status) => self.quit(status),
        }
    }

    /// Performs a wish in a task of its own. Writes run to their end, whatever happens here.
    fn perform(&mut self, ticket: Ticket, wish: S::Wish) {
        let nature = S::nature(&wish);
        let (tools, answers) = (self.tools.clone(), self.answers.clone());
        let task = tokio::spawn(async move {
            let performed = AssertUnwindSafe(S::perform(wish, tools)).catch_unwind().await;
            answers.send(performed.map_or(Event::Broke(ticket), |msg| Event::Answered(ticket, msg))).await;
        });
        if nature != Nature::Write {
            self.loads.insert(ticket, task.abort_handle());
        }
    }

    async fn copy(&mut self, text: &SafeText) {
        if self.shape == Shape::Linear {
            // Nothing but lines is written: whoever wants it elsewhere takes it from there.
            return self.print(&[text.as_str().to_owned()]);
        }
        if self.presence != Presence::Here {
            // The terminal is somebody else's now.
            return;
        }
        let within_tmux = std::env::var_os("TMUX").is_some_and(|tmux| !tmux.is_empty());
        let wrapping = if within_tmux { Wrapping::Tmux } else { Wrapping::None };
        let toast = match clipboard::sequence(text, wrapping) {
            Some(bytes) => {
                let copied = self.painter.write(bytes, PATIENCE);
                let text = if copied { "copied" } else { "not copied: the terminal does not answer" };
                Toast { text: text.into(), tone: if copied { Tone::Good } else { Tone::Bad } }
            }
            None => Toast { text: clipboard::too_long(text), tone: Tone::Bad },
        };
        Box::pin(self.take(Event::Said(toast))).await;
    }

    fn start_job(&mut self, id: JobId, deed: JobDeed) {
        let job = match deed {
            JobDeed::Import(what) => intake::import(self.tools.db.clone(), *what),
            JobDeed::Recompute => scoring(self.tools.db.clone()),
            JobDeed::Verify(scope) => audit::verification(self.tools.db.clone(), self.audit.clone(), scope),
            JobDeed::Report(mut order) => {
                order.file = order.file.map(|path| paths::expanded(&path.to_string_lossy()));
                audit::report(self.tools.db.clone(), self.audit.clone(), *order)
            }
            JobDeed::Prove(seq, path) => {
                let path = paths::expanded(&path.to_string_lossy());
                audit::proof(self.tools.db.clone(), self.audit.clone(), seq, path)
            }
            JobDeed::Export(day, folder) => {
                let folder = paths::expanded(&folder.to_string_lossy());
                audit::day(self.tools.db.clone(), self.audit.clone(), day, folder)
            }
            JobDeed::Reconcile(repos) => drift::observe(self.tools.db.clone(), self.github.clone(), repos),
            JobDeed::ApplyPlan(hash) => drift::apply(self.tools.db.clone(), self.github.clone(), hash),
            JobDeed::Seal(key) => audit::checkpoint(self.tools.db.clone(), self.audit.clone(), key),
        };
        self.jobs.insert(id, job.cancellation());
        let pause = if self.pace == Pace::Slow { PROGRESS_SLOW } else { PROGRESS };
        tokio::spawn(attend(id, job, pause, self.answers.clone()));
    }
}

/// Scores all tests by what is new; the result is told in a line.
fn scoring(db: Db) -> Job<JobDone> {
    Job::start("the scoring", move |context| async move {
        let asked = Recompute { repo: None, how: How::Incremental };
        let report = recompute(&db, &asked, &context).await?;
        let sum = |of: fn(&RepoScored) -> u64| report.repos.iter().map(of).sum::<u64>();
        let told = match sum(|repo| repo.tests) {
            0 => "nothing is new".to_owned(),
            tests => format!(
                "{tests} scored, {} changed, {} suggested for quarantine",
                sum(|repo| repo.changed),
                sum(|repo| repo.suggested)
            ),
        };
        Ok(JobDone::well(told))
    })
}

/// Tells how far a job is until it ends.
async fn attend<M: Send>(id: JobId, job: Job<JobDone>, pause: Duration, answers: Answers<M>) {
    let mut progress = job.progress();
    let tell = async {
        while progress.changed().await.is_ok() {
            let now = progress.borrow_and_update().clone();
            answers.send(Event::JobMoved(id, now)).await;
            tokio::time::sleep(pause).await;
        }
        std::future::pending::<()>().await;
    };
    let result = tokio::select! {
        result = job.finish() => result,
        () = tell => return,
    };
    answers.send(Event::JobEnded(id, result)).await;
}
