//! Acknowledging a check that fails or warns: who has seen it, and why it may stand. Once, for good; the
//! check goes on failing.

use super::check::Status;
use super::report::VerificationReport;
use super::store::acknowledgements as store;
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, RunId};
use crate::text::{SafeText, visible};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, json};

/// That somebody has seen a check that fails or warns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Acknowledgement {
    /// The check.
    pub check_key: SafeText,
    /// Who.
    pub actor: SafeText,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it may stand.
    pub reason: SafeText,
    /// Until when that holds; none: as long as the report stands.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether that is past.
    pub expired: bool,
}

/// Why a check may stand: a few visible words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why(String);

impl Why {
    /// The longest, in characters.
    pub const CHARS_MAX: usize = 160;

    /// The reason in `raw`, without the space around it.
    ///
    /// # Errors
    /// [`Kind::Usage`] where it shows nothing, or is too long.
    pub fn new(raw: &str) -> Result<Self> {
        let text = raw.trim();
        let chars = text.chars().count();
        let refused = match () {
            () if SafeText::new(text).trim().is_empty() => {
                "the reason is empty; say in a few words why".to_owned()
            }
            () if text.contains('\0') => {
                "the reason holds the character U+0000, which cannot be kept".to_owned()
            }
            () if chars > Self::CHARS_MAX => {
                format!("the reason has {chars} characters; at most {} are kept", Self::CHARS_MAX)
            }
            () => return Ok(Why(text.to_owned())),
        };
        Err(Error::new(Kind::Usage, refused))
    }

    /// The text as it was typed; [`SafeText`] before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is to be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledge {
    /// The run whose report it is about.
    pub run: RunId,
    /// The check, by its key.
    pub check: String,
    /// Why it may stand.
    pub why: Why,
    /// Until when; none: as long as the report stands.
    pub until: Option<DateTime<Utc>>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// Acknowledges a check. Its status stays what it is.
///
/// # Errors
/// [`Kind::NotFound`] where there is no such run or check; [`Kind::Usage`] where the check neither fails
/// nor warns, or the end is past; [`Kind::Conflict`] where somebody has acknowledged it; [`Kind::Denied`]
/// where the login may not.
pub async fn acknowledge(db: &Db, deed: &Acknowledge) -> Result<Acknowledgement> {
    settled(db, deed.key, |change| once(change, deed)).await?;
    let standing = store::of_run(db, deed.run).await?;
    let found = standing.into_iter().find(|seen| *seen.check_key == *deed.check);
    found.ok_or_else(|| Error::new(Kind::Failed, "what was acknowledged cannot be read"))
}

async fn once(mut change: Change, deed: &Acknowledge) -> Result<()> {
    if store::is_done(&mut change).await? {
        return Ok(());
    }
    let run = deed.run;
    let missing = |what: String| Error::new(Kind::NotFound, what).hint(format!("attestor runs show {run}"));
    let Some(reported) = store::reported(&mut change, run).await? else {
        return Err(Error::new(Kind::NotFound, format!("there is no run {run}")).hint("attestor runs list"));
    };
    let Some(document) = reported.report else { return Err(missing(format!("run {run} has no report"))) };
    let report = VerificationReport::read(&document)
        .map_err(|broken| Error::new(Kind::Failed, format!("run {run}: {broken}")))?;
    let Some(check) = report.check(&deed.check) else {
        return Err(missing(format!("the report of run {run} has no check {}", visible(&deed.check))));
    };
    if !matches!(check.status, Status::Fail | Status::Warn) {
        let what =
            format!("{} is {}; only what fails or warns is acknowledged", check.key, check.status.word());
        return Err(Error::new(Kind::Usage, what));
    }
    if deed.until.is_some_and(|until| until <= reported.now) {
        return Err(Error::new(Kind::Usage, "that end is past").hint("name a time to come, as in 7d"));
    }
    if !store::insert(&mut change, run, &deed.check, &deed.why, deed.until).await? {
        let by = store::standing(&mut change, run, &deed.check).await?;
        let by = by.map_or_else(String::new, |seen| {
            format!(" by {} on {}", seen.actor.one_line(), seen.at.format("%Y-%m-%d"))
        });
        let what = format!("{} was acknowledged{by} already; that stays as it was said", check.key);
        return Err(Error::new(Kind::Conflict, what).hint(format!("attestor runs show {run}")));
    }
    let category = reported.category.as_deref().and_then(Category::of_word).unwrap_or(Category::Verification);
    let mut fields = Map::new();
    fields.insert("run_id".into(), json!(run));
    fields.insert("check".into(), json!(check.key));
    fields.insert("status".into(), json!(check.status));
    fields.insert("reason".into(), json!(deed.why.as_str()));
    fields.insert("expires_at".into(), json!(deed.until));
    change.commit(NewEntry::new(category, "check_acknowledged", fields)).await?;
    Ok(())
}
