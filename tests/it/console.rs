//! The console's state: what keys lead to, which answers count, and how it looks.

use super::tiny::{Msg, Tiny, Wish};
use attestor::config::Pace;
use attestor::error::{Error, Kind};
use attestor::jobs::Progress;
use attestor::text::SafeText;
use attestor::ui::app::{About, Access, App, Effect, Event, JobDeed, LinkNews, Moment, Preferences, Ticket};
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
fn q_quits_on_the_last_layer_and_esc_never_does() {
    let mut console = console();
    assert_eq!(console.keys(&["\x1b"]), []);
    check_footer(&console, "q quits");
    assert_eq!(console.keys(&["q"]), [Effect::Quit(0)]);
}

#[test]
fn a_load_that_was_replaced_is_not_told() {
    let mut console = console();
    let (first, _) = console.performed();
    console.keys(&["R"]);
    let (second, _) = console.performed();
    assert!(console.effects.contains(&Effect::Abort(first)));
    console.event(Event::Answered(first, Msg::Listed("late")));
    console.event(Event::Answered(second, Msg::Listed("new")));
    let told = console.told();
    assert!(told.iter().any(|t| t.contains("new")) && !told.iter().any(|t| t.contains("late")), "{told:?}");
}

#[test]
fn loads_of_other_lanes_and_writes_replace_nothing() {
    let mut console = console();
    let (list, _) = console.performed();
    console.keys(&["\r"]);
    console.pass(80);
    console.event(Event::Woken);
    let (detail, wish) = console.performed();
    assert_eq!(wish, Wish::Detail);
    console.keys(&["f", "x", "\r"]);
    let (write, _) = console.performed();
    console.keys(&["f", "y", "\r"]);
    let (again, _) = console.performed();
    for (ticket, text) in [(list, "list"), (detail, "detail")] {
        console.event(Event::Answered(ticket, Msg::Listed(text)));
    }
    console.event(Event::Answered(again, Msg::Saved("second".into())));
    console.event(Event::Answered(write, Msg::Saved("first".into())));
    let told = console.told().join(" ");
    for text in ["list", "detail", "first", "second"] {
        assert!(told.contains(text), "{text} in {told}");
    }
}

#[test]
fn the_detail_is_asked_for_once_the_cursor_rests() {
    let mut console = console();
    console.read("\r");
    console.pass(50);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
    console.read("\r");
    console.pass(79);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
    console.pass(1);
    console.event(Event::Woken);
    assert!(console.told().contains(&"Rested".to_owned()));
}

#[test]
fn ctrl_c_closes_then_stops_loads_then_quits() {
    let mut console = console();
    let (load, _) = console.performed();
    console.keys(&["f", "\x03"]);
    assert_eq!(console.told().last().unwrap(), "Key(Esc)");
    console.pass(3000);
    assert_eq!(console.keys(&["\x03"]), [Effect::Abort(load)]);
    assert_eq!(console.told().last().unwrap(), "Stopped(Load(\"list\"))");
    console.pass(3000);
    assert_eq!(console.keys(&["\x03"]), []);
    check_footer(&console, "Ctrl-c again quits");
    assert_eq!(console.keys(&["\x03"]), [Effect::Quit(0)]);
}

#[test]
fn quitting_and_suspending_wait_for_writes() {
    for (keys, effect) in [(["q"], Effect::Quit(0)), (["\x1a"], Effect::Suspend)] {
        let mut console = console();
        console.keys(&["f", "x", "\r"]);
        let (write, _) = console.performed();
        assert_eq!(console.keys(&keys), []);
        check_footer(&console, "when 1 write is done");
        assert_eq!(console.event(Event::Answered(write, Msg::Saved("x".into()))), [effect]);
    }
}

#[test]
fn a_person_who_insists_does_not_wait_for_writes() {
    let mut console = console();
    console.keys(&["f", "x", "\r", "q"]);
    assert_eq!(console.keys(&["\x03", "\x03"]), [Effect::Quit(0)]);
}

