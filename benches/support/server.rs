//! A server of the bench process: the product's private cluster, durable as people have it.

use super::scratch::Scratch;
use attestor::db::local::{Cluster, Lease};
use attestor::db::{Access, Db};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The program under measurement: an optimised build, as everything that `cargo bench` makes.
pub const ATTESTOR: &str = env!("CARGO_BIN_EXE_attestor");

/// A running server in a folder that is gone afterwards, however the bench ended.
pub struct Server {
    lease: Lease,
    scratch: Scratch,
}

impl Server {
    /// Starts it.
    pub async fn start() -> Server {
        let scratch = Scratch::new();
        let lease = Cluster::at(&scratch.path().join("local")).unwrap().lease().await.unwrap();
        Server { lease, scratch }
    }

    /// The hold on it.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// A folder for files of the bench.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// The folder of the cluster, as `ATTESTOR_LOCAL_DIR` names it.
    pub fn cluster_folder(&self) -> PathBuf {
        self.scratch.path().join("local")
    }

    /// Makes a database of ours.
    pub async fn database(&self, name: &str) {
        self.lease.prepare_database(name).await.unwrap();
    }

    /// The pools of a database, as a console has them.
    pub fn db(&self, name: &str) -> Db {
        Db::lazy(self.lease.options(name), Access::ReadWrite)
    }

    /// A connection of the superuser.
    pub async fn superuser(&self, name: &str) -> PgConnection {
        self.lease.superuser(name).connect().await.unwrap()
    }

    /// Runs statements as the superuser.
    pub async fn run(&self, database: &str, sql: impl Into<String>) {
        let mut admin = self.superuser(database).await;
        sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&mut admin).await.unwrap();
        admin.close().await.unwrap();
    }

    /// A program of PostgreSQL's own, which finds the database by its environment.
    pub fn program(&self, name: &str, database: &str) -> Command {
        let programs = self.lease.cluster().find_programs().unwrap();
        let mut command = Command::new(programs.postgres.with_file_name(name));
        command
            .env("PGHOST", self.lease.socket())
            .env("PGPORT", self.lease.options(database).get_port().to_string())
            .env("PGUSER", &self.lease.cluster().layout().login)
            .env("PGDATABASE", database)
            .env("PGOPTIONS", "")
            .stdin(Stdio::null());
        command
    }

    /// `psql` with commands, all in one transaction.
    pub fn psql(&self, database: &str, commands: &[String]) -> Command {
        let mut psql = self.program("psql", database);
        psql.args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1"]);
        for command in commands {
            psql.args(["-c", command]);
        }
        psql
    }

    /// The program under measurement, on a database.
    pub fn attestor(&self, database: &str) -> Command {
        let mut command = Command::new(ATTESTOR);
        command
            .env("DATABASE_URL", self.lease.url(database))
            .env("ATTESTOR_LOCAL_DIR", self.cluster_folder())
            .env("ATTESTOR_STATE_DIR", self.folder().join("state"))
            .env_remove("ATTESTOR_CONNECT")
            .stdin(Stdio::null());
        command
    }

    /// Stops it and deletes everything.
    pub async fn end(self) {
        self.lease.end().await.unwrap();
    }
}

/// Runs a command to its end, which must be a good one, and tells what it printed and the seconds.
pub fn timed(mut command: Command) -> (String, f64) {
    let begun = Instant::now();
    let output = command.output().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    (said, seconds)
}
