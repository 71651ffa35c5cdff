//! The lines of the detail, from the top: what it is, the code, why it ranks as it does, what people
//! said, what the chain holds.
//!
//! What the row already knows comes first, so that nothing moves when the rest arrives.

use super::detail_code::{code, patch};
use super::detail_view::{Lines, short_commit};
use super::list_view::{ai, severity_symbol, short, state_word};
use super::reading::Reading;
use super::state::{Shown, place};
use crate::db::page::Page;
use crate::text::SafeText;
use crate::triage::detail::{FindingDetail, Sighting};
use crate::triage::finding::{Feedback, FeedbackKind, Finding, Verdict};
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Cells before the text of a part: its label.
const LABEL: usize = 7;
/// The most lines of one text.
const WRAPPED_MAX: usize = 40;

/// How much of the code is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The lines next to the finding, so that the reasons below are in sight too.
    Glance,
    /// All of it.
    Whole,
}

/// The lines for `width` cells.
pub fn lines(shown: &Shown, width: usize, extent: Extent, look: &Look<'_>) -> Lines {
    let Some(row) = &shown.row else { return Vec::new() };
    let (reading, life) = (&shown.reading, shown.life.as_ref());
    let mut lines = Writer { lines: Vec::new(), width, extent, look, reading, life };
    lines.text(&row.message, look.theme.text);
    lines.place(row, shown.detail.as_deref());
    lines.states(row, shown.detail.as_deref());
    match (&shown.detail, &shown.load) {
        (Some(detail), _) => lines.detail(row, detail),
        (None, Load::Failed(_)) => lines.part("AI", &ai(row, look.theme), look.theme.text),
        (None, _) => {}
    }
    if let Load::Failed(failure) = &shown.load {
        lines.part(
            "",
            &format!("{} {}; R tries again", look.theme.symbols.cross, failure.what),
            look.theme.bad,
        );
    }
    lines.lines
}

/// Lines under construction.
pub(super) struct Writer<'a> {
    pub(super) lines: Lines,
    pub(super) width: usize,
    pub(super) extent: Extent,
    pub(super) look: &'a Look<'a>,
    pub(super) reading: &'a Reading,
    pub(super) life: Option<&'a Page<Sighting>>,
}

