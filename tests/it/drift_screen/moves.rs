//! What keys and answers do.

use super::desk::{Desk, plan, rows};
use attestor::error::{Error, Kind};
use attestor::ids::RepoId;
use attestor::ui::app::JobDeed;
use attestor::ui::command::{Command, Pane};
use attestor::ui::screen::{Ask, Input, Place, Screen};
use attestor::ui::screens::drift::wish::Deed;
use attestor::ui::screens::drift::{Msg, Wish};
use std::sync::Arc;

#[test]
fn rows_never_move_under_the_cursor() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Down);
    let before = desk.selected();
    let mut fresh = rows();
    fresh.reverse();
    for row in &mut fresh {
        row.drift_count += 1;
    }
    desk.answer(Msg::Fresh(Ok(fresh)));
    let after = desk.selected();
    assert!(before.contains("acme/ledger") && after.contains("acme/ledger"), "{before}\n{after}");
    assert!(after.contains('●') && desk.screen().contains("8 changed"), "{}", desk.screen());
}

#[test]
fn next_is_the_next_that_needs_somebody() {
    let mut desk = Desk::full(80, 22);
    for expected in ["acme/ledger", "acme/gone"] {
        desk.command(Command::NextNeedy);
        assert!(desk.selected().contains(expected), "{}", desk.selected());
    }
    desk.asked();
    desk.command(Command::NextNeedy);
    assert_eq!(desk.said(), "no further repository here needs anybody");
}

#[test]
fn nothing_is_decided_without_a_reason() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::AcceptDrift);
    desk.asked();
    desk.keys("\n");
    assert!(desk.asked().is_empty() && desk.screen().contains("the reason is empty"), "{}", desk.screen());
    desk.keys("as it is\n");
    let asks = desk.asked();
    let [Ask::Do(Wish::Decide(decision))] = asks.as_slice() else { panic!("{asks:?}") };
    let Deed::Accept(accept) = &decision.deed else { panic!("{decision:?}") };
    assert_eq!(accept.paths[0].to_string(), "branch_protection.enforce_admins");
    assert_eq!(
        (accept.repo.as_str(), accept.version, accept.why.as_str()),
        ("acme/api", Some(4), "as it is")
    );
    // A conflict keeps the words.
    let gone = Error::new(Kind::Conflict, "acme/api was changed meanwhile");
    desk.answer(Msg::Decided(decision.clone(), Err(gone)));
    assert!(desk.said().contains("changed meanwhile"));
    assert_eq!(desk.screen.drafts()[0].text, "as it is");
}

#[test]
fn ignoring_asks_for_an_end() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::IgnoreDrift);
    desk.keys("known\n");
    assert!(desk.screen().contains("an end is wanted"), "{}", desk.screen());
    desk.asked();
    desk.keys(" until 7d\n");
    let asks = desk.asked();
    assert!(
        matches!(asks.as_slice(), [Ask::Do(Wish::Decide(decision))] if matches!(&decision.deed, Deed::Ignore(deed)
            if deed.paths.as_str() == "branch_protection.enforce_admins" && deed.repos.as_str() == "acme/api")),
        "{asks:?}"
    );
}

#[test]
fn what_is_applied_is_what_was_reviewed() {
    let mut desk = Desk::full(80, 22);
    desk.command(Command::Plan);
    assert!(matches!(desk.asked().last(), Some(Ask::Do(Wish::Plan(repos, _))) if *repos == ["acme/api"]));
    let (plan, hash) = (plan(), plan().hash());
    desk.answer(Msg::Planned(Ok((Arc::new(plan), hash.clone()))));
    assert_eq!(desk.screen.pane(), Pane::DriftPlan);
    desk.asked();
    desk.command(Command::ApplyPlan);
    let asks = desk.asked();
    let [Ask::Confirm(question, Wish::Agreed(deed))] = asks.as_slice() else { panic!("{asks:?}") };
    assert!(question.what.contains(hash.short()) && question.what.contains("1 repository"), "{question:?}");
    assert_eq!(*deed, JobDeed::ApplyPlan(hash.clone()));
    desk.answer(Msg::Agreed(deed.clone()));
    assert!(desk.asked().contains(&Ask::Start(JobDeed::ApplyPlan(hash))));
    assert_eq!(desk.screen.pane(), Pane::DriftDetail);
}

#[test]
fn a_repository_is_gone_to_by_its_number() {
    let mut desk = Desk::full(80, 22);
    desk.tell(Input::Opened(Some(Place::Repository(RepoId(8)))));
    assert!(desk.selected().contains("acme/ok"));
    desk.asked();
    desk.tell(Input::Opened(Some(Place::Repository(RepoId(77)))));
    let asks = desk.asked();
    assert!(matches!(&asks[0], Ask::Do(Wish::Rows { filter, .. }) if filter == "id:77"), "{asks:?}");
}

#[test]
fn copies_say_what_is_shown() {
    let mut desk = Desk::full(80, 22);
    let mut copied = |command| {
        desk.asked();
        desk.command(command);
        match desk.asked().pop() {
            Some(Ask::Copy(text)) => text.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(copied(Command::CopyId), "acme/api");
    assert_eq!(copied(Command::CopyCommand), "attestor drift list");
    assert!(copied(Command::CopyJson).starts_with("{\"repo_id\":1,"));
    desk.command(Command::FocusDetail);
    desk.asked();
    desk.command(Command::CopyCommand);
    assert!(matches!(&desk.asked()[0], Ask::Copy(text) if &**text == "attestor drift show 'acme/api'"));
}
