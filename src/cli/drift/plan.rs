//! `attestor drift plan`.

use super::reconcile::Which;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::drift::document::Json;
use crate::drift::jobs::{Planning, make_plan};
use crate::drift::plan::{Plan, PlanHash};
use crate::drift::store::plans;
use crate::error::{Error, Kind, Result};
use crate::text::{counted, visible};
use chrono::Utc;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Longest value that is shown, in characters.
const VALUE_CHARS_MAX: usize = 60;

/// Of which repositories, and where to.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Of which repositories.
    #[command(flatten)]
    which: Which,
    /// Write the plan to a file too.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    key: super::Key,
    /// List the plans that were made, the newest first, and make none.
    #[arg(long, conflicts_with_all = ["out", "filter", "repo", "key"])]
    list: bool,
}

/// Makes a plan.
pub(super) async fn run(options: &Options, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    if options.list {
        return list(&session.db, global).await;
    }
    let repos = options.which.names(&session.db).await?;
    let planning = Planning { repos, now: Utc::now(), key: options.key.deed() };
    let (plan, hash) = make_plan(&session.db, &planning).await?;
    if let Some(out) = &options.out {
        write(out, &plan)?;
    }
    let text = match global.format() {
        Format::Json => plan.file(),
        _ => told(&plan, &hash),
    };
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        written => written.map(|()| 0).map_err(Error::from),
    }
}

fn write(out: &Path, plan: &Plan) -> Result<()> {
    std::fs::write(out, plan.file()).map_err(|e| {
        let shown = out.to_string_lossy();
        Error::new(Kind::Failed, format!("{} cannot be written: {e}", visible(&shown)))
    })
}

/// The plan, as a person reviews it.
pub(super) fn told(plan: &Plan, hash: &PlanHash) -> String {
    let mut lines = Vec::new();
    for repo in &plan.repos {
        lines.push(visible(&repo.repo).into_owned());
        let paths =
            repo.fields.iter().map(|field| &field.path).chain(repo.left.iter().map(|left| &left.path));
        let width = paths.map(|path| visible(&path.to_string()).chars().count()).max().unwrap_or(0).min(60);
        for field in &repo.fields {
            let path = visible(&field.path.to_string()).into_owned();
            let (from, to) = (short(field.from.as_ref()), short(field.to.as_ref()));
            lines.push(format!("  {:8}  {path:width$}  {from} → {to}", field.tier.word()));
        }
        for left in &repo.left {
            let path = visible(&left.path.to_string()).into_owned();
            lines.push(format!("  {:8}  {path:width$}  {}", "left", visible(&left.why)));
        }
    }
    if plan.fields() == 0 {
        lines.push("nothing is to be put right".to_owned());
    } else {
        lines.push(format!("plan {hash}"));
        lines.push(format!(
            "{} in {}",
            counted(plan.fields(), "field"),
            counted(plan.correctable(), "repository")
        ));
        lines.push(format!("apply it with: attestor drift apply {hash}"));
    }
    lines.join("\n") + "\n"
}

fn short(value: Option<&Json>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    let cut: String = text.chars().take(VALUE_CHARS_MAX).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{more}", visible(&cut))
}

async fn list(db: &crate::db::Db, global: &Global) -> Result<u8> {
    const LISTED_MAX: i64 = 100;
    let mut printer = crate::cli::output::Printer::new(io::stdout().lock(), global.format());
    for plan in plans::newest(db, LISTED_MAX).await? {
        printer.row(&plan)?;
    }
    printer.finish()?;
    Ok(0)
}

impl crate::cli::output::Tabular for plans::KeptPlan {
    const COLUMNS: &'static [&'static str] = &["hash", "repos", "fields", "made_at", "made_by", "applied"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.hash.clone(),
            self.repos.to_string(),
            self.fields.to_string(),
            super::moment(self.made_at),
            self.made_by.one_line().into_owned(),
            self.applied.to_string(),
        ]
    }
}
