//! The lines of the detail: a test as it stands, why, what it said, commit by commit, what was decided.

use super::marks::{mark, meaning, standing};
use super::state::Tests;
use crate::flaky::detail::{RunNote, TestDetail};
use crate::flaky::test::Test;
use crate::ui::screen::{Look, Place};
use crate::ui::widgets::cells;
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines that a message or a value may take.
const WRAPPED_MAX: usize = 6;
/// Commits that are told one by one.
const COMMITS_MAX: usize = 40;
/// Groups of failures that are told.
const FAILURES_MAX: usize = 12;
/// Characters of a commit that tell it from others.
const COMMIT_CHARS: usize = 12;

/// A line of the detail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DetailLine {
    /// The line.
    pub(super) line: Line<'static>,
    /// Where Enter on it leads.
    pub(super) leads_to: Option<Place>,
}

/// The lines of what is shown, for a detail of `width` cells.
pub(super) fn lines(screen: &Tests, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
    let mut page = Page { lines: Vec::new(), width: width.saturating_sub(2).max(10), look, leads_to: None };
    if let Some(preview) = &screen.preview {
        if let Some(preview) = &preview.preview {
            page.preview(preview);
        }
        return page.lines;
    }
    let Some(detail) = &screen.list.shown.detail else { return Vec::new() };
    page.standing(&detail.test);
    page.evidence(detail);
    page.failures(detail);
    page.commits(&detail.runs);
    page.decisions(detail);
    page.lines
}

pub(super) struct Page<'a> {
    pub(super) lines: Vec<DetailLine>,
    pub(super) width: usize,
    pub(super) look: &'a Look<'a>,
    pub(super) leads_to: Option<Place>,
}

