//! The SQL of the large demo: what is loaded, and the entries of each part.

use super::DATABASE;
use crate::chain::change::Change;
use crate::chain::entry::Category;
use crate::db::local::Lease;
use crate::demo::history::After;
use crate::error::Result;
use chrono::NaiveDate;
use sqlx::{ConnectOptions, PgConnection};

/// The superuser's connection to the database.
pub struct Admin(PgConnection);

/// What an earlier call has loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Found {
    #[sqlx(try_from = "i64")]
    pub parts: u64,
    pub date: Option<NaiveDate>,
}

impl Admin {
    pub async fn connect(lease: &Lease) -> Result<Admin> {
        Ok(Admin(lease.superuser(DATABASE).application_name("attestor demo").connect().await?))
    }

    /// The parts whose entry stands in the chain, which was committed with their rows.
    pub async fn found(&mut self) -> Result<Found> {
        let found = sqlx::query_as(
            "select count(*) as parts, min(payload->>'date')::date as date
               from audit.audit_trail_entries
              where category = 'finding_triage' and event_type = 'history_imported'",
        );
        Ok(found.fetch_one(&mut self.0).await?)
    }

    /// Lets new rows follow those that there are, and tells these.
    pub async fn align_ids(&mut self) -> Result<After> {
        let (scan, finding, feedback) = sqlx::query_as(
            "select coalesce((select max(id) from triage.scans), 0),
                    coalesce((select max(id) from triage.findings), 0),
                    coalesce((select max(id) from triage.feedbacks), 0)",
        )
        .fetch_one(&mut self.0)
        .await?;
        sqlx::query(
            "select setval(pg_get_serial_sequence('triage.scans', 'id'), $1 + 1, false),
                    setval(pg_get_serial_sequence('triage.findings', 'id'), $2 + 1, false),
                    setval(pg_get_serial_sequence('triage.feedbacks', 'id'), $3 + 1, false)",
        )
        .bind(scan)
        .bind(finding)
        .bind(feedback)
        .execute(&mut self.0)
        .await?;
        Ok(After { scan, finding, feedback })
    }

    /// What the server would do by itself in the next minutes, and reads are slower without.
    pub async fn tidy_up(&mut self) -> Result<()> {
        sqlx::query("vacuum (analyze)").execute(&mut self.0).await?;
        Ok(())
    }
}

/// Appends an entry about each of the `count` findings from `first` on, but for the first one: the
/// entry of the change itself makes up for it. Nothing may be written after this.
///
/// Each entry says what it is. Its event is none that a person's deed has, so nobody mistakes it for a
/// decision.
pub async fn append_history(change: &mut Change, first: i64, count: usize) -> Result<()> {
    sqlx::query(
        "select count(audit.append_entry(
                    category => $3, event_type => 'demo_history', actor_type => 'bot',
                    payload => jsonb_build_object(
                        'source', 'attestor demo --scale large',
                        'note', 'demo history: made up, nobody decided this',
                        'finding_id', f.id, 'rule_id', f.rule_id, 'state', f.state, 'seen_at', f.last_seen_at),
                    repo_full_name => f.project_name, framework => $4))
           from (select id, project_name, rule_id, state, last_seen_at from triage.findings
                  where id > $1 and id < $1 + $2 order by id) f",
    )
    .bind(first)
    .bind(count as i64)
    .bind(Category::FindingTriage.word())
    .bind(Category::FindingTriage.controls())
    .execute(change.connection())
    .await?;
    Ok(())
}
