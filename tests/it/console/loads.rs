//! What is loaded, and when it is told.

use super::super::tiny::{Msg, Wish};
use super::console;
use attestor::config::Pace;
use attestor::ui::app::{Effect, Event, Preferences};

#[test]
fn a_load_that_was_replaced_is_not_told() {
    let mut console = console();
    let (first, _) = console.performed();
    console.keys(&["R"]);
    let (second, _) = console.performed();
    assert!(console.effects.contains(&Effect::Abort(first)));
    console.event(Event::Answered(first, Msg::Listed("late")));
    console.event(Event::Answered(second, Msg::Listed("new")));
    let told = console.told();
    assert!(told.iter().any(|t| t.contains("new")) && !told.iter().any(|t| t.contains("late")), "{told:?}");
}

#[test]
fn loads_of_other_lanes_and_writes_replace_nothing() {
    let mut console = console();
    let (list, _) = console.performed();
    console.keys(&["\r"]);
    console.pass(80);
    console.event(Event::Woken);
    let (detail, wish) = console.performed();
    assert_eq!(wish, Wish::Detail);
    console.keys(&["f", "x", "\r"]);
    let (write, _) = console.performed();
    console.keys(&["f", "y", "\r"]);
    let (again, _) = console.performed();
    for (ticket, text) in [(list, "list"), (detail, "detail")] {
        console.event(Event::Answered(ticket, Msg::Listed(text)));
    }
    console.event(Event::Answered(again, Msg::Saved("second".into())));
    console.event(Event::Answered(write, Msg::Saved("first".into())));
    let told = console.told().join(" ");
    for text in ["list", "detail", "first", "second"] {
        assert!(told.contains(text), "{text} in {told}");
    }
}

#[test]
fn the_detail_is_asked_for_once_the_cursor_rests() {
    let mut console = console();
    console.read("\r");
    console.pass(50);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
    console.read("\r");
    console.pass(79);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
    console.pass(1);
    console.event(Event::Woken);
    assert!(console.told().contains(&"Rested".to_owned()));
}

#[test]
fn on_a_slow_link_a_resting_cursor_loads_nothing() {
    let mut console = console();
    console.app = console.app.preferring(Preferences { pace: Pace::Slow, ..Preferences::default() });
    console.read("\r");
    assert_eq!(console.app.wake_at(), None);
    console.pass(1000);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
}
