//! Files that real runners wrote, held against what another parser counted in them.

use super::{counts, read};
use serde_json::Value;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");

#[test]
fn real_files_have_the_counts_that_others_find() {
    let Ok(expected) = std::fs::read(Path::new(FOLDER).join("expected.json")) else {
        eprintln!("the files of real runners are not here; nothing is compared");
        return;
    };
    let expected: serde_json::Map<String, Value> = serde_json::from_slice(&expected).unwrap();
    let mut compared = 0;
    for (path, facts) in expected.iter().filter(|(path, _)| path.starts_with("junit/")) {
        let reading = read(&std::fs::read(Path::new(FOLDER).join(path)).unwrap());
        compared += 1;
        let is_junit = matches!(facts["root"].as_str(), Some("testsuites" | "testsuite"));
        let reading = match reading {
            Err(error) => {
                assert!(!is_junit, "{path}: {error:?}");
                assert!(error.what.contains(", at line "), "{path}: {error:?}");
                assert!(!error.hint.is_empty(), "{path}");
                continue;
            }
            Ok(reading) => reading,
        };
        assert!(is_junit, "{path} is understood");
        let fact = |name: &str| facts[name].as_u64().unwrap_or(0);
        assert_eq!(reading.contents.suites, fact("testsuites"), "{path}: suites");
        assert_eq!(reading.contents.cases, fact("testcases"), "{path}: cases");
        assert_eq!(reading.cases.len() as u64, fact("testcases"), "{path}: cases handed over");
        let [passed, failed, skipped] = counts(&reading.cases).map(|count| count as u64);
        assert_eq!(failed, fact("cases_failed_or_error"), "{path}: failed");
        let disabled = facts["status_attr"]["disabled"].as_u64().unwrap_or(0);
        let clean = fact("cases_clean_pass");
        if clean > 0 {
            assert_eq!(passed, clean, "{path}: passed");
        }
        assert_eq!(passed + failed + skipped, fact("testcases"), "{path}: all");
        assert!(skipped <= fact("cases_with_skipped") + disabled, "{path}: {skipped} skipped");
        let attempts: u64 = reading.cases.iter().map(|case| case.attempts.len() as u64).sum();
        assert_eq!(attempts, fact("testcases") + fact("elements_flakyFailure"), "{path}: attempts");
        let milliseconds: i64 =
            reading.cases.iter().filter_map(|case| case.attempts.last()?.duration_ms).map(i64::from).sum();
        let seconds = facts["case_time_sum"].as_f64().unwrap();
        // Each case is rounded to a millisecond.
        let off = (milliseconds as f64 / 1000.0 - seconds).abs();
        assert!(
            off <= 0.0005 * reading.cases.len() as f64 + 0.001,
            "{path}: {milliseconds} ms of {seconds} s"
        );
    }
    assert!(compared >= 20, "{compared} files were compared");
}
