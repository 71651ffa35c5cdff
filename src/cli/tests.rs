//! `attestor tests`.

mod chosen;
mod decide;
mod list;
mod preview;
mod quarantined;
mod recompute;
mod show;
mod told;

pub use show::show_in;

use super::Global;
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Filter};
use crate::flaky::called::Called;
use crate::flaky::store::fields::FIELDS;
use crate::flaky::store::tests::SortKey;
use clap::Args;
use uuid::Uuid;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List tests, those that surely lie first.
    ///
    /// With `--json`, one line each. Filters combine words and fields, for instance
    /// 'state:flaky repo:acme/* score>0.9'; `is:suggested` are those whose quarantine the rules ask for,
    /// `is:expired` and `is:graduable` those of which somebody has to decide something.
    List(ListOptions),
    /// Show a test: its evidence, its runs, its failures grouped, what was decided.
    Show {
        /// Its number; or its hash, the first 4 or more digits of that, or its name, where one test is called so.
        #[arg(value_name = "TEST")]
        test: Called,
    },
    /// Score tests by the results that are new.
    ///
    /// The score is the probability that a test fails and then passes on the same commit in more than 1 % of
    /// its tries. Where nothing that failed is ever tried again, it is the share of isolated failures. Runs in
    /// which nearly everything failed are left out. It is recorded as a run, and entered in the audit chain.
    Recompute(RecomputeOptions),
    /// Keep the failures of tests out of the verdict of builds, until a time. The tests go on running.
    ///
    /// The rules ask for a score of 0.7 and two commits that failed and then passed, and for a test that is
    /// not broken. On tests that are in quarantine, this renews it.
    Quarantine(QuarantineOptions),
    /// Let tests leave quarantine, once they ran clean for long enough.
    Graduate(DecideOptions),
    /// Say that tests need no quarantine; it is suggested again when they flake again.
    Dismiss(DecideOptions),
    /// Show what other thresholds would do to the tests as they are; with --save, set them for everyone.
    Preview(PreviewOptions),
    /// Write the tests in quarantine, as a runner needs them to leave them out of its verdict.
    ///
    /// nextest: a filterset, for `cargo nextest run -E "$(…)"`. pytest: one --deselect a line, for
    /// `pytest @FILE`. gradle: lines for `filter { }` of a test task. What a runner cannot say exactly is left
    /// out, and named on standard error.
    Quarantined(QuarantinedOptions),
}

/// The options of `tests list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// Which tests, such as 'state:flaky repo:acme/*'; without it, all of them.
    #[arg(
        long,
        short,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    filter: String,
    /// What they are sorted by.
    #[arg(long, value_enum, default_value = "score")]
    sort: SortKey,
    /// Sort the other way round.
    #[arg(long)]
    reverse: bool,
    /// How many rows at most; without it, all of them.
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
    /// Exit with 3 where a test that is listed matches this filter too, such as 'state:flaky'.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    fail_on: Option<String>,
}

/// The options of `tests recompute`.
#[derive(Debug, Args)]
pub struct RecomputeOptions {
    /// The repository; all of them, where none is named.
    #[arg(long, value_name = "NAME")]
    repo: Option<String>,
    /// Count everything anew, not only what is new. It gives the same.
    #[arg(long)]
    full: bool,
}

/// Which tests a deed is for.
#[derive(Debug, Args)]
struct Chosen {
    /// The tests: their numbers, or hashes, the first 4 or more digits of those, or names that are one test's.
    #[arg(value_name = "TEST")]
    ids: Vec<Called>,
    /// The tests that this filter lets through, in place of numbers; counted and confirmed first.
    #[arg(long, short, value_name = "FILTER", conflicts_with = "ids", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Refuse unless the test still has this version, which `tests show` tells.
    #[arg(long, value_name = "N", conflicts_with = "filter")]
    if_version: Option<i32>,
    /// A key of your choice for this deed: repeated with the same key, it is done once.
    #[arg(long, value_name = "UUID")]
    key: Option<Uuid>,
}

/// The options of `tests quarantine`.
#[derive(Debug, Args)]
pub struct QuarantineOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// All tests whose quarantine is suggested; with --filter, those of them that it lets through.
    #[arg(long, conflicts_with_all = ["ids", "if_version", "force"])]
    apply: bool,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT", required_unless_present = "apply")]
    reason: Option<String>,
    /// Who looks after it; you, where nobody is named.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The issue about it: http or https.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// How long, as 2w, or until when; 14 days unless told.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Do it though the rules do not ask for it; that is recorded.
    #[arg(long)]
    force: bool,
}

/// The options of `tests graduate` and `tests dismiss`.
#[derive(Debug, Args)]
pub struct DecideOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Do it though the rules do not ask for it; that is recorded.
    #[arg(long)]
    force: bool,
}

/// The options of `tests preview`.
#[derive(Debug, Args)]
pub struct PreviewOptions {
    /// The score that a flaky test has at least, 0 to 1; as it is, unless told.
    #[arg(long, value_name = "S")]
    score: Option<f64>,
    /// Commits that have to flake before quarantine is suggested; as it is, unless told.
    #[arg(long, value_name = "N")]
    commits: Option<u64>,
    /// Which tests to look at; all of them, without it.
    #[arg(
        long,
        short,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "save"
    )]
    filter: String,
    /// Set these thresholds for everyone. It takes an operator, and is entered in the audit chain.
    #[arg(long, requires = "reason")]
    save: bool,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT", requires = "save")]
    reason: Option<String>,
    /// A key of your choice for this deed: repeated with the same key, it is done once.
    #[arg(long, value_name = "UUID", requires = "save")]
    key: Option<Uuid>,
}

/// The options of `tests quarantined`.
#[derive(Debug, Args)]
pub struct QuarantinedOptions {
    /// For which runner.
    #[arg(long, value_enum, default_value = "json")]
    format: RunnerFormat,
    /// Which of them, such as 'repo:acme/api environment:linux'.
    #[arg(long, short, value_name = "FILTER", default_value = "", hide_default_value = true)]
    filter: String,
    /// Leave out those whose quarantine has run out.
    #[arg(long)]
    unexpired: bool,
}

/// A form that a runner understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RunnerFormat {
    /// cargo nextest.
    Nextest,
    /// pytest.
    Pytest,
    /// Gradle.
    Gradle,
    /// JSON, one line a test.
    Json,
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::List(options) => list::list(options, global).await,
        Command::Show { test } => show::show(&test, global).await,
        Command::Recompute(options) => recompute::recompute(options, global).await,
        Command::Quarantine(options) => decide::quarantine(options, global).await,
        Command::Graduate(options) => decide::graduate(options, global).await,
        Command::Dismiss(options) => decide::dismiss(options, global).await,
        Command::Preview(options) => preview::preview(options, global).await,
        Command::Quarantined(options) => quarantined::quarantined(options, global).await,
    }
}

/// Reads a filter over tests; an error shows the place in it.
fn filter(text: &str) -> Result<Filter> {
    filter::parse(text, &FIELDS).map_err(|e| e.in_text(text))
}

fn usage(what: impl Into<String>) -> Error {
    Error::new(Kind::Usage, what)
}
