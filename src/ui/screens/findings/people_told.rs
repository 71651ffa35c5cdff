//! The panel "AI against people" in sentences, for who has it read to them.

use super::people::{Part, Sample};
use super::people_view::{basis, calibration_in_words, nothing};
use super::state::Findings;
use crate::triage::agreement::{Agreement, Matrix, Rates};
use crate::ui::list_detail::load::Load;

/// Rows of a table that are told at once.
const ROWS: usize = 10;

impl Findings {
    /// Says the panel: on what it rests, the rates, and the table that is chosen.
    pub(super) fn tell_people(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let sample = match self.people.sample {
            Sample::Blind => "blind sample",
            Sample::All => "all decisions",
        };
        lines.push(format!("AI against people, {sample}, {}", self.scope_in_words()));
        if let Load::Failed(failure) = &self.people.load {
            lines.push(format!("it could not be measured: {}; refresh tries again", failure.what));
        }
        let (Some((_, stats)), Some(measured)) = (&self.people.measured, self.people.agreement()) else {
            return lines;
        };
        lines.push(basis(self.people.sample, stats));
        if measured.rates.n == 0 {
            lines.extend(nothing(self.people.sample, self.people.scope, stats));
            return lines;
        }
        let Matrix { ai_tp_person_tp, ai_tp_person_fp, ai_fp_person_tp, ai_fp_person_fp } =
            measured.rates.matrix;
        lines.extend([
            format!("both say true positive: {ai_tp_person_tp}"),
            format!("the AI says true positive, the person false positive: {ai_tp_person_fp}"),
            format!("the AI says false positive, the person true positive: {ai_fp_person_tp}"),
            format!("both say false positive: {ai_fp_person_fp}"),
        ]);
        lines.extend(rates_in_words(&measured.rates));
        lines.push(format!("by {}; the next pane shows another table", self.people.part.title()));
        lines.extend(rows_in_words(self.people.part, measured, self.people.scroll));
        lines
    }
}

fn rates_in_words(rates: &Rates) -> [String; 3] {
    [
        format!("agreement: {}", rates.agreement),
        format!("the AI's false positive calls that were right: {}", rates.fp_precision),
        format!("missed true positives: {}", rates.missed_tp),
    ]
}

fn rows_in_words(part: Part, measured: &Agreement, from: usize) -> Vec<String> {
    let all = part.rows(measured);
    // What is told moves with the panel, and never past its last rows.
    let from = from.min(all.saturating_sub(ROWS));
    let named = |name: String, rates: &Rates| format!("{name}: {}", rates_in_words(rates).join("; "));
    let mut lines: Vec<String> = match part {
        Part::Tools => measured.by_tool[from..]
            .iter()
            .take(ROWS)
            .map(|t| named(t.tool.one_line().into_owned(), &t.rates))
            .collect(),
        Part::Rules => measured.by_rule[from..]
            .iter()
            .take(ROWS)
            .map(|r| named(format!("{} {}", r.tool.one_line(), r.rule_id.one_line()), &r.rates))
            .collect(),
        Part::Confidence => measured.calibration[from..]
            .iter()
            .filter(|bin| bin.right.n > 0)
            .map(|bin| format!("confidence {:.1} to {:.1}: right {}", bin.from, bin.to, bin.right))
            .chain([calibration_in_words(measured)])
            .collect(),
    };
    let below = all.saturating_sub(from + ROWS);
    if below > 0 && part != Part::Confidence {
        lines.push(format!("{below} more; page-down shows them"));
    }
    lines
}
