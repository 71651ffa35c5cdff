//! Scoring on a real server, held against a model that knows the definition alone.

use super::stage::{Stage, stage};
use attestor::demo::rng::Rng;
use attestor::error::Kind;
use attestor::flaky::jobs::{How, Recompute, recompute};
use attestor::flaky::state::State;
use attestor::jobs::JobContext;
use chrono::{DateTime, Utc};
use sqlx::Connection;
use std::collections::BTreeMap;

#[tokio::test]
async fn scores_stand_beside_what_they_are_made_of() {
    let mut stage = stage().await;
    stage.history("lies", "98*p 2*fp").await;
    stage.history("fine", "100*p").await;
    stage.history("broken", "10*fff").await;
    stage.history("alone", "20*p f 20*p f 20*p f 20*p s").await;
    stage.history("young", "2*p").await;
    let report = stage.score().await;
    let repo = &report.repos[0];
    assert_eq!((repo.tests, repo.new, repo.flaky, repo.broken, repo.suggested), (5, 5, 2, 1, 1));
    assert!(report.run_id.is_some());

    let lies = stage.test("lies").await;
    assert!((lies.flakiness_score.unwrap() - 0.734).abs() < 0.000_5, "{lies:?}");
    assert_eq!((lies.state, lies.suggested, lies.first_try, lies.flaked), (State::Flaky, true, 98, 2));
    assert_eq!((lies.run_count, lies.pass_count, lies.fail_count), (102, 100, 2));
    assert_eq!(&*lies.strip, "p".repeat(28) + "kk");
    assert!((lies.failure_rate - 2.0 / 102.0).abs() < 1e-12);
    let fine = stage.test("fine").await;
    assert!((fine.flakiness_score.unwrap() - 0.021).abs() < 0.000_5);
    assert_eq!(fine.state, State::Healthy);
    assert_eq!(
        (stage.test("broken").await.state, stage.test("young").await.state),
        (State::Broken, State::New)
    );
    let alone = stage.test("alone").await;
    assert_eq!((alone.basis.word(), alone.isolated, alone.skip_count), ("isolated", 3, 1));
    assert!((alone.flakiness_score.unwrap() - 3.0 / 83.0).abs() < 1e-6);
    assert!(!alone.suggested);

    assert_eq!(stage.entries().await, ["tests.recomputed"]);
    let payload: serde_json::Value = stage.one("select payload from audit.audit_trail_entries").await;
    assert_eq!((&payload["counts"]["tests"], &payload["how"]), (&5.into(), &"all".into()));
    let run: String = stage
        .one("select type || ' ' || outcome || ' ' || (summary_counts->>'tests') from operations.operation_runs")
        .await;
    assert_eq!(run, "tests_recompute succeeded 5");
}

#[tokio::test]
async fn nothing_new_writes_nothing() {
    let mut stage = stage().await;
    stage.history("a", "10*p").await;
    stage.score().await;
    let again = stage.score().await;
    assert_eq!((again.repos.len(), again.unchanged), (0, 1));
    assert_eq!(stage.entries().await, ["tests.recomputed"]);
    stage.history("a", "1*p").await;
    assert_eq!(stage.score().await.repos[0].counted, "new");
    assert_eq!(stage.test("a").await.first_try, 11);
}

#[tokio::test]
async fn environments_are_kept_apart() {
    let mut stage = stage().await;
    stage.history_in("a", "linux", "50*p").await;
    stage.history_in("a", "windows", "40*p 10*fp").await;
    stage.score().await;
    let found: Vec<(String, String, i32)> =
        sqlx::query_as("select environment, state, flaked from trust.flaky_tests order by 1")
            .fetch_all(&mut stage.superuser)
            .await
            .unwrap();
    let row = |a: &str, b: &str, c| (a.to_owned(), b.to_owned(), c);
    assert_eq!(found, [row("linux", "healthy", 0), row("windows", "flaky", 10)]);
}

#[tokio::test]
async fn outages_are_left_out_and_counted() {
    let mut stage = stage().await;
    stage.history("a", "20*p 3*f 20*p").await;
    stage.score().await;
    assert_eq!(stage.test("a").await.never_passed, 3);
    // A later file of the run may tell that it was one: the results are old, what they mean is new.
    stage.run("update trust.ci_runs set outage = true where id between 21 and 23").await;
    assert_eq!(stage.score().await.repos[0].counted, "touched");
    let test = stage.test("a").await;
    assert_eq!((test.never_passed, test.fail_count, test.outage_count), (0, 0, 3));
    assert_eq!(test.strip.matches('o').count(), 3);
    stage.run("update trust.ci_runs set outage = false where id = 22").await;
    stage.score().await;
    assert_eq!(stage.test("a").await.never_passed, 1);
}