impl Writer<'_> {
    fn detail(&mut self, row: &Finding, detail: &FindingDetail) {
        self.decision(row, detail);
        code(self, detail);
        self.ai(row, detail);
        self.part("risk", &self.risk(detail), self.look.theme.text);
        self.threats(detail);
        patch(self, detail);
        self.past(detail);
        self.life(detail, self.life);
        self.build(detail);
        for entry in detail.entries.iter().rev() {
            let at = when::moment(entry.occurred_at, self.look.clock);
            let text =
                format!("{}  {at}  {}  {}", entry.seq, entry.event_type.one_line(), entry.actor.one_line());
            self.part("chain", &text, self.look.theme.text);
        }
        self.about(detail);
    }

    /// Where it is, how bad, what the newest scan made of it.
    fn place(&mut self, row: &Finding, detail: Option<&FindingDetail>) {
        let theme = self.look.theme;
        let mut facts = vec![
            format!("risk {:.1}", row.risk),
            format!("{} {}", severity_symbol(row.severity, theme), short(row.severity)),
        ];
        let state = state_word(row.state);
        if !state.is_empty() {
            facts.push(state.to_owned());
        }
        if row.suppressed {
            facts.push("suppressed".to_owned());
        }
        let facts = facts.join("  ");
        let room = self.width.saturating_sub(3 + cells::width(&facts) + 2);
        let end = detail.and_then(|d| d.end_line).filter(|end| row.line.is_some_and(|line| *end > line));
        let place = place(row) + &end.map_or_else(String::new, |end| format!("-{end}"));
        if room < 12 {
            self.text(&SafeText::new(&place), theme.strong);
            self.text(&SafeText::new(&facts), theme.text);
        } else {
            let place = cells::fit(&place, room, Keep::End, theme.symbols.ellipsis).into_owned();
            self.lines.push(Line::from(vec![
                Span::styled(format!(" {place}  "), theme.strong),
                Span::styled(facts, theme.text),
            ]));
        }
        self.sightings(detail);
    }

    /// How many scans saw it: behind the facts where there is room, so that nothing moves.
    fn sightings(&mut self, detail: Option<&FindingDetail>) {
        let Some(detail) = detail else { return };
        let text = match detail.sightings.count {
            1 => "  seen in 1 scan".to_owned(),
            count => format!("  seen in {count} scans"),
        };
        if let Some(last) = self.lines.last_mut()
            && last.spans.iter().map(|s| cells::width(&s.content)).sum::<usize>() + cells::width(&text)
                < self.width
        {
            last.spans.push(Span::styled(text, self.look.theme.text));
        }
    }

    /// What was decided, where that does not follow from the past shown below.
    fn decision(&mut self, row: &Finding, detail: &FindingDetail) {
        let Some(verdict) = row.triage_decision else { return };
        let theme = self.look.theme;
        match &detail.carried_over {
            Some(from) => {
                let scan = from.scan_id.map_or_else(String::new, |scan| format!(", scan {scan}"));
                let commit =
                    from.commit_sha.as_ref().map_or_else(String::new, |c| format!(" ({})", short_commit(c)));
                let at = when::moment(from.at, self.look.clock);
                let text = format!(
                    "{}  carried over from #{}{scan}{commit}, {} {at}",
                    verdict.word(),
                    from.finding_id,
                    from.actor.one_line()
                );
                self.part(theme.symbols.check, &text, theme.strong);
            }
            None => {
                let by = detail.feedback.iter().rev().find(|said| stands(said));
                let text = match by {
                    Some(said) => format!(
                        "{}  {}  {}  \"{}\"",
                        verdict.word(),
                        said.actor.one_line(),
                        when::moment(said.timestamp, self.look.clock),
                        said.comments.one_line()
                    ),
                    None => format!("{}  by a producer, without a reason", verdict.word()),
                };
                self.part(theme.symbols.check, &text, theme.strong);
            }
        }
    }

    fn ai(&mut self, row: &Finding, detail: &FindingDetail) {
        if row.blind {
            let text = "hidden until you decide: its verdict, its reasons, and its patch where it wrote one";
            return self.part("AI", text, self.look.theme.text);
        }
        let reasoning =
            detail.ai_reasoning.as_ref().map_or_else(String::new, |r| format!("  {}", r.as_str()));
        self.part("AI", &format!("{}{reasoning}", ai(row, self.look.theme)), self.look.theme.text);
    }

    /// All terms: `94.5 = threat 1.00 (red team succeeded) × severity .90 × boost 1.05`.
    fn risk(&self, detail: &FindingDetail) -> String {
        detail.risk_terms.to_string().replace('×', self.look.theme.symbols.times)
    }

    fn past(&mut self, detail: &FindingDetail) {
        for said in detail.feedback.iter().rev() {
            let (dim, text) = (self.look.theme.dim, self.look.theme.text);
            self.part("past", &said_in_words(said, self.look), if said.taken_back { dim } else { text });
        }
    }

    fn about(&mut self, detail: &FindingDetail) {
        let dim = self.look.theme.dim;
        if let Some(uri) = &detail.help_uri {
            self.part("help", &uri.one_line(), self.look.theme.text);
        }
        if !detail.tags.is_empty() {
            let tags: Vec<_> = detail.tags.iter().map(|tag| tag.one_line()).collect();
            self.part("tags", &tags.join(", "), dim);
        }
        if let Some(suppression) = &detail.suppression {
            self.part("supp.", &suppression.one_line(), dim);
        }
        if let Some(fingerprint) = &detail.finding.fingerprint {
            self.part("print", &fingerprint.one_line(), dim);
        }
        let first = when::moment(detail.finding.first_seen_at, self.look.clock);
        let last = when::moment(detail.last_seen_at, self.look.clock);
        let mut times = format!("first {first}, last {last}");
        if let Some(at) = detail.regressed_at {
            times.push_str(&format!(", back since {}", when::moment(at, self.look.clock)));
        }
        if let Some(at) = detail.resolved_at {
            times.push_str(&format!(", gone since {}", when::moment(at, self.look.clock)));
        }
        self.part("seen", &times, dim);
        self.part("id", &format!("#{}", detail.finding.id), dim);
    }

    /// A text over the whole width, a space before it.
    fn text(&mut self, text: &SafeText, style: Style) {
        let ellipsis = self.look.theme.symbols.ellipsis;
        for line in cells::wrap(text, self.width.saturating_sub(2), WRAPPED_MAX, ellipsis) {
            self.lines.push(Line::from(Span::styled(format!(" {line}"), style)));
        }
    }

    /// A labelled text; its further lines stand below its first.
    pub(super) fn part(&mut self, label: &str, text: &str, style: Style) {
        let theme = self.look.theme;
        let room = self.width.saturating_sub(LABEL + 1);
        for (at, line) in cells::wrap(text, room, WRAPPED_MAX, theme.symbols.ellipsis).into_iter().enumerate()
        {
            let label = if at == 0 { label } else { "" };
            let label = format!(" {}", cells::padded(label, LABEL - 1, cells::Align::Left, Keep::Start, ""));
            self.lines.push(Line::from(vec![Span::styled(label, theme.dim), Span::styled(line, style)]));
        }
    }
}

/// Whether a feedback is a verdict that was not taken back.
fn stands(said: &Feedback) -> bool {
    said.kind == FeedbackKind::Verdict && said.user_verdict.is_some() && !said.taken_back
}

fn said_in_words(said: &Feedback, look: &Look<'_>) -> String {
    let what = match (said.kind, said.user_verdict) {
        (FeedbackKind::Comment, _) => "comment",
        (FeedbackKind::Retraction, _) => "took back",
        (FeedbackKind::Verdict, verdict) => verdict.map_or("verdict", Verdict::word),
    };
    let at = when::moment(said.timestamp, look.clock);
    let mut text = format!("{what}  {}  {at}", said.actor.one_line());
    if said.taken_back {
        text.push_str("  taken back");
    }
    if !said.comments.trim().is_empty() {
        // A comment keeps its lines.
        let gap = if said.comments.contains('\n') { "\n" } else { "  " };
        text.push_str(&format!("{gap}\"{}\"", said.comments.as_str()));
    }
    text
}
