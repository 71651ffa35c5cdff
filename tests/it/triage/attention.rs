//! Claims, snoozes and accepted risks: written, entered, ended, over by themselves, held by others.

use super::stage::{Stage, stage};
use super::{done, target, verdict};
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::filter::parse;
use attestor::ids::{DeedKey, FindingId};
use attestor::triage::actions::{self, AttendTo, Deed, Outcome, TakeBackDeed, When};
use attestor::triage::attention::{Attend, AttentionKind, Whose};
use attestor::triage::feedback::{Reason, WhyNot};
use attestor::triage::finding::Verdict;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::{detail, findings};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn now() -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn later(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

fn claim(hours: i64) -> Attend {
    Attend::Claim { until: later(hours) }
}

fn snooze(hours: i64) -> Attend {
    Attend::Snooze { until: later(hours), reason: reason("after the release") }
}

fn accept(hours: i64) -> Attend {
    Attend::Accept { until: later(hours), reason: reason("behind the firewall") }
}

fn end(kind: AttentionKind, whose: Whose) -> Attend {
    Attend::End { kind, whose, reason: None }
}

fn deed(ids: impl IntoIterator<Item = i64>, what: Attend) -> AttendTo {
    AttendTo {
        targets: ids.into_iter().map(|id| target(id, 1)).collect(),
        what,
        filter: None,
        key: DeedKey::fresh(),
        now: now(),
    }
}

async fn ids(db: &Db, filter: &str, at: DateTime<Utc>) -> Vec<i64> {
    let filter = parse(filter, &FIELDS).unwrap();
    findings::targets(db, &filter, at).await.unwrap().iter().map(|target| target.finding.0).collect()
}

async fn entry(stage: &mut Stage) -> Value {
    stage
        .value(
            "select payload || jsonb_build_object('category', category, 'event', event_type, 'actor', actor,
                                                  'framework', framework, 'repo', repo_full_name)
             from audit.audit_trail_entries order by seq desc limit 1",
        )
        .await
}

#[tokio::test]
async fn a_claim_is_a_row_a_state_and_an_entry_and_ends_by_itself() {
    let mut stage = stage().await;
    stage.findings(2).await;
    let asked = deed([1], claim(4));
    let claimed = done(actions::attend(&stage.db, &asked).await.unwrap());
    assert_eq!((claimed.seq.0, claimed.count, claimed.done, claimed.feedback.len()), (1, 1, When::Now, 0));
    let row = &claimed.rows[0];
    assert_eq!(
        row.claimed(later(3)).map(|(by, until)| (by.to_string(), until)),
        Some(("tester".into(), later(4)))
    );
    assert_eq!(row.claimed(later(4)), None);
    assert_eq!(row.version.0, 1, "it is no decision");
    let entry = entry(&mut stage).await;
    assert_eq!(
        entry,
        json!({ "state": "claim", "until": "2026-03-10T16:00:00.000000Z", "reason": null, "finding_id": 1,
                "rule_id": "rule-1", "file": "src/file1.py", "fingerprint": "fp1", "attention_id": 1,
                "ends": null, "idempotency_key": asked.key.to_string(), "category": "finding_triage",
                "event": "finding_claimed", "actor": "tester", "repo": "acme/api",
                "framework": ["SOC2:CC7.1", "ISO27001:A.8.8", "ISO27001:A.8.28", "ISO27001:A.8.29"] })
    );
    for filter in ["is:claimed", "is:mine", "claimed:me", "claimed:tester"] {
        assert_eq!(ids(&stage.db, filter, later(3)).await, [1], "{filter}");
        assert!(ids(&stage.db, filter, later(4)).await.is_empty(), "{filter}: over by itself");
    }
    assert_eq!(ids(&stage.db, "-is:claimed", later(3)).await, [2]);
    assert_eq!(ids(&stage.db, "is:undecided", later(3)).await, [1, 2], "who looks at it takes nothing away");
    // One's own claim can be made longer.
    done(actions::attend(&stage.db, &deed([1], claim(8))).await.unwrap());
    assert_eq!(ids(&stage.db, "is:mine", later(7)).await, [1]);
    let detail = detail::show(&stage.db, FindingId(1)).await.unwrap();
    assert_eq!(detail.attention.len(), 1);
    assert_eq!((detail.attention[0].until, detail.attention[0].mine), (later(8), true));
    assert_eq!(detail.entries.len(), 2);
}

