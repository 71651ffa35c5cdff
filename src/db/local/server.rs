//! The server's process: made, started, watched, stopped. The caller holds `start.lock`.

use super::layout::{Layout, PORT, socket_file};
use super::postmaster::{self, Phase, Postmaster};
use super::process::{last_words, not_run, program};
use super::{Cluster, Stopped, data, folder, lock, shown};
use crate::error::{Error, Kind, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::process::{Child, Stdio};
use std::time::Duration;

/// How long a start may take; replaying the log after a crash is part of it.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long a stop may take that ends transactions and writes what is in memory.
const FAST_PATIENCE: Duration = Duration::from_secs(30);
/// How long a stop may take that only ends the processes.
const IMMEDIATE_PATIENCE: Duration = Duration::from_secs(10);
/// How long somebody waits who has to be gone within a second: a console whose terminal is.
const ASK_PATIENCE: Duration = Duration::from_millis(700);

/// The running server; makes and starts one where none runs.
pub fn ensure(cluster: &Cluster) -> Result<Postmaster> {
    let layout = &cluster.layout;
    let found = lock::wait_for(START_PATIENCE, || {
        if let Some(free) = lock::try_exclusive(&layout.server_lock())? {
            return launch(cluster, free).map(Some);
        }
        match Postmaster::of(layout) {
            Some(postmaster) if postmaster.phase == Phase::Ready => {
                if postmaster.answers() {
                    return Ok(Some(postmaster));
                }
                // Its socket was swept away, with /run/user at the last logout for one: it serves
                // nobody any more.
                stop(layout).map(|_| None)
            }
            // Its starter was killed, or it is stopping, or its last processes see that they are alone.
            _ => Ok(None),
        }
    })?;
    found.ok_or_else(|| {
        Error::new(Kind::NoDatabase, "processes of an earlier local server are still there")
            .hint(format!("see `ps -ef | grep postgres`; their folder is {}", shown(&layout.data())))
    })
}

/// Stops the server, if one runs, and waits until its last process is gone.
pub fn stop(layout: &Layout) -> Result<Stopped> {
    let Some(postmaster) = find(layout)? else { return Ok(Stopped::Already) };
    for (signal, patience) in [(Signal::SIGINT, FAST_PATIENCE), (Signal::SIGQUIT, IMMEDIATE_PATIENCE)] {
        if is_gone_after(layout, &postmaster, signal, patience)? {
            return Ok(Stopped::Now);
        }
    }
    Err(Error::new(Kind::Failed, format!("the local server (pid {}) does not stop", postmaster.pid))
        .hint(see_log(layout)))
}

/// Asks the server to stop, for somebody who cannot stay to see it gone.
pub fn ask_to_stop(layout: &Layout) -> Result<()> {
    if let Some(postmaster) = find(layout)? {
        is_gone_after(layout, &postmaster, Signal::SIGINT, ASK_PATIENCE)?;
    }
    Ok(())
}

/// The server to stop; `None` where no process of one is left.
fn find(layout: &Layout) -> Result<Option<Postmaster>> {
    // A server that was started this moment has no pid file yet.
    let found = lock::wait_for(START_PATIENCE, || {
        if lock::try_exclusive(&layout.server_lock())?.is_some() {
            return Ok(Some(None));
        }
        Ok(Postmaster::of(layout).map(Some))
    })?;
    Ok(found.flatten())
}

fn is_gone_after(
    layout: &Layout,
    postmaster: &Postmaster,
    signal: Signal,
    patience: Duration,
) -> Result<bool> {
    // Where it crashed, only its last processes are left, and the number may be a stranger's.
    if postmaster.works_in(&layout.data()) {
        kill(Pid::from_raw(postmaster.pid), signal).ok();
    }
    Ok(lock::exclusive(&layout.server_lock(), patience)?.is_some())
}

fn launch(cluster: &Cluster, server_lock: File) -> Result<Postmaster> {
    let layout = &cluster.layout;
    let programs = cluster.find_programs()?;
    let user = layout.server_user()?;
    if !layout.data().try_exists()? {
        data::make(layout, &programs, user, cluster.tuning)?;
    }
    // A crashed server's socket folder comes first: open consoles go on looking for it there. Not as root,
    // where the file that names it is somebody else's and the folder never varies.
    let socket = Postmaster::of(layout)
        .map(|crashed| crashed.socket)
        .filter(|old| user.is_none() && folder::make_socket_folder(layout, old, user).is_ok())
        .unwrap_or_else(|| layout.socket.clone());
    folder::make_socket_folder(layout, &socket, user)?;
    // The lock is ours, so no process of a server lives here. PostgreSQL itself asks only whether the pids
    // in these files are alive, and would refuse for a stranger with that number or an uncollected dead.
    let socket_lock = socket.join(format!(".s.PGSQL.{PORT}.lock"));
    for file in [postmaster::pid_file(layout), socket_file(&socket), socket_lock] {
        folder::remove_if_there(&file)?;
    }

    let mut command = program(&programs.postgres, layout, user);
    command.arg("-D").arg(layout.data()).arg("-k").arg(&socket).args(["-p", &PORT.to_string()]);
    for setting in cluster.tuning.arguments() {
        command.args(["-c", setting]);
    }
    let log = File::create(layout.start_log())?;
    command.stdin(Stdio::from(server_lock)).stdout(log.try_clone()?).stderr(log);
    let mut child = command.spawn().map_err(|e| not_run(&programs.postgres, layout, user, e))?;
    drop(command); // with it our own hold on the server's lock
    let ready = wait_until_ready(layout, &mut child);
    // Collects the server when it ends, however long that takes: a dead child would keep its pid.
    std::thread::spawn(move || child.wait());
    ready
}

fn wait_until_ready(layout: &Layout, child: &mut Child) -> Result<Postmaster> {
    let pid = i32::try_from(child.id()).unwrap_or(0);
    let ready = lock::wait_for(START_PATIENCE, || {
        if let Some(status) = child.try_wait()? {
            return Err(Error::new(Kind::NoDatabase, format!("PostgreSQL did not start ({status})"))
                .because(last_words(layout))
                .hint(see_log(layout)));
        }
        Ok(Postmaster::of(layout).filter(|it| it.pid == pid && it.phase == Phase::Ready))
    })?;
    ready.ok_or_else(|| {
        Error::new(Kind::NoDatabase, "PostgreSQL is taking more than a minute to start")
            .because(last_words(layout))
            .hint(see_log(layout))
    })
}

fn see_log(layout: &Layout) -> String {
    format!("see {} and {}", shown(&layout.start_log()), shown(&layout.data().join("log")))
}
