//! The lines of a run's detail: its report as a checklist, then the run itself.

use super::list_view::{since, standing};
use crate::operations::acknowledge::Acknowledgement;
use crate::operations::check::{Check, Status};
use crate::operations::report::{Overall, VerificationReport};
use crate::operations::run::Since;
use crate::operations::store::one::{Detail, Told};
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells;
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines that a message or a value may take.
const WRAPPED_MAX: usize = 8;

/// A line of the detail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DetailLine {
    /// The line.
    pub(super) line: Line<'static>,
    /// The check that it belongs to, by its place in the report.
    pub(super) check: Option<usize>,
    /// Whether it is the first line of that check.
    pub(super) heads: bool,
}

/// The lines of what is shown, for a detail of `width` cells.
pub(super) fn lines(detail: Option<&Detail>, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
    let Some(detail) = detail else { return Vec::new() };
    let mut page = Page { lines: Vec::new(), width: width.saturating_sub(2).max(10), look, check: None };
    page.head(detail);
    match &detail.report {
        Some(Told::Report(report)) => page.report(report, detail),
        Some(Told::Broken { broken }) => page.wrapped("", &broken.to_string(), look.theme.bad),
        None => {}
    }
    page.check = None;
    page.run(detail);
    page.lines
}

/// The symbol of how a check came out, and how it is drawn.
pub(super) fn symbol(check: &Check, theme: &Theme) -> (&'static str, Style) {
    let symbols = theme.symbols;
    match check.status {
        Status::Fail => (symbols.cross, theme.bad),
        Status::Warn => (symbols.up, theme.warn),
        Status::Running => (symbols.ellipsis, theme.accent),
        Status::Skip => (symbols.none, theme.dim),
        Status::Pass => (symbols.check, theme.good),
    }
}

struct Page<'a> {
    lines: Vec<DetailLine>,
    width: usize,
    look: &'a Look<'a>,
    check: Option<usize>,
}

