//! Compliance reports: compiled in one snapshot, and filed.

use super::verify::{Request, verify};
use crate::audit::actions::own_name;
use crate::audit::note::root_text;
use crate::audit::report::{
    Anchor, ChainState, Control, Filed, Period, Report, ReportType, SAMPLE_METHOD, SCHEMA, STATEMENT, Sample,
    rfc3339,
};
use crate::audit::store::deeds;
use crate::audit::store::report::{self as store, Combination, NewReport, Scope};
use crate::audit::verify::report::Report as Found;
use crate::audit::verify::verdict::Trusted;
use crate::chain::change::Change;
use crate::chain::controls;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::filter::Filter;
use crate::ids::{DeedKey, EntrySeq, ReportId};
use crate::jobs::JobContext;
use crate::text::{SafeText, visible};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of a sample.
pub const SAMPLE_MAX: u32 = 1_000;
/// The entries of a sample, where nobody says otherwise.
pub const SAMPLE_USUAL: u32 = 25;

/// What a report is asked for.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// Which controls.
    pub report_type: ReportType,
    /// From when on, included.
    pub from: DateTime<Utc>,
    /// Until when, excluded.
    pub to: DateTime<Utc>,
    /// Which entries.
    pub filter: Filter,
    /// The same, as it was typed.
    pub query: String,
    /// What draws the sample.
    pub seed: String,
    /// How many entries the sample holds, at most [`SAMPLE_MAX`].
    pub sample: u32,
}

/// Reads what the report says of its entries; what a verification found is added by the caller, who
/// runs it afterwards, so that it covers all that was read here.
pub async fn compile(db: &Db, request: &ReportRequest, now: DateTime<Utc>) -> Result<Report> {
    if request.from >= request.to {
        return Err(Error::new(Kind::Usage, "the period ends before it begins"));
    }
    let scope = Scope { from: request.from, to: request.to, filter: request.filter.clone(), now };
    let mut snapshot = db.snapshot().await?;
    let chain_id = own_name(&mut snapshot).await?;
    let snapshot = snapshot.connection();
    let population = store::population(snapshot, &scope).await?;
    let combinations = store::combinations(snapshot, &scope).await?;
    let entries = store::sample(snapshot, &scope, &request.seed, request.sample.min(SAMPLE_MAX)).await?;
    let exceptions = store::exceptions(snapshot, &scope).await?;
    Ok(Report {
        schema: SCHEMA,
        report_type: request.report_type,
        chain_id: SafeText::new(&chain_id),
        profile: "attestor/v1",
        period: Period::between(request.from, request.to),
        query: request.query.clone(),
        generated_at: rfc3339(now),
        tool: concat!("attestor ", env!("CARGO_PKG_VERSION")).to_owned(),
        statement: STATEMENT,
        population,
        chain: ChainState::unverified(),
        controls: supported(request.report_type, &combinations),
        sample: Sample { seed: request.seed.clone(), method: SAMPLE_METHOD, entries },
        exceptions,
    })
}

/// The controls of `report_type`, each with what supports it; those that nothing supports are there too.
fn supported(report_type: ReportType, combinations: &[Combination]) -> Vec<Control> {
    let mut found: BTreeMap<SafeText, Control> = controls::CONTROLS
        .iter()
        .flat_map(|(_, controls)| *controls)
        .filter(|control| report_type.covers(control))
        .map(|control| (SafeText::new(control), Control::nothing(SafeText::new(control))))
        .collect();
    for combination in combinations {
        let by_category = controls::of(&combination.category).iter().map(|control| SafeText::new(control));
        let named = combination.framework.iter().chain(&combination.control_id).cloned();
        // An entry supports a control once, however often it says so.
        let supports: BTreeSet<SafeText> = by_category.chain(named).collect();
        for control in supports.into_iter().filter(|control| report_type.covers(control)) {
            found.entry(control.clone()).or_insert_with(|| Control::nothing(control)).add(combination);
        }
    }
    found.into_values().collect()
}

impl Control {
    fn nothing(control: SafeText) -> Control {
        Control { control, entries: 0, first_seq: None, last_seq: None, categories: BTreeMap::new() }
    }

