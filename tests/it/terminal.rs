//! The console in a real pseudo-terminal: what it leaves behind, and how it ends.
//!
//! The program under test is this test binary itself: started anew with one ignored test, which opens
//! a console over a tiny screen.

mod editor;
mod ending;
mod server;
mod settings;
mod suspending;

use super::tiny::Tiny;
use attestor::config::{AuditSettings, Pace, Session, Settings, Shape};
use attestor::db::{Access, Db};
use attestor::ui::run::{Colour, Options, run_with};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything here takes; what exceeds it fails.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[ignore = "runs in the terminals that the other tests open"]
fn the_console_itself() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let status = runtime.block_on(async {
        let session = Session {
            db: Db::lazy(std::env::var("TINY_URL").unwrap().parse().unwrap(), Access::ReadWrite),
            name: "test".into(),
            read_only: false,
            accent: None,
            lease: None,
        };
        let settings = Settings {
            theme: None,
            pace: Pace::Usual,
            shape: if std::env::var_os("TINY_LINEAR").is_some() { Shape::Linear } else { Shape::Drawn },
            folder: std::env::var_os("TINY_CONFIG").map(Into::into),
            audit: AuditSettings::default(),
            file: None,
        };
        run_with(vec![Tiny::new()], session, Options::read(Colour::Auto, &settings)?).await
    });
    runtime.shutdown_background();
    std::process::exit(status.map_or_else(
        |e| {
            eprintln!("{}", e.report());
            1
        },
        i32::from,
    ));
}

fn parser() -> vt100::Parser {
    vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0)
}

/// A console in a pseudo-terminal of 80×24.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<Bytes>,
    more: Condvar,
}

#[derive(Default)]
struct Bytes {
    bytes: Vec<u8>,
    closing: bool,
    ended: bool,
}

/// A console that shows its first screen.
fn open(state: &Path) -> Console {
    let console = open_as(state, &[], Reading::Always);
    console.wait("? help");
    console
}

fn open_as(state: &Path, env: &[(&str, &str)], reading: Reading) -> Console {
    open_below(Below::Nothing, state, env, reading)
}

#[derive(PartialEq)]
enum Below {
    Nothing,
    Shell,
}

#[derive(PartialEq)]
enum Reading {
    Always,
    /// Until so many bytes have come; then the terminal stalls.
    Until(usize),
}

fn open_below(below: Below, state: &Path, env: &[(&str, &str)], reading: Reading) -> Console {
    let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, ..PtySize::default() }).unwrap();
    let program = std::env::current_exe().unwrap();
    let arguments =
        ["--exact", "terminal::the_console_itself", "--ignored", "--nocapture", "--test-threads=1"];
    let mut command = CommandBuilder::new(&program);
    if below == Below::Shell {
        // A shell with job control, which brings the console back once it has been stopped.
        command = CommandBuilder::new("sh");
        command.args(["-m", "-c", "\"$@\"; echo the shell is back; fg >/dev/null; echo the end: $?", "sh"]);
        command.arg(&program);
    }
    command.args(arguments);
    command.env("ATTESTOR_STATE_DIR", state);
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    command.env_remove("NO_COLOR");
    command.env_remove("TMUX");
    command.env("TINY_URL", "postgresql:///none?host=/nonexistent");
    for (name, value) in env {
        command.env(name, value);
    }
    let child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let seen = Arc::new(Seen::default());
    let mut reader = pair.master.try_clone_reader().unwrap();
    let theirs = Arc::clone(&seen);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let known = theirs.state.lock().unwrap().bytes.len();
            if matches!(reading, Reading::Until(enough) if known >= enough) {
                // Holds the terminal open without reading from it.
                std::thread::park();
            }
            let read = reader.read(&mut buffer);
            let mut state = theirs.state.lock().unwrap();
            match read {
                _ if state.closing => return,
                Ok(count) if count > 0 => state.bytes.extend_from_slice(&buffer[..count]),
                _ => state.ended = true,
            }
            theirs.more.notify_all();
            if state.ended {
                return;
            }
        }
    });
    let keys = pair.master.take_writer().unwrap();
    Console { child, master: Some(pair.master), keys: Some(keys), seen }
}

impl Console {
    fn send(&mut self, bytes: &str) {
        let keys = self.keys.as_mut().unwrap();
        keys.write_all(bytes.as_bytes()).unwrap();
        keys.flush().unwrap();
    }

