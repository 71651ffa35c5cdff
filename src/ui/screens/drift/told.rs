//! What the screen says in lines, for who has it read to them.

use super::state::{Drift, Focus};
use super::{detail_lines, review_lines};
use crate::drift::store::list::Listed;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Look, Told, lines_of};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Rows of a list that are told at once.
const ROWS: usize = 10;
/// Characters across of a text.
const WIDTH: u16 = 100;

impl Drift {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.subject().map(|row| in_words(row, look));
                named.into_iter().chain(trimmed(self.detail(look))).collect()
            }
            Told::Asked => self.tell_asked(look),
        }
    }

    fn detail(&self, look: &Look<'_>) -> Vec<Line<'static>> {
        match &self.review {
            Some(review) => review_lines::lines(review, WIDTH.into(), look),
            None => detail_lines::lines(&self.shown, WIDTH.into(), look)
                .into_iter()
                .map(|line| line.line)
                .collect(),
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Load::Failed(failure) = &self.load {
            lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
        }
        if self.news > 0 {
            lines.push(format!("{} new; refresh shows them", self.news));
        }
        if self.focus == Focus::Detail {
            let cursor = self.review.as_ref().map_or(self.shown.cursor, |review| review.cursor);
            lines.extend(self.detail(look).get(cursor).map(|line| line.to_string().trim().to_owned()));
            return lines;
        }
        lines.push(match (self.subject(), self.filter.in_force()) {
            (Some(row), _) => in_words(row, look),
            (None, "") => "there is no repository".to_owned(),
            (None, filter) => format!("there is no repository with the filter {filter}"),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = vec![match self.filter.in_force() {
            "" => "all repositories, the worst first".to_owned(),
            filter => format!("filter: {filter}"),
        }];
        if let Some(counts) = self.counts {
            lines.push(format!(
                "{} critical, {} drift, {} in sync, of {}",
                counts.critical, counts.drifted, counts.in_sync, counts.repos
            ));
        }
        lines.extend(self.list.iter().skip(self.cursor).take(ROWS).map(|row| in_words(row, look)));
        lines
    }

    /// The filter's line or the prompt that is open, as drawn.
    fn tell_asked(&self, look: &Look<'_>) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, 12));
        if self.filter.is_open() {
            self.filter.draw("", buffer.area, &mut buffer, look.theme);
        } else {
            self.draw_panel(buffer.area, &mut buffer, look);
        }
        let mut lines = lines_of(&buffer, look.theme);
        // A mark below the place of an error says nothing when it is read.
        lines.retain(|line| line.contains(char::is_alphanumeric));
        lines
    }
}

fn trimmed(lines: Vec<Line<'static>>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| line.to_string().trim().to_owned()).filter(|line| !line.is_empty())
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
