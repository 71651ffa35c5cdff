//! Who looks at a finding now, and what may wait: claims, snoozes, accepted risks. Pure.
//!
//! They stand beside the verdict and all of them end: by themselves at their time, or when somebody
//! ends them. Nothing runs when the time comes; whoever reads compares it with the time of reading.

use super::feedback::{Conflict, Refusal, Standing, WhyNot, stale};
use super::reason::Reason;
use crate::error::{Error, Kind, Result};
use crate::ids::{AttentionId, FindingId, Version};
use crate::text::SafeText;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::Serialize;
use std::fmt;

/// A state beside the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum AttentionKind {
    /// Somebody looks at it.
    Claim,
    /// It may wait; until then it is not in the queue.
    Snooze,
    /// Its risk is accepted; until then it is not in the queue.
    Acceptance,
}

impl AttentionKind {
    /// All of them.
    pub const ALL: [AttentionKind; 3] =
        [AttentionKind::Claim, AttentionKind::Snooze, AttentionKind::Acceptance];

    /// The word, as the column holds it.
    pub fn word(self) -> &'static str {
        match self {
            AttentionKind::Claim => "claim",
            AttentionKind::Snooze => "snooze",
            AttentionKind::Acceptance => "acceptance",
        }
    }

    /// The kind of a stored word; its column takes these words alone.
    pub fn parse(word: &str) -> Self {
        match word {
            "snooze" => AttentionKind::Snooze,
            "acceptance" => AttentionKind::Acceptance,
            _ => AttentionKind::Claim,
        }
    }

    /// What a finding is while it lasts, as in "it is snoozed".
    pub fn adjective(self) -> &'static str {
        match self {
            AttentionKind::Claim => "claimed",
            AttentionKind::Snooze => "snoozed",
            AttentionKind::Acceptance => "accepted",
        }
    }

    /// How long it lasts unless told; an accepted risk is told.
    pub fn usual(self) -> Option<TimeDelta> {
        match self {
            AttentionKind::Claim => Some(TimeDelta::hours(4)),
            AttentionKind::Snooze => Some(TimeDelta::days(14)),
            AttentionKind::Acceptance => None,
        }
    }

    /// How long it may last at most. What waits longer is forgotten.
    pub fn longest(self) -> TimeDelta {
        match self {
            AttentionKind::Claim => TimeDelta::days(31),
            AttentionKind::Snooze => TimeDelta::days(366),
            AttentionKind::Acceptance => TimeDelta::days(3 * 366),
        }
    }

    /// Whether `until` is to come, and not too far away.
    ///
    /// # Errors
    /// `Usage` where it is not.
    pub fn check_end(self, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        let longest = self.longest();
        let what = match () {
            () if until <= now => format!("{} is past", until.format("%Y-%m-%d %H:%M:%SZ")),
            () if until - now > longest => format!(
                "{} is too far away: a finding is {} for at most {} days",
                until.format("%Y-%m-%d"),
                self.adjective(),
                longest.num_days()
            ),
            () => return Ok(()),
        };
        Err(Error::new(Kind::Usage, what).hint("name an earlier end that is still to come, such as 2w"))
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Attend {
    /// I look at it, until then.
    Claim {
        /// When the claim ends by itself.
        until: DateTime<Utc>,
    },
    /// It may wait until then.
    Snooze {
        /// When it comes back.
        until: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// Its risk is accepted until then.
    Accept {
        /// When it comes back.
        until: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// It ends now.
    End {
        /// What ends.
        kind: AttentionKind,
        /// Whether that of others ends too.
        whose: Whose,
        /// Why, if that was said.
        reason: Option<Reason>,
    },
}

/// Of whom something is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// What I began; what another began is told, and nothing is written.
    Mine,
    /// Whoever began it.
    Anyones,
}

impl Attend {
    /// The state that it is about.
    pub fn kind(&self) -> AttentionKind {
        match self {
            Attend::Claim { .. } => AttentionKind::Claim,
            Attend::Snooze { .. } => AttentionKind::Snooze,
            Attend::Accept { .. } => AttentionKind::Acceptance,
            Attend::End { kind, .. } => *kind,
        }
    }

    /// When it ends by itself, as the database keeps it; none where it ends something.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        match self {
            Attend::Claim { until } | Attend::Snooze { until, .. } | Attend::Accept { until, .. } => {
                Some(until.trunc_subsecs(6))
            }
            Attend::End { .. } => None,
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Attend::Claim { .. } => None,
            Attend::Snooze { reason, .. } | Attend::Accept { reason, .. } => Some(reason),
            Attend::End { reason, .. } => reason.as_ref(),
        }
    }

    /// What the chain calls it.
    pub fn event_type(&self) -> &'static str {
        match self {
            Attend::Claim { .. } => "finding_claimed",
            Attend::Snooze { .. } => "finding_snoozed",
            Attend::Accept { .. } => "risk_accepted",
            Attend::End { kind: AttentionKind::Claim, .. } => "claim_released",
            Attend::End { kind: AttentionKind::Snooze, .. } => "snooze_ended",
            Attend::End { kind: AttentionKind::Acceptance, .. } => "risk_acceptance_ended",
        }
    }

    /// Whether its end is a time that is to come, and not too far away.
    ///
    /// # Errors
    /// `Usage` where it is not.
    pub fn check(&self, now: DateTime<Utc>) -> Result<()> {
        self.until().map_or(Ok(()), |until| self.kind().check_end(until, now))
    }
}

