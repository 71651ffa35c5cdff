//! Migrating: empty, current, newer and half-failed databases; roles; rights that are mended.

mod functions;
mod mending;
mod program;

use crate::support::Scratch;
use attestor::db::local::{Cluster, Lease, Tuning};
use attestor::db::migrate::{bring_up_to_date, differences, migrate, status};
use attestor::error::Kind;
use attestor::ids::ChainId;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

/// A server of one test's own, since roles belong to a whole cluster.
pub(crate) struct Server {
    pub(crate) lease: Lease,
    _scratch: Scratch,
}

impl Server {
    pub(crate) async fn start() -> Server {
        let scratch = Scratch::new();
        let cluster = Cluster::at(&scratch.path().join("own")).unwrap();
        let lease = cluster.login_as("tester").tuned(Tuning::Fleeting).lease().await.unwrap();
        Server { lease, _scratch: scratch }
    }

    pub(crate) async fn admin(&self, database: &str, sql: &str) {
        let mut admin = self.superuser(database).await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut admin).await.unwrap();
    }

    pub(crate) async fn superuser(&self, database: &str) -> PgConnection {
        self.lease.superuser(database).connect().await.unwrap()
    }

    pub(crate) async fn login(&self, role: &str, database: &str) -> PgConnection {
        self.lease.options_as(role, database).connect().await.unwrap()
    }
}

fn chain_id(name: &str) -> ChainId {
    name.parse().unwrap()
}

#[tokio::test]
async fn an_empty_database_becomes_current_and_stays_so() {
    let server = Server::start().await;
    server.admin("postgres", "create database one").await;
    let mut c = server.superuser("one").await;
    let empty = status(&mut c).await.unwrap();
    assert_eq!((empty.version(), empty.is_current(), empty.chain_id.clone()), (0, false, None));
    let done = bring_up_to_date(&mut c, Some(&chain_id("example.com/audit"))).await.unwrap();
    assert_eq!(done.before, empty);
    assert!(done.now.is_current() && done.rights.is_empty(), "{done:?}");
    assert_eq!(done.now.chain_id.as_deref(), Some("example.com/audit"));
    let genesis: String =
        sqlx::query_scalar("select genesis from audit.chain").fetch_one(&mut c).await.unwrap();
    assert_eq!(genesis, "08a1ee6a65ea8cf17f1cafa6600e59988a5752f540332a058c40c155a1c07d81");
    let again = bring_up_to_date(&mut c, None).await.unwrap();
    assert_eq!((&again.before, &again.now), (&done.now, &done.now));
    assert_eq!(differences(&mut c).await.unwrap(), []);
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut c).await.unwrap();
    assert_eq!(role, "postgres", "the owner's role does not stay");
    let ours: i64 =
        sqlx::query_scalar("select count(*) from pg_class where relnamespace = 'public'::regnamespace")
            .fetch_one(&mut c)
            .await
            .unwrap();
    assert_eq!(ours, 0, "nothing is left in public");
}

