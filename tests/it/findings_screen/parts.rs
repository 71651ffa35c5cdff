//! The parts: text measured in cells, patches read, the window's scrolling.

use attestor::ui::widgets::cells::{self, Keep};
use attestor::ui::widgets::diff::{self, Kind, Patch};
use attestor::ui::widgets::{table, when};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

#[test]
fn texts_are_cut_where_it_hurts_least() {
    let check = |text: &str, room: usize, keep: Keep, expected: &str| {
        let cut = cells::fit(text, room, keep, "…");
        assert_eq!(cut, expected, "{text:?} in {room}");
        assert!(cells::width(&cut) <= room);
    };
    check("short", 5, Keep::Start, "short");
    check("longer", 5, Keep::Start, "long…");
    check("src/deep/users.py:42", 12, Keep::End, "…users.py:42");
    check("python.audit.sql-query", 10, Keep::Name, "…sql-query");
    check("CVE-2024-3094 xz-utils 5.6.0", 10, Keep::Name, "CVE-2024-…");
    check("漢字漢字", 5, Keep::Start, "漢字…");
    check("漢字漢字", 4, Keep::Start, "漢…");
    check("漢字漢字", 4, Keep::End, "…字");
    check("e\u{301}e\u{301}e\u{301}", 2, Keep::Start, "e\u{301}…");
    check("anything", 0, Keep::End, "");
}

#[test]
fn texts_wrap_at_blanks_and_never_beyond_their_bounds() {
    let check = |text: &str, room: usize, lines_max: usize, expected: &[&str]| {
        assert_eq!(cells::wrap(text, room, lines_max, "…"), expected, "{text:?} in {room}");
    };
    check("one two three", 7, 9, &["one two", "three"]);
    check("one two three", 8, 9, &["one two", "three"]);
    check("incomprehensible", 6, 9, &["incomp", "rehens", "ible"]);
    check("a\n\nb", 6, 9, &["a", "", "b"]);
    check("  code", 6, 9, &["  code"]);
    check("one two three four", 5, 2, &["one", "two…"]);
    check("漢字漢", 4, 9, &["漢字", "漢"]);
    check("漢字", 1, 9, &["漢", "字"]);
    check("x", 0, 9, &[]);
}

/// The kinds of a patch's lines, a letter each, or where and why it is none.
fn check(patch: &str, expected: &str) {
    let read = match diff::read(patch) {
        Patch::Diff(lines) => lines
            .iter()
            .map(|line| match line.kind {
                Kind::Header => 'h',
                Kind::Hunk => '@',
                Kind::Same => ' ',
                Kind::Added => '+',
                Kind::Removed => '-',
            })
            .collect(),
        Patch::Broken { line, why, .. } => format!("{line}: {why}"),
    };
    assert_eq!(read, expected, "{patch}");
}

#[test]
fn patches_are_read_or_said_to_be_none() {
    check("--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n", "hh@ -+");
    check("diff --git a b\nindex 1..2\n--- a\n+++ b\n@@ -1 +1 @@ fn x()\n-old\n+new\n", "hhhh@-+");
    check("--- a\n+++ b\n@@ -1 +1 @@\n-old\n\\ No newline at end of file\n+new\n", "hh@-h+");
    check("@@ -1,2 +1,2 @@\n\n-old\n+new\n", "@ -+");
    check("@@ -0,0 +1 @@\n+new\n@@ -9 +10,0 @@\n-old\n", "@+@-");
    check("--- a\n+++ b\n", "1: it has no hunk");
    check("just words", "1: it has no hunk");
    check("", "1: it has no hunk");
    check("@@ nonsense @@\n+new\n", "1: the hunk's header cannot be read");
    check("@@ -1 +1 @@\n-old\n+new\n+more\n", "4: the hunk has more lines than its header says");
    check("@@ -1,9 +1,9 @@\n-old\n+new\n", "3: the last hunk ends early");
    check("@@ -1 +1 @@\n+one\n+two\n", "3: the hunk has other lines than its header says");
    check("@@ -1 +1 @@\nwords\n", "2: a line of a hunk begins with +, - or a space");
    check("@@ -1,99999999999999999999 +1 @@\n", "1: the hunk's header cannot be read");
}

