//! Lines that say something and lead somewhere: what details and checklists are made of.

use crate::ids::EntrySeq;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Align, Keep};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Cells before the text of a part: its label.
const LABEL: usize = 12;
/// The most lines of one text.
pub(super) const WRAPPED_MAX: usize = 40;

/// A line, and where Enter leads from it.
pub(super) struct DetailLine {
    pub(super) line: Line<'static>,
    pub(super) leads: Leads,
}

/// Where Enter leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// Nowhere.
    Nowhere,
    /// It folds or unfolds this line of the payload.
    Fold(usize),
    /// To what the entry speaks of.
    Subject,
    /// To another entry.
    Entry(EntrySeq),
}

/// Lines under construction.
pub(super) struct LineWriter<'a> {
    pub(super) lines: Vec<DetailLine>,
    pub(super) width: usize,
    pub(super) look: &'a Look<'a>,
}

impl<'a> LineWriter<'a> {
    /// No lines yet, of so many cells.
    pub(super) fn new(width: usize, look: &'a Look<'a>) -> Self {
        LineWriter { lines: Vec::new(), width, look }
    }

    /// A line of these spans.
    pub(super) fn push(&mut self, spans: Vec<Span<'static>>) {
        self.lines.push(DetailLine { line: Line::from(spans), leads: Leads::Nowhere });
    }

    /// A column of the table, by its name.
    pub(super) fn column(&mut self, name: &str, text: &str, style: Style) {
        self.labelled(name, 16, text, style, Leads::Nowhere);
    }

    /// A labelled text, or one without a label.
    pub(super) fn part(&mut self, label: &str, text: &str, style: Style) {
        self.labelled(label, if label.is_empty() { 1 } else { LABEL }, text, style, Leads::Nowhere);
    }

    /// A labelled text that leads somewhere.
    pub(super) fn leading(&mut self, label: &str, text: &str, style: Style, leads: Leads) {
        let cells = if label.is_empty() { 1 } else { LABEL.max(cells::width(label) + 2) };
        self.labelled(label, cells, text, style, leads);
    }

    /// A labelled text; its further lines stand below its first.
    fn labelled(&mut self, label: &str, cells: usize, text: &str, style: Style, leads: Leads) {
        let theme = self.look.theme;
        let cells = cells.min(self.width / 2);
        let room = self.width.saturating_sub(cells + 1);
        for (at, line) in cells::wrap(text, room, WRAPPED_MAX, theme.symbols.ellipsis).into_iter().enumerate()
        {
            let label = if at == 0 { label } else { "" };
            let label = cells::padded(label, cells.saturating_sub(1), Align::Left, Keep::Start, "");
            self.lines.push(DetailLine {
                line: Line::from(vec![
                    Span::styled(format!(" {label}"), theme.dim),
                    Span::styled(line, style),
                ]),
                leads: if at == 0 { leads } else { Leads::Nowhere },
            });
        }
    }
}
