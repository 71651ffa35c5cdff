//! Deciding, commenting, taking back: from the key to what is sent.
//!
//! Nothing is written before Enter (or Ctrl-d, or the yes to a question). The text of a deed is kept
//! as a draft until the database has said that it holds it.

use super::drafts::Slot;
use super::loading::{Anew, toast};
use super::state::{Chosen, CommentEditor, Deed, Findings, Focus, Layer, REASONS_MAX, ReasonPrompt, called};
use super::wish::Wish;
use crate::ids::{DeedKey, FeedbackId, FindingId};
use crate::triage::actions::{GiveComment, GiveFeedback, TakeBack, Target};
use crate::triage::finding::{Feedback, FeedbackKind, Finding, Verdict};
use crate::triage::reason::{Comment, Reason};
use crate::ui::command::Command;
use crate::ui::screen::{Ask, Question, Tone};
use crate::ui::widgets::editor::Editor;
use crate::ui::widgets::prompt::Prompt;

/// Deeds on more findings than this ask for the count typed.
const TYPED_FROM: usize = 100;

impl Findings {
    /// The deeds among the commands; the others are the app's.
    pub(super) fn deed(&mut self, command: Command) -> Vec<Ask<Wish>> {
        match command {
            Command::MarkTruePositive => self.open_reason(Verdict::TruePositive, None),
            Command::MarkFalsePositive => self.open_reason(Verdict::FalsePositive, None),
            Command::SameAgain => match self.last.clone() {
                Some((verdict, reason)) => self.open_reason(verdict, Some(reason)),
                None => vec![toast(Tone::Plain, "nothing was decided yet that could be repeated")],
            },
            Command::Comment => self.open_comment(),
            Command::TakeBack => self.take_back(),
            _ => Vec::new(),
        }
    }

    /// Opens the prompt for a reason: over what was begun, or over `reason`.
    pub(super) fn open_reason(&mut self, verdict: Verdict, reason: Option<String>) -> Vec<Ask<Wish>> {
        let Some(finding) = self.subject().cloned() else { return Vec::new() };
        let uses_marks = !self.marks.is_empty() && !self.own.is_open();
        let targets: Vec<Target> =
            if uses_marks { self.marks.values().copied().collect() } else { vec![Target::from(&finding)] };
        if targets.iter().any(|t| self.is_under_way(t.finding)) {
            return vec![toast(Tone::Plain, "the decision before this one is still being saved")];
        }
        let about = match (uses_marks, targets.len()) {
            (true, 1) => format!("{} on the marked finding #{}", verdict.word(), targets[0].finding),
            (true, count) => format!("{} on {count} marked findings", verdict.word()),
            (false, _) => format!("{} {}", verdict.word(), called(&finding)),
        };
        let begun = self.drafts.text(Slot::reason(targets[0].finding, verdict)).to_owned();
        let text = reason.filter(|_| begun.is_empty()).unwrap_or(begun);
        let recent = self.reasons.iter().cloned().collect();
        let prompt = Prompt::new(&text, recent, Reason::CHARS_MAX);
        let chosen = if uses_marks { Chosen::ByMarks } else { Chosen::ByCursor };
        self.layer = Layer::Reason(ReasonPrompt { verdict, targets, chosen, about, prompt });
        // What is decided stands beside the prompt, whatever the cursor did just before.
        self.show_selected(Anew::No)
    }

    /// Opens the editor.
    pub(super) fn open_comment(&mut self) -> Vec<Ask<Wish>> {
        let Some(finding) = self.subject().cloned() else { return Vec::new() };
        let text = self.drafts.text(Slot::Comment(finding.id)).to_owned();
        self.layer = Layer::Comment(Box::new(CommentEditor {
            finding: finding.id,
            about: called(&finding),
            editor: Editor::new(&text, Comment::CHARS_MAX),
            complaint: None,
        }));
        self.show_selected(Anew::No)
    }

    /// Opens what was begun where it was left.
    pub(super) fn open_draft(&mut self, slot: Slot) -> Vec<Ask<Wish>> {
        if self.own.finding(slot.finding()).is_none() {
            return vec![toast(Tone::Plain, "its finding is still being loaded")];
        }
        match slot {
            Slot::Comment(_) => self.open_comment(),
            Slot::TruePositive(_) => self.open_reason(Verdict::TruePositive, None),
            Slot::FalsePositive(_) => self.open_reason(Verdict::FalsePositive, None),
        }
    }

    /// Enter in the prompt.
    pub(super) fn confirm_reason(&mut self, text: &str) -> Vec<Ask<Wish>> {
        let Layer::Reason(prompt) = &mut self.layer else { return Vec::new() };
        let reason = match Reason::new(text) {
            Ok(reason) => reason,
            Err(error) => {
                prompt.prompt.complain(error.to_string());
                return Vec::new();
            }
        };
        let (verdict, targets) = (prompt.verdict, prompt.targets.clone());
        let is_under_cursor = prompt.chosen == Chosen::ByCursor;
        let about = prompt.about.clone();
        self.layer = Layer::None;
        self.reasons.retain(|known| known != text);
        self.reasons.push_front(text.to_owned());
        self.reasons.truncate(REASONS_MAX);
        self.last = Some((verdict, text.to_owned()));
        self.drafts.keep(Slot::reason(targets[0].finding, verdict), text);
        let count = targets.len();
        let filter = (count > 1).then(|| self.query().filter).filter(|f| !f.is_empty());
        let wish = Wish::Decide(GiveFeedback { targets, verdict, reason, filter, key: DeedKey::fresh() });
        // One that is marked may be far from the cursor: it is asked about too.
        if is_under_cursor {
            return self.send(wish, about);
        }
        let question = Question {
            what: format!("{about}: \"{text}\""),
            yes: format!("decide {count}"),
            typed_count: (count > TYPED_FROM).then_some(count as u64),
        };
        vec![Ask::Confirm(question, Wish::Agreed(Box::new(wish), about))]
    }

    /// Ctrl-d in the editor.
    pub(super) fn save_comment(&mut self, text: &str) -> Vec<Ask<Wish>> {
        let Layer::Comment(editor) = &mut self.layer else { return Vec::new() };
        let comment = match Comment::new(text) {
            Ok(comment) => comment,
            Err(error) => {
                editor.complaint = Some(error.to_string());
                return Vec::new();
            }
        };
        let (finding, about) = (editor.finding, format!("comment on {}", editor.about));
        self.layer = Layer::None;
        self.drafts.keep(Slot::Comment(finding), text);
        self.send(Wish::Comment(GiveComment { finding, comment, key: DeedKey::fresh() }), about)
    }

    /// Names the decision that stands, and asks.
    fn take_back(&mut self) -> Vec<Ask<Wish>> {
        let Some(finding) = self.subject().cloned() else { return Vec::new() };
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
            (Some(_), super::state::Load::Idle) => asks.extend(self.ask_take_back()),
            _ => {
                self.taking_back = Some(finding.id);
                if asks.is_empty() && self.shown.load != super::state::Load::Asked {
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

    /// Sends a deed; its rows show that it is on its way.
    pub(super) fn send(&mut self, wish: Wish, about: String) -> Vec<Ask<Wish>> {
        self.under_way.push(Deed { wish: wish.clone(), about, failure: None });
        self.mark_rows_under_way();
        vec![Ask::Do(wish)]
    }

    pub(super) fn is_under_way(&self, finding: FindingId) -> bool {
        self.under_way.iter().chain(&self.unsure).any(|deed| deed.wish.findings().contains(&finding))
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
