//! What the environment and the configuration say: keys, themes, colours, signs, lines.

use super::{Console, Reading, contains, open, open_as};

#[test]
fn in_lines_nothing_is_drawn_and_the_same_deeds_are_done() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("TINY_LINEAR", "1")], Reading::Always);
    console.wait("attestor> ");
    console.send("next\r");
    console.wait("> row 1");
    console.send("false-positive internal tool\r");
    console.wait("saved");
    console.send("f\r");
    console.wait("text> ");
    console.send("typed later\r");
    console.send("list\r");
    console.wait("saved: internal tool | typed later");
    console.send("undo\r");
    console.wait("yes or no> ");
    console.send("yes\r");
    console.send("list\r");
    console.wait("typed later | taken back");
    console.send("quit\r");
    assert_eq!(console.end().0, 0);
    let written = console.all_written();
    assert!(!written.contains(&0x1b), "a control sequence in lines");
}

#[test]
fn own_keys_and_themes_hold() {
    let (state, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(
        config.path().join("keys.toml"),
        "[keys]\ndown = \"n\"\nnext-undecided = \"F5\"\nnext-break = \"F6\"\n",
    )
    .unwrap();
    let folder = config.path().to_str().unwrap();
    let mut console = open_as(state.path(), &[("TINY_CONFIG", folder)], Reading::Always);
    console.wait("? help");
    console.send("n");
    console.wait("> row 1");
    console.send(":");
    console.wait("command");
    console.send("theme light");
    console.wait("theme light");
    console.press_until("\r", "theme light;");
    console.quit();
}

#[test]
fn a_wrong_keymap_is_told_before_the_terminal_is_taken() {
    let (state, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(config.path().join("keys.toml"), "[keys]\ndown = \"f\"\n").unwrap();
    let folder = config.path().to_str().unwrap();
    let mut console = open_as(state.path(), &[("TINY_CONFIG", folder)], Reading::Always);
    assert_eq!(console.end().0, 1);
    console.wait("line 2");
    assert!(!contains(&console.written(), "\x1b[?1049h"));
}

#[test]
fn without_a_utf8_locale_only_ascii_is_drawn() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("LC_ALL", "C")], Reading::Always);
    console.wait("? help");
    console.send("?");
    console.wait("search");
    assert!(console.written().is_ascii(), "something else than ASCII");
}

#[test]
fn no_color_draws_no_colour() {
    let state = tempfile::tempdir().unwrap();
    let coloured = |console: &Console| contains(&console.written(), "\x1b[38;5;");
    let plain = open_as(state.path(), &[("NO_COLOR", "1")], Reading::Always);
    plain.wait("? help");
    assert!(!coloured(&plain));
    let usual = open(state.path());
    usual.wait("? help");
    assert!(coloured(&usual), "the test would not see colours");
}

#[test]
fn a_dumb_terminal_is_refused_with_words() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("TERM", "dumb")], Reading::Always);
    assert_eq!(console.end().0, 1);
    console.wait("cannot be shown on a dumb terminal");
    assert!(!contains(&console.written(), "\x1b[?1049h"));
}
