//! An import of test results: what it was asked for, and what it came to.

use crate::error::{Error, Kind, Result};
use crate::ids::{EntrySeq, RunId};
use serde::Serialize;

/// Longest name of a repository, a run and the like, in bytes.
const NAME_BYTES_MAX: usize = 512;

/// What the person says of the results. Nothing in a file tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JunitOptions {
    /// The repository: `owner/name`, or its address.
    pub repo: String,
    /// The commit that was tested.
    pub commit: Option<String>,
    /// The branch that was tested.
    pub branch: Option<String>,
    /// Where the tests ran.
    pub environment: Option<String>,
    /// What the CI system calls the run.
    pub run: Option<String>,
    /// The workflow that the run belongs to.
    pub workflow: Option<String>,
}

impl JunitOptions {
    /// The options without spaces around, with the repository by its name.
    ///
    /// # Errors
    /// `Usage` for names that no column holds.
    pub fn checked(&self) -> Result<Self> {
        let repo = Some(self.repo.clone());
        for (flag, value) in [
            ("--repo", &repo),
            ("--commit", &self.commit),
            ("--branch", &self.branch),
            ("--environment", &self.environment),
            ("--run", &self.run),
            ("--workflow", &self.workflow),
        ] {
            let Some(value) = value else { continue };
            if value.trim().is_empty() || value.len() > NAME_BYTES_MAX || value.chars().any(char::is_control)
            {
                let what =
                    format!("{flag} takes a name of 1 to {NAME_BYTES_MAX} bytes without control characters");
                return Err(Error::new(Kind::Usage, what));
            }
        }
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        Ok(JunitOptions {
            repo: repo_name(self.repo.trim()).to_owned(),
            commit: trimmed(&self.commit),
            branch: trimmed(&self.branch),
            environment: trimmed(&self.environment),
            run: trimmed(&self.run),
            workflow: trimmed(&self.workflow),
        })
    }
}

/// `owner/name` of an address such as `https://github.com/acme/api.git` or `git@github.com:acme/api`.
fn repo_name(said: &str) -> &str {
    let path = match (said.split_once("://"), said.split_once('@')) {
        (Some((_, rest)), _) => rest.split_once('/').map(|(_, path)| path),
        (None, Some((_, rest))) => rest.split_once(':').map(|(_, path)| path),
        (None, None) => None,
    };
    let path = path.map(|path| path.trim_matches('/')).map(|path| path.strip_suffix(".git").unwrap_or(path));
    path.filter(|path| !path.is_empty()).unwrap_or(said)
}

/// What the results of a file belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The repository.
    pub repo: String,
    /// What the run is called.
    pub run_key: String,
    /// The commit; none where nobody names it.
    pub commit: Option<String>,
    /// The branch, or empty.
    pub branch: String,
    /// Where the tests ran, or empty.
    pub environment: String,
    /// The workflow, or empty.
    pub workflow: String,
    /// Whether nobody named the run.
    pub is_derived: bool,
}

impl Target {
    /// What a file with this hash belongs to. Without a name of the run all files of a commit are one run,
    /// and without a commit each file is.
    pub fn of(options: &JunitOptions, sha256: &str) -> Self {
        let JunitOptions { repo, commit, branch, environment, run, workflow } = options.clone();
        let derived = match &commit {
            Some(commit) => format!("commit:{commit}"),
            None => format!("file:{}", sha256.get(..16).unwrap_or(sha256)),
        };
        Target {
            repo,
            is_derived: run.is_none(),
            run_key: run.unwrap_or(derived),
            commit,
            branch: branch.unwrap_or_default(),
            environment: environment.unwrap_or_default(),
            workflow: workflow.unwrap_or_default(),
        }
    }

    /// What stands as the commit of a run whose commit nobody knows: it is evidence for itself alone.
    pub fn commit_or_run(&self) -> String {
        self.commit.clone().unwrap_or_else(|| format!("run:{}", self.run_key))
    }
}

/// What the import of one file came to. As JSON it is the line that `import junit --json` prints.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct JunitReport {
    /// The file, as it was named.
    pub file: String,
    /// `testsuite` elements in it.
    pub suites: u64,
    /// `testcase` elements in it.
    pub tests: u64,
    /// Of these, those that passed, perhaps after failures.
    pub passed: u64,
    /// Those that failed and did not pass.
    pub failed: u64,
    /// Those that were not run.
    pub skipped: u64,
    /// Attempts of all of them.
    pub attempts: u64,
    /// Tests that failed and then passed.
    pub flaky: u64,
    /// Whether the run, with this file, is an outage and is left out of every score.
    pub outage: bool,
    /// Where the file is odd, and what was made of it.
    pub deviations: Vec<String>,
    /// Whether these bytes were taken in before for this run; then nothing was written.
    #[serde(skip)]
    pub already_imported: bool,
    /// The repository.
    #[serde(skip)]
    pub repo: String,
    /// What the run is called.
    #[serde(skip)]
    pub run_key: String,
    /// Tests that ran in the run, over all of its files, and of these those that never passed.
    #[serde(skip)]
    pub of_run: (u64, u64),
    /// SHA-256 of the file as it is, in hex.
    #[serde(skip)]
    pub sha256: String,
    /// What a person should know beside the counts.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// The entry in the audit chain; none where nothing was written.
    #[serde(skip)]
    pub entry: Option<EntrySeq>,
    /// The run that says how the import went; none where nothing was written, or nobody may record it.
    #[serde(skip)]
    pub run_id: Option<RunId>,
}

impl JunitReport {
    /// The counts, as entries, runs and the row of the import hold them.
    pub fn counts(&self) -> [(&'static str, u64); 7] {
        [
            ("suites", self.suites),
            ("tests", self.tests),
            ("passed", self.passed),
            ("failed", self.failed),
            ("skipped", self.skipped),
            ("attempts", self.attempts),
            ("flaky", self.flaky),
        ]
    }
}
