//! What other thresholds would do to real history, in lines.

use super::detail_lines::Page;
use super::marks::score;
use crate::flaky::preview::{Change, NAMED_MAX, Preview};
use crate::ui::screen::Place;

impl Page<'_> {
    pub(super) fn preview(&mut self, preview: &Preview) {
        let (theme, before) = (self.look.theme, preview.before);
        let text = format!(
            "now: score {} on {} commits, {} of {} tests suggested",
            before.score, before.commits, preview.suggested_before, preview.tests
        );
        self.wrapped("", &text, theme.text);
        let text = format!(
            "then: {} suggested; {} more, {} no longer",
            preview.suggested_after, preview.flagged, preview.unflagged
        );
        self.wrapped("", &text, theme.strong);
        self.wrapped("", "Nothing is set here; attestor tests preview --save does it.", theme.dim);
        if preview.changes.is_empty() {
            return self.wrapped("", "No test would change.", theme.text);
        }
        self.heading("what would change");
        for change in &preview.changes {
            self.leads_to = Some(Place::Test(change.id));
            self.change(change);
        }
        self.leads_to = None;
        if preview.changes.len() >= NAMED_MAX {
            self.wrapped("", &format!("only the first {NAMED_MAX} are named"), theme.dim);
        }
    }

    fn change(&mut self, change: &Change) {
        let theme = self.look.theme;
        let (symbol, style) = match (change.suggested_before, change.suggested_after) {
            (false, true) => (theme.symbols.up, theme.warn),
            (true, false) => (theme.symbols.check, theme.good),
            _ => (theme.symbols.dot, theme.text),
        };
        let states = if change.state_before == change.state_after {
            change.state_after.to_string()
        } else {
            format!("{} {} {}", change.state_before, theme.symbols.arrow, change.state_after)
        };
        let head = format!("{symbol} {} ", score(change.score));
        let text = format!("{}  {states}, {} commits flaked", change.title, change.flaked);
        self.wrapped(&head, &text, style);
    }
}
