//! Does what the screen wishes: the only place here that awaits.

use super::wish::{Msg, Wish};
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::operations::acknowledge::acknowledge;
use crate::operations::store::fields::FIELDS;
use crate::operations::store::list::{self, Query};
use crate::operations::store::one;
use crate::ui::screen::Tools;
use chrono::Utc;
use std::sync::Arc;
use std::time::Duration;

/// How often it is asked how far runs are: they do not tell by themselves.
const FOLLOWED: Duration = Duration::from_secs(2);

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
        Wish::Standing => Msg::Standing(list::standing(db).await),
        Wish::News { ticket, filter, beyond } => {
            let result = match parsed(&filter) {
                Ok(filter) => list::count_after(db, &filter, beyond, now).await,
                Err(error) => Err(error),
            };
            Msg::News { ticket, result }
        }
        Wish::Detail(id) => Msg::Detail(id, one::detail(db, id).await.map(|found| found.map(Arc::new))),
        Wish::Follow(ids) => {
            tokio::time::sleep(FOLLOWED).await;
            Msg::Followed(list::by_ids(db, &ids).await)
        }
        Wish::Acknowledge(deed) => {
            let result = acknowledge(db, &deed).await;
            Msg::Acknowledged(deed, result)
        }
    }
}

fn parsed(filter: &str) -> Result<Filter> {
    filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))
}
