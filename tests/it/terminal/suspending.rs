//! Giving the terminal to the shell for a while.

use super::{Below, Console, PATIENCE, Reading, assert_given_back, open, open_below};
use std::path::Path;
use std::time::Instant;

/// A console that a shell has started, on its second row.
fn below_a_shell(state: &Path) -> Console {
    let mut console = open_below(Below::Shell, state, &[], Reading::Always);
    console.wait("? help");
    console.send("j");
    console.wait("> row 1");
    console
}

/// It gave the terminal to the shell, and is back on the row on which it was.
fn assert_comes_back(console: &Console) {
    let entered = "\x1b[?1049h";
    let deadline = Instant::now() + PATIENCE;
    while String::from_utf8_lossy(&console.written()).matches(entered).count() < 2 {
        assert!(Instant::now() < deadline, "it does not come back");
        std::thread::yield_now();
    }
    console.wait("> row 1");
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    let (left, shell) = (written.find("\x1b[?1049l").unwrap(), written.find("the shell is back").unwrap());
    assert!(left < shell && shell < written.rfind(entered).unwrap());
}

/// It quits below the shell as well.
fn assert_ends(mut console: Console) {
    console.send("q");
    console.wait("the end: 0");
    console.end();
    assert_given_back(&console.all_written());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_all_back() {
    let state = tempfile::tempdir().unwrap();
    let mut console = below_a_shell(state.path());
    console.send("\x1a");
    assert_comes_back(&console);
    console.send("j");
    console.wait("> row 2");
    assert_ends(console);
}

#[test]
fn a_stop_from_elsewhere_gives_the_terminal_back_as_ctrl_z_does() {
    let state = tempfile::tempdir().unwrap();
    let console = below_a_shell(state.path());
    let shell = console.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
    // Only Linux says so.
    let Ok(children) = children else { return };
    let pid = nix::unistd::Pid::from_raw(children.trim().parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTSTP).unwrap();
    assert_comes_back(&console);
    assert_ends(console);
}

#[test]
fn a_stop_from_elsewhere_without_a_shell_stops_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.signal(nix::sys::signal::Signal::SIGTSTP);
    console.send("j");
    console.wait("> row 1");
}

#[test]
fn ctrl_z_without_a_shell_is_refused_with_words() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("\x1a");
    console.wait("no shell waits for this program");
    console.send("j");
    console.wait("> row 1");
}
