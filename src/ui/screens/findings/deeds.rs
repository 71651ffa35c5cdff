//! Deciding and commenting: from the key to what is sent.
//!
//! Nothing is written before Enter (or Ctrl-d, or the yes to a question). The text of a deed is kept
//! as a draft until the database has said that it holds it.

use super::attending::Doing;
use super::drafts::Slot;
use super::state::{CommentEditor, Deed, Findings, Layer, REASONS_MAX, ReasonPrompt, called};
use super::wish::Wish;
use crate::ids::{DeedKey, FindingId};
use crate::triage::actions::{GiveComment, GiveFeedback};
use crate::triage::attention::AttentionKind;
use crate::triage::finding::Verdict;
use crate::triage::reason::{Comment, Reason};
use crate::triage::store::findings::Count;
use crate::ui::command::Command;
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Place, Question, Tone, toast};
use crate::ui::widgets::editor::Editor;
use crate::ui::widgets::prompt::Prompt;

/// Deeds on more findings than this ask for the count typed.
pub(super) const TYPED_FROM: usize = 100;

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
            Command::OpenEntries => self.open_entries(),
            Command::Claim => self.attend(Doing::Begin(AttentionKind::Claim)),
            Command::Release => self.attend(Doing::End(AttentionKind::Claim)),
            Command::Snooze => self.attend(Doing::Begin(AttentionKind::Snooze)),
            Command::EndSnooze => self.attend(Doing::End(AttentionKind::Snooze)),
            Command::AcceptRisk => self.attend(Doing::Begin(AttentionKind::Acceptance)),
            Command::EndAcceptance => self.attend(Doing::End(AttentionKind::Acceptance)),
            _ => Vec::new(),
        }
    }

    /// To the entries of the chain about the finding: those that the detail shows, which has the deeds on
    /// many too; until it is here, those that name the finding.
    fn open_entries(&self) -> Vec<Ask<Wish>> {
        let Some(finding) = self.subject() else { return Vec::new() };
        let shown = self.shown.detail.as_ref().filter(|detail| detail.finding.id == finding.id);
        let filter = match shown {
            Some(detail) if detail.entries.is_empty() => {
                return vec![toast(Tone::Plain, "no entry of the chain names this finding")];
            }
            Some(detail) => {
                let seqs: Vec<String> = detail.entries.iter().map(|entry| entry.seq.to_string()).collect();
                format!("seq:{}", seqs.join(","))
            }
            None => format!("finding=={}", finding.id),
        };
        vec![Ask::Open(Place::Audit { filter })]
    }

    /// Opens the prompt for a reason: over what was begun, or over `reason`.
    pub(super) fn open_reason(&mut self, verdict: Verdict, reason: Option<String>) -> Vec<Ask<Wish>> {
        let (choice, mut asks) = match self.choose() {
            Ok(chosen) => chosen,
            Err(asks) => return asks,
        };
        let begun = choice
            .targets
            .first()
            .map_or(String::new(), |first| self.drafts.text(Slot::reason(first.finding, verdict)).to_owned());
        let text = reason.filter(|_| begun.is_empty()).unwrap_or(begun);
        let recent = self.reasons.iter().cloned().collect();
        let prompt = Prompt::new(&text, recent, Reason::CHARS_MAX);
        self.layer = Layer::Reason(ReasonPrompt { verdict, choice, prompt });
        // What is decided stands beside the prompt, whatever the cursor did just before.
        asks.extend(self.show_selected(Anew::No));
        asks
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
        if let Some(obstacle) = prompt.choice.obstacle() {
            prompt.prompt.complain(obstacle.to_owned());
            return Vec::new();
        }
        let (verdict, choice) = (prompt.verdict, prompt.choice.clone());
        let under_way = self.ids_under_way();
        if choice.targets.iter().any(|target| under_way.contains(&target.finding)) {
            return vec![toast(Tone::Plain, "one of them is still being saved; Enter again when it is")];
        }
        self.layer = Layer::None;
        self.remember(text);
        self.last = Some((verdict, text.to_owned()));
        self.drafts.keep(Slot::reason(choice.targets[0].finding, verdict), text);
        let about = choice.decided(verdict.word());
        let (filter, count) = (choice.filter(), choice.targets.len());
        let is_under_cursor = choice.is_under_cursor();
        let targets = choice.targets;
        let wish = Wish::Decide(GiveFeedback { targets, verdict, reason, filter, key: DeedKey::fresh() });
        // One that is marked may be far from the cursor: it is asked about too.
        if is_under_cursor {
            return self.send(wish, about);
        }
        let question = Question {
            what: format!("{about}: \"{text}\""),
            yes: format!("decide {}", Count::Exactly(count as u64)),
            typed_count: (count > TYPED_FROM).then_some(count as u64),
        };
        vec![Ask::Confirm(question, Wish::Agreed(Box::new(wish), about))]
    }

    /// Keeps a text among those that the prompt brings back.
    pub(super) fn remember(&mut self, text: &str) {
        self.reasons.retain(|known| known != text);
        self.reasons.push_front(text.to_owned());
        self.reasons.truncate(REASONS_MAX);
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

    /// Sends a deed; its rows show that it is on its way.
    pub(super) fn send(&mut self, wish: Wish, about: String) -> Vec<Ask<Wish>> {
        self.under_way.push(Deed { wish: wish.clone(), about, failure: None });
        self.mark_rows_under_way();
        vec![Ask::Do(wish)]
    }

    pub(super) fn is_under_way(&self, finding: FindingId) -> bool {
        self.ids_under_way().contains(&finding)
    }
}
