//! Quarantine, graduation and dismissal, through the door.

use super::stage::{Stage, filter, stage};
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::flaky::actions::{
    self, Decide, Outcome, Rules, SetThresholds, Target, What, When, Why, preview, set_thresholds,
};
use attestor::flaky::quarantine::{Link, Owner, Reason, usual_end};
use attestor::flaky::state::{Ineligible, State, Thresholds};
use attestor::flaky::store::{detail, settings, tests};
use attestor::flaky::test::Test;
use attestor::ids::DeedKey;
use chrono::{TimeDelta, Utc};

fn quarantine(test: &Test) -> Decide {
    let now = Utc::now();
    let what = What::Quarantine {
        owner: Some(Owner::new("team-api").unwrap()),
        reason: Reason::new("races with the cache").unwrap(),
        link: Some(Link::new("https://example.com/issues/12").unwrap()),
        until: usual_end(now),
    };
    decide(test, what)
}

fn decide(test: &Test, what: What) -> Decide {
    let targets = vec![Target { test: test.id, version: test.version }];
    Decide { targets, what, rules: Rules::Hold, filter: None, key: DeedKey::fresh(), now: Utc::now() }
}

fn graduate(test: &Test) -> Decide {
    decide(test, What::Graduate { reason: Reason::new("mended").unwrap() })
}

async fn done(stage: &Stage, deed: &Decide) -> Test {
    match actions::decide(&stage.db, deed).await.unwrap() {
        Outcome::Done(mut done) => done.rows.remove(0),
        other => panic!("{other:?}"),
    }
}

async fn refused(stage: &Stage, deed: &Decide) -> Why {
    match actions::decide(&stage.db, deed).await.unwrap() {
        Outcome::Refused(refusals) => refusals[0].why,
        other => panic!("{other:?}"),
    }
}

async fn flaky() -> Stage {
    let mut stage = stage().await;
    stage.history("lies", "20*p 5*fp").await;
    stage.history("fine", "20*p").await;
    stage.history("broken", "20*ff").await;
    stage.score().await;
    stage
}

#[tokio::test]
async fn a_life_in_quarantine() {
    let mut stage = flaky().await;
    let deed = quarantine(&stage.test("lies").await);
    let test = done(&stage, &deed).await;
    assert_eq!(
        (test.state, test.quarantined, test.suggested, test.version.0),
        (State::Quarantined, true, false, 1)
    );
    assert_eq!(test.owner.as_deref(), Some("team-api"));
    let minutes = test.expires_at.map(|end| (end - deed.now).num_minutes());
    assert!(
        minutes.is_some_and(|minutes| (14 * 24 * 60 - 5..=14 * 24 * 60).contains(&minutes)),
        "{minutes:?}"
    );
    // Five of 25 commits flaked: 5.1/35 are .17 of the tries, and half as often takes 34 clean runs.
    assert_eq!((test.graduation_runs, test.runs_left()), (Some(34), Some(34)));
    assert_eq!(refused(&stage, &graduate(&test)).await, Why::RunsLeft(34));

    // It goes on running, after it was quarantined.
    stage.run("update trust.ci_runs set started_at = started_at").await;
    stage.run("alter table trust.ci_runs alter started_at set default now()").await;
    let later = |count: i32, status: &'static str| {
        format!(
            "with run as (insert into trust.ci_runs (repo_id, run_key, commit_sha, started_at)
                 select 1, 'later-' || gen_random_uuid(), gen_random_uuid()::text,
                        clock_timestamp() + make_interval(secs => n)
                 from generate_series(1, {count}) n returning id, commit_sha)
             insert into trust.test_results (repo_id, ci_run_id, commit_sha, test_suite, test_name, test_id, status)
             select 1, id, commit_sha, 'suite', 'lies', 'id-lies', '{status}' from run"
        )
    };
    stage.run(&later(33, "pass")).await;
    stage.score().await;
    let test = stage.test("lies").await;
    assert_eq!((test.clean_runs, test.runs_left()), (33, Some(1)));
    assert_eq!(refused(&stage, &graduate(&test)).await, Why::RunsLeft(1));
    stage.run("select pg_sleep(0.01)").await;
    stage.run(&later(1, "pass").replace("make_interval(secs => n)", "interval '100 s'")).await;
    stage.score().await;
    let test = done(&stage, &graduate(&stage.test("lies").await)).await;
    assert_eq!((test.state, test.quarantined, test.expires_at), (State::Graduated, false, None));
    assert!(test.graduated_at.is_some());
    stage.score().await;
    assert_eq!(stage.test("lies").await.state, State::Graduated);
    let why = refused(&stage, &quarantine(&stage.test("lies").await)).await;
    assert_eq!(why, Why::Ineligible(Ineligible::Graduated));

    // It flakes again, and can be quarantined again.
    stage.history("lies", "fp").await;
    stage.score().await;
    let test = stage.test("lies").await;
    assert_eq!((test.state, test.suggested), (State::Flaky, true));
    assert!(done(&stage, &quarantine(&test)).await.quarantined);
    let entries = stage.entries().await;
    let decided: Vec<_> = entries.iter().filter(|event| !event.starts_with("tests.")).collect();
    assert_eq!(decided, ["test_quarantined", "test_graduated", "test_quarantined"]);

    let detail = detail::show(&stage.db, test.id).await.unwrap();
    let deeds: Vec<_> = detail.decisions.iter().map(|d| d.deed.to_string()).collect();
    assert_eq!(deeds, ["quarantine", "graduate", "quarantine"]);
    assert_eq!((detail.entries.len(), detail.failures.len()), (3, 1));
    assert_eq!((detail.failures[0].count, detail.failures[0].text.as_str()), (6, "timeout after # ms"));
    assert_eq!((detail.runs.len(), detail.ineligible), (60, Some(Ineligible::Quarantined)));
}

