//! What was typed and not yet saved, by what it is for.

use crate::ids::FindingId;
use crate::triage::finding::Verdict;
use crate::ui::screen::Draft;
use std::collections::BTreeMap;

/// The most drafts that are kept.
const DRAFTS_MAX: usize = 500;

/// What a draft is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// A comment.
    Comment(FindingId),
    /// The reason for a true positive.
    TruePositive(FindingId),
    /// The reason for a false positive.
    FalsePositive(FindingId),
}

impl Slot {
    /// The slot of a reason.
    pub fn reason(finding: FindingId, verdict: Verdict) -> Self {
        match verdict {
            Verdict::TruePositive => Slot::TruePositive(finding),
            Verdict::FalsePositive => Slot::FalsePositive(finding),
        }
    }

    /// The finding that it is about.
    pub fn finding(self) -> FindingId {
        match self {
            Slot::Comment(id) | Slot::TruePositive(id) | Slot::FalsePositive(id) => id,
        }
    }

    /// What it is, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Slot::Comment(_) => "comment",
            Slot::TruePositive(_) => "TP",
            Slot::FalsePositive(_) => "FP",
        }
    }

    fn path(self) -> String {
        format!("findings/{}/{}", self.finding(), self.word())
    }

    fn parse(path: &str) -> Option<Self> {
        let (id, word) = path.strip_prefix("findings/")?.split_once('/')?;
        let id = id.parse().ok()?;
        match word {
            "comment" => Some(Slot::Comment(id)),
            "TP" => Some(Slot::TruePositive(id)),
            "FP" => Some(Slot::FalsePositive(id)),
            _ => None,
        }
    }
}

/// The drafts of the screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drafts(BTreeMap<Slot, String>);

impl Drafts {
    /// The text of a slot; empty where there is none.
    pub fn text(&self, slot: Slot) -> &str {
        self.0.get(&slot).map_or("", String::as_str)
    }

    /// Keeps the text of a slot; a text of nothing but space is no draft.
    pub fn keep(&mut self, slot: Slot, text: &str) {
        if text.trim().is_empty() {
            self.0.remove(&slot);
        } else if self.0.contains_key(&slot) || self.0.len() < DRAFTS_MAX {
            self.0.insert(slot, text.to_owned());
        }
    }

    /// Forgets a slot: its text is in the database.
    pub fn forget(&mut self, slot: Slot) {
        self.0.remove(&slot);
    }

    /// Whether something was begun about a finding.
    pub fn has(&self, finding: FindingId) -> bool {
        [Slot::Comment(finding), Slot::TruePositive(finding), Slot::FalsePositive(finding)]
            .iter()
            .any(|slot| self.0.contains_key(slot))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &str)> {
        self.0.iter().map(|(slot, text)| (*slot, text.as_str()))
    }

    /// As the app keeps them.
    pub fn saved(&self) -> Vec<Draft> {
        self.iter().map(|(slot, text)| Draft { slot: slot.path(), text: text.to_owned() }).collect()
    }

    /// Takes back what the app kept; what is not ours is passed over.
    pub fn restore(&mut self, drafts: &[Draft]) {
        for draft in drafts {
            if let Some(slot) = Slot::parse(&draft.slot) {
                self.keep(slot, &draft.text);
            }
        }
    }
}
