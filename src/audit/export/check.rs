//! Lines held against the chain specification, one after the other, by the verifier itself.

use crate::audit::line::Line;
use crate::audit::verify::row::Row;
use crate::audit::verify::verdict::{Break, Breaks};
use crate::audit::verify::walk::{Walk, Walker};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// Looks at the lines of an export, one after the other.
pub struct Checker {
    walker: Walker,
    framework: Vec<u8>,
}

impl Checker {
    /// No lines so far, of the chain `chain_id`.
    pub fn of_chain(chain_id: &str) -> Self {
        Checker { walker: Walker::new(Walk::new(chain_id)), framework: Vec::new() }
    }

    /// Looks at the next entry as it stands in the database.
    pub fn row(&mut self, row: &Row<'_>) {
        self.walker.push(row);
    }

    /// Looks at the next line.
    pub fn take(&mut self, line: &Line) {
        binary_list(&line.framework, &mut self.framework);
        let row = Row {
            id: Some(line.id),
            seq: Some(line.seq),
            occurred_at: micros(&line.occurred_at),
            category: Some(line.category.as_bytes()),
            event_type: Some(line.event_type.as_bytes()),
            actor: Some(line.actor.as_bytes()),
            actor_type: Some(line.actor_type.as_bytes()),
            db_user: Some(line.db_user.as_bytes()),
            repo_full_name: line.repo_full_name.as_deref().map(str::as_bytes),
            pr_number: line.pr_number,
            commit_sha: line.commit_sha.as_deref().map(str::as_bytes),
            framework: Some(&self.framework),
            control_id: line.control_id.as_deref().map(str::as_bytes),
            chain_id: Some(line.chain_id.as_bytes()),
            payload_alg: Some(line.payload_alg.as_bytes()),
            payload_hash: Some(line.payload_hash.as_bytes()),
            prev_hash: Some(line.prev_hash.as_bytes()),
            entry_hash: Some(line.entry_hash.as_bytes()),
            payload: Some(line.payload_text.as_bytes()),
        };
        self.walker.push(&row);
    }

    /// How many lines there were so far.
    pub fn entries(&self) -> u64 {
        self.walker.entries()
    }

    /// What is known of them, once there are no more.
    pub fn finish(self) -> Checked {
        Checked(self.walker.finish())
    }
}

/// The lines of an export, looked at.
pub struct Checked(Walk);

impl Checked {
    /// Holds the first line against the beginning of the chain, where it is the first entry.
    pub fn begin(&mut self) {
        self.0.begin();
    }

    /// Takes in what was found of the chain around the lines.
    pub fn note(&mut self, found: Break) {
        self.0.note(found);
    }

    /// How many lines there were.
    pub fn entries(&self) -> u64 {
        self.0.entries()
    }

    /// What was found.
    pub fn found(&self) -> &Breaks {
        self.0.breaks()
    }

    /// How many breaks were found.
    pub fn breaks(&self) -> u64 {
        self.found().count()
    }

    /// The verdict, in the words of the chain specification.
    pub fn verdict(&self) -> &'static str {
        let first = self.found().clone().first_ones().into_iter().next();
        match first {
            Some(Break { kind, .. }) => kind.word(),
            None if self.entries() == 0 => "EMPTY",
            None => "VERIFIED",
        }
    }
}

/// The time in the microseconds that PostgreSQL counts; none for what is not written as exports write it.
fn micros(text: &str) -> Option<i64> {
    let time: DateTime<Utc> = text.parse().ok()?;
    // One text for one time: an offset, or fewer digits, would be another text under the same hash.
    if time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string() != text || !(1..=9999).contains(&time.year()) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1)?.and_hms_opt(0, 0, 0)?.and_utc();
    (time - epoch).num_microseconds()
}

/// A list of texts in the binary form that the verifier reads.
fn binary_list(elements: &[String], out: &mut Vec<u8>) {
    const TEXT_OID: i32 = 25;
    let size = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    out.clear();
    if elements.is_empty() {
        out.extend([0, 0, TEXT_OID].iter().flat_map(|word| word.to_be_bytes()));
        return;
    }
    out.extend([1, 0, TEXT_OID, size(elements.len()), 1].iter().flat_map(|word| word.to_be_bytes()));
    for element in elements {
        out.extend(size(element.len()).to_be_bytes());
        out.extend(element.as_bytes());
    }
}
