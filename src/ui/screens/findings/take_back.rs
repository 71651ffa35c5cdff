//! Taking back: the verdict on one finding, or the whole of the last deed on many.

use super::list::Saving;
use super::state::{Findings, Focus, called};
use super::wish::Wish;
use crate::ids::{DeedKey, EntrySeq, FeedbackId, FindingId};
use crate::triage::actions::{Decided, Deed, TakeBack, TakeBackDeed, Target};
use crate::triage::attention::AttentionKind;
use crate::triage::finding::{Feedback, FeedbackKind, Finding, Verdict};
use crate::triage::store::findings::Count;
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Question, Tone, toast};
use std::sync::Arc;

/// The last deed on many findings, as long as it can be taken back whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Its entry.
    pub seq: EntrySeq,
    /// What it did, for a person: `FP on 1,000 findings`.
    pub what: String,
    /// The findings.
    pub findings: Arc<[FindingId]>,
    /// The filter that chose them, where one did.
    pub filter: Option<String>,
    /// Whether the person has gone elsewhere since.
    pub gone: Gone,
}

/// Whether the person has gone elsewhere since a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The cursor is where the deed left it.
    No,
    /// It was moved.
    Elsewhere,
}

impl Findings {
    /// Names the decision that stands, and asks.
    pub(super) fn take_back(&mut self) -> Vec<Ask<Wish>> {
        if self.focus != Focus::Own
            && let Some(whole) = &self.whole
            && (whole.gone == Gone::No || self.subject().is_none_or(|row| row.triage_decision.is_none()))
        {
            return self.take_back_whole();
        }
        let Some(finding) = self.subject().cloned() else {
            return vec![toast(Tone::Plain, "nothing to take back here")];
        };
        if self.is_under_way(finding.id) {
            return vec![toast(Tone::Plain, "the decision is still being saved")];
        }
        if let (Focus::Own, Some(said)) = (self.focus, self.own.selected_said()) {
            return match (said.kind, said.taken_back) {
                (FeedbackKind::Verdict, false) => ask_take_back(&finding, Some(&said.clone())),
                (FeedbackKind::Verdict, true) => vec![toast(Tone::Plain, "it is taken back already")],
                _ => vec![toast(Tone::Plain, "only a verdict can be taken back")],
            };
        }
        if finding.triage_decision.is_none() {
            return vec![toast(Tone::Plain, format!("nothing to take back: #{} has no verdict", finding.id))];
        }
        // Who decided, when and why stands in the detail: it is waited for where it is not here yet.
        let mut asks = self.show_selected(Anew::No);
        match (&self.shown.detail, &self.shown.load) {
            (Some(_), crate::ui::list_detail::load::Load::Idle) => asks.extend(self.ask_take_back()),
            _ => {
                self.taking_back = Some(finding.id);
                if asks.is_empty() && self.shown.load != crate::ui::list_detail::load::Load::Asked {
                    asks = self.show_selected(Anew::Yes);
                }
            }
        }
        asks
    }

    /// Asks about the decision that the detail shows.
    pub(super) fn ask_take_back(&self) -> Vec<Ask<Wish>> {
        let Some(detail) = &self.shown.detail else { return Vec::new() };
        if let Some(carried) = &detail.carried_over {
            let text = format!(
                "decided on finding #{} by {}; take it back there, or decide here",
                carried.finding_id, carried.actor
            );
            return vec![toast(Tone::Plain, text)];
        }
        let standing = detail.feedback.iter().rev().find(|said| {
            said.kind == FeedbackKind::Verdict && said.user_verdict.is_some() && !said.taken_back
        });
        ask_take_back(&detail.finding, standing)
    }

    /// Names the last deed on many findings, and asks.
    pub(super) fn take_back_whole(&self) -> Vec<Ask<Wish>> {
        let Some(whole) = &self.whole else {
            return vec![toast(Tone::Plain, "no deed on many findings was done here")];
        };
        let what = format!("take back {}, entry {}", whole.what, whole.seq);
        let question = Question {
            what: format!("Take back {}, entry {}?", whole.what, whole.seq),
            yes: "take back".to_owned(),
            typed_count: None,
        };
        let deed =
            TakeBackDeed { deed: Deed::Entry(whole.seq), reason: None, key: DeedKey::fresh(), now: self.now };
        let wish = Wish::TakeBackDeed { deed, findings: Arc::clone(&whole.findings) };
        vec![Ask::Confirm(question, Wish::Agreed(Box::new(wish), what))]
    }

