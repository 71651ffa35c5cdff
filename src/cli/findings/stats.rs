//! `attestor findings stats`.

use super::filter;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::Result;
use crate::text::{SafeText, counted};
use crate::triage::agreement::{Agreement, Matrix, Rates};
use crate::triage::metrics::RepoBuilds;
use crate::triage::rate::{Rate, SAMPLE_MIN};
use crate::triage::stats::Stats;
use crate::triage::store::agreement;
use crate::triage::threat::Taken;
use std::fmt::{self, Write as _};
use std::io::{ErrorKind, Write as _};

/// How many tools and rules a person is shown; `--json` has them all.
const LISTED_MAX: usize = 10;

/// Shows what is measured, as text or as one JSON object.
pub(super) async fn stats(text: &str, global: &Global) -> Result<u8> {
    let filter = filter(text)?;
    let db = global.open().await?.db;
    let stats = agreement::stats(&db, &filter, chrono::Utc::now()).await?;
    let shown = match global.format() {
        Format::Json => serde_json::to_string(&stats).map_err(std::io::Error::other)? + "\n",
        Format::Table | Format::Csv | Format::Plain => as_text(&stats),
    };
    match std::io::stdout().lock().write_all(shown.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(0),
    }
}

/// The whole, as a person reads it.
pub fn as_text(stats: &Stats) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_stats(&mut text, stats);
    text
}

fn write_stats(out: &mut String, stats: &Stats) -> fmt::Result {
    let seen = &stats.population;
    writeln!(
        out,
        "{}: {} decided, {} of them without an AI verdict; {} undecided with one",
        counted(seen.findings, "finding"),
        seen.decided,
        seen.decided_without_ai,
        seen.undecided_with_ai
    )?;
    if seen.without_feedback > 0 {
        writeln!(
            out,
            "note: no feedback of a person is behind {}; a producer wrote that",
            counted(seen.without_feedback, "decision")
        )?;
    }
    let blind = &stats.blind;
    writeln!(
        out,
        "\nBlind sample ({} % of findings; {} wait to be decided blind): the rates to quote",
        (blind.share * 1e4).round() / 1e2,
        blind.waiting
    )?;
    write_agreement(out, &blind.agreement)?;
    writeln!(out, "\nAll decisions: most were made with the AI's verdict in sight, which flatters it")?;
    write_agreement(out, &stats.all)?;
    let edition = |taken: &Option<Taken>| taken.as_ref().map_or("none yet".to_owned(), Taken::to_string);
    writeln!(out, "\nFeeds\n  EPSS  {}\n  KEV   {}", edition(&stats.epss), edition(&stats.kev))?;
    if !stats.pipeline.is_empty() {
        writeln!(out, "\nUnusual builds: the most unusual tenth of each repository")?;
    }
    stats.pipeline.iter().try_for_each(|repo| write_builds(out, repo))
}

fn write_agreement(out: &mut String, measured: &Agreement) -> fmt::Result {
    let rates = &measured.rates;
    if rates.n == 0 {
        return writeln!(out, "  no finding with a verdict of both");
    }
    let Matrix { ai_tp_person_tp, ai_tp_person_fp, ai_fp_person_tp, ai_fp_person_fp } = rates.matrix;
    writeln!(out, "  {:<22} {:>9} {:>9}", "", "person TP", "person FP")?;
    writeln!(out, "  {:<22} {ai_tp_person_tp:>9} {ai_tp_person_fp:>9}", "AI TP")?;
    writeln!(out, "  {:<22} {ai_fp_person_tp:>9} {ai_fp_person_fp:>9}", "AI FP")?;
    let kappa = rates.kappa.map_or("not defined".to_owned(), |kappa| format!("{kappa:.2}"));
    for (name, rate) in [
        ("agreement", rates.agreement),
        ("precision of FP calls", rates.fp_precision),
        ("missed TP", rates.missed_tp),
    ] {
        writeln!(out, "  {name:<22} {rate}")?;
    }
    writeln!(out, "  {:<22} {kappa}", "kappa")?;
    if rates.n < SAMPLE_MIN {
        writeln!(out, "  The sample is too small to rely on: {} cases, it takes {SAMPLE_MIN}.", rates.n)?;
    }
    let tools = measured.by_tool.iter().map(|t| (t.tool.one_line().into_owned(), &t.rates));
    write_groups(out, "by tool", tools.collect())?;
    let rules = measured.by_rule.iter().map(|r| (rule(&r.tool, &r.rule_id), &r.rates));
    write_groups(out, "by rule", rules.collect())?;
    write_calibration(out, measured)
}

fn rule(tool: &SafeText, rule_id: &SafeText) -> String {
    format!("{} {}", tool.one_line(), rule_id.one_line())
}

fn write_groups(out: &mut String, title: &str, groups: Vec<(String, &Rates)>) -> fmt::Result {
    writeln!(out, "\n  {title}")?;
    for (name, rates) in groups.iter().take(LISTED_MAX) {
        writeln!(out, "    {name}")?;
        writeln!(out, "      agreement {}", rates.agreement)?;
        writeln!(out, "      precision of FP calls {}; missed TP {}", rates.fp_precision, rates.missed_tp)?;
    }
    match groups.len().saturating_sub(LISTED_MAX) {
        0 => Ok(()),
        more => writeln!(out, "    {more} more; --json lists them"),
    }
}

fn write_calibration(out: &mut String, measured: &Agreement) -> fmt::Result {
    writeln!(out, "\n  calibration: how often the AI is right, by its confidence")?;
    for bin in measured.calibration.iter().filter(|bin| bin.right.n > 0) {
        let mean = bin.mean_confidence.unwrap_or_default();
        let right: Rate = bin.right;
        writeln!(out, "    {:.1} to {:.1}  mean {mean:.2}  right {right}", bin.from, bin.to)?;
    }
    if let Some(error) = measured.calibration_error {
        writeln!(out, "    mean distance of confidence and being right {error:.2}")?;
    }
    match measured.without_confidence {
        0 => Ok(()),
        count => writeln!(out, "    {count} without a confidence"),
    }
}

fn write_builds(out: &mut String, repo: &RepoBuilds) -> fmt::Result {
    let name = repo.repo.as_ref().map_or("(no repository)".into(), |repo| repo.one_line());
    writeln!(out, "  {name}: {} builds", repo.builds)?;
    repo.anomalies.iter().try_for_each(|unusual| {
        writeln!(out, "    scan #{}  score {:.2}  {unusual}", unusual.scan, unusual.score)
    })
}
