//! `attestor tests show`.

use super::list::{mark, score, strip};
use crate::cli::Global;
use crate::cli::output::Format;
use crate::config::Session;
use crate::error::Result;
use crate::flaky::called::Called;
use crate::flaky::detail::TestDetail;
use crate::flaky::evidence::Basis;
use crate::flaky::store::{called, detail};
use crate::ids::TestId;
use crate::text::counted;
use chrono::{DateTime, Utc};
use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

/// How many runs and failures people are shown; `--json` has them all.
const RUNS_SHOWN: usize = 15;
const FAILURES_SHOWN: usize = 5;

/// Shows a test, as text or as one JSON object.
pub(super) async fn show(test: &Called, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    for id in called::rows(&session.db, std::slice::from_ref(test)).await? {
        show_in(&session, id, global).await?;
    }
    Ok(0)
}

/// The same in a session that is open.
pub async fn show_in(session: &Session, id: TestId, global: &Global) -> Result<u8> {
    let detail = detail::show(&session.db, id).await?;
    let text = match global.format() {
        Format::Json => {
            let mut line = serde_json::to_string(&detail).map_err(std::io::Error::other)?;
            line.push('\n');
            line
        }
        Format::Table | Format::Csv | Format::Plain => {
            let mut text = String::new();
            // Writing into a string cannot fail.
            let _ = write_text(&mut text, &detail, Utc::now());
            text
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(0)
}

fn write_text(out: &mut String, detail: &TestDetail, now: DateTime<Utc>) -> fmt::Result {
    let test = &detail.test;
    writeln!(out, "#{} {} {}", test.id, test.state, test.title())?;
    row(out, "repo", test.repo.one_line())?;
    if !test.environment.is_empty() {
        row(out, "where", test.environment.one_line())?;
    }
    row(out, "test_id", test.test_id.one_line())?;
    row(out, "last runs", strip(&test.strip))?;
    row(out, "score", score(test))?;
    let commits = test.first_try + test.flaked + test.never_passed;
    row(
        out,
        "evidence",
        format_args!(
            "{}: {} passed at the first try, {} failed then passed, {} only failed",
            counted(commits, "commit"),
            test.first_try,
            test.flaked,
            test.never_passed
        ),
    )?;
    match test.basis {
        Basis::Retries => {
            row(out, "severity", format_args!("flakes in {:.1} % of its tries", test.severity * 100.0))?
        }
        Basis::Isolated => {
            row(
                out,
                "isolated",
                format_args!(
                    "{} between passing ones; nothing was tried again",
                    counted(test.isolated, "failing commit")
                ),
            )?;
        }
    }
    let left_out = if test.outage_count > 0 {
        format!(", {} in outages left out", test.outage_count)
    } else {
        String::new()
    };
    row(
        out,
        "attempts",
        format_args!(
            "{} passed, {} failed ({:.1} %), {} skipped{left_out}",
            test.pass_count,
            test.fail_count,
            test.failure_rate * 100.0,
            test.skip_count
        ),
    )?;
    if let (Some(first), Some(last)) = (test.first_run_at, test.last_run_at) {
        row(out, "ran", format_args!("{} to {}", day(first), second(last)))?;
    }
    if test.quarantined {
        let owner = test.owner.as_ref().map(|owner| owner.one_line()).unwrap_or_default();
        let until = test.expires_at.map(second).unwrap_or_else(|| "for good".to_owned());
        let past = if test.is_expired(now) { ", which is PAST" } else { "" };
        row(out, "quarantine", format_args!("by {owner} until {until}{past}"))?;
        if let Some(reason) = &test.reason {
            row(out, "", reason.one_line())?;
        }
        if let Some(link) = &test.link {
            row(out, "", link.one_line())?;
        }
        if let (Some(left), Some(asked)) = (test.runs_left(), test.graduation_runs) {
            let what = match left {
                0 => format!(
                    "may leave: {} in a row, {asked} are asked",
                    counted(test.clean_runs, "clean run")
                ),
                left => {
                    format!("{} in a row, of {asked}, until it may leave", counted(left, "more clean run"))
                }
            };
            row(out, "graduation", what)?;
        }
    } else {
        match &detail.ineligible {
            None if test.suggested => row(out, "rules", "quarantine is suggested")?,
            None => row(out, "rules", "quarantine was suggested, and dismissed")?,
            Some(why) => row(out, "rules", format_args!("no quarantine: {why}"))?,
        }
    }
    row(out, "version", test.version.0)?;
    for other in &detail.elsewhere {
        let score = other.flakiness_score.map_or("-".to_owned(), |score| format!("{score:.3}"));
        let place =
            if other.environment.is_empty() { "(no name)".into() } else { other.environment.one_line() };
        row(out, "elsewhere", format_args!("{place}: {}, score {score} (#{})", other.state, other.id))?;
    }
    if !detail.runs.is_empty() {
        writeln!(out, "\nruns, newest first")?;
        for run in detail.runs.iter().take(RUNS_SHOWN) {
            let commit: String = run.commit_sha.chars().take(12).collect();
            let took = run.duration_ms.map(|ms| format!(", {ms} ms")).unwrap_or_default();
            writeln!(
                out,
                "  {} {}  {commit:<12}  {} passed, {} failed{took}  {}",
                mark(run.mark),
                second(run.at),
                run.passed,
                run.failed,
                run.branch.one_line()
            )?;
        }
    }
    if !detail.failures.is_empty() {
        writeln!(out, "\nfailures")?;
        for group in detail.failures.iter().take(FAILURES_SHOWN) {
            let commits = counted(group.commits, "commit");
            writeln!(out, "  {}x on {commits}, last {}  {}", group.count, day(group.last_at), group.text)?;
        }
    }
    if !detail.decisions.is_empty() {
        writeln!(out, "\ndecisions")?;
        for decision in &detail.decisions {
            let against = if decision.by_rule { "" } else { " against the rules" };
            writeln!(
                out,
                "  {} {}{against} by {}: {}",
                second(decision.at),
                decision.deed,
                decision.actor.one_line(),
                decision.reason.one_line()
            )?;
        }
    }
    if !detail.entries.is_empty() {
        writeln!(out, "\naudit chain")?;
        for entry in &detail.entries {
            writeln!(
                out,
                "  {} {} {} by {}",
                entry.seq,
                second(entry.occurred_at),
                entry.event_type.one_line(),
                entry.actor.one_line()
            )?;
        }
    }
    Ok(())
}

fn row(out: &mut String, name: &str, value: impl Display) -> fmt::Result {
    writeln!(out, "  {name:<10} {value}")
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
