//! A database and a GitHub to reconcile it with.

use super::server::{GitHub, Repo};
use super::{client_of, tempo};
use crate::support::{self, TestDatabase};
use attestor::db::Db;
use attestor::drift::github::{Client, Tempo};
use attestor::drift::jobs::{Planning, make_plan, reconcile};
use attestor::drift::plan::{Plan, PlanHash};
use attestor::drift::policy::Mode;
use attestor::drift::reconcile::{Report, Task, TriggeredBy};
use attestor::error::Result;
use attestor::ids::DeedKey;
use attestor::jobs::JobContext;
use chrono::Utc;
use serde_json::Value;

pub struct Bench {
    pub database: TestDatabase,
    pub db: Db,
    pub github: GitHub,
    pub client: Client,
    pub names: Vec<String>,
}

/// What is asked of every repository unless something else is said.
pub const DESIRED: &str = r#"{
    "branch_protection": {"branch": "main", "required_reviews": 2, "enforce_admins": true,
                          "require_status_checks": true, "allow_force_pushes": false},
    "settings": {"has_wiki": false, "delete_branch_on_merge": true},
    "required_labels": ["bug", "security"]}"#;

/// A repository of which nothing that [`DESIRED`] asks for differs.
pub fn good() -> Repo {
    let mut repo = Repo::default();
    repo.settings["has_wiki"] = false.into();
    repo.settings["delete_branch_on_merge"] = true.into();
    repo
}

/// One that differs in all sections: it takes three requests to put it right.
pub fn bad() -> Repo {
    let mut repo = Repo::default();
    repo.protection.as_mut().unwrap()["enforce_admins"]["enabled"] = false.into();
    repo.protection.as_mut().unwrap()["allow_force_pushes"]["enabled"] = true.into();
    repo.labels.retain(|label| label["name"] != "security");
    repo
}

impl Bench {
    pub async fn new(repos: Vec<(String, Repo)>) -> Bench {
        Bench::at(repos, tempo()).await
    }

    pub async fn at(repos: Vec<(String, Repo)>, tempo: Tempo) -> Bench {
        let database = support::database().await;
        let db = database.db();
        let names: Vec<String> = repos.iter().map(|(name, _)| name.clone()).collect();
        let github = GitHub::start([]).await;
        github.world.lock().unwrap().repos = repos.into_iter().collect();
        let client = client_of(&github, tempo);
        let bench = Bench { database, db, github, client, names };
        for name in bench.names.clone() {
            bench.ask(&name, DESIRED).await;
        }
        bench
    }

    /// Writes what is asked of a repository, as another producer does.
    pub async fn ask(&self, name: &str, desired: &str) {
        let mut admin = self.database.superuser().await;
        sqlx::query(
            "with r as (insert into trust.repositories (full_name) values ($1)
                        on conflict (full_name) do update set full_name = excluded.full_name returning id)
             insert into trust.policy_repo_configs (repo_id, desired_state) select id, $2::jsonb from r
             on conflict (repo_id) do update set desired_state = excluded.desired_state",
        )
        .bind(name)
        .bind(desired)
        .execute(&mut admin)
        .await
        .unwrap();
    }

    pub async fn run(&self, task: Task) -> Result<Report> {
        reconcile(&self.db, &self.client, &task, TriggeredBy::Manual, &JobContext::unattended()).await
    }

    pub async fn look(&self) -> Report {
        let report = self.run(Task::Look { repos: self.names.clone(), mode: Mode::Observe }).await.unwrap();
        assert!(report.counters.add_up(), "{:?}", report.counters);
        report
    }

    pub async fn plan(&self) -> (Plan, PlanHash) {
        let planning = Planning { repos: self.names.clone(), now: Utc::now(), key: DeedKey::fresh() };
        make_plan(&self.db, &planning).await.unwrap()
    }

    pub async fn apply(&self, plan: &(Plan, PlanHash), repos_max: usize) -> Report {
        let (plan, hash) = plan.clone();
        let report = self.run(Task::Apply { plan: Box::new(plan), hash, repos_max }).await.unwrap();
        assert!(report.counters.add_up(), "{:?}", report.counters);
        report
    }

    /// The first column of every row, as text.
    pub async fn rows(&self, sql: &'static str) -> Vec<String> {
        let mut admin = self.database.superuser().await;
        sqlx::query_scalar(sql).fetch_all(&mut admin).await.unwrap()
    }

    pub async fn one(&self, sql: &'static str) -> String {
        self.rows(sql).await.join("\n")
    }
}

/// How each repository came out: `acme/a drifted`.
pub fn outcomes(report: &Report) -> Vec<String> {
    let line =
        |repo: &attestor::drift::reconcile::RepoReport| format!("{} {}", repo.repo, repo.outcome.word());
    report.repositories.iter().map(line).collect()
}

pub fn named(count: usize, repo: impl Fn(usize) -> Repo) -> Vec<(String, Repo)> {
    (0..count).map(|n| (format!("acme/r{n:02}"), repo(n))).collect()
}

/// What was changed, by repository: how many requests.
pub fn changes(github: &GitHub, name: &str) -> Vec<String> {
    let start = format!("/repos/{name}");
    let is_its = |path: &str| path == start || path.starts_with(&format!("{start}/"));
    let mut lines: Vec<String> = github
        .changes()
        .iter()
        .filter(|asked| is_its(&asked.path))
        .map(|asked| asked.line().replace(&start, ""))
        .collect();
    lines.sort();
    lines
}

/// The changes that put [`bad`] right.
pub const PUT_RIGHT: [&str; 3] = ["PATCH ", "POST /labels", "PUT /branches/main/protection"];

pub fn is_right(repo: &Repo) -> bool {
    let names: Vec<&Value> = repo.labels.iter().map(|label| &label["name"]).collect();
    let protection = repo.protection.as_ref().unwrap();
    repo.settings["has_wiki"] == false
        && repo.settings["delete_branch_on_merge"] == true
        && protection["enforce_admins"]["enabled"] == true
        && protection["allow_force_pushes"]["enabled"] == false
        && protection["required_status_checks"]["checks"][0]["app_id"] == 15368
        && names == ["bug", "security"]
}
