//! Who we are on the server, and what the server is.

use super::Db;
use crate::error::{Error, Kind, Result};
use serde::Serialize;

/// The login of a connection and the server behind it, for the footer and for `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Login {
    /// The PostgreSQL login.
    pub user: String,
    /// The roles of attestor that it works with, without `attestor_`: `analyst`, `auditor` ...
    pub roles: Vec<String>,
    /// Whether rights do not hold for it.
    pub superuser: bool,
    /// Whether the server is a standby: nothing can be written, and news is asked for.
    pub in_recovery: bool,
    /// Whether transactions of this login cannot write, whatever attestor asks for.
    pub read_only: bool,
    /// The server's version, such as `15.4`.
    pub server_version: String,
    /// The server's encoding; always UTF8.
    pub encoding: String,
    /// The database.
    pub database: String,
}

impl Db {
    /// Who we are here.
    ///
    /// # Errors
    /// [`Kind::Configuration`] where the server's encoding is not UTF8: payloads would hash differently.
    pub async fn login(&self) -> Result<Login> {
        // What reads set themselves says nothing about the login, so its own default is looked up: from
        // the narrowest place where one was set.
        let login: Login = sqlx::query_as(
            "select session_user::text as user,
                    array(select substr(r.rolname, 10) from pg_roles r
                           where r.rolname in ('attestor_viewer', 'attestor_analyst', 'attestor_operator',
                                               'attestor_auditor', 'attestor_approver', 'attestor_producer')
                             and pg_has_role(session_user, r.oid, 'usage')
                           order by r.rolname) as roles,
                    (select rolsuper from pg_roles where rolname = session_user) as superuser,
                    pg_is_in_recovery() as in_recovery,
                    pg_is_in_recovery() or coalesce((
                        select split_part(setting, '=', 2)::boolean
                          from pg_db_role_setting s cross join lateral unnest(s.setconfig) as setting
                         where s.setrole in (0, (select oid from pg_roles where rolname = session_user))
                           and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
                           and setting like 'default_transaction_read_only=%'
                         order by s.setrole = 0, s.setdatabase = 0 limit 1), false) as read_only,
                    current_setting('server_version') as server_version,
                    current_setting('server_encoding') as encoding,
                    current_database()::text as database",
        )
        .fetch_one(self.read())
        .await?;
        require_utf8(&login.encoding)?;
        Ok(login)
    }
}

impl Db {
    /// The name of the database's audit chain: unlike the database's own, no other one has it. None
    /// before the first migration, and where the login may not read it.
    pub async fn chain_name(&self) -> Option<String> {
        let name = sqlx::query_scalar("select chain_id from audit.chain");
        name.fetch_optional(self.read()).await.ok().flatten()
    }
}

/// Refuses a database whose texts are kept in another encoding.
pub(super) fn require_utf8(encoding: &str) -> Result<()> {
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(Error::new(Kind::Configuration, format!("the database's encoding is {encoding}, not UTF8"))
        .hint("create one with: create database NAME encoding 'UTF8' template template0"))
}
