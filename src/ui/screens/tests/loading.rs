//! Loads of the list and of the detail: what is asked, and what an answer changes.

use super::state::{Focus, More, News, Shown, Tests};
use super::wish::{After, Wish};
use crate::db::page::Page;
use crate::error::Error;
use crate::flaky::detail::TestDetail;
use crate::flaky::store::tests::{PAGE_ROWS_MAX, Standing};
use crate::flaky::test::Test;
use crate::ids::TestId;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::Ask;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Rows that are asked for at a time.
const PAGE: usize = 100;
/// Rows that are held; who looks further has a filter.
pub(super) const ROWS_MAX: usize = 5_000;
/// How near the end the next page is asked for.
const AHEAD: usize = 30;

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub(super) fn load_whole(&mut self) -> Asks {
        self.ticket += 1;
        self.load = Load::Asked;
        let limit = self.list.len().clamp(PAGE, PAGE_ROWS_MAX);
        vec![Ask::Do(self.rows_after(None, limit)), Ask::Do(Wish::Standing)]
    }

    /// Asks for the list anew; the test under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Asks {
        // At the very top, the first one is what a refresh is for.
        self.sought = self.sought.or(self.subject().filter(|_| self.cursor > 0).map(|test| test.id));
        self.load_whole()
    }

    fn rows_after(&self, after: Option<After>, limit: usize) -> Wish {
        let filter = self.filter.in_force().to_owned();
        Wish::Rows { ticket: self.ticket, filter, sort: self.sort, after, limit }
    }

    /// Asks for the next page where the cursor comes near the end.
    fn load_ahead(&mut self) -> Asks {
        let is_near = self.cursor + AHEAD >= self.list.len();
        if self.load == Load::Asked || self.more == More::None || !is_near || self.list.len() >= ROWS_MAX {
            return Vec::new();
        }
        let Some(after) = self.list.last().map(After::of) else { return Vec::new() };
        self.load = Load::Asked;
        vec![Ask::Do(self.rows_after(Some(after), PAGE))]
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<After>,
        at: DateTime<Utc>,
        result: Result<Page<Test>, Error>,
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
            // A row whose score changed meanwhile may come a second time.
            let known: std::collections::HashSet<TestId> = self.list.iter().map(|test| test.id).collect();
            self.list.extend(page.rows.into_iter().filter(|test| !known.contains(&test.id)));
            return self.load_ahead();
        }
        self.list = page.rows;
        (self.as_of, self.news) = (Some(at), News::None);
        let sought = self.sought.take();
        let found = sought.and_then(|id| self.list.iter().position(|test| test.id == id));
        self.cursor = found.unwrap_or(0).min(self.list.len().saturating_sub(1));
        self.keep_in_sight();
        let mut asks = self.show_selected(Anew::Yes);
        asks.extend(self.load_ahead());
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

    /// Goes to the test of a number: in the list where it is there, else by a filter.
    pub(super) fn seek(&mut self, id: TestId) -> Asks {
        (self.focus, self.preview) = (Focus::List, None);
        if let Some(at) = self.list.iter().position(|test| test.id == id) {
            let mut asks = self.go_to(at);
            asks.extend(self.show_selected(Anew::No));
            return asks;
        }
        self.filter.set(&format!("id:{id}"));
        self.sought = Some(id);
        self.load_whole()
    }

    /// Shows the test under the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let Some(id) = self.subject().map(|test| test.id) else {
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
    pub(super) fn detail_came(&mut self, id: TestId, result: Result<Arc<TestDetail>, Error>) {
        if self.shown.id != Some(id) {
            return;
        }
        match result {
            Ok(detail) => {
                self.shown.load = Load::Idle;
                self.take(detail.test.clone());
                self.shown.detail = Some(detail);
            }
            Err(error) => self.shown.load = Load::Failed(Failure::from(error)),
        }
    }

    /// Puts what is known now of a test into its row, which stays where it is.
    pub(super) fn take(&mut self, test: Test) {
        if let Some(row) = self.list.iter_mut().find(|row| row.id == test.id) {
            *row = test;
        }
    }

    /// Others have done something: asks whether it was about tests.
    pub(super) fn news_came(&self) -> Asks {
        if self.as_of.is_none() || self.load == Load::Asked { Vec::new() } else { vec![Ask::Do(Wish::News)] }
    }

    /// Takes how tests stand now.
    pub(super) fn compared(&mut self, standing: Standing) {
        if self.standing.is_some_and(|before| before != standing) {
            self.news = News::Some;
        }
        self.standing = Some(standing);
    }
}
