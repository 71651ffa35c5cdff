//! Other servers: a standby, and one that is killed while its chain is verified.

use super::*;
use crate::support::Scratch;
use attestor::audit::verify::report::Verdict;
use attestor::db::local::{Cluster, Lease, Tuning};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, chown};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const DATABASE: &str = "attestor";

/// A server of its own with a chain, which a test may do anything to.
struct Server {
    lease: Lease,
    files: Scratch,
}

impl Server {
    async fn with_chain() -> Server {
        let files = Scratch::new();
        let cluster = Cluster::at(&files.path().join("primary")).unwrap();
        let lease = cluster.login_as("tester").tuned(Tuning::Fleeting).lease().await.unwrap();
        lease.prepare_database(DATABASE).await.unwrap();
        let server = Server { lease, files };
        append(&mut server.superuser().await, SIZE).await;
        server
    }

    async fn superuser(&self) -> PgConnection {
        self.lease.superuser(DATABASE).connect().await.unwrap()
    }
}

/// A program of PostgreSQL, as the user of its servers.
fn program(name: &str) -> Command {
    let folders = ["/usr/lib/postgresql/15/bin"].map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::env::split_paths(&path).chain(folders);
    let found = all.map(|folder| folder.join(name)).find(|path| path.is_file());
    let mut command = Command::new(found.unwrap_or_else(|| name.into()));
    if let Some(user) = server_user() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// As root servers run as somebody else.
fn server_user() -> Option<User> {
    nix::unistd::geteuid().is_root().then(|| User::from_name("postgres").unwrap().unwrap())
}

/// A standby that follows a server; stopped when this is dropped.
struct Standby {
    data: PathBuf,
    socket: PathBuf,
}

impl Standby {
    fn of(server: &Server) -> Standby {
        let folder = server.files.path().join("standby");
        std::fs::create_dir(&folder).unwrap();
        if let Some(user) = server_user() {
            chown(&folder, Some(user.uid), Some(user.gid)).unwrap();
        }
        let standby = Standby { data: folder.join("data"), socket: folder.clone() };
        let copied = program("pg_basebackup")
            .args(["-X", "stream", "-c", "fast", "-R", "--no-sync", "-U", "postgres", "-h"])
            .arg(server.lease.socket())
            .arg("-D")
            .arg(&standby.data)
            .status();
        assert!(copied.unwrap().success(), "the copy");
        let settings = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c hot_standby=on -c max_connections=200 \
             -c logging_collector=off -c fsync=off",
            folder.display()
        );
        let started = program("pg_ctl")
            .args(["-w", "-s", "-o", &settings, "-l"])
            .arg(folder.join("log"))
            .arg("-D")
            .arg(&standby.data)
            .arg("start")
            .status();
        let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(started.unwrap().success(), "{}", log());
        standby
    }

    fn options(&self, login: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass().socket(&self.socket).username(login).database(DATABASE)
    }

    /// Waits until it has all that its server has written.
    async fn caught_up(&self, server: &Server) {
        let mut primary = server.superuser().await;
        // A commit that waits for the disk takes all that were before it along; only one that wrote waits.
        let flush = "begin; set local synchronous_commit = on;
                     select pg_logical_emit_message(true, 'test', 'flush'); commit";
        run(&mut primary, flush).await;
        let sent: String =
            sqlx::query_scalar("select pg_current_wal_lsn()::text").fetch_one(&mut primary).await.unwrap();
        let mut connection = self.options("postgres").connect().await.unwrap();
        let begun = std::time::Instant::now();
        loop {
            let there: bool = sqlx::query_scalar("select pg_last_wal_replay_lsn() >= $1::text::pg_lsn")
                .bind(&sent)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if there {
                return;
            }
            assert!(begun.elapsed().as_secs() < 30, "the standby does not follow");
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        program("pg_ctl").args(["-s", "-m", "immediate", "-D"]).arg(&self.data).arg("stop").status().ok();
    }
}

#[tokio::test]
async fn a_standby_is_verified_with_the_right_to_read_alone() {
    let server = Server::with_chain().await;
    let mut superuser = server.superuser().await;
    let reader = "create role reader login; grant usage on schema audit to reader;
                  grant select on audit.audit_trail_entries, audit.chain to reader";
    run(&mut superuser, reader).await;
    let standby = Standby::of(&server);
    let follows = async |entries: i64| {
        standby.caught_up(&server).await;
        let reader = Db::lazy(standby.options("reader"), Access::ReadWrite);
        let report = verified_as(&reader, Request::default()).await;
        assert_eq!(report.entries, entries as u64);
        report
    };
    assert_eq!(follows(SIZE).await.verdict(), Verdict::Verified);
    append(&mut superuser, 5).await;
    assert_eq!(follows(SIZE + 5).await.verdict(), Verdict::Verified);

    // Through the built program too, which records nothing there.
    let url = format!("postgresql:///{DATABASE}?host={}&user=reader", standby.socket.display());
    let (status, out) = ended(verifying(&server, &url, &[]));
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &said["verdict"], &said["run"]), (0, &"VERIFIED".into(), &Value::Null));

    let edit = format!("{UNLOCK}; update audit.audit_trail_entries set actor = 'nobody' where seq = 9");
    run(&mut superuser, &edit).await;
    let report = follows(SIZE + 5).await;
    assert_broken(&report, "what was done to its server", 9, Kind::MetadataMismatch, Field::Entry);
}

