//! What the screen says in lines, for who has it read to them.

use super::state::{Audit, Focus};
use super::work::remark;
use super::work_view::{counts, in_words as of_report};
use crate::audit::entry::Listed;
use crate::ui::list_detail::told;
use crate::ui::screen::{Clock, Look, Told};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;

impl Audit {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(),
            Told::Detail => {
                let named = self.shown.own.row.iter().filter(|_| self.focus != Focus::Report).map(in_words);
                let lines = self.lines(told::WIDTH.into(), look).into_iter().map(|line| line.line);
                named.chain(told::all(&lines.collect::<Vec<_>>())).collect()
            }
            Told::Asked => {
                let panel = |area, buffer: &mut Buffer| self.draw_panel(area, buffer, look);
                told::asked(&self.filter, panel, look)
            }
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let standing = self.standing_parts(look).into_iter().map(|(text, _)| text);
        let mut lines = vec![standing.collect::<Vec<_>>().join(", ")];
        lines.extend(told::before(&self.load, told::new(self.news)));
        lines.push(match self.subject() {
            Some(row) => in_words(row),
            None => told::none("entry", self.filter.in_force()),
        });
        lines
    }

    fn tell_list(&self) -> Vec<String> {
        if let Some(work) = &self.work {
            let head = format!("sample of {}, {}", of_report(&work.list.report), counts(work));
            let items = work.list.items.iter().skip(work.cursor()).take(told::ROWS);
            let said = items.map(|item| {
                let seen = remark(item).unwrap_or_else(|| "not inspected".to_owned());
                format!("{}: {seen}", in_words(&item.listed))
            });
            return std::iter::once(head).chain(said).collect();
        }
        let rows = self.window.rows().iter().skip(self.window.cursor()).take(told::ROWS);
        let mut lines = Vec::new();
        match self.filter.in_force() {
            "" => lines.push(format!("all entries, the newest is {}", self.head)),
            filter => lines.push(format!("filter: {filter}")),
        }
        lines.extend(rows.map(in_words));
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
