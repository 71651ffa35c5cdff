//! The connection, watched: who is logged in, what others change, whether it holds.

use super::{Answers, News, keeper};
use crate::db::Db;
use crate::db::local::Lease;
use crate::db::login::{Login, login};
use crate::ui::drafts::{self, DraftFile};
use std::sync::Arc;
use std::time::Duration;

/// How long the first answer of a database that cannot be reached is waited for before asking again.
const AGAIN: Duration = Duration::from_secs(2);

/// Follows the connection until the console ends.
pub(super) async fn follow<M: Send>(db: Db, _lease: Option<Arc<Lease>>, answers: Answers<M>) {
    log_in(db, answers).await;
}

/// Asks who is logged in until there is an answer, and opens the drafts of that database.
async fn log_in<M: Send>(db: Db, answers: Answers<M>) {
    let login = loop {
        match login(&db).await {
            Ok(login) => break login,
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    };
    let Login { role, database } = login;
    let open = move || -> crate::error::Result<keeper::Opened> {
        DraftFile::open(&drafts::state_folder()?, &database)
    };
    let opened = tokio::task::spawn_blocking(open).await;
    if let Ok(opened) = opened {
        let _ = answers.sender.send(News::LoggedIn(role, opened)).await;
    }
}
