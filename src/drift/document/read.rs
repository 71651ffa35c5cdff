//! Reads JSON, remembering where everything stands.

use super::number::Number;
use crate::drift::mistake::Mistake;
use std::collections::BTreeSet;

/// How deep lists and objects may lie in each other.
pub const DEPTH_MAX: usize = 128;

/// A value and the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The byte of the text.
    pub at: usize,
    /// The value.
    pub shape: Shape,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// Values in their order.
    List(Vec<Node>),
    /// Values by name, in the order of the text.
    Object(Vec<(Key, Node)>),
}

/// The name of an entry and the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The byte of the text.
    pub at: usize,
    /// The name.
    pub name: String,
}

/// Reads a text that is one value.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let node = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.wrong("something follows the end of the value"));
    }
    Ok(node)
}

/// Reads values that follow each other with nothing but space in between, as JSON Lines do.
pub fn texts(text: &str) -> Texts<'_> {
    Texts(Reader { text, at: 0 })
}

/// The values of a text, until its end or its first mistake.
pub struct Texts<'a>(Reader<'a>);

impl Iterator for Texts<'_> {
    type Item = Result<Node, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.space();
        if self.0.at >= self.0.text.len() {
            return None;
        }
        let value = self.0.value(0);
        if value.is_err() {
            self.0.at = self.0.text.len();
        }
        Some(value)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Mistake> {
        let at = self.at;
        let shape = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Shape::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Shape::Number(self.number()?),
            Some(b't') => self.word("true", Shape::Bool(true))?,
            Some(b'f') => self.word("false", Shape::Bool(false))?,
            Some(b'n') => self.word("null", Shape::Null)?,
            Some(b'}' | b']') => return Err(self.wrong("a value is missing here; a comma too many?")),
            Some(b'\'') => return Err(self.wrong("a text stands between double quotes")),
            Some(_) => return Err(self.wrong("this is no value of JSON")),
            None => return Err(self.wrong("the text ends before its value does")),
        };
        Ok(Node { at, shape })
    }

    fn object(&mut self, depth: usize) -> Result<Shape, Mistake> {
        self.enter(depth)?;
        let (mut fields, mut seen) = (Vec::new(), BTreeSet::new());
        if self.ends(b'}') {
            return Ok(Shape::Object(fields));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key between double quotes is expected here"));
            }
            let name = self.string()?;
            if !seen.insert(name.clone()) {
                return Err(Mistake::at(self.text, at, format!("the key \"{}\" comes twice", shown(&name))));
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a colon is expected here"));
            }
            self.at += 1;
            self.space();
            fields.push((Key { at, name }, self.value(depth + 1)?));
            if !self.goes_on(b'}')? {
                return Ok(Shape::Object(fields));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Shape, Mistake> {
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.ends(b']') {
            return Ok(Shape::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            if !self.goes_on(b']')? {
                return Ok(Shape::List(items));
            }
        }
    }

    fn enter(&mut self, depth: usize) -> Result<(), Mistake> {
        if depth >= DEPTH_MAX {
            return Err(self.wrong("lists and objects lie in each other more than 128 deep"));
        }
        self.at += 1;
        Ok(())
    }

    fn ends(&mut self, end: u8) -> bool {
        self.space();
        let ends = self.peek() == Some(end);
        self.at += usize::from(ends);
        ends
    }

    /// Whether a comma follows, rather than the end.
    fn goes_on(&mut self, end: u8) -> Result<bool, Mistake> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            Some(_) => Err(self.wrong(format!("a comma or {} is expected here", char::from(end)))),
            None => Err(self.wrong(format!("the text ends before its {} does", sort(end)))),
        }
    }

    fn word(&mut self, word: &str, shape: Shape) -> Result<Shape, Mistake> {
        let rest = &self.text[self.at..];
        let ends = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'_');
        if rest.starts_with(word) && rest.as_bytes().get(word.len()).is_none_or(|byte| ends(*byte)) {
            self.at += word.len();
            return Ok(shape);
        }
        Err(self.wrong("this is no value of JSON"))
    }

    fn number(&mut self) -> Result<Number, Mistake> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let number = Number::parse(&self.text[self.at..self.at + length]).map_err(|what| self.wrong(what))?;
        self.at += length;
        Ok(number)
    }

    fn string(&mut self) -> Result<String, Mistake> {
        let opened = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.text[self.at..].chars().next() else {
                return Err(Mistake::at(self.text, opened, "this text never ends: a quote is missing"));
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escape()?),
                c if (c as u32) < 0x20 => {
                    return Err(self.wrong("a control character stands in a text; write it as an escape"));
                }
                c => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Mistake> {
        let c = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.wrong("this is no escape of JSON")),
        };
        self.at += 2;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, Mistake> {
        let unit = |at: usize| {
            let hex = self.text.get(at..at + 4).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
            hex.and_then(|hex| u32::from_str_radix(hex, 16).ok())
        };
        let Some(first) = unit(self.at + 2) else {
            return Err(self.wrong("four hexadecimal digits belong behind \\u"));
        };
        let (code, length) = match first {
            0xd800..=0xdbff if self.text[self.at + 6..].starts_with("\\u") => match unit(self.at + 8) {
                Some(second @ 0xdc00..=0xdfff) => {
                    (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12)
                }
                _ => (first, 6),
            },
            _ => (first, 6),
        };
        match char::from_u32(code) {
            Some('\0') => Err(self.wrong("\\u0000 cannot be kept in a database")),
            Some(c) => {
                self.at += length;
                Ok(c)
            }
            None => Err(self.wrong("half of a surrogate pair stands alone")),
        }
    }

    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong(&self, what: impl Into<String>) -> Mistake {
        Mistake::at(self.text, self.at, what)
    }
}

fn sort(end: u8) -> &'static str {
    if end == b'}' { "object" } else { "list" }
}

/// A name as a message may hold it: visible, and no longer than helps.
fn shown(name: &str) -> String {
    crate::text::visible(&name.chars().take(100).collect::<String>()).into_owned()
}
