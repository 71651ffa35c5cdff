//! SARIF as scanners write it, and as they should not.

use attestor::triage::finding::Severity;
use attestor::triage::sarif::deviation::Deviations;
use attestor::triage::sarif::observation::Observation;
use attestor::triage::sarif::results::{Tally, each_result};
use attestor::triage::sarif::survey::{Survey, Unreadable, survey};
use attestor::triage::sarif::text::Text;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// What a file comes to.
struct Reading {
    survey: Survey,
    seen: Vec<Observation>,
    tally: Tally,
    deviations: Vec<String>,
}

fn text(bytes: &[u8]) -> Text<'_> {
    Text::open(bytes, |_| Ok(())).unwrap()
}

fn read(bytes: &[u8]) -> Result<Reading, Unreadable> {
    let unreadable = |e: std::io::Error| Unreadable { what: e.to_string(), hint: String::new() };
    let mut survey = survey(Text::open(bytes, |_| Ok(())).map_err(unreadable)?)?;
    let mut deviations: Deviations = std::mem::take(&mut survey.deviations);
    let mut seen = Vec::new();
    let tally = each_result(text(bytes), &survey, &mut deviations, |_, observation| {
        seen.push(observation);
        Ok(())
    })?;
    Ok(Reading { survey, seen, tally, deviations: deviations.into_lines() })
}

#[test]
fn real_files_give_the_counts_that_others_computed() {
    let data = Path::new("/work/shared/data");
    let Ok(expected) = std::fs::read(data.join("expected.json")) else {
        eprintln!("no real files here; not checked");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    for (name, expected) in expected.as_object().unwrap() {
        if !name.starts_with("sarif/") {
            continue;
        }
        let bytes = std::fs::read(data.join(name)).unwrap();
        let reading = match (read(&bytes), expected.get("json_error")) {
            (Err(unreadable), Some(_)) => {
                assert!(unreadable.what.contains("line 755, column 13"), "{}", unreadable.what);
                continue;
            }
            (Ok(reading), None) => reading,
            (Err(e), _) => panic!("{name}: {e:?}"),
            (Ok(_), Some(e)) => panic!("{name} was taken: {e}"),
        };
        assert_eq!(reading.survey.runs.len() as u64, expected["runs"], "{name}: runs");
        assert_eq!(reading.survey.results(), expected["results_total"], "{name}: results");
        assert_eq!(reading.tally.seen, expected["results_total"], "{name}: results seen");
        let sum = |key: &str| -> u64 {
            expected["per_run"].as_array().unwrap().iter().map(|run| run[key].as_u64().unwrap()).sum()
        };
        assert_eq!(reading.tally.suppressed, sum("suppressed_nonempty"), "{name}: suppressed");
        let nowhere = reading.seen.iter().filter(|o| o.location.file.is_empty()).count() as u64;
        assert!(nowhere <= sum("no_physical_location"), "{name}: {nowhere} without a file");
        if sum("results_with_rule_security_severity") > 0 {
            continue;
        }
        for (level, severity) in [
            ("error", Severity::High),
            ("warning", Severity::Medium),
            ("note", Severity::Low),
            ("none", Severity::Info),
        ] {
            let count = reading.seen.iter().filter(|o| o.severity == severity).count() as u64;
            assert_eq!(
                count,
                expected["effective_level_total"][level].as_u64().unwrap_or(0),
                "{name}: {level}"
            );
        }
    }
}

/// A log of one result, with `result` laid over a plain one and `run` over a plain run.
fn log(run: Value, result: Value) -> Value {
    let mut whole = json!({"tool": {"driver": {"name": "scanner"}}, "results": [{"ruleId": "r", "message": {"text": "m"}}]});
    for (key, value) in result.as_object().unwrap() {
        whole["results"][0][key] = value.clone();
    }
    for (key, value) in run.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({"version": "2.1.0", "runs": [whole]})
}

fn seen_with(run: Value, result: Value) -> (Observation, Vec<String>) {
    let reading = read(log(run, result).to_string().as_bytes()).unwrap();
    (reading.seen.into_iter().next().expect("a result"), reading.deviations)
}

fn seen(result: Value) -> (Observation, Vec<String>) {
    seen_with(json!({}), result)
}

/// The result is taken, and what deviates is said in these words (none = nothing deviates).
fn check_deviation(result: Value, words: &str) -> Observation {
    let (observation, deviations) = seen(result.clone());
    let said = deviations.join("\n");
    match words {
        "" => assert_eq!(said, "", "{result}"),
        words => assert!(said.contains(words), "{result}: {said:?} lacks {words:?}"),
    }
    observation
}

fn at(region: Value) -> Value {
    json!({"locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": region}}]})
}

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

