//! Keeps drafts: every 2 s when they have changed, and whenever the console may end.

use crate::error::Result;
use crate::ui::drafts::{self, DraftFile, Recovered};
use crate::ui::screen::Draft;
use crate::ui::terminal;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How old what was typed may be at a kill -9.
const EVERY: Duration = Duration::from_secs(2);
/// Saved this much earlier, so that writing it is part of the time.
const AHEAD: Duration = Duration::from_millis(300);

/// A file that was opened, and what was found.
pub(super) type Opened = (DraftFile, Recovered);

/// The drafts as they are now, and the file that they go to.
#[derive(Default)]
pub(super) struct Keeper {
    kept: Arc<Mutex<Kept>>,
    save_at: Option<Instant>,
    complained: bool,
}

#[derive(Default)]
struct Kept {
    file: Option<DraftFile>,
    drafts: Vec<Draft>,
}

impl Kept {
    fn save(&mut self) -> std::io::Result<()> {
        let Kept { file, drafts } = self;
        file.as_mut().map_or(Ok(()), |file| file.save(drafts))
    }
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the file. Gives what ended consoles have left, and what there is to complain about.
    pub(super) fn opened(&mut self, opened: Result<Opened>) -> (Vec<Draft>, Option<String>) {
        match opened {
            Ok((file, Recovered { drafts, set_aside })) => {
                self.lock().file = Some(file);
                let complaint = match set_aside {
                    0 => None,
                    n => Some(format!("{n} draft file(s) could not be read; kept beside as .unreadable")),
                };
                (drafts, complaint)
            }
            Err(error) => (Vec::new(), Some(error.to_string())),
        }
    }

    /// Notes the drafts as they are now.
    pub(super) fn note(&mut self, drafts: Vec<Draft>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.drafts != drafts {
            kept.drafts = drafts;
        }
        let differs = kept.file.as_ref().is_some_and(|file| file.differs_from(&kept.drafts));
        self.save_at = differs.then(|| self.save_at.unwrap_or_else(|| Instant::now() + EVERY - AHEAD));
    }

    /// When there is something to save.
    pub(super) fn save_at(&self) -> Option<Instant> {
        self.save_at
    }

    /// Saves what has changed, without holding up the loop. Gives a complaint, once.
    pub(super) async fn save_if_due(&mut self, now: Instant) -> Option<String> {
        self.save_at.take_if(|at| now >= *at)?;
        let kept = Arc::clone(&self.kept);
        let save = move || kept.lock().unwrap_or_else(PoisonError::into_inner).save();
        let failed = match tokio::task::spawn_blocking(save).await {
            Ok(Ok(())) => None,
            Ok(Err(e)) => Some(e.to_string()),
            Err(e) => Some(e.to_string()),
        };
        let first = !std::mem::replace(&mut self.complained, failed.is_some());
        failed.filter(|_| first).map(|why| format!("drafts could not be saved: {why}"))
    }

    /// Saves before anything else happens.
    pub(super) fn save_now(&mut self) {
        self.save_at = None;
        // The console is about to end or to stop: there is nobody left to tell.
        let _ = self.lock().save();
    }
}

/// Panics give the terminal back, save the drafts, and are reported; those of jobs go to the log.
pub(super) fn hook_panics(keeper: &Keeper) {
    let kept = Arc::clone(&keeper.kept);
    let save = move || {
        let _ = kept.lock().unwrap_or_else(PoisonError::into_inner).save();
    };
    terminal::hook_panics(save, log);
}

/// Adds a line to the log in the state folder.
fn log(what: &str) {
    let write = || -> Result<()> {
        let folder = drafts::state_folder()?;
        drafts::create_private(&folder)?;
        let mut options = std::fs::File::options();
        let mut file = options.append(true).create(true).mode(0o600).open(folder.join("attestor.log"))?;
        writeln!(file, "{} {}", chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ"), what)?;
        Ok(())
    };
    // A log that cannot be written is no reason to stop.
    let _ = write();
}
