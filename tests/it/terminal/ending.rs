//! How it ends: by a key, a signal, a panic, a hang-up or a kill, and what comes back afterwards.

use super::{Console, PATIENCE, Reading, assert_given_back, contains, open, open_as};
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn ctrl_c_twice_quits() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("\x03");
    console.wait("Ctrl-c again quits");
    console.send("\x03");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn sigterm_gives_the_terminal_back() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
    assert_given_back(&console.all_written());
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("z");
    assert_ne!(console.end().0, 0);
    let written = console.all_written();
    assert_given_back(&written);
    let text = String::from_utf8_lossy(&written).into_owned();
    let (left, said) = (text.rfind("\x1b[?1049l").unwrap(), text.find("a bug in the screen").unwrap());
    assert!(left < said, "the report is on the screen that goes");
}

#[test]
fn a_panic_in_a_deed_is_said_and_the_console_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("s");
    console.wait("that stopped on a bug in attestor");
    console.send("j");
    console.wait("> row 1");
    let log = std::fs::read_to_string(state.path().join("attestor.log")).unwrap();
    assert!(log.contains("a bug in a deed"), "{log}");
    assert!(!contains(&console.written(), "a bug in a deed"), "the report destroys the screen");
}

#[test]
fn a_stalled_terminal_does_not_hold_up_the_end() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[], Reading::Until(500));
    console.wait("attestor");
    // More than a pseudo-terminal buffers, each a whole frame.
    for _ in 0..400 {
        console.send("\x0c");
    }
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
}

/// A console over `database` in which a comment is being written.
fn with_a_draft(state: &Path, database: &str) -> Console {
    let mut console = open_as(state, &[("TINY_URL", database)], Reading::Always);
    // The login stands in the footer once the drafts have a place to go to.
    console.wait("tester");
    console.send("c");
    console.wait("comment:");
    console.send("half a thought");
    console.wait("half a thought");
    console
}

#[tokio::test]
async fn a_hang_up_ends_it_within_a_second_and_the_draft_comes_back() {
    let state = tempfile::tempdir().unwrap();
    let database = crate::support::database().await.url();
    let mut console = with_a_draft(state.path(), &database);
    console.hang_up();
    let (status, took) = console.end();
    assert_eq!(status, 129);
    assert!(took < Duration::from_secs(1), "{took:?}");
    let mut again = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    again.wait("a draft is back");
    again.send("c");
    again.wait("comment: half a thought");
}

#[tokio::test]
async fn a_kill_loses_nothing_that_is_two_seconds_old() {
    let state = tempfile::tempdir().unwrap();
    let database = crate::support::database().await.url();
    let mut console = with_a_draft(state.path(), &database);
    let typed = Instant::now();
    while !holds_text(state.path(), "half a thought") {
        assert!(typed.elapsed() < PATIENCE, "it is never saved");
        std::thread::yield_now();
    }
    console.signal(nix::sys::signal::Signal::SIGKILL);
    console.end();
    let mut again = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    again.wait("a draft is back");
    again.quit();
}

/// Whether a file below `folder` holds `text`.
fn holds_text(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => holds_text(&path, text),
            // Not yet the one that is still being written.
            false if path.extension().is_none_or(|ext| ext != "json") => false,
            false => std::fs::read_to_string(path).is_ok_and(|content| content.contains(text)),
        }
    })
}
