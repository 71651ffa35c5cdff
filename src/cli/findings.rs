//! `attestor findings`.

mod attend;
mod blind;
mod chosen;
mod decide;
mod groups;
mod life;
mod list;
mod show;
mod stats;
mod told;
mod views;

use super::Global;
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Filter};
use crate::ids::{EntrySeq, FindingId};
use crate::triage::attention::AttentionKind;
use crate::triage::finding::Verdict;
use crate::triage::group::GroupBy;
use crate::triage::store::fields::FIELDS;
use crate::triage::store::findings::SortKey;
use clap::Args;
use uuid::Uuid;

pub(super) use show::show_in;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List findings, the riskiest first.
    ///
    /// With `--json`, one line each. Filters combine words and fields, for instance
    /// 'severity>=high -verdict:fp age<7d repo:acme/*'; `is:undecided` is the queue of the console.
    List(ListOptions),
    /// List the saved views: filters with a name, with an order and columns.
    ///
    /// The console saves one with `save-view`; `findings list --view NAME` lists what it shows.
    Views,
    /// Show all that is known of a finding.
    Show {
        /// Its number.
        #[arg(value_name = "ID")]
        id: FindingId,
        /// List its life instead: every scan of its series since it was first seen, newest first.
        #[arg(long)]
        life: bool,
    },
    /// Decide findings as TP (real) or FP (not real), with a reason.
    ///
    /// All of them are decided, or none. The decision and its entry in the audit chain are committed
    /// together. Findings that a filter chose are counted and confirmed first.
    Triage(TriageOptions),
    /// Take back the verdict that stands.
    ///
    /// The one before it stands again, or none. Nothing is deleted: a further entry in the audit chain says
    /// what was taken back. With `--last` or `--entry`, a whole deed is taken back, on however many
    /// findings: what somebody decided again since is left as it is, and named.
    Undo(UndoOptions),
    /// Measure how far the AI's verdicts can be trusted on those of people, and which builds are unusual.
    ///
    /// Every rate comes with the number of cases and its 95 % interval (Wilson). Agreement: both say the
    /// same. Precision of FP calls: of the findings that the AI calls FP, those that the person confirmed.
    /// Missed TP: of the findings that the person calls TP, those that the AI called FP. A verdict that is
    /// seen first anchors the second one: quote the rates of the blind sample, which `findings blind` sets.
    /// Builds are compared within their repository; the most unusual tenth is named, with the metric that
    /// stands out.
    Stats {
        /// Which findings; all of them unless told.
        #[arg(long, short, value_name = "FILTER", default_value = "", hide_default_value = true)]
        filter: String,
    },
    /// Show or set the share of findings that are decided before the AI's verdict is shown.
    ///
    /// Which findings these are follows from their numbers: they are the same for everyone, and a larger
    /// share only adds some. Setting it takes an operator and is entered in the audit chain.
    Blind {
        /// The new share: 0.1 or 10%; 0 shows every verdict.
        #[arg(value_name = "SHARE")]
        share: Option<String>,
    },
    /// Say that you look at findings now; others see it. A claim ends by itself.
    ///
    /// What another holds stays theirs: who holds it, and since when, is told.
    Claim(ClaimOptions),
    /// End a claim, a snooze or an accepted risk before its time.
    Release(ReleaseOptions),
    /// Let findings wait until a time, with a reason; then they are back in the queue by themselves.
    Snooze(PutOffOptions),
    /// Accept the risk of findings until a time, with a reason; then they are back in the queue.
    ///
    /// This takes the role attestor_approver.
    Accept(PutOffOptions),
}

/// The options of `findings list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// Which findings, such as 'severity>=high -verdict:fp'; without it, all of them.
    #[arg(long, short, value_name = "FILTER", default_value = "", hide_default_value = true)]
    filter: String,
    /// The saved view to list, which `findings views` names; with a filter, what both let through.
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
    /// List groups instead, the riskiest first: those of a rule, a file or a fingerprint.
    ///
    /// `filter` in a JSON line selects exactly those of the group that are in the queue.
    #[arg(long, value_enum, value_name = "BY", conflicts_with_all = ["sort", "reverse"])]
    group: Option<GroupBy>,
    /// What they are sorted by; risk, unless the view says otherwise.
    #[arg(long, value_enum)]
    sort: Option<SortKey>,
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
    /// Take back what this entry of the audit chain decided, claimed, snoozed or accepted.
    #[arg(long, value_name = "SEQ", conflicts_with_all = ["ids", "filter", "if_version", "last"])]
    entry: Option<EntrySeq>,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// The options of `findings claim`.
#[derive(Debug, Args)]
pub struct ClaimOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// How long, as 8h, or until when; 4 hours unless told.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// The options of `findings snooze` and `findings accept`.
#[derive(Debug, Args)]
pub struct PutOffOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// How long, as 2w, or until when; a snooze lasts 14 days unless told.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// The options of `findings release`.
#[derive(Debug, Args)]
pub struct ReleaseOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// What ends.
    #[arg(long, value_enum, default_value = "claim")]
    what: AttentionKind,
    /// End claims of others too.
    #[arg(long)]
    anyone: bool,
    /// Why; it stands in the audit chain as you write it.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::List(ListOptions { group: Some(by), filter, view, limit, .. }) => {
            let filter = views::filter(&filter, view.as_deref())?;
            groups::list(by, filter, limit, global).await
        }
        Command::Views => views::list(global),
        Command::List(options) => list::list(options, global).await,
        Command::Show { id, life: true } => life::list(id, global).await,
        Command::Show { id, .. } => show::show(id, global).await,
        Command::Triage(options) => decide::triage(options, global).await,
        Command::Undo(options) => decide::undo(options, global).await,
        Command::Stats { filter } => stats::stats(&filter, global).await,
        Command::Blind { share } => blind::blind(share.as_deref(), global).await,
        Command::Claim(options) => attend::claim(options, global).await,
        Command::Release(options) => attend::release(options, global).await,
        Command::Snooze(options) => attend::put_off(AttentionKind::Snooze, options, global).await,
        Command::Accept(options) => attend::put_off(AttentionKind::Acceptance, options, global).await,
    }
}

/// Reads a filter over findings; an error shows the place in it.
fn filter(text: &str) -> Result<Filter> {
    filter::parse(text, &FIELDS).map_err(|e| e.in_text(text))
}

fn usage(what: impl Into<String>) -> Error {
    Error::new(Kind::Usage, what)
}
