//! The filter line: validation while typing, completion, lifting.

use super::desk::{Desk, findings};
use attestor::ui::command::Command;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Input, Mode, Screen};
use attestor::ui::screens::findings::wish::From;
use attestor::ui::screens::findings::{Msg, Wish};

/// What stands in the line after these keys, typed into an empty line, and what stands below it.
fn check(keys: &str, line: &str, below: &str) {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Filter);
    desk.keys("<C-u>");
    desk.keys(keys);
    let screen = desk.screen();
    let mut lines = screen.lines();
    assert_eq!(lines.next().unwrap().trim_start_matches(" / "), line, "{keys}: {screen}");
    assert!(lines.take(3).any(|l| l.contains(below)), "{keys}: {screen}");
}

#[test]
fn what_is_typed_is_judged_at_once() {
    check("rule:xss", "rule:xss", "Enter applies   Tab completes");
    check("sevrity:high", "sevrity:high", "did you mean `severity`?");
    check("severity:hihg", "severity:hihg", "at column 10");
    check("(rule:xss", "(rule:xss", "column 1");
    check("漢字 sevrity:high", "漢字 sevrity:high", "        ^^^^^^^");
}

#[test]
fn tab_completes_fields_and_words() {
    check("sever<Tab>", "severity:", "how bad it would be");
    check("is:un<Tab>", "is:undecided", "needs a person");
    check("severity>=<Tab><Tab>", "severity>=high", "critical");
    check("severity>=<Tab><S-Tab>", "severity>=info", "critical");
    check("rule:xss sever<Tab>", "rule:xss severity:", "how bad");
    check("risk>5<Tab>", "risk>5", "nothing to complete here");
}

#[test]
fn tab_completes_values_from_the_database() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Filter);
    desk.keys("<C-u>repo:ac<Tab>");
    assert!(desk.screen().contains("looking for values"));
    let wish = desk.wishes().pop().unwrap();
    assert_eq!(wish, Wish::Values { field: "repo", prefix: "ac".into() });
    let late = Msg::Values { field: "repo", prefix: "a".into(), result: Ok(vec!["other".into()]) };
    desk.answer(late);
    assert!(desk.screen().contains("looking for values"), "values of another beginning are late");
    let values = vec!["acme/api".into(), "acme/web site".into()];
    desk.answer(Msg::Values { field: "repo", prefix: "ac".into(), result: Ok(values) });
    assert!(desk.screen().starts_with(" / repo:acme/api"), "{}", desk.screen());
    desk.keys("<Tab>");
    assert!(
        desk.screen().starts_with(" / repo:\"acme/web site\""),
        "a value with a blank is quoted: {}",
        desk.screen()
    );
    desk.keys("<Enter>");
    let Some(Wish::Rows { query, .. }) = desk.wishes().pop() else { panic!("it is not applied") };
    assert_eq!(query.filter, "repo:\"acme/web site\"");
}

#[test]
fn enter_applies_and_esc_keeps_the_text() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Filter);
    assert_eq!(desk.screen.mode(), Mode::Line);
    desk.keys("sevrity:high<Enter>");
    assert_eq!(desk.wishes(), [], "a wrong filter is not applied");
    assert_eq!(desk.screen.mode(), Mode::Line);
    desk.keys("<Esc>");
    assert_eq!(desk.screen.mode(), Mode::Browse);
    assert!(desk.screen().starts_with(" / is:undecided  "), "the old filter is in force");
    desk.command(Command::Filter);
    assert!(desk.screen().starts_with(" / is:undecided sevrity:high"), "what was typed is back");
    desk.keys("<C-u>rule:xss<Enter>");
    let Some(Wish::Rows { query, from, .. }) = desk.wishes().pop() else { panic!("it is not applied") };
    assert_eq!((query.filter.as_str(), from), ("rule:xss", From::Top));
}

#[test]
fn a_paste_on_the_list_goes_into_the_filter_and_applies_nothing() {
    let mut desk = Desk::with(findings(5));
    desk.tell(Input::Paste("rule:xss\n".into()));
    assert_eq!(desk.screen.mode(), Mode::Line);
    assert!(desk.screen().starts_with(" / is:undecided rule:xss"), "{}", desk.screen());
    assert_eq!(desk.wishes(), []);
}

#[test]
fn the_filter_is_lifted_and_put_back_and_the_row_stays() {
    let mut desk = Desk::with(findings(20));
    desk.command(Command::Down);
    desk.command(Command::SuspendFilter);
    let Some(Wish::Rows { query, from: From::Around(row), .. }) = desk.wishes().pop() else {
        panic!("rows around the cursor are asked for")
    };
    assert_eq!((query.filter.as_str(), row.id.0), ("", 19));
    desk.asks.push(attestor::ui::screen::Ask::Do(Wish::Rows { ticket: 2, query, from: From::Around(row) }));
    desk.answer_rows(findings(40), Edge::End, Edge::End);
    assert!(desk.selected().contains("rule-19 "), "{}", desk.screen());
    assert!(desk.screen().starts_with(" / lifted, g/ puts back: is:undecided"));
    desk.asks.clear();
    desk.command(Command::SuspendFilter);
    let Some(Wish::Rows { query, .. }) = desk.wishes().pop() else { panic!() };
    assert_eq!(query.filter, "is:undecided");
}

#[test]
fn a_long_line_shows_the_part_around_the_cursor() {
    let mut desk = Desk::with(findings(5));
    desk.command(Command::Filter);
    desk.keys("<C-u>");
    desk.keys(&"漢字 ".repeat(40));
    desk.keys("end");
    let (_, cursor) = desk.drawn();
    assert!(cursor.unwrap().x < 80);
    assert!(desk.screen().lines().next().unwrap().ends_with("end"), "{}", desk.screen());
    desk.keys("<Home>");
    assert_eq!(desk.drawn().1.unwrap().x, 3);
    assert!(desk.screen().starts_with(" / 漢字"));
}
