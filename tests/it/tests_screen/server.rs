//! The wishes, performed on a real server: from files of results to a quarantine.

use crate::support::{TestDatabase, database};
use attestor::flaky::import::JunitOptions;
use attestor::flaky::jobs::{How, Recompute, import_junit, recompute};
use attestor::flaky::store::tests::standing;
use attestor::intake::input::Input as File;
use attestor::jobs::JobContext;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen, Told, Tools};
use attestor::ui::screens::overview::lines;
use attestor::ui::screens::tests::Tests;
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use crossterm::event::{KeyCode, KeyEvent};
use std::collections::VecDeque;

/// The screen with a database behind it: every wish is performed as it is asked.
struct Console {
    screen: Tests,
    tools: Tools,
    said: Vec<String>,
    asked: Vec<String>,
}

impl Console {
    async fn tell(&mut self, input: Input) {
        let mut asks: VecDeque<_> = self.screen.input(input, Utc::now()).into();
        while let Some(ask) = asks.pop_front() {
            match ask {
                Ask::Do(wish) => {
                    let msg = Tests::perform(wish, self.tools.clone()).await;
                    asks.extend(self.screen.answer(msg, Utc::now()));
                }
                Ask::Confirm(question, wish) => {
                    self.asked.push(question.what);
                    asks.push_back(Ask::Do(wish));
                }
                Ask::Rest => asks.extend(self.screen.input(Input::Rested, Utc::now())),
                Ask::Toast(toast) => self.said.push(toast.text),
                _ => {}
            }
        }
    }

    async fn command(&mut self, command: Command) {
        self.tell(Input::Command(command)).await;
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

/// A hundred commits: `lies` flakes on four of them, `breaks` fails on the last ten, the others pass.
async fn history(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.xml");
    for commit in 0..40 {
        let flaky = if commit % 10 == 3 { "<flakyFailure message='timeout after 31 ms'/>" } else { "" };
        let broken = if commit >= 30 { "<failure message='no'/>" } else { "" };
        let xml = format!(
            "<testsuite name='s'><testcase classname='c' name='lies'>{flaky}</testcase>\
             <testcase classname='c' name='breaks'>{broken}</testcase>\
             <testcase classname='c' name='holds'/></testsuite>"
        );
        std::fs::write(&path, xml).unwrap();
        let options = JunitOptions {
            repo: "acme/api".into(),
            commit: Some(format!("c{commit:03}")),
            run: Some(format!("{commit}")),
            ..JunitOptions::default()
        };
        import_junit(&database.db(), File::named(&path), &options, &JobContext::unattended()).await.unwrap();
    }
    let asked = Recompute { repo: None, how: How::Incremental };
    recompute(&database.db(), &asked, &JobContext::unattended()).await.unwrap();
}

#[tokio::test]
async fn a_lying_test_is_found_read_and_quarantined() {
    let database = database().await;
    let db = database.db();
    assert_eq!(lines::tests(&standing(&db, Utc::now()).await.unwrap()), None);
    history(&database).await;
    let line = lines::tests(&standing(&db, Utc::now()).await.unwrap()).unwrap();
    assert_eq!(line.jump, Some(lines::Jump::Tests("is:suggested".into())));

    let tools = Tools { db: db.clone() };
    let mut console = Console { screen: Tests::new(), tools, said: Vec::new(), asked: Vec::new() };
    console.tell(Input::Resized { columns: 120, rows: 38 }).await;
    console.tell(Input::Opened(None)).await;
    let list = console.told(Told::List);
    assert!(list.contains("1 suggested for quarantine") && list.contains("1 broken"), "{list}");
    let first = list.lines().nth(2).unwrap();
    assert!(first.contains("c › lies, suggested, score .9"), "{list}");
    assert!(first.contains("36 commits passed at the first try, 4 failed and then passed"), "{list}");
    let detail = console.told(Told::Detail);
    assert!(detail.contains("4× timeout after # ms") && detail.contains("on 4 commits"), "{detail}");
    assert!(
        detail.contains("c039") && detail.contains("failed and passed")
            || detail.contains("1 passed, 1 failed"),
        "{detail}"
    );

    console.command(Command::Quarantine).await;
    console.keys("team a\nit waits for a clock\n\nhttps://example.com/1\n").await;
    assert!(console.said.last().unwrap().starts_with("quarantined until "), "{:?}", console.said);
    let detail = console.told(Told::Detail);
    assert!(detail.contains("team a") && detail.contains("it waits for a clock"), "{detail}");
    assert!(detail.contains("0 of ") && detail.contains("left until it may leave"), "{detail}");
    assert!(detail.contains("entry ") && detail.contains("test_quarantined by tester"), "{detail}");

    // Against the rules it is asked once more.
    console.command(Command::Graduate).await;
    console.keys("fixed\n").await;
    assert!(console.asked[0].contains("more clean runs in a row are needed"), "{:?}", console.asked);
    assert!(console.said.last().unwrap().starts_with("left quarantine: "), "{:?}", console.said);
    let detail = console.told(Told::Detail);
    assert!(detail.contains("graduate by tester, against the rules: fixed"), "{detail}");

    console.command(Command::PreviewThreshold).await;
    console.keys("\n").await;
    assert!(console.told(Told::Detail).contains("No test would change."), "{}", console.told(Told::Detail));
    console.command(Command::Back).await;
    console.command(Command::Filter).await;
    console.keys("state:broken\n").await;
    let list = console.told(Told::List);
    assert!(list.contains("c › breaks, broken") && !list.contains("holds"), "{list}");
}

#[tokio::test]
async fn suggestions_stand_first_over_pages() {
    let database = database().await;
    let rows = "insert into trust.repositories (full_name) values ('acme/api');
        insert into trust.flaky_tests (repo_id, test_id, test_name, flakiness_score, state, suggested)
        select 1, to_char(n, 'FM0000'), 't' || n, n / 300.0, 'flaky', n % 3 = 0 from generate_series(1, 300) n";
    sqlx::raw_sql(rows).execute(&mut database.superuser().await).await.unwrap();
    let tools = Tools { db: database.db() };
    let mut console = Console { screen: Tests::new(), tools, said: Vec::new(), asked: Vec::new() };
    console.tell(Input::Resized { columns: 120, rows: 38 }).await;
    console.tell(Input::Opened(None)).await;
    let mut seen = Vec::new();
    for _ in 0..300 {
        let row = console.told(Told::Row);
        seen.push(row.split(", ").nth(1).unwrap()[1..].parse::<u32>().unwrap());
        console.command(Command::Down).await;
    }
    let mut expected: Vec<u32> = (1..=300).rev().filter(|n| n % 3 == 0).collect();
    expected.extend((1..=300).rev().filter(|n| n % 3 != 0));
    assert_eq!(seen, expected);
}
