//! Saying that a check was seen: the line that asks why, what is sent, what comes back.

use super::state::{Acknowledging, Layer, Runs};
use super::wish::Wish;
use crate::error::Error;
use crate::filter::ahead;
use crate::ids::{DeedKey, RunId};
use crate::operations::acknowledge::{Acknowledge, Acknowledgement, Why};
use crate::operations::check::{Check, Status};
use crate::text::visible;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Focus;
use crate::ui::screen::{Ask, Draft, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};

/// Reasons that ↑ brings back.
const REASONS_MAX: usize = 20;
/// Room in the line: the reason, and ` until ` with a time.
const LINE_CHARS_MAX: usize = Why::CHARS_MAX + 40;

type Asks = Vec<Ask<Wish>>;

impl Runs {
    /// Asks why the check may stand: the one under the cursor; from the list the first one that nobody
    /// has seen, worst first.
    pub(super) fn acknowledge(&mut self) -> Asks {
        let Some(id) = self.list.selected().map(|run| run.id) else { return Vec::new() };
        let here = self.list.shown.detail.as_ref().filter(|detail| detail.run.id == id);
        let Some(detail) = here else {
            return vec![toast(Tone::Plain, "the report is still being read; press again")];
        };
        let Some(report) = detail.report() else {
            return vec![toast(Tone::Plain, "this run has no report to acknowledge")];
        };
        let seen = |check: &Check| detail.acknowledgements.iter().any(|seen| *seen.check_key == *check.key);
        let (chosen, at) = match self.list.panes.focus {
            Focus::Detail => (self.check().cloned(), None),
            Focus::List => {
                let at = report.checks.iter().position(|check| is_open(check) && !seen(check));
                (at.and_then(|at| report.checks.get(at)).cloned(), at)
            }
        };
        let Some(check) = chosen else {
            let what = match self.list.panes.focus {
                Focus::List => "nothing fails or warns that nobody has seen",
                Focus::Detail => "the cursor is on no check",
            };
            return vec![toast(Tone::Plain, what)];
        };
        if !is_open(&check) {
            let what = format!("it is {}; only what fails or warns is acknowledged", check.status.word());
            return vec![toast(Tone::Plain, what)];
        }
        if seen(&check) {
            return vec![toast(Tone::Plain, "it was acknowledged already; that stays as it was said")];
        }
        if self.under_way.iter().any(|(run, key)| *run == id && *key == check.key) {
            return vec![toast(Tone::Plain, "that is being written already")];
        }
        if let Some(at) = at {
            self.list.panes.focus = Focus::Detail;
            self.go_to_check(at);
        }
        let text = self.drafts.get(&slot(id, &check.key)).cloned().unwrap_or_default();
        let prompt = Prompt::new(&text, self.reasons.iter().cloned().collect(), LINE_CHARS_MAX);
        let title = check.title.one_line().into_owned();
        self.layer = Layer::Acknowledge(Box::new(Acknowledging { run: id, check: check.key, title, prompt }));
        Vec::new()
    }

    /// Puts the cursor of the detail onto a check.
    pub(super) fn go_to_check(&mut self, check: usize) {
        let line = self.lines().iter().position(|line| line.check == Some(check) && line.heads);
        if let Some(line) = line {
            self.list.go_to_line(line, self.room());
        }
    }

    /// To the next check that fails or warns.
    pub(super) fn next_open_check(&mut self, way: Way) -> Asks {
        let lines = self.lines();
        let Some(report) = self.list.shown.detail.as_ref().and_then(|detail| detail.report()) else {
            return Vec::new();
        };
        let is_open_at = |at: usize| {
            lines.get(at).is_some_and(|line| {
                line.heads && line.check.and_then(|check| report.checks.get(check)).is_some_and(is_open)
            })
        };
        match self.list.shown.cursor.next(way, lines.len(), is_open_at) {
            Some(line) => {
                self.list.go_to_line(line, self.room());
                Vec::new()
            }
            None => vec![toast(Tone::Plain, "no further check fails or warns")],
        }
    }

