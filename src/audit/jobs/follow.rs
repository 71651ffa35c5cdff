//! Follows the chain: verifies each new entry as it comes.

use crate::audit::store::{ground, rows};
use crate::audit::verify::usual::Usual;
use crate::audit::verify::verdict::Break;
use crate::audit::verify::walk::{Edge, Walk, Walker};
use crate::db::Db;
use crate::db::listen::{News, listen};
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use std::ops::ControlFlow;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How much news waits; more of it says no more than that there is some.
const NEWS_MAX: usize = 64;

/// What came since it was last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The last entry; 0 where there is none.
    pub seq: i64,
    /// How many entries are new.
    pub new: u64,
    /// What is broken in these.
    pub breaks: Vec<Break>,
    /// Whether what was seen before is no longer there as it was.
    pub shrank: bool,
}

/// Verifies what is appended after the entry `after`, and tells of it until `tell` has heard enough or the
/// job is cancelled. What came before is taken as it stands: a full verification is for that.
///
/// # Errors
/// Where the chain can't be read; a connection that is lost is tried again meanwhile.
pub async fn follow(
    db: &Db,
    after: i64,
    job: &JobContext,
    mut tell: impl FnMut(Followed) -> ControlFlow<()>,
) -> Result<()> {
    let (sender, mut news) = mpsc::channel(NEWS_MAX);
    // Dropped with this, the listener ends.
    let mut listener = JoinSet::new();
    listener.spawn(listen(db.clone(), sender));
    let mut last = None;
    let mut at = after;
    loop {
        let next = tokio::select! {
            biased;
            () = job.cancellation().cancelled() => return Ok(()),
            next = news.recv() => next,
        };
        match next {
            Some(News::Lost | News::Back) => continue,
            Some(News::Appended { .. } | News::Stale) => {}
            None => return Err(Error::new(Kind::NoDatabase, "nobody tells of news any more")),
        }
        // However much news waits, one look sees it all.
        while news.try_recv().is_ok() {}
        let followed = match look(db, &mut last, &mut at).await {
            Ok(followed) => followed,
            // The listener says when it is there again.
            Err(error) if error.kind() == Kind::NoDatabase => continue,
            Err(error) => return Err(error),
        };
        let is_news = followed.new > 0 || followed.shrank || !followed.breaks.is_empty();
        if is_news && tell(followed).is_break() {
            return Ok(());
        }
    }
}

/// Walks what is new. The last entry that was seen is read again: whether it still stands as it did.
async fn look(db: &Db, last: &mut Option<Edge>, at: &mut i64) -> Result<Followed> {
    let mut snapshot = db.snapshot().await?;
    let name = ground::name(&mut snapshot).await?.map(|(chain_id, _)| chain_id).unwrap_or_default();
    let ends = rows::ends(&mut snapshot).await?;
    let mut walker = Walker::new(Walk::new(&name));
    rows::each(&mut snapshot, &Usual::of(&name), *at..=i64::MAX, |row| walker.push(row)).await?;
    let mut walk = walker.finish();
    let end = ends.last.unwrap_or(0);
    let stands = |seen: &Edge| walk.first().as_ref() == Some(seen);
    let shrank = end < *at || !last.as_ref().is_none_or(stands);
    if *at == 0 {
        walk.begin();
    }
    let again = walk.first().is_some_and(|first| first.seq == *at);
    let new = walk.entries().saturating_sub(u64::from(again));
    *at = end;
    *last = walk.last();
    Ok(Followed { seq: end, new, breaks: walk.into_breaks().first_ones(), shrank })
}
