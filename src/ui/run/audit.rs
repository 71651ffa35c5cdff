//! Work on the chain that is begun from the console: verifying, reporting, proving, exporting, sealing.

use crate::audit::actions::{self, Known, Outcome, Request as Sealing, gather, seal};
use crate::audit::export::name::Which;
use crate::audit::jobs::export::{ExportRequest, State, export};
use crate::audit::jobs::report::{Made, ReportRequest, SAMPLE_USUAL, make};
use crate::audit::jobs::{Recorded, Request, Since, verify, verify_recorded};
use crate::audit::kept::{self, Readers, Unfinished};
use crate::audit::report::Form;
use crate::audit::signer::Signer;
use crate::audit::store::fields::FIELDS;
use crate::audit::trust::TrustFolder;
use crate::audit::verify::report::Scope;
use crate::config::AuditSettings;
use crate::config::origin::state_folder;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::filter;
use crate::ids::{ChainId, DeedKey, EntrySeq};
use crate::jobs::Job;
use crate::text::{counted, plural, visible};
use crate::triage::store::findings::Count;
use crate::ui::app::JobDone;
use crate::ui::screen::Tone;
use crate::ui::screens::audit::ordering::Order;
use crate::ui::screens::audit::standing::{Verified, Worth};
use chrono::{NaiveDate, Utc};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Verifies the chain, held against what is trusted here. A chain that is broken is what it found, and no
/// failure.
pub(super) fn verification(db: Db, settings: AuditSettings, scope: Scope) -> Job<JobDone> {
    Job::start("the verification", move |context| async move {
        let (folder, known, mut request) = against(&db, &settings).await?;
        // As a run that others see, and with its entries in the chain, where the login may. One in part is
        // no run: it never takes the place of a full one.
        let Recorded { report, record } = match scope {
            Scope::Full => verify_recorded(&db, &request, &context).await?,
            Scope::Incremental => {
                let since = Since::newest(&db, known.as_ref().map(|known| &known.evidence)).await?;
                request.since = Some(since);
                let report = verify(&db, &request, &context).await?;
                Recorded { report, record: Err(Error::new(Kind::Denied, "it was not to be recorded")) }
            }
        };
        let mut unpinned = match record {
            Err(error) if error.kind() != Kind::Denied => "; it was not recorded",
            _ => "",
        };
        // The verdict stands, whether or not it can be remembered.
        if known.is_some_and(|known| known.pin(&report, &folder).is_err()) {
            unpinned = "; the checkpoint could not be pinned";
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

/// What the chain is held against: where that is kept, what is known, and the request that says so.
async fn against(db: &Db, settings: &AuditSettings) -> Result<(TrustFolder, Option<Known>, Request)> {
    let folder = TrustFolder::below(&state_folder()?);
    let origin = origin(settings)?;
    let known = gather(db, &folder, origin.as_ref().map(ChainId::as_str), &settings.places).await?;
    let request = Request::held_against(origin, known.as_ref().map(|known| &known.evidence));
    Ok((folder, known, request))
}

/// Makes a compliance report: filed in the database where the login may, and a file where one is named.
pub(super) fn report(db: Db, settings: AuditSettings, order: Order) -> Job<JobDone> {
    Job::start("the report", move |context| async move {
        let file = match &order.file {
            Some(path) => Some((path, fresh(path)?, Form::of_file(path).unwrap_or(Form::Json))),
            None => None,
        };
        let filter = filter::parse(&order.query, &FIELDS).map_err(|error| error.in_text(&order.query))?;
        let request = ReportRequest {
            report_type: order.report_type,
            from: order.from,
            to: order.to,
            filter,
            query: order.query,
            seed: DeedKey::fresh().to_string(),
            sample: SAMPLE_USUAL,
        };
        let (_, _, against) = against(&db, &settings).await?;
        let Made { report, filed, record } = make(&db, &request, &against, order.key, &context).await?;
        let mut told = match (record, &file) {
            (Ok(recorded), _) => format!("report {} is filed, w opens its sample", recorded.id),
            // The file is all that there will be of it.
            (Err(error), Some(_)) if error.kind() == Kind::Denied => {
                "not filed, the login may not".to_owned()
            }
            (Err(error), _) => return Err(error),
        };
        let entries = entries(report.population.entries);
        told.push_str(&format!("; {entries}, chain {}", visible(&report.chain.verdict)));
        if let Some((path, mut unfinished, form)) = file {
            unfinished.write(form.text(&report, &filed).as_bytes())?;
            unfinished.finish(Readers::Everyone)?;
            told.push_str(&format!("; {}", kept::shown(path)));
        }
        let tone = if report.chain.breaks > 0 { Tone::Bad } else { Tone::Good };
        Ok(JobDone { told, tone, report: None })
    })
}

/// A file at a path where there is none yet. That it can be written is known before the work is begun.
fn fresh(path: &Path) -> Result<Unfinished> {
    if path.try_exists()? {
        let what = format!("{} is there already", kept::shown(path));
        return Err(Error::new(Kind::Usage, what).hint("name another file"));
    }
    Unfinished::begin(path)
}

/// Writes the proof of an entry to a file that is not there yet.
pub(super) fn proof(db: Db, settings: AuditSettings, seq: EntrySeq, path: PathBuf) -> Job<JobDone> {
    Job::start("the proof", move |_| async move {
        let mut file = fresh(&path)?;
        let folder = TrustFolder::below(&state_folder()?);
        match actions::prove(&db, &folder, &settings.places, seq).await? {
            Ok(proof) => {
                let text = serde_json::to_string_pretty(&proof).map_err(std::io::Error::other)? + "\n";
                file.write(text.as_bytes())?;
                file.finish(Readers::Everyone)?;
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
        let entries = entries(made.entries);
        let told = format!("{}: {entries}, {verdict}{signed}{state}", visible(&made.file));
        let tone = if made.found_something() { Tone::Bad } else { Tone::Good };
        Ok(JobDone { told, tone, report: None })
    })
}

/// Seals the chain as it stands, with the key that the configuration names.
pub(super) fn checkpoint(db: Db, settings: AuditSettings, key: DeedKey) -> Job<JobDone> {
    Job::start("the checkpoint", move |context| async move {
        let signer = signer(&settings).await?;
        let folder = TrustFolder::below(&state_folder()?);
        let request =
            Sealing { signer: &signer, key, places: &settings.places, folder: &folder, now: Utc::now() };
        match seal(&db, &request, &context).await? {
            Outcome::Sealed(sealed) => {
                let size = entries(sealed.believed.signed.size);
                let head = if sealed.is_new { "sealed" } else { "sealed already, published again:" };
                let places = match settings.places.len() {
                    0 => "kept in the database alone: [audit] names no place outside of it".to_owned(),
                    places => format!("published in {}", counted(places, "place")),
                };
                Ok(JobDone::well(format!("{head} {size}, {places}")))
            }
            Outcome::Refused(breaks) => {
                let first = breaks.first().map_or("", |found| found.kind.word());
                let told = format!("refused, nothing was signed: {first}; v tells the rest");
                Ok(JobDone { told, tone: Tone::Bad, report: None })
            }
        }
    })
}

/// The key that seals: the one that is configured, else the only one of an ssh-agent.
async fn signer(settings: &AuditSettings) -> Result<Signer> {
    let found = Signer::find(settings.key.as_deref(), settings.agent.as_deref(), refuse).await;
    found.map_err(|error| match (&settings.key, error.kind()) {
        (None, Kind::Configuration) => {
            error.hint("name one as key below [audit] in config.toml, or start an ssh-agent that has one")
        }
        _ => error,
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

/// So many entries, as the console shows numbers.
fn entries(count: u64) -> String {
    format!("{} {}", Count::Exactly(count), plural(&count, "entry"))
}