#[test]
fn what_changed_within_a_line_is_found() {
    let check = |old: &str, new: &str, expected: (&str, &str)| {
        let Patch::Diff(lines) = diff::read(&format!("@@ -1 +1 @@\n-{old}\n+{new}\n")) else {
            panic!("{old}")
        };
        let words = |at: usize| lines[at].changed.iter().map(move |(from, until)| (at, *from, *until));
        let part = |at: usize| {
            words(at).map(|(at, from, until)| &lines[at].text[from..until]).collect::<Vec<_>>().join("|")
        };
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert_eq!((part(1), part(2)), expected, "{old} / {new}");
    };
    check("id = 'x' + id", "id = %s", ("'x' + id", "%s"));
    check("let a = 1;", "let b = 1;", ("a", "b"));
    check("let a = 1;", "let a = 1; // ok", ("", " // ok"));
    check("漢字 a", "漢字 b", ("a", "b"));
    check("nothing", "alike", ("", ""));
    check("call(a, b, c)", "call(x, b, y)", ("a|c", "x|y"));
    check("if a && b {", "if a || b {", ("&&", "||"));
    let long = "x ".repeat(2_000);
    check(&long, &format!("{long}y"), ("", ""));
}

proptest! {
    /// Whatever a machine or a stranger writes, every line of it is shown and none is made up.
    #[test]
    fn no_line_of_a_patch_is_lost(lines in proptest::collection::vec("(@@ -[0-9]{1,2}(,[0-9]{1,2})? \\+[0-9](,[0-9])? @@|[-+ \\\\]?\\PC{0,20}|--- a)", 0..30)) {
        let patch = lines.join("\n");
        let shown = match diff::read(&patch) {
            Patch::Diff(read) => read.len(),
            Patch::Broken { text, line, .. } => {
                prop_assert!(line >= 1 && line <= text.len().max(1));
                text.len()
            }
        };
        prop_assert_eq!(shown, patch.lines().count());
    }

    #[test]
    fn texts_stay_within_their_cells(text in "\\PC{0,60}", room in 0_usize..30) {
        for keep in [Keep::Start, Keep::End, Keep::Name] {
            prop_assert!(cells::width(&cells::fit(&text, room, keep, "…")) <= room);
        }
        // One character is shown even where it is wider than the room.
        let widest = text.graphemes(true).map(cells::width).max().unwrap_or(0);
        for line in cells::wrap(&text, room, 5, "…") {
            prop_assert!(cells::width(&line) <= room.max(widest), "{line:?}");
        }
    }
}

#[test]
fn ages_take_at_most_four_cells() {
    let now: DateTime<Utc> = "2026-03-15T14:02:00Z".parse().unwrap();
    for (ago, expected) in [
        (TimeDelta::seconds(-30), "now"),
        (TimeDelta::seconds(59), "now"),
        (TimeDelta::minutes(5), "5m"),
        (TimeDelta::hours(23), "23h"),
        (TimeDelta::days(3), "3d"),
        (TimeDelta::days(13), "13d"),
        (TimeDelta::days(14), "2w"),
        (TimeDelta::days(35), "5w"),
        (TimeDelta::days(364), "12mo"),
        (TimeDelta::days(365), "1y"),
        (TimeDelta::days(20_000), "old"),
    ] {
        assert_eq!(when::age(now - ago, now), expected);
    }
}

#[test]
fn a_list_never_hides_its_cursor() {
    for rows in 0..30 {
        for height in 1..12 {
            for first in 0..30 {
                for cursor in 0..rows {
                    let shown = table::scrolled(first, cursor, height, rows);
                    let case = format!("first {first}, cursor {cursor}, {height} of {rows}");
                    assert!((shown..shown + height).contains(&cursor), "{case}: {shown}");
                    assert!(shown + height <= rows.max(height), "{case}: {shown}");
                }
            }
        }
    }
}
