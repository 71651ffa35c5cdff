//! Terminals, by what the environment says of them.

use super::{named, standing};
use attestor::cli::doctor::check::Standing;
use attestor::cli::doctor::terminal::{Facts, judge};

fn facts(environment: &[(&str, &str)]) -> Facts {
    let base = [("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")];
    let all = base.iter().chain(environment).map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Facts {
        input: true,
        output: true,
        size: Some((120, 40)),
        environment: all.collect(),
        term_known: Some(true),
        ..Facts::default()
    }
}

fn check(name: &str, environment: &[(&str, &str)], expected: Standing, says: &str) {
    let checks = judge(&facts(environment));
    assert_eq!(standing(&checks, name), expected, "{name} with {environment:?}");
    let found = &named(&checks, name).found;
    assert!(found.contains(says), "{name} with {environment:?}: {found}");
}

#[test]
fn without_a_terminal_nothing_is_judged_and_nothing_fails() {
    for (input, output, says) in [(false, true, "input"), (true, false, "output"), (false, false, "output")] {
        let checks = judge(&Facts { input, output, ..facts(&[("TERM", "dumb")]) });
        assert_eq!(checks.len(), 1);
        assert_eq!(standing(&checks, "terminal"), Standing::Unknown);
        assert!(checks[0].found.contains(says), "{:?}", checks[0]);
    }
}

#[test]
fn term() {
    check("TERM", &[], Standing::Ok, "xterm-256color");
    check("TERM", &[("TERM", "")], Standing::Fails, "not set");
    check("TERM", &[("TERM", "dumb")], Standing::Fails, "nothing can be drawn");
    let checks = |term_known| judge(&Facts { term_known, ..facts(&[("TERM", "xterm-ghostty")]) });
    assert_eq!(standing(&checks(Some(false)), "TERM"), Standing::Warning);
    assert_eq!(standing(&checks(None), "TERM"), Standing::Unknown);
}

#[test]
fn sizes() {
    for (size, expected) in [
        (None, Standing::Unknown),
        (Some((39, 50)), Standing::Fails),
        (Some((200, 11)), Standing::Fails),
        (Some((40, 12)), Standing::Warning),
        (Some((79, 24)), Standing::Warning),
        (Some((80, 23)), Standing::Warning),
        (Some((80, 24)), Standing::Ok),
    ] {
        assert_eq!(standing(&judge(&Facts { size, ..facts(&[]) }), "size"), expected, "{size:?}");
    }
}

#[test]
fn colours() {
    for (environment, says) in [
        (&[][..], "256"),
        (&[("COLORTERM", "truecolor")], "16 million"),
        (&[("COLORTERM", "24bit")], "16 million"),
        (&[("COLORTERM", "yes"), ("TERM", "xterm")], "16, by TERM"),
        (&[("TERM", "linux")], "16, by TERM"),
        (&[("TERM", "vt220")], "none, by TERM"),
        (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], "NO_COLOR"),
        (&[("NO_COLOR", "")], "256"),
    ] {
        check("colours", environment, Standing::Ok, says);
    }
}

#[test]
fn letters() {
    check("letters", &[], Standing::Ok, "LANG");
    check("letters", &[("LC_ALL", "C.utf8")], Standing::Ok, "LC_ALL");
    check("letters", &[("LC_ALL", "C")], Standing::Warning, "LC_ALL=C is not UTF-8");
    check("letters", &[("LC_CTYPE", "de_DE.ISO-8859-1")], Standing::Warning, "LC_CTYPE");
    check("letters", &[("LANG", "")], Standing::Warning, "no locale");
}

#[test]
fn clipboards() {
    check("clipboard", &[], Standing::Unknown, "cannot be told");
    check("clipboard", &[("KITTY_WINDOW_ID", "1")], Standing::Ok, "OSC 52");
    check("clipboard", &[("TERM_PROGRAM", "WezTerm")], Standing::Ok, "OSC 52");
    check("clipboard", &[("TERM", "foot")], Standing::Ok, "OSC 52");
    check("clipboard", &[("TERM_PROGRAM", "Apple_Terminal")], Standing::Warning, "Terminal.app");
    check("clipboard", &[("TERM_PROGRAM", "iTerm.app")], Standing::Unknown, "iTerm2");
    check("clipboard", &[("VTE_VERSION", "7006")], Standing::Unknown, "VTE");
    check("clipboard", &[("STY", "1.a"), ("KITTY_WINDOW_ID", "1")], Standing::Warning, "screen");
    check("clipboard", &[("TERM", "screen-256color")], Standing::Warning, "screen");
    let mosh = Facts { ancestors: vec!["bash".into(), "mosh-server".into()], ..facts(&[]) };
    assert!(named(&judge(&mosh), "clipboard").found.contains("mosh"));
    assert!(named(&judge(&mosh), "reached").found.contains("mosh"));
}

#[test]
fn tmux() {
    for (clipboard, passthrough, expected) in [
        (Some("on"), Some("off"), Standing::Ok),
        (Some("external"), Some("on"), Standing::Ok),
        (Some("off"), Some("all"), Standing::Ok),
        (Some("external"), Some("off"), Standing::Warning),
        (Some("off"), None, Standing::Warning),
        (None, None, Standing::Unknown),
    ] {
        let checks = judge(&Facts {
            tmux_clipboard: clipboard.map(str::to_owned),
            tmux_passthrough: passthrough.map(str::to_owned),
            ..facts(&[("TMUX", "/tmp/t,1,0"), ("TERM", "screen-256color")])
        });
        assert_eq!(standing(&checks, "clipboard"), expected, "{clipboard:?} {passthrough:?}");
    }
}

#[test]
fn the_way_to_the_terminal() {
    check("reached", &[], Standing::Ok, "directly");
    check("reached", &[("SSH_TTY", "/dev/pts/1"), ("TMUX", "x")], Standing::Ok, "by ssh, tmux");
    check("reached", &[("STY", "1.a")], Standing::Ok, "by screen");
}
