//! Draws how far the history was verified, in the line above the list.

use super::standing::{Running, shortly};
use super::state::Audit;
use crate::audit::verify::report::Scope;
use crate::triage::store::findings::Count;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

impl Audit {
    /// ` ✓ VERIFIED 1 to 1,204  14:02Z  checkpoint 1,200 by audit, 4 after it  12 since`
    pub(super) fn draw_standing(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let theme = look.theme;
        let mut x = area.x + 1;
        for (text, style) in self.standing_parts(look) {
            let room = usize::from(area.right().saturating_sub(x + 1));
            let text = cells::fit(&text, room, Keep::Start, theme.symbols.ellipsis);
            // Of which less is left than says something.
            if cells::width(&text) < 4.min(room) || room < 4 {
                return;
            }
            x = buffer.set_stringn(x, area.y, &text, room, style).0 + 2;
        }
    }

    /// Draws the whole chain at the edge of the list.
    pub(super) fn draw_strip(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let head = u64::try_from(self.head.0).unwrap_or(0);
        let (coverage, style) = self.standing.coverage(look);
        coverage.draw(head, style, area, buffer, look.theme);
    }

    /// The parts of the line, those that matter most first.
    pub(super) fn standing_parts(&self, look: &Look<'_>) -> Vec<(String, Style)> {
        let theme = look.theme;
        let mut parts = Vec::new();
        if self.standing.running == Running::Yes {
            parts.push((format!("verifying{}", theme.symbols.ellipsis), theme.accent));
        }
        if let Some(failed) = &self.standing.failed {
            parts.push((format!("{} not verified: {failed}", theme.symbols.cross), theme.bad));
        }
        let Some(last) = &self.standing.last else {
            if parts.is_empty() {
                parts.push(("not verified in this session; v verifies".to_owned(), theme.dim));
            }
            if let Some(recorded) = &self.standing.known.recorded {
                let size = Count::Exactly(u64::try_from(recorded.size).unwrap_or(0));
                let (verdict, by) = (recorded.verdict.one_line(), recorded.by.one_line());
                let at = shortly(recorded.at, look.clock, look.now);
                parts.push((format!("recorded: {verdict} {size}, {at}, by {by}"), theme.text));
            }
            if let Some(pin) = &self.standing.known.pinned {
                let size = Count::Exactly(pin.size);
                let at = shortly(pin.time, look.clock, look.now);
                parts.push((format!("pinned {size}, {at}, by {}", pin.key.one_line()), theme.dim));
            }
            return parts;
        };
        let (symbol, style) = last.mark(look);
        parts.push((format!("{symbol} {}", last.verdict_in_words()), style));
        parts.push((shortly(last.at, look.clock, look.now), theme.dim));
        let is_whole = last.report.scope == Scope::Full;
        if !is_whole {
            // It never takes the place of one in full.
            parts.push((self.standing.last_full(look), theme.warn));
        }
        if last.report.breaks.is_empty() {
            let anchor = if last.report.anchored.is_some() { theme.text } else { theme.warn };
            let words = match &last.report.anchored {
                Some(_) => last.anchor_in_words(),
                None => "proves nothing against a whole rewrite".to_owned(),
            };
            parts.push((words, anchor));
        } else {
            parts.push(("n N walks the breaks".to_owned(), theme.dim));
        }
        let since = u64::try_from(self.head.0).unwrap_or(0).saturating_sub(last.report.entries);

        if since > 0 && is_whole && last.report.breaks.is_empty() {
            parts.push((format!("{} since", Count::Exactly(since)), theme.dim));
        }
        parts
    }
}
