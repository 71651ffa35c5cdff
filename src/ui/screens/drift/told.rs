//! What the screen says in lines, for who has it read to them.

use super::review_lines;
use super::state::Drift;
use crate::drift::store::list::Listed;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::told;
use crate::ui::screen::{Look, Told};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::text::Line;

impl Drift {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.list.selected().map(|row| in_words(row, look));
                named.into_iter().chain(told::all(&self.detail(look))).collect()
            }
            Told::Asked => {
                let panel = |area, buffer: &mut Buffer| self.draw_panel(area, buffer, look);
                told::asked(&self.list.filter, panel, look)
            }
        }
    }

    fn detail(&self, look: &Look<'_>) -> Vec<Line<'static>> {
        match &self.review {
            Some(review) => review_lines::lines(review, told::WIDTH.into(), look),
            None => self.detail_lines(told::WIDTH.into(), look).into_iter().map(|line| line.line).collect(),
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = told::before(&self.list.load, told::new(self.list.news));
        if self.list.panes.focus == Focus::Detail {
            let cursor = self.review.as_ref().map_or(self.list.shown.cursor, |review| review.cursor);
            lines.extend(self.detail(look).get(cursor.at()).map(told::trimmed));
            return lines;
        }
        lines.push(match self.list.selected() {
            Some(row) => in_words(row, look),
            None => told::none("repository", self.list.filter.in_force()),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = vec![match self.list.filter.in_force() {
            "" => "all repositories, the worst first".to_owned(),
            filter => format!("filter: {filter}"),
        }];
        if let Some(counts) = self.counts {
            lines.push(format!(
                "{} critical, {} drift, {} in sync, of {}",
                counts.critical, counts.drifted, counts.in_sync, counts.repos
            ));
        }
        lines.extend(self.list.from_the_cursor().take(told::ROWS).map(|row| in_words(row, look)));
        lines
    }
}

fn in_words(row: &Listed, look: &Look<'_>) -> String {
    let mut parts =
        vec![row.repo.one_line().into_owned(), row.standing(), format!("mode {}", row.mode.one_line())];
    if !row.drift_fields.is_empty() {
        let fields: Vec<_> = row.drift_fields.iter().take(5).map(|field| field.one_line()).collect();
        parts.push(fields.join(", "));
    }
    parts.extend(row.drifted_since.map(|at| format!("since {}", when::moment(at, look.clock))));
    parts.extend(row.last_reconciled_at.map(|at| format!("checked {}", when::moment(at, look.clock))));
    parts.extend(row.snoozed_until.map(|at| format!("waits until {}", when::moment(at, look.clock))));
    parts
        .extend(row.failure.as_ref().map(|failure| format!("the last check failed: {}", failure.one_line())));
    parts.join(", ")
}
