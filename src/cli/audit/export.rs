//! `attestor audit export`.

use super::checkpoint::ask;
use super::known::{Place, trust_folder};
use crate::audit::export::name::Which;
use crate::audit::jobs::export::{Export, ExportRequest, State, export};
use crate::audit::kept::shown;
use crate::audit::signer::Signer;
use crate::audit::store::export as store;
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::jobs::JobContext;
use crate::text::{counted, visible};
use chrono::{Days, NaiveDate};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// The most nights that one run makes up for.
const NIGHTS_MAX: u64 = 3_660;

/// Which entries, and whereto.
#[derive(Debug, clap::Args)]
#[group(id = "which", required = true, multiple = false, args = ["date", "nightly", "from"])]
pub struct Options {
    /// The entries of a day, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<NaiveDate>,
    /// Every day that has ended and was not exported yet; for cron and timers.
    ///
    /// The last night is always looked at again: made before, it must still hold the same bytes. Exit
    /// status 3 where it does not.
    #[arg(long)]
    pub nightly: bool,
    /// The entries from this position on.
    #[arg(long, value_name = "SEQ", requires = "to")]
    pub from: Option<EntrySeq>,
    /// The last position, included.
    #[arg(long, value_name = "SEQ", requires = "from")]
    pub to: Option<EntrySeq>,
    /// The folder for the files.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: PathBuf,
    /// Sign the manifest with this Ed25519 key: a private key file, or the public one of a key that the
    /// ssh-agent holds.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Where checkpoints lie.
    #[command(flatten)]
    pub place: Place,
}

/// Makes the exports; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    if !options.out.is_dir() {
        return Err(Error::new(Kind::Usage, format!("{} is no folder", shown(&options.out)))
            .hint("make it first, or name another by --out"));
    }
    // Written down as it is found again from anywhere.
    let folder = options.out.canonicalize()?;
    let settings = global.settings()?.audit;
    let db = global.open().await?.db;
    let signer = match options.key.as_deref() {
        Some(key) => Some(Arc::new(Signer::find(Some(key), settings.agent.as_deref(), ask).await?)),
        None => None,
    };
    let which = match (options.date, options.from.zip(options.to)) {
        (Some(day), _) => vec![Which::Day(day)],
        (_, Some((from, to))) if from <= to && from.0 >= 1 => vec![Which::Range(from, to)],
        (_, Some(_)) => {
            return Err(Error::new(Kind::Usage, "positions count from 1, and --from comes first"));
        }
        _ => nights(&db).await?,
    };
    let mut printer = Printer::new(io::stdout(), global.format());
    let mut status = 0;
    for which in which {
        let request = ExportRequest {
            which,
            folder: folder.clone(),
            signer: signer.clone(),
            trust: trust_folder()?,
            places: options.place.places(&settings)?,
        };
        let made = export(&db, &request, &JobContext::unattended()).await?;
        if made.found_something() {
            status = super::tell::FOUND;
        }
        if global.format() == Format::Table { tell(&made) } else { printer.row(&made)? }
    }
    printer.finish()?;
    Ok(status)
}

/// The days that have ended and were not exported, and the last one that was.
async fn nights(db: &Db) -> Result<Vec<Which>> {
    let today = store::server_time(db).await?.date_naive();
    let Some(first) = store::first_day(db).await? else { return Ok(Vec::new()) };
    let last = store::last_night(db).await?;
    let mut day = last.map_or(first, |last| last.max(first));
    let mut nights = Vec::new();
    while day < today && nights.len() < NIGHTS_MAX as usize {
        nights.push(Which::Nightly(day));
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    Ok(nights)
}

fn tell(export: &Export) {
    let span = match export.first_seq.zip(export.last_seq) {
        Some((first, last)) => format!("{}, {first} to {last}", counted(export.entries, "entry")),
        None => "no entries".to_owned(),
    };
    println!("{}: {span}: {}", export.file, export.verdict);
    println!("  SHA-256 {}", export.sha256);
    println!("  {}", if export.signed { "signed" } else { "not signed: name a key with --key" });
    println!(
        "  {}",
        match export.checkpoint {
            Some(size) => format!("covered by the checkpoint over {}", counted(size, "entry")),
            None =>
                "covered by no checkpoint: this proves nothing against a rewrite of everything".to_owned(),
        }
    );
    if let Some(why) = &export.unproved {
        println!("  the newest checkpoint does NOT cover it: {}", visible(why));
    }
    match export.state {
        State::Made => {}
        State::MadeUnrecorded => println!("  not written down: this login may not"),
        State::Same => println!("  made before, and the same"),
        State::Differs => {
            println!(
                "  made before, and DIFFERENT: entries of that day have changed since; the files stay as they were"
            );
        }
    }
}

impl Tabular for Export {
    const COLUMNS: &'static [&'static str] = &[
        "file",
        "date",
        "first_seq",
        "last_seq",
        "entries",
        "sha256",
        "signed",
        "checkpoint",
        "verdict",
        "state",
    ];

    fn cells(&self) -> Vec<String> {
        fn cell<T: ToString>(value: Option<&T>) -> String {
            value.map_or(String::new(), ToString::to_string)
        }
        vec![
            self.file.clone(),
            cell(self.date.as_ref()),
            cell(self.first_seq.as_ref()),
            cell(self.last_seq.as_ref()),
            self.entries.to_string(),
            self.sha256.clone(),
            self.signed.to_string(),
            cell(self.checkpoint.as_ref()),
            self.verdict.clone(),
            self.state.word().to_owned(),
        ]
    }
}
