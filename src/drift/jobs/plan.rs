//! Making a plan out of how repositories stand, and keeping it for review.

use super::record::entry;
use crate::chain::change::Change;
use crate::chain::settled::settled;
use crate::db::Db;
use crate::drift::plan::{Plan, PlanHash, REPOS_MAX, RepoPlan};
use crate::drift::reconcile::TriggeredBy;
use crate::drift::store::subjects::{contested, is_contested, subjects};
use crate::drift::store::{decisions, plans};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use chrono::{DateTime, Utc};
use serde_json::{Map, json};

/// What a plan is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Planning {
    /// The repositories, by name.
    pub repos: Vec<String>,
    /// The time at which it is made.
    pub now: DateTime<Utc>,
    /// The key of the deed: it is the plan's id.
    pub key: DeedKey,
}

/// Makes a plan of all that drifts in these repositories by what was observed last, and keeps it. Where there
/// is nothing to put right, it is not kept: there is nothing to review.
///
/// # Errors
/// `Usage` where there are more repositories than a plan may have; `Denied` where the login may not.
pub async fn make_plan(db: &Db, planning: &Planning) -> Result<(Plan, PlanHash)> {
    if planning.repos.len() > REPOS_MAX {
        let what =
            format!("a plan has at most {REPOS_MAX} repositories, and these are {}", planning.repos.len());
        return Err(Error::new(Kind::Usage, what).hint("name fewer with --filter"));
    }
    let contested = contested(db, &planning.repos, planning.now).await?;
    let plan_of = |subject: crate::drift::store::subjects::Subject| {
        let diff = subject.diff?;
        Some(RepoPlan::of(&subject.repo, &diff, |path| is_contested(&contested, &subject.repo, path)))
    };
    let subjects = subjects(db, &planning.repos, planning.now).await?;
    let plan = Plan::new(planning.key.0, planning.now, subjects.into_iter().filter_map(plan_of).collect());
    let hash = plan.hash();
    if plan.fields() > 0 {
        settled(db, planning.key, |change| keep(change, &plan, &hash)).await?;
    }
    Ok((plan, hash))
}

async fn keep(mut change: Change, plan: &Plan, hash: &PlanHash) -> Result<()> {
    if decisions::is_done(&mut change).await? {
        return Ok(());
    }
    plans::keep(&mut change, plan).await?;
    let mut fields = Map::new();
    fields.insert("plan".into(), json!(hash));
    fields.insert("repositories".into(), plan.correctable().into());
    fields.insert("fields".into(), plan.fields().into());
    change.commit(entry(TriggeredBy::Manual, "drift.planned", fields)).await?;
    Ok(())
}
