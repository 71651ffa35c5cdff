//! The console's state: what keys lead to, which answers count, and how it looks.

mod intake;
mod jobs;
mod leaving;
mod loads;
mod palette;
mod questions;

use super::tiny::{Msg, Tiny, Wish};
use attestor::text::SafeText;
use attestor::ui::app::{About, Access, App, Effect, Event, LinkNews, Moment, Preferences, Ticket};
use attestor::ui::input::{Arrived, Decoder};
use attestor::ui::keymap::Keymap;
use attestor::ui::screen::{Clock, Draft};
use attestor::ui::theme::{Symbols, Theme};
use chrono::{DateTime, TimeZone, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use std::time::{Duration, Instant};

/// A console over tiny screens, with a clock that the test moves.
struct Console {
    app: App<Tiny>,
    begun: Instant,
    passed: Duration,
    decoder: Decoder,
    effects: Vec<Effect<Wish>>,
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 14, 12, 0, 0).unwrap()
}

fn console() -> Console {
    console_of(Access::ReadWrite, Tiny::new())
}

fn console_of(access: Access, tiny: Tiny) -> Console {
    let about = About { name: SafeText::new("demo"), access };
    let theme = Theme::named("dark", Symbols::UNICODE).unwrap();
    let mut console = Console {
        app: App::new(vec![tiny], about, theme, Clock::Utc),
        begun: Instant::now(),
        passed: Duration::ZERO,
        decoder: Decoder::default(),
        effects: Vec::new(),
    };
    console.event(Event::Resized(Size::new(80, 24)));
    console.event(Event::Started);
    console
}

impl Console {
    fn moment(&self) -> Moment {
        Moment { at: self.begun + self.passed, now: noon() + self.passed }
    }

    /// What an event leads to.
    fn event(&mut self, event: Event<Msg>) -> &[Effect<Wish>] {
        self.effects = self.app.handle(event, self.moment());
        &self.effects
    }

    /// Keys, one a read, half a second apart.
    fn keys(&mut self, keys: &[&str]) -> &[Effect<Wish>] {
        for key in keys {
            self.pass(500);
            self.read(key);
        }
        &self.effects
    }

    /// Bytes in one read.
    fn read(&mut self, bytes: &str) -> &[Effect<Wish>] {
        let at = self.moment().at;
        let mut arrived = self.decoder.read(bytes.as_bytes(), at);
        arrived.extend(self.decoder.expire(at + Duration::from_millis(60)));
        self.effects.clear();
        for arrived in arrived {
            self.effects.extend(self.app.handle(Event::Arrived(arrived), Moment { ..self.moment() }));
        }
        &self.effects
    }

    fn pass(&mut self, ms: u64) {
        self.passed += Duration::from_millis(ms);
    }

    fn told(&self) -> Vec<String> {
        self.app.screens()[0].told.clone()
    }

    fn performed(&self) -> (Ticket, Wish) {
        match self.effects.as_slice() {
            [.., Effect::Perform(ticket, wish)] => (*ticket, wish.clone()),
            other => panic!("nothing to perform: {other:?}"),
        }
    }

    fn screen(&self, columns: u16, rows: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        self.app.view(&mut buffer, self.moment());
        let lines = buffer.content().chunks(columns.max(1).into());
        lines
            .map(|line| {
                line.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned() + "\n"
            })
            .collect()
    }

    fn footer(&self) -> String {
        self.screen(80, 24).lines().last().unwrap().to_owned()
    }
}

fn check_footer(console: &Console, expected: &str) {
    assert!(console.footer().contains(expected), "no {expected:?} in {:?}", console.footer());
}

#[test]
fn sequences_wait_and_esc_takes_them_back() {
    let mut console = console();
    console.keys(&["g"]);
    check_footer(&console, "g -");
    check_footer(&console, "g top");
    console.keys(&["\x1b"]);
    check_footer(&console, "t TP");
    console.keys(&["g", "g"]);
    assert_eq!(console.told().last().unwrap(), "Command(Top)");
    console.keys(&["g", "!"]);
    check_footer(&console, "g! means nothing here");
}

#[test]
fn a_connection_that_only_reads_refuses_deeds() {
    let mut console = console_of(Access::ReadOnly, Tiny::new());
    console.keys(&["f"]);
    check_footer(&console, "this connection only reads");
    assert!(!console.told().iter().any(|told| told.contains("MarkFalsePositive")));
    console.keys(&[":", "i", "m", "p", "o", "r", "t", " ", "x", "\r"]);
    assert_eq!(console.effects, []);
}

#[test]
fn who_pauses_on_a_prefix_is_told_what_may_follow() {
    let mut console = console();
    console.keys(&["g"]);
    assert!(!console.screen(80, 24).contains("To the first row"));
    let until = console.app.wake_at().unwrap();
    assert_eq!(until, console.moment().at + Duration::from_millis(400));
    console.pass(400);
    console.event(Event::Woken);
    assert!(console.screen(80, 24).contains("g     To the first row"), "{}", console.screen(80, 24));
    assert_eq!(console.app.wake_at(), None, "something ticks");
    console.keys(&["\x1b"]);
    assert!(!console.screen(80, 24).contains("To the first row"));
    // Faster than the pause: nothing is shown in between, and nothing later.
    console.read("g");
    console.read("g");
    assert_eq!(console.told().last().unwrap(), "Command(Top)");
    assert_eq!(console.app.wake_at(), None);
}

