//! Verifies a chain of another producer where it lies.

use crate::audit::store::foreign::{self, Layout};
use crate::audit::verify::foreign::{ForeignWalk, Profile};
use crate::audit::verify::report::{Report, Scope};
use crate::audit::verify::verdict::{Break, Breaks, Kind as Broken};
use crate::db::Db;
use crate::db::relation::Relation;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use std::time::Instant;

/// How many rows detection looks at.
const SAMPLE_ROWS: u32 = 200;
/// After how many rows the progress is told.
const ROWS_TOLD: u64 = 2_048;

/// Verifies the chain in `relation` by `profile`. The best that is said of such a chain is that its links
/// hold: what is not hashed is not committed.
///
/// # Errors
/// As [`verify`](super::verify::verify); [`Kind::Usage`] where the table is none, or no chain.
pub async fn verify_foreign(
    db: &Db,
    relation: &Relation,
    profile: Profile,
    job: &JobContext,
) -> Result<Report> {
    let begun = Instant::now();
    let mut snapshot = db.snapshot().await?;
    let shape = relation.shape(&mut snapshot).await?;
    let mut breaks = Breaks::default();
    if shape.kind != "r" || shape.row_security || shape.is_rewritten {
        let why = "it is no ordinary table, or policies, rules or inheritance decide what is seen of it";
        breaks.push(Break::nowhere(Broken::HiddenRows, why));
    }
    let layout = Layout::of(relation, &shape)?;
    let mut walk = ForeignWalk::new(profile, layout.stored, layout.is_gapless());
    let mut stopped = None;
    // A view is not looked into: it runs its maker's code in the name of whoever reads.
    if shape.kind == "r" {
        let each = foreign::each(&mut snapshot, relation, layout, None, |row| {
            walk.push(row);
            if walk.entries.is_multiple_of(ROWS_TOLD) {
                job.report("verifying", walk.entries, None);
            }
        });
        let walked = tokio::select! {
            biased;
            () = job.cancellation().cancelled() => Err(Error::new(Kind::Incomplete, "cancelled")),
            walked = each => walked,
        };
        match walked {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::Denied && shape.row_security => {}
            Err(error) if matches!(error.kind(), Kind::Denied | Kind::Configuration) => return Err(error),
            Err(error) => stopped = Some(error.to_string()),
        }
    }
    breaks.extend(walk.breaks);
    Ok(Report {
        profile: profile.word(),
        scope: Scope::Full,
        entries: walk.entries,
        breaks_count: breaks.count(),
        breaks: breaks.first_ones(),
        unverifiable: walk.unverifiable,
        stopped,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..Report::default()
    })
}

/// What a profile makes of the first rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// The profile.
    pub profile: Profile,
    /// How many rows were looked at.
    pub rows: u64,
    /// How many payloads can be recomputed by it.
    pub recomputed: u64,
    /// How many breaks it gives.
    pub breaks: u64,
}

/// Looks at the first rows of a table and says what each profile makes of them, the likeliest first. A
/// proposal: which it is, somebody has to say who knows the producer.
pub async fn detect(db: &Db, relation: &Relation) -> Result<Vec<Likeness>> {
    let mut snapshot = db.snapshot().await?;
    let shape = relation.shape(&mut snapshot).await?;
    let layout = Layout::of(relation, &shape)?;
    let mut likenesses = Vec::new();
    if shape.kind == "r" {
        for profile in Profile::ALL {
            likenesses.push(likeness(&mut snapshot, relation, layout, profile).await?);
        }
    }
    likenesses.retain(|like| like.rows > 0);
    likenesses.sort_by_key(|like| (like.breaks, u64::MAX - like.recomputed));
    Ok(likenesses)
}

async fn likeness(
    snapshot: &mut Snapshot,
    relation: &Relation,
    layout: Layout,
    profile: Profile,
) -> Result<Likeness> {
    let mut walk = ForeignWalk::new(profile, layout.stored, layout.is_gapless());
    foreign::each(snapshot, relation, layout, Some(SAMPLE_ROWS), |row| walk.push(row)).await?;
    Ok(Likeness { profile, rows: walk.entries, recomputed: walk.own, breaks: walk.breaks.count() })
}
