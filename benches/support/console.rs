//! A console in a pseudo-terminal of 80×24, with the moment at which each of its bytes came.

use super::server::{ATTESTOR, Server};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing is written before the console counts as settled: the detail follows a moved cursor
/// after 80 ms.
const QUIET: Duration = Duration::from_millis(150);

/// How many have been opened.
static OPENED: AtomicU32 = AtomicU32::new(0);

/// A console under measurement. Dropped, it is killed.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Seen>,
    /// When it was started.
    pub started: Instant,
    /// When something was typed last.
    typed: Instant,
}

struct Seen {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    chunks: Vec<Chunk>,
    written: usize,
    screen: vt100::Parser,
    ended: bool,
}

/// Bytes that came at once.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    /// When.
    pub at: Instant,
    /// How many.
    pub bytes: usize,
}

/// What came of a key.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// How long its first bytes took; none where nothing came at all.
    pub first: Option<Duration>,
    /// The bytes of what came at once.
    pub frame_bytes: usize,
    /// The bytes of what followed, such as the detail.
    pub later_bytes: usize,
}

impl Console {
    /// Opens a console on a database of the server.
    pub fn on(server: &Server, url: &str) -> Console {
        Console::open(server, &[], &[("DATABASE_URL", url)])
    }

    /// Opens a console with arguments and variables.
    pub fn open(server: &Server, arguments: &[&str], env: &[(&str, &str)]) -> Console {
        let size = PtySize { rows: 24, cols: 80, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(ATTESTOR);
        command.args(arguments);
        for (name, _) in std::env::vars_os() {
            let is_setting = name.to_str().is_some_and(|name| name.starts_with("ATTESTOR_"));
            if is_setting || name == "DATABASE_URL" || name == "NO_COLOR" || name == "TMUX" {
                command.env_remove(name);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("ATTESTOR_LOCAL_DIR", server.cluster_folder());
        // Each opens as at a first visit, not where the one before was left.
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        command.env("ATTESTOR_STATE_DIR", server.folder().join(format!("state-{number}")));
        for (name, value) in env {
            command.env(name, value);
        }
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        let state = State { chunks: Vec::new(), written: 0, screen, ended: false };
        let seen = Arc::new(Seen { state: Mutex::new(state), more: Condvar::new() });
        let (theirs, mut reader) = (Arc::clone(&seen), pair.master.try_clone_reader().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            loop {
                let read = reader.read(&mut buffer);
                let at = Instant::now();
                let mut state = theirs.state.lock().unwrap();
                match read {
                    Ok(bytes) if bytes > 0 => {
                        state.chunks.push(Chunk { at, bytes });
                        state.written += bytes;
                        state.screen.process(&buffer[..bytes]);
                    }
                    _ => state.ended = true,
                }
                theirs.more.notify_all();
                if state.ended {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Console { child, _master: pair.master, keys, seen, started, typed: started }
    }

    /// Waits until `text` is on the screen; gives the moment when it came.
    pub fn wait(&self, text: &str) -> Instant {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// Waits until something holds of the screen; gives the moment when that came.
    pub fn wait_for(&self, what: &str, holds: impl Fn(&str) -> bool) -> Instant {
        let mut state = self.state();
        let begun = Instant::now();
        loop {
            let contents = state.screen.screen().contents();
            if holds(&contents) {
                return state.chunks.last().map_or(begun, |chunk| chunk.at);
            }
            assert!(begun.elapsed() < PATIENCE && !state.ended, "no {what} on:\n{contents}");
            state = self.seen.more.wait_timeout(state, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        self.state().screen.screen().contents()
    }

    /// Waits until nothing has been written for a while.
    pub fn settle(&self) {
        self.stay_quiet(QUIET);
    }

    fn stay_quiet(&self, quiet: Duration) {
        let begun = Instant::now();
        let mut state = self.state();
        loop {
            let last = state.chunks.last().map_or(self.typed, |chunk| chunk.at.max(self.typed));
            let Some(left) = quiet.checked_sub(last.elapsed()) else { return };
            assert!(begun.elapsed() < PATIENCE, "it never stops writing");
            state = self.seen.more.wait_timeout(state, left).unwrap().0;
        }
    }

    /// The bytes that are written within so long while nobody does anything.
    pub fn idle(&self, time: Duration) -> usize {
        let before = self.state().written;
        let begun = Instant::now();
        let mut state = self.state();
        while let Some(left) = time.checked_sub(begun.elapsed()) {
            state = self.seen.more.wait_timeout(state, left).unwrap().0;
        }
        state.written - before
    }

    /// Types, and waits for nothing.
    pub fn send(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self.typed = at;
        at
    }

    /// Presses a key, waits until the console has settled, and tells what came of it.
    pub fn press(&mut self, key: &str) -> Answer {
        let before = self.state().chunks.len();
        let pressed = self.send(key);
        let mut state = self.state();
        while state.chunks.len() == before && pressed.elapsed() < Duration::from_secs(2) {
            state = self.seen.more.wait_timeout(state, Duration::from_millis(50)).unwrap().0;
        }
        drop(state);
        self.settle();
        let state = self.state();
        let chunks = &state.chunks[before..];
        let first = chunks.first().map(|chunk| chunk.at - pressed);
        // A frame is written at once; the pieces in which it arrives are close together.
        let is_frame = |chunk: &&Chunk| chunk.at - pressed < first.unwrap_or_default() + FRAME;
        let frame_bytes = chunks.iter().take_while(is_frame).map(|chunk| chunk.bytes).sum();
        let later_bytes = chunks.iter().skip_while(is_frame).map(|chunk| chunk.bytes).sum();
        Answer { first, frame_bytes, later_bytes }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.seen.state.lock().unwrap()
    }
}

/// Within this after its first bytes, what comes belongs to the same frame.
const FRAME: Duration = Duration::from_millis(12);

impl Drop for Console {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
