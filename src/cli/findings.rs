//! `attestor findings`.

mod decide;
mod list;
mod show;

use super::Global;
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Filter};
use crate::ids::FindingId;
use crate::triage::finding::Verdict;
use crate::triage::store::fields::FIELDS;
use crate::triage::store::findings::SortKey;
use clap::Args;
use uuid::Uuid;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List findings, the riskiest first.
    ///
    /// With `--json`, one line each. Filters combine words and fields, for instance
    /// 'severity>=high -verdict:fp age<7d repo:acme/*'; `is:undecided` is the queue of the console.
    List(ListOptions),
    /// Show all that is known of a finding.
    Show {
        /// Its number.
        #[arg(value_name = "ID")]
        id: FindingId,
    },
    /// Decide findings as TP (real) or FP (not real), with a reason.
    ///
    /// All of them are decided, or none. The decision and its entry in the audit chain are committed
    /// together. Findings that a filter chose are counted and confirmed first.
    Triage(TriageOptions),
    /// Take back the verdict that stands.
    ///
    /// The one before it stands again, or none. Nothing is deleted: a further entry in the audit chain says
    /// what was taken back.
    Undo(UndoOptions),
}

/// The options of `findings list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// Which findings, such as 'severity>=high -verdict:fp'; without it, all of them.
    #[arg(long, short, value_name = "FILTER", default_value = "", hide_default_value = true)]
    filter: String,
    /// What they are sorted by.
    #[arg(long, value_enum, default_value = "risk")]
    sort: SortKey,
    /// Sort the other way round.
    #[arg(long)]
    reverse: bool,
    /// How many rows at most; without it, all of them.
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
}

/// Which findings a deed is for.
#[derive(Debug, Args)]
struct Chosen {
    /// The numbers of the findings.
    #[arg(value_name = "ID")]
    ids: Vec<FindingId>,
    /// The findings that this filter lets through, in place of numbers; counted and confirmed first.
    #[arg(long, short, value_name = "FILTER", conflicts_with = "ids")]
    filter: Option<String>,
    /// Refuse unless the finding still has this version, which `findings show` tells.
    #[arg(long, value_name = "N", conflicts_with = "filter")]
    if_version: Option<i32>,
    /// A key of your choice for this deed: repeated with the same key, it is done once.
    #[arg(long, value_name = "UUID")]
    key: Option<Uuid>,
}

/// The options of `findings triage`.
#[derive(Debug, Args)]
pub struct TriageOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// What you decide.
    #[arg(long, value_enum, ignore_case = true)]
    verdict: Verdict,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// The options of `findings undo`.
#[derive(Debug, Args)]
pub struct UndoOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// Take back what you decided last, on all findings that it concerned.
    #[arg(long, conflicts_with_all = ["ids", "filter", "if_version"])]
    last: bool,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::List(options) => list::list(options, global).await,
        Command::Show { id } => show::show(id, global).await,
        Command::Triage(options) => decide::triage(options, global).await,
        Command::Undo(options) => decide::undo(options, global).await,
    }
}

/// Reads a filter over findings; an error shows the place in it.
fn filter(text: &str) -> Result<Filter> {
    filter::parse(text, &FIELDS).map_err(|e| e.in_text(text))
}

fn usage(what: impl Into<String>) -> Error {
    Error::new(Kind::Usage, what)
}
