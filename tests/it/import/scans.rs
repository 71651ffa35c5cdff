//! Which scans speak of the same findings.

use super::lifetime::FINDINGS;
use super::{bench, counts, of, scan};
use attestor::triage::import::ImportOptions;
use serde_json::json;

#[tokio::test]
async fn series_do_not_disturb_each_other() {
    let bench = bench().await;
    let on = |branch: &str| ImportOptions { branch: Some(branch.to_owned()), ..of("acme/api") };
    let import = async |results: &str, options: ImportOptions, category: &str| {
        let mut log = scan(results);
        log["runs"][0]["automationDetails"] = json!({"id": format!("{category}/run")});
        let path = bench.file("scan.sarif", log.to_string());
        counts(&bench.import(&path, &options).await.unwrap())
    };
    assert_eq!(import("a:x:1 b:x:2", on("main"), "").await, [2, 0, 0, 0, 0]);
    // Another branch sees one of them, and something else: the other is not gone from main.
    assert_eq!(import("a:x:1 c:x:3", on("fix"), "").await, [1, 1, 0, 0, 0]);
    // Nor does another category of scans on main make it go.
    assert_eq!(import("d:x:4", on("main"), "other").await, [1, 0, 0, 0, 0]);
    // main no longer sees either; what the branch saw since stays.
    assert_eq!(import("e:x:5", on("refs/heads/main"), "").await, [1, 0, 0, 0, 1]);
    assert_eq!(bench.rows("select rule_id from triage.findings where resolved_at is not null").await, ["b"]);
    // Another repository knows nothing of all this.
    assert_eq!(
        import("a:x:1", ImportOptions { repo: Some("acme/web".into()), ..on("main") }, "").await,
        [1, 0, 0, 0, 0]
    );
}

#[tokio::test]
async fn runs_of_one_file() {
    let bench = bench().await;
    let log = |runs: &[(&str, &str)]| {
        let run = |(category, results): &(&str, &str)| {
            let mut run = scan(results)["runs"][0].clone();
            run["automationDetails"] = json!({"id": format!("{category}/1")});
            run
        };
        json!({"version": "2.1.0", "runs": runs.iter().map(run).collect::<Vec<_>>()})
    };
    // Two runs of a series are one scan in two parts; a second sight in the other part is a second one.
    let report = bench.take(&log(&[("x", "a:f:1 b:f:2"), ("x", "a:f:1 c:f:3")])).await;
    assert_eq!((counts(&report), report.scan_ids.len(), report.runs), ([4, 0, 0, 0, 0], 2, 2));
    let report = bench.take(&log(&[("x", "a:f:1"), ("x", "c:f:3 a:f:1")])).await;
    assert_eq!(counts(&report), [0, 3, 0, 0, 1]);
    // Two series that see the same see one finding.
    let report = bench.take(&log(&[("linux", "z:g:1"), ("windows", "z:g:1")])).await;
    assert_eq!(counts(&report), [1, 1, 0, 0, 0]);
    assert_eq!(
        bench
            .one(
                "select count(*)::text from triage.sightings s join triage.findings f on f.id = s.finding_id
                          where rule_id = 'z'"
            )
            .await,
        "2"
    );
    // One of them no longer does; the other still does.
    let report = bench.take(&log(&[("linux", ""), ("windows", "z:g:1")])).await;
    assert_eq!(counts(&report), [0, 1, 0, 0, 0]);
    let report = bench.take(&log(&[("windows", "")])).await;
    assert_eq!(counts(&report), [0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn a_scan_that_did_not_look_makes_nothing_go() {
    let bench = bench().await;
    bench.take(&scan("a:f:1")).await;
    for change in
        [json!({"results": null}), json!({"invocations": [{"executionSuccessful": false}], "results": []})]
    {
        let mut log = scan("");
        for (key, value) in change.as_object().unwrap() {
            log["runs"][0][key] = value.clone();
        }
        let report = bench.take(&log).await;
        assert_eq!(counts(&report), [0; 5], "{change}");
        assert!(report.notes[0].contains("nothing counts as gone"), "{:?}", report.notes);
    }
    assert_eq!(counts(&bench.take(&scan("")).await), [0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn an_older_scan_changes_no_state() {
    let bench = bench().await;
    let dated = |results: &str, day: u32| {
        let mut log = scan(results);
        log["runs"][0]["invocations"] =
            json!([{"executionSuccessful": true, "endTimeUtc": format!("2026-03-{day:02}T10:00:00Z")}]);
        log
    };
    bench.take(&dated("a:f:1 b:f:2", 10)).await;
    let report = bench.take(&dated("a:f:9 old:f:3", 5)).await;
    assert_eq!(counts(&report), [1, 0, 1, 0, 0]);
    assert!(report.notes[0].contains("older than"), "{:?}", report.notes);
    assert_eq!(bench.rows(FINDINGS).await, ["a:f:1 new", "b:f:2 new", "old:f:3 absent"]);
    let report = bench.take(&dated("a:f:1", 11)).await;
    assert_eq!(counts(&report), [0, 1, 0, 0, 1]);
    assert_eq!(
        bench.rows("select to_char(first_seen_at at time zone 'UTC', 'DD') || to_char(last_seen_at at time zone 'UTC', 'DD')
                    from triage.findings order by id").await,
        ["1011", "1010", "0505"]
    );
}
