//! Keys and pastes from reads of the terminal, with the time of each read passed in.
//!
//! Our own reading, and not crossterm's: on a slow link `ESC` and `[A` arrive apart, and only whoever
//! sees the bytes can put them together again; and only the reads tell a paste from typing. A lone Esc
//! is held for 50 ms. Should the rest come later still, the Esc has gone by, and `[A` in one read is
//! taken for the arrow that it was: nobody types these two within a millisecond.

use super::burst::{Arrival, Bursts};
use super::sequence::{Front, front};
use crossterm::event::{KeyCode, KeyEvent};
use std::time::{Duration, Instant};

/// How long a lone Esc waits for the rest of a sequence.
const ESC_HELD: Duration = Duration::from_millis(50);
/// How long the beginning of a sequence waits for its end; then it is dropped.
const SEQUENCE_HELD: Duration = Duration::from_millis(250);
/// How long after an Esc the rest of a sequence is still taken for that.
const REST_AFTER_ESC: Duration = Duration::from_millis(500);
/// How long a paste may pause before its end is taken for lost.
const PASTE_HELD: Duration = Duration::from_millis(1000);
/// Bytes of a paste that are kept.
const PASTE_BYTES_MAX: usize = 1 << 20;

const PASTE_END: &[u8] = b"\x1b[201~";

/// What a read brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrived {
    /// A key.
    Key(KeyEvent, Arrival),
    /// Text that was pasted; its line ends are line feeds.
    Paste(String),
}

/// Takes reads and the time, gives keys and pastes.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The beginning of something, and when its last byte came.
    held: Vec<u8>,
    held_since: Option<Instant>,
    paste: Option<Vec<u8>>,
    /// When a lone Esc went by.
    esc_at: Option<Instant>,
    bursts: Bursts,
}

impl Decoder {
    /// Takes the bytes of one read.
    pub fn read(&mut self, bytes: &[u8], at: Instant) -> Vec<Arrived> {
        let mut arrived = self.expire(at);
        let escaped = self.esc_at.take().filter(|esc| at.saturating_duration_since(*esc) < REST_AFTER_ESC);
        let mut all = std::mem::take(&mut self.held);
        if escaped.is_some() && all.is_empty() && is_rest_of_sequence(bytes) {
            all.push(0x1b);
        }
        all.extend_from_slice(bytes);
        self.take_in(all, at, &mut arrived);
        arrived
    }

    /// When [`Decoder::expire`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        let patience = match (&self.paste, self.held.as_slice()) {
            (Some(_), _) => PASTE_HELD,
            (None, [0x1b]) => ESC_HELD,
            (None, _) => SEQUENCE_HELD,
        };
        self.held_since.map(|since| since + patience)
    }

    /// Gives what has been held for long enough.
    pub fn expire(&mut self, now: Instant) -> Vec<Arrived> {
        let Some(deadline) = self.deadline().filter(|deadline| now >= *deadline) else {
            return Vec::new();
        };
        self.held_since = None;
        let held = std::mem::take(&mut self.held);
        if let Some(mut paste) = self.paste.take() {
            paste.extend(held);
            return vec![Arrived::Paste(pasted_text(&paste))];
        }
        if held == [0x1b] {
            self.esc_at = Some(deadline);
            return self.bursts.sort(vec![KeyCode::Esc.into()], deadline);
        }
        Vec::new()
    }

    fn take_in(&mut self, bytes: Vec<u8>, at: Instant, arrived: &mut Vec<Arrived>) {
        let mut rest = bytes.as_slice();
        let mut keys = Vec::new();
        self.held_since = None;
        while !rest.is_empty() {
            if let Some(paste) = &mut self.paste {
                match find(rest, PASTE_END) {
                    Some(end) => {
                        paste.extend_from_slice(&rest[..end]);
                        arrived.append(&mut self.bursts.sort(std::mem::take(&mut keys), at));
                        arrived.push(Arrived::Paste(pasted_text(paste)));
                        self.paste = None;
                        rest = &rest[end + PASTE_END.len()..];
                    }
                    None => {
                        // The end itself may be cut in two: its beginning is held.
                        let keep = beginning_of(PASTE_END, rest);
                        paste.extend_from_slice(&rest[..rest.len() - keep]);
                        paste.truncate(PASTE_BYTES_MAX);
                        self.hold(&rest[rest.len() - keep..], at);
                        rest = &[];
                    }
                }
                continue;
            }
            let used = match front(rest) {
                Front::Key(key, used) => {
                    keys.push(key);
                    used
                }
                Front::PasteStarts(used) => {
                    self.paste = Some(Vec::new());
                    self.held_since = Some(at);
                    used
                }
                Front::Noise(used) => used,
                Front::Incomplete => {
                    self.hold(rest, at);
                    rest.len()
                }
            };
            rest = &rest[used.min(rest.len())..];
        }
        arrived.append(&mut self.bursts.sort(keys, at));
    }

    fn hold(&mut self, bytes: &[u8], at: Instant) {
        self.held = bytes.to_vec();
        self.held_since = Some(at);
    }
}

/// Whether `bytes` are what follows the Esc of an arrow, Home, End, PgUp, PgDn, Insert or Delete.
fn is_rest_of_sequence(bytes: &[u8]) -> bool {
    match bytes {
        [b'O', b'A'..=b'D' | b'F' | b'H'] => true,
        [b'[', parameters @ .., b'A'..=b'D' | b'F' | b'H' | b'Z' | b'~'] => {
            parameters.iter().all(|b| b.is_ascii_digit() || *b == b';')
        }
        _ => false,
    }
}

fn pasted_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n")
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// How many bytes at the end of `bytes` could be the beginning of `what`.
fn beginning_of(what: &[u8], bytes: &[u8]) -> usize {
    (1..what.len()).rev().find(|&n| bytes.ends_with(&what[..n])).unwrap_or(0)
}
