//! Opening the demo: its database is made and loaded where that has not been done.

use super::history::{Cell, History, Table};
use super::suites::{Suites, suites};
use super::{DATABASE, SEED, Scale, drift, generate, store, watched};
use crate::chain::change::Change;
use crate::chain::entry::{ActorType, Category, NewEntry};
use crate::db::local::{InUse, Lease};
use crate::db::{Access, Db};
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use crate::jobs::JobContext;
use crate::operations::check::{Check, ReasonCode, Status};
use crate::operations::run::{Flow, Identity};
use crate::operations::start::{Asked, Finished, start};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnectOptions;

/// What to do with a demo that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Open it as it is.
    Keep,
    /// Drop it with all that was decided in it, and load it again.
    Replace(InUse),
}

/// The demo's database, ready.
#[derive(Debug, Clone)]
pub struct Demo {
    /// How to connect to it.
    pub options: PgConnectOptions,
    /// Whether it was loaded by this call.
    pub loaded: Loaded,
}

/// When the rows were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// By this call.
    Now,
    /// By an earlier one; nothing was written.
    Before,
}

/// Makes the demo's database and loads it, or finds it loaded.
///
/// A load is one change: interrupted, it leaves no row, and the next call begins again with a new
/// database, so that the rows have the same ids every time.
///
/// # Errors
/// [`Kind::Conflict`] where it is to be replaced, is open elsewhere, and that is to be respected.
pub async fn open(lease: &Lease, date: NaiveDate, existing: Existing) -> Result<Demo> {
    let mut guard = store::Guard::take(lease, Scale::Usual).await?;
    let keep =
        existing == Existing::Keep && guard.database_exists().await? && store::is_loaded(lease).await?;
    if keep {
        guard.release().await?;
        let options = lease.prepare_database(DATABASE).await?;
        // A demo of an earlier version has none.
        drift::load(&Db::lazy(options.clone(), Access::ReadWrite), date).await?;
        return Ok(Demo { options, loaded: Loaded::Before });
    }
    // The rows are made while the server makes the database.
    let history = tokio::task::spawn_blocking(move || generate::history(SEED, date));
    let runs = tokio::task::spawn_blocking(move || suites(SEED, date));
    let in_use = match existing {
        Existing::Keep => InUse::Refuse,
        Existing::Replace(in_use) => in_use,
    };
    guard.drop_database(in_use).await?;
    let options = lease.prepare_database(DATABASE).await?;
    let unmade = |e| Error::new(Kind::Failed, "the demo's rows could not be made").because(e);
    let runs = runs.await.map_err(unmade)?;
    let history = history
        .await
        .map_err(unmade)?
        .map_err(|e| Error::new(Kind::Failed, format!("the demo's templates are wrong: {e}")))?;
    let db = Db::lazy(options.clone(), Access::ReadWrite);
    let mut change = Change::begin(&db, DeedKey::fresh()).await?;
    store::load(&mut change, &history).await?;
    store::load_suites(&mut change, &runs).await?;
    let seq = change.commit(entry(&history, SEED, date, of_suites(&runs))).await?;
    drift::load(&db, date).await?;
    guard.release().await?;
    tell(&db, &history, date, seq).await;
    // Scores can be computed by anybody later; the demo is no worse without what was decided.
    drop(watched::watch(&db, date).await);
    Ok(Demo { options, loaded: Loaded::Now })
}

/// What the entry says of the runs of tests.
fn of_suites(suites: &Suites) -> Map<String, Value> {
    let told = json!({ "runs": suites.runs.len(), "results": suites.results(), "digest": suites.digest() });
    Map::from_iter([("tests".to_owned(), told)])
}

/// Leaves a run that says what was loaded, as an import does. The demo is no worse without it.
async fn tell(db: &Db, history: &History, date: NaiveDate, seq: EntrySeq) {
    let flow = Flow {
        name: "demo_load",
        started: "demo_load.started",
        completed: "demo_load.completed",
        category: Category::FindingTriage,
    };
    let identity = Identity::of(flow).given("date", date.to_string()).given("seed", SEED.to_string());
    let asked = Asked::new(identity).called("the demo's history").without_entries().recorded_or_not();
    let rows = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let counts: Vec<(&'static str, u64)> =
        history.tables().into_iter().map(|table| (table.name, rows(table.rows.len()))).collect();
    let checks = checks(history, seq);
    let work = async |_| Ok(Finished::new(()).counts(counts.clone()).checks(checks.clone()));
    drop(start(db, &asked, &JobContext::unattended(), work).await);
}

/// What can be said of the rows: each table with its digest, and scans that brought nothing to an end.
fn checks(history: &History, seq: EntrySeq) -> Vec<Check> {
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let mut checks: Vec<Check> = Vec::new();
    for table in history.tables() {
        let title = format!("triage.{} was loaded whole", table.name);
        let check = Check::pass(&format!("loaded.{}", table.name), &title);
        checks.push(
            check
                .evidence("rows", count(table.rows.len()))
                .evidence("sha256", table.digest())
                .next("The entry in the audit chain", &format!("attestor:audit/{seq}")),
        );
    }
    let column = |table: &Table, name| table.columns.iter().position(|column| *column == name);
    let (Some(id), Some(status)) = (column(&history.scans, "id"), column(&history.scans, "status")) else {
        return checks;
    };
    let ended = |row: &&Vec<Cell>| row[status].as_deref() == Some("completed");
    let open: Vec<&Vec<Cell>> = history.scans.rows.iter().filter(|row| !ended(row)).collect();
    checks.push(match open.first() {
        None => Check::pass("scans", "Every scan came to its end"),
        Some(first) => {
            let reason = ReasonCode::ext("demo_load", "scans_open");
            Check::new("scans", "Scans did not come to their end", Status::Warn, reason)
                .message("What they would have found is not known.")
                .evidence("count", count(open.len()))
                .evidence("first_scan", first[id].clone().unwrap_or_default())
        }
    });
    checks.push(
        Check::new(
            "threat_feeds",
            "EPSS and KEV are not part of the demo",
            Status::Skip,
            ReasonCode::NotApplicable,
        )
        .message("attestor import epss FILE and attestor import kev FILE take them in."),
    );
    checks
}

/// How many others have the demo open.
pub async fn others(lease: &Lease, scale: Scale) -> Result<i64> {
    let mut guard = store::Guard::take(lease, scale).await?;
    let others = guard.others().await?;
    guard.release().await?;
    Ok(others)
}

/// The entry says that the past was brought in today: how many rows, and the digest of their listing.
pub(super) fn entry(history: &History, seed: u64, date: NaiveDate, more: Map<String, Value>) -> NewEntry {
    let mut tables = Map::new();
    for table in history.tables() {
        tables.insert(table.name.to_owned(), json!({ "count": table.rows.len(), "digest": table.digest() }));
    }
    let mut payload: Map<String, Value> = [
        ("source", json!("attestor demo")),
        ("seed", json!(seed)),
        ("date", json!(date.to_string())),
        ("listing", json!("attestor/history/v1")),
        ("tables", Value::Object(tables)),
        ("digest", json!(history.digest())),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    payload.extend(more);
    let mut entry = NewEntry::new(Category::FindingTriage, "history_imported", payload);
    entry.actor_type = ActorType::Bot;
    entry
}
