//! What people said: the rows of a deed, and the lists of what was said.

use super::blind::blind;
use super::{kind, verdict};
use crate::chain::change::Change;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq, FeedbackId, FindingId, Version};
use crate::text::SafeText;
use crate::triage::detail::FeedbackNote;
use crate::triage::feedback::{Decision, Said, Standing, Target};
use crate::triage::finding::{Feedback, FeedbackKind, Verdict};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

/// A finding whose row is locked: what stands, and what the entry of the deed names.
pub struct Locked {
    /// What stands.
    pub standing: Standing,
    /// The raw texts that the chain names it by, cut to what an entry can hold.
    pub named: Named,
}

/// How an entry names a finding. These are the bytes as they were written, not what a screen shows.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Named {
    /// The repository.
    pub project_name: Option<String>,
    /// The commit of the newest scan that saw it.
    pub commit_sha: Option<String>,
    /// The rule.
    pub rule_id: Option<String>,
    /// The path.
    pub file: Option<String>,
    /// Who it is across scans.
    pub fingerprint: Option<String>,
}

/// A feedback to write.
pub struct NewFeedback<'a> {
    /// A verdict, a comment or a retraction.
    pub kind: FeedbackKind,
    /// The words, for all findings the same.
    pub comments: &'a str,
    /// One finding each.
    pub rows: Vec<NewRow>,
}

/// What differs between the feedback rows of one deed.
pub struct NewRow {
    /// The finding.
    pub finding: FindingId,
    /// The verdict, where it is one.
    pub verdict: Option<Verdict>,
    /// What is taken back, where something is.
    pub retracts: Option<FeedbackId>,
    /// The version that the person saw.
    pub seen: Version,
}

impl NewRow {
    /// What is said with a decision.
    pub fn of(decision: &Decision, verdict: Option<Verdict>) -> Self {
        NewRow { finding: decision.finding, verdict, retracts: decision.retracts, seen: decision.seen }
    }

    /// What is said without one.
    pub fn about(standing: &Standing) -> Self {
        NewRow { finding: standing.finding, verdict: None, retracts: None, seen: standing.version }
    }
}

/// Locks the rows of `ids`, which are sorted, and reads what stands about them.
pub async fn lock(change: &mut Change, ids: &[FindingId]) -> Result<Vec<Locked>> {
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    // In the order of the ids, whoever asks: two deeds over the same rows wait, and never deadlock.
    let locked: Vec<FindingId> =
        sqlx::query_scalar("select id from triage.findings where id = any($1) order by id for update")
            .bind(&numbers)
            .fetch_all(change.connection())
            .await?;
    if let Some(missing) = ids.iter().find(|id| locked.binary_search(id).is_err()) {
        return Err(Error::new(Kind::NotFound, format!("there is no finding #{missing}")));
    }
    // A statement of its own: its snapshot is taken when the locks are held, so it sees what others
    // committed while they were waited for.
    let rows = sqlx::query(
        "select f.id, f.version, f.triage_decision, left(f.project_name, 1000) as project_name,
                left(s.commit_sha, 200) as commit_sha, left(f.rule_id, 500) as rule_id,
                left(f.file, 1000) as file, left(f.fingerprint, 200) as fingerprint,
                l.id as latest_id, l.finding_id as latest_finding_id, l.user_verdict as latest_user_verdict,
                coalesce(l.comments, '') as latest_comments, l.actor as latest_actor,
                coalesce(l.timestamp, to_timestamp(0)) as latest_timestamp,
                p.id as previous_id, p.finding_id as previous_finding_id,
                p.user_verdict as previous_user_verdict, coalesce(p.comments, '') as previous_comments,
                p.actor as previous_actor, coalesce(p.timestamp, to_timestamp(0)) as previous_timestamp,
                r.actor as retracted_by, r.timestamp as retracted_at
         from triage.findings f
         left join triage.scans s on s.id = f.scan_id
         -- The feedback that the decision comes from. A producer may have overwritten the decision:
         -- then no feedback stands behind it.
         left join lateral (
             select b.* from triage.feedbacks b
             where b.id = coalesce(f.decided_by, (
                       select max(v.id) from triage.feedbacks v
                       where v.finding_id = f.id and v.kind = 'verdict'
                         and upper(btrim(v.user_verdict)) in ('TP', 'FP')
                         and not exists (select from triage.feedbacks x where x.retracts = v.id)))
               and upper(btrim(b.user_verdict)) = upper(btrim(f.triage_decision))
         ) l on true
         left join lateral (
             select v.* from triage.feedbacks v
             where v.finding_id = f.id and v.kind = 'verdict' and v.id < l.id
               and upper(btrim(v.user_verdict)) in ('TP', 'FP')
               and not exists (select from triage.feedbacks x where x.retracts = v.id)
             order by v.id desc limit 1
         ) p on true
         left join lateral (
             select v.actor, v.timestamp from triage.feedbacks v
             where v.finding_id = f.id and v.kind = 'retraction' and v.id > coalesce(l.id, 0)
             order by v.id desc limit 1
         ) r on true
         where f.id = any($1)
         order by f.id",
    )
    .bind(&numbers)
    .fetch_all(change.connection())
    .await?;
    Ok(rows.iter().map(locked_row).collect::<sqlx::Result<_>>()?)
}

