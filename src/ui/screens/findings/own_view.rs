//! Draws the Feedback pane, in the place of the list.

use super::own::OwnRow;
use super::state::{Findings, place};
use crate::triage::finding::{Feedback, FeedbackKind};
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Findings {
    /// Draws the Feedback pane.
    pub(super) fn draw_own(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let words = |title, room| Column { title, room, align: Align::Left, keep: Keep::Start };
        let narrow = list.width < 60;
        let columns = [
            words("WHEN", Room::Fixed(if narrow { 5 } else { 17 })),
            words("SAID", Room::Fixed(9)),
            words("WORDS", Room::Share(5)),
            Column { title: "FINDING", room: Room::Share(4), align: Align::Left, keep: Keep::End },
        ];
        let widths = table::widths(&columns, list.width.into());
        match &self.own.load {
            Load::Failed(failure) => self.draw_failure(failure, header, buffer, look),
            _ => table::draw_header(&columns, &widths, header, buffer, look.theme),
        }
        if self.own.is_empty() {
            let text = match self.own.load {
                Load::Asked => "loading what you said",
                _ => "You have decided nothing yet. t and f on a finding decide, c comments.",
            };
            let room = usize::from(list.width).saturating_sub(3);
            let lines = cells::wrap(text, room, 3, look.theme.symbols.ellipsis);
            for (line, text) in lines.iter().take(list.height.into()).enumerate() {
                buffer.set_stringn(list.x + 2, list.y + line as u16, text, room, look.theme.dim);
            }
            return;
        }
        let height = usize::from(list.height);
        let first = self.own.first_shown(height.max(1));
        for line in 0..height {
            let Some(row) = self.own.row(first + line) else { break };
            let is_selected = first + line == self.own.cursor();
            let style = match row {
                OwnRow::Said(said) if said.taken_back => look.theme.dim,
                _ => look.theme.text,
            };
            let (at, said, words) = match row {
                OwnRow::Draft(slot, text) => {
                    ("draft".to_owned(), slot.word().to_owned(), text.replace('\n', " "))
                }
                OwnRow::Said(said) => (
                    if narrow {
                        when::age(said.timestamp, look.now)
                    } else {
                        when::moment(said.timestamp, look.clock)
                    },
                    said_word(said, look.theme),
                    said.comments.one_line().into_owned(),
                ),
            };
            let about = match self.own.finding(row.finding()) {
                Some(finding) => format!("{} {}", finding.rule_id.one_line(), place(finding)),
                None => format!("#{}", row.finding()),
            };
            let words_style = if is_selected { look.theme.selected.patch(style) } else { style };
            let row = table::Row {
                lead: if is_selected { Lead::Selected } else { Lead::Plain },
                mark: matches!(row, OwnRow::Draft(..))
                    .then_some((look.theme.symbols.ellipsis, look.theme.accent)),
                cells: vec![(at, style), (said, style), (words, words_style), (about, style)],
            };
            let area = Rect { y: list.y + line as u16, height: 1, ..list };
            table::draw_row(&row, &columns, &widths, area, buffer, look.theme);
        }
    }
}

fn said_word(said: &Feedback, theme: &Theme) -> String {
    match (said.kind, said.user_verdict, said.taken_back) {
        (FeedbackKind::Comment, ..) => "comment".to_owned(),
        (FeedbackKind::Retraction, ..) => "took back".to_owned(),
        (FeedbackKind::Verdict, Some(verdict), false) => verdict.word().to_owned(),
        (FeedbackKind::Verdict, Some(verdict), true) => format!("{} {}", verdict.word(), theme.symbols.cross),
        (FeedbackKind::Verdict, None, _) => theme.symbols.none.to_owned(),
    }
}