#[tokio::test]
async fn the_rules_say_why_not_and_can_be_overridden() {
    let stage = flaky().await;
    let fine = stage.test("fine").await;
    let mut deed = quarantine(&fine);
    assert_eq!(refused(&stage, &deed).await, Why::Ineligible(Ineligible::FewCommits { flaked: 0, asked: 2 }));
    let broken = stage.test("broken").await;
    assert_eq!(refused(&stage, &quarantine(&broken)).await, Why::Ineligible(Ineligible::Broken));
    assert_eq!(refused(&stage, &graduate(&fine)).await, Why::NotQuarantined);
    let mut dismiss = decide(&fine, What::Dismiss { reason: Reason::new("no").unwrap() });
    dismiss.rules = Rules::Overridden;
    assert_eq!(refused(&stage, &dismiss).await, Why::NotSuggested);
    deed.rules = Rules::Overridden;
    assert!(done(&stage, &deed).await.quarantined);
    let mut early = graduate(&stage.test("fine").await);
    early.rules = Rules::Overridden;
    assert!(!done(&stage, &early).await.quarantined);
    let detail = detail::show(&stage.db, fine.id).await.unwrap();
    assert!(detail.decisions.iter().all(|decision| !decision.by_rule));
}

#[tokio::test]
async fn a_suggestion_that_was_dismissed_comes_back_with_a_flake() {
    let mut stage = flaky().await;
    let test = stage.test("lies").await;
    let test = done(&stage, &decide(&test, What::Dismiss { reason: Reason::new("known").unwrap() })).await;
    assert_eq!((test.state, test.suggested), (State::Flaky, false));
    stage.history("lies", "p").await;
    stage.score().await;
    assert!(!stage.test("lies").await.suggested);
    stage.history("lies", "fp").await;
    stage.score().await;
    assert!(stage.test("lies").await.suggested);
}

#[tokio::test]
async fn a_renewal_keeps_what_it_takes_to_leave() {
    let mut stage = flaky().await;
    let first = done(&stage, &quarantine(&stage.test("lies").await)).await;
    stage.run("update trust.flaky_tests set clean_runs = 7 where quarantined").await;
    let mut deed = quarantine(&first);
    deed.now += TimeDelta::days(3);
    if let What::Quarantine { owner, until, .. } = &mut deed.what {
        *owner = None;
        *until = deed.now + TimeDelta::days(30);
    }
    let test = done(&stage, &deed).await;
    assert_eq!(
        (test.clean_runs, test.graduation_runs, test.quarantined_at),
        (7, first.graduation_runs, first.quarantined_at)
    );
    assert_eq!((test.owner.as_deref(), test.version.0), (Some("tester"), 2));
}

