//! An export: streamed from one snapshot into files that appear whole.

use crate::audit::export::check::Checked;
use crate::audit::export::line::Line;
use crate::audit::export::manifest::{Covering, Manifest, Period, SCHEMA};
use crate::audit::export::name::{Files, Which};
use crate::audit::report::rfc3339;
use crate::audit::store::deeds;
use crate::audit::store::export::{self as store, NewExport};
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::hash::Digest;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::files::{NewFile, Readers, Standing, write_whole};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::JobContext;
use crate::text::visible;
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::Map;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The script that checks exports without this program; it is put beside each of them.
pub const SCRIPT: &str = include_str!("../../../docs/verify_attestor.py");
/// Its name.
pub const SCRIPT_NAME: &str = "verify_attestor.py";

/// How often progress is told.
const TOLD_EVERY: u64 = 1_000;
/// How many bytes are gathered before they are hashed and written.
const BLOCK_BYTES: usize = 1 << 16;

/// What is exported, and whereto.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// Which entries.
    pub which: Which,
    /// The folder of the files.
    pub folder: PathBuf,
}

/// What became of an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Export {
    /// Its file.
    pub file: String,
    /// The day, where it is one.
    pub date: Option<NaiveDate>,
    /// The first entry.
    pub first_seq: Option<EntrySeq>,
    /// The last entry.
    pub last_seq: Option<EntrySeq>,
    /// How many entries there are.
    pub entries: u64,
    /// The SHA-256 of the file.
    pub sha256: String,
    /// Whether it is signed.
    pub signed: bool,
    /// The size of the checkpoint that covers it.
    pub checkpoint: Option<u64>,
    /// What the entries were found to be.
    pub verdict: String,
    /// How many breaks were found.
    pub breaks: u64,
    /// What was done.
    pub state: State,
    /// Its entry in the chain, where one was written.
    pub seq: Option<EntrySeq>,
}

/// What was done for an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was made, and written down.
    Made,
    /// It was made; the login may not write it down.
    MadeUnrecorded,
    /// It was made before, and holds the same bytes.
    Same,
    /// It was made before, and the entries have changed since.
    Differs,
}

impl State {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            State::Made => "made",
            State::MadeUnrecorded => "made_unrecorded",
            State::Same => "same",
            State::Differs => "differs",
        }
    }
}

impl Export {
    /// Whether the history is not what it should be.
    pub fn found_something(&self) -> bool {
        self.breaks > 0 || self.state == State::Differs
    }
}

