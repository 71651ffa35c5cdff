//! Views, columns, the search within the detail, and what is copied.

use super::desk::{Desk, finding, now, sample};
use attestor::config::views::{Existing, Origin, Saved, View, built_in};
use attestor::error::{Error, Kind};
use attestor::ids::FindingId;
use attestor::text::SafeText;
use attestor::triage::column::Column;
use attestor::triage::store::findings::{Order, Sort, SortKey};
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Input, Kept, Mode, Place, Screen};
use attestor::ui::screens::findings::arrange::{ArrangeMsg, ArrangeWish};
use attestor::ui::screens::findings::wish::{Form, From};
use attestor::ui::screens::findings::{Msg, Wish};
use ratatui::style::Modifier;
use std::collections::BTreeMap;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    for (columns, rows) in SIZES {
        let desk = state(columns, rows - 2);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), desk.screen());
        });
    }
}

fn own(name: &str, filter: &str) -> View {
    View {
        name: name.into(),
        filter: filter.into(),
        sort: Sort { by: SortKey::Age, order: Order::Reversed },
        columns: vec![Column::Id, Column::Rule],
        origin: Origin::Own,
    }
}

fn views() -> Vec<View> {
    [own("before lunch", "severity>=high repo:acme/*")].into_iter().chain(built_in()).collect()
}

fn panel(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::sized(columns, rows, sample());
    desk.command(Command::View);
    assert_eq!(desk.wishes(), vec![Wish::Arrange(ArrangeWish::Views)]);
    desk.answer(Msg::Arrange(ArrangeMsg::Views(Ok(views()))));
    desk
}

#[test]
fn views_look_so() {
    pictures("views", panel);
    pictures("columns", |columns, rows| {
        let mut desk = Desk::sized(columns, rows, sample());
        desk.command(Command::Columns);
        desk
    });
    pictures("search", |columns, rows| {
        let mut desk = searching(columns, rows);
        desk.keys("user<Enter>");
        desk
    });
}

#[test]
fn a_view_sets_filter_order_and_columns() {
    let mut desk = panel(80, 22);
    desk.keys("lunch<Enter>");
    let Some((_, from)) = desk.asked_rows() else { panic!() };
    assert_eq!(from, From::Top);
    let wishes = desk.wishes();
    let Some(Wish::Rows { query, .. }) = wishes.first() else { panic!("{wishes:?}") };
    assert_eq!(query.filter, "severity>=high repo:acme/*");
    assert_eq!(query.sort, Sort { by: SortKey::Age, order: Order::Reversed });
    assert_eq!(desk.screen.mode(), Mode::Browse);
    let header = desk.screen().lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(header, "ID RULE");
}

#[test]
fn a_view_is_opened_by_its_name_before_the_file_was_read() {
    let mut desk = Desk::with(sample());
    desk.command(Command::View);
    desk.keys("by:me<Enter>");
    assert_eq!(desk.screen.mode(), Mode::Browse);
    desk.answer(Msg::Arrange(ArrangeMsg::Views(Ok(views()))));
    assert!(desk.screen().starts_with(" / by:me"), "{}", desk.screen());
    desk.command(Command::View);
    desk.keys("nothing<Enter>");
    desk.answer(Msg::Arrange(ArrangeMsg::Views(Ok(views()))));
    assert_eq!(desk.toasts().last().unwrap(), "there is no view nothing; view lists them");
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let mut desk = Desk::with(sample());
    desk.command(Command::View);
    let error = Error::new(Kind::Configuration, "views.toml, line 2: wrong");
    desk.answer(Msg::Arrange(ArrangeMsg::Views(Err(error))));
    assert_eq!(desk.toasts(), ["the views cannot be read: views.toml, line 2: wrong"]);
    assert_eq!(desk.screen.mode(), Mode::Browse);
}

