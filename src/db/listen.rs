//! News of the chain: what others append, as it happens.
//!
//! A primary tells (LISTEN, on a connection of its own); a standby cannot, so it is asked. A listener
//! that did not read would hold back the server's queue for everyone: news that the console has no room
//! for is dropped, and [`News::Stale`] says so once there is room again.

use super::Db;
use crate::ids::EntrySeq;
use crate::text::SafeText;
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc::Sender;

/// The channel on which `audit.append_entry` notifies; its text is the position, a space, the category.
const CHANNEL: &str = "attestor_audit";

/// The pause before a lost connection is tried again; it doubles up to the last one.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_LAST: Duration = Duration::from_secs(15);

/// How often a standby is asked.
const POLL: Duration = Duration::from_secs(2);

/// After how long a silent connection is tried: a pulled cable makes no sound.
const SILENCE: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(5);

/// What a listener tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An entry was appended, by us or by others.
    Appended {
        /// Its place.
        seq: EntrySeq,
        /// What it is about.
        category: SafeText,
    },
    /// Something may have been missed: whatever was read before now may be out of date.
    Stale,
    /// The connection is gone; it is tried again, again and again.
    Lost,
    /// The connection is there again; [`News::Stale`] follows.
    Back,
}

/// Tells `news` what is appended, until nobody receives it any more.
///
/// The first thing told is [`News::Stale`]: from then on nothing is missed unsaid.
pub async fn listen(db: Db, news: Sender<News>) {
    let options = db.read().connect_options();
    let closed = news.clone();
    let mut outlet = Outlet { news, link: Link::New, told: Link::New, missed: false };
    let told = async {
        let mut pause = PAUSE_FIRST;
        loop {
            // Only a failure ends it.
            let Err(error) = hear(&options, &mut outlet).await;
            tracing::debug!(%error, "the listener lost its connection");
            if outlet.link == Link::Up {
                pause = PAUSE_FIRST;
            }
            outlet.turn(Link::Lost);
            outlet.rest(pause).await;
            pause = PAUSE_LAST.min(pause * 2);
        }
    };
    tokio::select! {
        () = told => {}
        () = closed.closed() => {}
    }
}

/// Listens on a new connection until it fails.
async fn hear(options: &PgConnectOptions, outlet: &mut Outlet) -> Result<Infallible, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ANSWER)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    if in_recovery(&pool).await? {
        poll(&pool, outlet).await?;
        // It was promoted: it tells by itself now.
    }
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    outlet.turn(Link::Up);
    outlet.say(News::Stale);
    loop {
        tokio::select! {
            heard = tokio::time::timeout(SILENCE, listener.try_recv()) => match heard {
                Ok(Ok(Some(heard))) => outlet.say(read(heard.payload())),
                Ok(Ok(None)) => return Err(sqlx::Error::PoolClosed),
                Ok(Err(error)) => return Err(error),
                Err(_silence) => {
                    let ping = tokio::time::timeout(ANSWER, (&mut listener).execute("select 1")).await;
                    ping.map_err(|_| sqlx::Error::PoolTimedOut)??;
                }
            },
            () = outlet.make_good() => {}
        }
    }
}

/// Asks a standby again and again; ends when it is none any more.
async fn poll(pool: &PgPool, outlet: &mut Outlet) -> Result<(), sqlx::Error> {
    let mut last = newest(pool).await?;
    outlet.turn(Link::Up);
    outlet.say(News::Stale);
    while in_recovery(pool).await? {
        outlet.rest(POLL).await;
        let now = newest(pool).await?;
        // One more is told as it is; of several only that they are there.
        let next = last.as_ref().map_or(1, |(seq, _)| seq + 1);
        match now.clone() {
            Some((seq, category)) if seq == next => {
                outlet.say(News::Appended { seq: EntrySeq(seq), category })
            }
            _ if now != last => outlet.say(News::Stale),
            _ => {}
        }
        last = now;
    }
    Ok(())
}

async fn in_recovery(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_is_in_recovery()").fetch_one(pool).await
}

async fn newest(pool: &PgPool) -> Result<Option<(i64, SafeText)>, sqlx::Error> {
    sqlx::query_as("select seq, category from audit.audit_trail_entries order by seq desc limit 1")
        .fetch_optional(pool)
        .await
}

/// What a notification says. Anyone may notify on any channel: what can't be read is only a hint.
fn read(payload: &str) -> News {
    match payload.split_once(' ').map(|(seq, category)| (seq.parse(), category)) {
        Some((Ok(seq), category)) => News::Appended { seq: EntrySeq(seq), category: category.into() },
        _ => News::Stale,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    New,
    Up,
    Lost,
}

/// The way to the console. What does not fit is remembered in two words: the state of the connection
/// that was not told yet, and that something was missed.
struct Outlet {
    news: Sender<News>,
    link: Link,
    told: Link,
    missed: bool,
}

impl Outlet {
    fn say(&mut self, news: News) {
        if self.told != self.link || self.missed || self.news.try_send(news).is_err() {
            self.missed = true;
        }
    }

    fn turn(&mut self, link: Link) {
        self.link = link;
        if !self.missed && self.change().is_none_or(|news| self.news.try_send(news).is_ok()) {
            self.told = link;
        }
    }

    /// What there is to tell of the connection. That it is up at first goes without saying.
    fn change(&self) -> Option<News> {
        match (self.told, self.link) {
            (Link::Up | Link::New, Link::Lost) => Some(News::Lost),
            (Link::Lost, Link::Up) => Some(News::Back),
            _ => None,
        }
    }

    /// Tells what is owed, as soon as there is room; waits for ever where nothing is.
    async fn make_good(&mut self) {
        if self.told == self.link && !self.missed {
            return std::future::pending().await;
        }
        let change = self.change();
        let Ok(room) = self.news.reserve().await else { return std::future::pending().await };
        if let Some(change) = change {
            room.send(change);
        } else if self.missed {
            room.send(News::Stale);
            self.missed = false;
        }
        self.told = self.link;
    }

    /// Waits, telling what is owed meanwhile.
    async fn rest(&mut self, time: Duration) {
        let rest = tokio::time::sleep(time);
        tokio::pin!(rest);
        loop {
            tokio::select! {
                () = &mut rest => return,
                () = self.make_good() => {}
            }
        }
    }
}
