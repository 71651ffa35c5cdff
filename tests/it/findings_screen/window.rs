//! The window of rows over a list of any length.

use super::desk::{Desk, finding, now};
use attestor::ids::FindingId;
use attestor::triage::finding::Finding;
use attestor::triage::store::findings::Count;
use attestor::ui::command::Command;
use attestor::ui::list_detail::cursor::Way;
use attestor::ui::list_detail::window::{Edge, Select};
use attestor::ui::screen::Ask;
use attestor::ui::screens::findings::list::{PAGE, ROWS_MAX};
use attestor::ui::screens::findings::wish::{Counts, From, Rows};
use attestor::ui::screens::findings::{Msg, Wish};

/// A list of `total` findings with falling ids, as the database would give it.
struct Source {
    total: i64,
}

impl Source {
    fn answer(&self, desk: &mut Desk) -> bool {
        let Some((ticket, from)) = desk.asked_rows() else { return false };
        desk.asks.retain(|ask| !matches!(ask, Ask::Do(Wish::Rows { .. })));
        let page = PAGE as i64;
        let (high, low) = match &from {
            From::Top => (self.total, self.total - page + 1),
            From::Bottom => (page, 1),
            From::Beyond(Way::Down, row) => (row.id.0 - 1, row.id.0 - page),
            From::Beyond(Way::Up, row) => (row.id.0 + page, row.id.0 + 1),
            From::Around(row) => (row.id.0 + page / 2, row.id.0 - page / 2),
        };
        let (high, low) = (high.min(self.total), low.max(1));
        let rows: Vec<Finding> = (low..=high).rev().map(finding).collect();
        let at = match &from {
            From::Around(row) => (high - row.id.0) as usize,
            _ => 0,
        };
        let edge = |more| if more { Edge::More } else { Edge::End };
        let rows = Rows {
            rows,
            above: edge(high < self.total),
            below: edge(low > 1),
            at,
            newest: Some(FindingId(self.total)),
        };
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Ok(rows) });
        let counts = desk.asks.iter().rev().find_map(|ask| match ask {
            Ask::Do(Wish::Count { ticket, row, .. }) => Some((*ticket, row.clone())),
            _ => None,
        });
        if let Some((ticket, row)) = counts {
            desk.asks.retain(|ask| !matches!(ask, Ask::Do(Wish::Count { .. })));
            let before = row.as_ref().map(|row| Count::Exactly((self.total - row.id.0) as u64));
            let result = Ok(Counts { total: Count::Exactly(self.total as u64), before });
            desk.answer(Msg::Count { ticket, row: row.map(|row| row.id), result });
        }
        true
    }

    fn settle(&self, desk: &mut Desk) {
        while self.answer(desk) {}
        desk.asks.clear();
    }
}

#[test]
fn a_million_rows_are_walked_in_a_bounded_window() {
    let source = Source { total: 1_000_000 };
    let mut desk = Desk::opened(80, 22);
    source.settle(&mut desk);
    assert_eq!(desk.place(), "1 of 1,000,000");
    for _ in 0..900 {
        desk.command(Command::PageDown);
        source.settle(&mut desk);
        assert!(desk.selected().contains("rule-"), "{}", desk.screen());
    }
    assert_eq!(desk.place(), "3,601 of 1,000,000");
    assert!(desk.selected().contains("rule-996400 "), "{}", desk.selected());
    for _ in 0..900 {
        desk.command(Command::PageUp);
        source.settle(&mut desk);
    }
    assert_eq!(desk.place(), "1 of 1,000,000");
    assert!(desk.selected().contains("rule-1000000 "));
    desk.command(Command::Bottom);
    source.settle(&mut desk);
    assert_eq!(desk.place(), "1,000,000 of 1,000,000");
    assert!(desk.selected().contains("rule-1 "));
    desk.command(Command::Up);
    source.settle(&mut desk);
    assert!(desk.selected().contains("rule-2 "));
    desk.command(Command::Top);
    source.settle(&mut desk);
    assert_eq!(desk.place(), "1 of 1,000,000");
}

#[test]
fn the_window_never_holds_more_than_its_bound() {
    use attestor::ui::screens::findings::list::List;
    let mut list = List::default();
    let page = |from: i64| (from..from + PAGE as i64).map(finding).collect::<Vec<_>>();
    list.replace(page(0), Edge::End, Edge::More, Select::First, 10);
    for at in 1..40 {
        list.go(Way::Down, PAGE, 10);
        list.extend(Way::Down, page(at * PAGE as i64), Edge::More);
        assert!(list.rows().len() <= ROWS_MAX, "{}", list.rows().len());
    }
    assert_eq!(list.window.above, Edge::More);
    for _ in 0..60 {
        list.go(Way::Up, PAGE, 10);
        let first = list.rows()[0].finding.id.0;
        if first > 0 {
            list.extend(Way::Up, page(first - PAGE as i64), Edge::of(first > PAGE as i64));
        }
        assert!(list.rows().len() <= ROWS_MAX, "{}", list.rows().len());
    }
    assert_eq!(list.position(), Some(1));
    assert_eq!(list.selected_id(), Some(FindingId(0)));
}

#[test]
fn a_page_that_comes_leaves_the_cursor_on_its_row() {
    let source = Source { total: 1_000 };
    let mut desk = Desk::opened(80, 22);
    source.settle(&mut desk);
    for _ in 0..30 {
        desk.command(Command::PageDown);
    }
    let (before, screen) = (desk.selected(), desk.screen());
    source.settle(&mut desk);
    assert_eq!(desk.selected(), before);
    let rows = |screen: &str| screen.lines().skip(1).take(10).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&desk.screen()), rows(&screen), "no row moved");
}
