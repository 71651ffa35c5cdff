//! Reads and writes the file of the views, beside the loop.

use super::{ArrangeMsg, ArrangeWish};
use crate::config::views::ViewFile;
use crate::error::{Error, Kind, Result};

/// The answer to a wish; a failure is an answer too.
pub(in super::super) async fn perform(wish: ArrangeWish) -> ArrangeMsg {
    let file = ViewFile::usual();
    match wish {
        ArrangeWish::Views => ArrangeMsg::Views(aside(move || file.all()).await),
        ArrangeWish::SaveView(view, existing) => {
            let kept = view.clone();
            ArrangeMsg::Saved(view, aside(move || file.save(&kept, existing)).await)
        }
        ArrangeWish::DeleteView(name) => {
            let gone = name.clone();
            ArrangeMsg::Deleted(name, aside(move || file.delete(&gone)).await)
        }
    }
}

/// Waiting for a file system must not hold a worker of the runtime.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|e| Err(Error::new(Kind::Failed, "it stopped on a bug in attestor").because(e)))
}
