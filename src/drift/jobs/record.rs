//! Writing what a run found and did, a repository or a batch at a time, each with its entry in the chain.

use super::apply::{Applied, End};
use super::look::{Look, NoLook};
use crate::chain::change::Change;
use crate::chain::entry::{ActorType, Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::plan::{PlanHash, Planned};
use crate::drift::policy::Mode;
use crate::drift::reconcile::{RepoOutcome, RepoReport, TriggeredBy};
use crate::drift::store::known::Known;
use crate::drift::store::results::{Check, CheckOutcome, record};
use crate::drift::store::settle::{Settled, Stored, failed, lock, settle};
use crate::drift::store::subjects::known_under;
use crate::drift::store::{answers, decisions, plans};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::operations::check::ReasonCode;
use crate::text::SafeText;
use chrono::Utc;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use uuid::Uuid;

/// How many fields the entry of a correction names with their values.
const FIELDS_TOLD_MAX: usize = 100;
/// Longest value that an entry repeats, in bytes of JSON; a longer one is told by its hash.
const VALUE_BYTES_MAX: usize = 2_000;

/// The namespace of the keys of deeds that follow from what is done, and not from when.
const KEYS: Uuid = Uuid::from_u128(0x6f1c_2f0e_5d0b_4c55_9a7e_3b8f_d1c4_2a90);

/// The run that writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) db: &'a Db,
    pub(super) run: i64,
    pub(super) by: TriggeredBy,
}

/// The key of a deed that is done once, whoever does it.
fn key(parts: &[&str]) -> DeedKey {
    DeedKey(Uuid::new_v5(&KEYS, parts.join("\0").as_bytes()))
}

/// An entry about drift, by whoever asked for the run.
pub(super) fn entry(by: TriggeredBy, event: &'static str, fields: Map<String, Value>) -> NewEntry {
    let mut entry = NewEntry::new(Category::Drift, event, fields);
    if by == TriggeredBy::Scheduler {
        entry.actor_type = ActorType::System;
    }
    entry
}

/// A look, or why there is none, by repository.
pub(super) type Looked = (String, Result<Look, NoLook>);

