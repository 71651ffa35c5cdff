//! The private local cluster: PostgreSQL run by and for one user.
//!
//! Nothing of it is reachable from elsewhere: no TCP port, a socket in a folder that only its user can
//! enter. Everyone who uses it holds a [`Lease`]; the server is started with the first and stopped with
//! the last, unless it was told to stay ([`Cluster::keep`]).
//!
//! Three locks, all of the kind that the kernel releases when a process is gone, however it went:
//! - `start.lock` is held by whoever starts, stops or deletes, so that these never overlap;
//! - `leases.lock` is shared by all leases; who can take it alone knows that nobody uses the server;
//! - `server.lock` is inherited by the server and each of its processes: taken, some of them still
//!   live; free, none does, whatever the pid file says. A pid can be reused, or belong to a dead
//!   process that nobody has collected, so pids decide nothing here.
//!
//! Deliberately absent: an upgrade of the data folder to another major version of PostgreSQL.

pub mod binaries;
pub mod install;
pub mod layout;

mod data;
mod database;
mod folder;
mod lease;
mod lock;
mod postmaster;
mod process;
mod server;
mod settings;
mod status;

pub use lease::Lease;
pub use settings::Tuning;
pub use status::{State, Status};

use crate::error::{Error, Kind, Result};
use binaries::Search;
use layout::Layout;
use std::path::{Path, PathBuf};

/// The database that is meant where none is named.
pub const DEFAULT_DATABASE: &str = "attestor";

/// One private cluster, running or not, made or not.
#[derive(Debug, Clone)]
pub struct Cluster {
    layout: Layout,
    search: Search,
    tuning: Tuning,
}

/// What to do with a server that others are using.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// Leave it alone; the request fails.
    Refuse,
    /// Do it all the same; their connections are cut.
    Override,
}

/// What a request to stop found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// A server was running and is no longer.
    Now,
    /// No server was running.
    Already,
}

impl Cluster {
    /// The cluster of this user, or the one that `ATTESTOR_LOCAL_DIR` names.
    pub fn usual() -> Result<Cluster> {
        let layout = Layout::choose(&layout::Surroundings::of_this_process()?)?;
        Ok(Cluster { layout, search: Search::of_this_process(), tuning: Tuning::default() })
    }

    /// The cluster in `folder`, which needs no other place.
    pub fn at(folder: &Path) -> Result<Cluster> {
        let mut surroundings = layout::Surroundings::of_this_process()?;
        surroundings.local_dir = Some(folder.to_owned());
        let layout = Layout::choose(&surroundings)?;
        Ok(Cluster { layout, search: Search::of_this_process(), tuning: Tuning::default() })
    }

    /// The same cluster, with `login` as the role that consoles use.
    #[must_use]
    pub fn login_as(mut self, login: &str) -> Cluster {
        login.clone_into(&mut self.layout.login);
        self
    }

    /// The same cluster, started with other settings.
    #[must_use]
    pub fn tuned(mut self, tuning: Tuning) -> Cluster {
        self.tuning = tuning;
        self
    }

    /// The same cluster, with the programs of PostgreSQL looked for elsewhere.
    #[must_use]
    pub fn found_by(mut self, search: Search) -> Cluster {
        self.search = search;
        self
    }

    /// Where everything of it lies.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The programs of PostgreSQL that this cluster is run with.
    ///
    /// # Errors
    /// [`Kind::NoDatabase`] where there are none; the hint is the command that installs them.
    pub fn find_programs(&self) -> Result<binaries::Programs> {
        self.search.find(data::version(&self.layout.data())?)
    }

    /// Starts the server where it does not run, and keeps it until the lease ends.
    ///
    /// # Errors
    /// [`Kind::NoDatabase`] where PostgreSQL is missing or does not start.
    pub async fn lease(&self) -> Result<Lease> {
        self.blocking(Lease::take).await
    }

    /// Makes the server outlive its leases, until [`Cluster::stop`].
    pub async fn keep(&self) -> Result<()> {
        self.blocking(|cluster| {
            let _guard = cluster.start_lock()?;
            Ok(std::fs::write(cluster.layout.keep_marker(), "")?)
        })
        .await
    }

    /// Stops the server; the next lease starts it again.
    ///
    /// # Errors
    /// [`Kind::Failed`] where others are using it and `in_use` refuses.
    pub async fn stop(&self, in_use: InUse) -> Result<Stopped> {
        self.blocking(move |cluster| {
            if !folder::is_ours(&cluster.layout.top) {
                return Ok(Stopped::Already);
            }
            let _guard = cluster.start_lock()?;
            cluster.refuse_if_used(in_use, "stop")?;
            folder::remove_if_there(&cluster.layout.keep_marker())?;
            if in_use == InUse::Override {
                // Consoles that lose their server restart it, but not one that was stopped on purpose.
                std::fs::write(cluster.layout.stopped_marker(), "")?;
            }
            server::stop(&cluster.layout)
        })
        .await
    }

    /// Stops the server and deletes the cluster with all its databases.
    ///
    /// # Errors
    /// [`Kind::Failed`] where the folder is not one of ours, or is in use and `in_use` refuses.
    pub async fn reset(&self, in_use: InUse) -> Result<()> {
        self.blocking(move |cluster| {
            if !cluster.layout.top.try_exists()? {
                return Ok(());
            }
            folder::require_ours(&cluster.layout.top)?;
            let _guard = cluster.start_lock()?;
            cluster.refuse_if_used(in_use, "delete")?;
            server::stop(&cluster.layout)?;
            folder::delete(&cluster.layout)
        })
        .await
    }

    /// What there is and what runs; looking starts nothing.
    pub async fn status(&self) -> Result<Status> {
        status::look(self).await
    }

    fn start_lock(&self) -> Result<std::fs::File> {
        lock::exclusive(&self.layout.start_lock(), lock::START_PATIENCE)?.ok_or_else(|| {
            Error::new(Kind::NoDatabase, "the local cluster is being started or stopped by somebody else")
                .hint("wait, or look at `attestor local status`")
        })
    }

    fn refuse_if_used(&self, in_use: InUse, deed: &str) -> Result<()> {
        if in_use == InUse::Refuse && lock::try_exclusive(&self.layout.leases_lock())?.is_none() {
            return Err(Error::new(
                Kind::Failed,
                format!("did not {deed} the local cluster: consoles or commands are using it"),
            )
            .hint("close them first, or repeat this with --force"));
        }
        Ok(())
    }

    /// Runs `work`, which waits for locks and processes, where it holds up no other task.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Cluster) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cluster = self.clone();
        match tokio::task::spawn_blocking(move || work(&cluster)).await {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// The whole of `path` as a message shows it.
fn shown(path: &Path) -> String {
    crate::text::visible(&path.to_string_lossy()).into_owned()
}

/// The path of `name` in `folder`.
fn within(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
