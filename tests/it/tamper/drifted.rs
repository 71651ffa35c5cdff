//! Decisions about drift without their entries, and entries without their decisions.

use super::*;
use crate::drift_github::bench::{Bench, bad, good};
use attestor::audit::verify::report::Verdict as Word;
use attestor::drift::actions::{self, Accept, EndIgnore, IgnoreDeed, Set, Snooze, To};
use attestor::drift::document::{Document, Json};
use attestor::drift::glob::Glob;
use attestor::drift::observation::Observation;
use attestor::ids::DeedKey;
use attestor::operations::acknowledge::Why;
use chrono::{TimeDelta, Utc};

/// One of each decision: a plan that was applied in two repositories, a rule that holds and one that was
/// ended, a value that was accepted, one that was set, and one that was given back, and who may wait.
async fn decided() -> Bench {
    let repos = ["acme/bad", "acme/worse", "acme/good"];
    let repos = repos.map(|name| (name.to_owned(), if name == "acme/good" { good() } else { bad() }));
    let bench = Bench::new(repos.to_vec()).await;
    bench.look().await;
    let plan = bench.plan().await;
    bench.apply(&plan, 10).await;
    let (db, why) = (&bench.db, || Why::new("because").unwrap());
    let mut rules = Vec::new();
    for paths in ["settings.has_wiki", "settings.has_issues"] {
        let deed = IgnoreDeed {
            repos: Glob::of_repos("acme/*").unwrap(),
            paths: Glob::of_paths(paths).unwrap(),
            why: why(),
            until: Utc::now() + TimeDelta::days(7),
            key: DeedKey::fresh(),
        };
        rules.push(actions::ignore(db, &deed).await.unwrap().0);
    }
    actions::end_ignore(db, &EndIgnore { id: rules[1], key: DeedKey::fresh() }).await.unwrap();
    // A label that is missing is accepted: its path has a word that the row's has not.
    bench.ask("acme/lib", r#"{"required_labels": ["bug"]}"#).await;
    let document = Document::parse(r#"{"required_labels": []}"#).unwrap();
    let seen = Observation::of("acme/lib", document, Utc::now());
    actions::write_observed(db, &[seen], "seen.json", "", &JobContext::unattended()).await.unwrap();
    let (repo, key) = ("acme/lib".to_owned(), DeedKey::fresh());
    actions::accept(db, &Accept { repo, paths: Vec::new(), why: why(), version: None, key }).await.unwrap();
    let value = |text: &str| To::Value(Json::parse(text).unwrap());
    for (path, to) in [
        ("settings.has_issues", value("true")),
        ("settings.has_projects", value("false")),
        // Set twice, the first row gives way; more digits than the entry holds.
        ("settings.limit", value("1")),
        ("settings.limit", value("12345678901234567890123.5")),
        ("settings.has_projects", To::Policy),
    ] {
        let (repo, key) = ("acme/good".to_owned(), DeedKey::fresh());
        let deed = Set { repo, path: path.parse().unwrap(), to, why: why(), key };
        actions::set(db, &deed).await.unwrap();
    }
    for (repo, days) in [("acme/good", Some(3)), ("acme/bad", Some(4)), ("acme/bad", None)] {
        let until = days.map(|days| Utc::now() + TimeDelta::days(days));
        let deed = Snooze { repo: repo.to_owned(), why: why(), until, key: DeedKey::fresh() };
        actions::snooze(db, &deed).await.unwrap();
    }
    bench
}

const TABLES: [&str; 5] =
    ["drift_plans", "drift_applications", "drift_ignores", "desired_values", "policy_repo_configs"];

/// The orphans, as table, id and why.
async fn orphans(bench: &Bench) -> Vec<String> {
    let report = verified(&bench.database).await;
    assert_eq!(report.verdict(), Word::Verified, "the chain itself is whole: {report:#?}");
    let reconciled = report.reconciled.clone().unwrap();
    assert_eq!(reconciled.orphans as usize, reconciled.first_orphans.len());
    assert_eq!(report.exit_status(), if reconciled.orphans == 0 { 0 } else { 3 });
    reconciled.first_orphans.iter().map(|o| format!("{} {} {}", o.table, o.id, o.why)).collect()
}

#[tokio::test]
async fn what_was_decided_about_drift_fits_until_somebody_changes_it() {
    let bench = decided().await;
    let report = verified(&bench.database).await.reconciled.unwrap();
    assert_eq!((report.orphans, &report.first_orphans[..]), (0, &[][..]), "{report:?}");
    assert_eq!((report.decisions, report.entries), (9, 15), "{report:?}");

    let mut superuser = bench.database.superuser().await;
    let seq = async |which: &str| -> i64 {
        let sql = format!("select max(seq) from audit.audit_trail_entries where {which}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut bench.database.superuser().await).await.unwrap()
    };
    let id = async |of: &str| -> i64 {
        let sql = format!("select {of}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut bench.database.superuser().await).await.unwrap()
    };
    for table in TABLES {
        run(&mut superuser, &format!("create table public.{table} as select * from trust.{table}")).await;
    }
    let planned = seq("event_type = 'drift.planned'").await;
    let corrected = seq("event_type = 'drift.corrected' and repo_full_name = 'acme/bad'").await;
    let rule = seq("event_type = 'drift_ignored' and payload->>'paths' = 'settings.has_wiki'").await;
    let ended = seq("event_type = 'drift_ignore_ended'").await;
    let accepted = seq("event_type = 'drift_accepted'").await;
    let set = seq("event_type = 'drift_desired_set' and payload->>'path' = 'settings.has_issues'").await;
    let snoozed = seq("event_type = 'drift_snoozed' and repo_full_name = 'acme/good'").await;
    let good = id("id from trust.repositories where full_name = 'acme/good'").await;
    let waits =
        id("c.id from trust.policy_repo_configs c where snoozed_until is null order by 1 limit 1").await;
    let entry = |seq: i64, why: &str| vec![format!("audit.audit_trail_entries {seq} "), why.to_owned()];
    let row = |table: &str, id: i64, why: &str| vec![format!("trust.{table} {id} "), why.to_owned()];
    let of_bad = "repo_id = (select id from trust.repositories where full_name = 'acme/bad')";
    let cases: Vec<(String, Vec<String>)> = vec![
        // Plans.
        ("delete from trust.drift_plans".into(), entry(planned, "is missing")),
        ("update trust.drift_plans set fields = fields + 1".into(), entry(planned, "is another")),
        ("update trust.drift_plans set repos = repos - 1".into(), entry(planned, "is another")),
        ("update trust.drift_plans set body = body || ' '".into(), entry(planned, "is another")),
        ("update trust.drift_plans set made_by = 'mallory'".into(), entry(planned, "is another")),
        (
            "insert into trust.drift_plans select repeat('0', 64), body, 1, 1, made_at + interval '1 day', made_by,
             gen_random_uuid() from trust.drift_plans"
                .into(),
            row("drift_plans", 2, "plan 000000000000: no entry has the key"),
        ),
        // What was done of them.
        (format!("delete from trust.drift_applications where {of_bad}"), entry(corrected, "in acme/bad is missing")),
        (
            format!("update trust.drift_applications set changed = changed || array['x'] where {of_bad}"),
            entry(corrected, "in acme/bad is another"),
        ),
        (
            format!("update trust.drift_applications set found_done = array['x'] where {of_bad}"),
            entry(corrected, "in acme/bad is another"),
        ),
        (
            format!("update trust.drift_applications set run_id = run_id + 1 where {of_bad}"),
            entry(corrected, "in acme/bad is another"),
        ),
        (
            format!("update trust.drift_applications set repo_id = {good} where {of_bad}"),
            entry(corrected, "in acme/bad is another"),
        ),
        (
            format!(
                "insert into trust.drift_applications select plan_hash, {good}, run_id, changed, found_done, applied_at,
                 applied_by, gen_random_uuid() from trust.drift_applications where {of_bad}"
            ),
            row("drift_applications", good, "no entry has the key"),
        ),
        // Rules.
        ("delete from trust.drift_ignores where paths = 'settings.has_wiki'".into(), entry(rule, "is missing")),
        ("update trust.drift_ignores set repos = '**' where ended_at is null".into(), entry(rule, "is another")),
        ("update trust.drift_ignores set paths = '**' where ended_at is null".into(), entry(rule, "is another")),
        ("update trust.drift_ignores set reason = 'x' where ended_at is null".into(), entry(rule, "is another")),
        (
            "update trust.drift_ignores set until = until + interval '1 day' where ended_at is null".into(),
            entry(rule, "is another"),
        ),
        (
            "insert into trust.drift_ignores (id, repos, paths, reason, until, deed_key)
             values (100, '**', '**', 'x', now() + interval '1 day', gen_random_uuid())"
                .into(),
            row("drift_ignores", 100, "no entry has the key"),
        ),
        (
            "update trust.drift_ignores set ended_at = now(), ended_by = 'tester' where ended_at is null".into(),
            row("drift_ignores", 0, "it was ended, and no entry says so"),
        ),
        ("update trust.drift_ignores set ended_at = null".into(), entry(ended, "was not ended")),
        // Values.
        ("delete from trust.desired_values where kind = 'accepted'".into(), entry(accepted, "is missing")),
        (
            "update trust.desired_values set value = 'false' where path = 'settings.has_issues'".into(),
            entry(set, "the value of settings.has_issues in acme/good is another"),
        ),
        (
            "update trust.desired_values set reason = 'x' where path = 'settings.has_issues'".into(),
            entry(set, "is another"),
        ),
        (
            "insert into trust.desired_values (id, repo_id, path, steps, value, kind, reason, deed_key)
             select 100, repo_id, 'settings.other', steps, 'true', kind, reason, gen_random_uuid()
             from trust.desired_values where path = 'settings.has_issues'"
                .into(),
            row("desired_values", 100, "no entry has the key"),
        ),
        (
            "insert into trust.desired_values (id, repo_id, path, steps, value, kind, reason, deed_key)
             select 100, repo_id, 'settings.other', steps, 'true', kind, reason, deed_key
             from trust.desired_values where path = 'settings.has_issues'"
                .into(),
            row("desired_values", 100, "the entry of its deed does not speak of it"),
        ),
        (
            "insert into trust.desired_values (id, repo_id, path, steps, value, kind, reason, deed_key)
             select 100, repo_id, 'settings.has_projects', steps, 'true', kind, reason, deed_key
             from trust.desired_values where path = 'settings.has_issues'"
                .into(),
            row("desired_values", 100, "after it was given back"),
        ),
        // Who may wait.
        (
            "update trust.policy_repo_configs set snoozed_until = snoozed_until + interval '1 day'".into(),
            entry(snoozed, "acme/good waits otherwise"),
        ),
        ("update trust.policy_repo_configs set snoozed_until = null".into(), entry(snoozed, "waits otherwise")),
        (
            format!(
                "update trust.policy_repo_configs set snoozed_until = now(), snoozed_by = 'tester' where id = {waits}"
            ),
            row("policy_repo_configs", waits, "waits, and no entry says so"),
        ),
    ];
    for (sql, expected) in cases {
        run(&mut superuser, &format!("set session_replication_role = replica; {sql}")).await;
        let found = orphans(&bench).await;
        let mut restored = "set session_replication_role = replica;".to_owned();
        for table in TABLES {
            restored += &format!(
                "delete from trust.{table}; insert into trust.{table} select * from public.{table};"
            );
        }
        run(&mut superuser, &restored).await;
        // The number of the rule is the server's to give.
        let begins = expected[0].trim_end_matches("0 ");
        let names = |found: &String| found.starts_with(begins) && found.contains(&expected[1]);
        assert!(found.len() == 1 && names(&found[0]), "{sql}: {found:#?}, not {expected:?}");
    }
    assert_eq!(orphans(&bench).await, [""; 0], "all was put back");
}

/// An entry of a deed that nobody did, whatever its payload holds: no text of it stops the verification.
#[tokio::test]
async fn an_entry_about_drift_without_its_rows() {
    let database = chain(1).await;
    let payloads = [
        ("drift.planned", "{\"plan\": \"0123456789abcdef\", \"idempotency_key\": \"a\"}"),
        ("drift.corrected", "{\"plan\": 7, \"changed\": \"x\", \"idempotency_key\": \"b\"}"),
        ("drift_ignored", "{\"rule\": [], \"until\": \"never\", \"idempotency_key\": \"c\"}"),
        ("drift_ignore_ended", "{\"rule\": \"x\"}"),
        ("drift_accepted", "{\"fields\": [{\"path\": \"a\"}, 5, {}], \"idempotency_key\": \"d\"}"),
        ("drift_desired_set", "{\"path\": {\"b\": 1}, \"fields\": {}}"),
        ("drift_snoozed", "{\"until\": \"whenever\"}"),
        ("report.inspected", "{\"inspected_seq\": \"x\", \"report_id\": {}}"),
    ];
    let mut superuser = database.superuser().await;
    for (event, payload) in payloads {
        let category = if event.starts_with("report") { "report" } else { "drift" };
        let sql = format!("select audit.append_entry('{category}', '{event}', 'bot', '{payload}')");
        run(&mut superuser, &sql).await;
    }
    let report = verified(&database).await;
    assert_eq!((report.stopped.as_ref(), report.exit_status()), (None, 3), "{report:#?}");
    let found: Vec<i64> = report.reconciled.unwrap().first_orphans.iter().map(|o| o.id).collect();
    assert_eq!(found, [2, 3, 4, 5, 6, 7, 8, 9]);
}

/// What the demo brings in stands under its one entry.
#[tokio::test]
async fn what_was_brought_in_about_drift_is_no_orphan() {
    let database = database().await;
    attestor::demo::drift::load(&database.db(), Utc::now().date_naive()).await.unwrap();
    let reconciled = verified(&database).await.reconciled.unwrap();
    assert!(reconciled.decisions >= 5, "{reconciled:?}");
    assert_eq!(reconciled.first_orphans, []);
    // Beside it, a forged one is still told.
    run(
        &mut database.superuser().await,
        "insert into trust.drift_ignores (id, repos, paths, reason, until, deed_key)
         values (100, '**', '**', 'x', now() + interval '1 day', gen_random_uuid())",
    )
    .await;
    let reconciled = verified(&database).await.reconciled.unwrap();
    let found: Vec<_> = reconciled.first_orphans.iter().map(|o| (o.table.as_str(), o.id)).collect();
    assert_eq!(found, [("trust.drift_ignores", 100)]);
}
