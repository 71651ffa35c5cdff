//! The test cases of a file, one after the other.

use super::case::{Attempt, Case, Result as Outcome, Said, Status, attempts};
use super::duration::milliseconds;
use super::kept::TEXT_BYTES_MAX;
use super::place::At;
use super::scan::{Event, Scanner, Tag};
use crate::intake::Unreadable;
use crate::intake::deviation::{Deviations, quoted};
use crate::text::{counted, visible};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::io::BufRead;

/// Longest name of a suite or a test that is kept, in bytes.
pub const NAME_BYTES_MAX: usize = 2048;
/// Longest message that is kept, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024;
/// Most results of one case.
const RESULTS_OF_A_CASE_MAX: usize = 1000;

/// What a file holds, apart from its cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many `testsuite` elements it has.
    pub suites: u64,
    /// How many `testcase` elements.
    pub cases: u64,
    /// The earliest time that a suite names.
    pub started_at: Option<DateTime<Utc>>,
}

/// Reads the whole of `input`, handing over each case as it ends; what `take` refuses ends the reading.
///
/// # Errors
/// Where the text is not XML, not whole or not JUnit, with the place.
pub fn each_case(
    input: impl BufRead,
    deviations: &mut Deviations,
    take: impl FnMut(Case) -> Result<(), Unreadable>,
) -> Result<Contents, Unreadable> {
    let contents = Contents::default();
    let mut reader = Reader { deviations, take, contents, frames: Vec::new(), case: None, declared: 0 };
    let mut scanner = Scanner::new(input);
    loop {
        match scanner.advance()? {
            Event::Start(tag) => reader.start(tag)?,
            Event::Text { text, is_cut } => reader.text(&text, is_cut),
            Event::End => reader.end()?,
            Event::Done => break,
        }
    }
    if reader.contents.cases == 0 && reader.declared > 0 {
        let what =
            format!("its suites speak of {}, and no testcase is in it", counted(reader.declared, "test"));
        reader.note("no cases", "file", "testsuite", what);
    }
    for (kind, count, what) in [
        ("encoding", scanner.odd.not_utf8, "sequences that are not UTF-8; shown as U+FFFD"),
        ("characters", scanner.odd.characters, "characters that XML forbids; kept"),
        ("references", scanner.odd.references, "references to what is not known; kept as they are written"),
    ] {
        if count > 0 {
            reader.note(kind, "file", "", format!("{count} {what}"));
        }
    }
    Ok(reader.contents)
}

/// An open element.
enum Frame {
    /// A suite: its name, and how many cases without a name it has had.
    Suite { name: Option<String>, unnamed: u64 },
    /// A case.
    Case,
    /// A result in a case, whose text is gathered.
    Result(Gathered),
    /// The stack trace in a result, which is text of the result.
    Trace,
    /// Anything else.
    Other,
}

/// What a result says, as it is read.
struct Gathered {
    said: Said,
    head: String,
    text: String,
    is_cut: bool,
    duration_ms: Option<i32>,
    at: At,
}

/// A case that has begun.
struct Begun {
    suite: String,
    name: String,
    duration_ms: Option<i32>,
    status: Option<Status>,
    results: Vec<Outcome>,
}

struct Reader<'d, F> {
    deviations: &'d mut Deviations,
    take: F,
    contents: Contents,
    frames: Vec<Frame>,
    case: Option<Begun>,
    /// The tests that the suites speak of.
    declared: u64,
}

