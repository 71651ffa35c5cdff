//! What a command, a key or an answer changes, and what is asked for next.

use super::deciding::OfField;
use super::list_view::is_needy;
use super::state::{Drift, Layer, Matching};
use super::wish::{Msg, Wish};
use crate::drift::store::fields::FIELDS;
use crate::ids::RepoId;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::{Way, steps};
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use crate::ui::widgets::prompt;
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Drift {
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
            Input::Paste(text) => {
                match &mut self.layer {
                    Layer::Decide(open) => open.prompt.paste(&text),
                    Layer::None => self.list.filter.paste(&text, &FIELDS),
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
            Msg::Detail(id, result) => {
                self.detail_came(id, result);
                Vec::new()
            }
            Msg::History(id, path, result) => self.history_came(id, &path, result),
            Msg::Planned(result) => self.planned(result),
            Msg::Agreed(deed) => self.agreed(deed),
            Msg::ToObserve(result) => self.to_observe(result),
            Msg::Decided(decision, result) => self.decided(&decision, result),
        }
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        let wants = match place {
            Some(Place::Drift { filter }) => {
                self.review = None;
                self.list.open(&filter)
            }
            Some(Place::Repository(id)) => {
                self.review = None;
                self.list.seek(id.0, self.panel())
            }
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
                // Who filters is done with reading a plan.
                self.review = None;
            }
            return self.asks(wants);
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
        let mut asks = match self.list.load {
            Load::Idle => self.news_came(),
            _ => self.reload(),
        };
        let wants = self.list.retry_detail();
        asks.extend(self.asks(wants));
        asks
    }

    fn stopped(&mut self, nature: Nature) {
        self.list.stopped(nature);
        if nature == Nature::Write {
            // Whether it was written is not known: a look at the repository tells.
            self.under_way.clear();
        }
    }

    fn command(&mut self, command: Command) -> Asks {
        match command {
            Command::NextNeedy => self.next_needy(Way::Down),
            Command::PreviousNeedy => self.next_needy(Way::Up),
            Command::OpenSelected => self.open_selected(),
            Command::Back | Command::Quit if self.is_reviewing() => self.end_review(),
            Command::GoDrift => self.command(Command::FocusList),
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
            Command::CopyId => self.copy_id().into_iter().collect(),
            Command::CopyJson => self.copy_json(),
            Command::CopyLink => self.copy_link().into_iter().collect(),
            Command::CopyCommand => vec![Ask::Copy(safe(self.command_line()))],
            shared => self.shared(shared),
        }
    }

    /// What is the same on every such screen. A plan that is read has a cursor of its own, and stands in
    /// the place of the detail for as long as the list's stays where it is.
    fn shared(&mut self, command: Command) -> Asks {
        let room = self.room();
        if self.is_reviewing()
            && let Some(review) = &mut self.review
            && let Some((way, by)) = steps(command, self.list.panes.half_page(room.panel))
        {
            let height = self.list.panes.detail_size(room.panel).0;
            review.cursor.go(way, by, height, room.lines);
            return Vec::new();
        }
        let before = self.list.window.cursor();
        let wants = self.list.command(command, &FIELDS, room);
        if self.list.window.cursor() != before {
            self.review = None;
        }
        self.asks(wants)
    }

    /// Whether a plan has the keys.
    fn is_reviewing(&self) -> bool {
        self.list.panes.focus == Focus::Detail && self.review.is_some()
    }

    /// In the list to the next repository that somebody has to look at, in the detail to the next field.
    fn next_needy(&mut self, way: Way) -> Asks {
        if self.list.panes.focus == Focus::Detail && self.review.is_none() {
            return self.next_drift(way);
        }
        let now = self.now;
        let Some(at) = self.list.window.next(way, |row| is_needy(row, now)) else {
            return vec![toast(Tone::Plain, "no further repository here needs anybody")];
        };
        self.review = None;
        let wants = self.list.go_to(at, self.panel());
        self.asks(wants)
    }

    /// Enter: into the detail; there, the history of the field, or away with it.
    fn open_selected(&mut self) -> Asks {
        if self.list.panes.focus == Focus::List {
            let wants = self.list.focus_detail();
            return self.asks(wants);
        }
        if self.review.is_some() {
            return Vec::new();
        }
        let Some(path) = self.field().map(|field| field.field.path.to_string()) else { return Vec::new() };
        if self.list.shown.own.open.as_ref().is_some_and(|(open, _)| *open == path) {
            self.list.shown.own.open = None;
            return Vec::new();
        }
        let Some(id) = self.list.shown.id else { return Vec::new() };
        self.list.shown.own.open = Some((path.clone(), None));
        vec![Ask::Do(Wish::History(id, path))]
    }

    /// Shows the fields that match, or counts them.
    fn fold(&mut self) -> Asks {
        let field = self.field().map(|field| field.field.path.clone());
        self.matching = match self.matching {
            Matching::Folded => Matching::Unfolded,
            Matching::Unfolded => Matching::Folded,
        };
        let fields = self.list.shown.detail.as_ref().map(|detail| &detail.fields);
        let at =
            fields.and_then(|fields| fields.iter().position(|own| Some(&own.field.path) == field.as_ref()));
        if let Some(at) = at {
            self.go_to_field(at);
        }
        Vec::new()
    }

    /// The repository's name; in the detail the field's, as columns and commands have it.
    fn copy_id(&self) -> Option<Ask<Wish>> {
        let text = match (self.list.panes.focus, self.field()) {
            (Focus::Detail, Some(field)) => field.field.path.to_string(),
            _ => self.list.selected()?.repo.to_string(),
        };
        Some(Ask::Copy(safe(text)))
    }

    fn copy_link(&self) -> Option<Ask<Wish>> {
        let id = RepoId(self.list.selected()?.repo_id);
        Some(Ask::CopyLink(Place::Repository(id)))
    }

    fn copy_json(&self) -> Asks {
        let id = self.list.selected().map(|row| row.repo_id);
        let Some(detail) = self.list.shown.detail.as_ref().filter(|detail| Some(detail.row.repo_id) == id)
        else {
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
        match (self.list.panes.focus, &self.review, self.list.selected(), self.list.filter.in_force()) {
            (Focus::Detail, Some(review), ..) => format!("attestor drift apply {}", review.hash),
            (Focus::Detail, None, Some(row), _) => match &self.list.shown.own.open {
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
