//! The rows of the demo, and the listing that its entry in the audit chain is a digest of.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

/// All rows, in the order of their ids: the first of each table has the id 1.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// `triage.scans`.
    pub scans: Table,
    /// `triage.findings`.
    pub findings: Table,
    /// `triage.sightings`.
    pub sightings: Table,
    /// `triage.feedbacks`.
    pub feedbacks: Table,
}

/// The rows of one table: a cell is the text that PostgreSQL prints for the column, but a time is
/// RFC 3339 in UTC with six fraction digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The table's name, without its schema.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// One value; none is NULL.
pub type Cell = Option<String>;

/// The columns of `triage.scans`. What the database computes is left out here and below.
pub const SCANS: &[&str] = &[
    "id",
    "project_name",
    "commit_sha",
    "timestamp",
    "reference_id",
    "status",
    "source_platform",
    "repo_url",
    "branch",
    "tool",
    "tool_version",
    "series",
    "results",
    "inserted",
    "unchanged",
    "moved",
    "absent",
    "suppressed",
];

/// The columns of `triage.findings`.
pub const FINDINGS: &[&str] = &[
    "id",
    "scan_id",
    "tool",
    "rule_id",
    "file",
    "line",
    "severity",
    "triage_decision",
    "ai_verdict",
    "ai_confidence",
    "ai_reasoning",
    "remediation_patch",
    "red_team_success",
    "project_name",
    "message",
    "snippet",
    "snippet_line",
    "end_line",
    "kind",
    "help_uri",
    "cve_ids",
    "tags",
    "suppressed",
    "suppression",
    "fingerprint",
    "occurrence",
    "state",
    "first_scan_id",
    "first_seen_at",
    "last_seen_at",
    "resolved_at",
    "regressed_at",
    "version",
    "decided_by",
];

/// The columns of `triage.sightings`.
pub const SIGHTINGS: &[&str] = &["finding_id", "scan_id", "outcome", "file", "line"];

/// The columns of `triage.feedbacks`.
pub const FEEDBACKS: &[&str] = &[
    "id",
    "finding_id",
    "user_verdict",
    "comments",
    "timestamp",
    "kind",
    "retracts",
    "actor",
    "scan_id",
    "finding_version",
];

/// The rows that stand in the database already, by the highest id of each table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct After {
    /// Of `triage.scans`.
    pub scan: i64,
    /// Of `triage.findings`.
    pub finding: i64,
    /// Of `triage.feedbacks`.
    pub feedback: i64,
}

impl History {
    /// Moves all rows behind those of `after`: every id, and every cell that refers to one.
    pub fn move_behind(&mut self, after: After) {
        let After { scan, finding, feedback } = after;
        self.scans.add(&[("id", scan)]);
        self.findings.add(&[
            ("id", finding),
            ("scan_id", scan),
            ("first_scan_id", scan),
            ("decided_by", feedback),
        ]);
        self.sightings.add(&[("finding_id", finding), ("scan_id", scan)]);
        self.feedbacks.add(&[
            ("id", feedback),
            ("finding_id", finding),
            ("retracts", feedback),
            ("scan_id", scan),
        ]);
    }

    /// Gives all repositories another owner.
    pub fn move_to(&mut self, owner: &str) {
        let moved = |text: &str, before: &str| {
            let repo = text.strip_prefix(before)?.split_once('/')?.1;
            Some(format!("{before}{owner}/{repo}"))
        };
        self.scans.change("project_name", |cell| moved(cell, ""));
        self.findings.change("project_name", |cell| moved(cell, ""));
        self.scans.change("repo_url", |cell| moved(cell, "https://github.acme.example/"));
    }

    /// The tables, in the order in which they are listed and loaded.
    pub fn tables(&self) -> [&Table; 4] {
        [&self.scans, &self.findings, &self.sightings, &self.feedbacks]
    }

    /// The digest over everything: SHA-256 over `NS("attestor/history/v1")` and, for each table,
    /// `NS(name) NS(count) NS(digest)`, where NS is a netstring.
    pub fn digest(&self) -> String {
        let mut listing = Vec::new();
        netstring(&mut listing, b"attestor/history/v1");
        for table in self.tables() {
            netstring(&mut listing, table.name.as_bytes());
            netstring(&mut listing, table.rows.len().to_string().as_bytes());
            netstring(&mut listing, table.digest().as_bytes());
        }
        hex(&Sha256::digest(&listing))
    }
}

impl Table {
    fn add(&mut self, columns: &[(&str, i64)]) {
        for (column, shift) in columns {
            self.change(column, |cell| Some((cell.parse::<i64>().ok()? + shift).to_string()));
        }
    }

    /// Changes each cell of a column that is not NULL to what `change` makes of it, if anything.
    fn change(&mut self, column: &str, change: impl Fn(&str) -> Option<String>) {
        let Some(at) = self.columns.iter().position(|name| *name == column) else { return };
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(at)?.as_mut()) {
            if let Some(changed) = change(cell) {
                *cell = changed;
            }
        }
    }

    /// The digest of the table: SHA-256 over `NS(name)`, an `NS` of the concatenated `NS` of the columns'
    /// names, and for each row in the order of its key an `NS` of its concatenated cells: `NS(text)`, or
    /// `-,` for NULL.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let (mut part, mut row_text) = (Vec::new(), Vec::new());
        netstring(&mut part, self.name.as_bytes());
        for column in self.columns {
            netstring(&mut row_text, column.as_bytes());
        }
        netstring(&mut part, &row_text);
        hash.update(&part);
        for row in &self.rows {
            part.clear();
            row_text.clear();
            for cell in row {
                match cell {
                    Some(text) => netstring(&mut row_text, text.as_bytes()),
                    None => row_text.extend_from_slice(b"-,"),
                }
            }
            netstring(&mut part, &row_text);
            hash.update(&part);
        }
        hex(&hash.finalize())
    }

    /// The rows from column `from` up to `until`, as COPY reads them.
    pub fn copy_text(&self, from: usize, until: usize) -> String {
        let mut text = String::new();
        for row in &self.rows {
            for (i, cell) in row[from..until].iter().enumerate() {
                if i > 0 {
                    text.push('\t');
                }
                let Some(cell) = cell else {
                    text.push_str("\\N");
                    continue;
                };
                for c in cell.chars() {
                    match c {
                        '\\' => text.push_str("\\\\"),
                        '\n' => text.push_str("\\n"),
                        '\r' => text.push_str("\\r"),
                        '\t' => text.push_str("\\t"),
                        c => text.push(c),
                    }
                }
            }
            text.push('\n');
        }
        text
    }
}

/// The cell of a time.
pub fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The cell of a list of words that need no quotes, as PostgreSQL prints it.
pub fn list(words: &[String]) -> String {
    format!("{{{}}}", words.join(","))
}

fn netstring(into: &mut Vec<u8>, bytes: &[u8]) {
    into.extend_from_slice(bytes.len().to_string().as_bytes());
    into.push(b':');
    into.extend_from_slice(bytes);
    into.push(b',');
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