    /// Presses a key again and again, until `text` is shown.
    fn press_until(&mut self, key: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.shows(text) {
            assert!(Instant::now() < deadline, "no {text}");
            self.send(key);
            let state = self.seen.state.lock().unwrap();
            drop(self.seen.more.wait_timeout(state, Duration::from_millis(30)).unwrap());
        }
    }

    fn shows(&self, text: &str) -> bool {
        let mut parser = parser();
        parser.process(&self.written());
        parser.screen().contents().contains(text)
    }

    fn wait(&self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    fn wait_for(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.seen.state.lock().unwrap();
        loop {
            let mut parser = parser();
            parser.process(&state.bytes);
            if holds(parser.screen()) {
                return;
            }
            let left = deadline.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("no {what} on:\n{}", parser.screen().contents()));
            state = self.seen.more.wait_timeout(state, left).unwrap().0;
        }
    }

    fn written(&self) -> Vec<u8> {
        self.seen.state.lock().unwrap().bytes.clone()
    }

    /// Everything that was written, once the program has ended.
    fn all_written(&self) -> Vec<u8> {
        let state = self.seen.state.lock().unwrap();
        let (state, late) = self.seen.more.wait_timeout_while(state, PATIENCE, |state| !state.ended).unwrap();
        assert!(!late.timed_out(), "the terminal stays open");
        drop(state);
        self.written()
    }

    fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap());
        nix::sys::signal::kill(pid, signal).unwrap();
    }

    /// Quits, and leaves the terminal as it was.
    #[track_caller]
    fn quit(&mut self) {
        self.send("q");
        assert_eq!(self.end().0, 0);
        assert_given_back(&self.all_written());
    }

    /// Waits for the end: the exit status, and how long it took.
    fn end(&mut self) -> (u32, Duration) {
        let begun = Instant::now();
        let mut killer = self.child.clone_killer();
        let (done, late) = std::sync::mpsc::channel::<()>();
        let watch = std::thread::spawn(move || {
            if late.recv_timeout(PATIENCE).is_err() {
                let _ = killer.kill();
            }
        });
        let status = self.child.wait().unwrap().exit_code();
        let took = begun.elapsed();
        done.send(()).ok();
        watch.join().unwrap();
        assert!(took < PATIENCE, "it did not end");
        (status, took)
    }

    /// Hangs up. The last hold on the terminal is that of the reading thread: what the redraw writes
    /// wakes it.
    fn hang_up(&mut self) {
        self.seen.state.lock().unwrap().closing = true;
        self.send("\x0c");
        // It also sends a line feed and Ctrl-d as it goes.
        self.keys = None;
        self.master = None;
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn contains(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

/// The screen after everything that was written, and whether the terminal is as it was.
fn assert_given_back(bytes: &[u8]) {
    let mut parser = parser();
    parser.process(bytes);
    let screen = parser.screen();
    assert!(!screen.alternate_screen(), "the alternate screen stays");
    assert!(!screen.hide_cursor(), "the cursor stays hidden");
    assert!(!screen.bracketed_paste(), "bracketed paste stays on");
}

#[test]
fn opens_shows_its_frame_and_quits() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("attestor  [1 Tiny]");
    assert!(contains(&console.written(), "\x1b[?1049h"));
    assert!(!contains(&console.written(), "\x1b[6n"), "it asks for the cursor");
    console.quit();
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("j");
    console.wait("> row 1");
    let before = console.written().len();
    // A key that means nothing: once the next has been answered, this one has been worked off.
    console.send("Q");
    console.send("k");
    console.wait("> row 0");
    let after = console.written().len();
    assert!(after - before < 100, "{} bytes for one row", after - before);
}

#[test]
fn a_paste_without_brackets_confirms_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("f");
    console.wait("reason:");
    console.send("an internal tool\rq\ry");
    console.wait("reason: an internal tool");
    // The first ones may still come within the burst; they confirm nothing, and change nothing.
    console.press_until("\r", "saved: an internal tool q y");
}

#[test]
fn an_arrow_that_comes_in_two_pieces_is_an_arrow() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.send("\x1b");
    console.send("[B");
    console.wait("> row 1");
}

#[test]
fn sizes_change_without_harm() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    for (cols, rows) in [(1, 1), (19, 4), (20, 5), (3, 50), (300, 2), (80, 24)] {
        let size = PtySize { rows, cols, ..PtySize::default() };
        console.master.as_ref().unwrap().resize(size).unwrap();
        console.send("\x0c");
    }
    console.press_until("\x0c", "? help");
    console.send("?");
    console.wait("search");
    console.send("\x1b");
    console.wait("? help");
    console.quit();
}
