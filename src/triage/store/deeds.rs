//! Deeds as the chain and their rows tell them: found by key, by entry, or as one's own last one.

use super::attention::{self, Attended};
use super::feedbacks::{self, DoneBefore};
use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{DeedKey, EntrySeq, FindingId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A deed, and what it wrote.
pub struct Found {
    /// Its entry.
    pub seq: EntrySeq,
    /// Its rows.
    pub written: Written,
}

/// What a deed wrote.
pub enum Written {
    /// Verdicts, comments or retractions.
    Feedback(DoneBefore),
    /// Claims, snoozes, accepted risks, or their ends.
    Attention(Attended),
}

/// The deed with this key; none where it wrote nothing about findings.
pub async fn by_key(change: &mut Change, key: DeedKey) -> Result<Option<Found>> {
    let Some(feedback) = feedbacks::under_key(change, key).await? else { return Ok(None) };
    let seq = feedback.seq;
    if !feedback.rows.is_empty() {
        return Ok(Some(Found { seq, written: Written::Feedback(feedback) }));
    }
    let attended = attention::written(change, key).await?;
    Ok(attended.map(|attended| Found { seq, written: Written::Attention(attended) }))
}

/// The deed of this entry; none where it wrote nothing about findings.
pub async fn by_entry(change: &mut Change, seq: EntrySeq) -> Result<Option<Found>> {
    let key: Option<Option<String>> = sqlx::query_scalar(
        "select payload->>'idempotency_key' from audit.audit_trail_entries where seq = $1",
    )
    .bind(seq)
    .fetch_optional(change.connection())
    .await?;
    match key.flatten().and_then(|key| key.parse().ok()) {
        Some(key) => by_key(change, DeedKey(key)).await,
        None => Ok(None),
    }
}

/// A deed in short, to be named before it is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct DeedNote {
    /// Its key.
    #[serde(skip)]
    pub key: DeedKey,
    /// Its entry.
    pub seq: EntrySeq,
    /// When it was entered.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
    /// The verdict, where it gave one.
    pub verdict: Option<SafeText>,
    /// Why.
    pub reason: Option<SafeText>,
    /// How many findings it concerned.
    pub count: i64,
    /// The finding, where it concerned one alone.
    pub finding_id: Option<FindingId>,
}

/// The deed of this entry, where it concerned findings.
pub async fn note(db: &Db, seq: EntrySeq) -> Result<Option<DeedNote>> {
    let key: Option<Option<String>> = sqlx::query_scalar(
        "select payload->>'idempotency_key' from audit.audit_trail_entries where seq = $1",
    )
    .bind(seq)
    .fetch_optional(db.read())
    .await?;
    match key.flatten().and_then(|key| key.parse().ok()) {
        Some(key) => noted(db, DeedKey(key)).await,
        None => Ok(None),
    }
}

/// The last deed of the login in which it gave verdicts, of which one at least was not taken back. None
/// where that verdict was written without a key, as programs may.
pub async fn my_last(db: &Db) -> Result<Option<DeedNote>> {
    let key: Option<Option<DeedKey>> = sqlx::query_scalar(
        "select b.deed_key from triage.feedbacks b
         where b.actor = session_user and b.kind = 'verdict' and b.finding_id is not null
           and not exists (select from triage.feedbacks r where r.retracts = b.id)
         order by b.id desc limit 1",
    )
    .fetch_optional(db.read())
    .await?;
    match key.flatten() {
        Some(key) => noted(db, key).await,
        None => Ok(None),
    }
}

async fn noted(db: &Db, key: DeedKey) -> Result<Option<DeedNote>> {
    Ok(sqlx::query_as(
        "select $2 as key, e.seq, e.occurred_at, e.event_type, e.actor,
                left(e.payload->>'verdict', 20) as verdict, left(e.payload->>'reason', 20000) as reason,
                rows.count, rows.finding_id
         from audit.audit_trail_entries e
         cross join lateral (
             select count(*) as count, case when count(*) = 1 then min(finding_id) end as finding_id
             from (select finding_id from triage.feedbacks where deed_key = $2
                   union all
                   select finding_id from triage.attention where deed_key = $2) written) rows
         where e.payload->>'idempotency_key' = $1 and rows.count > 0",
    )
    .bind(key.to_string())
    .bind(key)
    .fetch_optional(db.read())
    .await?)
}
