//! Draws the palette at the lower end of the screen.

use super::super::cells::{self, Align, Keep};
use super::super::panel;
use super::Palette;
use crate::ui::command::{Command, Pane};
use crate::ui::keymap::Keymap;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Candidates shown at once.
const SHOWN_MAX: usize = 8;

impl Palette {
    /// Draws it at the lower end of `area`; gives the place of the cursor.
    pub fn draw(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        keymap: &Keymap,
        pane: Pane,
    ) -> Option<Position> {
        let offers = self.offers(pane);
        let shown = offers.len().min(SHOWN_MAX);
        let inner = panel::draw("command", shown + 1, area, buffer, theme);
        let mut rows: Vec<Rect> = inner.rows().collect();
        let line = rows.pop()?;
        let first = panel::first_shown(self.chosen, offers.len(), rows.len());
        for (row, (index, name)) in rows.iter().zip(offers.iter().enumerate().skip(first)) {
            let chosen = index == self.chosen;
            self.draw_offer(name, chosen, *row, buffer, theme, keymap);
        }
        let room = usize::from(line.width);
        let (after, _) = buffer.set_stringn(line.x, line.y, " :", room, theme.accent);
        let (part, cursor) = self.line.visible_part(room.saturating_sub(3));
        buffer.set_stringn(after, line.y, part, room.saturating_sub(2), theme.text);
        Some(Position::new((after + cursor as u16).min(line.right().saturating_sub(1)), line.y))
    }

    fn draw_offer(
        &self,
        name: &str,
        chosen: bool,
        row: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        keymap: &Keymap,
    ) {
        let room = usize::from(row.width);
        let ellipsis = theme.symbols.ellipsis;
        let marker = if chosen { theme.symbols.cursor } else { " " };
        let style = if chosen { theme.selected } else { theme.text };
        let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), room, theme.accent);
        let left = |x: u16| usize::from(row.right().saturating_sub(x));
        let Some(command) = Command::named(name).filter(|_| self.argument().is_none()) else {
            buffer.set_stringn(x, row.y, cells::fit(name, left(x), Keep::End, ellipsis), left(x), style);
            return;
        };
        let name = cells::padded(name, 20.min(left(x)), Align::Left, Keep::Start, ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, name, left(x), style);
        let keys = keymap.keys_of(command).next().unwrap_or_default();
        let keys = cells::padded(&keys, 8.min(left(x)), Align::Left, Keep::Start, ellipsis);
        let (x, _) = buffer.set_stringn(x, row.y, keys, left(x), theme.accent);
        let help = cells::fit(command.row().help, left(x), Keep::Start, ellipsis);
        buffer.set_stringn(x, row.y, help, left(x), theme.dim);
    }
}
