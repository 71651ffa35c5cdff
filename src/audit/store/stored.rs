//! One entry as it is stored, what stands next to it, and who may write such entries.

use super::entries::LISTED;
use crate::audit::entry::{Around, Listed, Neighbour, Stored};
use crate::db::Db;
use crate::error::Result;
use crate::ids::EntrySeq;
use crate::text::SafeText;
use sqlx::postgres::PgRow;
use sqlx::{Connection, FromRow, PgConnection, QueryBuilder, Row};

/// The most bytes of a payload that are read; no append lets more in.
pub const PAYLOAD_BYTES_MAX: i64 = 1 << 20;
/// The most logins that are named.
pub const LOGINS_MAX: i64 = 50;

/// The entry at `seq` with its neighbours, of one moment; none where there is no such entry.
pub async fn stored(db: &Db, seq: EntrySeq) -> Result<Option<(Stored, Around)>> {
    let mut connection = db.read().acquire().await?;
    let mut transaction = connection.begin_with("begin isolation level repeatable read read only").await?;
    let found = read(&mut transaction, seq).await;
    transaction.rollback().await?;
    found
}

async fn read(connection: &mut PgConnection, seq: EntrySeq) -> Result<Option<(Stored, Around)>> {
    let Some(stored) = row(connection, seq).await? else { return Ok(None) };
    let around = Around {
        before: neighbour(connection, " where e.seq < ", seq, " order by e.seq desc limit 1").await?,
        behind: neighbour(connection, " where e.seq > ", seq, " order by e.seq asc limit 1").await?,
        chain: sqlx::query_as("select chain_id, genesis from audit.chain limit 1")
            .fetch_optional(connection)
            .await?,
    };
    Ok(Some((stored, around)))
}

/// Texts are cut where no entry has longer ones, so that a forged row of a gigabyte is not sent.
async fn row(connection: &mut PgConnection, seq: EntrySeq) -> Result<Option<Stored>> {
    Ok(sqlx::query_as(
        "select e.id, e.seq,
                case when e.occurred_at >= '0001-01-01 00:00:00+00' and e.occurred_at < '10000-01-01 00:00:00+00'
                     then e.occurred_at end as occurred_at,
                (e.occurred_at at time zone 'UTC')::text as occurred_at_text,
                left(e.category, 1024) as category, left(e.event_type, 1024) as event_type,
                left(e.actor, 1024) as actor, left(e.actor_type, 1024) as actor_type,
                left(e.db_user, 1024) as db_user, left(e.repo_full_name, 1024) as repo_full_name, e.pr_number,
                left(e.commit_sha, 1024) as commit_sha,
                case when (e.framework = '{}' or (array_ndims(e.framework) = 1 and array_lower(e.framework, 1) = 1))
                          and octet_length(e.framework::text) <= 8192
                     then e.framework end as framework,
                left(e.framework::text, 2000) as framework_text, left(e.control_id, 1024) as control_id,
                left(e.chain_id, 1024) as chain_id, left(e.payload_alg, 1024) as payload_alg,
                case when p.bytes <= $2 then e.payload::text end as payload,
                coalesce(p.bytes, 0)::bigint as payload_bytes,
                left(e.payload_hash, 1024) as payload_hash, left(e.prev_hash, 1024) as prev_hash,
                left(e.entry_hash, 1024) as entry_hash,
                coalesce(greatest(octet_length(e.category), octet_length(e.event_type), octet_length(e.actor),
                                  octet_length(e.actor_type), octet_length(e.db_user),
                                  octet_length(e.repo_full_name), octet_length(e.commit_sha),
                                  octet_length(e.control_id), octet_length(e.chain_id)) > 1024, false) as is_cut,
                (select count(*) from (select from audit.audit_trail_entries o where o.seq = e.seq limit 100) same)
                    as bearers
         from audit.audit_trail_entries e
         cross join lateral (select octet_length(e.payload::text) as bytes) p
         where e.seq = $1
         order by e.id
         limit 1",
    )
    .bind(seq)
    .bind(PAYLOAD_BYTES_MAX)
    .fetch_optional(connection)
    .await?)
}

