//! The ends of a period, as people write them.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// An end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Where it begins: a day from its first moment on.
    From,
    /// Where it ends: a day is included whole, a time is excluded.
    To,
}

impl Edge {
    /// The moment that a day, `2026-01-31`, or a time, `2026-01-31T08:00:00Z`, names as this end.
    pub fn named(self, text: &str) -> Option<DateTime<Utc>> {
        let text = text.trim();
        let Ok(day) = text.parse::<NaiveDate>() else { return text.parse().ok() };
        let day = match self {
            Edge::From => day,
            Edge::To => day.checked_add_days(Days::new(1))?,
        };
        Some(day.and_time(NaiveTime::MIN).and_utc())
    }
}
