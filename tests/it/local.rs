//! The private local cluster: started, shared, kept, stopped.

mod commands;
mod crash;
mod folders;
mod layout;
mod names;
mod programs;

use crate::support::Scratch;
use attestor::db::local::{Cluster, InUse, Lease, State, Status, Stopped, Tuning};
use attestor::error::Kind;
use nix::unistd::{Pid, getpgid, getpgrp};
use sqlx::{ConnectOptions, PgConnection};

fn cluster(scratch: &Scratch) -> Cluster {
    Cluster::at(&scratch.path().join("c")).unwrap().tuned(Tuning::Fleeting)
}

async fn status(cluster: &Cluster) -> Status {
    cluster.status().await.unwrap()
}

async fn superuser(lease: &Lease) -> PgConnection {
    lease.superuser("postgres").connect().await.unwrap()
}

async fn execute(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

#[tokio::test]
async fn the_last_lease_stops_the_server() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    assert_eq!(status(&cluster).await.state, State::Absent);
    let (first, second) = (cluster.lease().await.unwrap(), cluster.lease().await.unwrap());
    let running = status(&cluster).await;
    assert_eq!((running.state, running.in_use, running.kept), (State::Running, true, false));
    let server = Pid::from_raw(running.pid.unwrap());
    assert_ne!(getpgid(Some(server)).unwrap(), getpgrp(), "a Ctrl-c for the console is not for the server");
    first.end().await.unwrap();
    assert_eq!(status(&cluster).await.pid, running.pid, "one lease is left");
    second.end().await.unwrap();
    assert_eq!(status(&cluster).await.state, State::Stopped);

    // Dropping does as ending does.
    let lease = cluster.lease().await.unwrap();
    assert_eq!(status(&cluster).await.state, State::Running);
    drop(lease);
    let after = status(&cluster).await;
    assert!(matches!(after.state, State::Stopped | State::Stopping), "{after:?}");
    // A start right after it waits until the old server is gone.
    let lease = cluster.lease().await.unwrap();
    execute(&mut superuser(&lease).await, "select 1").await;
    lease.end().await.unwrap();
}

#[tokio::test]
async fn a_kept_server_outlives_its_leases_until_it_is_stopped() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    let lease = cluster.lease().await.unwrap();
    cluster.keep().await.unwrap();
    lease.end().await.unwrap();
    let kept = status(&cluster).await;
    assert_eq!((kept.state, kept.in_use, kept.kept), (State::Running, false, true));
    assert_eq!(cluster.stop(InUse::Refuse).await.unwrap(), Stopped::Now);
    let stopped = status(&cluster).await;
    assert_eq!((stopped.state, stopped.kept, stopped.pid), (State::Stopped, false, None));
    assert_eq!(cluster.stop(InUse::Refuse).await.unwrap(), Stopped::Already);
}

#[tokio::test]
async fn a_server_in_use_is_stopped_only_by_force_and_then_stays_so() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    let lease = cluster.lease().await.unwrap();
    let refused = cluster.stop(InUse::Refuse).await.unwrap_err();
    assert!(refused.hint_text().unwrap().contains("--force"));
    assert_eq!(cluster.reset(InUse::Refuse).await.unwrap_err().kind(), Kind::Failed);
    assert_eq!(status(&cluster).await.state, State::Running);

    assert_eq!(cluster.stop(InUse::Override).await.unwrap(), Stopped::Now);
    let error = lease.ensure_running().await.unwrap_err();
    assert!(error.hint_text().unwrap().contains("local start"), "{error}");
    assert_eq!(status(&cluster).await.state, State::Stopped);
    // Whoever opens a console anew wants the server back; then the old one may have it too.
    let another = cluster.lease().await.unwrap();
    lease.ensure_running().await.unwrap();
    execute(&mut superuser(&lease).await, "select 1").await;
    drop((lease, another));
}
