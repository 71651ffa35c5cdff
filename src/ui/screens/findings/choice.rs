//! What a deed is about: the row under the cursor, the marked rows, all of a filter.

use super::attending::{ending, lasts};
use super::state::{Findings, Focus, Layer, called};
use super::wish::Wish;
use super::{grouping, groups};
use crate::error::Error;
use crate::filter;
use crate::ids::FindingId;
use crate::triage::actions::Target;
use crate::triage::attention::AttentionKind;
use crate::triage::store::fields::FIELDS;
use crate::triage::store::findings::Count;
use crate::ui::command::Command;
use crate::ui::screen::{Ask, Tone, toast};
use std::collections::{BTreeSet, HashSet};

/// The findings of a deed, as they were seen when it was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The findings; none while they are asked for.
    pub targets: Vec<Target>,
    /// How they were chosen.
    pub chosen: Chosen,
}

/// How the findings of a deed were chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    /// It has the cursor.
    ByCursor {
        /// How it is called.
        called: String,
    },
    /// They are marked, and perhaps out of sight.
    ByMarks {
        /// The filter that the list was made by.
        filter: String,
    },
    /// They are all that a filter lets through.
    ByFilter {
        /// The filter, as it is typed.
        filter: String,
        /// What they are, for a person, behind their count.
        are: String,
        /// Those that are left out.
        except: BTreeSet<FindingId>,
        /// Whether they are known.
        known: Known,
    },
}

/// Whether the findings of a filter are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// They are.
    Yes,
    /// They are asked for, with this number.
    Asked(u64),
    /// They could not be read.
    Failed,
}

type Asks = Vec<Ask<Wish>>;

impl Choice {
    /// The findings, for a person: `1,000 findings of is:undecided`.
    pub fn about(&self) -> String {
        let count = Count::Exactly(self.targets.len() as u64);
        match (&self.chosen, self.targets.as_slice()) {
            (Chosen::ByCursor { called }, _) => called.clone(),
            (Chosen::ByMarks { .. }, [one]) => format!("the marked finding #{}", one.finding),
            (Chosen::ByMarks { .. }, _) => format!("{count} marked findings"),
            (Chosen::ByFilter { are, known: Known::Yes, .. }, [_]) => {
                format!("1 {}", are.replacen("findings", "finding", 1))
            }
            (Chosen::ByFilter { are, known: Known::Yes, .. }, _) => format!("{count} {are}"),
            (Chosen::ByFilter { are, .. }, _) => are.clone(),
        }
    }

    /// A verdict on them, for a person: `FP on 1,000 findings of is:undecided`.
    pub fn decided(&self, verdict: &str) -> String {
        let on = if self.is_under_cursor() { "" } else { "on " };
        format!("{verdict} {on}{}", self.about())
    }

    /// Whether it is the one finding under the cursor. What may be out of sight is asked about.
    pub fn is_under_cursor(&self) -> bool {
        matches!(self.chosen, Chosen::ByCursor { .. })
    }

    /// The filter that chose them, for the record.
    pub fn filter(&self) -> Option<String> {
        let filter = match &self.chosen {
            Chosen::ByCursor { .. } => return None,
            Chosen::ByMarks { filter } => (self.targets.len() > 1).then_some(filter)?,
            Chosen::ByFilter { filter, .. } => filter,
        };
        (!filter.is_empty()).then(|| filter.clone())
    }

    /// Why they cannot be dealt with yet, if they cannot.
    pub fn obstacle(&self) -> Option<&'static str> {
        match (&self.chosen, self.targets.is_empty()) {
            (Chosen::ByFilter { known: Known::Asked(_), .. }, _) => {
                Some("the findings are still being counted; press Enter again")
            }
            (Chosen::ByFilter { known: Known::Failed, .. }, _) => {
                Some("the findings could not be read; Esc closes, then try again")
            }
            (_, true) => Some("the filter lets nothing through any more"),
            (_, false) => None,
        }
    }

    fn learn(&mut self, ticket: u64, found: Result<Vec<Target>, ()>) -> bool {
        let Chosen::ByFilter { except, known, .. } = &mut self.chosen else { return false };
        if *known != Known::Asked(ticket) {
            return false;
        }
        match found {
            Ok(mut targets) => {
                targets.retain(|target| !except.contains(&target.finding));
                (self.targets, *known) = (targets, Known::Yes);
            }
            Err(()) => *known = Known::Failed,
        }
        true
    }
}

impl Findings {
    /// What a deed that is begun now is about, and what has to be asked for that. None, with a word,
    /// where there is nothing, or its last deed is still on its way.
    pub(super) fn choose(&mut self) -> Result<(Choice, Asks), Asks> {
        self.choose_to(None)
    }

