//! Draws the list of findings.

use super::attending::lasts;
use super::list::{Row, Saving};
use super::state::{Findings, place};
use super::states;
use crate::text::SafeText;
use crate::triage::attention::AttentionKind;
use crate::triage::finding::{Finding, Severity, State, Verdict};
use crate::ui::list_detail::list_view::{self, ListView, none_matches};
use crate::ui::list_detail::load::Failure;
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
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
    Epss,
    Kev,
    Claimed,
    Id,
}

/// The columns for a list of so many cells.
pub(super) fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let fixed = |shows, cells| of(shows, Room::Fixed(cells));
    let share = |shows, part| of(shows, Room::Share(part));
    match cells {
        ..60 => vec![
            fixed(Shows::Risk, 5),
            fixed(Shows::SeverityWord, 4),
            share(Shows::Rule, 4),
            share(Shows::Place, 5),
        ],
        60..100 => vec![
            fixed(Shows::Risk, 5),
            fixed(Shows::SeverityAndState, 8),
            share(Shows::Rule, 5),
            share(Shows::Place, 5),
            fixed(Shows::Age, 4),
            fixed(Shows::AiOrVerdict, 7),
        ],
        100..140 => vec![
            fixed(Shows::Risk, 5),
            fixed(Shows::Severity, 8),
            share(Shows::Rule, 4),
            share(Shows::Place, 4),
            share(Shows::Repo, 3),
            fixed(Shows::State, 5),
            fixed(Shows::Age, 4),
            fixed(Shows::AiOrVerdict, 7),
        ],
        _ => vec![
            fixed(Shows::Risk, 5),
            fixed(Shows::Severity, 8),
            share(Shows::Rule, 5),
            share(Shows::Place, 5),
            share(Shows::Repo, 3),
            fixed(Shows::Tool, 12),
            fixed(Shows::State, 5),
            fixed(Shows::Age, 4),
            fixed(Shows::Ai, 6),
            fixed(Shows::Verdict, 7),
        ],
    }
}

pub(super) fn of(shows: Shows, room: Room) -> (Shows, Column) {
    let (title, align, keep) = match shows {
        Shows::Risk => ("RISK", Align::Right, Keep::Start),
        Shows::Severity | Shows::SeverityAndState => ("SEVERITY", Align::Left, Keep::Start),
        Shows::SeverityWord => ("SEV", Align::Left, Keep::Start),
        Shows::Rule => ("RULE", Align::Left, Keep::Name),
        Shows::Place => ("WHERE", Align::Left, Keep::End),
        Shows::Repo => ("REPO", Align::Left, Keep::End),
        Shows::Tool => ("TOOL", Align::Left, Keep::Start),
        Shows::State => ("STATE", Align::Left, Keep::Start),
        Shows::Age => ("AGE", Align::Right, Keep::Start),
        Shows::Ai | Shows::AiOrVerdict => ("AI", Align::Left, Keep::Start),
        Shows::Verdict => ("VERDICT", Align::Left, Keep::Start),
        Shows::Epss => ("EPSS", Align::Right, Keep::Start),
        Shows::Kev => ("KEV", Align::Left, Keep::Start),
        Shows::Claimed => ("CLAIMED", Align::Left, Keep::Start),
        Shows::Id => ("ID", Align::Right, Keep::End),
    };
    (shows, Column { title, room, align, keep })
}

impl Findings {
    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let columns = match self.chosen_columns.is_empty() {
            true => columns(list.width),
            false => super::columns_view::chosen(&self.chosen_columns, list.width),
        };
        let cell = |shows, row: &Row, lead| {
            let own = match shows {
                Shows::Severity | Shows::SeverityWord | Shows::SeverityAndState => severity_style(row, look),
                // The marker and one bold word: a moved cursor costs few bytes.
                Shows::Rule if lead == Lead::Selected => look.theme.selected.patch(dimmed(row, look)),
                Shows::AiOrVerdict | Shows::Verdict if row.saving == Saving::Unsure => look.theme.bad,
                _ => style(row, look),
            };
            (text(shows, row, look), own)
        };
        let range = super::marks::range(&self.marks, &self.list);
        let mark = |at, row: &Row| match &range {
            Some(range) if range.contains(&at) => Some((look.theme.symbols.mark, look.theme.accent)),
            _ => self.mark_of(&row.finding, look),
        };
        let none = || match self.filter.in_force() {
            _ if self.newest.is_none() => vec![
                "No findings yet.".to_owned(),
                "They come from the SARIF files of your scanners:".to_owned(),
                "  :import FILE".to_owned(),
                "  attestor import sarif FILE".to_owned(),
            ],
            super::state::DEFAULT_FILTER => vec![
                "Nothing waits for a decision.".to_owned(),
                "g/ lifts the filter and shows what was decided.".to_owned(),
            ],
            filter => none_matches("finding", filter),
        };
        let view = ListView {
            rows: self.list.rows(),
            cursor: self.list.window.place(),
            load: &self.load,
            as_of: self.as_of,
            loading: "loading findings".to_owned(),
            columns,
        };
        view.draw((header, list), buffer, look, mark, cell, none);
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

    /// In the place of the titles of what stands in the place of the list: what failed.
    pub(super) fn draw_failure(&self, failure: &Failure, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let from = self.as_of.filter(|_| !self.list.rows().is_empty());
        list_view::draw_failure(failure, from, area, buffer, look);
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
        Shows::Epss => finding.epss.map_or_else(|| symbols.none.to_owned(), |epss| format!("{epss:.3}")),
        Shows::Kev => match finding.kev {
            Some(true) => format!("{} yes", symbols.up),
            Some(false) => "no".to_owned(),
            None => symbols.none.to_owned(),
        },
        Shows::Claimed => match finding.claimed(look.now) {
            Some((by, _)) => by.one_line().into_owned(),
            None => symbols.none.to_owned(),
        },
        Shows::Id => finding.id.to_string(),
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
