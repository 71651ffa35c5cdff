//! `attestor tests preview`.

use super::chosen::writable;
use super::told::say;
use super::{PreviewOptions, usage};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::flaky::actions::{self, SetThresholds};
use crate::flaky::preview::{Change, Preview};
use crate::flaky::quarantine::Reason;
use crate::flaky::state::Thresholds;
use crate::flaky::store::settings;
use crate::ids::{DeedKey, EntrySeq};
use crate::text::counted;
use chrono::Utc;

/// Shows what thresholds would do, or sets them.
pub(super) async fn preview(options: PreviewOptions, global: &Global) -> Result<u8> {
    let filter = super::filter(&options.filter)?;
    let reason = options.reason.as_deref().map(Reason::new).transpose()?;
    let session = if options.save { writable(global).await? } else { global.open().await? };
    let now = settings::thresholds(&session.db).await?;
    let after = Thresholds {
        score: options.score.unwrap_or(now.score),
        commits: options.commits.unwrap_or(now.commits),
    };
    let preview = actions::preview(&session.db, after, filter, Utc::now()).await?;
    if !options.save {
        return told(&preview, None, global);
    }
    let Some(reason) = reason else { return Err(usage("--save needs a reason")) };
    if global.format() == Format::Table {
        say(&words(&preview))?;
    }
    let question = format!("Set score {} and commits {} for everyone", after.score, after.commits);
    confirm(global, &question, 1).await?;
    let key = options.key.map_or_else(DeedKey::fresh, DeedKey);
    let deed = SetThresholds { thresholds: after, reason, key };
    match actions::set_thresholds(&session.db, &deed).await? {
        Some((preview, seq)) => told(&preview, Some(seq), global),
        None => {
            if global.json {
                say(&serde_json::json!({ "outcome": "nothing", "count": 0 }))?;
            } else {
                say(&"these thresholds stand already; nothing was written")?;
            }
            Ok(0)
        }
    }
}

fn told(preview: &Preview, seq: Option<EntrySeq>, global: &Global) -> Result<u8> {
    match (global.format(), seq) {
        (Format::Json, seq) => {
            let mut line = serde_json::to_value(preview).map_err(std::io::Error::other)?;
            line["seq"] = serde_json::json!(seq);
            say(&line)?;
        }
        (Format::Table, Some(seq)) => say(&format!("set; entry {seq} of the audit chain"))?,
        (format, _) => {
            if format == Format::Table {
                say(&words(preview))?;
            }
            let mut printer = Printer::new(std::io::stdout().lock(), format);
            for change in &preview.changes {
                printer.row(change)?;
            }
            printer.finish()?;
        }
    }
    Ok(0)
}

fn words(preview: &Preview) -> String {
    let (before, after) = (preview.before, preview.after);
    format!(
        "score {} and {} now, {} and {} then: of {}, quarantine is suggested for {} now and {} then \
         ({} more, {} no longer)",
        before.score,
        counted(before.commits, "commit"),
        after.score,
        after.commits,
        counted(preview.tests, "test"),
        preview.suggested_before,
        preview.suggested_after,
        preview.flagged,
        preview.unflagged
    )
}

impl Tabular for Change {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "score",
        "flaked",
        "state_before",
        "state_after",
        "suggested_before",
        "suggested_after",
        "title",
        "environment",
        "repo",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            format!("{:.4}", self.score),
            self.flaked.to_string(),
            self.state_before.word().to_owned(),
            self.state_after.word().to_owned(),
            self.suggested_before.to_string(),
            self.suggested_after.to_string(),
            self.title.clone(),
            self.environment.to_string(),
            self.repo.to_string(),
        ]
    }
}
