//! Connections: what the pools allow, who we are, and what failures are called.

use crate::support::database;
use attestor::db::{Access, Db};
use attestor::error::{Error, Kind};
use attestor::ids::DeedKey;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

#[tokio::test]
async fn reads_cannot_write_and_have_an_end() {
    let database = database().await;
    let db = database.db();
    let refused =
        sqlx::raw_sql("insert into triage.findings (rule_id) values ('x')").execute(db.read()).await;
    let refused = Error::from(refused.unwrap_err());
    assert_eq!(refused.kind(), Kind::Denied);
    assert!(refused.hint_text().unwrap().contains("primary"));
    for (setting, expected) in [
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "30s"),
        ("client_connection_check_interval", "500ms"),
        ("application_name", "attestor"),
    ] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(setting)
            .fetch_one(db.read())
            .await
            .unwrap();
        assert_eq!(value, expected, "{setting}");
    }
}

#[tokio::test]
async fn the_login_is_known() {
    let database = database().await;
    let tester = database.db().login().await.unwrap();
    assert_eq!(tester.user, "tester");
    assert_eq!(tester.roles, ["analyst", "approver", "auditor", "operator"]);
    assert!(!tester.superuser && !tester.in_recovery && !tester.read_only, "{tester:?}");
    assert_eq!(tester.encoding, "UTF8");
    assert!(tester.database.starts_with("test_"));
    assert!(tester.server_version.starts_with(|c: char| c.is_ascii_digit()));
    let superuser = Db::lazy(database.options_as("postgres"), Access::ReadWrite).login().await.unwrap();
    assert!(superuser.superuser && superuser.roles.len() == 6, "{superuser:?}");

    let mut admin = database.superuser().await;
    let set = |value: &str| {
        AssertSqlSafe(format!(
            "alter role tester in database {} set default_transaction_read_only = {value}",
            tester.database
        ))
    };
    sqlx::raw_sql(set("on")).execute(&mut admin).await.unwrap();
    assert!(database.db().login().await.unwrap().read_only);
    sqlx::raw_sql(set("off")).execute(&mut admin).await.unwrap();
    assert!(!database.db().login().await.unwrap().read_only);
}

/// What the server's refusal of `sql` is called, and what is then to be tried.
async fn told(connection: &mut sqlx::PgConnection, sql: &str) -> (Kind, String, String) {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap_err();
    let error = Error::from(error);
    (error.kind(), error.to_string(), error.hint_text().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn refusals_say_what_to_try() {
    let database = database().await;
    let mut tester = database.options().connect().await.unwrap();
    for (sql, kind, what, hint) in [
        (
            "select * from triage.tomorrow",
            Kind::Configuration,
            "the database is not migrated",
            "attestor migrate",
        ),
        ("select * from nowhere.x", Kind::Failed, "nowhere", ""),
        ("delete from triage.epss_data", Kind::Denied, "permission denied", "administrator"),
        (
            "select audit.append_entry('override', 'x', 'human', '1e400')",
            Kind::UnreadableInput,
            "1e308",
            "as a string",
        ),
        (
            "select audit.append_entry('gossip', 'x', 'human', '{}')",
            Kind::Denied,
            "may not append entries of category \"gossip\"",
            "no such category",
        ),
        ("select '\"\\u0000\"'::jsonb", Kind::UnreadableInput, "cannot keep such text", "NUL"),
        ("set statement_timeout = 1; select pg_sleep(60)", Kind::Incomplete, "timeout", "less"),
    ] {
        let (found, message, tip) = told(&mut tester, sql).await;
        assert_eq!(found, kind, "{sql}: {message}");
        assert!(message.contains(what), "{sql}: {message}");
        assert!(tip.contains(hint), "{sql}: {tip}");
    }
}

#[tokio::test]
async fn a_held_lock_is_a_conflict() {
    let database = database().await;
    let mut holder = database.superuser().await;
    let mut held = holder.begin().await.unwrap();
    sqlx::raw_sql("lock table audit.chain_lock in exclusive mode").execute(&mut *held).await.unwrap();
    let mut tester = database.options().connect().await.unwrap();
    let sql = "set lock_timeout = 1; select audit.append_entry('override', 'x', 'human', '{}')";
    let (kind, message, hint) = told(&mut tester, sql).await;
    assert_eq!((kind, message.as_str()), (Kind::Conflict, "somebody else holds what this has to wait for"));
    let query = hint.split_once("who holds it: ").unwrap().1;
    // The query that is offered runs as it stands.
    sqlx::raw_sql(AssertSqlSafe(query.to_owned())).execute(&mut tester).await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_from_one_that_refuses() {
    let database = database().await;
    let login = async |options: PgConnectOptions| {
        let error = Db::lazy(options, Access::ReadWrite).login().await.unwrap_err();
        (error.kind(), error.report().to_string())
    };
    let (kind, report) = login(database.options().database("tomorrow")).await;
    assert!(kind == Kind::NoDatabase && report.contains("createdb"), "{report}");
    let (kind, report) = login(database.options_as("nobody knows")).await;
    assert!(kind == Kind::NoDatabase && report.contains("nobody knows"), "{report}");
    let (kind, report) = login(database.options().socket("/nonexistent")).await;
    assert!(kind == Kind::NoDatabase && report.contains("socket"), "{report}");
    let nobody = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(1).password("hunter2");
    let (kind, report) = login(nobody.clone()).await;
    assert!(kind == Kind::NoDatabase && report.contains("is the server up"), "{report}");
    assert!(!report.contains("hunter2"));
    assert!(!format!("{:?}", Db::lazy(nobody, Access::ReadOnly)).contains("hunter2"));
}

#[tokio::test]
async fn an_unmigrated_database_says_what_to_run() {
    let database = crate::support::empty_database().await;
    let error = attestor::chain::append::entry_by_key(&database.db(), DeedKey::fresh()).await.unwrap_err();
    assert_eq!((error.kind(), error.hint_text()), (Kind::Configuration, Some("attestor migrate")));
}
