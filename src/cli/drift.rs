//! `attestor drift`.

mod apply;
mod attend;
mod decide;
mod list;
mod plan;
mod reconcile;
pub(super) mod show;
mod told;

use super::Global;
use crate::drift::store::fields::FIELDS;
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Filter, ahead};
use crate::text::visible;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List repositories that are held against policies, what is worst first.
    ///
    /// With `--json`, one line each. Filters combine words and fields, for instance
    /// 'is:critical repo:acme/* -is:snoozed' or 'field:label.* since>7d'.
    List(list::Options),
    /// Show a repository: what differs, since when, and which policy wants it otherwise.
    Show(show::Options),
    /// Accept what is observed as what is desired, over the policies.
    ///
    /// A decision for this repository alone, entered in the audit chain.
    Accept(decide::Accept),
    /// Stop counting differences until a time; list and end such rules.
    ///
    /// The fields stay listed as ignored, with the reason. Entered in the audit chain.
    Ignore(decide::Ignore),
    /// Set by hand what a field of a repository should be, over its policies.
    ///
    /// Entered in the audit chain.
    Set(decide::Set),
    /// Let a repository wait until a time: it stays listed and asks for nobody.
    Snooze(decide::Snooze),
    /// Look at repositories on GitHub and hold them against what they should be.
    ///
    /// The token comes from ATTESTOR_GITHUB_TOKEN, GITHUB_TOKEN, or [github] token_file. Each repository is
    /// counted once: synced + drifted + failed = checked; what was put right is among the drifted. What cannot
    /// be read for a right or a plan is never drift. Exit status 4 where something was left undone.
    Reconcile(reconcile::Options),
    /// Make a plan of what is to be put right, from what to what, and keep it for review.
    ///
    /// It is made of what was observed last: run `drift reconcile` before. Ignored fields are no part of it,
    /// nor those that two sides pull to and fro, nor what no API should change (visibility, default branch,
    /// archiving; taking a protection or a ruleset away).
    Plan(plan::Options),
    /// Apply a reviewed plan, and nothing else.
    ///
    /// Each repository is looked at again: a field that is as it was when planned is changed, one that is as
    /// planned counts as done, anything else refuses the repository. A run that was killed is gone on with by
    /// the same command. A plan is applied to a repository once.
    Apply(apply::Options),
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::List(options) => list::list(&options, global).await,
        Command::Show(options) => show::show(&options, global).await,
        Command::Accept(options) => decide::accept(&options, global).await,
        Command::Ignore(options) => decide::ignore(&options, global).await,
        Command::Set(options) => decide::set(&options, global).await,
        Command::Snooze(options) => decide::snooze(&options, global).await,
        Command::Reconcile(options) => reconcile::run(&options, global).await,
        Command::Plan(options) => plan::run(&options, global).await,
        Command::Apply(options) => apply::run(&options, global).await,
    }
}

/// A key for a deed, so that it is done once however often it is asked for.
#[derive(Debug, clap::Args)]
pub struct Key {
    /// A key of your choice for this deed: repeated with the same key, it is done once.
    #[arg(long, value_name = "UUID")]
    key: Option<Uuid>,
}

impl Key {
    fn deed(&self) -> crate::ids::DeedKey {
        self.key.map_or_else(crate::ids::DeedKey::fresh, crate::ids::DeedKey)
    }
}

pub(super) fn until(text: &str) -> Result<DateTime<Utc>> {
    ahead(text.trim(), Utc::now()).ok_or_else(|| {
        let what = format!("--until: \"{}\" is neither a span nor a time", visible(text));
        Error::new(Kind::Usage, what).hint("write 7d, 2w, 2026-12-01 or 2026-12-01T12:00:00Z")
    })
}

fn filter(text: &str) -> Result<Filter> {
    filter::parse(text, &FIELDS).map_err(|error| error.in_text(text))
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
