//! The first reading of a file: is it JSON, is it SARIF, and what are its results to be read by?

use super::place::Place;
use super::run::{Run, RunDraft};
use super::tolerant::Oddity;
use super::walk::{Shape, Walker, Want, walk};
use crate::intake::Unreadable;
use crate::intake::deviation::{Deviations, quoted};
use crate::intake::text::Text;
use serde_json::Value;
use std::io;

/// What the first reading found out.
#[derive(Debug)]
pub struct Survey {
    /// SHA-256 of the file as it is, in hex.
    pub sha256: String,
    /// The runs that are objects, in the order of the file.
    pub runs: Vec<Run>,
    /// Which of the keys `runs` holds: the last one, from 1.
    pub runs_key: usize,
    /// What deviates so far.
    pub deviations: Deviations,
}

impl Survey {
    /// How many results there are in all.
    pub fn results(&self) -> u64 {
        self.runs.iter().map(|run| run.results).sum()
    }
}

/// Reads the whole of `text`.
pub fn survey(mut text: Text<'_>) -> Result<Survey, Unreadable> {
    let mut surveyor = Surveyor::default();
    let first = first_byte(&mut text)?;
    let mut json = serde_json::Deserializer::from_reader(&mut text.reader);
    walk(&mut json, &mut surveyor)
        .and_then(|()| json.end())
        .map_err(|e| not_json(&e, first, text.is_packed))?;
    let Surveyor { version, runs_shape, runs_key, runs, mut deviations, .. } = surveyor;
    match runs_shape {
        Some(Shape::List | Shape::Object | Shape::Null) if runs_key > 0 => {}
        Some(shape) if runs_key > 0 => {
            let what = format!("not SARIF: `runs` is {shape}, where a list of runs belongs");
            return Err(Unreadable { what, hint: NOT_SARIF.to_owned() });
        }
        _ => {
            let what = "not SARIF: valid JSON, but not an object with `runs`".to_owned();
            return Err(Unreadable { what, hint: NOT_SARIF.to_owned() });
        }
    }
    note_version(&mut deviations, version.as_ref());
    note_text(&mut deviations, &text);
    let sha256 = text.sha256().map_err(|e| broken(&e, false))?;
    Ok(Survey { sha256, runs, runs_key, deviations })
}

const NOT_SARIF: &str = "have the scanner write SARIF 2.1.0";

fn note_version(deviations: &mut Deviations, version: Option<&Value>) {
    let what = match version {
        Some(Value::String(version)) if version == "2.1.0" => return,
        Some(Value::String(version)) => format!("{} is not 2.1.0; read as 2.1.0", quoted(version)),
        Some(_) => "not text; read as 2.1.0".to_owned(),
        None => "missing; read as 2.1.0".to_owned(),
    };
    deviations.note("version", Place::File, "version", what);
}

fn note_text(deviations: &mut Deviations, text: &Text<'_>) {
    let mut note = |kind, count: u64, what: &str| {
        if count > 0 {
            deviations.note(kind, Place::File, "", format!("{count} {what}"));
        }
    };
    note("encoding", text.mends.not_utf8.get(), "sequences that are not UTF-8; shown as U+FFFD");
    note("surrogate", text.mends.lone_surrogates.get(), "halves of surrogate pairs; shown as U+FFFD");
    note("number", text.mends.numbers.get(), "numbers that are too large; left out");
    if text.is_unmarked_utf16 {
        deviations.note("encoding", Place::File, "", "UTF-16 without a byte order mark; read as such");
    }
}

