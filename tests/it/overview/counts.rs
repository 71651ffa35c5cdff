//! What the Overview reads, on a real server.

use crate::support::{TestDatabase, database};
use attestor::chain::recent::{self, About};
use attestor::db::series::Reach;
use attestor::filter;
use attestor::ids::{EntrySeq, FindingId, ScanId};
use attestor::triage::finding::Severity;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings::{Count, count};
use attestor::triage::store::overview::{CAME_BACK, GONE, Mark, queue, waiting};
use attestor::triage::store::{imports, overview};
use attestor::ui::screens::overview::perform::perform_with;
use attestor::ui::screens::overview::{Msg, Wish};
use attestor::ui::session::SessionFile;
use chrono::{TimeDelta, Utc};
use sqlx::AssertSqlSafe;

async fn run(database: &TestDatabase, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut database.superuser().await).await.unwrap();
}

/// 400 findings of all kinds, one every two hours; some decided, gone, back.
async fn seeded() -> TestDatabase {
    let database = database().await;
    run(
        &database,
        "insert into triage.scans (id, project_name, tool, status) values (1, 'acme/api', 'semgrep', 'completed');
         insert into triage.findings (scan_id, tool, rule_id, severity, first_seen_at, triage_decision,
                                      resolved_at, state, regressed_at)
         select 1, 'semgrep', 'rule-' || i, (array['critical', 'high', 'medium', 'low', 'info'])[i % 5 + 1],
                now() - i * interval '2 hours',
                case i % 7 when 0 then 'TP' when 1 then ' fp ' when 2 then 'RV' end,
                case when i % 11 = 0 then now() - i * interval '1 hour' end,
                case when i % 11 = 0 then 'absent' when i % 13 = 0 then 'regressed' else 'unchanged' end,
                case when i % 13 = 0 then now() - i * interval '3 hours' end
         from generate_series(1, 400) i;
         -- As producers write them: a time that no clock shows.
         insert into triage.findings (scan_id, severity, first_seen_at)
         values (1, 'critical', 'infinity'), (1, 'critical', '-infinity'), (1, 'odd', now() + interval '1 day')",
    )
    .await;
    database
}

#[tokio::test]
async fn each_number_is_what_its_filter_lets_through() {
    let database = seeded().await;
    let (db, now) = (database.db(), Utc::now());
    let queue = queue(&db, None, now).await.unwrap();
    let by_filter = async |text: &str| {
        let filter = filter::parse(text, &FIELDS).unwrap();
        Some(count(&db, &filter, now).await.unwrap())
    };
    let within = |(count, reach): (u64, Reach)| {
        assert_eq!(reach, Reach::Whole);
        Some(Count::Exactly(count))
    };
    let mut severities = Vec::new();
    for (severity, line) in &queue.waiting {
        severities.push(*severity);
        let filter = waiting(*severity);
        assert_eq!(line.now, by_filter(&filter).await, "{filter}");
        assert_ne!(line.now, Some(Count::Exactly(0)), "{filter}");
        assert_eq!(within(line.days.last(1)), by_filter(&format!("{filter} age<1d")).await, "{filter}");
        assert_eq!(within(line.days.last(7)), by_filter(&format!("{filter} age<7d")).await, "{filter}");
        assert_eq!(within(line.days.last(30)), by_filter(&format!("{filter} age<30d")).await, "{filter}");
        assert_eq!(line.new, None);
    }
    assert_eq!(severities, overview::SEVERITIES);
    assert_eq!(severities[0], Severity::Critical);
    assert_eq!(queue.came_back.now, by_filter(CAME_BACK).await);
    assert_eq!(overview::glance(&db, None, now).await.unwrap(), (queue.clone(), Reach::Whole));
    assert_eq!(queue.gone.now, by_filter(GONE).await);
    assert_eq!(within(queue.arrived.days.last(7)), by_filter("age<7d").await);
    // Of those that came back, one each 39 hours; the first of them is gone again.
    assert_eq!(queue.came_back.days.last(7), (4, Reach::Whole));
    assert_eq!(queue.gone.days.last(1), (2, Reach::Whole));
    assert_eq!(queue.gone.now, Some(Count::Exactly(36)));
}

