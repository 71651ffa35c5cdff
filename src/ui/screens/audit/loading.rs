//! Loads of the list and of the detail: what is asked, and what an answer changes.

use super::state::{Audit, Focus, Tail};
use super::wish::{From, Rows, Wish};
use crate::audit::detail::{Detail, Payload};
use crate::audit::payload::Value;
use crate::error::Error;
use crate::ids::EntrySeq;
use crate::ui::list_detail::cursor::{Moved, Way};
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::list_detail::window::Edge;
use crate::ui::list_detail::window::Select;
use crate::ui::screen::{Ask, Tone, toast};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::sync::Arc;

/// Objects and arrays of more lines than these come folded.
const OPEN_LINES_MAX: usize = 60;

type Asks = Vec<Ask<Wish>>;

impl Audit {
    /// Asks for rows that take the place of all that is held. Answers to earlier questions are late.
    pub(super) fn load_whole(&mut self, from: From) -> Asks {
        self.ticket += 1;
        self.load = Load::Asked;
        vec![Ask::Do(Wish::Rows { ticket: self.ticket, filter: self.filter.in_force().to_owned(), from })]
    }

    /// Asks for the list anew; the entry under the cursor stays under it, unless the tail is followed.
    pub(super) fn reload(&mut self) -> Asks {
        if let Some(work) = &self.work {
            return vec![Ask::Do(Wish::Work(Some(work.list.report.id)))];
        }
        match self.window.selected() {
            Some(row) if self.tail == Tail::Waits => {
                let seq = row.seq;
                // At the very top, the newest is what a refresh is for.
                if self.window.cursor() == 0 && self.window.above == Edge::End {
                    return self.load_whole(From::Top);
                }
                self.load_whole(From::Around(seq))
            }
            _ => self.load_whole(From::Top),
        }
    }

    /// Asks for the next page where the cursor comes near an edge.
    pub(super) fn load_ahead(&mut self) -> Asks {
        if self.load == Load::Asked || self.work.is_some() {
            return Vec::new();
        }
        let Some((way, edge)) = self.window.wants().map(|(way, row)| (way, row.seq)) else {
            return Vec::new();
        };
        self.load = Load::Asked;
        let (ticket, filter) = (self.ticket, self.filter.in_force().to_owned());
        vec![Ask::Do(Wish::Rows { ticket, filter, from: From::Beyond(way, edge) })]
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        from: From,
        at: DateTime<Utc>,
        result: Result<Rows, Error>,
    ) -> Asks {
        if ticket != self.ticket {
            return Vec::new();
        }
        let Some(page) = self.load.take(result) else { return Vec::new() };
        if let From::Beyond(way, _) = from {
            let more = match way {
                Way::Down => page.below,
                Way::Up => page.above,
            };
            self.window.extend(way, page.rows, more);
            return self.load_ahead();
        }
        let select = match from {
            From::Bottom => Select::Last,
            // Where there is no such entry, to the nearest older one.
            From::Around(seq) => {
                let or_at = page.rows.iter().position(|row| row.seq <= seq).unwrap_or(usize::MAX);
                Select::Id { id: seq, or_at }
            }
            From::Top | From::Beyond(..) => Select::First,
        };
        let height = self.list_height();
        self.window.replace(page.rows, page.above, page.below, select, height);
        (self.as_of, self.news, self.head, self.total) = (Some(at), 0, page.head, None);
        let mut asks = match self.filter.in_force() {
            // The newest entry says how many there are.
            "" => Vec::new(),
            filter => vec![Ask::Do(Wish::Count { ticket: self.ticket, filter: filter.to_owned() })],
        };
        asks.extend(self.arrived());
        asks.extend(self.show_selected(Anew::Yes));
        asks.extend(self.load_ahead());
        asks
    }

    /// A jump that ended beside its entry: the filter hides it, so the filter is lifted; or there is none.
    fn arrived(&mut self) -> Asks {
        let Some(sought) = self.sought.take() else { return Vec::new() };
        let here = self.window.selected().map(|row| row.seq);
        if here == Some(sought) {
            return Vec::new();
        }
        if !self.filter.in_force().is_empty() && (1..=self.head.0).contains(&sought.0) {
            self.filter.toggle();
            self.sought = Some(sought);
            let mut asks = self.load_whole(From::Around(sought));
            asks.push(toast(
                Tone::Plain,
                format!("{sought} is outside the filter, which is lifted; g/ puts it back"),
            ));
            return asks;
        }
        let text = match here {
            Some(here) if sought.0 > self.head.0 => {
                format!("the chain ends at {}; this is {here}", self.head)
            }
            Some(here) => format!("there is no entry {sought}: the chain has a gap; this is {here}"),
            None => format!("there is no entry {sought}"),
        };
        vec![toast(Tone::Bad, text)]
    }

    /// Others appended something: how much is worth asking.
    pub(super) fn news_came(&mut self) -> Asks {
        if self.as_of.is_none() {
            return Vec::new();
        }
        if self.tail == Tail::Followed && self.load == Load::Idle {
            return self.load_whole(From::Top);
        }
        let filter = self.filter.in_force().to_owned();
        vec![Ask::Do(Wish::News { ticket: self.ticket, filter, beyond: self.head })]
    }

    /// Makes the detail follow the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let row = self.subject().cloned();
        let wanted = self.shown.show(row.as_ref().map(|row| row.seq), anew);
        self.shown.own.row = row;
        wanted.map(|seq| Ask::Do(Wish::Detail(seq))).into_iter().collect()
    }

    /// Takes a detail.
    pub(super) fn detail_came(&mut self, seq: EntrySeq, result: Result<Option<Arc<Detail>>, Error>) {
        let is_first = self.shown.detail.is_none();
        let gone = || format!("entry {seq} is no longer there: the chain was changed");
        if let Some(detail) = self.shown.take(seq, result, gone)
            && is_first
        {
            self.shown.own.folded = folded_at_first(&detail);
        }
    }

    /// After the cursor moved: the detail follows when it rests, and the next page comes in time.
    pub(super) fn moved(&mut self, moved: Moved) -> Asks {
        if moved == Moved::No {
            return Vec::new();
        }
        // Who goes elsewhere no longer follows.
        if self.window.cursor() > 0 && self.work.is_none() {
            self.tail = Tail::Waits;
        }
        let mut asks = vec![Ask::Rest];
        if self.focus == Focus::Detail {
            asks.extend(self.show_selected(Anew::No));
        }
        asks.extend(self.load_ahead());
        asks
    }

    /// To the entry of a position, from wherever the cursor is.
    pub(super) fn go_to(&mut self, seq: EntrySeq) -> Asks {
        // Of all entries, and not of a sample.
        self.work = None;
        let height = self.list_height();
        match self.window.select(seq, height) {
            Some(moved) => {
                let mut asks = self.moved(moved);
                asks.extend(self.show_selected(Anew::No));
                asks
            }
            None => {
                self.tail = Tail::Waits;
                self.sought = Some(seq);
                self.load_whole(From::Around(seq))
            }
        }
    }
}

/// The lines that come folded: long ones, the outermost excepted.
fn folded_at_first(detail: &Detail) -> HashSet<usize> {
    let Payload::Tree(tree) = &detail.payload else { return HashSet::new() };
    let is_long = |(at, line): &(usize, &crate::audit::payload::Line)| {
        !matches!(line.value, Value::Scalar(_)) && line.depth > 0 && line.end - at > OPEN_LINES_MAX
    };
    tree.lines.iter().enumerate().filter(is_long).map(|(at, _)| at).collect()
}