    /// The same for a deed that ends something, where a kind is named: of all of a filter, those of which
    /// something can be ended.
    pub(super) fn choose_to(&mut self, ends: Option<AttentionKind>) -> Result<(Choice, Asks), Asks> {
        if self.focus == Focus::Groups {
            let Some(group) = self.groups.selected() else { return Err(Vec::new()) };
            if self.is_group_under_way(group) {
                return Err(vec![toast(Tone::Plain, "the decision before this one is still being saved")]);
            }
            let filter = if ends.is_some() { &group.all } else { &group.filter };
            let Some(filter) = filter else { return Err(vec![grouping::too_long()]) };
            let are = match ends {
                Some(_) => format!("findings of {}", groups::name(group)),
                None => groups::findings_of(group),
            } + &groups::within(self.filter.in_force());
            let (filter, are) = narrowed(filter.to_string(), are, ends);
            return Ok(self.choose_filter(filter, are, BTreeSet::new()));
        }
        // Marks are of rows.
        let are_rows = !self.own.is_open() && !self.groups.are_shown();
        if self.marks.anchor().is_some() && are_rows {
            let asks = self.end_range();
            if !asks.is_empty() {
                return Err(asks);
            }
        }
        if are_rows && let Some(all) = self.marks.all().cloned() {
            let are = match all.filter.as_str() {
                "" => "findings, all there are".to_owned(),
                filter => format!("findings of {filter}"),
            };
            let (filter, are) = narrowed(all.filter, are, ends);
            return Ok(self.choose_filter(filter, are, all.except));
        }
        let choice = if are_rows && !self.marks.is_empty() {
            let chosen = Chosen::ByMarks { filter: self.query().filter };
            Choice { targets: self.marks.rows().collect(), chosen }
        } else {
            let Some(finding) = self.subject() else { return Err(Vec::new()) };
            let chosen = Chosen::ByCursor { called: called(finding) };
            Choice { targets: vec![Target::from(finding)], chosen }
        };
        let under_way = self.ids_under_way();
        if choice.targets.iter().any(|target| under_way.contains(&target.finding)) {
            return Err(vec![toast(Tone::Plain, "the decision before this one is still being saved")]);
        }
        Ok((choice, Vec::new()))
    }

    fn choose_filter(&mut self, filter: String, are: String, except: BTreeSet<FindingId>) -> (Choice, Asks) {
        self.targets_ticket += 1;
        let ticket = self.targets_ticket;
        let known = Known::Asked(ticket);
        let ask = Ask::Do(Wish::Targets { ticket, filter: filter.clone() });
        (Choice { targets: Vec::new(), chosen: Chosen::ByFilter { filter, are, except, known } }, vec![ask])
    }

    /// Takes the findings of a filter.
    pub(super) fn targets_came(&mut self, ticket: u64, result: Result<Vec<Target>, Error>) -> Asks {
        let choice = match &mut self.layer {
            Layer::Reason(reason) => &mut reason.choice,
            Layer::Attend(open) => &mut open.choice,
            _ => return Vec::new(),
        };
        let (found, complaint) = match result {
            Ok(targets) => (Ok(targets), None),
            Err(error) => {
                let failure = crate::ui::list_detail::load::Failure::from(error);
                let hint = failure.hint.map_or_else(String::new, |hint| format!("; {hint}"));
                (Err(()), Some(format!("{}{hint}", failure.what)))
            }
        };
        if !choice.learn(ticket, found) {
            return Vec::new();
        }
        match (&mut self.layer, complaint) {
            (Layer::Reason(reason), Some(complaint)) => reason.prompt.complain(complaint),
            (Layer::Attend(open), Some(complaint)) => open.form.complain("", complaint),
            _ => self.keep_open_text(),
        }
        Vec::new()
    }

    /// What a deed that is begun now would be about.
    pub(super) fn chosen_in_words(&self) -> Option<String> {
        if self.focus == Focus::Groups {
            let group = self.groups.selected()?;
            let count = Count::Exactly(u64::try_from(group.undecided).unwrap_or(0));
            return Some(format!("{count} {}", groups::findings_of(group)));
        }
        if !self.own.is_open() && !self.groups.are_shown() && !self.marks.is_empty() {
            return Some(match self.marks.all() {
                Some(all) if all.filter.is_empty() => "all findings".to_owned(),
                Some(all) => format!("all findings of {}", all.filter),
                None => format!("{} marked findings", Count::Exactly(self.marks.len() as u64)),
            });
        }
        self.subject().map(called)
    }

    /// Whether a deed makes sense on what is chosen.
    pub(super) fn makes_sense(&self, deed: Command) -> bool {
        let is_one = self.focus != Focus::Groups && (self.own.is_open() || self.marks.is_empty());
        let lasts = |kind| !is_one || self.subject().is_some_and(|row| lasts(row, kind, self.now));
        match deed {
            Command::Mark | Command::MarkRange | Command::MarkAll | Command::ClearMarks => false,
            Command::Release => lasts(AttentionKind::Claim),
            Command::EndSnooze => lasts(AttentionKind::Snooze),
            Command::EndAcceptance => lasts(AttentionKind::Acceptance),
            Command::SameAgain => self.last.is_some(),
            // These are of one finding, whatever is marked.
            Command::Comment
            | Command::EditComment
            | Command::Edit
            | Command::CopyId
            | Command::CopyJson
            | Command::CopyMarkdown
            | Command::CopyLink => is_one,
            Command::TakeBack => {
                self.whole.is_some()
                    || self.focus == Focus::Own
                    || self.subject().is_some_and(|row| row.triage_decision.is_some())
            }
            _ => true,
        }
    }

    /// The findings that a deed is under way on, or of which nobody knows.
    pub(super) fn ids_under_way(&self) -> HashSet<FindingId> {
        self.under_way.iter().chain(&self.unsure).flat_map(|deed| deed.wish.findings()).collect()
    }
}

/// Of all of a filter, those of which something can be ended, where a kind is named.
fn narrowed(text: String, are: String, ends: Option<AttentionKind>) -> (String, String) {
    let Some((word, adjective)) = ends.map(ending) else { return (text, are) };
    let filter = filter::parse(&text, &FIELDS).and_then(|filter| filter.with_term(word, &FIELDS));
    match filter {
        Ok(filter) => (filter.to_string(), format!("{adjective} {are}")),
        // What is wrong with it is said when it is asked.
        Err(_) => (text, are),
    }
}
