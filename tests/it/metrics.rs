//! Pipeline metrics: the reader, unusual builds, and both on a real server.

use crate::triage::stage::{Stage, stage};
use attestor::error::{Error, Kind};
use attestor::ids::{FindingId, ScanId};
use attestor::jobs::JobContext;
use attestor::triage::jobs::{Input, MetricsReport, import_metrics};
use attestor::triage::metrics::intake::{Measured, read};
use attestor::triage::metrics::{Anomaly, Build, Feature, Pipeline, anomalies, forest};
use attestor::triage::store::{agreement, detail};
use proptest::prelude::*;
use serde_json::json;

fn lines(text: &str) -> Result<Vec<Measured>, Error> {
    read(&mut text.as_bytes())
}

fn check(
    line: &str,
    scan: Option<i64>,
    reference: Option<&str>,
    values: (Option<f64>, Option<i64>, Option<i32>),
) {
    let row = lines(line).unwrap().remove(0);
    assert_eq!((row.scan_id, row.reference_id.as_deref()), (scan, reference), "{line}");
    assert_eq!(
        (row.build_duration_seconds, row.artifact_size_bytes, row.num_changed_files),
        values,
        "{line}"
    );
}

fn refused(text: &str, words: &[&str]) {
    let error = lines(text).unwrap_err();
    assert_eq!(error.kind(), Kind::UnreadableInput);
    for word in words {
        assert!(error.to_string().contains(word), "`{error}` says `{word}`");
    }
}

