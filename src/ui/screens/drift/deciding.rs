//! Accepting, ignoring, snoozing: the line that asks why, what is sent, what comes back.

use super::state::{Deciding, Drift, Layer, Subject};
use super::wish::{Decision, Deed, Wish};
use crate::drift::actions::{Accept, IgnoreDeed, Snooze};
use crate::drift::diff::Outcome;
use crate::drift::glob::Glob;
use crate::drift::path::Path;
use crate::drift::store::detail::FieldDetail;
use crate::error::{Error, Kind};
use crate::filter::ahead;
use crate::ids::DeedKey;
use crate::operations::acknowledge::Why;
use crate::text::visible;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Draft, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// Reasons that ↑ brings back.
const REASONS_MAX: usize = 20;
/// Room in the line: the reason, and ` until ` with a time.
const LINE_CHARS_MAX: usize = Why::CHARS_MAX + 40;

type Asks = Vec<Ask<Wish>>;

/// A deed about a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OfField {
    Accept,
    Ignore,
}

impl Drift {
    /// Asks why: about the field under the cursor; from the list about the worst that drifts.
    pub(super) fn decide_field(&mut self, deed: OfField) -> Asks {
        let Some((id, name)) = self.list.selected().map(|row| (row.repo_id, row.repo.to_string())) else {
            return Vec::new();
        };
        let Some(detail) = self.list.shown.detail.clone().filter(|detail| detail.row.repo_id == id) else {
            return vec![toast(Tone::Plain, "the repository is still being read; press again")];
        };
        let at = match self.list.panes.focus {
            Focus::Detail => {
                let chosen = self.field().map(|field| field.field.path.clone());
                detail.fields.iter().position(|own| Some(&own.field.path) == chosen.as_ref())
            }
            Focus::List => detail.fields.iter().position(|own| own.field.is_drift()),
        };
        let Some((at, field)) = at.and_then(|at| Some((at, detail.fields.get(at)?))) else {
            let what = match self.list.panes.focus {
                Focus::List => "nothing drifts here",
                Focus::Detail => "the cursor is on no field",
            };
            return vec![toast(Tone::Plain, what)];
        };
        if let Some(why) = why_not(field, deed) {
            return vec![toast(Tone::Plain, why)];
        }
        let path = field.field.path.to_string();
        let version = detail.row.version;
        self.list.panes.focus = Focus::Detail;
        self.review = None;
        self.go_to_field(at);
        self.open(match deed {
            OfField::Accept => Subject::Accept { repo: name, path, version },
            OfField::Ignore => Subject::Ignore { repo: name, path },
        })
    }

    /// Asks why the repository may wait, or may not any longer.
    pub(super) fn decide_snooze(&mut self, ends: bool) -> Asks {
        let Some(row) = self.list.selected() else { return Vec::new() };
        let repo = row.repo.to_string();
        let snoozed = row.snoozed_until.is_some_and(|until| until > self.now);
        match (ends, snoozed) {
            (true, false) => vec![toast(Tone::Plain, "it is not snoozed")],
            (true, true) => self.open(Subject::EndSnooze { repo }),
            (false, _) => self.open(Subject::Snooze { repo }),
        }
    }

    fn open(&mut self, what: Subject) -> Asks {
        let slot = slot(&what);
        if self.under_way.contains(&slot) {
            return vec![toast(Tone::Plain, "that is being written already")];
        }
        let text = self.drafts.get(&slot).cloned().unwrap_or_default();
        let prompt = Prompt::new(&text, self.reasons.iter().cloned().collect(), LINE_CHARS_MAX);
        self.layer = Layer::Decide(Box::new(Deciding { what, prompt }));
        Vec::new()
    }

    /// Enter in the line: sends it, unless something is missing.
    pub(super) fn confirm(&mut self, text: &str) -> Asks {
        let Layer::Decide(open) = &mut self.layer else { return Vec::new() };
        let deed = match deed(&open.what, text, self.now) {
            Ok(deed) => deed,
            Err(what) => {
                open.prompt.complain(what);
                return Vec::new();
            }
        };
        let slot = slot(&open.what);
        let Some(id) = self.list.selected().map(|row| row.repo_id) else { return Vec::new() };
        self.layer = Layer::None;
        // Until the answer is here, what was typed is kept.
        self.drafts.insert(slot.clone(), text.to_owned());
        self.under_way.insert(slot.clone());
        self.reasons.retain(|earlier| earlier != text);
        self.reasons.push_front(text.to_owned());
        self.reasons.truncate(REASONS_MAX);
        vec![Ask::Do(Wish::Decide(Box::new(Decision { slot, id, deed })))]
    }

