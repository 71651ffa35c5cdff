//! Conflicts, lost connections, refusals: nothing is lost, nothing is written twice.

use super::deeds::{FP, TP, draft, drafts};
use super::desk::{Desk, decided, done, now, sample};
use attestor::error::{Error, Kind};
use attestor::ids::{FindingId, Version};
use attestor::triage::actions::{Outcome, Target};
use attestor::triage::feedback::{Conflict, Mine, Theirs};
use attestor::ui::command::Command;
use attestor::ui::screen::{Input, Mode, Nature, Screen};
use attestor::ui::screens::findings::{Msg, Wish};

fn lost(wish: &Wish) -> Msg {
    Msg::Done(
        wish.key().unwrap(),
        Err(Error::new(Kind::NoDatabase, "the connection to the database was lost")),
    )
}

fn conflict_on(deed: &Wish) -> Msg {
    let conflict = Conflict {
        finding: deed.findings()[0],
        mine: Mine { verdict: Some(FP), reason: Some("internal tool".into()), version: Version(1) },
        theirs: Theirs {
            verdict: Some(TP),
            reason: Some("reachable".into()),
            actor: Some("bob".into()),
            at: Some(now()),
            version: Version(5),
        },
    };
    Msg::Done(deed.key().unwrap(), Ok(Outcome::Conflict(vec![conflict])))
}

fn in_conflict() -> (Desk, Wish) {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.answer(conflict_on(&deed));
    (desk, deed)
}

#[test]
fn a_conflict_shows_both_sides_and_writes_nothing_by_itself() {
    let (mut desk, first) = in_conflict();
    let screen = desk.screen();
    assert!(screen.contains(" mine    FP \"internal tool\""), "{screen}");
    assert!(screen.contains(" theirs  TP  bob  2026-03-15 14:02Z \"reachable\""), "{screen}");
    assert!(desk.selected().contains("✓ TP"), "the row shows what stands");
    assert_eq!(desk.deed(), None);
    // Neither the key that decided nor Enter answers the question.
    desk.keys("f<Enter>t");
    assert_eq!(desk.deed(), None);
    desk.keys("m");
    let Some(Wish::Decide(deed)) = desk.deed() else { panic!("mine was not sent") };
    assert_eq!(
        deed.targets,
        [Target { finding: FindingId(12), version: Version(5) }],
        "over what stands now"
    );
    assert_ne!(Some(deed.key), first.key(), "it is another deed");
    assert_eq!(deed.reason.as_str(), "internal tool");
}

#[test]
fn a_conflict_can_be_left_to_them_or_for_later() {
    let (mut desk, _) = in_conflict();
    desk.keys("k");
    assert_eq!((desk.deed(), drafts(&desk)), (None, vec![]));
    assert_eq!(desk.screen.mode(), Mode::Browse);
    let (mut desk, _) = in_conflict();
    desk.keys("<Esc>");
    assert_eq!((desk.deed(), drafts(&desk)), (None, vec![draft("findings/12/FP", "internal tool")]));
}

#[test]
fn a_conflict_waits_until_what_is_being_typed_is_done() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.command(Command::Down);
    desk.command(Command::Comment);
    desk.keys("about another");
    desk.answer(conflict_on(&deed));
    assert_eq!(desk.screen.mode(), Mode::Editor, "keys do not change their meaning under the fingers");
    assert_eq!(desk.toasts().len(), 1, "but it is said at once");
    desk.keys("m<Esc>");
    assert_eq!(desk.deed(), None);
    assert!(desk.screen().contains("theirs"), "{}", desk.screen());
    assert_eq!(drafts(&desk)[0].1, "about anotherm");
}

#[test]
fn a_lost_connection_keeps_the_reason_and_offers_the_same_deed_again() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.answer(lost(&deed));
    let screen = desk.screen();
    assert!(screen.contains("the connection to the database was lost"), "{screen}");
    assert!(screen.contains("Enter sends again"), "{screen}");
    assert!(desk.selected().contains("unsure✗"), "{}", desk.selected());
    assert_eq!(drafts(&desk), [draft("findings/12/FP", "internal tool")]);
    desk.keys("<Enter>");
    let again = desk.deed().unwrap();
    assert_eq!(again, deed, "the same deed under the same key");
    desk.answer(lost(&again));
    desk.keys("<Enter>");
    let again = desk.deed().unwrap();
    desk.answer(done(&again, vec![decided(sample().remove(0), Some(FP))]));
    assert_eq!(drafts(&desk), []);
    assert!(!desk.screen().contains("not confirmed"));
}

#[test]
fn an_unsure_deed_can_be_left_and_its_text_stays() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.answer(lost(&deed));
    desk.keys("<Esc>");
    assert_eq!(desk.screen.mode(), Mode::Browse);
    assert!(!desk.selected().contains("unsure"));
    assert_eq!(drafts(&desk), [draft("findings/12/FP", "internal tool")]);
}

#[test]
fn a_write_that_was_stopped_is_unsure() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.tell(Input::Stopped(Nature::Write));
    desk.keys("<Enter>");
    assert_eq!(desk.deed(), Some(deed));
}

#[test]
fn a_refused_deed_says_why_and_keeps_the_text() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    let denied = Error::new(Kind::Denied, "permission denied").hint("ask for the role attestor_analyst");
    desk.asks.clear();
    desk.answer(Msg::Done(deed.key().unwrap(), Err(denied)));
    assert_eq!(
        desk.toasts(),
        ["FP #12 sql-injection api/users.py:42: permission denied; ask for the role attestor_analyst"]
    );
    assert!(!desk.selected().contains("saving"));
    assert_eq!(drafts(&desk), [draft("findings/12/FP", "internal tool")]);
}

#[test]
fn a_refresh_does_not_lose_what_is_on_its_way() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("internal tool<Enter>");
    let deed = desk.deed().unwrap();
    desk.command(Command::Refresh);
    desk.answer_rows(
        sample(),
        attestor::ui::list_detail::window::Edge::End,
        attestor::ui::list_detail::window::Edge::End,
    );
    assert!(desk.selected().contains("saving…"), "{}", desk.screen());
    desk.answer(done(&deed, vec![decided(sample().remove(0), Some(FP))]));
    assert!(!desk.screen().contains("saving…"));
}
