//! `attestor doctor`: what the facts mean, and what the program says where something is wrong.

mod configuration;
mod database;
mod program;
mod terminal;

use attestor::cli::doctor::check::{Check, Standing};
use attestor::cli::doctor::exit_status;

/// The check of a name.
fn named<'c>(checks: &'c [Check], name: &str) -> &'c Check {
    checks.iter().find(|check| check.check == name).unwrap_or_else(|| panic!("no {name} in {checks:?}"))
}

/// How the check of a name stands, and that what is wrong comes with advice.
fn standing(checks: &[Check], name: &str) -> Standing {
    let check = named(checks, name);
    let wrong = matches!(check.status, Standing::Warning | Standing::Fails);
    assert!(!wrong || check.advice.is_some(), "{check:?} says what to do");
    check.status
}

#[test]
fn only_what_would_not_work_fails() {
    let of =
        |status| exit_status(&[Check::new("a", "b", Standing::Ok, ""), Check::new("a", "c", status, "")]);
    assert_eq!(of(Standing::Ok), 0);
    assert_eq!(of(Standing::Unknown), 0);
    assert_eq!(of(Standing::Warning), 0);
    assert_eq!(of(Standing::Fails), 1);
}

#[test]
fn what_comes_from_outside_is_made_visible() {
    let check = Check::new("a", "b\u{1b}[1m", Standing::Ok, "\u{202e}x\u{7}").advise("one\ntwo\u{1b}");
    for text in [&check.check, &check.found, check.advice.as_ref().unwrap()] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
    }
    assert_eq!(check.advice.unwrap().lines().count(), 2);
}