/// Who vouches for an export: the checkpoint that covers it, and the signature over its manifest.
///
/// Both come from where keys and checkpoints are known; an export knows neither.
pub trait Vouching {
    /// The newest checkpoint that covers `last`, with the proof for it.
    fn covering(&self, last: EntrySeq) -> impl Future<Output = Result<Option<Covering>>> + Send;
    /// A signature over the manifest; none where nobody was asked to sign.
    fn sign(&self, manifest: &[u8]) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// Makes an export. A day must have ended; asked for again, it must hold the same bytes.
pub async fn export(
    db: &Db,
    request: &ExportRequest,
    vouching: &(impl Vouching + Sync),
    job: &JobContext,
) -> Result<Export> {
    let now = store::server_time(db).await?;
    if let Some((_, end)) = request.which.period() {
        if end > now {
            return Err(Error::new(Kind::Usage, format!("the day ends at {}", rfc3339(end)))
                .hint("a day is exported once it has ended, by the clock of the database, in UTC"));
        }
        // An entry that was stamped before midnight may still be on its way.
        await_appends(db).await?;
    }
    let before = match request.which {
        Which::Nightly(day) => store::nightly(db, day).await?,
        Which::Day(_) | Which::Range(..) => None,
    };
    let files = Files::of(request.which, &request.folder);
    let written = write(db, request.which, &files, job).await?;
    let mut export = Export {
        file: visible(&files.lines.to_string_lossy()).into_owned(),
        date: request.which.day(),
        first_seq: written.bounds.map(|(first, _)| first),
        last_seq: written.bounds.map(|(_, last)| last),
        entries: written.checked.entries(),
        sha256: written.sha256.clone(),
        signed: false,
        checkpoint: None,
        verdict: written.checked.verdict().to_owned(),
        breaks: written.checked.breaks(),
        state: State::Made,
        seq: None,
    };
    if let Some(before) = before {
        let is_same = before.file_hash.as_deref() == Some(export.sha256.as_str());
        export.state = if is_same { State::Same } else { State::Differs };
        if !is_same {
            // The files of the first time are evidence now, and stay as they are.
            return Ok(export);
        }
    }

    let covering = match written.bounds {
        Some((_, last)) => vouching.covering(last).await?,
        None => None,
    };
    export.checkpoint = covering.as_ref().map(|covering| covering.size);
    let note = covering.as_ref().map(|covering| covering.note.clone());
    let manifest = manifest(request.which, &written, &files, covering, now).document();
    let signature = vouching.sign(&manifest).await?;
    export.signed = signature.is_some();
    // Cancelled until here, nothing was done.
    job.check_cancelled()?;
    if export.state == State::Made {
        let new = NewExport {
            which: request.which,
            chain_id: &written.chain_id,
            bounds: written.bounds,
            entries: export.entries,
            file_path: &export.file,
            file_hash: &export.sha256,
            signed: export.signed,
        };
        match record(db, &new, &files).await {
            Ok(seq) => export.seq = Some(seq),
            Err(error) if error.kind() == Kind::Denied => export.state = State::MadeUnrecorded,
            Err(error) => return Err(error),
        }
    }
    publish(written, &files, &manifest, note.as_deref(), signature.as_deref())?;
    Ok(export)
}

/// Writes an export down: its row, and an entry that holds its digest. A night has one key, so that two
/// runs for one night write it down once.
async fn record(db: &Db, new: &NewExport<'_>, files: &Files) -> Result<EntrySeq> {
    let key = match new.which {
        Which::Nightly(day) => {
            let name = format!("{}:nightly:{day}", new.chain_id);
            DeedKey(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
        }
        Which::Day(_) | Which::Range(..) => DeedKey::fresh(),
    };
    settled(db, key, |change: Change| async move {
        let mut change = change;
        if let Some((seq, _)) = deeds::done_before(&mut change).await? {
            return Ok(seq);
        }
        let id = store::keep(&mut change, new).await?;
        let file = files.lines.file_name().map(|name| visible(&name.to_string_lossy()).into_owned());
        let mut payload = Map::new();
        payload.insert("export_id".to_owned(), id.into());
        payload.insert("export_type".to_owned(), new.which.export_type().word().into());
        payload.insert("date_covered".to_owned(), new.which.day().map(|day| day.to_string()).into());
        payload.insert("first_seq".to_owned(), new.bounds.map(|(first, _)| first.0).into());
        payload.insert("last_seq".to_owned(), new.bounds.map(|(_, last)| last.0).into());
        payload.insert("entry_count".to_owned(), new.entries.into());
        payload.insert("file".to_owned(), file.into());
        payload.insert("file_hash".to_owned(), new.file_hash.into());
        payload.insert("signed".to_owned(), new.signed.into());
        change.commit(NewEntry::new(Category::Export, "export.created", payload)).await
    })
    .await
}

/// Brings the files to their places. The manifest comes last: where it stands, all the others do.
fn publish(
    written: Written,
    files: &Files,
    manifest: &[u8],
    note: Option<&str>,
    signature: Option<&str>,
) -> Result<()> {
    let put = |path: &Path, bytes: &[u8]| write_whole(path, bytes, Readers::Everyone, Standing::Replaced);
    let name = files.lines.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    written.file.publish(Standing::Replaced)?;
    put(&files.digest, format!("{}  {name}\n", written.sha256).as_bytes())?;
    put(&files.lines.with_file_name(SCRIPT_NAME), SCRIPT.as_bytes())?;
    for (path, text) in [(&files.checkpoint, note), (&files.signature, signature)] {
        match text {
            Some(text) => put(path, text.as_bytes())?,
            // One that stands there from before vouches for something else.
            None => remove(path)?,
        }
    }
    put(&files.manifest, manifest)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

async fn await_appends(db: &Db) -> Result<()> {
    match store::await_appends(db).await {
        // Who may only read, or reads from a standby, sees what has arrived.
        Err(error) if error.kind() == Kind::Denied => Ok(()),
        result => result,
    }
}

/// What was streamed, not yet in its place.
struct Written {
    file: NewFile,
    chain_id: String,
    bounds: Option<(EntrySeq, EntrySeq)>,
    first_prev_hash: Option<String>,
    last_entry_hash: Option<String>,
    checked: Checked,
    sha256: String,
}

async fn write(db: &Db, which: Which, files: &Files, job: &JobContext) -> Result<Written> {
    let mut snapshot = db.read().begin_with("begin isolation level repeatable read read only").await?;
    // A day of many millions of entries takes longer than a list may.
    sqlx::raw_sql("set local statement_timeout = 0").execute(&mut *snapshot).await?;
    let chain_id = crate::audit::store::chain_id(&mut snapshot).await?;
    let bounds = store::bounds(&mut snapshot, which).await?;
    let mut file = NewFile::create(&files.lines, Readers::Everyone)?;
    let mut hash = Sha256::new();
    let mut checked = Checked::of_chain(&chain_id);
    let (mut first_prev_hash, mut last_entry_hash) = (None, None);
    if let Some((first, last)) = bounds {
        let total = last.0.abs_diff(first.0) + 1;
        let mut lines = store::lines(&mut snapshot, first, last);
        let mut block = Vec::with_capacity(2 * BLOCK_BYTES);
        while let Some(line) = lines.try_next().await? {
            take(&line, &mut checked, &mut block)?;
            first_prev_hash.get_or_insert_with(|| line.prev_hash.clone());
            last_entry_hash = Some(line.entry_hash);
            if block.len() >= BLOCK_BYTES {
                hash.update(&block);
                file.write_all(&block)?;
                block.clear();
            }
            if checked.entries().is_multiple_of(TOLD_EVERY) {
                job.check_cancelled()?;
                job.report("exporting", checked.entries(), Some(total));
            }
        }
        hash.update(&block);
        file.write_all(&block)?;
    }
    snapshot.rollback().await?;
    let sha256 = Digest(hash.finalize().into()).to_string();
    Ok(Written { file, chain_id, bounds, first_prev_hash, last_entry_hash, checked, sha256 })
}

fn take(line: &Line, checked: &mut Checked, block: &mut Vec<u8>) -> Result<()> {
    checked.take(line);
    line.write(block)
}

fn manifest(
    which: Which,
    written: &Written,
    files: &Files,
    checkpoint: Option<Covering>,
    now: DateTime<Utc>,
) -> Manifest {
    let name = files.lines.file_name().map(|name| name.to_string_lossy().into_owned());
    Manifest {
        schema: SCHEMA.to_owned(),
        chain_id: written.chain_id.clone(),
        profile: "attestor/v1".to_owned(),
        export_type: which.export_type().word().to_owned(),
        period: which.period().map(|(from, to)| Period { from: rfc3339(from), to: rfc3339(to) }),
        query: which.query(),
        entries: written.checked.entries(),
        first_seq: written.bounds.map(|(first, _)| first.0),
        last_seq: written.bounds.map(|(_, last)| last.0),
        first_prev_hash: written.first_prev_hash.clone(),
        last_entry_hash: written.last_entry_hash.clone(),
        file: name.unwrap_or_default(),
        sha256: written.sha256.clone(),
        verdict: written.checked.verdict().to_owned(),
        breaks: written.checked.breaks(),
        checkpoint,
        generated_at: rfc3339(now),
        tool: concat!("attestor ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}