fn locked_row(row: &PgRow) -> sqlx::Result<Locked> {
    let retracted_by: Option<SafeText> = row.try_get("retracted_by")?;
    let standing = Standing {
        finding: row.try_get("id")?,
        version: row.try_get("version")?,
        decision: verdict(row, "triage_decision")?,
        latest: said(row, "latest")?,
        previous: said(row, "previous")?,
        taken_back: retracted_by.zip(row.try_get("retracted_at")?),
    };
    Ok(Locked { standing, named: Named::from_row(row)? })
}

fn said(row: &PgRow, which: &str) -> sqlx::Result<Option<Said>> {
    let Some(feedback) = row.try_get::<Option<FeedbackId>, _>(&*format!("{which}_id"))? else {
        return Ok(None);
    };
    let Some(verdict) = verdict(row, &format!("{which}_user_verdict"))? else { return Ok(None) };
    Ok(Some(Said {
        feedback,
        finding: row.try_get(&*format!("{which}_finding_id"))?,
        verdict,
        reason: row.try_get(&*format!("{which}_comments"))?,
        actor: row.try_get(&*format!("{which}_actor"))?,
        at: row.try_get(&*format!("{which}_timestamp"))?,
    }))
}

/// Writes the feedback of a deed, however many findings it concerns, in one statement. The ids come
/// back in the order of the findings' ids.
pub async fn insert(change: &mut Change, new: &NewFeedback<'_>) -> Result<Vec<(FindingId, FeedbackId)>> {
    let rows = &new.rows;
    let key = change.key();
    let mut written: Vec<(FindingId, FeedbackId)> = sqlx::query_as(concat!(
        "insert into triage.feedbacks (finding_id, user_verdict, retracts, finding_version, kind, comments,
                                       deed_key, scan_id, blind)
         select n.finding_id, n.user_verdict, n.retracts, n.finding_version, $5, $6, $7, f.scan_id,
                $5 = 'verdict' and ",
        blind!(),
        "
         from unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[])
              as n (finding_id, user_verdict, retracts, finding_version)
         join triage.findings f on f.id = n.finding_id
         order by n.finding_id
         returning finding_id, id",
    ))
    .bind(rows.iter().map(|r| r.finding.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.verdict.map(Verdict::word)).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.retracts.map(|f| f.0)).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.seen.0).collect::<Vec<_>>())
    .bind(new.kind.word())
    .bind(new.comments)
    .bind(key)
    .fetch_all(change.connection())
    .await?;
    written.sort_unstable();
    Ok(written)
}

/// Writes the decisions, each with the feedback that it comes from.
pub async fn decide(change: &mut Change, decisions: &[(Decision, Option<FeedbackId>)]) -> Result<()> {
    sqlx::query(
        "update triage.findings f
         set triage_decision = d.verdict, decided_by = d.decided_by, version = d.version
         from unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[]) as d (id, verdict, decided_by, version)
         where f.id = d.id",
    )
    .bind(decisions.iter().map(|(d, _)| d.finding.0).collect::<Vec<_>>())
    .bind(decisions.iter().map(|(d, _)| d.verdict.map(Verdict::word)).collect::<Vec<_>>())
    .bind(decisions.iter().map(|(_, from)| from.map(|f| f.0)).collect::<Vec<_>>())
    .bind(decisions.iter().map(|(d, _)| d.version.0).collect::<Vec<_>>())
    .execute(change.connection())
    .await?;
    Ok(())
}