#[tokio::test]
async fn what_other_producers_write_is_read() {
    let mut stage = stage().await;
    stage
        .run(
            "insert into trust.test_results (repo_id, commit_sha, test_suite, test_name, test_id, status)
             select 1, c.sha, 's', 'a', 'x', s.status
             from (values (1, 'c1', 'Passed'), (2, 'c2', 'FAILED'), (3, 'c2', 'passed'), (4, 'c3', 'skipped'),
                          (5, 'c4', 'error'), (6, null, 'pass'), (7, '', 'pass'), (8, 'c5', 'weird'),
                          (9, 'c5', null)) as s (n, sha, status),
                  lateral (select s.sha) c (sha)
             order by s.n;
             insert into trust.test_results (repo_id, test_id, status) values (null, 'x', 'pass'), (1, null, 'pass')",
        )
        .await;
    stage.score().await;
    let test = stage.test("a").await;
    assert_eq!((test.first_try, test.flaked, test.never_passed), (3, 1, 1));
    assert_eq!((test.run_count, test.skip_count), (6, 3));
    assert_eq!(stage.one::<i64>("select count(*) from trust.flaky_tests").await, 1);
}

/// Ids are given before a commit: the row with the lower id may become visible last.
#[tokio::test]
async fn what_was_written_before_and_committed_after_counts() {
    let mut stage = stage().await;
    stage.history("a", "10*p").await;
    let result = "insert into trust.test_results (repo_id, commit_sha, test_id, test_name, status)
                  values (1, md5('7'), 'id-a', 'a', 'fail')";
    let mut slow = stage.database.superuser().await;
    let mut transaction = slow.begin().await.unwrap();
    sqlx::raw_sql(result).execute(&mut *transaction).await.unwrap();
    stage.history("a", "5*p").await;
    stage.score().await;
    assert_eq!(stage.test("a").await.fail_count, 0);
    transaction.commit().await.unwrap();
    assert_eq!(stage.score().await.repos.len(), 1);
    let test = stage.test("a").await;
    assert_eq!((test.first_try, test.fail_count), (15, 1));
}

/// A restore gives results the transactions of another server, which say nothing here.
#[tokio::test]
async fn after_a_restore_everything_is_counted_again() {
    let mut stage = stage().await;
    stage.history("a", "10*p").await;
    stage.score().await;
    stage.run("update trust.test_scorings set snapshot = '4000000000:4000000000:'").await;
    stage.history("a", "1*p").await;
    assert_eq!(stage.score().await.repos[0].counted, "all");
    stage.run("update trust.test_results set recorded_xid = '5000000000' where id = 3").await;
    stage.history("a", "1*p").await;
    assert_eq!(stage.score().await.repos[0].counted, "all");
    stage.run("update trust.test_results set recorded_xid = '3' where id = 3").await;
    stage.history("a", "1*p").await;
    // What was seen then knew no snapshot.
    assert_eq!(stage.score().await.repos[0].counted, "all");
    assert_eq!(stage.test("a").await.first_try, 13);
    stage.history("a", "1*p").await;
    assert_eq!(stage.score().await.repos[0].counted, "new");
    assert_eq!(stage.test("a").await.first_try, 14);
}

#[tokio::test]
async fn unknown_repositories_and_cancelled_work_write_nothing() {
    let mut stage = stage().await;
    stage.history("a", "10*p").await;
    let asked = |repo: Option<&str>| Recompute { repo: repo.map(str::to_owned), how: How::Incremental };
    let error = recompute(&stage.db, &asked(Some("acme/none")), &JobContext::unattended()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    let job = JobContext::unattended();
    job.cancellation().cancel();
    let error = recompute(&stage.db, &asked(None), &job).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Incomplete);
    assert_eq!(stage.one::<i64>("select count(*) from trust.flaky_tests").await, 0);
    assert_eq!(stage.entries().await.len(), 0);
    let outcomes: Vec<String> =
        sqlx::query_scalar("select outcome from operations.operation_runs order by id")
            .fetch_all(&mut stage.superuser)
            .await
            .unwrap();
    assert_eq!(outcomes, ["failed", "cancelled"]);
    recompute(&stage.db, &asked(Some("acme/api")), &JobContext::unattended()).await.unwrap();
}

/// What the model says of a test.
#[derive(Debug, Default, PartialEq, Eq)]
struct Model {
    commits: (i32, i32, i32),
    isolated: i32,
    streak: i32,
    retried: bool,
    strip: String,
    counts: (i32, i32, i32, i32),
}

#[derive(sqlx::FromRow)]
struct Attempt {
    id: i64,
    test_id: String,
    environment: String,
    ci_run_id: Option<i64>,
    commit: String,
    status: String,
    at: DateTime<Utc>,
    outage: bool,
}

