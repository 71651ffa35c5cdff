//! The wishes, performed on a real server.

use crate::support::database;
use attestor::chain::entry::Category;
use attestor::jobs::JobContext;
use attestor::operations::check::{Check, ReasonCode, Status};
use attestor::operations::run::{Flow, Identity};
use attestor::operations::start::{Asked, Finished, Started, start};
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen, Told, Tools};
use attestor::ui::screens::overview::lines;
use attestor::ui::screens::runs::{Runs, Wish};
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use crossterm::event::{KeyCode, KeyEvent};
use std::collections::VecDeque;

/// The screen with a database behind it: every wish is performed as it is asked, but for what waits.
struct Console {
    screen: Runs,
    tools: Tools,
    said: Vec<String>,
}

impl Console {
    async fn tell(&mut self, input: Input) {
        let mut asks: VecDeque<_> = self.screen.input(input, Utc::now()).into();
        while let Some(ask) = asks.pop_front() {
            match ask {
                Ask::Do(Wish::Follow(_)) => {}
                Ask::Do(wish) => {
                    let msg = Runs::perform(wish, self.tools.clone()).await;
                    asks.extend(self.screen.answer(msg, Utc::now()));
                }
                Ask::Rest => asks.extend(self.screen.input(Input::Rested, Utc::now())),
                Ask::Toast(toast) => self.said.push(toast.text),
                _ => {}
            }
        }
    }

    fn told(&self, part: Told) -> String {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: Utc::now() };
        self.screen.told(part, &look).join("\n")
    }
}

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

    let mut console = Console { screen: Runs::new(), tools: Tools { db: db.clone() }, said: Vec::new() };
    console.tell(Input::Resized { columns: 120, rows: 38 }).await;
    console.tell(Input::Opened(None)).await;
    let list = console.told(Told::List);
    assert!(
        list.contains("2 blocked")
            && list.contains("run 2, probe, two, succeeded, report blocked by 1 check, first"),
        "{list}"
    );
    let detail = console.told(Told::Detail);
    assert!(detail.contains("It is bad") && detail.contains("id  7"), "{detail}");
    console.tell(Input::Command(Command::Acknowledge)).await;
    for c in "known".chars() {
        console.tell(Input::Key(KeyEvent::from(KeyCode::Char(c)))).await;
    }
    console.tell(Input::Key(KeyCode::Enter.into())).await;
    assert_eq!(console.said, ["acknowledged bad; its status stays"]);
    let detail = console.told(Told::Detail);
    assert!(
        detail.contains("seen by tester on") && detail.contains("report blocked: 1 fail, 1 pass"),
        "{detail}"
    );
    console.tell(Input::Command(Command::Filter)).await;
    for c in "overall:ready".chars() {
        console.tell(Input::Key(KeyEvent::from(KeyCode::Char(c)))).await;
    }
    console.tell(Input::Key(KeyCode::Enter.into())).await;
    assert_eq!(console.told(Told::Row), "there is no run with the filter overall:ready");
}
