//! Looking at one repository on GitHub.

use crate::db::Db;
use crate::drift::document::{Document, Json};
use crate::drift::github::{Client, Kept, RepoName, Seen, Told, Trouble, observe, told};
use crate::drift::observation::Observation;
use crate::drift::store::answers;
use chrono::Utc;

/// A look at a repository.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// What was seen, in the words of policies.
    pub(super) observation: Observation,
    /// What was seen, in GitHub's.
    pub(super) seen: Seen,
    /// What was kept of the look before.
    pub(super) before: Kept,
}

/// Why there is no look.
#[derive(Debug, Clone)]
pub(super) enum NoLook {
    /// GitHub did not show it.
    Trouble(Trouble),
    /// GitHub could have no such repository.
    NoName(String),
}

impl NoLook {
    pub(super) fn code(&self) -> &'static str {
        match self {
            NoLook::Trouble(trouble) => trouble.code(),
            NoLook::NoName(_) => "missing_configuration",
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self, NoLook::Trouble(Trouble::Cancelled))
    }
}

impl std::fmt::Display for NoLook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoLook::Trouble(trouble) => trouble.fmt(f),
            NoLook::NoName(why) => f.write_str(why),
        }
    }
}

/// Looks at `repo`; what is known of it is asked for with what GitHub calls that state.
pub(super) async fn look(db: &Db, client: &Client, repo: &str, desired: &Document) -> Result<Look, NoLook> {
    // Without what is known, all of it is sent once more: no reason to fail.
    let before = answers::kept(db, repo).await.unwrap_or_default();
    look_with(client, repo, desired, before).await
}

/// The same, where nothing that is known counts: what is about to be changed is looked at itself.
pub(super) async fn look_anew(client: &Client, repo: &str, desired: &Document) -> Result<Look, NoLook> {
    look_with(client, repo, desired, Kept::default()).await
}

async fn look_with(client: &Client, repo: &str, desired: &Document, before: Kept) -> Result<Look, NoLook> {
    let name: RepoName = repo.parse().map_err(NoLook::NoName)?;
    // What is seen is at least as old as the first question.
    let at = Utc::now();
    let branch = desired.get("branch_protection").and_then(|section| section.get("branch"));
    let seen =
        observe(client, &name, branch.and_then(Json::as_text), &before).await.map_err(NoLook::Trouble)?;
    let told: Told = told(&seen, desired);
    let mut observation = Observation::of(repo, told.document(), at);
    observation.unreadable = told.unreadable;
    Ok(Look { observation, seen, before })
}
