//! The hold that every user of the cluster has on its server.

use super::layout::{Layout, PORT};
use super::server;
use super::{Cluster, folder, lock};
use crate::error::{Error, Kind, Result};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A running server, and the promise that it stays while this is held.
///
/// Dropped, the last lease stops the server and sees it gone for at most a second; it takes a tenth of
/// one. [`Lease::end`] waits as long as it takes, without holding up other tasks, and tells of a failure.
#[derive(Debug)]
pub struct Lease {
    cluster: Cluster,
    socket: PathBuf,
    share: Option<File>,
}

impl Lease {
    pub(super) fn take(cluster: &Cluster) -> Result<Lease> {
        // Programs first: where PostgreSQL is missing nothing is made, not even a folder.
        cluster.find_programs()?;
        folder::make_top(&cluster.layout)?;
        let guard = cluster.start_lock()?;
        let share = lock::shared(&cluster.layout.leases_lock())?;
        let mut lease = Lease { cluster: cluster.clone(), socket: PathBuf::new(), share: Some(share) };
        let started =
            folder::remove_if_there(&cluster.layout.stopped_marker()).and_then(|()| server::ensure(cluster));
        // Before a lease that came to nothing ends: its end takes this lock.
        drop(guard);
        lease.socket = started?.socket;
        Ok(lease)
    }

    /// Starts the server again after a crash; does nothing while it runs.
    ///
    /// # Errors
    /// [`Kind::NoDatabase`] where it does not start, or was stopped on purpose under this console.
    pub async fn ensure_running(&self) -> Result<()> {
        self.cluster
            .blocking(|cluster| {
                if !folder::is_ours(&cluster.layout.top) {
                    return Err(Error::new(Kind::NoDatabase, "the local cluster was deleted"));
                }
                let _guard = cluster.start_lock()?;
                if cluster.layout.stopped_marker().exists() {
                    return Err(Error::new(Kind::NoDatabase, "the local server was stopped")
                        .hint("attestor local start"));
                }
                server::ensure(cluster).map(drop)
            })
            .await
    }

    /// How to connect to `database` as the role of this user.
    pub fn options(&self, database: &str) -> PgConnectOptions {
        self.options_as(&self.cluster.layout.login, database)
    }

    /// How to connect to `database` as the superuser.
    pub fn superuser(&self, database: &str) -> PgConnectOptions {
        self.options_as(self.cluster.layout.superuser, database)
    }

    /// How to connect to `database` as `role`; the environment's settings for other servers are not heard.
    pub fn options_as(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket)
            .port(PORT)
            .username(role)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }

    /// The folder of the socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The cluster that this is a lease of.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Ends the lease; the last one stops the server.
    pub async fn end(mut self) -> Result<()> {
        let share = self.share.take();
        self.cluster
            .clone()
            .blocking(move |cluster| give_back(cluster, share, |layout| server::stop(layout).map(drop)))
            .await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A failure leaves a server running, which the next lease to end stops.
        give_back(&self.cluster, self.share.take(), server::ask_to_stop).ok();
    }
}

fn give_back(cluster: &Cluster, share: Option<File>, stop: impl Fn(&Layout) -> Result<()>) -> Result<()> {
    let Some(share) = share else { return Ok(()) };
    drop(share);
    let layout = &cluster.layout;
    if !folder::is_ours(&layout.top) {
        return Ok(());
    }
    let _guard = cluster.start_lock()?;
    // Whoever takes a lease needs the start lock, which is ours: nobody can come in between.
    let alone = lock::try_exclusive(&layout.leases_lock())?.is_some();
    if alone && !layout.keep_marker().exists() {
        stop(layout)?;
    }
    Ok(())
}