impl Page<'_> {
    pub(super) fn push(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw("  ")];
        line.extend(spans);
        self.lines.push(DetailLine { line: Line::from(line), leads_to: self.leads_to.clone() });
    }

    /// A heading, with a blank line before it.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(DetailLine { line: Line::default(), leads_to: None });
        }
        self.push(vec![Span::styled(text.to_owned(), self.look.theme.strong)]);
    }

    /// `name` and a text in as many lines as it takes, those after the first indented.
    pub(super) fn wrapped(&mut self, name: &str, text: &str, style: Style) {
        let indent = cells::width(name);
        let room = self.width.saturating_sub(indent).max(8);
        let wrapped = cells::wrap(text, room, WRAPPED_MAX, self.look.theme.symbols.ellipsis);
        for (at, part) in wrapped.into_iter().enumerate() {
            let name = if at == 0 { name.to_owned() } else { " ".repeat(indent) };
            self.push(vec![Span::styled(name, self.look.theme.dim), Span::styled(part, style)]);
        }
    }

    /// What it is, and what holds of its quarantine.
    fn standing(&mut self, test: &Test) {
        let (theme, clock) = (self.look.theme, self.look.clock);
        let (symbol, word, style) = standing(test, self.look.now, theme);
        let text = match (test.suggested, test.quarantined, test.runs_left()) {
            (true, false, _) => "flaky; Q quarantines it, d dismisses that".to_owned(),
            (_, true, Some(0)) => {
                "it ran clean for long enough to leave quarantine: o lets it out".to_owned()
            }
            (_, true, Some(left)) => {
                let asked = test.graduation_runs.unwrap_or(0);
                format!("{} of {asked} clean runs in a row, {left} left until it may leave", test.clean_runs)
            }
            _ => String::new(),
        };
        let text = if text.is_empty() { word.to_owned() } else { format!("{word}: {text}") };
        self.wrapped("", &format!("{symbol} {text}"), style);
        if !test.test_suite.is_empty() {
            self.wrapped("suite    ", &test.test_suite.one_line(), theme.text);
        }
        if !test.quarantined {
            return;
        }
        let owner = test.owner.as_ref().or(test.quarantined_by.as_ref());
        if let Some(owner) = owner {
            self.wrapped("owner    ", &owner.one_line(), theme.text);
        }
        if let Some(end) = test.expires_at {
            let past = if test.is_expired(self.look.now) { ": past; Q renews it" } else { "" };
            let style = if past.is_empty() { theme.text } else { theme.warn };
            self.wrapped("until    ", &format!("{}{past}", when::moment(end, clock)), style);
        }
        if let Some(reason) = &test.reason {
            self.wrapped("why      ", &reason.one_line(), theme.text);
        }
        if let Some(link) = &test.link {
            self.wrapped("issue    ", &link.one_line(), theme.text);
        }
    }

    /// What it said when it failed, like with like.
    fn failures(&mut self, detail: &TestDetail) {
        if detail.failures.is_empty() {
            return;
        }
        let theme = self.look.theme;
        self.heading("what it said");
        for group in detail.failures.iter().take(FAILURES_MAX) {
            let commits = if group.commits == 1 { "commit" } else { "commits" };
            let text = crate::text::visible(&group.text).into_owned();
            let count = format!("{}{} ", group.count, theme.symbols.times);
            self.wrapped(&count, &text, theme.text);
            let last = when::moment(group.last_at, self.look.clock);
            let told = format!("on {} {commits}, last {last}", group.commits);
            self.wrapped(&" ".repeat(cells::width(&count)), &told, theme.dim);
        }
        if detail.failures.len() > FAILURES_MAX {
            let more = detail.failures.len() - FAILURES_MAX;
            self.wrapped("", &format!("{more} more; yj copies all of them"), theme.dim);
        }
    }

    /// Commit by commit, the newest first.
    fn commits(&mut self, runs: &[RunNote]) {
        if runs.is_empty() {
            return;
        }
        let theme = self.look.theme;
        self.heading("commit by commit");
        for commit in by_commit(runs).iter().take(COMMITS_MAX) {
            let marks: String = commit.iter().rev().map(|run| mark(run.mark, &theme.symbols)).collect();
            let [first, ..] = commit[..] else { continue };
            let sum = |of: fn(&RunNote) -> u64| commit.iter().map(|run| of(run)).sum::<u64>();
            let (passed, failed) = (sum(|run| run.passed), sum(|run| run.failed));
            let told = match (commit.len(), passed, failed) {
                (1, _, _) if passed + failed <= 1 => meaning(first.mark).to_owned(),
                _ => format!("{passed} passed, {failed} failed"),
            };
            let sha: String = first.commit_sha.one_line().chars().take(COMMIT_CHARS).collect();
            let head = format!("{marks:<4} {sha:<COMMIT_CHARS$} ");
            let branch = first.branch.one_line();
            let at = when::moment(first.at, self.look.clock);
            let text =
                if branch.is_empty() { format!("{at}  {told}") } else { format!("{at}  {told}  {branch}") };
            let room = self.width.saturating_sub(cells::width(&head));
            let text = cells::fit(&text, room, cells::Keep::Start, theme.symbols.ellipsis).into_owned();
            let style = if failed > 0 { theme.text } else { theme.dim };
            self.push(vec![Span::styled(head, style), Span::styled(text, style)]);
        }
    }

    /// What people decided, and the entries that say so.
    fn decisions(&mut self, detail: &TestDetail) {
        if detail.decisions.is_empty() {
            return;
        }
        let theme = self.look.theme;
        self.heading("what was decided");
        for decision in detail.decisions.iter().rev() {
            let at = when::moment(decision.at, self.look.clock);
            let against = if decision.by_rule { "" } else { ", against the rules" };
            let text = format!(
                "{} by {}{against}: {}",
                decision.deed.one_line(),
                decision.actor.one_line(),
                decision.reason.one_line()
            );
            self.wrapped(&format!("{at}  "), &text, theme.text);
        }
        for entry in detail.entries.iter().rev() {
            self.leads_to = Some(Place::Entry(entry.seq));
            let text = format!("{} by {}", entry.event_type.one_line(), entry.actor.one_line());
            self.wrapped(&format!("{} entry {} ", theme.symbols.arrow, entry.seq), &text, theme.dim);
        }
        self.leads_to = None;
    }
}

/// Runs of one commit together, where its newest run stands.
fn by_commit(runs: &[RunNote]) -> Vec<Vec<&RunNote>> {
    let mut commits: Vec<Vec<&RunNote>> = Vec::new();
    for run in runs {
        match commits.iter_mut().find(|commit| commit.first().is_some_and(|c| c.commit_sha == run.commit_sha))
        {
            Some(commit) => commit.push(run),
            None => commits.push(vec![run]),
        }
    }
    commits
}
