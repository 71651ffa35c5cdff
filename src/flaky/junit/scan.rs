//! From the text of an XML file to tags and text, each within a bound, with line and column.
//!
//! A parser that hands over whole tags and texts holds whatever a file puts into one of them, and logs of
//! gigabytes stand in single elements. So the pieces are found here, each kept only as far as it may
//! matter, and only a tag, once its size is known, is given to the parser of attributes.

use super::kept::{Kept, TEXT_BYTES_MAX};
use super::markup::{Oddities, Sort, decode};
use super::place::{At, broken, cut, failed, quoted};
use crate::intake::Unreadable;
use crate::text::visible;
use quick_xml::events::attributes::Attributes;
use std::io::BufRead;

/// Longest tag, once its attributes are cut.
const TAG_BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting; runners nest suites, and five levels are many.
const DEPTH_MAX: usize = 100;
/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Where it begins.
    pub at: At,
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes, by name without a prefix.
    pub attributes: Vec<(String, String)>,
    /// Whether one of them was cut.
    pub is_cut: bool,
}

impl Tag {
    /// The value of an attribute; none where it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
    }
}

/// A piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An element begins.
    Start(Tag),
    /// The innermost element ends.
    End,
    /// Text in the innermost element; several may follow each other.
    Text {
        /// The text.
        text: String,
        /// Whether more of it was there.
        is_cut: bool,
    },
    /// The file ends, as it may.
    Done,
}

/// Reads the pieces one after the other.
pub struct Scanner<R> {
    input: R,
    at: At,
    /// The elements that are open: where each began, and its whole name.
    open: Vec<(At, String)>,
    /// Whether the root has ended.
    ended: bool,
    /// Whether the end of an empty element is still to be told.
    end_is_due: bool,
    /// What was odd so far.
    pub odd: Oddities,
}

impl<R: BufRead> Scanner<R> {
    /// A scanner at the beginning of `input`, which is UTF-8 but for single mistakes.
    pub fn new(input: R) -> Self {
        let at = At { line: 1, column: 1 };
        Scanner { input, at, open: Vec::new(), ended: false, end_is_due: false, odd: Oddities::default() }
    }

