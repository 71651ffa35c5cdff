//! The person's own editor in the terminal.

use super::{Console, Reading, assert_given_back, open_as};
use std::path::Path;

/// A script in the place of an editor, whose words come from VISUAL with an argument.
fn with_editor(state: &Path, script: &str) -> Console {
    use std::os::unix::fs::PermissionsExt;
    let path = state.join("my editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let visual = format!("'{}' --flag", path.display());
    let console = open_as(state, &[("VISUAL", &visual)], Reading::Always);
    console.wait("? help");
    console
}

#[test]
fn an_editor_has_the_terminal_and_its_text_comes_back() {
    let state = tempfile::tempdir().unwrap();
    // It reads a line from the terminal, as an editor does; and the text goes in by its own name alone.
    let mut console = with_editor(
        state.path(),
        "[ \"$1\" = --flag ] || exit 9; stat -c 'mode %a' \"$2\"; cat \"$2\"; echo the editor is here; read line; echo \"more: $line\" >> \"$2\"",
    );
    console.send("c");
    console.wait("comment:");
    console.send("begun");
    console.wait("comment: begun");
    console.send("\x14");
    console.wait_for("the editor", |screen| {
        !screen.alternate_screen() && screen.contents().contains("the editor is here")
    });
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    assert!(written.contains("mode 600") && written.contains("begun\r\n"), "{written}");
    console.send("typed there\r");
    console.wait_for("the console", |screen| {
        screen.alternate_screen() && screen.contents().contains("comment: begun/more: typed there")
    });
    // All of it was drawn anew, and keys are keys again.
    console.wait("> row 0");
    console.send("!");
    console.wait("typed there!");
    let left: Vec<_> = std::fs::read_dir(state.path().join("edit")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    console.send("\x1b");
    console.wait_for("the list", |screen| !screen.contents().contains("comment:"));
    console.quit();
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = with_editor(state.path(), "echo half > \"$2\"; stty -echo raw; exit 3");
    console.send("c");
    console.wait("comment:");
    console.send("mine");
    console.wait("comment: mine");
    console.send("\x14");
    console.wait("exit status: 3");
    console.wait("comment: mine");
    let kept = std::fs::read_dir(state.path().join("edit")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "half\n");
    console.send("\x1b");
    console.wait_for("the list", |screen| !screen.contents().contains("comment:"));
    console.quit();
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let state = tempfile::tempdir().unwrap();
    let visual = [("VISUAL", "/nowhere/ed")];
    let mut console = open_as(state.path(), &visual, Reading::Always);
    console.wait("? help");
    console.send("e");
    console.wait("/nowhere/ed could not be started");
    console.wait("> row 0");
    console.send("j");
    console.wait("> row 1");
    console.quit();
}

#[test]
fn the_end_of_the_console_ends_its_editor() {
    let state = tempfile::tempdir().unwrap();
    let mut console = with_editor(
        state.path(),
        "trap 'echo told to end; exit 0' TERM; echo the editor is here; while :; do read line; done",
    );
    console.send("e");
    console.wait("the editor is here");
    console.signal(nix::sys::signal::Signal::SIGINT);
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
    assert_given_back(&console.all_written());
}