#[tokio::test]
async fn who_was_slower_sees_what_stands() {
    let stage = flaky().await;
    let seen = stage.test("lies").await;
    done(&stage, &quarantine(&seen)).await;
    match actions::decide(&stage.db, &quarantine(&seen)).await.unwrap() {
        Outcome::Conflict(conflicts) => {
            assert_eq!((conflicts[0].seen.0, conflicts[0].now.version.0), (0, 1));
            assert!(conflicts[0].to_string().contains("is quarantined now"), "{}", conflicts[0]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_deed_is_done_once() {
    let mut stage = flaky().await;
    let deed = quarantine(&stage.test("lies").await);
    done(&stage, &deed).await;
    match actions::decide(&stage.db, &deed).await.unwrap() {
        Outcome::Done(again) => {
            assert_eq!((again.done, again.count, again.rows[0].version.0), (When::Before, 1, 1))
        }
        other => panic!("{other:?}"),
    }
    let found = actions::done(&stage.db, deed.key).await.unwrap().unwrap();
    assert_eq!((found.count, found.done), (1, When::Before));
    assert_eq!(actions::done(&stage.db, DeedKey::fresh()).await.unwrap(), None);
    let other = Decide { key: deed.key, ..graduate(&stage.test("lies").await) };
    assert_eq!(actions::decide(&stage.db, &other).await.unwrap_err().kind(), Kind::Usage);
    assert_eq!(stage.one::<i64>("select count(*) from trust.flaky_decisions").await, 1);
    assert_eq!(stage.entries().await.len(), 2);
}

#[tokio::test]
async fn all_of_a_deed_or_nothing() {
    let mut stage = flaky().await;
    let (lies, fine) = (stage.test("lies").await, stage.test("fine").await);
    let mut deed = quarantine(&lies);
    deed.targets.push(Target { test: fine.id, version: fine.version });
    assert!(matches!(actions::decide(&stage.db, &deed).await.unwrap(), Outcome::Refused(r) if r.len() == 1));
    assert!(!stage.test("lies").await.quarantined);
    deed.rules = Rules::Overridden;
    deed.filter = Some("name:lies,fine".to_owned());
    match actions::decide(&stage.db, &deed).await.unwrap() {
        Outcome::Done(done) => assert_eq!(done.count, 2),
        other => panic!("{other:?}"),
    }
    let payload: serde_json::Value =
        stage.one("select payload from audit.audit_trail_entries order by seq desc limit 1").await;
    assert_eq!((&payload["count"], &payload["by_rule"]), (&2.into(), &false.into()));
    let digest: String = stage
        .one(
            "select encode(sha256(convert_to(string_agg(
                        concat_ws(' ', flaky_test_id, id, deed) || e'\\n', '' order by flaky_test_id), 'utf8')), 'hex')
             from trust.flaky_decisions",
        )
        .await;
    assert_eq!(payload["digest"], digest);
    for targets in
        [Vec::new(), vec![deed.targets[0], Target { version: attestor::ids::Version(9), ..deed.targets[0] }]]
    {
        let wrong = Decide { targets, key: DeedKey::fresh(), ..deed.clone() };
        assert_eq!(actions::decide(&stage.db, &wrong).await.unwrap_err().kind(), Kind::Usage);
    }
    let mut past = quarantine(&stage.test("fine").await);
    past.now += TimeDelta::days(30);
    assert_eq!(actions::decide(&stage.db, &past).await.unwrap_err().kind(), Kind::Usage);
}

#[tokio::test]
async fn it_takes_an_operator_and_what_was_decided_stays() {
    let mut stage = flaky().await;
    let deed = quarantine(&stage.test("lies").await);
    stage
        .run(
            "do $$ begin create role flaky_analyst login in role attestor_analyst;
             exception when duplicate_object or unique_violation then null; end $$",
        )
        .await;
    let db = Db::lazy(stage.database.options_as("flaky_analyst"), Access::ReadWrite);
    assert_eq!(actions::decide(&db, &deed).await.unwrap_err().kind(), Kind::Denied);
    let thresholds = Thresholds { score: 0.9, commits: 2 };
    let set = SetThresholds { thresholds, reason: Reason::new("x").unwrap(), key: DeedKey::fresh() };
    assert_eq!(set_thresholds(&db, &set).await.unwrap_err().kind(), Kind::Denied);
    done(&stage, &deed).await;
    for sql in ["update trust.flaky_decisions set reason = 'x'", "delete from trust.flaky_decisions"] {
        let refused = sqlx::raw_sql(sql).execute(&mut stage.superuser).await;
        assert!(refused.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn other_thresholds_are_seen_before_they_are_set() {
    let mut stage = flaky().await;
    stage.history("little", "98*p 2*fp").await;
    stage.score().await;
    let after = Thresholds { score: 0.95, commits: 3 };
    let seen = preview(&stage.db, after, filter(""), Utc::now()).await.unwrap();
    assert_eq!((seen.tests, seen.suggested_before, seen.suggested_after), (4, 2, 1));
    assert_eq!((seen.flagged, seen.unflagged, seen.changes.len()), (0, 1, 1));
    assert_eq!((seen.changes[0].state_before, seen.changes[0].state_after), (State::Flaky, State::Healthy));
    assert_eq!(settings::thresholds(&stage.db).await.unwrap(), Thresholds::default());

    let deed =
        SetThresholds { thresholds: after, reason: Reason::new("too loud").unwrap(), key: DeedKey::fresh() };
    let (set, seq) = set_thresholds(&stage.db, &deed).await.unwrap().unwrap();
    assert_eq!(set, seen);
    let little = stage.test("little").await;
    assert_eq!((little.state, little.suggested), (State::Healthy, false));
    let entry: String = stage
        .one("select category || ' ' || event_type from audit.audit_trail_entries order by seq desc limit 1")
        .await;
    assert_eq!(entry, "config_change flaky_thresholds_set");
    // Asked again by its key it is known; by another, there is nothing to do.
    assert_eq!(set_thresholds(&stage.db, &deed).await.unwrap().map(|(_, seq)| seq), Some(seq));
    let again = SetThresholds { key: DeedKey::fresh(), ..deed };
    assert_eq!(set_thresholds(&stage.db, &again).await.unwrap(), None);
    let wrong = Thresholds { score: 1.5, commits: 2 };
    assert_eq!(preview(&stage.db, wrong, filter(""), Utc::now()).await.unwrap_err().kind(), Kind::Usage);
    let lies = tests::targets(&stage.db, &filter("is:suggested"), Utc::now()).await.unwrap();
    assert_eq!(lies.len(), 1);
}