impl Writer<'_> {
    /// Writes what was seen of these repositories, in one change with one entry.
    pub(super) async fn seen(&self, batch: Vec<Looked>) -> Result<Vec<RepoReport>> {
        let mut names: Vec<&str> = batch.iter().map(|(repo, _)| repo.as_str()).collect();
        names.sort_unstable();
        let run = self.run.to_string();
        let key = key(&[&["seen", run.as_str()], &names[..]].concat());
        let batch = &batch;
        settled(self.db, key, |change| self.seen_once(change, batch)).await
    }

    async fn seen_once(&self, mut change: Change, batch: &[Looked]) -> Result<Vec<RepoReport>> {
        let names: Vec<String> = batch.iter().map(|(repo, _)| repo.clone()).collect();
        let mut stored = locked(&mut change, &names).await?;
        let is_done = decisions::is_done(&mut change).await?;
        let known = known_under(&mut change).await?;
        let mut reports = Vec::with_capacity(batch.len());
        for (repo, looked) in batch {
            let one = take(&mut stored, repo)?;
            let report = match looked {
                Ok(look) => {
                    let now = settle_look(&mut change, one, look, &known).await?;
                    answers::keep(&mut change, now.repo_id, &look.before, &look.seen.kept).await?;
                    self.checked(&mut change, &now, &[], RepoOutcome::of(&now), told(&now)).await?
                }
                Err(why) => self.failed(&mut change, repo, &why.to_string(), why.code(), one.mode).await?,
            };
            reports.push(report);
        }
        if is_done {
            // The answer to its commit was lost; what is computed again is what was written.
            return Ok(reports);
        }
        let mut lines: Vec<String> =
            reports.iter().map(|report| format!("{} {}", report.repo, report.outcome.word())).collect();
        lines.sort();
        let count = |outcome| reports.iter().filter(|report| report.outcome == outcome).count();
        let mut fields = Map::new();
        fields.insert("run_id".into(), self.run.into());
        fields.insert("repositories".into(), reports.len().into());
        for outcome in [RepoOutcome::Synced, RepoOutcome::Drifted, RepoOutcome::Failed] {
            fields.insert(outcome.word().into(), count(outcome).into());
        }
        fields.insert("outcomes_sha256".into(), sha256(&lines.join("\n")).into());
        let entry = entry(self.by, "drift.observed", fields);
        let only = batch.first().filter(|_| batch.len() == 1);
        change.commit(entry.about(only.map(|(repo, _)| repo.as_str()), None)).await?;
        Ok(reports)
    }

    /// Writes what became of one repository of a plan.
    pub(super) async fn applied(&self, repo: &str, plan: &PlanHash, applied: Applied) -> Result<RepoReport> {
        let run = self.run.to_string();
        let key = match applied.end {
            // Once for good.
            End::Settled => key(&["applied", plan.as_str(), repo]),
            // It may come out otherwise in another run.
            _ => key(&["tried", plan.as_str(), repo, &run, &DeedKey::fresh().to_string()]),
        };
        let applied = &applied;
        settled(self.db, key, |change| self.applied_once(change, repo, plan, applied)).await
    }

    async fn applied_once(
        &self,
        mut change: Change,
        repo: &str,
        plan: &PlanHash,
        applied: &Applied,
    ) -> Result<RepoReport> {
        let one = take(&mut locked(&mut change, &[repo.to_owned()]).await?, repo)?;
        let is_done = decisions::is_done(&mut change).await?;
        let known = known_under(&mut change).await?;
        let changed: Vec<String> = applied.changed.iter().map(|field| field.path.to_string()).collect();
        let done: Vec<String> = applied.done.iter().map(|field| field.path.to_string()).collect();
        let mode = one.mode;
        let now = match &applied.look {
            Some(look) => Some(settle_look(&mut change, one, look, &known).await?),
            None => None,
        };
        let report = match (&now, &applied.end) {
            (Some(now), End::Settled) => {
                let application = plans::Application {
                    plan,
                    repo_id: now.repo_id,
                    run: self.run,
                    changed: &changed,
                    done: &done,
                };
                plans::apply(&mut change, &application).await?;
                let outcome = if changed.is_empty() { RepoOutcome::of(now) } else { RepoOutcome::Corrected };
                self.checked(&mut change, now, &changed, outcome, told(now)).await?
            }
            (Some(now), End::Refused(why)) => {
                self.checked(&mut change, now, &changed, RepoOutcome::Refused, Some(why.clone())).await?
            }
            (Some(now), End::Postponed) => {
                let why = "the run corrects no more repositories".to_owned();
                self.checked(&mut change, now, &changed, RepoOutcome::Postponed, Some(why)).await?
            }
            (_, End::Failed { why, code }) => self.failed(&mut change, repo, why, code, mode).await?,
            (_, end) => {
                let why = format!("it ended without a look: {end:?}");
                self.failed(&mut change, repo, &why, "unknown_error", mode).await?
            }
        };
        if is_done {
            return Ok(report);
        }
        let event = match (&applied.end, changed.is_empty()) {
            (End::Settled, true) => "drift.found_as_planned",
            (End::Settled, false) => "drift.corrected",
            (End::Refused(_), _) => "drift.refused",
            (End::Postponed, _) => "drift.postponed",
            (End::Failed { .. } | End::Cancelled, _) => "drift.correction_failed",
        };
        let mut fields = Map::new();
        fields.insert("run_id".into(), self.run.into());
        fields.insert("plan".into(), json!(plan));
        fields.insert("changed".into(), changed_fields(&applied.changed));
        fields.insert("fields_changed".into(), changed.len().into());
        fields.insert("fields_found_done".into(), done.len().into());
        if let Some(why) = &report.message {
            fields.insert("why".into(), json!(why));
        }
        change.commit(entry(self.by, event, fields).about(Some(repo), None)).await?;
        Ok(report)
    }

    async fn checked(
        &self,
        change: &mut Change,
        now: &Settled,
        corrected: &[String],
        outcome: RepoOutcome,
        message: Option<String>,
    ) -> Result<RepoReport> {
        let drift_fields = now.diff.drift_fields();
        let counted = match outcome {
            RepoOutcome::Synced => CheckOutcome::Synced,
            RepoOutcome::Failed => CheckOutcome::Failed,
            RepoOutcome::Drifted | RepoOutcome::Corrected | RepoOutcome::Postponed => CheckOutcome::Drifted,
            RepoOutcome::Refused if corrected.is_empty() => CheckOutcome::of(now.in_sync),
            RepoOutcome::Refused => CheckOutcome::Drifted,
        };
        let critical = now.critical();
        let check = Check {
            run: Some(self.run),
            repo_id: now.repo_id,
            outcome: counted,
            drift_fields: drift_fields.clone(),
            critical,
            corrected: corrected.to_vec(),
            message: message.clone(),
        };
        record(change, &check).await?;
        Ok(RepoReport {
            repo: SafeText::new(&now.repo),
            outcome,
            drift_fields: texts(&drift_fields),
            critical: critical as u64,
            corrected: texts(corrected),
            message: message.as_deref().map(SafeText::new),
            code: if outcome == RepoOutcome::Failed { ReasonCode::PermissionDenied } else { ReasonCode::Ok },
            mode: now.mode,
        })
    }

    async fn failed(
        &self,
        change: &mut Change,
        repo: &str,
        why: &str,
        code: &str,
        mode: Mode,
    ) -> Result<RepoReport> {
        let repo_id = failed(change, repo, why).await?;
        let check = Check {
            run: Some(self.run),
            repo_id,
            outcome: CheckOutcome::Failed,
            drift_fields: Vec::new(),
            critical: 0,
            corrected: Vec::new(),
            message: Some(why.to_owned()),
        };
        record(change, &check).await?;
        Ok(RepoReport {
            repo: SafeText::new(repo),
            outcome: RepoOutcome::Failed,
            drift_fields: Vec::new(),
            critical: 0,
            corrected: Vec::new(),
            message: Some(SafeText::new(why)),
            code: ReasonCode::read(code).unwrap_or(ReasonCode::UnknownError),
            mode,
        })
    }
}

