//! Whether keys were typed or came as a burst, as a paste without bracketing does.
//!
//! A person's keys arrive one a read, tens of milliseconds apart. A paste arrives as many keys in one
//! read, or in reads right after each other. On a slow link typed keys can arrive together too, so a
//! burst is never refused: text in it is text, a repeated key repeats, but nothing in it confirms.
//!
//! - A key that shares its read with others is in a burst, the first as well: a pasted `yes` says no y.
//! - So is a key whose read comes within 1 ms after the one before; within 10 ms where that one
//!   brought [`MANY`] keys or more.
//! - A read (or its continuation) of at least [`PASTE_KEYS_MIN`] text keys, with four different ones
//!   among them, is a paste. A held `j` that arrives late is not.

use super::decoder::Arrived;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::HashSet;
use std::time::{Duration, Instant};

const PASTE_KEYS_MIN: usize = 5;
const PASTE_KEYS_DIFFERENT: usize = 4;
const MANY: usize = 8;
const GAP: Duration = Duration::from_millis(1);
const GAP_AFTER_MANY: Duration = Duration::from_millis(10);

/// How a key arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By itself, as a typed key does.
    Alone,
    /// In one read with others, or right after them: it confirms nothing.
    InBurst,
}

/// What the reads before tell about the next.
#[derive(Debug, Default)]
pub(super) struct Bursts {
    before: Option<Before>,
}

#[derive(Debug)]
struct Before {
    at: Instant,
    keys: usize,
    pasted: bool,
}

impl Bursts {
    /// Sorts the keys of a read that came `at` into a paste or keys.
    pub(super) fn sort(&mut self, keys: Vec<KeyEvent>, at: Instant) -> Vec<Arrived> {
        if keys.is_empty() {
            return Vec::new();
        }
        let before = self.before.take().filter(|before| {
            let gap = if before.keys >= MANY { GAP_AFTER_MANY } else { GAP };
            at.saturating_duration_since(before.at) < gap
        });
        let text: Option<String> = keys.iter().map(text_of).collect();
        let continues_paste = before.as_ref().is_some_and(|before| before.pasted);
        let pasted = text.filter(|text| continues_paste || is_paste(text));
        let earlier = before.map_or(0, |before| before.keys);
        self.before = Some(Before { at, keys: earlier + keys.len(), pasted: pasted.is_some() });
        match pasted {
            Some(text) => vec![Arrived::Paste(text)],
            None => {
                let arrival = if keys.len() + earlier == 1 { Arrival::Alone } else { Arrival::InBurst };
                keys.into_iter().map(|key| Arrived::Key(key, arrival)).collect()
            }
        }
    }
}

fn is_paste(text: &str) -> bool {
    text.chars().count() >= PASTE_KEYS_MIN
        && text.chars().collect::<HashSet<_>>().len() >= PASTE_KEYS_DIFFERENT
}

/// The text that a key stands for, line feeds included: pasted ones arrive as Enter or Ctrl-j.
fn text_of(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => Some('\n'),
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\n'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}
