//! Does what the screen wishes: the only place here that awaits.

use super::wish::{After, Msg, Suggested, Wish};
use crate::db::Db;
use crate::db::page::Page;
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::flaky::actions::{decide, preview};
use crate::flaky::store::detail::show;
use crate::flaky::store::fields::FIELDS;
use crate::flaky::store::tests::{self, Order, Query, Sort, SortKey};
use crate::flaky::test::Test;
use crate::ui::screen::Tools;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// The answer to a wish; a failure is an answer too.
pub(super) async fn perform(wish: Wish, tools: Tools) -> Msg {
    let db = &tools.db;
    let now = Utc::now();
    match wish {
        Wish::Rows { ticket, filter, sort, after, limit } => {
            let result = match parsed(&filter) {
                Ok(filter) => rows(db, filter, sort, after, limit, now).await,
                Err(error) => Err(error),
            };
            Msg::Rows { ticket, after, at: now, result }
        }
        Wish::Standing => Msg::Standing(tests::standing(db, now).await),
        Wish::News => Msg::News(tests::standing(db, now).await),
        Wish::Detail(id) => Msg::Detail(id, show(db, id).await.map(Arc::new)),
        Wish::Preview(thresholds, filter) => {
            let result = match parsed(&filter) {
                Ok(filter) => preview(db, thresholds, filter, now).await.map(Arc::new),
                Err(error) => Err(error),
            };
            Msg::Preview(thresholds, result)
        }
        Wish::Decide(deed) => {
            let result = decide(db, &deed).await;
            Msg::Decided(deed, result)
        }
    }
}

/// A page. By score, it holds the suggested ones first, and goes on with the others where they end.
async fn rows(
    db: &Db,
    filter: Filter,
    sort: Sort,
    after: Option<After>,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Page<Test>> {
    let page = |filter: Filter, after, limit| async move {
        tests::list(db, &Query { filter, sort, after, limit, now }).await
    };
    let suggested = parsed("is:suggested")?;
    let rest = suggested.clone().negated().unwrap_or_default();
    if sort != (Sort { by: SortKey::Score, order: Order::Natural }) {
        return page(filter, after.map(|after| after.cursor), limit).await;
    }
    let mut rows = Vec::new();
    let mut cursor = after.map(|after| after.cursor);
    if after.is_none_or(|after| after.suggested == Suggested::Yes) {
        let first = page(filter.clone().and(suggested), cursor, limit).await?;
        if first.more {
            return Ok(first);
        }
        rows = first.rows;
        cursor = None;
    }
    // At least one of the others is asked for, so that it is known whether any follow.
    let left = limit.saturating_sub(rows.len()).max(1);
    let others = page(filter.and(rest), cursor, left).await?;
    rows.extend(others.rows);
    Ok(Page { rows, more: others.more })
}

fn parsed(filter: &str) -> Result<Filter> {
    filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))
}
