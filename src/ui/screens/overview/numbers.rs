//! The columns of figures, and how a figure is written in few cells.

use super::lines::{Body, Line};
use crate::db::series::{Reach, Series};
use crate::triage::store::findings::Count;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::strip;
use crate::ui::widgets::table::{self, Column, Room};
use ratatui::style::Style;

/// The most cells of a label.
const LABEL_MAX: usize = 24;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    Label,
    Now,
    /// So many of the last days.
    Last(usize),
    New,
    Days,
}

/// The columns for so many cells: the last days as bars go first, then the last day.
pub(super) fn columns(cells: u16) -> Vec<(Shows, Column)> {
    let number = |shows, title, cells| {
        (shows, Column { title, room: Room::Fixed(cells), align: Align::Right, keep: Keep::Start })
    };
    let bars = Column { title: "30 DAYS", room: Room::Fixed(30), align: Align::Left, keep: Keep::Start };
    let mut columns = vec![number(Shows::Now, "NOW", 8)];
    if cells >= 60 {
        columns.push(number(Shows::Last(1), "24 H", 6));
    }
    columns.push(number(Shows::Last(7), "7 D", 6));
    columns.push(number(Shows::New, "NEW", 6));
    if cells >= 80 {
        columns.push((Shows::Days, bars));
    }
    // What is left, and not so much that the eye loses the line.
    let bare: Vec<Column> = columns.iter().map(|(_, column)| *column).collect();
    let left = usize::from(cells).saturating_sub(table::least(&bare) + table::GAP).min(LABEL_MAX);
    let label = Column { title: "", room: Room::Fixed(left), align: Align::Left, keep: Keep::Start };
    columns.insert(0, (Shows::Label, label));
    columns
}

/// What a column shows of a line of figures, and its style.
pub(super) fn cell(shows: Shows, line: &Line, theme: &Theme) -> (String, Style) {
    let Body::Numbers { now, days, new } = &line.body else { return (String::new(), theme.text) };
    let style = |is_something: bool| if is_something { theme.text } else { theme.dim };
    match shows {
        Shows::Label => (line.label.text(theme), theme.text),
        Shows::Now => {
            (now.map_or_else(String::new, |now| now.to_string()), style(now.is_some_and(is_something)))
        }
        Shows::Last(last) => {
            let (count, reach) = days.last(last);
            (compact(count, reach), style(count > 0))
        }
        Shows::New => match new {
            Some(Count::Exactly(count @ 1..)) => {
                (format!("+{}", compact(*count, Reach::Whole)), theme.strong)
            }
            Some(Count::MoreThan(count)) => (compact(*count, Reach::Cut), theme.strong),
            _ => (String::new(), theme.dim),
        },
        Shows::Days => (bars(days, theme), theme.dim),
    }
}

fn bars(days: &Series, theme: &Theme) -> String {
    strip::spark(days.days(), &theme.symbols)
}

/// Whether there is anything of what is counted.
pub(super) fn is_something(count: Count) -> bool {
    count != Count::Exactly(0)
}

/// In at most six cells: `9,999`, `9,999+`, `12k`, `100k+`, `3M`.
fn compact(count: u64, reach: Reach) -> String {
    let more = if reach == Reach::Cut { "+" } else { "" };
    match count {
        ..10_000 => format!("{}{more}", Count::Exactly(count)),
        10_000..1_000_000 => format!("{}k{more}", count / 1_000),
        _ => format!("{}M{more}", count / 1_000_000),
    }
}
