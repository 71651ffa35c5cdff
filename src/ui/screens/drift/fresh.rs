//! What others have changed: rows stay where they stand, and those that say something else are marked.

use super::state::Drift;
use super::wish::Wish;
use crate::drift::store::list::{Counts, Listed};
use crate::error::Error;
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::screen::Ask;

type Asks = Vec<Ask<Wish>>;

impl Drift {
    /// Others have done something: asks what the rows say now, and whether there are more.
    pub(super) fn news_came(&self) -> Asks {
        if !self.list.may_have_news() {
            return Vec::new();
        }
        let ids = self.list.window.rows().iter().map(|row| row.repo_id).collect();
        vec![Ask::Do(Wish::Fresh(ids)), Ask::Do(self.count())]
    }

    /// Takes what the rows say now.
    pub(super) fn fresh_came(&mut self, result: Result<Vec<Listed>, Error>) -> Asks {
        // Where it cannot be asked, the next load asks again.
        let Ok(rows) = result else { return Vec::new() };
        let mut is_shown_anew = false;
        for row in rows {
            let Some(own) = self.list.window.row_mut(row.repo_id) else { continue };
            if says(own) != says(&row) {
                self.changed.insert(row.repo_id);
            }
            is_shown_anew |= self.list.shown.id == Some(row.repo_id) && own.version != row.version;
            *own = row;
        }
        if is_shown_anew { self.show_selected(Anew::Yes) } else { Vec::new() }
    }

    /// Takes how many there are in the filter.
    pub(super) fn counts_came(&mut self, ticket: u64, result: Result<Counts, Error>) {
        // What failed here fails for the rows too, and is told there.
        if let (true, Ok(counts)) = (ticket == self.list.ticket(), result) {
            if let (Some(before), true) = (self.counts, self.list.load != Load::Asked) {
                self.list.news += u64::try_from(counts.repos - before.repos).unwrap_or(0);
            }
            self.counts = Some(counts);
        }
    }
}

/// What a person reads in a row and would want to know of.
fn says(row: &Listed) -> (Option<bool>, &[crate::text::SafeText], i32, bool) {
    (row.in_sync, &row.drift_fields, row.drift_count, row.snoozed_until.is_some())
}
