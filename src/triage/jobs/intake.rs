//! One file on its way in: staged, matched, kept.

use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::db::Db;
use crate::error::Result;
use crate::ids::ScanId;
use crate::intake::deviation::Deviations;
use crate::intake::input::in_background;
use crate::jobs::JobContext;
use crate::text::visible;
use crate::triage::import::{ImportOptions, ImportReport, Origin, believable};
use crate::triage::sarif::results::{Tally, each_result};
use crate::triage::sarif::run::Completeness;
use crate::triage::sarif::survey::Survey;
use crate::triage::store::intake::{self, Matching, NewScan, Newest, Outcome, Series, Stage};
use crate::triage::store::threat;
use chrono::Utc;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Encoded rows that are sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks that wait for the database.
const CHUNKS_WAITING_MAX: usize = 4;
/// Scans that the chain entry names; it counts the others.
const SCANS_NAMED_MAX: usize = 1000;
/// Notes on single runs that a report holds.
const NOTES_MAX: usize = 20;

/// One file on its way in.
pub(super) struct Intake {
    pub(super) label: String,
    pub(super) survey: Arc<Survey>,
    /// One for each run of the survey.
    scans: Vec<NewScan>,
    pub(super) repo: String,
    pub(super) commit: String,
    repo_is_guessed: bool,
}

impl Intake {
    pub(super) fn new(label: String, survey: Survey, options: &ImportOptions, stem: &str) -> Self {
        let now = Utc::now();
        let scans = survey.runs.iter().map(|run| {
            let origin = Origin::of(options, Some(run), stem);
            NewScan {
                series: Series {
                    repo: origin.repo,
                    tool: run.tool.clone(),
                    branch: origin.branch,
                    name: run.series.clone(),
                },
                commit: origin.commit,
                repo_url: origin.repo_url,
                platform: origin.platform,
                tool_version: run.tool_version.clone(),
                scanned_at: believable(run.scanned_at, now),
                results: i32::try_from(run.results).unwrap_or(i32::MAX),
            }
        });
        let scans = scans.collect();
        let of_file = Origin::of(options, survey.runs.first(), stem);
        Intake {
            label,
            scans,
            survey: Arc::new(survey),
            repo: of_file.repo,
            commit: of_file.commit.unwrap_or_default(),
            repo_is_guessed: of_file.repo_is_guessed,
        }
    }

    /// The name of the file without its folders.
    pub(super) fn name(&self) -> String {
        let name = self.label.rsplit('/').next().unwrap_or_default();
        name[..name.floor_char_boundary(255)].to_owned()
    }