#[test]
fn messages_are_filled_in() {
    let check = |message: Value, expected: &str| {
        let (observation, _) = seen_with(
            json!({"tool": {"driver": {"name": "s", "rules": [{"id": "r", "shortDescription": {"text": "about"}}]}}}),
            json!({"message": message}),
        );
        assert_eq!(observation.message, expected, "{message}");
    };
    check(json!({"text": "plain"}), "plain");
    check(json!({"text": "", "markdown": "*md*"}), "*md*");
    check(json!({"markdown": "*md*"}), "*md*");
    check(json!({"text": "{0} and {1}, {0}", "arguments": ["a", "b"]}), "a and b, a");
    check(json!({"text": "{{0}} {0} {9} {x} }", "arguments": ["a"]}), "{0} a {9} {x} }");
    check(json!({"text": "no {0}"}), "no {0}");
    check(json!({"text": "{0}", "arguments": ["{0}"]}), "{0}");
    check(json!({"id": "nobody knows"}), "nobody knows");
    check(json!("bare"), "bare");
    check(json!(null), "about");
    check(json!({}), "about");
    check(json!(["x"]), "about");
    check(json!({"text": {"text": "deep"}}), "deep");
    check(json!({"text": 5}), "5");
}

#[test]
fn places_are_normalised() {
    let run = json!({
        "originalUriBaseIds": {
            "SRCROOT": {"uri": "file:///home/ci/work/"},
            "SUB": {"uri": " lib/", "uriBaseId": "SRCROOT"},
            "LOOSE": {"uri": "loose/"},
            "DISK": {"uri": "file:///"},
            "LOOP": {"uri": "x/", "uriBaseId": "LOOP"},
        },
        "artifacts": [{"location": {"uri": "from/table.c"}}, {"location": {"uri": "t.c", "uriBaseId": "SUB"}}],
    });
    let check = |location: Value, expected: &str| {
        let (observation, _) = seen_with(
            run.clone(),
            json!({"locations": [{"physicalLocation": {"artifactLocation": location}}]}),
        );
        assert_eq!(observation.location.file, expected, "{location}");
    };
    check(json!({"uri": "src/a.py"}), "src/a.py");
    check(json!({"uri": "./src//./a.py"}), "src/a.py");
    check(json!({"uri": "../up.py"}), "../up.py");
    check(json!({"uri": "src/../../etc/passwd"}), "src/../../etc/passwd");
    check(json!({"uri": "with%20space%2Fslash.py"}), "with space/slash.py");
    check(json!({"uri": "100%.txt"}), "100%.txt");
    check(json!({"uri": "bad%ff%fe.txt"}), "bad%ff%fe.txt");
    check(json!({"uri": "%2e%2e/x"}), "../x");
    check(json!({"uri": "src\\win\\a.cs"}), "src/win/a.cs");
    check(json!({"uri": "file:///C:/code/a.c"}), "C:/code/a.c");
    check(json!({"uri": "C:\\code\\a.c"}), "C:/code/a.c");
    check(json!({"uri": "file:///usr/lib/x.py"}), "/usr/lib/x.py");
    check(json!({"uri": "file:/usr/lib/x.py"}), "/usr/lib/x.py");
    check(json!({"uri": "file://localhost/usr/x.py"}), "/usr/x.py");
    check(json!({"uri": "file://server/share/x.py"}), "//server/share/x.py");
    check(json!({"uri": "file:///home/ci/work/src/a.py"}), "src/a.py");
    check(json!({"uri": "file:///home/ci/worker/a.py"}), "/home/ci/worker/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "SRCROOT"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "SUB"}), "lib/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "LOOSE"}), "loose/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "DISK"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "LOOP"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "UNKNOWN"}), "a.py");
    check(json!({"uri": "https://example.com/a%20b?x=1"}), "https://example.com/a%20b?x=1");
    check(json!({"index": 0}), "from/table.c");
    check(json!({"index": 1}), "lib/t.c");
    check(json!({"index": 99}), "");
    check(json!({"uri": ""}), "");
    check(json!("bare.py"), "bare.py");
    check(json!({"uri": "ends\u{0}here"}), "ends␀here");
}

