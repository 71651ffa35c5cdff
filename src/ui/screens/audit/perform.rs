//! Does what the screen wishes: the only place here that awaits.

use super::wish::{From, Known, Msg, Pin, Rows, Wish};
use crate::audit::actions::inspect;
use crate::audit::detail::Detail;
use crate::audit::entry::Listed;
use crate::audit::inspection::{FiledReport, Worklist};
use crate::audit::store::entries::{self, Order, Query};
use crate::audit::store::fields::FIELDS;
use crate::audit::store::{inspections, recorded, stored, values};
use crate::audit::trust::TrustFolder;
use crate::chain::recent;
use crate::config::origin::state_folder;
use crate::db::Db;
use crate::db::page::Page;
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::ids::{EntrySeq, ReportId};
use crate::text::SafeText;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::window::Edge;
use crate::ui::list_detail::window::Hold;
use crate::ui::screen::Tools;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Reports of which the number is offered.
const REPORTS_MAX: u16 = 20;

/// The answer to a wish; a failure is an answer too.
pub(super) async fn perform(wish: Wish, tools: Tools) -> Msg {
    let db = &tools.db;
    let now = Utc::now();
    match wish {
        Wish::Rows { ticket, filter, from } => {
            let result = rows(db, &filter, from, now).await;
            Msg::Rows { ticket, from, at: now, result }
        }
        Wish::Count { ticket, filter } => {
            let result = match parsed(&filter) {
                Ok(filter) => entries::count(db, &filter, None, now).await,
                Err(error) => Err(error),
            };
            Msg::Count { ticket, result }
        }
        Wish::News { ticket, filter, beyond } => {
            let result = match parsed(&filter) {
                Ok(filter) => entries::count(db, &filter, Some(beyond), now).await.map(|(count, _)| count),
                Err(error) => Err(error),
            };
            Msg::News { ticket, result }
        }
        Wish::Detail(seq) => Msg::Detail(seq, detail(db, seq).await),
        Wish::Known => {
            let (pinned, recorded) = tokio::join!(pinned(db), recorded::newest(db));
            Msg::Known(Known { pinned, recorded: recorded.ok().flatten() })
        }
        Wish::Work(id) => Msg::Work(id, work(db, id).await),
        Wish::Inspect(deed) => {
            let result = inspect(db, &deed).await;
            Msg::Inspected(deed, result)
        }
        Wish::Agreed(deed) => Msg::Agreed(deed),
        Wish::Values { field, prefix } => {
            let result = values::values(db, field, &prefix, values::VALUES_MAX).await;
            Msg::Values { field, prefix, result }
        }
    }
}

async fn rows(db: &Db, filter: &str, from: From, now: DateTime<Utc>) -> Result<Rows> {
    let filter = parsed(filter)?;
    let head = recent::head(db).await?.seq;
    let older = |after| page(db, &filter, Order::NewestFirst, after, now);
    let newer = |after| page(db, &filter, Order::OldestFirst, after, now);
    let down = |page: Page<Listed>, above| Rows { rows: page.rows, above, below: Edge::of(page.more), head };
    let up = |mut page: Page<Listed>, below| {
        page.rows.reverse();
        Rows { rows: page.rows, above: Edge::of(page.more), below, head }
    };
    Ok(match from {
        From::Top => down(older(None).await?, Edge::End),
        From::Bottom => up(newer(None).await?, Edge::End),
        From::Beyond(Way::Down, seq) => down(older(Some(seq)).await?, Edge::More),
        From::Beyond(Way::Up, seq) => up(newer(Some(seq)).await?, Edge::More),
        From::Around(seq) => {
            let before = up(newer(Some(seq)).await?, Edge::More);
            // From the entry itself on.
            let behind = down(older(Some(EntrySeq(seq.0.saturating_add(1)))).await?, before.above);
            let rows = before.rows.into_iter().chain(behind.rows).collect();
            Rows { rows, above: before.above, below: behind.below, head }
        }
    })
}

/// The sample of a report, or of the newest one, and the newest reports.
async fn work(db: &Db, id: Option<ReportId>) -> Result<Option<(Worklist, Vec<FiledReport>)>> {
    let reports = inspections::reports(db, REPORTS_MAX).await?;
    let Some(id) = id.or_else(|| reports.first().map(|newest| newest.id)) else { return Ok(None) };
    Ok(inspections::worklist(db, id).await?.map(|list| (list, reports)))
}

async fn page(
    db: &Db,
    filter: &Filter,
    order: Order,
    after: Option<EntrySeq>,
    now: DateTime<Utc>,
) -> Result<Page<Listed>> {
    entries::list(
        db,
        &Query { filter: filter.clone(), order, after, limit: Hold::AroundTheCursor.page(), now },
    )
    .await
}

async fn detail(db: &Db, seq: EntrySeq) -> Result<Option<Arc<Detail>>> {
    let Some((stored, around)) = stored::stored(db, seq).await? else { return Ok(None) };
    let category = stored.category.clone().unwrap_or_default();
    // Who may write is beside the point where the login may not ask.
    let writers = stored::writers(db, &category).await.ok();
    Ok(Some(Arc::new(Detail::of(&stored, around, writers))))
}

/// What is pinned for the chain that the database names.
async fn pinned(db: &Db) -> Option<Pin> {
    let chain = db.chain_name().await?;
    let read = move || TrustFolder::below(&state_folder().ok()?).read(&chain).ok()?.pinned;
    let signed = tokio::task::spawn_blocking(read).await.ok()??;
    let key = SafeText::new(&signed.key.to_string());
    Some(Pin { size: signed.size, key, time: signed.time })
}

fn parsed(filter: &str) -> Result<Filter> {
    filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))
}
