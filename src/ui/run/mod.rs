//! The console's loop: one task that owns the state, and draws once after all news are in.

mod audit;
mod drift;
mod effects;
mod ending;
mod intake;
mod keeper;
mod last;
mod lent;
mod linear;
mod link;
mod paths;
mod setup;
mod signals;

pub use setup::{Colour, Options, has_colours};

use super::app::{App, Event, JobId, Moment, Ticket};
use super::input::{Chunk, Decoder, Reader};
use super::painter::Painter;
use super::screen::{Clock, Screen, Toast, Tone, Tools};
use super::terminal;
use super::themes::Themes;
use crate::config::{AuditSettings, Pace, Session, Shape};
use crate::error::Result;
use keeper::Keeper;
use last::LastScreen;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use signals::{Signal, Signals};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// The same on a slow link: keys that come faster share one.
const FRAME_SLOW: Duration = Duration::from_millis(120);
/// Answers that wait for the loop; whoever brings more waits too.
const QUEUE: usize = 256;
/// How long a stalled terminal is waited for before it is left as it is.
const PATIENCE: Duration = Duration::from_millis(400);

/// Opens the console on `session` with all its screens; the result is the exit status.
pub async fn run(session: Session, options: Options) -> Result<u8> {
    run_with(super::screens::all(), session, options).await
}

/// Opens a console over `screens`.
pub async fn run_with<S: Screen + Send + 'static>(
    screens: Vec<S>,
    mut session: Session,
    options: Options,
) -> Result<u8> {
    if options.shape == Shape::Drawn {
        terminal::check()?;
    }
    let (themes, theme) = options.dress(&session)?;
    let last = LastScreen::on(&session.name);
    let app = App::new(screens, setup::about(&session), theme, Clock::Local);
    let app = app
        .preferring(options.preferences(&themes))
        .remembering(last.choices())
        .opened_on(&last.title())
        .opened_at(options.place.clone());
    let keeper = Keeper::default();
    keeper::hook_panics(&keeper);
    let (sender, answers) = mpsc::channel(QUEUE);
    let mut console = Console {
        app,
        painter: match options.shape {
            Shape::Drawn => Painter::start(terminal::Output)?,
            // Lines are printed as they come.
            Shape::Linear => Painter::start(std::io::sink())?,
        },
        shape: options.shape,
        decoder: Decoder::default(),
        keeper,
        last,
        tools: Tools { db: session.db.clone() },
        audit: options.audit.clone(),
        github: options.config_file.clone(),
        themes,
        pace: options.pace,
        answers: Answers { sender },
        loads: HashMap::new(),
        jobs: HashMap::new(),
        dirty: true,
        presence: Presence::Here,
        lent: None,
        frame_at: Instant::now(),
        ended: None,
    };
    let lease = session.lease.take().map(Arc::new);
    let link = tokio::spawn(link::follow(session.db.clone(), lease.clone(), console.answers.clone()));
    let run = async {
        match options.shape {
            Shape::Drawn => console.run(answers).await,
            Shape::Linear => console.run_in_lines(answers).await,
        }
    };
    let ended = terminal::OWNS_TERMINAL.scope((), run).await;
    link.abort();
    // Aborted, it lets go of its hold on a private server; ours goes last.
    let _ = link.await;
    drop(lease);
    ended
}

/// News for the loop, from the tasks that it has started.
enum News<M> {
    Event(Event<M>),
    LoggedIn(link::Who, Result<keeper::Opened>),
    EditorEnded(std::io::Result<std::process::ExitStatus>),
}

/// Where tasks send their news.
struct Answers<M> {
    sender: mpsc::Sender<News<M>>,
}

impl<M> Clone for Answers<M> {
    fn clone(&self) -> Self {
        Answers { sender: self.sender.clone() }
    }
}

impl<M> Answers<M> {
    /// Sends an event; it is lost only with the console itself.
    async fn send(&self, event: Event<M>) {
        let _ = self.sender.send(News::Event(event)).await;
    }
}

/// Whether the terminal is the console's now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Here,
    /// The shell has it: nothing is drawn.
    Away,
    /// The person's editor has it: nothing is drawn, and nothing read.
    Lent,
    /// It was given away, and is to be taken back at once.
    Returning,
}

struct Console<S: Screen> {
    app: App<S>,
    painter: Painter,
    decoder: Decoder,
    keeper: Keeper,
    last: LastScreen,
    tools: Tools,
    audit: AuditSettings,
    /// The configuration file that was named: it says where GitHub is.
    github: Option<std::path::PathBuf>,
    themes: Themes,
    pace: Pace,
    shape: Shape,
    answers: Answers<S::Msg>,
    loads: HashMap<Ticket, AbortHandle>,
    jobs: HashMap<JobId, CancellationToken>,
    dirty: bool,
    presence: Presence,
    lent: Option<lent::Lent>,
    /// When the next frame may be drawn.
    frame_at: Instant,
    ended: Option<u8>,
}

