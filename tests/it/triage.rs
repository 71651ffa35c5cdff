//! The deeds of triage on a real server: what is written, what is refused, what a conflict shows.

mod attention;
mod bulk;
mod groups;
mod listing;
mod lost;
pub mod stage;
mod texts;
mod whole_deeds;

use attestor::chain::change::Change;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::ids::{DeedKey, FeedbackId, FindingId, Version};
use attestor::triage::actions::{self, Decided, GiveComment, GiveFeedback, Outcome, TakeBack, Target, When};
use attestor::triage::feedback::{Comment, Reason, WhyNot};
use attestor::triage::finding::{FeedbackKind, Verdict};
use attestor::triage::store::{detail, feedbacks};
use serde_json::{Value, json};
use stage::{Stage, stage};

pub fn verdict(finding: i64, version: i32, verdict: Verdict, reason: &str) -> GiveFeedback {
    GiveFeedback {
        targets: vec![target(finding, version)],
        verdict,
        reason: Reason::new(reason).unwrap(),
        filter: None,
        key: DeedKey::fresh(),
    }
}

pub fn taking_back(finding: i64, version: i32, named: Option<FeedbackId>) -> TakeBack {
    TakeBack {
        targets: vec![(target(finding, version), named)],
        reason: None,
        filter: None,
        key: DeedKey::fresh(),
    }
}

pub fn target(finding: i64, version: i32) -> Target {
    Target { finding: FindingId(finding), version: Version(version) }
}

pub fn done(outcome: Outcome) -> Decided {
    match outcome {
        Outcome::Done(decided) => decided,
        other => panic!("not done: {other:?}"),
    }
}

#[tokio::test]
async fn a_verdict_is_a_row_a_decision_and_an_entry() {
    let mut stage = stage().await;
    stage.findings(2).await;
    let deed = verdict(1, 1, Verdict::FalsePositive, " internal tool ");
    let decided = done(actions::give_feedback(&stage.db, &deed).await.unwrap());

    assert_eq!((decided.seq.0, decided.count, decided.done), (1, 1, When::Now));
    assert_eq!(decided.rows[0].triage_decision, Some(Verdict::FalsePositive));
    assert_eq!(decided.rows[0].version, Version(2));
    assert_eq!(stage.decision(1).await, (Some("FP".into()), Some(decided.feedback[0].0), 2));
    assert_eq!(stage.decision(2).await, (None, None, 1));
    let row: Value = stage.value("select to_jsonb(b) - 'timestamp' - 'id' from triage.feedbacks b").await;
    assert_eq!(
        row,
        json!({ "finding_id": 1, "user_verdict": "FP", "comments": "internal tool", "kind": "verdict",
                "retracts": null, "actor": "tester", "scan_id": 1, "finding_version": 1, "blind": false,
                "deed_key": deed.key.to_string() })
    );
    let entry: Value = stage
        .value(
            "select jsonb_build_object('category', category, 'event', event_type, 'actor', actor, 'type', actor_type,
                                       'repo', repo_full_name, 'commit', commit_sha, 'payload', payload)
             from audit.audit_trail_entries",
        )
        .await;
    assert_eq!(
        entry,
        json!({ "category": "finding_triage", "event": "finding_triaged", "actor": "tester", "type": "human",
                "repo": "acme/api", "commit": "4f2c91d",
                "payload": { "finding_id": 1, "rule_id": "rule-1", "file": "src/file1.py", "fingerprint": "fp1",
                             "verdict": "FP", "reason": "internal tool", "previous": null, "version": 2,
                             "feedback_id": decided.feedback[0].0, "idempotency_key": deed.key.to_string() } })
    );
}

