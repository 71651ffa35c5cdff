//! The connection, watched: who is logged in, what others change, whether it holds.

use super::{Answers, News, keeper};
use crate::db::Db;
use crate::db::local::Lease;
use crate::db::login::Login;
use crate::text::SafeText;
use crate::ui::app::Access;
use crate::ui::drafts::{self, DraftFile};
use std::sync::Arc;
use std::time::Duration;

/// How long a database that cannot be reached is left alone before it is asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// Who is logged in.
pub(super) struct Who {
    pub(super) user: SafeText,
    pub(super) access: Access,
}

/// Follows the connection until the console ends.
pub(super) async fn follow<M: Send>(db: Db, _lease: Option<Arc<Lease>>, answers: Answers<M>) {
    log_in(&db, &answers).await;
}

/// Asks who is logged in until there is an answer, and opens the drafts of that database.
async fn log_in<M: Send>(db: &Db, answers: &Answers<M>) {
    let login = loop {
        match db.login().await {
            Ok(login) => break login,
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    };
    let who = Who { user: SafeText::new(&login.user), access: access(&login) };
    // Two names of one database share its drafts; two databases of one name do not.
    let database = db.chain_name().await.unwrap_or(login.database);
    let open = move || DraftFile::open(&drafts::state_folder()?, &database);
    if let Ok(opened) = tokio::task::spawn_blocking(open).await {
        let opened: crate::error::Result<keeper::Opened> = opened;
        let _ = answers.sender.send(News::LoggedIn(who, opened)).await;
    }
}

/// Whether a login can write anything: a viewer cannot, nor can anybody on a standby.
fn access(login: &Login) -> Access {
    let writes = |role: &String| role != "viewer";
    if login.read_only || login.in_recovery || !(login.superuser || login.roles.iter().any(writes)) {
        Access::ReadOnly
    } else {
        Access::ReadWrite
    }
}
