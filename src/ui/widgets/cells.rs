//! Text measured in the cells of a terminal: how wide it is, how it is cut, where it wraps.
//!
//! A character is not a column: 漢 takes two, a combining mark none. Everything here counts as
//! ratatui does when it draws, by graphemes, so that columns align and nothing overlaps.

use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// Which part of a text stays when it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The beginning: names, messages.
    Start,
    /// The end: of a path, the file's name and its line.
    End,
    /// Of a dotted or slashed name its last parts, of anything else the beginning.
    Name,
}

/// On which side a text is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How many cells `text` takes in one line.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.len();
    }
    graphemes(text).map(|(_, w)| w).sum()
}

/// `text` in at most `cells` cells, with an ellipsis where something was cut off.
pub fn fit<'t>(text: &'t str, cells: usize, keep: Keep, ellipsis: &str) -> Cow<'t, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(room) = cells.checked_sub(width(ellipsis)) else {
        return Cow::Borrowed("");
    };
    let is_path = || text.contains(['.', '/']) && !text.contains(' ');
    match keep {
        Keep::Name if is_path() => fit(text, cells, Keep::End, ellipsis),
        Keep::Start | Keep::Name => {
            let mut kept = String::from(prefix(text, room));
            kept.push_str(ellipsis);
            Cow::Owned(kept)
        }
        Keep::End => {
            let mut start = text.len();
            let mut used = 0;
            for (at, grapheme) in text.grapheme_indices(true).rev() {
                used += grapheme_width(grapheme);
                if used > room {
                    break;
                }
                start = at;
            }
            Cow::Owned(format!("{ellipsis}{}", &text[start..]))
        }
    }
}

/// `text` in exactly `cells` cells: cut or padded.
pub fn padded(text: &str, cells: usize, align: Align, keep: Keep, ellipsis: &str) -> String {
    let text = fit(text, cells, keep, ellipsis);
    let blank = " ".repeat(cells.saturating_sub(width(&text)));
    match align {
        Align::Left => format!("{text}{blank}"),
        Align::Right => format!("{blank}{text}"),
    }
}

/// The longest beginning of `text` that fits into `cells`.
pub fn prefix(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// `text` in lines of at most `cells` cells, broken at spaces where there are any, and at most
/// `lines_max` of them; the last one ends in an ellipsis where more would follow.
pub fn wrap(text: &str, cells: usize, lines_max: usize, ellipsis: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if cells == 0 || lines_max == 0 {
        return lines;
    }
    for paragraph in text.split('\n') {
        let paragraph = paragraph.replace('\t', "    ");
        let mut rest = paragraph.trim_end();
        loop {
            if lines.len() == lines_max {
                if let Some(last) = lines.last_mut() {
                    *last = format!("{}{ellipsis}", prefix(last, cells.saturating_sub(width(ellipsis))));
                }
                return lines;
            }
            let line = first_line(rest, cells);
            lines.push(line.trim_end().to_owned());
            rest = rest[line.len()..].trim_start_matches(' ');
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// The beginning of `text` that goes on one line: up to the last space that fits, or as much as does.
fn first_line(text: &str, cells: usize) -> &str {
    let fitting = prefix(text, cells);
    if fitting.len() == text.len() {
        return text;
    }
    if fitting.is_empty() {
        // A character that is wider than the line: it goes on a line of its own and is not drawn.
        return text.graphemes(true).next().unwrap_or(text);
    }
    if text[fitting.len()..].starts_with(' ') {
        return fitting;
    }
    match fitting.trim_start_matches(' ').rfind(' ') {
        Some(_) => fitting.rfind(' ').map_or(fitting, |at| &fitting[..=at]),
        None => fitting,
    }
}

fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|g| (g, grapheme_width(g)))
}

/// Ratatui draws nothing for a grapheme with a control character in it.
fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { grapheme.cell_width().into() }
}