#[tokio::test]
async fn taking_back_adds_a_row_and_an_entry_and_restores_what_stood_before() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let first =
        done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    let second =
        done(actions::give_feedback(&stage.db, &verdict(1, 2, Verdict::FalsePositive, "no")).await.unwrap());

    let undone =
        done(actions::take_back(&stage.db, &taking_back(1, 3, Some(second.feedback[0]))).await.unwrap());
    assert_eq!(undone.rows[0].triage_decision, Some(Verdict::TruePositive));
    assert_eq!(stage.decision(1).await, (Some("TP".into()), Some(first.feedback[0].0), 4));
    let payload: Value =
        stage.value("select payload - 'idempotency_key' from audit.audit_trail_entries where seq = 3").await;
    assert_eq!(
        payload,
        json!({ "finding_id": 1, "rule_id": "rule-1", "file": "src/file1.py", "fingerprint": "fp1", "verdict": "TP",
                "reason": null, "previous": "FP", "version": 4, "feedback_id": undone.feedback[0].0,
                "retracts": second.feedback[0].0 })
    );

    let undone = done(actions::take_back(&stage.db, &taking_back(1, 4, None)).await.unwrap());
    assert_eq!(undone.rows[0].triage_decision, None);
    assert_eq!(stage.decision(1).await, (None, None, 5));
    assert_eq!(
        stage.entries().await,
        ["finding_triaged", "finding_triaged", "triage_taken_back", "triage_taken_back"]
    );

    let detail = detail::show(&stage.db, FindingId(1)).await.unwrap();
    let history: Vec<_> = detail.feedback.iter().map(|f| (f.kind, f.user_verdict, f.taken_back)).collect();
    assert_eq!(
        history,
        [
            (FeedbackKind::Verdict, Some(Verdict::TruePositive), true),
            (FeedbackKind::Verdict, Some(Verdict::FalsePositive), true),
            (FeedbackKind::Retraction, None, false),
            (FeedbackKind::Retraction, None, false),
        ]
    );
    let entries: Vec<_> = detail.entries.iter().map(|e| (e.seq.0, e.actor.to_string())).collect();
    assert_eq!(entries, [1, 2, 3, 4].map(|seq| (seq, "tester".to_owned())));
}

