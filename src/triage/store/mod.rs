//! The SQL of triage.

pub mod agreement;
pub mod attention;
pub mod blind;
pub mod deeds;
pub mod detail;
pub mod feedbacks;
pub mod fields;
pub mod findings;
pub mod groups;
pub mod imports;
pub mod intake;
pub mod life;
pub mod metrics;
pub mod overview;
mod query;
pub mod threat;
pub mod values;

use super::finding::{Feedback, FeedbackKind, Finding, Severity, State, Verdict};
use crate::ids::FeedbackId;
use blind::blind;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

/// What a [`Finding`] is read from, out of `triage.findings f`. Texts are cut where a list needs no
/// more: a producer's file path of a megabyte is not worth a screen.
const LISTED: &str = concat!(
    "f.id, f.scan_id, left(coalesce(f.project_name, ''), 1000) as project_name,
    left(coalesce(f.tool, ''), 200) as tool, left(coalesce(f.rule_id, ''), 1000) as rule_id,
    left(coalesce(f.file, ''), 2000) as file, f.line, f.severity_rank, f.triage_decision,
    left(f.ai_verdict, 200) as ai_verdict, f.ai_confidence, f.risk, left(f.fingerprint, 200) as fingerprint,
    f.state, left(coalesce(f.message, ''), 10000) as message, f.suppressed, f.first_seen_at, f.version,
    f.cve_ids, left(f.claimed_by, 200) as claimed_by, f.claimed_until, f.snoozed_until, f.accepted_until, ",
    blind!(),
    " as blind"
);

/// What is known of the CVEs of a listed finding `p`; unknown stays null. Most findings have none: the
/// first condition spares them the look-up.
const THREAT: &str = "left join lateral (select max(c.epss) as epss, bool_or(c.kev) as kev
    from triage.cve_threat c where cardinality(p.cve_ids) > 0 and c.cve_id = any(p.cve_ids)) t on true";

impl FromRow<'_, PgRow> for Finding {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Finding {
            id: row.try_get("id")?,
            scan_id: row.try_get("scan_id")?,
            project_name: row.try_get("project_name")?,
            tool: row.try_get("tool")?,
            rule_id: row.try_get("rule_id")?,
            file: row.try_get("file")?,
            line: row.try_get("line")?,
            severity: Severity::from_rank(row.try_get("severity_rank")?),
            triage_decision: verdict(row, "triage_decision")?,
            ai_verdict: row.try_get("ai_verdict")?,
            ai_confidence: row.try_get("ai_confidence")?,
            epss: row.try_get("epss")?,
            kev: row.try_get("kev")?,
            risk: row.try_get("risk")?,
            fingerprint: row.try_get("fingerprint")?,
            state: State::parse(row.try_get("state")?),
            message: row.try_get("message")?,
            suppressed: row.try_get("suppressed")?,
            first_seen_at: row.try_get("first_seen_at")?,
            version: row.try_get("version")?,
            blind: row.try_get("blind")?,
            claimed_by: row.try_get("claimed_by")?,
            claimed_until: row.try_get("claimed_until")?,
            snoozed_until: row.try_get("snoozed_until")?,
            accepted_until: row.try_get("accepted_until")?,
        })
    }
}

impl FromRow<'_, PgRow> for Feedback {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Feedback {
            id: row.try_get("id")?,
            finding_id: row.try_get("finding_id")?,
            kind: kind(row)?,
            user_verdict: verdict(row, "user_verdict")?,
            comments: row.try_get("comments")?,
            timestamp: row.try_get("timestamp")?,
            actor: row.try_get("actor")?,
            scan_id: row.try_get("scan_id")?,
            retracts: row.try_get("retracts")?,
            taken_back: row.try_get::<Option<FeedbackId>, _>("taken_back_by")?.is_some(),
            blind: row.try_get("blind")?,
        })
    }
}

/// The kind of a feedback; its column takes these words alone.
fn kind(row: &PgRow) -> sqlx::Result<FeedbackKind> {
    Ok(match row.try_get("kind")? {
        "comment" => FeedbackKind::Comment,
        "retraction" => FeedbackKind::Retraction,
        _ => FeedbackKind::Verdict,
    })
}

/// The verdict in a column that may hold anything.
fn verdict(row: &PgRow, column: &str) -> sqlx::Result<Option<Verdict>> {
    Ok(row.try_get::<Option<&str>, _>(column)?.and_then(Verdict::parse))
}
