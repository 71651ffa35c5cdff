//! The code around a finding, and the patch that would mend it.

use super::detail_parts::Writer;
use crate::triage::detail::FindingDetail;
use crate::ui::widgets::cells;
use crate::ui::widgets::diff::{self, DiffLine, Kind, Patch};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The most lines of code, and of a patch.
const CODE_MAX: usize = 60;
const PATCH_MAX: usize = 400;
/// Lines before the finding's own that are shown at most.
const BEFORE_MAX: usize = 3;

/// Code with its line numbers; the finding's own lines have a marker.
pub(super) fn code(lines: &mut Writer<'_>, detail: &FindingDetail) {
    let Some(snippet) = &detail.snippet else { return };
    let theme = lines.look.theme;
    let all: Vec<&str> = snippet.text.lines().collect();
    // Lines that are empty at both ends say nothing.
    let from = all.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
    let until = all.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    let number = |at: usize| snippet.first_line.map(|first| i64::from(first) + at as i64);
    let own = detail.finding.line.map(i64::from);
    let end = detail.end_line.map(i64::from).or(own);
    let is_own = |at: usize| match (number(at), own, end) {
        (Some(number), Some(own), Some(end)) => (own..=end.max(own)).contains(&number),
        _ => false,
    };
    let first_own = (from..until).find(|at| is_own(*at)).unwrap_or(from);
    let from = from.max(first_own.saturating_sub(BEFORE_MAX));
    let digits = number(until).map_or(0, |last| last.to_string().len()).max(3);
    for at in (from..until).take(CODE_MAX) {
        let (marker, style) =
            if is_own(at) { (theme.symbols.cursor, theme.strong) } else { (" ", theme.text) };
        let number = number(at).map_or_else(String::new, |number| number.to_string());
        let gutter = format!("{marker} {number:>digits$}  ");
        let room = lines.width.saturating_sub(cells::width(&gutter) + 1);
        let code = all[at].replace('\t', "    ");
        let code = cells::fit(&code, room, cells::Keep::Start, theme.symbols.ellipsis).into_owned();
        lines.lines.push(Line::from(vec![Span::styled(gutter, theme.dim), Span::styled(code, style)]));
    }
    if until - from > CODE_MAX {
        lines.part("", &format!("{} more lines of code", until - from - CODE_MAX), theme.dim);
    }
}

/// The patch as a diff; what is none is shown as the text that it is.
pub(super) fn patch(lines: &mut Writer<'_>, detail: &FindingDetail) {
    let Some(patch) = detail.remediation_patch.as_ref().filter(|patch| !patch.trim().is_empty()) else {
        return;
    };
    let theme = lines.look.theme;
    match diff::read(patch) {
        Patch::Diff(read) => {
            lines.part("patch", "proposed, not applied", theme.dim);
            for line in read.iter().take(PATCH_MAX) {
                let line = drawn(line, lines);
                lines.lines.push(line);
            }
            note_rest(lines, read.len());
        }
        Patch::Broken { line, why, text } => {
            lines.part("patch", &format!("no diff: {why} (line {line}); shown as text"), theme.warn);
            for line in text.iter().take(PATCH_MAX) {
                let line = one_line(line, "   ", theme.text, lines);
                lines.lines.push(line);
            }
            note_rest(lines, text.len());
        }
    }
}

fn note_rest(lines: &mut Writer<'_>, all: usize) {
    if all > PATCH_MAX {
        lines.part("", &format!("{} more lines of the patch", all - PATCH_MAX), lines.look.theme.dim);
    }
}

fn drawn(line: &DiffLine, lines: &Writer<'_>) -> Line<'static> {
    let theme = lines.look.theme;
    let (sign, style) = match line.kind {
        Kind::Header | Kind::Hunk => ("   ", theme.dim),
        Kind::Same => ("   ", theme.text),
        Kind::Added => (" + ", theme.added),
        Kind::Removed => (" - ", theme.removed),
    };
    match line.changed {
        // Tabs become four spaces, so the parts are laid out one by one.
        Some((from, until)) => {
            let parts = [
                (&line.text[..from], style),
                (&line.text[from..until], style.patch(theme.changed)),
                (&line.text[until..], style),
            ];
            let mut left = lines.width.saturating_sub(4);
            let mut spans = vec![Span::styled(sign, style)];
            for (text, style) in parts {
                let text = text.replace('\t', "    ");
                let text = cells::fit(&text, left, cells::Keep::Start, theme.symbols.ellipsis).into_owned();
                left = left.saturating_sub(cells::width(&text));
                spans.push(Span::styled(text, style));
            }
            Line::from(spans)
        }
        None => one_line(&line.text, sign, style, lines),
    }
}

fn one_line(text: &str, sign: &'static str, style: Style, lines: &Writer<'_>) -> Line<'static> {
    let text = text.replace('\t', "    ");
    let room = lines.width.saturating_sub(4);
    let text = cells::fit(&text, room, cells::Keep::Start, lines.look.theme.symbols.ellipsis).into_owned();
    Line::from(vec![Span::styled(sign, style), Span::styled(text, style)])
}
