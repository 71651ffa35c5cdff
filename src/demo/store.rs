//! The SQL of the demo: its database as a whole, and the load of its rows.

use super::history::{After, History, Table};
use super::suites::{REPOS, Suites};
use super::{DATABASE, Scale};
use crate::chain::change::Change;
use crate::db::local::{InUse, Lease};
use crate::error::{Error, Kind, Result};
use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, Connection, PgConnection};

/// Held while one process looks at, drops or loads the demo's database, so that two never load it both.
pub struct Guard {
    admin: PgConnection,
    scale: Scale,
}

impl Guard {
    /// Waits for its turn.
    ///
    /// # Errors
    /// [`Kind::Conflict`] where another process has been loading for longer than a moment.
    pub async fn take(lease: &Lease, scale: Scale) -> Result<Guard> {
        let mut admin = lease.superuser("postgres").application_name("attestor demo").connect().await?;
        sqlx::query("set lock_timeout = '60s'").execute(&mut admin).await?;
        let turn = sqlx::query("select pg_advisory_lock(hashtext($1))").bind(scale.database());
        turn.execute(&mut admin).await.map_err(|e| match Error::from(e) {
            error if error.kind() == Kind::Conflict => {
                Error::new(Kind::Conflict, "the demo is being loaded by another process")
                    .hint("wait for it, or end it; what it has loaded stays")
                    .because(error)
            }
            error => error,
        })?;
        Ok(Guard { admin, scale })
    }

    /// Lets the next one have its turn.
    pub async fn release(self) -> Result<()> {
        Ok(self.admin.close().await?)
    }

    /// Whether the database is there.
    pub async fn database_exists(&mut self) -> Result<bool> {
        let exists = sqlx::query_scalar("select exists (select from pg_database where datname = $1)");
        Ok(exists.bind(self.scale.database()).fetch_one(&mut self.admin).await?)
    }

    /// Drops the database, and no other. It belongs to no chain that anybody relies on.
    ///
    /// # Errors
    /// [`Kind::Conflict`] where others are connected to it and `in_use` refuses.
    pub async fn drop_database(&mut self, in_use: InUse) -> Result<()> {
        let drop = match (self.scale, in_use) {
            (Scale::Usual, InUse::Refuse) => "drop database if exists attestor_demo",
            (Scale::Usual, InUse::Override) => "drop database if exists attestor_demo with (force)",
            (Scale::Large, InUse::Refuse) => "drop database if exists attestor_demo_large",
            (Scale::Large, InUse::Override) => "drop database if exists attestor_demo_large with (force)",
        };
        match sqlx::query(drop).execute(&mut self.admin).await {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("55006") => {
                Err(Error::new(Kind::Conflict, "the demo is open elsewhere; nothing was changed")
                    .hint("close the other consoles, or cut them off with --reset --yes")
                    .because(e))
            }
            Err(e) => Err(e.into()),
        }
    }

    /// How many others are connected to the database.
    pub async fn others(&mut self) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = $1 and backend_type = 'client backend'",
        );
        Ok(count.bind(self.scale.database()).fetch_one(&mut self.admin).await?)
    }
}

/// Whether the history is loaded: its entry stands in the chain, which was committed with the rows.
pub async fn is_loaded(lease: &Lease) -> Result<bool> {
    let mut connection = lease.superuser(DATABASE).application_name("attestor demo").connect().await?;
    let migrated: bool = sqlx::query_scalar("select to_regclass('audit.audit_trail_entries') is not null")
        .fetch_one(&mut connection)
        .await?;
    let loaded = migrated
        && sqlx::query_scalar(
            "select exists (select from audit.audit_trail_entries where event_type = 'history_imported')",
        )
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(loaded)
}

/// Writes all rows into an empty database.
///
/// Rows refer to each other by their place in the listing, which is their id in an empty database. That
/// holds, or nothing is kept.
pub async fn load(change: &mut Change, history: &History) -> Result<()> {
    load_after(change, history, After::default()).await
}

/// The same behind the rows of `after`, which are all that there are; `history` was moved there.
pub async fn load_after(change: &mut Change, history: &History, after: After) -> Result<()> {
    let History { scans, findings, sightings, feedbacks } = history;
    copy(
        change,
        "copy triage.scans (project_name, commit_sha, \"timestamp\", reference_id, status, source_platform,
            repo_url, branch, tool, tool_version, series, results, inserted, unchanged, moved, absent, suppressed)
         from stdin",
        scans.copy_text(1, scans.columns.len()),
    )
    .await?;
    // `decided_by` comes later: it refers to feedback, which refers to findings.
    copy(
        change,
        "copy triage.findings (scan_id, tool, rule_id, file, line, severity, triage_decision, ai_verdict,
            ai_confidence, ai_reasoning, remediation_patch, red_team_success, project_name, message, snippet,
            snippet_line, end_line, kind, help_uri, cve_ids, tags, suppressed, suppression, fingerprint, occurrence,
            state, first_scan_id, first_seen_at, last_seen_at, resolved_at, regressed_at, version)
         from stdin",
        findings.copy_text(1, findings.columns.len() - 1),
    )
    .await?;
    copy(
        change,
        "copy triage.sightings (finding_id, scan_id, outcome, file, line) from stdin",
        sightings.copy_text(0, sightings.columns.len()),
    )
    .await?;
    copy(
        change,
        "copy triage.feedbacks (finding_id, user_verdict, comments, \"timestamp\", kind, retracts, actor, scan_id,
            finding_version)
         from stdin",
        feedbacks.copy_text(1, feedbacks.columns.len()),
    )
    .await?;
    decide(change, findings).await?;
    check_ids(change, history, after).await
}

