//! What filters select: the same rows by PostgreSQL as by hand, and as by an evaluation in memory.

use super::FIELDS;
use crate::support::database;
use attestor::filter::{parse, sql::push_where};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{PgConnection, Postgres, QueryBuilder};

const ROWS: &str = r#"
create temporary table t (
    id integer primary key, severity smallint, rule text, file text, repo text, tags text[] not null default '{}',
    actor text, verdict text, risk double precision, line integer, seen timestamptz, message text,
    said_by text[] not null default '{}');
insert into t values
 (1, 4, 'python.sql-injection', 'tests/db/users.py', 'acme/api', '{CWE-89,sql}', session_user, 'TP', 94.5, 42,
     '2026-03-10 12:00Z', 'User input reaches a query without binding'),
 (2, 3, 'xss', 'src/tests/view.js', 'acme/web', '{cwe-79}', 'bea', 'FP', 50, 10,
     '2026-03-03 12:00Z', 'Input query is written to the page'),
 (3, 2, 'reflected_xss%', 'users.py', 'ACME/Web', '{}', 'me', null, 12.25, null,
     '2026-01-01 00:00Z', 'one two three'),
 (4, 0, 'Größe', 'C:\src\a b.c', 'acme-api', '{}', null, null, null, 2147483647,
     '2026-01-01 23:59:59.999999Z', 'say "hello", (world); ÜBERPRÜFUNG'),
 (5, null, null, null, null, '{}', null, null, null, null, null, null),
 (6, 1, '', 'deep/a/b/users.py', '', '{*,a,b}', 'Bea', 'TP', 0, 1,
     '2025-03-10 12:00Z', '*** what? 100%');
update t set said_by = case id when 1 then array[session_user::text, 'bea'] when 4 then '{cem}' else '{}' end;
"#;

const NOW: &str = "2026-03-10T12:00:30Z";

async fn selected(connection: &mut PgConnection, filter: &str) -> Vec<i32> {
    let filter = parse(filter, &FIELDS).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let mut query = QueryBuilder::<Postgres>::new("select id from t where ");
    push_where(&mut query, &filter, &FIELDS, now);
    query.push(" order by id");
    let sql = query.sql();
    query
        .build_query_scalar()
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{filter}: {error}\n{}", sql.as_str()))
}

async fn table() -> PgConnection {
    let mut connection = database().await.superuser().await;
    sqlx::raw_sql(ROWS).execute(&mut connection).await.unwrap();
    connection
}

