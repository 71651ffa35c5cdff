//! One key from the front of some bytes: the encodings that terminals agree on.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Bytes that a sequence may have; what is longer is no key.
const SEQUENCE_BYTES_MAX: usize = 4096;

/// What stands at the front of some bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Front {
    /// A key of that many bytes.
    Key(KeyEvent, usize),
    /// That many bytes which say that a paste follows.
    PasteStarts(usize),
    /// That many bytes that are no key: a report, a mouse event, something unknown.
    Noise(usize),
    /// The beginning of something longer.
    Incomplete,
}

/// What stands at the front of `bytes`, which are not empty.
pub(super) fn front(bytes: &[u8]) -> Front {
    match bytes[0] {
        0x1b => escape(bytes),
        first => match plain(bytes) {
            Some((key, used)) => Front::Key(key, used),
            None if first >= 0x80 => Front::Incomplete,
            None => Front::Noise(1),
        },
    }
}

/// A key that begins with something else than Esc. None is a character whose bytes are not all there.
fn plain(bytes: &[u8]) -> Option<(KeyEvent, usize)> {
    let ctrl = |c: u8| KeyEvent::new(KeyCode::Char(c.into()), KeyModifiers::CONTROL);
    let key = match bytes[0] {
        b'\r' => KeyCode::Enter.into(),
        b'\t' => KeyCode::Tab.into(),
        // Some terminals send the one for the key of the other; neither is worth a command of its own.
        0x7f | 0x08 => KeyCode::Backspace.into(),
        0 => ctrl(b' '),
        c @ 1..=0x1a => ctrl(c - 1 + b'a'),
        c @ 0x1c..=0x1f => ctrl(c - 0x1c + b'4'),
        c @ 0x20..=0x7e => character(c.into()),
        _ => return utf8(bytes),
    };
    Some((key, 1))
}

fn utf8(bytes: &[u8]) -> Option<(KeyEvent, usize)> {
    let head = &bytes[..bytes.len().min(4)];
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) if e.valid_up_to() > 0 => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or("\u{fffd}"),
        Err(e) => {
            // Without a length the rest may still come; with one it never makes a character.
            return e.error_len().map(|wrong| (character('\u{fffd}'), wrong));
        }
    };
    let c = whole.chars().next()?;
    Some((character(c), c.len_utf8()))
}

fn character(c: char) -> KeyEvent {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(c), shift)
}

fn escape(bytes: &[u8]) -> Front {
    match bytes.get(1) {
        None => Front::Incomplete,
        Some(0x1b) => Front::Key(KeyCode::Esc.into(), 1),
        Some(b'[') => csi(bytes),
        Some(b'O') => match bytes.get(2) {
            None => Front::Incomplete,
            Some(0x1b) => Front::Noise(2),
            Some(&last) => application(last).map_or(Front::Noise(3), |code| Front::Key(code.into(), 3)),
        },
        // Replies of the terminal: strings up to BEL or ST.
        Some(b']' | b'P' | b'_' | b'^') => match string_end(bytes) {
            Some(end) => Front::Noise(end),
            None if bytes.len() > SEQUENCE_BYTES_MAX => Front::Noise(bytes.len()),
            None => Front::Incomplete,
        },
        Some(_) => match plain(&bytes[1..]) {
            Some((mut key, used)) => {
                key.modifiers |= KeyModifiers::ALT;
                Front::Key(key, used + 1)
            }
            None => Front::Incomplete,
        },
    }
}

fn string_end(bytes: &[u8]) -> Option<usize> {
    let bel = bytes.iter().position(|&b| b == 7).map(|at| at + 1);
    let st = bytes.windows(2).skip(1).position(|w| w == b"\x1b\\").map(|at| at + 3);
    bel.into_iter().chain(st).min()
}

/// `ESC [`, parameters, a last byte.
fn csi(bytes: &[u8]) -> Front {
    // The Linux console sends F1 to F5 as `ESC [ [ A`.
    if bytes.get(2) == Some(&b'[') {
        return match bytes.get(3) {
            None => Front::Incomplete,
            Some(&c @ b'A'..=b'E') => Front::Key(KeyCode::F(c - b'A' + 1).into(), 4),
            Some(_) => Front::Noise(3),
        };
    }
    let Some(length) = bytes[2..].iter().position(|b| !(0x20..=0x3f).contains(b)) else {
        return if bytes.len() > SEQUENCE_BYTES_MAX { Front::Noise(bytes.len()) } else { Front::Incomplete };
    };
    let (parameters, last) = (&bytes[2..2 + length], bytes[2 + length]);
    let used = length + 3;
    match last {
        // A sequence that something else interrupts: what interrupts counts.
        0..=0x1f | 0x80.. => Front::Noise(used - 1),
        // The oldest mouse report has three bytes after its end.
        b'M' if parameters.is_empty() => {
            if bytes.len() < used + 3 {
                Front::Incomplete
            } else {
                Front::Noise(used + 3)
            }
        }
        b'~' if parameters == b"200" => Front::PasteStarts(used),
        _ => match csi_key(parameters, last) {
            Some(key) => Front::Key(key, used),
            None => Front::Noise(used),
        },
    }
}

fn csi_key(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    // A private sequence: a mouse event, a report.
    if parameters.first().is_some_and(|first| (b'<'..=b'?').contains(first)) {
        return None;
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let mut numbers = text.split(';').map(|part| part.split(':').next().unwrap_or("").parse::<u32>().ok());
    let first = numbers.next().flatten();
    let modifiers = modifiers(numbers.next().flatten().unwrap_or(1));
    let code = match (last, first) {
        (b'Z', _) => return Some(KeyEvent::new(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        (b'~', Some(number)) => tilde(number)?,
        (b'u', Some(number)) => coded(number)?,
        (b'~' | b'u', None) | (b'M', _) => return None,
        // `ESC [ 1 ; 5 R` is a cursor report as well as a modified F3: it is taken for the report.
        (b'R', _) => return None,
        (other, None | Some(1)) => application(other)?,
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// The last bytes that `ESC [` and `ESC O` share.
fn application(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

fn tilde(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F((number - 10) as u8),
        17..=21 => KeyCode::F((number - 11) as u8),
        23 | 24 => KeyCode::F((number - 12) as u8),
        _ => return None,
    })
}

/// Keys by their character's number, as some terminals send modified ones.
fn coded(number: u32) -> Option<KeyCode> {
    Some(match number {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    })
}

fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    modifiers
}
