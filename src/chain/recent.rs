//! The newest end of the chain: how far it goes, how it grew, what was appended last.
//!
//! Nothing here is verified: it says what stands in the table. The number of entries is the number of
//! the newest one, since an index knows that without counting.

use crate::db::Db;
use crate::db::series::{DAYS, Reach, Series};
use crate::error::Result;
use crate::ids::{EntrySeq, FindingId};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

/// The most entries that [`newest`] reads: a payload may weigh a megabyte.
pub const NEWEST_MAX: u32 = 100;

/// Where the chain ends, and when that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The newest entry; 0 where there is none.
    pub seq: EntrySeq,
    /// The server's time.
    pub read_at: DateTime<Utc>,
}

/// Where the chain ends now.
pub async fn head(db: &Db) -> Result<Head> {
    let (seq, read_at) =
        sqlx::query_as("select coalesce(max(seq), 0), clock_timestamp() from audit.audit_trail_entries")
            .fetch_one(db.read())
            .await?;
    Ok(Head { seq, read_at })
}

/// How many entries came on each day before `now`.
///
/// Time never runs backwards along the chain, so that the first entry after a moment is found by
/// halving: thirty days cost some six hundred look-ups, and no index that every append would pay for.
/// A chain that was tampered with may give wrong counts, and never an error.
pub async fn by_day(db: &Db, now: DateTime<Utc>) -> Result<Series> {
    let found: Vec<(i32, i64)> = sqlx::query_as(
        "with recursive halving (age, low, high) as (
             select d.age, 1::bigint, 1 + (select coalesce(max(seq), 0) from audit.audit_trail_entries)
             from generate_series(0, $2) d (age)
             union all
             select p.age, case when p.is_before then p.middle + 1 else p.low end,
                           case when p.is_before then p.high else p.middle end
             from (select m.*, coalesce((select e.occurred_at <= $1 - m.age * interval '24 hours'
                                         from audit.audit_trail_entries e where e.seq = m.middle), false)
                               as is_before
                   from (select h.*, h.low + (h.high - h.low) / 2 as middle
                         from halving h where h.low < h.high) m) p
         )
         -- Of age 0 everything that is left: a clock that runs ahead hides no entry.
         select age, case when age = 0 then 1 + (select coalesce(max(seq), 0) from audit.audit_trail_entries)
                          else low end
         from halving where low >= high order by age",
    )
    .bind(now)
    .bind(DAYS as i32)
    .fetch_all(db.read())
    .await?;
    let days = found.windows(2).map(|pair| {
        let ((age, end), (_, begin)) = (pair[0], pair[1]);
        (age, u64::try_from(end - begin).unwrap_or(0))
    });
    Ok(Series::by_age(days, Reach::Whole))
}

/// An entry in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Recent {
    /// Its position in the chain.
    pub seq: EntrySeq,
    /// When it was appended.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event_type: SafeText,
    /// Who did it.
    pub actor: SafeText,
    /// The login that appended it.
    pub db_user: SafeText,
    /// What it speaks of.
    pub about: About,
}

/// What an entry speaks of, as far as it says so in a word.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// One finding, by the name of its rule where the entry has it.
    Finding(FindingId, Option<SafeText>),
    /// So many of something.
    Many(u64),
    /// A repository.
    Repo(SafeText),
    /// It does not say.
    Nothing,
}

/// The newest `limit` entries, newest first; never more than [`NEWEST_MAX`].
pub async fn newest(db: &Db, limit: u32) -> Result<Vec<Recent>> {
    Ok(sqlx::query_as(
        "select seq, occurred_at, event_type, actor, db_user, repo_full_name,
                left(payload->>'finding_id', 20) as finding_id, left(payload->>'rule_id', 200) as rule_id,
                left(payload->>'count', 20) as count
         from audit.audit_trail_entries
         order by seq desc limit $1",
    )
    .bind(i64::from(limit.min(NEWEST_MAX)))
    .fetch_all(db.read())
    .await?)
}

impl Recent {
    /// Who did it; with the login that appended it, where that is another.
    pub fn by(&self) -> String {
        super::entry::by(&self.actor, &self.db_user)
    }
}

impl FromRow<'_, PgRow> for Recent {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let text = |column| row.try_get::<Option<&str>, _>(column);
        let about = if let Some(Ok(id)) = text("finding_id")?.map(str::parse) {
            About::Finding(FindingId(id), row.try_get("rule_id")?)
        } else if let Some(Ok(count)) = text("count")?.map(str::parse) {
            About::Many(count)
        } else {
            row.try_get::<Option<SafeText>, _>("repo_full_name")?.map_or(About::Nothing, About::Repo)
        };
        Ok(Recent {
            seq: row.try_get("seq")?,
            occurred_at: row.try_get("occurred_at")?,
            event_type: row.try_get("event_type")?,
            actor: row.try_get("actor")?,
            db_user: row.try_get("db_user")?,
            about,
        })
    }
}
