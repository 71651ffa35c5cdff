//! From the bytes of a terminal to keys and pastes, and from keys to commands.

use attestor::ui::command::{Command, Pane, TABLE};
use attestor::ui::input::{Arrival, Arrived, Decoder};
use attestor::ui::keymap::{Chord, Keymap, Meaning, sequence};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// What reads come to, each with its time in milliseconds: keys by name, those of a burst with a `+`,
/// pastes in quotes. `…` is a time at which nothing is read.
fn check(reads: &[(u64, &str)], expected: &str) {
    let begun = Instant::now();
    let mut decoder = Decoder::default();
    let mut arrived = Vec::new();
    for (at, bytes) in reads {
        let at = begun + Duration::from_millis(*at);
        match *bytes {
            "…" => arrived.extend(decoder.expire(at)),
            bytes => arrived.extend(decoder.read(bytes.as_bytes(), at)),
        }
    }
    arrived.extend(decoder.expire(begun + Duration::from_secs(60)));
    let said: Vec<String> = arrived.iter().map(said).collect();
    assert_eq!(said.join(" "), expected, "{reads:?}");
}

fn said(arrived: &Arrived) -> String {
    match arrived {
        Arrived::Key(key, Arrival::Alone) => Chord::of(*key).to_string(),
        Arrived::Key(key, Arrival::InBurst) => format!("+{}", Chord::of(*key)),
        Arrived::Paste(text) => format!("{text:?}"),
    }
}

#[test]
fn single_keys() {
    check(&[(0, "j")], "j");
    check(&[(0, "G")], "G");
    check(&[(0, "é")], "é");
    check(&[(0, "漢")], "漢");
    check(&[(0, "\r")], "Enter");
    check(&[(0, "\n")], "Ctrl-j");
    check(&[(0, "\t")], "Tab");
    check(&[(0, " ")], "Space");
    check(&[(0, "\x7f")], "Backspace");
    check(&[(0, "\x08")], "Backspace");
    check(&[(0, "\x03")], "Ctrl-c");
    check(&[(0, "\x1a")], "Ctrl-z");
    check(&[(0, "\0")], "Ctrl-Space");
    check(&[(0, "\x1bx")], "Alt-x");
    check(&[(0, "\x1b[A")], "Up");
    check(&[(0, "\x1bOB")], "Down");
    check(&[(0, "\x1b[1;5C")], "Ctrl-Right");
    check(&[(0, "\x1b[H")], "Home");
    check(&[(0, "\x1b[4~")], "End");
    check(&[(0, "\x1b[5~")], "PgUp");
    check(&[(0, "\x1b[6~")], "PgDn");
    check(&[(0, "\x1b[3~")], "Delete");
    check(&[(0, "\x1b[Z")], "S-Tab");
    check(&[(0, "\x1bOP")], "F1");
    check(&[(0, "\x1b[[A")], "F1");
    check(&[(0, "\x1b[24~")], "F12");
}

#[test]
fn a_lone_esc_is_held_and_rejoined() {
    check(&[(0, "\x1b"), (49, "…")], "Esc");
    check(&[(0, "\x1b"), (40, "[A")], "Up");
    check(&[(0, "\x1b"), (40, "OA")], "Up");
    check(&[(0, "\x1b["), (40, "5"), (80, "~")], "PgUp");
    check(&[(0, "\x1b\x1b[A")], "+Esc +Up");
    // Later than it is held: the Esc has gone by, the rest is still the arrow.
    check(&[(0, "\x1b"), (50, "…"), (60, "[A")], "Esc Up");
    check(&[(0, "\x1b"), (60, "[3~")], "Esc Delete");
    check(&[(0, "\x1b"), (60, "OH")], "Esc Home");
    // Typed, each by itself: characters.
    check(&[(0, "\x1b"), (200, "["), (300, "A")], "Esc [ A");
    check(&[(0, "\x1b"), (700, "[A")], "Esc +[ +A");
    check(&[(0, "["), (100, "A")], "[ A");
    // A key that follows an Esc within its time is Alt with that key, as terminals send it.
    check(&[(0, "\x1b"), (10, "q")], "Alt-q");
    check(&[(0, "\x1b"), (60, "q")], "Esc q");
}

#[test]
fn what_is_no_key_is_dropped() {
    check(&[(0, "\x1b[?62;22c"), (100, "j")], "j");
    check(&[(0, "\x1b[12;40R"), (100, "j")], "j");
    check(&[(0, "\x1b[<0;10;20M"), (100, "j")], "j");
    check(&[(0, "\x1b[M !!"), (100, "j")], "j");
    check(&[(0, "\x1b[I\x1b[O"), (100, "j")], "j");
    check(&[(0, "\x1b]11;rgb:0000/0000/0000\x07"), (100, "j")], "j");
    check(&[(0, "\x1bP1$r0m\x1b\\"), (100, "j")], "j");
    check(&[(0, "\x1b[1;"), (400, "j")], "j");
    check(&[(0, "\x1b["), (400, "j")], "j");
}

