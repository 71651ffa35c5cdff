//! What goes wrong leaves nothing; what comes twice is taken once.

use super::{LEFT, bench, counts, of, scan};
use attestor::error::Kind;
use attestor::jobs::JobContext;
use attestor::triage::import::{ImportOptions, ImportReport};
use attestor::triage::jobs::{Input, import_sarif};
use serde_json::json;
use std::path::Path;

#[tokio::test]
async fn a_file_that_cannot_be_read_leaves_nothing() {
    let bench = bench().await;
    let whole = scan("a:f:1 b:f:2").to_string();
    let check = async |path: &Path, words: &str| {
        let error = bench.import(path, &of("acme/api")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::UnreadableInput, "{words}: {error}");
        assert!(error.to_string().contains(words), "{error} lacks {words}");
        assert!(error.hint_text().is_some_and(|hint| !hint.is_empty()));
    };
    for (bytes, words) in [
        (String::new(), "empty"),
        (whole[..whole.len() - 20].to_owned(), "ends in the middle, at line 1"),
        (whole.replace("}],\"tool\"", "},],\"tool\""), "line 1, column"),
        ("{}".to_owned(), "not SARIF"),
    ] {
        check(&bench.file("broken.sarif", bytes), words).await;
    }
    check(&bench.folder.path().join("nowhere.sarif"), "nowhere.sarif").await;
    check(bench.folder.path(), "directory").await;
    assert_eq!(bench.one(LEFT).await, "0 0 0 0 0");
}

#[tokio::test]
async fn the_same_bytes_at_once_are_taken_in_once() {
    let bench = bench().await;
    let results: String = (0..300).map(|n| format!("r{n}:f:{} ", n + 1)).collect();
    let path = bench.file("scan.sarif", scan(&results).to_string());
    let options = of("acme/api");
    let reports = futures::future::join_all((0..6).map(|_| bench.import(&path, &options))).await;
    let reports: Vec<ImportReport> = reports.into_iter().map(Result::unwrap).collect();
    assert_eq!(reports.iter().filter(|report| !report.already_imported).count(), 1);
    assert_eq!(reports.iter().map(|report| report.inserted).sum::<u64>(), 300);
    assert!(reports.iter().all(|report| report.scan_ids == reports[0].scan_ids));
    assert_eq!(bench.one(LEFT).await, "1 1 300 300 1");
}

#[tokio::test]
async fn scans_of_one_repository_at_once_insert_a_finding_once() {
    let bench = bench().await;
    let imports = (0..6).map(|n| {
        let mut log = scan(&(0..200).map(|n| format!("r{n}:f:{} ", n + 1)).collect::<String>());
        log["runs"][0]["properties"] = json!({"n": n});
        let path = bench.file(&format!("{n}.sarif"), log.to_string());
        let options = ImportOptions { branch: Some(format!("branch-{n}")), ..of("acme/api") };
        let bench = &bench;
        async move { bench.import(&path, &options).await.unwrap() }
    });
    let reports = futures::future::join_all(imports).await;
    assert_eq!(reports.iter().map(|report| report.inserted).sum::<u64>(), 200);
    assert_eq!(bench.one(LEFT).await, "6 6 200 1200 6");
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let bench = bench().await;
    let path = bench.file("scan.sarif", scan("a:f:1").to_string());
    for step in ["reading", "storing", "comparing", "writing"] {
        let (sender, mut progress) = tokio::sync::watch::channel(attestor::jobs::Progress::default());
        let token = tokio_util::sync::CancellationToken::new();
        let job = JobContext::new(sender, token.clone());
        // The import goes on only as far as its progress is looked at, so the step is never missed.
        let (db, options) = (bench.database.db(), of("acme/api"));
        let import = import_sarif(&db, Input::named(&path), &options, &job);
        tokio::pin!(import);
        let result = loop {
            tokio::select! {
                biased;
                Ok(()) = progress.changed() => if progress.borrow_and_update().step == step { token.cancel() },
                result = &mut import => break result,
            }
        };
        match result {
            Err(error) => assert_eq!(error.kind(), Kind::Incomplete, "{step}: {error}"),
            Ok(report) => panic!("{step} was missed: {report:?}"),
        }
        assert_eq!(bench.one(LEFT).await, "0 0 0 0 0", "{step}");
    }
    assert_eq!(bench.import(&path, &of("acme/api")).await.unwrap().inserted, 1);
}

