//! What a command, a key or an answer changes, and what is asked for next.

use super::arrange;
use super::loading::none_that_way;
use super::own::OwnRow;
use super::state::{Findings, Focus, News};
use super::wish::{Msg, Wish};
use crate::triage::group::GroupBy;
use crate::triage::store::fields::FIELDS;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::{Moved, Way, steps};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Anew, DETAIL, LIST, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, toast};
use crate::ui::widgets::filter_bar;

impl Findings {
    /// Takes what the app says.
    pub(super) fn on_input(&mut self, input: Input) -> Vec<Ask<Wish>> {
        match input {
            Input::Opened(place) => self.opened(place),
            Input::DraftsRestored(drafts) => {
                self.restored(&drafts);
                Vec::new()
            }
            Input::Resized { columns, rows } => {
                (self.columns, self.rows) = (columns, rows);
                Vec::new()
            }
            Input::Edited(edited) => {
                self.edited(edited);
                Vec::new()
            }
            Input::Kept(kept) => {
                if let Some(columns) = kept.get(arrange::columns::KEPT) {
                    self.columns_kept(columns);
                }
                Vec::new()
            }
            Input::Command(command) => self.command(command),
            Input::Key(key) if self.filter.is_open() => match self.filter.key(key, &FIELDS) {
                filter_bar::Answer::Applied => {
                    self.marks.clear();
                    if self.groups.are_shown() { self.load_groups() } else { self.load_top() }
                }
                filter_bar::Answer::Values { field, prefix } => vec![Ask::Do(Wish::Values { field, prefix })],
                filter_bar::Answer::Open | filter_bar::Answer::Closed => Vec::new(),
            },
            Input::Key(key) => self.layer_key(key),
            Input::Paste(text) => self.paste(&text),
            Input::News => self.news_came(),
            Input::Reconnected => self.reconnected(),
            Input::Rested => self.show_selected(Anew::No),
            Input::Stopped(nature) => self.stopped(nature),
            Input::LoggedIn | Input::Verified(_) => Vec::new(),
        }
    }

    /// Takes an answer.
    pub(super) fn on_answer(&mut self, msg: Msg) -> Vec<Ask<Wish>> {
        match msg {
            Msg::Rows { ticket, from, at, result } => self.rows_came(ticket, from, at, result),
            Msg::Groups { ticket, from, at, result } => self.groups_came(ticket, from, at, result),
            Msg::Count { ticket, row, result } => {
                self.count_came(ticket, row, result);
                Vec::new()
            }
            Msg::News { ticket, result } => {
                if let (true, Ok(count)) = (ticket == self.ticket, result) {
                    self.news = if count == 0 { News::None } else { News::New(count) };
                }
                Vec::new()
            }
            Msg::Detail(id, result) => self.detail_came(id, result),
            Msg::Life(id, result) => {
                self.life_came(id, result);
                Vec::new()
            }
            Msg::Found(id, result) => self.found(id, result),
            Msg::Needy(way, result) => self.needy_came(way, result),
            Msg::Values { field, prefix, result } => {
                self.filter.values(field, &prefix, result.unwrap_or_default(), &FIELDS);
                Vec::new()
            }
            Msg::Own { after, result } => self.own_came(after, result),
            Msg::Targets { ticket, result } => self.targets_came(ticket, result),
            Msg::People { filter, result } => {
                self.people_came(filter, result);
                Vec::new()
            }
            Msg::Coloured(finding, colours) => {
                self.coloured(finding, colours);
                Vec::new()
            }
            Msg::Arrange(msg) => self.arranged(msg),
            Msg::Copied(result) => self.copied(result),
            Msg::Done(key, result) => self.done(key, result),
            Msg::Agreed(wish, about) => self.send(*wish, about),
        }
    }

    fn opened(&mut self, place: Option<Place>) -> Vec<Ask<Wish>> {
        match place {
            Some(Place::Findings { filter }) => {
                self.own.close();
                self.forget_groups();
                self.close_people();
                self.focus = Focus::List;
                self.filter.set(&filter);
                self.load_top()
            }
            None if self.as_of.is_none() && self.load == Load::Idle => self.load_top(),
            Some(Place::Finding(id)) => self.go_to_finding(id),
            // Other places are shown by other screens.
            Some(_) | None => Vec::new(),
        }
    }

