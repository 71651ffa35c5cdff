//! What is understood, and that what is printed is understood as the same.

use super::FIELDS;
use attestor::filter::{Filter, parse, sql::push_where};
use chrono::Utc;
use proptest::prelude::*;
use sqlx::{Postgres, QueryBuilder};

/// `input` is understood and printed as `expected`, which is its own canonical form.
fn check(input: &str, expected: &str) {
    let filter = parse(input, &FIELDS).unwrap_or_else(|error| panic!("{input}: {error}"));
    assert_eq!(filter.to_string(), expected, "{input}");
    assert_eq!(parse(expected, &FIELDS), Ok(filter), "{expected} is not read as {input}");
}

#[test]
fn nothing_is_every_row() {
    check("", "");
    check(" \t\u{3000}\n", "");
    assert!(parse("  ", &FIELDS).unwrap().is_empty());
    assert!(!parse("x", &FIELDS).unwrap().is_empty());
    assert_eq!(Filter::default().to_string(), "");
}

#[test]
fn words_and_quotes() {
    check("cursor  execute", "cursor execute");
    check("cursor and execute AND x", "cursor execute x");
    check("\"two words\"", "\"two words\"");
    check("\"plain\"", "plain");
    check(r#""a \"quote\" and \\ and \n""#, r#""a \"quote\" and \\ and \\n""#);
    check("\"or\" \"And\" \"not\"", "\"or\" \"And\" \"not\"");
    check("api/users.py:42", "api/users.py:42");
    check("\"severity:high\"", "\"severity:high\"");
    check("\"-x\" a-b", "\"-x\" a-b");
    check("inject* wh?t \"inject*\"", "inject* wh?t \"inject*\"");
    check("größe 経路 👩‍💻", "größe 経路 👩‍💻");
    check("a\\b !x don't", "a\\b !x don't");
}

#[test]
fn terms() {
    check("rule:xss file:tests/*", "rule:xss file:tests/*");
    check("RULE:xss Path:a", "rule:xss file:a");
    check("rule=xss rule=a,b", "rule=xss rule=a,b");
    check("repo=acme/api", "repo:acme/api");
    check("rule==XSS repo==A,b", "rule==XSS repo==A,b");
    check("rule==a*b rule==\"=x\" rule==\"\"", "rule==\"a*b\" rule==\"=x\" rule==\"\"");
    check("repo:\"\" rule=\"\"", "repo:\"\" rule=\"\"");
    check("file:\"a b\",c,\"d,e\",\"*\"", "file:\"a b\",c,\"d,e\",\"*\"");
    check("file:\"=x\" file:!x file:\\d:\\e", "file:\"=x\" file:\"!x\" file:\\d:\\e");
    check("sev>=HIGH severity=crit,med", "severity>=high severity:critical,medium");
    check("severity:>=high risk:<5 line:=3", "severity>=high risk<5 line:3");
    check("risk>50 risk<=2.50 risk:-1 risk>-0", "risk>50 risk<=2.5 risk:-1 risk>0");
    check("line:1,2,3 line>9007199254740993", "line:1,2,3 line>9007199254740993");
    check("age<7d age>=90s age>1mo age<1000y", "age<7d age>=90s age>1mo age<1000y");
    check("seen>2026-01-01 seen:2026-01-01,2026-02-03", "seen>2026-01-01 seen:2026-01-01,2026-02-03");
    check("seen<=2026-01-01T10:00:00+02:00", "seen<=2026-01-01T08:00:00Z");
    check("seen<=\"2026-01-01 10:00\"", "seen<=2026-01-01T10:00:00Z");
    check("is:undecided has:line,tags by:me", "is:undecided has:line,tags by:me");
}

#[test]
fn connectors() {
    check("-verdict:fp -x", "-verdict:fp -x");
    check("--x ---x", "x -x");
    check("-(a or b)", "-(a or b)");
    check("-(a)", "-a");
    check("-(a b) -(-(a b))", "-(a b) a b");
    check("((a)) (b c)", "a b c");
    check("a b or c d", "a b or c d");
    check("a (b OR c)", "a (b or c)");
    check("(a or b) or (c or d)", "a or b or c or d");
    check("(a (b or (c d)))(e)", "a (b or c d) e");
}

#[test]
fn filters_are_put_together() {
    let filter = |text| parse(text, &FIELDS).unwrap();
    assert_eq!(filter("a or b").and(filter("c")).to_string(), "(a or b) c");
    assert_eq!(filter("a").and(filter("")).to_string(), "a");
    assert_eq!(filter("a b").or(filter("c or d")).to_string(), "a b or c or d");
    assert!(filter("a").or(filter("")).is_empty());
    assert_eq!(filter("a b").negated().unwrap().to_string(), "-(a b)");
    assert_eq!(filter("-a").negated().unwrap().to_string(), "a");
    assert_eq!(filter("").negated(), None);
    assert_eq!(filter("a").with_term("-verdict:fp", &FIELDS).unwrap().to_string(), "a -verdict:fp");
}

/// Text that looks like filters more often than chance would have it.
fn filterish() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "severity",
        "sev",
        "rule",
        "repo",
        "tag",
        "by",
        "verdict",
        "risk",
        "line",
        "age",
        "seen",
        "is",
        "has",
        ":",
        "=",
        "<",
        ">",
        "<=",
        ">=",
        "!=",
        ",",
        "(",
        ")",
        "-",
        "\"",
        "\\",
        "\\\"",
        "*",
        "?",
        "**/",
        " ",
        " ",
        " or ",
        " and ",
        "not",
        "high",
        "fp",
        "7d",
        "1mo",
        "2026-01-01",
        "T10:00:00Z",
        "42",
        "-1.5",
        "undecided",
        "x",
        "ä",
        "💥",
        "\u{301}",
        "\u{202e}",
        "\t",
        "!",
        "me",
        "%",
        "_",
        "$1",
        "'",
        ";--",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_understood_or_refused_at_a_column_of_it(text in prop_oneof![filterish(), any::<String>(), "\\PC{0,40}"]) {
        match parse(&text, &FIELDS) {
            Ok(filter) => {
                let printed = filter.to_string();
                prop_assert_eq!(parse(&printed, &FIELDS), Ok(filter), "{} printed as {}", text, printed);
            }
            Err(error) => {
                let length = text.chars().count();
                prop_assert!(error.column >= 1 && error.column <= length + 1, "{:?}", error);
                prop_assert!(error.column - 1 + error.length <= length, "{:?}", error);
                prop_assert!(error.in_text(&text).report().to_string().contains('^'));
            }
        }
    }

    #[test]
    fn what_is_put_together_is_printed_as_it_is_meant(filter in filters()) {
        let printed = filter.to_string();
        prop_assert_eq!(parse(&printed, &FIELDS), Ok(filter), "{}", printed);
    }

    #[test]
    fn no_text_of_a_person_reaches_the_statement(word in "Zq9[a-z'\";$%_\\\\*?-]{0,8}", shape in 0..6_usize) {
        let quoted = format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
        let text = match shape {
            0 => quoted,
            1 => format!("rule:{quoted} or -file={quoted}"),
            2 => format!("repo:{quoted},{quoted}"),
            3 => format!("-(tag:{quoted} by:me,{quoted})"),
            4 => format!("rule:{}*", word.replace(['"', '?'], "")),
            _ => format!("{}*", word.replace('"', "")),
        };
        let mut query = QueryBuilder::<Postgres>::new("");
        push_where(&mut query, &parse(&text, &FIELDS).unwrap(), &FIELDS, Utc::now());
        prop_assert!(!query.sql().as_str().contains("Zq9"), "{}", query.sql().as_str());
    }
}

/// Filters put together from terms by the three connectors, not by reading.
fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        any::<String>().prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        any::<String>().prop_map(|text| format!("rule:{}", attestor::filter::quoted(&text))),
        any::<String>().prop_map(|text| format!("rule={}", attestor::filter::quoted(&text))),
        prop::collection::vec(any::<f64>(), 1..4)
            .prop_map(|n| format!("risk:{}", n.iter().map(f64::to_string).collect::<Vec<_>>().join(","))),
        any::<i64>().prop_map(|n| format!("line>={n}")),
        (0..400_u32, prop::sample::select(vec!["s", "m", "h", "d", "w", "mo", "y"]))
            .prop_map(|(n, unit)| format!("age<{n}{unit}")),
        (0..3_000_000_000_i64)
            .prop_map(|s| format!("seen:{}", chrono::DateTime::from_timestamp(s, 0).unwrap().to_rfc3339())),
        filterish(),
    ]
    .prop_filter_map("no filter", |text| parse(&text, &FIELDS).ok());
    leaf.prop_recursive(6, 48, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(|a| a.clone().negated().unwrap_or(a)),
        ]
    })
}
