//! The terminal itself: what it is taken into, and how it is given back, whatever happens.

use crate::error::{Error, Kind, Result};
use std::io::{IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

/// Alternate screen, hidden cursor, bracketed paste. The mouse stays the terminal's own.
pub const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h";
/// All of it back.
pub const LEAVE: &[u8] = b"\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Whether the terminal is ours now.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Refuses where no console can be shown, and says why.
pub fn check() -> Result<()> {
    let hint = "the same deeds work as commands, without a terminal: attestor findings list; attestor --help";
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        let which = if std::io::stdout().is_terminal() { "input" } else { "output" };
        let what = format!("the console needs a terminal, and standard {which} is none");
        return Err(Error::new(Kind::Usage, what).hint(hint));
    }
    match std::env::var("TERM").unwrap_or_default().as_str() {
        "" => Err(Error::new(Kind::Usage, "the console needs TERM, and it is not set").hint(hint)),
        "dumb" => {
            let what = "the console cannot be shown on a dumb terminal (TERM=dumb)";
            Err(Error::new(Kind::Usage, what).hint(hint))
        }
        _ => Ok(()),
    }
}

/// Whether the locale shows more than ASCII, by the variables in the order in which they hold.
pub fn locale_is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Takes the terminal: raw keys, and the alternate screen by way of `write`.
pub fn enter(write: impl FnOnce(Vec<u8>)) -> Result<()> {
    crossterm::terminal::enable_raw_mode()
        .map_err(|e| Error::new(Kind::Failed, "the terminal could not be set to raw keys").because(e))?;
    ENTERED.store(true, Ordering::SeqCst);
    write(ENTER.to_vec());
    Ok(())
}

/// Gives the terminal back by way of `write`; the second time nothing happens.
pub fn leave(write: impl FnOnce(Vec<u8>)) {
    if ENTERED.swap(false, Ordering::SeqCst) {
        write(LEAVE.to_vec());
        // Where even this fails there is no terminal left to complain to.
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Gives the terminal back from wherever the program is, past the thread that usually writes.
pub fn restore() {
    leave(|bytes| {
        let _ = Output.write_all(&bytes);
    });
}

/// Gives the terminal back when dropped, should nobody have done so before.
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Standard output without the buffer and the lock of the standard library: a thread that is stuck in
/// a write holds up nothing else.
pub struct Output;

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let stdout = std::io::stdout();
        let fd: BorrowedFd<'_> = stdout.as_fd();
        loop {
            match nix::unistd::write(fd, bytes) {
                Err(nix::errno::Errno::EINTR) => {}
                written => return Ok(written?),
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

tokio::task_local! {
    /// Held by the task that owns the terminal: a panic there ends the console. Panics elsewhere are
    /// caught by whoever started the work, and the console goes on.
    pub static OWNS_TERMINAL: ();
}

/// From now on a panic of the terminal's owner first gives the terminal back and runs `save`, and
/// then is reported; panics elsewhere go to `log`.
pub fn hook_panics(save: impl Fn() + Send + Sync + 'static, log: impl Fn(&str) + Send + Sync + 'static) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if OWNS_TERMINAL.try_with(|()| ()).is_ok() {
            restore();
            save();
            report(panic);
        } else if ENTERED.load(Ordering::SeqCst) {
            log(&panic.to_string());
        } else {
            report(panic);
        }
    }));
}
