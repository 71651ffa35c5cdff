//! The jobs of this console: what runs, what has ended and how.

use super::cells::{self, Keep};
use super::panel;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Jobs shown at once.
const SHOWN_MAX: usize = 10;
/// Lines that the chosen one takes below its own, at the most.
const TOLD_MAX: usize = 5;
/// Cells before a title: the cursor and a symbol.
const LEAD: usize = 5;

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

/// Draws `lines` at the lower end of `area`. The chosen one is told whole: what its line has no room for
/// stands below it.
pub fn draw(lines: &[Line<'_>], chosen: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let symbols = theme.symbols;
    let room = usize::from(area.width).saturating_sub(LEAD);
    let told = match lines.get(chosen) {
        Some(line) if !line.fits(room) => cells::wrap(&line.standing, room, TOLD_MAX, symbols.ellipsis),
        _ => Vec::new(),
    };
    let height = lines.len().clamp(1, SHOWN_MAX) + told.len();
    let inner = panel::draw("jobs", height, area, buffer, theme);
    if lines.is_empty() && inner.height > 0 {
        let text = " No job has run. :import FILE takes a file in.";
        buffer.set_stringn(inner.x, inner.y, text, inner.width.into(), theme.dim);
    }
    let first = panel::first_shown(chosen, lines.len(), usize::from(inner.height).saturating_sub(told.len()));
    let mut rows = inner.rows();
    for (index, line) in lines.iter().enumerate().skip(first) {
        let Some(row) = rows.next() else { break };
        let (symbol, tone) = match line.stage {
            Stage::Running => (symbols.ellipsis, theme.accent),
            Stage::Done => (symbols.check, theme.good),
            Stage::Failed => (symbols.cross, theme.bad),
        };
        let is_chosen = index == chosen;
        let marker = if is_chosen { symbols.cursor } else { " " };
        let style = if is_chosen { theme.selected } else { theme.text };
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), left(row.x), theme.accent);
        let (x, _) = buffer.set_stringn(x, row.y, format!("{symbol} "), left(x), tone);
        if is_chosen && !told.is_empty() {
            let title = cells::fit(line.title, left(x), Keep::Start, symbols.ellipsis);
            buffer.set_stringn(x, row.y, title, left(x), style);
            for (text, row) in told.iter().zip(&mut rows) {
                buffer.set_stringn(row.x + LEAD as u16, row.y, text, room, theme.dim);
            }
            continue;
        }
        let title = cells::fit(line.title, left(x) / 2, Keep::Start, symbols.ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, format!("{title}  "), left(x), style);
        let standing = cells::fit(&line.standing, left(x), Keep::Start, symbols.ellipsis);
        buffer.set_stringn(x, row.y, standing, left(x), theme.dim);
    }
}

impl Line<'_> {
    /// Whether both of its texts stand whole in one line of so many cells.
    fn fits(&self, cells: usize) -> bool {
        let title = cells::width(self.title);
        title <= cells / 2 && title + 2 + cells::width(&self.standing) <= cells
    }
}
