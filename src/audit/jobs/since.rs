//! The trusted state that an incremental verification goes on from.

use crate::audit::evidence::Evidence;
use crate::audit::merkle::Range;
use crate::audit::store::tree::{self, Source};
use crate::db::Db;
use crate::error::{Error, Kind, Result};

/// The trusted state that an incremental verification goes on from.
#[derive(Debug, Clone)]
pub struct Since {
    /// The number of entries that are not read again.
    pub size: u64,
    /// The tree over these.
    pub tree: Range,
}

impl Since {
    /// The tree over the entries of the largest checkpoint that counts, which its signed root vouches for.
    ///
    /// # Errors
    /// [`Kind::Usage`] where no checkpoint is trusted; [`Kind::Failed`] where the entries no longer give its
    /// root: what is wrong then takes a full verification to say.
    pub async fn newest(db: &Db, evidence: Option<&Evidence>) -> Result<Since> {
        let Some(largest) = evidence.and_then(Evidence::newest) else {
            let what = "no checkpoint is trusted that it could go on from";
            return Err(Error::new(Kind::Usage, what).hint(
                "verify in full; or trust a key and pin a checkpoint: attestor audit trust, attestor audit pin",
            ));
        };
        let mut snapshot = db.snapshot().await?;
        for source in [Source::Cache, Source::Entries] {
            if let Some(tree) = tree::tree(&mut snapshot, largest.signed.size, source).await?
                && tree.root() == Some(largest.signed.root)
            {
                return Ok(Since { size: largest.signed.size, tree });
            }
        }
        let what = "the entries do not give the root of the checkpoint that is trusted";
        Err(Error::new(Kind::Failed, what).hint("verify in full: attestor audit verify"))
    }
}
