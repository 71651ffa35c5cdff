//! Findings to try deeds on.

use crate::support::{TestDatabase, database};
use attestor::db::Db;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

/// A database with findings, and a superuser who looks behind the scenes.
pub struct Stage {
    pub database: TestDatabase,
    pub db: Db,
    pub superuser: PgConnection,
}

pub async fn stage() -> Stage {
    let database = database().await;
    Stage { db: database.db(), superuser: database.superuser().await, database }
}

impl Stage {
    /// Findings 1 to `count` of scan 1, all alike but for their names; higher numbers are riskier.
    pub async fn findings(&mut self, count: i32) {
        self.run(
            "insert into triage.scans (id, project_name, commit_sha, branch, repo_url, status)
             values (1, 'acme/api', '4f2c91d', 'main', 'https://example.com/acme/api', 'completed')",
        )
        .await;
        sqlx::query(
            "insert into triage.findings (id, scan_id, tool, rule_id, file, line, severity, fingerprint, message,
                                          ai_verdict, ai_confidence)
             select i, 1, 'semgrep', 'rule-' || i, 'src/file' || i || '.py', i, 'high', 'fp' || i, 'message ' || i,
                    'TP', i / 1000.0
             from generate_series(1, $1) as i",
        )
        .bind(count)
        .execute(&mut self.superuser)
        .await
        .unwrap();
    }

    /// A login that may decide.
    pub async fn analyst(&mut self, name: &str) {
        self.role(name, "attestor_analyst").await;
    }

    /// A login in `group`. Roles are the cluster's: each test has its own, ending in `name`.
    pub async fn role(&mut self, name: &str, group: &str) {
        let name = self.login(name);
        self.run(&format!("create role {name} login in role {group}")).await;
    }

    pub fn login(&self, name: &str) -> String {
        format!("{}_{name}", self.database.options().get_database().unwrap())
    }

    pub fn options_as(&self, name: &str) -> PgConnectOptions {
        self.database.options_as(&self.login(name))
    }

    /// A connection of a login that [`Stage::role`] made.
    pub async fn connection_as(&self, name: &str) -> PgConnection {
        self.options_as(name).connect().await.unwrap()
    }

    /// What stands in the row of a finding: decision, the feedback that it comes from, version.
    pub async fn decision(&mut self, finding: i64) -> (Option<String>, Option<i64>, i32) {
        sqlx::query_as("select triage_decision, decided_by, version from triage.findings where id = $1")
            .bind(finding)
            .fetch_one(&mut self.superuser)
            .await
            .unwrap()
    }

    /// The events of the chain, in order. Opened anew, so that it can be asked while others hold `self`.
    pub async fn entries(&self) -> Vec<String> {
        sqlx::query_scalar("select event_type from audit.audit_trail_entries order by seq")
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    pub async fn count(&mut self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.superuser).await.unwrap()
    }

    pub async fn value(&mut self, sql: &'static str) -> serde_json::Value {
        sqlx::query_scalar(sql).fetch_one(&mut self.superuser).await.unwrap()
    }

    pub async fn run(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.superuser).await.unwrap();
    }
}
