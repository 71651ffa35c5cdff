//! The values of terms: texts with or without a glob, ages, times, and how they are compared.

use super::field::Word;
use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};
use std::fmt;

/// How a field is compared with its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `:`, the comparison that the kind of the field finds natural.
    Is,
    /// `=`, which differs from `:` only for texts: the whole of it.
    Equals,
    /// `==`, for texts alone: the whole of it, letter case too.
    Same,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Op {
    /// As it is written.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Op::Is => ":",
            Op::Equals => "=",
            Op::Same => "==",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Greater => ">",
            Op::AtLeast => ">=",
        }
    }

    /// Whether it asks for an order rather than for one of several values.
    pub(super) fn asks_order(self) -> bool {
        !matches!(self, Op::Is | Op::Equals | Op::Same)
    }
}

/// The values of one term, which are all of one type; a list means any of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Texts(Vec<Text>),
    Ranks(Vec<&'static Word<i32>>),
    Choices(Vec<&'static Word<&'static str>>),
    Flags(Vec<&'static Word<&'static str>>),
    Integers(Vec<i64>),
    Numbers(Vec<f64>),
    Ages(Vec<Age>),
    Times(Vec<Time>),
}

/// A text to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// These characters.
    Literal(String),
    /// A pattern of `*` and `?`, with at least one of them. Only a text without quotes is one, so it
    /// never holds blanks, quotes or parentheses.
    Glob(String),
}

impl Text {
    /// The most `**/` in one glob: each of them may also stand for nothing, which doubles the patterns.
    pub(super) const FOLDERS_MAX: usize = 3;
}

/// How long ago, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Age {
    count: u32,
    unit: &'static Unit,
}

#[derive(Debug, PartialEq, Eq)]
struct Unit {
    name: &'static str,
    /// The length, for the bound; months and years follow the calendar when an age is applied.
    about_s: u64,
}

const UNITS: &[Unit] = &[
    Unit { name: "s", about_s: 1 },
    Unit { name: "m", about_s: 60 },
    Unit { name: "h", about_s: 3_600 },
    Unit { name: "d", about_s: 86_400 },
    Unit { name: "w", about_s: 7 * 86_400 },
    Unit { name: "mo", about_s: 31 * 86_400 },
    Unit { name: "y", about_s: 366 * 86_400 },
];

/// The longest age: what PostgreSQL and the calendar hold without a second thought.
const AGE_MAX_S: u64 = 1_000 * 366 * 86_400;

impl Age {
    /// Reads `7d`; `None` where it is no age, or longer than a thousand years.
    pub(super) fn parse(text: &str) -> Option<Age> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let count: u32 = text[..digits].parse().ok()?;
        let unit = UNITS.iter().find(|unit| unit.name == &text[digits..])?;
        (u64::from(count) * unit.about_s <= AGE_MAX_S).then_some(Age { count, unit })
    }

    /// The time that is this long before `now`.
    pub(super) fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let then = match self.unit.name {
            "mo" => now.checked_sub_months(Months::new(self.count)),
            "y" => now.checked_sub_months(Months::new(self.count * 12)),
            _ => {
                now.checked_sub_signed(TimeDelta::seconds((u64::from(self.count) * self.unit.about_s) as i64))
            }
        };
        // Only a `now` near the beginning of the calendar has nothing that long before it.
        then.unwrap_or(now)
    }
}

/// The time that `text` names, seen from `now`: so far ahead, as `2w`, or a day (its beginning in UTC) or
/// a moment. None where it is neither.
pub fn ahead(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(age) = Age::parse(text) else { return Time::parse(text).map(|time| time.bounds().0) };
    match age.unit.name {
        "mo" => now.checked_add_months(Months::new(age.count)),
        "y" => now.checked_add_months(Months::new(age.count * 12)),
        _ => now.checked_add_signed(TimeDelta::seconds((u64::from(age.count) * age.unit.about_s) as i64)),
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.name)
    }
}

/// A day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl Time {
    /// Reads `2026-01-31`, RFC 3339, and RFC 3339 without seconds or zone (which is UTC then).
    pub(super) fn parse(text: &str) -> Option<Time> {
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return is_sane(day).then_some(Time::Day(day));
        }
        let moment = match DateTime::parse_from_rfc3339(text) {
            Ok(moment) => moment.to_utc(),
            Err(_) => ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?
                .and_utc(),
        };
        is_sane(moment.date_naive()).then_some(Time::Moment(moment))
    }

    /// The first moment that is meant, and the first one after it that is not meant any more. For a
    /// moment both are the same.
    pub(super) fn bounds(self) -> (DateTime<Utc>, DateTime<Utc>) {
        match self {
            Time::Day(day) => {
                let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
                (day.and_time(NaiveTime::MIN).and_utc(), next.and_time(NaiveTime::MIN).and_utc())
            }
            Time::Moment(moment) => (moment, moment),
        }
    }
}

/// Whether `day` can be printed with four digits for its year, and be read again.
fn is_sane(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (1..=9999).contains(&day.year())
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Time::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Time::Moment(moment) => f.write_str(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}