    fn reconnected(&mut self) -> Vec<Ask<Wish>> {
        let mut asks = Vec::new();
        if self.load != Load::Idle {
            asks.extend(self.reload());
        }
        if self.groups.are_shown() && self.groups.load != Load::Idle {
            asks.extend(self.load_groups());
        }
        if self.own.is_open() && self.own.load != Load::Idle {
            asks.extend(self.load_own());
        }
        if self.shown.load != Load::Idle {
            asks.extend(self.show_selected(Anew::Yes));
        }
        if self.people.is_open() && self.people.load != Load::Idle {
            asks.extend(self.load_people());
        }
        self.offer_unsure();
        asks
    }

    fn stopped(&mut self, nature: Nature) -> Vec<Ask<Wish>> {
        match nature {
            Nature::Load(LIST) => self.load.stop(),
            Nature::Load("groups") => self.groups.load.stop(),
            Nature::Load(DETAIL) => self.shown.load.stop(),
            Nature::Load("people") => self.people.load.stop(),
            Nature::Load("own") => self.own.load.stop(),
            Nature::Load(_) => {}
            Nature::Write => self.all_unsure(),
        }
        Vec::new()
    }

    fn command(&mut self, command: Command) -> Vec<Ask<Wish>> {
        if self.people.is_open() {
            return self.people_command(command);
        }
        match command {
            Command::AiAgainstPeople => self.open_people(),
            Command::Top => self.top(),
            Command::Bottom => self.bottom(),
            Command::FocusDetail => self.focus_detail(),
            Command::FocusList => self.focus_list(),
            Command::NextPane | Command::PreviousPane => match self.focus {
                Focus::Detail => self.focus_list(),
                _ => self.focus_detail(),
            },
            Command::OpenSelected => self.open_selected(),
            Command::Back | Command::Quit => self.back(),
            Command::GoFindings => self.go_findings(),
            Command::GoFeedback => self.go_feedback(),
            Command::Filter => {
                self.go_findings_quietly();
                self.filter.open(&FIELDS);
                Vec::new()
            }
            Command::SuspendFilter => self.suspend_filter(),
            Command::GroupByRule => self.group_by(GroupBy::Rule),
            Command::GroupByFile => self.group_by(GroupBy::File),
            Command::GroupByFingerprint => self.group_by(GroupBy::Fingerprint),
            Command::Ungroup => self.ungroup(),
            Command::View => self.open_views(),
            Command::SaveView => self.open_save_view(),
            Command::Columns => self.open_columns(),
            Command::Search => self.open_search(),
            Command::NextNeedy if self.is_searching() => self.next_hit(Way::Down),
            Command::PreviousNeedy if self.is_searching() => self.next_hit(Way::Up),
            Command::NextNeedy => self.needy(Way::Down),
            Command::PreviousNeedy => self.needy(Way::Up),
            Command::Mark => self.mark(),
            Command::MarkRange => self.mark_range(),
            Command::MarkAll => self.mark_all(),
            Command::ClearMarks => {
                self.marks.clear();
                Vec::new()
            }
            Command::Sort => self.next_sort(),
            Command::Zoom => {
                self.zoom = self.zoom.turned();
                Vec::new()
            }
            Command::Refresh => self.refresh(),
            Command::CopyId
            | Command::CopyJson
            | Command::CopyMarkdown
            | Command::CopyLink
            | Command::CopyCommand => self.copy(command),
            Command::Edit => self.edit_outside(),
            Command::EditComment => self.comment_outside(),
            Command::JumpToId => {
                self.open_jump();
                Vec::new()
            }
            other => match steps(other, self.half_page()) {
                Some((way, by)) => self.go(way, by),
                None => self.deed(other),
            },
        }
    }

