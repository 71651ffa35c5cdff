//! Deeds that survive a lost connection: done once, or known not to be.

use super::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use std::time::Duration;

/// How often a deed is tried before its fate is called unknown, and the pause after the first try;
/// each further pause is twice as long, 3.1 s in all.
const TRIES_MAX: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Does `deed` under `key`, and again where the connection was lost on the way.
///
/// The deed looks for its key first, under the locks that an earlier try would hold: a commit whose
/// answer was lost may still be on its way, and holds them until it is through. Without common locks
/// the chain still lets only one of them in, since a key is unique there. So a deed may be sent twice
/// and is done once.
///
/// # Errors
/// Those of `deed`: then it is not done. [`Kind::NoDatabase`] at once where nothing could be sent, and
/// later where it stays unknown whether it was done; the hint then names the key to ask by.
pub async fn settled<T, F, Fut>(db: &Db, key: DeedKey, deed: F) -> Result<T>
where
    F: Fn(Change) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let mut lost = match deed(Change::begin(db, key).await?).await {
        Err(error) if error.kind() == Kind::NoDatabase => error,
        result => return result,
    };
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES_MAX {
        tokio::time::sleep(pause).await;
        pause *= 2;
        let again = match Change::begin(db, key).await {
            Ok(change) => deed(change).await,
            Err(error) => Err(error),
        };
        match again {
            Err(error) if error.kind() == Kind::NoDatabase => lost = error,
            result => return result,
        }
    }
    Err(Error::new(Kind::NoDatabase, "the connection was lost; whether this was written is not known")
        .hint(format!("ask again with the key {key}: it is never done twice"))
        .because(lost))
}
