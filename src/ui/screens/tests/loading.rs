//! Loads of the list and of the detail: what an answer changes.

use super::state::Tests;
use super::wish::{After, Wish};
use crate::db::page::Page;
use crate::error::Error;
use crate::flaky::detail::TestDetail;
use crate::flaky::store::tests::{PAGE_ROWS_MAX, Standing};
use crate::flaky::test::Test;
use crate::ids::TestId;
use crate::ui::list_detail::load::Anew;
use crate::ui::list_detail::state::{self, Want, Wants};
use crate::ui::list_detail::update::Came;
use crate::ui::screen::Ask;
use chrono::{DateTime, Utc};
use std::sync::Arc;

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// What the list wants, as this screen asks for it.
    pub(super) fn asks(&self, wants: Wants<Test>) -> Asks {
        state::asks(wants, |want| match want {
            Want::Rows { ticket, filter, after, limit } => {
                Wish::Rows { ticket, filter, sort: self.sort, after, limit: limit.min(PAGE_ROWS_MAX) }
            }
            Want::Standing => Wish::Standing,
            Want::Detail(id) => Wish::Detail(id),
        })
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<After>,
        at: DateTime<Utc>,
        result: Result<Page<Test>, Error>,
    ) -> Asks {
        let (Came::Whole(wants) | Came::Further(wants)) =
            self.list.rows_came(ticket, after, at, result, self.panel());
        self.asks(wants)
    }

    /// Asks for the list anew; the test under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Asks {
        let wants = self.list.reload();
        self.asks(wants)
    }

    /// Goes to a row.
    pub(super) fn go_to(&mut self, row: usize) -> Asks {
        let wants = self.list.go_to(row, self.panel());
        self.asks(wants)
    }

    /// Goes to the test of a number: in the list where it is there, else by a filter.
    pub(super) fn seek(&mut self, id: TestId) -> Asks {
        self.preview = None;
        let wants = self.list.seek(id, self.panel());
        self.asks(wants)
    }

    /// Makes the detail follow the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let wants = self.list.show_selected(anew);
        self.asks(wants)
    }

    /// Takes a detail; what it says of the test goes into its row.
    pub(super) fn detail_came(&mut self, id: TestId, result: Result<Arc<TestDetail>, Error>) {
        let gone = || format!("test {id} is gone");
        if let Some(detail) = self.list.shown.take(id, result.map(Some), gone) {
            self.list.window.renew(detail.test.clone());
        }
    }

    /// Others have done something: asks whether it was about tests.
    pub(super) fn news_came(&self) -> Asks {
        if self.list.may_have_news() { vec![Ask::Do(Wish::News)] } else { Vec::new() }
    }

    /// Takes how tests stand now.
    pub(super) fn compared(&mut self, standing: Standing) {
        if self.standing.is_some_and(|before| before != standing) {
            self.list.news = 1;
        }
        self.standing = Some(standing);
    }
}
