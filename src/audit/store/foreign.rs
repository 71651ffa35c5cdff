//! Rows of other producers' chains, streamed in the order of their places.

use crate::audit::verify::foreign::{ForeignRow, Stored};
use crate::audit::verify::wire::{Decoder, Malformed};
use crate::db::relation::{Relation, Shape};
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use futures::TryStreamExt;

/// Where the parts of a foreign chain stand in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The column that rows are ordered by.
    place: &'static str,
    /// What the payload's column holds.
    pub stored: Stored,
}

impl Layout {
    /// Finds the parts in a table.
    ///
    /// # Errors
    /// [`Kind::Usage`] where one is missing.
    pub fn of(relation: &Relation, shape: &Shape) -> Result<Self> {
        let missing = |what: &str| {
            let what = format!("{} has no {what}", visible(&relation.to_string()));
            Error::new(Kind::Usage, what).hint("a chain has seq or id, payload, payload_hash and prev_hash")
        };
        let is_number = |name: &str| matches!(shape.column(name), Some("bigint" | "integer" | "smallint"));
        let place = ["seq", "id"].into_iter().find(|name| is_number(name));
        let place = place.ok_or_else(|| missing("seq or id that is a whole number"))?;
        for name in ["payload_hash", "prev_hash"] {
            if !matches!(shape.column(name), Some("text" | "character varying" | "character")) {
                return Err(missing(&format!("{name} that is text")));
            }
        }
        let stored = match shape.column("payload") {
            Some("jsonb") => Stored::Jsonb,
            Some("json" | "text" | "character varying") => Stored::Text,
            _ => return Err(missing("payload that is json or text")),
        };
        Ok(Layout { place, stored })
    }

    /// Whether places have no gaps, as a seq has not; an id may.
    pub fn is_gapless(&self) -> bool {
        self.place == "seq"
    }
}

/// Hands over the rows of a foreign chain, at most `limit` of them where one is named.
pub async fn each(
    snapshot: &mut Snapshot,
    relation: &Relation,
    layout: Layout,
    limit: Option<u32>,
    mut row: impl FnMut(&ForeignRow<'_>),
) -> Result<()> {
    let limit = limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
    // The names are constants but for that of the table, whose parts are quoted.
    let statement = format!(
        "copy (select {place}::bigint, payload, payload_hash::text, prev_hash::text from only {relation}
               order by {place}{limit}) to stdout (format binary)",
        place = layout.place,
    );
    snapshot.plan_by_index().await?;
    let mut decoder = Decoder::default();
    let mut pieces = snapshot.connection().copy_out_raw(&statement).await?;
    while let Some(piece) = pieces.try_next().await? {
        decoder.feed(&piece, |tuple| {
            row(&ForeignRow::read(tuple, layout.stored)?);
            Ok::<(), Malformed>(())
        })?;
    }
    Ok(())
}
