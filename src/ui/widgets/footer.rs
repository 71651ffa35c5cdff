//! The last line: what keys do now on its left, how things stand on its right.
//!
//! It shrinks by priority: what matters least goes first, and each part keeps its place.

use super::cells::{self, Keep};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A part of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Texts with their styles, drawn one after the other.
    pub spans: Vec<(String, Style)>,
    /// What matters more has a smaller number.
    pub priority: u8,
}

impl Part {
    /// A part of one text.
    pub fn text(text: impl Into<String>, style: Style, priority: u8) -> Part {
        Part { spans: vec![(text.into(), style)], priority }
    }

    /// A key and what it does.
    pub fn key(key: &str, label: &str, theme: &Theme, priority: u8) -> Part {
        let spans = vec![(key.to_owned(), theme.accent), (format!(" {label}"), theme.dim)];
        Part { spans, priority }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(|(text, _)| cells::width(text)).sum()
    }
}

/// Cells between parts on the left, on the right, and between the two.
const GAP_LEFT: usize = 2;
const GAP_RIGHT: usize = 1;
const GAP: usize = 2;

/// Draws `left` and `right` into the line `area`, as much of it as fits; `ellipsis` where the first
/// part of the left had to be cut.
pub fn draw(left: &[Part], right: &[Part], area: Rect, buffer: &mut Buffer, ellipsis: &str) {
    if area.height == 0 {
        return;
    }
    let room = usize::from(area.width).saturating_sub(2);
    let (first_room, shown) = fitting(left, right, room);
    let (left_shown, right_shown) = shown.split_at(left.len());
    let mut x = area.x + 1;
    for (at, (part, _)) in left.iter().zip(left_shown).enumerate().filter(|(_, (_, shown))| **shown) {
        let room = if at == 0 { first_room } else { room };
        x = draw_part(part, x, room, area, buffer, ellipsis) + GAP_LEFT as u16;
    }
    let kept: Vec<&Part> = right.iter().zip(right_shown).filter(|(_, s)| **s).map(|(part, _)| part).collect();
    let width = kept.iter().map(|part| part.width() + GAP_RIGHT).sum::<usize>();
    let mut x = area.right().saturating_sub(width as u16).max(area.x);
    for part in kept {
        x = draw_part(part, x, room, area, buffer, ellipsis) + GAP_RIGHT as u16;
    }
}

/// Whether the first part of the left stands there whole.
pub fn holds_first(left: &[Part], right: &[Part], area: Rect) -> bool {
    let (first_room, _) = fitting(left, right, usize::from(area.width).saturating_sub(2));
    left.first().is_none_or(|first| first.width() <= first_room)
}

fn draw_part(part: &Part, mut x: u16, room: usize, area: Rect, buffer: &mut Buffer, ellipsis: &str) -> u16 {
    let mut room = room.min(area.right().saturating_sub(x).into());
    for (text, style) in &part.spans {
        let text = cells::fit(text, room, Keep::Start, ellipsis);
        if text.is_empty() {
            return x;
        }
        room -= cells::width(&text);
        x = buffer.set_stringn(x, area.y, &text, cells::width(&text), *style).0;
    }
    x
}

/// Which parts fit into `room`, those of the best priority first, left before right among equals; and
/// how much of it the first has. That one always stands, cut where the others of priority 0 need it.
fn fitting(left: &[Part], right: &[Part], room: usize) -> (usize, Vec<bool>) {
    let parts: Vec<&Part> = left.iter().chain(right).collect();
    let gap = |at: usize| if at < left.len() { GAP_LEFT } else { GAP_RIGHT };
    let width = |at: usize| parts[at].width() + gap(at);
    let needed: usize = (1..parts.len()).filter(|&at| parts[at].priority == 0).map(width).sum();
    let first_room = room.saturating_sub(GAP + needed + GAP_LEFT);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&at| parts[at].priority);
    let mut shown = vec![false; parts.len()];
    let mut used = GAP;
    for at in order {
        let width = if at == 0 { parts[0].width().min(first_room) + gap(0) } else { width(at) };
        if used + width <= room {
            shown[at] = true;
            used += width;
        }
    }
    (first_room, shown)
}