#[test]
fn what_is_shown_is_saved_under_a_name_and_replaced_after_a_yes() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Sort);
    desk.asks.clear();
    desk.command(Command::SaveView);
    desk.keys("by:me<Enter>");
    assert!(desk.screen().contains("built in"), "{}", desk.screen());
    desk.keys("<C-u>ours<Enter>");
    let wishes = desk.wishes();
    let [Wish::Arrange(ArrangeWish::SaveView(view, Existing::Keep))] = wishes.as_slice() else {
        panic!("{wishes:?}")
    };
    assert_eq!((view.name.as_str(), view.filter.as_str()), ("ours", "is:undecided"));
    assert_eq!(view.sort.by, SortKey::Severity);
    desk.answer(Msg::Arrange(ArrangeMsg::Saved(view.clone(), Ok(Saved::Exists))));
    let asked = desk.asks.pop().unwrap();
    let Ask::Confirm(question, Wish::Arrange(ArrangeWish::SaveView(_, Existing::Replace))) = asked else {
        panic!("{asked:?}")
    };
    assert!(question.what.contains("ours") && question.what.contains("is:undecided"));
}

#[test]
fn only_own_views_are_deleted_and_after_a_yes() {
    let mut desk = panel(80, 22);
    desk.keys("queue<C-x>");
    assert!(desk.screen().contains("queue is built in and stays"), "{}", desk.screen());
    desk.keys("<C-u>lunch<C-x>");
    let asked = desk.asks.pop();
    let Some(Ask::Confirm(_, Wish::Arrange(ArrangeWish::DeleteView(name)))) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(name, "before lunch");
}

#[test]
fn columns_are_chosen_moved_and_kept() {
    let mut desk = Desk::with(sample());
    let header =
        |desk: &Desk| desk.screen().lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let usual = header(&desk);
    desk.command(Command::Columns);
    // Without the risk; severity behind the rule.
    desk.keys(" j>");
    assert_eq!(header(&desk), "RULE SEVERITY WHERE AGE AI");
    desk.keys("<Enter>");
    let kept = Kept { name: "findings.columns", value: "rule,severity,where,age,ai".into() };
    assert_eq!(desk.asks.pop(), Some(Ask::Keep(kept.clone())));
    desk.command(Command::Columns);
    desk.keys("jjj <Esc>");
    assert_eq!(header(&desk), "RULE SEVERITY WHERE AGE AI", "Esc leaves all as it was");
    desk.command(Command::Columns);
    desk.keys("d");
    assert_eq!(header(&desk), usual);
    // The next console begins with the choice; what it does not know is passed over.
    let mut next = Desk::with(sample());
    next.tell(Input::Kept(BTreeMap::from([(kept.name.to_owned(), "id,no-such,rule,id".to_owned())])));
    assert_eq!(header(&next), "ID RULE");
}

#[test]
fn columns_without_room_are_left_out_from_the_right() {
    let mut desk = Desk::sized(40, 10, sample());
    let all: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    desk.tell(Input::Kept(BTreeMap::from([("findings.columns".to_owned(), all.join(","))])));
    let screen = desk.screen();
    assert!(screen.contains("RISK") && screen.contains("RULE") && !screen.contains("CLAIMED"), "{screen}");
    // The last column that is chosen cannot be taken away.
    desk.tell(Input::Kept(BTreeMap::from([("findings.columns".to_owned(), "id".to_owned())])));
    desk.command(Command::Columns);
    desk.keys(" ");
    assert!(desk.screen().contains("> [x] id"), "{}", desk.screen());
}

fn searching(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::sized(columns, rows, sample());
    desk.command(Command::FocusDetail);
    desk.command(Command::Search);
    desk
}

/// What is reversed on the screen: the place that one is at.
fn current(desk: &Desk) -> String {
    let buffer = desk.buffer();
    let cells = buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    cells.map(|cell| cell.symbol()).collect()
}

fn underlined(desk: &Desk) -> usize {
    let buffer = desk.buffer();
    buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).count()
}

