//! Repositories that are held against policies: sixty of them over nine days, with drift of every kind.

use super::rng::Rng;
use super::{SEED, store};
use crate::chain::change::Change;
use crate::chain::entry::{ActorType, Category, NewEntry};
use crate::db::Db;
use crate::drift::desired::{DecidedKind, Desired};
use crate::drift::diff::{Unreadable, put};
use crate::drift::document::{Document, Json};
use crate::drift::observation::Observation;
use crate::drift::path::Path;
use crate::drift::policy::{Policy, of_repo, read_policies};
use crate::drift::store::known::known;
use crate::drift::store::{decisions, policies as stored_policies, results, settle};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::operations::acknowledge::Why;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::{Map, json};
use std::str::FromStr;

const POLICIES: &str = include_str!("policies.toml");

const OWNERS: [(&str, &[&str]); 3] = [
    (
        "acme",
        &[
            "api",
            "billing",
            "billing-worker",
            "payments",
            "payments-batch",
            "ledger",
            "ledger-export",
            "web",
            "mobile-gateway",
            "search",
            "notifications",
            "identity",
            "catalog",
            "geocoder",
            "mailer",
            "pricing",
            "scoring",
            "vault",
            "warehouse",
            "calendar",
            "uploads",
            "docs",
            "infra",
            "charts",
            "runbooks",
            "status",
        ],
    ),
    (
        "acme-labs",
        &[
            "forecast",
            "barcode",
            "voice",
            "maps",
            "sandbox",
            "tracing",
            "replay",
            "canary",
            "notebooks",
            "shapes",
            "bench",
            "fuzz",
            "playground",
            "wasm-host",
        ],
    ),
    (
        "globex",
        &[
            "orders",
            "orders-core",
            "stock",
            "stock-core",
            "routing",
            "routing-core",
            "portal",
            "portal-theme",
            "agents",
            "claims",
            "claims-core",
            "ledger-bridge",
            "reports",
            "reports-core",
            "terraform",
            "ansible",
            "images",
            "sdk-java",
            "sdk-python",
            "sdk-go",
        ],
    ),
];

/// What became of a repository: from the round on, the field has this value; null takes it away.
struct Fate {
    round: usize,
    path: &'static str,
    value: &'static str,
    actor: Option<&'static str>,
}

const fn fate(round: usize, path: &'static str, value: &'static str, actor: Option<&'static str>) -> Fate {
    Fate { round, path, value, actor }
}

/// The rounds before the day of the demo, in minutes; the last three pull at one field.
const ROUNDS_AGO_MIN: [i64; 9] = [12_960, 10_080, 7_200, 4_320, 2_880, 1_440, 70, 40, 10];

/// What can become of a repository.
const FATES: &[&[Fate]] = &[
    &[],
    &[fate(3, "branch_protection.enforce_admins", "false", Some("k.lind"))],
    &[],
    &[fate(4, "settings.has_wiki", "true", None)],
    &[fate(2, "label.bug", "null", None), fate(5, "label.security", "null", Some("m.osei"))],
    &[],
    &[fate(1, "branch_protection", "null", Some("r.haddad"))],
    &[fate(5, "branch_protection.required_reviews", "0", Some("k.lind"))],
    &[fate(4, "branch_protection.allow_force_pushes", "true", Some("release-bot"))],
    &[],
    &[fate(3, "branch_protection.require_status_checks", "[\"build\"]", None)],
    &[
        fate(6, "settings.delete_branch_on_merge", "false", Some("team-settings-sync")),
        fate(7, "settings.delete_branch_on_merge", "true", Some("attestor")),
        fate(8, "settings.delete_branch_on_merge", "false", Some("team-settings-sync")),
    ],
    &[],
    &[
        fate(2, "branch_protection.require_linear_history", "false", None),
        fate(2, "settings.allow_merge_commit", "true", None),
        fate(4, "settings.has_wiki", "true", Some("m.osei")),
        fate(5, "branch_protection.enforce_admins", "false", Some("m.osei")),
    ],
    &[],
    &[fate(3, "label.wontfix", "\"wontfix\"", None), fate(3, "settings.has_projects", "false", None)],
    &[],
];

