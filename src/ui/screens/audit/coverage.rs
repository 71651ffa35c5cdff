//! What of the chain was verified: the whole of it in a column of cells at the edge of the list.

use crate::audit::verify::report::{Report, Scope};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a verification says of a stretch of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// All of it was recomputed, and holds.
    Verified,
    /// Something in it is broken.
    Broken,
    /// Nobody looked at all of it.
    NotYet,
}

/// What was verified, and what is broken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// The first and the last position that were recomputed; none where none was.
    walked: Option<(u64, u64)>,
    /// Where something is broken, in order: a single position, or a range.
    broken: Vec<(u64, u64)>,
}

impl Coverage {
    /// What a report says. Where a gap was walked over, positions and entries differ; the last break says
    /// how far it went at least.
    pub fn of(report: &Report) -> Self {
        let mut broken: Vec<(u64, u64)> = report
            .breaks
            .iter()
            .filter_map(|found| {
                let seq = found.seq.and_then(|seq| u64::try_from(seq).ok()).map(|seq| (seq, seq));
                seq.or(found.range)
            })
            .collect();
        broken.sort_unstable();
        let from = match (report.scope, &report.anchored) {
            (Scope::Incremental, Some(anchored)) => anchored.size + 1,
            _ => 1,
        };
        let last = (from + report.entries).saturating_sub(1);
        let last = broken.iter().map(|(_, to)| *to).max().map_or(last, |to| to.max(last));
        Coverage { walked: (report.entries > 0).then_some((from, last)), broken }
    }

    /// That of a verification which is only known to have found nothing in so many entries.
    pub fn up_to(size: u64) -> Self {
        Coverage { walked: (size > 0).then_some((1, size)), broken: Vec::new() }
    }

    /// What is known of the entries `from` to `to`.
    pub fn stretch(&self, from: u64, to: u64) -> Stretch {
        if self.broken.iter().any(|(first, last)| *first <= to && *last >= from) {
            return Stretch::Broken;
        }
        match self.walked {
            Some((first, last)) if first <= from && to <= last => Stretch::Verified,
            _ => Stretch::NotYet,
        }
    }

    /// Whether this very entry is known to be broken; of a range it is not known which.
    pub fn is_broken_at(&self, seq: u64) -> bool {
        self.broken.binary_search(&(seq, seq)).is_ok()
    }

    /// The breaks, in order, each by the first entry that it may be about.
    pub fn breaks(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.broken.iter().map(|(first, _)| *first)
    }

    /// Draws a chain of `head` entries into the first column of `area`, the newest at its top; what was
    /// verified in this style.
    pub(super) fn draw(&self, head: u64, verified: Style, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        let height = u64::from(area.height);
        if head == 0 || area.width == 0 || (self.walked.is_none() && self.broken.is_empty()) {
            return;
        }
        for line in 0..height {
            // The positions of this line; where entries are few, several lines speak of one.
            let place = |line: u64| (u128::from(head) * u128::from(line) / u128::from(height)) as u64;
            let (newest, older) = (head - place(line), head - place(line + 1));
            let stretch = self.stretch((older + 1).min(newest), newest);
            let (symbol, style) = match stretch {
                Stretch::Verified => (theme.symbols.bar, verified),
                Stretch::Broken => (theme.symbols.cross, theme.bad),
                Stretch::NotYet => (theme.symbols.dot, theme.dim),
            };
            buffer.set_stringn(area.x, area.y + line as u16, symbol, 1, style);
        }
    }
}
