//! All that the database knows of one finding.

use super::attention::spells;
use super::findings::by_ids;
use super::life::gaps;
use super::{metrics, threat};
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{FindingId, ScanId};
use crate::text::SafeText;
use crate::triage::detail::{CarriedOver, EntryNote, FindingDetail, ScanNote, Sighting, Sightings, Snippet};
use crate::triage::finding::{Feedback, Finding};
use crate::triage::risk::{CveThreat, RiskInputs, RiskTerms};
use crate::triage::threat::Feed;
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

/// How many scans, opinions and entries a detail shows.
const SIGHTINGS_MAX: i64 = 10;
const FEEDBACK_MAX: i64 = 500;
const ENTRIES_MAX: i64 = 100;

/// Everything about the finding `id`, of one moment.
///
/// # Errors
/// `NotFound` where there is no such finding.
pub async fn show(db: &Db, id: FindingId) -> Result<FindingDetail> {
    let mut connection = db.read().acquire().await?;
    let mut transaction = connection.begin_with("begin isolation level repeatable read read only").await?;
    let detail = read(&mut transaction, id).await;
    transaction.rollback().await?;
    detail
}

async fn read(connection: &mut PgConnection, id: FindingId) -> Result<FindingDetail> {
    let finding = by_ids(connection, &[id]).await?.into_iter().next();
    let finding = finding.ok_or_else(|| Error::new(Kind::NotFound, format!("there is no finding #{id}")))?;
    let scan = match finding.scan_id {
        Some(scan) => scan_note(connection, scan).await?,
        None => None,
    };
    let pipeline = match finding.scan_id {
        Some(scan) => metrics::of_scan(connection, scan).await?,
        None => None,
    };
    let row = rest(connection, id).await?;
    let cves = cves(connection, id).await?;
    let red_team_success = row.try_get("red_team_success")?;
    let inputs = RiskInputs {
        severity: finding.severity,
        cves: &cves,
        red_team_success,
        ai_verdict: finding.ai_verdict.as_deref(),
        ai_confidence: finding.ai_confidence,
    };
    let risk_terms = if finding.blind { RiskTerms::blind(&inputs) } else { RiskTerms::of(&inputs) };
    Ok(FindingDetail {
        severity_written: row.try_get("severity")?,
        scan,
        pipeline,
        end_line: row.try_get("end_line")?,
        snippet: snippet(&row, &finding)?,
        help_uri: row.try_get("help_uri")?,
        tags: row.try_get::<Vec<String>, _>("tags")?.into_iter().map(SafeText::from).collect(),
        suppression: row.try_get("suppression")?,
        remediation_patch: row.try_get("remediation_patch")?,
        ai_reasoning: row.try_get("ai_reasoning")?,
        red_team_success,
        cves,
        epss_edition: threat::newest(connection, Feed::Epss).await?,
        kev_edition: threat::newest(connection, Feed::Kev).await?,
        risk_terms,
        sightings: sightings(connection, id).await?,
        last_seen_at: row.try_get("last_seen_at")?,
        resolved_at: row.try_get("resolved_at")?,
        regressed_at: row.try_get("regressed_at")?,
        attention: spells(connection, &[id]).await?,
        feedback: feedback(connection, id).await?,
        entries: entries(connection, id).await?,
        carried_over: carried_over(&row, &finding)?,
        finding,
    })
}

/// What the list does not need, and where the decision was made. Long texts are cut: a screen that
/// is sent a patch of a hundred megabytes shows none.
async fn rest(connection: &mut PgConnection, id: FindingId) -> Result<PgRow> {
    Ok(sqlx::query(
        "select left(f.severity, 200) as severity, f.end_line, left(f.snippet, 65536) as snippet, f.snippet_line,
                left(f.help_uri, 2000) as help_uri,
                array(select left(tag, 200) from unnest(f.tags[1:200]) as each (tag) where tag is not null) as tags,
                left(f.suppression, 2000) as suppression,
                left(f.remediation_patch, 262144) as remediation_patch,
                left(f.ai_reasoning, 65536) as ai_reasoning, f.red_team_success, f.last_seen_at,
                f.resolved_at, f.regressed_at,
                d.id as decided_by, d.finding_id as decided_on, d.scan_id as decided_in,
                s.commit_sha as decided_at_commit, coalesce(d.timestamp, to_timestamp(0)) as decided_at,
                d.actor as decided_by_actor
         from triage.findings f
         left join triage.feedbacks d on d.id = f.decided_by
         left join triage.scans s on s.id = d.scan_id
         where f.id = $1",
    )
    .bind(id)
    .fetch_one(connection)
    .await?)
}

