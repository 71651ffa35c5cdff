//! The jobs of this console: what runs, what has ended and how.

use super::cells::{self, Keep};
use super::panel;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Jobs shown at once.
const SHOWN_MAX: usize = 10;

/// A job as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it does.
    pub title: &'a str,
    /// How far it is, or how it ended.
    pub standing: String,
    /// Whether it runs.
    pub stage: Stage,
}

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It runs.
    Running,
    /// It has done what it should.
    Done,
    /// It ended otherwise.
    Failed,
}

/// Draws `lines` at the lower end of `area`.
pub fn draw(lines: &[Line<'_>], chosen: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let inner = panel::draw("jobs", lines.len().clamp(1, SHOWN_MAX), area, buffer, theme);
    let symbols = theme.symbols;
    if lines.is_empty() && inner.height > 0 {
        let text = " No job has run. :import FILE takes a file in.";
        buffer.set_stringn(inner.x, inner.y, text, inner.width.into(), theme.dim);
    }
    let first = panel::first_shown(chosen, lines.len(), inner.height.into());
    for (row, (index, line)) in inner.rows().zip(lines.iter().enumerate().skip(first)) {
        let (symbol, tone) = match line.stage {
            Stage::Running => (symbols.ellipsis, theme.accent),
            Stage::Done => (symbols.check, theme.good),
            Stage::Failed => (symbols.cross, theme.bad),
        };
        let marker = if index == chosen { symbols.cursor } else { " " };
        let style = if index == chosen { theme.selected } else { theme.text };
        let room = usize::from(row.width);
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), room, theme.accent);
        let (x, _) = buffer.set_stringn(x, row.y, format!("{symbol} "), left(x), tone);
        let title = cells::fit(line.title, left(x) / 2, Keep::Start, symbols.ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, format!("{title}  "), left(x), style);
        let standing = cells::fit(&line.standing, left(x), Keep::Start, symbols.ellipsis);
        buffer.set_stringn(x, row.y, standing, left(x), theme.dim);
    }
}