    /// Takes what became of it.
    pub(super) fn decided(&mut self, decision: &Decision, result: Result<String, Error>) -> Asks {
        self.under_way.remove(&decision.slot);
        let mut asks = vec![match result {
            Ok(told) => {
                self.drafts.remove(&decision.slot);
                toast(Tone::Good, told)
            }
            Err(error) => {
                let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
                let what = format!("nothing was decided: {error}{hint}");
                toast(if error.kind() == Kind::Conflict { Tone::Plain } else { Tone::Bad }, visible(&what))
            }
        }];
        // A rule may be for many rows; what they say now is told where they stand.
        asks.extend(self.news_came());
        if self.list.shown.id == Some(decision.id) {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks
    }

    /// Keeps what stands in the line, and closes it.
    pub(super) fn close_layer(&mut self) {
        if let Layer::Decide(open) = std::mem::replace(&mut self.layer, Layer::None) {
            match open.prompt.text().trim() {
                "" => drop(self.drafts.remove(&slot(&open.what))),
                text => drop(self.drafts.insert(slot(&open.what), text.to_owned())),
            }
        }
    }

    /// What was typed and not sent, the open line included.
    pub(super) fn all_drafts(&self) -> Vec<Draft> {
        let mut drafts = self.drafts.clone();
        if let Layer::Decide(open) = &self.layer
            && !open.prompt.text().trim().is_empty()
        {
            drafts.insert(slot(&open.what), open.prompt.text().to_owned());
        }
        drafts.into_iter().map(|(slot, text)| Draft { slot, text }).collect()
    }

    /// Takes back what was typed before the last end; nothing is sent from it.
    pub(super) fn restore(&mut self, drafts: Vec<Draft>) {
        for draft in drafts.into_iter().filter(|draft| draft.slot.starts_with(SLOT)) {
            self.drafts.entry(draft.slot).or_insert(draft.text);
        }
    }

    /// To the next field that drifts.
    pub(super) fn next_drift(&mut self, way: Way) -> Asks {
        let lines = self.lines();
        let Some(detail) = &self.list.shown.detail else { return Vec::new() };
        let drifts = |at: usize| {
            let field = lines.get(at).filter(|line| line.heads).and_then(|line| line.field);
            field.and_then(|field| detail.fields.get(field)).is_some_and(|field| field.field.is_drift())
        };
        match self.list.shown.cursor.next(way, lines.len(), drifts) {
            Some(line) => {
                self.list.go_to_line(line, self.room());
                Vec::new()
            }
            None => vec![toast(Tone::Plain, "no further field drifts")],
        }
    }
}

const SLOT: &str = "drift/";

fn slot(what: &Subject) -> String {
    match what {
        Subject::Accept { repo, path, .. } => format!("{SLOT}accept/{repo}/{path}"),
        Subject::Ignore { repo, path } => format!("{SLOT}ignore/{repo}/{path}"),
        Subject::Snooze { repo } => format!("{SLOT}snooze/{repo}"),
        Subject::EndSnooze { repo } => format!("{SLOT}end-snooze/{repo}"),
    }
}

fn why_not(field: &FieldDetail, deed: OfField) -> Option<&'static str> {
    match (&field.field.outcome, deed) {
        (Outcome::Match, _) => Some("this field is as it should be"),
        (Outcome::Unreadable { .. }, _) => Some("what cannot be read is not drift"),
        (Outcome::Ignored { .. }, OfField::Ignore) => Some("this field is ignored already"),
        _ => None,
    }
}

fn deed(what: &Subject, text: &str, now: DateTime<Utc>) -> Result<Deed, String> {
    let key = DeedKey::fresh();
    let why = |text: &str| Why::new(text).map_err(|error| error.to_string());
    let in_time = || {
        let (reason, until) = split(text, now);
        let until = until.ok_or_else(|| "an end is wanted: why until 30d".to_owned())?;
        Ok::<_, String>((why(reason)?, until))
    };
    Ok(match what {
        Subject::Accept { repo, path, version } => Deed::Accept(Accept {
            repo: repo.clone(),
            paths: vec![Path::from_str(path)?],
            why: why(text)?,
            version: Some(*version),
            key,
        }),
        Subject::Ignore { repo, path } => {
            let (why, until) = in_time()?;
            Deed::Ignore(IgnoreDeed {
                repos: Glob::of_repos(repo)?,
                paths: Glob::of_paths(path)?,
                why,
                until,
                key,
            })
        }
        Subject::Snooze { repo } => {
            let (why, until) = in_time()?;
            Deed::Snooze(Snooze { repo: repo.clone(), why, until: Some(until), key })
        }
        Subject::EndSnooze { repo } => {
            Deed::Snooze(Snooze { repo: repo.clone(), why: why(text)?, until: None, key })
        }
    })
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
