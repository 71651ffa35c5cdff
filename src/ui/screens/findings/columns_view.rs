//! How the columns that a person chose look.

use super::list_view::{self, Shows};
use crate::triage::column::Column;
use crate::ui::widgets::table::{self, Room};

/// Cells that a column of texts needs to say anything.
const TEXT_MIN: usize = 8;

/// The columns that are shown where nothing was chosen, in a list of so many cells.
pub fn usual(cells: u16) -> Vec<Column> {
    let column = |shows| match shows {
        Shows::Risk => Column::Risk,
        Shows::Severity | Shows::SeverityWord | Shows::SeverityAndState => Column::Severity,
        Shows::Rule => Column::Rule,
        Shows::Place => Column::Where,
        Shows::Repo => Column::Repo,
        Shows::Tool => Column::Tool,
        Shows::State => Column::State,
        Shows::Age => Column::Age,
        Shows::Ai | Shows::AiOrVerdict => Column::Ai,
        Shows::Verdict => Column::Verdict,
        Shows::Epss => Column::Epss,
        Shows::Kev => Column::Kev,
        Shows::Claimed => Column::Claimed,
        Shows::Id => Column::Id,
    };
    list_view::columns(cells).into_iter().map(|(shows, _)| column(shows)).collect()
}

/// The chosen columns that have room, from the left; the first one always has.
pub fn fitting(chosen: &[Column], cells: u16) -> Vec<Column> {
    let needs = |columns: &[Column]| {
        let columns: Vec<table::Column> = columns.iter().map(|column| drawn(*column).1).collect();
        let texts = columns.iter().filter(|column| matches!(column.room, Room::Share(_))).count();
        table::least(&columns) + texts * TEXT_MIN
    };
    let mut fit = chosen.to_vec();
    while fit.len() > 1 && needs(&fit) > usize::from(cells) {
        fit.pop();
    }
    fit
}

/// The chosen columns as they are drawn.
pub(super) fn chosen(chosen: &[Column], cells: u16) -> Vec<(Shows, table::Column)> {
    fitting(chosen, cells).into_iter().map(drawn).collect()
}

fn drawn(column: Column) -> (Shows, table::Column) {
    let (shows, room) = match column {
        Column::Risk => (Shows::Risk, Room::Fixed(5)),
        Column::Severity => (Shows::Severity, Room::Fixed(8)),
        Column::Rule => (Shows::Rule, Room::Share(5)),
        Column::Where => (Shows::Place, Room::Share(5)),
        Column::Repo => (Shows::Repo, Room::Share(3)),
        Column::Tool => (Shows::Tool, Room::Fixed(12)),
        Column::State => (Shows::State, Room::Fixed(5)),
        Column::Age => (Shows::Age, Room::Fixed(4)),
        Column::Ai => (Shows::Ai, Room::Fixed(7)),
        Column::Verdict => (Shows::Verdict, Room::Fixed(7)),
        Column::Epss => (Shows::Epss, Room::Fixed(5)),
        Column::Kev => (Shows::Kev, Room::Fixed(5)),
        Column::Claimed => (Shows::Claimed, Room::Fixed(10)),
        Column::Id => (Shows::Id, Room::Fixed(8)),
    };
    list_view::of(shows, room)
}
