//! The lines of a repository's detail: what differs, critical first, both sides beside each other.

use super::list_view::standing;
use super::state::{Drift, Matching};
use crate::drift::diff::Outcome;
use crate::drift::document::Json;
use crate::drift::schema::Tier;
use crate::drift::store::detail::{Detail, FieldDetail, Spell};
use crate::text::{SafeText, visible};
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines that a value or a text may take.
const WRAPPED_MAX: usize = 12;
/// From this width on, both sides stand beside each other.
const BESIDE: usize = 56;
/// Spells that are shown of a history.
const SPELLS_MAX: usize = 12;

/// A line of the detail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DetailLine {
    /// The line.
    pub(super) line: Line<'static>,
    /// The field that it belongs to, by its place among them.
    pub(super) field: Option<usize>,
    /// Whether it is the first line of that field.
    pub(super) heads: bool,
}

impl Drift {
    /// The lines of what is shown, for a detail of `width` cells.
    pub(super) fn detail_lines(&self, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
        let Some(detail) = &self.list.shown.detail else { return Vec::new() };
        let mut page = Page { lines: Vec::new(), width: width.saturating_sub(3).max(16), look, field: None };
        page.head(detail);
        for (at, field) in detail.fields.iter().enumerate() {
            if is_quiet(field) && self.matching == Matching::Folded {
                continue;
            }
            page.field = Some(at);
            page.one(field);
            match &self.list.shown.own.open {
                Some((path, spells)) if *path == field.field.path.to_string() => {
                    page.history(spells.as_deref());
                }
                _ => {}
            }
        }
        page.field = None;
        page.tail(detail, self.matching);
        page.lines
    }
}

struct Page<'a> {
    lines: Vec<DetailLine>,
    width: usize,
    look: &'a Look<'a>,
    field: Option<usize>,
}

