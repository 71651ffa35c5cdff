//! `attestor tests quarantine`, `graduate` and `dismiss`.

use super::chosen::{Begun, asked, choose};
use super::told::{nothing, told};
use super::{Chosen, DecideOptions, QuarantineOptions, usage};
use crate::cli::Global;
use crate::error::Result;
use crate::filter::ahead;
use crate::flaky::actions::{self, Decide, Outcome, Rules, What};
use crate::flaky::quarantine::{Link, Owner, Reason, usual_end};
use chrono::{DateTime, Utc};

/// What is said where the rules alone decide.
const SUGGESTED: &str = "suggested: it fails and passes on the same commit";

/// Quarantines tests.
pub(super) async fn quarantine(options: QuarantineOptions, global: &Global) -> Result<u8> {
    let now = Utc::now();
    let what = What::Quarantine {
        owner: options.owner.as_deref().map(Owner::new).transpose()?,
        reason: Reason::new(options.reason.as_deref().unwrap_or(SUGGESTED))?,
        link: options.link.as_deref().map(Link::new).transpose()?,
        until: end(options.until.as_deref(), now)?,
    };
    let (all, besides) = if options.apply { (Some(""), "is:suggested") } else { (None, "") };
    decide(&options.chosen, (all, besides), what, options.force, "Quarantine", now, global).await
}

/// Lets tests leave quarantine. A filter means those that may.
pub(super) async fn graduate(options: DecideOptions, global: &Global) -> Result<u8> {
    let what = What::Graduate { reason: Reason::new(&options.reason)? };
    let besides = if options.force { "is:quarantined" } else { "is:graduable" };
    decide(&options.chosen, (None, besides), what, options.force, "Graduate", Utc::now(), global).await
}

/// Dismisses suggestions. A filter means those that are suggested.
pub(super) async fn dismiss(options: DecideOptions, global: &Global) -> Result<u8> {
    let what = What::Dismiss { reason: Reason::new(&options.reason)? };
    let verb = "Dismiss the suggestion to quarantine";
    decide(&options.chosen, (None, "is:suggested"), what, options.force, verb, Utc::now(), global).await
}

async fn decide(
    chosen: &Chosen,
    (all, besides): (Option<&str>, &str),
    what: What,
    force: bool,
    verb: &str,
    now: DateTime<Utc>,
    global: &Global,
) -> Result<u8> {
    what.check(now)?;
    let choice = match choose(chosen, all, besides, global, now).await? {
        Begun::Choice(choice) => *choice,
        Begun::Done(done) => return told(&Outcome::Done(done), global),
    };
    if choice.targets.is_empty() {
        return nothing(global);
    }
    asked(&choice, global, verb).await?;
    let rules = if force { Rules::Overridden } else { Rules::Hold };
    let deed = Decide { targets: choice.targets, what, rules, filter: choice.filter, key: choice.key, now };
    told(&actions::decide(&choice.session.db, &deed).await?, global)
}

/// When it ends: as told, or after the usual time.
fn end(told: Option<&str>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let Some(text) = told else { return Ok(usual_end(now)) };
    ahead(text.trim(), now).ok_or_else(|| {
        usage("--until takes how long, or a time in UTC")
            .hint("such as 2w, 30d, 2026-12-31 or 2026-12-31T17:00:00Z")
    })
}
