//! How the console ends, and how it steps aside: by itself, by signal, or because its terminal is gone.

use super::{Console, PATIENCE, Presence, Signal, terminal};
use crate::config::Shape;
use crate::ui::app::Event;
use crate::ui::screen::{Screen, Toast, Tone};
use crate::ui::suspend;
use std::time::Duration;

/// How long the whole program may take to end once its terminal is gone or it was told to end.
const LAST: Duration = Duration::from_millis(800);
/// How long writes may take to finish after SIGTERM.
const WRITES_LAST: Duration = Duration::from_millis(1500);

impl<S: Screen + Send + 'static> Console<S> {
    pub(super) async fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::HungUp => self.hang_up(),
            Signal::Terminate => {
                // Saved now, whatever the writes under way still take.
                self.keeper.save_now();
                end_within(WRITES_LAST + LAST, 143);
                self.take(Event::Terminated(143)).await;
            }
            // Those of the keyboard are the editor's, while it has the terminal.
            Signal::Interrupt if self.presence == Presence::Lent => {}
            Signal::Continued if self.presence == Presence::Lent => {}
            Signal::Interrupt => self.take(Event::Interrupted).await,
            Signal::Stopped => self.stop().await,
            Signal::Resized => self.resize().await,
            Signal::Continued => self.come_back().await,
        }
    }

    /// The terminal is gone: reading on would spin, and nobody looks at frames any more.
    pub(super) fn hang_up(&mut self) {
        end_within(LAST, 129);
        self.end(129, Duration::from_millis(100));
    }

    /// Ends in order.
    pub(super) fn quit(&mut self, status: u8) {
        self.end(status, PATIENCE);
    }

    fn end(&mut self, status: u8, patience: Duration) {
        self.recall_editor();
        self.keeper.save_now();
        self.last.keep(self.app.front());
        for load in self.loads.values() {
            load.abort();
        }
        for job in self.jobs.values() {
            job.cancel();
        }
        terminal::leave(|bytes| {
            self.painter.write(bytes, patience);
        });
        self.ended = Some(status);
    }

    /// Gives the terminal to the shell, and asks the group to stop; its signal then reaches this program
    /// too, see [`stop`](Self::stop).
    pub(super) async fn suspend(&mut self) {
        if !suspend::has_shell() {
            let text = "no shell waits for this program; q quits".to_owned();
            return Box::pin(self.take(Event::Said(Toast { text, tone: Tone::Plain }))).await;
        }
        self.step_aside();
        if suspend::stop_group().is_err() {
            Box::pin(self.come_back()).await;
        }
    }

    /// SIGTSTP, from Ctrl-z or from elsewhere: writes under way are first waited for.
    pub(super) async fn stop(&mut self) {
        if !suspend::has_shell() {
            // Nobody would ever continue it.
            if self.presence != Presence::Lent {
                Box::pin(self.come_back()).await;
            }
            return;
        }
        if self.presence == Presence::Lent {
            // The editor stops too, and both are continued.
            let _ = suspend::stop_here();
            return;
        }
        if self.presence == Presence::Here && self.app.writes() > 0 {
            return self.take(Event::Stopping).await;
        }
        self.step_aside();
        // Where stopping fails the console goes on, which the person sees; else SIGCONT brings it back.
        if suspend::stop_here().is_err() {
            Box::pin(self.come_back()).await;
        }
    }

    pub(super) fn step_aside(&mut self) {
        self.presence = Presence::Away;
        self.keeper.save_now();
        terminal::leave(|bytes| {
            self.painter.write(bytes, PATIENCE);
        });
    }

    /// Takes the terminal again and draws everything: what it shows now is not known.
    pub(super) async fn come_back(&mut self) {
        self.presence = Presence::Here;
        if self.shape == Shape::Linear {
            // It never left anything.
            return;
        }
        let _ = crossterm::terminal::disable_raw_mode();
        if terminal::enter(|bytes| {
            self.painter.write(bytes, PATIENCE);
        })
        .is_err()
        {
            return self.hang_up();
        }
        self.painter.forget();
        self.resize().await;
    }
}

/// Ends the program with `status` should it still run then: a task that does not let go, a file
/// system that does not answer.
fn end_within(time: Duration, status: i32) {
    let watch = move || {
        // Nobody ever sends: this is a pause that needs no sleep.
        let (_never, nothing) = std::sync::mpsc::channel::<()>();
        let _ = nothing.recv_timeout(time);
        terminal::restore();
        std::process::exit(status);
    };
    let started = std::thread::Builder::new().name("last watch".into()).spawn(watch);
    if started.is_err() {
        std::process::exit(status);
    }
}
