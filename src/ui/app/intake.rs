//! What stands behind `import`: a file, and what is said about it.

use crate::flaky::import::JunitOptions;
use crate::text::visible;
use crate::triage::import::ImportOptions;
use std::path::PathBuf;

/// The words of the command line that are understood here too.
const FLAGS: [&str; 7] =
    ["--repo", "--commit", "--branch", "--platform", "--environment", "--run", "--workflow"];

/// A file that is to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intake {
    /// A scanner's, as SARIF.
    Sarif(PathBuf, ImportOptions),
    /// A test runner's, as JUnit XML.
    Junit(PathBuf, JunitOptions),
}

impl Intake {
    /// Reads `FILE --repo OWNER/NAME --commit SHA …`. A file whose name ends in .xml or .xml.gz is JUnit's. A path
    /// may hold spaces; it ends before the first of the words that are known.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let (path, mut said) = split(text)?;
        if path.is_empty() {
            return Err("import what? its file comes first".to_owned());
        }
        let lower = path.to_ascii_lowercase();
        let is_junit = lower.ends_with(".xml") || lower.ends_with(".xml.gz");
        let mut take =
            |flag: &str| said.iter().position(|(name, _)| *name == flag).map(|at| said.swap_remove(at).1);
        let (repo, commit, branch) = (take("--repo"), take("--commit"), take("--branch"));
        let intake = if is_junit {
            let Some(repo) = repo else {
                return Err("results of tests do not tell their repository: add --repo OWNER/NAME".to_owned());
            };
            let (environment, run, workflow) = (take("--environment"), take("--run"), take("--workflow"));
            let options = JunitOptions { repo, commit, branch, environment, run, workflow };
            Intake::Junit(PathBuf::from(path), options.checked().map_err(|e| e.to_string())?)
        } else {
            let options = ImportOptions { repo, commit, branch, platform: take("--platform") };
            options.check().map_err(|e| e.to_string())?;
            Intake::Sarif(PathBuf::from(path), options)
        };
        match said.first() {
            Some((flag, _)) => {
                let kind = if is_junit { "results of tests" } else { "a file of a scanner" };
                Err(format!("{flag} says nothing about {kind}"))
            }
            None => Ok(intake),
        }
    }

    /// The file.
    pub fn path(&self) -> &PathBuf {
        match self {
            Intake::Sarif(path, _) | Intake::Junit(path, _) => path,
        }
    }
}

/// What was said, by which flag.
type Said = Vec<(&'static str, String)>;

/// The path, and what was said about it.
fn split(text: &str) -> Result<(&str, Said), String> {
    let known = |word: &str| {
        let name = word.split('=').next().unwrap_or(word);
        FLAGS.into_iter().find(|flag| *flag == name)
    };
    let flags_at = text
        .match_indices("--")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || text[..*at].ends_with(char::is_whitespace))
        .find(|at| text[*at..].split_whitespace().next().is_some_and(|word| known(word).is_some()))
        .unwrap_or(text.len());
    let (path, flags) = text.split_at(flags_at);
    let mut said = Said::new();
    for word in flags.split_whitespace() {
        match known(word) {
            Some(flag) if said.iter().any(|(name, _)| *name == flag) => {
                return Err(format!("{flag} is said twice"));
            }
            Some(flag) => {
                let value = word.split_once('=').map_or("", |(_, value)| value);
                said.push((flag, value.to_owned()));
            }
            None => match said.last_mut() {
                Some((_, value)) if value.is_empty() && !word.starts_with("--") => word.clone_into(value),
                _ => return Err(format!("{} is not understood here", visible(word))),
            },
        }
    }
    match said.iter().find(|(_, value)| value.is_empty()) {
        Some((flag, _)) => Err(format!("{flag} needs a value")),
        None => Ok((path.trim(), said)),
    }
}
