//! The rows of the chain as bytes, streamed in the order of seq.

use crate::audit::verify::row::{COLUMNS, Row};
use crate::audit::verify::usual::Usual;
use crate::audit::verify::wire::{Decoder, Malformed};
use crate::chain::controls::CONTROLS;
use crate::chain::hash::PAYLOAD_ALG;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};
use futures::TryStreamExt;
use std::ops::RangeInclusive;

/// Where the chain begins and ends, as its index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Ends {
    /// The least seq; none where there is no entry.
    pub first: Option<i64>,
    /// The greatest seq.
    pub last: Option<i64>,
}

/// Where the chain begins and ends.
pub async fn ends(snapshot: &mut Snapshot) -> Result<Ends> {
    Ok(sqlx::query_as("select min(seq) as first, max(seq) as last from only audit.audit_trail_entries")
        .fetch_one(snapshot.connection())
        .await?)
}

/// The first position from `seq` on that an entry has.
pub async fn next(snapshot: &mut Snapshot, seq: i64) -> Result<Option<i64>> {
    snapshot.plan_by_index().await?;
    Ok(sqlx::query_scalar("select min(seq) from only audit.audit_trail_entries where seq >= $1")
        .bind(seq)
        .fetch_one(snapshot.connection())
        .await?)
}

/// The chain's name by its first entry.
pub async fn first_name(snapshot: &mut Snapshot) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select chain_id from only audit.audit_trail_entries order by seq limit 1")
        .fetch_optional(snapshot.connection())
        .await?
        .flatten())
}

/// Hands over the entries at `seqs`, in the order of seq, read by the index on it where there is one.
///
/// One row is in memory at a time, so that a chain of any length takes no more than its largest entry. What
/// entries of the chain usually have is compared there and not sent, which costs the server less.
pub async fn each(
    snapshot: &mut Snapshot,
    usual: &Usual,
    seqs: RangeInclusive<i64>,
    mut row: impl FnMut(&Row<'_>),
) -> Result<()> {
    let statement = statement(usual, &seqs);
    snapshot.plan_by_index().await?;
    let mut decoder = Decoder::default();
    let mut pieces = snapshot.connection().copy_out_raw(&statement).await?;
    while let Some(piece) = pieces.try_next().await? {
        decoder.feed(&piece, |tuple| {
            row(&Row::read(tuple, usual)?);
            Ok::<(), Malformed>(())
        })?;
    }
    if decoder.is_ended() { Ok(()) } else { Err(cut_off()) }
}

/// COPY takes no parameters: what is put into its text are numbers, the name of a chain, which has no quotes,
/// and words of our own. Texts are compared byte by byte, whatever the columns say of their order.
fn statement(usual: &Usual, seqs: &RangeInclusive<i64>) -> String {
    const _: () = assert!(COLUMNS == 17, "the columns of the statement are those of a row");
    let chain_id = usual.chain_id().map_or("null".to_owned(), |name| format!("'{name}'"));
    let list = |(category, controls): &(&str, &[&str])| {
        format!(" when '{category}' then '{{{}}}'::text[]", controls.join(","))
    };
    let lists: String = CONTROLS.iter().map(list).collect();
    let (first, last) = (seqs.start(), seqs.end());
    format!(
        r#"copy (select case when id = seq and chain_id collate "C" = {chain_id}
                               and payload_alg collate "C" = '{PAYLOAD_ALG}' and framework is not null then null
                     else array[id::text, chain_id, payload_alg, (framework is not null)::text] end,
                seq, occurred_at, category, event_type, actor, actor_type, db_user, repo_full_name, pr_number,
                commit_sha,
                case when framework collate "C" = case category collate "C"{lists} end then null
                     else framework end,
                control_id, payload_hash, prev_hash, entry_hash, payload
         from only audit.audit_trail_entries
         where seq between {first} and {last}
         order by seq) to stdout (format binary)"#
    )
}

/// Blocks of the table that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// The first of them.
    pub first: u32,
    /// The one behind the last; none where they go on to the end of the table.
    pub end: Option<u32>,
}

/// How many blocks the table has: all that a snapshot sees stands in them. Where it is no table, none.
pub async fn blocks(snapshot: &mut Snapshot) -> Result<u32> {
    let blocks: i64 = sqlx::query_scalar(
        "select coalesce((select pg_relation_size(oid) / current_setting('block_size')::bigint from pg_class
                          where oid = 'audit.audit_trail_entries'::regclass and relkind = 'r'), 0)",
    )
    .fetch_one(snapshot.connection())
    .await?;
    Ok(u32::try_from(blocks).unwrap_or(u32::MAX))
}

/// How many rows stand in these blocks, whatever the indexes of the table say, and how many of them have a
/// seq.
pub async fn counted(snapshot: &mut Snapshot, blocks: Blocks) -> Result<(i64, i64)> {
    snapshot.plan_by_table().await?;
    let block = |number: u32| format!("({number},0)");
    let counted = match blocks {
        Blocks { first: 0, end: None } => {
            sqlx::query_as("select count(*), count(seq) from only audit.audit_trail_entries")
        }
        Blocks { first, end: None } => sqlx::query_as(
            "select count(*), count(seq) from only audit.audit_trail_entries where ctid >= $1::tid",
        )
        .bind(block(first)),
        Blocks { first, end: Some(end) } => sqlx::query_as(
            "select count(*), count(seq) from only audit.audit_trail_entries
             where ctid >= $1::tid and ctid < $2::tid",
        )
        .bind(block(first))
        .bind(block(end)),
    };
    Ok(counted.fetch_one(snapshot.connection()).await?)
}

fn cut_off() -> Error {
    Error::new(Kind::NoDatabase, "the stream of rows ended before its end")
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Error::new(Kind::Failed, format!("a row can't be read: {malformed}"))
    }
}
