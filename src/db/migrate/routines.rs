//! Functions and procedures as the migrations define them: the last definition of each holds.
//!
//! The definitions are read from the embedded migrations themselves, so no list of them has to be kept.
//! That works as long as migrations write each `create [or replace] function | procedure` at the start of a
//! line, and give no two routines of a schema one name; a test holds both.

use super::MIGRATIONS;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;

/// The fact that something is there.
pub(super) const EXISTS: &str = "exists";

const BEGINNINGS: &[&str] =
    &["create function ", "create or replace function ", "create procedure ", "create or replace procedure "];
const ENDINGS: &[&str] = &["drop function ", "drop procedure ", "drop routine "];

/// Gives every routine the definition that it should have, as `attestor_owner`, which the connection has
/// become; drops others that share a name with one, since a call could reach them in its place.
///
/// Who may run them is not decided here: a definition keeps owner and grants, and the rights come after.
pub(super) async fn mend(connection: &mut PgConnection) -> Result<()> {
    let routines = defined(MIGRATIONS.iter().map(|migration| migration.sql.as_str()));
    // A body may name what comes later in this list.
    let mut sql = "set local check_function_bodies = off;\n".to_owned();
    routines.values().for_each(|routine| sql.push_str(&routine.definition));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await.map_err(another_kind)?;
    let names: Vec<&str> = routines.keys().map(String::as_str).collect();
    let signatures: Vec<&str> = routines.values().map(|routine| routine.signature.as_str()).collect();
    let namesakes: Vec<String> = sqlx::query_scalar(
        "select format('drop routine %s', p.oid::regprocedure)
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname || '.' || p.proname = any ($1)
            and p.oid <> all (select to_regprocedure(s)::oid from unnest($2) as s
                               where to_regprocedure(s) is not null)",
    )
    .bind(names)
    .bind(signatures)
    .fetch_all(&mut *connection)
    .await?;
    for drop in namesakes {
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *connection).await.map_err(in_use)?;
    }
    Ok(())
}

/// What every routine does, as (object, fact). A digest tells that a body is another; neither is shown.
pub(super) async fn facts(connection: &mut PgConnection) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        "select 'routine ' || p.oid::regprocedure, fact
           from pg_proc p join pg_language l on l.oid = p.prolang cross join lateral unnest(array[
                    'exists',
                    'body with MD5 ' || md5(p.prosrc || coalesce(p.probin, '')
                                            || coalesce(pg_get_function_sqlbody(p.oid), '')),
                    'language ' || l.lanname,
                    'returns ' || pg_get_function_result(p.oid),
                    'takes ' || pg_get_function_arguments(p.oid),
                    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
                    case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted'
                                       else 'parallel unsafe' end,
                    case when p.proisstrict then 'strict' end,
                    case when p.proleakproof then 'leakproof' end]) as fact
          where p.pronamespace in (select oid from pg_namespace
                                    where nspname in ('attestor', 'audit', 'operations', 'triage', 'trust'))
            and fact is not null",
    )
    .fetch_all(connection)
    .await?)
}

/// A routine as it should be.
struct Routine {
    /// Its name and the types of its arguments.
    signature: String,
    /// The statement that makes it, or makes it so again.
    definition: String,
}

/// The routines that are left after all of `migrations`, by their names.
fn defined<'a>(migrations: impl Iterator<Item = &'a str>) -> BTreeMap<String, Routine> {
    let mut routines = BTreeMap::new();
    for migration in migrations {
        let mut rest = migration;
        while let Some(line) = rest.split_inclusive('\n').next() {
            let after = |words: &&str| line.starts_with(*words).then_some(words.len());
            if let Some(length) = BEGINNINGS.iter().find_map(after) {
                let statement = statement(rest);
                let what = if line.contains("procedure ") { "procedure" } else { "function" };
                let (name, arguments) = signed(&statement[length..]);
                let definition = format!("create or replace {what} {}\n", &statement[length..]);
                let signature = format!("{name}({})", types(arguments));
                routines.insert(name.to_owned(), Routine { signature, definition });
                rest = &rest[statement.len()..];
            } else {
                if let Some(length) = ENDINGS.iter().find_map(after) {
                    let name = line[length..].trim_start_matches("if exists ");
                    routines.remove(signed(name).0);
                }
                rest = &rest[line.len()..];
            }
        }
    }
    routines
}

/// The statement at the start of `sql`, with its semicolon. One within `$$` or quotes does not end it.
fn statement(sql: &str) -> &str {
    let (mut in_body, mut in_quotes) = (false, false);
    let mut in_comment = false;
    for (at, sign) in sql.char_indices() {
        match sign {
            _ if in_comment => in_comment = sign != '\n',
            '-' if !in_body && !in_quotes && sql[at..].starts_with("--") => in_comment = true,
            '$' if !in_quotes && sql[at..].starts_with("$$") => in_body = !in_body,
            '\'' if !in_body => in_quotes = !in_quotes,
            ';' if !in_body && !in_quotes => return &sql[..=at],
            _ => {}
        }
    }
    sql
}

/// The name that `text` starts with, and what stands in the brackets after it.
fn signed(text: &str) -> (&str, &str) {
    let (name, rest) = text.split_at(text.find(['(', ';']).unwrap_or(text.len()));
    let mut depth = 0_usize;
    for (at, sign) in rest.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' if depth == 1 => return (name.trim(), &rest[1..at]),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (name.trim(), "")
}

/// The types of `arguments`, without their names and defaults.
fn types(arguments: &str) -> String {
    let one = |argument: &str| {
        let (_, kind) = argument.trim().split_once(char::is_whitespace)?;
        Some(kind.split(" default ").next().unwrap_or(kind).trim().to_owned())
    };
    arguments.split(',').filter_map(one).collect::<Vec<_>>().join(", ")
}

/// A routine that gives another type, or whose arguments have other names, cannot be replaced.
fn another_kind(error: sqlx::Error) -> Error {
    let postgres = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>());
    match postgres {
        Some(e) if e.code() == "42P13" => {
            let what = format!("a function is not of the kind that it should be: {}", e.message());
            let hint = format!(
                "{} Then: attestor migrate --repair",
                e.hint().unwrap_or("Drop it, as a member of attestor_owner.")
            );
            Error::new(Kind::Failed, visible(&what)).hint(visible(&hint)).because(error)
        }
        _ => super::standing::as_owner(error),
    }
}

/// What needs it has to go first, and that is for a person to say.
fn in_use(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(e) if e.code().as_deref() == Some("2BP01") => {
            let what =
                format!("a function that shares its name with one of attestor is in use: {}", e.message());
            Error::new(Kind::Failed, visible(&what))
                .hint("drop what needs it, or let it use another, then: attestor migrate --repair")
                .because(error)
        }
        _ => super::standing::as_owner(error),
    }
}
