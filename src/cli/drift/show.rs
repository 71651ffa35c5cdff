//! `attestor drift show`.

use crate::cli::Global;
use crate::cli::output::Format;
use crate::config::Session;
use crate::drift::diff::Outcome;
use crate::drift::schema::Tier;
use crate::drift::store::detail::{Detail, FieldDetail, Spell, detail, history, id_of};
use crate::drift::store::list::brief;
use crate::error::{Error, Kind, Result};
use crate::ids::RepoId;
use crate::text::{counted, visible};
use chrono::Utc;
use serde::Serialize;
use std::fmt::{self, Write as _};
use std::io::Write as _;

/// Which repository.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The repository, owner/name.
    #[arg(value_name = "REPO")]
    repo: String,
    /// Tell the history of one field, such as settings.has_wiki, instead.
    #[arg(long, value_name = "FIELD")]
    history: Option<String>,
    /// Show fields that match too.
    #[arg(long)]
    all: bool,
}

/// Shows a repository, as text or as one JSON object.
pub(super) async fn show(options: &Options, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    let missing = || {
        let what = format!("there is no repository {}", visible(&options.repo));
        Error::new(Kind::NotFound, what).hint("attestor drift list")
    };
    let id = id_of(&session.db, &options.repo).await?.ok_or_else(missing)?;
    let mut out = String::new();
    // Writing into a text cannot fail.
    if let Some(field) = &options.history {
        let spells = history(&session.db, id, field).await?;
        match global.format() {
            Format::Json => out = lines(&spells)?,
            _ => drop(write_history(&mut out, &spells)),
        }
    } else {
        let detail = detail(&session.db, id, Utc::now()).await?.ok_or_else(missing)?;
        match global.format() {
            Format::Json => out = lines(std::slice::from_ref(&detail))?,
            _ => drop(write_detail(&mut out, &detail, options.all)),
        }
    }
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(0)
}

/// Shows the repository that a link leads to.
pub(in crate::cli) async fn show_in(session: &Session, id: RepoId, global: &Global) -> Result<u8> {
    let found = detail(&session.db, id.0, Utc::now()).await?;
    let missing =
        || Error::new(Kind::NotFound, format!("there is no repository {id}")).hint("attestor drift list");
    let detail = found.ok_or_else(missing)?;
    let mut out = String::new();
    match global.format() {
        Format::Json => out = lines(std::slice::from_ref(&detail))?,
        // Writing into a text cannot fail.
        _ => drop(write_detail(&mut out, &detail, false)),
    }
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(0)
}

fn lines<T: Serialize>(rows: &[T]) -> Result<String> {
    let mut out = String::new();
    for row in rows {
        out.push_str(&serde_json::to_string(row).map_err(std::io::Error::other)?);
        out.push('\n');
    }
    Ok(out)
}

fn write_detail(out: &mut String, detail: &Detail, all: bool) -> fmt::Result {
    let row = &detail.row;
    writeln!(out, "{}  {}", row.repo.one_line(), row.standing())?;
    let policies: Vec<_> = row.policies.iter().map(|name| name.one_line()).collect();
    writeln!(
        out,
        "mode {}, policies: {}",
        row.mode.one_line(),
        if policies.is_empty() { "none".to_owned() } else { policies.join(", ") }
    )?;
    if let Some(at) = row.last_reconciled_at {
        writeln!(out, "checked {}", super::moment(at))?;
    }
    if let Some(since) = row.drifted_since {
        writeln!(out, "out of sync since {}", super::moment(since))?;
    }
    if let (Some(until), Some((by, reason))) = (row.snoozed_until, &detail.snooze) {
        writeln!(out, "may wait until {}: {} ({})", super::moment(until), reason.one_line(), by.one_line())?;
    }
    if let Some(failure) = &row.failure {
        writeln!(out, "the last check failed: {}", failure.one_line())?;
    }
    let shown = detail.fields.iter().filter(|field| all || field.field.outcome != Outcome::Match);
    for field in shown {
        write_field(out, field)?;
    }
    let matching = detail.fields.iter().filter(|field| field.field.outcome == Outcome::Match).count();
    if !all && matching > 0 {
        writeln!(out, "\n{matching} more fields match; --all shows them")?;
    }
    Ok(())
}

fn write_field(out: &mut String, detail: &FieldDetail) -> fmt::Result {
    let field = &detail.field;
    let standing = match (&field.outcome, field.tier) {
        (Outcome::Match, _) => "match",
        (Outcome::Drift, Tier::Critical) => "CRITICAL",
        (Outcome::Drift, Tier::Normal) => "drift",
        (Outcome::Drift, Tier::Low) => "low",
        (Outcome::Ignored { .. }, _) => "ignored",
        (Outcome::Unreadable { .. }, _) => "unreadable",
    };
    writeln!(out, "\n{standing:<11}{}", visible(&field.path.to_string()))?;
    let sources: Vec<String> = detail.sources.iter().map(ToString::to_string).collect();
    let from = if sources.is_empty() { String::new() } else { format!("  ({})", sources.join(", ")) };
    writeln!(out, "  desired  {}{from}", brief(field.desired.as_ref()).one_line())?;
    match &field.outcome {
        Outcome::Unreadable { reason } => {
            writeln!(out, "  observed could not be read: {}", reason.one_line())?
        }
        _ => writeln!(out, "  observed {}", brief(field.observed.as_ref()).one_line())?,
    }
    if let Outcome::Ignored { rule, reason, until } = &field.outcome {
        writeln!(out, "  ignored by rule {rule} until {}: {}", super::moment(*until), reason.one_line())?;
    }
    if let Some(since) = detail.since {
        let by = detail.actor.as_ref().map_or("unknown".into(), |actor| actor.one_line());
        writeln!(out, "  since    {} by {by}", super::moment(since))?;
    }
    if let Some(tug) = &detail.tug {
        let side = |at: usize| {
            let actor = tug.actors[at].as_ref().map_or("unknown".into(), |actor| actor.one_line());
            format!("{} by {actor}", brief(tug.between[at].as_ref()).one_line())
        };
        writeln!(
            out,
            "  tug-of-war: {} since {}: {} against {}",
            counted(tug.turns, "change"),
            super::moment(tug.since),
            side(0),
            side(1)
        )?;
    }
    Ok(())
}

fn write_history(out: &mut String, spells: &[Spell]) -> fmt::Result {
    for spell in spells {
        let until = spell.until.map_or("now".to_owned(), super::moment);
        let by = spell.actor.as_ref().map(|actor| format!(" by {}", actor.one_line())).unwrap_or_default();
        writeln!(
            out,
            "{} to {until:<20}  {:<8} desired {}, observed {}{by}",
            super::moment(spell.since),
            spell.outcome.one_line(),
            brief(spell.desired.as_ref()).one_line(),
            brief(spell.observed.as_ref()).one_line(),
        )?;
    }
    Ok(())
}
