//! The wishes, performed on a real server.

use crate::support::database;
use attestor::triage::actions::Outcome;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen, Tools};
use attestor::ui::screens::findings::{Findings, Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The screen with a database behind it: every wish is performed as it is asked.
pub struct Console {
    screen: Findings,
    tools: Tools,
    /// Questions that wait for a yes.
    asked: Vec<Wish>,
    pub outcomes: Vec<String>,
    pace: Pace,
}

/// Whether the cursor ever rests, so that details are loaded.
#[derive(PartialEq)]
enum Pace {
    Resting,
    Restless,
}

impl Console {
    pub async fn open(tools: Tools) -> Self {
        let mut console = Console {
            screen: Findings::new(),
            tools,
            asked: Vec::new(),
            outcomes: Vec::new(),
            pace: Pace::Resting,
        };
        console.tell(Input::Resized { columns: 120, rows: 38 }).await;
        console.tell(Input::Opened(None)).await;
        console
    }

    async fn tell(&mut self, input: Input) {
        let asks = self.screen.input(input, Utc::now());
        self.obey(asks).await;
    }

    async fn obey(&mut self, asks: Vec<Ask<Wish>>) {
        let mut asks: std::collections::VecDeque<_> = asks.into();
        while let Some(ask) = asks.pop_front() {
            match ask {
                Ask::Do(wish) => {
                    let msg = Findings::perform(wish, self.tools.clone()).await;
                    if let Msg::Done(_, result) = &msg {
                        self.outcomes.push(match result {
                            Ok(Outcome::Done(done)) => format!("entry {}", done.seq),
                            Ok(Outcome::Conflict(_)) => "conflict".into(),
                            Ok(Outcome::Refused(_)) => "refused".into(),
                            Ok(Outcome::Held(_)) => "held".into(),
                            Err(error) => error.to_string(),
                        });
                    }
                    asks.extend(self.screen.answer(msg, Utc::now()));
                }
                Ask::Rest if self.pace == Pace::Restless => {}
                Ask::Rest => asks.extend(self.screen.input(Input::Rested, Utc::now())),
                Ask::Confirm(_, wish) => self.asked.push(wish),
                _ => {}
            }
        }
    }

    pub async fn command(&mut self, command: Command) {
        self.tell(Input::Command(command)).await;
    }

    pub async fn keys(&mut self, text: &str) {
        for c in text.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            self.tell(Input::Key(code.into())).await;
        }
    }

    pub async fn yes(&mut self) {
        let wish = self.asked.pop().expect("a question");
        self.obey(vec![Ask::Do(wish)]).await;
    }

    pub fn screen(&self) -> String {
        let area = Rect::new(0, 0, 120, 38);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::mono(Symbols::UNICODE);
        self.screen.view(area, &mut buffer, &Look { theme: &theme, clock: Clock::Utc, now: Utc::now() });
        (0..38).map(|y| super::desk::line(&buffer, y).trim_end().to_owned() + "\n").collect()
    }

    pub fn selected(&self) -> String {
        self.screen().lines().find(|line| line.starts_with('>')).unwrap_or("").to_owned()
    }
}

/// So many findings of falling risk, the first of them number 1.
pub async fn seeded(count: i32) -> crate::support::TestDatabase {
    let database = database().await;
    sqlx::query(
        "with scan as (insert into triage.scans (project_name, commit_sha, branch, tool)
                       values ('acme/api', '4f2c91d07a11', 'main', 'semgrep') returning id)
         insert into triage.findings (scan_id, tool, rule_id, file, line, severity, ai_verdict, ai_confidence,
                                      message, snippet, snippet_line)
         select scan.id, 'semgrep', 'rule-' || n, 'src/file' || n || '.py', n, 'high', 'TP', 1 - n / 750.0,
                'message ' || n, 'the code', n
         from scan, generate_series(1, $1) n order by n",
    )
    .bind(count)
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    database
}

pub async fn one<T>(database: &crate::support::TestDatabase, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql).fetch_one(&mut database.superuser().await).await.unwrap()
}

