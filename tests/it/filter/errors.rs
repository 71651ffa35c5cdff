//! What is said about a wrong filter: the column, what is wrong, what was probably meant.

use super::FIELDS;
use attestor::error::Kind;
use attestor::filter::{NESTING_MAX, Suggestion, TERMS_MAX, TEXT_CHARS_MAX, parse};

fn check(input: &str, expected: &str) {
    match parse(input, &FIELDS) {
        Ok(filter) => panic!("{input} is understood as {filter}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{input}"),
    }
}

#[test]
fn names_and_words_that_nobody_knows() {
    check("severty:high", "unknown field `severty` at column 1; did you mean `severity`?");
    check("größe -(x or Sevrity>high)", "unknown field `Sevrity` at column 14; did you mean `severity`?");
    check("verd:fp", "unknown field `verd` at column 1; did you mean `verdict`?");
    check("projct:x", "unknown field `projct` at column 1; did you mean `project`?");
    check("severity>=hihg", "unknown value `hihg` for `severity` at column 11; did you mean `high`?");
    check("sev:low,criticl", "unknown value `criticl` for `severity` at column 9; did you mean `critical`?");
    check("is:undecide", "unknown value `undecide` for `is` at column 4; did you mean `undecided`?");
    check("verdict:maybe", "unknown value `maybe` for `verdict` at column 9; it is one of tp, fp");
    check("verdict:\"\"", "unknown value `` for `verdict` at column 9; it is one of tp, fp");
    check(
        "http://example.org",
        "unknown field `http` at column 1; put it in quotes to search for it as text; the fields are severity, \
         rule, file, repo, tag, by, said, verdict, risk, line, age, seen, is, has",
    );
}

#[test]
fn values_of_the_wrong_type() {
    check("risk>high", "`risk` takes a number, such as 50 or 2.5, not `high` at column 6");
    check("risk:1e5", "`risk` takes a number, such as 50 or 2.5, not `1e5` at column 6");
    check("risk>nan", "`risk` takes a number, such as 50 or 2.5, not `nan` at column 6");
    check("line:3.5", "`line` takes a whole number, such as 42, not `3.5` at column 6");
    check("line:1,x*", "`line` takes a whole number, such as 42, not `x*` at column 8");
    check(
        "line:99999999999999999999",
        "`line` takes a whole number, such as 42, not `99999999999999999999` at column 6",
    );
    let age = "an age of at most 1000y, such as 90s, 30m, 12h, 7d, 2w, 3mo or 1y";
    for wrong in ["7", "d", "7D", "7M", "-7d", "1.5d", "1001y", "4294967296s", "7dd", "7 d"] {
        check(&format!("age<\"{wrong}\""), &format!("`age` takes {age}, not `{wrong}` at column 5"));
    }
    let time = "a time, such as 2026-01-31 or 2026-01-31T14:00:00Z";
    for wrong in ["2026", "2026-13-01", "2026-02-30", "7d", "0000-01-01", "-0001-01-01", "10000-01-01"] {
        check(&format!("seen>{wrong}"), &format!("`seen` takes {time}, not `{wrong}` at column 6"));
    }
    check(
        "seen>9999-12-31T23:59:59-01:00",
        &format!("`seen` takes {time}, not `9999-12-31T23:59:59-01:00` at column 6"),
    );
}

#[test]
fn comparisons_that_a_field_does_not_take() {
    check("rule>xss", "`rule` has no order at column 5; write rule:value");
    check("verdict>=fp", "`verdict` has no order at column 8; write verdict:value");
    check(
        "age:7d",
        "`age` takes a comparison at column 4; write age<7d for younger than seven days, age>7d for older",
    );
    check("severity>low,high", "a list after `>` at column 14; a list goes with `:`, as in severity:a,b");
    check(
        "severity!=high",
        "`!=`, which is written as `-` before the field at column 9; write -severity:value",
    );
    check("age==5d", "the unknown comparison `==` at column 4; use one of : = < <= > >=");
    check("tag==a", "the unknown comparison `==` at column 4; use one of : = < <= > >=");
    check("rule:==a", "the unknown comparison `==` at column 5; use one of : = < <= > >=");
    check("risk==5", "the unknown comparison `==` at column 5; use one of : = < <= > >=");
    check("risk=>5", "the unknown comparison `=>` at column 5; use one of : = < <= > >=");
    check(
        "severity >= high",
        "`>=` without a field before it at column 10; write field, comparison and value without spaces, as in \
         severity>=high",
    );
}

