//! The console in a real pseudo-terminal: what it leaves behind, and how it ends.
//!
//! The program under test is this test binary itself: started anew with one ignored test, which opens
//! a console over a tiny screen.

use super::tiny::Tiny;
use attestor::config::{AuditSettings, Pace, Session, Settings, Shape};
use attestor::db::local::{Cluster, Tuning};
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

fn open(state: &Path) -> Console {
    open_as(state, &[], Reading::Always)
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
    console.wait("? help");
    console.wait("attestor  [1 Tiny]");
    assert!(contains(&console.written(), "\x1b[?1049h"));
    assert!(!contains(&console.written(), "\x1b[6n"), "it asks for the cursor");
    console.send("q");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn ctrl_c_twice_quits() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.send("\x03");
    console.wait("Ctrl-c again quits");
    console.send("\x03");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn sigterm_gives_the_terminal_back() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
    assert_given_back(&console.all_written());
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.send("z");
    assert_ne!(console.end().0, 0);
    let written = console.all_written();
    assert_given_back(&written);
    let text = String::from_utf8_lossy(&written).into_owned();
    let (left, said) = (text.rfind("\x1b[?1049l").unwrap(), text.find("a bug in the screen").unwrap());
    assert!(left < said, "the report is on the screen that goes");
}

#[test]
fn a_panic_in_a_deed_is_said_and_the_console_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.send("s");
    console.wait("that stopped on a bug in attestor");
    console.send("j");
    console.wait("> row 1");
    let log = std::fs::read_to_string(state.path().join("attestor.log")).unwrap();
    assert!(log.contains("a bug in a deed"), "{log}");
    assert!(!contains(&console.written(), "a bug in a deed"), "the report destroys the screen");
}

#[test]
fn a_stalled_terminal_does_not_hold_up_the_end() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[], Reading::Until(500));
    console.wait("attestor");
    // More than a pseudo-terminal buffers, each a whole frame.
    for _ in 0..400 {
        console.send("\x0c");
    }
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
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

#[tokio::test]
async fn a_hang_up_ends_it_within_a_second_and_the_draft_comes_back() {
    let state = tempfile::tempdir().unwrap();
    let database = crate::support::database().await.url();
    let mut console = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    // The login stands in the footer once the drafts have a place to go to.
    console.wait("tester");
    console.send("c");
    console.wait("comment:");
    console.send("half a thought");
    console.wait("half a thought");
    console.hang_up();
    let (status, took) = console.end();
    assert_eq!(status, 129);
    assert!(took < Duration::from_secs(1), "{took:?}");
    let mut again = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    again.wait("a draft is back");
    again.send("c");
    again.wait("comment: half a thought");
}

#[tokio::test]
async fn a_kill_loses_nothing_that_is_two_seconds_old() {
    let state = tempfile::tempdir().unwrap();
    let database = crate::support::database().await.url();
    let mut console = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    console.wait("tester");
    console.send("c");
    console.wait("comment:");
    console.send("half a thought");
    let typed = Instant::now();
    while !holds_text(state.path(), "half a thought") {
        assert!(typed.elapsed() < PATIENCE, "it is never saved");
        std::thread::yield_now();
    }
    console.signal(nix::sys::signal::Signal::SIGKILL);
    console.end();
    let mut again = open_as(state.path(), &[("TINY_URL", &database)], Reading::Always);
    again.wait("a draft is back");
    again.send("q");
    assert_eq!(again.end().0, 0);
}

/// Whether a file below `folder` holds `text`.
fn holds_text(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => holds_text(&path, text),
            // Not yet the one that is still being written.
            false if path.extension().is_none_or(|ext| ext != "json") => false,
            false => std::fs::read_to_string(path).is_ok_and(|content| content.contains(text)),
        }
    })
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_all_back() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_below(Below::Shell, state.path(), &[], Reading::Always);
    console.wait("? help");
    console.send("j");
    console.wait("> row 1");
    console.send("\x1a");
    let entered = "\x1b[?1049h";
    let deadline = Instant::now() + PATIENCE;
    while String::from_utf8_lossy(&console.written()).matches(entered).count() < 2 {
        assert!(Instant::now() < deadline, "it does not come back");
        std::thread::yield_now();
    }
    console.wait("> row 1");
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    let (left, shell) = (written.find("\x1b[?1049l").unwrap(), written.find("the shell is back").unwrap());
    assert!(left < shell && shell < written.rfind(entered).unwrap());
    console.send("j");
    console.wait("> row 2");
    console.send("q");
    console.wait("the end: 0");
    console.end();
    assert_given_back(&console.all_written());
}

