//! Databases of the cluster: made, migrated, opened to the login; and their addresses.

use super::Lease;
use super::layout::PORT;
use crate::error::{Error, Kind, Result};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::os::unix::ffi::OsStrExt;

impl Lease {
    /// Makes the database where it is missing, brings it up to date, and lets the login work in it.
    ///
    /// The login gets the roles of a person who decides; producing entries in the name of others
    /// (`attestor_producer`) is not among them. The result connects as that login.
    pub async fn prepare_database(&self, name: &str) -> Result<PgConnectOptions> {
        let login = &self.cluster().layout().login;
        let mut admin = connect(&self.superuser("postgres")).await?;
        // One at a time: two consoles that start together would both find no database, and both make it.
        sqlx::query("select pg_advisory_lock(hashtext('attestor local'))").execute(&mut admin).await?;
        create_login(&mut admin, login).await?;
        create_database(&mut admin, name).await?;
        let mut database = connect(&self.superuser(name)).await?;
        crate::db::migrate::migrate(&mut database).await?;
        database.close().await?;
        grant_roles(&mut admin, login).await?;
        admin.close().await?;
        Ok(self.options(name))
    }

    /// The address of `database` for libpq and for attestor, without a password since none is asked.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql:///{}?host={}&user={}&port={PORT}",
            encoded(database.as_bytes()),
            encoded(self.socket().as_os_str().as_bytes()),
            encoded(self.cluster().layout().login.as_bytes()),
        )
    }
}

/// The databases that people can have made, in alphabetical order.
pub async fn list(options: &PgConnectOptions) -> Result<Vec<String>> {
    let mut admin = connect(options).await?;
    let names = sqlx::query_scalar(
        "select datname from pg_database where not datistemplate and datname <> 'postgres' order by datname",
    )
    .fetch_all(&mut admin)
    .await?;
    admin.close().await?;
    Ok(names)
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    Ok(options.clone().application_name("attestor local").connect().await?)
}

async fn create_login(admin: &mut PgConnection, login: &str) -> Result<()> {
    let sql: Option<String> = sqlx::query_scalar(
        "select format('create role %I login nosuperuser nocreatedb nocreaterole', $1::text)
          where not exists (select from pg_roles where rolname = $1::text)",
    )
    .bind(login)
    .fetch_optional(&mut *admin)
    .await?;
    run_formatted(admin, sql).await
}

async fn create_database(admin: &mut PgConnection, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > 63 || name.contains('\0') {
        return Err(Error::new(Kind::Usage, "the name of a database has 1 to 63 bytes"));
    }
    let sql: Option<String> = sqlx::query_scalar(
        "select format('create database %I template template0 encoding ''UTF8''', $1::text)
          where not exists (select from pg_database where datname = $1::text)",
    )
    .bind(name)
    .fetch_optional(&mut *admin)
    .await?;
    run_formatted(admin, sql).await
}

/// Grants what is not granted yet; roles belong to the whole cluster, so one time is enough for all.
async fn grant_roles(admin: &mut PgConnection, login: &str) -> Result<()> {
    let sql: Option<String> = sqlx::query_scalar(
        "select format('grant %s to %I', string_agg(quote_ident(r.rolname), ', '), $1::text)
           from pg_roles r
          where r.rolname in ('attestor_analyst', 'attestor_operator', 'attestor_auditor', 'attestor_approver')
            and not exists (select from pg_auth_members m
                             where m.roleid = r.oid
                               and m.member = (select oid from pg_roles where rolname = $1::text))
         having count(*) > 0",
    )
    .bind(login)
    .fetch_optional(&mut *admin)
    .await?;
    run_formatted(admin, sql).await
}

/// Runs a statement whose names the server itself has quoted with `format('%I')`.
async fn run_formatted(admin: &mut PgConnection, sql: Option<String>) -> Result<()> {
    if let Some(sql) = sql {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await?;
    }
    Ok(())
}

/// `bytes` as a part of a URL: everything but letters, digits and `-._~/` as `%XX`.
///
/// A `+` too: one reader takes it for a space, another for itself.
fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(byte as char);
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
