//! Keys and pastes while something lies over the screen: prompt, editor, question.

use super::attending::REASON;
use super::drafts::Slot;
use super::state::{Findings, Layer};
use super::wish::Wish;
use crate::config::permalink::SCHEME;
use crate::ids::FindingId;
use crate::ui::screen::{Ask, Draft, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use crate::ui::widgets::{editor, form, prompt};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl Findings {
    /// A key for what is open.
    pub(super) fn layer_key(&mut self, key: KeyEvent) -> Vec<Ask<Wish>> {
        match &mut self.layer {
            Layer::None => Vec::new(),
            Layer::Arrange(_) => self.arrange_key(key),
            Layer::Reason(reason) => match reason.prompt.key(key) {
                prompt::Answer::Open => {
                    self.keep_open_text();
                    Vec::new()
                }
                prompt::Answer::Confirmed(text) => self.confirm_reason(&text),
                prompt::Answer::Closed => self.close_layer(),
            },
            Layer::Attend(open) => match open.form.key(key) {
                form::Answer::Open => Vec::new(),
                form::Answer::Confirmed => self.confirm_attend(),
                form::Answer::Closed => self.close_layer(),
            },
            Layer::Held(_) => match plain(key) {
                Some(KeyCode::Char('o')) => self.take_over(),
                Some(KeyCode::Esc) => self.close_layer(),
                _ => Vec::new(),
            },
            Layer::Comment(comment) => {
                comment.complaint = None;
                match comment.editor.key(key) {
                    editor::Answer::Open => {
                        self.keep_open_text();
                        Vec::new()
                    }
                    editor::Answer::Saved(text) => self.save_comment(&text),
                    editor::Answer::Closed => self.close_layer(),
                }
            }
            Layer::Jump(jump) => match jump.key(key) {
                prompt::Answer::Open => Vec::new(),
                prompt::Answer::Confirmed(text) => self.jump(&text),
                prompt::Answer::Closed => self.close_layer(),
            },
            Layer::Conflict(_) => match plain(key) {
                Some(KeyCode::Char('m')) => self.take_mine(),
                Some(KeyCode::Char('k')) => {
                    self.keep_theirs();
                    Vec::new()
                }
                Some(KeyCode::Esc) => self.close_layer(),
                _ => Vec::new(),
            },
            Layer::Unsure => match plain(key) {
                Some(KeyCode::Enter) => self.send_again(),
                Some(KeyCode::Esc) => {
                    self.leave_unsure();
                    Vec::new()
                }
                _ => Vec::new(),
            },
        }
    }

    /// A paste for what is open; false where nothing that takes text is.
    pub(super) fn layer_paste(&mut self, text: &str) -> bool {
        match &mut self.layer {
            Layer::Reason(reason) => reason.prompt.paste(text),
            Layer::Comment(comment) => comment.editor.paste(text),
            Layer::Attend(open) => open.form.paste(text),
            Layer::Jump(jump) => jump.paste(text),
            Layer::Arrange(_) => self.arrange_paste(text),
            // A question takes no text, and a paste must not reach what lies below it.
            Layer::Conflict(_) | Layer::Held(_) | Layer::Unsure => {}
            Layer::None => return false,
        }
        self.keep_open_text();
        true
    }

    /// Opens the line for a number.
    pub(super) fn open_jump(&mut self) {
        self.layer = Layer::Jump(Prompt::new("", Vec::new(), 1_000));
    }

    /// Takes back what was kept from before; nothing is sent.
    pub(super) fn restored(&mut self, drafts: &[Draft]) {
        self.drafts.restore(drafts);
        self.own.take_drafts(&self.drafts);
    }

    fn jump(&mut self, text: &str) -> Vec<Ask<Wish>> {
        if text.trim().starts_with(SCHEME) {
            self.layer = Layer::None;
            let mut asks = vec![Ask::Follow(text.trim().to_owned())];
            asks.extend(self.after_jump());
            return asks;
        }
        let Ok(id) = text.trim().parse::<FindingId>() else {
            if let Layer::Jump(jump) = &mut self.layer {
                jump.complain("a finding's number is wanted, as in 1234, or its link".to_owned());
            }
            return Vec::new();
        };
        self.layer = Layer::None;
        let mut asks = self.go_to_finding(id);
        asks.extend(self.after_jump());
        asks
    }

    fn after_jump(&mut self) -> Vec<Ask<Wish>> {
        self.next_layer();
        self.load_ahead()
    }

    /// To the row of a finding, wherever it is.
    pub(super) fn go_to_finding(&mut self, id: FindingId) -> Vec<Ask<Wish>> {
        let were_groups = self.groups.are_shown();
        if self.own.is_open() || were_groups {
            self.own.close();
            self.forget_groups();
            self.focus = super::state::Focus::List;
        }
        // The rows behind groups may be those of another filter.
        if !were_groups && self.list.rows().iter().any(|row| row.finding.id == id) {
            let moved = self.list.select(id, self.list_height());
            self.moved(moved)
        } else {
            vec![Ask::Do(Wish::Find(id))]
        }
    }

    /// Keeps the text that is being typed, so that it survives whatever comes.
    pub(super) fn keep_open_text(&mut self) {
        match &self.layer {
            Layer::Reason(reason) => {
                if let Some(first) = reason.choice.targets.first() {
                    let slot = Slot::reason(first.finding, reason.verdict);
                    self.drafts.keep(slot, reason.prompt.text());
                }
            }
            Layer::Comment(comment) => {
                let slot = Slot::Comment(comment.finding);
                self.drafts.keep(slot, &comment.editor.text());
            }
            _ => {}
        }
    }

    /// Closes what is open; its text is kept.
    fn close_layer(&mut self) -> Vec<Ask<Wish>> {
        self.keep_open_text();
        let kept = match std::mem::replace(&mut self.layer, Layer::None) {
            Layer::Reason(reason) => {
                let text = reason.prompt.text().to_owned();
                let is_kept = !text.trim().is_empty();
                // Without a finding to keep it for, it is kept among the earlier reasons.
                if is_kept && reason.choice.targets.is_empty() {
                    self.remember(&text);
                }
                is_kept
            }
            Layer::Attend(open) => {
                let text = open.form.text(REASON);
                if !text.trim().is_empty() {
                    self.remember(text);
                    return self.closed_with("nothing was written; Up brings the reason back");
                }
                false
            }
            Layer::Comment(comment) => !comment.editor.text().trim().is_empty(),
            _ => false,
        };
        if kept {
            return self.closed_with("nothing was written; the text is kept as a draft");
        }
        self.own.take_drafts(&self.drafts);
        self.next_layer();
        Vec::new()
    }

    fn closed_with(&mut self, word: &str) -> Vec<Ask<Wish>> {
        self.own.take_drafts(&self.drafts);
        self.next_layer();
        vec![toast(Tone::Plain, word)]
    }
}

/// The key, where no modifier is held. A question is answered by nothing else.
fn plain(key: KeyEvent) -> Option<KeyCode> {
    key.modifiers.difference(KeyModifiers::SHIFT).is_empty().then_some(key.code)
}
