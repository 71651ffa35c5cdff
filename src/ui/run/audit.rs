//! Work on the chain that is begun from the console: verifying, proving, sealing.

use crate::audit::actions::{self, Outcome, Request as Sealing, gather, seal};
use crate::audit::export::name::Which;
use crate::audit::jobs::export::{ExportRequest, State, export};
use crate::audit::jobs::{Recorded, Request, verify_recorded};
use crate::audit::kept::{self, Readers};
use crate::audit::signer::Signer;
use crate::audit::trust::TrustFolder;
use crate::config::AuditSettings;
use crate::config::origin::state_folder;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{ChainId, DeedKey, EntrySeq};
use crate::jobs::Job;
use crate::text::visible;
use crate::triage::store::findings::Count;
use crate::ui::app::JobDone;
use crate::ui::screen::Tone;
use crate::ui::screens::audit::standing::{Verified, Worth};
use chrono::{NaiveDate, Utc};
use std::path::PathBuf;
use std::sync::Arc;

/// Verifies the whole chain, held against what is trusted here. A chain that is broken is what it found,
/// and no failure.
pub(super) fn verification(db: Db, settings: AuditSettings) -> Job<JobDone> {
    Job::start("the verification", move |context| async move {
        let folder = TrustFolder::below(&state_folder()?);
        let origin = origin(&settings)?;
        let known = gather(&db, &folder, origin.as_ref().map(ChainId::as_str), &settings.places).await?;
        let request = Request::held_against(origin, known.as_ref().map(|known| &known.evidence));
        // As a run that others see, and with its entries in the chain, where the login may.
        let Recorded { report, record } = verify_recorded(&db, &request, &context).await?;
        let mut unpinned = match record {
            Err(error) if error.kind() != Kind::Denied => "; it was not recorded",
            _ => "",
        };
        if let Some(known) = &known {
            // The verdict stands, whether or not it can be remembered.
            if known.pin(&report, &folder).is_err() {
                unpinned = "; the checkpoint could not be pinned";
            }
        }
        let verified = Verified::new(Arc::new(report), Utc::now());
        let tone = match verified.worth(verified.at) {
            Worth::Anchored => Tone::Good,
            Worth::InItself | Worth::Little => Tone::Plain,
            Worth::Broken => Tone::Bad,
        };
        let told = format!("{}{unpinned}", verified.verdict_in_words());
        Ok(JobDone { told, tone, report: Some(verified.report) })
    })
}

/// Writes the proof of an entry to a file that is not there yet.
pub(super) fn proof(db: Db, settings: AuditSettings, seq: EntrySeq, path: PathBuf) -> Job<JobDone> {
    Job::start("the proof", move |_| async move {
        if path.try_exists()? {
            let what = format!("{} is there already", kept::shown(&path));
            return Err(Error::new(Kind::Usage, what).hint("name another file"));
        }
        let folder = TrustFolder::below(&state_folder()?);
        match actions::prove(&db, &folder, &settings.places, seq).await? {
            Ok(proof) => {
                let text = serde_json::to_string_pretty(&proof).map_err(std::io::Error::other)? + "\n";
                kept::put(&path, text.as_bytes(), Readers::Everyone)?;
                let size = Count::Exactly(proof.tree_size);
                Ok(JobDone::well(format!("{}, by the checkpoint over {size}", kept::shown(&path))))
            }
            Err(why) => {
                let told = format!("{}: {}; nothing was written", why.word(), visible(&why.to_string()));
                Ok(JobDone { told, tone: Tone::Bad, report: None })
            }
        }
    })
}

/// Exports the entries of a day; signed where the configuration names a key.
pub(super) fn day(db: Db, settings: AuditSettings, day: NaiveDate, folder: PathBuf) -> Job<JobDone> {
    Job::start("the export", move |context| async move {
        if !folder.is_dir() {
            let what = format!("{} is no folder", kept::shown(&folder));
            return Err(Error::new(Kind::Usage, what).hint("make it first, or name another"));
        }
        let signer = match &settings.key {
            Some(key) => {
                Some(Arc::new(Signer::find(Some(key.as_str()), settings.agent.as_deref(), refuse).await?))
            }
            None => None,
        };
        let trust = TrustFolder::below(&state_folder()?);
        let request =
            ExportRequest { which: Which::Day(day), folder, signer, trust, places: settings.places };
        let made = export(&db, &request, &context).await?;
        let state = match made.state {
            State::Made => "",
            State::MadeUnrecorded => ", not written down: the login may not",
            State::Same => ", made before with the same bytes",
            State::Differs => ", which differs from what was exported before",
        };
        let signed = if made.signed { ", signed" } else { "" };
        let verdict = visible(&made.verdict).into_owned();
        let entries = Count::Exactly(made.entries);
        let told = format!("{}: {entries} entries, {verdict}{signed}{state}", visible(&made.file));
        let tone = if made.found_something() { Tone::Bad } else { Tone::Good };
        Ok(JobDone { told, tone, report: None })
    })
}

/// Seals the chain as it stands, with the key that the configuration names.
pub(super) fn checkpoint(db: Db, settings: AuditSettings, key: DeedKey) -> Job<JobDone> {
    Job::start("the checkpoint", move |context| async move {
        let signer = Signer::find(settings.key.as_deref(), settings.agent.as_deref(), refuse).await?;
        let folder = TrustFolder::below(&state_folder()?);
        let request =
            Sealing { signer: &signer, key, places: &settings.places, folder: &folder, now: Utc::now() };
        match seal(&db, &request, &context).await? {
            Outcome::Sealed(sealed) => {
                let size = Count::Exactly(sealed.believed.signed.size);
                let head = if sealed.is_new { "sealed" } else { "sealed already, published again:" };
                Ok(JobDone::well(format!("{head} {size} entries, in {} places", settings.places.len())))
            }
            Outcome::Refused(breaks) => {
                let first = breaks.first().map_or("", |found| found.kind.word());
                let told = format!("refused, nothing was signed: {first}; v tells the rest");
                Ok(JobDone { told, tone: Tone::Bad, report: None })
            }
        }
    })
}

fn origin(settings: &AuditSettings) -> Result<Option<ChainId>> {
    let parsed = settings.origin.as_deref().map(str::parse).transpose();
    parsed.map_err(|why: &str| Error::new(Kind::Configuration, format!("[audit] origin: {why}")))
}

/// The console asks for no passphrase: it would have to keep it off the screen and out of its memory.
fn refuse(file: &str) -> Result<String> {
    Err(Error::new(Kind::Denied, format!("the key file {} has a passphrase", visible(file)))
        .hint("add the key to an ssh-agent, or use attestor audit checkpoint"))
}
