//! How far the AI's verdicts can be trusted, measured on those of people.
//!
//! Counted are findings with a verdict of both. "The AI is right" means that the person said the same.
//!
//! - agreement: same verdict ÷ all.
//! - kappa (Cohen): agreement beyond what two judges with these habits would reach by chance.
//! - precision of the AI's FP calls: the person said FP too ÷ the AI said FP. What a team that trusts
//!   these calls relies on.
//! - missed TP: the AI said FP ÷ the person said TP. What such a team would lose.
//! - calibration: in each tenth of the AI's confidence, how often it is right; a calibrated AI is right
//!   as often as it is confident.
//!
//! All of it once over everything, where people mostly saw the AI's verdict before they decided, and
//! once over the blind sample alone ([`blind`](super::blind)), which is what may be quoted.

use super::finding::Verdict;
use super::rate::Rate;
use crate::text::SafeText;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many bins the confidence is put into.
pub const BINS: usize = 10;

/// Findings that agree in all that is counted by.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The scanner.
    pub tool: SafeText,
    /// The scanner's rule.
    pub rule_id: SafeText,
    /// What the AI says.
    pub ai: Verdict,
    /// What the person said.
    pub person: Verdict,
    /// The bin of the AI's confidence, 0 to [`BINS`] - 1; none where it gave none.
    pub bin: Option<usize>,
    /// The sum of the confidences.
    pub confidence_sum: f64,
    /// How many findings.
    pub count: u64,
}

/// Who said what, and how often: the AI first, the person second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Both say true positive.
    pub ai_tp_person_tp: u64,
    /// The AI says true positive, the person false positive.
    pub ai_tp_person_fp: u64,
    /// The AI says false positive, the person true positive: what would have been missed.
    pub ai_fp_person_tp: u64,
    /// Both say false positive.
    pub ai_fp_person_fp: u64,
}

impl Matrix {
    /// Counts `count` findings more.
    pub fn add(&mut self, ai: Verdict, person: Verdict, count: u64) {
        use Verdict::{FalsePositive as Fp, TruePositive as Tp};
        let cell = match (ai, person) {
            (Tp, Tp) => &mut self.ai_tp_person_tp,
            (Tp, Fp) => &mut self.ai_tp_person_fp,
            (Fp, Tp) => &mut self.ai_fp_person_tp,
            (Fp, Fp) => &mut self.ai_fp_person_fp,
        };
        *cell += count;
    }

    /// Findings in all.
    pub fn n(&self) -> u64 {
        self.ai_tp_person_tp + self.ai_tp_person_fp + self.ai_fp_person_tp + self.ai_fp_person_fp
    }

    /// Findings on which both agree.
    pub fn agreed(&self) -> u64 {
        self.ai_tp_person_tp + self.ai_fp_person_fp
    }

    /// Cohen's kappa: 1 whole agreement, 0 no more than chance. None where chance alone would agree on
    /// everything, since both always say the same word.
    pub fn kappa(&self) -> Option<f64> {
        let n = self.n() as f64;
        let ai_tp = (self.ai_tp_person_tp + self.ai_tp_person_fp) as f64 / n;
        let person_tp = (self.ai_tp_person_tp + self.ai_fp_person_tp) as f64 / n;
        let by_chance = ai_tp * person_tp + (1.0 - ai_tp) * (1.0 - person_tp);
        let kappa = (self.agreed() as f64 / n - by_chance) / (1.0 - by_chance);
        kappa.is_finite().then_some(kappa)
    }
}

/// The rates of some findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rates {
    /// How many findings.
    pub n: u64,
    /// Who said what.
    pub matrix: Matrix,
    /// The share on which both agree.
    pub agreement: Rate,
    /// Agreement beyond chance, at most 1; none where it is not defined.
    pub kappa: Option<f64>,
    /// Of the AI's FP calls, the share that the person confirmed.
    pub fp_precision: Rate,
    /// Of the person's TPs, the share that the AI called FP.
    pub missed_tp: Rate,
}

impl Rates {
    /// The rates that follow from `matrix`.
    pub fn of(matrix: Matrix) -> Self {
        let Matrix { ai_tp_person_tp, ai_fp_person_tp, ai_fp_person_fp, .. } = matrix;
        Rates {
            n: matrix.n(),
            matrix,
            agreement: Rate::of(matrix.agreed(), matrix.n()),
            kappa: matrix.kappa(),
            fp_precision: Rate::of(ai_fp_person_fp, ai_fp_person_fp + ai_fp_person_tp),
            missed_tp: Rate::of(ai_fp_person_tp, ai_fp_person_tp + ai_tp_person_tp),
        }
    }
}

