//! What a command, a key or an answer changes, and what is asked for next.

use super::marks::is_needy;
use super::state::{Doing, Focus, Layer, Tests};
use super::wish::{Msg, Wish};
use crate::config::permalink::SCHEME;
use crate::flaky::store::fields::FIELDS;
use crate::flaky::store::tests::SortKey;
use crate::ids::TestId;
use crate::ui::app::JobDeed;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use crate::ui::widgets::{filter_bar, form, prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// Takes what the app says.
    pub(super) fn on_input(&mut self, input: Input) -> Asks {
        match input {
            Input::Opened(place) => self.opened(place),
            Input::Resized { columns, rows } => {
                (self.columns, self.rows) = (columns, rows);
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
        match place {
            Some(Place::Tests { filter }) => {
                (self.focus, self.zoom, self.preview) = (Focus::List, Zoom::Out, None);
                self.filter.set(&filter);
                self.load_whole()
            }
            Some(Place::Test(id)) => self.seek(id),
            _ if self.as_of.is_none() && self.load == Load::Idle => self.load_whole(),
            // What went on meanwhile is worth a look; rows do not move for it.
            _ => self.news_came(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.filter.is_open() {
            return match self.filter.key(key, &FIELDS) {
                filter_bar::Answer::Applied => {
                    (self.focus, self.preview) = (Focus::List, None);
                    self.load_whole()
                }
                filter_bar::Answer::Values { .. } | filter_bar::Answer::Open | filter_bar::Answer::Closed => {
                    Vec::new()
                }
            };
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
            Layer::None => self.filter.paste(text, &FIELDS),
        }
        Vec::new()
    }

    fn reconnected(&mut self) -> Asks {
        let mut asks = if self.load == Load::Idle { self.news_came() } else { self.reload() };
        if self.shown.load != Load::Idle {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks
    }

    fn stopped(&mut self, nature: Nature) -> Asks {
        let stopped = || Load::Failed(Failure::of("the load was stopped".to_owned()));
        match nature {
            Nature::Load(Wish::LIST) if self.load == Load::Asked => self.load = stopped(),
            Nature::Load(Wish::DETAIL) if self.shown.load == Load::Asked => self.shown.load = stopped(),
            Nature::Load(Wish::PREVIEW) => {
                if let Some(preview) = self.preview.as_mut().filter(|preview| preview.load == Load::Asked) {
                    preview.load = stopped();
                }
            }
            Nature::Load(_) => {}
            // Whether it was written is not known: a look at the test tells.
            Nature::Write => {
                self.under_way.clear();
                return self.reload();
            }
        }
        Vec::new()
    }

    fn command(&mut self, command: Command) -> Asks {
        match command {
            Command::Down => self.go(Way::Down, 1),
            Command::Up => self.go(Way::Up, 1),
            Command::PageDown => self.go(Way::Down, self.half_page()),
            Command::PageUp => self.go(Way::Up, self.half_page()),
            Command::Top => self.go(Way::Up, usize::MAX),
            Command::Bottom => self.go(Way::Down, usize::MAX),
            Command::NextNeedy => self.next_needy(Way::Down),
            Command::PreviousNeedy => self.next_needy(Way::Up),
            Command::FocusDetail => self.focus_detail(),
            Command::FocusList => self.focus_list(),
            Command::NextPane | Command::PreviousPane => match self.focus {
                Focus::Detail => self.focus_list(),
                Focus::List => self.focus_detail(),
            },
            Command::OpenSelected => self.open_selected(),
            Command::Back | Command::Quit => self.back(),
            Command::GoTests => self.focus_list(),
            Command::Quarantine => self.begin(Doing::Quarantine),
            Command::Graduate => self.begin(Doing::Graduate),
            Command::Dismiss => self.begin(Doing::Dismiss),
            Command::PreviewThreshold => self.ask_threshold(),
            Command::Recompute => vec![Ask::Start(JobDeed::Recompute)],
            Command::Sort => self.sort_on(),
            Command::Filter => {
                self.filter.open(&FIELDS);
                Vec::new()
            }
            Command::SuspendFilter => self.suspend_filter(),
            Command::JumpToId => {
                self.layer = Layer::Jump(Prompt::new("", Vec::new(), 200));
                Vec::new()
            }
            Command::Zoom => {
                self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In };
                Vec::new()
            }
            Command::Refresh => self.reload(),
            _ => self.copy(command),
        }
    }

    fn go(&mut self, way: Way, by: usize) -> Asks {
        match self.focus {
            Focus::Detail => {
                self.detail_go(way, by);
                Vec::new()
            }
            Focus::List => self.go_to(match way {
                Way::Down => self.cursor.saturating_add(by),
                Way::Up => self.cursor.saturating_sub(by),
            }),
        }
    }

    fn half_page(&self) -> usize {
        let height = if self.focus == Focus::Detail { self.detail_size().0 } else { self.list_height() };
        (height / 2).max(1)
    }

    /// To the next test that somebody has to decide on.
    fn next_needy(&mut self, way: Way) -> Asks {
        let needs = |at: usize| self.list.get(at).is_some_and(|test| is_needy(test, self.now));
        let found = match way {
            Way::Down => (self.cursor + 1..self.list.len()).find(|at| needs(*at)),
            Way::Up => (0..self.cursor).rev().find(|at| needs(*at)),
        };
        match found {
            Some(at) => {
                self.preview = None;
                let mut asks = self.go_to(at);
                if self.focus == Focus::Detail {
                    asks.extend(self.show_selected(Anew::No));
                }
                asks
            }
            None => vec![toast(Tone::Plain, "no further test here needs anybody")],
        }
    }

    fn focus_detail(&mut self) -> Asks {
        if self.subject().is_none() && self.preview.is_none() {
            return Vec::new();
        }
        let asks = self.show_selected(Anew::No);
        self.focus = Focus::Detail;
        asks
    }

    fn focus_list(&mut self) -> Asks {
        self.focus = Focus::List;
        Vec::new()
    }

    /// Enter: into the detail; there, to what the line names.
    fn open_selected(&mut self) -> Asks {
        if self.focus == Focus::List {
            return self.focus_detail();
        }
        let lines = self.lines();
        let at = self.shown.cursor.min(lines.len().saturating_sub(1));
        if let Some(place) = lines.get(at).and_then(|line| line.leads_to.clone()) {
            return match place {
                Place::Test(id) => self.seek(id),
                other => vec![Ask::Open(other)],
            };
        }
        if !self.has_room_for_one() {
            self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In };
        }
        Vec::new()
    }

    fn back(&mut self) -> Asks {
        if self.close_preview() {
            return Vec::new();
        }
        if self.zoom == Zoom::In {
            self.zoom = Zoom::Out;
            return Vec::new();
        }
        match self.focus {
            Focus::Detail => self.focus_list(),
            Focus::List => vec![Ask::Back],
        }
    }

    fn suspend_filter(&mut self) -> Asks {
        if self.filter.text().is_empty() {
            return vec![toast(Tone::Plain, "there is no filter to lift")];
        }
        self.filter.toggle();
        self.reload()
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