async fn neighbour(
    connection: &mut PgConnection,
    condition: &'static str,
    seq: EntrySeq,
    order: &'static str,
) -> Result<Option<Neighbour>> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(LISTED).push(", left(e.prev_hash, 1024) as prev_hash, left(e.entry_hash, 1024) as entry_hash");
    sql.push(" from audit.audit_trail_entries e").push(condition).push_bind(seq).push(order);
    Ok(sql.build_query_as().fetch_optional(connection).await?)
}

/// Who may write entries of a category.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Writers {
    /// The roles whose members may append it.
    pub roles: Vec<SafeText>,
    /// The logins that may append it through one of these roles, by name; the first [`LOGINS_MAX`].
    pub logins: Vec<SafeText>,
    /// The logins that can change the table past every check: superusers, and whoever holds rights on it.
    pub unbound: Vec<SafeText>,
}

/// Who may write entries of `category`, by what the database grants now.
pub async fn writers(db: &Db, category: &str) -> Result<Writers> {
    let roles = sqlx::query_scalar(
        "select r.role from audit.category_roles r where r.category = $1 order by r.role limit $2",
    )
    .bind(category)
    .bind(LOGINS_MAX)
    .fetch_all(db.read())
    .await?;
    let logins = sqlx::query_scalar(
        "select l.rolname::text from pg_roles l
         where l.rolcanlogin and not l.rolsuper
           and exists (select from audit.category_roles r join pg_roles g on g.rolname = r.role
                       where r.category = $1 and pg_has_role(l.oid, g.oid, 'usage'))
         order by 1 limit $2",
    )
    .bind(category)
    .bind(LOGINS_MAX)
    .fetch_all(db.read())
    .await?;
    let unbound = sqlx::query_scalar(
        "select l.rolname::text from pg_roles l
         where l.rolcanlogin
           and (l.rolsuper
                or has_table_privilege(l.oid, 'audit.audit_trail_entries', 'insert, update, delete, truncate, trigger')
                or pg_has_role(l.oid, (select c.relowner from pg_class c
                                       where c.oid = 'audit.audit_trail_entries'::regclass), 'usage'))
         order by 1 limit $1",
    )
    .bind(LOGINS_MAX)
    .fetch_all(db.read())
    .await?;
    Ok(Writers { roles, logins, unbound })
}

impl FromRow<'_, PgRow> for Neighbour {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Neighbour {
            listed: Listed::from_row(row)?,
            prev_hash: row.try_get("prev_hash")?,
            entry_hash: row.try_get("entry_hash")?,
        })
    }
}

impl FromRow<'_, PgRow> for Stored {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Stored {
            id: row.try_get("id")?,
            seq: row.try_get("seq")?,
            occurred_at: row.try_get("occurred_at")?,
            occurred_at_text: row.try_get("occurred_at_text")?,
            category: row.try_get("category")?,
            event_type: row.try_get("event_type")?,
            actor: row.try_get("actor")?,
            actor_type: row.try_get("actor_type")?,
            db_user: row.try_get("db_user")?,
            repo_full_name: row.try_get("repo_full_name")?,
            pr_number: row.try_get("pr_number")?,
            commit_sha: row.try_get("commit_sha")?,
            framework: row.try_get("framework")?,
            framework_text: row.try_get("framework_text")?,
            control_id: row.try_get("control_id")?,
            chain_id: row.try_get("chain_id")?,
            payload_alg: row.try_get("payload_alg")?,
            payload: row.try_get("payload")?,
            payload_bytes: row.try_get("payload_bytes")?,
            payload_hash: row.try_get("payload_hash")?,
            prev_hash: row.try_get("prev_hash")?,
            entry_hash: row.try_get("entry_hash")?,
            is_cut: row.try_get("is_cut")?,
            bearers: row.try_get("bearers")?,
        })
    }
}
