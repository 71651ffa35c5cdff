//! Draws the list of findings.

use super::attending::lasts;
use super::list::{Row, Saving};
use super::state::{Failure, Findings, Load, place};
use super::states;
use crate::text::SafeText;
use crate::triage::attention::AttentionKind;
use crate::triage::finding::{Finding, Severity, State, Verdict};
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Risk,
    Severity,
    SeverityWord,
    SeverityAndState,
    Rule,
    Place,
    Repo,
    Tool,
    State,
    Age,
    Ai,
    AiOrVerdict,
    Verdict,
}

/// The columns for a list of so many cells.
fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, title, room, align, keep| (shows, Column { title, room, align, keep });
    let words = |shows, title, cells| column(shows, title, Room::Fixed(cells), Align::Left, Keep::Start);
    let rule = |part| column(Shows::Rule, "RULE", Room::Share(part), Align::Left, Keep::Name);
    let place = |part| column(Shows::Place, "WHERE", Room::Share(part), Align::Left, Keep::End);
    let repo = column(Shows::Repo, "REPO", Room::Share(3), Align::Left, Keep::End);
    let risk = column(Shows::Risk, "RISK", Room::Fixed(5), Align::Right, Keep::Start);
    let age = column(Shows::Age, "AGE", Room::Fixed(4), Align::Right, Keep::Start);
    match cells {
        ..60 => vec![risk, words(Shows::SeverityWord, "SEV", 4), rule(4), place(5)],
        60..72 => vec![
            risk,
            words(Shows::SeverityAndState, "SEVERITY", 8),
            rule(5),
            place(5),
            age,
            words(Shows::AiOrVerdict, "AI", 7),
        ],
        72..100 => vec![
            risk,
            words(Shows::SeverityAndState, "SEVERITY", 8),
            rule(5),
            place(5),
            age,
            words(Shows::AiOrVerdict, "AI", 7),
        ],
        100..140 => vec![
            risk,
            words(Shows::Severity, "SEVERITY", 8),
            rule(4),
            place(4),
            repo,
            words(Shows::State, "STATE", 5),
            age,
            words(Shows::AiOrVerdict, "AI", 7),
        ],
        _ => vec![
            risk,
            words(Shows::Severity, "SEVERITY", 8),
            rule(5),
            place(5),
            repo,
            words(Shows::Tool, "TOOL", 12),
            words(Shows::State, "STATE", 5),
            age,
            words(Shows::Ai, "AI", 6),
            words(Shows::Verdict, "VERDICT", 7),
        ],
    }
}

impl Findings {
    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let shown = columns(list.width);
        let columns: Vec<Column> = shown.iter().map(|(_, column)| *column).collect();
        let widths = table::widths(&columns, list.width.into());
        match &self.load {
            Load::Failed(failure) => self.draw_failure(failure, header, buffer, look),
            _ => table::draw_header(&columns, &widths, header, buffer, look.theme),
        }
        if self.list.rows().is_empty() {
            self.draw_empty(list, buffer, look);
            return;
        }
        let height = usize::from(list.height);
        let first = self.list.first_shown(height.max(1));
        let range = super::marks::range(&self.marks, &self.list);
        for (line, (at, row)) in self.list.rows().iter().enumerate().skip(first).take(height).enumerate() {
            let is_selected = at == self.list.cursor();
            let style = style(row, look);
            let cells = shown
                .iter()
                .map(|(shows, _)| {
                    let own = match shows {
                        Shows::Severity | Shows::SeverityWord | Shows::SeverityAndState => {
                            severity_style(row, look)
                        }
                        // The marker and one bold word: a moved cursor costs few bytes.
                        Shows::Rule if is_selected => look.theme.selected.patch(dimmed(row, look)),
                        Shows::AiOrVerdict | Shows::Verdict if row.saving == Saving::Unsure => look.theme.bad,
                        _ => style,
                    };
                    (text(*shows, row, look), own)
                })
                .collect();
            let row = table::Row {
                lead: if is_selected { Lead::Selected } else { Lead::Plain },
                mark: match &range {
                    Some(range) if range.contains(&at) => Some((look.theme.symbols.mark, look.theme.accent)),
                    _ => self.mark_of(&row.finding, look),
                },
                cells,
            };
            let area = Rect { y: list.y + line as u16, height: 1, ..list };
            table::draw_row(&row, &columns, &widths, area, buffer, look.theme);
        }
    }

    fn mark_of(&self, finding: &Finding, look: &Look<'_>) -> Option<(&'static str, Style)> {
        let (theme, now) = (look.theme, look.now);
        if self.marks.has(finding.id) {
            Some((theme.symbols.mark, theme.accent))
        } else if self.drafts.has(finding.id) {
            Some((theme.symbols.ellipsis, theme.accent))
        } else if lasts(finding, AttentionKind::Claim, now) {
            Some((states::CLAIMED, theme.text))
        } else {
            None
        }
    }

    /// In the place of the titles: what failed, what to press, and from when the rows are.
    pub(super) fn draw_failure(&self, failure: &Failure, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let from = match self.as_of {
            Some(at) if !self.list.rows().is_empty() => {
                format!("; rows as of {}", when::time_of_day(at, look.clock))
            }
            _ => String::new(),
        };
        let symbols = look.theme.symbols;
        let room = usize::from(area.width).saturating_sub(4);
        // What failed comes first; the time gives way to it.
        let full = format!("; R tries again{from}");
        let is_tight = cells::width(&full) + cells::width(&failure.what).min(20) > room;
        let rest = if is_tight { "; R tries again" } else { full.as_str() };
        let what_room = room.saturating_sub(cells::width(rest));
        let what = cells::fit(&failure.what, what_room, Keep::Start, symbols.ellipsis);
        let text = format!(" {} {what}{rest}", symbols.cross);
        buffer.set_stringn(area.x, area.y, text, area.width.into(), look.theme.bad);
    }

    /// What would be here, and how to get it here.
    fn draw_empty(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let filter = self.filter.in_force();
        let lines: Vec<String> = match &self.load {
            Load::Asked | Load::Idle if self.as_of.is_none() => {
                vec![format!("loading findings{}", look.theme.symbols.ellipsis)]
            }
            Load::Failed(failure) => failure.hint.iter().cloned().collect(),
            _ if self.newest.is_none() => vec![
                "No findings yet.".to_owned(),
                "They come from the SARIF files of your scanners:".to_owned(),
                "  :import FILE".to_owned(),
                "  attestor import sarif FILE".to_owned(),
            ],
            _ if filter == super::state::DEFAULT_FILTER => vec![
                "Nothing waits for a decision.".to_owned(),
                "g/ lifts the filter and shows what was decided.".to_owned(),
            ],
            _ => {
                vec![format!("No finding matches {filter}"), "g/ lifts the filter, / changes it.".to_owned()]
            }
        };
        let room = usize::from(area.width).saturating_sub(3);
        let wrapped = lines.iter().flat_map(|line| cells::wrap(line, room, 4, look.theme.symbols.ellipsis));
        for (line, text) in wrapped.take(area.height.into()).enumerate() {
            let style = if line == 0 { look.theme.text } else { look.theme.dim };
            buffer.set_stringn(area.x + 2, area.y + line as u16, text, room, style);
        }
    }
}

