//! Help and palette: deeds by name.

use super::super::tiny::Wish;
use super::{check_footer, console};
use attestor::error::{Error, Kind};
use attestor::ui::app::{Effect, Event, Preferences};
use attestor::ui::theme::{Symbols, Theme};

#[test]
fn help_finds_and_runs() {
    let mut console = console();
    console.keys(&["?", "c", "o", "m", "m", "e", "n", "t"]);
    assert!(console.screen(80, 24).contains("> c "), "{}", console.screen(80, 24));
    console.keys(&["\r"]);
    assert_eq!(console.told().last().unwrap(), "Command(Comment)");
    console.keys(&["\x1b", "?", "\x1b"]);
    check_footer(&console, "t TP");
}

#[test]
fn the_palette_runs_by_name_and_completes() {
    let mut console = console();
    console.keys(&[":", "c", "o", "m", "m", "e", "\t"]);
    assert!(console.screen(80, 24).contains(":comment"));
    console.keys(&["\r"]);
    assert_eq!(console.told().last().unwrap(), "Command(Comment)");
    console.keys(&["\x1b", ":", "q", "u", "i", "t"]);
    assert_eq!(console.keys(&["\r"]), [Effect::Quit(0)]);
}

/// What stands first in the palette for `typed`.
fn check_first(typed: &str, expected: &str) {
    let mut console = console();
    let themes = Theme::NAMES.map(str::to_owned).to_vec();
    console.app = console.app.preferring(Preferences { themes, ..Preferences::default() });
    console.keys(&[":"]);
    console.read(typed);
    let screen = console.screen(80, 24);
    let first = screen.lines().find_map(|line| line.strip_prefix(" > ")).unwrap_or_default();
    assert!(first.starts_with(expected), "{typed}: {first:?} in\n{screen}");
}

#[test]
fn the_palette_finds_by_name_by_help_and_by_letters() {
    check_first("fil", "filter ");
    check_first("positive", "mark-true-positive");
    check_first("false pos", "mark-false-positive");
    check_first("not real", "mark-false-positive");
    check_first("mfp", "mark-false-positive");
    check_first("undecided", "next-undecided");
    check_first("theme l", "light");
    check_first("filter sev", "severity");
    check_first("goto t", "tiny");
}

#[test]
fn the_palette_types_what_stands_behind_a_name() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("mark-false-positive internal tool");
    assert!(
        matches!(console.keys(&["\r"]), [Effect::Perform(_, Wish::Save(text))] if text == "internal tool")
    );
    console.keys(&[":"]);
    console.read("theme light");
    assert_eq!(console.keys(&["\r"]), [Effect::LoadTheme("light".into())]);
    let light = Theme::named("light", Symbols::UNICODE).unwrap();
    console.event(Event::Themed("light".into(), Ok(Box::new(light))));
    check_footer(&console, "theme light;");
    console
        .event(Event::Themed("dusk".into(), Err(Error::new(Kind::Configuration, "there is no theme dusk"))));
    check_footer(&console, "there is no theme dusk");
    console.keys(&[":"]);
    console.read("goto 17");
    console.keys(&["\r"]);
    assert!(console.told().contains(&"Command(JumpToId)".to_owned()), "{:?}", console.told());
    console.keys(&[":"]);
    console.read("goto nowhere");
    console.keys(&["\r"]);
    check_footer(&console, "neither a number nor a screen");
    console.keys(&[":"]);
    console.read("refresh now");
    console.keys(&["\r"]);
    check_footer(&console, "refresh takes nothing behind its name");
}

#[test]
fn the_palette_brings_back_what_was_run() {
    let mut console = console();
    for line in ["theme mono", "theme light"] {
        console.keys(&[":"]);
        console.read(line);
        console.keys(&["\r"]);
    }
    console.keys(&[":", "\x1b[A"]);
    assert!(console.screen(80, 24).contains(":theme light"));
    console.keys(&["\x1b[A"]);
    assert!(console.screen(80, 24).contains(":theme mono"));
    console.keys(&["\x1b[A", "\x1b[B"]);
    assert_eq!(console.keys(&["\r"]), [Effect::LoadTheme("light".into())]);
}

#[test]
fn an_unknown_command_is_said() {
    let mut console = console();
    console.keys(&[":", "z", "z", "z", "\r"]);
    check_footer(&console, "there is no command zzz");
}