#[tokio::test]
async fn a_decision_and_its_taking_back_stand_in_the_database_and_in_the_chain() {
    let database = seeded(5).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    assert!(console.selected().contains("rule-1 "), "{}", console.screen());
    assert!(console.screen().contains("1 of 5"), "{}", console.screen());
    assert!(console.screen().contains("the code"), "the detail came: {}", console.screen());
    console.command(Command::MarkFalsePositive).await;
    console.keys("internal tool\n").await;
    assert_eq!(console.outcomes, ["entry 1"]);
    assert!(console.selected().contains("rule-2 "), "{}", console.screen());
    assert_eq!(
        one::<String>(&database, "select triage_decision from triage.findings where id = 1").await,
        "FP"
    );
    assert_eq!(one::<String>(&database, "select comments from triage.feedbacks").await, "internal tool");

    console.command(Command::Up).await;
    console.command(Command::TakeBack).await;
    console.yes().await;
    assert_eq!(console.outcomes, ["entry 1", "entry 2"]);
    assert!(console.screen().contains("taken back"), "{}", console.screen());
    assert_eq!(
        one::<i64>(&database, "select count(*) from triage.findings where triage_decision <> ''").await,
        0
    );
    assert_eq!(one::<i64>(&database, "select count(*) from audit.audit_trail_entries").await, 2);

    console.command(Command::GoFeedback).await;
    assert!(console.screen().contains("internal tool"), "{}", console.screen());
}

#[tokio::test]
async fn two_people_on_one_row_both_see_both_sides() {
    let database = seeded(3).await;
    let mut mine = Console::open(Tools { db: database.db() }).await;
    let mut theirs = Console::open(Tools { db: database.db() }).await;
    theirs.command(Command::MarkTruePositive).await;
    theirs.keys("reachable\n").await;
    mine.command(Command::MarkFalsePositive).await;
    mine.keys("internal tool\n").await;
    assert_eq!(mine.outcomes, ["conflict"]);
    let screen = mine.screen();
    assert!(
        screen.contains("mine    FP \"internal tool\"") && screen.contains("theirs  TP  tester"),
        "{screen}"
    );
    assert_eq!(
        one::<i64>(&database, "select count(*) from triage.feedbacks").await,
        1,
        "nothing of mine is written"
    );
    mine.keys("m").await;
    assert_eq!(mine.outcomes, ["conflict", "entry 2"]);
    assert_eq!(
        one::<String>(&database, "select triage_decision from triage.findings where id = 1").await,
        "FP"
    );
}

#[tokio::test]
async fn a_comment_keeps_its_lines() {
    let database = seeded(1).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::Comment).await;
    console.keys("one\n\nthree").await;
    let save = crossterm::event::KeyEvent::new(KeyCode::Char('d'), crossterm::event::KeyModifiers::CONTROL);
    console.tell(Input::Key(save)).await;
    assert_eq!(console.outcomes, ["entry 1"]);
    assert_eq!(one::<String>(&database, "select comments from triage.feedbacks").await, "one\n\nthree");
    assert!(console.screen().contains("three\""), "{}", console.screen());
}

#[tokio::test]
async fn pages_join_without_a_gap_in_both_directions_and_in_every_order() {
    let database = seeded(250).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.pace = Pace::Restless;
    let row = |console: &Console| console.selected().chars().take(48).collect::<String>();
    for _ in 0..5 {
        console.command(Command::Top).await;
        let mut seen = vec![row(&console)];
        for _ in 1..250 {
            console.command(Command::Down).await;
            seen.push(row(&console));
        }
        let mut distinct: Vec<&str> = seen
            .iter()
            .filter_map(|row| row.split_whitespace().find(|word| word.starts_with("rule-")))
            .collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 250);
        assert!(console.screen().contains("250 of 250"), "{}", console.screen());
        console.command(Command::Top).await;
        assert_eq!(row(&console), seen[0]);
        console.command(Command::Bottom).await;
        assert_eq!(row(&console), seen[249]);
        for earlier in seen.iter().rev().skip(1).take(120) {
            console.command(Command::Up).await;
            assert_eq!(&row(&console), earlier);
        }
        console.command(Command::Sort).await;
    }
}

