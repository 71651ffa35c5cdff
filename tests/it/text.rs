//! Untrusted text is visible, whatever it holds.

use attestor::text::{SafeText, counted, plural, visible, visible_lines};
use proptest::prelude::*;

fn check(raw: &str, expected: &str) {
    assert_eq!(SafeText::new(raw).as_str(), expected, "for {raw:?}");
}

#[test]
fn controls_are_shown_as_pictures() {
    check("plain text", "plain text");
    check("a\nb\tc", "a\nb\tc");
    check("\u{1b}[31mred", "␛[31mred");
    check("bell\u{7}", "bell␇");
    check("cr\rlf", "cr␍lf");
    check("dos\r\nline", "dos\nline");
    check("nul\0", "nul␀");
    check("del\u{7f}", "del␡");
    check("csi\u{9b}2J", "csi\\u{9b}2J");
    check("osc\u{9d}0;title\u{9c}", "osc\\u{9d}0;title\\u{9c}");
}

#[test]
fn what_reorders_or_hides_is_named() {
    check("\u{202e}drowssap", "\\u{202e}drowssap");
    check("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}");
    check("zero\u{200b}width", "zero\\u{200b}width");
    check("\u{feff}bom", "\\u{feff}bom");
    check("soft\u{ad}hyphen", "soft\\u{ad}hyphen");
    check("tag\u{e0041}", "tag\\u{e0041}");
    check("line\u{2028}separator", "line\\u{2028}separator");
    check("heart\u{2764}\u{fe0f}", "heart\u{2764}\\u{fe0f}");
}

#[test]
fn marks_are_capped_and_stand_on_something() {
    check("e\u{301}", "e\u{301}");
    check("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\u{301}");
    check(&format!("e{}", "\u{301}".repeat(10_000)), "e\u{301}\u{301}\u{301}\u{301}\\u{+9996 marks}");
    check("\u{301}x", "◌\u{301}x");
    check("a\n\u{301}", "a\n◌\u{301}");
}

#[test]
fn languages_are_left_alone() {
    for text in ["Grüße", "日本語", "עברית", "العربية", "ไทย", "한국어", "🦀 crab", "naïve café"]
    {
        check(text, text);
    }
}

#[test]
fn one_line_has_no_line_feeds() {
    assert_eq!(visible("a\nb\tc"), "a␊b␉c");
    assert_eq!(visible_lines("a\nb\tc"), "a\nb\tc");
    assert_eq!(SafeText::new("a\nb\tc").one_line(), "a b c");
}

#[test]
fn json_and_debug_carry_the_safe_form() {
    let text = SafeText::new("\u{1b}]0;owned\u{7}");
    assert_eq!(serde_json::to_string(&text).unwrap(), "\"␛]0;owned␇\"");
    assert_eq!(format!("{text:?}"), "\"␛]0;owned␇\"");
}

#[test]
fn one_thing_is_told_in_the_singular() {
    for (count, noun, expected) in [
        (1_u64, "file", "1 file"),
        (0, "file", "0 files"),
        (2, "file", "2 files"),
        (1, "policy", "1 policy"),
        (2, "policy", "2 policies"),
        (21, "audit entry", "21 audit entries"),
        (2, "key", "2 keys"),
        (2, "branch", "2 branches"),
        (2, "prefix", "2 prefixes"),
    ] {
        assert_eq!(counted(count, noun), expected);
    }
    assert_eq!(
        (counted(1_i32, "field"), counted(usize::MAX, "row")),
        ("1 field".into(), format!("{} rows", usize::MAX))
    );
    assert_eq!((plural(&1_u8, "entry"), plural(&0_i64, "entry")), ("entry".into(), "entries".into()));
}

proptest! {
    #[test]
    fn nothing_that_a_terminal_obeys_is_left(raw in "\\PC*|[\\x00-\\x{a0}\\x{200b}-\\x{206f}\\x{300}-\\x{303}a]*") {
        let safe = SafeText::new(&raw);
        for c in safe.chars() {
            prop_assert!(c == '\n' || c == '\t' || !c.is_control(), "{:?} in {:?}", c, safe);
            let reorders = ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
            prop_assert!(!reorders, "{:?} in {:?}", c, safe);
        }
        prop_assert_eq!(SafeText::new(&safe), safe.clone(), "making visible is done once and for all");
    }
}
