//! The jobs that the console has started, as far as it knows.

use super::{App, Effect, Moment};
use crate::error::{Kind, Result};
use crate::jobs::Progress;
use crate::ui::screen::{Input, Screen, Tone};
use std::path::PathBuf;

/// Jobs that are remembered after their end.
const ENDED_MAX: usize = 20;

/// Which job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(u64);

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobDeed {
    /// Takes in a SARIF file.
    Import(PathBuf),
}

/// A job, as it is shown.
#[derive(Debug)]
pub(super) struct JobLine {
    pub(super) id: JobId,
    pub(super) title: String,
    pub(super) state: JobState,
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
    pub(super) fn add(&mut self, title: String) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        self.lines.push(JobLine { id, title, state: JobState::Running(Progress::default()) });
        if self.lines.len() > ENDED_MAX
            && let Some(at) = self.lines.iter().position(|line| !line.is_running())
        {
            self.lines.remove(at);
        }
        id
    }

    pub(super) fn moved(&mut self, id: JobId, progress: Progress) {
        if let Some(line) = self.line(id)
            && let JobState::Running(before) = &mut line.state
        {
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
            JobState::Running(progress) => standing(progress),
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

impl<S: Screen> App<S> {
    pub(super) fn start_import(&mut self, path: PathBuf, out: &mut Vec<Effect<S::Wish>>) {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let id = self.jobs.add(format!("import {}", crate::text::visible(&name)));
        out.push(Effect::StartJob(id, JobDeed::Import(path)));
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
        result: Result<String>,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        let Some(line) = self.jobs.line(id) else { return };
        let title = line.title.clone();
        match result {
            Ok(what) => {
                line.state = JobState::Done(what.clone());
                self.say(Tone::Good, &format!("{title}: {what}"), moment);
                // Nobody is told by the chain what its own session wrote.
                for screen in 0..self.screens.len() {
                    if self.opened[screen] {
                        self.tell(screen, Input::News, moment, out);
                    }
                }
            }
            Err(error) => {
                let why = crate::text::visible(&error.to_string()).into_owned();
                line.state = JobState::Failed(why.clone());
                let tone = if error.kind() == Kind::Incomplete { Tone::Plain } else { Tone::Bad };
                self.say(tone, &format!("{title}: {why}"), moment);
            }
        }
    }
}