#[test]
fn sigterm_ends_with_its_status() {
    assert_eq!(console().event(Event::Terminated(143)), [Effect::Quit(143)]);
}

#[test]
fn a_question_is_answered_by_another_key_and_by_nothing_in_a_burst() {
    let ask = |answer: &str| {
        let mut console = console();
        console.keys(&["u"]);
        console.pass(500);
        console.read(answer);
        console.effects.iter().any(|effect| matches!(effect, Effect::Perform(..)))
    };
    assert!(ask("y"));
    for no in ["u", "\r", "n", "\x1b", "xy", "uy\r", "yes", "\x1b[200~y\x1b[201~", "q"] {
        assert!(!ask(no), "{no:?} says yes");
    }
}

#[test]
fn very_many_rows_ask_for_their_count() {
    let open = || {
        let mut console = console_of(Access::ReadWrite, Tiny { typed_count: Some(250), ..Tiny::new() });
        console.keys(&["u"]);
        console
    };
    let in_one = |answer: &str| {
        let mut console = open();
        console.pass(500);
        console.read(answer);
        console.effects
    };
    let performs = |effects: &[Effect<Wish>]| effects.iter().any(|e| matches!(e, Effect::Perform(..)));
    assert!(performs(open().keys(&["2", "5", "0", "\r"])));
    assert!(!performs(open().keys(&["y"])));
    assert!(!performs(open().keys(&["2", "5", "\r"])));
    assert!(!performs(&in_one("250\r")));
    assert!(!performs(open().keys(&["2", "5", "0", "\x1b"])));
}

#[test]
fn a_paste_goes_to_the_screen_and_confirms_nothing() {
    let mut console = console();
    console.read("sql-injection\n");
    assert_eq!(console.told().last().unwrap(), "Paste(\"sql-injection\\n\")");
    console.keys(&["f"]);
    let effects = console.read("x\r");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Perform(..))), "{effects:?}");
    assert!(matches!(console.keys(&["\r"]), [Effect::Perform(_, Wish::Save(text))] if text == "x"));
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
fn help_finds_and_runs() {
    let mut console = console();
    console.keys(&["?", "c", "o", "m", "m", "e", "n", "t"]);
    assert!(console.screen(80, 24).contains("> c "), "{}", console.screen(80, 24));
    console.keys(&["\r"]);
    assert_eq!(console.told().last().unwrap(), "Command(Comment)");
    console.keys(&["\x1b", "?", "\x1b"]);
    check_footer(&console, "t TP");
}

#[test]
fn the_palette_runs_by_name_and_completes() {
    let mut console = console();
    console.keys(&[":", "c", "o", "m", "m", "e", "\t"]);
    assert!(console.screen(80, 24).contains(":comment"));
    console.keys(&["\r"]);
    assert_eq!(console.told().last().unwrap(), "Command(Comment)");
    console.keys(&["\x1b", ":", "q", "u", "i", "t"]);
    assert_eq!(console.keys(&["\r"]), [Effect::Quit(0)]);
}

/// What stands first in the palette for `typed`.
fn check_first(typed: &str, expected: &str) {
    let mut console = console();
    let themes = Theme::NAMES.map(str::to_owned).to_vec();
    console.app = console.app.preferring(Preferences { themes, ..Preferences::default() });
    console.keys(&[":"]);
    console.read(typed);
    let screen = console.screen(80, 24);
    let first = screen.lines().find_map(|line| line.strip_prefix(" > ")).unwrap_or_default();
    assert!(first.starts_with(expected), "{typed}: {first:?} in\n{screen}");
}

#[test]
fn the_palette_finds_by_name_by_help_and_by_letters() {
    check_first("fil", "filter ");
    check_first("positive", "mark-true-positive");
    check_first("false pos", "mark-false-positive");
    check_first("not real", "mark-false-positive");
    check_first("mfp", "mark-false-positive");
    check_first("undecided", "next-undecided");
    check_first("theme l", "light");
    check_first("filter sev", "severity");
    check_first("goto t", "tiny");
}

