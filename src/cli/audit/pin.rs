//! `attestor audit pin`.

use super::known::{Place, object, trust_folder};
use super::tell::{FOUND, tell};
use crate::audit::actions::{self, Pinned};
use crate::audit::note::{Checkpoint, Note};
use crate::audit::place;
use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::text::{counted, visible};
use serde_json::json;
use std::path::PathBuf;

/// What is pinned.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The note of the checkpoint; without it, the newest that a trusted key signed.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where it lies otherwise.
    #[command(flatten)]
    pub place: Place,
}

/// Pins; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let folder = trust_folder()?;
    let settings = global.settings()?.audit;
    let named = options.place.origin(&settings)?;
    let (published, session) = match &options.file {
        Some(file) => {
            let missing = || Error::new(Kind::UnreadableInput, format!("{} is not there", file.display()));
            let published = place::at(file)?.ok_or_else(missing)?;
            // Without a database a first checkpoint can be pinned, and no later one.
            let session = if global.config().is_ok() { Some(global.open().await?) } else { None };
            (published, session)
        }
        None => {
            let session = global.open().await?;
            let places = options.place.places(&settings)?;
            let newest = actions::newest(&session.db, &folder, &places).await?;
            let published = newest.ok_or_else(|| {
                Error::new(Kind::NotFound, "there is no checkpoint that a trusted key signed")
                    .hint("say which key is trusted first: attestor audit trust KEY")
            })?;
            (published, Some(session))
        }
    };
    let of_note = || Note::parse(&published.note).ok().and_then(|note| Checkpoint::of(&note).ok());
    let origin = match &named {
        Some(origin) => origin.as_str().to_owned(),
        None => of_note().map(|checkpoint| checkpoint.origin).unwrap_or_default(),
    };
    let pinned = actions::pin(session.as_ref().map(|s| &s.db), &folder, &origin, &published).await?;
    let (word, signed, why) = match &pinned {
        Pinned::Now(signed) => ("pinned", Some(signed), String::new()),
        Pinned::Already(signed) => ("pinned already", Some(signed), String::new()),
        Pinned::Unbelieved(why) => ("BAD_SIGNATURE", None, why.to_string()),
        Pinned::Fork(signed) => {
            ("FORK", Some(signed), "another root of this size is pinned; both are kept".to_owned())
        }
        Pinned::Inconsistent(signed) => {
            let why = match session {
                Some(_) => "the chain did not grow from the pinned checkpoint to it",
                None => "that it grew from the pinned checkpoint is proved with the database; name one",
            };
            ("ROOT_MISMATCH", Some(signed), why.to_owned())
        }
    };
    let entries = signed.map_or(String::new(), |signed| format!("{}  ", counted(signed.size, "entry")));
    let told =
        json!({ "origin": origin, "result": word, "why": why, "checkpoint": signed.map(|s| object(s)) });
    tell(global, &told, &[format!("{word}  {}  {entries}{why}", visible(&origin))])?;
    Ok(if matches!(pinned, Pinned::Now(_) | Pinned::Already(_)) { 0 } else { FOUND })
}
