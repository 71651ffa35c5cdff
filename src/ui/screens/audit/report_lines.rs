//! A verification as a checklist: the verdict first, what it stands on, every check, every break.

use super::lines::{DetailLine, Leads, LineWriter};
use super::standing::{Standing, Verified, Worth};
use crate::audit::verify::report::{Report, Scope};
use crate::audit::verify::verdict::Kind;
use crate::ids::EntrySeq;
use crate::text::visible;
use crate::triage::store::findings::Count;
use crate::ui::screen::{Clock, Look};
use crate::ui::widgets::when;

/// The checks, each with the kinds of breaks that fail it and what holds where it does not.
const CHECKS: &[(&str, &[Kind], &str)] = &[
    ("payloads", &[Kind::PayloadMismatch], "every payload is the one that was hashed"),
    ("entries", &[Kind::MetadataMismatch], "every column is what was hashed"),
    ("links", &[Kind::LinkMismatch], "every entry builds on the one before it"),
    ("order", &[Kind::Gap, Kind::Duplicate], "no position is missing, none stands twice"),
    ("time", &[Kind::TimeRegression], "no entry is older than the one before it"),
    ("one chain", &[Kind::ChainIdMismatch], "every entry is of this chain"),
    ("all rows", &[Kind::HiddenRows], "no view, policy, rule or index hides rows"),
    (
        "checkpoints",
        &[Kind::Rollback, Kind::RootMismatch, Kind::Fork, Kind::BadSignature],
        "no trusted checkpoint contradicts it",
    ),
];

/// The lines for `width` cells.
pub(super) fn lines(standing: &Standing, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
    let mut writer = LineWriter::new(width, look);
    let theme = look.theme;
    if let Some(failed) = &standing.failed {
        writer.part("", &format!("{} the last attempt: {failed}", theme.symbols.cross), theme.bad);
    }
    let Some(verified) = &standing.last else {
        writer.part("", "No verification is known here. v starts one; it only reads.", theme.text);
        return writer.lines;
    };
    let (symbol, style) = verified.mark(look);
    writer.part("", &format!("{symbol} {}", verified.verdict_in_words()), style);
    anchor(&mut writer, verified, look);
    let report = &*verified.report;
    for check in CHECKS {
        checked(&mut writer, check, report, look);
    }
    if report.unverifiable > 0 {
        let text = format!("{} rows could not be recomputed", Count::Exactly(report.unverifiable));
        writer.part("", &format!("{} unverifiable: {text}", theme.symbols.none), theme.warn);
    }
    if let Some(reconciled) = &report.reconciled {
        match reconciled.orphans {
            0 => {
                let text = "decisions: every decision has its entry, every entry its decision";
                writer.part("", &format!("{} {text}", theme.symbols.check), theme.text);
            }
            orphans => {
                let text = format!(
                    "decisions: {} without their entry, or entries without them",
                    Count::Exactly(orphans)
                );
                writer.part("", &format!("{} {text}", theme.symbols.cross), theme.bad);
            }
        }
    }
    for concern in &report.concerns {
        let text = format!(
            "{} stands on: {}",
            theme.symbols.none,
            visible(&format!("{}: {}", concern.about, concern.what))
        );
        writer.part("", &text, theme.warn);
    }
    if let Some(stopped) = &report.stopped {
        let text = format!("{} stopped: {}", theme.symbols.none, visible(stopped));
        writer.part("", &text, theme.warn);
    }
    breaks(&mut writer, report, look);
    facts(&mut writer, verified, look);
    writer.lines
}

fn anchor(writer: &mut LineWriter<'_>, verified: &Verified, look: &Look<'_>) {
    let theme = look.theme;
    let text = verified.anchor_in_words();
    match (&verified.report.anchored, verified.worth(look.now)) {
        (Some(anchored), worth) => {
            let style = if worth == Worth::Anchored { theme.good } else { theme.text };
            let at = when::moment(anchored.time, Clock::Utc);
            writer.part("", &format!("{} {text}; signed {at}", theme.symbols.check), style);
        }
        (None, _) => writer.part("", &format!("{} {text}", theme.symbols.none), theme.warn),
    }
}

fn checked(
    writer: &mut LineWriter<'_>,
    (name, kinds, holds): &(&str, &[Kind], &str),
    report: &Report,
    look: &Look<'_>,
) {
    let theme = look.theme;
    let count = report.breaks.iter().filter(|found| kinds.contains(&found.kind)).count();
    if count > 0 {
        let first = report.breaks.iter().find(|found| kinds.contains(&found.kind));
        let words: Vec<&str> = kinds
            .iter()
            .filter(|kind| report.breaks.iter().any(|b| b.kind == **kind))
            .map(|k| k.word())
            .collect();
        let leads =
            first.and_then(|found| found.seq).map_or(Leads::Nowhere, |seq| Leads::Entry(EntrySeq(seq)));
        let text = format!("{} {name}: {} {count}", theme.symbols.cross, words.join(", "));
        writer.leading("", &text, theme.bad, leads);
    } else if report.entries == 0 {
        writer.part("", &format!("{} {name}: nothing was looked at", theme.symbols.none), theme.dim);
    } else {
        writer.part("", &format!("{} {name}: {holds}", theme.symbols.check), theme.text);
    }
}

fn breaks(writer: &mut LineWriter<'_>, report: &Report, look: &Look<'_>) {
    let theme = look.theme;
    for found in &report.breaks {
        let (place, leads) = match (found.seq, found.range) {
            (Some(seq), _) => (seq.to_string(), Leads::Entry(EntrySeq(seq))),
            (None, Some((from, to))) => {
                let first = i64::try_from(from).unwrap_or(i64::MAX);
                (format!("{from} to {to}"), Leads::Entry(EntrySeq(first)))
            }
            (None, None) => (theme.symbols.none.to_owned(), Leads::Nowhere),
        };
        let field = found.field.map_or_else(String::new, |field| format!(" {}", field.word()));
        let text = format!("{}{field}  {}", found.kind.word(), visible(&found.why));
        writer.leading(&place, text.trim_end(), theme.bad, leads);
    }
    let kept = report.breaks.len() as u64;
    if report.breaks_count > kept {
        let more = Count::Exactly(report.breaks_count - kept);
        writer.part("", &format!("and {more} more breaks, which are counted and not kept"), theme.bad);
    }
}

fn facts(writer: &mut LineWriter<'_>, verified: &Verified, look: &Look<'_>) {
    let (report, dim) = (&*verified.report, look.theme.dim);
    let scope = match report.scope {
        Scope::Full => "every entry",
        Scope::Incremental => "from a checkpoint on; older edits are not seen",
    };
    let seconds = report.duration_ms as f64 / 1_000.0;
    let rate = (report.entries as f64 / seconds.max(0.001)) as u64;
    let text =
        format!("{} in {seconds:.1} s, {} a second", Count::Exactly(report.entries), Count::Exactly(rate));
    writer.part("read", &format!("{scope}; {text}"), dim);
    writer.part("ended", &when::moment(verified.at, Clock::Utc), dim);
    writer.part("profile", report.profile, dim);
    if let Some(chain) = &report.chain_id {
        writer.part("chain", &visible(chain), dim);
    }
    if let Some(root) = report.root_text() {
        writer.part("root", &root, dim);
    }
}
