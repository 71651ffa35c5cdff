//! What the screen says in lines, for who has it read to them.

use super::detail_parts::{self, Extent};
use super::list_view::ai;
use super::state::{Findings, News, called};
use crate::triage::finding::Verdict;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Look, Told};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a list that are told at once.
const ROWS: usize = 10;
/// Characters across of a text.
const WIDTH: u16 = 100;

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
                let detail = detail_parts::lines(&self.shown, WIDTH.into(), Extent::Whole, look);
                lines.extend(detail.iter().map(|line| line.to_string().trim().to_owned()));
                lines.retain(|line| !line.is_empty());
                lines
            }
            Told::Asked => self.tell_asked(look),
        }
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Load::Failed(failure) = &self.load {
            lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
        }
        if let News::New(count) = self.news {
            lines.push(format!("{count} new; refresh shows them"));
        }
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
            None => lines.push(match self.filter.in_force() {
                "" => "there is no row".to_owned(),
                filter => format!("there is no row with the filter {filter}"),
            }),
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
        let rows = self.list.rows().iter().skip(self.list.cursor()).take(ROWS);
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

    /// The filter's line or the panel that is open, as drawn: it holds what is asked and what is wrong.
    fn tell_asked(&self, look: &Look<'_>) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, 12));
        if self.filter.is_open() {
            self.filter.draw("", buffer.area, &mut buffer, look.theme);
        } else {
            self.draw_panel(buffer.area, &mut buffer, look);
        }
        let mut lines = crate::ui::screen::lines_of(&buffer, look.theme);
        // A mark below the place of an error says nothing when it is read.
        lines.retain(|line| line.contains(char::is_alphanumeric));
        lines
    }
}