#[test]
fn a_stop_from_elsewhere_gives_the_terminal_back_as_ctrl_z_does() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_below(Below::Shell, state.path(), &[], Reading::Always);
    console.wait("? help");
    console.send("j");
    console.wait("> row 1");
    let shell = console.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
    // Only Linux says so.
    let Ok(children) = children else { return };
    let pid = nix::unistd::Pid::from_raw(children.trim().parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTSTP).unwrap();
    let entered = "\x1b[?1049h";
    let deadline = Instant::now() + PATIENCE;
    while String::from_utf8_lossy(&console.written()).matches(entered).count() < 2 {
        assert!(Instant::now() < deadline, "it does not come back");
        std::thread::yield_now();
    }
    console.wait("> row 1");
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    let (left, shell) = (written.find("\x1b[?1049l").unwrap(), written.find("the shell is back").unwrap());
    assert!(left < shell && shell < written.rfind(entered).unwrap());
    console.send("q");
    console.wait("the end: 0");
    console.end();
    assert_given_back(&console.all_written());
}

#[test]
fn a_stop_from_elsewhere_without_a_shell_stops_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.signal(nix::sys::signal::Signal::SIGTSTP);
    console.send("j");
    console.wait("> row 1");
}

#[test]
fn in_lines_nothing_is_drawn_and_the_same_deeds_are_done() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("TINY_LINEAR", "1")], Reading::Always);
    console.wait("attestor> ");
    console.send("next\r");
    console.wait("> row 1");
    console.send("false-positive internal tool\r");
    console.wait("saved");
    console.send("f\r");
    console.wait("text> ");
    console.send("typed later\r");
    console.send("list\r");
    console.wait("saved: internal tool | typed later");
    console.send("undo\r");
    console.wait("yes or no> ");
    console.send("yes\r");
    console.send("list\r");
    console.wait("typed later | taken back");
    console.send("quit\r");
    assert_eq!(console.end().0, 0);
    let written = console.all_written();
    assert!(!written.contains(&0x1b), "a control sequence in lines");
}

#[test]
fn own_keys_and_themes_hold() {
    let (state, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(
        config.path().join("keys.toml"),
        "[keys]\ndown = \"n\"\nnext-undecided = \"F5\"\nnext-break = \"F6\"\n",
    )
    .unwrap();
    let folder = config.path().to_str().unwrap();
    let mut console = open_as(state.path(), &[("TINY_CONFIG", folder)], Reading::Always);
    console.wait("? help");
    console.send("n");
    console.wait("> row 1");
    console.send(":");
    console.wait("command");
    console.send("theme light");
    console.wait("theme light");
    console.press_until("\r", "theme light;");
    console.send("q");
    assert_eq!(console.end().0, 0);
}

#[test]
fn a_wrong_keymap_is_told_before_the_terminal_is_taken() {
    let (state, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(config.path().join("keys.toml"), "[keys]\ndown = \"f\"\n").unwrap();
    let folder = config.path().to_str().unwrap();
    let mut console = open_as(state.path(), &[("TINY_CONFIG", folder)], Reading::Always);
    assert_eq!(console.end().0, 1);
    console.wait("line 2");
    assert!(!contains(&console.written(), "\x1b[?1049h"));
}

#[test]
fn ctrl_z_without_a_shell_is_refused_with_words() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
    console.send("\x1a");
    console.wait("no shell waits for this program");
    console.send("j");
    console.wait("> row 1");
}

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

#[test]
fn a_paste_without_brackets_confirms_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
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
    console.wait("? help");
    console.send("\x1b");
    console.send("[B");
    console.wait("> row 1");
}

#[test]
fn without_a_utf8_locale_only_ascii_is_drawn() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("LC_ALL", "C")], Reading::Always);
    console.wait("? help");
    console.send("?");
    console.wait("search");
    assert!(console.written().is_ascii(), "something else than ASCII");
}

