//! `attestor drift apply`.

use super::plan::told;
use super::reconcile::work;
use super::told::{FailOn, tell};
use crate::cli::Global;
use crate::cli::confirm::confirm;
use crate::db::Db;
use crate::drift::plan::{BYTES_MAX, Plan, PlanHash};
use crate::drift::reconcile::{CORRECTED_MAX, Task, TriggeredBy};
use crate::drift::store::plans;
use crate::error::{Error, Kind, Result};
use crate::text::{counted, visible};
use std::io::{IsTerminal, Read};

/// Which plan.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The reviewed plan: its hash, or the file that `drift plan --out` wrote.
    #[arg(value_name = "HASH|FILE")]
    plan: String,
    /// How many repositories are corrected at most; the others wait for the next time.
    #[arg(long, value_name = "N", default_value_t = CORRECTED_MAX)]
    limit_repos: usize,
    /// End with status 3 where drift is left: drift, or critical.
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
}

/// Applies it, once it is confirmed.
pub(super) async fn run(options: &Options, global: &Global) -> Result<u8> {
    apply(&options.plan, options.limit_repos, TriggeredBy::Manual, options.fail_on, global).await
}

pub(super) async fn apply(
    plan: &str,
    repos_max: usize,
    by: TriggeredBy,
    fail_on: Option<FailOn>,
    global: &Global,
) -> Result<u8> {
    let session = global.open().await?;
    let Some((plan, hash)) = reviewed(&session.db, plan).await? else {
        eprintln!("the plan puts nothing right; nothing was done");
        return Ok(0);
    };
    if !global.yes && std::io::stdin().is_terminal() {
        eprint!("{}", told(&plan, &hash));
    }
    let (fields, repos) = (plan.fields(), plan.correctable());
    let question = format!(
        "Correct {} in {} as plan {} says",
        counted(fields, "field"),
        counted(repos, "repository"),
        hash.short()
    );
    confirm(global, &question, repos).await?;
    let task = Task::Apply { plan: Box::new(plan), hash, repos_max };
    let (report, signal) = work(session.db.clone(), task, by, global).await?;
    tell(&report, fail_on, signal, global)
}

/// The plan of a hash or a file, as it was made here; none where it puts nothing right.
async fn reviewed(db: &Db, plan: &str) -> Result<Option<(Plan, PlanHash)>> {
    let hash = match plan.parse::<PlanHash>() {
        Ok(hash) => hash,
        Err(_) => {
            let plan = Plan::read(&read(plan)?)?;
            if plan.fields() == 0 {
                return Ok(None);
            }
            plan.hash()
        }
    };
    // Whatever a file says, what is done is what was made and kept under this hash.
    Ok(Some((plans::plan(db, &hash).await?, hash)))
}

fn read(path: &str) -> Result<String> {
    let wrong = |why: String| {
        Error::new(Kind::UnreadableInput, format!("{}: {why}", visible(path)))
            .hint("name the hash of a plan, 64 hexadecimal digits, or the file that `attestor drift plan --out` wrote")
    };
    let file = std::fs::File::open(path).map_err(|e| wrong(e.to_string()))?;
    let mut text = String::new();
    let read = file.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(|e| wrong(e.to_string()))?;
    if read as u64 > BYTES_MAX {
        return Err(wrong("it is larger than a plan can be".to_owned()));
    }
    Ok(text)
}
