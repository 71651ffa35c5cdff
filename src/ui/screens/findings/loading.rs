//! Loads of the list and of the detail: what is asked, and what an answer changes.

use super::state::{Findings, Focus, News, Shown};
use super::wish::{From, OwnPage, Rows, Wish};
use crate::db::page::Page;
use crate::error::Error;
use crate::ids::FindingId;
use crate::triage::detail::{FindingDetail, Sighting};
use crate::triage::finding::Finding;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::cursor::{Moved, Way};
use crate::ui::list_detail::load::{Anew, Failure, Load};
use crate::ui::list_detail::window::Select;
use crate::ui::screen::{Ask, Tone, toast};
use chrono::{DateTime, Utc};

impl Findings {
    /// Asks for the list from its first row.
    pub(super) fn load_top(&mut self) -> Vec<Ask<Wish>> {
        self.load_whole(From::Top)
    }

    /// Asks for the list anew; the row under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Vec<Ask<Wish>> {
        match self.list.selected() {
            Some(row) => self.load_whole(From::Around(Box::new(row.finding.clone()))),
            None => self.load_top(),
        }
    }

    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub(super) fn load_whole(&mut self, from: From) -> Vec<Ask<Wish>> {
        self.ticket += 1;
        // All of another filter would be other rows than those in sight.
        if self.marks.all().is_some_and(|all| all.filter != self.filter.in_force()) {
            self.marks.clear();
        }
        self.load = Load::Asked;
        vec![Ask::Do(Wish::Rows { ticket: self.ticket, query: self.query(), from })]
    }

    /// Asks for the next page where the cursor comes near an edge.
    pub(super) fn load_ahead(&mut self) -> Vec<Ask<Wish>> {
        if self.load == Load::Asked {
            return Vec::new();
        }
        let Some((way, edge)) = self.list.window.wants() else { return Vec::new() };
        let from = From::Beyond(way, Box::new(edge.finding.clone()));
        self.load = Load::Asked;
        vec![Ask::Do(Wish::Rows { ticket: self.ticket, query: self.query(), from })]
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        from: From,
        at: DateTime<Utc>,
        result: Result<Rows, Error>,
    ) -> Vec<Ask<Wish>> {
        if ticket != self.ticket {
            return Vec::new();
        }
        let Some(page) = self.load.take(result) else { return Vec::new() };
        if let From::Beyond(way, _) = from {
            let more = match way {
                Way::Down => page.below,
                Way::Up => page.above,
            };
            self.list.extend(way, page.rows, more);
            return self.load_ahead();
        }
        let height = self.list_height();
        let select = match &from {
            From::Bottom => Select::Last,
            From::Around(row) => Select::Id { id: row.id, or_at: page.at },
            From::Top | From::Beyond(..) => Select::First,
        };
        self.list.replace(page.rows, page.above, page.below, select, height);
        self.mark_rows_under_way();
        (self.as_of, self.news, self.newest) = (Some(at), News::None, page.newest);
        let mut asks = vec![Ask::Do(Wish::Count {
            ticket: self.ticket,
            query: self.query(),
            row: self.list.selected().map(|row| Box::new(row.finding.clone())),
        })];
        if let From::Around(row) = from {
            asks.extend(self.arrived_at(&row));
        }
        asks.extend(self.show_selected(Anew::Yes));
        asks.extend(self.load_ahead());
        asks
    }

    /// A jump that ended beside its row: the filter hides it, so the filter is lifted.
    fn arrived_at(&mut self, row: &Finding) -> Vec<Ask<Wish>> {
        if self.sought != Some(row.id) {
            return Vec::new();
        }
        self.sought = None;
        if self.list.selected_id() == Some(row.id) || self.query().filter.is_empty() {
            return Vec::new();
        }
        self.filter.toggle();
        let mut asks = self.load_whole(From::Around(Box::new(row.clone())));
        asks.push(toast(
            Tone::Plain,
            format!("#{} is outside the filter, which is lifted; g/ puts it back", row.id),
        ));
        asks
    }

    /// Takes counts.
    pub(super) fn count_came(
        &mut self,
        ticket: u64,
        row: Option<FindingId>,
        result: Result<super::wish::Counts, Error>,
    ) {
        // A count that failed is not worth a word: the rows say what matters.
        let Ok(counts) = result else { return };
        if ticket != self.ticket {
            return;
        }
        self.list.total = Some(counts.total);
        if let (Some(row), Some(Count::Exactly(place))) = (row, counts.before) {
            self.list.locate(row, place);
        }
    }

    /// Others changed something: how many findings are new is worth asking.
    pub(super) fn news_came(&mut self) -> Vec<Ask<Wish>> {
        let Some(beyond) = self.newest else { return Vec::new() };
        vec![Ask::Do(Wish::News { ticket: self.ticket, query: self.query(), beyond })]
    }

    /// Makes the detail follow the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Vec<Ask<Wish>> {
        if self.groups.are_shown() && !self.own.is_open() {
            return self.show_sample(anew);
        }
        let subject = if self.own.is_open() {
            self.own.selected_finding()
        } else {
            self.list.selected().map(|row| &row.finding)
        };
        let Some(finding) = subject.cloned() else {
            self.shown = Shown::nothing();
            return Vec::new();
        };
        let id = finding.id;
        if self.shown.id() == Some(id) {
            if anew == Anew::No && self.shown.load == Load::Idle && self.shown.detail.is_some() {
                return Vec::new();
            }
            // The same finding: what is known of it stays on the screen until the news are here.
            self.shown.row = Some(finding);
        } else {
            self.shown = Shown { row: Some(finding), ..Shown::nothing() };
        }
        self.shown.load = Load::Asked;
        vec![Ask::Do(Wish::Detail(id))]
    }

    /// Takes a detail.
    pub(super) fn detail_came(
        &mut self,
        id: FindingId,
        result: Result<Box<FindingDetail>, Error>,
    ) -> Vec<Ask<Wish>> {
        let wanted_for_taking_back = self.taking_back.take_if(|wanted| *wanted == id).is_some();
        if self.shown.id() != Some(id) {
            return Vec::new();
        }
        let mut asks = Vec::new();
        match result {
            Ok(detail) => {
                self.shown.row = Some(detail.finding.clone());
                let before = self.shown.detail.replace(detail);
                self.shown.load = Load::Idle;
                asks = self.read_anew(before);
                asks.extend(self.ask_life());
            }
            Err(error) => {
                let failure = Failure::from(error);
                // Without a row there is no line that could say it.
                let said = self.shown.row.is_none().then(|| toast(Tone::Bad, failure.what.clone()));
                self.shown.load = Load::Failed(failure);
                if let Some(said) = said {
                    return vec![said];
                }
            }
        }
        match (wanted_for_taking_back, &self.shown.load) {
            (true, Load::Idle) => asks.extend(self.ask_take_back()),
            (true, Load::Failed(failure)) => asks.push(toast(Tone::Bad, failure.what.clone())),
            _ => {}
        }
        asks
    }

    /// Asks for the life of what is read in the detail. A glance has no room for it.
    pub(super) fn ask_life(&self) -> Vec<Ask<Wish>> {
        let is_read = self.focus == Focus::Detail && self.shown.detail.is_some() && self.shown.life.is_none();
        self.shown.id().filter(|_| is_read).map(|id| Ask::Do(Wish::Life(id))).into_iter().collect()
    }

    /// Takes a life. One that failed is not worth a word: the newest scans stand in the detail.
    pub(super) fn life_came(&mut self, id: FindingId, result: Result<Page<Sighting>, Error>) {
        if self.shown.id() == Some(id) {
            self.shown.life = result.ok();
        }
    }

    /// Takes the finding of a jump.
    pub(super) fn found(
        &mut self,
        id: FindingId,
        result: Result<Option<Box<Finding>>, Error>,
    ) -> Vec<Ask<Wish>> {
        match result {
            Ok(Some(finding)) => {
                self.sought = Some(id);
                self.load_whole(From::Around(finding))
            }
            Ok(None) => {
                let mut asks = vec![toast(Tone::Bad, format!("there is no finding #{id}"))];
                // A console that was opened on it has nothing else to show yet.
                if self.as_of.is_none() {
                    asks.extend(self.load_top());
                }
                asks
            }
            Err(error) => {
                let failure = Failure::from(error);
                let asks = vec![toast(Tone::Bad, failure.what.clone())];
                if self.as_of.is_none() {
                    self.load = Load::Failed(failure);
                }
                asks
            }
        }
    }

    /// Takes the nearest row that needs a person.
    pub(super) fn needy_came(
        &mut self,
        way: Way,
        result: Result<Option<Box<Finding>>, Error>,
    ) -> Vec<Ask<Wish>> {
        match result {
            Ok(Some(finding)) => self.load_whole(From::Around(finding)),
            Ok(None) => vec![toast(Tone::Plain, none_that_way(way))],
            Err(error) => vec![toast(Tone::Bad, Failure::from(error).what)],
        }
    }

    /// Asks for what this login said.
    pub(super) fn load_own(&mut self) -> Vec<Ask<Wish>> {
        self.own.load = Load::Asked;
        vec![Ask::Do(Wish::Own { after: None, about: self.own.drafted() })]
    }

    /// Takes a page of what this login said.
    pub(super) fn own_came(
        &mut self,
        after: Option<crate::ids::FeedbackId>,
        result: Result<OwnPage, Error>,
    ) -> Vec<Ask<Wish>> {
        match result {
            Ok(page) => self.own.take(after, page),
            Err(error) => {
                self.own.load = Load::Failed(Failure::from(error));
                return Vec::new();
            }
        }
        if self.own.is_open() { self.show_selected(Anew::No) } else { Vec::new() }
    }

    /// After the cursor moved: the detail follows when it rests, and the next page comes in time.
    pub(super) fn moved(&mut self, moved: Moved) -> Vec<Ask<Wish>> {
        if moved == Moved::No {
            return Vec::new();
        }
        self.went();
        let mut asks = vec![Ask::Rest];
        asks.extend(self.load_ahead());
        asks
    }
}

/// What is said where no row needs a person.
pub fn none_that_way(way: Way) -> &'static str {
    match way {
        Way::Down => "no undecided row further down; N looks up",
        Way::Up => "no undecided row further up; n looks down",
    }
}
