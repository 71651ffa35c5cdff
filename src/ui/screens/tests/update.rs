//! What a command, a key or an answer changes, and what is asked for next.

use super::marks::is_needy;
use super::state::{Doing, Layer, Tests};
use super::wish::{Msg, Wish};
use crate::config::permalink::SCHEME;
use crate::flaky::store::fields::FIELDS;
use crate::flaky::store::tests::SortKey;
use crate::flaky::test::Test;
use crate::ids::TestId;
use crate::ui::app::JobDeed;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::list_detail::state::Wants;
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use crate::ui::widgets::{form, prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// Takes what the app says.
    pub(super) fn on_input(&mut self, input: Input) -> Asks {
        match input {
            Input::Opened(place) => self.opened(place),
            Input::Resized { columns, rows } => {
                self.list.panes.resize(columns, rows);
                Vec::new()
            }
            Input::Command(command) => self.command(command),
            Input::Key(key) => self.key(key),
            Input::Paste(text) => self.paste(&text),
            Input::LoggedIn | Input::Verified(_) | Input::Edited(_) | Input::Kept(_) => Vec::new(),
            Input::News => self.news_came(),
            Input::Reconnected => self.reconnected(),
            Input::Rested => self.show_selected(Anew::No),
            Input::Stopped(nature) => self.stopped(nature),
            Input::DraftsRestored(drafts) => {
                self.restore(drafts);
                Vec::new()
            }
        }
    }

    /// Takes an answer.
    pub(super) fn on_answer(&mut self, msg: Msg) -> Asks {
        match msg {
            Msg::Rows { ticket, after, at, result } => return self.rows_came(ticket, after, at, result),
            // What fails here fails for the rows too, and is told there.
            Msg::Standing(Ok(standing)) => self.standing = Some(standing),
            Msg::News(Ok(standing)) => self.compared(standing),
            Msg::Standing(Err(_)) | Msg::News(Err(_)) => {}
            Msg::Detail(id, result) => self.detail_came(id, result),
            Msg::Preview(thresholds, result) => return self.previewed(thresholds, result),
            Msg::Decided(deed, result) => return self.decided(*deed, result),
        }
        Vec::new()
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        let wants = match place {
            Some(Place::Tests { filter }) => {
                self.preview = None;
                self.list.open(&filter)
            }
            Some(Place::Test(id)) => return self.seek(id),
            _ if self.list.is_new() => self.list.load_whole(),
            // What went on meanwhile is worth a look; rows do not move for it.
            _ => return self.news_came(),
        };
        self.asks(wants)
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.list.filter.is_open() {
            let wants = self.list.filter_key(key, &FIELDS);
            if !wants.is_empty() {
                // Another filter has other tests to preview.
                self.preview = None;
            }
            return self.asks(wants);
        }
        let (answer, is_jump) = match &mut self.layer {
            Layer::None => return Vec::new(),
            Layer::Decide(open) => {
                return match open.form.key(key) {
                    form::Answer::Open => Vec::new(),
                    form::Answer::Confirmed => self.confirm(),
                    form::Answer::Closed => {
                        self.close_layer();
                        Vec::new()
                    }
                };
            }
            Layer::Jump(prompt) => (prompt.key(key), true),
            Layer::Threshold(prompt) => (prompt.key(key), false),
        };
        match answer {
            prompt::Answer::Open => Vec::new(),
            prompt::Answer::Confirmed(text) if is_jump => self.jump(&text),
            prompt::Answer::Confirmed(text) => self.try_threshold(&text),
            prompt::Answer::Closed => {
                self.layer = Layer::None;
                Vec::new()
            }
        }
    }

    fn jump(&mut self, text: &str) -> Asks {
        if text.trim().starts_with(SCHEME) {
            self.layer = Layer::None;
            return vec![Ask::Follow(text.trim().to_owned())];
        }
        match text.trim().replace([',', '_'], "").parse::<i64>() {
            Ok(id) if id > 0 => {
                self.layer = Layer::None;
                self.seek(TestId(id))
            }
            _ => {
                if let Layer::Jump(jump) = &mut self.layer {
                    jump.complain("the number of a test is wanted, as in 12, or its link".to_owned());
                }
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str) -> Asks {
        match &mut self.layer {
            Layer::Jump(prompt) | Layer::Threshold(prompt) => prompt.paste(text),
            Layer::Decide(open) => open.form.paste(text),
            Layer::None => self.list.filter.paste(text, &FIELDS),
        }
        Vec::new()
    }

    fn reconnected(&mut self) -> Asks {
        let mut asks = match self.list.load {
            Load::Idle => self.news_came(),
            _ => self.reload(),
        };
        let wants = self.list.retry_detail();
        asks.extend(self.asks(wants));
        asks
    }

    fn stopped(&mut self, nature: Nature) -> Asks {
        self.list.stopped(nature);
        match (nature, &mut self.preview) {
            // Whether it was written is not known: a look at the test tells.
            (Nature::Write, _) => {
                self.under_way.clear();
                return self.reload();
            }
            (Nature::Load(Wish::PREVIEW), Some(preview)) => preview.load.stop(),
            _ => {}
        }
        Vec::new()
    }

    fn command(&mut self, command: Command) -> Asks {
        let wants = match command {
            Command::NextNeedy => return self.next_needy(Way::Down),
            Command::PreviousNeedy => return self.next_needy(Way::Up),
            Command::FocusDetail => self.focus_detail(),
            Command::NextPane | Command::PreviousPane if self.list.panes.focus == Focus::List => {
                self.focus_detail()
            }
            Command::OpenSelected => return self.open_selected(),
            Command::Back | Command::Quit if self.preview.is_some() => {
                self.close_preview();
                Vec::new()
            }
            Command::GoTests => return self.command(Command::FocusList),
            Command::Quarantine => return self.begin(Doing::Quarantine),
            Command::Graduate => return self.begin(Doing::Graduate),
            Command::Dismiss => return self.begin(Doing::Dismiss),
            Command::PreviewThreshold => return self.ask_threshold(),
            Command::Recompute => vec![Ask::Start(JobDeed::Recompute)],
            Command::Sort => return self.sort_on(),
            Command::JumpToId => {
                self.layer = Layer::Jump(Prompt::new("", Vec::new(), 200));
                Vec::new()
            }
            Command::CopyId
            | Command::CopyJson
            | Command::CopyMarkdown
            | Command::CopyLink
            | Command::CopyCommand => return self.copy(command),
            shared => self.list.command(shared, &FIELDS, self.room()),
        };
        self.asks(wants)
    }

    /// To the next test that somebody has to decide on.
    fn next_needy(&mut self, way: Way) -> Asks {
        let now = self.now;
        let Some(at) = self.list.window.next(way, |test| is_needy(test, now)) else {
            return vec![toast(Tone::Plain, "no further test here needs anybody")];
        };
        self.preview = None;
        let mut asks = self.go_to(at);
        if self.list.panes.focus == Focus::Detail {
            asks.extend(self.show_selected(Anew::No));
        }
        asks
    }

    /// Gives the keys to the detail, or to the preview in its place.
    fn focus_detail(&mut self) -> Wants<Test> {
        if self.preview.is_none() {
            return self.list.focus_detail();
        }
        let wants = self.list.show_selected(Anew::No);
        self.list.panes.focus = Focus::Detail;
        wants
    }

    /// Enter: into the detail; there, to what the line names.
    fn open_selected(&mut self) -> Asks {
        if self.list.panes.focus == Focus::List {
            let wants = self.focus_detail();
            return self.asks(wants);
        }
        let lines = self.lines();
        let at = self.list.shown.cursor.at().min(lines.len().saturating_sub(1));
        if let Some(place) = lines.get(at).and_then(|line| line.leads_to.clone()) {
            return match place {
                Place::Test(id) => self.seek(id),
                other => vec![Ask::Open(other)],
            };
        }
        self.list.panes.enlarge();
        Vec::new()
    }

    /// Sorts by the next column.
    fn sort_on(&mut self) -> Asks {
        self.sort.by = match self.sort.by {
            SortKey::Score => SortKey::Severity,
            SortKey::Severity => SortKey::Rate,
            SortKey::Rate => SortKey::Seen,
            SortKey::Seen => SortKey::Name,
            SortKey::Name => SortKey::Score,
        };
        let mut asks = self.reload();
        asks.push(toast(Tone::Plain, format!("sorted by {}", self.sort.by.word())));
        asks
    }
}