/// Writes the runs of tests, with their repositories.
pub async fn load_suites(change: &mut Change, suites: &Suites) -> Result<()> {
    let names: Vec<&str> = REPOS.iter().map(|(name, _)| *name).collect();
    sqlx::query(
        "insert into trust.repositories (full_name) select unnest($1::text[]) on conflict do nothing",
    )
    .bind(&names)
    .execute(change.connection())
    .await?;
    let repos: Vec<i64> = sqlx::query_scalar(
        "select r.id from unnest($1::text[]) with ordinality as n (name, place)
         join trust.repositories r on r.full_name = n.name order by n.place",
    )
    .bind(&names)
    .fetch_all(change.connection())
    .await?;
    copy(
        change,
        "copy trust.ci_runs (repo_id, started_at, run_key, commit_sha, branch, environment, workflow_name, tests,
            failed, outage)
         from stdin",
        suites.run_rows(&repos),
    )
    .await?;
    let runs: Vec<i64> =
        sqlx::query_scalar("select id from trust.ci_runs where repo_id = any($1) order by id")
            .bind(&repos)
            .fetch_all(change.connection())
            .await?;
    if runs.len() != suites.runs.len() {
        return Err(not_empty());
    }
    copy(
        change,
        "copy trust.test_results (repo_id, ci_run_id, commit_sha, branch, workflow_name, environment, recorded_at,
            test_suite, test_name, test_id, status, duration_ms, error_message, attempt)
         from stdin",
        suites.result_rows(&repos, &runs),
    )
    .await
}

async fn copy(change: &mut Change, statement: &'static str, rows: impl Into<Vec<u8>>) -> Result<()> {
    let mut copy = change.connection().copy_in_raw(statement).await?;
    copy.send(rows.into()).await?;
    copy.finish().await?;
    Ok(())
}

/// Tells each decided finding which feedback decided it.
async fn decide(change: &mut Change, findings: &Table) -> Result<()> {
    let last = findings.columns.len() - 1;
    let pairs = findings.rows.iter().filter_map(|row| Some((row[0].as_ref()?, row[last].as_ref()?)));
    let (ids, feedback): (Vec<i64>, Vec<i64>) =
        pairs.filter_map(|(id, by)| Some((id.parse::<i64>().ok()?, by.parse::<i64>().ok()?))).unzip();
    sqlx::query(
        "update triage.findings f set decided_by = d.feedback
           from unnest($1::bigint[], $2::bigint[]) as d (id, feedback)
          where f.id = d.id",
    )
    .bind(ids)
    .bind(feedback)
    .execute(change.connection())
    .await?;
    Ok(())
}

async fn check_ids(change: &mut Change, history: &History, after: After) -> Result<()> {
    let as_listed: bool = sqlx::query_scalar(
        "select (select (min(id), max(id), count(*)) = ($4 + 1, $4 + $1, $1) from triage.scans where id > $4)
            and (select (min(id), max(id), count(*)) = ($5 + 1, $5 + $2, $2) from triage.findings where id > $5)
            and (select (min(id), max(id), count(*)) = ($6 + 1, $6 + $3, $3) from triage.feedbacks where id > $6)",
    )
    .bind(history.scans.rows.len() as i64)
    .bind(history.findings.rows.len() as i64)
    .bind(history.feedbacks.rows.len() as i64)
    .bind(after.scan)
    .bind(after.finding)
    .bind(after.feedback)
    .fetch_one(change.connection())
    .await?;
    if as_listed {
        return Ok(());
    }
    Err(not_empty())
}

fn not_empty() -> Error {
    Error::new(Kind::Failed, "the demo's database was not empty").hint("attestor demo --reset")
}

/// Whether nothing is known of drift.
pub async fn has_no_drift(change: &mut Change) -> Result<bool> {
    Ok(sqlx::query_scalar("select not exists (select from trust.policy_repo_configs)")
        .fetch_one(change.connection())
        .await?)
}

/// The number of the last check of a repository.
pub async fn last_check(change: &mut Change) -> Result<i64> {
    Ok(sqlx::query_scalar("select coalesce(max(id), 0) from trust.reconciliation_results")
        .fetch_one(change.connection())
        .await?)
}

/// Says of the checks after this one that they were made then.
pub async fn date_checks(change: &mut Change, after: i64, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("update trust.reconciliation_results set checked_at = $2 where id > $1")
        .bind(after)
        .bind(at)
        .execute(change.connection())
        .await?;
    Ok(())
}

/// Writes a rule about drift that is not counted.
pub async fn ignore(
    change: &mut Change,
    repos: &str,
    paths: &str,
    reason: &str,
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into trust.drift_ignores (repos, paths, reason, until, deed_key)
         values ($1, $2, $3, $4, gen_random_uuid())",
    )
    .bind(repos)
    .bind(paths)
    .bind(reason)
    .bind(until)
    .execute(change.connection())
    .await?;
    Ok(())
}
