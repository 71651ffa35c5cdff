//! Questions, and what answers none.

use super::super::tiny::{Tiny, Wish};
use super::{console, console_of};
use attestor::ui::app::{Access, Effect};

#[test]
fn a_question_is_answered_by_another_key_and_by_nothing_in_a_burst() {
    let ask = |answer: &str| {
        let mut console = console();
        console.keys(&["u"]);
        console.pass(500);
        console.read(answer);
        console.effects.iter().any(|effect| matches!(effect, Effect::Perform(..)))
    };
    assert!(ask("y"));
    for no in ["u", "\r", "n", "\x1b", "xy", "uy\r", "yes", "\x1b[200~y\x1b[201~", "q"] {
        assert!(!ask(no), "{no:?} says yes");
    }
}

#[test]
fn very_many_rows_ask_for_their_count() {
    let open = || {
        let mut console = console_of(Access::ReadWrite, Tiny { typed_count: Some(250), ..Tiny::new() });
        console.keys(&["u"]);
        console
    };
    let in_one = |answer: &str| {
        let mut console = open();
        console.pass(500);
        console.read(answer);
        console.effects
    };
    let performs = |effects: &[Effect<Wish>]| effects.iter().any(|e| matches!(e, Effect::Perform(..)));
    assert!(performs(open().keys(&["2", "5", "0", "\r"])));
    assert!(!performs(open().keys(&["y"])));
    assert!(!performs(open().keys(&["2", "5", "\r"])));
    assert!(!performs(&in_one("250\r")));
    assert!(!performs(open().keys(&["2", "5", "0", "\x1b"])));
}

#[test]
fn a_paste_goes_to_the_screen_and_confirms_nothing() {
    let mut console = console();
    console.read("sql-injection\n");
    assert_eq!(console.told().last().unwrap(), "Paste(\"sql-injection\\n\")");
    console.keys(&["f"]);
    let effects = console.read("x\r");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Perform(..))), "{effects:?}");
    assert!(matches!(console.keys(&["\r"]), [Effect::Perform(_, Wish::Save(text))] if text == "x"));
}