/// The program, verifying.
fn verifying(server: &Server, url: &str, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", server.files.path()).env("DATABASE_URL", url);
    command.args(["audit", "verify", "--json"]).args(more);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How it ended, and what it printed.
fn ended(child: Child) -> (i32, String) {
    let done = child.wait_with_output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

/// Verifies with the built program; kills `who` of the server while it waits for a lock.
async fn killed(who: impl AsyncFn(&Server, &mut PgConnection) -> i32) {
    let server = Server::with_chain().await;
    let (mut holder, mut superuser) = (server.superuser().await, server.superuser().await);
    run(&mut holder, "begin; lock table audit.audit_trail_entries in access exclusive mode").await;
    let child = verifying(&server, &server.lease.url(DATABASE), &["--unrecorded"]);
    let waits =
        "select exists (select from pg_stat_activity where usename = 'tester' and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut superuser).await.unwrap() {
        tokio::task::yield_now().await;
    }
    let pid = who(&server, &mut superuser).await;
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    let (status, out) = tokio::task::spawn_blocking(|| ended(child)).await.unwrap();
    assert!([4, 69].contains(&status), "{status}: {out}");
    if status == 4 {
        let said: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&said["verdict"], &said["entries"]), (&"INCOMPLETE".into(), &0.into()), "{said}");
        assert!(said["stopped"].as_str().is_some_and(|why| !why.is_empty()), "it says why: {said}");
    } else {
        assert_eq!(out, "", "no verdict");
    }
    holder.close_hard().await.ok();
    superuser.close_hard().await.ok();
}

#[tokio::test]
async fn the_process_of_a_reader_is_killed() {
    killed(async |_, superuser| {
        let waiting = "select pid from pg_stat_activity
                       where usename = 'tester' and wait_event_type = 'Lock' limit 1";
        sqlx::query_scalar(waiting).fetch_one(superuser).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn the_whole_server_is_killed() {
    killed(async |server, _| {
        let pid = find(server.files.path(), "postmaster.pid").expect("a running server");
        std::fs::read_to_string(pid).unwrap().lines().next().unwrap().parse().unwrap()
    })
    .await;
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| match entry.path() {
        path if path.file_name().is_some_and(|n| n == name) => Some(path),
        path if path.is_dir() => find(&path, name),
        _ => None,
    })
}
