//! What the groups say in lines, for who has them read to them.

use super::groups::{self, Done, Row};
use super::state::Findings;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::told;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Look;
use crate::ui::widgets::when;

impl Findings {
    /// The group under the cursor, and what its load says.
    pub(super) fn tell_group(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Load::Failed(failure) = &self.groups.load {
            lines.push(format!("the groups could not be loaded: {}; refresh tries again", failure.what));
        }
        let row = self.groups.rows().get(self.groups.cursor());
        lines.push(match row {
            Some(row) => {
                let more = if self.groups.below == Edge::More { " or more" } else { "" };
                let (at, held) = (self.groups.cursor() + 1, self.groups.rows().len());
                format!("{}, group {at} of {held}{more}", self.group_in_words(row, look))
            }
            None if self.groups.load == Load::Asked => "the groups are being loaded".to_owned(),
            None => "there is no group".to_owned(),
        });
        lines
    }

    /// The groups from the cursor on.
    pub(super) fn tell_groups(&self, look: &Look<'_>) -> Vec<String> {
        let Some(by) = self.groups.by() else { return Vec::new() };
        let mut lines = vec![format!("by {}, filter: {}", groups::by_word(by), self.filter.in_force())];
        let rows = self.groups.rows().iter().skip(self.groups.cursor()).take(told::ROWS);
        lines.extend(rows.map(|row| self.group_in_words(row, look)));
        lines
    }

    fn group_in_words(&self, row: &Row, look: &Look<'_>) -> String {
        let group = &row.group;
        let done = match row.done {
            _ if self.is_group_under_way(group) => ", being saved".to_owned(),
            Done::Nothing => String::new(),
            Done::Decided(verdict) => format!(", decided {} as one", verdict.word()),
            Done::Waits => ", waits".to_owned(),
        };
        format!(
            "{}, {} findings, {} undecided, highest risk {:.1}, {}, oldest {}, newest {} old{done}",
            groups::name(group),
            group.count,
            group.undecided,
            group.risk,
            group.severity.word(),
            when::age(group.oldest_at, look.now),
            when::age(group.newest_at, look.now),
        )
    }
}
