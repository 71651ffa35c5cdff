//! The intake of test results.

use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::flaky::checks;
use crate::flaky::import::{JunitOptions, JunitReport, Target};
use crate::flaky::junit::read::{Contents, NAME_BYTES_MAX, each_case};
use crate::flaky::store::intake::{self as store, Arrival, CiRun, Encoder};
use crate::flaky::tally::{TESTS_MAX, Tally, is_outage};
use crate::flaky::test_hash::TestHash;
use crate::ids::DeedKey;
use crate::intake::Unreadable;
use crate::intake::deviation::Deviations;
use crate::intake::input::{Input, cancelled, in_background_as, open};
use crate::intake::recorded::{hash, recorded};
use crate::intake::text::Meaning;
use crate::jobs::JobContext;
use crate::operations::run::Identity;
use crate::operations::start::Finished;
use crate::text::visible;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Encoded rows that are sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks that wait for the database.
const CHUNKS_WAITING_MAX: usize = 4;

/// Takes a file of JUnit XML in, in one transaction with one entry in the audit chain. The same bytes for
/// the same run again write nothing.
///
/// # Errors
/// [`Kind::UnreadableInput`] where the file cannot be read or understood, [`Kind::Conflict`] where the run
/// is of another commit; nothing is written then but its run.
pub async fn import_junit(
    db: &Db,
    input: Input,
    options: &JunitOptions,
    job: &JobContext,
) -> Result<JunitReport> {
    let options = options.checked()?;
    let label = input.label();
    let file = open(input, job).await?;
    let sha256 = hash(&file, job).await?;
    let intake = Intake { target: Target::of(&options, &sha256), label, sha256, file };
    if let Some(report) = intake.earlier(db).await? {
        return Ok(report);
    }
    let identity = Identity::of(checks::JUNIT)
        .about("repo", &*intake.target.repo)
        .given("sha256", &*intake.sha256)
        .given("run", &*intake.target.run_key)
        .given("environment", &*intake.target.environment);
    let finished = |report: JunitReport| {
        let (counts, checks) = (report.counts(), checks::of_junit(&report));
        Finished::new(report).counts(counts).checks(checks)
    };
    let work = async |job: JobContext| intake.take_in(db, &job).await;
    let (mut report, run) = recorded(db, identity, intake.name(), job, work, finished).await?;
    report.run_id = run.filter(|_| !report.already_imported);
    Ok(report)
}

/// One file on its way in.
struct Intake {
    label: String,
    target: Target,
    sha256: String,
    file: Arc<File>,
}

/// What reading a file to its end gives.
struct Reading {
    contents: Contents,
    tally: Tally,
    deviations: Deviations,
}

impl Intake {
    /// The name of the file without its folders.
    fn name(&self) -> &str {
        let name = self.label.rsplit('/').next().unwrap_or_default();
        &name[..name.floor_char_boundary(255)]
    }

    /// A report without counts.
    fn blank(&self) -> JunitReport {
        let mut notes = Vec::new();
        if self.target.is_derived {
            let run = visible(&self.target.run_key);
            notes.push(format!("no run is named; taken as {run}, use --run to name it"));
        }
        if self.target.commit.is_none() {
            notes
                .push("no commit is named; only retries within the run are evidence of flakiness".to_owned());
        }
        JunitReport {
            file: self.label.clone(),
            repo: visible(&self.target.repo).into_owned(),
            run_key: visible(&self.target.run_key).into_owned(),
            sha256: self.sha256.clone(),
            notes,
            ..JunitReport::default()
        }
    }

    /// What these bytes came to when they were taken in before, if they were.
    async fn earlier(&self, db: &Db) -> Result<Option<JunitReport>> {
        let found = store::find_import(db, &self.target, &self.sha256).await?;
        Ok(found.map(|earlier| {
            let count = |name: &str| earlier.counts.get(name).and_then(Value::as_u64).unwrap_or(0);
            let of_run = |count: i32| u64::try_from(count).unwrap_or(0);
            JunitReport {
                suites: count("suites"),
                tests: count("tests"),
                passed: count("passed"),
                failed: count("failed"),
                skipped: count("skipped"),
                attempts: count("attempts"),
                flaky: count("flaky"),
                outage: earlier.outage,
                of_run: (of_run(earlier.tests), of_run(earlier.failed)),
                deviations: earlier.deviations,
                already_imported: true,
                ..self.blank()
            }
        }))
    }