#[tokio::test]
async fn rows_are_selected_as_written() {
    let mut connection = table().await;
    let cases: &[(&str, &[i32])] = &[
        ("", &[1, 2, 3, 4, 5, 6]),
        // words
        ("input", &[1, 2]),
        ("INPUT binding", &[1]),
        ("query input", &[1, 2]),
        ("\"input query\"", &[2]),
        ("-input", &[3, 4, 5, 6]),
        ("inp*binding", &[1]),
        ("hello", &[4]),
        ("t?o", &[1, 3]),
        ("überprüfung*", &[4]),
        ("Überprüfung", &[4]),
        ("\"it's; drop table t; --\"", &[]),
        // texts: part, whole, glob
        ("rule:xss", &[2, 3]),
        ("rule=XSS", &[2]),
        ("-rule=xss", &[1, 3, 4, 5, 6]),
        ("rule:%", &[3]),
        ("rule:d_x", &[3]),
        ("rule:n_sql", &[]),
        ("rule:*xss*", &[2, 3]),
        ("rule:xs?", &[2]),
        ("rule:*\\*", &[]),
        ("file:C:\\src\\*", &[4]),
        ("file:c:\\src\\", &[4]),
        ("file:\"A B\"", &[4]),
        ("rule=\"\"", &[6]),
        ("rule:größe", &[4]),
        ("rule:GRÖSSE", &[]),
        ("rule:GRÖßE", &[4]),
        ("file:tests/*", &[1]),
        ("file:tests/", &[1, 2]),
        ("file:*/tests/*", &[2]),
        ("file:**/tests/*", &[1, 2]),
        ("file:**/users.py", &[1, 3, 6]),
        ("file:deep/**/users.py", &[6]),
        ("file:deep/**/a/**/b/**/users.py", &[6]),
        ("file:tests/**/db/**/users.py", &[1]),
        ("file:user**/s.py", &[]),
        ("file:src/**s/view.js", &[2]),
        ("file:users.py", &[1, 3, 6]),
        ("file=users.py,nothing", &[3]),
        // names
        ("repo:ACME/web", &[2, 3]),
        ("repo:acme", &[]),
        ("repo:acme/*", &[1, 2, 3]),
        ("repo:acme?api", &[1, 4]),
        ("repo:\"acme/*\"", &[]),
        ("repo:\"\"", &[6]),
        ("tag:cwe-89", &[1]),
        ("tag:CWE-*", &[1, 2]),
        ("tag:\"*\"", &[6]),
        ("tag:sql,b", &[1, 6]),
        ("-tag:*", &[3, 4, 5]),
        ("by:me", &[1, 3]),
        ("by:bea", &[2, 6]),
        ("-by:bea", &[1, 3, 4, 5]),
        ("said:me", &[1]),
        ("said:b*,cem", &[1, 4]),
        ("-said:me,nobody", &[2, 3, 4, 5, 6]),
        // words with a meaning
        ("severity:high", &[2]),
        ("severity>=high", &[1, 2]),
        ("severity<low", &[4]),
        ("severity:info,crit", &[1, 4]),
        ("-severity>low", &[4, 5, 6]),
        ("verdict:fp", &[2]),
        ("-verdict:fp", &[1, 3, 4, 5, 6]),
        ("is:undecided", &[3, 4, 5]),
        ("-is:undecided", &[1, 2, 6]),
        ("is:undecided,decided", &[1, 2, 3, 4, 5, 6]),
        ("has:tags has:line", &[1, 2, 6]),
        // numbers
        ("risk>=50", &[1, 2]),
        ("risk=12.25", &[3]),
        ("risk<12.25", &[6]),
        ("-risk<12.25", &[1, 2, 3, 4, 5]),
        ("line<=10", &[2, 6]),
        ("line:1,42,99999999999", &[1, 6]),
        ("line>99999999999", &[]),
        // times
        ("age<7d", &[1]),
        ("age<=1mo", &[1, 2]),
        ("age>1y", &[6]),
        ("age>1000y", &[]),
        ("age<30s", &[]),
        ("age<31s", &[1]),
        ("-age>7d", &[1, 5]),
        ("seen:2026-01-01", &[3, 4]),
        ("seen>2026-01-01", &[1, 2]),
        ("seen>=2026-01-01", &[1, 2, 3, 4]),
        ("seen<2026-01-01", &[6]),
        ("seen<=2026-01-01", &[3, 4, 6]),
        ("-seen:2026-01-01", &[1, 2, 5, 6]),
        ("seen>2026-01-01T00:00:00Z", &[1, 2, 4]),
        ("seen:2026-01-01T01:00:00+01:00", &[3]),
        ("seen>0001-01-01 seen<9999-12-31", &[1, 2, 3, 4, 6]),
        // connectors
        ("rule:xss or risk>90", &[1, 2, 3]),
        ("rule:xss verdict:fp or risk>90", &[1, 2]),
        ("rule:xss (verdict:fp or risk>90)", &[2]),
        ("-(rule:xss or risk>90)", &[4, 5, 6]),
        ("-(rule:xss verdict:fp)", &[1, 3, 4, 5, 6]),
        ("-(rule:xss -verdict:fp)", &[1, 2, 4, 5, 6]),
    ];
    for (filter, expected) in cases {
        assert_eq!(selected(&mut connection, filter).await, *expected, "{filter}");
    }
}

/// A filter as a tree of the test's own, with its meaning in Rust.
#[derive(Debug, Clone)]
enum Want {
    /// A term, and the rows of [`ROWS`] that it selects (listed by hand above).
    Leaf(&'static str, &'static [i32]),
    Not(Box<Want>),
    All(Vec<Want>),
    Any(Vec<Want>),
}

impl Want {
    fn holds(&self, id: i32) -> bool {
        match self {
            Want::Leaf(_, ids) => ids.contains(&id),
            Want::Not(inner) => !inner.holds(id),
            Want::All(inner) => inner.iter().all(|want| want.holds(id)),
            Want::Any(inner) => inner.iter().any(|want| want.holds(id)),
        }
    }

