//! Grouping: from rows to groups, into a group and back, and what deeds on groups change.

use super::groups::{Done, GROUPS_MAX, Groups, Row, Stage, Touched};
use super::list::{AHEAD, PAGE};
use super::state::{Findings, Focus, News, Shown};
use super::wish::{GroupsFrom, GroupsPage, Wish};
use crate::error::Error;
use crate::triage::attention::Attend;
use crate::triage::group::{Group, GroupBy};
use crate::ui::list_detail::cursor::{Moved, Way};
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::list_detail::window::{Edge, Select};
use crate::ui::screen::{Ask, Tone, toast};
use chrono::{DateTime, Utc};

type Asks = Vec<Ask<Wish>>;

impl Findings {
    /// Groups the findings that the filter lets through; of a group that is open, those of the filter
    /// before it.
    pub(super) fn group_by(&mut self, by: GroupBy) -> Asks {
        self.own.close();
        self.leave_inside();
        if self.groups.by() != Some(by) {
            self.groups =
                Groups { shown: Stage::Groups(by), ticket: self.groups.ticket, ..Groups::default() };
        }
        self.focus = Focus::Groups;
        let mut asks = self.load_groups();
        asks.extend(self.show_selected(Anew::No));
        asks
    }

    /// Back to rows.
    pub(super) fn ungroup(&mut self) -> Asks {
        if !self.groups.are_shown() && !self.groups.is_inside() {
            return vec![toast(Tone::Plain, "these are rows already; br groups them by rule")];
        }
        self.own.close();
        self.leave_inside();
        self.groups.shown = Stage::Rows;
        self.focus = Focus::List;
        // What was decided and filtered meanwhile may have changed the rows.
        self.reload()
    }

    /// Enter: the findings of the group under the cursor.
    pub(super) fn open_group(&mut self) -> Asks {
        let (Some(by), Some(group)) = (self.groups.by(), self.groups.selected()) else { return Vec::new() };
        let Some(all) = &group.all else { return vec![too_long()] };
        let text = all.to_string();
        self.groups.shown = Stage::Inside(by, Box::new(self.filter.clone()));
        self.groups.touched = Touched::No;
        self.filter.set(&text);
        self.focus = Focus::List;
        // The rows before are others: none of them is to be decided for one of the group.
        self.list.replace(Vec::new(), Edge::End, Edge::End, Select::First, 1);
        self.list.total = None;
        let mut asks = self.show_selected(Anew::No);
        asks.extend(self.load_top());
        asks
    }

    /// From the rows of a group back to the groups, as they were left.
    pub(super) fn back_to_groups(&mut self) -> Asks {
        let Stage::Inside(by, _) = self.groups.shown else { return Vec::new() };
        self.leave_inside();
        self.groups.shown = Stage::Groups(by);
        self.focus = Focus::Groups;
        self.marks.clear();
        let mut asks = self.show_selected(Anew::No);
        if self.groups.touched == Touched::Yes {
            asks.extend(self.load_groups());
        }
        asks
    }

    fn leave_inside(&mut self) {
        if let Stage::Inside(_, before) = std::mem::replace(&mut self.groups.shown, Stage::Rows) {
            self.filter = *before;
            self.list.replace(Vec::new(), Edge::End, Edge::End, Select::First, 1);
        }
    }

    /// Rows alone, by whatever way the person got to them; nothing is loaded.
    pub(super) fn forget_groups(&mut self) {
        self.groups.shown = Stage::Rows;
    }

    /// Asks for the groups from the riskiest on, as many as are held.
    pub(super) fn load_groups(&mut self) -> Asks {
        let count = self.groups.rows.len().max(PAGE);
        self.ask_groups(GroupsFrom::Top { count })
    }

    /// Asks for the next page where the cursor comes near the end.
    fn load_groups_ahead(&mut self) -> Asks {
        let groups = &self.groups;
        let is_near = groups.cursor() + AHEAD >= groups.rows.len();
        if !is_near
            || groups.below == Edge::End
            || groups.load == Load::Asked
            || groups.rows.len() >= GROUPS_MAX
        {
            return Vec::new();
        }
        match groups.rows.last() {
            Some(last) => self.ask_groups(GroupsFrom::Behind(Box::new(last.group.clone()))),
            None => Vec::new(),
        }
    }

    fn ask_groups(&mut self, from: GroupsFrom) -> Asks {
        let Some(by) = self.groups.by() else { return Vec::new() };
        self.groups.ticket += 1;
        self.groups.load = Load::Asked;
        let filter = self.query().filter;
        vec![Ask::Do(Wish::Groups { ticket: self.groups.ticket, filter, by, from })]
    }