#[test]
fn own_keys_stand_in_footer_help_palette_and_tabs() {
    let mut console = console();
    let keymap = Keymap::parse("[keys]\nmark-true-positive = \"F2\"\nhelp = \"F3\"", "keys.toml").unwrap();
    console.app = console.app.preferring(Preferences { keymap, ..Preferences::default() });
    check_footer(&console, "F2 TP");
    check_footer(&console, "F3 help");
    console.keys(&["\x1b[13~"]);
    assert!(console.screen(80, 24).contains("F2"), "{}", console.screen(80, 24));
    console.keys(&["\x1b", ":", "t", "r", "u", "e"]);
    assert!(console.screen(80, 24).contains("mark-true-positive  F2"));
}

#[test]
fn a_connection_with_a_colour_stands_in_both_lines() {
    let about = About { name: SafeText::new("prod"), access: Access::ReadOnly };
    let theme = Theme::named("dark", Symbols::UNICODE).unwrap().with_accent("red").unwrap();
    let mut console = console();
    console.app = App::new(vec![Tiny::new()], about, theme, Clock::Utc);
    console.event(Event::Resized(Size::new(80, 24)));
    let screen = console.screen(80, 24);
    assert!(screen.lines().next().unwrap().ends_with(" prod ro"), "{screen}");
    assert!(screen.lines().last().unwrap().contains(" prod  ro"), "{screen}");
}

#[test]
fn a_lost_connection_is_said_and_its_return_too() {
    let mut console = console();
    console.event(Event::Link(LinkNews::Lost));
    check_footer(&console, "no database since 12:00");
    console.pass(600_000);
    console.event(Event::Link(LinkNews::Lost));
    check_footer(&console, "no database since 12:00");
    console.event(Event::Link(LinkNews::Back));
    check_footer(&console, "the database is back");
    assert_eq!(console.told().last().unwrap(), "Reconnected");
    console.event(Event::Link(LinkNews::Changed));
    assert_eq!(console.told().last().unwrap(), "News");
}

#[test]
fn what_is_said_goes_by_itself() {
    let mut console = console();
    console.event(Event::Broke(console.performed().0));
    check_footer(&console, "a bug in attestor");
    let until = console.app.wake_at().unwrap();
    console.passed = until - console.begun;
    console.event(Event::Woken);
    check_footer(&console, "t TP");
    assert_eq!(console.app.wake_at(), None, "something ticks");
}

#[test]
fn good_news_do_not_hide_what_an_overlay_needs() {
    let mut console = console();
    console.event(Event::DraftsFound(vec![Draft { slot: "tiny/1/comment".into(), text: "half".into() }]));
    console.keys(&["?"]);
    check_footer(&console, "Enter do it");
    console.keys(&["\x1b", "f"]);
    assert!(!console.footer().contains("? help"), "? is text here: {}", console.footer());
}

#[test]
fn drafts_are_asked_for_and_given_back() {
    let mut console = console();
    let draft = Draft { slot: "tiny/1/comment".into(), text: "half".into() };
    console.event(Event::DraftsFound(vec![draft.clone()]));
    check_footer(&console, "a draft is back");
    assert_eq!(console.app.drafts(), [draft]);
}

#[test]
fn no_size_panics() {
    let mut console = console();
    for keys in [
        vec![],
        vec!["?"],
        vec!["\x1b", ":"],
        vec!["\x1b", "u"],
        vec!["n", "J"],
        vec!["\x1b", "f"],
        vec!["\x1b", "g"],
    ] {
        console.keys(&keys);
        for (columns, rows) in
            [(0, 0), (1, 1), (19, 5), (20, 4), (20, 5), (21, 6), (24, 200), (500, 5), (40, 12)]
        {
            console.event(Event::Resized(Size::new(columns, rows)));
            console.screen(columns, rows);
        }
    }
}

#[test]
fn looks() {
    let mut console = console_of(Access::ReadWrite, Tiny { marks: 3, ..Tiny::new() });
    let (ticket, _) = console.performed();
    console.event(Event::Answered(ticket, Msg::Listed("")));
    console.event(Event::LoggedIn(SafeText::new("alice"), Access::ReadWrite));
    let pictures = |name: &str, console: &Console| {
        for (columns, rows) in [(80, 24), (120, 40), (200, 50), (40, 12)] {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), console.screen(columns, rows));
        }
    };
    pictures("list", &console);
    console.keys(&["g"]);
    pictures("prefix", &console);
    console.pass(400);
    console.event(Event::Woken);
    pictures("next_keys", &console);
    console.keys(&["\x1b", "?"]);
    pictures("help", &console);
    console.keys(&["\x1b", ":", "c"]);
    pictures("palette", &console);
    console.keys(&["\x1b", "u"]);
    pictures("question", &console);
    console.keys(&["n", ":"]);
    console.read("import scan.sarif");
    console.keys(&["\r", "J"]);
    pictures("jobs", &console);
    console.keys(&["\x1b"]);
    console.event(Event::Link(LinkNews::Lost));
    pictures("lost", &console);
}

#[test]
fn arrived_is_what_the_decoder_gives() {
    let mut console = console();
    console.event(Event::Arrived(Arrived::Paste("a\nb".into())));
    assert_eq!(console.told().last().unwrap(), "Paste(\"a\\nb\")");
}
