//! Does what the screen wishes: the only place here that awaits.

use super::arrange;
use super::detail_states::LIFE_SCANS;
use super::list::PAGE;
use super::reading;
use super::sort;
use super::wish::{Counts, Form, From, GroupsFrom, GroupsPage, Msg, OwnPage, Query, Rows, Wish};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::filter::{self, Filter};
use crate::ids::{FeedbackId, FindingId};
use crate::text::SafeText;
use crate::triage::actions::{self, Outcome};
use crate::triage::finding::Finding;
use crate::triage::group::{GroupBy, GroupCursor};
use crate::triage::markdown::markdown;
use crate::triage::store::fields::FIELDS;
use crate::triage::store::findings::{self, Cursor, Sort};
use crate::triage::store::groups::{self, GroupQuery};
use crate::triage::store::{agreement, detail, feedbacks, life, values};
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::window::Edge;
use crate::ui::screen::Tools;
use chrono::{DateTime, Utc};

/// The answer to a wish; a failure is an answer too. What is hidden from a person who decides blind is
/// taken out here, so that it never reaches the screen.
pub(super) async fn perform(wish: Wish, tools: Tools) -> Msg {
    veiled(answer(wish, tools).await)
}

fn veiled(mut msg: Msg) -> Msg {
    let veil = |findings: &mut Vec<Finding>| {
        *findings = std::mem::take(findings).into_iter().map(Finding::veiled).collect();
    };
    match &mut msg {
        Msg::Rows { result: Ok(page), .. } => veil(&mut page.rows),
        Msg::Own { result: Ok(page), .. } => veil(&mut page.findings),
        Msg::Done(_, Ok(Outcome::Done(decided))) => veil(&mut decided.rows),
        _ => {}
    }
    match msg {
        Msg::Detail(id, Ok(detail)) => Msg::Detail(id, Ok(Box::new(detail.veiled()))),
        Msg::Found(id, Ok(Some(row))) => Msg::Found(id, Ok(Some(Box::new(row.veiled())))),
        Msg::Needy(way, Ok(Some(row))) => Msg::Needy(way, Ok(Some(Box::new(row.veiled())))),
        msg => msg,
    }
}

async fn answer(wish: Wish, tools: Tools) -> Msg {
    let db = &tools.db;
    let now = Utc::now();
    match wish {
        Wish::Rows { ticket, query, from } => {
            let result = rows(db, &query, &from, now).await;
            Msg::Rows { ticket, from, at: now, result }
        }
        Wish::Groups { ticket, filter, by, from } => {
            let result = groups_page(db, &filter, by, &from, now).await;
            Msg::Groups { ticket, from, at: now, result }
        }
        Wish::Count { ticket, query, row } => {
            let id = row.as_ref().map(|row| row.id);
            let result = counts(db, &query, row.as_deref(), now).await;
            Msg::Count { ticket, row: id, result }
        }
        Wish::News { ticket, query, beyond } => {
            Msg::News { ticket, result: news(db, &query, beyond, now).await }
        }
        Wish::Detail(id) => Msg::Detail(id, detail::show(db, id).await.map(Box::new)),
        Wish::Colour(code) => {
            let finding = code.finding;
            // Never on a worker of the runtime: grammars are large, and code may be slow to read.
            let colours = tokio::task::spawn_blocking(move || reading::colour(&code)).await;
            Msg::Coloured(finding, Box::new(colours.unwrap_or_default()))
        }
        Wish::Life(id) => Msg::Life(id, life::life(db, id, None, LIFE_SCANS).await),
        Wish::Arrange(wish) => Msg::Arrange(arrange::perform(wish).await),
        Wish::Copy(id, form) => Msg::Copied(copied(db, id, form).await),
        Wish::Find(id) => {
            let found = findings::find(db, &[id]).await;
            Msg::Found(id, found.map(|rows| rows.into_iter().next().map(Box::new)))
        }
        Wish::Needy { query, way, row } => Msg::Needy(way, needy(db, &query, way, &row, now).await),
        Wish::Values { field, prefix } => {
            let result = values::values(db, field, &prefix, values::VALUES_MAX).await;
            Msg::Values { field, prefix, result }
        }
        Wish::Own { after, about } => Msg::Own { after, result: own(db, after, about).await },
        Wish::Targets { ticket, filter } => {
            let filter = filter::parse(&filter, &FIELDS).map_err(|error| error.in_text(&filter));
            let result = match filter {
                Ok(filter) => findings::targets(db, &filter, now).await,
                Err(error) => Err(error),
            };
            Msg::Targets { ticket, result }
        }
        Wish::People { filter } => {
            let result = match filter::parse(&filter, &FIELDS) {
                Ok(parsed) => agreement::stats(db, &parsed, now).await.map(Box::new),
                Err(error) => Err(error.in_text(&filter)),
            };
            Msg::People { filter, result }
        }
        Wish::Decide(deed) => Msg::Done(deed.key, actions::give_feedback(db, &deed).await),
        Wish::TakeBack(deed) => Msg::Done(deed.key, actions::take_back(db, &deed).await),
        Wish::TakeBackDeed { deed, .. } => Msg::Done(deed.key, actions::take_back_deed(db, &deed).await),
        Wish::Attend(deed) => Msg::Done(deed.key, actions::attend(db, &deed).await),
        Wish::Comment(deed) => Msg::Done(deed.key, actions::comment(db, &deed).await),
        Wish::Agreed(wish, about) => Msg::Agreed(wish, about),
    }
}

/// A finding as a text.
async fn copied(db: &Db, id: FindingId, form: Form) -> Result<SafeText> {
    let detail = detail::show(db, id).await?;
    let text = match form {
        Form::Json => serde_json::to_string(&detail).map_err(std::io::Error::other)?,
        Form::Markdown => markdown(&detail),
    };
    Ok(SafeText::new(&text))
}

