//! What a repository should be, decided by a person for it alone.

use super::may;
use crate::chain::change::Change;
use crate::chain::entry::{Category, NewEntry};
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::desired::DecidedKind;
use crate::drift::diff::{Outcome, get};
use crate::drift::document::Json;
use crate::drift::path::Path;
use crate::drift::store::decisions;
use crate::drift::store::known::known;
use crate::drift::store::settle::{self, Settled, Stored};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::operations::acknowledge::Why;
use crate::text::visible;
use chrono::Utc;
use serde_json::{Map, json};

/// Accepts what is observed as what is desired.
#[derive(Debug, Clone, PartialEq)]
pub struct Accept {
    /// The repository.
    pub repo: String,
    /// The fields; all that drift, where none is named.
    pub paths: Vec<Path>,
    /// Why.
    pub why: Why,
    /// What the person saw observed of the fields, by version of the row; nothing: whatever it is now.
    pub version: Option<i32>,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// Sets what a field should be, over its policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The repository.
    pub repo: String,
    /// The field.
    pub path: Path,
    /// What it should be.
    pub to: To,
    /// Why.
    pub why: Why,
    /// The deed: asked for twice, it is done once.
    pub key: DeedKey,
}

/// What becomes of a desired value.
#[derive(Debug, Clone, PartialEq)]
pub enum To {
    /// It is this.
    Value(Json),
    /// The field should not be there.
    Nothing,
    /// What the policies say.
    Policy,
}

/// Accepts observed values as desired ones; gives how the repository stands then.
///
/// # Errors
/// [`Kind::NotFound`] where the repository or a field is not there, or has not been observed;
/// [`Kind::Conflict`] where the row is not the one that was seen; [`Kind::Denied`] where the login may not.
pub async fn accept(db: &Db, deed: &Accept) -> Result<Settled> {
    settled(db, deed.key, |change| accept_once(change, deed)).await
}

async fn accept_once(mut change: Change, deed: &Accept) -> Result<Settled> {
    may(&mut change, "decide what repositories should be").await?;
    let mut stored = one(&mut change, &deed.repo).await?;
    let known = known(&mut change).await?;
    let now = Utc::now();
    if decisions::is_done(&mut change).await? {
        return settle::settle(&mut change, stored, None, &known, now).await;
    }
    if deed.version.is_some_and(|version| version != stored.version) {
        return Err(super::changed_meanwhile(&deed.repo));
    }
    let Some(observed) = stored.observed.clone() else {
        return Err(Error::new(Kind::NotFound, format!("nobody has observed {} yet", visible(&deed.repo)))
            .hint("attestor import observed, or attestor drift reconcile"));
    };
    let policies = crate::drift::policy::of_repo(&known.policies, &stored.repo);
    let desired = crate::drift::desired::Desired::of(stored.base.as_ref(), &policies, &stored.decided);
    let ignores = known.ignores_of(&stored.repo);
    let diff = crate::drift::diff::Diff::of(&desired.document, &observed, &stored.unreadable, &ignores, now);
    let mut paths = deed.paths.clone();
    if paths.is_empty() {
        paths = diff.drift().map(|field| field.path.clone()).collect();
    }
    if paths.is_empty() {
        return Err(Error::new(Kind::NotFound, format!("{} has no drift to accept", visible(&deed.repo))));
    }
    let mut accepted = Vec::new();
    for path in &paths {
        let written = path.to_string();
        let field = diff.fields.iter().find(|field| field.path.to_string() == written);
        let Some(field) = field.filter(|field| field.differs()) else {
            let why = match field.map(|field| &field.outcome) {
                Some(Outcome::Unreadable { .. }) => "cannot be read",
                Some(_) => "is as it should be",
                None => "is no field of it",
            };
            let what = format!("{}: {written} {why}", visible(&deed.repo));
            return Err(Error::new(Kind::NotFound, what).hint("attestor drift show tells what differs"));
        };
        let value = get(&observed, &field.path).cloned();
        decisions::put(&mut change, &stored, &field.path, value.as_ref(), DecidedKind::Accepted, &deed.why)
            .await?;
        accepted.push(json!({"path": written, "from": field.desired, "to": value}));
    }
    stored = one(&mut change, &deed.repo).await?;
    let settled = settle::settle(&mut change, stored, None, &known, now).await?;
    let mut payload = Map::new();
    payload.insert("reason".into(), json!(deed.why.as_str()));
    payload.insert("fields".into(), json!(accepted));
    payload.insert("drift_left".into(), json!(settled.diff.drift().count()));
    let entry = NewEntry::new(Category::Drift, "drift_accepted", payload).about(Some(&deed.repo), None);
    change.commit(entry).await?;
    Ok(settled)
}

/// Sets a desired value by hand, or gives it back to the policies; gives how the repository stands then.
///
/// # Errors
/// [`Kind::NotFound`] where nothing is there to give back; [`Kind::Denied`] where the login may not.
pub async fn set(db: &Db, deed: &Set) -> Result<Settled> {
    settled(db, deed.key, |change| set_once(change, deed)).await
}

async fn set_once(mut change: Change, deed: &Set) -> Result<Settled> {
    may(&mut change, "decide what repositories should be").await?;
    let stored = settle::lock(&mut change, std::slice::from_ref(&deed.repo)).await?.into_iter().next();
    let stored = stored.ok_or_else(|| Error::new(Kind::Failed, "the repository cannot be locked"))?;
    let known = known(&mut change).await?;
    let now = Utc::now();
    if decisions::is_done(&mut change).await? {
        return settle::settle(&mut change, stored, None, &known, now).await;
    }
    if deed.path.location().next().is_none() {
        return Err(Error::new(Kind::Usage, "the whole document cannot be set").hint("name a field of it"));
    }
    let (event, to) = match &deed.to {
        To::Value(value) => {
            decisions::put(&mut change, &stored, &deed.path, Some(value), DecidedKind::Set, &deed.why)
                .await?;
            ("drift_desired_set", Some(value.clone()))
        }
        To::Nothing => {
            decisions::put(&mut change, &stored, &deed.path, None, DecidedKind::Set, &deed.why).await?;
            ("drift_desired_set", None)
        }
        To::Policy => {
            if !decisions::remove(&mut change, stored.repo_id, &deed.path).await? {
                let what = format!("{}: nobody has set {}", visible(&deed.repo), deed.path);
                return Err(
                    Error::new(Kind::NotFound, what).hint("attestor drift show tells where values come from")
                );
            }
            ("drift_desired_released", None)
        }
    };
    let stored = one(&mut change, &deed.repo).await?;
    let settled = settle::settle(&mut change, stored, None, &known, now).await?;
    let mut payload = Map::new();
    payload.insert("reason".into(), json!(deed.why.as_str()));
    payload.insert("path".into(), json!(deed.path));
    payload.insert("to".into(), json!(to));
    let entry = NewEntry::new(Category::Drift, event, payload).about(Some(&deed.repo), None);
    change.commit(entry).await?;
    Ok(settled)
}

/// Locks a repository that is known.
async fn one(change: &mut Change, repo: &str) -> Result<Stored> {
    if !decisions::is_known(change, repo).await? {
        let what = format!("there is no repository {}", visible(repo));
        return Err(Error::new(Kind::NotFound, what).hint("attestor drift list"));
    }
    let stored = settle::lock(change, std::slice::from_ref(&repo.to_owned())).await?;
    stored.into_iter().next().ok_or_else(|| Error::new(Kind::Failed, "the repository cannot be locked"))
}
