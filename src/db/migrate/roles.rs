//! The roles of attestor, and what the migrator needs to act as their owner.
//!
//! Roles belong to the whole cluster, so another database may be creating them at this moment: who
//! loses such a race looks again.

use crate::error::{Error, Kind, Result};
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;

/// How often it is looked again before the last failure is told.
const ROUNDS_MAX: u32 = 20;

/// Creates the roles that are missing, and lets the login act as `attestor_owner`.
///
/// # Errors
/// [`Kind::Denied`] where the login may not; the hint is the SQL that an administrator can run.
pub(super) async fn ensure(connection: &mut PgConnection) -> Result<()> {
    let mut round = 0;
    loop {
        let missing = missing(connection).await?;
        if missing.is_empty() {
            return Ok(());
        }
        round += 1;
        match run(connection, &missing).await {
            Err(error) if lost_race(&error) && round < ROUNDS_MAX => {
                tokio::time::sleep(Duration::from_millis(5 * u64::from(round))).await;
            }
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("42501") => {
                return Err(denied(self::missing(connection).await?).because(sqlx::Error::Database(e)));
            }
            Err(error) => return Err(error.into()),
            // GRANT without the right to it only warns.
            Ok(()) if round >= ROUNDS_MAX.min(3) => {
                let missing = self::missing(connection).await?;
                return if missing.is_empty() { Ok(()) } else { Err(denied(missing)) };
            }
            Ok(()) => {}
        }
    }
}

/// The statements that are still needed, in their order; the server quotes the names.
///
/// Being a member is not enough from PostgreSQL 16 on: who creates a role administers it, but may SET
/// ROLE to it only when that is granted too.
async fn missing(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "select format('create role %I nologin', role)
           from unnest(array['attestor_owner', 'attestor_viewer', 'attestor_analyst', 'attestor_operator',
                             'attestor_auditor', 'attestor_approver', 'attestor_producer']) as role
          where to_regrole(role) is null
         union all
         select format('grant attestor_owner to %I', current_user)
          where case when to_regrole('attestor_owner') is null
                     then not (select rolsuper from pg_roles where rolname = current_user)
                     else not pg_has_role(current_user, to_regrole('attestor_owner'),
                          case when current_setting('server_version_num')::integer >= 160000
                               then 'SET' else 'MEMBER' end) end
         union all
         select format('grant create on database %I to attestor_owner', current_database())
          where to_regrole('attestor_owner') is null
             or not has_database_privilege(to_regrole('attestor_owner'), current_database(), 'CREATE')",
    )
    .fetch_all(connection)
    .await?)
}

async fn run(connection: &mut PgConnection, statements: &[String]) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether somebody else did the same at the same time: the role exists by now, its row was taken, or
/// was being changed ("tuple concurrently updated" has no code of its own).
fn lost_race(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    match error.code().as_deref() {
        Some("42710" | "23505") => true,
        Some("XX000") => error.message().contains("concurrently"),
        _ => false,
    }
}

fn denied(statements: Vec<String>) -> Error {
    let sql: Vec<String> = statements.into_iter().map(|s| s + ";").collect();
    Error::new(Kind::Denied, "this login may not set up the roles of attestor").hint(format!(
        "ask an administrator to run, in this database, then migrate again:\n{}",
        sql.join("\n")
    ))
}