    /// Reads and keeps the file, and commits it with its entry.
    async fn take_in(&self, db: &Db, job: &JobContext) -> Result<JunitReport> {
        let mut change = Change::begin(db, DeedKey::fresh()).await?;
        // Cancelled, the work is left where it stands: the change closes its connection, and the server
        // rolls back.
        let kept = tokio::select! {
            biased;
            () = job.cancellation().cancelled() => return Err(cancelled(job)),
            kept = self.keep(&mut change, job) => kept?,
        };
        let Some((mut report, entry)) = kept else {
            // Somebody else took it in while we waited.
            drop(change);
            return self.earlier(db).await?.ok_or_else(|| {
                Error::new(Kind::Incomplete, "another import of this file was under way")
                    .hint("import it again")
            });
        };
        job.report("committing", report.tests, Some(report.tests));
        match change.commit(entry).await {
            Ok(seq) => report.entry = Some(seq),
            // The answer was lost; whether the commit was is a question that the database can answer.
            Err(error) if error.kind() == Kind::NoDatabase => {
                if self.earlier(db).await.ok().flatten().is_none() {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(report)
    }

    /// Everything up to the commit; none where somebody else took the file in first.
    async fn keep(&self, change: &mut Change, job: &JobContext) -> Result<Option<(JunitReport, NewEntry)>> {
        job.report("waiting for another import", 0, None);
        let run = store::begin_run(change, &self.target).await?;
        let Some(import) = store::begin_import(change, &run, &self.sha256, self.name()).await? else {
            return Ok(None);
        };
        let tally = store::known(change, &run).await?;
        let encoder = Encoder::new(&run, import, &self.target.environment);
        let Reading { contents, tally, mut deviations } = self.read(change, encoder, tally, job).await?;
        if tally.repeated > 0 {
            let what = format!(
                "{} test cases have the suite and name of an earlier one; read as further attempts of it",
                tally.repeated
            );
            deviations.note("repeated", "file", "testcase", what);
        }
        let of_run = tally.of_run();
        let report = JunitReport {
            suites: contents.suites,
            tests: contents.cases,
            passed: tally.passed,
            failed: tally.failed,
            skipped: tally.skipped,
            attempts: tally.attempts,
            flaky: tally.flaky,
            outage: is_outage(of_run.0, of_run.1),
            of_run,
            deviations: deviations.into_lines(),
            ..self.blank()
        };
        job.report("writing", 0, None);
        let started_at = contents.started_at.filter(|time| is_believable(*time, Utc::now()));
        store::end_run(change, &run, of_run.0, of_run.1, started_at).await?;
        let counts: Map<String, Value> =
            report.counts().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        store::end_import(change, import, &Value::Object(counts.clone()), &report.deviations).await?;
        Ok(Some((self.entry(&run, &report, counts), report)).map(|(entry, report)| (report, entry)))
    }

    /// Reads the file and sends its results, while reading goes on.
    async fn read(
        &self,
        change: &mut Change,
        encoder: Encoder,
        mut tally: Tally,
        job: &JobContext,
    ) -> Result<Reading> {
        let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(CHUNKS_WAITING_MAX);
        let (repo, sha256) = (self.target.repo.clone(), self.sha256.clone());
        let read =
            in_background_as(Meaning::Xml, &self.label, &self.file, job, "storing", move |mut text| {
                let (mut deviations, mut long) = (Deviations::default(), 0_u64);
                if text.is_unmarked_utf16 {
                    deviations.note("encoding", "file", "", "UTF-16 without a byte order mark; read as such");
                }
                let mut rows = Vec::with_capacity(CHUNK_BYTES * 2);
                let contents = each_case(&mut text.reader, &mut deviations, |case| {
                    if tally.is_full() {
                        return Err(too_many());
                    }
                    let test = TestHash::of(&repo, &case.suite, &case.name);
                    long += u64::from(case.suite.len().max(case.name.len()) > NAME_BYTES_MAX);
                    let before = tally.count(test, &case);
                    encoder.encode(test, &case, before, &mut rows);
                    if rows.len() < CHUNK_BYTES {
                        return Ok(());
                    }
                    let full = std::mem::replace(&mut rows, Vec::with_capacity(CHUNK_BYTES * 2));
                    // Where the database takes no more, it says why.
                    sender.blocking_send(full).map_err(|_| Unreadable {
                        what: "the database takes no more".to_owned(),
                        hint: "import it again".to_owned(),
                    })
                })?;
                if long > 0 {
                    let what =
                        format!("{long} names of more than {NAME_BYTES_MAX} bytes; shown cut, known whole");
                    deviations.note("length", "file", "testcase", what);
                }
                let read = text
                    .sha256()
                    .map_err(|e| Unreadable { what: e.to_string(), hint: CHANGED.to_owned() })?;
                if read != sha256 {
                    let what = "the file changed while it was read".to_owned();
                    return Err(Unreadable { what, hint: CHANGED.to_owned() });
                }
                drop(sender.blocking_send(rows));
                Ok(Reading { contents, tally, deviations })
            });
        let mut arrival = Arrival::open(change).await?;
        // The channel goes with the block: a failure of the database lets the reader stop.
        let put = async move {
            while let Some(rows) = receiver.recv().await {
                arrival.put(&rows).await?;
            }
            arrival.close().await
        };
        let (read, put) = tokio::join!(read, put);
        put?;
        read
    }

    fn entry(&self, run: &CiRun, report: &JunitReport, mut payload: Map<String, Value>) -> NewEntry {
        let (tests, failed) = report.of_run;
        payload.insert("file".into(), json!(self.name()));
        payload.insert("sha256".into(), json!(self.sha256));
        payload.insert("repo".into(), json!(self.target.repo));
        payload.insert("run".into(), json!(self.target.run_key));
        payload.insert("environment".into(), json!(self.target.environment));
        payload.insert("outage".into(), json!(report.outage));
        payload.insert("run_tests".into(), json!(tests));
        payload.insert("run_failed".into(), json!(failed));
        payload.insert("deviations".into(), json!(report.deviations.len()));
        NewEntry::new(Category::Quarantine, "tests.imported", payload)
            .about(Some(&self.target.repo), Some(&run.commit_sha))
    }
}

const CHANGED: &str = "wait until it is written, and import it again";

fn too_many() -> Unreadable {
    Unreadable {
        what: format!("the run has more than {TESTS_MAX} tests"),
        hint: "split the file, and give the parts runs of their own".to_owned(),
    }
}

/// Whether a suite can have started then.
fn is_believable(time: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    const YEAR_2000: i64 = 946_684_800;
    time.timestamp() >= YEAR_2000 && time <= now + chrono::TimeDelta::minutes(5)
}