/// What a deed that was done before has written.
pub struct DoneBefore {
    /// Its entry.
    pub seq: EntrySeq,
    /// The kind of its feedback; none where it was a deed of another sort.
    pub kind: Option<FeedbackKind>,
    /// The verdict, for all findings the same; none for comments and takings back.
    pub verdict: Option<Verdict>,
    /// What was said about each finding, in the order of their ids.
    pub rows: Vec<(FindingId, FeedbackId)>,
}

/// Looks for what the deed of `change` has written under its key before.
pub async fn done_before(change: &mut Change) -> Result<Option<DoneBefore>> {
    let key = change.key();
    written(change.connection(), key).await
}

/// Looks for what another deed than that of `change` has written.
pub async fn under_key(change: &mut Change, key: DeedKey) -> Result<Option<DoneBefore>> {
    written(change.connection(), key).await
}

/// Looks for what the deed `key` has written; nothing where it was never done.
pub async fn done(db: &Db, key: DeedKey) -> Result<Option<DoneBefore>> {
    written(&mut *db.read().acquire().await?, key).await
}

async fn written(connection: &mut PgConnection, key: DeedKey) -> Result<Option<DoneBefore>> {
    let seq: Option<EntrySeq> = sqlx::query_scalar(
        "select seq from audit.audit_trail_entries where payload->>'idempotency_key' = $1",
    )
    .bind(key.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(seq) = seq else { return Ok(None) };
    let rows = sqlx::query(
        "select finding_id, id, kind, user_verdict from triage.feedbacks
         where deed_key = $1 and finding_id is not null
         order by finding_id",
    )
    .bind(key)
    .fetch_all(connection)
    .await?;
    let pairs = rows.iter().map(|r| Ok((r.try_get("finding_id")?, r.try_get("id")?)));
    Ok(Some(DoneBefore {
        seq,
        kind: rows.first().map(kind).transpose()?,
        verdict: rows.first().map(|r| verdict(r, "user_verdict")).transpose()?.flatten(),
        rows: pairs.collect::<sqlx::Result<_>>()?,
    }))
}

/// The verdicts that the login gave last in one deed and that still stand, to be taken back: each
/// with its finding as it is now.
pub async fn my_last_deed(db: &Db) -> Result<Vec<(Target, FeedbackId)>> {
    let rows: Vec<(FindingId, Version, FeedbackId)> = sqlx::query_as(
        "with last as (
             select b.id, b.deed_key from triage.feedbacks b
             where b.actor = session_user and b.kind = 'verdict' and b.finding_id is not null
               and not exists (select from triage.feedbacks r where r.retracts = b.id)
             order by b.id desc limit 1
         )
         select f.id, f.version, b.id
         from last
         join triage.feedbacks b on b.id = last.id or b.deed_key = last.deed_key
         join triage.findings f on f.id = b.finding_id
         where not exists (select from triage.feedbacks r where r.retracts = b.id)
         order by f.id",
    )
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(|(finding, version, id)| (Target { finding, version }, id)).collect())
}

/// What the login itself said, newest first; the next page starts after `after`.
pub async fn mine(db: &Db, after: Option<FeedbackId>, limit: usize) -> Result<Page<FeedbackNote>> {
    let rows = sqlx::query(
        "select b.id, b.finding_id, b.kind, b.user_verdict, left(coalesce(b.comments, ''), 20000) as comments,
                coalesce(b.timestamp, to_timestamp(0)) as timestamp, b.actor, b.scan_id, b.retracts,
                r.id as taken_back_by, b.blind,
                left(coalesce(f.project_name, ''), 1000) as project_name,
                left(coalesce(f.rule_id, ''), 1000) as rule_id, left(coalesce(f.file, ''), 2000) as file,
                f.line, f.triage_decision, f.version
         from triage.feedbacks b
         join triage.findings f on f.id = b.finding_id
         left join triage.feedbacks r on r.retracts = b.id
         where b.actor = session_user and b.id < coalesce($1, 9223372036854775807)
         order by b.id desc
         limit $2",
    )
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
    .fetch_all(db.read())
    .await?;
    let notes = rows.iter().map(|row| {
        Ok(FeedbackNote {
            feedback: Feedback::from_row(row)?,
            project_name: row.try_get("project_name")?,
            rule_id: row.try_get("rule_id")?,
            file: row.try_get("file")?,
            line: row.try_get("line")?,
            triage_decision: verdict(row, "triage_decision")?,
            version: row.try_get("version")?,
        })
    });
    Ok(Page::cut(notes.collect::<sqlx::Result<_>>()?, limit))
}
