//! The intake of EPSS and KEV.

use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::intake::Unreadable;
use crate::intake::input::{Input, in_background_as, open};
use crate::intake::recorded::{hash, recorded};
use crate::intake::text::{Meaning, Text};
use crate::jobs::JobContext;
use crate::operations::run::Identity;
use crate::operations::start::Finished;
use crate::text::SafeText;
use crate::triage::store::threat::{self, Arrival, Destination, NewEdition};
use crate::triage::threat::{Feed, ThreatReport};
use crate::triage::{checks, epss, kev};
use chrono::NaiveDate;
use serde_json::{Map, json};
use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Encoded rows that are sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks that wait for the database.
const CHUNKS_WAITING_MAX: usize = 4;

/// What reading a file to its end tells.
struct Edition {
    date: Option<NaiveDate>,
    model_version: Option<String>,
    rows: u64,
    sha256: String,
}

/// Takes a daily file of EPSS in, with the risks that follow from it, in one transaction with one entry.
///
/// # Errors
/// `UnreadableInput` where the file cannot be read or understood; nothing is written then but its run.
pub async fn import_epss(db: &Db, input: Input, job: &JobContext) -> Result<ThreatReport> {
    let label = input.label();
    let file = open(input, job).await?;
    as_run(db, Feed::Epss, &label, &file, job, async |job: JobContext| {
        take_epss(db, label.clone(), &file, &job).await
    })
    .await
}

/// Does the intake of an edition as a run.
async fn as_run<W, Fut>(
    db: &Db,
    feed: Feed,
    label: &str,
    file: &Arc<File>,
    job: &JobContext,
    work: W,
) -> Result<ThreatReport>
where
    W: Fn(JobContext) -> Fut,
    Fut: Future<Output = Result<ThreatReport>>,
{
    let identity = Identity::of(feed.flow()).given("sha256", hash(file, job).await?);
    let finished = |report: ThreatReport| {
        let counts = [("rows", report.rows), ("changed", report.changed), ("rescored", report.rescored)];
        let checks = checks::of_threat(&report, feed);
        Finished::new(report).counts(counts).checks(checks)
    };
    let (mut report, run) = recorded(db, identity, name(label), job, work, finished).await?;
    report.run_id = run;
    Ok(report)
}

async fn take_epss(db: &Db, label: String, file: &Arc<File>, job: &JobContext) -> Result<ThreatReport> {
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(CHUNKS_WAITING_MAX);
    let read = in_background_as(Meaning::Plain, &label, file, job, "reading", move |mut text| {
        let mut scores = epss::read(&mut text.reader).map_err(unreadable)?;
        let (mut chunk, mut rows) = (Vec::with_capacity(CHUNK_BYTES * 2), 0);
        for score in &mut scores {
            threat::encode(&score.map_err(unreadable)?, &mut chunk);
            rows += 1;
            if chunk.len() >= CHUNK_BYTES {
                let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES * 2));
                // Where the database takes no more, it says why.
                sender.blocking_send(full).map_err(|_| stopped())?;
            }
        }
        if rows == 0 {
            let what = "not an EPSS file: it ends after its header".to_owned();
            return Err(Unreadable { what, hint: "fetch the file again".to_owned() });
        }
        drop(sender.blocking_send(chunk));
        let epss::Edition { date, model_version } = scores.edition.clone();
        drop(scores);
        Ok(Edition { date, model_version, rows, sha256: sha256(text)? })
    });
    let mut arrival = Arrival::open(&mut change).await?;
    // The channel goes with the block: a failure of the database lets the reader stop.
    let put = async move {
        while let Some(chunk) = receiver.recv().await {
            arrival.put(&chunk).await?;
        }
        Ok::<_, Error>(arrival)
    };
    let (read, put) = tokio::join!(read, put);
    let arrival = put?;
    let edition = read?;
    let arrived = arrival.close().await?;
    job.report("comparing", edition.rows, Some(edition.rows));
    let changed = match arrived {
        Destination::Table => edition.rows,
        Destination::Temporary => threat::keep_scores(&mut change).await?,
    };
    finish(change, Feed::Epss, label, edition, changed, job).await
}

