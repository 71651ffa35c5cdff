//! The binary form of COPY, taken apart without copying it.

use std::fmt;

/// The bytes that a stream begins with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// The bytes are not what COPY writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub(super) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Takes a stream apart as it comes, in whatever pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    /// What came of a row whose end has not come.
    pending: Vec<u8>,
    is_begun: bool,
    is_ended: bool,
}

impl Decoder {
    /// Hands over the rows that `piece` completes. PostgreSQL sends each row as one piece, so that as a
    /// rule nothing is copied.
    pub fn feed<E: From<Malformed>>(
        &mut self,
        piece: &[u8],
        mut row: impl FnMut(&mut Tuple<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.pending.is_empty() {
            let taken = self.take(piece, &mut row)?;
            self.pending.extend_from_slice(&piece[taken..]);
        } else {
            let mut whole = std::mem::take(&mut self.pending);
            whole.extend_from_slice(piece);
            let taken = self.take(&whole, &mut row)?;
            whole.drain(..taken);
            self.pending = whole;
        }
        Ok(())
    }

    /// Whether the stream came to its end.
    pub fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Takes all that is whole; says how many bytes that were.
    fn take<E: From<Malformed>>(
        &mut self,
        bytes: &[u8],
        row: &mut impl FnMut(&mut Tuple<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut at = 0;
        if !self.is_begun {
            // The signature, flags, and the length of an extension that nobody uses.
            if bytes.len() < SIGNATURE.len() + 8 {
                return Ok(0);
            }
            if &bytes[..SIGNATURE.len()] != SIGNATURE || bytes[SIGNATURE.len()..][..8] != [0; 8] {
                return Err(Malformed("the server sent no binary COPY").into());
            }
            at = SIGNATURE.len() + 8;
            self.is_begun = true;
        }
        while !self.is_ended {
            let Some(count) = bytes.get(at..at + 2) else { break };
            let count = i16::from_be_bytes([count[0], count[1]]);
            if count == -1 {
                self.is_ended = true;
                return Ok(at + 2);
            }
            let Some(length) = row_length(&bytes[at + 2..], count)? else { break };
            let mut tuple = Tuple { bytes: &bytes[at + 2..at + 2 + length] };
            row(&mut tuple)?;
            at += 2 + length;
        }
        Ok(at)
    }
}

/// The length of a row of `count` fields, where all of it is there.
#[inline]
fn row_length(bytes: &[u8], count: i16) -> Result<Option<usize>, Malformed> {
    let mut at = 0;
    for _ in 0..count {
        let Some(length) = bytes.get(at..at + 4) else { return Ok(None) };
        let length = i32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        at += 4 + match length {
            -1 => 0,
            _ => usize::try_from(length).map_err(|_| Malformed("a field of a negative length"))?,
        };
    }
    Ok((at <= bytes.len()).then_some(at))
}

/// The fields of one row that were not taken yet.
#[derive(Debug)]
pub struct Tuple<'a> {
    bytes: &'a [u8],
}

impl<'a> Tuple<'a> {
    /// The next field, as its bytes; NULL is none.
    #[inline]
    pub fn bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let (length, rest) =
            self.bytes.split_first_chunk::<4>().ok_or(Malformed("a row of too few fields"))?;
        let length = i32::from_be_bytes(*length);
        if length == -1 {
            self.bytes = rest;
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| Malformed("a field of a negative length"))?;
        let (field, rest) = rest.split_at_checked(length).ok_or(Malformed("a field that is cut off"))?;
        self.bytes = rest;
        Ok(Some(field))
    }

    /// The next field, a bigint or a timestamptz.
    #[inline]
    pub fn bigint(&mut self) -> Result<Option<i64>, Malformed> {
        let number = |field: &[u8]| field.try_into().map(i64::from_be_bytes);
        self.bytes()?.map(number).transpose().map_err(|_| Malformed("a number of another size"))
    }

    /// The next field, an integer.
    #[inline]
    pub fn integer(&mut self) -> Result<Option<i32>, Malformed> {
        let number = |field: &[u8]| field.try_into().map(i32::from_be_bytes);
        self.bytes()?.map(number).transpose().map_err(|_| Malformed("a number of another size"))
    }

    /// The next field, a jsonb: the text that PostgreSQL prints.
    #[inline]
    pub fn jsonb(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.bytes()? {
            None => Ok(None),
            Some([1, text @ ..]) => Ok(Some(text)),
            Some(_) => Err(Malformed("a jsonb of an unknown version")),
        }
    }
}

/// A list of texts, taken apart.
#[derive(Debug)]
pub struct TextArray<'a> {
    /// The number of dimensions; none for an empty list.
    pub dimensions: i32,
    /// The number of the first element, of the first dimension.
    pub lower: i32,
    /// The elements one after the other, of all dimensions; each with its length before it, NULL as -1.
    elements: &'a [u8],
}

impl<'a> TextArray<'a> {
    /// Reads the binary form of a `text[]`.
    #[inline]
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let cut_off = Malformed("an array that is cut off");
        let word = |at: usize| {
            let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
            word.map(i32::from_be_bytes).ok_or(cut_off)
        };
        // Dimensions, whether there are NULLs, the type of the elements; then each dimension's size and
        // first number.
        let dimensions = word(0)?;
        let head = 12 + 8 * usize::try_from(dimensions).map_err(|_| cut_off)?;
        let lower = if dimensions == 0 { 1 } else { word(16)? };
        Ok(TextArray { dimensions, lower, elements: bytes.get(head..).ok_or(cut_off)? })
    }

    /// The elements, NULL as none.
    #[inline]
    pub fn elements(&self) -> impl Iterator<Item = Result<Option<&'a [u8]>, Malformed>> + use<'a> {
        let mut rest = Tuple { bytes: self.elements };
        std::iter::from_fn(move || (!rest.bytes.is_empty()).then(|| rest.bytes()))
    }
}
