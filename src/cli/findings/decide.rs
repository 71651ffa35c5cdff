//! `attestor findings triage` and `attestor findings undo`.

use super::chosen::{Begun, Choice, asked, choose, deed_key, writable};
use super::told::{nothing, told};
use super::{TriageOptions, UndoOptions};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::config::Session;
use crate::error::{Error, Kind, Result};
use crate::ids::FeedbackId;
use crate::text::counted;
use crate::triage::actions::{self, Deed, GiveFeedback, Outcome, TakeBack, TakeBackDeed};
use crate::triage::feedback::{Reason, Target};
use crate::triage::store::deeds::{self, DeedNote};
use crate::triage::store::feedbacks;
use chrono::Utc;

/// Decides findings.
pub(super) async fn triage(options: TriageOptions, global: &Global) -> Result<u8> {
    let reason = Reason::new(&options.reason)?;
    let verdict = options.verdict;
    let Choice { session, key, targets } = match choose(&options.chosen, global, "", Utc::now()).await? {
        Begun::Choice(choice) => *choice,
        Begun::Done(done) => return told(&Outcome::Done(done), global),
    };
    if targets.is_empty() {
        return nothing(global);
    }
    let question = format!("Decide {} as {}", counted(targets.len(), "finding"), verdict.word());
    asked(&options.chosen, global, &question, targets.len()).await?;
    let filter = options.chosen.filter.clone();
    let deed = GiveFeedback { targets, verdict, reason, filter, key };
    told(&actions::give_feedback(&session.db, &deed).await?, global)
}

/// Takes verdicts back; by entry, claims and their like too.
pub(super) async fn undo(options: UndoOptions, global: &Global) -> Result<u8> {
    let reason = options.reason.as_deref().map(Reason::new).transpose()?;
    let key = deed_key(&options.chosen);
    if options.last || options.entry.is_some() {
        let session = writable(global).await?;
        // What was the last deed, or still stood of it, no longer is once this is done.
        if options.chosen.key.is_some()
            && let Some(done) = actions::done(&session.db, key).await?
        {
            return told(&Outcome::Done(done), global);
        }
        let note = match options.entry {
            Some(seq) => Some(deeds::note(&session.db, seq).await?.ok_or_else(|| {
                Error::new(Kind::NotFound, format!("there is no entry {seq} that decided on findings"))
                    .hint("`attestor findings show ID` names the entries of a finding")
            })?),
            None => deeds::my_last(&session.db).await?,
        };
        let Some(note) = note else { return undo_unkeyed(options, reason, &session, global).await };
        let count = usize::try_from(note.count).unwrap_or(usize::MAX);
        confirm(global, &format!("Take back {}", in_words(&note)), count).await?;
        let deed = TakeBackDeed { deed: Deed::Key(note.key), reason, key, now: Utc::now() };
        return told(&actions::take_back_deed(&session.db, &deed).await?, global);
    }
    // A filter means those with something to take back.
    let Choice { session, key, targets } =
        match choose(&options.chosen, global, "is:decided", Utc::now()).await? {
            Begun::Choice(choice) => *choice,
            Begun::Done(done) => return told(&Outcome::Done(done), global),
        };
    if targets.is_empty() {
        return nothing(global);
    }
    let targets: Vec<_> = targets.into_iter().map(|target| (target, None)).collect();
    asked(&options.chosen, global, &format!("Take back the verdict on {}", named(&targets)), targets.len())
        .await?;
    let deed = TakeBack { targets, reason, filter: options.chosen.filter.clone(), key };
    told(&actions::take_back(&session.db, &deed).await?, global)
}

/// Takes back the last verdict of the login where it was written without a key, as programs may.
async fn undo_unkeyed(
    options: UndoOptions,
    reason: Option<Reason>,
    session: &Session,
    global: &Global,
) -> Result<u8> {
    let mine = feedbacks::my_last_deed(&session.db).await?;
    let targets: Vec<_> = mine.into_iter().map(|(target, feedback)| (target, Some(feedback))).collect();
    if targets.is_empty() {
        return nothing(global);
    }
    confirm(global, &format!("Take back the verdict on {}", named(&targets)), targets.len()).await?;
    let deed = TakeBack { targets, reason, filter: None, key: deed_key(&options.chosen) };
    told(&actions::take_back(&session.db, &deed).await?, global)
}

/// A deed as it is named before it is taken back.
fn in_words(note: &DeedNote) -> String {
    let what = note.verdict.as_ref().map_or_else(|| note.event_type.one_line(), |verdict| verdict.one_line());
    let on = match note.finding_id {
        Some(finding) => format!("finding #{finding}"),
        None => counted(note.count, "finding"),
    };
    let why = note.reason.as_ref().map(|reason| format!(" \"{}\"", reason.one_line())).unwrap_or_default();
    format!("entry {} by {}: {what} on {on}{why}", note.seq, note.actor.one_line())
}

fn named(targets: &[(Target, Option<FeedbackId>)]) -> String {
    match targets {
        [(target, _)] => format!("finding #{}", target.finding),
        _ => counted(targets.len(), "finding"),
    }
}