#[tokio::test]
async fn what_another_holds_is_told_with_who_and_since_when() {
    let mut stage = stage().await;
    stage.findings(3).await;
    stage.analyst("bea").await;
    let bea = Db::lazy(stage.options_as("bea"), Access::ReadWrite);
    done(actions::attend(&bea, &deed([2], claim(4))).await.unwrap());

    // One of three is held: nothing is written for any.
    let outcome = actions::attend(&stage.db, &deed([1, 2, 3], claim(1))).await.unwrap();
    let Outcome::Held(held) = outcome else { panic!("{outcome:?}") };
    assert_eq!((held.len(), held[0].finding, held[0].spell.until), (1, FindingId(2), later(4)));
    assert!(held[0].spell.actor.ends_with("bea") && !held[0].spell.mine);
    let text = held[0].to_string();
    assert!(
        text.starts_with("finding #2 is claimed by ") && text.contains("until 2026-03-10 16:00:00Z"),
        "{text}"
    );
    assert_eq!(ids(&stage.db, "is:claimed", now()).await, [2]);
    assert_eq!(ids(&stage.db, "is:mine", now()).await, [0_i64; 0]);

    // Mine to release is only what is mine, unless I say so.
    let outcome =
        actions::attend(&stage.db, &deed([2], end(AttentionKind::Claim, Whose::Mine))).await.unwrap();
    assert!(matches!(outcome, Outcome::Held(_)), "{outcome:?}");
    assert_eq!(stage.entries().await, ["finding_claimed"]);
    done(actions::attend(&stage.db, &deed([2], end(AttentionKind::Claim, Whose::Anyones))).await.unwrap());
    assert!(ids(&stage.db, "is:claimed", now()).await.is_empty());
    // What has ended by itself stands in nobody's way.
    done(actions::attend(&bea, &deed([3], claim(4))).await.unwrap());
    let after = AttendTo { now: later(5), ..deed([3], claim(9)) };
    done(actions::attend(&stage.db, &after).await.unwrap());
    assert_eq!(ids(&stage.db, "is:mine", later(6)).await, [3]);
    assert_eq!(
        stage.entries().await,
        ["finding_claimed", "claim_released", "finding_claimed", "finding_claimed"]
    );
}

#[tokio::test]
async fn what_is_put_off_leaves_the_queue_and_comes_back_by_itself() {
    let mut stage = stage().await;
    stage.findings(3).await;
    done(actions::attend(&stage.db, &deed([1], snooze(24))).await.unwrap());
    let accepted = done(actions::attend(&stage.db, &deed([2], accept(48))).await.unwrap());
    assert_eq!(accepted.rows[0].accepted(now()), Some(later(48)));
    let entry = entry(&mut stage).await;
    assert_eq!(
        (&entry["category"], &entry["event"], &entry["reason"]),
        (&json!("risk_acceptance"), &json!("risk_accepted"), &json!("behind the firewall"))
    );
    assert_eq!(entry["framework"], json!(["SOC2:CC3.2", "SOC2:CC9.1", "ISO27001:6.1.3"]));

    let mut cases = vec![(0, vec![3]), (23, vec![3]), (24, vec![1, 3]), (48, vec![1, 2, 3])];
    for (hours, queue) in cases.drain(..) {
        assert_eq!(ids(&stage.db, "is:undecided", later(hours)).await, queue, "after {hours} h");
    }
    assert_eq!(ids(&stage.db, "is:snoozed", later(1)).await, [1]);
    assert_eq!(ids(&stage.db, "is:accepted", later(47)).await, [2]);
    assert!(ids(&stage.db, "is:snoozed or is:accepted", later(48)).await.is_empty());

    // Both at once: the later end counts. Ended early, it is back at once.
    done(actions::attend(&stage.db, &deed([2], snooze(72))).await.unwrap());
    assert_eq!(ids(&stage.db, "is:undecided", later(60)).await, [1, 3]);
    done(actions::attend(&stage.db, &deed([2], end(AttentionKind::Snooze, Whose::Mine))).await.unwrap());
    assert_eq!(ids(&stage.db, "is:undecided", later(60)).await, [1, 2, 3]);
    assert_eq!(ids(&stage.db, "is:undecided", now()).await, [3], "the accepted risk still holds");
    done(actions::attend(&stage.db, &deed([2], end(AttentionKind::Acceptance, Whose::Mine))).await.unwrap());
    assert_eq!(ids(&stage.db, "is:undecided", now()).await, [2, 3]);
    assert_eq!(
        stage.entries().await,
        ["finding_snoozed", "risk_accepted", "finding_snoozed", "snooze_ended", "risk_acceptance_ended"]
    );
    let detail = detail::show(&stage.db, FindingId(2)).await.unwrap();
    assert!(detail.attention.is_empty());
    assert_eq!(detail.entries.len(), 4, "those of an accepted risk too");
}