    fn written(&self) -> String {
        let joined = |inner: &[Want], by: &str| {
            format!("({})", inner.iter().map(Want::written).collect::<Vec<_>>().join(by))
        };
        match self {
            Want::Leaf(text, _) => (*text).to_owned(),
            Want::Not(inner) => format!("-{}", inner.written()),
            Want::All(inner) => joined(inner, " "),
            Want::Any(inner) => joined(inner, " or "),
        }
    }
}

fn wants() -> impl Strategy<Value = Want> {
    let leaf = prop::sample::select(vec![
        Want::Leaf("input", &[1, 2]),
        Want::Leaf("rule:xss", &[2, 3]),
        Want::Leaf("file:**/users.py", &[1, 3, 6]),
        Want::Leaf("repo:acme/*", &[1, 2, 3]),
        Want::Leaf("tag:CWE-*", &[1, 2]),
        Want::Leaf("by:me", &[1, 3]),
        Want::Leaf("said:me", &[1]),
        Want::Leaf("severity>low", &[1, 2, 3]),
        Want::Leaf("verdict:fp", &[2]),
        Want::Leaf("is:undecided", &[3, 4, 5]),
        Want::Leaf("risk<60", &[2, 3, 6]),
        Want::Leaf("line:1,42", &[1, 6]),
        Want::Leaf("age<7d", &[1]),
        Want::Leaf("seen:2026-01-01", &[3, 4]),
    ]);
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|want| Want::Not(Box::new(want))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Want::All),
            prop::collection::vec(inner, 1..4).prop_map(Want::Any),
        ]
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn any_combination_selects_what_it_means_with_and_without_its_canonical_form() {
    let connection = tokio::sync::Mutex::new(table().await);
    let runtime = tokio::runtime::Handle::current();
    let run = |filter: &str| {
        tokio::task::block_in_place(|| {
            runtime.block_on(async { selected(&mut *connection.lock().await, filter).await })
        })
    };
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&wants(), |want| {
            let expected: Vec<i32> = (1..=6).filter(|&id| want.holds(id)).collect();
            let written = want.written();
            prop_assert_eq!(&run(&written), &expected, "{}", written);
            let canonical = parse(&written, &FIELDS).unwrap().to_string();
            prop_assert_eq!(&run(&canonical), &expected, "{} of {}", canonical, written);
            Ok(())
        })
        .unwrap();
}

/// Text that is hostile to patterns, quotes and statements is found by itself and by nothing else.
#[tokio::test]
async fn hostile_text_is_compared_as_it_stands() {
    let mut connection = table().await;
    let hostile = [
        "%",
        "_",
        "\\",
        "\\%",
        "a\\_b",
        "'",
        "''; drop table t; --",
        "$1",
        "\"",
        "*",
        "?",
        "**/",
        "a,b",
        "(",
        ") or (",
        "-x",
        "or",
        "\u{202e}",
        "\u{1b}[31m",
        "💥",
        "e\u{301}",
        "tab\there",
        "line\nfeed",
        "<",
        "=",
        "!",
        " x ",
    ];
    for (i, text) in hostile.iter().enumerate() {
        sqlx::query("insert into t (id, rule, repo) values ($1, $2, $2)")
            .bind(100 + i as i32)
            .bind(text)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    for (i, text) in hostile.iter().enumerate() {
        let value = attestor::filter::quoted(text);
        for field in ["rule=", "repo:"] {
            let filter = format!("{field}{value}");
            assert_eq!(selected(&mut connection, &filter).await, [100 + i as i32], "{filter}");
        }
        let holding: Vec<i32> =
            sqlx::query_scalar("select id from t where position($1 in rule) > 0 order by id")
                .bind(text)
                .fetch_all(&mut connection)
                .await
                .unwrap();
        let found = selected(&mut connection, &format!("rule:{value}")).await;
        assert!(holding.iter().all(|id| found.contains(id)), "{text}: {found:?} without some of {holding:?}");
        assert!(!found.contains(&1) || holding.contains(&1), "{text}: {found:?}");
    }
    let many = format!("repo:{}", vec!["x"; attestor::filter::TERMS_MAX].join(","));
    assert!(selected(&mut connection, &many).await.is_empty());
}
