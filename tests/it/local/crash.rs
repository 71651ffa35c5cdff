//! What was killed: the server, its first start, a test.

use super::{cluster, execute, status, superuser};
use crate::support::Scratch;
use attestor::db::local::{InUse, State, Stopped, Tuning};
use attestor::error::Kind;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

#[tokio::test]
async fn a_server_that_was_killed_comes_back_with_what_was_committed() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch).tuned(Tuning::Durable);
    let lease = cluster.lease().await.unwrap();
    let mut connection = superuser(&lease).await;
    execute(&mut connection, "create table kept (n int); insert into kept select generate_series(1, 1000)")
        .await;
    let pid = status(&cluster).await.pid.unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    lease.ensure_running().await.unwrap();
    assert_ne!(status(&cluster).await.pid.unwrap(), pid);
    assert!(sqlx::query("select").execute(&mut connection).await.is_err(), "that connection is lost");
    let count: i64 = sqlx::query_scalar("select count(*) from kept")
        .fetch_one(&mut superuser(&lease).await)
        .await
        .unwrap();
    assert_eq!(count, 1000);
    lease.ensure_running().await.unwrap();

    // With nobody there to notice: the next console finds it.
    kill(Pid::from_raw(status(&cluster).await.pid.unwrap()), Signal::SIGKILL).unwrap();
    drop(lease);
    let lease = cluster.lease().await.unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from kept")
        .fetch_one(&mut superuser(&lease).await)
        .await
        .unwrap();
    assert_eq!(count, 1000);
    lease.end().await.unwrap();
}

/// A process of the server's user that has nothing to do with it.
struct Stranger(Child);

impl Stranger {
    fn new() -> Stranger {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        if geteuid().is_root() {
            command.uid(User::from_name("postgres").unwrap().unwrap().uid.as_raw());
        }
        Stranger(command.spawn().unwrap())
    }

    /// Whether it answers no more: it ends when its input does, with success unless it was killed.
    fn was_spared(mut self) -> bool {
        drop(self.0.stdin.take());
        self.0.wait().unwrap().success()
    }
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_is_not_believed() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    cluster.lease().await.unwrap().end().await.unwrap();
    let stranger = Stranger::new();
    let (data, socket) = (cluster.layout().data(), cluster.layout().socket.clone());
    let pid = stranger.0.id();
    let state = "1700000000\n5432\n";
    let files = [data.join("postmaster.pid"), socket.join(".s.PGSQL.5432.lock")];
    let pid_file = format!("{pid}\n{}\n{state}{}\n\n  1 1\nready   \n", data.display(), socket.display());
    for file in &files {
        fs::write(file, &pid_file).unwrap();
    }
    assert_eq!(status(&cluster).await.state, State::Stopped);
    assert_eq!(cluster.stop(InUse::Override).await.unwrap(), Stopped::Already);
    let lease = cluster.lease().await.unwrap();
    assert_ne!(status(&cluster).await.pid.unwrap(), i32::try_from(pid).unwrap());
    execute(&mut superuser(&lease).await, "select 1").await;
    lease.end().await.unwrap();
    assert!(stranger.was_spared());
}

#[tokio::test]
async fn a_first_start_that_was_killed_halfway_is_begun_anew() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    cluster.lease().await.unwrap().end().await.unwrap();
    let data = cluster.layout().data();
    let half = data.with_file_name("data.new");
    fs::rename(&data, &half).unwrap();
    fs::remove_file(half.join("PG_VERSION")).unwrap();
    assert_eq!(status(&cluster).await.state, State::Absent);
    let lease = cluster.lease().await.unwrap();
    execute(&mut superuser(&lease).await, "select 1").await;
    assert!(!half.exists());
    lease.end().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    cluster.lease().await.unwrap().end().await.unwrap();
    let data = cluster.layout().data();
    // One fails before its log is open, the other after.
    let broken =
        [("postgresql.auto.conf", "nonsense = 1\n", "nonsense"), ("recovery.signal", "", "restore_command")];
    for (file, text, why) in broken {
        fs::write(data.join(file), text).unwrap();
        let error = cluster.lease().await.unwrap_err();
        assert_eq!(error.kind(), Kind::NoDatabase);
        let report = error.report().to_string();
        assert!(report.contains(why), "{report}");
        assert_eq!(report.lines().count(), 3, "{report}");
        assert_eq!(status(&cluster).await.state, State::Stopped);
        fs::remove_file(data.join(file)).unwrap();
    }
    cluster.lease().await.unwrap().end().await.unwrap();
}

#[tokio::test]
async fn a_socket_that_was_swept_away_comes_back() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    let lease = cluster.lease().await.unwrap();
    fs::remove_dir_all(lease.socket()).unwrap();
    lease.ensure_running().await.unwrap();
    execute(&mut superuser(&lease).await, "select 1").await;
    lease.end().await.unwrap();
}

/// Run as a process of its own by the test below.
#[tokio::test]
async fn helper_that_holds_a_server() {
    if std::env::var_os("ATTESTOR_TEST_HOLD").is_none() {
        return;
    }
    let scratch = Scratch::new();
    let lease = cluster(&scratch).lease().await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nheld {}", scratch.path().display()).unwrap();
    out.flush().unwrap();
    std::future::pending::<()>().await;
    drop(lease);
}

#[test]
fn a_test_process_that_is_killed_leaves_nothing() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "local::crash::helper_that_holds_a_server", "--nocapture"])
        .env("ATTESTOR_TEST_HOLD", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder: PathBuf = lines
        .find_map(|line| line.unwrap().strip_prefix("held ").map(PathBuf::from))
        .expect("the helper holds a server");
    let pid = fs::read_to_string(folder.join("c/data/postmaster.pid")).unwrap();
    let pid: i32 = pid.lines().next().unwrap().parse().unwrap();
    assert!(is_running(pid));
    child.kill().unwrap();
    // The janitor has the same standard error, so its end is when the last of both is gone.
    child.stderr.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
    child.wait().unwrap();
    assert!(!folder.exists());
    assert!(!is_running(pid));
}

/// Whether a process lives; a dead one that nobody has collected does not.
fn is_running(pid: i32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    !matches!(state.stdout.first(), None | Some(b'Z'))
}