#[tokio::test]
async fn what_is_not_so_cannot_be_ended() {
    let mut stage = stage().await;
    stage.findings(2).await;
    done(actions::attend(&stage.db, &deed([1], snooze(1))).await.unwrap());
    for (kind, at) in [(AttentionKind::Claim, now()), (AttentionKind::Snooze, later(1))] {
        let asked = AttendTo { now: at, ..deed([1], end(kind, Whose::Anyones)) };
        let outcome = actions::attend(&stage.db, &asked).await.unwrap();
        let Outcome::Refused(refusals) = outcome else { panic!("{outcome:?}") };
        assert_eq!(refusals[0].why, WhyNot::NotSo(kind));
    }
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn ends_are_to_come_and_not_too_far_away() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let (too_long, longest) = (366 * 24 + 1, 366 * 24);
    for what in [claim(0), claim(-1), claim(31 * 24 + 1), snooze(too_long), accept(3 * 366 * 24 + 1)] {
        let error = actions::attend(&stage.db, &deed([1], what.clone())).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{what:?}");
    }
    assert_eq!(stage.entries().await.len(), 0);
    done(actions::attend(&stage.db, &deed([1], snooze(longest))).await.unwrap());
}

#[tokio::test]
async fn one_that_was_decided_meanwhile_stops_all() {
    let mut stage = stage().await;
    stage.findings(20).await;
    done(actions::give_feedback(&stage.db, &verdict(7, 1, Verdict::TruePositive, "real")).await.unwrap());
    for what in [claim(1), snooze(1), accept(1)] {
        let outcome = actions::attend(&stage.db, &deed(1..=20, what)).await.unwrap();
        let Outcome::Conflict(conflicts) = outcome else { panic!("{outcome:?}") };
        assert_eq!(conflicts.len(), 1);
        assert_eq!(
            (conflicts[0].finding, conflicts[0].theirs.verdict),
            (FindingId(7), Some(Verdict::TruePositive))
        );
    }
    assert_eq!(stage.count("select count(*) from triage.attention").await, 0);
    assert_eq!(stage.count("select count(*) from triage.findings where hidden_until is not null").await, 0);
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn a_thousand_are_one_entry_whose_digest_can_be_recomputed_and_one_way_back() {
    let mut stage = stage().await;
    stage.findings(1_000).await;
    let asked = AttendTo { filter: Some("tool:semgrep".into()), ..deed((1..=1_000).rev(), snooze(24)) };
    let snoozed = done(actions::attend(&stage.db, &asked).await.unwrap());
    assert_eq!((snoozed.count, snoozed.rows.len(), snoozed.seq.0), (1_000, 1_000, 1));
    let (count, listing): (i64, String) = sqlx::query_as(
        "select count(*), string_agg(concat_ws(' ', finding_id, id, state, coalesce(ends::text, '-')) || e'\\n', ''
                                     order by finding_id)
         from triage.attention where deed_key = $1",
    )
    .bind(asked.key)
    .fetch_one(&mut stage.superuser)
    .await
    .unwrap();
    let digest: String = Sha256::digest(listing.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let told = entry(&mut stage).await;
    assert_eq!(
        (count, &told["count"], &told["digest"], &told["digest_of"], &told["filter"]),
        (1_000, &json!(1_000), &json!(digest), &json!("finding_id id state ends"), &json!("tool:semgrep"))
    );
    assert_eq!(detail::show(&stage.db, FindingId(500)).await.unwrap().entries.len(), 1);
    assert!(ids(&stage.db, "is:undecided", now()).await.is_empty());

    // Somebody snoozes one of them anew; the rest is taken back as the deed that it was.
    done(actions::attend(&stage.db, &deed([9], snooze(48))).await.unwrap());
    let back = TakeBackDeed {
        deed: Deed::Entry(snoozed.seq),
        reason: Some(reason("the release is off")),
        key: DeedKey::fresh(),
        now: now(),
    };
    let undone = done(actions::take_back_deed(&stage.db, &back).await.unwrap());
    assert_eq!((undone.count, undone.left.len()), (999, 1));
    assert_eq!(undone.left[0].finding, FindingId(9));
    assert!(matches!(undone.left[0].why, WhyNot::Replaced(_)));
    assert_eq!(ids(&stage.db, "is:undecided", now()).await.len(), 999);
    let told = entry(&mut stage).await;
    assert_eq!(
        (&told["event"], &told["takes_back"], &told["count"]),
        (&json!("snooze_ended"), &json!(1), &json!(999))
    );
    let again = done(actions::take_back_deed(&stage.db, &back).await.unwrap());
    assert_eq!((again.done, again.seq, again.count), (When::Before, undone.seq, 999));
    let anew = TakeBackDeed { key: DeedKey::fresh(), ..back };
    assert!(
        matches!(actions::take_back_deed(&stage.db, &anew).await.unwrap(), Outcome::Refused(r) if r.len() == 1_000)
    );
    assert_eq!(stage.entries().await, ["finding_snoozed", "finding_snoozed", "snooze_ended"]);
}

#[tokio::test]
async fn the_same_key_is_done_once() {
    let mut stage = stage().await;
    stage.findings(3).await;
    let asked = deed([1, 2], claim(4));
    let first = done(actions::attend(&stage.db, &asked).await.unwrap());
    // Its end may be past when it is asked for again.
    let again = done(actions::attend(&stage.db, &AttendTo { now: later(9), ..asked.clone() }).await.unwrap());
    assert_eq!((again.done, again.seq, &again.rows), (When::Before, first.seq, &first.rows));
    let told = actions::done(&stage.db, asked.key).await.unwrap().unwrap();
    assert_eq!((told.count, &told.rows), (2, &first.rows));
    for other in [
        AttendTo { key: asked.key, ..deed([1, 2], snooze(4)) },
        AttendTo { key: asked.key, ..deed([1, 2, 3], claim(4)) },
        AttendTo { key: asked.key, ..deed([1], end(AttentionKind::Claim, Whose::Mine)) },
    ] {
        assert_eq!(actions::attend(&stage.db, &other).await.unwrap_err().kind(), Kind::Usage, "{other:?}");
    }
    let mut verdict = verdict(3, 1, Verdict::TruePositive, "real");
    verdict.key = asked.key;
    assert_eq!(actions::give_feedback(&stage.db, &verdict).await.unwrap_err().kind(), Kind::Usage);
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn of_two_people_at_once_one_holds_it() {
    let mut stage = stage().await;
    stage.findings(10).await;
    stage.analyst("bea").await;
    let bea = Db::lazy(stage.options_as("bea"), Access::ReadWrite);
    for finding in 1..=10 {
        let (mine, theirs) = (deed([finding], claim(4)), deed([finding], claim(4)));
        let (a, b) = tokio::join!(actions::attend(&stage.db, &mine), actions::attend(&bea, &theirs));
        let done = |o: &Outcome| matches!(o, Outcome::Done(_));
        let held = |o: &Outcome| matches!(o, Outcome::Held(_));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!((done(&a) && held(&b)) || (held(&a) && done(&b)), "{a:?} {b:?}");
    }
    assert_eq!(stage.entries().await.len(), 10);
}

#[tokio::test]
async fn rights_are_apart() {
    let mut stage = stage().await;
    stage.findings(2).await;
    stage.analyst("ann").await;
    stage.role("app", "attestor_approver").await;
    stage.role("vi", "attestor_viewer").await;
    let [analyst, approver, viewer] =
        ["ann", "app", "vi"].map(|name| Db::lazy(stage.options_as(name), Access::ReadWrite));

    let error = actions::attend(&analyst, &deed([1], accept(1))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    assert!(error.to_string().contains("may not accept risks"), "{error}");
    assert!(error.hint_text().unwrap().contains("attestor_approver"), "{error:?}");
    for what in [claim(1), snooze(1)] {
        assert_eq!(actions::attend(&approver, &deed([1], what)).await.unwrap_err().kind(), Kind::Denied);
    }
    for what in [claim(1), snooze(1), accept(1)] {
        assert_eq!(actions::attend(&viewer, &deed([1], what)).await.unwrap_err().kind(), Kind::Denied);
    }
    assert_eq!(stage.entries().await.len(), 0);
    // Nor behind the back of the program.
    let refused = sqlx::raw_sql("update triage.findings set accepted_until = now() + interval '1 d'")
        .execute(&mut stage.connection_as("ann").await)
        .await
        .unwrap_err();
    assert_eq!(refused.into_database_error().unwrap().code().as_deref(), Some("42501"));

    done(actions::attend(&approver, &deed([1], accept(1))).await.unwrap());
    done(actions::attend(&analyst, &deed([2], snooze(1))).await.unwrap());
    // Ending it is the approver's too, by itself or as a deed.
    let asked = deed([1], end(AttentionKind::Acceptance, Whose::Anyones));
    assert_eq!(actions::attend(&analyst, &asked).await.unwrap_err().kind(), Kind::Denied);
    let back = |seq| TakeBackDeed {
        deed: Deed::Entry(attestor::ids::EntrySeq(seq)),
        reason: None,
        key: DeedKey::fresh(),
        now: now(),
    };
    assert_eq!(actions::take_back_deed(&analyst, &back(1)).await.unwrap_err().kind(), Kind::Denied);
    done(actions::take_back_deed(&approver, &back(1)).await.unwrap());
    assert_eq!(stage.entries().await, ["risk_accepted", "finding_snoozed", "risk_acceptance_ended"]);
}

#[tokio::test]
async fn what_was_done_stays_told() {
    let mut stage = stage().await;
    stage.findings(1).await;
    done(actions::attend(&stage.db, &deed([1], claim(1))).await.unwrap());
    for sql in [
        "update triage.attention set actor = 'nobody'",
        "delete from triage.attention",
        "truncate triage.attention cascade",
    ] {
        let error = sqlx::raw_sql(sql).execute(&mut stage.superuser).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}