#[test]
fn the_palette_types_what_stands_behind_a_name() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("mark-false-positive internal tool");
    assert!(
        matches!(console.keys(&["\r"]), [Effect::Perform(_, Wish::Save(text))] if text == "internal tool")
    );
    console.keys(&[":"]);
    console.read("theme light");
    assert_eq!(console.keys(&["\r"]), [Effect::LoadTheme("light".into())]);
    let light = Theme::named("light", Symbols::UNICODE).unwrap();
    console.event(Event::Themed("light".into(), Ok(Box::new(light))));
    check_footer(&console, "theme light;");
    console
        .event(Event::Themed("dusk".into(), Err(Error::new(Kind::Configuration, "there is no theme dusk"))));
    check_footer(&console, "there is no theme dusk");
    console.keys(&[":"]);
    console.read("goto 17");
    console.keys(&["\r"]);
    assert!(console.told().contains(&"Command(JumpToId)".to_owned()), "{:?}", console.told());
    console.keys(&[":"]);
    console.read("goto nowhere");
    console.keys(&["\r"]);
    check_footer(&console, "neither a number nor a screen");
    console.keys(&[":"]);
    console.read("refresh now");
    console.keys(&["\r"]);
    check_footer(&console, "refresh takes nothing behind its name");
}

#[test]
fn the_palette_brings_back_what_was_run() {
    let mut console = console();
    for line in ["theme mono", "theme light"] {
        console.keys(&[":"]);
        console.read(line);
        console.keys(&["\r"]);
    }
    console.keys(&[":", "\x1b[A"]);
    assert!(console.screen(80, 24).contains(":theme light"));
    console.keys(&["\x1b[A"]);
    assert!(console.screen(80, 24).contains(":theme mono"));
    console.keys(&["\x1b[A", "\x1b[B"]);
    assert_eq!(console.keys(&["\r"]), [Effect::LoadTheme("light".into())]);
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
fn on_a_slow_link_a_resting_cursor_loads_nothing() {
    let mut console = console();
    console.app = console.app.preferring(Preferences { pace: Pace::Slow, ..Preferences::default() });
    console.read("\r");
    assert_eq!(console.app.wake_at(), None);
    console.pass(1000);
    console.event(Event::Woken);
    assert!(!console.told().contains(&"Rested".to_owned()));
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
fn an_unknown_command_is_said() {
    let mut console = console();
    console.keys(&[":", "z", "z", "z", "\r"]);
    check_footer(&console, "there is no command zzz");
}

#[test]
fn an_import_runs_as_a_job() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import scan.sarif");
    assert!(matches!(console.effects.as_slice(), [Effect::CompletePath(path)] if path == "scan.sarif"));
    let id = match console.keys(&["\r"]) {
        [Effect::StartJob(id, JobDeed::Import(path))] if path.as_os_str() == "scan.sarif" => *id,
        other => panic!("{other:?}"),
    };
    let progress = Progress { step: "reading".into(), done: 43, total: Some(100) };
    console.event(Event::JobMoved(id, progress));
    check_footer(&console, "job 1 reading 43 %");
    console.keys(&["J"]);
    assert!(console.screen(80, 24).contains("import scan.sarif  reading 43 %"));
    assert_eq!(console.keys(&["x"]), [Effect::CancelJob(id)]);
    assert_eq!(console.keys(&["x"]), [], "cancelled twice");
    console.keys(&["\x1b"]);
    console
        .event(Event::JobEnded(id, Err(Error::new(Kind::Incomplete, "cancelled; nothing of it was kept"))));
    check_footer(&console, "import scan.sarif: cancelled; nothing of it was kept");
    assert!(!console.footer().contains("job 1"));
}

#[test]
fn quitting_with_a_running_job_asks() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import scan.sarif");
    console.keys(&["\r"]);
    assert_eq!(console.keys(&["q"]), []);
    assert!(console.screen(80, 24).contains("A job is running."));
    assert_eq!(console.keys(&["n"]), []);
    assert_eq!(console.keys(&["q", "y"]), [Effect::Quit(0)]);
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
