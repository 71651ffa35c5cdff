//! The second reading of a file: one result after the other.

use super::observation::{Observation, Reading, observe};
use super::place::Place;
use super::run::Run;
use super::survey::{Survey, not_json};
use super::tolerant::Oddity;
use super::walk::{Shape, Walker, Want, walk};
use crate::intake::Unreadable;
use crate::intake::deviation::Deviations;
use crate::intake::text::Text;
use serde_json::Value;

/// What the second reading came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Results that were handed over.
    pub seen: u64,
    /// Results that only say that something is gone.
    pub gone: u64,
    /// Results that could not be understood.
    pub left_out: u64,
    /// Results that the scanner's own configuration suppresses.
    pub suppressed: u64,
}

/// Reads `text` again and hands every result to `take`, with the place of its run in
/// [`Survey::runs`]. `take` ends the reading by an error.
///
/// The file must be the one that was surveyed: where its hash differs at the end, that is an error.
pub fn each_result(
    mut text: Text<'_>,
    survey: &Survey,
    deviations: &mut Deviations,
    take: impl FnMut(usize, Observation) -> Result<(), String>,
) -> Result<Tally, Unreadable> {
    let packed = text.is_packed;
    let mut reader =
        Reader { survey, deviations, take, runs_key: 0, current: 0, results_key: 0, tally: Tally::default() };
    let mut json = serde_json::Deserializer::from_reader(&mut text.reader);
    walk(&mut json, &mut reader).map_err(|e| not_json(&e, Some(b'{'), packed))?;
    let tally = reader.tally;
    let sha256 = text.sha256().map_err(|e| Unreadable { what: e.to_string(), hint: CHANGED.to_owned() })?;
    if sha256 != survey.sha256 {
        let what = "the file changed while it was read".to_owned();
        return Err(Unreadable { what, hint: CHANGED.to_owned() });
    }
    Ok(tally)
}

const CHANGED: &str = "import it when nothing writes to it";

struct Reader<'a, F> {
    survey: &'a Survey,
    deviations: &'a mut Deviations,
    take: F,
    runs_key: usize,
    /// How many runs that are objects have begun.
    current: usize,
    results_key: usize,
    tally: Tally,
}

impl<F> Reader<'_, F> {
    /// The run that is being read, unless its key `runs` is one that does not count.
    fn current_run(&self) -> Option<&Run> {
        if self.runs_key != self.survey.runs_key {
            return None;
        }
        self.survey.runs.get(self.current.checked_sub(1)?)
    }
}

impl<F: FnMut(usize, Observation) -> Result<(), String>> Walker for Reader<'_, F> {
    fn top(&mut self, _: &str, _: Value) {}

    fn runs(&mut self, _: Shape) {
        self.runs_key += 1;
        self.current = 0;
    }

    fn run(&mut self, shape: Shape) {
        if shape == Shape::Object {
            self.current += 1;
            self.results_key = 0;
        }
    }

    fn wants(&mut self, key: &str) -> Want {
        if key != "results" {
            return Want::Nothing;
        }
        self.results_key += 1;
        match self.current_run() {
            Some(run) if run.results_key == self.results_key => Want::Each,
            _ => Want::Nothing,
        }
    }

    fn whole(&mut self, _: &str, _: Value, _: Vec<Oddity>) {}

    fn each(&mut self, _: &str, at: u64, value: Value, oddities: Vec<Oddity>) -> Result<(), String> {
        let survey = self.survey;
        let position = self.current - 1;
        let run = &survey.runs[position];
        let place = Place::Result(run.index, at);
        for oddity in oddities {
            self.deviations.note("odd JSON", place, "", oddity);
        }
        match observe(&value, run, place, self.deviations) {
            Reading::Seen(observation) => {
                self.tally.seen += 1;
                self.tally.suppressed += u64::from(observation.suppression.is_some());
                (self.take)(position, *observation)?;
            }
            Reading::Gone => self.tally.gone += 1,
            Reading::LeftOut => self.tally.left_out += 1,
        }
        Ok(())
    }

    fn ended(&mut self, _: &str, _: Shape, _: u64) {}

    fn run_ended(&mut self) {}
}