/// What becomes of repositories with a ruleset.
const GUARDED: &[&[Fate]] = &[
    &[],
    &[fate(
        4,
        "rulesets.main is guarded.bypass_actors.Team:42",
        "{\"actor_id\":42,\"actor_type\":\"Team\",\"bypass_mode\":\"always\"}",
        Some("r.haddad"),
    )],
    &[],
    &[fate(5, "rulesets.main is guarded.enforcement", "\"disabled\"", Some("k.lind"))],
    &[fate(2, "rulesets.main is guarded.rules.required_signatures", "null", None)],
    &[],
    &[fate(
        3,
        "rulesets.releases",
        "{\"enforcement\":\"evaluate\",\"name\":\"releases\",\"target\":\"tag\"}",
        None,
    )],
];

/// Loads what the demo shows of drift, unless something is there. Held back, it leaves nothing.
pub async fn load(db: &Db, date: NaiveDate) -> Result<()> {
    let mut change = Change::begin(db, DeedKey::fresh()).await?;
    if !store::has_no_drift(&mut change).await? {
        return Ok(());
    }
    let (policies, findings) = read_policies("policies.toml", POLICIES);
    if let Some(wrong) = findings.iter().find(|finding| finding.is_mistake()) {
        return Err(Error::new(Kind::Failed, format!("the demo's policies are wrong: {}", wrong.mistake)));
    }
    let policies: Vec<Policy> =
        policies.into_iter().zip(0..).map(|(policy, rank)| Policy { rank, ..policy }).collect();
    stored_policies::replace(&mut change, &policies).await?;
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    decide_ignores(&mut change, midnight).await?;
    let repos = repos(&policies)?;
    let known = known(&mut change).await?;
    let now = Utc::now();
    let (mut seen, mut drifted) = (0_usize, 0_usize);
    for (round, ago_min) in ROUNDS_AGO_MIN.iter().enumerate() {
        let at = midnight - TimeDelta::minutes(*ago_min);
        // Between the days only what changed is looked at.
        let is_whole = *ago_min >= 1_440;
        let looked: Vec<&Repo> = repos.iter().filter(|repo| is_whole || repo.changes_in(round)).collect();
        let names: Vec<String> = looked.iter().map(|repo| repo.name.clone()).collect();
        let before = store::last_check(&mut change).await?;
        drifted = 0;
        for stored in settle::lock(&mut change, &names).await? {
            let Some(repo) = looked.iter().find(|repo| repo.name == stored.repo) else { continue };
            let observation = repo.seen(round, at)?;
            let settled = settle::settle(&mut change, stored, Some(&observation), &known, now).await?;
            drifted += usize::from(settled.in_sync == Some(false));
            results::record(&mut change, &settled.check(None)).await?;
            seen += 1;
        }
        store::date_checks(&mut change, before, at).await?;
    }
    decide(&mut change, &repos, midnight).await?;
    let mut payload = Map::new();
    payload.insert("source".into(), json!("attestor demo"));
    payload.insert("policies".into(), json!(policies.len()));
    payload.insert("repos".into(), json!(repos.len()));
    payload.insert("observations".into(), json!(seen));
    payload.insert("drifted".into(), json!(drifted));
    let mut entry = NewEntry::new(Category::Drift, "drift_history_imported", payload);
    entry.actor_type = ActorType::Bot;
    change.commit(entry).await?;
    Ok(())
}

struct Repo {
    name: String,
    /// What it was in the beginning: as it should be.
    document: Document,
    fates: Vec<&'static Fate>,
    unreadable: Vec<Unreadable>,
}

impl Repo {
    fn changes_in(&self, round: usize) -> bool {
        self.fates.iter().any(|fate| fate.round == round)
    }

