//! The wishes, performed on a real server: from files of results to a quarantine.

use crate::desk::Console;
use crate::support::{TestDatabase, database};
use attestor::flaky::import::JunitOptions;
use attestor::flaky::jobs::{How, Recompute, import_junit, recompute};
use attestor::flaky::store::tests::standing;
use attestor::intake::input::Input as File;
use attestor::jobs::JobContext;
use attestor::ui::command::Command;
use attestor::ui::screen::Told;
use attestor::ui::screens::overview::lines;
use attestor::ui::screens::tests::Tests;
use chrono::Utc;

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

    let mut console = Console::open(Tests::new(), db.clone(), 38, |_| false).await;
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
    let mut console = Console::open(Tests::new(), database.db(), 38, |_| false).await;
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
