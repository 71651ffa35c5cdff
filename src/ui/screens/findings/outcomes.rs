//! What became of deeds: done, in conflict, refused, or nobody knows.
//!
//! An answer that never came is not a failure: the deed is offered again under its own key, and the
//! database does it once.

use super::drafts::Slot;
use super::list::Saving;
use super::state::{ConflictPanel, Deed, Findings, Focus, Layer};
use super::wish::Wish;
use crate::error::Error;
use crate::ids::{DeedKey, FindingId};
use crate::triage::actions::{AttendTo, Decided, GiveFeedback, Outcome, TakeBack, Target, When};
use crate::triage::attention::Attend;
use crate::triage::feedback::Conflict;
use crate::ui::list_detail::cursor::{Moved, Way};
use crate::ui::list_detail::load::{Anew, Failure};
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::{Ask, Tone, toast};
use std::collections::{HashMap, HashSet};

impl Findings {
    /// Takes what became of a deed.
    pub(super) fn done(&mut self, key: DeedKey, result: Result<Outcome, Error>) -> Vec<Ask<Wish>> {
        let Some(at) = self.under_way.iter().position(|deed| deed.wish.key() == Some(key)) else {
            return Vec::new();
        };
        let mut deed = self.under_way.remove(at);
        self.set_saving(deed.wish.findings().into_iter().collect(), Saving::No);
        let asks = match result {
            Ok(Outcome::Done(decided)) => {
                let mut asks = self.is_done(&deed, decided);
                asks.extend(self.go_on(key));
                asks
            }
            Ok(Outcome::Conflict(conflicts)) => self.conflict(deed, conflicts),
            Ok(Outcome::Refused(refusals)) => {
                let rest = self.offer_rest(&deed, &refusals);
                if !rest.is_empty() {
                    return rest;
                }
                let text = refusals.first().map_or_else(|| "refused".to_owned(), ToString::to_string);
                let mut asks = vec![toast(Tone::Bad, text)];
                asks.extend(self.show_selected(Anew::Yes));
                // What was to be ended has ended already: nothing stands in the way.
                asks.extend(self.go_on(key));
                asks
            }
            Ok(Outcome::Held(held)) => {
                let mut asks = self.held(deed, held);
                asks.extend(self.show_selected(Anew::Yes));
                asks
            }
            Err(error) => {
                let failure = Failure::from(error);
                if failure.is_unsure() {
                    self.set_saving(deed.wish.findings().into_iter().collect(), Saving::Unsure);
                    deed.failure = Some(failure);
                    self.unsure.push_back(deed);
                    self.offer_unsure();
                    return Vec::new();
                }
                let hint = failure.hint.map_or_else(String::new, |hint| format!("; {hint}"));
                vec![toast(Tone::Bad, format!("{}: {}{hint}", deed.about, failure.what))]
            }
        };
        self.next_layer();
        asks
    }

