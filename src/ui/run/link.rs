//! The connection, watched: who is logged in, what others change, whether it holds.

use super::{Answers, News, keeper};
use crate::db::Db;
use crate::db::listen::{self, listen};
use crate::db::local::Lease;
use crate::db::login::Login;
use crate::text::SafeText;
use crate::ui::app::{Access, Event, LinkNews};
use crate::ui::drafts::{self, DraftFile};
use crate::ui::screen::{Toast, Tone};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a database that cannot be reached is left alone before it is asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// News that wait; what does not fit is told as one.
const NEWS_MAX: usize = 64;
/// How long news of others are gathered: a burst of them is one.
const GATHER: Duration = Duration::from_millis(250);

/// Who is logged in.
pub(super) struct Who {
    pub(super) user: SafeText,
    pub(super) access: Access,
}

/// Follows the connection until the console ends.
pub(super) async fn follow<M: Send>(db: Db, lease: Option<Arc<Lease>>, answers: Answers<M>) {
    let (sender, news) = mpsc::channel(NEWS_MAX);
    tokio::join!(log_in(&db, &answers), listen(db.clone(), sender), hear(news, lease, &answers));
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

async fn hear<M: Send>(
    mut news: mpsc::Receiver<listen::News>,
    lease: Option<Arc<Lease>>,
    answers: &Answers<M>,
) {
    let mut held = None;
    loop {
        let heard = match held.take() {
            Some(heard) => heard,
            None => match news.recv().await {
                Some(heard) => heard,
                None => return,
            },
        };
        match heard {
            listen::News::Appended { .. } | listen::News::Stale => {
                tokio::time::sleep(GATHER).await;
                held = std::iter::from_fn(|| news.try_recv().ok()).find(is_of_the_connection);
                answers.send(Event::Link(LinkNews::Changed)).await;
            }
            listen::News::Back => answers.send(Event::Link(LinkNews::Back)).await,
            listen::News::Lost => {
                answers.send(Event::Link(LinkNews::Lost)).await;
                if let Some(lease) = &lease {
                    revive(lease, answers).await;
                }
            }
        }
    }
}

fn is_of_the_connection(news: &listen::News) -> bool {
    matches!(news, listen::News::Lost | listen::News::Back)
}

/// Starts a private server again that has crashed.
async fn revive<M: Send>(lease: &Lease, answers: &Answers<M>) {
    if let Err(error) = lease.ensure_running().await {
        let text = crate::text::visible(&error.to_string()).into_owned();
        answers.send(Event::Said(Toast { text, tone: Tone::Bad })).await;
    }
}