#[test]
fn bracketed_pastes() {
    check(&[(0, "\x1b[200~one\rtwo\x1b[201~")], r#""one\ntwo""#);
    check(&[(0, "\x1b[200~one"), (500, " two\x1b[20"), (600, "1~x")], r#""one two" x"#);
    check(&[(0, "\x1b[200~\x1b[31mred\x1b[201~")], r#""\u{1b}[31mred""#);
    check(&[(0, "\x1b[200~a\r\nb\x1b[201~\r")], r#""a\nb" Enter"#);
    // The end is lost: what has come is kept, and the keys are keys again.
    check(&[(0, "\x1b[200~lost"), (1500, "j")], r#""lost" j"#);
}

#[test]
fn pastes_without_brackets_are_told_from_typing() {
    check(&[(0, "internal tool\r")], r#""internal tool\n""#);
    check(&[(0, "one two\nthree\n")], r#""one two\nthree\n""#);
    check(&[(0, "path/to"), (1, "/file\r")], r#""path/to" "/file\n""#);
    // A held key that comes late, and short bursts: keys, none of which confirms.
    check(&[(0, "jjjjjjjj")], "+j +j +j +j +j +j +j +j");
    check(&[(0, "gg")], "+g +g");
    check(&[(0, "fy\r")], "+f +y +Enter");
    check(&[(0, "x\r"), (30, "\r")], "+x +Enter Enter");
    check(&[(0, "y")], "y");
    check(&[(0, "a"), (30, "b"), (60, "\r")], "a b Enter");
    check(&[(0, "\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A")], "+Up +Up +Up +Up +Up");
}

proptest! {
    /// No bytes panic or get lost forever: a plain key afterwards is that key.
    #[test]
    fn no_bytes_make_it_deaf(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
        let begun = Instant::now();
        let mut decoder = Decoder::default();
        let cut = cut.min(bytes.len());
        decoder.read(&bytes[..cut], begun);
        decoder.read(&bytes[cut..], begun + Duration::from_millis(1));
        for pause in 1..5 {
            decoder.expire(begun + Duration::from_secs(pause * 2));
        }
        let arrived = decoder.read(b"j", begun + Duration::from_secs(60));
        prop_assert_eq!(said(&arrived[0]), "j");
    }
}

fn check_meaning(keys: &str, pane: Pane, expected: Meaning) {
    assert_eq!(Keymap::default().meaning(&sequence(keys).unwrap(), pane), expected, "{keys}");
}

#[test]
fn keys_mean_what_the_table_says() {
    check_meaning("j", Pane::FindingsList, Meaning::Command(Command::Down));
    check_meaning("g", Pane::FindingsList, Meaning::Prefix);
    check_meaning("g g", Pane::FindingsList, Meaning::Command(Command::Top));
    check_meaning("g /", Pane::FindingsList, Meaning::Command(Command::SuspendFilter));
    check_meaning("y y", Pane::FindingsDetail, Meaning::Command(Command::CopyId));
    check_meaning("f", Pane::FindingsDetail, Meaning::Command(Command::MarkFalsePositive));
    check_meaning("f", Pane::Feedback, Meaning::Nothing);
    check_meaning("Space", Pane::FindingsDetail, Meaning::Nothing);
    check_meaning("[", Pane::FindingsList, Meaning::Nothing);
    check_meaning("O", Pane::FindingsList, Meaning::Nothing);
    check_meaning("g q", Pane::FindingsList, Meaning::Nothing);
    check_meaning("Ctrl-c", Pane::Feedback, Meaning::Command(Command::Cancel));
}

#[test]
fn the_default_keys_do_not_hide_each_other() {
    assert_eq!(Keymap::default().conflicts(Pane::ALL), []);
    for row in TABLE {
        for keys in row.keys {
            assert!(sequence(keys).is_some(), "{}: the key {keys} is unknown", row.name);
        }
    }
}

#[test]
fn keys_that_terminals_or_shells_keep_for_themselves_are_not_bound() {
    let kept = [
        "Ctrl-a", "Ctrl-b", "Ctrl-p", "Ctrl-s", "Ctrl-q", "Ctrl-g", "~", "Ctrl-h", "Ctrl-i", "Ctrl-j",
        "Ctrl-m",
    ];
    for &pane in Pane::ALL {
        for keys in kept {
            check_meaning(keys, pane, Meaning::Nothing);
        }
    }
}

#[test]
fn every_command_has_one_row_and_its_own_name() {
    for (at, row) in TABLE.iter().enumerate() {
        assert!(TABLE[at + 1..].iter().all(|other| other.command != row.command && other.name != row.name));
        assert_eq!(Command::named(row.name), Some(row.command));
        assert!(!row.help.is_empty() && !row.label.is_empty());
        // What the help has room for at 80 columns.
        assert!(row.help.len() <= 60, "{}: {}", row.name, row.help.len());
    }
}

/// The keymap of a file, or its error with the hint.
fn keymap(text: &str) -> Result<Keymap, String> {
    Keymap::parse(text, "keys.toml").map_err(|error| {
        assert_eq!(error.kind().exit_status(), 78);
        format!("{error} | {}", error.hint_text().unwrap_or_default())
    })
}

fn check_file(lines: &str, keys: &str, expected: Meaning) {
    let keymap = keymap(&format!("[keys]\n{lines}")).unwrap();
    assert_eq!(keymap.meaning(&sequence(keys).unwrap(), Pane::FindingsList), expected, "{lines}: {keys}");
}

#[test]
fn a_file_changes_keys() {
    let swapped = "mark-true-positive = [\"f\", \"F2\"]\nmark-false-positive = 't'";
    check_file(swapped, "f", Meaning::Command(Command::MarkTruePositive));
    check_file(swapped, "F2", Meaning::Command(Command::MarkTruePositive));
    check_file(swapped, "t", Meaning::Command(Command::MarkFalsePositive));
    check_file("refresh = 'F5'", "R", Meaning::Nothing);
    check_file("refresh = 'F5'", "j", Meaning::Command(Command::Down));
    check_file("refresh = []", "Ctrl-r", Meaning::Nothing);
    check_file("redraw = 'g x l'", "g x", Meaning::Prefix);
    check_file("page-down = 'Ctrl-D'", "Ctrl-d", Meaning::Command(Command::PageDown));
    check_file("stop = 'F9'", "Ctrl-c", Meaning::Command(Command::Cancel));
    check_file("back = 'F8'", "Esc", Meaning::Command(Command::Back));
    check_file("", "q", Meaning::Command(Command::Quit));
    // One key for two commands that never hold in one place.
    assert!(keymap("[keys]\nmark = 'F4'\nzoom = 'F5'").is_ok());
    assert!(keymap("").is_ok());
}

fn check_wrong(text: &str, parts: &[&str]) {
    let error = keymap(text).map(|_| ()).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "no {part:?} in {error:?}");
    }
}

#[test]
fn a_wrong_file_is_told_by_line_with_what_to_do() {
    check_wrong("[keys]\n\nsort = 'f'", &["line 3", "`f` is the key of mark-false-positive", "below [keys]"]);
    check_wrong("[keys]\nsort = 'g'", &["line 2", "`g` begins", "never be reached"]);
    check_wrong("[keys]\nsort = 'f x'", &["`fx` begins with `f`", "mark-false-positive"]);
    check_wrong("[keys]\nsort = 'F6'\nzoom = 'F6'", &["line 3", "stands in line 2"]);
    check_wrong("[keys]\nsort = ['F6', 'F6']", &["twice"]);
    check_wrong("[keys]\nsorting = 'F6'", &["line 2", "no command sorting", "attestor keys"]);
    check_wrong("[keys]\nsort = 'Hyper-x'", &["no key Hyper-x", "Ctrl-d"]);
    check_wrong("[keys]\nsort = 'F13'", &["no key F13"]);
    check_wrong("[keys]\nsort = ''", &["no key"]);
    check_wrong("[keys]\nsort = 3", &["line 2", "text or a list"]);
    check_wrong("[keys]\nsort = ['x', 3]", &["text or a list"]);
    check_wrong("[keys]\nsort = 'x x x x x'", &["longer than 4"]);
    check_wrong("[other]\nsort = 'x'", &["line 1", "[keys]"]);
    check_wrong("sort = 'x'", &["line 1", "[keys]"]);
    check_wrong("[keys\nsort = 'x'", &["keys.toml, line 1"]);
    check_wrong("[keys]\nsort = '\u{202e}'", &["u{202e}"]);
}

#[test]
fn kept_keys_are_refused_wherever_they_stand() {
    let kept = [
        "Ctrl-a", "Ctrl-b", "Ctrl-p", "Ctrl-s", "Ctrl-q", "Ctrl-g", "~", "F1", "F10", "Alt-0", "Alt-9",
        "Ctrl-h", "Ctrl-i", "Ctrl-j", "Ctrl-m", "Ctrl-A", "Ctrl-c", "Esc", "Ctrl-1", "Ctrl-é",
    ];
    for key in kept {
        check_wrong(&format!("[keys]\nsort = '{key}'"), &["cannot be used", "another key"]);
        check_wrong(&format!("[keys]\nsort = 'g x {key}'"), &["cannot be used"]);
    }
    // What a torn arrow key looks like must not write.
    check_wrong("[keys]\ncomment = '['", &["arrow keys"]);
    check_wrong("[keys]\ncomment = 'O'", &["arrow keys"]);
    assert!(keymap("[keys]\nsort = 'O'").is_ok());
}

proptest! {
    #[test]
    fn no_file_panics(text in "(\\[keys\\]\n)?([a-z-]{1,12} = ['\"\\[]?.{0,12}['\"\\]]?\n){0,4}") {
        let _ = keymap(&text);
    }
}
