//! Loads of the list and of the detail: what is asked, and what an answer changes.

use super::state::{Focus, More, Runs, Shown};
use super::wish::Wish;
use crate::db::page::Page;
use crate::error::Error;
use crate::ids::RunId;
use crate::operations::run::Run;
use crate::operations::store::list::PAGE_ROWS_MAX;
use crate::operations::store::one::Detail;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::Ask;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Rows that are asked for at a time.
const PAGE: usize = 100;
/// Rows that are held; who looks for older ones has a filter.
pub(super) const ROWS_MAX: usize = 5_000;
/// How near the end the next page is asked for.
const AHEAD: usize = 30;

type Asks = Vec<Ask<Wish>>;

impl Runs {
    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub(super) fn load_whole(&mut self) -> Asks {
        self.ticket += 1;
        self.load = Load::Asked;
        let limit = self.list.len().clamp(PAGE, PAGE_ROWS_MAX);
        vec![Ask::Do(self.rows(None, limit)), Ask::Do(Wish::Standing)]
    }

    /// Asks for the list anew; the run under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Asks {
        // At the very top, the newest is what a refresh is for.
        self.sought = self.sought.or(self.subject().filter(|_| self.cursor > 0).map(|run| run.id));
        self.load_whole()
    }

    fn rows(&self, after: Option<RunId>, limit: usize) -> Wish {
        Wish::Rows { ticket: self.ticket, filter: self.filter.in_force().to_owned(), after, limit }
    }

    /// Asks for the next page where the cursor comes near the end.
    fn load_ahead(&mut self) -> Asks {
        let is_near = self.cursor + AHEAD >= self.list.len();
        if self.load == Load::Asked || self.more == More::None || !is_near || self.list.len() >= ROWS_MAX {
            return Vec::new();
        }
        let Some(last) = self.list.last().map(|run| run.id) else { return Vec::new() };
        self.load = Load::Asked;
        vec![Ask::Do(self.rows(Some(last), PAGE))]
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<RunId>,
        at: DateTime<Utc>,
        result: Result<Page<Run>, Error>,
    ) -> Asks {
        if ticket != self.ticket {
            return Vec::new();
        }
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                self.load = Load::Failed(Failure::from(error));
                return Vec::new();
            }
        };
        self.load = Load::Idle;
        self.more = if page.more { More::Follow } else { More::None };
        if after.is_some() {
            self.list.extend(page.rows);
            return self.load_ahead();
        }
        self.list = page.rows;
        (self.as_of, self.news) = (Some(at), 0);
        let sought = self.sought.take();
        let found = sought.and_then(|id| self.list.iter().position(|run| run.id == id));
        self.cursor = found.unwrap_or(0).min(self.list.len().saturating_sub(1));
        self.keep_in_sight();
        let mut asks = self.show_selected(Anew::Yes);
        asks.extend(self.load_ahead());
        asks.extend(self.follow());
        asks
    }

    /// Goes to a row.
    pub(super) fn go_to(&mut self, row: usize) -> Asks {
        let row = row.min(self.list.len().saturating_sub(1));
        if row == self.cursor {
            return Vec::new();
        }
        self.keep_in_sight();
        self.cursor = row;
        self.keep_in_sight();
        let mut asks = self.load_ahead();
        asks.push(Ask::Rest);
        asks
    }

    fn keep_in_sight(&mut self) {
        let height = self.list_height();
        self.top = crate::ui::widgets::table::scrolled(self.top, self.cursor, height.max(1), self.list.len());
    }

    /// Goes to the run of a number: in the list where it is there, else by a filter.
    pub(super) fn seek(&mut self, id: RunId) -> Asks {
        self.focus = Focus::List;
        if let Some(at) = self.list.iter().position(|run| run.id == id) {
            let mut asks = self.go_to(at);
            asks.extend(self.show_selected(Anew::No));
            return asks;
        }
        self.filter.set(&format!("id:{id}"));
        self.sought = Some(id);
        self.load_whole()
    }

    /// Shows the run under the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let Some(id) = self.subject().map(|run| run.id) else {
            self.shown = Shown::nothing();
            return Vec::new();
        };
        let is_here = self.shown.id == Some(id);
        if is_here && anew == Anew::No && !matches!(self.shown.load, Load::Failed(_)) {
            return Vec::new();
        }
        if !is_here {
            self.shown = Shown { id: Some(id), ..Shown::nothing() };
        }
        self.shown.load = Load::Asked;
        vec![Ask::Do(Wish::Detail(id))]
    }

    /// Takes a detail.
    pub(super) fn detail_came(&mut self, id: RunId, result: Result<Option<Arc<Detail>>, Error>) -> Asks {
        if self.shown.id != Some(id) {
            return Vec::new();
        }
        match result {
            Ok(Some(detail)) => {
                self.shown.load = Load::Idle;
                self.take(detail.run.clone());
                self.shown.detail = Some(detail);
            }
            Ok(None) => self.shown.load = Load::Failed(Failure::of(format!("run {id} is gone"))),
            Err(error) => self.shown.load = Load::Failed(Failure::from(error)),
        }
        Vec::new()
    }

    /// Puts what is known now of a run into its row, which stays where it is.
    fn take(&mut self, run: Run) {
        if let Some(row) = self.list.iter_mut().find(|row| row.id == run.id) {
            *row = run;
        }
    }

    /// Asks how far the active runs are, where there are any.
    pub(super) fn follow(&self) -> Asks {
        let ids: Vec<RunId> = self.list.iter().filter(|run| run.is_active()).map(|run| run.id).collect();
        if ids.is_empty() { Vec::new() } else { vec![Ask::Do(Wish::Follow(ids))] }
    }

    /// Takes how far runs are. What has ended is shown as it ended.
    pub(super) fn followed(&mut self, result: Result<Vec<Run>, Error>) -> Asks {
        // Where it cannot be asked, the next load asks again.
        let Ok(runs) = result else { return Vec::new() };
        let mut asks = Vec::new();
        for run in runs {
            let before = self.list.iter().find(|row| row.id == run.id);
            let has_ended = before.is_some_and(Run::is_active) && !run.is_active();
            if has_ended {
                asks.push(Ask::Do(Wish::Standing));
            }
            if self.shown.id == Some(run.id) && (has_ended || before != Some(&run)) {
                asks.push(Ask::Do(Wish::Detail(run.id)));
            }
            self.take(run);
        }
        asks.extend(self.follow());
        asks
    }

    /// Others have done something: asks whether it was runs.
    pub(super) fn news_came(&self) -> Asks {
        let newest = self.list.first().map_or(RunId(0), |run| run.id);
        if self.as_of.is_none() || self.load == Load::Asked {
            return Vec::new();
        }
        let filter = self.filter.in_force().to_owned();
        vec![Ask::Do(Wish::News { ticket: self.ticket, filter, beyond: newest }), Ask::Do(Wish::Standing)]
    }
}
