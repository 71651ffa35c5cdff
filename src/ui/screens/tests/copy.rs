//! What goes to the clipboard.

use super::state::Tests;
use super::wish::Wish;
use crate::flaky::store::tests::Sort;
use crate::flaky::test::Test;
use crate::ui::command::Command;
use crate::ui::list_detail::layout::Focus;
use crate::ui::screen::{Ask, Place, safe};

impl Tests {
    /// Copies what the command names.
    pub(super) fn copy(&self, command: Command) -> Vec<Ask<Wish>> {
        if command == Command::CopyCommand {
            return vec![Ask::Copy(safe(self.command_line()))];
        }
        let Some(test) = self.list.selected() else { return Vec::new() };
        match command {
            Command::CopyId => vec![Ask::Copy(safe(test.id.to_string()))],
            Command::CopyLink => vec![Ask::CopyLink(Place::Test(test.id))],
            Command::CopyJson => {
                let detail = self.list.shown.detail.as_ref().filter(|detail| detail.test.id == test.id);
                let json = match detail {
                    Some(detail) => serde_json::to_string(&**detail),
                    None => serde_json::to_string(test),
                };
                json.map(|json| Ask::Copy(safe(json))).into_iter().collect()
            }
            Command::CopyMarkdown => vec![Ask::Copy(safe(markdown(test)))],
            _ => Vec::new(),
        }
    }

    /// The command line that shows the same.
    fn command_line(&self) -> String {
        let filter = match self.list.filter.in_force() {
            "" => String::new(),
            filter => format!(" --filter '{}'", filter.replace('\'', r"'\''")),
        };
        if let Some(preview) = &self.preview {
            let crate::flaky::state::Thresholds { score, commits } = preview.thresholds;
            return format!("attestor tests preview --score {score} --commits {commits}{filter}");
        }
        match (self.list.panes.focus, self.list.selected()) {
            (Focus::Detail, Some(test)) => format!("attestor tests show {}", test.id),
            _ if self.sort == Sort::default() => format!("attestor tests list{filter}"),
            _ => format!("attestor tests list --sort {}{filter}", self.sort.by.word()),
        }
    }
}

/// A test in a few lines, for an issue or a message.
fn markdown(test: &Test) -> String {
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    let mut lines = vec![
        format!("### Test {}", code(&test.title())),
        String::new(),
        format!("- repository: {}", code(&test.repo.one_line())),
        format!("- state: {}", test.state),
        format!("- {}", super::evidence_lines::in_words(test)),
    ];
    if !test.environment.is_empty() {
        lines.insert(3, format!("- environment: {}", code(&test.environment.one_line())));
    }
    if let Some(score) = test.score() {
        lines.push(format!("- flakiness score: {score:.3}"));
    }
    if let Some(link) = &test.link {
        lines.push(format!("- issue: {}", link.one_line()));
    }
    lines.join("\n")
}
