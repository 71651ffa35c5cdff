//! Reads the terminal in a thread of its own, one read at a time, each asked for.
//!
//! A read is asked for after the one before has been worked off. So no read is under way while a key
//! is being obeyed, and a program started by that key (the editor) has the terminal for itself.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc as blocking;
use std::time::Instant;
use tokio::sync::mpsc;

/// The bytes of one read, or the end of the terminal.
#[derive(Debug)]
pub enum Chunk {
    /// What one read brought, and when.
    Bytes(Vec<u8>, Instant),
    /// The terminal is gone.
    End,
}

/// The reading thread, as its owner sees it.
pub struct Reader {
    more: blocking::Sender<()>,
    chunks: mpsc::Receiver<Chunk>,
}

impl Reader {
    /// Starts reading the terminal.
    pub fn start() -> std::io::Result<Reader> {
        let terminal: OwnedFd = if std::io::stdin().is_terminal() {
            std::io::stdin().as_fd().try_clone_to_owned()?
        } else {
            File::open("/dev/tty")?.into()
        };
        let (more, asked) = blocking::channel();
        let (sender, chunks) = mpsc::channel(1);
        std::thread::Builder::new().name("terminal reader".into()).spawn(move || {
            read_on_request(&terminal, &asked, &sender);
        })?;
        let reader = Reader { more, chunks };
        reader.ask();
        Ok(reader)
    }

    /// The next read. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Chunk {
        self.chunks.recv().await.unwrap_or(Chunk::End)
    }

    /// Asks for another read, once the one before has been obeyed.
    pub fn ask(&self) {
        // Without a receiver the thread has ended, and said so.
        let _ = self.more.send(());
    }
}

fn read_on_request(terminal: &OwnedFd, asked: &blocking::Receiver<()>, sender: &mpsc::Sender<Chunk>) {
    let mut buffer = [0; 4096];
    while asked.recv().is_ok() {
        let chunk = loop {
            match nix::unistd::read(terminal, &mut buffer) {
                Err(nix::errno::Errno::EINTR) => continue,
                Ok(0) | Err(_) => break Chunk::End,
                Ok(count) => break Chunk::Bytes(buffer[..count].to_vec(), Instant::now()),
            }
        };
        let ended = matches!(chunk, Chunk::End);
        if sender.blocking_send(chunk).is_err() || ended {
            return;
        }
    }
}
