//! How a test stands, in symbols and words.

use crate::flaky::state::State;
use crate::flaky::test::Test;
use crate::ui::theme::{Symbols, Theme};
use chrono::{DateTime, Utc};
use ratatui::style::Style;

/// Whether somebody has to decide on a test: its quarantine is suggested, has run out, or may end.
pub(super) fn is_needy(test: &Test, now: DateTime<Utc>) -> bool {
    test.suggested || test.is_expired(now) || test.runs_left() == Some(0)
}

/// How a test stands: a symbol, a word, and how that is drawn.
pub(super) fn standing(
    test: &Test,
    now: DateTime<Utc>,
    theme: &Theme,
) -> (&'static str, &'static str, Style) {
    let symbols = theme.symbols;
    match test.state {
        State::Quarantined if test.is_expired(now) => (symbols.up, "expired", theme.warn),
        State::Quarantined if test.runs_left() == Some(0) => (symbols.up, "may leave", theme.warn),
        State::Quarantined => (symbols.square, "quarantined", theme.text),
        _ if test.suggested => (symbols.up, "suggested", theme.warn),
        State::Flaky => (symbols.differs, "flaky", theme.warn),
        State::Broken => (symbols.cross, "broken", theme.bad),
        State::Healthy => (symbols.check, "healthy", theme.good),
        State::Graduated => (symbols.check, "graduated", theme.good),
        State::New => (symbols.none, "new", theme.dim),
    }
}

/// The last runs of a strip, oldest first: pass · fail ✗ flaky ≠ skip - outage o.
pub(super) fn strip(letters: &str, runs: usize, symbols: &Symbols) -> String {
    let count = letters.chars().count();
    let shown = letters.chars().skip(count.saturating_sub(runs));
    shown.map(|letter| mark(letter, symbols)).collect()
}

/// The mark of a run.
pub(super) fn mark(letter: char, symbols: &Symbols) -> &'static str {
    match letter {
        'p' => symbols.dot,
        'f' => symbols.cross,
        'k' => symbols.differs,
        's' => "-",
        'o' => "o",
        _ => "?",
    }
}

/// What a mark means.
pub(super) fn meaning(letter: char) -> &'static str {
    match letter {
        'p' => "passed",
        'f' => "failed",
        'k' => "failed and passed",
        's' => "skipped",
        'o' => "outage, left out",
        _ => "unknown",
    }
}

/// A number from 0 to 1: `.917`.
pub(super) fn score(score: f64) -> String {
    let text = format!("{score:.3}");
    match text.strip_prefix('0') {
        Some(fraction) => fraction.to_owned(),
        None => format!("{score:.2}"),
    }
}

/// A share: `2.9%`, `31%`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0%".to_owned(),
        p if p < 0.05 => "<.1%".to_owned(),
        p if p < 9.95 => format!("{p:.1}%"),
        p => format!("{p:.0}%"),
    }
}
