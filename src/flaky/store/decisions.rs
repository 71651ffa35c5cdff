//! The rows of decisions about tests.

use super::tests::changed;
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::flaky::decision::{Step, What};
use crate::flaky::quarantine::{Link, Owner};
use crate::flaky::state::State;
use crate::flaky::test::Test;
use crate::ids::{DeedKey, EntrySeq, TestId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Locks the tests of `ids`, which are sorted, and reads them.
pub async fn lock(change: &mut Change, ids: &[TestId]) -> Result<Vec<Test>> {
    // In the order of the ids, whoever asks: two deeds over the same rows wait, and never deadlock.
    let locked: Vec<TestId> =
        sqlx::query_scalar("select id from trust.flaky_tests where id = any($1) order by id for update")
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(change.connection())
            .await?;
    if let Some(missing) = ids.iter().find(|id| locked.binary_search(id).is_err()) {
        return Err(Error::new(Kind::NotFound, format!("there is no test #{missing}")));
    }
    // A statement of its own: it sees what others committed while the locks were waited for.
    changed(change, ids).await
}

/// What a deed wrote before.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneBefore {
    /// Its entry.
    pub seq: EntrySeq,
    /// The word of the deed; none where the key is one of something else.
    pub deed: Option<String>,
    /// The tests, in the order of their ids.
    pub tests: Vec<TestId>,
}

/// What the deed of `change` wrote, where it was done before.
pub async fn done_before(change: &mut Change) -> Result<Option<DoneBefore>> {
    let key = change.key();
    by_key(change.connection(), key).await
}

/// What the deed `key` wrote; none where it was never done.
pub async fn done(db: &Db, key: DeedKey) -> Result<Option<DoneBefore>> {
    by_key(&mut *db.read().acquire().await?, key).await
}

async fn by_key(connection: &mut PgConnection, key: DeedKey) -> Result<Option<DoneBefore>> {
    let seq: Option<EntrySeq> = sqlx::query_scalar(
        "select seq from audit.audit_trail_entries where payload->>'idempotency_key' = $1",
    )
    .bind(key.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(seq) = seq else { return Ok(None) };
    let rows: Vec<(TestId, String)> = sqlx::query_as(
        "select flaky_test_id, deed from trust.flaky_decisions where deed_key = $1 order by flaky_test_id",
    )
    .bind(key)
    .fetch_all(connection)
    .await?;
    let deed = rows.first().map(|(_, deed)| deed.clone());
    Ok(Some(DoneBefore { seq, deed, tests: rows.into_iter().map(|(test, _)| test).collect() }))
}

/// Writes a decision: its rows, and what the tests are from then on. The ids come back in the order of the
/// tests.
pub async fn write(
    change: &mut Change,
    what: &What,
    steps: &[Step],
    now: DateTime<Utc>,
) -> Result<Vec<(TestId, i64)>> {
    let key = change.key();
    let (owner, link, until) = match what {
        What::Quarantine { owner, link, until, .. } => {
            (owner.as_ref().map(Owner::as_str), link.as_ref().map(Link::as_str), Some(*until))
        }
        _ => (None, None, None),
    };
    let ids: Vec<i64> = steps.iter().map(|step| step.test.0).collect();
    let mut written: Vec<(TestId, i64)> = sqlx::query_as(
        "insert into trust.flaky_decisions
             (flaky_test_id, deed, at, reason, owner, link, until, by_rule, test_version, deed_key)
         select n.id, $4, $5, $6, case when $4 = 'quarantine' then coalesce($7, session_user::text) end, $8, $9,
                n.by_rule, n.seen, $10
         from unnest($1::bigint[], $2::boolean[], $3::integer[]) as n (id, by_rule, seen)
         order by n.id
         returning flaky_test_id, id",
    )
    .bind(&ids)
    .bind(steps.iter().map(|step| step.by_rule).collect::<Vec<_>>())
    .bind(steps.iter().map(|step| step.seen.0).collect::<Vec<_>>())
    .bind(what.word())
    .bind(now)
    .bind(what.reason().as_str())
    .bind(owner)
    .bind(link)
    .bind(until)
    .bind(key)
    .fetch_all(change.connection())
    .await?;
    written.sort_unstable();
    let states: Vec<&str> = steps.iter().map(|step| step.state.word()).collect();
    match what {
        What::Quarantine { reason, .. } => {
            let runs: Vec<Option<i32>> = steps
                .iter()
                .map(|step| step.graduation_runs.map(|runs| i32::try_from(runs).unwrap_or(i32::MAX)))
                .collect();
            // Where it is renewed, what it takes to leave stays, and how far that is.
            sqlx::query(
                "update trust.flaky_tests t
                 set quarantined = true, state = n.state, suggested = false, version = t.version + 1,
                     owner = coalesce($4, session_user::text), reason = $5, link = $6, expires_at = $7,
                     quarantined_at = case when n.runs is null then t.quarantined_at else $8 end,
                     quarantined_by = case when n.runs is null then t.quarantined_by else session_user::text end,
                     graduation_runs = coalesce(n.runs, t.graduation_runs),
                     clean_runs = case when n.runs is null then t.clean_runs else 0 end
                 from unnest($1::bigint[], $2::text[], $3::integer[]) as n (id, state, runs)
                 where t.id = n.id",
            )
            .bind(&ids)
            .bind(states)
            .bind(runs)
            .bind(owner)
            .bind(reason.as_str())
            .bind(link)
            .bind(until)
            .bind(now)
            .execute(change.connection())
            .await?;
        }
        What::Graduate { .. } => {
            sqlx::query(
                "update trust.flaky_tests t
                 set quarantined = false, state = n.state, suggested = false, version = t.version + 1,
                     expires_at = null, graduated_at = $3, graduated_flaked = t.flaked
                 from unnest($1::bigint[], $2::text[]) as n (id, state)
                 where t.id = n.id",
            )
            .bind(&ids)
            .bind(states)
            .bind(now)
            .execute(change.connection())
            .await?;
        }
        What::Dismiss { .. } => {
            sqlx::query(
                "update trust.flaky_tests t
                 set suggested = false, version = t.version + 1, dismissed_flaked = t.flaked,
                     dismissed_at = $2, dismissed_by = session_user::text
                 where t.id = any($1)",
            )
            .bind(&ids)
            .bind(now)
            .execute(change.connection())
            .await?;
        }
    }
    Ok(written)
}

/// What other thresholds make of tests: their state, and whether quarantine is suggested.
pub async fn restate(change: &mut Change, changes: &[(TestId, State, bool)]) -> Result<()> {
    sqlx::query(
        "update trust.flaky_tests t set state = n.state, suggested = n.suggested
         from unnest($1::bigint[], $2::text[], $3::boolean[]) as n (id, state, suggested)
         where t.id = n.id",
    )
    .bind(changes.iter().map(|(id, ..)| id.0).collect::<Vec<_>>())
    .bind(changes.iter().map(|(_, state, _)| state.word()).collect::<Vec<_>>())
    .bind(changes.iter().map(|(.., suggested)| *suggested).collect::<Vec<_>>())
    .execute(change.connection())
    .await?;
    Ok(())
}

/// The tests after `after`, at most `limit`, locked in the order of their ids.
pub async fn lock_after(change: &mut Change, after: TestId, limit: i64) -> Result<Vec<Test>> {
    let ids: Vec<TestId> =
        sqlx::query_scalar("select id from trust.flaky_tests where id > $1 order by id limit $2 for update")
            .bind(after)
            .bind(limit)
            .fetch_all(change.connection())
            .await?;
    changed(change, &ids).await
}
