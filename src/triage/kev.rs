//! KEV: CISA's catalogue of vulnerabilities that are known to be exploited, as JSON or CSV.
//!
//! Both forms come from <https://www.cisa.gov/known-exploited-vulnerabilities-catalog>. The catalogue is
//! small (some thousand rows), so it is read whole, with a bound.

use super::cve;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use chrono::{DateTime, NaiveDate};
use serde::Deserialize;
use std::collections::HashSet;

/// The largest catalogue that is read; the real one is about a megabyte.
pub const BYTES_MAX: u64 = 64 << 20;

/// A vulnerability that is known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exploited {
    /// The CVE, in capitals.
    pub cve_id: String,
    /// Who makes what is affected.
    pub vendor: String,
    /// What is affected.
    pub product: String,
    /// What the vulnerability is called.
    pub name: String,
    /// Since when it stands in the catalogue.
    pub date_added: Option<NaiveDate>,
    /// Until when United States agencies have to act.
    pub due_date: Option<NaiveDate>,
    /// Whether ransomware campaigns are known to use it.
    pub ransomware: bool,
}

/// The whole catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// When it was released; the CSV form does not say.
    pub date: Option<NaiveDate>,
    /// Its version; the CSV form does not say.
    pub version: Option<String>,
    /// What it holds.
    pub rows: Vec<Exploited>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonCatalogue {
    catalog_version: Option<String>,
    date_released: Option<String>,
    count: Option<usize>,
    vulnerabilities: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "cveID")]
    cve_id: String,
    #[serde(default)]
    vendor_project: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    vulnerability_name: String,
    #[serde(default)]
    date_added: String,
    #[serde(default)]
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

/// Reads a catalogue; which form it has shows in its first character.
pub fn read(bytes: &[u8]) -> Result<Catalogue> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        None => Err(unreadable("the file is empty")),
        Some(b'{' | b'[') => read_json(bytes),
        Some(_) => read_csv(bytes),
    }
}

fn read_json(bytes: &[u8]) -> Result<Catalogue> {
    let json: JsonCatalogue = serde_json::from_slice(bytes).map_err(|e| {
        let error = unreadable(&e.to_string());
        if e.is_eof() { error.hint("the download may have been cut; fetch the file again") } else { error }
    })?;
    if let Some(count) = json.count.filter(|count| *count != json.vulnerabilities.len()) {
        let held = json.vulnerabilities.len();
        return Err(unreadable(&format!("it says {count} vulnerabilities and holds {held}"))
            .hint("the download may have been cut; fetch the file again"));
    }
    let date = match json.date_released.as_deref() {
        None => None,
        Some(text) => Some(
            DateTime::parse_from_rfc3339(text)
                .map(|t| t.to_utc().date_naive())
                .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"))
                .map_err(|_| unreadable(&format!("dateReleased `{text}` is not a time")))?,
        ),
    };
    let placed = json.vulnerabilities.into_iter().enumerate();
    let rows = rows(placed.map(|(at, row)| Ok((format!("vulnerabilities[{at}]"), row))))?;
    Ok(Catalogue { date, version: json.catalog_version, rows })
}

fn read_csv(bytes: &[u8]) -> Result<Catalogue> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|e| unreadable(&e.to_string()))?.clone();
    if !header.iter().any(|name| name == "cveID") {
        return Err(unreadable("line 1: the header has no column `cveID`")
            .hint("attestor takes CISA's known_exploited_vulnerabilities.json or .csv"));
    }
    let placed = reader.records().map(|record| {
        let record = record.map_err(|e| unreadable(&e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = record.deserialize(Some(&header)).map_err(|e| unreadable(&format!("line {line}: {e}")))?;
        Ok((format!("line {line}"), row))
    });
    Ok(Catalogue { date: None, version: None, rows: rows(placed)? })
}

/// The rows, each CVE once. A catalogue without any is refused: it would say of every CVE that it is
/// not exploited.
fn rows(placed: impl Iterator<Item = Result<(String, Row)>>) -> Result<Vec<Exploited>> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for placed in placed {
        let (place, row) = placed?;
        let date = |name: &str, text: &str| match text {
            "" => Ok(None),
            text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(Some)
                .map_err(|_| unreadable(&format!("{place}: {name} `{text}` is not a date"))),
        };
        let cve_id = cve::parse(&row.cve_id)
            .ok_or_else(|| unreadable(&format!("{place}: `{}` is not a CVE id", row.cve_id)))?;
        if !seen.insert(cve_id.clone()) {
            return Err(unreadable(&format!("{place}: {cve_id} stands in the catalogue twice")));
        }
        rows.push(Exploited {
            date_added: date("dateAdded", &row.date_added)?,
            due_date: date("dueDate", &row.due_date)?,
            ransomware: row.known_ransomware_campaign_use.eq_ignore_ascii_case("known"),
            cve_id,
            vendor: storable(row.vendor_project),
            product: storable(row.product),
            name: storable(row.vulnerability_name),
        });
    }
    if rows.is_empty() {
        return Err(unreadable("it holds no vulnerability"));
    }
    Ok(rows)
}

/// PostgreSQL's text cannot hold a NUL; it is kept as the picture of one.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "␀") } else { text }
}

fn unreadable(why: &str) -> Error {
    let why = visible(why.get(..why.floor_char_boundary(300)).unwrap_or_default());
    Error::new(Kind::UnreadableInput, format!("not a KEV catalogue: {why}"))
}
