//! Risk, 0 to 100, with every term shown.
//!
//! `min(1, threat × severity × boost) × 100`, rounded to one digit. The function `triage.risk` of the
//! database computes the same number for sorting; a test holds the two together. Values that
//! producers should not write (NaN, a confidence of 7) are read as unknown or cut to 0..1, never
//! passed on: NaN sorts above everything.

use super::finding::{Severity, Verdict};
use crate::text::SafeText;
use chrono::NaiveDate;
use serde::Serialize;
use std::fmt;

/// What a threat counts as where nobody knows better.
const UNKNOWN: f64 = 0.5;

/// What is known of a CVE; what is not known is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct CveThreat {
    /// Its id, as in `CVE-2024-3094`.
    pub cve_id: SafeText,
    /// The probability of exploitation in the next 30 days (EPSS), 0 to 1.
    pub epss: Option<f64>,
    /// The share of CVEs with a lower probability, 0 to 1.
    pub epss_percentile: Option<f64>,
    /// Whether it stands in CISA's catalogue of known exploited vulnerabilities.
    pub kev: Option<bool>,
    /// Whether ransomware is known to use it.
    pub ransomware: Option<bool>,
    /// Since when it stands in the catalogue.
    pub kev_added: Option<NaiveDate>,
    /// Until when United States agencies have to act.
    pub kev_due: Option<NaiveDate>,
}

/// What the risk of a finding is computed from.
#[derive(Debug, Clone, Copy)]
pub struct RiskInputs<'a> {
    /// How bad it would be.
    pub severity: Severity,
    /// Its CVEs; where there is one, only they decide the threat.
    pub cves: &'a [CveThreat],
    /// Whether an exploit was tried, and worked.
    pub red_team_success: Option<bool>,
    /// The AI's verdict, as it was written.
    pub ai_verdict: Option<&'a str>,
    /// The AI's confidence in its verdict.
    pub ai_confidence: Option<f64>,
}

/// The terms of a risk, each with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskTerms {
    /// How probable it is that this gets exploited, 0 to 1.
    pub threat: f64,
    /// Why the threat is what it is.
    pub source: ThreatSource,
    /// The weight of the severity, 0.05 to 0.9.
    pub severity_weight: f64,
    /// 1.1 for a known exploited CVE that ransomware uses, 1.05 for a known exploited one, else 1.
    pub boost: f64,
    /// The product, 0 to 100.
    pub risk: f64,
}

/// Where a threat comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "from", content = "cve_id")]
pub enum ThreatSource {
    /// This CVE is known to be exploited.
    Kev(SafeText),
    /// The EPSS probability of this CVE.
    Epss(SafeText),
    /// Nothing is known of this CVE.
    CveUnknown(SafeText),
    /// The red team's exploit succeeded.
    RedTeam,
    /// The AI says true positive; the threat is its confidence.
    AiTruePositive,
    /// The AI says false positive; the threat is what its confidence leaves.
    AiFalsePositive,
    /// No verdict of an AI.
    NoVerdict,
    /// The finding is decided blind: the AI's verdict counts once somebody has decided.
    Hidden,
}

impl RiskTerms {
    /// The terms of a finding's risk.
    pub fn of(inputs: &RiskInputs<'_>) -> Self {
        let (threat, source) = match worst(inputs.cves) {
            Some((threat, source)) => (threat, source),
            None => threat_without_cve(inputs),
        };
        let severity_weight = severity_weight(inputs.severity);
        let boost = inputs.cves.iter().map(boost).fold(1.0, f64::max);
        let risk = rounded_to_tenths((threat * severity_weight * boost).min(1.0) * 100.0);
        RiskTerms { threat, source, severity_weight, boost, risk }
    }

    /// The same while the AI's verdict is hidden: it counts as unknown, so that no number tells it.
    pub fn blind(inputs: &RiskInputs<'_>) -> Self {
        let mut terms = RiskTerms::of(&RiskInputs { ai_verdict: None, ai_confidence: None, ..*inputs });
        if terms.source == ThreatSource::NoVerdict {
            terms.source = ThreatSource::Hidden;
        }
        terms
    }

    /// The risk, 0 to 100.
    pub fn value(&self) -> f64 {
        self.risk
    }
}

