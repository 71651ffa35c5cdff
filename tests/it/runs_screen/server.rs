//! The wishes, performed on a real server.

use crate::desk::Console;
use crate::support::database;
use attestor::chain::entry::Category;
use attestor::jobs::JobContext;
use attestor::operations::check::{Check, ReasonCode, Status};
use attestor::operations::run::{Flow, Identity};
use attestor::operations::start::{Asked, Finished, Started, start};
use attestor::ui::command::Command;
use attestor::ui::screen::Told;
use attestor::ui::screens::overview::lines;
use attestor::ui::screens::runs::{Runs, Wish};

#[tokio::test]
async fn a_blocked_run_is_found_read_and_acknowledged() {
    let database = database().await;
    let db = database.db();
    let flow = Flow {
        name: "probe",
        started: "probe.started",
        completed: "probe.completed",
        category: Category::Verification,
    };
    let bad =
        Check::new("bad", "It is bad", Status::Fail, ReasonCode::InvalidState).blocking().evidence("id", 7);
    for what in ["one", "two"] {
        let asked = Asked::new(Identity::of(flow).about("what", what)).called(what);
        let work =
            async |_| Ok(Finished::new(()).checks(vec![bad.clone(), Check::pass("good", "It is good")]));
        let started = start(&db, &asked, &JobContext::unattended(), work).await.unwrap();
        assert!(matches!(started, Started::Done(_)));
    }
    let standing = attestor::operations::store::list::standing(&db).await.unwrap();
    let line = lines::runs(&standing).unwrap();
    assert_eq!(line.jump, Some(lines::Jump::Runs("overall:blocked".into())));
    assert_eq!(lines::runs(&Default::default()), None);

    let waits = |wish: &Wish| matches!(wish, Wish::Follow(_));
    let mut console = Console::open(Runs::new(), db.clone(), 38, waits).await;
    let list = console.told(Told::List);
    assert!(
        list.contains("2 blocked")
            && list.contains("run 2, probe, two, succeeded, report blocked by 1 check, first"),
        "{list}"
    );
    let detail = console.told(Told::Detail);
    assert!(detail.contains("It is bad") && detail.contains("id  7"), "{detail}");
    console.command(Command::Acknowledge).await;
    console.keys("known\n").await;
    assert_eq!(console.said, ["acknowledged bad; its status stays"]);
    let detail = console.told(Told::Detail);
    assert!(
        detail.contains("seen by tester on") && detail.contains("report blocked: 1 fail, 1 pass"),
        "{detail}"
    );
    console.command(Command::Filter).await;
    console.keys("overall:ready\n").await;
    assert_eq!(console.told(Told::Row), "there is no run with the filter overall:ready");
}
