//! `attestor findings blind`.

use crate::cli::Global;
use crate::cli::output::{Printer, Tabular};
use crate::error::Result;
use crate::ids::{DeedKey, EntrySeq};
use crate::triage::actions::set_blind_share;
use crate::triage::blind::Share;
use crate::triage::store::blind;
use serde::Serialize;

#[derive(Serialize)]
struct Set {
    blind_share: f64,
    entry: Option<EntrySeq>,
}

impl Tabular for Set {
    const COLUMNS: &'static [&'static str] = &["blind_share", "entry"];

    fn cells(&self) -> Vec<String> {
        vec![self.blind_share.to_string(), self.entry.map(|seq| seq.to_string()).unwrap_or_default()]
    }
}

/// Shows the share, or sets it.
pub(super) async fn blind(share: Option<&str>, global: &Global) -> Result<u8> {
    let share: Option<Share> = share.map(str::parse).transpose()?;
    let db = global.open().await?.db;
    let (share, entry) = match share {
        Some(share) => (share, set_blind_share(&db, share, DeedKey::fresh()).await?),
        None => (blind::share(&db).await?, None),
    };
    let mut printer = Printer::new(std::io::stdout(), global.format());
    printer.row(&Set { blind_share: share.get(), entry })?;
    printer.finish()?;
    Ok(0)
}
