//! Where a day stands in the chain, found without reading the chain.
//!
//! Times never decrease with the position in a chain that is whole, so that the edge of a day is searched
//! for by the index on the positions: some dozen entries are looked at, however long the chain is. Each that
//! was looked at is held against the others, as are the ends of the chain and the neighbours of the edge.
//! Where these run backwards nothing is believed of the search, and all times are read.
//!
//! A single day cannot tell an entry of its own that somebody put far away among others: the export of the
//! days that it was put among does, since the days lie edge to edge and each is walked, as does every
//! verification.

use crate::db::snapshot::Snapshot;
use crate::error::Result;
use chrono::{DateTime, Utc};

/// The positions of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first entry and the last one; none where the day has no entry.
    pub ends: Option<(i64, i64)>,
    /// How it was found.
    pub found: Found,
}

/// How a day was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// By its edges: what was looked at on the way was in order.
    BySearch,
    /// By reading all times: some of them run backwards.
    ByReading,
}

/// Where the entries from a moment on and before another stand.
pub async fn place(snapshot: &mut Snapshot, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Place> {
    snapshot.plan_by_index().await?;
    let edges = match edge(snapshot, from).await? {
        Some(before) => edge(snapshot, to).await?.map(|last| (before.saturating_add(1), last)),
        None => None,
    };
    match edges {
        Some((first, last)) => {
            let ends = if first <= last { ends_between(snapshot, first, last).await? } else { None };
            Ok(Place { ends, found: Found::BySearch })
        }
        None => Ok(Place { ends: read(snapshot, from, to).await?, found: Found::ByReading }),
    }
}

/// The last position of before `moment`, 0 where there is none; nothing where the times that were looked at
/// do not grow with the positions.
async fn edge(snapshot: &mut Snapshot, moment: DateTime<Utc>) -> Result<Option<i64>> {
    let (edge, is_ordered): (i64, bool) = sqlx::query_as(
        // From the greatest power of two down: the position is raised by each step at which an entry of
        // before the moment stands. What is missing is passed over, what is behind the last is not asked for.
        "with recursive ends (first, last) as (
             select min(seq), max(seq) from only audit.audit_trail_entries
         ), steps (step, low, seq, occurred_at) as (
             select 63, 0::bigint, null::bigint, null::timestamptz
             union all
             select s.step - 1,
                    case when e.occurred_at < $1 then s.low + (1::bigint << (s.step - 1)) else s.low end,
                    e.seq, e.occurred_at
             from steps s
                  cross join ends
                  left join lateral (
                      select t.seq, t.occurred_at from only audit.audit_trail_entries t
                      where t.seq >= s.low + (1::bigint << (s.step - 1))
                        and s.low + (1::bigint << (s.step - 1)) <= ends.last
                      order by t.seq limit 1) e on true
             where s.step > 0
         ), edge (low) as (
             select low from steps where step = 0
         ), seen (seq, occurred_at) as (
             select seq, occurred_at from steps where seq is not null
             union
             select t.seq, t.occurred_at from ends, only audit.audit_trail_entries t where t.seq = ends.first
             union
             select t.seq, t.occurred_at from ends, only audit.audit_trail_entries t where t.seq = ends.last
             union
             -- Those around the edge: the last one before it, the first one behind it, and one more of each.
             select t.seq, t.occurred_at from edge, only audit.audit_trail_entries t
             where t.seq between edge.low - 1 and least(edge.low, 9223372036854775805) + 2
         ), pairs (is_ordered) as (
             select coalesce(lag(occurred_at, 1, '-infinity') over (order by seq, occurred_at) <= occurred_at, false)
             from seen
         )
         select edge.low,
                coalesce((select bool_and(is_ordered) from pairs), true)
                and coalesce((select first >= 1 from ends), true)
         from edge",
    )
    .bind(moment)
    .fetch_one(snapshot.connection())
    .await?;
    Ok(is_ordered.then_some(edge))
}

/// The first entry and the last one between two positions.
pub async fn ends_between(snapshot: &mut Snapshot, first: i64, last: i64) -> Result<Option<(i64, i64)>> {
    let ends: (Option<i64>, Option<i64>) = sqlx::query_as(
        "select min(seq), max(seq) from only audit.audit_trail_entries where seq between $1 and $2",
    )
    .bind(first)
    .bind(last)
    .fetch_one(snapshot.connection())
    .await?;
    Ok(ends.0.zip(ends.1))
}

/// The same as [`place`] by reading every time that there is.
async fn read(snapshot: &mut Snapshot, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Option<(i64, i64)>> {
    snapshot.plan_by_table().await?;
    let ends: (Option<i64>, Option<i64>) = sqlx::query_as(
        "select min(seq), max(seq) from only audit.audit_trail_entries
         where occurred_at >= $1 and occurred_at < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_one(snapshot.connection())
    .await?;
    Ok(ends.0.zip(ends.1))
}
