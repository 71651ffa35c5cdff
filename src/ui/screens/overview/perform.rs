//! Does what the Overview wishes: the only place here that awaits.

use super::lines::{self, Line, Section};
use super::wish::{Look, Msg, Wish};
use crate::chain::recent;
use crate::db::Db;
use crate::db::series::Reach;
use crate::drift::store::list as repositories;
use crate::error::Result;
use crate::filter::Filter;
use crate::flaky::store::tests;
use crate::ids::FindingId;
use crate::operations::store::list as runs;
use crate::triage::store::overview::Mark;
use crate::triage::store::{findings, imports, overview};
use crate::ui::drafts::state_folder;
use crate::ui::screen::Tools;
use crate::ui::session::{SessionFile, Visit};
use chrono::Utc;

/// How many audit entries are shown.
const ENTRIES: u32 = 50;
/// How many imports are shown.
const IMPORTS: u32 = 2;

/// The answer to a wish, with visits remembered in the state folder; without one they are not.
pub(super) async fn perform(wish: Wish, tools: Tools) -> Msg {
    let file = state_folder().ok().map(|state| SessionFile::below(&state));
    perform_with(wish, &tools.db, file).await
}

/// The answer to a wish, with visits remembered in `file`; a failure is an answer too.
pub async fn perform_with(wish: Wish, db: &Db, file: Option<SessionFile>) -> Msg {
    match wish {
        Wish::Look => Msg::Looked(look(db, file).await),
        Wish::Section(section, look) => {
            let now = Utc::now();
            match glance(db, section, &look).await {
                Ok((lines, Reach::Cut)) => Msg::Glance(section, now, lines),
                Ok((lines, Reach::Whole)) => Msg::Section(section, now, Ok(lines)),
                Err(error) => Msg::Section(section, now, Err(error)),
            }
        }
        Wish::Whole(section, look) => {
            let now = Utc::now();
            Msg::Section(section, now, read(db, section, &look).await)
        }
        Wish::Entries => {
            let now = Utc::now();
            Msg::Entries(now, recent::newest(db, ENTRIES).await)
        }
        Wish::News => Msg::News(recent::head(db).await.map(|head| head.seq)),
        Wish::Keep(database, visit) => Msg::Kept(keep(database, visit, file).await),
    }
}

async fn look(db: &Db, file: Option<SessionFile>) -> Result<Look> {
    let (head, newest, database) = tokio::join!(recent::head(db), findings::newest(db), db.chain_name());
    let (head, newest) = (head?, newest?);
    let now = Visit { at: head.read_at, seq: head.seq, finding: newest.unwrap_or(FindingId(0)) };
    let name = database.clone();
    let last = tokio::task::spawn_blocking(move || file?.visit(&name?)).await.ok().flatten();
    Ok(Look { database, last, now })
}

/// What of a section is quick to read, and whether that is all of it.
async fn glance(db: &Db, section: Section, look: &Look) -> Result<(Vec<Line>, Reach)> {
    Ok(match section {
        Section::Findings => {
            let (queue, reach) = overview::glance(db, mark(look), look.now.at).await?;
            (lines::findings(&queue, look), reach)
        }
        Section::Watched | Section::Chain | Section::Imports => {
            (read(db, section, look).await?, Reach::Whole)
        }
    })
}

/// What a section shows. The server's time at the look is the time of all of them.
async fn read(db: &Db, section: Section, look: &Look) -> Result<Vec<Line>> {
    let now = look.now.at;
    Ok(match section {
        Section::Findings => lines::findings(&overview::queue(db, mark(look), now).await?, look),
        Section::Watched => {
            let all = Filter::default();
            let (lying, drift, standing) = tokio::try_join!(
                tests::standing(db, now),
                repositories::counts(db, &all, now),
                runs::standing(db)
            )?;
            lines::watched(&lying, &drift, &standing)
        }
        Section::Imports => {
            let (newest, scans) = tokio::try_join!(imports::newest(db, IMPORTS), imports::scans(db, now))?;
            lines::imports(&newest, &scans, look)
        }
        Section::Chain => {
            let (head, days, newest) =
                tokio::try_join!(recent::head(db), recent::by_day(db, now), recent::newest(db, 1))?;
            lines::chain(head.seq, &days, newest.first(), look)
        }
    })
}

fn mark(look: &Look) -> Option<Mark> {
    look.last.map(|last| Mark { at: last.at, finding: last.finding })
}

async fn keep(database: String, visit: Visit, file: Option<SessionFile>) -> std::result::Result<(), String> {
    let Some(file) = file else { return Ok(()) };
    let keep = move || file.keep_visit(&database, visit).map_err(|e| e.to_string());
    tokio::task::spawn_blocking(keep).await.map_err(|e| e.to_string())?
}
