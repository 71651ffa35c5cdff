//! How triage stands at a glance: what waits, what came, what was taken in.
//!
//! Everything is counted from indexes and with a bound, so that a glance at a million findings costs
//! what a glance at a thousand does. What a number counts is a filter, the same that the list shows.

use super::fields::FIELDS;
use super::findings::{COUNT_MAX, Count};
use crate::db::Db;
use crate::db::series::{DAYS, Reach, Series};
use crate::error::Result;
use crate::filter::{self, sql::push_where};
use crate::ids::FindingId;
use crate::triage::finding::Severity;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, QueryBuilder};

/// What has come back.
pub const CAME_BACK: &str = "is:regressed";
/// What is gone.
pub const GONE: &str = "is:resolved";

/// How far new findings are counted.
const NEW_MAX: i64 = 10_000;
/// How many of one's own verdicts are looked at.
const MINE_MAX: i64 = 10_000;
/// How far a glance counts: as far as a few milliseconds go.
const GLANCE_MAX: i64 = 10_000;

/// All severities, the worst first.
pub const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// What waits of a severity, as a filter.
pub fn waiting(severity: Severity) -> String {
    format!("is:undecided severity:{}", severity.word())
}

/// From where on something is new: what was there at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The moment, by the server's clock.
    pub at: DateTime<Utc>,
    /// The newest finding then; 0 where there was none.
    pub finding: FindingId,
}

/// The findings at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// What waits for a person, by severity, the worst first.
    pub waiting: Vec<(Severity, Line)>,
    /// What was seen for the first time; `now` is not counted.
    pub arrived: Line,
    /// What came back after it was gone.
    pub came_back: Line,
    /// What is no longer seen.
    pub gone: Line,
    /// The verdicts of this login that still stand, by the day when they were given.
    pub mine: Series,
}

/// How something stands and how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// How many there are.
    pub now: Option<Count>,
    /// How many came, by day.
    pub days: Series,
    /// How many are newer than the mark; none without a mark.
    pub new: Option<Count>,
}

/// Reads how the findings stand.
pub async fn queue(db: &Db, mark: Option<Mark>, now: DateTime<Utc>) -> Result<Queue> {
    read(db, mark, now, Depth::Whole).await
}

/// Reads how the findings stand as far as that is quick, and tells whether it is all that
/// [`queue`] would tell.
///
/// Counting a hundred thousand rows of each kind takes most of a second, whatever the indexes: so long
/// nobody looks at an empty screen.
pub async fn glance(db: &Db, mark: Option<Mark>, now: DateTime<Utc>) -> Result<(Queue, Reach)> {
    let queue = read(db, mark, now, Depth::Glance).await?;
    let is_cut =
        |line: &Line| matches!(line.now, Some(Count::MoreThan(_))) || line.days.reach() == Reach::Cut;
    let reach = if queue.came_back.now.is_none()
        || [queue.arrived, queue.came_back, queue.gone].iter().any(is_cut)
        || queue.waiting.iter().any(|(_, line)| is_cut(line))
    {
        Reach::Cut
    } else {
        Reach::Whole
    };
    Ok((queue, reach))
}

/// How far is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// As far as it is quick.
    Glance,
    /// As far as lists count.
    Whole,
}

impl Depth {
    fn most(self) -> i64 {
        match self {
            Depth::Glance => GLANCE_MAX,
            Depth::Whole => COUNT_MAX,
        }
    }
}

async fn read(db: &Db, mark: Option<Mark>, now: DateTime<Utc>, depth: Depth) -> Result<Queue> {
    let (counts, days, new) =
        futures::try_join!(counts(db, now, depth), days(db, now, depth), new(db, mark, now))?;
    let line = |topic: Topic| Line {
        now: counts.get(topic.number()).copied().flatten().map(|count| bounded(count, depth.most())),
        days: days[topic.number()],
        new: new.as_ref().map(|new| newer(topic, new)),
    };
    Ok(Queue {
        waiting: SEVERITIES.iter().map(|severity| (*severity, line(Topic::Waiting(*severity)))).collect(),
        came_back: line(Topic::CameBack),
        gone: line(Topic::Gone),
        arrived: line(Topic::Arrived),
        mine: line(Topic::Mine).days,
    })
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Waiting(Severity),
    CameBack,
    Gone,
    Arrived,
    Mine,
}

