//! Draws a list: its titles or what failed, its rows or why there are none.

use super::ListDetail;
use super::cursor::Cursor;
use super::load::{Failure, Load};
use super::window::Row;
use crate::triage::store::findings::Count;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::table::{self, Column, Lead};
use crate::ui::widgets::when;
use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A list as it is drawn: each column with what it shows, `S`.
pub struct ListView<'a, R, S> {
    /// The rows that are held.
    pub rows: &'a [R],
    /// Where the cursor stands among them.
    pub cursor: Cursor,
    /// How their load stands.
    pub load: &'a Load,
    /// When they were read.
    pub as_of: Option<DateTime<Utc>>,
    /// What is said while the first ones are on their way: `loading runs`.
    pub loading: String,
    /// The columns.
    pub columns: Vec<(S, Column)>,
}

impl<R: Row, D, Own> ListDetail<R, D, Own> {
    /// The list as it is drawn with these columns.
    pub fn view<S>(&self, called: &'static str, columns: Vec<(S, Column)>) -> ListView<'_, R, S> {
        ListView {
            rows: self.window.rows(),
            cursor: self.window.place(),
            load: &self.load,
            as_of: self.as_of,
            loading: format!("loading {called}"),
            columns,
        }
    }
}

impl<R, S: Copy> ListView<'_, R, S> {
    /// Draws header and rows. `mark` says what stands before the row of an index, `cell` what stands in a
    /// column; `none` is said where there is no row, though nothing failed and nothing is awaited.
    pub fn draw(
        &self,
        (header, list): (Rect, Rect),
        buffer: &mut Buffer,
        look: &Look<'_>,
        mark: impl Fn(usize, &R) -> Option<(&'static str, Style)>,
        cell: impl Fn(S, &R, Lead) -> (String, Style),
        none: impl FnOnce() -> Vec<String>,
    ) {
        let columns: Vec<Column> = self.columns.iter().map(|(_, column)| *column).collect();
        let widths = table::widths(&columns, list.width.into());
        match self.load {
            Load::Failed(failure) => {
                // Where there are no rows, they are of no time.
                let from = self.as_of.filter(|_| !self.rows.is_empty());
                draw_failure(failure, from, header, buffer, look);
            }
            _ => table::draw_header(&columns, &widths, header, buffer, look.theme),
        }
        if self.rows.is_empty() {
            let lines = match self.load {
                Load::Asked | Load::Idle if self.as_of.is_none() => {
                    vec![format!("{}{}", self.loading, look.theme.symbols.ellipsis)]
                }
                Load::Failed(failure) => failure.hint.iter().cloned().collect(),
                _ => none(),
            };
            draw_instead(&lines, list, buffer, look);
            return;
        }
        let first = self.cursor.first_shown(list.height.into(), self.rows.len());
        let rows = self.rows.iter().enumerate().skip(first);
        for (y, (at, row)) in (list.top()..list.bottom()).zip(rows) {
            let lead = if at == self.cursor.at() { Lead::Selected } else { Lead::Plain };
            let cells = self.columns.iter().map(|(shows, _)| cell(*shows, row, lead)).collect();
            let row = table::Row { lead, mark: mark(at, row), cells };
            table::draw_row(&row, &columns, &widths, Rect { y, height: 1, ..list }, buffer, look.theme);
        }
    }
}

/// What is said where no row matches: `one` is what a row is called.
pub fn none_matches(one: &str, filter: &str) -> Vec<String> {
    vec![format!("No {one} matches {filter}"), "g/ lifts the filter, / changes it.".to_owned()]
}

/// Draws in the place of the titles what failed, what to press, and from when the rows are.
pub fn draw_failure(
    failure: &Failure,
    as_of: Option<DateTime<Utc>>,
    area: Rect,
    buffer: &mut Buffer,
    look: &Look<'_>,
) {
    if area.height == 0 {
        return;
    }
    let symbols = look.theme.symbols;
    let from = match as_of {
        Some(at) => format!("; rows as of {}", when::time_of_day(at, look.clock)),
        None => String::new(),
    };
    let room = usize::from(area.width).saturating_sub(4);
    // What failed comes first; the time gives way to it.
    let full = format!("; R tries again{from}");
    let is_tight = cells::width(&full) + cells::width(&failure.what).min(20) > room;
    let rest = if is_tight { "; R tries again" } else { full.as_str() };
    let what_room = room.saturating_sub(cells::width(rest));
    let what = cells::fit(&failure.what, what_room, Keep::Start, symbols.ellipsis);
    let text = format!(" {} {what}{rest}", symbols.cross);
    buffer.set_stringn(area.x, area.y, text, area.width.into(), look.theme.bad);
}

/// Draws lines in the place of rows: what would be here, and how to get it here.
pub fn draw_instead(lines: &[String], area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let room = usize::from(area.width).saturating_sub(3);
    let wrapped = lines.iter().flat_map(|line| cells::wrap(line, room, 4, look.theme.symbols.ellipsis));
    for (line, text) in wrapped.take(area.height.into()).enumerate() {
        let style = if line == 0 { look.theme.text } else { look.theme.dim };
        buffer.set_stringn(area.x + 2, area.y + line as u16, text, room, style);
    }
}

/// How many there are of a kind: count, symbol, word, and how that is drawn.
pub type Counted = (u64, &'static str, &'static str, Style);

/// Draws in a line how many there are of each kind, `✗ 2 blocked   ▲ 1 needs attention`, as far as they
/// fit; where there are none of any, `none`.
pub fn draw_counts(parts: &[Counted], none: &str, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    if area.height == 0 {
        return;
    }
    let mut x = area.x + 1;
    for (count, symbol, word, style) in parts.iter().filter(|(count, ..)| *count > 0) {
        let text = format!("{symbol} {} {word}", Count::Exactly(*count));
        let room = usize::from(area.right().saturating_sub(x));
        if cells::width(&text) > room {
            break;
        }
        x = buffer.set_stringn(x, area.y, text, room, *style).0 + 3;
    }
    // That there are none is not said of what did not fit.
    if parts.iter().all(|(count, ..)| *count == 0) {
        buffer.set_stringn(x, area.y, none, area.width.saturating_sub(1).into(), look.theme.dim);
    }
}

/// Draws the rule between list and detail.
pub fn draw_bar(area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    for y in area.top()..area.bottom() {
        buffer.set_stringn(area.x, y, look.theme.symbols.bar, 1, look.theme.dim);
    }
}
