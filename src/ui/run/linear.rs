//! The console in lines: it prints, one line after the other, and never addresses the terminal.
//!
//! The same app, effects and signals as the drawn console; instead of keys there are lines from
//! standard input, instead of frames what the app tells. It works through pipes too.

use super::signals::Signals;
use super::{Console, News, Presence};
use crate::error::{Kind, Result};
use crate::ui::app::{Asked, Event, Moment};
use crate::ui::screen::{Screen, Told};
use ratatui::layout::Size;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How long an answer is waited for before the next line is taken.
const ANSWER: Duration = Duration::from_secs(10);
/// Bytes of a line.
const LINE_BYTES_MAX: u64 = 64 << 10;
/// What screens take the terminal for: they decide by its size how far a page goes.
const SIZE: Size = Size::new(100, 30);

impl<S: Screen + Send + 'static> Console<S> {
    /// Takes lines until their end.
    pub(super) async fn run_in_lines(&mut self, mut answers: mpsc::Receiver<News<S::Msg>>) -> Result<u8> {
        let mut signals = Signals::new()?;
        let mut lines = read_lines()?;
        self.take(Event::Resized(SIZE)).await;
        self.take(Event::Started).await;
        let greeting = self.app.greeting();
        self.print(&[greeting]);
        self.settle(&mut answers, &mut signals, Told::Row).await;
        let mut connected = true;
        while self.ended.is_none() {
            if std::mem::replace(&mut connected, self.app.is_connected()) && !connected {
                self.print(&["the database is lost; it is tried again by itself".to_owned()]);
                self.prompt();
            }
            let deadline = [self.app.wake_at(), self.keeper.save_at()].into_iter().flatten().min();
            tokio::select! {
                biased;
                signal = signals.next() => {
                    self.signal(signal).await;
                    self.say_what_is_said();
                }
                Some(news) = answers.recv() => {
                    self.news(news).await;
                    self.say_what_is_said();
                }
                line = lines.recv() => match line {
                    Some(line) => self.line(&line, &mut answers, &mut signals).await,
                    None => {
                        // Writes under way are waited for; then it ends.
                        self.take(Event::Terminated(0)).await;
                        self.wait(&mut answers, &mut signals).await;
                        self.quit(self.ended.unwrap_or(0));
                    }
                },
                () = super::sleep_until(deadline), if deadline.is_some() => self.woken().await,
            }
        }
        Ok(self.ended.unwrap_or(0))
    }

    async fn line(&mut self, line: &str, answers: &mut mpsc::Receiver<News<S::Msg>>, signals: &mut Signals) {
        let mut said = Vec::new();
        let (told, effects) = self.app.line(line, Moment::now(), &mut said);
        self.keeper.note(self.app.drafts());
        self.print(&said);
        for effect in effects {
            self.obey(effect).await;
        }
        self.settle(answers, signals, told).await;
    }

    /// Waits for what was asked for, tells it, and asks for the next line.
    async fn settle(
        &mut self,
        answers: &mut mpsc::Receiver<News<S::Msg>>,
        signals: &mut Signals,
        told: Told,
    ) {
        self.wait(answers, signals).await;
        if self.ended.is_some() {
            return;
        }
        self.say_what_was_said();
        if self.app.is_busy() {
            self.print(&["still under way; an empty line looks again".to_owned()]);
        }
        match self.app.asked(Moment::now()) {
            Asked::Nothing => {
                let (lines, effects) = self.app.told_after(told, Moment::now());
                self.print(&lines);
                for effect in effects {
                    self.obey(effect).await;
                }
            }
            // Said when it opened, and not after each of its lines.
            Asked::Lines(_) if told == Told::Nothing => {}
            Asked::YesOrNo(lines) | Asked::Text(lines) | Asked::Lines(lines) | Asked::Key(lines) => {
                self.print(&lines);
            }
        }
        self.prompt();
    }

    async fn wait(&mut self, answers: &mut mpsc::Receiver<News<S::Msg>>, signals: &mut Signals) {
        let until = Instant::now() + ANSWER;
        while self.app.is_busy() && self.ended.is_none() {
            tokio::select! {
                biased;
                signal = signals.next() => self.signal(signal).await,
                Some(news) = answers.recv() => self.news(news).await,
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    /// Prints what was said while a line is awaited, and the prompt again below it.
    fn say_what_is_said(&mut self) {
        if self.ended.is_none() && self.say_what_was_said() {
            self.prompt();
        }
    }

    fn say_what_was_said(&mut self) -> bool {
        let said = self.app.take_said();
        if let Some(toast) = &said {
            self.print(std::slice::from_ref(&toast.text));
        }
        said.is_some()
    }

    /// Only where somebody types: a pipe wants the answers alone.
    fn prompt(&mut self) {
        if std::io::stdin().is_terminal() && self.presence == Presence::Here {
            let prompt = match self.app.asked(Moment::now()) {
                Asked::Nothing => "attestor> ",
                Asked::YesOrNo(_) => "yes or no> ",
                Asked::Text(_) | Asked::Lines(_) => "text> ",
                Asked::Key(_) => "key> ",
            };
            self.write(prompt);
        }
    }

    pub(super) fn print(&mut self, lines: &[String]) {
        let mut text = String::new();
        for line in lines {
            text.push_str(&crate::text::visible(line));
            text.push('\n');
        }
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        drop(out);
        if let Err(error) = written {
            let reader_gone = crate::error::Error::from(error).kind() == Kind::ReaderGone;
            self.quit(if reader_gone { 0 } else { 1 });
        }
    }
}

/// The lines of standard input, read by a thread of their own; nothing waits for its end.
fn read_lines() -> Result<mpsc::Receiver<String>> {
    let (sender, lines) = mpsc::channel(1);
    let read = move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut bytes = Vec::new();
            match input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line = String::from_utf8_lossy(&bytes);
            if sender.blocking_send(line.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("lines".into()).spawn(read)?;
    Ok(lines)
}