    /// Takes groups.
    pub(super) fn groups_came(
        &mut self,
        ticket: u64,
        from: GroupsFrom,
        at: DateTime<Utc>,
        result: Result<GroupsPage, Error>,
    ) -> Asks {
        if ticket != self.groups.ticket {
            return Vec::new();
        }
        let Some(page) = self.groups.load.take(result) else { return Vec::new() };
        let height = self.list_height();
        self.groups.take(&from, page.rows, page.below, height);
        let mut asks = Vec::new();
        if matches!(from, GroupsFrom::Top { .. }) {
            self.groups.as_of = Some(at);
            (self.news, self.newest) = (News::None, page.newest);
            if self.groups.are_shown() {
                asks.extend(self.show_selected(Anew::Yes));
            }
        }
        asks.extend(self.load_groups_ahead());
        asks
    }

    /// Moves the cursor among the groups; the detail follows when it rests.
    pub(super) fn groups_to(&mut self, to: usize) -> Asks {
        let height = self.list_height();
        let before = self.groups.cursor();
        if self.groups.put(to, height) == Moved::No {
            let is_cut = self.groups.rows.len() >= GROUPS_MAX && self.groups.below == Edge::More;
            if is_cut && to > before {
                let text =
                    format!("the {GROUPS_MAX} riskiest groups are shown; a narrower filter shows others");
                return vec![toast(Tone::Plain, text)];
            }
            return Vec::new();
        }
        self.went();
        let mut asks = vec![Ask::Rest];
        asks.extend(self.load_groups_ahead());
        asks
    }

    /// To the next group that needs a person.
    pub(super) fn needy_group(&mut self, way: Way) -> Asks {
        let needy = |row: &Row| row.group.undecided > 0 && row.done == Done::Nothing;
        let rows = &self.groups.rows;
        let found = self.groups.cursor.next(way, rows.len(), |at| rows.get(at).is_some_and(needy));
        match found {
            Some(at) => self.groups_to(at),
            None => vec![toast(Tone::Plain, "no group that way needs a person")],
        }
    }

    /// Makes the detail show the finding that stands for the group under the cursor: its riskiest.
    pub(super) fn show_sample(&mut self, anew: Anew) -> Asks {
        let Some(id) = self.groups.selected().map(|group| group.sample_id) else {
            self.shown = Shown::nothing();
            return Vec::new();
        };
        if self.shown.id() != Some(id) {
            self.shown = Shown { sample: Some(id), ..Shown::nothing() };
        } else if anew == Anew::No && self.shown.load == Load::Idle && self.shown.detail.is_some() {
            return Vec::new();
        }
        self.shown.load = Load::Asked;
        vec![Ask::Do(Wish::Detail(id))]
    }

    /// Whether a deed on all of a group is on its way, or nobody knows what became of it.
    pub(super) fn is_group_under_way(&self, group: &Group) -> bool {
        let mut deeds =
            self.under_way.iter().chain(&self.unsure).filter_map(|deed| deed.wish.filter()).peekable();
        if deeds.peek().is_none() {
            return false;
        }
        let own = group.filter.as_ref().map(ToString::to_string);
        deeds.any(|filter| Some(filter) == own.as_deref())
    }

    /// Shows on the groups what became of a deed on all of one.
    pub(super) fn groups_done(&mut self, wish: &Wish) {
        let done = match wish {
            Wish::Decide(deed) => Done::Decided(deed.verdict),
            Wish::Attend(deed) if matches!(deed.what, Attend::Snooze { .. } | Attend::Accept { .. }) => {
                Done::Waits
            }
            Wish::TakeBackDeed { .. } => Done::Nothing,
            _ => return,
        };
        let of_whole = self.whole.as_ref().and_then(|whole| whole.filter.clone());
        let filter = wish.filter().map(str::to_owned).or(of_whole.filter(|_| done == Done::Nothing));
        self.groups.done(filter.as_deref().unwrap_or(""), done);
    }

    /// After a group is decided, the next one is wanted; at the end, the cursor stays.
    pub(super) fn after_group(&mut self, wish: &Wish) -> Asks {
        let stood_on_it =
            self.groups.selected().and_then(|group| group.filter.as_ref()).map(ToString::to_string);
        if stood_on_it.is_none() || stood_on_it.as_deref() != wish.filter() {
            return Vec::new();
        }
        let before = self.groups.cursor();
        let asks = self.needy_group(Way::Down);
        if self.groups.cursor() == before { Vec::new() } else { asks }
    }

    /// Where the focus goes from the detail and from one's own decisions.
    pub(super) fn main_focus(&self) -> Focus {
        if self.groups.are_shown() { Focus::Groups } else { Focus::List }
    }

    /// Loads what stands in the place of the list anew; its cursor stays.
    pub(super) fn reload_shown(&mut self) -> Asks {
        if self.groups.are_shown() {
            let mut asks = self.load_groups();
            asks.extend(self.show_selected(Anew::Yes));
            return asks;
        }
        self.reload()
    }
}

/// What is said where a group has no filter.
pub fn too_long() -> Ask<Wish> {
    toast(Tone::Bad, "the name of this group is too long for a filter; narrow the filter by another word")
}
