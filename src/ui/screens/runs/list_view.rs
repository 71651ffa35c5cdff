//! Draws the list of runs, and how things stand above it.

use super::state::Runs;
use crate::operations::report::Overall;
use crate::operations::run::{Outcome, Run, Since, Status};
use crate::ui::list_detail::list_view::{draw_counts, none_matches};
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Lead, Room};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a column shows of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Standing,
    Id,
    Flow,
    About,
    Since,
    Started,
    By,
}

fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let column = |shows, title, room, keep| (shows, Column { title, room, align: Align::Left, keep });
    let standing = column(Shows::Standing, "STANDING", Room::Fixed(12), Keep::Start);
    let id = (Shows::Id, Column { title: "RUN", room: Room::Fixed(6), align: Align::Right, keep: Keep::End });
    let flow = |room| column(Shows::Flow, "FLOW", room, Keep::Start);
    let about = column(Shows::About, "ABOUT", Room::Share(2), Keep::End);
    let since = column(Shows::Since, "COMPARED", Room::Fixed(9), Keep::Start);
    let started = column(Shows::Started, "STARTED", Room::Fixed(17), Keep::Start);
    match cells {
        ..50 => vec![id, standing, flow(Room::Share(1))],
        50..66 => vec![id, standing, flow(Room::Fixed(15)), about],
        66..84 => vec![id, standing, flow(Room::Fixed(15)), about, started],
        84..96 => vec![id, standing, flow(Room::Fixed(15)), about, since, started],
        _ => vec![
            id,
            standing,
            flow(Room::Fixed(15)),
            about,
            since,
            started,
            column(Shows::By, "BY", Room::Share(1), Keep::Start),
        ],
    }
}

/// How a run stands: a symbol, a word, and how that is drawn.
pub(super) fn standing(run: &Run, theme: &Theme) -> (&'static str, String, Style) {
    let symbols = theme.symbols;
    if run.is_active() {
        let reached = run.progress.as_ref();
        let percent = reached.and_then(|r| r.total.filter(|total| *total > 0).map(|total| (r.done, total)));
        let word = match percent {
            Some((done, total)) => format!("{} %", u128::from(done.min(total)) * 100 / u128::from(total)),
            None => run.status.one_line().to_lowercase(),
        };
        return (symbols.ellipsis, word, theme.accent);
    }
    let bad = |word: &str| (symbols.cross, word.to_owned(), theme.bad);
    if run.lost {
        return bad("lost");
    }
    match (Status::read(&run.status), Outcome::read(&run.outcome)) {
        (Some(Status::Completed), Some(Outcome::Failed)) => bad("failed"),
        (Some(Status::Completed), Some(Outcome::Blocked)) => bad("blocked"),
        (Some(Status::Completed), Some(Outcome::Cancelled)) => {
            (symbols.none, "cancelled".to_owned(), theme.dim)
        }
        (Some(Status::Completed), outcome) => match (run.overall, outcome) {
            (Some(Overall::Blocked), _) => bad("blocked"),
            (Some(Overall::NeedsAttention), _) => (symbols.up, "attention".to_owned(), theme.warn),
            (Some(Overall::Running), _) => (symbols.ellipsis, "running".to_owned(), theme.accent),
            (Some(Overall::Ready), _) => (symbols.check, "ready".to_owned(), theme.good),
            (None, Some(Outcome::Succeeded)) => (symbols.check, "done".to_owned(), theme.good),
            (None, Some(Outcome::PartiallySucceeded)) => (symbols.up, "in part".to_owned(), theme.warn),
            (None, _) => (symbols.none, run.outcome.one_line().to_lowercase(), theme.text),
        },
        _ => (symbols.none, run.status.one_line().to_lowercase(), theme.text),
    }
}

/// Whether somebody has to look at a run.
pub(super) fn is_needy(run: &Run) -> bool {
    let failed = matches!(Outcome::read(&run.outcome), Some(Outcome::Failed | Outcome::Blocked));
    run.lost || failed || matches!(run.overall, Some(Overall::Blocked | Overall::NeedsAttention))
}

pub(super) fn since(since: Since) -> &'static str {
    match since {
        Since::First => "first",
        Since::Unchanged => "unchanged",
        Since::Changed => "changed",
    }
}

impl Runs {
    /// `✗ 2 blocked   ▲ 1 needs attention   … 1 running`
    pub(super) fn draw_standing(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let Some(standing) = self.standing else { return };
        let (theme, symbols) = (look.theme, look.theme.symbols);
        let need = if standing.attention == 1 { "needs attention" } else { "need attention" };
        let parts = [
            (standing.blocked, symbols.cross, "blocked", theme.bad),
            (standing.attention, symbols.up, need, theme.warn),
            (standing.active, symbols.ellipsis, "running", theme.accent),
            (standing.lost, symbols.cross, "lost", theme.bad),
        ];
        let none = format!("{} nothing is blocking", symbols.check);
        draw_counts(&parts, &none, area, buffer, look);
    }

    /// Draws header and rows.
    pub(super) fn draw_list(&self, header: Rect, list: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        let cell = |shows, run: &Run, lead| match shows {
            Shows::Standing => {
                let (symbol, word, style) = standing(run, theme);
                (format!("{symbol} {word}"), style)
            }
            // The marker and one bold word: a moved cursor costs few bytes.
            Shows::Flow if lead == Lead::Selected => (text(shows, run, look), theme.selected),
            Shows::Id | Shows::Started => (text(shows, run, look), theme.dim),
            Shows::Since if run.since == Some(Since::Changed) => (text(shows, run, look), theme.strong),
            _ => (text(shows, run, look), theme.text),
        };
        let mark =
            |_, run: &Run| (run.since == Some(Since::Changed)).then_some((theme.symbols.mark, theme.accent));
        let none = || {
            match self.list.filter.in_force() {
            "" => vec![
                "Nothing has been run here.".to_owned(),
                "Each import leaves a run, as each verification of the chain does: :import FILE takes a file in."
                    .to_owned(),
            ],
            filter => none_matches("run", filter),
        }
        };
        let view = self.list.view("runs", columns(list.width));
        view.draw((header, list), buffer, look, mark, cell, none);
    }
}

fn text(shows: Shows, run: &Run, look: &Look<'_>) -> String {
    let none = look.theme.symbols.none;
    match shows {
        Shows::Standing => String::new(),
        Shows::Id => run.id.to_string(),
        Shows::Flow => run.flow.one_line().into_owned(),
        Shows::About => run.about.as_ref().map_or_else(|| none.to_owned(), |a| a.one_line().into_owned()),
        Shows::Since => run.since.map_or(none, since).to_owned(),
        Shows::Started => when::moment(run.started_at.unwrap_or(run.created_at), look.clock),
        Shows::By => run.user_id.as_ref().unwrap_or(&run.started_by).one_line().into_owned(),
    }
}