async fn refused(stage: &Stage, deed: &TakeBack) -> WhyNot {
    match actions::take_back(&stage.db, deed).await.unwrap() {
        Outcome::Refused(mut refusals) => refusals.remove(0).why,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_does_not_stand_cannot_be_taken_back() {
    let mut stage = stage().await;
    stage.findings(3).await;
    assert_eq!(refused(&stage, &taking_back(1, 1, None)).await, WhyNot::NothingDecided);

    let given =
        done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    let later =
        done(actions::give_feedback(&stage.db, &verdict(1, 2, Verdict::FalsePositive, "no")).await.unwrap());
    let why = refused(&stage, &taking_back(1, 3, Some(given.feedback[0]))).await;
    assert!(matches!(why, WhyNot::Superseded(by) if by.feedback == later.feedback[0]));

    done(actions::take_back(&stage.db, &taking_back(1, 3, Some(later.feedback[0]))).await.unwrap());
    // Twice: by its name, with the version of then and with the one of now.
    for version in [3, 4] {
        let why = refused(&stage, &taking_back(1, version, Some(later.feedback[0]))).await;
        assert!(
            matches!(why, WhyNot::AlreadyTakenBack { actor, .. } if &*actor == "tester"),
            "version {version}"
        );
    }

    stage.run("update triage.findings set triage_decision = 'FP' where id = 2").await;
    assert_eq!(refused(&stage, &taking_back(2, 2, None)).await, WhyNot::WithoutFeedback);
    stage.run("update triage.findings set triage_decision = 'TP', decided_by = 1 where id = 3").await;
    let why = refused(&stage, &taking_back(3, 2, None)).await;
    assert!(matches!(why, WhyNot::CarriedOver(from) if from.finding == FindingId(1)));
    assert_eq!(stage.entries().await.len(), 3, "nothing that was refused was written");
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_with_both_sides() {
    let mut stage = stage().await;
    stage.findings(1).await;
    stage.analyst("bea").await;
    let bea = Db::lazy(stage.options_as("bea"), Access::ReadWrite);
    done(
        actions::give_feedback(&bea, &verdict(1, 1, Verdict::TruePositive, "exploited in staging"))
            .await
            .unwrap(),
    );

    let outcome =
        actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::FalsePositive, "test code")).await.unwrap();
    let Outcome::Conflict(conflicts) = outcome else { panic!("{outcome:?}") };
    let [conflict] = &conflicts[..] else { panic!("{conflicts:?}") };
    assert_eq!(conflict.mine.verdict, Some(Verdict::FalsePositive));
    assert_eq!(conflict.mine.reason.as_deref(), Some("test code"));
    assert_eq!(conflict.mine.version, Version(1));
    assert_eq!(conflict.theirs.verdict, Some(Verdict::TruePositive));
    assert_eq!(conflict.theirs.reason.as_deref(), Some("exploited in staging"));
    assert!(conflict.theirs.actor.as_ref().unwrap().ends_with("bea"));
    assert!(conflict.theirs.at.is_some());
    assert_eq!(conflict.theirs.version, Version(2));
    assert_eq!(stage.entries().await.len(), 1);

    let outcome = actions::take_back(&stage.db, &taking_back(1, 1, None)).await.unwrap();
    assert!(matches!(outcome, Outcome::Conflict(c) if c[0].mine.verdict.is_none()));
}

/// A program that knows only the columns of old writes a decision, without a version.
#[tokio::test]
async fn a_decision_of_a_program_is_a_conflict_too() {
    let mut stage = stage().await;
    stage.findings(1).await;
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    stage.run("update triage.findings set triage_decision = 'FP' where id = 1").await;
    assert_eq!(stage.decision(1).await, (Some("FP".into()), None, 3));
    let outcome = actions::take_back(&stage.db, &taking_back(1, 2, None)).await.unwrap();
    let Outcome::Conflict(conflicts) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        (conflicts[0].theirs.verdict, &conflicts[0].theirs.actor),
        (Some(Verdict::FalsePositive), &None)
    );
    let text = conflicts[0].to_string();
    assert!(
        text.contains("mine:   take back (at version 2)") && text.contains("theirs: FP (version 3)"),
        "{text}"
    );
    // Writing the same word again, or another column, is no decision.
    stage.run("update triage.findings set triage_decision = 'FP', ai_verdict = 'FP' where id = 1").await;
    assert_eq!(stage.decision(1).await.2, 3);
}

