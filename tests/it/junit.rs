//! JUnit XML, as runners write it and as nobody should.

mod cases;
mod durations;
mod encodings;
mod files;
mod hostile;
mod intake;
mod program;
mod rights;

use attestor::flaky::junit::case::{Case, Status};
use attestor::flaky::junit::read::{Contents, each_case};
use attestor::intake::Unreadable;
use attestor::intake::deviation::Deviations;
use attestor::intake::text::{Meaning, Text};

/// What a file comes to.
struct Reading {
    contents: Contents,
    cases: Vec<Case>,
    deviations: Vec<String>,
}

/// Reads a file as the import does.
fn read(bytes: &[u8]) -> Result<Reading, Unreadable> {
    let unreadable = |e: std::io::Error| Unreadable { what: e.to_string(), hint: String::new() };
    let mut text = Text::open_as(Meaning::Xml, bytes, |_| Ok(())).map_err(unreadable)?;
    let (mut deviations, mut cases) = (Deviations::default(), Vec::new());
    let contents = each_case(&mut text.reader, &mut deviations, |case| {
        cases.push(case);
        Ok(())
    })?;
    Ok(Reading { contents, cases, deviations: deviations.into_lines() })
}

/// The case of a file with one, in which `inner` stands.
fn case(inner: &str) -> (Case, Vec<String>) {
    let xml = format!("<testsuite name='s'>{inner}</testsuite>");
    let Reading { mut cases, deviations, .. } = read(xml.as_bytes()).unwrap();
    assert_eq!(cases.len(), 1, "{inner}");
    (cases.remove(0), deviations)
}

/// Attempts in a line: `fail 10 "message", pass 20`.
fn told(case: &Case) -> String {
    let attempts = case.attempts.iter().map(|attempt| {
        let mut words = attempt.status.word().to_owned();
        if let Some(duration) = attempt.duration_ms {
            words += &format!(" {duration}");
        }
        if let Some(message) = &attempt.message {
            words += &format!(" {message:?}");
        }
        words
    });
    attempts.collect::<Vec<_>>().join(", ")
}

fn counts(cases: &[Case]) -> [usize; 3] {
    [Status::Pass, Status::Fail, Status::Skip]
        .map(|status| cases.iter().filter(|case| case.status() == status).count())
}
