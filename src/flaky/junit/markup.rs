//! Text of XML as it is meant: references resolved, characters that XML forbids kept and counted.

use std::borrow::Cow;

/// What was odd about a text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Oddities {
    /// Ampersands that begin no reference that is known here; they stay as they are.
    pub references: u64,
    /// Characters that XML forbids.
    pub characters: u64,
    /// Sequences that are not UTF-8, now U+FFFD.
    pub not_utf8: u64,
}

/// Longest reference that is looked at: `&#x10FFFF;` with some leading zeros.
const REFERENCE_BYTES_MAX: usize = 16;

/// Which text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The value of an attribute: line ends and tabs are spaces.
    Attribute,
    /// Text between tags.
    Text,
    /// A CDATA section, in which nothing is a reference.
    Verbatim,
}

/// What `raw` means.
pub fn decode(raw: &[u8], sort: Sort, odd: &mut Oddities) -> String {
    let text = String::from_utf8_lossy(raw);
    if let Cow::Owned(_) = text {
        odd.not_utf8 += raw.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count() as u64;
    }
    let mut meant = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '&' if sort != Sort::Verbatim => match reference(rest) {
                Some((c, length)) => {
                    push(c, &mut meant, odd);
                    rest = &rest[length..];
                }
                None => {
                    odd.references += 1;
                    meant.push('&');
                }
            },
            '\r' => {
                if !rest.starts_with('\n') {
                    meant.push(if sort == Sort::Attribute { ' ' } else { '\n' });
                }
            }
            '\n' | '\t' if sort == Sort::Attribute => meant.push(' '),
            c => push(c, &mut meant, odd),
        }
    }
    meant
}

fn push(c: char, meant: &mut String, odd: &mut Oddities) {
    let allowed =
        !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    odd.characters += u64::from(!allowed);
    // PostgreSQL cannot hold NUL.
    meant.push(if c == '\0' { '␀' } else { c });
}

/// The character of the reference that `rest` continues after its ampersand, and how long that is.
fn reference(rest: &str) -> Option<(char, usize)> {
    let end = rest.bytes().take(REFERENCE_BYTES_MAX).position(|byte| byte == b';')?;
    let c = match &rest[..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let number = match name.strip_prefix("#x") {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => name.strip_prefix('#')?.parse().ok()?,
            };
            // Half a surrogate pair is no character.
            char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    Some((c, end + 1))
}
