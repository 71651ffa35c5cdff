//! Frames to the terminal, through a thread of its own with room for one.
//!
//! A terminal may stop reading: a dropped connection, Ctrl-s, a paused multiplexer. Only the thread
//! waits then. The owner sees that there is no room and draws later; and since a frame is only made
//! when there is room, each one is the difference to what has really been handed over.

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Makes frames and hands them over.
pub struct Painter {
    sent: Buffer,
    cursor: Option<Position>,
    whole: bool,
    slot: Arc<Slot>,
}

struct Slot {
    state: Mutex<State>,
    changed: Condvar,
    /// Tells the loop that there is room again, or that the terminal is gone.
    news: Notify,
}

#[derive(Default)]
struct State {
    waiting: Option<Vec<u8>>,
    writing: bool,
    dead: bool,
}

impl Painter {
    /// Starts the thread that writes to `terminal`.
    pub fn start(mut terminal: impl Write + Send + 'static) -> std::io::Result<Painter> {
        let slot = Arc::new(Slot {
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            news: Notify::new(),
        });
        let theirs = Arc::clone(&slot);
        std::thread::Builder::new().name("terminal writer".into()).spawn(move || {
            while let Some(bytes) = theirs.take() {
                let written = terminal.write_all(&bytes).and_then(|()| terminal.flush());
                theirs.done(written);
            }
        })?;
        Ok(Painter { sent: Buffer::empty(Rect::ZERO), cursor: None, whole: true, slot })
    }

    /// Whether a frame would be taken now.
    pub fn has_room(&self) -> bool {
        self.slot.lock().waiting.is_none()
    }

    /// Whether the terminal has refused to be written to: it is gone.
    pub fn is_dead(&self) -> bool {
        self.slot.lock().dead
    }

    /// Waits until there is room again, or the terminal is gone.
    pub async fn news(&self) {
        self.slot.news.notified().await;
    }

    /// The next frame is drawn whole: what the terminal shows is not known.
    pub fn forget(&mut self) {
        self.whole = true;
    }

    /// Hands over the difference to the frame before. Nothing is written where there is none.
    pub fn paint(&mut self, frame: Buffer, cursor: Option<Position>) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        if self.whole || self.sent.area != frame.area {
            // Not Terminal::clear, which asks the terminal for its cursor and waits for the answer.
            bytes.extend_from_slice(b"\x1b[0m\x1b[?25l\x1b[2J");
            self.sent = Buffer::empty(frame.area);
            self.cursor = None;
            self.whole = false;
        }
        let changes = self.sent.diff(&frame);
        let changed = !changes.is_empty();
        if changed {
            CrosstermBackend::new(&mut bytes).draw(changes.into_iter())?;
        }
        self.put_cursor(cursor, changed, &mut bytes)?;
        self.sent = frame;
        if !bytes.is_empty() {
            self.slot.lock().waiting = Some(bytes);
            self.slot.changed.notify_all();
        }
        Ok(())
    }

    fn put_cursor(
        &mut self,
        cursor: Option<Position>,
        moved: bool,
        bytes: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        match (self.cursor, cursor) {
            (None, None) => {}
            (Some(_), None) => bytes.extend_from_slice(b"\x1b[?25l"),
            (before, Some(now)) => {
                if moved || before != cursor {
                    write!(bytes, "\x1b[{};{}H", now.y + 1, now.x + 1)?;
                }
                if before.is_none() {
                    bytes.extend_from_slice(b"\x1b[?25h");
                }
            }
        }
        self.cursor = cursor;
        Ok(())
    }

    /// Hands over bytes beside the frames, instead of a frame that waits; false if they could not be
    /// written within `patience`.
    pub fn write(&mut self, bytes: Vec<u8>, patience: Duration) -> bool {
        let mut state = self.slot.lock();
        if state.waiting.replace(bytes).is_some() {
            // The frame that waited is lost.
            self.whole = true;
        }
        self.slot.changed.notify_all();
        let (state, _) = self
            .slot
            .changed
            .wait_timeout_while(state, patience, |state| {
                !state.dead && (state.writing || state.waiting.is_some())
            })
            .unwrap_or_else(PoisonError::into_inner);
        !state.dead && !state.writing && state.waiting.is_none()
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be written next; none when the terminal is gone.
    fn take(&self) -> Option<Vec<u8>> {
        let state = self.lock();
        let mut state = self
            .changed
            .wait_while(state, |state| state.waiting.is_none() && !state.dead)
            .unwrap_or_else(PoisonError::into_inner);
        let bytes = state.waiting.take()?;
        state.writing = true;
        self.news.notify_one();
        Some(bytes)
    }

    fn done(&self, written: std::io::Result<()>) {
        let mut state = self.lock();
        state.writing = false;
        state.dead |= written.is_err();
        self.changed.notify_all();
        if state.dead {
            self.news.notify_one();
        }
    }
}
