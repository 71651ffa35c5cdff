//! What the screen says in lines, for who has it read to them.

use super::checklist;
use super::list_view::since;
use super::state::{Focus, Runs};
use crate::operations::report::Overall;
use crate::operations::run::Run;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::{Look, Told, lines_of};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of a list that are told at once.
const ROWS: usize = 10;
/// Characters across of a text.
const WIDTH: u16 = 100;

impl Runs {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.subject().map(|run| in_words(run, look));
                named.into_iter().chain(self.tell_detail(look)).collect()
            }
            Told::Asked => self.tell_asked(look),
        }
    }

    fn tell_detail(&self, look: &Look<'_>) -> Vec<String> {
        let lines = checklist::lines(&self.shown, WIDTH.into(), look);
        let lines = lines.iter().map(|line| line.line.to_string().trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Load::Failed(failure) = &self.load {
            lines.push(format!("the list could not be loaded: {}; refresh tries again", failure.what));
        }
        if self.news > 0 {
            lines.push(format!("{} new; refresh shows them", self.news));
        }
        if self.focus == Focus::Detail {
            let told = checklist::lines(&self.shown, WIDTH.into(), look);
            lines.extend(told.get(self.shown.cursor).map(|line| line.line.to_string().trim().to_owned()));
            return lines;
        }
        lines.push(match (self.subject(), self.filter.in_force()) {
            (Some(run), _) => in_words(run, look),
            (None, "") => "there is no run".to_owned(),
            (None, filter) => format!("there is no run with the filter {filter}"),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        match self.filter.in_force() {
            "" => lines.push("all runs, newest first".to_owned()),
            filter => lines.push(format!("filter: {filter}")),
        }
        if let Some(standing) = self.standing {
            lines.push(format!(
                "{} blocked, {} with attention needed, {} running, {} lost",
                standing.blocked, standing.attention, standing.active, standing.lost
            ));
        }
        lines.extend(self.list.iter().skip(self.cursor).take(ROWS).map(|run| in_words(run, look)));
        lines
    }

    /// The filter's line or the prompt that is open, as drawn.
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

fn in_words(run: &Run, look: &Look<'_>) -> String {
    let mut parts = vec![format!("run {}", run.id), run.flow.one_line().into_owned()];
    parts.extend(run.about.as_ref().map(|about| about.one_line().into_owned()));
    parts.push(run.standing().to_owned());
    if run.is_active()
        && let Some(reached) = &run.progress
    {
        let total = reached.total.map(|total| format!(" of {total}")).unwrap_or_default();
        parts.push(format!("{} {}{total}", reached.step.one_line(), reached.done));
    }
    parts.extend(run.overall.map(|overall| match overall {
        Overall::Blocked => match run.blocking {
            1 => "report blocked by 1 check".to_owned(),
            n => format!("report blocked by {n} checks"),
        },
        Overall::NeedsAttention => "report needs attention".to_owned(),
        Overall::Running => "report running".to_owned(),
        Overall::Ready => "report ready".to_owned(),
    }));
    parts.extend(run.since.map(|compared| since(compared).to_owned()));
    parts.push(when::moment(run.started_at.unwrap_or(run.created_at), look.clock));
    parts.push(format!("by {}", run.user_id.as_ref().unwrap_or(&run.started_by).one_line()));
    parts.join(", ")
}
