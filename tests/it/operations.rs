//! Runs and their reports.

mod acknowledge;
mod imports;
mod program;
mod redact;
mod report;
mod runs;

use crate::support::{TestDatabase, database};
use attestor::chain::entry::Category;
use attestor::db::Db;
use attestor::error::Error;
use attestor::ids::RunId;
use attestor::jobs::JobContext;
use attestor::operations::check::{Check, ReasonCode, Status};
use attestor::operations::run::{Flow, Identity};
use attestor::operations::start::{Asked, Done, Finished, Started, start};
use serde_json::Value;
use sqlx::AssertSqlSafe;

/// A flow of nobody.
const FLOW: Flow = Flow {
    name: "probe",
    started: "probe.started",
    completed: "probe.completed",
    category: Category::Verification,
};

fn probe(what: &str) -> Identity {
    Identity::of(FLOW).about("what", what)
}

/// A check that came out so.
fn check(key: &str, status: Status) -> Check {
    let reason = if status == Status::Pass { ReasonCode::Ok } else { ReasonCode::ext("probe", "so") };
    Check::new(key, key, status, reason)
}

/// The schema of reports, as it stands in the repository.
fn schema() -> jsonschema::Validator {
    let text = include_str!("../../docs/verification-report.schema.json");
    jsonschema::validator_for(&serde_json::from_str::<Value>(text).unwrap()).unwrap()
}

/// Fails with all that the schema has against a report.
fn keeps_its_contract(document: &Value) {
    let faults: Vec<String> =
        schema().iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
}

struct Bench {
    database: TestDatabase,
    db: Db,
}

async fn bench() -> Bench {
    let database = database().await;
    let db = database.db();
    Bench { database, db }
}

impl Bench {
    /// Runs a probe that checks these, as whoever the tests are.
    async fn probe(&self, what: &str, checks: Vec<Check>) -> Done<()> {
        match self.ask(&Asked::new(probe(what)), checks).await.unwrap() {
            Started::Done(done) => done,
            Started::Active(found) => panic!("run {} is active", found.id),
        }
    }

    async fn ask(&self, asked: &Asked, checks: Vec<Check>) -> Result<Started<()>, Error> {
        let work = async |_| Ok(Finished::new(()).counts([("looked", 3)]).checks(checks.clone()));
        start(&self.db, asked, &JobContext::unattended(), work).await
    }

    async fn text(&self, sql: &str) -> String {
        let row: Option<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_optional(&mut self.database.superuser().await)
            .await
            .unwrap();
        row.flatten().unwrap_or_default()
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.database.superuser().await)
            .await
            .unwrap();
    }

    /// A run that nobody works on: its lease ended a while ago.
    async fn killed(&self, what: &str) -> RunId {
        let hash = probe(what).hash();
        let id = self
            .text(&format!(
                "insert into operations.operation_runs (user_id, type, status, outcome, run_identity_hash,
                     started_at, lease_until, context)
                 values ('bob', 'probe', 'running', 'pending', '{hash}', now(), now() - interval '1 s',
                         '{{\"entries\": true}}') returning id::text"
            ))
            .await;
        id.parse().unwrap()
    }

    async fn standing(&self, run: RunId) -> String {
        self.text(&format!(
            "select concat_ws(' ', status, outcome, lease_until is null, failure_summary->>'kind')
             from operations.operation_runs where id = {run}"
        ))
        .await
    }

    /// The events of the chain, with what they say of their run.
    async fn events(&self) -> String {
        self.text(
            "select string_agg(concat_ws(' ', category, event_type, payload->>'outcome', payload->>'overall'), '; '
                               order by seq) from audit.audit_trail_entries",
        )
        .await
    }
}
