//! What there is of the cluster, and what runs.

use super::postmaster::{Phase, Postmaster};
use super::{Cluster, data, database, folder, lock, shown};
use crate::error::Result;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a start or stop is waited for; a longer one is told of as such.
const LOOK_PATIENCE: Duration = Duration::from_secs(2);

/// Whether the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// There is no cluster yet.
    Absent,
    /// There is a cluster; nothing runs.
    Stopped,
    /// The server takes no connections yet.
    Starting,
    /// The server takes connections.
    Running,
    /// The server takes no connections any more.
    Stopping,
}

/// What there is of the cluster, and what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether the server runs.
    pub state: State,
    /// The major version of PostgreSQL that made the data folder.
    pub version: Option<u32>,
    /// The folder of the cluster.
    #[serde(serialize_with = "as_shown")]
    pub folder: PathBuf,
    /// The data folder of PostgreSQL.
    #[serde(serialize_with = "as_shown")]
    pub data: PathBuf,
    /// The folder of the socket: the server's where one runs, else the one that it would get.
    #[serde(serialize_with = "as_shown")]
    pub socket: PathBuf,
    /// The server's process.
    pub pid: Option<i32>,
    /// The databases; known only of a running server.
    pub databases: Vec<String>,
    /// The role that consoles log in as.
    pub login: String,
    /// The superuser.
    pub superuser: String,
    /// Whether consoles or commands are using it.
    pub in_use: bool,
    /// Whether it goes on running without them.
    pub kept: bool,
}

/// Looks; starts nothing and makes nothing.
pub async fn look(cluster: &Cluster) -> Result<Status> {
    let mut status = cluster.blocking(without_connecting).await?;
    if status.state == State::Running {
        let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
            .socket(&status.socket)
            .port(super::layout::PORT)
            .username(&status.superuser)
            .database("postgres")
            .ssl_mode(sqlx::postgres::PgSslMode::Disable);
        status.databases = database::list(&options).await?;
    }
    Ok(status)
}

fn without_connecting(cluster: &Cluster) -> Result<Status> {
    let layout = &cluster.layout;
    let data = layout.data();
    let mut status = Status {
        state: State::Absent,
        version: None,
        folder: layout.top.clone(),
        data: data.clone(),
        socket: layout.socket.clone(),
        pid: None,
        databases: Vec::new(),
        login: layout.login.clone(),
        superuser: layout.superuser.to_owned(),
        in_use: false,
        kept: false,
    };
    if !folder::is_ours(&layout.top) {
        return Ok(status);
    }
    status.version = data::version(&data)?;
    if status.version.is_some() {
        status.state = State::Stopped;
    }
    status.kept = layout.keep_marker().exists();
    // Looking takes the other locks for a moment, which only the holder of this one may: a lease that
    // ends just then would think that it is not the last.
    let guard = lock::exclusive(&layout.start_lock(), LOOK_PATIENCE)?;
    let busy = guard.is_none();
    status.in_use = busy || lock::try_exclusive(&layout.leases_lock())?.is_none();
    if busy || lock::try_exclusive(&layout.server_lock())?.is_none() {
        let postmaster = Postmaster::of(layout);
        status.state = match postmaster.as_ref().map(|it| it.phase) {
            Some(Phase::Ready) => State::Running,
            Some(Phase::Stopping) => State::Stopping,
            Some(Phase::Starting) | None => State::Starting,
        };
        if let Some(postmaster) = postmaster {
            status.pid = Some(postmaster.pid);
            status.socket = postmaster.socket;
        }
    }
    Ok(status)
}

/// A path that is not UTF-8, or hostile, is shown rather than refused.
fn as_shown<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&shown(path))
}
