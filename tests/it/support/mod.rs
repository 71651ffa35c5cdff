//! What the tests share: a cluster of their own, and a fresh database for each test.

use attestor::db::{Access, Db};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A migrated database that only this test uses.
pub struct TestDatabase {
    name: String,
}

/// The role that tests log in as: no superuser, member of every role but the producer's.
pub const LOGIN: &str = "tester";

/// A fresh database, migrated.
pub async fn database() -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            admin("postgres", "create role tester login").await;
            admin("postgres", "create database template_attestor").await;
            let mut connection =
                PgConnection::connect_with(&options("template_attestor", "postgres")).await.unwrap();
            attestor::db::migrate::migrate(&mut connection).await.unwrap();
            for role in ["analyst", "operator", "auditor", "approver"] {
                let grant = format!("grant attestor_{role} to tester");
                sqlx::raw_sql(AssertSqlSafe(grant)).execute(&mut connection).await.ok();
            }
            connection.close().await.unwrap();
        })
        .await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    admin("postgres", &format!("create database {name} template template_attestor")).await;
    TestDatabase { name }
}

impl TestDatabase {
    /// How to connect as the login of the tests.
    pub fn options(&self) -> PgConnectOptions {
        options(&self.name, LOGIN)
    }

    /// How to connect as somebody else; `postgres` is the superuser.
    pub fn options_as(&self, role: &str) -> PgConnectOptions {
        options(&self.name, role)
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
        format!("postgresql:///{}?host={}&user={LOGIN}", self.name, cluster().folder.display())
    }
}

fn options(database: &str, user: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().socket(&cluster().folder).database(database).username(user)
}

async fn admin(database: &str, sql: &str) {
    let mut connection = options(database, "postgres").connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

struct Cluster {
    folder: PathBuf,
    /// Ends the server and removes its folder when this process is gone, however it went.
    _janitor: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("attestor-it-").tempdir().unwrap().keep();
        let owner = nix::unistd::geteuid().is_root().then(|| nix::unistd::User::from_name("postgres").unwrap().unwrap());
        if let Some(owner) = &owner {
            nix::unistd::chown(&folder, Some(owner.uid), Some(owner.gid)).unwrap();
        }
        let script = format!(
            "export PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1); cd {0} && initdb -D data -U postgres -A trust -E UTF8 --locale=C -N >log 2>&1 \
             && pg_ctl -D data -w -l log -o \"-k {0} -c listen_addresses='' -c fsync=off -c max_connections=200\" start >>log 2>&1 || cat log; echo ready; \
             cat >/dev/null; pg_ctl -D data -m immediate stop >/dev/null 2>&1; rm -rf {0}",
            folder.display()
        );
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if let Some(owner) = owner {
            command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
        }
        let mut janitor = command.spawn().unwrap();
        let mut said = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(janitor.stdout.take().unwrap()), &mut said).unwrap();
        assert_eq!(said.trim(), "ready");
        janitor.stdin.as_mut().unwrap().flush().unwrap();
        Cluster { folder, _janitor: janitor }
    })
}