    /// The next piece. Comments, processing instructions and a DTD are passed over.
    ///
    /// # Errors
    /// Where the text is not XML, or not whole; with the place.
    pub fn advance(&mut self) -> Result<Event, Unreadable> {
        if std::mem::take(&mut self.end_is_due) {
            self.close();
            return Ok(Event::End);
        }
        loop {
            let begin = self.at;
            match self.peek()? {
                None => return self.end_of_file(),
                Some(b'<') => {
                    self.step(1)?;
                    if let Some(event) = self.markup(begin)? {
                        return Ok(event);
                    }
                }
                Some(_) => {
                    let mut kept = Kept::default();
                    self.until(b'<', &mut kept)?;
                    if self.open.is_empty() {
                        if kept.bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
                            return Err(self.no_xml(begin, &kept.bytes));
                        }
                        continue;
                    }
                    return Ok(self.text(kept, Sort::Text));
                }
            }
        }
    }

    /// What a `<` begins; none for what is passed over.
    fn markup(&mut self, begin: At) -> Result<Option<Event>, Unreadable> {
        match self.peek()? {
            Some(b'?') => {
                self.until_end(begin, b"?>", &mut Kept::nothing())?;
                Ok(None)
            }
            Some(b'!') => self.declaration(begin),
            Some(b'/') => {
                self.step(1)?;
                let mut name = Kept::default();
                self.until(b'>', &mut name)?;
                self.bracket(begin)?;
                let name = String::from_utf8_lossy(&name.bytes).trim().to_owned();
                match self.open.last() {
                    Some((_, opened)) if *opened == name => {
                        self.close();
                        Ok(Some(Event::End))
                    }
                    Some((at, opened)) => Err(broken(
                        format!(
                            "{} closes <{}> of line {}",
                            quoted(&format!("</{name}>")),
                            cut(opened),
                            at.line
                        ),
                        begin,
                    )),
                    None => Err(broken(format!("{} closes nothing", quoted(&format!("</{name}>"))), begin)),
                }
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'_' | b':') => {
                self.tag(begin).map(Some)
            }
            Some(_) => Err(broken("a `<` that begins no tag; in text it is written &lt;".to_owned(), begin)),
            None => Err(self.cut_off(begin)),
        }
    }

    /// A comment, a CDATA section or a DTD, at its `!`.
    fn declaration(&mut self, begin: At) -> Result<Option<Event>, Unreadable> {
        self.step(1)?;
        match self.peek()? {
            Some(b'-') => {
                self.step(1)?;
                if self.peek()? != Some(b'-') {
                    return Err(broken("`<!-` begins no comment".to_owned(), begin));
                }
                self.step(1)?;
                self.until_end(begin, b"-->", &mut Kept::nothing())?;
                Ok(None)
            }
            Some(b'[') => {
                for expected in b"[CDATA[" {
                    if self.peek()? != Some(*expected) {
                        return Err(broken("`<![` begins no CDATA section".to_owned(), begin));
                    }
                    self.step(1)?;
                }
                let mut kept = Kept::default();
                self.until_end(begin, b"]]>", &mut kept)?;
                if self.open.is_empty() {
                    return Err(broken("a CDATA section outside of all elements".to_owned(), begin));
                }
                if !kept.is_cut {
                    kept.bytes.truncate(kept.bytes.len().saturating_sub(3));
                }
                Ok(Some(self.text(kept, Sort::Verbatim)))
            }
            _ => self.pass_dtd(begin).map(|()| None),
        }
    }

    /// Passes a DTD over, with what stands in its brackets. Nothing of it is looked at.
    fn pass_dtd(&mut self, begin: At) -> Result<(), Unreadable> {
        let (mut brackets, mut quote) = (0_u64, None);
        loop {
            let Some(byte) = self.peek()? else { return Err(self.cut_off(begin)) };
            self.step(1)?;
            match (byte, quote) {
                (byte, Some(open)) if byte == open => quote = None,
                (_, Some(_)) => {}
                (b'"' | b'\'', None) => quote = Some(byte),
                (b'[' | b'<', None) => brackets += 1,
                (b']', None) => brackets = brackets.saturating_sub(1),
                (b'>', None) if brackets == 0 => return Ok(()),
                (b'>', None) => brackets -= 1,
                _ => {}
            }
        }
    }

    fn tag(&mut self, begin: At) -> Result<Event, Unreadable> {
        let (raw, is_cut) = self.raw_tag(begin)?;
        let text = match std::str::from_utf8(&raw) {
            Ok(text) => text.into(),
            Err(_) => {
                self.odd.not_utf8 += 1;
                String::from_utf8_lossy(&raw)
            }
        };
        let (inner, is_empty) = text.strip_suffix('/').map_or((&*text, false), |inner| (inner, true));
        let name_end = inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len());
        let name = &inner[..name_end];
        if self.ended {
            return Err(Unreadable {
                what: format!("a second root, <{}>, at {}", cut(name), begin),
                hint: "a file holds one document; split it".to_owned(),
            });
        }
        let mut attributes = Vec::new();
        for attribute in Attributes::new(inner, name_end) {
            let attribute = attribute
                .map_err(|e| broken(format!("<{}>: {}", cut(name), visible(&e.to_string())), begin))?;
            let value = decode(attribute.value.as_bytes(), Sort::Attribute, &mut self.odd);
            attributes.push((local(attribute.key.0).to_owned(), value));
        }
        if self.open.len() == DEPTH_MAX {
            return Err(broken(format!("more than {DEPTH_MAX} elements in each other"), begin));
        }
        let tag = Tag { at: begin, name: local(name).to_owned(), attributes, is_cut };
        self.open.push((begin, name.to_owned()));
        self.end_is_due = is_empty;
        Ok(Event::Start(tag))
    }

    /// The bytes of a tag between its brackets, its attributes cut to their bound.
    fn raw_tag(&mut self, begin: At) -> Result<(Vec<u8>, bool), Unreadable> {
        let mut raw = Vec::with_capacity(256);
        let (mut quote, mut length, mut is_cut) = (None, 0, false);
        loop {
            let buffer = self.input.fill_buf().map_err(|e| failed(&e))?;
            if buffer.is_empty() {
                return Err(self.cut_off(begin));
            }
            let mut used = 0;
            let mut is_done = false;
            for &byte in buffer {
                used += 1;
                match (byte, quote) {
                    (b'>', None) => {
                        is_done = true;
                        break;
                    }
                    (b'<', None) => {
                        self.at.pass(&buffer[..used]);
                        return Err(broken("a `<` inside of a tag".to_owned(), begin));
                    }
                    (b'"' | b'\'', None) => (quote, length) = (Some(byte), 0),
                    (byte, Some(open)) if byte == open => quote = None,
                    (byte, Some(_)) => {
                        length += 1;
                        // Cut between characters only.
                        if length > TEXT_BYTES_MAX && (length > TEXT_BYTES_MAX + 4 || byte & 0xc0 != 0x80) {
                            (length, is_cut) = (TEXT_BYTES_MAX + 8, true);
                            continue;
                        }
                    }
                    _ => {}
                }
                raw.push(byte);
            }
            self.at.pass(&buffer[..used]);
            self.input.consume(used);
            if is_done {
                return Ok((raw, is_cut));
            }
            if raw.len() > TAG_BYTES_MAX {
                return Err(broken(format!("a tag of more than {} KiB", TAG_BYTES_MAX >> 10), begin));
            }
        }
    }

    fn close(&mut self) {
        self.open.pop();
        self.ended = self.open.is_empty();
    }

    fn text(&mut self, mut kept: Kept, sort: Sort) -> Event {
        if kept.is_cut {
            kept.end_whole();
        }
        Event::Text { text: decode(&kept.bytes, sort, &mut self.odd), is_cut: kept.is_cut }
    }

    fn peek(&mut self) -> Result<Option<u8>, Unreadable> {
        Ok(self.input.fill_buf().map_err(|e| failed(&e))?.first().copied())
    }

    /// Passes over bytes that were peeked at.
    fn step(&mut self, count: usize) -> Result<(), Unreadable> {
        let buffer = self.input.fill_buf().map_err(|e| failed(&e))?;
        self.at.pass(&buffer[..count.min(buffer.len())]);
        self.input.consume(count);
        Ok(())
    }

    /// The `>` that a search has stopped at.
    fn bracket(&mut self, begin: At) -> Result<(), Unreadable> {
        if self.peek()?.is_none() { Err(self.cut_off(begin)) } else { self.step(1) }
    }

    /// Keeps everything before the next `end`, or before the end of the file.
    fn until(&mut self, end: u8, kept: &mut Kept) -> Result<(), Unreadable> {
        loop {
            let buffer = self.input.fill_buf().map_err(|e| failed(&e))?;
            let found = buffer.iter().position(|byte| *byte == end);
            let piece = &buffer[..found.unwrap_or(buffer.len())];
            let count = piece.len();
            kept.push(piece);
            self.at.pass(piece);
            self.input.consume(count);
            if found.is_some() || count == 0 {
                return Ok(());
            }
        }
    }

    /// Keeps everything up to and with `end`, whose last byte is `>`.
    fn until_end(&mut self, begin: At, end: &[u8], kept: &mut Kept) -> Result<(), Unreadable> {
        let mut tail: Vec<u8> = Vec::new();
        loop {
            let buffer = self.input.fill_buf().map_err(|e| failed(&e))?;
            if buffer.is_empty() {
                return Err(self.cut_off(begin));
            }
            let found = buffer.iter().position(|byte| *byte == b'>');
            let piece = &buffer[..found.map_or(buffer.len(), |at| at + 1)];
            let count = piece.len();
            kept.push(piece);
            tail.extend_from_slice(&piece[piece.len().saturating_sub(end.len())..]);
            tail.drain(..tail.len().saturating_sub(end.len()));
            self.at.pass(piece);
            self.input.consume(count);
            if found.is_some() && tail == end {
                return Ok(());
            }
        }
    }

    fn end_of_file(&self) -> Result<Event, Unreadable> {
        match self.open.last() {
            Some((at, name)) => Err(Unreadable {
                what: format!(
                    "it ends in the middle, at {}: <{}> of line {} is not closed",
                    self.at,
                    cut(name),
                    at.line
                ),
                hint: CUT_OFF.to_owned(),
            }),
            None if self.ended => Ok(Event::Done),
            None => Err(Unreadable {
                what: format!("it is empty, at {}", self.at),
                hint: "look whether the tests ran to their end".to_owned(),
            }),
        }
    }

    fn cut_off(&self, begin: At) -> Unreadable {
        Unreadable {
            what: format!("it ends in the middle, at {}, in what line {} begins", self.at, begin.line),
            hint: CUT_OFF.to_owned(),
        }
    }

    fn no_xml(&self, begin: At, bytes: &[u8]) -> Unreadable {
        let text = String::from_utf8_lossy(bytes);
        if self.ended {
            return broken(format!("text behind the end of the root: {}", quoted(text.trim())), begin);
        }
        Unreadable {
            what: format!("not XML, at {}: {}", begin, quoted(text.trim())),
            hint: "have the test runner write JUnit XML".to_owned(),
        }
    }
}

const CUT_OFF: &str = "the file was cut off; write or fetch it again";

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
