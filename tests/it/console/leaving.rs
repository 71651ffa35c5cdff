//! Leaving: quitting, suspending, what is waited for.

use super::super::tiny::Msg;
use super::{check_footer, console};
use attestor::ui::app::{Effect, Event};

#[test]
fn q_quits_on_the_last_layer_and_esc_never_does() {
    let mut console = console();
    assert_eq!(console.keys(&["\x1b"]), []);
    check_footer(&console, "q quits");
    assert_eq!(console.keys(&["q"]), [Effect::Quit(0)]);
}

#[test]
fn ctrl_c_closes_then_stops_loads_then_quits() {
    let mut console = console();
    let (load, _) = console.performed();
    console.keys(&["f", "\x03"]);
    assert_eq!(console.told().last().unwrap(), "Key(Esc)");
    console.pass(3000);
    assert_eq!(console.keys(&["\x03"]), [Effect::Abort(load)]);
    assert_eq!(console.told().last().unwrap(), "Stopped(Load(\"list\"))");
    console.pass(3000);
    assert_eq!(console.keys(&["\x03"]), []);
    check_footer(&console, "Ctrl-c again quits");
    assert_eq!(console.keys(&["\x03"]), [Effect::Quit(0)]);
}

#[test]
fn quitting_and_suspending_wait_for_writes() {
    for (keys, effect) in [(["q"], Effect::Quit(0)), (["\x1a"], Effect::Suspend)] {
        let mut console = console();
        console.keys(&["f", "x", "\r"]);
        let (write, _) = console.performed();
        assert_eq!(console.keys(&keys), []);
        check_footer(&console, "when 1 write is done");
        assert_eq!(console.event(Event::Answered(write, Msg::Saved("x".into()))), [effect]);
    }
}

#[test]
fn a_person_who_insists_does_not_wait_for_writes() {
    let mut console = console();
    console.keys(&["f", "x", "\r", "q"]);
    assert_eq!(console.keys(&["\x03", "\x03"]), [Effect::Quit(0)]);
}

#[test]
fn sigterm_ends_with_its_status() {
    assert_eq!(console().event(Event::Terminated(143)), [Effect::Quit(143)]);
}

#[test]
fn quitting_with_a_running_job_asks() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import scan.sarif");
    console.keys(&["\r"]);
    assert_eq!(console.keys(&["q"]), []);
    assert!(console.screen(80, 24).contains("A job is running."));
    assert_eq!(console.keys(&["n"]), []);
    assert_eq!(console.keys(&["q", "y"]), [Effect::Quit(0)]);
}
