//! The entries of an export on their way into its file.

use super::Which;
use crate::audit::actions::own_name;
use crate::audit::export::check::{Checked, Checker};
use crate::audit::export::name::Files;
use crate::audit::kept::Unfinished;
use crate::audit::line::Line;
use crate::audit::store::day::Found;
use crate::audit::store::export as store;
use crate::audit::store::rows;
use crate::audit::verify::row::Row;
use crate::audit::verify::usual::Usual;
use crate::audit::verify::verdict::{Break, Kind as Broken};
use crate::chain::hash::Digest;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::jobs::JobContext;
use sha2::{Digest as _, Sha256};
use std::io;

/// How many entries are read at once; progress is told after each such piece.
const PIECE_ENTRIES: i64 = 20_000;
/// How many bytes are gathered before they are hashed and written.
const BLOCK_BYTES: usize = 1 << 16;
/// What is told where a day has no edges.
const BACKWARDS: &str = "times of the chain run backwards: the day was looked for in all of it";

/// What was streamed, not yet in its place.
pub(super) struct Written {
    pub file: Unfinished,
    pub chain_id: String,
    pub first: Option<Line>,
    pub last: Option<Line>,
    pub checked: Checked,
    pub sha256: String,
}

impl Written {
    /// The first and the last entry.
    pub fn bounds(&self) -> Option<(EntrySeq, EntrySeq)> {
        let (first, last) = self.first.as_ref().zip(self.last.as_ref())?;
        Some((EntrySeq(first.seq), EntrySeq(last.seq)))
    }
}

pub(super) async fn write(db: &Db, which: Which, files: &Files, job: &JobContext) -> Result<Written> {
    let mut snapshot = db.snapshot().await?;
    let chain_id = own_name(&mut snapshot).await?;
    let place = store::place(&mut snapshot, which).await?;
    let usual = Usual::of(&chain_id);
    let mut stream = Stream {
        file: Unfinished::begin(&files.lines)?,
        hash: Sha256::new(),
        checker: Checker::of_chain(&chain_id),
        block: Vec::with_capacity(2 * BLOCK_BYTES),
        first: None,
        last: None,
    };
    let mut rest = place.ends;
    // In pieces, so that a cancelled export ends soon.
    while let Some((from, last)) = rest {
        job.check_cancelled()?;
        let to = last.min(from.saturating_add(PIECE_ENTRIES - 1));
        let before = stream.checker.entries();
        let mut failure = None;
        rows::each(&mut snapshot, &usual, from..=to, |row| {
            if failure.is_none() {
                failure = stream.take(row).err();
            }
        })
        .await?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let entries = stream.checker.entries();
        job.report("exporting", entries, place.ends.map(|(first, last)| last.abs_diff(first) + 1));
        rest = match to.checked_add(1).filter(|next| *next <= last) {
            // Where nothing stands, nobody counts from one end of it to the other.
            Some(next) if entries == before => {
                rows::next(&mut snapshot, next).await?.map(|next| (next, last))
            }
            Some(next) => Some((next, last)),
            None => None,
        };
    }
    let Stream { mut file, mut hash, checker, block, first, last } = stream;
    hash.update(&block);
    file.write(&block)?;
    let mut checked = checker.finish();
    if first.as_ref().is_some_and(|first| first.seq == 1) {
        checked.begin();
    }
    if place.found == Found::ByReading {
        checked.note(Break::nowhere(Broken::TimeRegression, BACKWARDS));
    }
    let sha256 = Digest(hash.finalize().into()).to_string();
    Ok(Written { file, chain_id, first, last, checked, sha256 })
}

/// The file on its way to the disk.
struct Stream {
    file: Unfinished,
    hash: Sha256,
    checker: Checker,
    block: Vec<u8>,
    first: Option<Line>,
    last: Option<Line>,
}

impl Stream {
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        self.checker.row(row);
        let line = Line::of(row).ok_or_else(|| {
            let seq = row.seq.unwrap_or_default();
            Error::new(Kind::Failed, format!("the row {seq} can be no entry, and is not exported"))
                .hint("attestor audit verify says what is wrong with it")
        })?;
        line.write(&mut self.block).map_err(io::Error::other)?;
        self.first.get_or_insert_with(|| line.clone());
        self.last = Some(line);
        if self.block.len() >= BLOCK_BYTES {
            self.hash.update(&self.block);
            self.file.write(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }
}
