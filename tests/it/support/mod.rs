//! What the tests share: a cluster of their own, and a fresh database for each test.
//!
//! The cluster is the product's own private cluster, in a folder of the test process.

mod scratch;

pub use scratch::Scratch;

use attestor::db::local::{Cluster, Lease, Tuning};
use attestor::db::{Access, Db};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// A migrated database that only this test uses.
pub struct TestDatabase {
    name: String,
    lease: &'static Lease,
}

/// The role that tests log in as: no superuser, member of every role but the producer's.
pub const LOGIN: &str = "tester";

const TEMPLATE: &str = "template_attestor";

/// A fresh database, migrated.
pub async fn database() -> TestDatabase {
    database_from(TEMPLATE).await
}

/// A fresh database with nothing in it.
pub async fn empty_database() -> TestDatabase {
    database_from("template0").await
}

async fn database_from(template: &str) -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let lease = lease().await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let sql = format!("create database {name} template {template}");
    let mut admin = lease.superuser("postgres").connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    TestDatabase { name, lease }
}

impl TestDatabase {
    /// How to connect as the login of the tests.
    pub fn options(&self) -> PgConnectOptions {
        self.options_as(LOGIN)
    }

    /// How to connect as somebody else; `postgres` is the superuser.
    pub fn options_as(&self, role: &str) -> PgConnectOptions {
        self.lease.options_as(role, &self.name)
    }

    /// The pools, as the login of the tests.
    pub fn db(&self) -> Db {
        Db::lazy(self.options(), Access::ReadWrite)
    }

    /// A connection of the superuser.
    pub async fn superuser(&self) -> PgConnection {
        self.options_as("postgres").connect().await.unwrap()
    }

    /// The address, for the program under test.
    pub fn url(&self) -> String {
        self.lease.url(&self.name)
    }

    /// The address for another login.
    pub fn url_as(&self, role: &str) -> String {
        self.url().replace(&format!("user={LOGIN}"), &format!("user={role}"))
    }
}

/// The server of this test process, with a template that is migrated once.
async fn lease() -> &'static Lease {
    // Neither is ever dropped: the janitor of the folder cleans up when the process is gone.
    static SERVER: OnceCell<(Lease, Scratch)> = OnceCell::const_new();
    let server = SERVER.get_or_init(|| async {
        let scratch = Scratch::new();
        let cluster = Cluster::at(&scratch.path().join("shared")).unwrap();
        let lease = cluster.login_as(LOGIN).tuned(Tuning::Fleeting).lease().await.unwrap();
        lease.prepare_database(TEMPLATE).await.unwrap();
        (lease, scratch)
    });
    &server.await.0
}
