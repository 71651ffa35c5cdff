//! The jobs that the console has started, as far as it knows.

use super::intake::Intake;
use super::{App, Effect, Moment};
use crate::audit::verify::report::{Report, Scope};
use crate::drift::plan::PlanHash;
use crate::error::{Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::Progress;
use crate::ui::screen::{Input, Screen, Tone};
use crate::ui::screens::audit::ordering::Order;
use chrono::NaiveDate;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Jobs that are remembered after their end.
const ENDED_MAX: usize = 20;

/// Which job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(u64);

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobDeed {
    /// Takes a file in.
    Import(Box<Intake>),
    /// Scores all tests by what is new.
    Recompute,
    /// Verifies the chain: all of it, or from a trusted checkpoint on.
    Verify(Scope),
    /// Makes a compliance report.
    Report(Box<Order>),
    /// Writes the proof of an entry to a file.
    Prove(EntrySeq, PathBuf),
    /// Exports the entries of a day, in UTC, into a folder.
    Export(NaiveDate, PathBuf),
    /// Seals the chain as it stands, once under this key.
    Seal(DeedKey),
    /// Observes these repositories, and holds them against what they should be.
    Reconcile(Vec<String>),
    /// Applies a plan that was reviewed, by its hash.
    ApplyPlan(PlanHash),
}

/// What a job did.
#[derive(Debug)]
pub struct JobDone {
    /// In words.
    pub told: String,
    /// How that is meant: a broken chain is no good news, and no failure of the job.
    pub tone: Tone,
    /// What a verification came to.
    pub report: Option<Arc<Report>>,
}

impl JobDone {
    /// Good news.
    pub fn well(told: String) -> Self {
        JobDone { told, tone: Tone::Good, report: None }
    }
}

/// A job, as it is shown.
#[derive(Debug)]
pub(super) struct JobLine {
    pub(super) id: JobId,
    pub(super) title: String,
    pub(super) state: JobState,
    deed: JobDeed,
    /// When it was first heard of, and how much was done by then: what goes before tells no pace.
    begun: Option<(Instant, u64)>,
    pace: Option<Pace>,
}

/// How fast a job goes.
#[derive(Debug, Clone, Copy)]
struct Pace {
    per_second: f64,
    left_s: Option<u64>,
}

#[derive(Debug)]
pub(super) enum JobState {
    Running(Progress),
    Cancelling,
    Done(String),
    Failed(String),
}

/// All of them, the newest last.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    next: u64,
    lines: Vec<JobLine>,
}

impl Jobs {
    pub(super) fn add(&mut self, title: String, deed: JobDeed) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        let state = JobState::Running(Progress::default());
        self.lines.push(JobLine { id, title, state, deed, begun: None, pace: None });
        if self.lines.len() > ENDED_MAX
            && let Some(at) = self.lines.iter().position(|line| !line.is_running())
        {
            self.lines.remove(at);
        }
        id
    }

    pub(super) fn moved(&mut self, id: JobId, progress: Progress, at: Instant) {
        if let Some(line) = self.line(id)
            && let JobState::Running(before) = &mut line.state
        {
            // Another step has another pace.
            if before.step != progress.step {
                line.begun = None;
            }
            let begun = *line.begun.get_or_insert((at, progress.done));
            line.pace = pace(begun, &progress, at);
            *before = progress;
        }
    }

    pub(super) fn lines(&self) -> &[JobLine] {
        &self.lines
    }

    pub(super) fn running(&self) -> impl Iterator<Item = &JobLine> {
        self.lines.iter().filter(|line| line.is_running())
    }

    fn line(&mut self, id: JobId) -> Option<&mut JobLine> {
        self.lines.iter_mut().find(|line| line.id == id)
    }

    /// Marks a running job as being cancelled; false if it is already, or runs no more.
    pub(super) fn cancel(&mut self, id: JobId) -> bool {
        match self.line(id) {
            Some(line) if matches!(line.state, JobState::Running(_)) => {
                line.state = JobState::Cancelling;
                true
            }
            _ => false,
        }
    }
}

impl JobLine {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, JobState::Running(_) | JobState::Cancelling)
    }

    /// How far it is, in a word or two.
    pub(super) fn standing(&self) -> String {
        match &self.state {
            JobState::Running(progress) => {
                let mut text = standing(progress);
                if let Some(pace) = self.pace.filter(|_| matches!(self.deed, JobDeed::Verify(_))) {
                    text.push_str(&format!(" {}/s", rounded(pace.per_second)));
                }
                if let Some(left) = self.pace.and_then(|pace| pace.left_s) {
                    text.push_str(&format!(" {} left", lasting(left)));
                }
                text
            }
            JobState::Cancelling => "stopping".into(),
            JobState::Done(what) => what.clone(),
            JobState::Failed(why) => why.clone(),
        }
    }
}

