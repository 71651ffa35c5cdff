//! `attestor findings claim`, `release`, `snooze` and `accept`.

use super::chosen::{Begun, Choice, asked, choose};
use super::told::{nothing, told};
use super::{Chosen, ClaimOptions, PutOffOptions, ReleaseOptions, usage};
use crate::cli::Global;
use crate::error::Result;
use crate::filter::ahead;
use crate::text::counted;
use crate::triage::actions::{self, AttendTo, Outcome};
use crate::triage::attention::{Attend, AttentionKind, Whose};
use crate::triage::feedback::Reason;
use chrono::{DateTime, Utc};

/// Claims findings.
pub(super) async fn claim(options: ClaimOptions, global: &Global) -> Result<u8> {
    let now = Utc::now();
    let until = end(options.until.as_deref(), AttentionKind::Claim, now)?;
    let what = Attend::Claim { until };
    attend(&options.chosen, what, "", "Claim", now, global).await
}

/// Lets findings wait, or accepts their risk.
pub(super) async fn put_off(kind: AttentionKind, options: PutOffOptions, global: &Global) -> Result<u8> {
    let now = Utc::now();
    let reason = Reason::new(&options.reason)?;
    let until = end(options.until.as_deref(), kind, now)?;
    let (what, verb) = match kind {
        AttentionKind::Acceptance => (Attend::Accept { until, reason }, "Accept the risk of"),
        _ => (Attend::Snooze { until, reason }, "Snooze"),
    };
    attend(&options.chosen, what, "", verb, now, global).await
}

/// Ends a claim, a snooze or an accepted risk.
pub(super) async fn release(options: ReleaseOptions, global: &Global) -> Result<u8> {
    let reason = options.reason.as_deref().map(Reason::new).transpose()?;
    let kind = options.what;
    // A queue is everybody's: what may wait in it is ended by whoever knows better. A claim is one's own.
    let whose = if options.anyone || kind != AttentionKind::Claim { Whose::Anyones } else { Whose::Mine };
    // A filter means those with something to end.
    let besides = match (kind, whose) {
        (AttentionKind::Claim, Whose::Mine) => "is:mine",
        (AttentionKind::Claim, Whose::Anyones) => "is:claimed",
        (AttentionKind::Snooze, _) => "is:snoozed",
        (AttentionKind::Acceptance, _) => "is:accepted",
    };
    let verb = match kind {
        AttentionKind::Claim => "Release",
        AttentionKind::Snooze => "End the snooze of",
        AttentionKind::Acceptance => "End the accepted risk of",
    };
    attend(&options.chosen, Attend::End { kind, whose, reason }, besides, verb, Utc::now(), global).await
}

async fn attend(
    chosen: &Chosen,
    what: Attend,
    besides: &str,
    verb: &str,
    now: DateTime<Utc>,
    global: &Global,
) -> Result<u8> {
    what.check(now)?;
    let Choice { session, key, targets } = match choose(chosen, global, besides, now).await? {
        Begun::Choice(choice) => *choice,
        Begun::Done(done) => return told(&Outcome::Done(done), global),
    };
    if targets.is_empty() {
        return nothing(global);
    }
    asked(chosen, global, &format!("{verb} {}", counted(targets.len(), "finding")), targets.len()).await?;
    let deed = AttendTo { targets, what, filter: chosen.filter.clone(), key, now };
    told(&actions::attend(&session.db, &deed).await?, global)
}

/// When it ends: as told, or after the usual time.
fn end(told: Option<&str>, kind: AttentionKind, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let Some(text) = told else {
        return kind.usual().map(|usual| now + usual).ok_or_else(|| {
            usage("an accepted risk needs an end").hint("say until when, such as --until 90d or 2026-12-31")
        });
    };
    ahead(text.trim(), now).ok_or_else(|| {
        usage("--until takes how long, or a time in UTC")
            .hint("such as 4h, 2w, 3mo, 2026-12-31 or 2026-12-31T17:00:00Z")
    })
}