#[test]
fn the_root_of_the_repository_is_heard() {
    let run = json!({
        "versionControlProvenance": [{"repositoryUri": "https://x.org/a/b", "mappedTo": {"uriBaseId": "ROOT"}}],
        "originalUriBaseIds": {"ROOT": {"uri": "file:///w/repo"}, "SRC": {"uri": "file:///w/repo/src/"}},
    });
    let check = |location: Value, expected: &str| {
        let (observation, _) = seen_with(
            run.clone(),
            json!({"locations": [{"physicalLocation": {"artifactLocation": location}}]}),
        );
        assert_eq!(observation.location.file, expected, "{location}");
    };
    check(json!({"uri": "a.c", "uriBaseId": "SRC"}), "src/a.c");
    check(json!({"uri": "file:///w/repo/src/a.c"}), "src/a.c");
    check(json!({"uri": "file:///w/other/a.c"}), "/w/other/a.c");
}

#[test]
fn the_first_place_with_a_file_counts() {
    let o = check_deviation(
        json!({"locations": [
            {"logicalLocations": [{"fullyQualifiedName": "a::b"}]},
            {"physicalLocation": {"artifactLocation": {"uri": "x.rs"}, "region": {"startLine": 7, "endLine": 9}}},
        ]}),
        "",
    );
    assert_eq!((o.location.file.as_str(), o.location.line, o.location.end_line), ("x.rs", Some(7), Some(9)));
    let o =
        check_deviation(json!({"locations": [{"logicalLocations": [{"fullyQualifiedName": "a::b"}]}]}), "");
    assert_eq!(o.location.file, "a::b");
    let o = check_deviation(json!({"analysisTarget": {"uri": "image:latest"}}), "");
    assert_eq!(o.location.file, "image:latest");
    assert_eq!(check_deviation(json!({}), "").location.file, "");
}

