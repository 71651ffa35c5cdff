//! The beginning of a text that may be of any length.

/// Most of a text or of an attribute that is kept, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// The beginning of a text.
#[derive(Default)]
pub struct Kept {
    /// What is kept.
    pub bytes: Vec<u8>,
    /// Whether there was more.
    pub is_cut: bool,
    is_unwanted: bool,
}

impl Kept {
    /// For a text that nobody wants.
    pub fn nothing() -> Self {
        Kept { is_unwanted: true, ..Kept::default() }
    }

    /// Goes on with `piece`.
    pub fn push(&mut self, piece: &[u8]) {
        let room = if self.is_unwanted { 0 } else { TEXT_BYTES_MAX - self.bytes.len() };
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        self.is_cut |= piece.len() > room;
    }

    /// Takes away half a character at the end, and what may be half a reference.
    pub fn end_whole(&mut self) {
        let from = self.bytes.len().saturating_sub(16);
        if let Some(at) = self.bytes[from..].iter().rposition(|byte| *byte == b'&')
            && !self.bytes[from + at..].contains(&b';')
        {
            self.bytes.truncate(from + at);
        }
        if let Err(error) = std::str::from_utf8(&self.bytes)
            && error.error_len().is_none()
        {
            self.bytes.truncate(error.valid_up_to());
        }
    }
}