impl fmt::Display for RiskTerms {
    /// As the screen says it: `94.5 = threat 1.00 (red team succeeded) × severity .90 × boost 1.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.1} = threat {} ({}) × severity {} × boost {}",
            self.risk,
            short(self.threat),
            self.source,
            short(self.severity_weight),
            short(self.boost)
        )
    }
}

impl fmt::Display for ThreatSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThreatSource::Kev(cve) => write!(f, "{cve} is known to be exploited"),
            ThreatSource::Epss(cve) => write!(f, "EPSS of {cve}"),
            ThreatSource::CveUnknown(cve) => write!(f, "{cve}: EPSS and KEV unknown"),
            ThreatSource::RedTeam => f.write_str("red team succeeded"),
            ThreatSource::AiTruePositive => f.write_str("AI says TP"),
            ThreatSource::AiFalsePositive => f.write_str("AI says FP"),
            ThreatSource::NoVerdict => f.write_str("no AI verdict"),
            ThreatSource::Hidden => f.write_str("AI verdict hidden until you decide"),
        }
    }
}

/// A weight without its leading zero, as in `.90` and `1.05`.
pub fn short(weight: f64) -> String {
    let text = format!("{weight:.2}");
    text.strip_prefix('0').map_or(text.clone(), str::to_owned)
}

/// The weight of a severity.
fn severity_weight(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 0.9,
        Severity::High => 0.75,
        Severity::Medium => 0.5,
        Severity::Low => 0.3,
        Severity::Info => 0.05,
    }
}

/// The greatest threat of several CVEs; of equal ones the first.
fn worst(cves: &[CveThreat]) -> Option<(f64, ThreatSource)> {
    let threats = cves.iter().map(|cve| match (cve.kev, cve.epss.and_then(probability)) {
        (Some(true), _) => (1.0, ThreatSource::Kev(cve.cve_id.clone())),
        (_, Some(epss)) => (epss, ThreatSource::Epss(cve.cve_id.clone())),
        (_, None) => (UNKNOWN, ThreatSource::CveUnknown(cve.cve_id.clone())),
    });
    threats.reduce(|worst, next| if next.0 > worst.0 { next } else { worst })
}

fn threat_without_cve(inputs: &RiskInputs<'_>) -> (f64, ThreatSource) {
    if inputs.red_team_success == Some(true) {
        return (1.0, ThreatSource::RedTeam);
    }
    let verdict = inputs.ai_verdict.and_then(Verdict::parse);
    match (verdict, inputs.ai_confidence.and_then(probability)) {
        (Some(Verdict::TruePositive), Some(confidence)) => (confidence, ThreatSource::AiTruePositive),
        (Some(Verdict::FalsePositive), Some(confidence)) => (1.0 - confidence, ThreatSource::AiFalsePositive),
        _ => (UNKNOWN, ThreatSource::NoVerdict),
    }
}

fn boost(cve: &CveThreat) -> f64 {
    match (cve.kev, cve.ransomware) {
        (Some(true), Some(true)) => 1.1,
        (Some(true), _) => 1.05,
        _ => 1.0,
    }
}

/// A number as a probability: NaN is unknown, what lies outside 0..1 is cut.
fn probability(number: f64) -> Option<f64> {
    // Adding 0 turns -0.0 into 0.0.
    (!number.is_nan()).then(|| number.clamp(0.0, 1.0) + 0.0)
}

/// Rounds half up over the 15 digits that PostgreSQL sees when it casts to numeric, so that
/// 69.75 stored as 69.74999999999999 is 69.8 on both sides.
fn rounded_to_tenths(number: f64) -> f64 {
    let text = format!("{number:.14e}");
    let parts = text.split_once('e').and_then(|(digits, exponent)| {
        Some((digits.replace('.', "").parse::<u64>().ok()?, exponent.parse::<i32>().ok()?))
    });
    let Some((digits, exponent)) = parts else { return 0.0 };
    // digits × 10^(exponent - 14) × 10 tenths; numbers below 10^-4 round to none.
    match u32::try_from(13 - exponent).ok().and_then(|power| 10_u64.checked_pow(power)) {
        Some(divisor) => ((digits + divisor / 2) / divisor) as f64 / 10.0,
        None => 0.0,
    }
}
