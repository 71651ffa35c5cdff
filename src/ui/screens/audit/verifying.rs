//! Verifications: begun from here, told when they end, their breaks walked.

use super::standing::{Running, Verified};
use super::state::{Audit, Focus};
use super::wish::Wish;
use crate::audit::verify::report::{Report, Scope, Verdict};
use crate::ids::EntrySeq;
use crate::ui::app::JobDeed;
use crate::ui::list_detail::cursor::{Cursor, Way};
use crate::ui::screen::{Ask, Tone, toast};
use std::sync::Arc;

type Asks = Vec<Ask<Wish>>;

impl Audit {
    /// Begins a verification; it runs in the background, wherever the person goes.
    pub(super) fn verify(&mut self, scope: Scope) -> Asks {
        if self.standing.running == Running::Yes {
            return vec![toast(Tone::Plain, "a verification runs already; J shows it, and cancels it")];
        }
        self.standing.running = Running::Yes;
        self.standing.failed = None;
        vec![Ask::Start(JobDeed::Verify(scope))]
    }

    /// A verification has ended.
    pub(super) fn verified(&mut self, result: Result<Arc<Report>, String>) -> Asks {
        self.standing.running = Running::No;
        match result {
            Ok(report) => {
                self.standing.failed = None;
                if report.scope == Scope::Full && report.verdict() != Verdict::Incomplete {
                    self.standing.full = Some(self.now);
                }
                self.standing.last = Some(Verified::new(report, self.now));
                self.report_at = Cursor::default();
            }
            Err(why) => self.standing.failed = Some(why),
        }
        // What is pinned may have moved on with it.
        vec![Ask::Do(Wish::Known)]
    }

    /// Shows the checklist, or puts it away.
    pub(super) fn toggle_report(&mut self) -> Asks {
        self.focus = if self.focus == Focus::Report { Focus::List } else { Focus::Report };
        Vec::new()
    }

    /// To the next place that is broken; in the list, the newest is the top.
    pub(super) fn next_break(&mut self, way: Way) -> Asks {
        let Some(last) = &self.standing.last else {
            return vec![toast(Tone::Plain, "breaks are found by a verification; v starts one")];
        };
        let here = self.subject().map_or(0, |row| row.seq.0);
        let places = || last.coverage.breaks().filter_map(|seq| i64::try_from(seq).ok());
        let found = match way {
            // Down the list is back in time.
            Way::Down => places().rev().find(|seq| *seq < here),
            Way::Up => places().find(|seq| *seq > here),
        };
        match found {
            Some(seq) => self.open_break(EntrySeq(seq)),
            None if places().next().is_none() => vec![toast(Tone::Plain, "no break is known")],
            None if places().all(|seq| seq == here) => vec![toast(Tone::Plain, "this is the only break")],
            None => {
                let text = match way {
                    Way::Down => "no break further down; N looks up",
                    Way::Up => "no break further up; n looks down",
                };
                vec![toast(Tone::Plain, text)]
            }
        }
    }

    /// To an entry of which a verification says that it is broken, or that it is missing.
    pub(super) fn open_break(&mut self, seq: EntrySeq) -> Asks {
        if self.focus == Focus::Report {
            self.focus = Focus::List;
        }
        self.go_to(seq)
    }
}