async fn rows(db: &Db, query: &Query, from: &From, now: DateTime<Utc>) -> Result<Rows> {
    let filter = parsed(query)?;
    let newest = findings::newest(db).await?;
    let page = |sort, after, limit| {
        let filter = filter.clone();
        async move { findings::list(db, &findings::Query { filter, sort, after, limit, now }).await }
    };
    let down = query.sort;
    let up = sort::reversed(query.sort);
    match from {
        From::Top => {
            let page = page(down, None, PAGE).await?;
            Ok(Rows { rows: page.rows, above: Edge::End, below: Edge::of(page.more), at: 0, newest })
        }
        From::Bottom => {
            let mut page = page(up, None, PAGE).await?;
            page.rows.reverse();
            Ok(Rows { rows: page.rows, above: Edge::of(page.more), below: Edge::End, at: 0, newest })
        }
        From::Beyond(Way::Down, row) => {
            let page = page(down, Some(Cursor::after(row)), PAGE).await?;
            Ok(Rows { rows: page.rows, above: Edge::More, below: Edge::of(page.more), at: 0, newest })
        }
        From::Beyond(Way::Up, row) => {
            let mut page = page(up, Some(Cursor::after(row)), PAGE).await?;
            page.rows.reverse();
            Ok(Rows { rows: page.rows, above: Edge::of(page.more), below: Edge::More, at: 0, newest })
        }
        From::Around(row) => {
            // The row as it is now: what it is sorted by may have changed, or it may be gone.
            let now_there = findings::find(db, &[row.id]).await?.into_iter().next();
            let place = Cursor::after(now_there.as_ref().unwrap_or(row));
            let before = page(up, Some(place), PAGE / 2).await?;
            let behind = page(down, Some(place), PAGE / 2).await?;
            let own = page_of_one(db, &filter, down, row.id, now).await?;
            let at = before.rows.len();
            let rows: Vec<Finding> = before.rows.into_iter().rev().chain(own).chain(behind.rows).collect();
            Ok(Rows { rows, above: Edge::of(before.more), below: Edge::of(behind.more), at, newest })
        }
    }
}

async fn groups_page(
    db: &Db,
    filter: &str,
    by: GroupBy,
    from: &GroupsFrom,
    now: DateTime<Utc>,
) -> Result<GroupsPage> {
    let filter = filter::parse(filter, &FIELDS).map_err(|error| error.in_text(filter))?;
    let newest = findings::newest(db).await?;
    let (after, limit) = match from {
        GroupsFrom::Top { count } => (None, *count),
        GroupsFrom::Behind(group) => (Some(GroupCursor::after(group)), PAGE),
    };
    let page = groups::groups(db, &GroupQuery { filter, by, after, limit, now }).await?;
    Ok(GroupsPage { rows: page.rows, below: Edge::of(page.more), newest })
}

/// The row itself, where the filter lets it through.
async fn page_of_one(
    db: &Db,
    filter: &Filter,
    sort: Sort,
    id: FindingId,
    now: DateTime<Utc>,
) -> Result<Option<Finding>> {
    let filter = filter.clone().with_term(&format!("id:{id}"), &FIELDS).map_err(Error::from)?;
    let page = findings::list(db, &findings::Query { filter, sort, after: None, limit: 1, now }).await?;
    Ok(page.rows.into_iter().next())
}

async fn counts(db: &Db, query: &Query, row: Option<&Finding>, now: DateTime<Utc>) -> Result<Counts> {
    let filter = parsed(query)?;
    let total = findings::count(db, &filter, now).await?;
    let before = match row {
        Some(row) => {
            let after = Some(Cursor::after(row));
            let sort = sort::reversed(query.sort);
            Some(findings::count_after(db, &findings::Query { filter, sort, after, limit: 0, now }).await?)
        }
        None => None,
    };
    Ok(Counts { total, before })
}

async fn news(db: &Db, query: &Query, beyond: FindingId, now: DateTime<Utc>) -> Result<u64> {
    let filter = parsed(query)?.with_term(&format!("id>{beyond}"), &FIELDS).map_err(Error::from)?;
    Ok(match findings::count(db, &filter, now).await? {
        findings::Count::Exactly(count) | findings::Count::MoreThan(count) => count,
    })
}

/// The nearest row that needs a person, beyond `row`.
async fn needy(
    db: &Db,
    query: &Query,
    way: Way,
    row: &Finding,
    now: DateTime<Utc>,
) -> Result<Option<Box<Finding>>> {
    let filter = parsed(query)?.with_term("is:undecided", &FIELDS).map_err(Error::from)?;
    let sort = if way == Way::Down { query.sort } else { sort::reversed(query.sort) };
    let after = Some(Cursor::after(row));
    let page = findings::list(db, &findings::Query { filter, sort, after, limit: 1, now }).await?;
    Ok(page.rows.into_iter().next().map(Box::new))
}

async fn own(db: &Db, after: Option<FeedbackId>, mut about: Vec<FindingId>) -> Result<OwnPage> {
    let page = feedbacks::mine(db, after, PAGE).await?;
    let rows: Vec<_> = page.rows.into_iter().map(|note| note.feedback).collect();
    about.extend(rows.iter().map(|said| said.finding_id));
    about.sort_unstable();
    about.dedup();
    Ok(OwnPage { findings: findings::find(db, &about).await?, rows, below: Edge::of(page.more) })
}

fn parsed(query: &Query) -> Result<Filter> {
    filter::parse(&query.filter, &FIELDS).map_err(|error| error.in_text(&query.filter))
}