/// The first byte that is no space, for telling what a file is that is no JSON.
fn first_byte(text: &mut Text<'_>) -> Result<Option<u8>, Unreadable> {
    let packed = text.is_packed;
    let head = io::BufRead::fill_buf(&mut text.reader).map_err(|e| broken(&e, packed))?;
    Ok(head.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
}

fn broken(error: &io::Error, packed: bool) -> Unreadable {
    if packed {
        let what = format!("the gzip file is broken: {error}");
        return Unreadable { what, hint: "fetch or pack the file again".to_owned() };
    }
    Unreadable { what: error.to_string(), hint: "look whether the file can be read".to_owned() }
}

/// What a failure of the parser means for a person.
pub fn not_json(error: &serde_json::Error, first: Option<u8>, packed: bool) -> Unreadable {
    use serde_json::error::Category;
    if let Category::Io = error.classify() {
        return broken(&io::Error::other(error.to_string()), packed);
    }
    let at = format!("line {}, column {}", error.line(), error.column());
    let (what, hint) = match (first, error.classify()) {
        (None, _) => ("it is empty".to_owned(), "look whether the scanner ended well"),
        (Some(b'<'), _) => (format!("not JSON but XML or HTML, at {at}"), NOT_SARIF),
        (Some(b'P'), _) => (format!("not JSON, perhaps a zip archive, at {at}"), "unpack it first"),
        (_, Category::Eof) => {
            (format!("it ends in the middle, at {at}"), "the file was cut off; write or fetch it again")
        }
        (Some(first), _) if !matches!(first, b'{' | b'[' | b'"') => {
            (format!("not JSON, at {at}: {}", reason(error)), NOT_SARIF)
        }
        _ => (format!("not JSON, at {at}: {}", reason(error)), "correct that place, or write the file again"),
    };
    Unreadable { what, hint: hint.to_owned() }
}

/// The parser's own words, without the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// Collects what the results are read by, and counts them.
#[derive(Default)]
struct Surveyor {
    version: Option<Value>,
    runs_shape: Option<Shape>,
    runs_key: usize,
    runs: Vec<Run>,
    draft: RunDraft,
    deviations: Deviations,
    /// How many runs have begun, objects or not.
    begun: usize,
}

impl Surveyor {
    fn place(&self) -> Place {
        Place::Run(self.begun.saturating_sub(1))
    }

    fn note_oddities(&mut self, key: &str, oddities: Vec<Oddity>) {
        for oddity in oddities {
            self.deviations.note("odd JSON", self.place(), key, oddity);
        }
    }
}

impl Walker for Surveyor {
    fn top(&mut self, key: &str, value: Value) {
        if key == "version" {
            if self.version.is_some() {
                self.deviations.note(
                    "duplicate key",
                    Place::File,
                    key,
                    "stands twice; the last one was kept",
                );
            }
            self.version = Some(value);
        }
    }

    fn runs(&mut self, shape: Shape) {
        self.runs_key += 1;
        self.runs_shape = Some(shape);
        if self.runs_key > 1 {
            self.deviations.note("duplicate key", Place::File, "runs", "stands twice; the last one was kept");
            self.runs.clear();
            self.begun = 0;
        }
        if shape == Shape::Object {
            self.deviations.note("type", Place::File, "runs", "an object, not a list; read as one run");
        }
    }

    fn run(&mut self, shape: Shape) {
        self.begun += 1;
        self.draft = RunDraft::default();
        if shape != Shape::Object {
            let what = format!("{shape} where a run belongs; left out");
            self.deviations.note("type", self.place(), "", what);
        }
    }

    fn wants(&mut self, key: &str) -> Want {
        match key {
            "results" => Want::Count,
            "artifacts" | "logicalLocations" => Want::Each,
            key if RunDraft::KEYS.contains(&key) => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn whole(&mut self, key: &str, value: Value, oddities: Vec<Oddity>) {
        self.note_oddities(key, oddities);
        if self.draft.keep(key, value) {
            let place = self.place();
            self.deviations.note("duplicate key", place, key, "stands twice; the last one was kept");
        }
    }

    fn each(&mut self, key: &str, _at: u64, value: Value, _oddities: Vec<Oddity>) -> Result<(), String> {
        self.draft.list_element(key, &value);
        Ok(())
    }

    fn ended(&mut self, key: &str, shape: Shape, count: u64) {
        if key != "results" {
            return;
        }
        if self.draft.results_key > 0 {
            let place = self.place();
            self.deviations.note("duplicate key", place, key, "stands twice; the last one was kept");
        }
        self.draft.results_key += 1;
        self.draft.results = (shape == Shape::List).then_some(count);
        if !matches!(shape, Shape::List | Shape::Null) {
            let place = self.place();
            self.deviations.note("type", place, key, format!("{shape} where a list belongs; left out"));
        }
    }

    fn run_ended(&mut self) {
        let draft = std::mem::take(&mut self.draft);
        self.runs.push(draft.finish(self.begun - 1, &mut self.deviations));
    }
}
