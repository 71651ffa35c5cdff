//! What the newest scan changed, and the whole life of a finding.

use super::{Bench, bench, of, scan};
use attestor::filter::parse;
use attestor::ids::FindingId;
use attestor::triage::import::ImportOptions;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::{detail, findings, life};
use chrono::Utc;
use serde_json::json;

async fn rules(bench: &Bench, filter: &str) -> String {
    let parsed = parse(filter, &FIELDS).unwrap();
    let db = bench.database.db();
    let targets = findings::targets(&db, &parsed, Utc::now()).await.unwrap();
    let ids: Vec<_> = targets.iter().map(|target| target.finding).collect();
    let rows = findings::find(&db, &ids).await.unwrap();
    rows.iter().map(|row| row.rule_id.to_string()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_is_new_is_new_in_the_newest_scan_of_its_series() {
    let bench = bench().await;
    bench.take(&scan("a:x:1 b:x:2 c:x:3")).await;
    assert_eq!(rules(&bench, "is:new").await, "a b c");
    assert_eq!(rules(&bench, "since:scan").await, "a b c");
    bench.take(&scan("a:x:1 b:x:9 d:x:4")).await;
    assert_eq!(rules(&bench, "is:new").await, "d");
    assert_eq!(rules(&bench, "is:unchanged").await, "a");
    assert_eq!(rules(&bench, "is:moved").await, "b");
    assert_eq!(rules(&bench, "since:scan").await, "b c d");
    // Another series of the repository changes nothing of that.
    let elsewhere = bench.file("fix.sarif", scan("a:x:1 e:x:5").to_string());
    let on_branch = ImportOptions { branch: Some("fix".into()), ..of("acme/api") };
    bench.import(&elsewhere, &on_branch).await.unwrap();
    assert_eq!(rules(&bench, "is:new").await, "d e");
    assert_eq!(rules(&bench, "since:scan").await, "b c d e");

    bench.take(&scan("a:x:1 b:x:9 c:x:3 d:x:4")).await;
    assert_eq!(rules(&bench, "is:new").await, "e");
    assert_eq!(rules(&bench, "is:regressed").await, "c");
    assert_eq!(rules(&bench, "since:scan branch:fix").await, "e");
    assert_eq!(rules(&bench, "since:scan -branch:fix").await, "c");
    assert_eq!(rules(&bench, "-since:scan").await, "a b d");

    // What an earlier scan made absent was not changed by the newest one.
    bench.take(&scan("a:x:1 b:x:9 c:x:3")).await;
    assert_eq!(rules(&bench, "since:scan -branch:fix").await, "d");
    bench.take(&scan("a:x:1 b:x:9 c:x:3 f:x:6")).await;
    assert_eq!(rules(&bench, "since:scan -branch:fix").await, "f");
}

#[tokio::test]
async fn a_scan_that_did_not_finish_or_is_old_is_heeded_as_far_as_it_goes() {
    let bench = bench().await;
    let dated = |results: &str, day: u32| {
        let mut log = scan(results);
        log["runs"][0]["invocations"] =
            json!([{"executionSuccessful": true, "endTimeUtc": format!("2026-03-{day:02}T10:00:00Z")}]);
        log
    };
    bench.take(&dated("a:x:1 b:x:2", 5)).await;
    bench.take(&dated("a:x:1 b:x:2 c:x:3", 10)).await;
    assert_eq!(rules(&bench, "is:new").await, "c");
    // Older than what is known: what is new stays so.
    bench.take(&dated("a:x:1 z:x:9", 7)).await;
    assert_eq!(rules(&bench, "is:new").await, "c");
    assert_eq!(rules(&bench, "since:scan").await, "c");
    // The newest one broke off before it came to c: nothing is new in it but what it saw.
    let mut broken = scan("a:x:1 d:x:4");
    broken["runs"][0]["invocations"] = json!([{"executionSuccessful": false}]);
    bench.take(&broken).await;
    assert_eq!(rules(&bench, "is:new").await, "d");
    assert_eq!(rules(&bench, "state:new").await, "c d", "what the last scan that saw it made of it");
}

#[tokio::test]
async fn a_life_tells_gaps_and_returns() {
    let bench = bench().await;
    // Each file is another one: the same bytes again are no scan.
    for results in ["b:y:1", "a:x:1", "a:x:4", "c:y:1", "a:x:4 c:y:1", "a:x:4 d:y:1"] {
        bench.take(&scan(results)).await;
    }
    let id = bench.one("select id::text from triage.findings where rule_id = 'a'").await;
    let id = FindingId(id.parse().unwrap());
    let db = bench.database.db();
    let detail = detail::show(&db, id).await.unwrap();
    assert_eq!((detail.sightings.count, detail.sightings.missed, detail.sightings.regressions), (4, 1, 1));

    let whole = life::life(&db, id, None, 100).await.unwrap();
    let told = |rows: &[attestor::triage::detail::Sighting]| {
        rows.iter().map(|row| (row.outcome.to_string(), row.line)).collect::<Vec<_>>()
    };
    let expected = [
        ("unchanged", Some(4)),
        ("regressed", Some(4)),
        ("not seen", None),
        ("moved", Some(4)),
        ("new", Some(1)),
    ];
    assert_eq!(told(&whole.rows), expected.map(|(outcome, line)| (outcome.to_owned(), line)));
    let first = life::life(&db, id, None, 2).await.unwrap();
    let rest = life::life(&db, id, Some(first.rows[1].scan_id), 100).await.unwrap();
    assert_eq!((first.more, rest.more), (true, false));
    assert_eq!([first.rows, rest.rows].concat(), whole.rows);
}
