//! Globs over names of several parts: repositories (`acme/*`) and paths of fields (`settings.has_*`).
//!
//! `*` stands for any signs within a part, `?` for one; a part `**` stands for any number of parts, also
//! none.

use std::fmt;

/// The longest glob, in bytes.
pub const GLOB_BYTES_MAX: usize = 1024;

/// A glob over parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`
    AnyParts,
    Pattern(Vec<char>),
}

impl Glob {
    /// A glob over names of repositories, `owner/name`. Letter case does not matter, as it does not where
    /// they live.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_repos(text: &str) -> Result<Glob, String> {
        Glob::read(text, split(&text.to_lowercase(), '/'))
    }

    /// A glob over paths of fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_paths(text: &str) -> Result<Glob, String> {
        Glob::read(text, split_path(text))
    }

    fn read(text: &str, parts: Vec<String>) -> Result<Glob, String> {
        if text.is_empty() {
            return Err("a glob is empty; ** stands for everything".to_owned());
        }
        if text.len() > GLOB_BYTES_MAX {
            return Err(format!("a glob has at most {GLOB_BYTES_MAX} bytes"));
        }
        let part = |part: String| match part.as_str() {
            "" => Err("a part of the glob is empty".to_owned()),
            "**" => Ok(Part::AnyParts),
            part if part.contains("**") => Err("** stands for whole parts; within one, write *".to_owned()),
            part if part.contains(|c: char| c.is_control()) => {
                Err("a control character stands in it".to_owned())
            }
            part => Ok(Part::Pattern(part.chars().collect())),
        };
        Ok(Glob { text: text.to_owned(), parts: parts.into_iter().map(part).collect::<Result<_, _>>()? })
    }

    /// Whether it matches the name of a repository.
    pub fn matches_repo(&self, name: &str) -> bool {
        self.matches(&split(&name.to_lowercase(), '/'))
    }

    /// Whether it matches these parts.
    pub fn matches(&self, name: &[String]) -> bool {
        // reached[i]: the parts of the glob so far match the first i parts of the name.
        let mut reached = vec![false; name.len() + 1];
        reached[0] = true;
        for part in &self.parts {
            let mut next = vec![false; name.len() + 1];
            match part {
                Part::AnyParts => {
                    let first = reached.iter().position(|reached| *reached).unwrap_or(name.len() + 1);
                    next.iter_mut().skip(first).for_each(|reached| *reached = true);
                }
                Part::Pattern(pattern) => {
                    for (i, word) in name.iter().enumerate() {
                        next[i + 1] = reached[i] && is_like(pattern, word);
                    }
                }
            }
            reached = next;
        }
        reached[name.len()]
    }

    /// How exactly it names what it matches: more signs that stand for themselves are more exact, and `**`
    /// less than `*`.
    pub fn exactness(&self) -> (usize, usize) {
        let literal = |part: &Part| match part {
            Part::AnyParts => 0,
            Part::Pattern(pattern) => pattern.iter().filter(|c| !matches!(c, '*' | '?')).count(),
        };
        let parts = self.parts.iter().filter(|part| **part != Part::AnyParts).count();
        (self.parts.iter().map(literal).sum(), parts)
    }

    /// Whether it names one thing alone.
    pub fn is_exact(&self) -> bool {
        !self.text.contains(['*', '?'])
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

fn split(text: &str, at: char) -> Vec<String> {
    text.split(at).map(str::to_owned).collect()
}

/// Splits a path at its dots, outside of quotes.
fn split_path(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '.' if !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// Whether `word` is as `pattern` says; in time of at most the product of their lengths.
fn is_like(pattern: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, w));
                p += 1;
            }
            Some(c) if *c == '?' || *c == word[w] => {
                p += 1;
                w += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    w = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