#[test]
fn a_snippet_with_its_surroundings_is_shown_and_the_code_itself_is_compared() {
    let o = check_deviation(
        json!({"locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "x.rs"},
            "region": {"startLine": 7, "snippet": {"text": "seven"}},
            "contextRegion": {"startLine": 5, "snippet": {"text": "five\nsix\nseven"}},
        }}]}),
        "",
    );
    assert_eq!((o.location.snippet.as_deref(), o.location.snippet_line), (Some("five\nsix\nseven"), Some(5)));
    assert_eq!(o.location.code.as_deref(), Some("seven"));
    let o = check_deviation(at(json!({"startLine": 7, "snippet": {"text": "seven"}})), "");
    assert_eq!((o.location.snippet.as_deref(), o.location.snippet_line), (Some("seven"), Some(7)));
}

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

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    let check = |bytes: &[u8], words: &str| match read(bytes) {
        Ok(_) => panic!("{words}: taken"),
        Err(unreadable) => assert!(unreadable.what.contains(words), "{:?} lacks {words:?}", unreadable.what),
    };
    check(b"", "it is empty");
    check(b" \n ", "it is empty");
    check(b"{\"runs\": [", "it ends in the middle, at line 1, column 10");
    check(b"{\n\"runs\": [1,]\n}", "line 2, column 12");
    check(b"{\"runs\": []} x", "line 1, column 14");
    check(b"{\"runs\": []}{\"runs\": []}", "not JSON, at line 1");
    check(b"<xml/>", "XML or HTML");
    check(b"PK\x03\x04abc", "zip");
    check(b"\x7fELF\x02\x01\x01\0\0\0", "not JSON, at line 1, column 1");
    check(b"[1, 2]", "not SARIF");
    check(b"\"runs\"", "not SARIF");
    check(b"{\"version\": \"2.1.0\"}", "not an object with `runs`");
    check(b"{\"runs\": \"none\"}", "`runs` is text");
    check(b"{\"runs\": 'x'}", "line 1, column 10");
    check(b"{\"runs\": [{\"results\": [{\"message\": \"a\tb\"}]}]}", "line 1, column");
    check(b"{\"runs\": [NaN]}", "line 1, column 11");
    check(&[0x1f, 0x8b, 8, 0, 1, 2, 3], "gzip");
    let packed = gzip(br#"{"version":"2.1.0","runs":[]}"#);
    assert!(read(&packed).is_ok());
    check(&packed[..packed.len() - 9], "gzip");
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 0xff;
    assert!(read(&flipped).is_err());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn encodings_and_packings_say_the_same() {
    let log = log(json!({}), json!({"message": {"text": "grüße 🦀"}})).to_string();
    let utf16 = |order: fn(u16) -> [u8; 2]| log.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    let plain = read(log.as_bytes()).unwrap();
    for (name, bytes) in [
        ("BOM", marked(&[0xef, 0xbb, 0xbf], log.as_bytes())),
        ("UTF-16LE", marked(&[0xff, 0xfe], &utf16(u16::to_le_bytes))),
        ("UTF-16BE", marked(&[0xfe, 0xff], &utf16(u16::to_be_bytes))),
        ("UTF-16LE without mark", utf16(u16::to_le_bytes)),
        ("UTF-16BE without mark", utf16(u16::to_be_bytes)),
        ("gzip", gzip(log.as_bytes())),
        ("gzip of UTF-16", gzip(&marked(&[0xff, 0xfe], &utf16(u16::to_le_bytes)))),
        ("two gzip members", [gzip(&log.as_bytes()[..40]), gzip(&log.as_bytes()[40..])].concat()),
    ] {
        let reading = read(&bytes).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(reading.seen, plain.seen, "{name}");
        assert_eq!(reading.survey.sha256, sha256(&bytes), "{name}");
        assert_eq!(
            reading.deviations.is_empty(),
            !name.ends_with("mark"),
            "{name}: {:?}",
            reading.deviations
        );
    }
    let latin: Vec<u8> =
        log.replace("grüße 🦀", "gr!e").bytes().map(|b| if b == b'!' { 0xfc } else { b }).collect();
    let reading = read(&latin).unwrap();
    assert_eq!(reading.seen[0].message, "gr\u{fffd}e");
    assert!(reading.deviations[0].contains("not UTF-8"), "{:?}", reading.deviations);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_file_that_changes_between_the_readings_is_refused() {
    let (one, other) = (
        log(json!({}), json!({"ruleId": "a"})).to_string(),
        log(json!({}), json!({"ruleId": "b"})).to_string(),
    );
    let survey = survey(text(one.as_bytes())).unwrap();
    let refused = each_result(text(other.as_bytes()), &survey, &mut Deviations::default(), |_, _| Ok(()));
    assert!(refused.unwrap_err().what.contains("changed while it was read"));
}

#[test]
fn suppressions_cves_and_tags_are_read() {
    let o = check_deviation(
        json!({"suppressions": [{"kind": "inSource", "status": "rejected", "justification": "no"}]}),
        "",
    );
    assert_eq!(o.suppression.as_deref(), Some("inSource, rejected: no"));
    assert_eq!(
        check_deviation(json!({"suppressions": [{}]}), "").suppression.as_deref(),
        Some("suppressed, accepted")
    );
    assert_eq!(check_deviation(json!({"suppressions": []}), "").suppression, None);
    assert_eq!(check_deviation(json!({"suppressions": null}), "").suppression, None);
    let rules = json!({"tool": {"driver": {"name": "s", "rules": [{"id": "cve-2021-44228_log4j", "helpUri": "https://x",
        "properties": {"tags": ["security", "CVE-2021-45046"]}}]}}});
    let (o, _) = seen_with(
        rules,
        json!({"ruleId": "cve-2021-44228_log4j",
        "properties": {"tags": ["more", "security"], "ids": ["see cve_2020_0001!", "CVE-2021-44228"]}}),
    );
    assert_eq!(o.cve_ids, ["CVE-2021-44228", "CVE-2020-0001", "CVE-2021-45046"]);
    assert_eq!(o.tags, ["security", "CVE-2021-45046", "more"]);
    assert_eq!(o.help_uri.as_deref(), Some("https://x"));
}

#[test]
fn cve_ids_are_found_in_text() {
    let check = |text: &str, expected: &[&str]| {
        let mut ids = Vec::new();
        attestor::triage::sarif::cve::collect(text, &mut ids);
        assert_eq!(ids, expected, "{text}");
    };
    check("CVE-2024-3094", &["CVE-2024-3094"]);
    check("a cve-2024-3094, CVE-2024-3094 and CVE-2019-12345678", &["CVE-2024-3094", "CVE-2019-12345678"]);
    check("xCVE-2024-3094 CVE-24-3094 CVE-2024-309 CVE-2024- CVE- CVE", &[]);
    check("éCVE-2024-3094é", &["CVE-2024-3094"]);
    check("CVE-CVE-2024-3094", &["CVE-2024-3094"]);
    check("CVE-2024-12345678901234567890", &[]);
}

#[test]
fn results_of_an_earlier_scan_are_told_apart() {
    let run = json!({"results": [{"baselineState": "absent"}, {"baselineState": "new"}, {}]});
    let reading = read(log(run, json!({})).to_string().as_bytes()).unwrap();
    assert_eq!((reading.tally.seen, reading.tally.gone), (2, 1));
}

#[test]
fn addresses_of_repositories_are_taken_apart() {
    use attestor::triage::sarif::provenance::Address;
    let check = |raw: &str, url: &str, repo: Option<&str>, platform: Option<&str>| {
        let found = Address::read(raw);
        assert_eq!(
            (found.url.as_str(), found.repo.as_deref(), found.platform.as_deref()),
            (url, repo, platform),
            "{raw}"
        );
    };
    check("https://github.com/acme/api.git", "https://github.com/acme/api", Some("acme/api"), Some("github"));
    check(
        "https://user:token@github.com/acme/api",
        "https://github.com/acme/api",
        Some("acme/api"),
        Some("github"),
    );
    check(
        "git@gitlab.acme.org:group/sub/api.git",
        "gitlab.acme.org:group/sub/api",
        Some("group/sub/api"),
        Some("gitlab"),
    );
    check("ssh://git@host.org:22/a/b", "ssh://host.org:22/a/b", Some("a/b"), Some("host.org"));
    check(
        "https://dev.azure.com/org/p/_git/r?x=1#y",
        "https://dev.azure.com/org/p/_git/r",
        Some("org/p/r"),
        Some("azure"),
    );
    check("file:///home/me/repo", "file:///home/me/repo", Some("repo"), None);
    check("acme/api", "acme/api", Some("acme/api"), None);
    check("https://github.com/", "https://github.com/", None, Some("github"));
    check("", "", None, None);
}

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

fn any_json() -> impl Strategy<Value = Value> {
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

    /// Mending never touches what is JSON already, wherever the pieces are cut.
    #[test]
    fn mending_leaves_json_alone(value in any_json(), cuts in 1..9usize) {
        let text = value.to_string();
        prop_assert_eq!(mended(text.as_bytes(), cuts), text.into_bytes());
    }

    /// However the pieces are cut, the outcome is one.
    #[test]
    fn pieces_change_nothing(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..20),
        cuts in 1..9usize,
    ) {
        let bytes = pieces.concat();
        prop_assert_eq!(mended(&bytes, cuts), mended(&bytes, usize::MAX));
    }
}

/// Pieces of JSON text that mending looks at, whole and broken.
const PIECES: &[&[u8]] = &[
    br"\ud83e\udd80",
    br"\ud800",
    br"\udc00",
    br"\u12",
    br"\",
    b"\\\"",
    b"\"",
    b"\xc3\xa9",
    b"\xf0\x9f\xa6\x80",
    b"\xff",
    b"\xf0\x9f",
    b"1e999",
    b"-17.5",
    b" ",
    b",",
];

/// The bytes after mending, read in pieces of at most `piece` bytes.
fn mended(bytes: &[u8], piece: usize) -> Vec<u8> {
    use std::io::Read;
    struct InPieces<'a>(&'a [u8], usize);
    impl Read for InPieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(self.1).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let mut out = Vec::new();
    attestor::triage::sarif::mend::Mended::new(InPieces(bytes, piece), Default::default())
        .read_to_end(&mut out)
        .unwrap();
    out
}

