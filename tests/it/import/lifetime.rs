//! A finding from scan to scan.

use super::{bench, counts, scan};
use serde_json::json;

pub const FINDINGS: &str =
    "select rule_id || ':' || file || ':' || line || ' ' || state from triage.findings order by id";

#[tokio::test]
async fn findings_live_from_scan_to_scan() {
    let bench = bench().await;
    let first = bench.take(&scan("xss:a.js:10 sqli:b.js:5 weak:c.js:1")).await;
    assert_eq!(counts(&first), [3, 0, 0, 0, 0]);
    assert_eq!(bench.rows(FINDINGS).await, ["xss:a.js:10 new", "sqli:b.js:5 new", "weak:c.js:1 new"]);

    let second = bench.take(&scan("xss:a.js:14 sqli:b.js:5 fresh:d.js:9")).await;
    assert_eq!(counts(&second), [1, 1, 1, 0, 1]);
    assert_eq!(
        bench.rows(FINDINGS).await,
        ["xss:a.js:14 moved", "sqli:b.js:5 unchanged", "weak:c.js:1 absent", "fresh:d.js:9 new"]
    );
    assert_eq!(
        bench.rows("select rule_id from triage.findings where resolved_at is not null").await,
        ["weak"]
    );

    let third = bench.take(&scan("xss:a.js:14 weak:c.js:1 fresh:d.js:9")).await;
    assert_eq!(counts(&third), [0, 2, 0, 1, 1]);
    assert_eq!(
        bench.rows(FINDINGS).await,
        ["xss:a.js:14 unchanged", "sqli:b.js:5 absent", "weak:c.js:1 regressed", "fresh:d.js:9 unchanged"]
    );
    assert_eq!(
        bench.rows("select rule_id from triage.findings where regressed_at is not null").await,
        ["weak"]
    );
    let newest = third.scan_ids[0];
    assert_eq!(
        bench
            .rows(&format!("select rule_id from triage.findings where scan_id = {newest} order by id"))
            .await,
        ["xss", "weak", "fresh"]
    );
    assert_eq!(
        bench
            .rows(
                "select f.rule_id || string_agg(' ' || s.outcome, '' order by s.scan_id)
                    from triage.sightings s join triage.findings f on f.id = s.finding_id
                    group by f.id order by f.id"
            )
            .await,
        ["xss new moved unchanged", "sqli new unchanged", "weak new regressed", "fresh new unchanged"]
    );
    assert_eq!(
        bench
            .rows(
                "select concat_ws(' ', status, tool, results, inserted, unchanged, moved, absent, suppressed,
                    length(reference_id)) from triage.scans order by id"
            )
            .await,
        [
            "completed scanner 3 3 0 0 0 0 36",
            "completed scanner 3 1 1 1 1 0 36",
            "completed scanner 3 0 2 0 1 0 36"
        ]
    );
}

#[tokio::test]
async fn a_decision_stays_with_its_finding() {
    let bench = bench().await;
    let first = bench.take(&scan("xss:a.js:10 xss:a.js:90")).await;
    bench
        .run(
            "insert into triage.feedbacks (finding_id, user_verdict, comments, scan_id)
               select id, 'FP', 'test code', scan_id from triage.findings where line = 10;
               update triage.findings f set triage_decision = 'FP', version = 2, decided_by = b.id
               from triage.feedbacks b where b.finding_id = f.id",
        )
        .await;
    bench.take(&scan("xss:a.js:13 xss:a.js:93")).await;
    let sql = "select concat_ws(' ', f.line, f.triage_decision, f.version, b.scan_id, f.scan_id)
               from triage.findings f left join triage.feedbacks b on b.id = f.decided_by order by f.id";
    let (old, new) = (first.scan_ids[0].0, first.scan_ids[0].0 + 1);
    assert_eq!(bench.rows(sql).await, [format!("13 FP 2 {old} {new}"), format!("93 1 {new}")]);
    // Gone and back, it is still decided.
    bench.take(&scan("xss:a.js:93")).await;
    bench.take(&scan("xss:a.js:13 xss:a.js:93 other:a.js:1")).await;
    assert_eq!(
        bench.one("select triage_decision || state from triage.findings where line = 13").await,
        "FPregressed"
    );
}

#[tokio::test]
async fn what_is_not_clear_is_new_and_undecided() {
    let bench = bench().await;
    bench.take(&scan("xss:a.js:10")).await;
    bench.run("update triage.findings set triage_decision = 'FP'").await;
    let report = bench.take(&scan("xss:a.js:8 xss:a.js:12")).await;
    assert_eq!(counts(&report), [2, 0, 0, 0, 1]);
    assert_eq!(
        bench.rows("select line::text from triage.findings where triage_decision = 'FP'").await,
        ["10"]
    );
}

#[tokio::test]
async fn many_results_with_one_fingerprint_are_told_apart_by_place() {
    let bench = bench().await;
    let log = |shift: i64| {
        let mut log =
            scan(&(0..1000).map(|n| format!("r:f{}.py:{} ", n % 10, n * 7 + 1 + shift)).collect::<String>());
        for result in log["runs"][0]["results"].as_array_mut().unwrap() {
            result["fingerprints"] = json!({"v1": "the same for all"});
        }
        log
    };
    assert_eq!(counts(&bench.take(&log(0)).await), [1000, 0, 0, 0, 0]);
    assert_eq!(
        bench.one("select count(distinct fingerprint) || ' ' || max(occurrence) from triage.findings").await,
        "1 1000"
    );
    assert_eq!(counts(&bench.take(&log(2)).await), [0, 0, 1000, 0, 0]);
    let mut same = log(2);
    same["runs"][0]["properties"] = json!({"again": true});
    assert_eq!(counts(&bench.take(&same).await), [0, 1000, 0, 0, 0]);
}

#[tokio::test]
async fn severity_and_risk_follow_the_scanner() {
    let bench = bench().await;
    let with = |severity: &str| {
        let mut log = scan("a:f:1");
        log["runs"][0]["results"][0]["properties"] = json!({"security-severity": severity});
        log
    };
    let now = "select severity || ' ' || severity_rank || ' ' || risk from triage.findings";
    bench.take(&with("9.8")).await;
    assert_eq!(bench.one(now).await, "Critical 4 45");
    bench.take(&with("2")).await;
    assert_eq!(bench.one(now).await, "Low 1 15");
}