/// Something that was begun: who holds a finding, or why it may wait.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spell {
    /// Its number.
    pub id: AttentionId,
    /// The finding.
    pub finding: FindingId,
    /// What it is.
    pub kind: AttentionKind,
    /// Who began it.
    pub actor: SafeText,
    /// Whether that is the login that asks.
    pub mine: bool,
    /// Since when.
    pub at: DateTime<Utc>,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: Option<SafeText>,
}

/// Another holds it: what was wanted, and who has it since when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// The finding.
    pub finding: FindingId,
    /// What stands in the way.
    pub spell: Spell,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spell { kind, actor, at, until, reason, .. } = &self.spell;
        let (at, until) = (at.format("%Y-%m-%d %H:%M:%SZ"), until.format("%Y-%m-%d %H:%M:%SZ"));
        write!(f, "finding #{} is {} by {actor} since {at}, until {until}", self.finding, kind.adjective())?;
        match reason {
            Some(reason) => write!(f, ": \"{}\"", reason.one_line()),
            None => Ok(()),
        }
    }
}

/// What a deed makes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The finding.
    pub finding: FindingId,
    /// What is ended; none where something begins.
    pub ends: Option<AttentionId>,
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum NotAttended {
    /// It was decided on meanwhile.
    Conflict(Conflict),
    /// Another holds it.
    Held(Held),
    /// There is nothing to end.
    Refused(Refusal),
}

/// Does `deed` on a finding of which `standing` stands and `spell`, of the deed's kind, was begun last
/// and not ended since.
///
/// What I began myself is replaced by a new end; what another began is theirs. Whoever begins something
/// saw a version of the finding: a decision since then is told, as it may settle the matter. To end
/// something, no version is needed.
pub fn attend(
    standing: &Standing,
    spell: Option<&Spell>,
    seen: Version,
    deed: &Attend,
    now: DateTime<Utc>,
) -> Result<Step, NotAttended> {
    let finding = standing.finding;
    let running = spell.filter(|spell| spell.until > now);
    let held = |spell: &Spell| Err(NotAttended::Held(Held { finding, spell: spell.clone() }));
    match (deed, running) {
        (Attend::End { kind, .. }, None) => {
            Err(NotAttended::Refused(Refusal { finding, why: WhyNot::NotSo(*kind) }))
        }
        (Attend::End { whose: Whose::Mine, .. }, Some(spell)) if !spell.mine => held(spell),
        (Attend::End { .. }, Some(spell)) => Ok(Step { finding, ends: Some(spell.id) }),
        (_, Some(spell)) if !spell.mine => held(spell),
        _ if standing.version != seen => {
            Err(NotAttended::Conflict(stale(standing, seen, None, deed.reason())))
        }
        _ => Ok(Step { finding, ends: None }),
    }
}

/// Takes back what `begun` began on a finding, where it still lasts.
pub fn end_begun(
    finding: FindingId,
    begun: AttentionId,
    kind: AttentionKind,
    spell: Option<&Spell>,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    match spell {
        Some(spell) if spell.id == begun && spell.until > now => Ok(Step { finding, ends: Some(begun) }),
        Some(spell) if spell.id != begun && spell.until > now => {
            Err(Refusal { finding, why: WhyNot::Replaced(Box::new(spell.clone())) })
        }
        _ => Err(Refusal { finding, why: WhyNot::NotSo(kind) }),
    }
}
