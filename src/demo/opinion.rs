//! What the AI and the red team make of findings.

use super::catalog::Subject;
use super::draft::Draft;
use super::rng::Rng;
use super::voices;

/// What the AI and the red team make of a finding.
pub struct Opinion {
    /// Whether the AI takes it for real; none where it was not asked.
    pub verdict: Option<bool>,
    /// How sure it is.
    pub confidence_percent: Option<i64>,
    /// Why.
    pub reasoning: Option<String>,
    /// Whether it proposes a repair.
    pub repairs: bool,
    /// Whether the attack succeeded; none where there was none.
    pub red_team: Option<bool>,
}

impl Opinion {
    /// Forms one: mostly right, surer where it is, and with reasons that fit the code either way.
    pub fn of(draft: &Draft, rng: &mut Rng) -> Opinion {
        let asked = rng.chance(if draft.subject == Subject::Dependency { 45 } else { 89 });
        let right = rng.chance(if voices::is_test(&draft.file) { 97 } else { 90 });
        let (sure, unsure) = (rng.between(64, 97), rng.between(51, 76));
        let verdict = asked.then_some(draft.real == right);
        let attacked = rng.chance(24) && draft.subject == Subject::Code && verdict == Some(true);
        let grave = matches!(&*draft.severity, "critical" | "high");
        // An attack works only where there is something to attack.
        let success = draft.real && rng.chance(62);
        let repairs = rng.chance(82) && verdict != Some(false);
        Opinion {
            verdict,
            confidence_percent: asked.then_some(if right { sure } else { unsure }),
            reasoning: asked.then(|| if right { draft.why.clone() } else { draft.but.clone() }),
            repairs,
            red_team: (attacked && grave).then_some(success),
        }
    }
}