#[tokio::test]
async fn a_jump_a_lifted_filter_and_a_refresh_find_their_row() {
    let database = seeded(700).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::JumpToId).await;
    console.keys("#650\n").await;
    assert!(console.selected().contains("rule-650 "), "{}", console.screen());
    assert!(console.screen().contains("650 of 700"), "{}", console.screen());
    console.command(Command::MarkFalsePositive).await;
    console.keys("internal tool\n").await;
    console.command(Command::Refresh).await;
    assert!(console.selected().contains("rule-651 "), "{}", console.screen());
    assert!(console.screen().contains("650 of 699"), "{}", console.screen());
    console.command(Command::JumpToId).await;
    console.keys("650\n").await;
    assert!(console.screen().contains("lifted, g/ puts back"), "{}", console.screen());
    assert!(console.selected().contains("rule-650 "), "{}", console.screen());
    console.command(Command::SuspendFilter).await;
    assert!(console.selected().contains("rule-651 "), "the row beside it: {}", console.screen());
    console.command(Command::JumpToId).await;
    console.keys("9999\n").await;
    assert!(console.selected().contains("rule-651 "));
}

#[tokio::test]
async fn completion_knows_real_values_and_news_are_counted() {
    let database = seeded(3).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::Filter).await;
    console.keys("repo:ac").await;
    console.tell(Input::Key(KeyCode::Tab.into())).await;
    assert!(console.screen().contains("repo:acme/api"), "{}", console.screen());
    console.keys("\n").await;
    assert!(console.screen().contains("1 of 3"), "{}", console.screen());
    sqlx::query("insert into triage.findings (scan_id, tool, rule_id) values (1, 'semgrep', 'new'), (1, 'semgrep', 'newer')")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    console.tell(Input::News).await;
    assert!(console.screen().contains("2 new, R"), "{}", console.screen());
    assert!(console.screen().contains("1 of 3"), "rows do not move by themselves");
    console.command(Command::Refresh).await;
    assert!(console.screen().contains("of 5"), "{}", console.screen());
    assert!(!console.screen().contains("new, R"));
}

#[tokio::test]
async fn a_login_without_the_right_is_told_so_and_keeps_its_reason() {
    let database = seeded(1).await;
    sqlx::raw_sql("create role onlooker login; grant attestor_viewer to onlooker")
        .execute(&mut database.superuser().await)
        .await
        .ok();
    let db = attestor::db::Db::lazy(database.options_as("onlooker"), attestor::db::Access::ReadWrite);
    let mut console = Console::open(Tools { db }).await;
    assert!(console.selected().contains("rule-1 "), "{}", console.screen());
    console.command(Command::MarkFalsePositive).await;
    console.keys("internal tool\n").await;
    assert!(console.outcomes[0].contains("permission denied"), "{:?}", console.outcomes);
    assert_eq!(console.screen.drafts()[0].text, "internal tool");
    assert_eq!(one::<i64>(&database, "select count(*) from triage.feedbacks").await, 0);
}

#[tokio::test]
async fn a_thousand_are_decided_as_one_entry_and_taken_back_as_one() {
    let database = seeded(1_200).await;
    let mut console = Console::open(Tools { db: database.db() }).await;
    console.command(Command::MarkAll).await;
    console.command(Command::MarkFalsePositive).await;
    assert!(console.screen().contains("FP on 1,200 findings of is:undecided"), "{}", console.screen());
    console.keys("generated code\n").await;
    // Somebody is faster on one of them: nothing is written at all.
    sqlx::query("update triage.findings set version = version + 1 where id = 600")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    console.yes().await;
    assert_eq!(console.outcomes, ["conflict"]);
    assert_eq!(one::<i64>(&database, "select count(*) from triage.feedbacks").await, 0);
    assert!(console.screen().contains("#600"), "{}", console.screen());
    console.keys("m").await;
    assert_eq!(console.outcomes, ["conflict", "entry 1"]);
    let decided = "select count(*) from triage.findings where triage_decision = 'FP'";
    assert_eq!(one::<i64>(&database, decided).await, 1_200);
    assert_eq!(one::<i64>(&database, "select count(*) from audit.audit_trail_entries").await, 1);
    let count = "select (payload->>'count')::bigint from audit.audit_trail_entries where seq = 1";
    assert_eq!(one::<i64>(&database, count).await, 1_200);
    assert!(!console.screen().contains("saving…"), "{}", console.screen());

    console.command(Command::Refresh).await;
    assert!(console.screen().contains("Nothing waits for a decision"), "{}", console.screen());
    console.command(Command::TakeBack).await;
    console.yes().await;
    assert_eq!(console.outcomes[2], "entry 2");
    assert_eq!(one::<i64>(&database, decided).await, 0);
    assert_eq!(one::<i64>(&database, "select count(*) from audit.audit_trail_entries").await, 2);
    assert!(console.screen().contains("1 of 1,200"), "{}", console.screen());
}