    /// Enter: into the detail, then the whole screen for it, then back to both.
    fn open_selected(&mut self) -> Vec<Ask<Wish>> {
        if let (Focus::Own, Some(OwnRow::Draft(slot, _))) = (self.focus, self.own.selected()) {
            return self.open_draft(slot);
        }
        if self.focus == Focus::Groups {
            return self.open_group();
        }
        if self.focus != Focus::Detail {
            return self.focus_detail();
        }
        if !self.has_room_for_one() {
            self.zoom = self.zoom.turned();
        }
        Vec::new()
    }

    /// One layer back: the search, the zoom, the detail, the own pane; then it is the app's turn.
    fn back(&mut self) -> Vec<Ask<Wish>> {
        if self.is_searching() {
            self.search = None;
        } else if self.zoom == Zoom::In {
            self.zoom = Zoom::Out;
        } else if self.focus == Focus::Detail {
            return self.focus_list();
        } else if self.own.is_open() {
            return self.go_findings();
        } else if self.groups.are_shown() {
            return self.ungroup();
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else if self.groups.is_inside() {
            return self.back_to_groups();
        } else {
            return vec![Ask::Back];
        }
        Vec::new()
    }

    fn go_findings(&mut self) -> Vec<Ask<Wish>> {
        if !self.own.is_open() {
            self.focus = self.main_focus();
            return Vec::new();
        }
        self.go_findings_quietly();
        self.show_selected(Anew::No)
    }

    fn go_findings_quietly(&mut self) {
        self.close_people();
        if self.own.is_open() {
            self.own.close();
            self.focus = self.main_focus();
        }
    }

    fn go_feedback(&mut self) -> Vec<Ask<Wish>> {
        self.own.open(&self.drafts);
        self.focus = Focus::Own;
        let mut asks = self.load_own();
        asks.extend(self.show_selected(Anew::No));
        asks
    }

    fn suspend_filter(&mut self) -> Vec<Ask<Wish>> {
        if self.filter.text().is_empty() {
            return vec![toast(Tone::Plain, "there is no filter to lift")];
        }
        self.go_findings_quietly();
        self.filter.toggle();
        self.reload_shown()
    }

    fn needy(&mut self, way: Way) -> Vec<Ask<Wish>> {
        self.go_findings_quietly();
        if self.groups.are_shown() {
            return self.needy_group(way);
        }
        if self.list.next_needy(way, self.list_height(), self.now) == Moved::Yes {
            // In the detail, the next one is read there and then.
            let mut asks = self.moved(Moved::Yes);
            if self.focus == Focus::Detail {
                asks.extend(self.show_selected(Anew::No));
            }
            return asks;
        }
        let edge = if way == Way::Down { self.list.window.below } else { self.list.window.above };
        let last = if way == Way::Down { self.list.rows().last() } else { self.list.rows().first() };
        match (edge, last) {
            (crate::ui::list_detail::window::Edge::More, Some(row)) => {
                let row = Box::new(row.finding.clone());
                vec![Ask::Do(Wish::Needy { query: self.query(), way, row })]
            }
            _ => vec![toast(Tone::Plain, none_that_way(way))],
        }
    }

    fn next_sort(&mut self) -> Vec<Ask<Wish>> {
        self.sort = super::sort::next(self.sort);
        self.load_top()
    }

    fn refresh(&mut self) -> Vec<Ask<Wish>> {
        if self.own.is_open() {
            let mut asks = self.load_own();
            asks.extend(self.show_selected(Anew::Yes));
            return asks;
        }
        self.reload_shown()
    }

    pub(super) fn scroll_detail(&mut self, way: Way, by: usize) {
        let last = self.detail_scroll_max();
        self.shown.scroll = match way {
            Way::Down => self.shown.scroll.saturating_add(by).min(last),
            Way::Up => self.shown.scroll.min(last).saturating_sub(by),
        };
    }

    fn paste(&mut self, text: &str) -> Vec<Ask<Wish>> {
        if self.layer_paste(text) {
            return Vec::new();
        }
        self.go_findings_quietly();
        self.filter.paste(text, &FIELDS);
        Vec::new()
    }
}
