//! A report as Markdown, with its document at the end.

use super::{Filed, Report};
use crate::text::counted;
use std::fmt::Write as _;

/// The report for people, and the document that its hash is over.
pub fn markdown(report: &Report, filed: &Filed) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    write(&mut out, report, filed).unwrap_or_default();
    out
}

fn write(out: &mut String, report: &Report, filed: &Filed) -> std::fmt::Result {
    let period = &report.period;
    writeln!(out, "# Audit report: {}\n", report.report_type.word())?;
    writeln!(out, "{}\n", report.statement)?;
    writeln!(out, "| | |\n|---|---|")?;
    let mut fact = |name: &str, value: String| writeln!(out, "| {name} | {value} |");
    fact("Chain", cell(report.chain_id.as_str()))?;
    fact("Period (UTC)", format!("{} to {}, the end excluded", period.from, period.to))?;
    fact("Query", if report.query.is_empty() { "all entries".to_owned() } else { cell(&report.query) })?;
    fact("Entries", report.population.entries.to_string())?;
    fact("First and last seq", span(report.population.first_seq, report.population.last_seq))?;
    fact("Missing between them", report.population.missing.to_string())?;
    fact(
        "Chain verdict",
        format!("{} over {}", cell(&report.chain.verdict), counted(report.chain.entries, "entry")),
    )?;
    let anchor = report.chain.checkpoint.as_ref();
    fact(
        "Checkpoint",
        anchor.map_or("none that is trusted".to_owned(), |anchor| {
            format!("size {}, root {}, key {}", anchor.size, cell(&anchor.root), cell(&anchor.key))
        }),
    )?;
    fact("Generated", format!("{} by {}", report.generated_at, cell(&report.tool)))?;
    fact("Report hash", filed.hash.to_string())?;

    writeln!(
        out,
        "\n## Controls\n\n| control | entries | first | last | categories |\n|---|--:|--:|--:|---|"
    )?;
    for control in &report.controls {
        let categories: Vec<String> = control
            .categories
            .iter()
            .map(|(word, count)| format!("{} {count}", cell(word.as_str())))
            .collect();
        let (first, last) = (seq(control.first_seq), seq(control.last_seq));
        let name = cell(control.control.as_str());
        writeln!(out, "| {name} | {} | {first} | {last} | {} |", control.entries, categories.join(", "))?;
    }

    writeln!(out, "\n## Exceptions\n")?;
    if report.exceptions.is_empty() {
        writeln!(out, "None.")?;
    }
    for exception in &report.exceptions {
        let seqs: Vec<String> = exception.seqs.iter().map(ToString::to_string).collect();
        let more = if exception.entries > exception.seqs.len() as u64 { ", …" } else { "" };
        writeln!(out, "- {}: {} ({}{more})", exception.meaning, exception.entries, seqs.join(", "))?;
    }

    writeln!(out, "\n## Sample\n\nSeed `{}`: {}.\n", cell(&report.sample.seed), report.sample.method)?;
    writeln!(out, "| seq | time (UTC) | category | event | actor | via | repository | entry hash |")?;
    writeln!(out, "|--:|---|---|---|---|---|---|---|")?;
    for entry in &report.sample.entries {
        let repo = entry.repo_full_name.as_ref().map_or(String::new(), |repo| cell(repo.as_str()));
        let cells = [
            entry.seq.to_string(),
            cell(entry.occurred_at.as_str()),
            cell(entry.category.as_str()),
            cell(entry.event_type.as_str()),
            cell(entry.actor.as_str()),
            cell(entry.db_user.as_str()),
            repo,
            cell(entry.entry_hash.as_str()),
        ];
        writeln!(out, "| {} |", cells.join(" | "))?;
    }

    writeln!(
        out,
        "\n## Document\n\nThe hash is over this document without `report_hash`, keys sorted, no spaces.\n"
    )?;
    let document = serde_json::Value::Object(filed.document.clone()).to_string();
    // A fence longer than any in the document cannot be closed by it.
    let longest = document.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}json\n{document}\n{fence}")
}

/// Text in which nothing is markup.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\r' => escaped.push(' '),
            c if c.is_ascii_punctuation() && !".,:;/-=+@%".contains(c) => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

fn seq(seq: Option<crate::ids::EntrySeq>) -> String {
    seq.map_or("–".to_owned(), |seq| seq.to_string())
}

fn span(first: Option<crate::ids::EntrySeq>, last: Option<crate::ids::EntrySeq>) -> String {
    format!("{} to {}", seq(first), seq(last))
}