#[tokio::test]
async fn new_is_what_was_taken_in_after_the_mark_whenever_its_scan_saw_it() {
    let database = seeded().await;
    let db = database.db();
    let mark = Mark { at: Utc::now() - TimeDelta::seconds(1), finding: FindingId(403) };
    let none = queue(&db, Some(mark), Utc::now()).await.unwrap();
    assert!(none.waiting.iter().all(|(_, line)| line.new == Some(Count::Exactly(0))));
    run(
        &database,
        "insert into triage.findings (scan_id, severity, first_seen_at, triage_decision)
         values (1, 'high', now() - interval '80 days', null), (1, 'high', now(), 'TP'), (1, 'low', now(), '');
         update triage.findings set resolved_at = now(), state = 'absent' where id in (2, 3);
         update triage.findings set regressed_at = now(), state = 'regressed' where id = 4",
    )
    .await;
    let queue = queue(&db, Some(mark), Utc::now()).await.unwrap();
    let new: Vec<_> = queue.waiting.iter().map(|(_, line)| line.new.unwrap()).collect();
    assert_eq!(new, [0, 1, 0, 1, 0].map(Count::Exactly));
    assert_eq!(queue.arrived.new, Some(Count::Exactly(3)));
    assert_eq!(queue.gone.new, Some(Count::Exactly(2)));
    assert_eq!(queue.came_back.new, Some(Count::Exactly(1)));
}

#[tokio::test]
async fn counting_what_is_new_ends_somewhere() {
    let database = database().await;
    run(
        &database,
        "insert into triage.findings (severity, risk, project_name, first_scan_id)
         select 'high', 1, 'acme/api', null from generate_series(1, 10002)",
    )
    .await;
    let mark = Mark { at: Utc::now(), finding: FindingId(0) };
    let (glance, reach) = overview::glance(&database.db(), Some(mark), Utc::now()).await.unwrap();
    assert_eq!(reach, Reach::Cut);
    assert_eq!(glance.waiting[1].1.now, Some(Count::MoreThan(10_000)));
    assert_eq!(glance.arrived.days.last(30), (10_000, Reach::Cut));
    run(
        &database,
        "insert into triage.scans (project_name) select 'acme/api' from generate_series(1, 10000)",
    )
    .await;
    let (glance, _) = overview::glance(&database.db(), Some(mark), Utc::now()).await.unwrap();
    assert_eq!(glance.came_back.now, None, "the newest of many scans are not looked for at a glance");
    let queue = queue(&database.db(), Some(mark), Utc::now()).await.unwrap();
    assert_eq!(queue.came_back.now, Some(Count::Exactly(0)));
    assert_eq!(queue.arrived.new, Some(Count::MoreThan(10_000)));
    // Of the new ones not all were looked at: there may be more of each severity.
    assert_eq!(queue.waiting[0].1.new, Some(Count::MoreThan(0)));
    assert_eq!(queue.waiting[1].1.now, Some(Count::Exactly(10_002)));
}

#[tokio::test]
async fn my_verdicts_are_mine_and_still_stand() {
    let database = seeded().await;
    run(
        &database,
        "insert into triage.feedbacks (id, finding_id, user_verdict, kind, retracts, actor, timestamp)
         overriding system value
         values (1, 1, 'TP', 'verdict', null, 'tester', now()),
                (2, 2, 'FP', 'verdict', null, 'tester', now() - interval '3 days'),
                (3, 3, 'TP', 'verdict', null, 'tester', now() - interval '40 days'),
                (4, 4, 'TP', 'verdict', null, 'somebody', now()),
                (5, 5, 'TP', 'verdict', null, 'tester', now()),
                (6, 5, null, 'retraction', 5, 'tester', now()),
                (7, 6, null, 'comment', null, 'tester', now())",
    )
    .await;
    let mine = queue(&database.db(), None, Utc::now()).await.unwrap().mine;
    assert_eq!((mine.last(1).0, mine.last(7).0, mine.last(30).0), (1, 2, 2));
}