impl Topic {
    /// All of them, in the order of their numbers; those that stand as they are come first.
    const ALL: [Topic; 9] = [
        Topic::Waiting(Severity::Critical),
        Topic::Waiting(Severity::High),
        Topic::Waiting(Severity::Medium),
        Topic::Waiting(Severity::Low),
        Topic::Waiting(Severity::Info),
        Topic::CameBack,
        Topic::Gone,
        Topic::Arrived,
        Topic::Mine,
    ];

    /// Its place in [`Topic::ALL`], by which rows name it.
    fn number(self) -> usize {
        match self {
            Topic::Waiting(severity) => Severity::Critical as usize - severity as usize,
            Topic::CameBack => 5,
            Topic::Gone => 6,
            Topic::Arrived => 7,
            Topic::Mine => 8,
        }
    }

    /// How many of the newest a series looks at.
    fn most(self, depth: Depth) -> i64 {
        if self == Topic::Mine { MINE_MAX } else { depth.most() }
    }
}

fn bounded(count: i64, most: i64) -> Count {
    let shown = u64::try_from(count.min(most)).unwrap_or(0);
    if count > most { Count::MoreThan(shown) } else { Count::Exactly(shown) }
}

/// How many are new of a topic. Where not all new findings were looked at, more of them may wait.
fn newer(topic: Topic, new: &[i64]) -> Count {
    let count = bounded(new[topic.number()], NEW_MAX);
    match (topic, count) {
        (Topic::Waiting(_), Count::Exactly(n)) if new[Topic::Arrived.number()] > NEW_MAX => {
            Count::MoreThan(n)
        }
        _ => count,
    }
}

/// How many there are of what stands, in the order of the topics' numbers; none where that takes longer
/// than a glance.
async fn counts(db: &Db, now: DateTime<Utc>, depth: Depth) -> Result<Vec<Option<i64>>> {
    let mut sql = QueryBuilder::new("select array[");
    for severity in SEVERITIES {
        push_count(&mut sql, &waiting(severity), "", now, depth)?;
        sql.push(", ");
    }
    // Whether the newest scan saw it is asked of all scans together: with many of them that takes long.
    if depth == Depth::Glance {
        sql.push("case when (select count(*) from (select from triage.scans limit ");
        sql.push_bind(GLANCE_MAX).push(") s) < ").push_bind(GLANCE_MAX).push(" then ");
    }
    // What came back has a time when it did, which names the index.
    push_count(&mut sql, CAME_BACK, " and f.regressed_at is not null", now, depth)?;
    sql.push(if depth == Depth::Glance { " end, " } else { ", " });
    push_count(&mut sql, GONE, "", now, depth)?;
    sql.push("]");
    Ok(sql.build_query_scalar().fetch_one(db.read()).await?)
}

fn push_count(
    sql: &mut QueryBuilder<Postgres>,
    filter: &str,
    and: &'static str,
    now: DateTime<Utc>,
    depth: Depth,
) -> Result<()> {
    sql.push("(select count(*) from (select from triage.findings f where ");
    push_filter(sql, filter, now)?;
    sql.push(and).push(" limit ").push_bind(depth.most() + 1).push(") c)");
    Ok(())
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, filter: &str, now: DateTime<Utc>) -> Result<()> {
    let parsed = filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))?;
    push_where(sql, &parsed, &FIELDS, now);
    Ok(())
}

