//! Does what the screen wishes: the only place here that awaits.

use super::wish::{Deed, Msg, Wish};
use crate::db::Db;
use crate::drift::actions::{accept, ignore, snooze};
use crate::drift::jobs::{Planning, make_plan};
use crate::drift::plan::{Plan, PlanHash, REPOS_MAX};
use crate::drift::store::detail::{detail, history};
use crate::drift::store::fields::FIELDS;
use crate::drift::store::list::{self, Query};
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::ids::DeedKey;
use crate::ui::screen::Tools;
use chrono::Utc;
use std::sync::Arc;

/// The answer to a wish; a failure is an answer too.
pub(super) async fn perform(wish: Wish, tools: Tools) -> Msg {
    let db = &tools.db;
    let now = Utc::now();
    match wish {
        Wish::Rows { ticket, filter, after, limit } => {
            let result = match parsed(&filter) {
                Ok(filter) => list::page(db, &Query { filter, after, limit, now }).await,
                Err(error) => Err(error),
            };
            Msg::Rows { ticket, after, at: now, result }
        }
        Wish::Counts { ticket, filter } => {
            let result = match parsed(&filter) {
                Ok(filter) => list::counts(db, &filter, now).await,
                Err(error) => Err(error),
            };
            Msg::Counts { ticket, result }
        }
        Wish::Fresh(ids) => Msg::Fresh(list::by_ids(db, &ids).await),
        Wish::Detail(id) => Msg::Detail(id, detail(db, id, now).await.map(|found| found.map(Arc::new))),
        Wish::History(id, path) => {
            let result = history(db, id, &path).await;
            Msg::History(id, path, result)
        }
        Wish::Plan(repos, key) => Msg::Planned(plan(db, repos, key).await),
        Wish::PlanFilter(filter, key) => Msg::Planned(match names(db, &filter, "is:drifted").await {
            Ok(repos) => plan(db, repos, key).await,
            Err(error) => Err(error),
        }),
        Wish::Agreed(deed) => Msg::Agreed(deed),
        Wish::ObserveFilter(filter) => Msg::ToObserve(names(db, &filter, "").await),
        Wish::Decide(decision) => {
            let result = decide(db, &decision.deed).await;
            Msg::Decided(decision, result)
        }
    }
}

async fn plan(db: &Db, repos: Vec<String>, key: DeedKey) -> Result<(Arc<Plan>, PlanHash)> {
    let (plan, hash) = make_plan(db, &Planning { repos, now: Utc::now(), key }).await?;
    Ok((Arc::new(plan), hash))
}

/// The names of the repositories of a filter and another condition.
async fn names(db: &Db, text: &str, also: &str) -> Result<Vec<String>> {
    let filter = parsed(text)?.and(parsed(also)?);
    list::names(db, &filter, REPOS_MAX, Utc::now()).await
}

async fn decide(db: &Db, deed: &Deed) -> Result<String> {
    Ok(match deed {
        Deed::Accept(deed) => {
            let settled = accept(db, deed).await?;
            match settled.diff.drift().count() {
                0 => "accepted; no drift is left".to_owned(),
                1 => "accepted; 1 field still drifts".to_owned(),
                left => format!("accepted; {left} fields still drift"),
            }
        }
        Deed::Ignore(deed) => {
            let (rule, _) = ignore(db, deed).await?;
            format!("ignored by rule {rule} until {}", deed.until.format("%Y-%m-%d %H:%MZ"))
        }
        Deed::Snooze(deed) => {
            snooze(db, deed).await?;
            match deed.until {
                Some(until) => format!("it may wait until {}", until.format("%Y-%m-%d %H:%MZ")),
                None => "it may wait no longer".to_owned(),
            }
        }
    })
}

fn parsed(filter: &str) -> Result<Filter> {
    filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))
}
