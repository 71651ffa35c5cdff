//! Deeds that survive a lost connection: done once, or known not to be.

use super::append::entry_by_key;
use super::change::Change;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::{DeedKey, EntrySeq};
use std::time::Duration;

/// How often a deed is tried before its fate is called unknown, and the pause after the first try;
/// each further pause is twice as long, 6.3 s in all.
const TRIES_MAX: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How a deed came to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled<T> {
    /// Now.
    Now(T),
    /// By an earlier try, whose answer did not arrive; this is its entry.
    Before(EntrySeq),
}

/// Does `deed` under `key`; where the connection was lost on the way, asks whether it was done, and
/// tries again if not.
///
/// The answer "not done" alone would not allow a second try: the first commit may still be on its way.
/// The key makes it safe. The second try waits behind the first for the chain's lock, and the unique
/// key then lets only one of them in. So a deed may be sent twice and is done once.
///
/// # Errors
/// Those of `deed`: then it is not done. [`Kind::NoDatabase`] at once where nothing could be sent, and
/// later where it stays unknown whether it was done; the hint then names the key to ask by.
pub async fn settled<T, F, Fut>(db: &Db, key: DeedKey, deed: F) -> Result<Settled<T>>
where
    F: Fn(Change) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let mut lost = match deed(Change::begin(db, key).await?).await {
        Err(error) if error.kind() == Kind::NoDatabase => error,
        result => return result.map(Settled::Now),
    };
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES_MAX {
        tokio::time::sleep(pause).await;
        pause *= 2;
        match again(db, key, &deed).await {
            Err(error) if error.kind() == Kind::NoDatabase => lost = error,
            result => return result,
        }
    }
    Err(Error::new(Kind::NoDatabase, "the connection was lost; whether this was written is not known")
        .hint(format!("ask again with the key {key}: it is never done twice"))
        .because(lost))
}

async fn again<T, F, Fut>(db: &Db, key: DeedKey, deed: &F) -> Result<Settled<T>>
where
    F: Fn(Change) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    if let Some(seq) = entry_by_key(db, key).await? {
        return Ok(Settled::Before(seq));
    }
    match deed(Change::begin(db, key).await?).await {
        // The key was taken meanwhile: the first try came through after all. Or the deed has found
        // what the first try wrote. Any other conflict is the deed's own.
        Err(error) if error.kind() == Kind::Conflict => match entry_by_key(db, key).await? {
            Some(seq) => Ok(Settled::Before(seq)),
            None => Err(error),
        },
        result => result.map(Settled::Now),
    }
}
