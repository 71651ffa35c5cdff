//! The intake of test results on a real server.

use crate::support::{TestDatabase, database};
use attestor::error::{Error, Kind};
use attestor::flaky::import::{JunitOptions, JunitReport};
use attestor::flaky::jobs::import_junit;
use attestor::flaky::test_hash::TestHash;
use attestor::intake::input::Input;
use attestor::jobs::JobContext;
use sqlx::AssertSqlSafe;
use std::path::{Path, PathBuf};

pub(super) struct Bench {
    pub(super) database: TestDatabase,
    pub(super) folder: tempfile::TempDir,
}

pub(super) async fn bench() -> Bench {
    Bench { database: database().await, folder: tempfile::tempdir().unwrap() }
}

/// Repositories, runs, files, results and entries that an import leaves.
pub(super) const LEFT: &str = "select concat_ws(' ', (select count(*) from trust.repositories),
    (select count(*) from trust.ci_runs), (select count(*) from trust.test_imports),
    (select count(*) from trust.test_results),
    (select count(*) from audit.audit_trail_entries where event_type = 'tests.imported'))";

impl Bench {
    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn import(&self, path: &Path, options: &JunitOptions) -> Result<JunitReport, Error> {
        import_junit(&self.database.db(), Input::named(path), options, &JobContext::unattended()).await
    }

    async fn take(&self, xml: &str, options: &JunitOptions) -> JunitReport {
        let path = self.file("results.xml", xml);
        self.import(&path, options).await.unwrap()
    }

    pub(super) async fn one(&self, sql: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }
}

fn of(commit: &str, run: &str) -> JunitOptions {
    JunitOptions {
        repo: "acme/api".into(),
        commit: Some(commit.into()),
        run: Some(run.into()),
        ..JunitOptions::default()
    }
}

/// A suite of tests, each `name` or `name:fail`, `name:skip`, `name:flaky`.
fn suite(tests: &str) -> String {
    let cases = tests.split_whitespace().map(|test| {
        let (name, inner) = match test.split_once(':') {
            Some((name, "fail")) => (name, "<failure message='no'/>"),
            Some((name, "skip")) => (name, "<skipped/>"),
            Some((name, "flaky")) => (name, "<flakyFailure message='once'/>"),
            _ => (test, ""),
        };
        format!("<testcase classname='c' name='{name}' time='0.01'>{inner}</testcase>")
    });
    format!("<testsuite name='s'>{}</testsuite>", cases.collect::<String>())
}

#[tokio::test]
async fn attempts_are_kept_apart() {
    let bench = bench().await;
    let options = JunitOptions {
        branch: Some("main".into()),
        environment: Some("linux".into()),
        workflow: Some("ci".into()),
        ..of("abc", "17")
    };
    let report = bench.take(&suite("a b:fail c:skip d:flaky"), &options).await;
    assert_eq!(report.counts().map(|(_, count)| count), [1, 4, 2, 1, 1, 5, 1]);
    assert!(!report.outage && report.notes.is_empty() && report.entry.is_some() && report.run_id.is_some());
    let rows = "select concat_ws(' ', p.full_name, r.run_key, t.commit_sha, t.branch, t.workflow_name, t.environment,
                       t.test_suite, t.test_name, t.status, t.attempt, t.duration_ms, t.error_message)
                from trust.test_results t join trust.ci_runs r on r.id = t.ci_run_id
                join trust.repositories p on p.id = t.repo_id and p.id = r.repo_id
                join trust.test_imports i on i.id = t.import_id and i.ci_run_id = r.id
                order by t.id";
    assert_eq!(
        bench.rows(rows).await,
        [
            "acme/api 17 abc main ci linux c a pass 1 10",
            "acme/api 17 abc main ci linux c b fail 1 10 no",
            "acme/api 17 abc main ci linux c c skip 1 10",
            "acme/api 17 abc main ci linux c d fail 1 once",
            "acme/api 17 abc main ci linux c d pass 2 10",
        ]
    );
    let id = TestHash::of("acme/api", "c", "d").to_string();
    assert_eq!(id, &sha256_hex("acme/api:c:d")[..16]);
    assert_eq!(bench.one("select test_id from trust.test_results order by id desc limit 1").await, id);
    let entry = "select concat_ws(' ', category, event_type, repo_full_name, commit_sha, payload->>'tests',
                        payload->>'attempts', payload->>'run', payload->>'outage', payload ? 'sha256')
                 from audit.audit_trail_entries order by seq desc limit 1";
    assert_eq!(bench.one(entry).await, "quarantine tests.imported acme/api abc 4 5 17 false t");
    let run = "select concat_ws(' ', type, status, outcome, summary_counts->>'tests') from operations.operation_runs";
    assert_eq!(bench.rows(run).await, ["import_junit completed succeeded 4"]);
}

