//! What the screen says in lines, for who has it read to them.

use super::state::{Audit, Focus};
use super::work::remark;
use super::work_view::{counts, in_words as of_report};
use crate::audit::entry::Listed;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Clock, Look, Told, lines_of};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a list that are told at once.
const ROWS: usize = 10;
/// Characters across of a text.
const WIDTH: u16 = 100;

impl Audit {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(),
            Told::Detail => {
                let lines = self.lines(WIDTH.into(), look);
                let named = self.shown.row.iter().filter(|_| self.focus != Focus::Report).map(in_words);
                let lines = lines.iter().map(|line| line.line.to_string().trim().to_owned());
                named.chain(lines).filter(|line| !line.is_empty()).collect()
            }
            Told::Asked => self.tell_asked(look),
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let standing = self.standing_parts(look).into_iter().map(|(text, _)| text);
        let mut lines = vec![standing.collect::<Vec<_>>().join(", ")];
        if let Load::Failed(failure) = &self.load {
            lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
        }
        if self.news > 0 {
            lines.push(format!("{} new; refresh shows them", self.news));
        }
        lines.push(match (self.subject(), self.filter.in_force()) {
            (Some(row), _) => in_words(row),
            (None, "") => "there is no entry".to_owned(),
            (None, filter) => format!("there is no entry with the filter {filter}"),
        });
        lines
    }

    fn tell_list(&self) -> Vec<String> {
        if let Some(work) = &self.work {
            let head = format!("sample of {}, {}", of_report(&work.list.report), counts(work));
            let items = work.list.items.iter().skip(work.cursor()).take(ROWS);
            let said = items.map(|item| {
                let seen = remark(item).unwrap_or_else(|| "not inspected".to_owned());
                format!("{}: {seen}", in_words(&item.listed))
            });
            return std::iter::once(head).chain(said).collect();
        }
        let rows = self.window.rows().iter().skip(self.window.cursor()).take(ROWS);
        let mut lines = Vec::new();
        match self.filter.in_force() {
            "" => lines.push(format!("all entries, the newest is {}", self.head)),
            filter => lines.push(format!("filter: {filter}")),
        }
        lines.extend(rows.map(in_words));
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

fn in_words(row: &Listed) -> String {
    let at = row.occurred_at.map_or_else(|| "no time".to_owned(), |at| when::moment(at, Clock::Utc));
    let repo = row.repo_full_name.as_ref().map_or_else(String::new, |repo| format!(", {}", repo.one_line()));
    format!(
        "entry {}, {at}, {}, {}, by {}{repo}",
        row.seq,
        row.category.one_line(),
        row.event_type.one_line(),
        row.by(),
    )
}
