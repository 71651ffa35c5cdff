//! What the screen says in lines, for who has it read to them.

use super::detail_lines;
use super::evidence_lines::in_words;
use super::marks::{score, standing};
use super::state::{Focus, News, Tests};
use crate::flaky::test::Test;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Look, Told, lines_of};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a list that are told at once.
const ROWS: usize = 10;
/// Characters across of a text.
const WIDTH: u16 = 100;

impl Tests {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.subject().map(|test| one_in_words(test, look));
                named.into_iter().chain(self.tell_detail(look)).collect()
            }
            Told::Asked => self.tell_asked(look),
        }
    }

    fn tell_detail(&self, look: &Look<'_>) -> Vec<String> {
        let lines = detail_lines::lines(self, WIDTH.into(), look);
        let lines = lines.iter().map(|line| line.line.to_string().trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Load::Failed(failure) = &self.load {
            lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
        }
        if self.news == News::Some {
            lines.push("tests have changed; refresh shows them".to_owned());
        }
        if self.focus == Focus::Detail {
            let told = detail_lines::lines(self, WIDTH.into(), look);
            lines.extend(told.get(self.shown.cursor).map(|line| line.line.to_string().trim().to_owned()));
            return lines;
        }
        lines.push(match (self.subject(), self.filter.in_force()) {
            (Some(test), _) => one_in_words(test, look),
            (None, "") => "there is no test".to_owned(),
            (None, filter) => format!("there is no test with the filter {filter}"),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        match self.filter.in_force() {
            "" => lines.push(format!("all tests, by {}", self.sort.by.word())),
            filter => lines.push(format!("filter: {filter}")),
        }
        if let Some(standing) = self.standing {
            lines.push(format!(
                "{} suggested for quarantine, {} flaky, {} broken, {} quarantined, {} expired, {} may leave",
                standing.suggested,
                standing.flaky,
                standing.broken,
                standing.quarantined,
                standing.expired,
                standing.graduable
            ));
        }
        lines.extend(self.list.iter().skip(self.cursor).take(ROWS).map(|test| one_in_words(test, look)));
        lines
    }

    /// The filter's line or the form that is open, as drawn.
    fn tell_asked(&self, look: &Look<'_>) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, 12));
        if self.filter.is_open() {
            self.filter.draw("", buffer.area, &mut buffer, look.theme);
        } else {
            self.draw_panel(buffer.area, &mut buffer, look);
        }
        let mut lines = lines_of(&buffer, look.theme);
        // A mark below the place of an error says nothing when it is read.
        lines.retain(|line| line.contains(char::is_alphanumeric));
        lines
    }
}

fn one_in_words(test: &Test, look: &Look<'_>) -> String {
    let (_, word, _) = standing(test, look.now, look.theme);
    let mut parts = vec![format!("test {}", test.id), test.title(), word.to_owned()];
    parts.extend(test.score().map(|number| format!("score {}", score(number))));
    parts.push(in_words(test));
    if !test.environment.is_empty() {
        parts.push(format!("on {}", test.environment.one_line()));
    }
    parts.push(format!("in {}", test.repo.one_line()));
    parts.join(", ")
}
