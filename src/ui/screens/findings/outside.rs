//! What goes to the person's editor, and what comes back: a comment, a reason, or the finding to be read.

use super::state::{Findings, Layer};
use super::wish::Wish;
use crate::triage::markdown::markdown;
use crate::triage::reason::{Comment, Reason};
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Edited, Outside, Purpose, Tone, toast};
use crate::ui::widgets::editor::Editor;

impl Findings {
    /// The text that is being written; else the finding, to be read.
    pub(super) fn edit_outside(&mut self) -> Vec<Ask<Wish>> {
        let outside = match &self.layer {
            Layer::Comment(comment) => Outside {
                name: format!("comment-{}", comment.finding),
                text: comment.editor.text(),
                purpose: Purpose::Edit,
                chars_max: Comment::CHARS_MAX,
            },
            Layer::Reason(reason) => Outside {
                name: format!("reason-{}", reason.verdict.word()),
                text: reason.prompt.text().to_owned(),
                purpose: Purpose::Edit,
                chars_max: Reason::CHARS_MAX,
            },
            Layer::None if !self.filter.is_open() => return self.read_outside(),
            _ => return vec![toast(Tone::Plain, "there is no text here for an editor")],
        };
        self.keep_open_text();
        vec![Ask::Edit(outside)]
    }

    /// A comment, straight in the editor.
    pub(super) fn comment_outside(&mut self) -> Vec<Ask<Wish>> {
        let mut asks = self.open_comment();
        if matches!(self.layer, Layer::Comment(_)) {
            asks.extend(self.edit_outside());
        }
        asks
    }

    /// The finding, as far as it is known here: whoever waits for an answer has read on by then.
    fn read_outside(&mut self) -> Vec<Ask<Wish>> {
        let Some(id) = self.subject().map(|finding| finding.id) else { return Vec::new() };
        match &self.shown.detail {
            Some(detail) if detail.finding.id == id => vec![Ask::Edit(Outside {
                name: format!("finding-{id}"),
                text: markdown(detail),
                purpose: Purpose::Read,
                chars_max: 0,
            })],
            _ => {
                let mut asks = self.show_selected(Anew::No);
                asks.push(toast(Tone::Plain, "its detail is being loaded; again when it is here"));
                asks
            }
        }
    }

    /// Takes the text from the editor. Nothing is sent before it is confirmed here.
    pub(super) fn edited(&mut self, edited: Edited) {
        let Edited::Text(text) = edited else { return };
        match &mut self.layer {
            Layer::Comment(comment) => {
                comment.complaint = None;
                comment.editor = Editor::new(&text, Comment::CHARS_MAX);
            }
            Layer::Reason(reason) => reason.prompt.set(&text),
            _ => return,
        }
        self.keep_open_text();
    }
}
