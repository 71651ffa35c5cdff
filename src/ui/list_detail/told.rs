//! What lists and details say in lines, for who has them read to them.

use super::load::Load;
use crate::ui::screen::{Look, lines_of};
use crate::ui::widgets::filter_bar::FilterBar;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// Rows of a list that are told at once.
pub const ROWS: usize = 10;
/// Characters across of a text.
pub const WIDTH: u16 = 100;

/// What is said before anything else: that the list failed, and what came since it was read.
pub fn before(load: &Load, news: Option<String>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Load::Failed(failure) = load {
        lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
    }
    lines.extend(news.map(|news| format!("{news}; refresh shows them")));
    lines
}

/// `12 new`, where there are any.
pub fn new(count: u64) -> Option<String> {
    (count > 0).then(|| format!("{count} new"))
}

/// That there is no row: `one` is what a row is called.
pub fn none(one: &str, filter: &str) -> String {
    match filter {
        "" => format!("there is no {one}"),
        filter => format!("there is no {one} with the filter {filter}"),
    }
}

/// A line as it is read.
pub fn trimmed(line: &Line<'_>) -> String {
    line.to_string().trim().to_owned()
}

/// Lines as they are read: without those that say nothing.
pub fn all(lines: &[Line<'_>]) -> Vec<String> {
    lines.iter().map(trimmed).filter(|line| !line.is_empty()).collect()
}

/// The filter's line, or where that is closed the prompt or form that is open, as drawn: it holds what is
/// asked and what is wrong.
pub fn asked(
    filter: &FilterBar,
    panel: impl FnOnce(Rect, &mut Buffer) -> Option<Position>,
    look: &Look<'_>,
) -> Vec<String> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, 12));
    if filter.is_open() {
        filter.draw("", buffer.area, &mut buffer, look.theme);
    } else {
        panel(buffer.area, &mut buffer);
    }
    let mut lines = lines_of(&buffer, look.theme);
    // A mark below the place of an error says nothing when it is read.
    lines.retain(|line| line.contains(char::is_alphanumeric));
    lines
}
