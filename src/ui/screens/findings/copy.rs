//! Copying the row: its number, the line of JSON and the Markdown that the command line gives, its link.
//!
//! What is copied is read at that moment: what stands on the screen may be from before.

use super::state::Findings;
use super::wish::{Form, Wish};
use crate::error::Error;
use crate::text::SafeText;
use crate::ui::command::Command;
use crate::ui::list_detail::load::Failure;
use crate::ui::screen::{Ask, Place, Toast, Tone, safe};

impl Findings {
    /// The forms of `y`.
    pub(super) fn copy(&mut self, command: Command) -> Vec<Ask<Wish>> {
        if command == Command::CopyCommand {
            return vec![Ask::Copy(safe(self.command_line()))];
        }
        let Some(finding) = self.subject() else { return Vec::new() };
        let ask = match command {
            Command::CopyJson => Ask::Do(Wish::Copy(finding.id, Form::Json)),
            Command::CopyMarkdown => Ask::Do(Wish::Copy(finding.id, Form::Markdown)),
            Command::CopyLink => Ask::CopyLink(Place::Finding(finding.id)),
            _ => Ask::Copy(safe(finding.id.to_string())),
        };
        vec![ask]
    }

    /// Takes a text to copy.
    pub(super) fn copied(&mut self, result: Result<SafeText, Error>) -> Vec<Ask<Wish>> {
        match result {
            Ok(text) => vec![Ask::Copy(text)],
            Err(error) => {
                let text = format!("not copied: {}", Failure::from(error).what);
                vec![Ask::Toast(Toast { text, tone: Tone::Bad })]
            }
        }
    }

    /// The command line that shows the same rows.
    fn command_line(&self) -> String {
        let filter = if self.own.is_open() { "by:me".to_owned() } else { self.query().filter };
        let sort = match self.groups.by().filter(|_| !self.own.is_open()) {
            Some(by) => format!(" --group {}", super::groups::by_word(by)),
            None => super::sort::flags(self.sort),
        };
        if filter.is_empty() {
            return format!("attestor findings list{sort}");
        }
        format!("attestor findings list --filter '{}'{sort}", filter.replace('\'', r"'\''"))
    }
}
