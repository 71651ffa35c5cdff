//! A signed note: a text, an empty line, and a line for each signature.

use super::{Malformed, VerifierKey, is_key_name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// Bytes of a note; sixteen signatures of the largest kinds fit many times.
const BYTES_MAX: usize = 256 << 10;
/// Signatures of a note.
const SIGNATURES_MAX: usize = 64;
/// What a line with a signature begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// A text that keys have signed. Until it is judged it means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// A signature of a note, as its line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: String,
    /// Which key of that name.
    pub key_id: u32,
    /// The signature itself, in the form of the key's kind.
    pub bytes: Vec<u8>,
}

/// What the keys that are trusted say of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged<'a> {
    /// A trusted key signed it, at the time that it says, in seconds since 1970.
    Signed(&'a VerifierKey, Option<u64>),
    /// No trusted key signed it.
    Unknown,
    /// A line claims to be a trusted key's, and is not.
    Bad(&'a VerifierKey),
}

impl Note {
    /// A note of `text`, which ends with a line feed, without any signature so far.
    pub fn new(text: String) -> Result<Self, Malformed> {
        if !text.ends_with('\n') {
            return Err(Malformed("the text of a note ends with a line feed"));
        }
        if text.contains(|c: char| c < ' ' && c != '\n') {
            return Err(Malformed("a note has no control characters"));
        }
        Ok(Note { text, signatures: Vec::new() })
    }

    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > BYTES_MAX {
            return Err(Malformed("the note is larger than 256 KiB"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| Malformed("the note is not UTF-8"))?;
        let split = whole.rfind("\n\n").ok_or(Malformed("no empty line stands before the signatures"))?;
        let mut note = Note::new(whole[..=split].to_owned())?;
        let lines = whole[split + 2..].strip_suffix('\n').ok_or(Malformed("the note ends in mid-line"))?;
        if lines.bytes().filter(|b| *b == b'\n').count() >= SIGNATURES_MAX {
            return Err(Malformed("the note has more than 64 signatures"));
        }
        for line in lines.split('\n') {
            note.signatures.push(SignatureLine::parse(line)?);
        }
        Ok(note)
    }

    /// The text that is signed; it ends with a line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its signatures, whoever's they are.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature.
    #[must_use]
    pub fn signed(mut self, signature: SignatureLine) -> Self {
        self.signatures.push(signature);
        self
    }

    /// Judges it by the keys that are trusted. One bad signature of a trusted key makes the note bad,
    /// whatever others say; signatures of other keys are passed over.
    pub fn judge<'a>(&self, trusted: &'a [VerifierKey]) -> Judged<'a> {
        let mut judged = Judged::Unknown;
        for line in &self.signatures {
            for key in trusted.iter().filter(|key| key.name() == line.name && key.id() == line.key_id) {
                match key.verify(&self.text, &line.bytes) {
                    Some(time) if judged == Judged::Unknown => judged = Judged::Signed(key, time),
                    Some(_) => {}
                    None => return Judged::Bad(key),
                }
            }
        }
        judged
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Result<Self, Malformed> {
        let line = line.strip_prefix(MARK).ok_or(Malformed("a signature line begins with a dash"))?;
        let (name, signature) = line.split_once(' ').ok_or(Malformed("a signature line has two words"))?;
        if !is_key_name(name) {
            return Err(Malformed("the name of a key has no spaces and no plus sign"));
        }
        let bytes = STANDARD.decode(signature).map_err(|_| Malformed("a signature is not base64"))?;
        match bytes.split_first_chunk() {
            Some((id, bytes)) if !bytes.is_empty() => Ok(SignatureLine {
                name: name.to_owned(),
                key_id: u32::from_be_bytes(*id),
                bytes: bytes.to_vec(),
            }),
            _ => Err(Malformed("a signature is too short")),
        }
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{MARK}{} {}", self.name, STANDARD.encode(bytes))
    }
}
