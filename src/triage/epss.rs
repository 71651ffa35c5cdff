//! EPSS: the daily file of exploit predictions, read as a stream.
//!
//! The file is the CSV that FIRST publishes each day (<https://www.first.org/epss/data_stats>): a line
//! `#model_version:v2025.03.14,score_date:2026-01-15T00:00:00+0000`, a header `cve,epss,percentile`, and
//! a line for each CVE. Older files lack the date or the whole first line; both are then unknown.

use super::cve;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use chrono::{DateTime, NaiveDate};
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

/// Scores, in the order of the file.
pub struct Scores<R> {
    /// What the file says of itself.
    pub edition: Edition,
    rows: csv::Reader<BufReader<R>>,
    record: csv::StringRecord,
    columns: Columns,
    lines_before: u64,
}

/// Where in a record what stands.
struct Columns {
    cve: usize,
    epss: usize,
    percentile: usize,
}

/// The longest line that can stand before the scores; a binary file has no line end for long.
const LINE_BYTES_MAX: u64 = 4096;

/// Reads the lines before the scores.
pub fn read<R: Read>(file: R) -> Result<Scores<R>> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut edition = Edition::default();
    let mut lines_before = 0;
    let mut line = String::new();
    loop {
        line.clear();
        let read = file
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_line(&mut line)
            .map_err(|e| unreadable(lines_before + 1, &e.to_string()))?;
        lines_before += 1;
        if read == 0 {
            return Err(unreadable(lines_before, "the file ends before its header"));
        }
        match line.trim_start_matches('\u{feff}').trim_end().strip_prefix('#') {
            Some(comment) => edition = read_edition(comment, lines_before)?,
            None => break,
        }
    }
    let columns = read_header(line.trim_start_matches('\u{feff}').trim_end(), lines_before)?;
    let rows = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(file);
    Ok(Scores { edition, rows, record: csv::StringRecord::new(), columns, lines_before })
}

fn read_edition(comment: &str, line: u64) -> Result<Edition> {
    let mut edition = Edition::default();
    for part in comment.split(',') {
        match part.trim().split_once(':') {
            Some(("model_version", version)) => edition.model_version = Some(version.trim().to_owned()),
            Some(("score_date", date)) => edition.date = Some(read_date(date.trim(), line)?),
            _ => {}
        }
    }
    Ok(edition)
}

fn read_date(text: &str, line: u64) -> Result<NaiveDate> {
    DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z")
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .map(|t| t.to_utc().date_naive())
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"))
        .map_err(|_| unreadable(line, &format!("score_date `{}` is not a date", visible(text))))
}

fn read_header(header: &str, line: u64) -> Result<Columns> {
    let names: Vec<String> = header.split(',').map(|n| n.trim().trim_matches('"').to_lowercase()).collect();
    let at = |wanted: &str| {
        names.iter().position(|n| n == wanted).ok_or_else(|| {
            let seen = visible(header.get(..header.floor_char_boundary(60)).unwrap_or_default()).into_owned();
            unreadable(line, &format!("the header has no column `{wanted}`: `{seen}`"))
                .hint("an EPSS file has the header cve,epss,percentile")
        })
    };
    Ok(Columns { cve: at("cve")?, epss: at("epss")?, percentile: at("percentile")? })
}

impl<R: Read> Iterator for Scores<R> {
    type Item = Result<Score>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.read_record(&mut self.record) {
            Ok(true) => Some(self.score()),
            Ok(false) => None,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                Some(Err(unreadable(self.lines_before + line, "the fields do not fit the header").because(error)))
            }
        }
    }
}

impl<R: Read> Scores<R> {
    fn score(&self) -> Result<Score> {
        let line = self.lines_before + self.record.position().map_or(0, csv::Position::line);
        let field = |at: usize| self.record.get(at).unwrap_or_default();
        let cve_id = cve::parse(field(self.columns.cve)).ok_or_else(|| {
            unreadable(line, &format!("`{}` is not a CVE id", visible(field(self.columns.cve))))
        })?;
        let share = |name: &str, at: usize| match field(at).parse::<f64>() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
            _ => Err(unreadable(line, &format!("{name} `{}` is not between 0 and 1", visible(field(at))))),
        };
        Ok(Score {
            cve_id,
            probability: share("epss", self.columns.epss)?,
            percentile: share("percentile", self.columns.percentile)?,
        })
    }
}

fn unreadable(line: u64, why: &str) -> Error {
    Error::new(Kind::UnreadableInput, format!("not an EPSS file: line {line}: {why}"))
}
