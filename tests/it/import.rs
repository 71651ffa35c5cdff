//! The intake of SARIF on a real server.

use crate::support::{TestDatabase, database};
use attestor::error::{Error, Kind};
use attestor::jobs::JobContext;
use attestor::triage::import::{ImportOptions, ImportReport};
use attestor::triage::jobs::{Input, import_sarif};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::path::{Path, PathBuf};

struct Bench {
    database: TestDatabase,
    folder: tempfile::TempDir,
}

async fn bench() -> Bench {
    Bench { database: database().await, folder: tempfile::tempdir().unwrap() }
}

impl Bench {
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn import(&self, path: &Path, options: &ImportOptions) -> Result<ImportReport, Error> {
        import_sarif(&self.database.db(), Input::named(path), options, &JobContext::unattended()).await
    }

    async fn take(&self, log: &Value) -> ImportReport {
        let path = self.file("scan.sarif", log.to_string());
        self.import(&path, &of("acme/api")).await.unwrap()
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    async fn one(&self, sql: &str) -> String {
        self.rows(sql).await.into_iter().next().unwrap_or_default()
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.database.superuser().await)
            .await
            .unwrap();
    }
}

fn of(repo: &str) -> ImportOptions {
    ImportOptions { repo: Some(repo.to_owned()), ..ImportOptions::default() }
}

#[tokio::test]
async fn real_files_are_taken_in_once() {
    let folder = Path::new("/work/shared/data");
    let Ok(expected) = std::fs::read(folder.join("expected.json")) else {
        eprintln!("no real files here; not checked");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let bench = bench().await;
    let options = ImportOptions::default();
    let mut total = 0;
    for (name, expected) in
        expected.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("sarif/"))
    {
        let path = folder.join(name);
        let start = std::time::Instant::now();
        let first = bench.import(&path, &options).await;
        if expected.get("json_error").is_some() {
            assert_eq!(first.unwrap_err().kind(), Kind::UnreadableInput);
            continue;
        }
        let first = first.unwrap();
        println!("{name} {:?} {:?}", start.elapsed(), first.notes);
        assert_eq!(first.results, expected["results_total"], "{name}");
        assert_eq!(first.inserted, first.results, "{name}");
        total += first.inserted;
        let again = bench.import(&path, &options).await.unwrap();
        assert!(again.already_imported, "{name}");
        assert_eq!((again.inserted, &again.scan_ids), (0, &first.scan_ids), "{name}");
        assert_eq!((again.suppressed, &again.deviations), (first.suppressed, &first.deviations), "{name}");
    }
    assert_eq!(bench.one("select count(*)::text from triage.findings").await, total.to_string());
    assert_eq!(bench.one("select count(*)::text from triage.sightings").await, total.to_string());
}

/// A scan whose results are `rule:file:line` each.
fn scan(results: &str) -> Value {
    let result = |text: &str| {
        let [rule, file, line] = text.split(':').collect::<Vec<_>>()[..] else { panic!("{text}") };
        json!({"ruleId": rule, "message": {"text": rule}, "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": file}, "region": {"startLine": line.parse::<i32>().unwrap()}}}]})
    };
    let results: Vec<Value> = results.split_whitespace().map(result).collect();
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scanner"}}, "results": results}]})
}

/// `[new, unchanged, moved, regressed, absent]`
fn counts(report: &ImportReport) -> [u64; 5] {
    [report.inserted, report.unchanged, report.moved, report.regressed, report.absent]
}

const FINDINGS: &str =
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
    bench.take(&scan("xss:a.js:13 xss:a.js:93")).await;
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

