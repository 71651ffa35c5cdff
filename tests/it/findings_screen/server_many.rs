//! Groups, claims and snoozes on a real server.

use super::server::{Console, one, seeded};
use attestor::db::{Access, Db};
use attestor::ui::command::Command;
use attestor::ui::screen::Tools;

#[tokio::test]
async fn a_group_is_decided_as_one_entry_with_its_filter() {
    let database = seeded(30).await;
    sqlx::raw_sql(
        "update triage.findings set rule_id = 'same' where id <= 20;
         update triage.findings set triage_decision = 'TP' where id = 20",
    )
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::GroupByRule).await;
    let screen = console.screen();
    assert!(screen.contains("1 of 11") && screen.contains("by rule"), "{screen}");
    assert!(console.selected().contains("same"), "{screen}");
    // The riskiest finding of the group stands beside it.
    assert!(screen.contains("message 1"), "{screen}");
    console.command(Command::MarkFalsePositive).await;
    assert!(
        console.screen().contains("FP on 19 undecided findings of same (semgrep)"),
        "{}",
        console.screen()
    );
    console.keys("generated code\n").await;
    console.yes().await;
    assert_eq!(console.outcomes, ["entry 1"]);
    let decided = "select count(*) from triage.findings where triage_decision = 'FP'";
    assert_eq!(one::<i64>(&database, decided).await, 19);
    let theirs = "select triage_decision from triage.findings where id = 20";
    assert_eq!(one::<String>(&database, theirs).await, "TP", "what was decided before stays");
    let filter = "select payload->>'filter' from audit.audit_trail_entries where seq = 1";
    assert_eq!(one::<String>(&database, filter).await, "is:undecided rule==same tool==semgrep");
    assert!(!console.selected().contains("same"), "{}", console.screen());

    console.command(Command::TakeBack).await;
    console.yes().await;
    assert_eq!(one::<i64>(&database, decided).await, 0);
    console.command(Command::Top).await;
    console.command(Command::OpenSelected).await;
    assert!(console.screen().contains("1 of 19"), "{}", console.screen());
    console.command(Command::Back).await;
    assert!(console.screen().contains("by rule"), "{}", console.screen());
    console.command(Command::GroupByFile).await;
    assert!(
        console.screen().contains("1 of 29") && console.screen().contains("by file"),
        "{}",
        console.screen()
    );
    console.command(Command::Ungroup).await;
    assert!(
        console.screen().contains("1 of 29") && !console.screen().contains("by file"),
        "{}",
        console.screen()
    );
}

#[tokio::test]
async fn more_groups_than_a_page_join_without_a_gap() {
    let database = seeded(450).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::GroupByRule).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..450 {
        let rule =
            console.selected().split_whitespace().find(|word| word.starts_with("rule-")).map(str::to_owned);
        seen.insert(rule.expect("a rule"));
        console.command(Command::Down).await;
    }
    assert_eq!(seen.len(), 450);
    assert!(console.screen().contains("450 of 450"), "{}", console.screen());
}

#[tokio::test]
async fn a_snooze_leaves_the_queue_and_its_end_brings_it_back() {
    let database = seeded(3).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::Snooze).await;
    console.keys("vendor fixes it\n\n").await;
    assert_eq!(console.outcomes, ["entry 1"]);
    assert!(console.selected().contains("rule-2 "), "{}", console.screen());
    console.command(Command::Refresh).await;
    assert!(console.screen().contains("1 of 2"), "{}", console.screen());
    console.command(Command::SuspendFilter).await;
    console.command(Command::Top).await;
    let screen = console.screen();
    assert!(screen.contains("waits until") && screen.contains("\"vendor fixes it\""), "{screen}");
    console.command(Command::EndSnooze).await;
    console.keys("\n").await;
    assert_eq!(console.outcomes[1], "entry 2");
    let event = "select event_type from audit.audit_trail_entries where seq = 2";
    assert_eq!(one::<String>(&database, event).await, "snooze_ended");
    console.command(Command::SuspendFilter).await;
    assert!(console.screen().contains("of 3"), "{}", console.screen());
}

#[tokio::test]
async fn a_risk_is_accepted_by_who_may_and_told_to_who_may_not() {
    let database = seeded(2).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::AcceptRisk).await;
    console.keys("behind a proxy\n\n").await;
    let outcome = console.outcomes[0].clone();
    let accepted = "select count(*) from triage.findings where accepted_until > now() + interval '89 days'";
    if outcome.starts_with("entry") {
        assert_eq!(one::<i64>(&database, accepted).await, 1);
        let category = "select category from audit.audit_trail_entries where seq = 1";
        assert_eq!(one::<String>(&database, category).await, "risk_acceptance");
    } else {
        assert!(outcome.contains("may not accept risks"), "{outcome}");
        assert_eq!(one::<i64>(&database, accepted).await, 0);
    }
}

#[tokio::test]
async fn a_claim_of_another_is_told_and_can_be_taken_over() {
    let database = seeded(2).await;
    sqlx::raw_sql("create role rival login; grant attestor_analyst to rival")
        .execute(&mut database.superuser().await)
        .await
        .ok();
    let theirs = Db::lazy(database.options_as("rival"), Access::ReadWrite);
    let mut bob = Console::open(Tools { db: theirs }).await;
    let mut mine = Console::open(Tools { db: database.db() }).await;
    bob.command(Command::Claim).await;
    assert_eq!(bob.outcomes, ["entry 1"]);
    assert!(bob.screen().contains("claim by rival (you) until"), "{}", bob.screen());
    mine.command(Command::Claim).await;
    assert_eq!(mine.outcomes, ["held"]);
    assert!(mine.screen().contains("#1 is claimed by rival until"), "{}", mine.screen());
    mine.keys("o").await;
    assert_eq!(mine.outcomes, ["held", "entry 2", "entry 3"]);
    let holder = "select claimed_by from triage.findings where id = 1";
    assert_eq!(one::<String>(&database, holder).await, "tester");
    let events = "select string_agg(event_type, ' ' order by seq) from audit.audit_trail_entries";
    assert_eq!(one::<String>(&database, events).await, "finding_claimed claim_released finding_claimed");
    mine.command(Command::Release).await;
    assert_eq!(mine.outcomes[3], "entry 4");
    assert!(!mine.screen().contains("claim by"), "{}", mine.screen());
}
