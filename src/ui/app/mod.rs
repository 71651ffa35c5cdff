//! The console's state: what happens goes in, what is to be done comes out. Nothing here waits.

mod begin;
mod commands;
mod event;
mod intake;
mod jobs;
mod keys;
mod linear;
mod link;
mod overlay;
mod tickets;
mod view;

pub use event::{About, Access, Effect, Event, LinkNews, Moment, Preferences};
pub use intake::Intake;
pub use jobs::{JobDeed, JobDone, JobId};
pub use linear::Asked;
pub use tickets::Ticket;

use super::keymap::{Chord, Keymap};
use super::screen::{Ask, Clock, Draft, Input, Mode, Place, Screen, Toast, Tone};
use super::theme::Theme;
use super::widgets::palette::Known;
use crate::config::Pace;
use crate::text::SafeText;
use chrono::{DateTime, Utc};
use crossterm::event::KeyCode;
use jobs::Jobs;
use overlay::Overlay;
use ratatui::layout::Size;
use std::time::{Duration, Instant};
use tickets::Tickets;

/// How long the cursor rests before the detail is loaded.
const REST: Duration = Duration::from_millis(80);
/// How long somebody pauses on the first keys of a sequence before being told what may follow.
const PAUSE: Duration = Duration::from_millis(400);
/// How long a toast stays; bad news stay longer.
const TOAST: Duration = Duration::from_secs(4);
const TOAST_BAD: Duration = Duration::from_secs(10);
/// Places that can be gone back to.
const BACK_MAX: usize = 32;

/// The connection, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It holds, as far as is known.
    Up,
    /// It is lost.
    Down { since: DateTime<Utc> },
}

/// What waits for the writes under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Quit(u8),
    Suspend,
}

/// The state of the console over its screens.
pub struct App<S: Screen> {
    screens: Vec<S>,
    active: usize,
    back: Vec<usize>,
    /// The screen that waits for its editor.
    editing: Option<usize>,
    /// What to show first, where that was said.
    first: Option<Place>,
    opened: Vec<bool>,
    overlay: Option<Overlay<S::Wish>>,
    keymap: Keymap,
    pending: Vec<Chord>,
    hints_at: Option<Instant>,
    pace: Pace,
    known: Known,
    tickets: Tickets,
    jobs: Jobs,
    toast: Option<(Toast, Instant)>,
    rest_at: Option<(Instant, usize)>,
    interrupted_at: Option<Instant>,
    leaving: Option<Leaving>,
    link: Link,
    about: About,
    login: Option<SafeText>,
    theme: Theme,
    clock: Clock,
    size: Size,
}

impl<S: Screen> App<S> {
    /// A console over `screens`, the first of them in front.
    pub fn new(screens: Vec<S>, about: About, theme: Theme, clock: Clock) -> Self {
        App {
            opened: vec![false; screens.len()],
            screens,
            active: 0,
            back: Vec::new(),
            editing: None,
            first: None,
            overlay: None,
            keymap: Keymap::default(),
            pending: Vec::new(),
            hints_at: None,
            pace: Pace::Usual,
            known: Known::default(),
            tickets: Tickets::default(),
            jobs: Jobs::default(),
            toast: None,
            rest_at: None,
            interrupted_at: None,
            leaving: None,
            link: Link::Up,
            about,
            login: None,
            theme,
            clock,
            size: Size::ZERO,
        }
    }

