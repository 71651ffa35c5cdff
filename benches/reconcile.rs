//! A look at 1,000 repositories on a server that takes 50 ms for each answer, against the least that this can
//! take: the sum of these latencies, divided by the connections.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
#[path = "../tests/it/drift_github/server.rs"]
mod github;
#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use attestor::db::Db;
use attestor::drift::github::{Client, Tempo, Token};
use attestor::drift::jobs::reconcile;
use attestor::drift::policy::Mode;
use attestor::drift::reconcile::{Report, Task, TriggeredBy};
use attestor::jobs::JobContext;
use github::{GitHub, Repo, TOKEN, World};
use std::time::{Duration, Instant};
use support::figures::{heading, number, scaled, tell};
use support::server::Server;

const LATENCY: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    let repos = scaled(1_000, 20);
    heading(
        "looks of the reconciler",
        &format!("{} repositories, {} ms an answer", number(repos as f64), 50),
    );
    for connections in [8, 32] {
        let database = format!("reconcile_{connections}");
        server.database(&database).await;
        server
            .run(
                &database,
                format!(
                    "insert into trust.repositories (full_name) select 'acme/r' || n from generate_series(1, {repos}) n;
                     insert into trust.policy_repo_configs (repo_id, desired_state)
                     select id, '{{\"settings\": {{\"has_wiki\": false}}, \"branch_protection\":
                                   {{\"required_reviews\": 2, \"enforce_admins\": true}}}}' from trust.repositories"
                ),
            )
            .await;
        let names: Vec<String> = (1..=repos).map(|n| format!("acme/r{n}")).collect();
        let repos = names.iter().map(|name| (name.clone(), Repo::default())).collect();
        let github =
            GitHub::of(World { repos, latency: LATENCY, token: Some(TOKEN.to_owned()), ..World::default() });
        let github = github.await;
        let tempo = Tempo { concurrency: connections, ..Tempo::default() };
        let client =
            Client::new(github.url.parse().unwrap(), Some(Token::new(TOKEN).unwrap()), tempo).unwrap();
        let db = server.db(&database);
        for what in ["the first look", "the next, nothing changed"] {
            let begun = Instant::now();
            let report = look(&db, &client, &names).await;
            let seconds = begun.elapsed().as_secs_f64();
            assert_eq!(report.counters.drifted, names.len() as u64);
            let least = report.requests as f64 * LATENCY.as_secs_f64() / connections as f64;
            let what = format!("{what}, {connections} connections");
            let least_told = format!("latencies {least:.2} s");
            tell(&what, &format!("{seconds:.2} s"), &least_told, seconds / least, "<= 1.5");
        }
        db.close().await;
    }
    server.end().await;
}

async fn look(db: &Db, client: &Client, names: &[String]) -> Report {
    let task = Task::Look { repos: names.to_vec(), mode: Mode::Observe };
    reconcile(db, client, &task, TriggeredBy::Manual, &JobContext::unattended()).await.unwrap()
}
