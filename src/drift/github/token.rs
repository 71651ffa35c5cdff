//! The token that GitHub is asked with.

use std::fmt;
use zeroize::Zeroizing;

/// Longest token that is taken, in bytes; those that GitHub gives are far shorter.
const BYTES_MAX: usize = 2_000;

/// What stands in the place of a token.
const MASK: &str = "***";

/// A token. It is shown by nothing: only the header of a request gets hold of it.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token that stands alone in `raw`, with space around it.
    ///
    /// # Errors
    /// Why it is none; what was given is never repeated.
    pub fn new(raw: &str) -> Result<Self, &'static str> {
        let token = raw.trim();
        if token.is_empty() {
            return Err("it is empty");
        }
        if token.len() > BYTES_MAX {
            return Err("it is longer than a token can be");
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it holds characters that no token has");
        }
        Ok(Token(Zeroizing::new(token.to_owned())))
    }

    /// What the header `authorization` says; kept out of logs and of the compression of HTTP/2.
    pub(super) fn header(&self) -> Option<reqwest::header::HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = reqwest::header::HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `text` without the token, should a server have said it back.
    pub(super) fn hide_in(&self, text: &str) -> String {
        text.replace(self.0.as_str(), MASK)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