#[tokio::test]
async fn the_indexes_know_what_waits() {
    let database = seeded().await;
    run(&database, "vacuum analyze triage.findings").await;
    let mut connection = database.superuser().await;
    sqlx::raw_sql("set enable_seqscan = off; set enable_bitmapscan = off")
        .execute(&mut connection)
        .await
        .unwrap();
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select count(*) from triage.findings f
         where (upper(btrim(coalesce(f.triage_decision, ''))) not in ('TP', 'FP') and f.resolved_at is null)
           and (f.hidden_until is null or f.hidden_until <= now()) and f.severity_rank = 4",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(plan.join("\n").contains("Index Only Scan using findings_waiting"), "{plan:#?}");
}

/// Appends entries through the door, and then gives them times and payloads of the test's own.
async fn entries(database: &TestDatabase, hours_ago: &[i64]) {
    let mut sql = String::from("alter table audit.audit_trail_entries disable trigger all;");
    for (at, hours) in hours_ago.iter().enumerate() {
        sql.push_str(&format!(
            "select audit.append_entry('finding_triage', 'finding_triaged', 'human', '{{}}');
             update audit.audit_trail_entries set occurred_at = now() - interval '{hours} hours' where seq = {};",
            at + 1
        ));
    }
    // The checks of the door hold for what is appended; these rows are older.
    run(database, &format!("begin; {sql} commit;")).await;
}

#[tokio::test]
async fn entries_are_counted_by_day_without_reading_them() {
    let database = database().await;
    let empty = recent::by_day(&database.db(), Utc::now()).await.unwrap();
    assert_eq!(empty.last(30), (0, Reach::Whole));
    // Many at once, none for days, some older than the series, one of tomorrow.
    let hours = [2_000, 800, 719, 719, 500, 499, 300, 300, 300, 300, 100, 49, 47, 25, 23, 22, 5, 5, 0, -20];
    entries(&database, &hours).await;
    let days = recent::by_day(&database.db(), Utc::now()).await.unwrap();
    let mut expected = [0_u64; 30];
    for hours in hours {
        if let Some(day) = 29_i64.checked_sub(hours.max(0) / 24).filter(|day| *day >= 0) {
            expected[day as usize] += 1;
        }
    }
    assert_eq!(days.days(), expected);
    // An entry that is missing makes no error of it.
    run(
        &database,
        "alter table audit.audit_trail_entries disable trigger all;
         delete from audit.audit_trail_entries where seq in (7, 10)",
    )
    .await;
    assert!(recent::by_day(&database.db(), Utc::now()).await.is_ok());
}

#[tokio::test]
async fn the_newest_entries_say_what_they_speak_of() {
    let database = database().await;
    assert_eq!(recent::head(&database.db()).await.unwrap().seq, EntrySeq(0));
    let payloads = [
        r#"{"finding_id": 12, "rule_id": "sql-injection"}"#,
        r#"{"finding_id": 13}"#,
        r#"{"count": 41}"#,
        r#"{}"#,
        r#"{"finding_id": "all of them", "count": -3}"#,
        r#"{"finding_id": 99999999999999999999999}"#,
    ];
    for payload in payloads {
        run(
            &database,
            &format!(
                "select audit.append_entry('finding_triage', 'e', 'human', '{payload}', repo_full_name => 'acme/api')"
            ),
        )
        .await;
    }
    run(&database, "select audit.append_entry('finding_triage', 'e', 'bot', '{}', actor => 'scanner')").await;
    let newest = recent::newest(&database.db(), 100).await.unwrap();
    let repo = || About::Repo("acme/api".into());
    let about: Vec<About> = newest.iter().rev().map(|entry| entry.about.clone()).collect();
    let finding = |id, rule: Option<&str>| About::Finding(FindingId(id), rule.map(Into::into));
    assert_eq!(
        about,
        [
            finding(12, Some("sql-injection")),
            finding(13, None),
            About::Many(41),
            repo(),
            repo(),
            repo(),
            About::Nothing
        ]
    );
    assert_eq!(newest[0].by(), "scanner (via postgres)");
    assert_eq!(newest[1].by(), "postgres");
    assert_eq!(recent::newest(&database.db(), 2).await.unwrap().len(), 2);
    let head = recent::head(&database.db()).await.unwrap();
    assert_eq!(head.seq, EntrySeq(7));
    assert!((Utc::now() - head.read_at).num_seconds().abs() < 60);
}

#[tokio::test]
async fn imports_and_scans_under_way() {
    let database = database().await;
    assert_eq!(imports::newest(&database.db(), 2).await.unwrap(), []);
    run(
        &database,
        "insert into triage.imports (id, file_sha256, file_name, project_name, counts) overriding system value
         values (1, repeat('a', 64), 'old.sarif', 'acme/api', '{}'),
                (2, repeat('b', 64), 'mid.sarif', 'acme/api', '[1]'),
                (3, repeat('c', 64), E'new\\u202e.sarif', 'acme/web',
                 '{\"inserted\": 12, \"moved\": 0, \"absent\": 3, \"regressed\": \"many\"}');
         insert into triage.scans (id, import_id, status, \"timestamp\") overriding system value
         values (7, 3, 'completed', now()), (8, 3, 'completed', now()), (9, null, 'AI_Triage', now()),
                (10, null, 'ai_triage', now()), (11, null, null, now()), (12, null, 'Failed', now()),
                (13, null, 'scanning', now() - interval '2 days'), (14, null, 'failed', now() - interval '2 days')",
    )
    .await;
    let newest = imports::newest(&database.db(), 2).await.unwrap();
    assert_eq!(newest.iter().map(|import| import.id).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(newest[0].counts, [("new", 12), ("gone", 3)]);
    assert_eq!(newest[0].scans, [ScanId(7), ScanId(8)]);
    assert!(!newest[0].file_name.contains('\u{202e}'));
    assert_eq!((newest[1].counts.len(), newest[1].scans.len()), (0, 0));
    let scans = imports::scans(&database.db(), Utc::now()).await.unwrap();
    assert_eq!(scans.under_way, [("ai_triage".into(), 2), ("pending".into(), 1)]);
    assert_eq!(scans.failed, 1);
}

#[tokio::test]
async fn a_visit_is_remembered_by_the_database_and_the_next_one_begins_there() {
    let database = seeded().await;
    let (db, state) = (database.db(), tempfile::tempdir().unwrap());
    let file = || Some(SessionFile::below(state.path()));
    let look = async || match perform_with(Wish::Look, &db, file()).await {
        Msg::Looked(look) => look.unwrap(),
        other => panic!("{other:?}"),
    };
    let first = look().await;
    assert_eq!((first.last, first.now.finding), (None, FindingId(403)));
    let name = first.database.clone().unwrap();
    assert_eq!(db.chain_name().await.as_deref(), Some(&*name));
    assert!(look().await.last.is_none(), "looking alone is no visit");
    let Msg::Kept(Ok(())) = perform_with(Wish::Keep(name, first.now), &db, file()).await else {
        panic!("not kept")
    };
    run(&database, "select audit.append_entry('finding_triage', 'e', 'human', '{}')").await;
    let second = look().await;
    assert_eq!(second.last.map(|last| last.seq), Some(EntrySeq(0)));
    assert_eq!(second.now.seq, EntrySeq(1));
    let Msg::Section(_, _, Ok(lines)) = perform_with(
        Wish::Section(attestor::ui::screens::overview::lines::Section::Chain, second),
        &db,
        None,
    )
    .await
    else {
        panic!("no lines")
    };
    assert!(format!("{lines:?}").contains("new: Some(Exactly(1))"), "{lines:#?}");
}
