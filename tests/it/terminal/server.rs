//! A server that goes away.

use super::{Reading, open_as};
use attestor::db::local::{Cluster, Tuning};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_is_told_and_its_return_too() {
    let state = tempfile::tempdir().unwrap();
    let scratch = crate::support::Scratch::new();
    let folder = scratch.path().join("own");
    let cluster = Cluster::at(&folder).unwrap().login_as(crate::support::LOGIN).tuned(Tuning::Fleeting);
    let lease = cluster.lease().await.unwrap();
    lease.prepare_database("one").await.unwrap();
    let mut console = open_as(state.path(), &[("TINY_URL", &lease.url("one"))], Reading::Always);
    console.wait("tester");
    console.send("c");
    console.wait("comment:");
    console.send("half a thought");
    console.wait("half a thought");
    kill_postmaster(&folder);
    console.wait("no database since");
    console.wait("comment: half a thought");
    lease.ensure_running().await.unwrap();
    console.wait_for("return", |screen| !screen.contents().contains("no database since"));
    console.wait("comment: half a thought");
    drop(console);
    lease.end().await.unwrap();
}

/// Kills the server below `folder` as a crash does.
fn kill_postmaster(folder: &Path) {
    let pid = find(folder, "postmaster.pid").expect("a running server");
    let pid: i32 = std::fs::read_to_string(pid).unwrap().lines().next().unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

fn find(folder: &Path, name: &str) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| match entry.path() {
        path if path.file_name().is_some_and(|n| n == name) => Some(path),
        path if path.is_dir() => find(&path, name),
        _ => None,
    })
}
