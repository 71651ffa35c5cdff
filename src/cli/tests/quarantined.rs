//! `attestor tests quarantined`.

use super::{QuarantinedOptions, RunnerFormat};
use crate::cli::Global;
use crate::error::Result;
use crate::flaky::runner::{self, Named, Runner};
use crate::flaky::store::{fields::FIELDS, tests};
use crate::text::visible;
use chrono::Utc;
use std::io::Write;

/// Writes the tests in quarantine for a runner.
pub(super) async fn quarantined(options: QuarantinedOptions, global: &Global) -> Result<u8> {
    let mut filter = super::filter(&options.filter)?.with_term("is:quarantined", &FIELDS)?;
    if options.unexpired {
        filter = filter.with_term("-is:expired", &FIELDS)?;
    }
    let now = Utc::now();
    let db = global.open().await?.db;
    let runner = match options.format {
        RunnerFormat::Nextest => Runner::Nextest,
        RunnerFormat::Pytest => Runner::Pytest,
        RunnerFormat::Gradle => Runner::Gradle,
        RunnerFormat::Json => {
            let query = tests::Query::first(filter, tests::PAGE_ROWS_MAX, now);
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            tests::each(&db, &query, None, |test| {
                let line = serde_json::to_string(&test).map_err(std::io::Error::other)?;
                Ok(writeln!(out, "{line}")?)
            })
            .await?;
            out.flush()?;
            return Ok(0);
        }
    };
    let named = tests::named(&db, &filter, now).await?;
    let named: Vec<Named> = named.into_iter().map(|(suite, name)| Named { suite, name }).collect();
    let written = runner::write(runner, &named);
    std::io::stdout().lock().write_all(written.text.as_bytes())?;
    for test in &written.left_out {
        eprintln!(
            "left out: this runner has no words for {} of {}",
            visible(&test.name),
            if test.suite.is_empty() { "no suite".into() } else { visible(&test.suite) }
        );
    }
    Ok(0)
}
