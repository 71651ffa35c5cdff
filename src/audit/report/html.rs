//! A report as one HTML page that loads nothing and runs nothing.

use super::{Filed, Report};
use crate::text::counted;
use std::fmt::Write as _;

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Audit report</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
</style></head><body>
";

/// The report for people, and the document that its hash is over.
pub fn html(report: &Report, filed: &Filed) -> String {
    let mut out = String::from(HEAD);
    // Writing into a string cannot fail.
    write(&mut out, report, filed).unwrap_or_default();
    out
}

fn write(out: &mut String, report: &Report, filed: &Filed) -> std::fmt::Result {
    let period = &report.period;
    writeln!(
        out,
        "<h1>Audit report: {}</h1>\n<p>{}</p>\n<table>",
        report.report_type.word(),
        report.statement
    )?;
    let mut fact = |name: &str, value: String| writeln!(out, "<tr><th>{name}</th><td>{value}</td></tr>");
    fact("Chain", text(report.chain_id.as_str()))?;
    fact("Period (UTC)", format!("{} to {}, the end excluded", period.from, period.to))?;
    fact("Query", if report.query.is_empty() { "all entries".to_owned() } else { text(&report.query) })?;
    fact("Entries", report.population.entries.to_string())?;
    fact(
        "First and last seq",
        format!("{} to {}", seq(report.population.first_seq), seq(report.population.last_seq)),
    )?;
    fact("Missing between them", report.population.missing.to_string())?;
    fact(
        "Chain verdict",
        format!("<b>{}</b> over {}", text(&report.chain.verdict), counted(report.chain.entries, "entry")),
    )?;
    let anchor = report.chain.checkpoint.as_ref();
    fact(
        "Checkpoint",
        anchor.map_or("none that is trusted".to_owned(), |anchor| {
            format!(
                "size {}, root <code>{}</code>, key {}",
                anchor.size,
                text(&anchor.root),
                text(&anchor.key)
            )
        }),
    )?;
    fact("Generated", format!("{} by {}", report.generated_at, text(&report.tool)))?;
    fact("Report hash", format!("<code>{}</code>", filed.hash))?;
    writeln!(out, "</table>\n<h2>Controls</h2>\n<table>")?;
    writeln!(out, "<tr><th>control<th>entries<th>first<th>last<th>categories</tr>")?;
    for control in &report.controls {
        let categories: Vec<String> = control
            .categories
            .iter()
            .map(|(word, count)| format!("{} {count}", text(word.as_str())))
            .collect();
        writeln!(
            out,
            "<tr><td>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td>{}</td></tr>",
            text(control.control.as_str()),
            control.entries,
            seq(control.first_seq),
            seq(control.last_seq),
            categories.join(", "),
        )?;
    }
    writeln!(out, "</table>\n<h2>Exceptions</h2>")?;
    if report.exceptions.is_empty() {
        writeln!(out, "<p>None.</p>")?;
    }
    for exception in &report.exceptions {
        let seqs: Vec<String> = exception.seqs.iter().map(ToString::to_string).collect();
        let more = if exception.entries > exception.seqs.len() as u64 { ", …" } else { "" };
        writeln!(out, "<p>{}: {} ({}{more})</p>", exception.meaning, exception.entries, seqs.join(", "))?;
    }
    writeln!(
        out,
        "<h2>Sample</h2>\n<p>Seed <code>{}</code>: {}.</p>\n<table>",
        text(&report.sample.seed),
        text(report.sample.method)
    )?;
    writeln!(
        out,
        "<tr><th>seq<th>time (UTC)<th>category<th>event<th>actor<th>via<th>repository<th>entry hash</tr>"
    )?;
    for entry in &report.sample.entries {
        writeln!(
            out,
            "<tr><td class=n>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            entry.seq,
            text(entry.occurred_at.as_str()),
            text(entry.category.as_str()),
            text(entry.event_type.as_str()),
            text(entry.actor.as_str()),
            text(entry.db_user.as_str()),
            entry.repo_full_name.as_ref().map_or(String::new(), |repo| text(repo.as_str())),
            text(entry.entry_hash.as_str()),
        )?;
    }
    let document = serde_json::Value::Object(filed.document.clone()).to_string();
    writeln!(
        out,
        "</table>\n<h2>Document</h2>\n<p>The hash is over this document without report_hash, keys sorted, no \
         spaces.</p>\n<pre id=\"document\">{}</pre>\n</body></html>",
        text(&document)
    )
}

/// Text in which nothing is markup.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn seq(seq: Option<crate::ids::EntrySeq>) -> String {
    seq.map_or("–".to_owned(), |seq| seq.to_string())
}
