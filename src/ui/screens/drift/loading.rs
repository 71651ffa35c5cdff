//! Loads of the list and of the detail: what is asked, and what an answer changes.

use super::state::{Drift, Focus, More, Shown};
use super::wish::Wish;
use crate::db::page::Page;
use crate::drift::store::detail::{Detail, Spell};
use crate::drift::store::list::{Cursor, Listed, PAGE_ROWS_MAX};
use crate::error::Error;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::{Ask, Tone, toast};
use crate::ui::widgets::table;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Rows that are asked for at a time.
const PAGE: usize = 100;
/// Rows that are held; who looks for others has a filter.
pub(super) const ROWS_MAX: usize = 5_000;
/// How near the end the next page is asked for.
const AHEAD: usize = 30;

type Asks = Vec<Ask<Wish>>;

impl Drift {
    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub(super) fn load_whole(&mut self) -> Asks {
        self.ticket += 1;
        self.load = Load::Asked;
        let limit = self.list.len().clamp(PAGE, PAGE_ROWS_MAX);
        vec![Ask::Do(self.rows(None, limit)), Ask::Do(self.count())]
    }

    /// Asks for the list anew; the repository under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Asks {
        // At the very top, the worst is what a refresh is for.
        self.sought = self.sought.or(self.subject().filter(|_| self.cursor > 0).map(|row| row.repo_id));
        self.load_whole()
    }

    fn rows(&self, after: Option<Cursor>, limit: usize) -> Wish {
        Wish::Rows { ticket: self.ticket, filter: self.filter.in_force().to_owned(), after, limit }
    }

    pub(super) fn count(&self) -> Wish {
        Wish::Counts { ticket: self.ticket, filter: self.filter.in_force().to_owned() }
    }

    /// Asks for the next page where the cursor comes near the end.
    fn load_ahead(&mut self) -> Asks {
        let is_near = self.cursor + AHEAD >= self.list.len();
        if self.load == Load::Asked || self.more == More::None || !is_near || self.list.len() >= ROWS_MAX {
            return Vec::new();
        }
        let Some(last) = self.list.last().map(Listed::cursor) else { return Vec::new() };
        self.load = Load::Asked;
        vec![Ask::Do(self.rows(Some(last), PAGE))]
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<Cursor>,
        at: DateTime<Utc>,
        result: Result<Page<Listed>, Error>,
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
            // What moved meanwhile may come twice; it stays where it is.
            let held = |row: &Listed| self.list.iter().any(|own| own.repo_id == row.repo_id);
            let rows: Vec<Listed> = page.rows.into_iter().filter(|row| !held(row)).collect();
            self.list.extend(rows);
            return self.load_ahead();
        }
        self.list = page.rows;
        (self.as_of, self.news) = (Some(at), 0);
        self.changed.clear();
        let sought = self.sought.take();
        let found = sought.and_then(|id| self.list.iter().position(|row| row.repo_id == id));
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
        self.review = None;
        let mut asks = self.load_ahead();
        asks.push(Ask::Rest);
        asks
    }

    fn keep_in_sight(&mut self) {
        let height = self.list_height();
        self.top = table::scrolled(self.top, self.cursor, height.max(1), self.list.len());
    }

    /// Goes to a repository by its number: in the list where it is there, else by a filter.
    pub(super) fn seek(&mut self, id: i64) -> Asks {
        (self.focus, self.review) = (Focus::List, None);
        if let Some(at) = self.list.iter().position(|row| row.repo_id == id) {
            let mut asks = self.go_to(at);
            asks.extend(self.show_selected(Anew::No));
            return asks;
        }
        self.filter.set(&format!("id:{id}"));
        self.sought = Some(id);
        self.load_whole()
    }

    /// Shows the repository under the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let Some(id) = self.subject().map(|row| row.repo_id) else {
            self.shown = Shown::nothing();
            return Vec::new();
        };
        let is_here = self.shown.id == Some(id);
        if is_here && anew == Anew::No && !matches!(self.shown.load, Load::Failed(_)) {
            return Vec::new();
        }
        if !is_here {
            self.shown = Shown { id: Some(id), matching: self.shown.matching, ..Shown::nothing() };
        }
        self.shown.load = Load::Asked;
        vec![Ask::Do(Wish::Detail(id))]
    }

    /// Takes a detail. The cursor stays on its field, wherever that stands now.
    pub(super) fn detail_came(&mut self, id: i64, result: Result<Option<Arc<Detail>>, Error>) -> Asks {
        if self.shown.id != Some(id) {
            return Vec::new();
        }
        match result {
            Ok(Some(detail)) => {
                let field = self.field().map(|field| field.field.path.clone());
                self.shown.load = Load::Idle;
                if let Some(row) = self.list.iter_mut().find(|row| row.repo_id == id) {
                    *row = detail.row.clone();
                }
                let at = field.and_then(|path| detail.fields.iter().position(|own| own.field.path == path));
                self.shown.detail = Some(detail);
                if let Some(at) = at {
                    self.go_to_field(at);
                }
            }
            Ok(None) => self.shown.load = Load::Failed(Failure::of("the repository is gone".to_owned())),
            Err(error) => self.shown.load = Load::Failed(Failure::from(error)),
        }
        Vec::new()
    }

    /// Takes the history of a field.
    pub(super) fn history_came(&mut self, id: i64, path: &str, result: Result<Vec<Spell>, Error>) -> Asks {
        let is_open = self.shown.history.as_ref().is_some_and(|(open, _)| open == path);
        if self.shown.id != Some(id) || !is_open {
            return Vec::new();
        }
        match result {
            Ok(spells) => {
                self.shown.history = Some((path.to_owned(), Some(spells)));
                Vec::new()
            }
            Err(error) => {
                self.shown.history = None;
                vec![toast(Tone::Bad, crate::text::visible(&error.to_string()).into_owned())]
            }
        }
    }
}