/// The definition, attempt by attempt.
async fn model(stage: &mut Stage) -> BTreeMap<(String, String), Model> {
    let attempts: Vec<Attempt> = sqlx::query_as(
        "select r.id, r.test_id, r.environment, r.ci_run_id,
                coalesce(nullif(r.commit_sha, ''), 'run' || r.ci_run_id, 'row' || r.id) as commit,
                left(lower(r.status), 4) as status, coalesce(c.started_at, r.recorded_at) as at,
                coalesce(c.outage, false) as outage
         from trust.test_results r left join trust.ci_runs c on c.id = r.ci_run_id order by r.id",
    )
    .fetch_all(&mut stage.superuser)
    .await
    .unwrap();
    let mut tests: BTreeMap<(String, String), Vec<&Attempt>> = BTreeMap::new();
    for attempt in &attempts {
        tests.entry((attempt.test_id.clone(), attempt.environment.clone())).or_default().push(attempt);
    }
    tests.into_iter().map(|(key, attempts)| (key, of_test(&attempts))).collect()
}

fn of_test(attempts: &[&Attempt]) -> Model {
    let mut runs: Vec<Vec<&Attempt>> = Vec::new();
    for attempt in attempts {
        let same = |run: &&mut Vec<&Attempt>| {
            (run[0].ci_run_id, &run[0].commit) == (attempt.ci_run_id, &attempt.commit)
        };
        match runs.iter_mut().find(same) {
            Some(run) => run.push(attempt),
            None => runs.push(vec![attempt]),
        }
    }
    runs.sort_by_key(|run| (run.iter().map(|a| a.at).min(), run[0].id));
    let mut model = Model::default();
    let mut commits: Vec<(&str, String)> = Vec::new();
    for run in &runs {
        let said: String = run.iter().filter(|a| a.status != "skip").map(|a| &a.status[..1]).collect();
        let mark = match (run[0].outage, said.contains('p'), said.contains('f')) {
            (true, ..) => 'o',
            (_, false, false) => 's',
            (_, true, false) => 'p',
            (_, false, true) => 'f',
            (_, true, true) => 'k',
        };
        model.strip.push(mark);
        if run[0].outage {
            model.counts.3 += i32::try_from(run.len()).unwrap();
            continue;
        }
        let count = |letter| i32::try_from(said.matches(letter).count()).unwrap();
        model.counts.0 += count("p");
        model.counts.1 += count("f");
        model.counts.2 += i32::try_from(run.len()).unwrap() - count("p") - count("f");
        if said.is_empty() {
            continue;
        }
        match commits.iter_mut().find(|(commit, _)| *commit == run[0].commit) {
            Some((_, all)) => all.push_str(&said),
            None => commits.push((&run[0].commit, said)),
        }
    }
    model.strip = model.strip.chars().skip(model.strip.len().saturating_sub(30)).collect();
    model.retried = commits.iter().any(|(_, said)| said.contains('f') && said.len() > 1);
    let failed: Vec<bool> = commits.iter().map(|(_, said)| !said.contains('p')).collect();
    for (at, (_, said)) in commits.iter().enumerate() {
        match said.find('f') {
            Some(first) if said[first..].contains('p') => model.commits.1 += 1,
            _ if said.contains('p') => model.commits.0 += 1,
            _ => model.commits.2 += 1,
        }
        let between = at > 0 && at + 1 < failed.len() && !failed[at - 1] && !failed[at + 1];
        model.isolated += i32::from(failed[at] && between);
    }
    model.streak = i32::try_from(failed.iter().rev().take_while(|failed| **failed).count()).unwrap();
    model
}

#[derive(sqlx::FromRow)]
struct Row {
    test_id: String,
    environment: String,
    first_try: i32,
    flaked: i32,
    never_passed: i32,
    isolated: i32,
    failing_streak: i32,
    retried: bool,
    strip: String,
    pass_count: i32,
    fail_count: i32,
    skip_count: i32,
    outage_count: i32,
}

async fn stored(stage: &mut Stage) -> BTreeMap<(String, String), Model> {
    let rows: Vec<Row> =
        sqlx::query_as("select * from trust.flaky_tests").fetch_all(&mut stage.superuser).await.unwrap();
    let model = |row: Row| {
        let model = Model {
            commits: (row.first_try, row.flaked, row.never_passed),
            isolated: row.isolated,
            streak: row.failing_streak,
            retried: row.retried,
            strip: row.strip,
            counts: (row.pass_count, row.fail_count, row.skip_count, row.outage_count),
        };
        ((row.test_id, row.environment), model)
    };
    rows.into_iter().map(model).collect()
}

/// Everything about all tests but when they were scored.
async fn everything(stage: &mut Stage) -> Vec<String> {
    sqlx::query_scalar("select (to_jsonb(t) - 'scored_at')::text from trust.flaky_tests t order by id")
        .fetch_all(&mut stage.superuser)
        .await
        .unwrap()
}

