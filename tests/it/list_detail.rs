//! A list with a detail: what the screens of that shape share.

use crate::desk::lost;
use attestor::db::page::Page;
use attestor::ui::list_detail::ListDetail;
use attestor::ui::list_detail::cursor::{Cursor, Moved, Way};
use attestor::ui::list_detail::list_view::{ListView, draw_counts};
use attestor::ui::list_detail::load::{Anew, Failure, Load};
use attestor::ui::list_detail::state::{Paged, Want};
use attestor::ui::list_detail::update::Came;
use attestor::ui::list_detail::window::{Edge, Hold, Row, Select, Window};
use attestor::ui::screen::{Ask, Clock, Look};
use attestor::ui::theme::{Symbols, Theme};
use attestor::ui::widgets::cells::{Align, Keep};
use attestor::ui::widgets::table::{Column, Room};
use chrono::DateTime;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
struct Item(u32);

impl Row for Item {
    type Id = u32;

    fn id(&self) -> u32 {
        self.0
    }
}

impl Paged for Item {
    type Key = u32;

    fn key(&self) -> u32 {
        self.0
    }
}

type List = ListDetail<Item, String>;

fn items(of: impl Iterator<Item = u32>) -> Vec<Item> {
    of.map(Item).collect()
}

/// Answers the last question for rows.
fn give(list: &mut List, after: Option<u32>, rows: Vec<Item>, more: bool) -> Came<Item> {
    let at = DateTime::UNIX_EPOCH;
    list.rows_came(list.ticket(), after, at, Ok(Page { rows, more }), 0)
}

#[test]
fn a_cursor_among_fewer_lines_than_before_goes_on_from_the_last() {
    let mut cursor = Cursor::default();
    assert_eq!(cursor.go(Way::Down, usize::MAX, 10, 40), Moved::Yes);
    assert_eq!((cursor.at(), cursor.first_shown(10, 40)), (39, 30));
    assert_eq!(cursor.go(Way::Up, 1, 10, 5), Moved::Yes);
    assert_eq!((cursor.at(), cursor.first_shown(10, 5)), (3, 0));
    // Where there are none it stands nowhere else than at the beginning.
    assert_eq!((cursor.go(Way::Down, 9, 10, 0), cursor.at()), (Moved::No, 0));
}

#[test]
fn the_next_one_is_looked_for_behind_the_cursor_and_before_it() {
    let mut window = Window::new(Hold::FromTheFirst);
    window.replace(items(0..10), Edge::End, Edge::End, Select::Id { id: 5, or_at: 0 }, 4);
    assert_eq!(window.next(Way::Down, |item| item.0 % 3 == 0), Some(6));
    assert_eq!(window.next(Way::Up, |item| item.0 % 3 == 0), Some(3));
    assert_eq!(window.next(Way::Down, |item| item.0 == 5), None);
}

#[test]
fn a_list_from_its_first_row_stops_at_its_bound_and_drops_nothing() {
    let mut window = Window::new(Hold::FromTheFirst);
    let bound = Hold::FromTheFirst.rows_max() as u32;
    window.replace(items(0..bound - 1), Edge::End, Edge::More, Select::Last, 10);
    assert_eq!(window.wants().map(|(way, last)| (way, last.0)), Some((Way::Down, bound - 2)));
    // What moved meanwhile comes twice, and stays where it is.
    window.extend(Way::Down, items(bound - 3..bound + 50), Edge::More);
    assert_eq!(window.rows().len() as u32, bound + 50);
    assert_eq!(window.rows()[0].0, 0);
    assert!(window.is_full() && window.wants().is_none());
}

#[test]
fn the_cursor_stays_on_its_row_and_late_answers_are_dropped() {
    let mut list = List::new();
    list.load_whole();
    assert!(matches!(give(&mut list, None, items(0..10), false), Came::Whole(_)));
    list.go_to(4, 0);
    let old = list.ticket();
    list.reload();
    let late = list.rows_came(old, None, DateTime::UNIX_EPOCH, Ok(Page { rows: Vec::new(), more: false }), 0);
    assert!(matches!(late, Came::Further(wants) if wants.is_empty()));
    give(&mut list, None, items((2..20).rev()), true);
    assert_eq!(list.selected(), Some(&Item(4)));
    // It is gone: the first one has the cursor.
    list.reload();
    give(&mut list, None, items(7..9), false);
    assert_eq!(list.selected(), Some(&Item(7)));
}

#[test]
fn a_detail_is_asked_for_once_and_again_after_it_failed() {
    let mut list = List::new();
    list.load_whole();
    let Came::Whole(wants) = give(&mut list, None, items(0..3), false) else { panic!("rows") };
    assert_eq!(wants, [Ask::Do(Want::Detail(0))]);
    assert_eq!(list.show_selected(Anew::No), []);
    assert!(list.shown.take(1, Ok(None), || panic!("it is not the one that is shown")).is_none());
    assert!(list.shown.take(0, Err(lost()), String::new).is_none());
    assert_eq!(list.show_selected(Anew::No), [Ask::Do(Want::Detail(0))]);
    assert!(list.shown.take(0, Ok(Some(Arc::new("here".to_owned()))), String::new).is_some());
    // What is known stays while the news are on their way.
    assert_eq!(list.show_selected(Anew::Yes).len(), 1);
    assert_eq!(list.shown.detail.as_deref().map(String::as_str), Some("here"));
    assert!(list.shown.take(0, Ok(None), || "it is gone".to_owned()).is_none());
    assert!(matches!(&list.shown.load, Load::Failed(failure) if failure.what == "it is gone"));
}

/// What `draw` writes into a line of so many cells.
fn drawn(cells: u16, draw: impl Fn(Rect, &mut Buffer, &Look<'_>)) -> String {
    let theme = Theme::mono(Symbols::UNICODE);
    let look = Look { theme: &theme, clock: Clock::Utc, now: DateTime::UNIX_EPOCH };
    let mut buffer = Buffer::empty(Rect::new(0, 0, cells, 1));
    draw(buffer.area, &mut buffer, &look);
    crate::desk::line(&buffer, 0).trim_end().to_owned()
}

#[test]
fn that_there_are_none_is_not_said_of_what_does_not_fit() {
    let counts = |blocked: u64, cells| {
        let parts = [(blocked, "x", "blocked", Style::new()), (0, "!", "warn", Style::new())];
        drawn(cells, |area, buffer, look| draw_counts(&parts, "nothing", area, buffer, look))
    };
    assert_eq!(counts(2, 30), " x 2 blocked");
    assert_eq!(counts(0, 30), " nothing");
    assert_eq!(counts(2, 9), "");
}

#[test]
fn a_list_that_failed_tells_the_time_of_its_rows_where_it_has_some() {
    let told = |rows: &[Item]| {
        let load = Load::Failed(Failure::of("it broke".to_owned()));
        let title = Column { title: "N", room: Room::Share(1), align: Align::Left, keep: Keep::Start };
        let view = ListView {
            rows,
            cursor: Cursor::default(),
            load: &load,
            as_of: Some(DateTime::UNIX_EPOCH),
            loading: "loading".to_owned(),
            columns: vec![((), title)],
        };
        drawn(70, |area, buffer, look| {
            let cell = |(), item: &Item, _| (item.0.to_string(), Style::new());
            view.draw((area, Rect::default()), buffer, look, |_, _| None, cell, Vec::new);
        })
    };
    assert!(told(&items(0..2)).contains("it broke; R tries again; rows as of 00:00"));
    assert!(told(&[]).ends_with("it broke; R tries again"), "{}", told(&[]));
}
