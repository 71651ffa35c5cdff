//! How bad a result is, and which rule says so.

use super::seen_with;
use attestor::triage::finding::Severity;
use serde_json::{Value, json};

#[test]
fn severity_is_by_score_then_level_then_rule() {
    let rules = json!({"tool": {"driver": {"name": "s", "rules": [
        {"id": "plain"},
        {"id": "note", "defaultConfiguration": {"level": "note"}},
        {"id": "scored", "defaultConfiguration": {"level": "note"}, "properties": {"security-severity": "9.8"}},
    ]}}});
    let check = |result: Value, expected: Severity| {
        assert_eq!(seen_with(rules.clone(), result.clone()).0.severity, expected, "{result}");
    };
    for (score, expected) in [
        (json!("10"), Severity::Critical),
        (json!(9.0), Severity::Critical),
        (json!("8.9"), Severity::High),
        (json!("7.0"), Severity::High),
        (json!(6.9), Severity::Medium),
        (json!("4"), Severity::Medium),
        (json!("3.9"), Severity::Low),
        (json!(0.1), Severity::Low),
        (json!("0.0"), Severity::Info),
        (json!("CRITICAL"), Severity::Critical),
        (json!("11"), Severity::Low),
        (json!("NaN"), Severity::Low),
    ] {
        check(json!({"level": "note", "properties": {"security-severity": score}}), expected);
    }
    check(json!({"level": "error"}), Severity::High);
    check(json!({"level": "warning"}), Severity::Medium);
    check(json!({"level": "note"}), Severity::Low);
    check(json!({"level": "none"}), Severity::Info);
    check(json!({}), Severity::Medium);
    check(json!({"ruleId": "plain"}), Severity::Medium);
    check(json!({"ruleId": "note"}), Severity::Low);
    check(json!({"ruleId": "note/case/7"}), Severity::Low);
    check(json!({"ruleId": null, "ruleIndex": 1}), Severity::Low);
    check(json!({"ruleId": null, "rule": {"index": 1}}), Severity::Low);
    check(json!({"ruleId": null, "rule": {"id": "note"}}), Severity::Low);
    check(json!({"ruleId": "plain", "ruleIndex": 1}), Severity::Medium);
    check(json!({"ruleId": "note", "ruleIndex": 77}), Severity::Low);
    check(json!({"ruleId": "scored", "level": "note"}), Severity::Critical);
    check(json!({"ruleId": "note", "kind": "pass"}), Severity::Info);
    check(json!({"ruleId": "scored", "kind": "pass"}), Severity::Info);
    check(json!({"kind": "open", "level": "error"}), Severity::High);
    check(json!({"ruleId": "note", "kind": "wild"}), Severity::Low);
}

#[test]
fn rules_of_extensions_are_found() {
    let run = json!({"tool": {"driver": {"name": "s", "rules": [{"id": "own"}]}, "extensions": [
        {"name": "first", "rules": [{"id": "a", "defaultConfiguration": {"level": "error"}}]},
        {"name": "second", "globalMessageStrings": {"g": {"text": "global {0}"}},
         "rules": [{"id": "b", "defaultConfiguration": {"level": "note"}, "messageStrings": {"m": {"text": "own {1}, {0}"}}}]},
    ]}});
    let check = |result: Value, expected: (&str, Severity, &str)| {
        let (o, _) = seen_with(run.clone(), result.clone());
        assert_eq!((o.rule_id.as_str(), o.severity, o.message.as_str()), expected, "{result}");
    };
    check(json!({"ruleId": "b"}), ("b", Severity::Low, "m"));
    check(
        json!({"ruleId": null, "rule": {"index": 0, "toolComponent": {"index": 1}}}),
        ("b", Severity::Low, "m"),
    );
    check(
        json!({"ruleId": null, "rule": {"index": 0, "toolComponent": {"name": "first"}}}),
        ("a", Severity::High, "m"),
    );
    check(
        json!({"ruleId": "b", "message": {"id": "m", "arguments": ["x", "y"]}}),
        ("b", Severity::Low, "own y, x"),
    );
    let global = json!({"ruleId": null, "rule": {"index": 0, "toolComponent": {"index": 1}},
                        "message": {"id": "g", "arguments": [7]}});
    check(global, ("b", Severity::Low, "global 7"));
    check(json!({"ruleId": null}), ("(no rule)", Severity::Medium, "m"));
}
