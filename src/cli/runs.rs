//! `attestor runs`.

mod list;
mod show;

use super::Global;
use super::output::Format;
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Filter, ahead};
use crate::ids::{DeedKey, RunId};
use crate::operations::acknowledge::{Acknowledge, Why, acknowledge};
use crate::operations::store::fields::FIELDS;
use chrono::Utc;
use uuid::Uuid;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List runs, the newest first.
    ///
    /// With `--json`, one line each. Filters combine words and fields, for instance
    /// 'flow:verification overall:blocked age<7d'; `is:lost` are those whose process was killed.
    List {
        /// Which runs, such as 'flow:import_* outcome:failed'; without it, all of them.
        #[arg(
            long,
            short,
            value_name = "FILTER",
            default_value = "",
            hide_default_value = true,
            allow_hyphen_values = true
        )]
        filter: String,
        /// How many rows at most; without it, all of them.
        #[arg(long, value_name = "ROWS")]
        limit: Option<usize>,
    },
    /// Show a run with its report: what fails and blocks first.
    ///
    /// Looking starts nothing. A report that breaks its contract is shown as such.
    Show {
        /// Its number.
        #[arg(value_name = "ID")]
        id: RunId,
    },
    /// Say that you have seen a check that fails or warns, and why it may stand.
    ///
    /// Once for each check, and for good; the check goes on failing. It is entered in the audit chain.
    Acknowledge {
        /// The number of the run.
        #[arg(value_name = "ID")]
        id: RunId,
        /// The key of the check, as `runs show` tells it.
        #[arg(value_name = "CHECK")]
        check: String,
        /// Why it may stand, in at most 160 characters.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// How long that holds, as 7d, or until when; as long as the report stands unless told.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// A key of your choice for this deed: repeated with the same key, it is done once.
        #[arg(long, value_name = "UUID")]
        key: Option<Uuid>,
    },
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::List { filter, limit } => list::list(&filter, limit, global).await,
        Command::Show { id } => show::show(id, global).await,
        Command::Acknowledge { id, check, reason, until, key } => {
            let until = until.as_deref().map(time).transpose()?;
            let key = key.map_or_else(DeedKey::fresh, DeedKey);
            let deed = Acknowledge { run: id, check, why: Why::new(&reason)?, until, key };
            let db = global.open().await?.db;
            let done = acknowledge(&db, &deed).await?;
            match global.format() {
                Format::Json => println!("{}", serde_json::to_string(&done).map_err(std::io::Error::other)?),
                _ => println!("acknowledged {} of run {id}; its status stays", done.check_key.one_line()),
            }
            Ok(0)
        }
    }
}

fn time(text: &str) -> Result<chrono::DateTime<Utc>> {
    ahead(text.trim(), Utc::now()).ok_or_else(|| {
        let what = format!("--until: \"{}\" is neither a span nor a time", crate::text::visible(text));
        Error::new(Kind::Usage, what).hint("write 7d, 2w, 2026-12-01 or 2026-12-01T12:00:00Z")
    })
}

fn filter(text: &str) -> Result<Filter> {
    filter::parse(text, &FIELDS).map_err(|error| error.in_text(text))
}