/// The rates of one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolRates {
    /// The scanner.
    pub tool: SafeText,
    /// Its rates.
    #[serde(flatten)]
    pub rates: Rates,
}

/// The rates of one rule of one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleRates {
    /// The scanner.
    pub tool: SafeText,
    /// The rule.
    pub rule_id: SafeText,
    /// Its rates.
    #[serde(flatten)]
    pub rates: Rates,
}

/// How often the AI is right at a confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// The confidence from which on; the last bin includes 1.
    pub from: f64,
    /// The confidence below which.
    pub to: f64,
    /// The mean confidence of the findings in it; none without any.
    pub mean_confidence: Option<f64>,
    /// How often the AI is right here.
    pub right: Rate,
}

/// All that is measured on some findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Over all of them.
    #[serde(flatten)]
    pub rates: Rates,
    /// By tool, the one with most findings first.
    pub by_tool: Vec<ToolRates>,
    /// By rule, the one with most findings first.
    pub by_rule: Vec<RuleRates>,
    /// By tenth of the AI's confidence, lowest first; always [`BINS`] of them.
    pub calibration: Vec<Bin>,
    /// The mean distance between confidence and being right, weighted by the findings of the bins
    /// (expected calibration error), 0 to 1; none without a confidence.
    pub calibration_error: Option<f64>,
    /// Findings with a verdict of the AI that came without a confidence; they stand in no bin.
    pub without_confidence: u64,
}

/// Measures the findings that `cells` count.
pub fn measure(cells: &[Cell]) -> Agreement {
    let mut all = Matrix::default();
    let mut tools: BTreeMap<&SafeText, Matrix> = BTreeMap::new();
    let mut rules: BTreeMap<(&SafeText, &SafeText), Matrix> = BTreeMap::new();
    let mut bins = [(0_u64, 0_u64, 0.0_f64); BINS];
    let mut without_confidence = 0;
    for cell in cells {
        all.add(cell.ai, cell.person, cell.count);
        tools.entry(&cell.tool).or_default().add(cell.ai, cell.person, cell.count);
        rules.entry((&cell.tool, &cell.rule_id)).or_default().add(cell.ai, cell.person, cell.count);
        let Some(bin) = cell.bin else {
            without_confidence += cell.count;
            continue;
        };
        let (right, n, sum) = &mut bins[bin.min(BINS - 1)];
        *n += cell.count;
        *sum += cell.confidence_sum;
        if cell.ai == cell.person {
            *right += cell.count;
        }
    }
    let mut by_tool: Vec<_> =
        tools.into_iter().map(|(tool, m)| ToolRates { tool: tool.clone(), rates: Rates::of(m) }).collect();
    by_tool.sort_by_key(|t| std::cmp::Reverse(t.rates.n));
    let mut by_rule: Vec<_> = rules
        .into_iter()
        .map(|((tool, rule), m)| RuleRates { tool: tool.clone(), rule_id: rule.clone(), rates: Rates::of(m) })
        .collect();
    by_rule.sort_by_key(|r| std::cmp::Reverse(r.rates.n));
    let calibration: Vec<Bin> = bins.iter().enumerate().map(|(at, bin)| calibrated(at, *bin)).collect();
    Agreement {
        rates: Rates::of(all),
        by_tool,
        by_rule,
        calibration_error: calibration_error(&calibration),
        calibration,
        without_confidence,
    }
}

fn calibrated(at: usize, (right, n, sum): (u64, u64, f64)) -> Bin {
    let edge = |at: usize| at as f64 / BINS as f64;
    Bin {
        from: edge(at),
        to: edge(at + 1),
        mean_confidence: (n > 0).then(|| sum / n as f64),
        right: Rate::of(right, n),
    }
}

fn calibration_error(bins: &[Bin]) -> Option<f64> {
    let n: u64 = bins.iter().map(|b| b.right.n).sum();
    let off = |bin: &Bin| Some((bin.mean_confidence? - bin.right.rate?).abs() * bin.right.n as f64);
    (n > 0).then(|| bins.iter().filter_map(off).sum::<f64>() / n as f64)
}
