//! EPSS: the daily file of exploit predictions, read as a stream.
//!
//! The file is the CSV that FIRST publishes each day (<https://www.first.org/epss/data_stats>): a line
//! `#model_version:v2025.03.14,score_date:2026-01-15T00:00:00+0000`, a header `cve,epss,percentile`, and
//! a line for each CVE. Older files lack the date or the whole first line; both are then unknown.

use super::cve;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use chrono::{DateTime, NaiveDate};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

/// The probability that a CVE is exploited within the next 30 days.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The CVE, in capitals.
    pub cve_id: String,
    /// The probability, 0 to 1.
    pub probability: f64,
    /// The share of all scored CVEs with the same or a lower probability, 0 to 1.
    pub percentile: f64,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edition {
    /// The day that the scores hold for.
    pub date: Option<NaiveDate>,
    /// The version of the model that made them.
    pub model_version: Option<String>,
}

/// The most scores that a file may hold; a day has about a third of a million.
pub const ROWS_MAX: usize = 2_000_000;

/// The longest line; a binary file has no line end for long.
const LINE_BYTES_MAX: u64 = 4096;

const AGAIN: &str = "the download may have been cut; fetch the file again";

/// Scores, in the order of the file. After the first error nothing more comes.
pub struct Scores<R> {
    /// What the file says of itself.
    pub edition: Edition,
    lines: Lines<R>,
    columns: Columns,
    seen: HashSet<u128>,
}

/// Where in a line what stands.
struct Columns {
    count: usize,
    cve: usize,
    epss: usize,
    percentile: usize,
}

/// Reads the lines before the scores.
pub fn read<R: Read>(file: R) -> Result<Scores<R>> {
    let mut lines = Lines { file: BufReader::with_capacity(1 << 16, file), bytes: Vec::new(), number: 0 };
    let mut edition = Edition::default();
    loop {
        if !lines.advance()? {
            return Err(lines.wrong("the file ends before its header").hint(AGAIN));
        }
        let number = lines.number;
        let line = lines.text()?.trim_start_matches('\u{feff}');
        match line.strip_prefix('#') {
            Some(comment) => read_edition(&mut edition, comment, number)?,
            None => {
                let columns = read_header(line, number)?;
                return Ok(Scores { edition, lines, columns, seen: HashSet::new() });
            }
        }
    }
}

fn read_edition(edition: &mut Edition, comment: &str, line: u64) -> Result<()> {
    for part in comment.split(',') {
        match part.trim().split_once(':') {
            Some(("model_version", version)) => edition.model_version = Some(version.trim().to_owned()),
            Some(("score_date", date)) => edition.date = Some(read_date(date.trim(), line)?),
            _ => {}
        }
    }
    Ok(())
}

fn read_date(text: &str, line: u64) -> Result<NaiveDate> {
    DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z")
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .map(|t| t.to_utc().date_naive())
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"))
        .map_err(|_| unreadable(line, &format!("score_date `{}` is not a date", shown(text))))
}

fn read_header(header: &str, line: u64) -> Result<Columns> {
    let names: Vec<String> = header.split(',').map(|n| bare(n).to_lowercase()).collect();
    let at = |wanted: &str| {
        names.iter().position(|n| n == wanted).ok_or_else(|| {
            unreadable(line, &format!("the header has no column `{wanted}`: `{}`", shown(header)))
                .hint("an EPSS file has the header cve,epss,percentile")
        })
    };
    Ok(Columns { count: names.len(), cve: at("cve")?, epss: at("epss")?, percentile: at("percentile")? })
}

impl<R: Read> Iterator for Scores<R> {
    type Item = Result<Score>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.advance() {
                Ok(true) if self.lines.is_blank() => {}
                Ok(true) => return Some(self.score()),
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<R: Read> Scores<R> {
    fn score(&mut self) -> Result<Score> {
        let Columns { count, cve, epss, percentile } = self.columns;
        let line = self.lines.number;
        let mut fields = [""; 3];
        let mut found = 0;
        for (at, field) in self.lines.text()?.split(',').enumerate() {
            for (slot, column) in fields.iter_mut().zip([cve, epss, percentile]) {
                if at == column {
                    *slot = bare(field);
                }
            }
            found += 1;
        }
        if found != count {
            let what = format!("it has {found} fields, the header has {count}");
            return Err(unreadable(line, &what).hint(AGAIN));
        }
        let [cve, epss, percentile] = fields;
        let cve_id =
            cve::parse(cve).ok_or_else(|| unreadable(line, &format!("`{}` is not a CVE id", shown(cve))))?;
        let share = |name: &str, text: &str| match text.parse::<f64>() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
            _ => Err(unreadable(line, &format!("{name} `{}` is not between 0 and 1", shown(text)))),
        };
        let (probability, percentile) = (share("epss", epss)?, share("percentile", percentile)?);
        if !self.seen.insert(cve::key(&cve_id)) {
            return Err(unreadable(line, &format!("{cve_id} stands in the file twice")));
        }
        if self.seen.len() > ROWS_MAX {
            return Err(unreadable(line, &format!("it has more than {ROWS_MAX} rows")));
        }
        Ok(Score { cve_id, probability, percentile })
    }
}

/// Lines of a bounded length, counted from 1.
struct Lines<R> {
    file: BufReader<R>,
    bytes: Vec<u8>,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Goes to the next line, where there is one.
    fn advance(&mut self) -> Result<bool> {
        self.bytes.clear();
        self.number += 1;
        let read = self.file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut self.bytes);
        match read {
            Err(error) => Err(self.wrong(&format!("reading stopped: {error}")).hint(AGAIN).because(error)),
            Ok(_) if self.bytes.len() as u64 == LINE_BYTES_MAX => {
                Err(self.wrong("it is too long for a line"))
            }
            Ok(read) => Ok(read > 0),
        }
    }

    fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.bytes).map(str::trim).map_err(|_| self.wrong("it is not UTF-8 text"))
    }

    fn wrong(&self, why: &str) -> Error {
        unreadable(self.number, why)
    }
}

/// A field without the quotes that some tools put around every one.
fn bare(field: &str) -> &str {
    field.trim().trim_matches('"')
}

/// The beginning of a text from outside, fit for a message.
fn shown(text: &str) -> String {
    visible(text.get(..text.floor_char_boundary(60)).unwrap_or_default()).into_owned()
}

fn unreadable(line: u64, why: &str) -> Error {
    Error::new(Kind::UnreadableInput, format!("not an EPSS file: line {line}: {why}"))
}
