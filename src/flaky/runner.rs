//! What runners need to leave tests out of their verdict, in words that they understand.
//!
//! Names are texts from outside: each format escapes them so that they mean themselves. A name that a
//! format cannot say exactly is left out and named, since a pattern that hits more would hide tests that
//! nobody quarantined.

use std::fmt::Write;

/// A test as its runner reported it, letter for letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The suite.
    pub suite: String,
    /// The name.
    pub name: String,
}

/// A runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// A filterset for `cargo nextest run -E`.
    Nextest,
    /// One argument a line, for `pytest @FILE`.
    Pytest,
    /// Lines for `filter { }` of a Gradle test task, in Groovy and Kotlin alike.
    Gradle,
}

/// The text for a runner, and the tests that it cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, with a line feed at its end; empty for runners that take nothing where there is nothing.
    pub text: String,
    /// The tests that are not in it.
    pub left_out: Vec<Named>,
}

/// Writes tests for a runner, each once.
pub fn write(runner: Runner, tests: &[Named]) -> Written {
    let (mut said, mut left_out) = (Vec::new(), Vec::new());
    for test in tests {
        let words = match runner {
            Runner::Nextest => nextest(test),
            Runner::Pytest => pytest(test),
            Runner::Gradle => gradle(test),
        };
        match words {
            Some(words) if said.contains(&words) => {}
            Some(words) => said.push(words),
            None => left_out.push(test.clone()),
        }
    }
    let text = match runner {
        Runner::Nextest if said.is_empty() => "all()\n".to_owned(),
        Runner::Nextest => format!("not ({})\n", said.join(" or ")),
        Runner::Pytest | Runner::Gradle => said.iter().fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{line}");
            text
        }),
    };
    Written { text, left_out }
}

/// The test of a binary, both matched as a whole. nextest reports the id of the binary as the suite.
fn nextest(test: &Named) -> Option<String> {
    if test.name.is_empty() {
        return None;
    }
    let name = format!("test(={})", in_filterset(&test.name));
    if test.suite.is_empty() {
        return Some(name);
    }
    Some(format!("(binary_id(={}) and {name})", in_filterset(&test.suite)))
}

/// A text in a filterset: what ends a matcher is escaped, and what is trimmed or cannot be seen too.
fn in_filterset(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (place, c) in text.chars().enumerate() {
        match c {
            '\\' | ')' | ',' | '/' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() || (c.is_whitespace() && (c != ' ' || place == 0 || place == last)) => {
                let _ = write!(escaped, "\\u{{{:x}}}", c as u32);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The node id of a test. pytest reports `tests.test_api.TestLogin` and `test_a[x]` for
/// `tests/test_api.py::TestLogin::test_a[x]`; classes begin with a capital letter.
fn pytest(test: &Named) -> Option<String> {
    if test.name.is_empty() || test.suite.is_empty() || has_lines(&test.name) || has_lines(&test.suite) {
        return None;
    }
    let suite = &test.suite;
    if let Some((file, classes)) =
        suite.split_once("::").or(Some((suite, ""))).filter(|(f, _)| f.ends_with(".py"))
    {
        let classes = if classes.is_empty() { String::new() } else { format!("{classes}::") };
        return Some(format!("--deselect={file}::{classes}{}", test.name));
    }
    let parts: Vec<&str> = suite.split('.').collect();
    if parts.iter().any(|part| part.is_empty() || part.contains(['/', '\\', ':'])) {
        return None;
    }
    let is_class = |part: &&str| part.chars().next().is_some_and(char::is_uppercase);
    // The file is a module, and modules are not classes: at least the first part is no class.
    let classes = parts.iter().skip(1).rev().take_while(|part| is_class(part)).count();
    let (file, classes) = parts.split_at(parts.len() - classes);
    let classes = classes.iter().fold(String::new(), |text, class| format!("{text}{class}::"));
    Some(format!("--deselect={}.py::{classes}{}", file.join("/"), test.name))
}

/// The class and the method. Gradle selects methods and knows no parameters, so that `adds(int)[2]` and
/// `adds()` are both the method `adds`. Its `*` has no escape.
fn gradle(test: &Named) -> Option<String> {
    let method = test.name.split(['(', '[', '{']).next().unwrap_or_default().trim_end();
    let has_pattern = |text: &str| text.contains('*') || has_lines(text);
    if test.suite.is_empty() || method.is_empty() || has_pattern(&test.suite) || has_pattern(method) {
        return None;
    }
    let mut text = String::new();
    for c in format!("{}.{method}", test.suite).chars() {
        match c {
            '\\' | '"' | '$' => {
                text.push('\\');
                text.push(c);
            }
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04x}", c as u32);
            }
            c => text.push(c),
        }
    }
    Some(format!("excludeTestsMatching(\"{text}\")"))
}

fn has_lines(text: &str) -> bool {
    text.contains([
        '\n', '\r', '\0', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
    ])
}
