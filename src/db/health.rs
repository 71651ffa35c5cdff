//! What a server and a database are like, for `doctor`. Looks, and changes nothing.

use crate::error::{Error, Kind, Result};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::time::{Duration, Instant};

/// How often the way to the server and back is measured.
const ROUNDS: usize = 7;

/// The server, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Server {
    /// The version, such as `15.4`.
    pub version: String,
    /// The version as a number, such as 150004.
    pub version_num: i32,
    /// The encoding of the database.
    pub encoding: String,
    /// The database.
    pub database: String,
    /// The login.
    pub user: String,
    /// Whether no right is refused to it.
    pub superuser: bool,
    /// Whether this is a standby.
    pub in_recovery: bool,
    /// Whether transactions of this login begin read-only.
    pub read_only: bool,
    /// How many transactions may be prepared.
    pub max_prepared_transactions: i32,
    /// Whether the server can notice a client that has gone while a query runs.
    pub checks_client: bool,
    /// Whether the connection is encrypted; none where it does not leave this machine.
    pub encrypted: Option<bool>,
}

/// What a login may do here.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Rights {
    /// The roles of attestor that it works with.
    pub roles: Vec<String>,
    /// Whether it may read findings and the chain.
    pub reads: bool,
    /// Whether it may write feedback and what it decides.
    pub decides: bool,
    /// Whether it may take scanners' files in.
    pub takes_in: bool,
    /// The categories of the chain that it may append.
    pub categories: Vec<String>,
    /// Whether it may act as the owner, and so migrate.
    pub owns: bool,
}

/// How far a clock is from ours, known to within half of the way there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// The server's clock less ours.
    pub ahead: TimeDelta,
    /// What it may be off by.
    pub within: Duration,
}

/// Asks the server about itself.
pub async fn server(connection: &mut PgConnection) -> Result<Server> {
    Ok(sqlx::query_as(
        "select current_setting('server_version') as version,
                current_setting('server_version_num')::integer as version_num,
                current_setting('server_encoding') as encoding,
                current_database()::text as database,
                session_user::text as user,
                (select rolsuper from pg_roles where rolname = session_user) as superuser,
                pg_is_in_recovery() as in_recovery,
                current_setting('default_transaction_read_only')::boolean as read_only,
                current_setting('max_prepared_transactions')::integer as max_prepared_transactions,
                exists (select from pg_settings where name = 'client_connection_check_interval') as checks_client,
                case when inet_client_addr() is not null
                     then (select ssl from pg_stat_ssl where pid = pg_backend_pid()) end as encrypted",
    )
    .fetch_one(connection)
    .await?)
}

/// Asks what the login may do. None before the first migration.
pub async fn rights(connection: &mut PgConnection) -> Result<Option<Rights>> {
    let migrated: bool = sqlx::query_scalar(
        // By the catalog: to_regclass raises where the login may not enter the schema.
        "select count(*) = 2 from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where (n.nspname, c.relname) in (('audit', 'category_roles'), ('triage', 'feedbacks'))",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !migrated {
        return Ok(None);
    }
    // A table is named only where its schema may be entered: otherwise its name alone is refused.
    let mut rights: Rights = sqlx::query_as(
        "select array(select substr(r.rolname, 10) from pg_roles r
                       where r.rolname in ('attestor_viewer', 'attestor_analyst', 'attestor_operator',
                                           'attestor_auditor', 'attestor_approver', 'attestor_producer')
                         and pg_has_role(session_user, r.oid, 'usage')
                       order by r.rolname) as roles,
                case when has_schema_privilege('triage', 'usage') and has_schema_privilege('audit', 'usage')
                     then has_table_privilege('triage.findings', 'select')
                      and has_table_privilege('audit.audit_trail_entries', 'select') else false end as reads,
                case when has_schema_privilege('triage', 'usage')
                     then has_table_privilege('triage.feedbacks', 'insert')
                      and has_any_column_privilege('triage.findings', 'update') else false end as decides,
                case when has_schema_privilege('triage', 'usage')
                     then has_table_privilege('triage.imports', 'insert')
                      and has_table_privilege('triage.findings', 'insert') else false end as takes_in,
                '{}'::text[] as categories,
                coalesce(pg_has_role(session_user, to_regrole('attestor_owner'), 'member'), false) as owns",
    )
    .fetch_one(&mut *connection)
    .await?;
    if rights.reads {
        // The function asks for the same; EXECUTE on it is asked for here.
        rights.categories = sqlx::query_scalar(
            "select distinct r.category from audit.category_roles r
              where pg_has_role(session_user, r.role, 'usage')
                and exists (select from pg_proc p
                             where p.pronamespace = 'audit'::regnamespace and p.proname = 'append_entry'
                               and has_function_privilege(p.oid, 'execute'))
              order by r.category",
        )
        .fetch_all(connection)
        .await?;
    }
    Ok(Some(rights))
}

/// How long the server takes to answer: the median of several tries.
pub async fn latency(connection: &mut PgConnection) -> Result<Duration> {
    let mut tries = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        sqlx::query("select 1").execute(&mut *connection).await?;
        tries.push(begun.elapsed());
    }
    tries.sort_unstable();
    Ok(tries[ROUNDS / 2])
}

/// Compares the clocks.
pub async fn skew(connection: &mut PgConnection) -> Result<Skew> {
    let begun = (Instant::now(), Utc::now());
    let theirs: DateTime<Utc> = sqlx::query_scalar("select clock_timestamp()").fetch_one(connection).await?;
    let way = begun.0.elapsed();
    let half = TimeDelta::from_std(way / 2).map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
    Ok(Skew { ahead: theirs - (begun.1 + half), within: way / 2 })
}
