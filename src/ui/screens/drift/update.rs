//! What a command, a key or an answer changes, and what is asked for next.

use super::deciding::OfField;
use super::list_view::is_needy;
use super::state::{Drift, Focus, Layer, Matching};
use super::wish::{Msg, Wish};
use crate::drift::store::fields::FIELDS;
use crate::ids::RepoId;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use crate::ui::widgets::{filter_bar, prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Drift {
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
            Input::Paste(text) => {
                match &mut self.layer {
                    Layer::Decide(open) => open.prompt.paste(&text),
                    Layer::None => self.filter.paste(&text, &FIELDS),
                }
                Vec::new()
            }
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
            Msg::Rows { ticket, after, at, result } => self.rows_came(ticket, after, at, result),
            Msg::Counts { ticket, result } => {
                self.counts_came(ticket, result);
                Vec::new()
            }
            Msg::Fresh(result) => self.fresh_came(result),
            Msg::Detail(id, result) => self.detail_came(id, result),
            Msg::History(id, path, result) => self.history_came(id, &path, result),
            Msg::Planned(result) => self.planned(result),
            Msg::Agreed(deed) => self.agreed(deed),
            Msg::ToObserve(result) => self.to_observe(result),
            Msg::Decided(decision, result) => self.decided(&decision, result),
        }
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        match place {
            Some(Place::Drift { filter }) => {
                (self.focus, self.zoom, self.review) = (Focus::List, Zoom::Out, None);
                self.filter.set(&filter);
                self.load_whole()
            }
            Some(Place::Repository(id)) => self.seek(id.0),
            _ if self.as_of.is_none() && self.load == Load::Idle => self.load_whole(),
            // What went on meanwhile is worth a look; rows do not move for it.
            _ => self.news_came(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.filter.is_open() {
            return match self.filter.key(key, &FIELDS) {
                filter_bar::Answer::Applied => {
                    (self.focus, self.review) = (Focus::List, None);
                    self.load_whole()
                }
                filter_bar::Answer::Values { .. } | filter_bar::Answer::Open | filter_bar::Answer::Closed => {
                    Vec::new()
                }
            };
        }
        let Layer::Decide(open) = &mut self.layer else { return Vec::new() };
        match open.prompt.key(key) {
            prompt::Answer::Open => Vec::new(),
            prompt::Answer::Confirmed(text) => self.confirm(&text),
            prompt::Answer::Closed => {
                self.close_layer();
                Vec::new()
            }
        }
    }

    fn reconnected(&mut self) -> Asks {
        let mut asks = if self.load == Load::Idle { self.news_came() } else { self.reload() };
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
            // Whether it was written is not known: a look at the repository tells.
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
            Command::GoDrift => self.focus_list(),
            Command::AcceptDrift => self.decide_field(OfField::Accept),
            Command::IgnoreDrift => self.decide_field(OfField::Ignore),
            Command::Snooze => self.decide_snooze(false),
            Command::EndSnooze => self.decide_snooze(true),
            Command::Plan => self.plan_one(),
            Command::PlanAll => self.plan_all(),
            Command::ApplyPlan => self.apply(),
            Command::Reconcile => self.observe_one(),
            Command::ReconcileAll => self.observe_all(),
            Command::FoldAll => self.fold(),
            Command::Filter => {
                self.filter.open(&FIELDS);
                Vec::new()
            }
            Command::SuspendFilter => self.suspend_filter(),
            Command::Zoom => {
                self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In };
                Vec::new()
            }
            Command::Refresh => self.reload(),
            Command::CopyId => self.copy_id().into_iter().collect(),
            Command::CopyJson => self.copy_json(),
            Command::CopyLink => self.copy_link().into_iter().collect(),
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

    /// In the list to the next repository that somebody has to look at, in the detail to the next field.
    fn next_needy(&mut self, way: Way) -> Asks {
        if self.focus == Focus::Detail && self.review.is_none() {
            return self.next_drift(way);
        }
        let now = self.now;
        let found = match way {
            Way::Down => (self.cursor + 1..self.list.len()).find(|at| is_needy(&self.list[*at], now)),
            Way::Up => (0..self.cursor).rev().find(|at| is_needy(&self.list[*at], now)),
        };
        match found {
            Some(at) => self.go_to(at),
            None => vec![toast(Tone::Plain, "no further repository here needs anybody")],
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

    /// Enter: into the detail; there, the history of the field, or away with it.
    fn open_selected(&mut self) -> Asks {
        if self.focus == Focus::List {
            return self.focus_detail();
        }
        if self.review.is_some() {
            return Vec::new();
        }
        let Some(path) = self.field().map(|field| field.field.path.to_string()) else { return Vec::new() };
        if self.shown.history.as_ref().is_some_and(|(open, _)| *open == path) {
            self.shown.history = None;
            return Vec::new();
        }
        let Some(id) = self.shown.id else { return Vec::new() };
        self.shown.history = Some((path.clone(), None));
        vec![Ask::Do(Wish::History(id, path))]
    }

    /// Shows the fields that match, or counts them.
    fn fold(&mut self) -> Asks {
        let field = self.field().map(|field| field.field.path.clone());
        self.shown.matching = match self.shown.matching {
            Matching::Folded => Matching::Unfolded,
            Matching::Unfolded => Matching::Folded,
        };
        let fields = self.shown.detail.as_ref().map(|detail| &detail.fields);
        let at =
            fields.and_then(|fields| fields.iter().position(|own| Some(&own.field.path) == field.as_ref()));
        if let Some(at) = at {
            self.go_to_field(at);
        }
        Vec::new()
    }

    fn back(&mut self) -> Asks {
        if self.review.is_some() && self.focus == Focus::Detail {
            return self.end_review();
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

    /// The repository's name; in the detail the field's, as columns and commands have it.
    fn copy_id(&self) -> Option<Ask<Wish>> {
        let text = match (self.focus, self.field()) {
            (Focus::Detail, Some(field)) => field.field.path.to_string(),
            _ => self.subject()?.repo.to_string(),
        };
        Some(Ask::Copy(safe(text)))
    }

    fn copy_link(&self) -> Option<Ask<Wish>> {
        let id = RepoId(self.subject()?.repo_id);
        Some(Ask::CopyLink(Place::Repository(id)))
    }

    fn copy_json(&self) -> Asks {
        let id = self.subject().map(|row| row.repo_id);
        let Some(detail) = self.shown.detail.as_ref().filter(|detail| Some(detail.row.repo_id) == id) else {
            return vec![toast(Tone::Plain, "the repository is still being read; press again")];
        };
        match serde_json::to_string(&**detail) {
            Ok(text) => vec![Ask::Copy(safe(text))],
            Err(error) => vec![toast(Tone::Bad, error.to_string())],
        }
    }

    /// The command line that shows the same.
    fn command_line(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        match (self.focus, &self.review, self.subject(), self.filter.in_force()) {
            (Focus::Detail, Some(review), ..) => format!("attestor drift apply {}", review.hash),
            (Focus::Detail, None, Some(row), _) => match &self.shown.history {
                Some((path, _)) => {
                    format!("attestor drift show {} --history {}", quoted(&row.repo), quoted(path))
                }
                None => format!("attestor drift show {}", quoted(&row.repo)),
            },
            (_, _, _, "") => "attestor drift list".to_owned(),
            (_, _, _, filter) => format!("attestor drift list --filter {}", quoted(filter)),
        }
    }
}
