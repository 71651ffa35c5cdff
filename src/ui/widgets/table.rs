//! A list in columns: a header, aligned cells, a marker before the selected row.
//!
//! There is no zebra and no reversed row: on a slow line a moved marker costs tens of bytes, a
//! reversed row hundreds. Rows and columns are laid out anew for every frame; nothing is kept.

use super::cells::{self, Align, Keep};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Cells before the first column: the marker of the cursor and the mark.
pub const LEAD: usize = 2;
/// Cells between columns.
pub const GAP: usize = 2;

/// How a column looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Stands in the header.
    pub title: &'static str,
    /// How wide it is.
    pub room: Room,
    /// Words left, numbers right.
    pub align: Align,
    /// What stays where it is cut.
    pub keep: Keep,
}

/// How wide a column is, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Always this wide.
    Fixed(usize),
    /// This part of what the fixed columns leave.
    Share(usize),
}

/// What stands before a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// Nothing.
    Plain,
    /// The cursor.
    Selected,
}

/// One row, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Whether the cursor stands here.
    pub lead: Lead,
    /// A mark of one cell: marked, or with a draft.
    pub mark: Option<(&'static str, Style)>,
    /// One text and its style for each column.
    pub cells: Vec<(String, Style)>,
}

/// The width of each of `columns` in a table of `total` cells. The shares divide what is left, the
/// last one takes the rest, so that the table always ends at its edge.
pub fn widths(columns: &[Column], total: usize) -> Vec<usize> {
    let mut left = total.saturating_sub(least(columns));
    let mut shares: usize =
        columns.iter().map(|c| if let Room::Share(part) = c.room { part } else { 0 }).sum();
    columns
        .iter()
        .map(|column| match column.room {
            Room::Fixed(cells) => cells,
            Room::Share(part) => {
                let cells = left * part / shares.max(1);
                left -= cells;
                shares -= part;
                cells
            }
        })
        .collect()
}

/// The cells that a table of `columns` takes at least: its marks, the gaps and the fixed columns.
pub fn least(columns: &[Column]) -> usize {
    let fixed = columns.iter().map(|c| if let Room::Fixed(cells) = c.room { cells } else { 0 });
    LEAD + GAP * columns.len().saturating_sub(1) + fixed.sum::<usize>()
}

/// Draws the titles of the columns.
pub fn draw_header(columns: &[Column], widths: &[usize], area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let titles = columns.iter().map(|c| (c.title.to_owned(), theme.dim)).collect();
    let row = Row { lead: Lead::Plain, mark: None, cells: titles };
    draw_row(&row, columns, widths, area, buffer, theme);
}

/// Draws one row into the first line of `area`; what does not fit is cut at its right edge.
pub fn draw_row(
    row: &Row,
    columns: &[Column],
    widths: &[usize],
    area: Rect,
    buffer: &mut Buffer,
    theme: &Theme,
) {
    if area.height == 0 {
        return;
    }
    let room = usize::from(area.width);
    if row.lead == Lead::Selected {
        buffer.set_stringn(area.x, area.y, theme.symbols.cursor, room, theme.selected);
    }
    if let Some((symbol, style)) = row.mark
        && area.width > 1
    {
        buffer.set_stringn(area.x + 1, area.y, symbol, room - 1, style);
    }
    let mut x = LEAD;
    for ((column, (text, style)), &width) in columns.iter().zip(&row.cells).zip(widths) {
        if x >= room {
            break;
        }
        let width_here = width.min(room - x);
        let text = cells::padded(text, width_here, column.align, column.keep, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + x as u16, area.y, text, width_here, *style);
        x += width + GAP;
    }
}

/// The first row to show, so that `cursor` is among `height` rows. At an edge the list moves by half
/// a page: a list that moves by single lines is drawn anew for every key.
pub fn scrolled(first: usize, cursor: usize, height: usize, rows: usize) -> usize {
    let half = (height / 2).max(1);
    let wanted = if cursor < first {
        cursor.saturating_sub(half.saturating_sub(1)).min(first.saturating_sub(half))
    } else if cursor >= first + height {
        (cursor + 1 - height).max(first + half)
    } else {
        first
    };
    wanted.min(cursor).min(rows.saturating_sub(height)).max((cursor + 1).saturating_sub(height))
}
