//! From the bytes of a file to JSON text: hashed as they are, unpacked, decoded, mended.

use super::mend::{Mended, Mends};
use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

const BUFFER_BYTES: usize = 64 * 1024;
/// What is looked at to tell how a file is packed and encoded.
const HEAD_BYTES: u64 = 256;

/// What a text is, for how it is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// JSON whose small faults are mended.
    Json,
    /// XML, decoded as its declaration says where it has no byte order mark.
    Xml,
    /// Anything else, and JSON that has to be right: it is passed on as it stands.
    Plain,
}

/// The text of a file, and what reading it finds out.
pub struct Text<'a> {
    /// The JSON text, UTF-8.
    pub reader: BufReader<Box<dyn Read + 'a>>,
    /// What had to be mended so far.
    pub mends: Rc<Mends>,
    /// Whether the file is UTF-16 without the mark that should say so.
    pub is_unmarked_utf16: bool,
    /// Whether the file is packed by gzip.
    pub is_packed: bool,
    hash: Rc<RefCell<Sha256>>,
}

impl<'a> Text<'a> {
    /// Begins to read `raw`. `watch` is told how many bytes of it have been read, and may end the
    /// reading by an error.
    pub fn open(raw: impl Read + 'a, watch: impl FnMut(u64) -> io::Result<()> + 'a) -> io::Result<Self> {
        Self::open_as(Meaning::Json, raw, watch)
    }

    /// The same, for text that `meaning` tells how to treat.
    pub fn open_as(
        meaning: Meaning,
        raw: impl Read + 'a,
        watch: impl FnMut(u64) -> io::Result<()> + 'a,
    ) -> io::Result<Self> {
        let hash = Rc::new(RefCell::new(Sha256::new()));
        let hashed = Hashed { inner: raw, hash: Rc::clone(&hash), read: 0, watch };
        let (head, file) = peek(hashed, HEAD_BYTES)?;
        let is_packed = head.starts_with(&[0x1f, 0x8b]);
        let (head, unpacked): (Vec<u8>, Box<dyn Read>) = if is_packed {
            peek(MultiGzDecoder::new(BufReader::new(file)), HEAD_BYTES).map_err(broken)?
        } else {
            (head, file)
        };
        let mark: &[u8] = match head[..head.len().min(4)] {
            [first, 0, _, 0] if first != 0 => &[0xff, 0xfe],
            [0, second, 0, _] if second != 0 => &[0xfe, 0xff],
            _ => &[],
        };
        let decoded = encoding_rs_io::DecodeReaderBytesBuilder::new()
            .utf8_passthru(true)
            .strip_bom(true)
            .bom_override(true)
            .encoding(if meaning == Meaning::Xml { declared(&head) } else { None })
            .build(Cursor::new(mark).chain(unpacked));
        let mends = Rc::new(Mends::default());
        let text: Box<dyn Read> = match meaning {
            Meaning::Json => Box::new(Mended::new(decoded, Rc::clone(&mends))),
            Meaning::Xml | Meaning::Plain => Box::new(decoded),
        };
        let reader = BufReader::with_capacity(BUFFER_BYTES, text);
        Ok(Text { reader, mends, is_unmarked_utf16: !mark.is_empty(), is_packed, hash })
    }

    /// Reads what is left and gives the SHA-256 of the whole file as it is, in hex.
    pub fn sha256(mut self) -> io::Result<String> {
        io::copy(&mut self.reader, &mut io::sink())?;
        let digest = self.hash.borrow().clone().finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn broken(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("the gzip file is broken: {error}"))
}

/// The encoding that an XML declaration names, unless that is UTF-8 or one that such text cannot have.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = std::str::from_utf8(head.split(|byte| *byte == b'>').next()?).ok()?;
    let named = head.strip_prefix("<?xml")?.split_once("encoding")?.1.trim_start().strip_prefix('=')?;
    let label = named.trim_start().trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes())
        .filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8)
}

/// The first `count` bytes of `reader`, and a reader that still gives them.
fn peek<'a>(mut reader: impl Read + 'a, count: u64) -> io::Result<(Vec<u8>, Box<dyn Read + 'a>)> {
    let mut head = Vec::new();
    reader.by_ref().take(count).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(reader))))
}

struct Hashed<R, W> {
    inner: R,
    hash: Rc<RefCell<Sha256>>,
    read: u64,
    watch: W,
}

impl<R: Read, W: FnMut(u64) -> io::Result<()>> Read for Hashed<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.borrow_mut().update(&buffer[..count]);
        self.read += count as u64;
        (self.watch)(self.read)?;
        Ok(count)
    }
}
