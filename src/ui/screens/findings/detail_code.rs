//! The code around a finding, and the patch that would mend it.

use super::detail_parts::{Extent, Writer};
use crate::triage::detail::FindingDetail;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells;
use crate::ui::widgets::diff::{DiffLine, Kind, Patch};
use crate::ui::widgets::syntax::Token;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The most lines of code, and of a patch.
const CODE_MAX: usize = 60;
const PATCH_MAX: usize = 400;
/// How many lines one line of code is folded into, where it matters.
const FOLDS_MAX: usize = 4;
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
    let last_own = (from..until).rev().find(|at| is_own(*at)).unwrap_or(first_own);
    let (before, after) = match lines.extent {
        Extent::Glance => (2, 2),
        Extent::Whole => (BEFORE_MAX, usize::MAX),
    };
    let from = from.max(first_own.saturating_sub(before));
    let until = until.min(last_own.saturating_add(after).saturating_add(1));
    let digits = number(until).map_or(0, |last| last.to_string().len()).max(3);
    for at in (from..until).take(CODE_MAX) {
        let (marker, style) =
            if is_own(at) { (theme.symbols.cursor, theme.strong) } else { (" ", theme.text) };
        let number = number(at).map_or_else(String::new, |number| number.to_string());
        let gutter = format!("{marker} {number:>digits$}  ");
        let colours = lines.reading.colours.as_deref();
        let tokens = colours.and_then(|colours| colours.snippet.get(at)).map_or(&[][..], Vec::as_slice);
        let spans = painted(all[at], style, tokens, &[], theme);
        let folds = if is_own(at) { FOLDS_MAX } else { 1 };
        folded(lines, (gutter, if is_own(at) { theme.strong } else { theme.dim }), &spans, folds);
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
    let reading = lines.reading;
    match reading.patch(patch) {
        Patch::Diff(read) => {
            lines.part("patch", "proposed, not applied", theme.dim);
            for (at, line) in read.iter().enumerate().take(PATCH_MAX) {
                let colours = reading.colours.as_deref();
                let tokens = colours.and_then(|colours| colours.patch.get(at)).map_or(&[][..], Vec::as_slice);
                drawn(line, tokens, lines);
            }
            note_rest(lines, read.len());
        }
        Patch::Broken { line, why, text } => {
            lines.part("patch", &format!("no diff: {why} (line {line}); shown as text"), theme.warn);
            for line in text.iter().take(PATCH_MAX) {
                folded(lines, ("   ".to_owned(), theme.text), &[(line, theme.text)], 1);
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

fn drawn(line: &DiffLine, tokens: &[(usize, usize, Token)], lines: &mut Writer<'_>) {
    let theme = lines.look.theme;
    let (sign, style, folds) = match line.kind {
        Kind::Header | Kind::Hunk => ("   ", theme.dim, 1),
        Kind::Same => ("   ", theme.text, 1),
        Kind::Added => (" + ", theme.added, FOLDS_MAX),
        Kind::Removed => (" - ", theme.removed, FOLDS_MAX),
    };
    let parts = painted(&line.text, style, tokens, &line.changed, theme);
    folded(lines, (sign.to_owned(), style), &parts, folds);
}

/// The text in pieces of one style each: that of the line, of its tokens, of the words that changed. What
/// changed is told by the letters too, so it comes last.
fn painted<'t>(
    text: &'t str,
    style: Style,
    tokens: &[(usize, usize, Token)],
    changed: &[(usize, usize)],
    theme: &Theme,
) -> Vec<(&'t str, Style)> {
    let ends = tokens.iter().flat_map(|(from, until, _)| [*from, *until]);
    let mut cuts: Vec<usize> = ends.chain(changed.iter().flat_map(|(from, until)| [*from, *until])).collect();
    cuts.extend([0, text.len()]);
    cuts.retain(|cut| *cut <= text.len() && text.is_char_boundary(*cut));
    cuts.sort_unstable();
    cuts.dedup();
    let holds = |range: &(usize, usize), at: usize| (range.0..range.1).contains(&at);
    let piece = |ends: &[usize]| {
        let (from, until) = (ends[0], ends[1]);
        let token = tokens.iter().find(|(start, end, _)| holds(&(*start, *end), from));
        let token = token.map_or(style, |(.., token)| style.patch(theme.code.of(*token)));
        let is_changed = changed.iter().any(|range| holds(range, from));
        (&text[from..until], if is_changed { token.patch(theme.changed) } else { token })
    };
    cuts.windows(2).map(piece).collect()
}

/// Puts a line of code behind its gutter, over at most `folds` lines: what matters is never cut where
/// it could be read. Tabs become four spaces.
fn folded(lines: &mut Writer<'_>, gutter: (String, Style), parts: &[(&str, Style)], folds: usize) {
    let ellipsis = lines.look.theme.symbols.ellipsis;
    let room = lines.width.saturating_sub(cells::width(&gutter.0) + 1);
    if room < 4 {
        return;
    }
    let blank = " ".repeat(cells::width(&gutter.0));
    let mut line = vec![Span::styled(gutter.0, gutter.1)];
    let (mut left, mut fold) = (room, 1);
    for (text, style) in parts {
        let text = text.replace('\t', "    ");
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let fits = cells::prefix(rest, left);
            if fold == folds && fits.len() < rest.len() {
                let cut = cells::fit(rest, left, cells::Keep::Start, ellipsis).into_owned();
                line.push(Span::styled(cut, *style));
                lines.lines.push(Line::from(line));
                return;
            }
            line.push(Span::styled(fits.to_owned(), *style));
            left -= cells::width(fits);
            rest = &rest[fits.len()..];
            if !rest.is_empty() {
                lines.lines.push(Line::from(std::mem::replace(&mut line, vec![Span::raw(blank.clone())])));
                (left, fold) = (room, fold + 1);
            }
        }
    }
    lines.lines.push(Line::from(line));
}