#[tokio::test]
async fn hostile_text_goes_in_and_comes_out_visible() {
    let bench = bench().await;
    let nasty = format!("\u{1b}]0;x\u{7}\t\\N\u{202e}\"{{}},'\r\n{}\u{0}", "\u{301}".repeat(5000));
    let mut log = scan("a:f:1");
    let result = &mut log["runs"][0]["results"][0];
    result["ruleId"] = json!(nasty);
    result["message"]["text"] = json!(nasty);
    result["kind"] = json!(nasty);
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!(nasty);
    result["locations"][0]["physicalLocation"]["region"]["snippet"] = json!({"text": nasty});
    result["properties"] = json!({"tags": [nasty, "", "{}", "null"]});
    result["suppressions"] = json!([{"kind": nasty, "justification": nasty}]);
    log["runs"][0]["tool"]["driver"]["name"] = json!(nasty);
    log["runs"][0]["tool"]["driver"]["version"] = json!(nasty);
    log["runs"][0]["automationDetails"] = json!({"id": format!("{nasty}/1")});
    log["runs"][0]["versionControlProvenance"] =
        json!([{"repositoryUri": nasty, "revisionId": nasty, "branch": nasty}]);
    let path = bench.file("\u{1b}[31mred.sarif", log.to_string());
    let report = bench.import(&path, &ImportOptions::default()).await.unwrap();
    assert_eq!(report.inserted, 1);
    let line = serde_json::to_string(&report).unwrap();
    assert!(line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line}");
    // The bytes that matter are kept as they are: what follows the cut and the NUL apart.
    let kept = bench.one("select message from triage.findings").await;
    assert!(kept.starts_with(&nasty[..nasty.find('\u{301}').unwrap()]), "{kept:?}");
    assert_eq!(bench.one("select array_to_string(tags[2:], '|') from triage.findings").await, "{}|null");
    // And again: it is the same finding.
    log["runs"][0]["properties"] = json!({"again": 1});
    let path = bench.file("again.sarif", log.to_string());
    assert_eq!(counts(&bench.import(&path, &ImportOptions::default()).await.unwrap()), [0, 1, 0, 0, 0]);
}

/// Text that does not shrink, as a row of an index would let it.
fn long(chars: usize, seed: u64) -> String {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + ((state >> 33) % 26) as u8)
    };
    (0..chars).map(next).collect()
}

#[tokio::test]
async fn names_of_any_length_are_taken_in() {
    let bench = bench().await;
    let mut log = scan(&format!("r:{}:1 r:{}:2", long(10_000, 1), long(10_000, 2)));
    log["runs"][0]["tool"]["driver"]["name"] = json!(long(10_000, 3));
    log["runs"][0]["automationDetails"] = json!({ "id": long(10_000, 4) });
    log["runs"][0]["versionControlProvenance"] = json!([{ "repositoryUri": format!("https://x.test/{}", long(10_000, 5)),
        "revisionId": long(10_000, 6), "branch": format!("refs/heads/{}", long(10_000, 7)) }]);
    log["runs"][0]["results"][0]["partialFingerprints"] =
        json!({ "primaryLocationLineHash": long(10_000, 8) });
    let path = bench.file("scan.sarif", log.to_string());
    let report = bench.import(&path, &ImportOptions::default()).await.unwrap();
    assert_eq!(report.inserted, 2);
    // The same again is known; another scan knows its findings.
    assert!(bench.import(&path, &ImportOptions::default()).await.unwrap().already_imported);
    log["runs"][0]["properties"] = json!({"again": true});
    let path = bench.file("again.sarif", log.to_string());
    let again = bench.import(&path, &ImportOptions::default()).await.unwrap();
    assert_eq!(counts(&again), [0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn what_a_producer_writes_fits_whatever_its_length() {
    let bench = bench().await;
    let [a, b, c, d] = [1, 2, 3, 4].map(|seed| long(10_000, seed));
    bench
        .run(&format!(
            "insert into triage.scans (id, project_name, branch, tool, series, reference_id, commit_sha)
             values (1, '{a}', '{b}', '{c}', '{d}', '{a}', '{b}');
             insert into triage.findings (scan_id, tool, rule_id, file, fingerprint, message)
             values (1, '{a}', '{b}', '{c}', '{d}', '{a}'), (1, '{a}', '{b}', '{c}', '{d}', '{a}'),
                    (1, '{a}', '{b}', '{c}', '{a}', '{a}'), (1, '{a}', '{b}', '{c}', 'short', '{a}')"
        ))
        .await;
    let told_apart =
        "select count(distinct fingerprint)::text || ' ' || max(length(fingerprint)) from triage.findings";
    assert_eq!(bench.one(told_apart).await, "3 71");
    assert_eq!(bench.one("select fingerprint from triage.findings order by id desc limit 1").await, "short");
}
