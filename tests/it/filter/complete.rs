//! What is offered where the cursor stands, and the filter with it put in.

use super::FIELDS;
use attestor::filter::complete::{Candidates, complete};
use attestor::filter::parse;
use proptest::prelude::*;

/// `text` holds a `|` where the cursor stands; `expected` names the kind, what is replaced, and what
/// is offered.
fn check(text: &str, expected: &str) {
    assert_eq!(offered(text), expected, "{text}");
}

fn offered(text: &str) -> String {
    let (text, cursor) = at_cursor(text);
    let Some(completing) = complete(&text, cursor, &FIELDS) else { return "nothing".to_owned() };
    let replaced: String = text.chars().skip(completing.span.start).take(completing.span.len()).collect();
    match completing.kind {
        Candidates::Fields(fields) => {
            format!("field [{replaced}] {}", fields.iter().map(|f| f.name).collect::<Vec<_>>().join(" "))
        }
        Candidates::Words(words) => {
            format!("word [{replaced}] {}", words.iter().map(|w| w.0).collect::<Vec<_>>().join(" "))
        }
        Candidates::ValuesOf(field, prefix) => format!("{} [{replaced}] {prefix}", field.name),
    }
}

fn at_cursor(text: &str) -> (String, usize) {
    let (before, after) = text.split_once('|').unwrap();
    (format!("{before}{after}"), before.chars().count())
}

#[test]
fn what_is_offered() {
    check("|", "field [] severity rule file repo tag by said verdict risk line age seen is has");
    check("se|", "field [se] severity seen");
    check("SE|", "field [SE] severity seen");
    check("-se|", "field [se] severity seen");
    check("größe -(pro|", "field [pro] repo");
    check("ver|:fp", "field [ver] verdict severity");
    check("s|ev>=high", "field [sev] severity said seen risk is has");
    check("xyz|", "nothing");
    check("severity|", "field [severity] severity");
    check("severity:|", "word [] critical high medium low info");
    check("severity>=h|", "word [h] high");
    check("severity:low,m|", "word [m] medium");
    check("severity:lo|w,medium", "word [low] low");
    check("is:un|", "word [un] undecided");
    check("is:deci|", "word [deci] decided undecided");
    check("has:| x", "word [] line tags");
    check("verdict:x|", "nothing");
    check("nobody:x|", "nothing");
    check("risk>5|", "nothing");
    check("rule:xs|", "rule [xs] xs");
    check("rule:|", "rule [] ");
    check("rule:a,b|c,d", "rule [bc] b");
    check("file:\"a b|", "file [\"a b] a b");
    check("file:\"a,(\\\"b|c\" x", "file [\"a,(\\\"bc\"] a,(\"b");
    check("(repo:acme/|)", "repo [acme/] acme/");
    check("\"severity:|", "nothing");
    check("a \"b c\" ru|", "field [ru] rule");
    check("users.py:4|", "nothing");
}

fn check_apply(text: &str, replacement: &str, expected: &str) {
    let (text, cursor) = at_cursor(text);
    let (put_in, cursor) = complete(&text, cursor, &FIELDS).unwrap().apply(&text, replacement);
    let with_cursor: String =
        put_in.chars().take(cursor).chain(['|']).chain(put_in.chars().skip(cursor)).collect();
    assert_eq!(with_cursor, expected, "{text}");
}

#[test]
fn what_is_put_in() {
    check_apply("größe se|", "severity", "größe severity:|");
    check_apply("ag|", "age", "age<|");
    check_apply("se|>=high x", "severity", "severity|>=high x");
    check_apply("severity>=h| x", "high", "severity>=high| x");
    check_apply("repo:ac|,b", "acme/api", "repo:acme/api|,b");
    check_apply("file:\"a b| ", "a b c", "file:\"a b c\"|");
    check_apply("file:a|", "say \"hi\", (x)*", "file:\"say \\\"hi\\\", (x)*\"|");
    check_apply("file:a|", "", "file:\"\"|");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cursor_in_any_text_is_fine(
        text in "([a-z:<>=,()\"\\\\ *-]|severity|rule:|is:|ä|💥){0,20}", cursor in 0..60_usize, value in any::<String>()
    ) {
        if let Some(completing) = complete(&text, cursor, &FIELDS) {
            prop_assert!(completing.span.start <= completing.span.end);
            prop_assert!(completing.span.end <= text.chars().count());
            let (put_in, cursor) = completing.apply(&text, &value);
            prop_assert!(cursor <= put_in.chars().count());
        }
    }

    #[test]
    fn a_value_that_is_put_in_is_meant_as_it_stands(value in any::<String>()) {
        prop_assume!(!value.contains('\0'));
        let (text, _) = complete("rule=", 5, &FIELDS).unwrap().apply("rule=", &value);
        let filter = parse(&text, &FIELDS).unwrap();
        prop_assert_eq!(filter.to_string(), text);
    }
}
