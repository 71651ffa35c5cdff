//! Runs of the reconciler against a database and a server.

use super::bench::{Bench, PUT_RIGHT, bad, changes, good, is_right, named, outcomes};
use super::server::{Fault, Repo, label};
use super::tempo;
use attestor::drift::github::Tempo;
use attestor::drift::jobs::reconcile;
use attestor::drift::reconcile::{Counters, RepoOutcome, Task, TriggeredBy};
use attestor::jobs::JobContext;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_look_counts_each_repository_once_and_writes_it() {
    let mut bench = Bench::new(vec![
        ("acme/bad".to_owned(), bad()),
        ("acme/good".to_owned(), good()),
        ("acme/open".to_owned(), Repo { protection: None, ..good() }),
        ("acme/plan".to_owned(), Repo { plan: false, ..good() }),
    ])
    .await;
    bench.ask("acme/gone", r#"{"settings": {"has_wiki": false}}"#).await;
    bench.names.push("acme/gone".to_owned());
    let report = bench.look().await;
    assert_eq!(
        outcomes(&report),
        ["acme/bad drifted", "acme/gone failed", "acme/good synced", "acme/open drifted", "acme/plan failed"]
    );
    assert_eq!(report.counters, Counters { checked: 5, synced: 1, drifted: 2, corrected: 0, failed: 2 });
    let fields: Vec<&str> = report.repositories[0].drift_fields.iter().map(|field| field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "branch_protection.allow_force_pushes",
            "branch_protection.enforce_admins",
            "label.missing.security",
            "settings.delete_branch_on_merge",
            "settings.has_wiki",
        ]
    );
    assert_eq!(report.repositories[0].critical, 2);
    assert_eq!(
        bench
            .rows(
                "select concat_ws(' ', r.full_name, coalesce(c.in_sync::text, '-'), c.drift_count, c.critical_count,
                        left(coalesce(c.failure, ''), 9))
                 from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id order by 1"
            )
            .await,
        ["acme/bad false 5 2 ", "acme/gone - 0 0 not found", "acme/good true 0 0 ", "acme/open false 1 1 ", "acme/plan - 0 0 "]
    );
    assert_eq!(
        bench
            .one(
                "select concat_ws(' ', triggered_by, mode, repos_checked, repos_synced, repos_drifted, repos_corrected,
                        repos_failed, finished_at is not null, operation_run_id is not null)
                 from trust.reconciliation_runs"
            )
            .await,
        "manual observe 5 1 2 0 2 t t"
    );
    assert_eq!(
        bench
            .rows("select event_type from audit.audit_trail_entries where category = 'drift' order by seq")
            .await,
        ["reconciliation.started", "drift.observed", "reconciliation.completed"]
    );
    let operation =
        bench.one("select concat_ws(' ', type, status, outcome) from operations.operation_runs").await;
    assert_eq!(operation, "reconciliation completed partially_succeeded");
}

#[tokio::test]
async fn the_next_look_sends_nothing_that_it_knows() {
    let bench = Bench::new(vec![("acme/bad".to_owned(), bad())]).await;
    bench.look().await;
    bench.github.asked();
    let again = bench.look().await;
    assert_eq!(outcomes(&again), ["acme/bad drifted"]);
    let log = std::mem::take(&mut bench.github.world.lock().unwrap().log);
    assert!(log.len() == 4 && log.iter().all(|asked| asked.headers.contains_key("if-none-match")), "{log:?}");
    // What changed since is seen, and the history says when.
    bench.github.change("acme/bad", |repo| repo.settings["has_wiki"] = false.into());
    let third = bench.look().await;
    assert_eq!(third.repositories[0].drift_fields.len(), 4);
    let kept =
        "select string_agg(split_part(address, ' ', 2), ' ' order by address) from trust.github_answers";
    assert_eq!(
        bench.one(kept).await,
        "/repos/acme/bad /repos/acme/bad/branches/main/protection /repos/acme/bad/labels?per_page=100 \
         /repos/acme/bad/rulesets?includes_parents=false&per_page=100"
    );
}