fn sha256_hex(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_same_bytes_for_the_same_run_write_nothing() {
    let bench = bench().await;
    let xml = suite("a b:fail");
    let first = bench.take(&xml, &of("abc", "17")).await;
    let again = bench.take(&xml, &of("abc", "17")).await;
    assert!(!first.already_imported && again.already_imported && again.entry.is_none());
    assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&again).unwrap());
    assert_eq!(bench.one(LEFT).await, "1 1 1 2 1");
    // Another run, or another place, is another piece of evidence.
    assert!(!bench.take(&xml, &of("abc", "18")).await.already_imported);
    let elsewhere = JunitOptions { environment: Some("mac".into()), ..of("abc", "17") };
    assert!(!bench.take(&xml, &elsewhere).await.already_imported);
    assert_eq!(bench.one(LEFT).await, "1 3 3 6 3");
    // At once too.
    let path = bench.file("at-once.xml", suite("x y z"));
    let options = of("abc", "19");
    let reports = futures::future::join_all((0..5).map(|_| bench.import(&path, &options))).await;
    assert_eq!(reports.iter().filter(|report| !report.as_ref().unwrap().already_imported).count(), 1);
    assert_eq!(bench.one(LEFT).await, "1 4 4 9 4");
}

#[tokio::test]
async fn attempts_count_on_over_the_files_of_a_run() {
    let bench = bench().await;
    let first = bench.take(&suite("a:fail b a:fail"), &of("abc", "17")).await;
    assert_eq!(
        first.deviations,
        ["file.testcase: 1 test cases have the suite and name of an earlier one; \
                                   read as further attempts of it"]
    );
    let rerun = bench.take(&suite("a"), &of("abc", "17")).await;
    assert_eq!((rerun.flaky, rerun.of_run), (0, (2, 0)));
    let repeated = bench.take(&suite("a:fail a:flaky a"), &of("abc", "18")).await;
    assert_eq!(
        (repeated.tests, repeated.passed, repeated.failed, repeated.flaky, repeated.attempts),
        (3, 2, 1, 1, 4)
    );
    let attempts = "select string_agg(concat(r.run_key, test_name, attempt, t.status), ' ' order by t.id)
                    from trust.test_results t join trust.ci_runs r on r.id = t.ci_run_id";
    assert_eq!(
        bench.one(attempts).await,
        "17a1fail 17b1pass 17a2fail 17a3pass 18a1fail 18a2fail 18a3pass 18a4pass"
    );
}

#[tokio::test]
async fn outages_are_told_over_all_files_of_a_run() {
    let bench = bench().await;
    let failing =
        |range: std::ops::Range<u32>| suite(&range.map(|n| format!("t{n}:fail ")).collect::<String>());
    let passing = |range: std::ops::Range<u32>| suite(&range.map(|n| format!("t{n} ")).collect::<String>());
    let told = "select concat_ws(' ', tests, failed, outage) from trust.ci_runs where run_key = '17'";
    // Nine are too few to say so; a skipped one is none that ran.
    assert!(!bench.take(&failing(0..9), &of("abc", "17")).await.outage);
    assert!(!bench.take(&suite("s:skip"), &of("abc", "17")).await.outage);
    assert_eq!(bench.one(told).await, "9 9 f");
    let report = bench.take(&passing(9..10), &of("abc", "17")).await;
    assert!(report.outage && report.failed == 0);
    assert_eq!(bench.one(told).await, "10 9 t");
    // 80 % is not over 80 %, and a rerun that passes counts as passed.
    assert!(bench.take(&failing(10..11), &of("abc", "17")).await.outage);
    let report = bench.take(&passing(0..2), &of("abc", "17")).await;
    assert_eq!((report.outage, report.of_run), (false, (11, 8)));
    assert_eq!(bench.one(told).await, "11 8 f");
    // What was taken in before is told as the run stands now.
    assert!(!bench.take(&passing(9..10), &of("abc", "17")).await.outage);
    let checks = "select count(*)::text from operations.operation_runs r,
                         jsonb_array_elements(r.context->'verification_report'->'checks') c
                  where c->>'key' = 'outage' and c->>'status' = 'warn'";
    assert_eq!(bench.one(checks).await, "2");
}

