//! What the headers of an answer say about how often one may ask. Pure: the time arrives as `now`.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// The headers that matter, as texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Said<'a> {
    /// `retry-after`: seconds, or a time.
    pub retry_after: Option<&'a str>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<&'a str>,
    /// `x-ratelimit-reset`: seconds since 1970.
    pub reset: Option<&'a str>,
    /// `date`, which tells the server's clock.
    pub date: Option<&'a str>,
}

/// The longest pause that is believed; whoever asks for more is answered with it.
const PAUSE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl Said<'_> {
    /// The pause after a refusal for asking too often. None where nothing names one.
    pub fn pause_after_refusal(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.retry_after(now).or_else(|| self.until_reset(now))
    }

    /// The pause before the next question, where this answer was the last that is allowed for now.
    pub fn pause_after_answer(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.is_used_up().then(|| self.until_reset(now)).flatten()
    }

    /// Whether a refusal (403) is one for asking too often, and not one for a missing right.
    pub fn is_throttling(&self, message: &str) -> bool {
        let message = message.to_ascii_lowercase();
        self.is_used_up()
            || self.retry_after.is_some()
            || message.contains("rate limit")
            || message.contains("abuse detection")
    }

    fn is_used_up(&self) -> bool {
        self.remaining.is_some_and(|remaining| remaining.trim() == "0")
    }

    fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let text = self.retry_after?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds).min(PAUSE_MAX));
        }
        let until = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
        Some(between(self.clock(now), until))
    }

    /// Until the limit is renewed, by the server's own clock; a second more, since it counts whole ones.
    fn until_reset(&self, now: DateTime<Utc>) -> Option<Duration> {
        let seconds: i64 = self.reset?.trim().parse().ok()?;
        let until = DateTime::from_timestamp(seconds, 0)?;
        Some((between(self.clock(now), until) + Duration::from_secs(1)).min(PAUSE_MAX))
    }

    fn clock(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let date = self.date.and_then(|date| DateTime::parse_from_rfc2822(date.trim()).ok());
        date.map_or(now, |date| date.to_utc())
    }
}

fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Duration {
    (until - from).to_std().unwrap_or_default().min(PAUSE_MAX)
}

/// The address of the next page in a `link` header; none on the last page.
pub fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|entry| {
        let (address, rest) = entry.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = rest.split(';').any(|parameter| {
            let parameter = parameter.trim();
            parameter.eq_ignore_ascii_case("rel=\"next\"") || parameter.eq_ignore_ascii_case("rel=next")
        });
        is_next.then_some(address)
    })
}