impl Page<'_> {
    fn push(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw("  ")];
        line.extend(spans);
        self.lines.push(DetailLine { line: Line::from(line), field: self.field, heads: false });
    }

    /// `name` and a text in as many lines as it takes, those after the first indented.
    fn wrapped(&mut self, name: &str, text: &str, style: Style) {
        let indent = cells::width(name);
        let room = self.width.saturating_sub(indent).max(8);
        let wrapped = cells::wrap(text, room, WRAPPED_MAX, self.look.theme.symbols.ellipsis);
        for (at, part) in wrapped.into_iter().enumerate() {
            let name = if at == 0 { name.to_owned() } else { " ".repeat(indent) };
            self.push(vec![Span::styled(name, self.look.theme.dim), Span::styled(part, style)]);
        }
    }

    /// How it stands, in a line or two.
    fn head(&mut self, detail: &Detail) {
        let theme = self.look.theme;
        let row = &detail.row;
        let (symbol, words, style) = standing(row, self.look.now, theme);
        let since = match row.drifted_since {
            Some(at) => format!(" since {}", when::moment(at, self.look.clock)),
            None => String::new(),
        };
        self.wrapped("", &format!("{symbol} {words}{since}"), style);
        let checked = match row.last_reconciled_at {
            Some(at) => format!("checked {}", when::moment(at, self.look.clock)),
            None => "never checked".to_owned(),
        };
        let policies: Vec<_> = row.policies.iter().map(|name| name.one_line()).collect();
        let policies = if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") };
        self.wrapped("", &format!("{}, {checked}, {policies}", row.mode.one_line()), theme.dim);
        if let (Some(until), Some((by, reason))) = (row.snoozed_until, &detail.snooze) {
            let past = if until > self.look.now { "" } else { " (past)" };
            let until = when::moment(until, self.look.clock);
            let text = format!("until {until}{past}: {}, {}", reason.one_line(), by.one_line());
            self.wrapped("waits  ", &text, theme.text);
        }
        if let Some(failure) = &row.failure {
            self.wrapped("failed ", &failure.one_line(), theme.bad);
        }
    }

    fn one(&mut self, detail: &FieldDetail) {
        let theme = self.look.theme;
        let symbols = theme.symbols;
        let field = &detail.field;
        let (symbol, word, style) = match (&field.outcome, field.tier) {
            (Outcome::Match, _) => (symbols.check, "", theme.dim),
            (Outcome::Drift, Tier::Critical) => (symbols.up, "crit", theme.bad),
            (Outcome::Drift, Tier::Normal) => (symbols.square, "drift", theme.warn),
            (Outcome::Drift, Tier::Low) => (symbols.dot, "low", theme.dim),
            (Outcome::Ignored { .. }, _) => (symbols.none, "ignored", theme.dim),
            (Outcome::Unreadable { .. }, _) => (symbols.none, "unreadable", theme.dim),
        };
        let source = detail.sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let head = format!("{symbol} {word:<5} ");
        let room = self.width.saturating_sub(cells::width(&head));
        let path = visible(&field.path.to_string()).into_owned();
        let name = cells::fit(&path, room, Keep::End, symbols.ellipsis).into_owned();
        let left = room.saturating_sub(cells::width(&name) + 2);
        let source =
            if left >= 8 { cells::fit(&source, left, Keep::Start, symbols.ellipsis) } else { "".into() };
        let strong = if field.is_drift() { theme.strong } else { theme.text };
        self.push(vec![
            Span::styled(head, style),
            Span::styled(name, strong),
            Span::styled(format!("  {source}"), theme.dim),
        ]);
        if let Some(line) = self.lines.last_mut() {
            line.heads = true;
        }
        match &field.outcome {
            Outcome::Match => self.sides(&[("is     ", field.observed.as_ref(), theme.dim)]),
            Outcome::Unreadable { reason } => {
                self.wrapped("    why      ", &reason.one_line(), theme.text);
                self.sides(&[("desired  ", field.desired.as_ref(), theme.text)]);
            }
            _ => self.sides(&[
                ("desired  ", field.desired.as_ref(), theme.text),
                ("observed ", field.observed.as_ref(), if field.is_drift() { style } else { theme.text }),
            ]),
        }
        self.about(detail);
    }

    /// The values of both sides: beside each other where there is room.
    fn sides(&mut self, sides: &[(&'static str, Option<&Json>, Style)]) {
        let theme = self.look.theme;
        let ellipsis = theme.symbols.ellipsis;
        let beside = self.width >= BESIDE && sides.len() == 2;
        let column = if beside { (self.width - 4) / 2 } else { self.width - 4 };
        let wrapped: Vec<Vec<String>> = sides
            .iter()
            .map(|(name, value, _)| {
                let room = column.saturating_sub(cells::width(name) + 1).max(8);
                lines_of(*value, theme.symbols.none, room, ellipsis)
            })
            .collect();
        let cell = |side: usize, line: usize| {
            let (name, _, style) = &sides[side];
            let text = wrapped[side].get(line).cloned();
            let name = if line == 0 { (*name).to_owned() } else { " ".repeat(cells::width(name)) };
            text.map(|text| (name, text, *style))
        };
        if beside {
            let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..height {
                let mut spans = vec![Span::raw("    ")];
                for side in 0..sides.len() {
                    let (name, text, style) = cell(side, line).unwrap_or_default();
                    let pad = column.saturating_sub(cells::width(&name) + cells::width(&text));
                    spans.push(Span::styled(name, theme.dim));
                    spans.push(Span::styled(text, style));
                    if side + 1 < sides.len() {
                        spans.push(Span::raw(" ".repeat(pad)));
                    }
                }
                self.push(spans);
            }
            return;
        }
        for (side, lines) in wrapped.iter().enumerate() {
            for line in 0..lines.len() {
                if let Some((name, text, style)) = cell(side, line) {
                    self.push(vec![
                        Span::raw("    "),
                        Span::styled(name, theme.dim),
                        Span::styled(text, style),
                    ]);
                }
            }
        }
    }

    /// Since when, by whom, why it does not count, who pulls at it.
    fn about(&mut self, detail: &FieldDetail) {
        let theme = self.look.theme;
        if let Some(since) = detail.since {
            let by = who(detail.actor.as_ref());
            let text = format!("{}, by {by}", when::moment(since, self.look.clock));
            self.wrapped("    since    ", &text, theme.dim);
        }
        if let Outcome::Ignored { rule, reason, until } = &detail.field.outcome {
            let until = when::moment(*until, self.look.clock);
            self.wrapped(
                "    ignored  ",
                &format!("until {until} by rule {rule}: {}", reason.one_line()),
                theme.text,
            );
        }
        if let Some(tug) = &detail.tug {
            let side = |at: usize| {
                format!(
                    "{} by {}",
                    shown(tug.between[at].as_ref(), theme.symbols.none),
                    who(tug.actors[at].as_ref())
                )
            };
            let since = when::moment(tug.since, self.look.clock);
            let text = format!(
                "{} {} changes since {since}: {} against {}; it is not corrected",
                theme.symbols.up,
                tug.turns,
                side(0),
                side(1)
            );
            self.wrapped("    tug      ", &text, theme.warn);
        }
    }

    fn history(&mut self, spells: Option<&[Spell]>) {
        let theme = self.look.theme;
        let Some(spells) = spells else {
            return self.wrapped("    history  ", &format!("loading{}", theme.symbols.ellipsis), theme.dim);
        };
        if spells.is_empty() {
            return self.wrapped("    history  ", "it has never differed", theme.dim);
        }
        for (at, spell) in spells.iter().take(SPELLS_MAX).enumerate() {
            let name = if at == 0 { "    history  " } else { "             " };
            let since = when::moment(spell.since, self.look.clock);
            let by =
                spell.actor.as_ref().map(|actor| format!(", by {}", actor.one_line())).unwrap_or_default();
            let value = shown(spell.observed.as_ref(), theme.symbols.none);
            self.wrapped(name, &format!("{since}  {:<7} {value}{by}", spell.outcome.one_line()), theme.text);
        }
        if spells.len() > SPELLS_MAX {
            let text =
                format!("{} earlier ones: yc copies the command that tells them", spells.len() - SPELLS_MAX);
            self.wrapped("             ", &text, theme.dim);
        }
    }

    /// How many fields are not shown.
    fn tail(&mut self, detail: &Detail, folded: Matching) {
        let theme = self.look.theme;
        let quiet: Vec<_> = detail.fields.iter().filter(|field| is_quiet(field)).collect();
        let matching = quiet.iter().filter(|field| field.field.outcome == Outcome::Match).count();
        let low = quiet.len() - matching;
        if detail.observed_state.is_none() {
            self.wrapped("", "Nobody has looked at it yet: r observes it.", theme.text);
        } else if folded == Matching::Folded && !quiet.is_empty() {
            let low = if low > 0 { format!(", {low} without effect") } else { String::new() };
            let text = format!("{} {matching} as they should be{low}; Z unfolds", theme.symbols.check);
            self.wrapped("", &text, theme.dim);
        }
    }
}

/// Whether a field asks for nobody: both sides mean the same, or what differs has no effect.
fn is_quiet(detail: &FieldDetail) -> bool {
    match detail.field.outcome {
        Outcome::Match => true,
        Outcome::Drift => detail.field.tier == Tier::Low,
        Outcome::Ignored { .. } | Outcome::Unreadable { .. } => false,
    }
}

fn who(actor: Option<&SafeText>) -> String {
    actor.map_or_else(|| "unknown".to_owned(), |actor| actor.one_line().into_owned())
}

/// A value in lines of `room` cells: of an object each entry begins a line.
pub(super) fn lines_of(value: Option<&Json>, none: &str, room: usize, ellipsis: &str) -> Vec<String> {
    let mut lines: Vec<String> = match value {
        Some(Json::Object(fields)) if !fields.is_empty() => fields
            .iter()
            .flat_map(|(name, value)| {
                let entry = format!("{}: {}", visible(name), shown(Some(value), none));
                cells::wrap(&entry, room, WRAPPED_MAX, ellipsis)
            })
            .collect(),
        value => cells::wrap(&shown(value, none), room, WRAPPED_MAX, ellipsis),
    };
    if lines.len() > WRAPPED_MAX {
        lines.truncate(WRAPPED_MAX - 1);
        lines.push(ellipsis.to_owned());
    }
    lines
}

/// A value as it is read: texts without quotes where nothing else could be meant.
pub(super) fn shown(value: Option<&Json>, none: &str) -> String {
    match value {
        None => none.to_owned(),
        Some(Json::Text(text)) if !text.is_empty() && text.trim() == text && text != none => {
            visible(text).into_owned()
        }
        Some(Json::List(items)) if !items.is_empty() && items.iter().all(|item| item.as_text().is_some()) => {
            let items: Vec<_> = items.iter().filter_map(Json::as_text).map(visible).collect();
            items.join(", ")
        }
        Some(value) => visible(&value.to_string()).into_owned(),
    }
}
