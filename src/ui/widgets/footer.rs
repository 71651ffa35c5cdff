//! The last line: what keys do now on its left, how things stand on its right.
//!
//! It shrinks by priority: what matters least goes first, and each part keeps its place.

use super::cells;
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

/// Draws `left` and `right` into the line `area`, as much of it as fits.
pub fn draw(left: &[Part], right: &[Part], area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let room = usize::from(area.width);
    let shown = fitting(left, right, room.saturating_sub(2));
    let (left_shown, right_shown) = shown.split_at(left.len());
    let mut x = area.x + 1;
    for (part, _) in left.iter().zip(left_shown).filter(|(_, shown)| **shown) {
        x = draw_part(part, x, area, buffer) + GAP_LEFT as u16;
    }
    let kept: Vec<&Part> = right.iter().zip(right_shown).filter(|(_, s)| **s).map(|(part, _)| part).collect();
    let width = kept.iter().map(|part| part.width() + GAP_RIGHT).sum::<usize>();
    let mut x = area.right().saturating_sub(width as u16).max(area.x);
    for part in kept {
        x = draw_part(part, x, area, buffer) + GAP_RIGHT as u16;
    }
}

fn draw_part(part: &Part, mut x: u16, area: Rect, buffer: &mut Buffer) -> u16 {
    for (text, style) in &part.spans {
        if x >= area.right() {
            return x;
        }
        x = buffer.set_stringn(x, area.y, text, usize::from(area.right() - x), *style).0;
    }
    x
}

/// Which parts fit into `room`: those of the best priority first, left before right among equals.
fn fitting(left: &[Part], right: &[Part], room: usize) -> Vec<bool> {
    let widths = left.iter().map(|part| part.width() + GAP_LEFT);
    let widths: Vec<usize> = widths.chain(right.iter().map(|part| part.width() + GAP_RIGHT)).collect();
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|&at| left.iter().chain(right).nth(at).map(|part| part.priority));
    let mut shown = vec![false; widths.len()];
    let mut used = GAP;
    for at in order {
        // The first always stands, cut if need be.
        if used + widths[at] <= room || used == GAP {
            shown[at] = true;
            used += widths[at];
        }
    }
    shown
}