/// Writes something new: a run after all others, a late one, a retry of an old commit, another file of a
/// run, results without a run, an outage that comes or goes, a quarantine.
async fn something_new(stage: &mut Stage, rng: &mut Rng, round: usize) {
    let sort = if round == 0 { 0 } else { rng.below(10) };
    let runs: i64 = stage.one("select count(*) from trust.ci_runs").await;
    let environment = if rng.chance(30) { "arm" } else { "" };
    let old = 1 + rng.below(usize::try_from(runs.max(1)).unwrap());
    let (run, hours, commit) = match sort {
        0..=4 => (true, round * 100 + 50, format!("'c{round}'")),
        5 => (true, rng.below(round * 100), format!("'late{round}'")),
        6 => (true, round * 100 + 50, format!("(select commit_sha from trust.ci_runs where id = {old})")),
        7 => (false, 0, String::new()),
        8 => {
            stage.run(&format!("update trust.ci_runs set outage = not outage where id = {old}")).await;
            return;
        }
        _ => {
            stage
                .run(
                    "update trust.flaky_tests set quarantined = true, state = 'quarantined',
                         quarantined_at = (select max(started_at) from trust.ci_runs), graduation_runs = 20
                     where not quarantined and id = (select min(id) + 1 from trust.flaky_tests)",
                )
                .await;
            return;
        }
    };
    let outage = rng.chance(10);
    if run {
        stage
            .run(&format!(
                "insert into trust.ci_runs (repo_id, run_key, commit_sha, environment, started_at, outage)
                 values (1, 'r{round}', {commit}, '{environment}',
                         timestamptz '2026-01-01 00:00Z' + interval '{hours} hours', {outage})"
            ))
            .await;
    }
    let mut rows = Vec::new();
    for test in 0..6 {
        for _ in 0..[0, 1, 1, 1, 2, 3][rng.below(6)] {
            let status = ["pass", "pass", "Passed", "fail", "failed", "skip"][rng.below(6)];
            rows.push(format!("({test}, '{status}')"));
        }
    }
    if rows.is_empty() {
        return;
    }
    let source = match sort {
        // Results of a producer that names no run, and sometimes no commit.
        7 if rng.chance(50) => format!(
            "(select null::bigint as id, (array['c1', 'loose{round}', '', null])[1 + {}] as commit_sha,
                     '{environment}' as environment) c",
            rng.below(4)
        ),
        // Another file of a run that was there.
        7 => format!("(select * from trust.ci_runs where id = {old}) c"),
        _ => "(select * from trust.ci_runs order by id desc limit 1) c".to_owned(),
    };
    stage
        .run(&format!(
            "insert into trust.test_results (repo_id, ci_run_id, commit_sha, environment, test_id, test_name, status)
             select 1, c.id, c.commit_sha, c.environment, 't' || n.test, 'test ' || n.test, n.status
             from {source}, (values {}) as n (test, status)",
            rows.join(", ")
        ))
        .await;
}

async fn whatever_comes(seed: u64) {
    println!("seed {seed}");
    let mut stage = stage().await;
    let mut rng = Rng::of(seed, "scoring");
    let mut ways: BTreeMap<&str, u32> = BTreeMap::new();
    for round in 0..40 {
        something_new(&mut stage, &mut rng, round).await;
        if rng.chance(30) {
            continue;
        }
        for repo in stage.score().await.repos {
            *ways.entry(repo.counted).or_default() += 1;
        }
        let (expected, found) = (model(&mut stage).await, stored(&mut stage).await);
        assert_eq!(found, expected, "seed {seed}, round {round}");
    }
    stage.score().await;
    let before = everything(&mut stage).await;
    stage.score_by(How::Full).await;
    assert_eq!(everything(&mut stage).await, before, "seed {seed}");
    println!("{ways:?}");
    assert!(ways.contains_key("touched") && ways.contains_key("all"), "{ways:?}");
}

#[tokio::test]
async fn scoring_what_is_new_gives_what_a_full_one_gives() {
    for seed in 1..=5 {
        whatever_comes(seed).await;
    }
}

#[tokio::test]
async fn whole_runs_are_added_to_what_was_counted() {
    let mut stage = stage().await;
    let mut rng = Rng::of(7, "whole runs");
    for round in 0..30 {
        for test in 0..4 {
            let word = ["p", "p", "p", "fp", "f", "s", "ff"][rng.below(7)];
            stage.history(&format!("t{test}"), word).await;
        }
        let report = stage.score().await;
        assert_eq!(report.repos[0].counted, if round == 0 { "all" } else { "new" });
        assert_eq!(stored(&mut stage).await, model(&mut stage).await, "round {round}");
    }
    let before = everything(&mut stage).await;
    stage.score_by(How::Full).await;
    assert_eq!(everything(&mut stage).await, before);
}
