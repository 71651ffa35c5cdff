//! From when on a test counts as flaky: what other thresholds would do, and setting them.

use super::used_otherwise;
use crate::chain::change::Change;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::filter::Filter;
use crate::flaky::preview::Preview;
use crate::flaky::quarantine::Reason;
use crate::flaky::record;
use crate::flaky::state::Thresholds;
use crate::flaky::store::{decisions, settings, tests};
use crate::ids::{DeedKey, EntrySeq, TestId};
use chrono::{DateTime, Utc};

/// Tests that are restated at a time.
const BATCH_ROWS: i64 = 5_000;

/// Other thresholds, for everyone.
#[derive(Debug, Clone, PartialEq)]
pub struct SetThresholds {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// Why.
    pub reason: Reason,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// What `after` would do to the tests that `filter` lets through. Nothing is written.
///
/// # Errors
/// `Usage` where the thresholds make no sense.
pub async fn preview(db: &Db, after: Thresholds, filter: Filter, now: DateTime<Utc>) -> Result<Preview> {
    check(after)?;
    let mut preview = Preview::new(settings::thresholds(db).await?, after);
    let query = tests::Query::first(filter, 0, now);
    tests::each(db, &query, None, |test| {
        preview.look(&test);
        Ok(())
    })
    .await?;
    Ok(preview)
}

/// Sets the thresholds, and states every test anew by them, in one change. Gives what that changed and the
/// entry; none where these thresholds stood already.
///
/// # Errors
/// `Usage` where the thresholds make no sense or the key is another deed's; `Denied` where the login may
/// not (it takes an operator).
pub async fn set_thresholds(db: &Db, deed: &SetThresholds) -> Result<Option<(Preview, EntrySeq)>> {
    check(deed.thresholds)?;
    settled(db, deed.key, |change| set_once(change, deed)).await
}

async fn set_once(mut change: Change, deed: &SetThresholds) -> Result<Option<(Preview, EntrySeq)>> {
    let before = settings::locked(&mut change).await?;
    let done = decisions::done_before(&mut change).await?;
    if before == deed.thresholds {
        let preview = Preview::new(before, before);
        return Ok(done.map(|done| (preview, done.seq)));
    }
    if let Some(done) = done {
        return Err(used_otherwise(deed.key, done.seq));
    }
    let mut preview = Preview::new(before, deed.thresholds);
    let mut after = TestId(0);
    loop {
        let tests = decisions::lock_after(&mut change, after, BATCH_ROWS).await?;
        let Some(last) = tests.last() else { break };
        after = last.id;
        let changes: Vec<_> = tests
            .iter()
            .filter_map(|test| preview.look(test).map(|(state, suggested)| (test.id, state, suggested)))
            .collect();
        if !changes.is_empty() {
            decisions::restate(&mut change, &changes).await?;
        }
    }
    settings::set(&mut change, deed.thresholds).await?;
    let entry = record::thresholds(before, deed.thresholds, deed.reason.as_str(), &preview);
    let seq = change.commit(entry).await?;
    Ok(Some((preview, seq)))
}

fn check(thresholds: Thresholds) -> Result<()> {
    match thresholds.mistake() {
        Some(mistake) => Err(Error::new(Kind::Usage, mistake)),
        None => Ok(()),
    }
}
