//! `attestor audit list`.

use crate::audit::entry::Listed;
use crate::audit::store::entries::{self, Order, PAGE_ROWS_MAX, Query};
use crate::audit::store::fields::FIELDS;
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::filter;
use crate::ids::EntrySeq;
use chrono::{SecondsFormat, Utc};
use serde::Serialize;

/// Which entries, in which order.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which, such as 'category:finding_triage actor:me age<7d'; without it, all of them.
    #[arg(long, short, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub filter: String,
    /// The oldest first.
    #[arg(long)]
    pub reverse: bool,
    /// How many rows at most; without it, all of them.
    #[arg(long, value_name = "ROWS")]
    pub limit: Option<usize>,
}

/// Lists entries, page by page.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let filter = filter::parse(&options.filter, &FIELDS).map_err(|e| e.in_text(&options.filter))?;
    let session = global.open().await?;
    let order = if options.reverse { Order::OldestFirst } else { Order::NewestFirst };
    let mut query = Query { filter, order, after: None, limit: PAGE_ROWS_MAX, now: Utc::now() };
    let mut left = options.limit.unwrap_or(usize::MAX);
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, global.format());
    while left > 0 {
        query.limit = left.min(PAGE_ROWS_MAX);
        let page = entries::list(&session.db, &query).await?;
        for listed in &page.rows {
            match global.format() {
                Format::Table => printer.row(&Brief { seq: listed.seq, listed })?,
                _ => printer.row(&Line::of(listed))?,
            }
        }
        left -= page.rows.len();
        match page.rows.last() {
            Some(last) if page.more => query.after = Some(last.seq),
            _ => break,
        }
    }
    printer.finish()?;
    Ok(0)
}

/// A line for programs, keys as the columns.
#[derive(Serialize)]
struct Line<'a> {
    seq: EntrySeq,
    occurred_at: Option<String>,
    category: &'a str,
    event_type: &'a str,
    actor: &'a str,
    db_user: &'a str,
    repo_full_name: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(listed: &'a Listed) -> Self {
        Line {
            seq: listed.seq,
            occurred_at: listed.occurred_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true)),
            category: &listed.category,
            event_type: &listed.event_type,
            actor: &listed.actor,
            db_user: &listed.db_user,
            repo_full_name: listed.repo_full_name.as_deref(),
        }
    }
}

impl Tabular for Line<'_> {
    const COLUMNS: &'static [&'static str] =
        &["seq", "occurred_at", "category", "event_type", "actor", "db_user", "repo_full_name"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.seq.to_string(),
            self.occurred_at.clone().unwrap_or_default(),
            self.category.to_owned(),
            self.event_type.to_owned(),
            self.actor.to_owned(),
            self.db_user.to_owned(),
            self.repo_full_name.unwrap_or_default().to_owned(),
        ]
    }
}

/// The columns for people.
#[derive(Serialize)]
struct Brief<'a> {
    seq: EntrySeq,
    #[serde(skip)]
    listed: &'a Listed,
}

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] = &["seq", "time", "category", "event", "by", "repo"];

    fn cells(&self) -> Vec<String> {
        let listed = self.listed;
        vec![
            self.seq.to_string(),
            listed.occurred_at.map_or("-".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string()),
            listed.category.one_line().into_owned(),
            listed.event_type.one_line().into_owned(),
            listed.by(),
            listed.repo_full_name.as_ref().map_or("-".into(), |repo| repo.one_line().into_owned()),
        ]
    }
}
