//! The lines of the detail about who looks at a finding, why it may wait, and its life across scans.

use super::detail_parts::Writer;
use super::detail_view::short_commit;
use crate::db::page::Page;
use crate::triage::attention::{AttentionKind, Spell};
use crate::triage::detail::{FindingDetail, Sighting};
use crate::triage::finding::Finding;
use crate::ui::widgets::when;
use chrono::{DateTime, Utc};

/// Scans of a life that are loaded for the detail.
pub const LIFE_SCANS: usize = 200;
/// Lines of a life.
const RUNS_MAX: usize = 12;

impl Writer<'_> {
    /// Claimed by whom, snoozed and accepted until when and why. What the row knows stands there before the
    /// rest is loaded.
    pub(super) fn states(&mut self, row: &Finding, detail: Option<&FindingDetail>) {
        let spell = |kind: AttentionKind, until: DateTime<Utc>| {
            let mut spells = detail.map_or(&[][..], |detail| &detail.attention).iter();
            spells.find(|spell| spell.kind == kind && spell.until == until)
        };
        let now = self.look.now;
        if let Some((by, until)) = row.claimed(now) {
            let spell = spell(AttentionKind::Claim, until);
            let you = if spell.is_some_and(|spell| spell.mine) { " (you)" } else { "" };
            let text = format!("by {}{you} until {}", by.one_line(), when::moment(until, self.look.clock));
            self.part("claim", &text, self.look.theme.strong);
        }
        let waits = [
            (AttentionKind::Snooze, row.snoozed(now), "waits", ""),
            (AttentionKind::Acceptance, row.accepted(now), "risk", "accepted "),
        ];
        for (kind, until, label, word) in waits {
            let Some(until) = until else { continue };
            let why = spell(kind, until).map_or(String::new(), why);
            let text = format!("{word}until {}{why}", when::moment(until, self.look.clock));
            self.part(label, &text, self.look.theme.strong);
        }
    }

    /// The scans that saw it; with `life`, also those that did not, in a strip and in runs.
    pub(super) fn life(&mut self, detail: &FindingDetail, life: Option<&Page<Sighting>>) {
        let dim = self.look.theme.dim;
        let Some(life) = life.filter(|life| !life.rows.is_empty()) else {
            for seen in &detail.sightings.last {
                let text = self.scan(seen, &seen.outcome.one_line());
                self.part("scan", &text, dim);
            }
            return;
        };
        let strip: String = life.rows.iter().rev().map(|seen| symbol(&seen.outcome)).collect();
        let strip = if life.more { format!("{}{strip}", self.look.theme.symbols.ellipsis) } else { strip };
        self.part("life", &strip, self.look.theme.text);
        self.part("", "oldest first: + new  = same  ~ moved  - not seen  ! back", dim);
        let runs = runs(&life.rows);
        for run in runs.iter().take(RUNS_MAX) {
            let outcome = match run {
                [only] => only.outcome.one_line().into_owned(),
                [newest, .., oldest] => {
                    format!("{}, {} scans since {}", newest.outcome.one_line(), run.len(), oldest.scan_id)
                }
                [] => continue,
            };
            let text = self.scan(&run[0], &outcome);
            self.part("scan", &text, dim);
        }
        if runs.len() > RUNS_MAX || life.more {
            let text = format!("older ones: attestor findings show {} --life", detail.finding.id);
            self.part("", &text, dim);
        }
    }

    fn scan(&self, seen: &Sighting, outcome: &str) -> String {
        let at =
            seen.timestamp.map_or_else(String::new, |at| format!("  {}", when::moment(at, self.look.clock)));
        let branch = seen.branch.as_ref().map_or_else(String::new, |b| format!("  {}", b.one_line()));
        let commit = seen.commit_sha.as_ref().map_or_else(String::new, |c| format!("  {}", short_commit(c)));
        format!("{}{at}{branch}{commit}  {outcome}", seen.scan_id)
    }
}

/// Neighbouring scans of one branch that made the same of it, newest first.
fn runs(life: &[Sighting]) -> Vec<&[Sighting]> {
    life.chunk_by(|one, other| one.outcome == other.outcome && one.branch == other.branch).collect()
}

/// What a scan made of it, in one cell.
fn symbol(outcome: &str) -> char {
    match outcome {
        "new" => '+',
        "unchanged" => '=',
        "moved" => '~',
        "regressed" => '!',
        _ => '-',
    }
}

fn why(spell: &Spell) -> String {
    let you = if spell.mine { " (you)" } else { "" };
    let reason =
        spell.reason.as_ref().map_or_else(String::new, |reason| format!("  \"{}\"", reason.one_line()));
    format!(" by {}{you}{reason}", spell.actor.one_line())
}
