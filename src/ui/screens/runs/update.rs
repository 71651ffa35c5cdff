//! What a command, a key or an answer changes, and what is asked for next.

use super::list_view::is_needy;
use super::state::{Focus, Layer, Runs};
use super::wish::{Msg, Wish};
use crate::audit::verify::report::Scope;
use crate::ids::RunId;
use crate::operations::store::fields::FIELDS;
use crate::ui::app::JobDeed;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use crate::ui::widgets::prompt::Prompt;
use crate::ui::widgets::{filter_bar, prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Runs {
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
            // Its run is news by itself, where it was recorded.
            Input::LoggedIn | Input::Verified(_) | Input::Edited(_) | Input::Kept(_) => Vec::new(),
            Input::News => self.news_came(),
            Input::Reconnected => self.reconnected(),
            Input::Rested => self.show_selected(Anew::No),
            Input::Stopped(nature) => {
                self.stopped(nature);
                Vec::new()
            }
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
            Msg::Standing(result) => {
                // What failed here fails for the rows too, and is told there.
                if let Ok(standing) = result {
                    self.standing = Some(standing);
                }
            }
            Msg::News { ticket, result } => {
                if let (true, Ok(count)) = (ticket == self.ticket, result) {
                    self.news = count;
                }
            }
            Msg::Detail(id, result) => return self.detail_came(id, result),
            Msg::Followed(result) => return self.followed(result),
            Msg::Acknowledged(deed, result) => return self.acknowledged(&deed, result),
        }
        Vec::new()
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        match place {
            Some(Place::Runs { filter }) => {
                (self.focus, self.zoom) = (Focus::List, Zoom::Out);
                self.filter.set(&filter);
                self.load_whole()
            }
            Some(Place::Run(id)) => self.seek(id),
            _ if self.as_of.is_none() && self.load == Load::Idle => self.load_whole(),
            // What went on meanwhile is worth a look; rows do not move for it.
            _ => [self.news_came(), self.follow()].concat(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.filter.is_open() {
            return match self.filter.key(key, &FIELDS) {
                filter_bar::Answer::Applied => {
                    self.focus = Focus::List;
                    self.load_whole()
                }
                filter_bar::Answer::Values { .. } | filter_bar::Answer::Open | filter_bar::Answer::Closed => {
                    Vec::new()
                }
            };
        }
        let answer = match &mut self.layer {
            Layer::None => return Vec::new(),
            Layer::Jump(prompt) => prompt.key(key),
            Layer::Acknowledge(open) => open.prompt.key(key),
        };
        match (answer, &self.layer) {
            (prompt::Answer::Open, _) => Vec::new(),
            (prompt::Answer::Confirmed(text), Layer::Jump(_)) => self.jump(&text),
            (prompt::Answer::Confirmed(text), _) => self.confirm(&text),
            (prompt::Answer::Closed, _) => {
                self.close_layer();
                Vec::new()
            }
        }
    }

    fn jump(&mut self, text: &str) -> Asks {
        match text.trim().replace([',', '_'], "").parse::<RunId>() {
            Ok(id) if id.0 > 0 => {
                self.layer = Layer::None;
                self.seek(id)
            }
            _ => {
                if let Layer::Jump(jump) = &mut self.layer {
                    jump.complain("the number of a run is wanted, as in 12".to_owned());
                }
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str) -> Asks {
        match &mut self.layer {
            Layer::Jump(prompt) => prompt.paste(text),
            Layer::Acknowledge(open) => open.prompt.paste(text),
            Layer::None => self.filter.paste(text, &FIELDS),
        }
        Vec::new()
    }

    fn reconnected(&mut self) -> Asks {
        let mut asks = if self.load == Load::Idle { self.follow() } else { self.reload() };
        if self.shown.load != Load::Idle {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks
    }

    fn stopped(&mut self, nature: Nature) {
        let stopped = || Load::Failed(Failure::of("the load was stopped".to_owned()));
        match nature {
            Nature::Load(Wish::LIST) if self.load == Load::Asked => self.load = stopped(),
            Nature::Load(Wish::DETAIL) if self.shown.load == Load::Asked => self.shown.load = stopped(),
            // Whether it was written is not known: a look at the run tells.
            Nature::Write => self.under_way.clear(),
            Nature::Load(_) => {}
        }
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
            Command::GoRuns => self.focus_list(),
            Command::Acknowledge => self.acknowledge(),
            Command::RunAgain => self.run_again(),
            Command::Filter => {
                self.filter.open(&FIELDS);
                Vec::new()
            }
            Command::SuspendFilter => self.suspend_filter(),
            Command::JumpToId => {
                self.layer = Layer::Jump(Prompt::new("", Vec::new(), 24));
                Vec::new()
            }
            Command::Zoom => {
                self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In };
                Vec::new()
            }
            Command::Refresh => self.reload(),
            Command::CopyId => {
                self.subject().map(|run| Ask::Copy(safe(run.id.to_string()))).into_iter().collect()
            }
            Command::CopyCommand => vec![Ask::Copy(safe(self.command_line()))],
            _ => Vec::new(),
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

    /// In the list to the next run that somebody has to look at, in the detail to the next such check.
    fn next_needy(&mut self, way: Way) -> Asks {
        if self.focus == Focus::Detail {
            return self.next_open_check(way);
        }
        let found = match way {
            Way::Down => (self.cursor + 1..self.list.len()).find(|at| is_needy(&self.list[*at])),
            Way::Up => (0..self.cursor).rev().find(|at| is_needy(&self.list[*at])),
        };
        match found {
            Some(at) => self.go_to(at),
            None => vec![toast(Tone::Plain, "no further run here needs anybody")],
        }
    }

    fn focus_detail(&mut self) -> Asks {
        if self.subject().is_none() {
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

    /// Enter: into the detail; there, to where the check's first step leads in the console.
    fn open_selected(&mut self) -> Asks {
        if self.focus == Focus::List {
            return self.focus_detail();
        }
        let steps = self.check().map(|check| check.next_steps.clone()).unwrap_or_default();
        if let Some(place) = steps.iter().find_map(|step| place(&step.url)) {
            return vec![Ask::Open(place)];
        }
        if !self.has_room_for_one() {
            self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In };
        }
        Vec::new()
    }

    fn back(&mut self) -> Asks {
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

    /// Runs this flow again where that is done from here, else says where it is.
    fn run_again(&mut self) -> Asks {
        let Some(run) = self.subject() else { return Vec::new() };
        let flow = run.flow.one_line();
        match flow.as_ref() {
            "verification" => vec![Ask::Start(JobDeed::Verify(Scope::Full))],
            "import_sarif" => vec![toast(Tone::Plain, ":import FILE takes the file in again")],
            "tests_recompute" => vec![Ask::Start(JobDeed::Recompute)],
            "import_epss" | "import_kev" | "import_metrics" | "import_junit" => {
                let what =
                    format!("attestor import {} FILE takes the file in again", &flow["import_".len()..]);
                vec![toast(Tone::Plain, what)]
            }
            _ => vec![toast(Tone::Plain, "this flow is run by another program")],
        }
    }

    /// The command line that shows the same.
    fn command_line(&self) -> String {
        match (self.focus, self.subject(), self.filter.in_force()) {
            (Focus::Detail, Some(run), _) => format!("attestor runs show {}", run.id),
            (_, _, "") => "attestor runs list".to_owned(),
            (_, _, filter) => format!("attestor runs list --filter '{}'", filter.replace('\'', r"'\''")),
        }
    }
}

/// The place in the console that an address of ours names.
fn place(url: &str) -> Option<Place> {
    let (area, id) = url.strip_prefix("attestor:")?.split_once('/')?;
    match area {
        "audit" => Some(Place::Entry(id.parse().ok()?)),
        "runs" => Some(Place::Run(id.parse().ok()?)),
        "findings" => {
            let finding: crate::ids::FindingId = id.parse().ok()?;
            Some(Place::Findings { filter: format!("id:{finding}") })
        }
        _ => None,
    }
}
