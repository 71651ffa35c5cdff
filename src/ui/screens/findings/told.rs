//! What the screen says in lines, for who has it read to them.

use super::detail_parts::{self, Extent};
use super::list_view::ai;
use super::state::{Findings, News, called};
use crate::triage::finding::Verdict;
use crate::ui::list_detail::told;
use crate::ui::screen::{Look, Told};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;

impl Findings {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row | Told::List | Told::Detail if self.people.is_open() => self.tell_people(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let mut lines: Vec<String> = self.shown.row.iter().map(called).collect();
                let detail = detail_parts::lines(&self.shown, told::WIDTH.into(), Extent::Whole, look);
                lines.extend(told::all(&detail));
                lines
            }
            Told::Asked => {
                let panel = |area, buffer: &mut Buffer| self.draw_panel(area, buffer, look);
                told::asked(&self.filter, panel, look)
            }
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let news = match self.news {
            News::None => 0,
            News::New(count) => count,
        };
        let mut lines = told::before(&self.load, told::new(news));
        if self.groups.are_shown() && !self.own.is_open() {
            lines.extend(self.tell_group(look));
            return lines;
        }
        match self.subject() {
            Some(finding) => {
                let place =
                    self.list.position().filter(|_| !self.own.is_open()).map_or(String::new(), |at| {
                        let total = self.list.total.map(|total| format!(" of {total}")).unwrap_or_default();
                        format!(", row {at}{total}")
                    });
                lines.push(format!("{}{place}", self.row_in_words(finding, look)));
            }
            None => lines.push(told::none("row", self.filter.in_force())),
        }
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        if self.own.is_open() {
            return self.tell_row(look);
        }
        if self.groups.are_shown() {
            return self.tell_groups(look);
        }
        let rows = self.list.rows().iter().skip(self.list.cursor()).take(told::ROWS);
        let mut lines = vec![format!("filter: {}", self.filter.in_force())];
        lines.extend(rows.map(|row| self.row_in_words(&row.finding, look)));
        lines
    }

    fn row_in_words(&self, finding: &crate::triage::finding::Finding, look: &Look<'_>) -> String {
        let decided = match finding.triage_decision {
            Some(Verdict::TruePositive) => "decided true positive",
            Some(Verdict::FalsePositive) => "decided false positive",
            None => "undecided",
        };
        let marked = if self.marks.has(finding.id) { ", marked" } else { "" };
        let states = super::states::words(finding, look);
        format!(
            "{}, {}, {}, risk {:.1}, {decided}, AI {}, {}, {} old{states}{marked}",
            called(finding),
            finding.project_name.one_line(),
            finding.severity.word(),
            finding.risk,
            ai(finding, look.theme),
            finding.state.word(),
            when::age(finding.first_seen_at, look.now),
        )
    }
}