#[test]
fn broken_punctuation() {
    let in_quotes = "put a text that holds such a character or word in quotes";
    check(
        "rule:",
        "no value after `rule:` at column 6; write the value without a space; \"\" is the empty text",
    );
    check(
        "rule:a,,b",
        "no value after `rule:` at column 8; write the value without a space; \"\" is the empty text",
    );
    check(
        "rule:a,",
        "no value after `rule:` at column 8; write the value without a space; \"\" is the empty text",
    );
    check(
        "a \"b",
        "a quote that is never closed at column 3; add a `\"` at the end, or write `\\\"` for a quote in a text",
    );
    check(
        "\"b\\\"",
        "a quote that is never closed at column 1; add a `\"` at the end, or write `\\\"` for a quote in a text",
    );
    check("\"a\"b", "`b` right after a quote at column 4; put a space between them");
    check(
        "a\"b\"",
        "a quote inside a word at column 2; put the whole word in quotes, and write `\\\"` for a quote in it",
    );
    check("(a", "a `(` that is never closed at column 1; add a `)`, or put a text that holds one in quotes");
    check(
        "a)",
        "a `)` that closes nothing at column 2; take it away, or put a text that holds one in quotes",
    );
    check("()", &format!("nothing between the parentheses at column 1; {in_quotes}"));
    check("(a or )", &format!("a `)` where a term is expected at column 7; {in_quotes}"));
    check("or a", &format!("an `or` without a term before it at column 1; {in_quotes}"));
    check("a or", &format!("nothing where a term is expected at column 5; {in_quotes}"));
    check("a -", &format!("nothing after `-` at column 4; {in_quotes}"));
    check("and", &format!("an `and` without a term before it at column 1; {in_quotes}"));
    check("(and a)", &format!("an `and` without a term before it at column 2; {in_quotes}"));
    check("a or and b", &format!("an `and` without a term before it at column 6; {in_quotes}"));
    check("a and or b", &format!("an `or` without a term before it at column 7; {in_quotes}"));
    check("a and", &format!("nothing where a term is expected at column 6; {in_quotes}"));
    check("-and", &format!("an `and` without a term before it at column 2; {in_quotes}"));
    check(
        "not a",
        "the word `not`, which is written as `-` here at column 1; write -term for what is not wanted, or \"not\" in \
         quotes for the word",
    );
    check(
        "\"\"",
        "an empty text, which is found everywhere at column 1; take it away, or compare with = for texts that are empty",
    );
    check("a\0", "a NUL character, which no text in the database can hold at column 2");
}

#[test]
fn what_is_too_much() {
    let too_deep = format!("{}a", "(".repeat(100_000));
    check(
        &too_deep[..TEXT_CHARS_MAX],
        &format!("more than {NESTING_MAX} parentheses open at once at column 33"),
    );
    check(
        &too_deep,
        &format!("more than the {TEXT_CHARS_MAX} characters that a filter may have at column 8193"),
    );
    let deep = format!("{}a b{}", "(-".repeat(NESTING_MAX), ")".repeat(NESTING_MAX));
    assert!(parse(&deep, &FIELDS).is_ok());
    assert!(parse(&format!("{}a", "-".repeat(TEXT_CHARS_MAX - 1)), &FIELDS).is_ok());
    let values = vec!["x"; TERMS_MAX].join(" ");
    assert!(parse(&values, &FIELDS).is_ok());
    check(
        &format!("{values} y"),
        &format!(
            "more than the {TERMS_MAX} words and values that a filter may have at column {}",
            2 * TERMS_MAX + 1
        ),
    );
    // What becomes longer in its canonical form must be readable again too.
    let aliases = format!("{}sev:crit", "sev:crit ".repeat(480));
    let padded = format!("{aliases} {}", "x".repeat(TEXT_CHARS_MAX - aliases.len() - 1));
    check(&padded, &format!("more than {TEXT_CHARS_MAX} characters when written out at column 1"));
    check(
        "file:**/a/**/b/**/c/**/d",
        "more than 3 times `**/` in one value at column 6; `*` runs over folders too",
    );
}

#[test]
fn the_place_is_marked_for_the_command_line() {
    let text = "経路 severty:high";
    let error = parse(text, &FIELDS).unwrap_err();
    assert_eq!((error.column, error.length), (4, 7));
    assert_eq!(error.suggestion, Some(Suggestion::Instead("severity".into())));
    let report = error.in_text(text);
    assert_eq!(report.kind(), Kind::Usage);
    assert_eq!(
        report.report().to_string(),
        "error: unknown field `severty` at column 4 of the filter\n  \
         try: did you mean `severity`?\n    経路 severty:high\n         ^^^^^^^"
    );
    let usage: attestor::error::Error = error.into();
    assert_eq!(usage.kind(), Kind::Usage);
    assert_eq!(usage.hint_text(), Some("did you mean `severity`?"));
}

#[test]
fn a_long_or_hostile_filter_is_shown_in_a_short_and_harmless_line() {
    let text = format!("{} nobody\u{202e}:x {}", "a\u{1b}".repeat(200), "b".repeat(200));
    let error = parse(&format!("{text} sev:"), &FIELDS).unwrap_err();
    let marked = error.marked(&text);
    let lines: Vec<&str> = marked.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines.iter().all(|line| line.chars().count() <= 150 && !line.contains(['\u{1b}', '\u{202e}'])),
        "{marked}"
    );
    let text = "x\nx\tseverty:\u{1b}";
    let error = parse(text, &FIELDS).unwrap_err();
    assert_eq!(error.marked(text), "x␊x␉severty:␛\n    ^^^^^^^");
    let text = "verdict:\u{1b}[31m";
    assert_eq!(parse(text, &FIELDS).unwrap_err().message, "unknown value `␛[31m` for `verdict`");
}
