//! Claims, snoozes and accepted risks: what stands, and the rows of a deed.

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{AttentionId, DeedKey, FindingId};
use crate::text::visible;
use crate::triage::attention::{Attend, AttentionKind, Spell, Step};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

impl FromRow<'_, PgRow> for Spell {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Spell {
            id: row.try_get("id")?,
            finding: row.try_get("finding_id")?,
            kind: AttentionKind::parse(row.try_get("state")?),
            actor: row.try_get("actor")?,
            mine: row.try_get("mine")?,
            at: row.try_get("at")?,
            until: row.try_get("until")?,
            reason: row.try_get("reason")?,
        })
    }
}

/// Of each finding and kind what was begun last, unless somebody ended it; by finding and kind. Whether
/// it still runs is told by its end.
pub async fn spells(connection: &mut PgConnection, ids: &[FindingId]) -> Result<Vec<Spell>> {
    Ok(sqlx::query_as(
        "select a.id, a.finding_id, a.state, left(a.actor, 200) as actor, a.actor = session_user::text as mine,
                a.at, a.until, left(a.reason, 20000) as reason
         from unnest($1::bigint[]) as wanted (id)
         cross join (values ('claim'), ('snooze'), ('acceptance')) as kind (state)
         cross join lateral (
             select * from triage.attention b
             where b.finding_id = wanted.id and b.state = kind.state
             order by b.id desc limit 1) a
         where a.ends is null
         order by a.finding_id, a.state",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?)
}

/// What stands of `kind` about `ids`, whose rows `change` has locked.
pub async fn standing(change: &mut Change, ids: &[FindingId], kind: AttentionKind) -> Result<Vec<Spell>> {
    let mut spells = spells(change.connection(), ids).await?;
    spells.retain(|spell| spell.kind == kind);
    Ok(spells)
}

/// Refuses who may not append what a deed about `kind` is entered as. Said before anything is written,
/// with the roles that may.
///
/// # Errors
/// `Denied` where the login may not.
pub async fn may(change: &mut Change, category: &'static str, kind: AttentionKind) -> Result<()> {
    let (login, may, roles): (String, bool, Option<String>) = sqlx::query_as(
        "select session_user::text, coalesce(bool_or(pg_has_role(session_user, role, 'usage')), false),
                string_agg(role, ', ' order by role)
         from audit.category_roles where category = $1",
    )
    .bind(category)
    .fetch_one(change.connection())
    .await?;
    if may {
        return Ok(());
    }
    let deed = match kind {
        AttentionKind::Claim => "claim findings",
        AttentionKind::Snooze => "snooze findings",
        AttentionKind::Acceptance => "accept risks",
    };
    let roles = roles.unwrap_or_default();
    Err(Error::new(Kind::Denied, format!("login \"{}\" may not {deed}", visible(&login))).hint(format!(
        "members of these roles may: {}; ask one of them, or an administrator",
        visible(&roles)
    )))
}

/// Writes the rows of a deed, and what holds now onto the findings. The ids come back in the order of the
/// findings' ids.
pub async fn write(
    change: &mut Change,
    deed: &Attend,
    steps: &[Step],
) -> Result<Vec<(FindingId, AttentionId)>> {
    let key = change.key();
    let mut written: Vec<(FindingId, AttentionId)> = sqlx::query_as(
        "insert into triage.attention (finding_id, state, until, reason, ends, deed_key)
         select n.finding_id, $3, $4, $5, n.ends, $6
         from unnest($1::bigint[], $2::bigint[]) as n (finding_id, ends)
         order by n.finding_id
         returning finding_id, id",
    )
    .bind(steps.iter().map(|step| step.finding.0).collect::<Vec<_>>())
    .bind(steps.iter().map(|step| step.ends.map(|id| id.0)).collect::<Vec<_>>())
    .bind(deed.kind().word())
    .bind(deed.until())
    .bind(deed.reason().map(|reason| reason.as_str()))
    .bind(key)
    .fetch_all(change.connection())
    .await?;
    written.sort_unstable();
    // A login that may accept risks need not be one that may claim: each updates its own column.
    let update = match deed.kind() {
        AttentionKind::Claim => {
            "update triage.findings
             set claimed_by = case when $2 is not null then session_user::text end, claimed_until = $2
             where id = any($1)"
        }
        AttentionKind::Snooze => "update triage.findings set snoozed_until = $2 where id = any($1)",
        AttentionKind::Acceptance => "update triage.findings set accepted_until = $2 where id = any($1)",
    };
    sqlx::query(update)
        .bind(steps.iter().map(|step| step.finding.0).collect::<Vec<_>>())
        .bind(deed.until())
        .execute(change.connection())
        .await?;
    Ok(written)
}

/// What a deed wrote here before.
pub struct Attended {
    /// The kind of all of it.
    pub kind: AttentionKind,
    /// Whether it ended something rather than began it.
    pub ends: bool,
    /// What was written about each finding, in the order of their ids.
    pub rows: Vec<(FindingId, AttentionId)>,
}

/// What the deed `key` wrote here, asked within a change.
pub async fn written(change: &mut Change, key: DeedKey) -> Result<Option<Attended>> {
    rows(change.connection(), key).await
}

/// What the deed `key` wrote here.
pub async fn done(db: &Db, key: DeedKey) -> Result<Option<Attended>> {
    rows(&mut *db.read().acquire().await?, key).await
}

async fn rows(connection: &mut PgConnection, key: DeedKey) -> Result<Option<Attended>> {
    let rows: Vec<(FindingId, AttentionId, String, bool)> = sqlx::query_as(
        "select finding_id, id, state, ends is not null from triage.attention
         where deed_key = $1 order by finding_id",
    )
    .bind(key)
    .fetch_all(connection)
    .await?;
    let Some((_, _, state, ends)) = rows.first() else { return Ok(None) };
    Ok(Some(Attended {
        kind: AttentionKind::parse(state),
        ends: *ends,
        rows: rows.iter().map(|(finding, id, ..)| (*finding, *id)).collect(),
    }))
}
