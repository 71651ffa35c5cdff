//! What checks of repositories came to, one row a check.

use crate::chain::change::Change;
use crate::error::Result;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Every field is as it should be, as far as it is asked for.
    Synced,
    /// Something differs.
    Drifted,
    /// It could not be checked, or nobody can tell how it stands.
    Failed,
}

impl CheckOutcome {
    /// The outcome of a check after which the column `in_sync` is so.
    pub fn of(in_sync: Option<bool>) -> Self {
        match in_sync {
            Some(true) => CheckOutcome::Synced,
            Some(false) => CheckOutcome::Drifted,
            None => CheckOutcome::Failed,
        }
    }

    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            CheckOutcome::Synced => "synced",
            CheckOutcome::Drifted => "drifted",
            CheckOutcome::Failed => "failed",
        }
    }
}

/// One check of one repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The run of the reconciler; none for a file that was taken in.
    pub run: Option<i64>,
    /// The repository.
    pub repo_id: i64,
    /// What it came to.
    pub outcome: CheckOutcome,
    /// The fields that drift after it.
    pub drift_fields: Vec<String>,
    /// How many of them are critical.
    pub critical: usize,
    /// The fields that were put right.
    pub corrected: Vec<String>,
    /// Why it failed, or was refused.
    pub message: Option<String>,
}

/// Writes a check. One of the same run and repository that stands already is replaced.
pub async fn record(change: &mut Change, check: &Check) -> Result<()> {
    sqlx::query(
        "insert into trust.reconciliation_results
             (run_id, repo_id, outcome, corrected, drift_count, critical_count, drift_fields, corrected_fields, message)
         values ($1, $2, $3, $4, $5, $6, $7, $8, left($9, 2000))
         on conflict (run_id, repo_id) do update
         set outcome = excluded.outcome, corrected = excluded.corrected, drift_count = excluded.drift_count,
             critical_count = excluded.critical_count, drift_fields = excluded.drift_fields,
             corrected_fields = excluded.corrected_fields, message = excluded.message, checked_at = clock_timestamp()",
    )
    .bind(check.run)
    .bind(check.repo_id)
    .bind(check.outcome.word())
    .bind(!check.corrected.is_empty())
    .bind(i32::try_from(check.drift_fields.len()).unwrap_or(i32::MAX))
    .bind(i32::try_from(check.critical).unwrap_or(i32::MAX))
    .bind(&check.drift_fields)
    .bind(&check.corrected)
    .bind(&check.message)
    .execute(change.connection())
    .await?;
    Ok(())
}