impl<S: Screen + Send + 'static> Console<S> {
    async fn run(&mut self, mut answers: mpsc::Receiver<News<S::Msg>>) -> Result<u8> {
        let mut signals = Signals::new()?;
        let mut reader = Reader::start()?;
        let _guard = terminal::Guard;
        let painter = &mut self.painter;
        terminal::enter(|bytes| {
            painter.write(bytes, PATIENCE);
        })?;
        self.resize().await;
        self.take(Event::Started).await;
        // The first read is asked for by the reader's start.
        let mut is_reading = true;
        while self.ended.is_none() {
            if !is_reading && self.presence != Presence::Lent {
                reader.ask();
                is_reading = true;
            }
            self.draw_if_due();
            let deadline = self.deadline();
            tokio::select! {
                biased;
                signal = signals.next() => self.signal(signal).await,
                chunk = reader.next() => match chunk {
                    Chunk::Bytes(bytes, at) => {
                        is_reading = false;
                        for arrived in self.decoder.read(&bytes, at) {
                            // Keys that came along with the one that opened an editor were not for us.
                            if self.presence != Presence::Lent {
                                self.take(Event::Arrived(arrived)).await;
                            }
                        }
                    }
                    Chunk::End => self.hang_up(),
                },
                Some(news) = answers.recv() => {
                    self.news(news).await;
                    // All that is there already goes into the same frame.
                    for _ in 0..QUEUE {
                        let Ok(news) = answers.try_recv() else { break };
                        self.news(news).await;
                    }
                }
                () = self.painter.news(), if self.dirty => {
                    if self.painter.is_dead() {
                        self.hang_up();
                    }
                }
                () = sleep_until(deadline), if deadline.is_some() => self.woken().await,
            }
        }
        Ok(self.ended.unwrap_or(0))
    }

    /// When something is to be done, should nothing happen before.
    fn deadline(&self) -> Option<Instant> {
        let draws = self.dirty && self.presence == Presence::Here;
        let frame = (draws && self.painter.has_room()).then_some(self.frame_at);
        let times = [self.app.wake_at(), self.decoder.deadline(), self.keeper.save_at(), frame];
        times.into_iter().flatten().min()
    }

    async fn woken(&mut self) {
        let now = Instant::now();
        for arrived in self.decoder.expire(now) {
            self.take(Event::Arrived(arrived)).await;
        }
        if self.app.wake_at().is_some_and(|at| now >= at) {
            self.take(Event::Woken).await;
        }
        if let Some(complaint) = self.keeper.save_if_due(now).await {
            self.take(Event::Said(Toast { text: complaint, tone: Tone::Bad })).await;
        }
    }

    async fn news(&mut self, news: News<S::Msg>) {
        match news {
            News::Event(event) => {
                match &event {
                    Event::Answered(ticket, _) | Event::Broke(ticket) => {
                        self.loads.remove(ticket);
                    }
                    Event::JobEnded(id, _) => {
                        self.jobs.remove(id);
                    }
                    _ => {}
                }
                self.take(event).await;
            }
            News::EditorEnded(ended) => self.editor_ended(ended).await,
            News::LoggedIn(who, opened) => {
                let (drafts, complaint) = self.keeper.opened(opened);
                self.take(Event::LoggedIn(who.user, who.access)).await;
                self.take(Event::DraftsFound(drafts)).await;
                if let Some(text) = complaint {
                    self.take(Event::Said(Toast { text, tone: Tone::Bad })).await;
                }
            }
        }
    }

    /// Hands an event to the app, and does what it asks.
    async fn take(&mut self, event: Event<S::Msg>) {
        let effects = self.app.handle(event, Moment::now());
        self.dirty = true;
        self.keeper.note(self.app.drafts());
        for effect in effects {
            self.obey(effect).await;
        }
    }

    async fn resize(&mut self) {
        let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
        self.take(Event::Resized(Size { width, height })).await;
    }

    fn draw_if_due(&mut self) {
        let moment = Moment::now();
        if !self.dirty
            || self.presence != Presence::Here
            || moment.at < self.frame_at
            || !self.painter.has_room()
        {
            return;
        }
        let mut frame = Buffer::empty(Rect::from((ratatui::layout::Position::ORIGIN, self.app.size())));
        let cursor = self.app.view(&mut frame, moment);
        match self.painter.paint(frame, cursor) {
            Ok(()) => self.dirty = false,
            Err(_) => self.hang_up(),
        }
        self.frame_at = moment.at + if self.pace == Pace::Slow { FRAME_SLOW } else { FRAME };
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