#[test]
fn mending_case_by_case() {
    let check = |raw: &str, expected: &str| {
        for piece in [1, 2, 5, usize::MAX] {
            assert_eq!(
                String::from_utf8_lossy(&mended(raw.as_bytes(), piece)),
                expected,
                "{raw} in pieces of {piece}"
            );
        }
    };
    check(r#""\ud83e\udd80""#, r#""\ud83e\udd80""#);
    check(r#""\ud800""#, r#""\ufffd""#);
    check(r#""\udc00x""#, r#""\ufffdx""#);
    check(r#""\ud800\ud83e\udd80""#, r#""\ufffd\ud83e\udd80""#);
    check(r#""\ud800\n""#, r#""\ufffd\n""#);
    check(r#""\\ud800""#, r#""\\ud800""#);
    check(r#""\uD8"#, r#""\uD8"#);
    check("[1e400, -1e400, 1e4, 1e-999]", "[null , null  , 1e4, 1e-999]");
    check("\"1e400\"", "\"1e400\"");
    let long = format!("[{},1]", "9".repeat(3000));
    check(&long, &format!("[null{},1]", " ".repeat(2996)));
    let huge = format!("[\"{}\",1]", "é".repeat(1024 * 1024));
    let cut = mended(huge.as_bytes(), usize::MAX);
    assert_eq!(cut.len(), 1024 * 1024 + 6);
    assert!(std::str::from_utf8(&cut).is_ok());
}