impl Page<'_> {
    fn push(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw("  ")];
        line.extend(spans);
        self.lines.push(DetailLine { line: Line::from(line), check: self.check, heads: false });
    }

    fn blank(&mut self) {
        self.lines.push(DetailLine { line: Line::default(), check: None, heads: false });
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

    /// What it came to, in a line, and what went wrong.
    fn head(&mut self, detail: &Detail) {
        let theme = self.look.theme;
        let run = &detail.run;
        let (symbol, word, style) = standing(run, theme);
        let compared = match run.since {
            Some(Since::First) => ", the first of its kind".to_owned(),
            Some(other) => format!(", {} since the one before", since(other)),
            None => String::new(),
        };
        self.wrapped("", &format!("{symbol} {word}{compared}"), style);
        if run.lost {
            let text = "Its lease is past: its process is gone. Who asks for the same again completes it.";
            self.wrapped("", text, theme.text);
        }
        if let Some(reached) = run.progress.as_ref().filter(|_| run.is_active()) {
            let total = reached.total.map(|total| format!(" of {total}")).unwrap_or_default();
            let text = format!("{} {}{total}", reached.step.one_line(), reached.done);
            self.wrapped("so far  ", &text, theme.text);
        }
        if let Some(failure) = &run.failure {
            self.wrapped("", &failure.one_line(), theme.bad);
        }
    }

    fn report(&mut self, report: &VerificationReport, detail: &Detail) {
        let theme = self.look.theme;
        let counts = report.summary.counts;
        let parts = [
            (counts.fail, "fail"),
            (counts.warn, "warn"),
            (counts.running, "running"),
            (counts.skip, "skip"),
            (counts.pass, "pass"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let overall = match report.summary.overall {
            Overall::Blocked => "blocked",
            Overall::NeedsAttention => "needs attention",
            Overall::Running => "running",
            Overall::Ready => "ready",
        };
        let text = if parts.is_empty() { "no checks".to_owned() } else { parts.join(", ") };
        self.wrapped("", &format!("report {overall}: {text}"), theme.text);
        for (at, check) in report.checks.iter().enumerate() {
            self.check = Some(at);
            let seen = detail.acknowledgements.iter().find(|seen| *seen.check_key == *check.key);
            self.one(check, seen);
        }
    }

    fn one(&mut self, check: &Check, seen: Option<&Acknowledgement>) {
        let theme = self.look.theme;
        let (symbol, style) = symbol(check, theme);
        let blocking = if check.blocks() { ", blocking" } else { "" };
        let quiet = matches!(check.status, Status::Pass | Status::Skip);
        let title = if quiet { theme.text } else { theme.strong };
        let more = if quiet { String::new() } else { format!("  {}{blocking}", check.severity.word()) };
        let status = format!("{symbol} {:<7} ", check.status.word());
        let room = self.width.saturating_sub(cells::width(&status) + cells::width(&more));
        let ellipsis = theme.symbols.ellipsis;
        let name = cells::fit(&check.title.one_line(), room, cells::Keep::Start, ellipsis).into_owned();
        self.push(vec![
            Span::styled(status, style),
            Span::styled(name, title),
            Span::styled(more, if check.blocks() { theme.bad } else { theme.dim }),
        ]);
        if let Some(line) = self.lines.last_mut() {
            line.heads = true;
        }
        if !check.message.is_empty() {
            self.wrapped("    ", &check.message, theme.text);
        }
        for evidence in &check.evidence {
            let name = format!("    {}  ", evidence.kind.one_line());
            self.wrapped(&name, &evidence.value.to_string().replace(['\n', '\t'], " "), theme.text);
        }
        for step in &check.next_steps {
            let text = format!("{} {}", step.label.one_line(), step.url.one_line());
            self.wrapped(&format!("    {} ", theme.symbols.arrow), &text, theme.text);
        }
        if let Some(seen) = seen {
            let at = when::moment(seen.at, self.look.clock);
            let until = match seen.expires_at {
                Some(end) if seen.expired => format!(", until {}: past", when::moment(end, self.look.clock)),
                Some(end) => format!(", until {}", when::moment(end, self.look.clock)),
                None => String::new(),
            };
            let text = format!("{} on {at}{until}: {}", seen.actor.one_line(), seen.reason.one_line());
            self.wrapped("    seen by ", &text, theme.text);
        }
        if !quiet {
            self.wrapped("    ", &format!("{}  {}", check.key, check.reason_code), theme.dim);
        }
    }

    /// The run itself: who, when, with what, how many.
    fn run(&mut self, detail: &Detail) {
        let theme = self.look.theme;
        let run = &detail.run;
        self.blank();
        let by = run.user_id.as_ref().unwrap_or(&run.started_by);
        let began = run.started_at.unwrap_or(run.created_at);
        let text = format!("{} by {}", when::moment(began, self.look.clock), by.one_line());
        self.wrapped("started  ", &text, theme.text);
        if let Some(ended) = run.completed_at {
            let took = (ended - began).num_milliseconds().max(0);
            let text = format!("{}, {}", when::moment(ended, self.look.clock), duration(took));
            self.wrapped("ended    ", &text, theme.text);
        }
        if !run.summary_counts.is_empty() {
            let counts: Vec<String> =
                run.summary_counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            self.wrapped("counts   ", &counts.join(", "), theme.text);
        }
        for (name, value) in &detail.inputs {
            self.wrapped(&format!("{:<8} ", name.one_line()), &value.one_line(), theme.text);
        }
        self.wrapped("identity ", &run.run_identity_hash, theme.dim);
    }
}

/// `took 4.2 s`
fn duration(took_ms: i64) -> String {
    match took_ms {
        ..60_000 => format!("took {}.{} s", took_ms / 1000, took_ms % 1000 / 100),
        _ => format!("took {} min {} s", took_ms / 60_000, took_ms / 1000 % 60),
    }
}
