//! `attestor findings show`.

use super::list::ai;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::config::Session;
use crate::error::Result;
use crate::ids::FindingId;
use crate::text::SafeText;
use crate::triage::detail::FindingDetail;
use crate::triage::finding::{Feedback, FeedbackKind, Verdict};
use crate::triage::store::detail;
use crate::triage::threat::Taken;
use chrono::{DateTime, Utc};
use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

/// Shows a finding, as text or as one JSON object.
pub(super) async fn show(id: FindingId, global: &Global) -> Result<u8> {
    show_in(&global.open().await?, id, global).await
}

/// Shows a finding of a database that is open.
pub(in crate::cli) async fn show_in(session: &Session, id: FindingId, global: &Global) -> Result<u8> {
    let detail = detail::show(&session.db, id).await?;
    let text = match global.format() {
        Format::Json => {
            let mut line = serde_json::to_string(&detail).map_err(std::io::Error::other)?;
            line.push('\n');
            line
        }
        Format::Table | Format::Csv | Format::Plain => as_text(&detail.veiled(), Utc::now()),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(0)
}

fn as_text(detail: &FindingDetail, now: DateTime<Utc>) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_text(&mut text, detail, now);
    text
}

fn write_text(out: &mut String, detail: &FindingDetail, now: DateTime<Utc>) -> fmt::Result {
    let finding = &detail.finding;
    writeln!(out, "#{} {} {}", finding.id, finding.severity.word(), finding.rule_id.one_line())?;
    block(out, &finding.message)?;
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    row(out, "where", format_args!("{}{line}", finding.file.one_line()))?;
    row(out, "repo", finding.project_name.one_line())?;
    row(out, "tool", finding.tool.one_line())?;
    if let Some(scan) = &detail.scan {
        let words = [scan.branch.as_ref(), scan.commit_sha.as_ref()];
        let words: Vec<_> = words.into_iter().flatten().map(SafeText::one_line).collect();
        let when = scan.timestamp.map(day).unwrap_or_default();
        row(out, "scan", format_args!("#{} {} {when}", scan.id, words.join(" ")))?;
    }
    if let Some(pipeline) = &detail.pipeline {
        row(out, "build", pipeline)?;
    }
    row(out, "state", format_args!("{}, first seen {}", finding.state.word(), day(finding.first_seen_at)))?;
    row(out, "seen", seen(detail))?;
    if finding.suppressed {
        let how = detail.suppression.as_ref().map(SafeText::one_line).unwrap_or_default();
        row(out, "suppressed", how)?;
    }
    row(out, "risk", &detail.risk_terms)?;
    for cve in &detail.cves {
        let epss = cve.epss.map_or("unknown".to_owned(), |p| format!("{p:.5}"));
        let kev = cve.kev.map_or("unknown", |kev| if kev { "yes" } else { "no" });
        let due = cve.kev_due.map_or(String::new(), |due| format!(", due {due}"));
        let ransomware = if cve.ransomware == Some(true) { ", used by ransomware" } else { "" };
        row(out, "cve", format_args!("{} EPSS {epss}, KEV {kev}{due}{ransomware}", cve.cve_id.one_line()))?;
    }
    if !detail.cves.is_empty() {
        let edition = |taken: &Option<Taken>| taken.as_ref().map_or("none".to_owned(), Taken::to_string);
        let (epss, kev) = (edition(&detail.epss_edition), edition(&detail.kev_edition));
        row(out, "feeds", format_args!("EPSS {epss}; KEV {kev}"))?;
    }
    row(out, "verdict", finding.triage_decision.map_or("none", Verdict::word))?;
    if let Some(from) = &detail.carried_over {
        let scan = from.scan_id.map(|scan| format!(" in scan #{scan}")).unwrap_or_default();
        row(
            out,
            "carried",
            format_args!("from #{}{scan}, {} by {}", from.finding_id, day(from.at), from.actor),
        )?;
    }
    row(out, "version", finding.version.0)?;
    for spell in detail.attention.iter().filter(|spell| spell.until > now) {
        let why = spell.reason.as_ref().map(|why| format!(": {}", why.one_line())).unwrap_or_default();
        let (by, since, until) = (spell.actor.one_line(), second(spell.at), second(spell.until));
        row(out, spell.kind.adjective(), format_args!("by {by} since {since}, until {until}{why}"))?;
    }
    match finding.blind {
        true => row(out, "ai", "hidden until you decide, with its reasons and its patch where it wrote one")?,
        false => row(out, "ai", ai(finding))?,
    }
    if let Some(uri) = &detail.help_uri {
        row(out, "help", uri.one_line())?;
    }
    section(out, "why the AI thinks so", detail.ai_reasoning.as_ref())?;
    if let Some(snippet) = &detail.snippet {
        writeln!(out, "\ncode")?;
        for (i, line) in snippet.text.lines().enumerate() {
            match snippet.first_line {
                Some(first) => writeln!(out, "  {:>6}  {line}", i64::from(first) + i as i64)?,
                None => writeln!(out, "  {line}")?,
            }
        }
    }
    section(out, "patch", detail.remediation_patch.as_ref())?;
    if !detail.feedback.is_empty() {
        writeln!(out, "\nfeedback")?;
        detail.feedback.iter().try_for_each(|said| write_feedback(out, said))?;
    }
    if !detail.entries.is_empty() {
        writeln!(out, "\naudit chain")?;
    }
    for entry in &detail.entries {
        writeln!(
            out,
            "  {}  {}  {} by {}",
            entry.seq,
            second(entry.occurred_at),
            entry.event_type,
            entry.actor
        )?;
    }
    Ok(())
}

/// In how many scans it was seen, and in how many of the same series not.
fn seen(detail: &FindingDetail) -> String {
    let sightings = &detail.sightings;
    let mut words = format!("in {} scans, last {}", sightings.count, day(detail.last_seen_at));
    if sightings.missed > 0 {
        words += &format!(", not in {} since the first", sightings.missed);
    }
    if sightings.regressions > 0 {
        words += &format!(", back {} times after it was gone", sightings.regressions);
    }
    words
}

fn write_feedback(out: &mut String, said: &Feedback) -> fmt::Result {
    let what = match (said.kind, said.user_verdict) {
        (FeedbackKind::Verdict, Some(verdict)) => verdict.word().to_owned(),
        (FeedbackKind::Verdict, None) => "-".to_owned(),
        (FeedbackKind::Comment, _) => "comment".to_owned(),
        (FeedbackKind::Retraction, _) => format!("takes back {}", said.retracts.map_or(0, |f| f.0)),
    };
    let blind = if said.blind { " (blind)" } else { "" };
    let gone = if said.taken_back { " (taken back)" } else { "" };
    writeln!(out, "  {}  {}  {what}{blind}{gone} by {}", said.id, second(said.timestamp), said.actor)?;
    said.comments.lines().try_for_each(|line| writeln!(out, "      {line}"))
}

fn row(out: &mut String, name: &str, value: impl Display) -> fmt::Result {
    let line = format!("  {name:<10} {value}");
    writeln!(out, "{}", line.trim_end())
}

fn section(out: &mut String, title: &str, text: Option<&SafeText>) -> fmt::Result {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            writeln!(out, "\n{title}")?;
            block(out, text)
        }
        None => Ok(()),
    }
}

fn block(out: &mut String, text: &SafeText) -> fmt::Result {
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