fn snippet(row: &PgRow, finding: &Finding) -> Result<Option<Snippet>> {
    let text: Option<SafeText> = row.try_get("snippet")?;
    let first_line: Option<i32> = row.try_get("snippet_line")?;
    let text = text.filter(|text| !text.is_empty());
    Ok(text.map(|text| Snippet { text, first_line: first_line.or(finding.line) }))
}

fn carried_over(row: &PgRow, finding: &Finding) -> Result<Option<CarriedOver>> {
    let Some(feedback_id) = row.try_get("decided_by")? else { return Ok(None) };
    let finding_id: FindingId = row.try_get("decided_on")?;
    let scan_id: Option<ScanId> = row.try_get("decided_in")?;
    if finding.triage_decision.is_none() || (finding_id == finding.id && scan_id == finding.scan_id) {
        return Ok(None);
    }
    Ok(Some(CarriedOver {
        feedback_id,
        finding_id,
        scan_id,
        commit_sha: row.try_get("decided_at_commit")?,
        at: row.try_get("decided_at")?,
        actor: row.try_get("decided_by_actor")?,
    }))
}

async fn scan_note(connection: &mut PgConnection, id: ScanId) -> Result<Option<ScanNote>> {
    Ok(sqlx::query_as(
        "select id, left(commit_sha, 200) as commit_sha, left(branch, 500) as branch,
                left(repo_url, 2000) as repo_url, timestamp, left(status, 200) as status
         from triage.scans where id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// The CVEs of a finding in the order in which it names them; what is not known of one is null.
async fn cves(connection: &mut PgConnection, id: FindingId) -> Result<Vec<CveThreat>> {
    Ok(sqlx::query_as(
        "select left(n.cve_id, 200) as cve_id, c.epss, c.epss_percentile, c.kev, c.ransomware,
                k.date_added as kev_added, k.due_date as kev_due
         from triage.findings f
         cross join unnest(f.cve_ids) with ordinality as n (cve_id, position)
         -- Lateral, so that each CVE is looked up by its indexes.
         left join lateral (select * from triage.cve_threat t where t.cve_id = n.cve_id) c on true
         left join triage.kev k on k.cve_id = n.cve_id
         where f.id = $1 and n.cve_id is not null
         order by n.position",
    )
    .bind(id)
    .fetch_all(connection)
    .await?)
}

async fn sightings(connection: &mut PgConnection, id: FindingId) -> Result<Sightings> {
    let count = sqlx::query_scalar("select count(*) from triage.sightings where finding_id = $1")
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
    let (missed, regressions) = gaps(&mut *connection, id).await?;
    let last: Vec<Sighting> = sqlx::query_as(
        "select g.scan_id, s.timestamp, left(s.commit_sha, 200) as commit_sha, left(s.branch, 500) as branch,
                g.outcome, left(g.file, 2000) as file, g.line
         from triage.sightings g
         join triage.scans s on s.id = g.scan_id
         where g.finding_id = $1
         order by g.scan_id desc
         limit $2",
    )
    .bind(id)
    .bind(SIGHTINGS_MAX)
    .fetch_all(connection)
    .await?;
    Ok(Sightings { count, missed, regressions, last })
}

async fn feedback(connection: &mut PgConnection, id: FindingId) -> Result<Vec<Feedback>> {
    let mut newest_first: Vec<Feedback> = sqlx::query_as(
        "select b.id, b.finding_id, b.kind, b.user_verdict, left(coalesce(b.comments, ''), 20000) as comments,
                coalesce(b.timestamp, to_timestamp(0)) as timestamp, b.actor, b.scan_id, b.retracts,
                r.id as taken_back_by, b.blind
         from triage.feedbacks b
         left join triage.feedbacks r on r.retracts = b.id
         where b.finding_id = $1
         order by b.id desc
         limit $2",
    )
    .bind(id)
    .bind(FEEDBACK_MAX)
    .fetch_all(connection)
    .await?;
    newest_first.reverse();
    Ok(newest_first)
}

/// The entries that name the finding, and those of deeds on many that concerned it too.
async fn entries(connection: &mut PgConnection, id: FindingId) -> Result<Vec<EntryNote>> {
    let mut newest_first: Vec<EntryNote> = sqlx::query_as(
        "select e.seq, e.occurred_at, e.event_type, e.actor
         from audit.audit_trail_entries e
         where (e.payload->>'idempotency_key' = any(array(
                    select b.deed_key::text from triage.feedbacks b where b.finding_id = $1
                    union select a.deed_key::text from triage.attention a where a.finding_id = $1))
                or (left(e.payload->>'finding_id', 20) = $1::text and e.payload->>'finding_id' is not null))
           and e.category in ('finding_triage', 'risk_acceptance')
         order by e.seq desc
         limit $2",
    )
    .bind(id)
    .bind(ENTRIES_MAX)
    .fetch_all(connection)
    .await?;
    newest_first.reverse();
    Ok(newest_first)
}
