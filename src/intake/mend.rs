//! Text on its way to the JSON parser, with what the parser would refuse although its meaning is plain
//! replaced: bytes that are not UTF-8, halves of surrogate pairs, numbers beyond what a number can hold.
//!
//! Replacements keep their length where they can, so that lines and columns in error messages are those
//! of the file. Strings longer than a megabyte are cut on their way: nothing that is shown is as long,
//! and memory stays constant.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

const CHUNK_BYTES: usize = 64 * 1024;
/// Longest string that reaches the parser.
pub const STRING_BYTES_MAX: usize = 1024 * 1024;
/// Longest number that reaches the parser.
const NUMBER_BYTES_MAX: usize = 1024;

/// How often something had to be mended.
#[derive(Debug, Default)]
pub struct Mends {
    /// Sequences that are not UTF-8, now U+FFFD.
    pub not_utf8: Cell<u64>,
    /// Halves of surrogate pairs, now U+FFFD.
    pub lone_surrogates: Cell<u64>,
    /// Numbers that are too large or too long, now null.
    pub numbers: Cell<u64>,
}

fn count(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

/// The mended text of `R`.
pub struct Mended<R> {
    input: R,
    ended: bool,
    /// What was read and is not yet mended: at most a token that the next chunk may complete.
    carried: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    state: State,
    mends: Rc<Mends>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Between tokens.
    Outside,
    /// In a string of which so many bytes were passed on.
    InString(usize),
    /// In a number that was already given up.
    InLongNumber,
}

impl<R: Read> Mended<R> {
    /// Mends what `input` gives, counting in `mends`.
    pub fn new(input: R, mends: Rc<Mends>) -> Self {
        let (carried, out) = (Vec::new(), Vec::new());
        Mended { input, ended: false, carried, out, given: 0, state: State::Outside, mends }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !(self.ended && self.carried.is_empty()) {
            let mut work = std::mem::take(&mut self.carried);
            let before = work.len();
            work.resize(before + CHUNK_BYTES, 0);
            let read = self.input.read(&mut work[before..])?;
            work.truncate(before + read);
            self.ended |= read == 0;
            let tail = if self.ended { 0 } else { incomplete_tail(&work) };
            let next = work.split_off(work.len() - tail);
            let work = self.as_utf8(work);
            let done = self.mend(&work);
            self.carried = work[done..].to_vec();
            self.carried.extend(next);
        }
        Ok(())
    }

    fn as_utf8(&self, bytes: Vec<u8>) -> Vec<u8> {
        if std::str::from_utf8(&bytes).is_ok() {
            return bytes;
        }
        let mut valid = Vec::with_capacity(bytes.len() + 16);
        for chunk in bytes.utf8_chunks() {
            valid.extend_from_slice(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                count(&self.mends.not_utf8);
                valid.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        valid
    }

    /// Mends `work` and says how much of it is done; the rest waits for more.
    fn mend(&mut self, work: &[u8]) -> usize {
        let mut at = 0;
        while at < work.len() {
            let rest = &work[at..];
            let step = match self.state {
                State::Outside => self.outside(rest),
                State::InString(passed) => self.in_string(rest, passed),
                State::InLongNumber => self.in_long_number(rest),
            };
            if step == 0 {
                break;
            }
            at += step;
        }
        at
    }

    fn outside(&mut self, rest: &[u8]) -> usize {
        match rest[0] {
            b'"' => {
                self.out.push(b'"');
                self.state = State::InString(0);
                1
            }
            b'-' | b'0'..=b'9' => {
                let length = rest.iter().position(|b| !is_of_number(*b)).unwrap_or(rest.len());
                if length > NUMBER_BYTES_MAX {
                    self.no_number(length);
                    self.state = State::InLongNumber;
                } else if length == rest.len() && !self.ended {
                    return 0;
                } else if is_too_large(&rest[..length]) {
                    self.no_number(length);
                } else {
                    self.out.extend_from_slice(&rest[..length]);
                }
                length
            }
            _ => {
                let begins = |b: &u8| matches!(b, b'"' | b'-' | b'0'..=b'9');
                let length = rest.iter().position(begins).unwrap_or(rest.len());
                self.out.extend_from_slice(&rest[..length]);
                length
            }
        }
    }

    fn no_number(&mut self, length: usize) {
        count(&self.mends.numbers);
        self.out.extend_from_slice(b"null");
        self.out.resize(self.out.len() + length - 4, b' ');
    }

    fn in_long_number(&mut self, rest: &[u8]) -> usize {
        let length = rest.iter().position(|b| !is_of_number(*b)).unwrap_or(rest.len());
        self.out.resize(self.out.len() + length, b' ');
        if length < rest.len() {
            self.state = State::Outside;
            return self.outside(&rest[length..]) + length;
        }
        length
    }

    fn in_string(&mut self, rest: &[u8], passed: usize) -> usize {
        match rest[0] {
            b'"' => {
                self.out.push(b'"');
                self.state = State::Outside;
                1
            }
            b'\\' => {
                let Some((length, replacement)) = escape(rest, self.ended) else { return 0 };
                if replacement.is_some() {
                    count(&self.mends.lone_surrogates);
                }
                self.pass(replacement.unwrap_or(&rest[..length]), passed, Cut::Whole);
                length
            }
            _ => {
                let length = rest.iter().position(|b| matches!(b, b'"' | b'\\')).unwrap_or(rest.len());
                self.pass(&rest[..length], passed, Cut::Anywhere);
                length
            }
        }
    }

    /// Passes a piece of a string on, as far as the string may still grow.
    fn pass(&mut self, piece: &[u8], passed: usize, cut: Cut) {
        let room = STRING_BYTES_MAX - passed;
        if piece.len() <= room {
            self.out.extend_from_slice(piece);
            self.state = State::InString(passed + piece.len());
            return;
        }
        if cut == Cut::Anywhere {
            let mut end = room;
            while end > 0 && piece[end] & 0xc0 == 0x80 {
                end -= 1;
            }
            self.out.extend_from_slice(&piece[..end]);
        }
        self.state = State::InString(STRING_BYTES_MAX);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Anywhere,
    Whole,
}

impl<R: Read> Read for Mended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.out.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.out.len() - self.given);
        buffer[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn is_too_large(number: &[u8]) -> bool {
    let may_be = number.len() > 4 && (number.len() > 300 || number.iter().any(|b| matches!(b, b'e' | b'E')));
    let parse = |text: &str| text.parse::<f64>().is_ok_and(f64::is_infinite);
    may_be && std::str::from_utf8(number).is_ok_and(parse)
}

/// The length of the escape at the start of `rest`, and what replaces half a surrogate pair; none where
/// the next chunk decides.
fn escape(rest: &[u8], ended: bool) -> Option<(usize, Option<&'static [u8]>)> {
    const REPLACEMENT: &[u8] = b"\\ufffd";
    if rest.len() < 2 || (rest[1] == b'u' && rest.len() < 6) {
        return ended.then_some((rest.len(), None));
    }
    match code_unit(rest) {
        None => Some((2, None)),
        Some(0xdc00..=0xdfff) => Some((6, Some(REPLACEMENT))),
        Some(0xd800..=0xdbff) => {
            let next = &rest[6..];
            let may_go_on = next.len() < 6 && b"\\u"[..next.len().min(2)] == next[..next.len().min(2)];
            match code_unit(next) {
                Some(0xdc00..=0xdfff) => Some((12, None)),
                None if may_go_on && !ended => None,
                _ => Some((6, Some(REPLACEMENT))),
            }
        }
        Some(_) => Some((6, None)),
    }
}

/// The code unit of a `\uXXXX` at the start of `rest`.
fn code_unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// How many bytes at the end of `work` may be the beginning of a longer UTF-8 sequence.
fn incomplete_tail(work: &[u8]) -> usize {
    match std::str::from_utf8(&work[work.len().saturating_sub(3)..]) {
        Err(_) => {}
        Ok(_) => return 0,
    }
    for back in 1..=work.len().min(3) {
        let byte = work[work.len() - back];
        let needed = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if back < needed { back } else { 0 };
    }
    0
}