    fn seen(&self, round: usize, at: DateTime<Utc>) -> Result<Observation> {
        let mut seen = Observation::of(&self.name, self.document.clone(), at);
        seen.unreadable = self.unreadable.clone();
        for fate in self.fates.iter().filter(|fate| fate.round <= round) {
            let path = Path::from_str(fate.path).map_err(|what| Error::new(Kind::Failed, what))?;
            let value = Json::parse(fate.value).map_err(|wrong| Error::new(Kind::Failed, wrong.what))?;
            put(&mut seen.document, &path, Some(&value).filter(|value| !value.is_null()));
            if let (true, Some(actor)) = (fate.round == round, fate.actor) {
                for word in [fate.path.to_owned(), marked(fate.path, "missing"), marked(fate.path, "extra")] {
                    seen.actors.insert(word, actor.to_owned());
                }
            }
        }
        Ok(seen)
    }
}

/// `label.bug` as `label.missing.bug`, `branch_protection` as `branch_protection.missing`.
fn marked(path: &str, mark: &str) -> String {
    match path.rsplit_once('.') {
        Some((way, item)) => format!("{way}.{mark}.{item}"),
        None => format!("{path}.{mark}"),
    }
}

fn repos(policies: &[Policy]) -> Result<Vec<Repo>> {
    let mut rng = Rng::of(SEED, "drift");
    let mut repos = Vec::new();
    let names =
        OWNERS.iter().flat_map(|(owner, names)| names.iter().map(move |name| format!("{owner}/{name}")));
    for (i, name) in names.enumerate() {
        let mut document = Desired::of(None, &of_repo(policies, &name), &[]).document;
        for field in ["has_issues", "allow_squash_merge", "allow_rebase_merge"] {
            put(&mut document, &Path::of_keys(["settings", field]), Some(&true.into()));
        }
        if rng.below(3) == 0 {
            let path =
                Path::from_str("label.extra.help wanted").map_err(|what| Error::new(Kind::Failed, what))?;
            put(&mut document, &path, Some(&"help wanted".into()));
        }
        let mut fates: Vec<&Fate> = FATES[i % FATES.len()].iter().collect();
        if document.get("rulesets").is_some() {
            fates.extend(GUARDED[i % GUARDED.len()]);
        }
        let mut unreadable = Vec::new();
        if i % 13 == 9 {
            // On a free plan, GitHub answers so.
            let reason = "403: Upgrade to GitHub Team or make this repository public to enable this feature.";
            unreadable
                .push(Unreadable { path: Path::of_keys(["branch_protection"]), reason: reason.to_owned() });
            document.0.remove("branch_protection");
            fates.retain(|fate| !fate.path.starts_with("branch_protection"));
        }
        repos.push(Repo { name, document, fates, unreadable });
    }
    Ok(repos)
}

/// Differences that are known and not counted.
async fn decide_ignores(change: &mut Change, midnight: DateTime<Utc>) -> Result<()> {
    let rules = [
        ("acme-labs/*", "settings.allow_merge_commit", "experiments may merge as they like"),
        ("globex/sdk-*", "label.missing.*", "labels come with the next release of the template"),
        ("acme/docs", "settings.has_wiki", "the handbook lives in the wiki until it has moved"),
    ];
    for (repos, paths, reason) in rules {
        store::ignore(change, repos, paths, reason, midnight + TimeDelta::days(60)).await?;
    }
    Ok(())
}

/// What people decided about single repositories.
async fn decide(change: &mut Change, repos: &[Repo], midnight: DateTime<Utc>) -> Result<()> {
    let why = |text: &str| Why::new(text);
    let path = Path::of_keys(["settings", "has_wiki"]);
    let accepted = ["acme/runbooks".to_owned()];
    let known = known(change).await?;
    for stored in settle::lock(change, &accepted).await? {
        let value = Json::from(true);
        let reason = why("operators write runbooks in the wiki")?;
        decisions::put(change, &stored, &path, Some(&value), DecidedKind::Accepted, &reason).await?;
    }
    for stored in settle::lock(change, &accepted).await? {
        settle::settle(change, stored, None, &known, Utc::now()).await?;
    }
    let snoozed = repos.iter().filter(|repo| !repo.fates.is_empty()).skip(2).step_by(9).take(3);
    for repo in snoozed {
        let until = Some(midnight + TimeDelta::days(5));
        decisions::snooze(change, &repo.name, until, &why("its team moves to the new template this week")?)
            .await?;
    }
    Ok(())
}
