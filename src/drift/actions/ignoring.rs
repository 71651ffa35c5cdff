//! Differences that are not counted until a time, and repositories that may wait.

use super::may;
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::glob::Glob;
use crate::drift::store::decisions;
use crate::drift::store::known::known;
use crate::drift::store::settle;
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::operations::acknowledge::Why;
use crate::text::visible;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, json};

/// The longest time for which something is not counted or may wait.
pub const UNTIL_DAYS_MAX: i64 = 366;

/// Differences that are not to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoreDeed {
    /// The repositories.
    pub repos: Glob,
    /// The fields.
    pub paths: Glob,
    /// Why.
    pub why: Why,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// The end of a rule before its time.
#[derive(Debug, Clone, PartialEq)]
pub struct EndIgnore {
    /// The rule.
    pub id: i64,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// A repository that may wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Snooze {
    /// The repository.
    pub repo: String,
    /// Why.
    pub why: Why,
    /// Until when; nothing: it may wait no longer.
    pub until: Option<DateTime<Utc>>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// Stops counting differences until a time; gives the rule and how many repositories it is for.
///
/// # Errors
/// [`Kind::Usage`] where the end is past, or more than a year away; [`Kind::Denied`] where the login may not.
pub async fn ignore(db: &Db, deed: &IgnoreDeed) -> Result<(i64, usize)> {
    settled(db, deed.key, |change| ignore_once(change, deed)).await
}

async fn ignore_once(mut change: Change, deed: &IgnoreDeed) -> Result<(i64, usize)> {
    may(&mut change, "ignore drift").await?;
    let now = Utc::now();
    check_end(deed.until, now)?;
    if let Some(id) = decisions::ignored_by(&mut change).await? {
        return Ok((id, 0));
    }
    let stored = settle::lock_all(&mut change).await?;
    let id = decisions::ignore(&mut change, deed).await?;
    let count = settle_matching(&mut change, stored, &deed.repos, now).await?;
    let mut payload = Map::new();
    payload.insert("rule".into(), json!(id));
    payload.insert("repos".into(), json!(deed.repos.as_str()));
    payload.insert("paths".into(), json!(deed.paths.as_str()));
    payload.insert("reason".into(), json!(deed.why.as_str()));
    payload.insert("until".into(), json!(deed.until));
    payload.insert("repositories".into(), json!(count));
    let repo = deed.repos.is_exact().then(|| deed.repos.as_str());
    change.commit(NewEntry::new(Category::Drift, "drift_ignored", payload).about(repo, None)).await?;
    Ok((id, count))
}

/// Counts again what a rule left out; gives how many repositories it was for.
///
/// # Errors
/// [`Kind::NotFound`] where there is no such rule, or it has ended; [`Kind::Denied`] where the login may not.
pub async fn end_ignore(db: &Db, deed: &EndIgnore) -> Result<usize> {
    settled(db, deed.key, |change| end_once(change, deed)).await
}

async fn end_once(mut change: Change, deed: &EndIgnore) -> Result<usize> {
    may(&mut change, "end a rule about drift").await?;
    if decisions::is_done(&mut change).await? {
        return Ok(0);
    }
    let stored = settle::lock_all(&mut change).await?;
    let Some(repos) = decisions::end_ignore(&mut change, deed.id).await? else {
        let what = format!("there is no rule {} that still holds", deed.id);
        return Err(Error::new(Kind::NotFound, what).hint("attestor drift ignore --list"));
    };
    let repos = Glob::of_repos(&repos).map_err(|what| Error::new(Kind::Failed, what))?;
    let count = settle_matching(&mut change, stored, &repos, Utc::now()).await?;
    let mut payload = Map::new();
    payload.insert("rule".into(), json!(deed.id));
    payload.insert("repositories".into(), json!(count));
    change.commit(NewEntry::new(Category::Drift, "drift_ignore_ended", payload)).await?;
    Ok(count)
}

async fn settle_matching(
    change: &mut Change,
    stored: Vec<settle::Stored>,
    repos: &Glob,
    now: DateTime<Utc>,
) -> Result<usize> {
    let known = known(change).await?;
    let mut count = 0;
    for one in stored.into_iter().filter(|one| repos.matches_repo(&one.repo)) {
        settle::settle(change, one, None, &known, now).await?;
        count += 1;
    }
    Ok(count)
}

/// Lets a repository wait until a time, or no longer.
///
/// # Errors
/// [`Kind::NotFound`] where it is not known; [`Kind::Usage`] where the end is past, or more than a year away;
/// [`Kind::Denied`] where the login may not.
pub async fn snooze(db: &Db, deed: &Snooze) -> Result<()> {
    settled(db, deed.key, |change| snooze_once(change, deed)).await
}

async fn snooze_once(mut change: Change, deed: &Snooze) -> Result<()> {
    may(&mut change, "snooze repositories").await?;
    if let Some(until) = deed.until {
        check_end(until, Utc::now())?;
    }
    if decisions::is_done(&mut change).await? {
        return Ok(());
    }
    if !decisions::snooze(&mut change, &deed.repo, deed.until, &deed.why).await? {
        let what = format!("there is no repository {}", visible(&deed.repo));
        return Err(Error::new(Kind::NotFound, what).hint("attestor drift list"));
    }
    let mut payload = Map::new();
    payload.insert("reason".into(), json!(deed.why.as_str()));
    payload.insert("until".into(), json!(deed.until));
    let event = if deed.until.is_some() { "drift_snoozed" } else { "drift_snooze_ended" };
    change.commit(NewEntry::new(Category::Drift, event, payload).about(Some(&deed.repo), None)).await?;
    Ok(())
}

fn check_end(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if until <= now {
        return Err(Error::new(Kind::Usage, "that end is past").hint("name a time to come, as in 7d"));
    }
    if until > now + TimeDelta::days(UNTIL_DAYS_MAX) {
        return Err(Error::new(Kind::Usage, "that end is more than a year away").hint("at most 366d"));
    }
    Ok(())
}