#[tokio::test]
async fn the_entry_says_what_the_file_came_to() {
    let bench = bench().await;
    let mut log = scan("a:f:1 b:f:2");
    log["runs"][0]["results"][0]["suppressions"] = json!([{"kind": "inSource"}]);
    log["runs"][0]["results"][1]["level"] = json!("odd");
    log["runs"][0]["versionControlProvenance"] = json!([{"repositoryUri": "https://me:secret@github.com/acme/api.git", "revisionId": "4f2c91d", "branch": "main"}]);
    let path = bench.file("report.sarif", log.to_string());
    let report = bench.import(&path, &ImportOptions::default()).await.unwrap();
    assert_eq!((report.repo.as_str(), report.suppressed, report.deviations.len()), ("acme/api", 1, 1));
    let entry = bench
        .one(
            "select (to_jsonb(e) - 'payload' || jsonb_build_object('payload', e.payload))::text
                           from audit.audit_trail_entries e",
        )
        .await;
    assert!(!entry.contains("secret"));
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["seq"], json!(report.entry));
    assert_eq!(
        (&entry["category"], &entry["event_type"]),
        (&json!("finding_triage"), &json!("scan_imported"))
    );
    assert_eq!((&entry["repo_full_name"], &entry["commit_sha"]), (&json!("acme/api"), &json!("4f2c91d")));
    let mut payload = entry["payload"].clone();
    assert!(payload.as_object_mut().unwrap().remove("idempotency_key").is_some());
    assert_eq!(
        payload,
        json!({
            "file": "report.sarif", "sha256": report.sha256, "repo": "acme/api", "runs": 1, "results": 2, "inserted": 2,
            "unchanged": 0, "moved": 0, "regressed": 0, "absent": 0, "suppressed": 1, "left_out": 0, "deviations": 1,
            "scans": 1, "scan_ids": report.scan_ids,
        })
    );
    assert_eq!(
        bench.one("select concat_ws(' ', project_name, commit_sha, branch, source_platform, repo_url, suppressed) from triage.scans").await,
        "acme/api 4f2c91d main github https://github.com/acme/api 1"
    );
    // The person's word holds before the file's; then it is another repository's scan.
    let options = ImportOptions {
        repo: Some("git@gitlab.org:x/y".into()),
        commit: Some("c0ffee".into()),
        branch: Some("dev".into()),
        platform: None,
    };
    let report = bench.import(&path, &options).await.unwrap();
    assert_eq!((report.repo.as_str(), report.inserted), ("x/y", 2));
    assert_eq!(
        bench.one("select concat_ws(' ', project_name, commit_sha, branch, source_platform, repo_url) from triage.scans order by id desc").await,
        "x/y c0ffee dev gitlab gitlab.org:x/y"
    );
    assert_eq!(bench.one("select count(*)::text from audit.audit_trail_entries").await, "2");
}

/// All rows that an intake could leave.
const LEFT: &str = "select concat_ws(' ', (select count(*) from triage.imports), (select count(*) from triage.scans),
    (select count(*) from triage.findings), (select count(*) from triage.sightings), (select count(*) from audit.audit_trail_entries))";

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
        (whole.replace("]}]}", "],}]}"), "line 1, column"),
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
    assert!(kept.starts_with(&nasty[..100]), "{kept:?}");
    assert_eq!(bench.one("select array_to_string(tags[2:], '|') from triage.findings").await, "{}|null");
    // And again: it is the same finding.
    log["runs"][0]["properties"] = json!({"again": 1});
    let path = bench.file("again.sarif", log.to_string());
    assert_eq!(counts(&bench.import(&path, &ImportOptions::default()).await.unwrap()), [0, 1, 0, 0, 0]);
}

#[tokio::test]
async fn names_that_no_column_holds_are_refused() {
    let bench = bench().await;
    let path = bench.file("scan.sarif", scan("a:f:1").to_string());
    for repo in ["", " ", "a\nb", &"x".repeat(600)] {
        assert_eq!(bench.import(&path, &of(repo)).await.unwrap_err().kind(), Kind::Usage, "{repo:?}");
    }
}

#[test]
fn a_file_without_a_repository_lends_its_name() {
    use attestor::triage::import::file_stem;
    for (name, expected) in [
        ("a.sarif", "a"),
        ("dir/a.sarif.json.gz", "a"),
        ("gitleaks_7.5.0.sarif", "gitleaks_7.5.0"),
        ("A.SARIF", "A"),
        (".sarif", ".sarif"),
        ("", "file"),
        ("plain", "plain"),
        ("\u{1b}[31m.sarif", "␛[31m"),
    ] {
        assert_eq!(file_stem(name), expected, "{name}");
    }
}
