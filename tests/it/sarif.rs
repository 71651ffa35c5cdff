//! SARIF as scanners write it, and as they should not.

mod deviations;
mod files;
mod hostile;
mod mending;
mod places;
mod severity;
mod words;

use attestor::intake::Unreadable;
use attestor::intake::deviation::Deviations;
use attestor::intake::text::Text;
use attestor::triage::finding::Severity;
use attestor::triage::sarif::observation::Observation;
use attestor::triage::sarif::results::{Tally, each_result};
use attestor::triage::sarif::survey::{Survey, survey};
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
fn real_files_give_the_counts_that_others_computed() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
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
