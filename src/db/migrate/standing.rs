//! Rights, owners, triggers and functions as they are and as they should be.
//!
//! What should be stands in one place each: functions in the migrations, all else in
//! `migrations/rights.sql`, which mends whatever differs. What differs is found by mending in a
//! transaction, looking at what that changed, and rolling back.

use super::{begin, check_server, routines};
use crate::error::{Error, Kind, Result};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use std::fmt;

const OWNERS: &str = include_str!("../../../migrations/owners.sql");
const RIGHTS: &str = include_str!("../../../migrations/rights.sql");

/// A fact about the schema that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Difference {
    /// What it is about, such as a function.
    pub object: String,
    /// The fact.
    pub fact: String,
    /// Whether it is missing, or should not be.
    pub found: Found,
}

/// How a fact differs from what should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// It should be, and is not.
    Missing,
    /// It is, and should not be.
    Superfluous,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.found {
            Found::Missing => "should be so, and is not",
            Found::Superfluous => "is so, and should not be",
        };
        write!(f, "{}: {}: {verdict}", self.object, self.fact)
    }
}

/// What differs from what should be. Changes nothing.
///
/// # Errors
/// [`Kind::Denied`] where the login may not act as `attestor_owner`.
pub async fn differences(connection: &mut PgConnection) -> Result<Vec<Difference>> {
    mend(connection, End::Rollback).await
}

/// Mends what differs, and says what that was.
///
/// # Errors
/// [`Kind::Denied`] where the login may not act as `attestor_owner`, or does not own what is mended.
pub async fn repair(connection: &mut PgConnection) -> Result<Vec<Difference>> {
    mend(connection, End::Commit).await
}

/// Applies the rights as `attestor_owner`, which the connection has become, and says what that changed
/// on objects that were there before, when `stood` was so.
pub(super) async fn apply(connection: &mut PgConnection, stood: &Facts) -> Result<Vec<Difference>> {
    let mut transaction = begin(connection).await?;
    sqlx::raw_sql(RIGHTS).execute(&mut *transaction).await?;
    let after = facts(&mut transaction).await?;
    transaction.commit().await?;
    let objects: BTreeSet<&String> = stood.iter().map(|(object, _)| object).collect();
    let mut differences = between(stood, &after);
    differences.retain(|difference| objects.contains(&difference.object));
    Ok(differences)
}

/// Everything that decides who may do what, as (object, fact).
pub(super) type Facts = BTreeSet<(String, String)>;

#[derive(Clone, Copy, PartialEq)]
enum End {
    Commit,
    Rollback,
}

async fn mend(connection: &mut PgConnection, end: End) -> Result<Vec<Difference>> {
    check_server(connection).await?;
    if !super::status(connection).await?.is_current() {
        return Err(Error::new(Kind::Failed, "this database is not migrated yet")
            .hint("run `attestor migrate` first"));
    }
    let mut transaction = begin(connection).await?;
    // One at a time: two that mend at once would trip over each other's rows of the catalog.
    sqlx::raw_sql("select pg_advisory_xact_lock(hashtext('attestor migrate'))")
        .execute(&mut *transaction)
        .await?;
    let before = everything(&mut transaction).await?;
    for sql in [OWNERS, "set local role attestor_owner"] {
        sqlx::raw_sql(sql).execute(&mut *transaction).await.map_err(as_owner)?;
    }
    // Before the rights, which call some of them and say who may call the others.
    routines::mend(&mut transaction).await?;
    sqlx::raw_sql(RIGHTS).execute(&mut *transaction).await.map_err(as_owner)?;
    let after = everything(&mut transaction).await?;
    match end {
        End::Commit => transaction.commit().await?,
        End::Rollback => transaction.rollback().await?,
    }
    Ok(between(&before, &after))
}

/// The facts, and what functions do. A migration changes the latter on purpose, so [`apply`] leaves it out.
async fn everything(connection: &mut PgConnection) -> Result<Facts> {
    let mut facts = facts(connection).await?;
    facts.extend(routines::facts(connection).await?);
    Ok(facts)
}

/// What has to change in `is` for it to become `should_be`.
fn between(is: &Facts, should_be: &Facts) -> Vec<Difference> {
    let difference = |(object, fact): &(String, String), found| Difference {
        object: object.clone(),
        fact: fact.clone(),
        found,
    };
    let missing = should_be.difference(is).map(|fact| difference(fact, Found::Missing));
    let superfluous = is.difference(should_be).map(|fact| difference(fact, Found::Superfluous));
    let mut differences: Vec<Difference> = missing.chain(superfluous).collect();
    differences.sort();
    // Of what is not there at all, and of what should not be, nothing more needs to be told.
    let is_whole = |difference: &&Difference| difference.fact == routines::EXISTS;
    let whole: BTreeSet<String> = differences.iter().filter(is_whole).map(|d| d.object.clone()).collect();
    differences.retain(|d| is_whole(&d) || !whole.contains(&d.object));
    differences
}

/// Reads the facts of today.
pub(super) async fn facts(connection: &mut PgConnection) -> Result<Facts> {
    let facts: Vec<(String, String)> = sqlx::query_as(
        "with ours (id) as (
             select oid from pg_namespace where nspname in ('attestor', 'audit', 'operations', 'triage', 'trust')
         ), object (name, owner, acl) as (
             select 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner))
             from pg_namespace where oid in (select id from ours)
             union all
             select 'table ' || oid::regclass, relowner, coalesce(relacl, acldefault('r', relowner))
             from pg_class where relnamespace in (select id from ours) and relkind in ('r', 'p', 'v')
             union all
             select 'sequence ' || oid::regclass, relowner, coalesce(relacl, acldefault('s', relowner))
             from pg_class where relnamespace in (select id from ours) and relkind = 'S'
             union all
             select 'column ' || c.oid::regclass || '.' || quote_ident(a.attname), c.relowner, a.attacl
             from pg_attribute a join pg_class c on c.oid = a.attrelid
             where c.relnamespace in (select id from ours) and a.attacl is not null
             union all
             select 'routine ' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner))
             from pg_proc where pronamespace in (select id from ours)
         )
         select name, 'owned by ' || owner::regrole from object
         union
         select name, case when a.grantee = 0 then 'PUBLIC' else a.grantee::regrole::text end
                      || ' may ' || a.privilege_type
                      || case when a.is_grantable then ' and grant it' else '' end
         from object cross join lateral aclexplode(acl) a
         union
         select 'routine ' || oid::regprocedure, 'security definer'
         from pg_proc where pronamespace in (select id from ours) and prosecdef
         union
         select 'routine ' || oid::regprocedure, 'set ' || setting
         from pg_proc cross join lateral unnest(proconfig) as setting
         where pronamespace in (select id from ours)
         union
         select 'table ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid) || case t.tgenabled
                when 'A' then ' (always)' when 'D' then ' (disabled)'
                when 'R' then ' (on replicas only)' else ' (not on replicas)' end
         from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where c.relnamespace in (select id from ours) and not t.tgisinternal",
    )
    .fetch_all(connection)
    .await?;
    Ok(facts.into_iter().collect())
}

/// A missing right to mend, with who has it.
pub(super) fn as_owner(error: sqlx::Error) -> Error {
    let error = Error::from(error);
    if error.kind() == Kind::Denied {
        return Error::new(Kind::Denied, "this login may not look after the rights of attestor")
            .hint("do it as a superuser, or as a member of attestor_owner who owns what was restored")
            .because(error);
    }
    error
}