fn standing(progress: &Progress) -> String {
    match (progress.total, progress.done) {
        (Some(total), done) if total > 0 => {
            // In 128 bits: bytes times a hundred may be more than 64 hold.
            let percent = u128::from(done.min(total)) * 100 / u128::from(total);
            format!("{} {percent} %", progress.step).trim_start().to_owned()
        }
        (_, 0) => progress.step.clone(),
        (_, done) => format!("{} {done}", progress.step).trim_start().to_owned(),
    }
}

/// How fast it goes, once that can be told: after a second.
fn pace((begun_at, begun_with): (Instant, u64), progress: &Progress, at: Instant) -> Option<Pace> {
    let seconds = at.saturating_duration_since(begun_at).as_secs_f64();
    let done = progress.done.checked_sub(begun_with).filter(|done| *done > 0)?;
    if seconds < 1.0 {
        return None;
    }
    let per_second = done as f64 / seconds;
    let left = progress.total.map(|total| total.saturating_sub(progress.done));
    let left_s = left.map(|left| (left as f64 / per_second).ceil() as u64);
    Some(Pace { per_second, left_s })
}

/// `940`, `41k`, `1.2M`: a pace needs no more digits.
fn rounded(number: f64) -> String {
    match number {
        ..1e3 => format!("{number:.0}"),
        ..1e6 => format!("{:.0}k", number / 1e3),
        _ => format!("{:.1}M", number / 1e6),
    }
}

/// `0:41`, `12:05`, `3 h`.
fn lasting(seconds: u64) -> String {
    match seconds {
        ..3_600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

impl<S: Screen> App<S> {
    pub(super) fn start_job(&mut self, deed: JobDeed, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let title = match &deed {
            JobDeed::Import(intake) => {
                let path = intake.path();
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                format!("import {}", crate::text::visible(&name))
            }
            JobDeed::Verify(_) => {
                self.say(
                    Tone::Plain,
                    "verifying in the background; J shows how far, x there cancels",
                    moment,
                );
                "verify".to_owned()
            }
            JobDeed::Recompute => "score tests".to_owned(),
            JobDeed::Prove(seq, _) => format!("prove {seq}"),
            JobDeed::Export(day, _) => format!("export {day}"),
            JobDeed::Seal(_) => "checkpoint".to_owned(),
            JobDeed::Report(order) => format!("report {}", order.report_type.word()),
            JobDeed::Reconcile(repos) => match repos.as_slice() {
                [repo] => format!("observe {}", crate::text::visible(repo)),
                repos => format!("observe {}", crate::text::counted(repos.len(), "repository")),
            },
            JobDeed::ApplyPlan(hash) => format!("apply plan {}", hash.short()),
        };
        let id = self.jobs.add(title, deed.clone());
        out.push(Effect::StartJob(id, deed));
    }

    pub(super) fn cancel_job(&mut self, id: JobId, out: &mut Vec<Effect<S::Wish>>) {
        if self.jobs.cancel(id) {
            out.push(Effect::CancelJob(id));
        }
    }

    pub(super) fn cancel_jobs(&mut self, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let running: Vec<JobId> = self.jobs.running().map(|line| line.id).collect();
        if running.is_empty() {
            self.say(Tone::Plain, "no job is running", moment);
        }
        for id in running {
            self.cancel_job(id, out);
        }
    }

    pub(super) fn job_ended(
        &mut self,
        id: JobId,
        result: Result<JobDone>,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        let Some(line) = self.jobs.line(id) else { return };
        let title = line.title.clone();
        let is_verification = matches!(line.deed, JobDeed::Verify(_));
        match result {
            Ok(done) => {
                line.state = JobState::Done(done.told.clone());
                self.say(done.tone, &format!("{title}: {}", done.told), moment);
                if let Some(report) = done.report {
                    self.tell_all(&Input::Verified(Ok(report)), moment, out);
                }
                // Nobody is told by the chain what its own session wrote.
                for screen in 0..self.screens.len() {
                    if self.opened[screen] {
                        self.tell(screen, Input::News, moment, out);
                    }
                }
            }
            Err(error) => {
                let why = crate::text::visible(&error.to_string()).into_owned();
                // What to do about it is told with it, as far as there is room.
                let told = match error.hint_text() {
                    Some(hint) => format!("{why}; {}", crate::text::visible(hint)),
                    None => why.clone(),
                };
                line.state = JobState::Failed(told.clone());
                let tone = if error.kind() == Kind::Incomplete { Tone::Plain } else { Tone::Bad };
                self.say(tone, &format!("{title}: {told}"), moment);
                if is_verification {
                    self.tell_all(&Input::Verified(Err(why)), moment, out);
                }
            }
        }
    }

    /// Tells every screen, opened or not.
    pub(super) fn tell_all(&mut self, input: &Input, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        for screen in 0..self.screens.len() {
            self.tell(screen, input.clone(), moment, out);
        }
    }
}
