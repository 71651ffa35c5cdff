//! What a command, a key or an answer changes, and what is asked for next.

use super::list_view::is_needy;
use super::loading::asks;
use super::state::{Layer, Runs};
use super::wish::{Msg, Wish};
use crate::audit::verify::report::Scope;
use crate::ids::RunId;
use crate::operations::store::fields::FIELDS;
use crate::ui::app::JobDeed;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use crate::ui::widgets::prompt::{self, Prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Runs {
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
                if let (true, Ok(count)) = (ticket == self.list.ticket(), result) {
                    self.list.news = count;
                }
            }
            Msg::Detail(id, result) => self.detail_came(id, result),
            Msg::Followed(result) => return self.followed(result),
            Msg::Acknowledged(deed, result) => return self.acknowledged(&deed, result),
        }
        Vec::new()
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        match place {
            Some(Place::Runs { filter }) => asks(self.list.open(&filter)),
            Some(Place::Run(id)) => self.seek(id),
            _ if self.list.is_new() => asks(self.list.load_whole()),
            // What went on meanwhile is worth a look; rows do not move for it.
            _ => [self.news_came(), self.follow()].concat(),
        }
    }

    fn seek(&mut self, id: RunId) -> Asks {
        asks(self.list.seek(id, self.panel()))
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.list.filter.is_open() {
            return asks(self.list.filter_key(key, &FIELDS));
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
            Layer::None => self.list.filter.paste(text, &FIELDS),
        }
        Vec::new()
    }

    fn reconnected(&mut self) -> Asks {
        let mut asked = match self.list.load {
            Load::Idle => self.follow(),
            _ => asks(self.list.reload()),
        };
        asked.extend(asks(self.list.retry_detail()));
        asked
    }

    fn stopped(&mut self, nature: Nature) {
        self.list.stopped(nature);
        if nature == Nature::Write {
            // Whether it was written is not known: a look at the run tells.
            self.under_way.clear();
        }
    }

    fn command(&mut self, command: Command) -> Asks {
        match command {
            Command::NextNeedy => self.next_needy(Way::Down),
            Command::PreviousNeedy => self.next_needy(Way::Up),
            Command::OpenSelected => self.open_selected(),
            Command::GoRuns => self.command(Command::FocusList),
            Command::Acknowledge => self.acknowledge(),
            Command::RunAgain => self.run_again(),
            Command::JumpToId => {
                self.layer = Layer::Jump(Prompt::new("", Vec::new(), 24));
                Vec::new()
            }
            Command::CopyId => {
                self.list.selected().map(|run| Ask::Copy(safe(run.id.to_string()))).into_iter().collect()
            }
            Command::CopyCommand => vec![Ask::Copy(safe(self.command_line()))],
            shared => asks(self.list.command(shared, &FIELDS, self.room())),
        }
    }

    /// In the list to the next run that somebody has to look at, in the detail to the next such check.
    fn next_needy(&mut self, way: Way) -> Asks {
        if self.list.panes.focus == Focus::Detail {
            return self.next_open_check(way);
        }
        match self.list.window.next(way, is_needy) {
            Some(at) => asks(self.list.go_to(at, self.panel())),
            None => vec![toast(Tone::Plain, "no further run here needs anybody")],
        }
    }

    /// Enter: into the detail; there, to where the check's first step leads in the console.
    fn open_selected(&mut self) -> Asks {
        if self.list.panes.focus == Focus::List {
            return asks(self.list.focus_detail());
        }
        let steps = self.check().map(|check| check.next_steps.clone()).unwrap_or_default();
        if let Some(place) = steps.iter().find_map(|step| place(&step.url)) {
            return vec![Ask::Open(place)];
        }
        self.list.panes.enlarge();
        Vec::new()
    }

    /// Runs this flow again where that is done from here, else says where it is.
    fn run_again(&mut self) -> Asks {
        let Some(run) = self.list.selected() else { return Vec::new() };
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
        match (self.list.panes.focus, self.list.selected(), self.list.filter.in_force()) {
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
