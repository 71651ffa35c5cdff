//! A chain of another producer, verified where it lies.

use super::attend::attended;
use crate::audit::jobs::{Likeness, detect, verify_foreign};
use crate::audit::verify::foreign::Profile;
use crate::audit::verify::report::Report;
use crate::db::Db;
use crate::db::relation::Relation;
use crate::error::{Error, Kind, Result};
use crate::text::counted;
use std::io::{self, BufRead, IsTerminal, Write};

/// Verifies it by the profile that is named, or by the one that is proposed and confirmed.
pub(super) async fn verify(db: &Db, table: &Relation, profile: &str) -> Result<Report> {
    let profile = match profile {
        "auto" => confirmed(table, &detect(db, table).await?)?,
        named => named.parse().map_err(|why: String| Error::new(Kind::Usage, why))?,
    };
    let (db, table) = (db.clone(), table.clone());
    attended(move |job| async move { verify_foreign(&db, &table, profile, &job).await }).await
}

/// Which profile it is, somebody has to say: nothing in the table proves it.
fn confirmed(table: &Relation, likenesses: &[Likeness]) -> Result<Profile> {
    let Some(best) = likenesses.first() else {
        return Err(Error::new(Kind::Usage, "the table has no rows to tell a profile from")
            .hint("name one: --profile gitwire or --profile payload-link"));
    };
    for like in likenesses {
        eprintln!(
            "{}: of the payloads of the first {} {} can be recomputed, {}",
            like.profile,
            counted(like.rows, "row"),
            like.recomputed,
            counted(like.breaks, "break")
        );
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        eprint!("Verify {table} as {}? [y/N] ", best.profile);
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(best.profile);
        }
    }
    Err(Error::new(Kind::Usage, format!("it looks like {}, which somebody has to confirm", best.profile))
        .hint(format!("--profile {}", best.profile)))
}
