//! The Overview among the screens of the console: digits, jumps, and what opens first.

use attestor::text::SafeText;
use attestor::ui::app::{About, Access, App, Effect, Event, LinkNews, Moment};
use attestor::ui::input::{Arrived, Decoder};
use attestor::ui::screen::Clock;
use attestor::ui::screens::{AnyMsg, AnyScreen, AnyWish, FIRST, all, findings, overview};
use attestor::ui::theme::{Symbols, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

struct Console {
    app: App<AnyScreen>,
    effects: Vec<Effect<AnyWish>>,
}

impl Console {
    fn opened_on(title: &str) -> Self {
        let about = About { name: SafeText::new("demo"), access: Access::ReadWrite };
        let theme = Theme::named("dark", Symbols::UNICODE).unwrap();
        let app = App::new(all(), about, theme, Clock::Utc).opened_on(title);
        let mut console = Console { app, effects: Vec::new() };
        console.event(Event::Resized(Size::new(80, 24)));
        console.event(Event::Started);
        console
    }

    fn event(&mut self, event: Event<AnyMsg>) {
        self.effects.extend(self.app.handle(event, Moment::now()));
    }

    fn keys(&mut self, keys: &str) {
        let mut decoder = Decoder::default();
        let at = Moment::now().at;
        let mut arrived: Vec<Arrived> =
            keys.chars().flat_map(|key| decoder.read(key.to_string().as_bytes(), at)).collect();
        arrived.extend(decoder.expire(at + std::time::Duration::from_millis(60)));
        for arrived in arrived {
            self.event(Event::Arrived(arrived));
        }
    }

    /// Answers every wish of the Overview that is open, as the desk has it.
    fn answer(&mut self) {
        use super::desk;
        let look = desk::look();
        while let Some(at) =
            self.effects.iter().position(|e| matches!(e, Effect::Perform(_, AnyWish::Overview(_))))
        {
            let Effect::Perform(ticket, AnyWish::Overview(wish)) = self.effects.remove(at) else { continue };
            let section = |section, lines| overview::Msg::Section(section, desk::now(), Ok(lines));
            use overview::lines::{self, Section};
            let msg = match wish {
                overview::Wish::Look => overview::Msg::Looked(Ok(look.clone())),
                overview::Wish::Section(Section::Findings, _)
                | overview::Wish::Whole(Section::Findings, _) => {
                    section(Section::Findings, lines::findings(&desk::queue(&look), &look))
                }
                overview::Wish::Section(Section::Watched, _) | overview::Wish::Whole(Section::Watched, _) => {
                    section(Section::Watched, desk::watched())
                }
                overview::Wish::Section(Section::Imports, _) | overview::Wish::Whole(Section::Imports, _) => {
                    section(Section::Imports, lines::imports(&desk::imports(), &desk::scans(), &look))
                }
                overview::Wish::Section(Section::Chain, _) | overview::Wish::Whole(Section::Chain, _) => {
                    section(Section::Chain, desk::chain(&look))
                }
                overview::Wish::Entries => overview::Msg::Entries(desk::now(), Ok(desk::entries())),
                overview::Wish::News => overview::Msg::News(Ok(look.now.seq)),
                overview::Wish::Keep(..) => overview::Msg::Kept(Ok(())),
            };
            self.event(Event::Answered(ticket, AnyMsg::Overview(msg)));
        }
    }

    /// The filters of the lists that were asked for.
    fn filters(&mut self) -> Vec<String> {
        let effects = std::mem::take(&mut self.effects);
        let filters = effects.into_iter().filter_map(|effect| match effect {
            Effect::Perform(_, AnyWish::Findings(findings::Wish::Rows { query, .. })) => Some(query.filter),
            _ => None,
        });
        filters.collect()
    }

    fn screen(&self) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        self.app.view(&mut buffer, Moment::now());
        let lines = buffer.content().chunks(80);
        lines.map(|line| line.iter().map(|cell| cell.symbol()).collect::<String>() + "\n").collect()
    }

    fn tabs(&self) -> String {
        self.screen().lines().next().unwrap().trim_end().to_owned()
    }
}

#[test]
fn the_queue_is_what_opens_first() {
    let mut console = Console::opened_on(FIRST);
    assert!(
        console.tabs().starts_with(" attestor   1 Overview [2 Findings] 3 Tests  4 Drift  5 Audit"),
        "{}",
        console.tabs()
    );
    assert_eq!(console.filters(), ["is:undecided"]);
    assert_eq!(console.app.front(), FIRST);
    let console = Console::opened_on("Overview");
    assert!(
        console.tabs().starts_with(" attestor  [1 Overview] 2 Findings  3 Tests  4 Drift  5 Audit"),
        "{}",
        console.tabs()
    );
    assert_eq!(console.effects.len(), 1, "a screen that is not seen loads nothing: {:?}", console.effects);
    let console = Console::opened_on("a screen that is gone");
    assert!(
        console.tabs().starts_with(" attestor  [1 Overview] 2 Findings  3 Tests  4 Drift  5 Audit"),
        "{}",
        console.tabs()
    );
}

#[test]
fn digits_and_letters_lead_to_the_screens_and_back() {
    let mut console = Console::opened_on(FIRST);
    for (keys, front) in [("1", "Overview"), ("2", "Findings"), ("go", "Overview"), ("gf", "Findings")] {
        console.keys(keys);
        assert_eq!(console.app.front(), front, "{keys}");
    }
    console.keys("1q");
    assert_eq!(console.app.front(), "Findings", "q leads back before it quits");
    assert!(!console.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))));
    console.keys("q");
    assert!(console.effects.iter().any(|effect| matches!(effect, Effect::Quit(0))));
}

#[test]
fn ones_own_decisions_are_a_key_away_from_everywhere() {
    let mut console = Console::opened_on("Overview");
    console.keys("gb");
    assert_eq!(console.app.front(), "Findings");
    assert!(console.screen().contains("my drafts and decisions"), "{}", console.screen());
}

#[test]
fn a_line_opens_the_findings_that_it_counts_and_esc_leads_back() {
    let mut console = Console::opened_on("Overview");
    console.answer();
    console.keys("j\r");
    assert_eq!(console.app.front(), "Findings");
    assert_eq!(console.filters(), ["is:undecided severity:high"]);
    assert!(console.screen().contains("is:undecided severity:high"));
    console.keys("\x1b");
    assert_eq!(console.app.front(), "Overview");
    assert!(console.screen().contains("> ▲ high"), "{}", console.screen());
}

#[test]
fn deciding_keys_decide_nothing_here() {
    let mut console = Console::opened_on("Overview");
    console.answer();
    console.effects.clear();
    console.keys("tf.cu ");
    assert_eq!(console.app.front(), "Overview");
    assert!(console.effects.is_empty(), "{:?}", console.effects);
}

#[test]
fn news_come_to_screens_that_were_opened_alone() {
    let mut console = Console::opened_on(FIRST);
    console.event(Event::Link(LinkNews::Changed));
    let of_overview = |console: &Console| {
        console.effects.iter().filter(|e| matches!(e, Effect::Perform(_, AnyWish::Overview(_)))).count()
    };
    assert_eq!(of_overview(&console), 0);
    console.keys("1");
    console.answer();
    console.event(Event::Link(LinkNews::Changed));
    assert_eq!(of_overview(&console), 1);
}
