//! Other thresholds: what is asked, and what they would do.

use super::state::{Layer, Previewed, Tests};
use super::wish::Wish;
use crate::error::Error;
use crate::flaky::preview::Preview;
use crate::flaky::state::Thresholds;
use crate::ui::list_detail::cursor::Cursor;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Ask, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use std::sync::Arc;

/// Characters of two numbers.
const LINE_CHARS_MAX: usize = 30;

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// Asks which thresholds, beginning with those that hold.
    pub(super) fn ask_threshold(&mut self) -> Asks {
        let held = self.list.shown.detail.as_ref().map(|detail| detail.thresholds).unwrap_or_default();
        let tried = self.preview.as_ref().map_or(held, |preview| preview.thresholds);
        let text = format!("{} {}", tried.score, tried.commits);
        self.layer = Layer::Threshold(Prompt::new(&text, Vec::new(), LINE_CHARS_MAX));
        Vec::new()
    }

    /// Enter in the line.
    pub(super) fn try_threshold(&mut self, text: &str) -> Asks {
        let Layer::Threshold(prompt) = &mut self.layer else { return Vec::new() };
        let held = self.list.shown.detail.as_ref().map(|detail| detail.thresholds).unwrap_or_default();
        match read(text, held) {
            Ok(thresholds) => {
                self.layer = Layer::None;
                self.preview = Some(Previewed { thresholds, preview: None, load: Load::Asked });
                self.list.shown.cursor = Cursor::default();
                vec![Ask::Do(Wish::Preview(thresholds, self.list.filter.in_force().to_owned()))]
            }
            Err(wrong) => {
                prompt.complain(wrong);
                Vec::new()
            }
        }
    }

    /// Takes what they would do.
    pub(super) fn previewed(&mut self, thresholds: Thresholds, result: Result<Arc<Preview>, Error>) -> Asks {
        let Some(open) = self.preview.as_mut().filter(|open| open.thresholds == thresholds) else {
            return Vec::new();
        };
        let Some(preview) = open.load.take(result) else { return Vec::new() };
        let told = format!(
            "{} suggested instead of {}; Esc closes this",
            preview.suggested_after, preview.suggested_before
        );
        open.preview = Some(preview);
        vec![toast(Tone::Plain, told)]
    }

    /// Puts the preview away.
    pub(super) fn close_preview(&mut self) {
        self.preview = None;
        self.list.shown.cursor = Cursor::default();
    }
}

/// `.8 3`: the score, and the commits where they are to change too.
fn read(text: &str, held: Thresholds) -> Result<Thresholds, String> {
    let wanted = || "a score, and commits where they change too, as in .8 3".to_owned();
    let mut words = text.split_whitespace();
    let score = words.next().and_then(|word| word.replace(',', ".").parse().ok()).ok_or_else(wanted)?;
    let commits = match words.next() {
        Some(word) => word.parse().map_err(|_| wanted())?,
        None => held.commits,
    };
    if words.next().is_some() {
        return Err(wanted());
    }
    let thresholds = Thresholds { score, commits };
    thresholds.mistake().map_or(Ok(thresholds), |mistake| Err(mistake.to_owned()))
}
