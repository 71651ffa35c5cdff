//! `attestor findings list --group`.

use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::error::Result;
use crate::filter::Filter;
use crate::text::visible;
use crate::triage::group::{Group, GroupBy};
use crate::triage::store::findings::PAGE_ROWS_MAX;
use crate::triage::store::groups::{self, GroupQuery};
use chrono::Utc;
use serde::Serialize;

/// Lists groups of findings.
pub(super) async fn list(by: GroupBy, filter: Filter, limit: Option<usize>, global: &Global) -> Result<u8> {
    let query = GroupQuery { filter, by, after: None, limit: PAGE_ROWS_MAX, now: Utc::now() };
    let session = global.open().await?;
    let format = global.format();
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, format);
    groups::each(&session.db, &query, limit, |group| match format {
        Format::Table => printer.row(&Brief(&group)),
        Format::Json | Format::Csv | Format::Plain => printer.row(&group),
    })
    .await?;
    printer.finish()?;
    Ok(0)
}

/// The columns for programs. As JSON, a line names what its group has in common by the columns of a
/// finding.
impl Tabular for Group {
    const COLUMNS: &'static [&'static str] =
        &["group", "of", "count", "undecided", "risk", "severity", "sample_id", "filter"];

    fn cells(&self) -> Vec<String> {
        let [what, of] = self.key.parts();
        vec![
            what.to_owned(),
            of.to_owned(),
            self.count.to_string(),
            self.undecided.to_string(),
            format!("{:.1}", self.risk),
            self.severity.word().to_owned(),
            self.sample_id.to_string(),
            self.filter.as_ref().map(|filter| visible(&filter.to_string()).into_owned()).unwrap_or_default(),
        ]
    }
}

/// The columns for people.
#[derive(Serialize)]
struct Brief<'a>(&'a Group);

impl Tabular for Brief<'_> {
    const COLUMNS: &'static [&'static str] = &["risk", "severity", "undecided", "count", "group", "of"];

    fn cells(&self) -> Vec<String> {
        let group = self.0;
        let [what, of] = group.key.parts();
        vec![
            format!("{:.1}", group.risk),
            group.severity.word().to_owned(),
            group.undecided.to_string(),
            group.count.to_string(),
            super::list::short(what),
            super::list::short(of),
        ]
    }
}