#[test]
fn lines_are_read_as_producers_write_them() {
    let all = (Some(61.5), Some(1024), Some(3));
    check(
        r#"{"scan_id": 7, "build_duration_seconds": 61.5, "artifact_size_bytes": 1024, "num_changed_files": 3}"#,
        Some(7),
        None,
        all,
    );
    check(
        r#"{"reference_id": "a-b", "build_duration_seconds": 61.5, "artifact_size_bytes": 1024.0, "num_changed_files": 3, "x": [1]}"#,
        None,
        Some("a-b"),
        all,
    );
    check(r#"{"reference_id": 12, "num_changed_files": 0}"#, None, Some("12"), (None, None, Some(0)));
    check(
        r#"{"scan_id": 7, "reference_id": null, "artifact_size_bytes": 1}"#,
        Some(7),
        None,
        (None, Some(1), None),
    );
    check(r#"{"scan_id": 7, "build_duration_seconds": 60}"#, Some(7), None, (Some(60.0), None, None));
    let two = lines(
        "\n{\"scan_id\": 1, \"num_changed_files\": 1}\r\n  \n{\"scan_id\": 2, \"num_changed_files\": 1}",
    )
    .unwrap();
    assert_eq!(two.iter().map(|m| m.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    refused("", &["no metrics"]);
    refused("\n\n", &["no metrics"]);
    refused("{\"scan_id\": 1, \"num_changed_files\": 1}\nnot json", &["line 2", "column"]);
    refused("[]", &["line 1"]);
    refused(r#"{"scan_id": 1"#, &["line 1", "EOF"]);
    refused(r#"{"num_changed_files": 1}"#, &["line 1", "neither scan_id nor reference_id"]);
    refused(r#"{"reference_id": "", "num_changed_files": 1}"#, &["neither"]);
    refused(r#"{"scan_id": 1}"#, &["none of build_duration_seconds"]);
    refused(r#"{"scan_id": 1, "build_duration_seconds": -1}"#, &["build_duration_seconds is negative"]);
    refused(r#"{"scan_id": 1, "artifact_size_bytes": -1}"#, &["artifact_size_bytes is negative"]);
    refused(r#"{"scan_id": 1, "artifact_size_bytes": 1.5}"#, &["1.5 is not a whole number"]);
    refused(
        r#"{"scan_id": 1, "artifact_size_bytes": 99999999999999999999}"#,
        &["not a whole number that fits"],
    );
    refused(r#"{"scan_id": 1, "num_changed_files": 3000000000}"#, &["3000000000 is too large"]);
    refused(r#"{"scan_id": 1, "build_duration_seconds": "long"}"#, &["line 1", "long"]);
    refused(r#"{"scan_id": "\u001b[2J"}"#, &["\\u{1b}[2J"]);
    refused(&"x".repeat(100_000), &["line 1", "too long"]);
}

fn build(scan: i64, seconds: f64, bytes: i64, files: i32) -> Build {
    Build {
        scan_id: ScanId(scan),
        build_duration_seconds: Some(seconds),
        artifact_size_bytes: Some(bytes),
        num_changed_files: Some(files),
    }
}

/// Builds that differ a little, as builds do.
fn ordinary(count: i64) -> Vec<Build> {
    (1..=count)
        .map(|i| build(i, 60.0 + (i * 7 % 11) as f64, 1_000_000 + i * 13 % 17 * 1000, (3 + i * 5 % 7) as i32))
        .collect()
}

fn unusual(builds: &[Build]) -> Vec<i64> {
    anomalies(builds).iter().map(|a| a.scan.0).collect()
}

#[test]
fn what_stands_out_is_found_and_explained() {
    for (strange, feature) in [
        (build(21, 900.0, 1_005_000, 5), Feature::BuildDurationSeconds),
        (build(21, 64.0, 90_000_000, 5), Feature::ArtifactSizeBytes),
        (build(21, 64.0, 1_005_000, 400), Feature::NumChangedFiles),
        (build(21, 0.5, 1_005_000, 5), Feature::BuildDurationSeconds),
    ] {
        let mut builds = ordinary(20);
        builds.insert(7, strange);
        let first = anomalies(&builds)[0];
        assert_eq!((first.scan, first.feature), (ScanId(21), feature), "{first:?}");
        assert!(first.robust_z.abs() > 3.5 && first.score > 0.6, "{first:?}");
    }
}

#[test]
fn the_words_say_how_far() {
    // Median 63, absolute deviations 3 2 1 0 1 2 837: MAD 2.
    let builds: Vec<Build> = [60.0, 61.0, 62.0, 63.0, 64.0, 65.0, 900.0]
        .iter()
        .zip(1..)
        .map(|(s, i)| build(i, *s, 10, 1))
        .collect();
    let Anomaly { robust_z, value, median, .. } = anomalies(&builds)[0];
    assert_eq!((value, median), (900.0, 63.0));
    assert!((robust_z - 837.0 / (1.482_602_218_505_602 * 2.0)).abs() < 1e-9);
    assert_eq!(anomalies(&builds)[0].to_string(), "build duration 900 s, median 63 s (robust z +282.3)");
    // More than half of the values are one: the MAD is 0, the mean deviation (90 / 10) stands in.
    let builds: Vec<Build> = (1..=10).map(|i| build(i, 60.0, if i == 3 { 100 } else { 10 }, 1)).collect();
    let only = anomalies(&builds)[0];
    assert_eq!((only.scan, only.feature), (ScanId(3), Feature::ArtifactSizeBytes));
    assert!((only.robust_z - 90.0 / (1.253_314_137_315_5 * 9.0)).abs() < 1e-9);
}

#[test]
fn a_tenth_is_named_where_there_are_enough() {
    assert_eq!(unusual(&ordinary(4)), [0; 0]);
    for (count, named) in [(5, 1), (10, 1), (21, 2), (100, 10)] {
        let builds: Vec<Build> =
            (1..=count).map(|i| build(i, (i * i) as f64, i * i * i % 1009, (i * 31 % 127) as i32)).collect();
        let found = anomalies(&builds);
        assert_eq!(found.len(), named, "{count}");
        assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    }
    // Where all are alike none is unusual.
    assert_eq!(unusual(&vec![build(1, 60.0, 10, 1); 20]), [0; 0]);
}

#[test]
fn builds_without_a_metric_are_left_out() {
    let mut builds = ordinary(4);
    builds.push(Build { artifact_size_bytes: None, ..build(5, 9e9, 1, 1) });
    assert_eq!(unusual(&builds), [0; 0]);
    builds.push(build(6, 61.0, 1_000_000, 4));
    assert!(!unusual(&builds).contains(&5) && unusual(&builds).len() == 1);
    builds.push(build(7, f64::INFINITY, 1, 1));
    assert!(!unusual(&builds).contains(&7));
    let pipeline = Pipeline::of(builds[4], &builds);
    assert_eq!(
        (pipeline.compared_with, pipeline.note.as_deref()),
        (5, Some("not compared: a metric is missing"))
    );
    let alone = Pipeline::of(build(1, 1.0, 1, 1), &[build(1, 1.0, 1, 1)]);
    assert_eq!(alone.note.as_deref(), Some("not compared: 1 build measured, it takes 5"));
}

#[test]
fn looking_again_gives_the_same() {
    let builds = ordinary(300);
    let mut shuffled = builds.clone();
    shuffled.reverse();
    shuffled.swap(3, 200);
    assert_eq!(anomalies(&builds), anomalies(&shuffled));
    assert_eq!(anomalies(&builds), anomalies(&builds));
}

#[test]
fn huge_numbers_are_numbers() {
    let mut builds = ordinary(9);
    builds.push(build(10, f64::MAX, i64::MAX, i32::MAX));
    builds.push(build(11, 0.0, 0, 0));
    let found = anomalies(&builds);
    assert!(!found.is_empty() && found.iter().all(|a| a.score.is_finite()), "{found:?}");
    assert_eq!(found[0].scan, ScanId(10));
}

proptest! {
    #[test]
    fn scores_lie_between_0_and_1(rows in proptest::collection::vec(proptest::array::uniform3(-1e300..1e300_f64), 0..60)) {
        let scores = forest::scores(&rows);
        prop_assert_eq!(scores.len(), rows.len());
        prop_assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)), "{:?}", scores);
    }
}

async fn take(stage: &Stage, text: &str) -> Result<MetricsReport, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    std::fs::write(&path, text).unwrap();
    import_metrics(&stage.db, Input::named(path), &JobContext::unattended()).await
}

/// Scans 1 to 12 of acme/api and 21 to 23 of acme/web, all of ordinary builds but scan 5.
async fn measured(stage: &mut Stage) {
    stage.findings(1).await;
    stage
        .run(
            "insert into triage.scans (id, project_name, reference_id)
                 select i, 'acme/api', 'ref-' || i from generate_series(2, 12) i;
             insert into triage.scans (id, project_name, reference_id)
                 select i, 'acme/web', 'twice' from generate_series(21, 23) i",
        )
        .await;
    let mut text = String::new();
    for (scan, i) in (1..=12).chain(21..=23).zip(0..) {
        let seconds = if scan == 5 { 900 } else { 60 + i * 7 % 11 };
        text += &json!({"scan_id": scan, "build_duration_seconds": seconds, "artifact_size_bytes": 1000 + i * 13 % 17,
                        "num_changed_files": 3 + i * 5 % 7}).to_string();
        text.push('\n');
    }
    let report = take(stage, &text).await.unwrap();
    assert_eq!((report.rows, report.changed), (15, 15));
    assert_eq!(take(stage, &text).await.unwrap().changed, 0);
}

#[tokio::test]
async fn a_scan_has_one_row_however_often_it_is_measured() {
    let mut stage = stage().await;
    measured(&mut stage).await;
    let report = take(
        &stage,
        "{\"reference_id\": \"ref-2\", \"num_changed_files\": 77}\n{\"scan_id\": 3, \"reference_id\": \"ref-3\", \"num_changed_files\": 78}\n",
    )
    .await
    .unwrap();
    assert_eq!((report.rows, report.changed), (2, 2));
    let rows = stage
        .value("select jsonb_agg(jsonb_build_array(scan_id, build_duration_seconds, num_changed_files) order by scan_id)
                from triage.pipeline_metrics where scan_id in (2, 3)")
        .await;
    assert_eq!(rows, json!([[2, 67, 77], [3, 63, 78]]));
    assert_eq!(stage.count("select count(*) from triage.pipeline_metrics").await, 15);
    // Of several rows that a producer wrote the newest counts.
    stage.run("insert into triage.pipeline_metrics (scan_id, num_changed_files) values (3, 5)").await;
    take(&stage, "{\"scan_id\": 3, \"artifact_size_bytes\": 9}").await.unwrap();
    let newest = stage
        .value("select jsonb_build_array(num_changed_files, artifact_size_bytes) from triage.pipeline_metrics where scan_id = 3 order by id desc limit 1")
        .await;
    assert_eq!(newest, json!([5, 9]));
    let entries = stage.entries().await;
    assert_eq!(entries, ["metrics_imported"; 4]);
    let payload = stage
        .value("select payload - 'idempotency_key' - 'sha256' from audit.audit_trail_entries where seq = 1")
        .await;
    assert_eq!(payload, json!({"file": "metrics.jsonl", "rows": 15, "changed": 15}));
}

#[tokio::test]
async fn what_names_no_scan_writes_nothing() {
    let mut stage = stage().await;
    measured(&mut stage).await;
    let good = "{\"scan_id\": 1, \"num_changed_files\": 99}\n";
    for (line, kind, word) in [
        ("{\"scan_id\": 404, \"num_changed_files\": 1}", Kind::NotFound, "line 2: there is no scan #404"),
        (
            "{\"reference_id\": \"nobody\", \"num_changed_files\": 1}",
            Kind::NotFound,
            "line 2: there is no scan nobody",
        ),
        (
            "{\"scan_id\": 3, \"reference_id\": \"ref-4\", \"num_changed_files\": 1}",
            Kind::NotFound,
            "#3 with the reference ref-4",
        ),
        (
            "{\"reference_id\": \"twice\", \"num_changed_files\": 1}",
            Kind::UnreadableInput,
            "line 2: 3 scans have the reference twice",
        ),
        (
            "{\"scan_id\": 1, \"num_changed_files\": 1}",
            Kind::UnreadableInput,
            "line 2: scan #1 stands in line 1 already",
        ),
        ("oops", Kind::UnreadableInput, "line 2"),
    ] {
        let error = take(&stage, &format!("{good}{line}")).await.unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(word), "{error}");
    }
    assert_eq!(
        stage.count("select count(*) from triage.pipeline_metrics where num_changed_files = 99").await,
        0
    );
    assert_eq!(stage.entries().await.len(), 2);
}

#[tokio::test]
async fn builds_are_shown_beside_the_finding_and_in_the_statistics() {
    let mut stage = stage().await;
    measured(&mut stage).await;
    stage.run("update triage.findings set scan_id = 8 where id = 1").await;
    let shown = detail::show(&stage.db, FindingId(1)).await.unwrap().pipeline.unwrap();
    assert_eq!((shown.build.scan_id, shown.compared_with, shown.anomaly), (ScanId(8), 12, None));
    stage.run("update triage.findings set scan_id = 5 where id = 1").await;
    let shown = detail::show(&stage.db, FindingId(1)).await.unwrap().pipeline.unwrap();
    let note = shown.note.unwrap();
    assert!(note.starts_with("build duration 900 s, median 6"), "{note}");
    let all =
        agreement::stats(&stage.db, &attestor::filter::Filter::default(), chrono::Utc::now()).await.unwrap();
    let repos: Vec<_> = all
        .pipeline
        .iter()
        .map(|r| (r.repo.as_ref().unwrap().as_str(), r.builds, r.anomalies.len()))
        .collect();
    assert_eq!(repos[0].0, "acme/api");
    assert_eq!(repos[1], ("acme/web", 3, 0));
    assert_eq!(all.pipeline[0].anomalies[0].scan, ScanId(5));
    let filter = attestor::filter::parse("repo:acme/api", &attestor::triage::store::fields::FIELDS).unwrap();
    let some = agreement::stats(&stage.db, &filter, chrono::Utc::now()).await.unwrap();
    assert_eq!(some.pipeline.len(), 1);
    stage.run("update triage.findings set scan_id = null where id = 1").await;
    assert_eq!(detail::show(&stage.db, FindingId(1)).await.unwrap().pipeline, None);
}
