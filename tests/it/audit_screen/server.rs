//! The wishes, performed on a real server: pages, filters, the recomputation, tampered rows.

use crate::desk;
use crate::support::{TestDatabase, database};
use attestor::audit::examine::{Field, Standing};
use attestor::audit::store::entries::{self, Order, Query};
use attestor::audit::store::fields::FIELDS;
use attestor::audit::store::{stored, values};
use attestor::filter::{self, FieldKind};
use attestor::ids::EntrySeq;
use attestor::ui::command::Command;
use attestor::ui::screen::{Clock, Input, Look, Place, Screen, Tools};
use attestor::ui::screens::audit::{Audit, Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::ops::{Deref, DerefMut};

/// The screen with a database behind it.
struct Console(desk::Console<Audit>);

impl Deref for Console {
    type Target = desk::Console<Audit>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Console {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Console {
    async fn open(database: &TestDatabase) -> Self {
        Console(desk::Console::open(Audit::new(), database.db(), 60, |_| false).await)
    }

    async fn jump(&mut self, seq: i64) {
        self.command(Command::JumpToId).await;
        self.keys(&format!("{seq}\n")).await;
    }

    async fn filter(&mut self, filter: &str) {
        self.tell(Input::Opened(Some(Place::Audit { filter: filter.to_owned() }))).await;
    }

    fn screen(&self) -> String {
        let area = Rect::new(0, 0, 120, 60);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::mono(Symbols::UNICODE);
        self.screen.view(area, &mut buffer, &Look { theme: &theme, clock: Clock::Utc, now: Utc::now() });
        let line = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..area.height).map(|y| line(y).trim_end().to_owned() + "\n").collect()
    }

    /// The numbers of the rows that are shown.
    fn seqs(&self) -> Vec<i64> {
        let screen = self.screen();
        let row = |line: &str| line.get(2..11)?.trim().parse().ok();
        screen.lines().skip(3).filter_map(row).collect()
    }
}

/// A chain of so many entries, each about the finding of its own number.
async fn chain(entries: i32) -> TestDatabase {
    let database = database().await;
    sqlx::query(
        "select audit.append_entry('finding_triage', case when n % 2 = 0 then 'finding_triaged' else 'finding_commented' end,
                                   'human', jsonb_build_object('finding_id', n, 'reason', 'because ' || n),
                                   repo_full_name => case when n % 3 = 0 then 'acme/api' end,
                                   framework => '{SOC2:CC7.1}')
         from generate_series(1, $1) n",
    )
    .bind(entries)
    .execute(&mut database.superuser().await)
    .await
    .unwrap();
    database
}

/// Does what a superuser can, past triggers and constraints.
async fn tamper(database: &TestDatabase, sql: &'static str) {
    let mut superuser = database.superuser().await;
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_is_entry",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
}

/// The fields that do not hold of an entry.
async fn broken(database: &TestDatabase, seq: i64) -> Vec<Field> {
    let wish = Wish::Detail(EntrySeq(seq));
    let Msg::Detail(_, Ok(Some(detail))) = Audit::perform(wish, Tools { db: database.db() }).await else {
        panic!("a detail")
    };
    let checks = detail.checks.iter().filter(|check| check.standing == Standing::Broken);
    checks.map(|check| check.field).collect()
}

#[tokio::test]
async fn the_chain_is_walked_from_end_to_end() {
    let database = chain(1_100).await;
    let mut console = Console::open(&database).await;
    assert_eq!(console.seqs()[..2], [1_100, 1_099]);
    assert!(
        ["✓ payload", "✓ entry", "✓ link back"].iter().all(|held| console.screen().contains(held)),
        "{}",
        console.screen()
    );
    for _ in 0..50 {
        console.command(Command::PageDown).await;
    }
    console.command(Command::Bottom).await;
    assert_eq!(console.seqs().last(), Some(&1));
    assert!(console.screen().contains("the first of the chain"), "{}", console.screen());
    console.jump(500).await;
    assert!(console.screen().contains("#500 finding_triaged"), "{}", console.screen());
    let seqs = console.seqs();
    assert!(seqs.windows(2).all(|pair| pair[0] == pair[1] + 1), "{seqs:?}");
    console.command(Command::OpenSubject).await;
    assert_eq!(console.opened, [Place::Findings { filter: "id:500".into() }]);
    console.command(Command::Top).await;
    assert_eq!(console.seqs()[0], 1_100);
}

#[tokio::test]
async fn a_filter_is_asked_of_the_database() {
    let database = chain(60).await;
    let mut console = Console::open(&database).await;
    let mut check = async |filter: &str, expected: &[i64]| {
        console.filter(filter).await;
        let seqs = console.seqs();
        assert_eq!(seqs, expected, "{filter}:\n{}", console.screen());
        assert!(console.screen().contains(&format!("{} of 60", expected.len())), "{}", console.screen());
    };
    check("seq:7,9", &[9, 7]).await;
    check("finding==12", &[12]).await;
    check("finding:12", &[12]).await;
    check("event:finding_triaged seq<=6", &[6, 4, 2]).await;
    check("repo:acme/api seq<10", &[9, 6, 3]).await;
    check("-repo:acme/api seq<5", &[4, 2, 1]).await;
    check("control:SOC2:CC7.1 seq<3", &[2, 1]).await;
    check("\"because 33\"", &[33]).await;
    check("becau*44", &[44]).await;
    check("payload:\"because 59\"", &[59]).await;
    check("category:finding_triage type:human seq=1", &[1]).await;
    check("category:override", &[]).await;
    check("actor:postgres login:postgres seq:2", &[2]).await;
    check("age<1h seq:2", &[2]).await;
    check("time<2020-01-01", &[]).await;
    console.jump(30).await;
    assert!(console.screen().contains("lifted"), "{}", console.screen());
    assert!(console.screen().contains("#30 "), "{}", console.screen());
}

#[tokio::test]
async fn every_field_and_every_word_runs() {
    let database = chain(3).await;
    let db = database.db();
    for field in FIELDS.fields {
        let value = match field.kind {
            FieldKind::Choice(words) => words[0].word,
            FieldKind::Integer => "1",
            FieldKind::Age => "1d",
            FieldKind::Time => "2026-01-01",
            _ => "x",
        };
        let filter = filter::parse(&format!("{}:{value}", field.name), &FIELDS);
        let filter = filter.or_else(|_| filter::parse(&format!("{}<{value}", field.name), &FIELDS)).unwrap();
        entries::count(&db, &filter, Some(EntrySeq(1)), Utc::now()).await.unwrap();
    }
    assert_eq!(values::values(&db, "event", "finding_t", 50).await.unwrap()[0].as_str(), "finding_triaged");
    for field in ["actor", "login", "type", "repo", "control", "seq"] {
        values::values(&db, field, "", 50).await.unwrap();
    }
}

#[tokio::test]
async fn a_page_begins_in_the_index_whatever_its_depth() {
    let database = chain(1_000).await;
    sqlx::raw_sql("analyze audit.audit_trail_entries")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    for (order, after) in
        [(Order::NewestFirst, None), (Order::NewestFirst, Some(500)), (Order::OldestFirst, Some(500))]
    {
        let query = Query {
            filter: filter::Filter::default(),
            order,
            after: after.map(EntrySeq),
            limit: 100,
            now: Utc::now(),
        };
        let plan = entries::plan(&database.db(), &query).await.unwrap();
        assert!(plan.contains("Index Scan") && !plan.contains("Sort"), "{plan}");
        assert_eq!(plan.contains("Index Cond"), after.is_some(), "{plan}");
    }
}

#[tokio::test]
async fn an_edit_past_all_triggers_shows_in_its_field() {
    let database = chain(12).await;
    assert_eq!(broken(&database, 5).await, []);
    let edits = "update audit.audit_trail_entries set payload = '{\"finding_id\": 2}' where seq = 2;
        update audit.audit_trail_entries set actor = 'mallory' where seq = 4;
        update audit.audit_trail_entries set occurred_at = occurred_at - interval '1 day' where seq = 6;
        update audit.audit_trail_entries set framework = '{NULL}' where seq = 8;
        update audit.audit_trail_entries set occurred_at = 'infinity' where seq = 10;
        delete from audit.audit_trail_entries where seq = 11";
    tamper(&database, edits).await;
    assert_eq!(broken(&database, 1).await, []);
    assert_eq!(broken(&database, 2).await, [Field::Payload]);
    assert_eq!(broken(&database, 4).await, [Field::EntryHash]);
    assert_eq!(broken(&database, 6).await, [Field::OccurredAt, Field::EntryHash]);
    assert_eq!(broken(&database, 8).await, [Field::EntryHash]);
    assert_eq!(broken(&database, 10).await, [Field::OccurredAt, Field::EntryHash, Field::NextLink]);
    assert_eq!(broken(&database, 12).await, [Field::Seq, Field::PrevHash]);
    let mut console = Console::open(&database).await;
    assert_eq!(console.seqs()[..3], [12, 10, 9], "what is no time is listed all the same");
    console.jump(10).await;
    assert!(console.screen().contains("infinity"), "{}", console.screen());
}

#[tokio::test]
async fn rows_that_no_constraint_would_let_in_are_listed_and_examined() {
    let database = chain(4).await;
    let edits = "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key;
        alter table audit.audit_trail_entries alter column category drop not null;
        update audit.audit_trail_entries set category = null where seq = 3;
        update audit.audit_trail_entries set seq = 2 where id = 1;
        update audit.audit_trail_entries set actor = repeat(U&'\\202E\\001B[2J', 500) where seq = 4;
        update audit.audit_trail_entries set framework = '[0:1]={a,b}' where seq = 4";
    tamper(&database, edits).await;
    assert_eq!(broken(&database, 3).await, [Field::EntryHash]);
    assert_eq!(broken(&database, 2).await[0], Field::Seq);
    assert_eq!(broken(&database, 4).await, [Field::EntryHash]);
    let mut console = Console::open(&database).await;
    assert_eq!(console.seqs(), [4, 3, 2, 2]);
    console.jump(4).await;
    assert!(!console.screen().contains(['\u{1b}', '\u{202e}']));
}

#[tokio::test]
async fn who_may_write_is_what_the_database_grants() {
    let database = chain(1).await;
    let writers = stored::writers(&database.db(), "checkpoint").await.unwrap();
    let names =
        |names: &[attestor::text::SafeText]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&writers.roles), ["attestor_auditor"]);
    assert!(names(&writers.logins).contains(&"tester".to_owned()), "{writers:?}");
    assert!(names(&writers.unbound).contains(&"postgres".to_owned()), "{writers:?}");
    assert!(!names(&writers.unbound).contains(&"tester".to_owned()), "{writers:?}");
    let none = stored::writers(&database.db(), "no such category").await.unwrap();
    assert_eq!((none.roles, none.logins), (vec![], vec![]));
}

#[tokio::test]
async fn news_are_counted_and_an_empty_chain_says_so() {
    let database = database().await;
    let mut console = Console::open(&database).await;
    assert!(console.screen().contains("The chain has no entry yet."), "{}", console.screen());
    for _ in 0..3 {
        sqlx::raw_sql("select audit.append_entry('finding_triage', 'x', 'human', '{}')")
            .execute(&mut database.superuser().await)
            .await
            .unwrap();
    }
    console.tell(Input::News).await;
    assert!(console.screen().contains("3 new, R"), "{}", console.screen());
    console.command(Command::Refresh).await;
    assert_eq!(console.seqs(), [3, 2, 1]);
    console.command(Command::Follow).await;
    sqlx::raw_sql("select audit.append_entry('finding_triage', 'x', 'human', '{}')")
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
    console.tell(Input::News).await;
    assert_eq!(console.seqs(), [4, 3, 2, 1]);
}