    fn add(&mut self, combination: &Combination) {
        let entries = combination.entries.unsigned_abs();
        self.entries += entries;
        *self.categories.entry(combination.category.clone()).or_default() += entries;
        let first = combination.first_seq;
        self.first_seq = Some(self.first_seq.map_or(first, |known| known.min(first)));
        self.last_seq = self.last_seq.max(Some(combination.last_seq));
    }
}

/// A report that was made.
#[derive(Debug)]
pub struct Made {
    /// The report.
    pub report: Report,
    /// The same with its hash, as it is filed.
    pub filed: Filed,
    /// Where it is filed, or why it is not.
    pub record: Result<Recorded>,
}

/// Makes a report: compiles it, verifies the chain for it as `against` says, and files it under `key`.
///
/// # Errors
/// Those of compiling and verifying; [`Kind::Incomplete`] where it was cancelled, and then nothing is filed.
pub async fn make(
    db: &Db,
    request: &ReportRequest,
    against: &Request,
    key: DeedKey,
    job: &JobContext,
) -> Result<Made> {
    job.report("reading the period", 0, None);
    let mut report = compile(db, request, Utc::now()).await?;
    // Verified afterwards, the chain is verified at least as far as the report reads it.
    let found = verify(db, against, job).await?;
    if job.cancellation().is_cancelled() {
        return Err(Error::new(Kind::Incomplete, "cancelled; no report was filed"));
    }
    report.chain = ChainState::of(&found, &against.trusted);
    let filed = report.file();
    let record = record(db, request, &report, &filed, key).await;
    Ok(Made { report, filed, record })
}

/// Where a report is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The number of its row.
    pub id: ReportId,
    /// Its entry in the chain.
    pub seq: EntrySeq,
}

/// Files a report: its row, and an entry that holds its hash.
pub async fn record(
    db: &Db,
    request: &ReportRequest,
    report: &Report,
    filed: &Filed,
    key: DeedKey,
) -> Result<Recorded> {
    let mut summary = filed.document.clone();
    summary.remove("report_hash");
    let controls = summary.remove("controls").unwrap_or_default();
    let summary = Value::Object(summary);
    settled(db, key, |change: Change| {
        let (summary, controls) = (&summary, &controls);
        async move {
            let mut change = change;
            if let Some((seq, payload)) = deeds::done_before(&mut change).await? {
                return Ok(Recorded { id: ReportId(deeds::number(&payload, "report_id")), seq });
            }
            let id = store::file(
                &mut change,
                NewReport {
                    report_type: request.report_type.word(),
                    from: request.from,
                    to: request.to,
                    summary,
                    controls,
                    entries: report.population.entries,
                    hash: filed.hash,
                },
            )
            .await?;
            let mut payload = Map::new();
            payload.insert("report_id".to_owned(), id.0.into());
            payload.insert("report_type".to_owned(), request.report_type.word().into());
            payload.insert("period_start".to_owned(), report.period.from.clone().into());
            payload.insert("period_end".to_owned(), report.period.to.clone().into());
            payload.insert("entry_count".to_owned(), report.population.entries.into());
            payload.insert("report_hash".to_owned(), filed.hash.to_string().into());
            let seq = change.commit(NewEntry::new(Category::Report, "report.created", payload)).await?;
            Ok(Recorded { id, seq })
        }
    })
    .await
}

impl ChainState {
    /// What a verification found that was held against these checkpoints.
    fn of(found: &Found, trusted: &[Trusted]) -> ChainState {
        let root_of =
            |size| trusted.iter().find(|checkpoint| checkpoint.size == size).map(|c| root_text(&c.root));
        ChainState {
            verdict: found.verdict().word().to_owned(),
            entries: found.entries,
            breaks: found.breaks_count,
            unverifiable: found.unverifiable,
            root: found.root_text(),
            checkpoint: found.anchored.as_ref().map(|anchored| Anchor {
                size: anchored.size,
                root: root_of(anchored.size).unwrap_or_default(),
                time: Some(rfc3339(anchored.time)),
                key: visible(&anchored.key).into_owned(),
            }),
        }
    }

    /// Nothing is known of the chain.
    fn unverified() -> ChainState {
        ChainState {
            verdict: "INCOMPLETE".to_owned(),
            entries: 0,
            breaks: 0,
            unverifiable: 0,
            root: None,
            checkpoint: None,
        }
    }
}