#[test]
fn no_color_draws_no_colour() {
    let state = tempfile::tempdir().unwrap();
    let coloured = |console: &Console| contains(&console.written(), "\x1b[38;5;");
    let plain = open_as(state.path(), &[("NO_COLOR", "1")], Reading::Always);
    plain.wait("? help");
    assert!(!coloured(&plain));
    let usual = open(state.path());
    usual.wait("? help");
    assert!(coloured(&usual), "the test would not see colours");
}

#[test]
fn a_dumb_terminal_is_refused_with_words() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open_as(state.path(), &[("TERM", "dumb")], Reading::Always);
    assert_eq!(console.end().0, 1);
    console.wait("cannot be shown on a dumb terminal");
    assert!(!contains(&console.written(), "\x1b[?1049h"));
}

#[test]
fn sizes_change_without_harm() {
    let state = tempfile::tempdir().unwrap();
    let mut console = open(state.path());
    console.wait("? help");
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
    console.send("q");
    assert_eq!(console.end().0, 0);
}

/// A script in the place of an editor, whose words come from VISUAL with an argument.
fn with_editor(state: &Path, script: &str) -> Console {
    use std::os::unix::fs::PermissionsExt;
    let path = state.join("my editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let visual = format!("'{}' --flag", path.display());
    let console = open_as(state, &[("VISUAL", &visual)], Reading::Always);
    console.wait("? help");
    console
}

#[test]
fn an_editor_has_the_terminal_and_its_text_comes_back() {
    let state = tempfile::tempdir().unwrap();
    // It reads a line from the terminal, as an editor does; and the text goes in by its own name alone.
    let mut console = with_editor(
        state.path(),
        "[ \"$1\" = --flag ] || exit 9; stat -c 'mode %a' \"$2\"; cat \"$2\"; echo the editor is here; read line; echo \"more: $line\" >> \"$2\"",
    );
    console.send("c");
    console.wait("comment:");
    console.send("begun");
    console.wait("comment: begun");
    console.send("\x14");
    console.wait_for("the editor", |screen| {
        !screen.alternate_screen() && screen.contents().contains("the editor is here")
    });
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    assert!(written.contains("mode 600") && written.contains("begun\r\n"), "{written}");
    console.send("typed there\r");
    console.wait_for("the console", |screen| {
        screen.alternate_screen() && screen.contents().contains("comment: begun/more: typed there")
    });
    // All of it was drawn anew, and keys are keys again.
    console.wait("> row 0");
    console.send("!");
    console.wait("typed there!");
    let left: Vec<_> = std::fs::read_dir(state.path().join("edit")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    console.send("\x1b");
    console.wait_for("the list", |screen| !screen.contents().contains("comment:"));
    console.send("q");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let state = tempfile::tempdir().unwrap();
    let mut console = with_editor(state.path(), "echo half > \"$2\"; stty -echo raw; exit 3");
    console.send("c");
    console.wait("comment:");
    console.send("mine");
    console.wait("comment: mine");
    console.send("\x14");
    console.wait("exit status: 3");
    console.wait("comment: mine");
    let kept = std::fs::read_dir(state.path().join("edit")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "half\n");
    console.send("\x1b");
    console.wait_for("the list", |screen| !screen.contents().contains("comment:"));
    console.send("q");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let state = tempfile::tempdir().unwrap();
    let visual = [("VISUAL", "/nowhere/ed")];
    let mut console = open_as(state.path(), &visual, Reading::Always);
    console.wait("? help");
    console.send("e");
    console.wait("/nowhere/ed could not be started");
    console.wait("> row 0");
    console.send("j");
    console.wait("> row 1");
    console.send("q");
    assert_eq!(console.end().0, 0);
    assert_given_back(&console.all_written());
}

#[test]
fn the_end_of_the_console_ends_its_editor() {
    let state = tempfile::tempdir().unwrap();
    let mut console = with_editor(
        state.path(),
        "trap 'echo told to end; exit 0' TERM; echo the editor is here; while :; do read line; done",
    );
    console.send("e");
    console.wait("the editor is here");
    console.signal(nix::sys::signal::Signal::SIGINT);
    console.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(console.end().0, 143);
    assert_given_back(&console.all_written());
}