#[test]
fn places_are_found_marked_and_gone_through() {
    let mut desk = searching(120, 38);
    desk.keys("cursor.execute<Enter>");
    assert_eq!(current(&desk), "cursor.execute");
    assert!(desk.screen().contains("/cursor.execute 1 of 2"), "{}", desk.screen());
    assert!(underlined(&desk) >= "cursor.execute".len());
    desk.command(Command::NextNeedy);
    assert!(desk.screen().contains("2 of 2"));
    desk.command(Command::NextNeedy);
    assert!(desk.screen().contains("1 of 2"), "round the end");
    desk.command(Command::PreviousNeedy);
    assert!(desk.screen().contains("2 of 2"));
    desk.command(Command::Back);
    assert_eq!(
        (current(&desk).as_str(), desk.screen.pane()),
        ("", attestor::ui::command::Pane::FindingsDetail)
    );
    desk.command(Command::Search);
    desk.keys("no such words<Enter>");
    assert_eq!(desk.toasts().last().unwrap(), "no such words does not stand in this detail");
}

#[test]
fn words_are_found_across_line_ends_and_in_any_case() {
    let mut desk = searching(40, 38);
    desk.keys("reaches a QUERY without<Enter>");
    assert_eq!(current(&desk), "", "a capital counts");
    desk.command(Command::Search);
    desk.keys("input reaches a query without binding<Enter>");
    assert_eq!(current(&desk).replace(' ', ""), "inputreachesaquerywithoutbinding");
}

#[test]
fn a_search_scrolls_to_its_place() {
    let mut desk = searching(80, 22);
    desk.keys("semgrep.dev<Enter>");
    assert_eq!(current(&desk), "semgrep.dev", "{}", desk.screen());
}

#[test]
fn rows_are_copied_in_every_form() {
    let mut desk = Desk::with(sample());
    for (command, expected) in [
        (Command::CopyId, Ask::Copy(SafeText::new("12"))),
        (Command::CopyJson, Ask::Do(Wish::Copy(FindingId(12), Form::Json))),
        (Command::CopyMarkdown, Ask::Do(Wish::Copy(FindingId(12), Form::Markdown))),
        (Command::CopyLink, Ask::CopyLink(Place::Finding(FindingId(12)))),
    ] {
        desk.command(command);
        assert_eq!(desk.asks.pop(), Some(expected));
    }
    desk.answer(Msg::Copied(Ok(SafeText::new("{}"))));
    assert_eq!(desk.asks.pop(), Some(Ask::Copy(SafeText::new("{}"))));
    desk.answer(Msg::Copied(Err(Error::new(Kind::NoDatabase, "gone"))));
    assert_eq!(desk.toasts(), ["not copied: gone"]);
}

#[test]
fn a_link_is_followed_by_the_app_and_shows_its_finding() {
    let mut desk = Desk::with(sample());
    desk.command(Command::JumpToId);
    desk.keys("attestor://prod/findings/9<Enter>");
    assert_eq!(desk.asks.pop(), Some(Ask::Follow("attestor://prod/findings/9".into())));
    assert_eq!(desk.screen.mode(), Mode::Browse);
    desk.tell(Input::Opened(Some(Place::Finding(FindingId(9)))));
    assert!(desk.selected().contains("CVE-2024-3094"), "{}", desk.selected());
    // A console that was opened on a finding asks for it first, and for the queue where there is none.
    let mut first =
        Desk { asks: Vec::new(), screen: attestor::ui::screens::findings::Findings::new(), ..desk };
    first.tell(Input::Opened(Some(Place::Finding(FindingId(404)))));
    assert_eq!(first.wishes(), vec![Wish::Find(FindingId(404))]);
    first.answer(Msg::Found(FindingId(404), Ok(None)));
    assert!(first.asked_rows().is_some());
    assert!(finding(404).first_seen_at <= now());
}