    /// Which turns to wait for, in the order in which everybody waits. The number of groups is bounded,
    /// as the server's memory for locks is.
    pub(super) fn turns(&self) -> Vec<i32> {
        let group = |scan: &NewScan| {
            let key = format!("{}\n{}", scan.series.repo, scan.series.tool);
            let hash = Sha256::digest(key.as_bytes());
            i32::from(u16::from_be_bytes([hash[0], hash[1]]) % 1024)
        };
        let mut groups: Vec<i32> = self.scans.iter().map(group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// A report without counts.
    fn blank(&self) -> ImportReport {
        let mut notes = Vec::new();
        if self.repo_is_guessed {
            notes.push(format!("no repository is named; taken as {}, use --repo to name it", self.repo));
        }
        ImportReport {
            file: self.label.clone(),
            runs: self.survey.runs.len() as u64,
            results: self.survey.results(),
            inserted: 0,
            unchanged: 0,
            moved: 0,
            absent: 0,
            suppressed: 0,
            deviations: Vec::new(),
            scan_ids: Vec::new(),
            regressed: 0,
            left_out: 0,
            already_imported: false,
            repo: visible(&self.repo).into_owned(),
            sha256: self.survey.sha256.clone(),
            notes,
            entry: None,
            run_id: None,
        }
    }

    /// What these bytes came to when they were taken in before, if they were.
    pub(super) async fn earlier(&self, db: &Db, deviations: &Deviations) -> Result<Option<ImportReport>> {
        let found = intake::find_import(db, &self.survey.sha256, &self.repo, &self.commit).await?;
        Ok(found.map(|earlier| ImportReport {
            already_imported: true,
            suppressed: earlier.counts.get("suppressed").and_then(Value::as_u64).unwrap_or(0),
            left_out: earlier.counts.get("left_out").and_then(Value::as_u64).unwrap_or(0),
            deviations: match earlier.deviations {
                of_then if of_then.is_empty() => deviations.clone().into_lines(),
                of_then => of_then,
            },
            scan_ids: earlier.scan_ids,
            ..self.blank()
        }))
    }

    /// Reads the file again and puts its results on the stage, while reading goes on.
    pub(super) async fn stage(
        &self,
        change: &mut Change,
        file: &Arc<File>,
        mut deviations: Deviations,
        job: &JobContext,
    ) -> Result<(Tally, Deviations)> {
        let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(CHUNKS_WAITING_MAX);
        let survey = Arc::clone(&self.survey);
        let read = in_background(&self.label, file, job, "storing", move |text| {
            let mut rows = Vec::with_capacity(CHUNK_BYTES * 2);
            let mut number = 0;
            let gone = |_| "the database takes no more".to_owned();
            let tally = each_result(text, &survey, &mut deviations, |run, seen| {
                number += 1;
                intake::encode(run, number, &seen, &mut rows);
                if rows.len() < CHUNK_BYTES {
                    return Ok(());
                }
                sender
                    .blocking_send(std::mem::replace(&mut rows, Vec::with_capacity(CHUNK_BYTES * 2)))
                    .map_err(gone)
            })?;
            drop(sender.blocking_send(rows));
            Ok((tally, deviations))
        });
        let mut stage = Stage::open(&mut *change).await?;
        // The channel goes with the block: a failure of the database lets the reader stop.
        let put = async move {
            while let Some(rows) = receiver.recv().await {
                stage.put(&rows).await?;
            }
            stage.close().await
        };
        let (read, put) = tokio::join!(read, put);
        put?;
        let done = read?;
        intake::count_occurrences(change).await?;
        Ok(done)
    }

    /// Finds out who the staged results are, and keeps them.
    pub(super) async fn keep(
        &self,
        change: &mut Change,
        import: i64,
        tally: &Tally,
        job: &JobContext,
    ) -> Result<ImportReport> {
        let mut report = self.blank();
        (report.suppressed, report.left_out) = (tally.suppressed, tally.left_out + tally.gone);
        let mut taken: Vec<(ScanId, Newest)> = Vec::new();
        let mut outcomes = vec![Outcome::default(); self.scans.len()];
        let groups = self.runs_by_series();
        threat::hold_still(change).await?;
        for (run, scan) in self.scans.iter().enumerate() {
            job.check_cancelled()?;
            job.report("comparing", run as u64, Some(self.scans.len() as u64));
            let own: Vec<ScanId> = taken.iter().map(|(id, _)| *id).collect();
            let newest =
                if intake::is_outdated(change, scan, &own).await? { Newest::No } else { Newest::Yes };
            let id = intake::begin_scan(change, import, scan).await?;
            let beside = groups[&scan.series].iter().copied().filter(|other| *other < run);
            let beside: Vec<usize> = beside.collect();
            let matching = Matching {
                run: position(run),
                scan,
                taken_runs: &beside.iter().map(|other| position(*other)).collect::<Vec<_>>(),
                taken_scans: &beside.iter().map(|other| taken[*other].0).collect::<Vec<_>>(),
                newest,
            };
            let too_common = intake::match_known(change, &matching).await?;
            if too_common > 0 {
                report.notes.push(format!(
                    "{too_common} fingerprints are shared by too many results to tell them apart; those are new"
                ));
            }
            if newest == Newest::No {
                report.notes.push(format!(
                    "runs[{}] is older than what is known of its series; it changes no state",
                    self.survey.runs[run].index
                ));
            }
            outcomes[run].inserted = intake::keep_new(change, position(run), id, scan, newest).await?;
            taken.push((id, newest));
        }
        report.notes.truncate(NOTES_MAX);
        report.scan_ids = taken.iter().map(|(id, _)| *id).collect();
        for run in self.complete_runs(&taken, &mut report.notes) {
            intake::note_gone(change, position(run), &self.scans[run], &report.scan_ids).await?;
        }
        job.check_cancelled()?;
        job.report("writing", 0, None);
        intake::lock(change).await?;
        for (run, (id, newest)) in taken.iter().enumerate() {
            let kept = intake::keep_matched(change, position(run), *id, *newest).await?;
            outcomes[run] = Outcome { inserted: outcomes[run].inserted, ..kept };
        }
        for (run, (id, _)) in taken.iter().enumerate() {
            let outcome = &mut outcomes[run];
            outcome.absent = intake::mark_gone(change, position(run)).await?;
            intake::end_scan(change, *id, position(run), outcome).await?;
            report.inserted += outcome.inserted;
            report.unchanged += outcome.unchanged;
            report.moved += outcome.moved;
            report.regressed += outcome.regressed;
            report.absent += outcome.absent;
        }
        Ok(report)
    }

    /// The runs after which what their series no longer sees is gone: the last of each series, where all
    /// runs of the series are complete and the newest.
    fn complete_runs(&self, taken: &[(ScanId, Newest)], notes: &mut Vec<String>) -> Vec<usize> {
        let mut last = Vec::new();
        for runs in self.runs_by_series().into_values() {
            let run = runs[runs.len() - 1];
            if runs.iter().any(|run| self.survey.runs[*run].completeness == Completeness::Partial) {
                let index = self.survey.runs[run].index;
                notes.push(format!(
                    "runs[{index}] did not finish or has no results; nothing counts as gone by it"
                ));
            } else if runs.iter().all(|run| taken[*run].1 == Newest::Yes) {
                last.push(run);
            }
        }
        last
    }

    /// The positions of the runs of each series, in the order of the file.
    fn runs_by_series(&self) -> HashMap<&Series, Vec<usize>> {
        let mut groups: HashMap<&Series, Vec<usize>> = HashMap::new();
        for (run, scan) in self.scans.iter().enumerate() {
            groups.entry(&scan.series).or_default().push(run);
        }
        groups
    }

    pub(super) fn entry(&self, report: &ImportReport, mut payload: Map<String, Value>) -> NewEntry {
        payload.insert("file".into(), json!(self.name()));
        payload.insert("sha256".into(), json!(report.sha256));
        payload.insert("repo".into(), json!(self.repo));
        payload.insert("scans".into(), json!(report.scan_ids.len()));
        let named = &report.scan_ids[..report.scan_ids.len().min(SCANS_NAMED_MAX)];
        payload.insert("scan_ids".into(), json!(named));
        NewEntry::new(Category::FindingTriage, "scan_imported", payload)
            .about(Some(&self.repo), Some(&self.commit))
    }
}

fn position(run: usize) -> i32 {
    i32::try_from(run).unwrap_or(i32::MAX)
}

/// The counts, as the chain entry and the row of the import hold them.
pub(super) fn counts(report: &ImportReport) -> Map<String, Value> {
    let counts = [
        ("runs", report.runs),
        ("results", report.results),
        ("inserted", report.inserted),
        ("unchanged", report.unchanged),
        ("moved", report.moved),
        ("regressed", report.regressed),
        ("absent", report.absent),
        ("suppressed", report.suppressed),
        ("left_out", report.left_out),
        ("deviations", report.deviations.len() as u64),
    ];
    counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect()
}
