//! What the screen says in lines, for who has it read to them.

use super::checklist;
use super::list_view::since;
use super::state::Runs;
use crate::operations::report::Overall;
use crate::operations::run::Run;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::told;
use crate::ui::screen::{Look, Told};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::text::Line;

impl Runs {
    /// Says a part of the screen.
    pub(super) fn tell(&self, part: Told, look: &Look<'_>) -> Vec<String> {
        match part {
            Told::Nothing => Vec::new(),
            Told::Row => self.tell_row(look),
            Told::List => self.tell_list(look),
            Told::Detail => {
                let named = self.list.selected().map(|run| in_words(run, look));
                named.into_iter().chain(told::all(&self.detail(look))).collect()
            }
            Told::Asked => {
                let panel = |area, buffer: &mut Buffer| self.draw_panel(area, buffer, look);
                told::asked(&self.list.filter, panel, look)
            }
        }
    }

    fn detail(&self, look: &Look<'_>) -> Vec<Line<'static>> {
        let lines = checklist::lines(self.list.shown.detail.as_deref(), told::WIDTH.into(), look);
        lines.into_iter().map(|line| line.line).collect()
    }

    fn tell_row(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = told::before(&self.list.load, told::new(self.list.news));
        if self.list.panes.focus == Focus::Detail {
            lines.extend(self.detail(look).get(self.list.shown.cursor.at()).map(told::trimmed));
            return lines;
        }
        lines.push(match self.list.selected() {
            Some(run) => in_words(run, look),
            None => told::none("run", self.list.filter.in_force()),
        });
        lines
    }

    fn tell_list(&self, look: &Look<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        match self.list.filter.in_force() {
            "" => lines.push("all runs, newest first".to_owned()),
            filter => lines.push(format!("filter: {filter}")),
        }
        if let Some(standing) = self.standing {
            lines.push(format!(
                "{} blocked, {} with attention needed, {} running, {} lost",
                standing.blocked, standing.attention, standing.active, standing.lost
            ));
        }
        lines.extend(self.list.from_the_cursor().take(told::ROWS).map(|run| in_words(run, look)));
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