#[tokio::test]
async fn what_was_said_stays_said() {
    let mut stage = stage().await;
    stage.findings(1).await;
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
    for sql in [
        "update triage.feedbacks set comments = 'never'",
        "delete from triage.feedbacks",
        "truncate triage.feedbacks cascade",
    ] {
        let error = sqlx::raw_sql(sql).execute(&mut stage.superuser).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn of_two_people_at_once_one_is_told_of_the_other() {
    let mut stage = stage().await;
    stage.findings(20).await;
    stage.analyst("bea").await;
    let bea = Db::lazy(stage.options_as("bea"), Access::ReadWrite);
    for finding in 1..=20 {
        let (mine, theirs) = (
            verdict(finding, 1, Verdict::TruePositive, "mine"),
            verdict(finding, 1, Verdict::FalsePositive, "theirs"),
        );
        let (a, b) =
            tokio::join!(actions::give_feedback(&stage.db, &mine), actions::give_feedback(&bea, &theirs));
        let words = [a.unwrap(), b.unwrap()].map(|outcome| match outcome {
            Outcome::Done(_) => "done",
            Outcome::Conflict(_) => "conflict",
            Outcome::Refused(_) => "refused",
            Outcome::Held(_) => "held",
        });
        assert!(words == ["done", "conflict"] || words == ["conflict", "done"], "{words:?}");
    }
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 20);
    assert_eq!(stage.count("select count(*) from triage.findings where version = 2").await, 20);
    assert_eq!(stage.entries().await.len(), 20);
}

#[tokio::test]
async fn the_same_key_is_done_once() {
    let mut stage = stage().await;
    stage.findings(2).await;
    let deed = verdict(1, 1, Verdict::TruePositive, "real");
    let first = done(actions::give_feedback(&stage.db, &deed).await.unwrap());
    let again = done(actions::give_feedback(&stage.db, &deed).await.unwrap());
    assert_eq!((first.done, again.done), (When::Now, When::Before));
    assert_eq!((again.seq, &again.feedback, &again.rows), (first.seq, &first.feedback, &first.rows));
    assert_eq!(done_again(&stage, &deed).await, (1, 1));

    // At once, on a finding that nobody has decided.
    let deed = verdict(2, 1, Verdict::TruePositive, "real");
    let (a, b) =
        tokio::join!(actions::give_feedback(&stage.db, &deed), actions::give_feedback(&stage.db, &deed));
    assert_ne!(done(a.unwrap()).done, done(b.unwrap()).done);
    assert_eq!(done_again(&stage, &deed).await, (1, 2));

    let back = taking_back(2, 2, None);
    done(actions::take_back(&stage.db, &back).await.unwrap());
    assert_eq!(done(actions::take_back(&stage.db, &back).await.unwrap()).done, When::Before);
    let words =
        GiveComment { finding: FindingId(1), comment: Comment::new("hm").unwrap(), key: DeedKey::fresh() };
    done(actions::comment(&stage.db, &words).await.unwrap());
    assert_eq!(done(actions::comment(&stage.db, &words).await.unwrap()).done, When::Before);
    assert_eq!(stage.entries().await.len(), 4);

    // Another deed under a key that is taken.
    let other = GiveFeedback { targets: vec![target(2, 3)], ..deed.clone() };
    let other = GiveFeedback { key: back.key, ..other };
    assert_eq!(actions::give_feedback(&stage.db, &other).await.unwrap_err().kind(), Kind::Usage);
    assert_eq!(stage.entries().await.len(), 4);
}

/// How many feedback rows carry the key, and how many entries there are.
async fn done_again(stage: &Stage, deed: &GiveFeedback) -> (usize, usize) {
    let again = actions::done(&stage.db, deed.key).await.unwrap().unwrap();
    (again.feedback.len(), stage.entries().await.len())
}

#[tokio::test]
async fn a_change_that_is_dropped_leaves_nothing() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let mut change = Change::begin(&stage.db, DeedKey::fresh()).await.unwrap();
    let locked = feedbacks::lock(&mut change, &[FindingId(1)]).await.unwrap();
    let new = feedbacks::NewFeedback {
        kind: FeedbackKind::Comment,
        comments: "half-done",
        rows: locked.iter().map(|row| feedbacks::NewRow::about(&row.standing)).collect(),
    };
    assert_eq!(feedbacks::insert(&mut change, &new).await.unwrap().len(), 1);
    drop(change);
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 0);
    // The row is free again: a deed goes through.
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap());
}

#[tokio::test]
async fn who_may_not_write_writes_nothing() {
    let mut stage = stage().await;
    stage.findings(1).await;
    stage.role("viewer", "attestor_viewer").await;
    let db = Db::lazy(stage.options_as("viewer"), Access::ReadWrite);
    let error = actions::give_feedback(&db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    let db = Db::lazy(stage.database.options(), Access::ReadOnly);
    let error = actions::give_feedback(&db, &verdict(1, 1, Verdict::TruePositive, "real")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    assert_eq!(stage.decision(1).await, (None, None, 1));
    assert_eq!(stage.count("select count(*) from triage.feedbacks").await, 0);
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn unknown_findings_and_no_findings_are_said() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let mut deed = verdict(1, 1, Verdict::TruePositive, "real");
    deed.targets.push(target(77, 1));
    let error = actions::give_feedback(&stage.db, &deed).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("#77")), (Kind::NotFound, true));
    deed.targets.clear();
    assert_eq!(actions::give_feedback(&stage.db, &deed).await.unwrap_err().kind(), Kind::Usage);
    deed.targets = vec![target(1, 1), target(1, 2)];
    assert_eq!(actions::give_feedback(&stage.db, &deed).await.unwrap_err().kind(), Kind::Usage);
    assert_eq!(detail::show(&stage.db, FindingId(77)).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(stage.entries().await.len(), 0);
}
