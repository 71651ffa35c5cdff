//! Names of users and databases, however odd, and the addresses made of them.

use super::commands::said;
use super::{cluster, status};
use crate::support::Scratch;
use sqlx::{ConnectOptions, Connection};
use std::process::{Command, Stdio};

#[tokio::test]
async fn hostile_names_are_only_names() {
    let scratch = Scratch::new();
    let login = r#"al.ice "o'hara"; drop table x -- %I é"#;
    let cluster = cluster(&scratch).login_as(login);
    let lease = cluster.lease().await.unwrap();
    let name = r#"we"ird 'db' + %20?&#/ü"#;
    let options = lease.prepare_database(name).await.unwrap();
    lease.prepare_database(name).await.unwrap();
    let mut connection = options.connect().await.unwrap();
    let row: (String, String, bool, bool, bool, bool) = sqlx::query_as(
        "select current_user::text, current_database()::text, rolsuper, rolcreaterole,
                pg_has_role('attestor_analyst', 'usage') and pg_has_role('attestor_operator', 'usage')
            and pg_has_role('attestor_auditor', 'usage') and pg_has_role('attestor_approver', 'usage'),
                pg_has_role('attestor_producer', 'usage')
           from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(row, (login.to_owned(), name.to_owned(), false, false, true, false));
    connection.close().await.unwrap();
    assert_eq!(status(&cluster).await.databases, [name]);

    // The address says the same, to us and to libpq.
    let url = lease.url(name);
    let parsed: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    assert_eq!((parsed.get_username(), parsed.get_database()), (login, Some(name)));
    parsed.connect().await.unwrap().close().await.unwrap();
    let sql = "select current_user || '@' || current_database()";
    match Command::new("psql").args([&url, "-XAtc", sql]).stdin(Stdio::null()).output() {
        Ok(output) => assert_eq!(said(&output).1, format!("{login}@{name}"), "{}", said(&output).2),
        Err(e) => eprintln!("psql is not tried: {e}"),
    }
    lease.end().await.unwrap();
}

#[tokio::test]
async fn two_consoles_prepare_one_database() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    let lease = cluster.lease().await.unwrap();
    let (a, b, c) =
        tokio::join!(lease.prepare_database("x"), lease.prepare_database("x"), lease.prepare_database("y"));
    for options in [a.unwrap(), b.unwrap(), c.unwrap()] {
        let mut connection = options.connect().await.unwrap();
        sqlx::query("select from triage.findings").execute(&mut connection).await.unwrap();
    }
    lease.end().await.unwrap();
}
