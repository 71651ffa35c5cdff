//! `attestor findings show --life`.

use crate::cli::Global;
use crate::cli::output::{Printer, Tabular};
use crate::error::{Error, Kind, Result};
use crate::ids::FindingId;
use crate::triage::detail::Sighting;
use crate::triage::store::{findings, life};

/// Lists every scan of a finding's series since it was first seen.
pub(super) async fn list(id: FindingId, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    if findings::find(&session.db, &[id]).await?.is_empty() {
        return Err(Error::new(Kind::NotFound, format!("there is no finding #{id}")));
    }
    let out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut printer = Printer::new(out, global.format());
    let mut after = None;
    loop {
        let page = life::life(&session.db, id, after, findings::PAGE_ROWS_MAX).await?;
        page.rows.iter().try_for_each(|row| printer.row(row))?;
        after = page.rows.last().map(|row| row.scan_id);
        if !page.more {
            break;
        }
    }
    printer.finish()?;
    Ok(0)
}

impl Tabular for Sighting {
    const COLUMNS: &'static [&'static str] =
        &["scan_id", "timestamp", "commit_sha", "branch", "outcome", "file", "line"];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<crate::text::SafeText>| {
            text.as_ref().map(|text| text.one_line().into_owned()).unwrap_or_default()
        };
        vec![
            self.scan_id.to_string(),
            self.timestamp.map(|at| at.format("%Y-%m-%d %H:%M:%SZ").to_string()).unwrap_or_default(),
            text(&self.commit_sha),
            text(&self.branch),
            self.outcome.to_string(),
            text(&self.file),
            self.line.map(|line| line.to_string()).unwrap_or_default(),
        ]
    }
}
