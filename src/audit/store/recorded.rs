//! What the chain itself says of its verifications.

use crate::db::Db;
use crate::error::Result;
use crate::ids::EntrySeq;
use crate::text::SafeText;
use chrono::{DateTime, Utc};

/// A verification as its entry tells it. Whoever can forge entries can forge this one: it says what was
/// recorded, and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Recorded {
    /// The entry.
    pub seq: EntrySeq,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The login that recorded it.
    pub by: SafeText,
    /// The verdict, as it was written.
    pub verdict: SafeText,
    /// How many entries were read; 0 where it does not say.
    pub size: i64,
}

/// The newest verification that was recorded; none where none was.
pub async fn newest(db: &Db) -> Result<Option<Recorded>> {
    Ok(sqlx::query_as(
        "select seq, occurred_at as at, left(db_user, 200) as by, left(payload->>'verdict', 40) as verdict,
                case when payload->>'size' ~ '^[0-9]{1,18}$' then (payload->>'size')::bigint else 0 end as size
         from audit.audit_trail_entries
         where category = 'verification' and event_type = 'verification.completed'
           and isfinite(occurred_at) and payload->>'verdict' is not null
         order by seq desc
         limit 1",
    )
    .fetch_optional(db.read())
    .await?)
}
