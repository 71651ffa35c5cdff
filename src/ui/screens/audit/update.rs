//! What a command, a key or an answer changes, and what is asked for next.

use super::lines::Leads;
use super::state::{Audit, Focus, Layer, Tail};
use super::wish::{From, Msg, Wish};
use crate::audit::payload::Subject;
use crate::audit::store::fields::FIELDS;
use crate::audit::verify::report::Scope;
use crate::ids::EntrySeq;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::{Way, steps};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Anew, DETAIL, LIST, Load};
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use crate::ui::widgets::prompt::Prompt;
use crate::ui::widgets::{filter_bar, form, prompt};
use crossterm::event::KeyEvent;

type Asks = Vec<Ask<Wish>>;

impl Audit {
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
            Input::News => self.news_came(),
            Input::Reconnected => self.reconnected(),
            Input::Verified(result) => self.verified(result),
            Input::LoggedIn => vec![Ask::Do(Wish::Known)],
            Input::Rested => self.show_selected(Anew::No),
            Input::Stopped(nature) => {
                self.stopped(nature);
                Vec::new()
            }
            Input::DraftsRestored(drafts) => {
                self.restore(drafts);
                Vec::new()
            }
            Input::Edited(_) | Input::Kept(_) => Vec::new(),
        }
    }

    /// Takes an answer.
    pub(super) fn on_answer(&mut self, msg: Msg) -> Asks {
        match msg {
            Msg::Rows { ticket, from, at, result } => return self.rows_came(ticket, from, at, result),
            Msg::Count { ticket, result } => {
                // A count that failed is not worth a word: the rows say what matters.
                if let (true, Ok(total)) = (ticket == self.ticket, result) {
                    self.total = Some(total);
                }
            }
            Msg::News { ticket, result } => {
                if let (true, Ok(count)) = (ticket == self.ticket, result) {
                    self.news = count;
                }
            }
            Msg::Detail(seq, result) => self.detail_came(seq, result),
            Msg::Known(known) => self.standing.known = known,
            Msg::Agreed(deed) => return vec![Ask::Start(deed)],
            Msg::Work(asked, result) => return self.work_came(asked, result),
            Msg::Inspected(deed, result) => return self.inspected(&deed, result),
            Msg::Values { field, prefix, result } => {
                self.filter.values(field, &prefix, result.unwrap_or_default(), &FIELDS);
            }
        }
        Vec::new()
    }

    fn opened(&mut self, place: Option<Place>) -> Asks {
        match place {
            Some(Place::Audit { filter }) => {
                self.work = None;
                self.focus = Focus::List;
                self.zoom = Zoom::Out;
                self.tail = Tail::Waits;
                self.filter.set(&filter);
                self.load_whole(From::Top)
            }
            Some(Place::Entry(seq)) => {
                self.focus = Focus::List;
                self.go_to(seq)
            }
            None if self.as_of.is_none() && self.load == Load::Idle => self.load_whole(From::Top),
            // Other places are shown by other screens.
            Some(_) | None => Vec::new(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Asks {
        if self.filter.is_open() {
            return match self.filter.key(key, &FIELDS) {
                filter_bar::Answer::Applied => self.load_whole(From::Top),
                filter_bar::Answer::Values { field, prefix } => vec![Ask::Do(Wish::Values { field, prefix })],
                filter_bar::Answer::Open | filter_bar::Answer::Closed => Vec::new(),
            };
        }
        let answer = match &mut self.layer {
            Layer::None => return Vec::new(),
            Layer::Order(form) => match form.key(key) {
                form::Answer::Open => prompt::Answer::Open,
                form::Answer::Confirmed => prompt::Answer::Confirmed(String::new()),
                form::Answer::Closed => prompt::Answer::Closed,
            },
            Layer::Jump(prompt)
            | Layer::Prove(_, prompt)
            | Layer::Export(_, prompt)
            | Layer::OtherReport(prompt)
            | Layer::Inspect(_, _, prompt) => prompt.key(key),
        };
        match answer {
            prompt::Answer::Open => Vec::new(),
            prompt::Answer::Confirmed(text) => match self.layer {
                Layer::Prove(..) | Layer::Export(..) => self.write_file(&text),
                Layer::Order(_) => self.confirm_order(),
                Layer::OtherReport(_) => self.open_other(&text),
                Layer::Inspect(..) => self.confirm_inspect(&text),
                Layer::Jump(_) | Layer::None => self.jump(&text),
            },
            prompt::Answer::Closed => {
                self.close_layer();
                Vec::new()
            }
        }
    }

    fn jump(&mut self, text: &str) -> Asks {
        match text.trim().replace([',', '_'], "").parse::<EntrySeq>() {
            Ok(seq) if seq.0 > 0 => {
                self.layer = Layer::None;
                self.go_to(seq)
            }
            _ => {
                if let Layer::Jump(jump) = &mut self.layer {
                    jump.complain("the number of an entry is wanted, as in 1234".to_owned());
                }
                Vec::new()
            }
        }
    }

    fn paste(&mut self, text: &str) -> Asks {
        match &mut self.layer {
            Layer::Jump(prompt)
            | Layer::Prove(_, prompt)
            | Layer::Export(_, prompt)
            | Layer::OtherReport(prompt)
            | Layer::Inspect(_, _, prompt) => prompt.paste(text),
            Layer::Order(form) => form.paste(text),
            // The list is a sample: there is no filter to paste into.
            Layer::None if self.work.is_some() => {}
            Layer::None => self.filter.paste(text, &FIELDS),
        }
        Vec::new()
    }

    fn reconnected(&mut self) -> Asks {
        let mut asks = Vec::new();
        if self.load != Load::Idle {
            asks.extend(self.reload());
        }
        if self.shown.load != Load::Idle {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks
    }

    fn stopped(&mut self, nature: Nature) {
        match nature {
            Nature::Load(LIST) => self.load.stop(),
            Nature::Load(DETAIL) => self.shown.load.stop(),
            _ => {}
        }
    }

    fn command(&mut self, command: Command) -> Asks {
        match command {
            Command::Top => self.top(),
            Command::Bottom => self.bottom(),
            Command::FocusDetail => self.focus_detail(),
            Command::FocusList => self.focus_list(),
            Command::NextPane | Command::PreviousPane => match self.focus {
                Focus::Detail | Focus::Report => self.focus_list(),
                Focus::List => self.focus_detail(),
            },
            Command::OpenSelected => self.open_selected(),
            Command::Back | Command::Quit => self.back(),
            Command::GoAudit if self.work.is_some() => self.close_work(),
            Command::GoAudit => self.focus_list(),
            Command::Filter => {
                self.filter.open(&FIELDS);
                Vec::new()
            }
            Command::SuspendFilter => self.suspend_filter(),
            Command::JumpToId => {
                self.layer = Layer::Jump(Prompt::new("", Vec::new(), 24));
                Vec::new()
            }
            Command::Follow => self.follow(),
            Command::OpenSubject => self.open_subject(),
            Command::Verify => self.verify(Scope::Full),
            Command::VerifyOn => self.verify(Scope::Incremental),
            Command::Report => self.open_order(),
            Command::Worklist => self.open_work(),
            Command::Inspect => self.open_inspect(),
            Command::NextNeedy => self.next_uninspected(Way::Down),
            Command::PreviousNeedy => self.next_uninspected(Way::Up),
            Command::Checklist => self.toggle_report(),
            Command::Prove => self.open_prove(),
            Command::Checkpoint => self.seal(),
            Command::Export => self.open_export(),
            Command::NextBreak => self.next_break(Way::Down),
            Command::PreviousBreak => self.next_break(Way::Up),
            Command::FoldAll => {
                self.fold_all();
                Vec::new()
            }
            Command::Zoom => {
                self.zoom = self.zoom.turned();
                Vec::new()
            }
            Command::Refresh => self.reload(),
            Command::CopyId => {
                self.subject().map(|row| Ask::Copy(safe(row.seq.to_string()))).into_iter().collect()
            }
            Command::CopyCommand => vec![Ask::Copy(safe(self.command_line()))],
            other => match steps(other, self.half_page()) {
                Some((way, by)) => self.go(way, by),
                None => Vec::new(),
            },
        }
    }

    fn go(&mut self, way: Way, by: usize) -> Asks {
        match self.focus {
            Focus::Detail | Focus::Report => {
                self.detail_go(way, by);
                Vec::new()
            }
            Focus::List => {
                let height = self.list_height();
                let moved = match &mut self.work {
                    Some(work) => work.go(way, by, height),
                    None => self.window.go(way, by, height),
                };
                self.moved(moved)
            }
        }
    }

    fn half_page(&self) -> usize {
        let height = if self.focus == Focus::List { self.list_height() } else { self.detail_size().0 };
        (height / 2).max(1)
    }

    fn top(&mut self) -> Asks {
        match (self.focus, self.window.above) {
            (Focus::List, Edge::More) if self.work.is_none() => self.load_whole(From::Top),
            _ => self.go(Way::Up, usize::MAX),
        }
    }

    fn bottom(&mut self) -> Asks {
        match (self.focus, self.window.below) {
            (Focus::List, Edge::More) if self.work.is_none() => {
                self.tail = Tail::Waits;
                self.load_whole(From::Bottom)
            }
            _ => self.go(Way::Down, usize::MAX),
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

    /// Enter: into the detail; there, what the line under the cursor leads to.
    fn open_selected(&mut self) -> Asks {
        if self.focus == Focus::List {
            return self.focus_detail();
        }
        match self.leads() {
            Leads::Fold(line) => {
                if !self.shown.own.folded.remove(&line) {
                    self.shown.own.folded.insert(line);
                }
                Vec::new()
            }
            Leads::Subject => self.open_subject(),
            Leads::Entry(seq) => self.open_break(seq),
            Leads::Nowhere => {
                if !self.has_room_for_one() {
                    self.zoom = self.zoom.turned();
                }
                Vec::new()
            }
        }
    }

    fn back(&mut self) -> Asks {
        if self.zoom == Zoom::In {
            self.zoom = Zoom::Out;
            return Vec::new();
        }
        match self.focus {
            Focus::Detail | Focus::Report => self.focus_list(),
            Focus::List if self.work.is_some() => self.close_work(),
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

    /// Follows the tail of the chain, or no longer.
    fn follow(&mut self) -> Asks {
        match self.tail {
            Tail::Followed => {
                self.tail = Tail::Waits;
                vec![toast(Tone::Plain, "new entries wait for R")]
            }
            Tail::Waits => {
                self.tail = Tail::Followed;
                self.focus = Focus::List;
                let mut asks = self.load_whole(From::Top);
                asks.push(toast(Tone::Plain, "new entries come in at the top"));
                asks
            }
        }
    }

    /// To what the entry speaks of.
    fn open_subject(&mut self) -> Asks {
        let Some(row) = self.subject() else { return Vec::new() };
        let known = self.shown.detail.as_ref().filter(|detail| detail.seq == row.seq);
        let Some(detail) = known else {
            return vec![toast(Tone::Plain, "the entry is still being read; press again")];
        };
        let filter = match &detail.subject {
            Some(Subject::Finding(id)) => format!("id:{id}"),
            Some(Subject::Scans(ids)) => {
                format!("scan:{}", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
            }
            None => return vec![toast(Tone::Plain, "this entry names nothing that can be gone to")],
        };
        vec![Ask::Open(Place::Findings { filter })]
    }

    /// The command line that shows the same.
    fn command_line(&self) -> String {
        if let (Focus::List, Some(work)) = (self.focus, &self.work) {
            return format!("attestor audit worklist {}", work.list.report.id);
        }
        match (self.focus, self.subject(), self.filter.in_force()) {
            (Focus::Detail, Some(row), _) => format!("attestor audit show {}", row.seq),
            (_, _, "") => "attestor audit list".to_owned(),
            (_, _, filter) => format!("attestor audit list --filter '{}'", filter.replace('\'', r"'\''")),
        }
    }
}
