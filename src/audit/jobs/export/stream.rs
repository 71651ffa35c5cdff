//! The entries of an export on their way into its file.

use super::Which;
use crate::audit::actions::own_name;
use crate::audit::export::check::Checked;
use crate::audit::export::name::Files;
use crate::audit::kept::Unfinished;
use crate::audit::line::Line;
use crate::audit::store::export as store;
use crate::audit::store::rows;
use crate::audit::verify::row::Row;
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

/// What was streamed, not yet in its place.
pub(super) struct Written {
    pub file: Unfinished,
    pub chain_id: String,
    pub bounds: Option<(EntrySeq, EntrySeq)>,
    pub first_prev_hash: Option<String>,
    pub last: Option<Line>,
    pub checked: Checked,
    pub sha256: String,
}

pub(super) async fn write(db: &Db, which: Which, files: &Files, job: &JobContext) -> Result<Written> {
    let mut snapshot = db.snapshot().await?;
    let chain_id = own_name(&mut snapshot).await?;
    let bounds = store::bounds(&mut snapshot, which).await?;
    let mut stream = Stream {
        file: Unfinished::begin(&files.lines)?,
        hash: Sha256::new(),
        checked: Checked::of_chain(&chain_id),
        block: Vec::with_capacity(2 * BLOCK_BYTES),
        first_prev_hash: None,
        last: None,
    };
    if let Some((first, last)) = bounds {
        // In pieces, so that a cancelled export ends soon.
        let mut from = first.0;
        while from <= last.0 {
            job.check_cancelled()?;
            let to = last.0.min(from.saturating_add(PIECE_ENTRIES - 1));
            let mut failure = None;
            rows::each(&mut snapshot, from..=to, |row| {
                if failure.is_none() {
                    failure = stream.take(row).err();
                }
            })
            .await?;
            if let Some(failure) = failure {
                return Err(failure);
            }
            job.report("exporting", stream.checked.entries(), Some(last.0.abs_diff(first.0) + 1));
            from = to + 1;
        }
    }
    let Stream { mut file, mut hash, mut checked, block, first_prev_hash, last } = stream;
    hash.update(&block);
    file.write(&block)?;
    if bounds.is_some_and(|(first, _)| first.0 == 1) {
        checked.begin();
    }
    let sha256 = Digest(hash.finalize().into()).to_string();
    Ok(Written { file, chain_id, bounds, first_prev_hash, last, checked, sha256 })
}

/// The file on its way to the disk.
struct Stream {
    file: Unfinished,
    hash: Sha256,
    checked: Checked,
    block: Vec<u8>,
    first_prev_hash: Option<String>,
    last: Option<Line>,
}

impl Stream {
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        self.checked.row(row);
        let line = Line::of(row).ok_or_else(|| {
            let seq = row.seq.unwrap_or_default();
            Error::new(Kind::Failed, format!("the row {seq} can be no entry, and is not exported"))
                .hint("attestor audit verify says what is wrong with it")
        })?;
        line.write(&mut self.block).map_err(io::Error::other)?;
        self.first_prev_hash.get_or_insert_with(|| line.prev_hash.clone());
        self.last = Some(line);
        if self.block.len() >= BLOCK_BYTES {
            self.hash.update(&self.block);
            self.file.write(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }
}
