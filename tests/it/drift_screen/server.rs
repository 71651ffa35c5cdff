//! The wishes, performed on a real server.

use crate::support::{Scratch, database};
use attestor::drift::actions::load_policies;
use attestor::drift::jobs::import_observed;
use attestor::drift::policy::read_policies;
use attestor::ids::DeedKey;
use attestor::jobs::JobContext;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen, Told, Tools};
use attestor::ui::screens::drift::Drift;
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use crossterm::event::{KeyCode, KeyEvent};
use std::collections::VecDeque;

/// The screen with a database behind it: every wish is performed as it is asked.
struct Console {
    screen: Drift,
    tools: Tools,
    said: Vec<String>,
}

impl Console {
    async fn tell(&mut self, input: Input) {
        let mut asks: VecDeque<_> = self.screen.input(input, Utc::now()).into();
        while let Some(ask) = asks.pop_front() {
            match ask {
                Ask::Do(wish) => {
                    let msg = Drift::perform(wish, self.tools.clone()).await;
                    asks.extend(self.screen.answer(msg, Utc::now()));
                }
                Ask::Rest => asks.extend(self.screen.input(Input::Rested, Utc::now())),
                Ask::Toast(toast) => self.said.push(toast.text),
                _ => {}
            }
        }
    }

    async fn keys(&mut self, text: &str) {
        for c in text.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            self.tell(Input::Key(KeyEvent::from(code))).await;
        }
    }

    fn told(&self, part: Told) -> String {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: Utc::now() };
        self.screen.told(part, &look).join("\n")
    }
}

#[tokio::test]
async fn drift_is_found_read_and_decided() {
    let database = database().await;
    let db = database.db();
    let text = "repos = \"acme/*\"\n[desired.settings]\nhas_wiki = false\nhas_issues = true\n[desired.branch_protection]\nenforce_admins = true\n";
    let (policies, findings) = read_policies("base.toml", text);
    assert!(findings.is_empty());
    load_policies(&db, &policies, DeedKey::fresh()).await.unwrap();
    let scratch = Scratch::new();
    let file = scratch.path().join("seen.json");
    let seen = r#"{"repo":"acme/api","observed":{"branch_protection":{"enforce_admins":false},"settings":{"has_wiki":true,"has_issues":true}}}
        {"repo":"acme/ok","observed":{"branch_protection":{"enforce_admins":true},"settings":{"has_wiki":false,"has_issues":true}}}"#;
    std::fs::write(&file, seen).unwrap();
    import_observed(&db, file, None, &JobContext::unattended()).await.unwrap();

    let mut console = Console { screen: Drift::new(), tools: Tools { db }, said: Vec::new() };
    console.tell(Input::Resized { columns: 120, rows: 38 }).await;
    console.tell(Input::Opened(None)).await;
    let list = console.told(Told::List);
    assert!(list.contains("1 critical, 1 drift, 1 in sync, of 2"), "{list}");
    assert!(list.contains("acme/api, 2 fields, 1 critical, mode observe, branch_protection.enforce_admins, settings.has_wiki"), "{list}");
    console.tell(Input::Command(Command::AcceptDrift)).await;
    console.keys("admins are on call\n").await;
    assert_eq!(console.said.last().unwrap(), "accepted; 1 field still drifts");
    console.tell(Input::Command(Command::IgnoreDrift)).await;
    let detail = console.told(Told::Detail);
    assert!(detail.contains("drift settings.has_wiki") || detail.contains("settings.has_wiki"), "{detail}");
    console.tell(Input::Command(Command::FocusList)).await;
    console.tell(Input::Key(KeyCode::Esc.into())).await;
    console.tell(Input::Command(Command::Plan)).await;
    let plan = console.told(Told::Detail);
    assert!(
        plan.contains("settings.has_wiki") && plan.contains("from  true") && plan.contains("to    false"),
        "{plan}"
    );
    assert!(!plan.contains("enforce_admins"), "what was accepted is not put right: {plan}");
}
