//! A finding as Markdown, to be pasted into an issue or read in an editor.
//!
//! What scanners and people wrote is text and stays text: none of it can begin a link, an image, a
//! heading or a tag, and code keeps within its fence.

use super::detail::FindingDetail;
use super::finding::{Feedback, FeedbackKind, Verdict};
use super::risk::{ThreatSource, short};
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use std::fmt::Write;

/// Lines of code and of a patch that are taken over.
const LINES_MAX: usize = 2_000;

/// The finding as Markdown. What a person is to decide without is left out, as everywhere.
pub fn markdown(detail: &FindingDetail) -> String {
    let finding = &detail.finding;
    let mut out = format!("# {} (#{})\n\n", text(&finding.rule_id), finding.id);
    let line = finding.line.map_or_else(String::new, |line| format!(":{line}"));
    let mut facts = vec![
        ("severity", finding.severity.word().to_owned()),
        ("where", code(&format!("{}{line}", finding.file.one_line()))),
        ("repository", text(&finding.project_name)),
        ("scanner", text(&finding.tool)),
        ("state", format!("{}, first seen {}", finding.state.word(), day(finding.first_seen_at))),
        ("verdict", finding.triage_decision.map_or("none yet", Verdict::word).to_owned()),
    ];
    if let Some(scan) = &detail.scan {
        let words = [scan.branch.as_ref(), scan.commit_sha.as_ref()];
        let words: Vec<String> = words.into_iter().flatten().map(text).collect();
        facts.push(("scan", format!("{} {}", scan.id, words.join(" ")).trim_end().to_owned()));
    }
    let tells_ai =
        matches!(detail.risk_terms.source, ThreatSource::AiTruePositive | ThreatSource::AiFalsePositive);
    if !(finding.blind && tells_ai) {
        facts.push(("risk", detail.risk_terms.to_string()));
    }
    for cve in &detail.cves {
        let epss = cve.epss.map_or("unknown".to_owned(), |p| format!("{p:.5}"));
        let kev = cve.kev.map_or("unknown", |kev| if kev { "yes" } else { "no" });
        facts.push(("CVE", format!("{}, EPSS {epss}, KEV {kev}", text(&cve.cve_id))));
    }
    if let Some(uri) = &detail.help_uri {
        facts.push(("help", code(&uri.one_line())));
    }
    for (name, value) in facts {
        let _ = writeln!(out, "- **{name}**: {value}");
    }
    paragraph(&mut out, Some(&finding.message));
    if let Some(snippet) = &detail.snippet {
        block(&mut out, "Code", "", &snippet.text);
    }
    if let Some(patch) = &detail.remediation_patch {
        block(&mut out, "Proposed patch, not applied", "diff", patch);
    }
    if !finding.blind {
        let verdict = finding.ai_verdict.as_ref().filter(|word| !word.is_empty());
        if let Some(verdict) = verdict {
            let confidence = finding.ai_confidence.filter(|c| c.is_finite());
            let confidence = confidence.map_or_else(String::new, |c| format!(" {}", short(c)));
            let _ = writeln!(out, "\n## AI: {}{confidence}", text(verdict));
        }
        paragraph(&mut out, detail.ai_reasoning.as_ref());
    }
    if !detail.feedback.is_empty() {
        out.push_str("\n## What people said\n\n");
        for one in &detail.feedback {
            let _ = writeln!(out, "- {}", said(one));
        }
    }
    out
}

/// `2026-03-12 FP by kim: internal tool`
fn said(one: &Feedback) -> String {
    let what = match (one.kind, one.user_verdict) {
        (FeedbackKind::Verdict, Some(verdict)) => verdict.word(),
        (FeedbackKind::Verdict, None) => "no verdict",
        (FeedbackKind::Comment, _) => "comment",
        (FeedbackKind::Retraction, _) => "taken back",
    };
    let gone = if one.taken_back { ", taken back since" } else { "" };
    format!("{} {what} by {}{gone}: {}", day(one.timestamp), text(&one.actor), text(&one.comments))
}

fn paragraph(out: &mut String, words: Option<&SafeText>) {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else { return };
    out.push('\n');
    for line in words.lines() {
        let _ = writeln!(out, "{}", escaped(line.trim_start()));
    }
}

/// Lines between fences that are longer than any run of backticks within them.
fn block(out: &mut String, title: &str, language: &str, words: &SafeText) {
    if words.trim().is_empty() {
        return;
    }
    let fence = "`".repeat(longest_run(words).max(2) + 1);
    let _ = write!(out, "\n## {title}\n\n{fence}{language}\n");
    for line in words.lines().take(LINES_MAX) {
        let _ = writeln!(out, "{line}");
    }
    if words.lines().nth(LINES_MAX).is_some() {
        let _ = writeln!(out, "(more lines, left out)");
    }
    let _ = writeln!(out, "{fence}");
}

/// Words within a line.
fn text(words: &SafeText) -> String {
    escaped(&words.one_line())
}

fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    for (at, c) in line.char_indices() {
        let begins_list = at == 0 && matches!(c, '-' | '+' | '=');
        // "1." and "1)" begin a list too.
        let ends_number = matches!(c, '.' | ')') && at > 0 && line[..at].bytes().all(|b| b.is_ascii_digit());
        if begins_list || ends_number || "\\`*_{}[]<>#!|~&".contains(c) {
            out.push('\\');
        }
        // A name with an @ calls people, where issues are kept.
        match c {
            '@' => out.push_str("&#64;"),
            _ => out.push(c),
        }
    }
    out
}

/// A piece of code within a line, between as many backticks as it takes.
fn code(words: &str) -> String {
    if !words.contains('`') {
        return format!("`{words}`");
    }
    let fence = "`".repeat(longest_run(words) + 1);
    format!("{fence} {words} {fence}")
}

fn longest_run(words: &str) -> usize {
    words.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}