    fn is_done(&mut self, deed: &Deed, decided: Decided) -> Vec<Ask<Wish>> {
        let stood_on_it = self.list.selected_id().is_some_and(|id| deed.wish.findings().contains(&id));
        for finding in &decided.rows {
            self.list.decided(finding.clone());
            self.own.decided(finding);
        }
        // What was decided as all of a filter is no longer all of it.
        if self.marks.all().is_some() && decided.count > 1 {
            self.marks.clear();
        }
        for finding in deed.wish.findings() {
            self.marks.remove(finding);
        }
        self.forget_drafts(&deed.wish);
        self.groups_done(&deed.wish);
        self.keep_whole(&deed.wish, &deed.about, &decided);
        let before = if decided.done == When::Before { ", saved the first time already" } else { "" };
        let left = match decided.left.as_slice() {
            [] => String::new(),
            [one] => format!("; 1 left as it is: {one}"),
            [first, ..] => format!("; {} left as they are: {first}", decided.left.len()),
        };
        let text = format!("{}: entry {}{before}{left}", deed.about, decided.seq);
        let mut asks = vec![toast(Tone::Good, text)];
        asks.extend(self.show_decided(&deed.wish, &decided));
        if self.own.is_open() {
            asks.extend(self.load_own());
        } else if self.focus == Focus::Groups && leaves_queue(&deed.wish) {
            asks.extend(self.after_group(&deed.wish));
        } else if stood_on_it && self.focus == Focus::List && leaves_queue(&deed.wish) {
            // Where nothing is left below, the rest may be above.
            let height = self.list_height();
            let went = self.list.next_needy(Way::Down, height, self.now) == Moved::Yes
                || self.list.window.below == Edge::End
                    && self.list.next_needy(Way::Up, height, self.now) == Moved::Yes;
            if went {
                asks.extend(self.load_ahead());
                asks.extend(self.show_selected(Anew::No));
                return asks;
            }
        }
        if self.shown.id().is_some_and(|id| deed.wish.findings().contains(&id)) {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks
    }

    fn conflict(&mut self, deed: Deed, conflicts: Vec<Conflict>) -> Vec<Ask<Wish>> {
        for conflict in &conflicts {
            if let Some(row) = self.list.row_mut(conflict.finding) {
                row.finding.triage_decision = conflict.theirs.verdict;
                row.finding.version = conflict.theirs.version;
            }
        }
        let text = format!("{}: somebody else decided first; nothing was written", deed.about);
        self.conflicts.push_back(ConflictPanel { conflicts, deed });
        self.next_layer();
        let mut asks = vec![toast(Tone::Bad, text)];
        asks.extend(self.show_selected(Anew::Yes));
        asks
    }

    /// Puts this person's side on top of what stands: a new deed, over the versions that stand.
    pub(super) fn take_mine(&mut self) -> Vec<Ask<Wish>> {
        let Layer::Conflict(panel) = std::mem::replace(&mut self.layer, Layer::None) else {
            return Vec::new();
        };
        let stands: HashMap<FindingId, _> =
            panel.conflicts.iter().map(|conflict| (conflict.finding, conflict.theirs.version)).collect();
        let now = |target: &Target| match stands.get(&target.finding) {
            Some(version) => Target { version: *version, ..*target },
            None => *target,
        };
        let wish = match panel.deed.wish {
            Wish::Decide(deed) => {
                let targets = deed.targets.iter().map(now).collect();
                Wish::Decide(GiveFeedback { targets, key: DeedKey::fresh(), ..deed })
            }
            Wish::TakeBack(deed) => {
                let targets = deed.targets.iter().map(|(target, _)| (now(target), None)).collect();
                Wish::TakeBack(TakeBack { targets, key: DeedKey::fresh(), ..deed })
            }
            Wish::Attend(deed) => {
                let targets = deed.targets.iter().map(now).collect();
                Wish::Attend(AttendTo { targets, key: DeedKey::fresh(), ..deed })
            }
            other => other,
        };
        self.send(wish, panel.deed.about)
    }

    /// Leaves what stands; this person's reason is no longer needed.
    pub(super) fn keep_theirs(&mut self) {
        if let Layer::Conflict(panel) = std::mem::replace(&mut self.layer, Layer::None) {
            self.forget_drafts(&panel.deed.wish);
        }
        self.next_layer();
    }

    /// Sends a deed again whose answer never came, under the same key: it is done once.
    pub(super) fn send_again(&mut self) -> Vec<Ask<Wish>> {
        self.layer = Layer::None;
        let Some(deed) = self.unsure.pop_front() else { return Vec::new() };
        let asks = self.send(deed.wish, deed.about);
        self.next_layer();
        asks
    }

    /// Leaves it unknown what became of a deed; its text stays as a draft.
    pub(super) fn leave_unsure(&mut self) {
        self.layer = Layer::None;
        if let Some(deed) = self.unsure.pop_front() {
            self.set_saving(deed.wish.findings().into_iter().collect(), Saving::No);
            self.next.retain(|next| Some(next.after) != deed.wish.key());
        }
        self.next_layer();
    }

    /// All deeds on their way ended without an answer.
    pub(super) fn all_unsure(&mut self) {
        for mut deed in std::mem::take(&mut self.under_way) {
            self.set_saving(deed.wish.findings().into_iter().collect(), Saving::Unsure);
            deed.failure = Some(Failure::of("it ended without an answer".to_owned()));
            self.unsure.push_back(deed);
        }
        self.offer_unsure();
    }

    /// Offers to send again, where nothing else is open.
    pub(super) fn offer_unsure(&mut self) {
        if matches!(self.layer, Layer::None) && !self.filter.is_open() && !self.unsure.is_empty() {
            self.layer = Layer::Unsure;
        }
    }

    /// What waited for the layer to be free: conflicts first, they are certain.
    pub(super) fn next_layer(&mut self) {
        if matches!(self.layer, Layer::None)
            && !self.filter.is_open()
            && let Some(panel) = self.conflicts.pop_front()
        {
            self.layer = Layer::Conflict(panel);
        }
        if matches!(self.layer, Layer::None)
            && !self.filter.is_open()
            && let Some(panel) = self.held.pop_front()
        {
            self.layer = Layer::Held(panel);
        }
        self.offer_unsure();
    }

    /// Shows on the rows of deeds how they stand.
    pub(super) fn mark_rows_under_way(&mut self) {
        let on_their_way: HashSet<FindingId> =
            self.under_way.iter().flat_map(|deed| deed.wish.findings()).collect();
        let unsure: HashSet<FindingId> = self.unsure.iter().flat_map(|deed| deed.wish.findings()).collect();
        self.set_saving(unsure, Saving::Unsure);
        self.set_saving(on_their_way, Saving::UnderWay);
    }

    /// A deed may be about very many: each row is looked at once.
    fn set_saving(&mut self, ids: HashSet<FindingId>, saving: Saving) {
        if ids.is_empty() {
            return;
        }
        for row in self.list.rows_mut().filter(|row| ids.contains(&row.finding.id)) {
            row.saving = saving;
        }
    }

    fn forget_drafts(&mut self, wish: &Wish) {
        match wish {
            Wish::Decide(deed) => {
                if let Some(first) = deed.targets.first() {
                    self.drafts.forget(Slot::reason(first.finding, deed.verdict));
                }
            }
            Wish::Comment(deed) => self.drafts.forget(Slot::Comment(deed.finding)),
            _ => {}
        }
        self.own.take_drafts(&self.drafts);
    }
}

/// Whether what it is about need not be decided any more.
fn leaves_queue(wish: &Wish) -> bool {
    match wish {
        Wish::Decide(_) => true,
        Wish::Attend(deed) => matches!(deed.what, Attend::Snooze { .. } | Attend::Accept { .. }),
        _ => false,
    }
}
