//! What is trusted on this side, and where checkpoints lie.

use crate::audit::actions::{Known, gather};
use crate::audit::kept::shown;
use crate::audit::trust::{Signed, TrustFolder};
use crate::cli::Global;
use crate::config::AuditSettings;
use crate::config::origin::state_folder;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::ChainId;
use crate::text::visible;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Which chain, and where its checkpoints lie.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// The chain that it has to be, such as example.com/audit; else the one that the database names.
    #[arg(long, value_name = "NAME")]
    pub origin: Option<ChainId>,
    /// A folder where checkpoints are published, besides those that the configuration names.
    #[arg(long = "checkpoints", value_name = "DIR")]
    pub places: Vec<PathBuf>,
}

impl Place {
    /// The folders, those of the configuration among them.
    ///
    /// # Errors
    /// [`Kind::Usage`] where one that was named on the command line is not there: checkpoints that nobody
    /// finds would vouch for nothing, and nobody would know. Of the configuration's it is told.
    pub(super) fn places(&self, settings: &AuditSettings) -> Result<Vec<PathBuf>> {
        for place in &self.places {
            if !place.is_dir() {
                return Err(Error::new(Kind::Usage, format!("{} is not a folder", shown(place))));
            }
        }
        for place in settings.places.iter().filter(|place| !place.is_dir()) {
            eprintln!("{}: no checkpoints there, it is not a folder", shown(place));
        }
        Ok(self.places.iter().chain(&settings.places).cloned().collect())
    }

    /// The chain that is named.
    pub(super) fn origin(&self, settings: &AuditSettings) -> Result<Option<ChainId>> {
        match (&self.origin, &settings.origin) {
            (Some(origin), _) => Ok(Some(origin.clone())),
            (None, Some(text)) => text.parse().map(Some).map_err(|why| {
                Error::new(Kind::Configuration, format!("[audit] origin, {}: {why}", visible(text)))
            }),
            (None, None) => Ok(None),
        }
    }

    /// What is known of the chain.
    pub(super) async fn known(&self, db: &Db, global: &Global) -> Result<Option<Known>> {
        let settings = global.settings()?.audit;
        let origin = self.origin(&settings)?;
        gather(db, &trust_folder()?, origin.as_ref().map(ChainId::as_str), &self.places(&settings)?).await
    }
}

/// Where what is trusted is kept.
pub(super) fn trust_folder() -> Result<TrustFolder> {
    Ok(TrustFolder::below(&state_folder()?))
}

/// A checkpoint as an object.
pub(super) fn object(signed: &Signed) -> Value {
    json!({
        "size": signed.size,
        "root": crate::audit::note::root_text(&signed.root),
        "key": signed.key.to_string(),
        "time": signed.time,
    })
}