/// How many came each day, in the order of the topics' numbers.
async fn days(db: &Db, now: DateTime<Utc>, depth: Depth) -> Result<Vec<Series>> {
    let mut sql = QueryBuilder::default();
    for topic in Topic::ALL {
        if topic != Topic::ALL[0] {
            sql.push(" union all ");
        }
        // By way of numbers: a time may be infinite, and has then no distance from now.
        sql.push("select ").push_bind(topic.number() as i32);
        sql.push(", least(greatest(floor((date_part('epoch', ").push_bind(now);
        sql.push(") - date_part('epoch', t.at)) / 86400), 0), 10000)::int, count(*) from (");
        push_times(&mut sql, topic, now, depth)?;
        sql.push(") t group by 2");
    }
    let rows: Vec<(i32, i32, i64)> = sql.build_query_as().fetch_all(db.read()).await?;
    Ok(Topic::ALL.into_iter().map(|topic| series(topic, depth, &rows)).collect())
}

/// The times of the newest of a topic that a series can hold.
fn push_times(
    sql: &mut QueryBuilder<Postgres>,
    topic: Topic,
    now: DateTime<Utc>,
    depth: Depth,
) -> Result<()> {
    let start = now - TimeDelta::days(DAYS as i64);
    let column = match topic {
        Topic::Waiting(_) | Topic::Arrived => "f.first_seen_at",
        Topic::CameBack => "f.regressed_at",
        Topic::Gone => "f.resolved_at",
        Topic::Mine => {
            sql.push(
                "select m.at from (select b.timestamp as at from triage.feedbacks b
                                   where b.actor = session_user and b.kind = 'verdict'
                                     and not exists (select from triage.feedbacks r where r.retracts = b.id)
                                   order by b.id desc limit ",
            );
            sql.push_bind(topic.most(depth)).push(") m where m.at > ").push_bind(start);
            return Ok(());
        }
    };
    sql.push("select ").push(column).push(" as at from triage.findings f where ");
    if let Topic::Waiting(severity) = topic {
        push_filter(sql, &waiting(severity), now)?;
        sql.push(" and ");
    }
    sql.push(column).push(" > ").push_bind(start);
    sql.push(" order by ").push(column).push(" desc limit ").push_bind(topic.most(depth));
    Ok(())
}

fn series(topic: Topic, depth: Depth, rows: &[(i32, i32, i64)]) -> Series {
    let of = rows.iter().filter(|(number, ..)| usize::try_from(*number) == Ok(topic.number()));
    let counts: Vec<(i32, u64)> = of.map(|(_, age, n)| (*age, u64::try_from(*n).unwrap_or(0))).collect();
    let is_full = counts.iter().map(|(_, count)| *count).sum::<u64>() >= topic.most(depth).cast_unsigned();
    Series::by_age(counts, if is_full { Reach::Cut } else { Reach::Whole })
}

/// Counts what is newer than the mark, in the order of the topics' numbers. Findings are new by their
/// number: when a scan saw one says nothing about when its file was taken in.
async fn new(db: &Db, mark: Option<Mark>, now: DateTime<Utc>) -> Result<Option<Vec<i64>>> {
    let Some(mark) = mark else { return Ok(None) };
    let mut sql = QueryBuilder::new("select array[");
    for topic in Topic::ALL {
        match topic {
            Topic::Waiting(severity) => {
                sql.push("count(*) filter (where ");
                push_filter(&mut sql, &waiting(severity), now)?;
                sql.push("), ");
            }
            Topic::CameBack | Topic::Gone => {
                let column = if topic == Topic::Gone { "f.resolved_at" } else { "f.regressed_at" };
                sql.push("(select count(*) from (select from triage.findings f where ").push(column);
                sql.push(" > ").push_bind(mark.at).push(" limit ").push_bind(NEW_MAX + 1).push(") c), ");
            }
            Topic::Arrived => {
                sql.push("count(*), ");
            }
            // One's own deeds are no news.
            Topic::Mine => {
                sql.push("0::bigint]");
            }
        }
    }
    sql.push(" from (select f.* from triage.findings f where f.id > ").push_bind(mark.finding);
    sql.push(" order by f.id limit ").push_bind(NEW_MAX + 1).push(") f");
    Ok(Some(sql.build_query_scalar().fetch_one(db.read()).await?))
}