fn text(shows: Shows, row: &Row, look: &Look<'_>) -> String {
    let finding = &row.finding;
    let symbols = look.theme.symbols;
    match shows {
        Shows::Risk => format!("{:.1}", finding.risk),
        Shows::Severity => {
            format!("{} {}", severity_symbol(finding.severity, look.theme), short(finding.severity))
        }
        Shows::SeverityAndState => {
            let symbol = severity_symbol(finding.severity, look.theme);
            format!("{symbol} {:<4} {}", short(finding.severity), states::mark(finding.state))
        }
        Shows::SeverityWord => short(finding.severity).to_owned(),
        Shows::Rule => finding.rule_id.one_line().into_owned(),
        Shows::Place => place(finding),
        Shows::Repo => finding.project_name.one_line().into_owned(),
        Shows::Tool => finding.tool.one_line().into_owned(),
        Shows::State => state_word(finding.state).to_owned(),
        Shows::Age => when::age(finding.first_seen_at, look.now),
        Shows::Ai => ai(finding, look.theme),
        Shows::Verdict => verdict(row, look).unwrap_or_else(|| symbols.none.to_owned()),
        Shows::AiOrVerdict => verdict(row, look).unwrap_or_else(|| ai(finding, look.theme)),
    }
}

/// What a person decided, or what is happening to that; or why it may wait.
fn verdict(row: &Row, look: &Look<'_>) -> Option<String> {
    let theme = look.theme;
    match (row.saving, row.finding.triage_decision) {
        (Saving::UnderWay, _) => Some(format!("saving{}", theme.symbols.ellipsis)),
        (Saving::Unsure, _) => Some(format!("unsure{}", theme.symbols.cross)),
        (Saving::No, Some(verdict)) => Some(format!("{} {}", theme.symbols.check, verdict.word())),
        (Saving::No, None) => states::waits(&row.finding, look.now).map(str::to_owned),
    }
}

/// The AI's verdict and confidence, `TP .93`; of a finding that is decided blind, that they are hidden.
pub fn ai(finding: &Finding, theme: &Theme) -> String {
    if finding.blind {
        return "hidden".to_owned();
    }
    let Some(word) = finding.ai_verdict.as_deref().filter(|word| !word.is_empty()) else {
        return theme.symbols.none.to_owned();
    };
    let word = Verdict::parse(word)
        .map_or_else(|| SafeText::new(word).one_line().into_owned(), |v| v.word().to_owned());
    match finding.ai_confidence {
        Some(confidence) if (0.0..=1.0).contains(&confidence) => {
            let digits = format!("{confidence:.2}");
            format!("{word} {}", digits.strip_prefix('0').unwrap_or(&digits))
        }
        _ => word,
    }
}

/// The symbol before a severity.
pub fn severity_symbol(severity: Severity, theme: &Theme) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => theme.symbols.up,
        Severity::Medium => theme.symbols.square,
        Severity::Low | Severity::Info => theme.symbols.dot,
    }
}

/// The word of a severity in at most four cells.
pub fn short(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "crit",
        Severity::High => "high",
        Severity::Medium => "med",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

/// What the newest scan made of it; what it always was needs no word.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Unchanged => "",
        State::Moved => "moved",
        State::Absent => "gone",
        State::Regressed => "back",
    }
}

fn style(row: &Row, look: &Look<'_>) -> Style {
    look.theme.text.patch(dimmed(row, look))
}

/// What is decided or may wait stands back.
fn dimmed(row: &Row, look: &Look<'_>) -> Style {
    if stands_back(row, look) { look.theme.dim } else { Style::new() }
}

fn stands_back(row: &Row, look: &Look<'_>) -> bool {
    row.finding.triage_decision.is_some() || states::waits(&row.finding, look.now).is_some()
}

fn severity_style(row: &Row, look: &Look<'_>) -> Style {
    let theme = look.theme;
    if stands_back(row, look) {
        return theme.dim;
    }
    match row.finding.severity {
        Severity::Critical => theme.bad,
        Severity::High => theme.warn,
        Severity::Medium => theme.text,
        Severity::Low | Severity::Info => theme.dim,
    }
}
