//! What the screen says in lines, for who has it read to them.

use super::detail_lines;
use super::evidence_lines::in_words;
use super::marks::{score, standing};
use super::state::Tests;
use crate::flaky::test::Test;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::told;
use crate::ui::screen::{Look, Told};
use ratatui::buffer::Buffer;
use ratatui::text::Line;

impl Tests {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.list.selected().map(|test| one_in_words(test, look));
                named.into_iter().chain(told::all(&self.detail(look))).collect()
            }
            Told::Asked => {
                let panel = |area, buffer: &mut Buffer| self.draw_panel(area, buffer, look);
                told::asked(&self.list.filter, panel, look)
            }
        }
    }

    fn detail(&self, look: &Look<'_>) -> Vec<Line<'static>> {
        let lines = detail_lines::lines(self, told::WIDTH.into(), look);
        lines.into_iter().map(|line| line.line).collect()
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let news = (self.list.news > 0).then(|| "tests have changed".to_owned());
        let mut lines = told::before(&self.list.load, news);
        if self.list.panes.focus == Focus::Detail {
            lines.extend(self.detail(look).get(self.list.shown.cursor.at()).map(told::trimmed));
            return lines;
        }
        lines.push(match self.list.selected() {
            Some(test) => one_in_words(test, look),
            None => told::none("test", self.list.filter.in_force()),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        match self.list.filter.in_force() {
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
        lines.extend(self.list.from_the_cursor().take(told::ROWS).map(|test| one_in_words(test, look)));
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
