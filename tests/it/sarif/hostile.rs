//! Files that mean harm, and files that mean nothing.

use super::{check_deviation, read, seen};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Everything that a hostile file can hold is held, bounded.
#[test]
fn hostile_text_comes_through_bounded() {
    let nasty = format!("\u{1b}]0;title\u{7}\u{202e}{}\u{0}\r\n", "\u{301}".repeat(5000));
    let o = check_deviation(
        json!({
            "ruleId": nasty, "message": {"text": nasty}, "kind": nasty, "level": nasty,
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": nasty}, "region": {"startLine": nasty, "snippet": {"text": nasty}}}}],
            "properties": {"tags": vec![nasty.clone(); 200], "security-severity": nasty},
            "suppressions": [{"justification": nasty}], "fingerprints": {nasty.clone(): nasty},
        }),
        "200 tags",
    );
    assert!(o.rule_id.len() <= 512 && o.location.file.len() <= 1024 && o.tags.len() <= 64);
    for text in [&o.rule_id, &o.message, &o.location.file] {
        assert!(!text.contains('\0'));
    }
    let (_, deviations) = seen(json!({"level": nasty, "kind": nasty}));
    for line in deviations {
        assert!(line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line:?}");
        assert!(line.len() < 1000, "{}", line.len());
    }
}

pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| json!(f)),
        ".{0,12}".prop_map(Value::from),
        Just(json!("error")),
        Just(json!("CVE-2024-3094")),
        Just(json!("file:///C:/%zz/a")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(
                prop_oneof![Just("text".to_owned()), Just("uri".to_owned()), "[a-z]{1,5}"],
                inner,
                0..4
            )
            .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The places of a value: each is a way down to it.
fn ways(value: &Value, way: &mut Vec<String>, all: &mut Vec<String>) {
    all.push(way.iter().map(|step| format!("/{step}")).collect());
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        way.push(step);
        ways(child, way, all);
        way.pop();
    }
}

fn full_log() -> Value {
    json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "t", "version": "1", "rules": [{"id": "r", "defaultConfiguration": {"level": "note"},
            "messageStrings": {"m": {"text": "{0}"}}, "properties": {"tags": ["CVE-2024-3094"], "security-severity": "5"}}]},
            "extensions": [{"name": "x", "rules": [{"id": "q"}]}]},
        "automationDetails": {"id": "a/b"}, "invocations": [{"executionSuccessful": true, "endTimeUtc": "2024-01-01T00:00:00Z"}],
        "versionControlProvenance": [{"repositoryUri": "https://github.com/a/b", "revisionId": "1", "branch": "main", "mappedTo": {"uriBaseId": "S"}}],
        "originalUriBaseIds": {"S": {"uri": "file:///s/"}, "T": {"uri": "t/", "uriBaseId": "S"}},
        "artifacts": [{"location": {"uri": "a.c", "uriBaseId": "T"}}], "logicalLocations": [{"name": "f"}],
        "results": [{"ruleId": "r", "ruleIndex": 0, "rule": {"id": "q", "index": 0, "toolComponent": {"index": 0}}, "kind": "fail",
            "level": "error", "message": {"text": "x {0}", "id": "m", "arguments": ["y"]}, "baselineState": "new",
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "b.c", "uriBaseId": "T", "index": 0},
                "region": {"startLine": 3, "endLine": 4, "snippet": {"text": "c"}},
                "contextRegion": {"startLine": 2, "snippet": {"text": "abc"}}}, "logicalLocations": [{"index": 0}]}],
            "fingerprints": {"v": "1"}, "partialFingerprints": {"primaryLocationLineHash": "h:1"},
            "suppressions": [{"kind": "inSource", "status": "accepted"}], "properties": {"tags": ["t"], "security-severity": "7.5"}}]
    }]})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever stands anywhere: no panic, and two readings agree.
    #[test]
    fn no_change_to_a_log_makes_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4)) {
        let mut log = full_log();
        for (at, value) in changes {
            let mut all = Vec::new();
            ways(&log, &mut Vec::new(), &mut all);
            let way = at.get(&all).clone();
            if let Some(place) = log.pointer_mut(&way) {
                *place = value;
            }
        }
        if let Ok(reading) = read(log.to_string().as_bytes()) {
            prop_assert_eq!(reading.tally.seen + reading.tally.gone + reading.tally.left_out, reading.survey.results());
            for o in &reading.seen {
                prop_assert!(o.rule_id.len() <= 512 && o.location.file.len() <= 1024);
            }
        }
    }

    /// Whatever bytes: no panic.
    #[test]
    fn no_bytes_make_it_panic(at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..6)) {
        let mut log = full_log().to_string().into_bytes();
        let at = at.index(log.len());
        let end = (at + bytes.len()).min(log.len());
        log.splice(at..end, bytes);
        drop(read(&log));
    }
}