#[tokio::test]
async fn a_chain_keeps_its_name() {
    let server = Server::start().await;
    server.admin("postgres", "create database one; ").await;
    let mut c = server.superuser("one").await;
    migrate(&mut c).await.unwrap();
    let name = status(&mut c).await.unwrap().chain_id.unwrap();
    assert!(name.starts_with("attestor.local/") && name.len() == 15 + 36, "{name}");
    let refused = bring_up_to_date(&mut c, Some(&chain_id("example.com/audit"))).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    assert!(refused.to_string().contains(&name), "{refused}");
    bring_up_to_date(&mut c, Some(&chain_id(&name))).await.unwrap();
    for bad in ["", "a b", "é", "a\n", &"x".repeat(256)] {
        assert!(bad.parse::<ChainId>().is_err(), "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_of_one_cluster_migrate_at_once() {
    let server = Server::start().await;
    for n in 0..6 {
        server.admin("postgres", &format!("create database d{n}")).await;
    }
    // Two migrators for each database, all at once, and no role is there yet.
    let migrators: Vec<_> = (0..12)
        .map(|n| {
            let options = server.lease.superuser(&format!("d{}", n % 6));
            tokio::spawn(async move {
                let mut connection = options.connect().await.unwrap();
                migrate(&mut connection).await
            })
        })
        .collect();
    for migrator in migrators {
        migrator.await.unwrap().unwrap();
    }
    for n in 0..6 {
        let mut c = server.superuser(&format!("d{n}")).await;
        assert!(status(&mut c).await.unwrap().is_current());
        assert_eq!(differences(&mut c).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_without_superuser_migrate_at_once() {
    let server = Server::start().await;
    server.admin("postgres", "create role builder login createrole").await;
    for n in 0..3 {
        server.admin("postgres", &format!("create database d{n} owner builder")).await;
    }
    let migrators: Vec<_> = (0..3)
        .map(|n| {
            let options = server.lease.options_as("builder", &format!("d{n}"));
            tokio::spawn(async move {
                let mut connection = options.connect().await.unwrap();
                migrate(&mut connection).await.unwrap();
                differences(&mut connection).await.unwrap()
            })
        })
        .collect();
    for migrator in migrators {
        assert_eq!(migrator.await.unwrap(), []);
    }
    // Making the roles gives no right to append.
    let mut builder = server.login("builder", "d0").await;
    let refused = sqlx::raw_sql("select audit.append_entry('override', 'x', 'human', '{}')")
        .execute(&mut builder)
        .await;
    assert_eq!(refused.unwrap_err().into_database_error().unwrap().code().as_deref(), Some("42501"));
}

#[tokio::test]
async fn a_migrator_who_may_not_create_roles_is_told_what_to_ask_for() {
    let server = Server::start().await;
    server.admin("postgres", "create role \"the Owner\" login; ").await;
    server.admin("postgres", "create database \"my Database\" owner \"the Owner\"").await;
    let mut owner = server.login("the Owner", "my Database").await;
    let denied = migrate(&mut owner).await.unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
    let hint = denied.hint_text().unwrap();
    let (_, sql) = hint.split_once('\n').unwrap();
    assert_eq!(
        sql.lines().collect::<Vec<_>>(),
        [
            "create role attestor_owner nologin;",
            "create role attestor_viewer nologin;",
            "create role attestor_analyst nologin;",
            "create role attestor_operator nologin;",
            "create role attestor_auditor nologin;",
            "create role attestor_approver nologin;",
            "create role attestor_producer nologin;",
            "grant attestor_owner to \"the Owner\";",
            "grant create on database \"my Database\" to attestor_owner;",
        ]
    );
    assert!(!status(&mut owner).await.unwrap().is_current());
    // Word for word, what an administrator would paste.
    server.admin("my Database", sql).await;
    migrate(&mut owner).await.unwrap();
    assert_eq!(differences(&mut owner).await.unwrap(), []);
}

#[tokio::test]
async fn a_login_without_the_right_on_the_database_is_told_so() {
    let server = Server::start().await;
    server
        .admin(
            "postgres",
            "create role guest login; create role attestor_owner; grant attestor_owner to guest",
        )
        .await;
    server.admin("postgres", "create database one").await;
    for role in ["viewer", "analyst", "operator", "auditor", "approver", "producer"] {
        server.admin("postgres", &format!("create role attestor_{role}")).await;
    }
    let denied = migrate(&mut server.login("guest", "one").await).await.unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied);
    assert!(
        denied.hint_text().unwrap().ends_with("\ngrant create on database one to attestor_owner;"),
        "{denied:?}"
    );
}

#[tokio::test]
async fn a_newer_or_altered_database_is_refused() {
    let server = Server::start().await;
    server.admin("postgres", "create database one").await;
    let mut c = server.superuser("one").await;
    migrate(&mut c).await.unwrap();
    server
        .admin(
            "one",
            "insert into attestor.migrations (version, description, success, checksum, execution_time)
             values (9000, 'tomorrow', true, '', 0)",
        )
        .await;
    let newer = migrate(&mut c).await.unwrap_err();
    assert!(
        newer.to_string().starts_with("this database was migrated by a newer attestor (version 9000"),
        "{newer}"
    );
    assert_eq!(newer.hint_text(), Some("upgrade this program"));
    server
        .admin(
            "one",
            "delete from attestor.migrations where version = 9000;
             update attestor.migrations set checksum = 'other' where version = 2",
        )
        .await;
    let altered = migrate(&mut c).await.unwrap_err();
    assert!(altered.to_string().starts_with("migration 2 of this program is not the one"), "{altered}");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself() {
    let server = Server::start().await;
    server.admin("postgres", "create database one").await;
    let mut c = server.superuser("one").await;
    // In the way of the last statements of the first migration, whose first ones succeed.
    server
        .admin(
            "one",
            "create function public.trip() returns event_trigger language plpgsql as $$
             begin
                 if tg_tag = 'COMMENT' then raise 'tripped'; end if;
             end $$;
             create event trigger trip on ddl_command_end execute function public.trip()",
        )
        .await;
    let failed = migrate(&mut c).await.unwrap_err();
    assert_eq!(failed.to_string(), "migration 1 failed and was rolled back");
    assert!(failed.report().to_string().contains("tripped"), "{}", failed.report());
    let left: Option<i64> =
        sqlx::query_scalar("select oid::bigint from pg_namespace where nspname = 'audit'")
            .fetch_optional(&mut c)
            .await
            .unwrap();
    assert_eq!(left, None);
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut c).await.unwrap();
    assert_eq!(role, "postgres");
    server.admin("one", "drop event trigger trip").await;
    migrate(&mut c).await.unwrap();
    assert!(status(&mut c).await.unwrap().is_current());
}

#[tokio::test]
async fn another_encoding_is_refused() {
    let server = Server::start().await;
    server.admin("postgres", "create database latin encoding 'LATIN1' locale 'C' template template0").await;
    let refused = migrate(&mut server.superuser("latin").await).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Configuration);
    assert!(refused.to_string().contains("LATIN1, not UTF8"), "{refused}");
}
