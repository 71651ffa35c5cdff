//! What breaks the standard and is taken all the same.

use super::{at, check_deviation, read};
use attestor::triage::finding::Severity;
use serde_json::{Value, json};

#[test]
fn what_deviates_is_taken_and_said() {
    check_deviation(json!({}), "");
    assert_eq!(check_deviation(at(json!({"startLine": "42"})), "runs[0].results[0].locations[0].physicalLocation.region.startLine: text where a number belongs; read as 42").location.line, Some(42));
    assert_eq!(
        check_deviation(at(json!({"startLine": 42.0})), "not whole; read as 42").location.line,
        Some(42)
    );
    assert_eq!(check_deviation(at(json!({"startLine": -3})), "-3 is no line").location.line, None);
    assert_eq!(check_deviation(at(json!({"startLine": 0})), "0 is no line").location.line, None);
    assert_eq!(
        check_deviation(at(json!({"startLine": 3_000_000_000_u64})), "is no line").location.line,
        None
    );
    assert_eq!(
        check_deviation(at(json!({"startLine": u64::MAX})), "not whole; left out").location.line,
        None
    );
    assert_eq!(check_deviation(at(json!({"startLine": {}})), "an object; left out").location.line, None);
    assert_eq!(
        check_deviation(at(json!({"startLine": 9, "endLine": 3})), "3 is before 9").location.end_line,
        None
    );
    check_deviation(at(json!([])), "a list where an object belongs");
    check_deviation(
        json!({"locations": {"physicalLocation": {"artifactLocation": {"uri": "a"}}}}),
        "read as a list of one",
    );
    check_deviation(json!({"locations": "a.py"}), "text where a list belongs");
    assert_eq!(
        check_deviation(json!({"level": "Error"}), "\"Error\" is no level; read as error").severity,
        Severity::High
    );
    assert_eq!(check_deviation(json!({"level": "shrug"}), "left out").severity, Severity::Medium);
    assert_eq!(
        check_deviation(json!({"level": 3}), "a number where a level belongs").severity,
        Severity::Medium
    );
    check_deviation(json!({"kind": "odd"}), "judged as fail");
    assert_eq!(
        check_deviation(json!({"ruleId": 77}), "a number where text belongs; read as \"77\"").rule_id,
        "77"
    );
    assert_eq!(check_deviation(json!({"ruleId": "a\u{0}b"}), "NUL").rule_id, "a␀b");
    assert_eq!(
        check_deviation(json!({"ruleId": "x".repeat(5000)}), "5000 bytes; cut to 512").rule_id.len(),
        512
    );
    assert!(check_deviation(json!({"ruleId": "é".repeat(500)}), "cut to").rule_id.ends_with('é'));
    check_deviation(json!({"message": {"text": "x".repeat(70_000)}}), "cut to 16384");
    check_deviation(json!({"properties": "none"}), "text where an object belongs");
    check_deviation(json!({"properties": {"tags": "one"}}), "");
    check_deviation(json!({"suppressions": "yes"}), "text where a list belongs");
    check_deviation(json!({"fingerprints": ["x"]}), "a list where an object belongs");
    check_deviation(json!({"ruleIndex": -7}), "-7 is no place in a list");
    check_deviation(json!({"ruleIndex": -1}), "");
}

#[test]
fn what_deviates_in_the_file_is_taken_and_said() {
    let check = |text: &str, results: u64, words: &str| {
        let reading = read(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let said = reading.deviations.join("\n");
        assert!(said.contains(words), "{text}: {said:?} lacks {words:?}");
        assert_eq!(reading.tally.seen, results, "{text}");
    };
    let tool = r#""tool":{"driver":{"name":"t"}}"#;
    let ok = format!(r#"{{{tool},"results":[{{}}]}}"#);
    check(&format!(r#"{{"runs":[{ok}]}}"#), 1, "file.version: missing");
    check(&format!(r#"{{"version":"2.0.0","runs":[{ok}]}}"#), 1, "\"2.0.0\" is not 2.1.0");
    check(&format!(r#"{{"version":2.1,"runs":[{ok}]}}"#), 1, "file.version: not text");
    check(r#"{"version":"2.1.0","runs":null}"#, 0, "");
    check(&format!(r#"{{"version":"2.1.0","runs":{ok}}}"#), 1, "read as one run");
    check(
        &format!(r#"{{"version":"2.1.0","runs":[null,5,{ok}]}}"#),
        1,
        "runs[1]: a number where a run belongs",
    );
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{{{tool},"results":{{}}}}]}}"#),
        0,
        "an object where a list belongs",
    );
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{{}},"x",null,[]]}}]}}"#),
        1,
        "results[1]: text where a result",
    );
    check(r#"{"version":"2.1.0","runs":[{"results":[{}]}]}"#, 1, "tool.driver.name: missing");
    check(r#"{"version":"2.1.0","runs":[{"tool":{"name":"old"},"results":[{}]}]}"#, 1, "tool.name");
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{ok}],"runs":[{ok},{ok}]}}"#),
        2,
        "file.runs: stands twice",
    );
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{ok},{ok}],"runs":[{ok}]}}"#),
        1,
        "file.runs: stands twice",
    );
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{{"results":[{{}},{{}}],{tool},"results":[{{}}]}}]}}"#),
        1,
        "results: stands twice",
    );
    check(
        &format!(
            r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{{"level":"note","level":"error"}}]}}]}}"#
        ),
        1,
        "\"level\" stands twice",
    );
    check(
        &format!(
            r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{{"message":{{"text":"\ud800 x"}}}}]}}]}}"#
        ),
        1,
        "1 halves of surrogate pairs",
    );
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{{"rank":1e999}}]}}]}}"#),
        1,
        "1 numbers that are too large",
    );
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    check(
        &format!(r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{{"properties":{{"x":{deep}}}}}]}}]}}"#),
        1,
        "nested deeper",
    );
    check(&format!(r#"{{"version":"2.1.0","x":{deep},"runs":[{ok}]}}"#), 1, "");
    check(
        &format!(
            r#"{{"version":"2.1.0","runs":[{{{tool},"externalPropertyFileReferences":{{"results":[]}}}}]}}"#
        ),
        0,
        "results in other files",
    );
}

#[test]
fn deviations_of_a_kind_are_listed_to_twenty_and_then_counted() {
    let results: Vec<Value> = (0..50).map(|_| json!({"level": "odd"})).collect();
    let log = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": results}]});
    let lines = read(log.to_string().as_bytes()).unwrap().deviations;
    assert_eq!(lines.iter().filter(|line| line.contains("is no level")).count(), 20);
    assert!(lines.contains(&"30 more of this kind: level".to_owned()), "{lines:?}");
}
