//! Untrusted text made visible, once, at the database's edge.
//!
//! Scanner files, branch names and messages come from people who may be hostile. A terminal obeys
//! what it is sent: escape sequences rewrite the screen, bidirectional overrides reorder code,
//! zero-width characters hide it, stacked marks flood the lines around them. [`SafeText`] holds the
//! text with all of these shown as ordinary characters, so that whatever is drawn, copied, logged or
//! exported is what stands there. Hashes are taken over the raw bytes, never over this.

mod counted;

pub use counted::{counted, plural};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::Deref;

/// Combining marks that may follow one character; more are counted and not shown.
const MARKS_MAX: usize = 4;

/// Text that can be sent to a terminal, a clipboard, a file or a log as it is.
///
/// Line feeds and tabs stay: whoever lays the text out decides what they mean; a line end of two
/// characters becomes one. Serialising gives the safe form, so JSON and CSV are covered too.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeText(Box<str>);

impl SafeText {
    /// Makes every character of `raw` visible.
    pub fn new(raw: &str) -> Self {
        SafeText(visible_lines(raw).into())
    }

    /// The text, safe to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text in one line: line feeds and tabs become spaces.
    pub fn one_line(&self) -> Cow<'_, str> {
        if self.0.contains(['\n', '\t']) {
            Cow::Owned(self.0.replace(['\n', '\t'], " "))
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}

impl Deref for SafeText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for SafeText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Whatever is read becomes safe: a document of others holds what they put into it.
impl<'de> Deserialize<'de> for SafeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(SafeText::new(&std::borrow::Cow::<str>::deserialize(deserializer)?))
    }
}

impl From<&str> for SafeText {
    fn from(raw: &str) -> Self {
        SafeText::new(raw)
    }
}

impl From<String> for SafeText {
    fn from(raw: String) -> Self {
        SafeText::new(&raw)
    }
}

impl sqlx::Type<sqlx::Postgres> for SafeText {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <&str as sqlx::Type<sqlx::Postgres>>::type_info()
    }
    fn compatible(info: &sqlx::postgres::PgTypeInfo) -> bool {
        <&str as sqlx::Type<sqlx::Postgres>>::compatible(info)
    }
}

impl sqlx::postgres::PgHasArrayType for SafeText {
    fn array_type_info() -> sqlx::postgres::PgTypeInfo {
        <&str as sqlx::postgres::PgHasArrayType>::array_type_info()
    }
    fn array_compatible(info: &sqlx::postgres::PgTypeInfo) -> bool {
        <&str as sqlx::postgres::PgHasArrayType>::array_compatible(info)
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for SafeText {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(SafeText::new(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?))
    }
}

/// `raw` in one line with every character visible: line feeds and tabs are shown as symbols too.
pub fn visible(raw: &str) -> Cow<'_, str> {
    made_visible(raw, Layout::OneLine)
}

/// `raw` with every character visible; line feeds and tabs stay.
pub fn visible_lines(raw: &str) -> Cow<'_, str> {
    made_visible(raw, Layout::Lines)
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    OneLine,
    Lines,
}

fn made_visible(raw: &str, layout: Layout) -> Cow<'_, str> {
    if raw.bytes().all(|b| (0x20..0x7f).contains(&b) || (b == b'\n' && layout == Layout::Lines)) {
        return Cow::Borrowed(raw);
    }
    let mut safe = String::with_capacity(raw.len() + 16);
    let mut marks = 0;
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\r' && layout == Layout::Lines && rest.peek() == Some(&'\n') {
            continue;
        }
        if is_mark(c) {
            marks += 1;
            // A mark with nothing to stand on would join whatever the screen shows before it.
            if safe.is_empty() || safe.ends_with(['\n', '\t']) {
                safe.push('◌');
            }
            if marks <= MARKS_MAX {
                safe.push(c);
            }
            continue;
        }
        note_hidden_marks(&mut safe, marks);
        marks = 0;
        push_visible(&mut safe, c, layout);
    }
    note_hidden_marks(&mut safe, marks);
    Cow::Owned(safe)
}

fn note_hidden_marks(safe: &mut String, marks: usize) {
    if marks > MARKS_MAX {
        let _ = write!(safe, "\\u{{+{} marks}}", marks - MARKS_MAX);
    }
}

fn push_visible(safe: &mut String, c: char, layout: Layout) {
    match c {
        '\n' | '\t' if layout == Layout::Lines => safe.push(c),
        // U+2400 onwards draws each C0 control as a small picture of its name.
        '\0'..='\u{1f}' => safe.push(char::from_u32(0x2400 + c as u32).unwrap_or('␦')),
        '\u{7f}' => safe.push('␡'),
        _ if is_hidden(c) => {
            let _ = write!(safe, "\\u{{{:x}}}", c as u32);
        }
        _ => safe.push(c),
    }
}

/// Whether a terminal would obey, reorder or hide `c` instead of showing it.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'                     // C1 controls
        | '\u{ad}'                              // soft hyphen
        | '\u{61c}'                             // Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: letters that show nothing
        | '\u{17b4}' | '\u{17b5}'               // Khmer inherent vowels
        | '\u{180b}'..='\u{180f}'               // Mongolian selectors
        | '\u{200b}'..='\u{200f}'               // zero-width characters and direction marks
        | '\u{2028}'..='\u{202e}'               // separators and bidirectional overrides
        | '\u{2060}'..='\u{206f}'               // joiners, invisible operators, isolates
        | '\u{2800}'                            // Braille blank
        | '\u{fe00}'..='\u{fe0f}'               // variation selectors
        | '\u{feff}'                            // byte order mark
        | '\u{fff9}'..='\u{fffb}'               // interlinear annotation
        | '\u{fdd0}'..='\u{fdef}'               // non-characters
        | '\u{e000}'..='\u{f8ff}'               // private use
        | '\u{1d173}'..='\u{1d17a}'             // musical controls
        | '\u{e0000}'..='\u{e0fff}'             // tags and selectors
        | '\u{f0000}'..='\u{10ffff}'            // private use
    ) || (c as u32) & 0xfffe == 0xfffe
}

/// Whether `c` is drawn on the character before it.
fn is_mark(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0) && !c.is_control() && !is_hidden(c)
}
