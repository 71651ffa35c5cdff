//! The clipboard, by way of the terminal: OSC 52, which also reaches through SSH.

use crate::text::SafeText;

/// Bytes that terminals take; many drop longer ones without a word.
pub const BYTES_MAX: usize = 74_000;

/// The bytes that put `text` on the clipboard, or none where it is too long.
///
/// Within tmux the sequence is wrapped, so that tmux hands it on (where its `allow-passthrough` is on).
pub fn sequence(text: &SafeText, tmux: Wrapping) -> Option<Vec<u8>> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", base64(text.as_bytes()));
    Some(match tmux {
        Wrapping::None => plain.into_bytes(),
        // tmux keeps it for its own buffer as well: the plain one first.
        Wrapping::Tmux => {
            format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes()
        }
    })
}

/// Says that `text` is too long, and how much too long.
pub fn too_long(text: &SafeText) -> String {
    let kib = |bytes: usize| bytes.div_ceil(1024);
    format!("not copied: {} KiB, and terminals take {} KiB at most", kib(text.len()), BYTES_MAX / 1024)
}

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// Nothing that is known of.
    None,
    /// tmux.
    Tmux,
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { digit.into() } else { '=' });
        }
    }
    out
}
