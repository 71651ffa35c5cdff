//! A payload as a tree: every scalar in its exact text, bounds, and what it speaks of.

use attestor::audit::payload::{LINES_MAX, Rest, Subject, TEXT_CHARS_MAX, Tree, Value};
use proptest::prelude::*;

/// The lines of a payload, as they would be read aloud.
fn lines(text: &str) -> Vec<String> {
    let line = |line: &attestor::audit::payload::Line| {
        let key = line.key.as_ref().map_or_else(String::new, |key| format!("{key}: "));
        let value = match &line.value {
            Value::Scalar(text) => text.to_string(),
            Value::Object(count) => format!("{{{count}}}"),
            Value::Array(count) => format!("[{count}]"),
        };
        format!("{}{key}{value}", "  ".repeat(line.depth))
    };
    Tree::of(text).lines.iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(lines(text), expected, "{text}");
    assert_eq!(Tree::of(text).rest, Rest::Nothing, "{text}");
}

#[test]
fn scalars_keep_every_digit_and_every_quote() {
    check("{}", &["{0}"]);
    check("[]", &["[0]"]);
    check("12345678901234567890.10", &["12345678901234567890.10"]);
    check("\"a, b: {c}\"", &["\"a, b: {c}\""]);
    check(
        r#"{"a": 1.50, "b": [true, null, []], "c": {"d\"e": "f\\"}}"#,
        &[
            "{3}",
            "  a: 1.50",
            "  b: [3]",
            "    true",
            "    null",
            "    [0]",
            "  c: {1}",
            r#"    d\"e: "f\\""#,
        ],
    );
    check(r#"{"": ""}"#, &["{1}", r#"  : """#]);
    check(r#"["a", "b"]"#, &["[2]", r#"  "a""#, r#"  "b""#]);
}

#[test]
fn a_fold_ends_where_its_last_line_does() {
    let tree = Tree::of(r#"{"a": {"b": [1, 2]}, "c": 3}"#);
    let ends: Vec<usize> = tree.lines.iter().map(|line| line.end).collect();
    assert_eq!(ends, [6, 5, 5, 4, 5, 6]);
}

#[test]
fn what_is_no_json_ends_the_lines_and_says_so() {
    for text in ["{\"a\": \"unfinished", "{\"a\": 1", "[1, 2", "]", "{\"a\":"] {
        assert_eq!(Tree::of(text).rest, Rest::NotJson, "{text}");
    }
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    assert_eq!(Tree::of(&deep).lines.len(), 5_000);
}

#[test]
fn lines_and_texts_have_bounds() {
    let many = format!("[{}]", vec!["1"; LINES_MAX + 50].join(", "));
    let tree = Tree::of(&many);
    assert_eq!((tree.lines.len(), tree.rest), (LINES_MAX, Rest::TooMany));
    assert_eq!(tree.lines[0].end, LINES_MAX);
    let long = format!("\"{}\"", "é".repeat(TEXT_CHARS_MAX * 2));
    let shown = lines(&long).remove(0);
    assert!(shown.ends_with(&format!("… {} bytes in all", long.len())), "{}", shown.len());
    assert!(shown.chars().count() < TEXT_CHARS_MAX + 40);
}

#[test]
fn hostile_texts_are_visible() {
    let all = lines("{\"\u{202e}k\": \"\u{200b}\u{7f}\u{9b}v\"}").join("");
    assert!(!all.contains(['\u{202e}', '\u{200b}', '\u{7f}', '\u{9b}']), "{all:?}");
}

#[test]
fn the_subject_is_what_the_payload_names() {
    let check = |text: &str, expected: Option<Subject>| assert_eq!(Subject::of(text), expected, "{text}");
    check(r#"{"finding_id": 12}"#, Some(Subject::Finding(12)));
    check(r#"{"finding_id": "12"}"#, Some(Subject::Finding(12)));
    check(r#"{"finding_id": -1}"#, None);
    check(r#"{"finding_id": "12; drop"}"#, None);
    check(r#"{"finding_id": 1e400}"#, None);
    check(r#"{"scan_ids": [3, 4, "x"]}"#, Some(Subject::Scans(vec![3, 4])));
    check(r#"{"scan_ids": []}"#, None);
    check(r#"{"count": 3}"#, None);
    check("[12]", None);
    check("not json", None);
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[\\[\\]{}:,\"\\\\ a1é\u{202e}]{0,60}") {
        let tree = Tree::of(&text);
        for (at, line) in tree.lines.iter().enumerate() {
            prop_assert!(line.end > at && line.end <= tree.lines.len(), "{text:?} {tree:?}");
        }
    }

    #[test]
    fn every_json_is_read_whole(json in json()) {
        let text = json.to_string();
        let tree = Tree::of(&text);
        prop_assert_eq!(tree.rest, Rest::Nothing);
        prop_assert_eq!(tree.lines.len(), values(&json), "{}", text);
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value as Json;
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("\\PC{0,6}", inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// How many values there are, this one included.
fn values(json: &serde_json::Value) -> usize {
    1 + match json {
        serde_json::Value::Array(items) => items.iter().map(values).sum(),
        serde_json::Value::Object(map) => map.values().map(values).sum(),
        _ => 0,
    }
}