impl<F: FnMut(Case) -> Result<(), Unreadable>> Reader<'_, F> {
    fn note(
        &mut self,
        kind: &'static str,
        place: impl std::fmt::Display,
        path: &str,
        what: impl std::fmt::Display,
    ) {
        self.deviations.note(kind, place, path, what);
    }

    fn start(&mut self, tag: Tag) -> Result<(), Unreadable> {
        if self.frames.is_empty() && !matches!(&*tag.name, "testsuites" | "testsuite") {
            return Err(no_junit(&tag));
        }
        let frame = match (&*tag.name, self.frames.last()) {
            ("testcase", _) => {
                self.begin_case(&tag)?;
                Frame::Case
            }
            ("testsuite", _) if self.case.is_none() => self.begin_suite(&tag),
            (name, Some(Frame::Case)) => match Said::by(name) {
                Some(said) => self.begin_result(said, &tag),
                None => Frame::Other,
            },
            ("stackTrace" | "stacktrace", Some(Frame::Result(_))) => Frame::Trace,
            (name, Some(Frame::Suite { .. })) if matches!(Said::by(name), Some(said) if said != Said::Skipped) =>
            {
                let what = format!("<{name}> outside of a test case; left out");
                self.note("place", Line(tag.at), "", what);
                Frame::Other
            }
            _ => Frame::Other,
        };
        self.frames.push(frame);
        Ok(())
    }

    fn begin_suite(&mut self, tag: &Tag) -> Frame {
        self.contents.suites += 1;
        self.declared += tag.get("tests").and_then(|tests| tests.trim().parse::<u64>().ok()).unwrap_or(0);
        if let Some(time) = tag.get("timestamp").and_then(time) {
            let earliest = self.contents.started_at.map_or(time, |earliest| earliest.min(time));
            self.contents.started_at = Some(earliest);
        }
        Frame::Suite { name: tag.get("name").map(str::to_owned), unnamed: 0 }
    }

    fn begin_case(&mut self, tag: &Tag) -> Result<(), Unreadable> {
        if self.case.is_some() {
            self.note("nesting", Line(tag.at), "testcase", "stands inside of another one; read as the next");
            self.end_case()?;
        }
        self.contents.cases += 1;
        let suite = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Suite { name: Some(name), .. } => Some(name.clone()),
            _ => None,
        });
        let suite = tag.get("classname").map(str::to_owned).or(suite).unwrap_or_default();
        let name = match tag.get("name") {
            Some(name) => name.to_owned(),
            None => self.name_unnamed(tag.at),
        };
        let duration_ms = self.duration(tag, "testcase");
        let word = |name| tag.get(name).and_then(Status::read);
        let words = [word("status"), word("result")];
        let status = [Status::Fail, Status::Skip].into_iter().find(|status| words.contains(&Some(*status)));
        if tag.is_cut {
            let what = format!("an attribute of more than {} KiB; cut", TEXT_BYTES_MAX >> 10);
            self.note("length", Line(tag.at), "testcase", what);
        }
        self.case = Some(Begun { suite, name, duration_ms, status, results: Vec::new() });
        Ok(())
    }

    /// A name by the place in the suite: the best there is to know the test again by.
    fn name_unnamed(&mut self, at: At) -> String {
        let counted = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Suite { unnamed, .. } => Some(unnamed),
            _ => None,
        });
        let number = counted.map_or(self.contents.cases, |unnamed| {
            *unnamed += 1;
            *unnamed
        });
        let name = format!("(unnamed {number})");
        self.note("name", Line(at), "testcase.name", format!("missing; called {name}"));
        name
    }

    fn duration(&mut self, tag: &Tag, element: &str) -> Option<i32> {
        let text = tag.get("time")?;
        let duration = milliseconds(text);
        if duration.is_none() {
            let what = format!("{} is no duration; left out", quoted(text));
            self.note("time", Line(tag.at), &format!("{element}.time"), what);
        }
        duration
    }

    fn begin_result(&mut self, said: Said, tag: &Tag) -> Frame {
        let head = tag.get("message").or(tag.get("type")).unwrap_or_default().trim().to_owned();
        let duration_ms = self.duration(tag, &tag.name);
        Frame::Result(Gathered {
            said,
            head,
            text: String::new(),
            is_cut: tag.is_cut,
            duration_ms,
            at: tag.at,
        })
    }

    /// Text of a result, straight in it or in its stack trace. What it printed is not its message.
    fn text(&mut self, text: &str, is_cut: bool) {
        let innermost = match &mut self.frames[..] {
            [.., Frame::Result(gathered)] | [.., Frame::Result(gathered), Frame::Trace] => gathered,
            _ => return,
        };
        let room = TEXT_BYTES_MAX - innermost.text.len();
        innermost.is_cut |= is_cut || text.len() > room;
        innermost.text.push_str(&text[..text.floor_char_boundary(room)]);
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        match self.frames.pop() {
            Some(Frame::Result(gathered)) => self.end_result(gathered),
            Some(Frame::Case) => return self.end_case(),
            _ => {}
        }
        Ok(())
    }

    fn end_result(&mut self, gathered: Gathered) {
        let Gathered { said, head, text, is_cut, duration_ms, at } = gathered;
        let message = message(head, text.trim());
        if is_cut || message.len() > MESSAGE_BYTES_MAX {
            let what = format!("longer than {} KiB; cut", MESSAGE_BYTES_MAX >> 10);
            self.note("message", Line(at), "message", what);
        }
        let Some(case) = &mut self.case else { return };
        if case.results.len() == RESULTS_OF_A_CASE_MAX {
            let what = format!("has more than {RESULTS_OF_A_CASE_MAX} results; the others are left out");
            return self.note("results", Line(at), "testcase", what);
        }
        let cut = message[..message.floor_char_boundary(MESSAGE_BYTES_MAX)].to_owned();
        case.results.push(Outcome { said, message: Some(cut).filter(|m| !m.is_empty()), duration_ms });
    }

    fn end_case(&mut self) -> Result<(), Unreadable> {
        let Some(Begun { suite, name, duration_ms, status, results }) = self.case.take() else {
            return Ok(());
        };
        let mut attempts = attempts(results, status, duration_ms);
        for Attempt { message, .. } in &mut attempts {
            if let Some(message) = message {
                message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX));
            }
        }
        (self.take)(Case { suite, name, attempts })
    }
}

/// A message: the words of the attribute first, since failures are known again by their first line.
fn message(head: String, text: &str) -> String {
    let repeated = text.strip_prefix(&*head).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if head.is_empty() || repeated {
        return text.to_owned();
    }
    if text.is_empty() { head } else { format!("{head}\n{text}") }
}

/// A time as suites write it; without a zone it is UTC.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|time| time.and_utc())
}

/// A place by its line alone.
struct Line(At);

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.0.line)
    }
}

fn no_junit(tag: &Tag) -> Unreadable {
    let hint = match &*tag.name {
        "html" | "HTML" => "this is a page for people; name the XML that the runner writes beside it",
        "assemblies" => "this is xUnit.net's own format; have it write JUnit (--logger junit)",
        "test-run" | "test-results" => "this is NUnit's own format; have it write JUnit (--logger junit)",
        "TestRun" => "this is Visual Studio's own format (TRX); have it write JUnit (--logger junit)",
        "testng-results" => "this is TestNG's own format; it writes JUnit beside it, in junitreports/",
        _ => "have the test runner write JUnit XML, whose root is <testsuites> or <testsuite>",
    };
    let name: String = tag.name.chars().take(60).collect();
    Unreadable {
        what: format!("XML, but not JUnit, at {}: the root is <{}>", tag.at, visible(&name)),
        hint: hint.to_owned(),
    }
}