#[tokio::test]
async fn what_was_reviewed_is_done_and_nothing_else() {
    let bench = Bench::new(vec![
        ("acme/a".to_owned(), bad()),
        ("acme/b".to_owned(), good()),
        ("acme/c".to_owned(), Repo { labels: vec![label("bug"), label("other")], ..good() }),
    ])
    .await;
    bench.look().await;
    let plan = bench.plan().await;
    assert_eq!((plan.0.correctable(), plan.0.fields()), (2, 6));
    assert_eq!(bench.github.changes(), [], "a plan changes nothing");
    let report = bench.apply(&plan, 50).await;
    assert_eq!(outcomes(&report), ["acme/a corrected", "acme/c corrected"]);
    assert_eq!(report.counters, Counters { checked: 2, synced: 0, drifted: 2, corrected: 2, failed: 0 });
    assert_eq!(changes(&bench.github, "acme/a"), PUT_RIGHT);
    assert_eq!(changes(&bench.github, "acme/b"), Vec::<String>::new());
    assert_eq!(changes(&bench.github, "acme/c"), ["POST /labels"]);
    assert!(is_right(&bench.github.repo("acme/a")));
    assert_eq!(bench.github.repo("acme/c").labels.len(), 3, "what nobody asked about stays");
    let entries = "select concat_ws(' ', event_type, repo_full_name, payload->>'fields_changed')
                   from audit.audit_trail_entries where event_type like 'drift.corr%' or event_type = 'drift.planned'
                   order by event_type, repo_full_name";
    assert_eq!(
        bench.rows(entries).await,
        ["drift.corrected acme/a 5", "drift.corrected acme/c 1", "drift.planned"]
    );
    assert_eq!(
        bench.rows("select full_name from trust.policy_repo_configs c join trust.repositories r on r.id = c.repo_id
                    where c.in_sync order by 1").await,
        ["acme/a", "acme/b", "acme/c"]
    );

    // Applied again, nothing is done: somebody may have had a reason to undo it.
    bench.github.change("acme/a", |repo| repo.settings["has_wiki"] = true.into());
    let before = bench.github.changes().len();
    let again = bench.apply(&plan, 50).await;
    assert_eq!((again.applied_before, again.counters, outcomes(&again).len()), (2, Counters::default(), 0));
    assert_eq!(bench.github.changes().len(), before);
}

#[tokio::test]
async fn what_moved_in_between_is_refused_and_the_rest_is_done() {
    let bench = Bench::new(named(4, |_| bad())).await;
    bench.look().await;
    let plan = bench.plan().await;
    // One is half done already, one has moved, one can no longer be read.
    bench.github.change("acme/r01", |repo| repo.settings["has_wiki"] = false.into());
    bench.github.change("acme/r02", |repo| {
        repo.protection.as_mut().unwrap()["required_status_checks"] = json!(null);
        repo.settings["has_wiki"] = false.into();
        repo.protection = None;
    });
    bench.github.change("acme/r03", |repo| repo.admin = false);
    let report = bench.apply(&plan, 50).await;
    assert_eq!(
        outcomes(&report),
        ["acme/r00 corrected", "acme/r01 corrected", "acme/r02 refused", "acme/r03 refused"]
    );
    assert_eq!(changes(&bench.github, "acme/r00"), PUT_RIGHT);
    let patch =
        bench.github.changes().into_iter().find(|asked| asked.line() == "PATCH /repos/acme/r01").unwrap();
    assert_eq!(patch.body, json!({"delete_branch_on_merge": true}), "what is done already is not sent");
    for refused in ["acme/r02", "acme/r03"] {
        assert_eq!(changes(&bench.github, refused), Vec::<String>::new(), "{refused}");
    }
    assert!(report.is_incomplete());
    let why: Vec<&str> =
        report.repositories[2..].iter().map(|repo| repo.message.as_ref().unwrap().as_str()).collect();
    assert!(
        why[0].contains("has moved: it is nothing") && why[1].contains("cannot be read any more"),
        "{why:?}"
    );
    let corrected: Vec<&str> = report.repositories[1].corrected.iter().map(|field| field.as_str()).collect();
    assert!(!corrected.contains(&"settings.has_wiki") && corrected.len() == 4, "{corrected:?}");
}

#[tokio::test]
async fn no_more_repositories_are_corrected_than_allowed() {
    let bench = Bench::new(named(5, |_| bad())).await;
    bench.look().await;
    let plan = bench.plan().await;
    let first = bench.apply(&plan, 2).await;
    assert_eq!(first.counters, Counters { checked: 5, synced: 0, drifted: 5, corrected: 2, failed: 0 });
    assert_eq!((first.count(RepoOutcome::Postponed), first.is_incomplete()), (3, true));
    assert_eq!(bench.github.changes().len(), 6);
    let none = bench.apply(&plan, 0).await;
    assert_eq!((none.counters.checked, none.counters.corrected), (3, 0));
    let rest = bench.apply(&plan, 50).await;
    assert_eq!(rest.counters, Counters { checked: 3, synced: 0, drifted: 3, corrected: 3, failed: 0 });
    assert_eq!((rest.applied_before, rest.is_incomplete()), (2, false));
    assert_eq!(bench.github.changes().len(), 15);
}

#[tokio::test]
async fn a_change_in_doubt_is_looked_at_before_it_is_sent_again() {
    // Done without a word: not sent again. Failed before it was done: sent once more.
    for (fault, sent) in [
        (Fault::DoneWithoutAWord, 3),
        (Fault::Half, 3),
        (Fault::DoneLate(std::time::Duration::from_secs(3)), 3),
        (Fault::Closed, 4),
        (Fault::status(500, "Server Error"), 4),
        (Fault::Answer(429, vec![("retry-after", "0".to_owned())], "{}".to_owned()), 4),
    ] {
        let bench = Bench::new(named(1, |_| bad())).await;
        bench.look().await;
        let plan = bench.plan().await;
        let (mut times, told) = (1, fault.clone());
        bench.github.fail(move |asked| {
            let hits = asked.method == "PUT" && times > 0;
            times -= usize::from(hits);
            hits.then(|| told.clone())
        });
        let report = bench.apply(&plan, 50).await;
        assert_eq!(outcomes(&report), ["acme/r00 corrected"], "{fault:?}: {:?}", report.repositories);
        assert_eq!(report.repositories[0].corrected.len(), 5, "{fault:?}");
        assert_eq!(bench.github.changes().len(), sent, "{fault:?}");
        assert!(is_right(&bench.github.repo("acme/r00")), "{fault:?}");
    }
}

#[tokio::test]
async fn a_token_that_loses_a_right_or_is_revoked_midway_fails_what_is_left() {
    let bench = Bench::at(named(6, |_| bad()), Tempo { concurrency: 1, ..tempo() }).await;
    bench.look().await;
    let plan = bench.plan().await;
    let mut writes = 0;
    bench.github.fail(move |asked| {
        writes += usize::from(asked.method != "GET");
        // The third repository is in its middle: its protection is put right, its label is not.
        (writes > 7 && asked.method != "GET").then(|| Fault::status(403, "Resource not accessible"))
    });
    let report = bench.apply(&plan, 50).await;
    let Counters { checked, drifted, corrected, failed, .. } = report.counters;
    assert_eq!((checked, drifted), (6, corrected), "{:?}", report.repositories);
    assert!(corrected <= 2 && failed >= 4, "{:?}", report.counters);
    let half = report
        .repositories
        .iter()
        .filter(|repo| repo.message.as_ref().is_some_and(|why| why.contains("had been sent")));
    assert!(half.count() >= 1);
    bench.github.heal();
    // The right is back: what is left is done, and nothing twice.
    let rest = bench.apply(&plan, 50).await;
    assert_eq!((rest.counters.checked, rest.counters.failed, rest.applied_before), (failed, 0, corrected));
    let mut done: Vec<String> = bench.github.changes().iter().map(|asked| asked.line()).collect();
    let sent = done.len();
    done.sort();
    done.dedup();
    assert!(done.len() == 18 && sent - done.len() <= 4, "only what was refused is sent again");
    for n in 0..6 {
        assert!(is_right(&bench.github.repo(&format!("acme/r{n:02}"))));
    }

    let revoked = Bench::at(named(8, |_| bad()), Tempo { concurrency: 1, ..tempo() }).await;
    let mut asked = 0;
    revoked.github.fail(move |_| {
        asked += 1;
        (asked > 10).then(|| Fault::status(401, "Bad credentials"))
    });
    let report = revoked.look().await;
    let Counters { checked, drifted, failed, .. } = report.counters;
    assert!(checked == 8 && drifted + failed == 8 && failed >= 6, "{:?}", report.counters);
    assert_eq!(revoked.github.asked().len(), 11, "a refused token is not tried again");
    assert!(
        report.repositories.iter().any(|repo| {
            repo.message.as_ref().is_some_and(|why| why.contains("the token is not accepted"))
        })
    );
}

#[tokio::test]
async fn what_two_sides_pull_at_is_left_to_them() {
    let bench = Bench::new(named(1, |_| bad())).await;
    for n in 0..5 {
        bench.github.change("acme/r00", |repo| repo.settings["has_wiki"] = (n % 2 == 0).into());
        bench.look().await;
    }
    let (plan, hash) = bench.plan().await;
    let left: Vec<String> = plan.repos[0].left.iter().map(|left| left.path.to_string()).collect();
    assert_eq!(left, ["settings.has_wiki"]);
    bench.apply(&(plan, hash), 50).await;
    assert_eq!(bench.github.repo("acme/r00").settings["has_wiki"], true);
    assert_eq!(bench.github.repo("acme/r00").settings["delete_branch_on_merge"], true);
}

#[tokio::test]
async fn a_cancelled_run_ends_and_the_next_does_the_rest() {
    let bench = Bench::at(named(8, |_| bad()), Tempo { concurrency: 2, ..tempo() }).await;
    bench.look().await;
    let plan = bench.plan().await;
    let cancel = CancellationToken::new();
    let (token, mut writes) = (cancel.clone(), 0);
    bench.github.fail(move |asked| {
        writes += usize::from(asked.method != "GET");
        if writes == 7 {
            token.cancel();
        }
        None
    });
    let (hash, task) = (plan.1.clone(), plan.0.clone());
    let task = Task::Apply { plan: Box::new(task), hash, repos_max: 50 };
    let job = JobContext::new(watch::Sender::new(Default::default()), cancel);
    let first = reconcile(&bench.db, &bench.client, &task, TriggeredBy::Scheduler, &job).await.unwrap();
    assert!(first.cancelled && first.counters.add_up() && first.counters.checked < 8, "{:?}", first.counters);
    assert_eq!(
        bench.one("select outcome from operations.operation_runs order by id desc limit 1").await,
        "cancelled"
    );
    bench.github.heal();
    let second = bench.apply(&plan, 50).await;
    // One that was cancelled between its last change and the look after it is found as planned.
    let found = second.counters.synced;
    assert_eq!(first.counters.corrected + second.counters.corrected + found, 8);
    for n in 0..8 {
        let name = format!("acme/r{n:02}");
        assert_eq!(changes(&bench.github, &name), PUT_RIGHT, "{name}");
        assert!(is_right(&bench.github.repo(&name)));
    }
    let system = "select distinct actor_type from audit.audit_trail_entries
                  where event_type = 'reconciliation.started' order by 1";
    assert_eq!(bench.rows(system).await, ["human", "system"]);
}

/// Whatever goes wrong where, each repository is counted once, and no change is made that was not planned.
#[tokio::test]
async fn counters_add_up_whatever_goes_wrong() {
    let faults = [
        Fault::status(500, "x"),
        Fault::status(403, "no"),
        Fault::status(404, "Not Found"),
        Fault::status(422, "no"),
        Fault::Half,
        Fault::Closed,
        Fault::DoneWithoutAWord,
        Fault::Answer(200, Vec::new(), "[{}]".to_owned()),
        Fault::Answer(429, vec![("retry-after", "0".to_owned())], String::new()),
    ];
    let seed: u64 = 0x5eed_0001;
    let mut state = seed;
    let next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    let bench = Bench::new(named(12, |n| if n % 3 == 0 { good() } else { bad() })).await;
    let share = Arc::new(AtomicUsize::new(0));
    let (now, mut random) = (Arc::clone(&share), next);
    bench.github.fail(move |_| {
        let hits = random() % 100 < now.load(Ordering::Relaxed);
        let fault = faults[random() % faults.len()].clone();
        hits.then_some(fault)
    });
    for (round, percent) in [0, 5, 10, 20, 40, 60, 90, 30, 15].into_iter().enumerate() {
        share.store(percent, Ordering::Relaxed);
        let look = bench.look().await;
        assert_eq!(look.counters.checked, 12, "seed {seed:#x}, round {round}");
        let plan = bench.plan().await;
        if plan.0.fields() > 0 {
            let planned = plan.0.correctable() as u64;
            let report = bench.apply(&plan, round).await;
            assert_eq!(report.counters.checked, planned, "seed {seed:#x}, round {round}");
            assert!(report.counters.corrected <= round as u64);
        }
        // Somebody undoes it, so that there is something to do in each round.
        for n in [1, 4, 7] {
            bench.github.change(&format!("acme/r{n:02}"), |repo| *repo = bad());
        }
    }
    for n in [0, 3, 6, 9] {
        assert_eq!(changes(&bench.github, &format!("acme/r{n:02}")), Vec::<String>::new(), "seed {seed:#x}");
    }
    let open = "select count(*)::text from trust.reconciliation_runs where finished_at is null or
                repos_synced + repos_drifted + repos_failed <> repos_checked or repos_corrected > repos_drifted";
    assert_eq!(bench.one(open).await, "0");
    let lines: BTreeSet<String> = bench.github.changes().iter().map(|asked| asked.line()).collect();
    let expected: BTreeSet<String> = (0..12)
        .filter(|n| n % 3 != 0)
        .flat_map(|n| PUT_RIGHT.map(|line| line.replacen(' ', &format!(" /repos/acme/r{n:02}"), 1)))
        .collect();
    assert!(lines.is_subset(&expected), "{lines:?}");
}
