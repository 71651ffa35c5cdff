//! The marked rows: some of them one by one, or all of a filter.
//!
//! All of a filter is kept as that: which findings it means is asked when a deed is about to be done,
//! so that the count that is shown is the count that is decided.

use super::list::List;
use super::state::Findings;
use super::wish::Wish;
use crate::ids::FindingId;
use crate::triage::actions::{TARGETS_MAX, Target};
use crate::triage::store::findings::Count;
use crate::ui::screen::{Ask, Tone, toast};
use std::collections::{BTreeMap, BTreeSet};

/// The marks, and the beginning of a range.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    rows: BTreeMap<FindingId, Target>,
    all: Option<All>,
    anchor: Option<FindingId>,
}

/// All of a filter, but for some.
#[derive(Debug, Clone, PartialEq)]
pub struct All {
    /// The filter, as it is typed; empty for every finding.
    pub filter: String,
    /// How many it let through when they were counted, where they were.
    pub count: Option<Count>,
    /// Those that were unmarked one by one.
    pub except: BTreeSet<FindingId>,
}

impl Marks {
    /// Whether nothing is marked, and no range is begun.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.all.is_none() && self.anchor.is_none()
    }

    /// How many are marked, as far as that is known.
    pub fn len(&self) -> usize {
        match &self.all {
            None => self.rows.len(),
            Some(all) => all.len(),
        }
    }

    /// Whether a finding that the list shows is marked.
    pub fn has(&self, id: FindingId) -> bool {
        match &self.all {
            None => self.rows.contains_key(&id),
            Some(all) => !all.except.contains(&id),
        }
    }

    /// All of a filter, where that is what is marked.
    pub fn all(&self) -> Option<&All> {
        self.all.as_ref()
    }

    /// The findings that were marked one by one.
    pub fn rows(&self) -> impl Iterator<Item = Target> + '_ {
        self.rows.values().copied()
    }

    /// Where a range begins.
    pub fn anchor(&self) -> Option<FindingId> {
        self.anchor
    }

    /// Marks nothing.
    pub fn clear(&mut self) {
        *self = Marks::default();
    }

    /// Unmarks a finding: a deed on it is done.
    pub fn remove(&mut self, id: FindingId) {
        self.rows.remove(&id);
    }

    /// What the line of counts says: `12 marked`, or `all 1,000 marked`.
    pub fn shown(&self) -> Option<String> {
        let Some(all) = &self.all else {
            let count = self.rows.len() as u64;
            return match (count, self.anchor) {
                (0, None) => None,
                (0, Some(_)) => Some("range".to_owned()),
                (_, None) => Some(format!("{} marked", Count::Exactly(count))),
                (_, Some(_)) => Some(format!("{} marked, range", Count::Exactly(count))),
            };
        };
        Some(match all.count {
            Some(Count::Exactly(_)) if !all.except.is_empty() => {
                format!("{} marked", Count::Exactly(all.len() as u64))
            }
            Some(count) => format!("all {count} marked"),
            None => "all marked".to_owned(),
        })
    }

    fn add(&mut self, target: Target) -> Result<(), String> {
        if let Some(all) = &mut self.all {
            all.except.remove(&target.finding);
        } else if self.rows.len() < TARGETS_MAX || self.rows.contains_key(&target.finding) {
            self.rows.insert(target.finding, target);
        } else {
            return Err(format!("at most {TARGETS_MAX} rows can be marked"));
        }
        Ok(())
    }

    fn toggle(&mut self, target: Target) -> Result<(), String> {
        if !self.has(target.finding) {
            return self.add(target);
        }
        match &mut self.all {
            Some(all) => {
                all.except.insert(target.finding);
            }
            None => self.remove(target.finding),
        }
        Ok(())
    }
}

impl All {
    fn len(&self) -> usize {
        let count = match self.count {
            Some(Count::Exactly(count) | Count::MoreThan(count)) => usize::try_from(count).unwrap_or(0),
            None => 0,
        };
        count.saturating_sub(self.except.len())
    }
}

/// The places of the rows from the beginning of a range to the cursor; none where it is not held.
pub fn range(marks: &Marks, list: &List) -> Option<std::ops::RangeInclusive<usize>> {
    let from = list.rows().iter().position(|row| Some(row.finding.id) == marks.anchor())?;
    Some(from.min(list.cursor())..=from.max(list.cursor()))
}

impl Findings {
    /// Marks or unmarks the row, or ends a range; the cursor goes on.
    pub(super) fn mark(&mut self) -> Vec<Ask<Wish>> {
        if self.marks.anchor.is_some() {
            return self.end_range();
        }
        let Some(row) = self.list.selected() else { return Vec::new() };
        match self.marks.toggle(Target::from(&row.finding)) {
            Ok(()) => self.go(crate::ui::list_detail::cursor::Way::Down, 1),
            Err(complaint) => vec![toast(Tone::Bad, complaint)],
        }
    }

    /// Begins a range at the cursor, or marks from its beginning to the cursor.
    pub(super) fn mark_range(&mut self) -> Vec<Ask<Wish>> {
        if self.marks.anchor.is_some() {
            return self.end_range();
        }
        self.marks.anchor = self.list.selected_id();
        Vec::new()
    }

    /// Marks from the beginning of a range to the cursor.
    pub(super) fn end_range(&mut self) -> Vec<Ask<Wish>> {
        let range = range(&self.marks, &self.list);
        self.marks.anchor = None;
        let Some(range) = range else {
            return vec![toast(
                Tone::Bad,
                "the range is longer than what is loaded; * marks all in the filter",
            )];
        };
        for row in &self.list.rows()[range] {
            if let Err(complaint) = self.marks.add(Target::from(&row.finding)) {
                return vec![toast(Tone::Bad, complaint)];
            }
        }
        Vec::new()
    }

    /// Marks all of the filter, loaded or not.
    pub(super) fn mark_all(&mut self) -> Vec<Ask<Wish>> {
        if self.list.rows().is_empty() {
            return vec![toast(Tone::Plain, "no row is there to be marked")];
        }
        let filter = self.query().filter;
        self.marks = Marks {
            all: Some(All { filter, count: self.list.total, except: BTreeSet::new() }),
            ..Marks::default()
        };
        Vec::new()
    }
}