#[tokio::test]
async fn runs_and_commits_that_nobody_names() {
    let bench = bench().await;
    let unnamed = JunitOptions { repo: "https://github.com/acme/api.git".into(), ..JunitOptions::default() };
    let report = bench.take(&suite("a"), &unnamed).await;
    let key = format!("file:{}", &report.sha256[..16]);
    assert_eq!((&*report.repo, &report.run_key), ("acme/api", &key));
    assert_eq!(report.notes.len(), 2, "{:?}", report.notes);
    assert!(report.notes[0].contains(&key), "{:?}", report.notes);
    assert_eq!(bench.one("select commit_sha from trust.test_results").await, format!("run:{key}"));
    assert!(bench.take(&suite("a"), &unnamed).await.already_imported);
    let of_commit = JunitOptions { run: None, ..of("abc", "") };
    assert_eq!(bench.take(&suite("a"), &of_commit).await.run_key, "commit:abc");
    assert_eq!(bench.take(&suite("b"), &of_commit).await.notes.len(), 1);
    assert_eq!(bench.one(LEFT).await, "1 2 3 3 3");
}

#[tokio::test]
async fn a_run_is_of_one_commit() {
    let bench = bench().await;
    bench.take(&suite("a"), &of("abc", "17")).await;
    let path = bench.file("other.xml", suite("b"));
    let error = bench.import(&path, &of("def", "17")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.to_string().contains("is of commit abc, not def"), "{error}");
    // Who does not say the commit means the one that is known.
    let unsaid = JunitOptions { commit: None, ..of("", "17") };
    bench.import(&path, &unsaid).await.unwrap();
    assert_eq!(bench.rows("select distinct commit_sha from trust.test_results").await, ["abc"]);
    for bad in ["", " ", "a\nb", &"x".repeat(513)] {
        let options = JunitOptions { branch: Some(bad.into()), ..of("abc", "17") };
        assert_eq!(bench.import(&path, &options).await.unwrap_err().kind(), Kind::Usage, "{bad:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_leaves_nothing() {
    let bench = bench().await;
    let many: String = (0..20_000).map(|n| format!("t{n} ")).collect();
    let whole = suite(&many);
    for (bytes, words) in [
        (String::new(), "results.xml: it is empty, at line 1"),
        (whole[..whole.len() - 20].to_owned(), "results.xml: it ends in the middle, at line 1"),
        ("<suites/>".to_owned(), "results.xml: XML, but not JUnit, at line 1, column 1"),
    ] {
        let path = bench.file("results.xml", bytes);
        let error = bench.import(&path, &of("abc", "17")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::UnreadableInput, "{error}");
        assert!(error.to_string().contains(words), "{error} lacks {words}");
        assert!(error.hint_text().is_some_and(|hint| !hint.is_empty()));
    }
    assert_eq!(bench.one(LEFT).await, "0 0 0 0 0");
    let failed = "select count(*)::text from operations.operation_runs where outcome = 'failed'";
    assert_eq!(bench.one(failed).await, "3");
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let bench = bench().await;
    let path = bench.file("results.xml", suite("a b c"));
    let options = of("abc", "17");
    for step in ["waiting for another import", "storing", "writing"] {
        let (sender, mut progress) = tokio::sync::watch::channel(attestor::jobs::Progress::default());
        let token = tokio_util::sync::CancellationToken::new();
        let job = JobContext::new(sender, token.clone());
        let db = bench.database.db();
        // The import goes on only as far as its progress is looked at, so the step is never missed.
        let import = import_junit(&db, Input::named(&path), &options, &job);
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
    assert_eq!(bench.import(&path, &options).await.unwrap().tests, 3);
}

#[tokio::test]
async fn hostile_names_go_in_as_they_are_and_come_out_visible() {
    let bench = bench().await;
    let nasty = "&#27;]0;x&#7;&#9;\\N\u{202e}&quot;{}'&#13;&#10;&#0;\\.";
    let xml = format!(
        "<testsuite name=\"{nasty}\"><testcase name=\"{nasty}\"><failure message=\"{nasty}\"/></testcase>\
         <testcase name=\"{}\" time=\"{nasty}\"/></testsuite>",
        "n".repeat(10_000)
    );
    let report = bench.take(&xml, &of("abc", "17")).await;
    let line = serde_json::to_string(&report).unwrap();
    assert!(line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line}");
    let kept = bench.one("select test_name from trust.test_results where status = 'fail'").await;
    assert_eq!(kept, "\u{1b}]0;x\u{7}\t\\N\u{202e}\"{}'\r\n␀\\.");
    assert_eq!(bench.one("select max(octet_length(test_name))::text from trust.test_results").await, "2048");
    // A name that is shown cut is known whole.
    let long = "n".repeat(10_000);
    let id = TestHash::of("acme/api", &kept, &long).to_string();
    assert_eq!(bench.one("select test_id from trust.test_results where status = 'pass'").await, id);
}
