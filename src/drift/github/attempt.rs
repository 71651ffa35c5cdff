//! One attempt: an answer as it came, and what it means.

use super::limits::{Said, next_page};
use super::trouble::Trouble;
use crate::operations::redact;
use crate::text::visible;
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{DATE, ETAG, HeaderMap, HeaderName, LINK, LOCATION, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

/// Longest message of the server that is repeated, in characters.
const MESSAGE_CHARS_MAX: usize = 200;
/// Longest `etag` that is kept, in bytes.
const ETAG_BYTES_MAX: usize = 200;

/// What an attempt came to.
pub(super) enum Attempt {
    /// What was asked for.
    Answer(Raw),
    /// It is as it was.
    Unchanged,
    /// It is at another address.
    LedOn(String),
    /// It was asked too often; with the pause, where one is named.
    Wait(Option<Duration>),
    /// It failed for a reason that may pass.
    Passing(Trouble),
    /// It failed, and would again.
    Final(Trouble),
}

/// An answer as it came.
pub(super) struct Raw {
    status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Raw {
    /// Reads the whole of `response`, of at most `bytes_max`.
    ///
    /// # Errors
    /// What broke on the way, or that it is too large.
    pub(super) async fn read(
        mut response: reqwest::Response,
        bytes_max: usize,
    ) -> Result<Self, Result<reqwest::Error, Trouble>> {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Ok)? {
            if body.len() + chunk.len() > bytes_max {
                return Err(Err(Trouble::Broken(format!("it is larger than {bytes_max} bytes"))));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Raw { status, headers, body })
    }

    /// What it says about how often one may ask.
    pub(super) fn said(&self) -> Said<'_> {
        Said {
            retry_after: self.header(RETRY_AFTER),
            remaining: self.header(HeaderName::from_static("x-ratelimit-remaining")),
            reset: self.header(HeaderName::from_static("x-ratelimit-reset")),
            date: self.header(DATE),
        }
    }

    pub(super) fn etag(&self) -> Option<String> {
        self.header(ETAG).filter(|etag| etag.len() <= ETAG_BYTES_MAX).map(str::to_owned)
    }

    pub(super) fn next_page(&self) -> Option<String> {
        self.header(LINK).and_then(next_page).map(str::to_owned)
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What the server says in words, as far as it may be repeated.
    fn message(&self, hide: &dyn Fn(&str) -> String) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let said =
            body["message"].as_str().unwrap_or_else(|| self.status.canonical_reason().unwrap_or("no reason"));
        let mut said = said.to_owned();
        let errors = body["errors"].as_array().into_iter().flatten();
        for why in errors.filter_map(|e| e["message"].as_str().or(e["code"].as_str()).or(e.as_str())).take(3)
        {
            said = format!("{said} ({why})");
        }
        let cut: String = redact::text(&hide(&said)).chars().take(MESSAGE_CHARS_MAX).collect();
        visible(&cut).into_owned()
    }
}

/// What `raw` means. `hide` takes the token out of a text.
pub(super) fn judged(raw: Raw, now: DateTime<Utc>, hide: &dyn Fn(&str) -> String) -> Attempt {
    let said = || raw.message(hide);
    match raw.status.as_u16() {
        200..=299 => Attempt::Answer(raw),
        304 => Attempt::Unchanged,
        301 | 302 | 303 | 307 | 308 => Attempt::LedOn(raw.header(LOCATION).unwrap_or_default().to_owned()),
        401 => Attempt::Final(Trouble::Unauthorised(said())),
        429 => Attempt::Wait(raw.said().pause_after_refusal(now)),
        403 if raw.said().is_throttling(&said()) => Attempt::Wait(raw.said().pause_after_refusal(now)),
        403 => Attempt::Final(Trouble::Refused(said())),
        404 | 410 => Attempt::Final(Trouble::NotFound(said())),
        status @ 500..=599 => Attempt::Passing(Trouble::ServerFailed(status, said())),
        408 => Attempt::Passing(Trouble::Unreachable(said())),
        status => Attempt::Final(Trouble::Rejected(status, said())),
    }
}
