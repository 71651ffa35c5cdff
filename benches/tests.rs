//! Scoring of tests, against a bare `select test_id, count(*) … group by 1` of the same rows.
//!
//! Results are made by the server: 20 runs a day of so many tests that it comes to the rows. A thousandth of
//! the tries flakes, and is tried again.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use attestor::flaky::jobs::{How, Recompute, recompute};
use attestor::jobs::JobContext;
use std::time::Instant;
use support::figures::{heading, median, number, scaled, tell};
use support::server::{Server, timed};

/// Measurements of the bare query.
const TIMES: usize = 3;

#[tokio::main]
async fn main() {
    let rows = scaled(10_000_000, 10_000);
    let tests = (rows / 500).max(20);
    let runs = rows / tests;
    let server = Server::start().await;
    server.database("tests").await;
    server.run("tests", made(tests, runs)).await;
    server.run("tests", "vacuum (analyze) trust.test_results").await;
    server.run("tests", "checkpoint").await;
    heading(
        "scoring of tests",
        &format!(
            "{} results: {} runs of {} tests",
            number(rows as f64),
            number(runs as f64),
            number(tests as f64)
        ),
    );
    let bare = "\\o /dev/null\nselect test_id, count(*) from trust.test_results group by 1";
    let file = server.folder().join("bare.sql");
    std::fs::write(&file, bare).unwrap();
    let mut theirs = Vec::new();
    for _ in 0..TIMES {
        let mut psql = server.program("psql", "tests");
        psql.args(["-X", "-q", "-f"]).arg(&file);
        theirs.push(timed(psql).1);
    }
    let theirs = median(&theirs);
    let told = |what: &str, seconds: f64, budget: &str| {
        tell(what, &format!("{seconds:.2} s"), &format!("count {theirs:.2} s"), seconds / theirs, budget);
    };
    told("score all", score(&server, How::Full).await, "<= 10");
    told("score all again", score(&server, How::Full).await, "<= 10");
    server.run("tests", one_more(tests)).await;
    told("score one run more", score(&server, How::Incremental).await, "<= 1");
    told("score nothing new", score(&server, How::Incremental).await, "<= 0.2");
    server.end().await;
}

async fn score(server: &Server, how: How) -> f64 {
    let db = server.db("tests");
    let begun = Instant::now();
    recompute(&db, &Recompute { repo: None, how }, &JobContext::unattended()).await.unwrap();
    begun.elapsed().as_secs_f64()
}

const RESULTS: &str = "insert into trust.test_results
    (repo_id, ci_run_id, commit_sha, branch, workflow_name, test_suite, test_name, test_id, status, duration_ms,
     error_message, attempt)
    select 1, c.id, c.commit_sha, 'main', 'tests', 'suite.of.module_' || t % 100, 'test_' || t,
           left(md5(t::text), 16), case when flakes and n = 1 then 'fail' else 'pass' end, 12,
           case when flakes and n = 1 then 'timeout' end, n
    from trust.ci_runs c cross join generate_series(1, TESTS) t
    cross join lateral (select (hashtext(c.id || ':' || t) & 1023) = 0 as flakes) f
    cross join lateral generate_series(1, case when flakes then 2 else 1 end) n";

fn made(tests: u64, runs: u64) -> String {
    format!(
        "insert into trust.repositories (full_name) values ('acme/bench');
         insert into trust.ci_runs (repo_id, run_key, commit_sha, started_at)
         select 1, 'run-' || n, encode(sha256(n::text::bytea), 'hex'),
                timestamptz '2026-01-01 00:00Z' + make_interval(mins => n * 72)
         from generate_series(1, {runs}) n; {}",
        RESULTS.replace("TESTS", &tests.to_string())
    )
}

fn one_more(tests: u64) -> String {
    format!(
        "insert into trust.ci_runs (repo_id, run_key, commit_sha, started_at)
         values (1, 'run-last', 'last', now() + interval '10 years');
         {} where c.run_key = 'run-last'",
        RESULTS.replace("TESTS", &tests.to_string())
    )
}