    /// Keeps a deed that is done as the one that can be taken back whole, or forgets the one before it.
    pub(super) fn keep_whole(&mut self, wish: &Wish, about: &str, decided: &Decided) {
        self.whole = match wish {
            Wish::Decide(_) if decided.count > 1 => Some(Whole {
                seq: decided.seq,
                what: whole_words(about, decided.count),
                findings: wish.findings().into(),
                filter: wish.filter().map(str::to_owned),
                gone: Gone::No,
            }),
            Wish::Attend(deed) if deed.what.until().is_some() => Some(Whole {
                seq: decided.seq,
                what: attended_words(deed.what.kind(), about, decided.count),
                findings: wish.findings().into(),
                filter: wish.filter().map(str::to_owned),
                gone: Gone::No,
            }),
            Wish::Comment(_) => return,
            _ => None,
        };
    }

    /// The person moved: what has the cursor is meant from now on.
    pub(super) fn went(&mut self) {
        if let Some(whole) = &mut self.whole {
            whole.gone = Gone::Elsewhere;
        }
    }

    /// Shows a deed on the rows that the answer did not bring: only the first of very many come back.
    pub(super) fn show_decided(&mut self, wish: &Wish, decided: &Decided) -> Vec<Ask<Wish>> {
        if decided.count <= decided.rows.len() {
            return Vec::new();
        }
        let deed = match wish {
            Wish::Decide(deed) => deed,
            Wish::Attend(deed) => {
                self.show_attended(deed, decided);
                return Vec::new();
            }
            _ => return self.reload(),
        };
        let came: std::collections::HashSet<FindingId> = decided.rows.iter().map(|row| row.id).collect();
        let seen: std::collections::HashMap<FindingId, Target> =
            deed.targets.iter().map(|target| (target.finding, *target)).collect();
        for row in self.list.rows_mut() {
            if let Some(target) = seen.get(&row.finding.id).filter(|target| !came.contains(&target.finding)) {
                row.finding.triage_decision = Some(deed.verdict);
                row.finding.version = crate::ids::Version(target.version.0.saturating_add(1));
                row.saving = Saving::No;
            }
        }
        Vec::new()
    }
}

/// What a deed did, with its count: `FP on 1,000 findings`.
fn whole_words(about: &str, count: usize) -> String {
    let verdict = about.split_once(" on ").map_or(about, |(verdict, _)| verdict);
    format!("{verdict} on {} findings", Count::Exactly(count as u64))
}

/// What a claim, a snooze or an accepted risk was, with its count: `the snooze of 12 findings`.
fn attended_words(kind: AttentionKind, about: &str, count: usize) -> String {
    let what = match kind {
        AttentionKind::Claim => "the claim",
        AttentionKind::Snooze => "the snooze",
        AttentionKind::Acceptance => "the accepted risk",
    };
    match about.split_once(": ") {
        Some((_, one)) if count == 1 => format!("{what} of {one}"),
        _ => format!("{what} of {} findings", Count::Exactly(count as u64)),
    }
}

/// Asks whether what `said` says is taken back: what, why, who, when.
fn ask_take_back(finding: &Finding, said: Option<&Feedback>) -> Vec<Ask<Wish>> {
    let Some(said) = said else {
        return vec![toast(Tone::Plain, "a producer wrote the verdict; decide TP or FP instead")];
    };
    let verdict = said.user_verdict.map_or("verdict", Verdict::word);
    let about = format!("take back {verdict} on {}", called(finding));
    let question = Question {
        what: format!(
            "Take back {verdict} \"{}\" by {}, {}, on {}?",
            said.comments.one_line(),
            said.actor.one_line(),
            said.timestamp.format("%Y-%m-%d %H:%M UTC"),
            called(finding)
        ),
        yes: "take back".to_owned(),
        typed_count: None,
    };
    let named: Option<FeedbackId> = Some(said.id);
    let wish = Wish::TakeBack(TakeBack {
        targets: vec![(Target::from(finding), named)],
        reason: None,
        filter: None,
        key: DeedKey::fresh(),
    });
    vec![Ask::Confirm(question, Wish::Agreed(Box::new(wish), about))]
}
