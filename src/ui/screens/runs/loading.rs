//! Loads of the list and of the detail: what an answer changes, and how far runs are.

use super::state::Runs;
use super::wish::Wish;
use crate::db::page::Page;
use crate::error::Error;
use crate::ids::RunId;
use crate::operations::run::Run;
use crate::operations::store::list::PAGE_ROWS_MAX;
use crate::operations::store::one::Detail;
use crate::ui::list_detail::load::Anew;
use crate::ui::list_detail::state::{self, Want, Wants};
use crate::ui::list_detail::update::Came;
use crate::ui::screen::Ask;
use chrono::{DateTime, Utc};
use std::sync::Arc;

type Asks = Vec<Ask<Wish>>;

/// What the list wants, as this screen asks for it.
pub(super) fn asks(wants: Wants<Run>) -> Asks {
    state::asks(wants, |want| match want {
        Want::Rows { ticket, filter, after, limit } => {
            Wish::Rows { ticket, filter, after, limit: limit.min(PAGE_ROWS_MAX) }
        }
        Want::Standing => Wish::Standing,
        Want::Detail(id) => Wish::Detail(id),
    })
}

impl Runs {
    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<RunId>,
        at: DateTime<Utc>,
        result: Result<Page<Run>, Error>,
    ) -> Asks {
        match self.list.rows_came(ticket, after, at, result, self.panel()) {
            Came::Whole(wants) => [asks(wants), self.follow()].concat(),
            Came::Further(wants) => asks(wants),
        }
    }

    /// Makes the detail follow the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        asks(self.list.show_selected(anew))
    }

    /// Takes a detail; what it says of the run goes into its row.
    pub(super) fn detail_came(&mut self, id: RunId, result: Result<Option<Arc<Detail>>, Error>) {
        let gone = || format!("run {id} is gone");
        if let Some(detail) = self.list.shown.take(id, result, gone) {
            self.list.window.renew(detail.run.clone());
        }
    }

    /// Asks how far the active runs are, where there are any.
    pub(super) fn follow(&self) -> Asks {
        let active = self.list.window.rows().iter().filter(|run| run.is_active());
        let ids: Vec<RunId> = active.map(|run| run.id).collect();
        if ids.is_empty() { Vec::new() } else { vec![Ask::Do(Wish::Follow(ids))] }
    }

    /// Takes how far runs are. What has ended is shown as it ended.
    pub(super) fn followed(&mut self, result: Result<Vec<Run>, Error>) -> Asks {
        // Where it cannot be asked, the next load asks again.
        let Ok(runs) = result else { return Vec::new() };
        let mut asks = Vec::new();
        for run in runs {
            let before = self.list.window.row(run.id);
            let has_ended = before.is_some_and(Run::is_active) && !run.is_active();
            if has_ended {
                asks.push(Ask::Do(Wish::Standing));
            }
            if self.list.shown.id == Some(run.id) && (has_ended || before != Some(&run)) {
                asks.push(Ask::Do(Wish::Detail(run.id)));
            }
            self.list.window.renew(run);
        }
        asks.extend(self.follow());
        asks
    }

    /// Others have done something: asks whether it was runs.
    pub(super) fn news_came(&self) -> Asks {
        if !self.list.may_have_news() {
            return Vec::new();
        }
        let beyond = self.list.window.rows().first().map_or(RunId(0), |run| run.id);
        let filter = self.list.filter.in_force().to_owned();
        vec![Ask::Do(Wish::News { ticket: self.list.ticket(), filter, beyond }), Ask::Do(Wish::Standing)]
    }
}