/// Takes a catalogue of KEV in, in place of the one that stands, as [`import_epss`] does.
///
/// # Errors
/// As [`import_epss`].
pub async fn import_kev(db: &Db, input: Input, job: &JobContext) -> Result<ThreatReport> {
    let label = input.label();
    let file = open(input, job).await?;
    as_run(db, Feed::Kev, &label, &file, job, async |job: JobContext| {
        take_kev(db, label.clone(), &file, &job).await
    })
    .await
}

async fn take_kev(db: &Db, label: String, file: &Arc<File>, job: &JobContext) -> Result<ThreatReport> {
    let (catalogue, sha256) = in_background_as(Meaning::Plain, &label, file, job, "reading", |mut text| {
        let mut bytes = Vec::new();
        let read = text.reader.by_ref().take(kev::BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|e| cut("KEV catalogue", &e))?;
        if bytes.len() as u64 > kev::BYTES_MAX {
            let what = format!("not a KEV catalogue: larger than {} MiB", kev::BYTES_MAX >> 20);
            return Err(Unreadable { what, hint: "look whether it is the right file".to_owned() });
        }
        let catalogue = kev::read(&bytes).map_err(unreadable)?;
        Ok((catalogue, sha256(text)?))
    })
    .await?;
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    let changed = threat::keep_catalogue(&mut change, &catalogue.rows).await?;
    let kev::Catalogue { date, version, rows } = catalogue;
    let edition = Edition { date, model_version: version, rows: rows.len() as u64, sha256 };
    finish(change, Feed::Kev, label, edition, changed, job).await
}

/// Computes the risks again, and commits with the entry.
async fn finish(
    mut change: Change,
    feed: Feed,
    label: String,
    edition: Edition,
    changed: u64,
    job: &JobContext,
) -> Result<ThreatReport> {
    job.check_cancelled()?;
    job.report("scoring findings", 0, None);
    let before = threat::standing_before(&mut change, feed).await?.and_then(|taken| taken.edition_date);
    let older_than = before.filter(|before| edition.date.is_some_and(|date| date < *before));
    let rescored = threat::rescore(&mut change).await?;
    let file_name = name(&label);
    let model_version = edition.model_version.as_deref().map(kept_version);
    let model_version = model_version.filter(|version| !version.is_empty());
    let new = NewEdition {
        feed,
        file_name,
        sha256: &edition.sha256,
        date: edition.date,
        model_version: model_version.as_deref(),
        rows: edition.rows,
    };
    threat::record(&mut change, &new).await?;
    let mut payload = Map::new();
    payload.insert("file".into(), json!(file_name));
    payload.insert("sha256".into(), json!(edition.sha256));
    payload.insert("rows".into(), json!(edition.rows));
    payload.insert("date".into(), json!(edition.date));
    payload.insert("model_version".into(), json!(model_version));
    payload.insert("changed".into(), json!(changed));
    payload.insert("rescored".into(), json!(rescored));
    job.check_cancelled()?;
    let entry = change.commit(NewEntry::new(Category::FindingTriage, feed.event(), payload)).await?;
    Ok(ThreatReport {
        rows: edition.rows,
        date: edition.date,
        model_version: model_version.as_deref().map(SafeText::new),
        changed,
        rescored,
        older_than,
        sha256: edition.sha256,
        entry,
        run_id: None,
        file: label,
    })
}

/// The name of a file without its folders, as an entry holds it.
pub(super) fn name(label: &str) -> &str {
    let name = label.rsplit('/').next().unwrap_or_default();
    &name[..name.floor_char_boundary(255)]
}

/// A version as a column holds it: short, and without NUL.
fn kept_version(version: &str) -> String {
    version.chars().filter(|c| *c != '\0').take(100).collect()
}

/// The hash of the whole file, once its text was read.
pub(super) fn sha256(text: Text<'_>) -> Result<String, Unreadable> {
    text.sha256().map_err(|e| cut("file", &e))
}

fn cut(what: &str, error: &std::io::Error) -> Unreadable {
    Unreadable { what: format!("the {what} cannot be read: {error}"), hint: AGAIN.to_owned() }
}

const AGAIN: &str = "the download may have been cut; fetch the file again";

/// A failure of a reader of ours, for the one who reads in the background.
pub(super) fn unreadable(error: Error) -> Unreadable {
    Unreadable { what: error.to_string(), hint: error.hint_text().unwrap_or("look at that place").to_owned() }
}

fn stopped() -> Unreadable {
    unreadable(Error::new(Kind::Incomplete, "the database takes no more"))
}