    /// The title of the screen in front.
    pub fn front(&self) -> &'static str {
        self.screens[self.active].title()
    }

    /// Takes what happened, and says what is to be done.
    pub fn handle(&mut self, event: Event<S::Msg>, moment: Moment) -> Vec<Effect<S::Wish>> {
        let mut effects = Vec::new();
        let out = &mut effects;
        match event {
            Event::Started => {
                let place = self.first.take();
                self.show(self.active, place, moment, out);
            }
            Event::DraftsFound(drafts) => self.drafts_found(drafts, moment, out),
            Event::Arrived(arrived) => self.arrived(arrived, moment, out),
            Event::Resized(size) => self.resized(size, moment, out),
            Event::Answered(ticket, msg) => {
                if let Some((screen, _)) = self.tickets.settle(ticket) {
                    let asks = self.screens[screen].answer(msg, moment.now);
                    self.obey(screen, asks, moment, out);
                }
            }
            Event::Broke(ticket) => {
                if let Some((screen, nature)) = self.tickets.settle(ticket) {
                    self.say(Tone::Bad, "that stopped on a bug in attestor", moment);
                    self.tell(screen, Input::Stopped(nature), moment, out);
                }
            }
            Event::Link(news) => self.link_news(news, moment, out),
            Event::LoggedIn(login, access) => {
                self.login = Some(login);
                if access == Access::ReadOnly {
                    self.about.access = access;
                }
                self.tell_all(&Input::LoggedIn, moment, out);
            }
            Event::JobMoved(id, progress) => self.jobs.moved(id, progress, moment.at),
            Event::JobEnded(id, result) => self.job_ended(id, result, moment, out),
            Event::Paths(paths) => {
                if let Some(Overlay::Palette(palette)) = &mut self.overlay {
                    palette.offer(paths);
                }
            }
            Event::Themed(name, theme) => self.themed(&name, theme, moment),
            Event::Woken => self.woken(moment, out),
            Event::Resumed => out.push(Effect::Redraw),
            Event::Interrupted => self.interrupt(moment, out),
            Event::Stopping => self.leaving = Some(Leaving::Suspend),
            Event::Terminated(status) => self.leaving = Some(Leaving::Quit(status)),
            Event::Edited(edited) => {
                if let Some(screen) = self.editing.take() {
                    self.tell(screen, Input::Edited(edited), moment, out);
                }
            }
            Event::Said(toast) => self.toast(toast, moment),
        }
        self.leave_when_possible(out);
        effects
    }

    /// When something happens by itself next.
    pub fn wake_at(&self) -> Option<Instant> {
        let toast = self.toast.as_ref().map(|(_, until)| *until);
        let rest = self.rest_at.map(|(at, _)| at);
        [toast, rest, self.hints_at].into_iter().flatten().min()
    }

    /// What has been typed and not saved, on all screens.
    pub fn drafts(&self) -> Vec<Draft> {
        self.screens.iter().flat_map(Screen::drafts).collect()
    }

    /// The screens, in the order of their digits.
    pub fn screens(&self) -> &[S] {
        &self.screens
    }

    /// The size of the terminal.
    pub fn size(&self) -> Size {
        self.size
    }

    /// How many writes are under way.
    pub fn writes(&self) -> usize {
        self.tickets.writes()
    }

    fn drafts_found(&mut self, drafts: Vec<Draft>, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if drafts.is_empty() {
            return;
        }
        let count = drafts.len();
        for screen in 0..self.screens.len() {
            self.tell(screen, Input::DraftsRestored(drafts.clone()), moment, out);
        }
        let what = if count == 1 { "a draft is back".into() } else { format!("{count} drafts are back") };
        self.say(Tone::Plain, &what, moment);
    }

    fn resized(&mut self, size: Size, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        self.size = size;
        let body = view::areas(size).body;
        for screen in 0..self.screens.len() {
            let input = Input::Resized { columns: body.width, rows: body.height };
            self.tell(screen, input, moment, out);
        }
    }

    fn link_news(&mut self, news: LinkNews, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let input = match news {
            LinkNews::Changed => Input::News,
            LinkNews::Lost => {
                if self.link == Link::Up {
                    self.link = Link::Down { since: moment.now };
                }
                return;
            }
            LinkNews::Back => {
                if self.link != Link::Up {
                    self.say(Tone::Good, "the database is back", moment);
                }
                self.link = Link::Up;
                Input::Reconnected
            }
        };
        for screen in 0..self.screens.len() {
            if self.opened[screen] {
                self.tell(screen, input.clone(), moment, out);
            }
        }
    }

    fn woken(&mut self, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if self.toast.as_ref().is_some_and(|(_, until)| moment.at >= *until) {
            self.toast = None;
        }
        // From now on the hints are shown, until the sequence ends.
        self.hints_at.take_if(|at| moment.at >= *at);
        if let Some((_, screen)) = self.rest_at.take_if(|(at, _)| moment.at >= *at) {
            self.tell(screen, Input::Rested, moment, out);
        }
    }

    /// Tells a screen something, and obeys what it asks.
    fn tell(&mut self, screen: usize, input: Input, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let asks = self.screens[screen].input(input, moment.now);
        self.obey(screen, asks, moment, out);
    }

    fn obey(
        &mut self,
        screen: usize,
        asks: Vec<Ask<S::Wish>>,
        moment: Moment,
        out: &mut Vec<Effect<S::Wish>>,
    ) {
        for ask in asks {
            match ask {
                Ask::Do(wish) => self.perform(screen, wish, out),
                Ask::Open(place) => self.open(place, moment, out),
                Ask::Copy(text) => out.push(Effect::Copy(text)),
                Ask::CopyLink(place) => out.extend(self.link_to(&place).map(Effect::Copy)),
                Ask::Edit(outside) => {
                    self.editing = Some(screen);
                    out.push(Effect::Edit(outside));
                }
                Ask::Keep(kept) => out.push(Effect::Keep(kept)),
                Ask::Follow(link) => self.follow(&link, moment, out),
                Ask::Confirm(question, wish) => {
                    self.overlay = Some(Overlay::confirm_wish(question, screen, wish));
                }
                Ask::Toast(toast) => self.toast(toast, moment),
                // On a slow link the detail comes when it is asked for.
                Ask::Rest if self.pace == Pace::Slow => {}
                Ask::Rest => self.rest_at = Some((moment.at + REST, screen)),
                Ask::Start(deed) => self.start_job(deed, moment, out),
                Ask::Back => self.go_back(moment),
            }
        }
    }

    fn perform(&mut self, screen: usize, wish: S::Wish, out: &mut Vec<Effect<S::Wish>>) {
        let (ticket, replaced) = self.tickets.issue(screen, S::nature(&wish));
        out.extend(replaced.map(Effect::Abort));
        out.push(Effect::Perform(ticket, wish));
    }

    fn open(&mut self, place: Place, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if let Some(screen) = self.screens.iter().position(|screen| screen.shows(&place)) {
            self.show(screen, Some(place), moment, out);
        }
    }

    /// Brings a screen to the front.
    fn show(&mut self, screen: usize, place: Option<Place>, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        if screen != self.active {
            // Each screen once, and the one in front not at all: the way back has an end.
            self.back.retain(|earlier| *earlier != self.active && *earlier != screen);
            self.back.push(self.active);
            self.back.truncate(BACK_MAX);
            self.active = screen;
        }
        if place.is_some() || !self.opened[screen] {
            self.opened[screen] = true;
            self.tell(screen, Input::Opened(place), moment, out);
        }
    }

    /// One layer back from a screen that has none of its own left.
    fn go_back(&mut self, moment: Moment) {
        match self.back.pop() {
            Some(screen) => self.active = screen,
            None => self.say(Tone::Plain, "q quits", moment),
        }
    }

    /// What Ctrl-c does: it closes what is asked, or stops loads; twice, it quits.
    fn interrupt(&mut self, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        const TWICE: Duration = Duration::from_secs(2);
        let before = self.interrupted_at.replace(moment.at);
        if before.is_some_and(|before| moment.at.saturating_duration_since(before) < TWICE) {
            match self.leaving {
                // Already waiting for writes: the person does not want to.
                Some(_) => out.push(Effect::Quit(0)),
                None => self.leaving = Some(Leaving::Quit(0)),
            }
            return;
        }
        self.hints_at = None;
        if self.overlay.take().is_some() || !std::mem::take(&mut self.pending).is_empty() {
            return;
        }
        if self.screens[self.active].mode() != Mode::Browse {
            return self.tell(self.active, Input::Key(KeyCode::Esc.into()), moment, out);
        }
        let cancelled = self.tickets.cancel_loads(self.active);
        let what = if cancelled.is_empty() { "Ctrl-c again quits" } else { "stopped; Ctrl-c again quits" };
        for (ticket, nature) in cancelled {
            out.push(Effect::Abort(ticket));
            self.tell(self.active, Input::Stopped(nature), moment, out);
        }
        self.say(Tone::Plain, what, moment);
    }

    /// Quits or suspends once no write is under way.
    fn leave_when_possible(&mut self, out: &mut Vec<Effect<S::Wish>>) {
        if self.tickets.writes() > 0 {
            return;
        }
        match self.leaving.take() {
            Some(Leaving::Quit(status)) => out.push(Effect::Quit(status)),
            Some(Leaving::Suspend) => out.push(Effect::Suspend),
            None => {}
        }
    }

    fn say(&mut self, tone: Tone, text: &str, moment: Moment) {
        self.toast(Toast { text: text.to_owned(), tone }, moment);
    }

    fn toast(&mut self, toast: Toast, moment: Moment) {
        let stays = if toast.tone == Tone::Bad { TOAST_BAD } else { TOAST };
        self.toast = Some((toast, moment.at + stays));
    }
}
