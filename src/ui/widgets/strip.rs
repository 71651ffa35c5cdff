//! A row of counts as a row of bars, one cell each.

use crate::ui::theme::Symbols;

/// The counts as bars: the highest is as high as a line, nothing is a dot, and something is never
/// nothing.
pub fn spark(counts: &[u64], symbols: &Symbols) -> String {
    let highest = counts.iter().copied().max().unwrap_or(0);
    counts.iter().map(|count| bar(*count, highest, symbols)).collect()
}

fn bar(count: u64, highest: u64, symbols: &Symbols) -> &'static str {
    if count == 0 {
        return symbols.dot;
    }
    let levels = symbols.bars.len();
    // In 128 bits, which no count times the levels can fill.
    let level = (u128::from(count) * levels as u128).div_ceil(u128::from(highest.max(1)));
    symbols.bars[usize::try_from(level).unwrap_or(levels).clamp(1, levels) - 1]
}
