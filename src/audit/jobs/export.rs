//! An export: streamed from one snapshot into files that appear whole.

mod stream;

use crate::audit::actions::prove;
use crate::audit::export::manifest::{Covering, Manifest, Period, SCHEMA};
use crate::audit::export::name::{Files, Which};
use crate::audit::kept::{Readers, put};
use crate::audit::line::Line;
use crate::audit::proof::Proof;
use crate::audit::report::rfc3339;
use crate::audit::signer::Signer;
use crate::audit::sshsig;
use crate::audit::store::deeds;
use crate::audit::store::export::{self as store, NewExport};
use crate::audit::trust::TrustFolder;
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::JobContext;
use crate::text::visible;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Map;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stream::{Written, write};
use uuid::Uuid;

/// The script that checks exports without this program; it is put beside each of them.
pub const SCRIPT: &str = include_str!("../../../docs/verify_attestor.py");
/// Its name.
pub const SCRIPT_NAME: &str = "verify_attestor.py";

/// What is exported, and whereto.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// Which entries.
    pub which: Which,
    /// The folder of the files.
    pub folder: PathBuf,
    /// Who signs the manifest; nobody, where it is none.
    pub signer: Option<Arc<Signer>>,
    /// What is trusted on this side.
    pub trust: TrustFolder,
    /// Where checkpoints lie, besides the database.
    pub places: Vec<PathBuf>,
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
    /// Why the checkpoint that should cover it does not.
    pub unproved: Option<String>,
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
    fn of(which: Which, files: &Files, written: &Written) -> Export {
        Export {
            file: visible(&files.lines.to_string_lossy()).into_owned(),
            date: which.day(),
            first_seq: written.bounds().map(|(first, _)| first),
            last_seq: written.bounds().map(|(_, last)| last),
            entries: written.checked.entries(),
            sha256: written.sha256.clone(),
            signed: false,
            checkpoint: None,
            unproved: None,
            verdict: written.checked.verdict().to_owned(),
            breaks: written.checked.breaks(),
            state: State::Made,
            seq: None,
        }
    }

    /// Whether the history is not what it should be.
    pub fn found_something(&self) -> bool {
        self.breaks > 0 || self.unproved.is_some() || self.state == State::Differs
    }
}

/// Makes an export. A day must have ended; asked for again, it must hold the same bytes.
pub async fn export(db: &Db, request: &ExportRequest, job: &JobContext) -> Result<Export> {
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
    let mut export = Export::of(request.which, &files, &written);
    if let Some(before) = before {
        let is_same = before.file_hash.as_deref() == Some(export.sha256.as_str());
        export.state = if is_same { State::Same } else { State::Differs };
        if !is_same {
            // The files of the first time are evidence now, and stay as they are.
            return Ok(export);
        }
    }
    let proof = match &written.last {
        Some(last) => covering(db, request, last, &mut export).await?,
        None => None,
    };
    let manifest = manifest(request.which, &written, &files, proof.as_ref(), now).document();
    let signature = match &request.signer {
        Some(signer) => Some(signer.detached(sshsig::EXPORT, &manifest).await?),
        None => None,
    };
    export.signed = signature.is_some();
    // Cancelled until here, nothing was done.
    job.check_cancelled()?;
    if export.state == State::Made {
        let new = NewExport {
            which: request.which,
            chain_id: &written.chain_id,
            bounds: written.bounds(),
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
    publish(written, &files, &manifest, proof.as_ref(), signature.as_deref())?;
    Ok(export)
}

async fn await_appends(db: &Db) -> Result<()> {
    match store::await_appends(db).await {
        // Who may only read, or reads from a standby, sees what has arrived.
        Err(error) if error.kind() == Kind::Denied => Ok(()),
        result => result,
    }
}

/// The proof of the last entry by the newest checkpoint that covers it, where there is one.
async fn covering(
    db: &Db,
    request: &ExportRequest,
    last: &Line,
    export: &mut Export,
) -> Result<Option<Proof>> {
    let proof = prove(db, &request.trust, &request.places, EntrySeq(last.seq)).await;
    match proof {
        Ok(Ok(proof)) if proof.entry == *last => {
            export.checkpoint = Some(proof.tree_size);
            Ok(Some(proof))
        }
        Ok(Ok(_)) => {
            export.unproved = Some("the last entry changed while it was exported".to_owned());
            Ok(None)
        }
        Ok(Err(why)) => {
            export.unproved = Some(why.to_string());
            Ok(None)
        }
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn manifest(
    which: Which,
    written: &Written,
    files: &Files,
    proof: Option<&Proof>,
    now: DateTime<Utc>,
) -> Manifest {
    Manifest {
        schema: SCHEMA.to_owned(),
        chain_id: written.chain_id.clone(),
        profile: "attestor/v1".to_owned(),
        export_type: which.export_type().word().to_owned(),
        period: which.period().map(|(from, to)| Period { from: rfc3339(from), to: rfc3339(to) }),
        query: which.query(),
        entries: written.checked.entries(),
        first_seq: written.first.as_ref().map(|first| first.seq),
        last_seq: written.last.as_ref().map(|last| last.seq),
        first_prev_hash: written.first.as_ref().map(|first| first.prev_hash.clone()),
        last_entry_hash: written.last.as_ref().map(|last| last.entry_hash.clone()),
        file: name_of(&files.lines),
        sha256: written.sha256.clone(),
        verdict: written.checked.verdict().to_owned(),
        breaks: written.checked.breaks(),
        checkpoint: proof.map(|proof| Covering {
            proof: name_of(&files.proof),
            size: proof.tree_size,
            root: proof.root.clone(),
        }),
        generated_at: rfc3339(now),
        tool: concat!("attestor ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| visible(&name.to_string_lossy()).into_owned()).unwrap_or_default()
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
        let mut payload = Map::new();
        payload.insert("export_id".to_owned(), id.into());
        payload.insert("export_type".to_owned(), new.which.export_type().word().into());
        payload.insert("date_covered".to_owned(), new.which.day().map(|day| day.to_string()).into());
        payload.insert("first_seq".to_owned(), new.bounds.map(|(first, _)| first.0).into());
        payload.insert("last_seq".to_owned(), new.bounds.map(|(_, last)| last.0).into());
        payload.insert("entry_count".to_owned(), new.entries.into());
        payload.insert("file".to_owned(), name_of(&files.lines).into());
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
    proof: Option<&Proof>,
    signature: Option<&str>,
) -> Result<()> {
    written.file.finish(Readers::Everyone)?;
    let digest = format!("{}  {}\n", written.sha256, name_of(&files.lines));
    put(&files.digest, digest.as_bytes(), Readers::Everyone)?;
    put(&files.lines.with_file_name(SCRIPT_NAME), SCRIPT.as_bytes(), Readers::Everyone)?;
    let proof = proof.map(serde_json::to_string_pretty).transpose().map_err(io::Error::other)?;
    for (path, text) in [(&files.proof, proof.as_deref()), (&files.signature, signature)] {
        match text {
            Some(text) => put(path, text.as_bytes(), Readers::Everyone)?,
            // One that stands there from before vouches for something else.
            None => remove(path)?,
        }
    }
    put(&files.manifest, manifest, Readers::Everyone)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
