//! Lists of tests: orders, pages, filters.

use super::stage::{filter, stage};
use attestor::flaky::store::tests::{self, Cursor, Order, Query, Sort, SortKey};
use attestor::ids::TestId;
use chrono::Utc;

#[tokio::test]
async fn pages_hold_every_test_once_in_every_order() {
    let mut stage = stage().await;
    for (test, words) in [
        ("a", "20*p"),
        ("b", "20*p"),
        ("c", "18*p 2*fp"),
        ("d", "10*p 10*fp"),
        ("e", "9*ff"),
        ("f", "s"),
        ("g", "15*p f 9*p"),
    ] {
        stage.history(test, words).await;
    }
    stage.score().await;
    stage.run("insert into trust.flaky_tests (repo_id, test_id, test_name, quarantined) values (1, 'p', null, true)").await;
    for by in [SortKey::Score, SortKey::Severity, SortKey::Rate, SortKey::Seen, SortKey::Name] {
        let mut whole = Vec::new();
        for order in [Order::Natural, Order::Reversed] {
            let query = Query { sort: Sort { by, order }, ..Query::first(filter(""), 3, Utc::now()) };
            let (mut ids, mut after): (Vec<TestId>, _) = (Vec::new(), None);
            loop {
                let page = tests::list(&stage.db, &Query { after, ..query.clone() }).await.unwrap();
                ids.extend(page.rows.iter().map(|test| test.id));
                after = page.rows.last().map(Cursor::after);
                if !page.more {
                    break;
                }
            }
            assert_eq!(ids.len(), 8, "{by:?} {order:?}: {ids:?}");
            whole.push(ids);
            let plan = tests::plan(&stage.db, &query).await.unwrap();
            assert!(plan.contains("Limit"), "{plan}");
        }
        whole[1].reverse();
        assert_eq!(whole[0], whole[1], "{by:?}");
    }
    let query = Query::first(filter(""), 1, Utc::now());
    assert_eq!(&*tests::list(&stage.db, &query).await.unwrap().rows[0].test_name, "d");
}

/// A page is one scan of the index of its order, however many rows there are.
#[tokio::test]
async fn pages_come_out_of_the_index() {
    let mut stage = stage().await;
    stage
        .run(
            "insert into trust.flaky_tests (repo_id, test_id, test_name, flakiness_score, severity, failure_rate, last_run_at)
             select 1, n::text, 'test ' || n, (n % 977) / 977.0, (n % 83) / 83.0, (n % 31) / 31.0,
                    now() - make_interval(secs => n)
             from generate_series(1, 20000) n;
             analyze trust.flaky_tests",
        )
        .await;
    for by in [SortKey::Score, SortKey::Severity, SortKey::Rate, SortKey::Seen, SortKey::Name] {
        let mut query =
            Query { sort: Sort { by, order: Order::Natural }, ..Query::first(filter(""), 50, Utc::now()) };
        let page = tests::list(&stage.db, &query).await.unwrap();
        query.after = page.rows.last().map(Cursor::after);
        let plan = tests::plan(&stage.db, &query).await.unwrap();
        let index = match by {
            SortKey::Score => "flaky_tests_by_score",
            SortKey::Severity => "flaky_tests_by_severity",
            SortKey::Rate => "flaky_tests_by_rate",
            SortKey::Seen => "flaky_tests_by_last_run",
            SortKey::Name => "flaky_tests_by_name",
        };
        assert!(plan.contains(index) && !plan.contains("Seq Scan on flaky_tests"), "{by:?}: {plan}");
    }
}

#[tokio::test]
async fn filters_choose() {
    let mut stage = stage().await;
    stage.history("lies here", "20*p 5*fp").await;
    stage.history("fine", "20*p").await;
    stage.history_in("fine", "arm", "20*p").await;
    stage.history("broken", "9*ff").await;
    stage.score().await;
    stage
        .run(
            "update trust.flaky_tests set quarantined = true, state = 'quarantined', owner = 'tester',
                 expires_at = now() - interval '1 day', clean_runs = 12, graduation_runs = 10
             where environment = 'arm'",
        )
        .await;
    for (text, count) in [
        ("", 4),
        ("state:flaky", 1),
        ("state:broken", 1),
        ("state:quarantined", 1),
        ("state:healthy", 1),
        ("is:suggested", 1),
        ("is:expired", 1),
        ("is:graduable", 1),
        ("is:needy", 2),
        ("is:mine", 1),
        ("owner:me", 1),
        ("is:dismissed", 0),
        ("score>=0.9", 1),
        ("rate>0.5", 1),
        ("severity>0", 1),
        ("repo:acme/api", 4),
        ("repo:other/*", 0),
        ("environment:arm", 1),
        ("-environment:arm", 3),
        ("lies", 1),
        ("\"lies here\"", 1),
        ("l?es*", 1),
        ("suite:suite name:fine", 2),
        ("flaked>=5", 1),
        ("basis:isolated", 0),
        ("runs>25", 1),
        ("test_id:id-broken", 1),
        ("failed>2026-01-01", 2),
        ("expires<2020-01-01", 0),
    ] {
        assert_eq!(tests::count(&stage.db, &filter(text), Utc::now()).await.unwrap(), count, "{text}");
    }
    let standing = tests::standing(&stage.db, Utc::now()).await.unwrap();
    let all = [
        standing.tests,
        standing.flaky,
        standing.suggested,
        standing.broken,
        standing.quarantined,
        standing.expired,
        standing.graduable,
    ];
    assert_eq!(all, [4, 1, 1, 1, 1, 1, 1]);
}