impl RepoOutcome {
    /// How a repository stands that was only looked at. One of which nothing is asked is as it should be.
    fn of(now: &Settled) -> Self {
        match now.in_sync {
            Some(false) => RepoOutcome::Drifted,
            Some(true) => RepoOutcome::Synced,
            None if now.desired.document.0.is_empty() => RepoOutcome::Synced,
            None => RepoOutcome::Failed,
        }
    }
}

/// Why nobody can tell how it stands, where that is so.
fn told(now: &Settled) -> Option<String> {
    use crate::drift::diff::Outcome;
    if RepoOutcome::of(now) != RepoOutcome::Failed {
        return None;
    }
    let mut hidden = now.diff.fields.iter().filter_map(|field| match &field.outcome {
        Outcome::Unreadable { reason } => Some(format!("{} cannot be read: {reason}", field.path)),
        _ => None,
    });
    let first = hidden.next()?;
    let more = hidden.count();
    Some(if more > 0 { format!("{first} (and {more} more)") } else { first })
}

async fn settle_look(change: &mut Change, one: Stored, look: &Look, known: &Known) -> Result<Settled> {
    settle(change, one, Some(&look.observation), known, Utc::now()).await
}

async fn locked(change: &mut Change, names: &[String]) -> Result<BTreeMap<String, Stored>> {
    let stored = lock(change, names).await?;
    Ok(stored.into_iter().map(|one| (one.repo.clone(), one)).collect())
}

fn take(stored: &mut BTreeMap<String, Stored>, repo: &str) -> Result<Stored> {
    let gone =
        || Error::new(Kind::Failed, format!("{} went away while it was written", crate::text::visible(repo)));
    stored.remove(repo).ok_or_else(gone)
}

/// The fields that were changed, from what to what: as many as an entry may hold.
fn changed_fields(fields: &[Planned]) -> Value {
    let value = |value: &Option<crate::drift::document::Json>| {
        let Some(json) = value else { return Value::Null };
        let text = json.to_string();
        if text.len() > VALUE_BYTES_MAX {
            return json!({"sha256": sha256(&text)});
        }
        serde_json::from_str(&text).unwrap_or_default()
    };
    let told = fields.iter().take(FIELDS_TOLD_MAX);
    told.map(|field| json!({"path": field.path, "from": value(&field.from), "to": value(&field.to)}))
        .collect()
}

fn texts(texts: &[String]) -> Vec<SafeText> {
    texts.iter().map(|text| SafeText::new(text)).collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