    /// Enter in the line: sends it, unless something is missing.
    pub(super) fn confirm(&mut self, text: &str) -> Asks {
        let Layer::Acknowledge(open) = &mut self.layer else { return Vec::new() };
        let (reason, until) = split(text, self.now);
        let why = match Why::new(reason) {
            Ok(why) => why,
            Err(error) => {
                open.prompt.complain(error.to_string());
                return Vec::new();
            }
        };
        let (run, check) = (open.run, open.check.clone());
        self.layer = Layer::None;
        // Until the answer is here, what was typed is kept.
        self.drafts.insert(slot(run, &check), text.to_owned());
        self.under_way.push((run, check.clone()));
        self.reasons.retain(|earlier| earlier != reason);
        self.reasons.push_front(reason.to_owned());
        self.reasons.truncate(REASONS_MAX);
        let deed = Acknowledge { run, check, why, until, key: DeedKey::fresh() };
        vec![Ask::Do(Wish::Acknowledge(Box::new(deed)))]
    }

    /// Takes what became of it.
    pub(super) fn acknowledged(
        &mut self,
        deed: &Acknowledge,
        result: Result<Acknowledgement, Error>,
    ) -> Asks {
        self.under_way.retain(|(run, check)| (*run, check) != (deed.run, &deed.check));
        let mut asks = match result {
            Ok(_) => {
                self.drafts.remove(&slot(deed.run, &deed.check));
                vec![toast(Tone::Good, format!("acknowledged {}; its status stays", deed.check))]
            }
            Err(error) => {
                let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
                let what = format!("{} was not acknowledged: {error}{hint}", deed.check);
                vec![toast(Tone::Bad, visible(&what).into_owned())]
            }
        };
        if self.list.shown.id == Some(deed.run) {
            asks.push(Ask::Do(Wish::Detail(deed.run)));
        }
        asks
    }

    /// Keeps what stands in the line, and closes it.
    pub(super) fn close_layer(&mut self) {
        if let Layer::Acknowledge(open) = std::mem::replace(&mut self.layer, Layer::None) {
            let slot = slot(open.run, &open.check);
            match open.prompt.text().trim() {
                "" => drop(self.drafts.remove(&slot)),
                text => drop(self.drafts.insert(slot, text.to_owned())),
            }
        }
    }

    /// What was typed and not sent, the open line included.
    pub(super) fn all_drafts(&self) -> Vec<Draft> {
        let mut drafts = self.drafts.clone();
        if let Layer::Acknowledge(open) = &self.layer
            && !open.prompt.text().trim().is_empty()
        {
            drafts.insert(slot(open.run, &open.check), open.prompt.text().to_owned());
        }
        drafts.into_iter().map(|(slot, text)| Draft { slot, text }).collect()
    }

    /// Takes back what was typed before the last end; nothing is sent from it.
    pub(super) fn restore(&mut self, drafts: Vec<Draft>) {
        for draft in drafts.into_iter().filter(|draft| draft.slot.starts_with(SLOT)) {
            self.drafts.entry(draft.slot).or_insert(draft.text);
        }
    }
}

const SLOT: &str = "runs/";

fn slot(run: RunId, check: &str) -> String {
    format!("{SLOT}{run}/{check}")
}

fn is_open(check: &Check) -> bool {
    matches!(check.status, Status::Fail | Status::Warn)
}

/// The reason and its end: `known since May until 7d`. Where no time stands behind the word, it is part
/// of the reason.
fn split(text: &str, now: DateTime<Utc>) -> (&str, Option<DateTime<Utc>>) {
    let text = text.trim();
    let Some((reason, time)) = text.rsplit_once(" until ") else { return (text, None) };
    match ahead(time.trim(), now) {
        Some(until) => (reason.trim_end(), Some(until)),
        None => (text, None),
    }
}
