//! Values that really occur in the chain, for completing a filter.

use crate::db::Db;
use crate::error::Result;
use crate::text::SafeText;

/// The most values that are offered.
pub const VALUES_MAX: i64 = 50;

/// The values of `field` that begin with `prefix`, in order; none for fields without texts. They are
/// looked for in the newest entries alone.
pub async fn values(db: &Db, field: &str, prefix: &str, limit: i64) -> Result<Vec<SafeText>> {
    let sql = match field {
        "event" => EVENTS,
        "actor" => ACTORS,
        "login" => LOGINS,
        "type" => TYPES,
        "repo" => REPOS,
        "control" => CONTROLS,
        _ => return Ok(Vec::new()),
    };
    let limit = limit.clamp(0, VALUES_MAX);
    Ok(sqlx::query_scalar(sql).bind(prefix).bind(limit).fetch_all(db.read()).await?)
}

const EVENTS: &str = "
    select distinct left(n.event_type, 200) as value
    from (select event_type from audit.audit_trail_entries order by seq desc limit 20000) n
    where starts_with(lower(n.event_type), lower($1)) order by 1 limit $2";

const ACTORS: &str = "
    select distinct left(n.actor, 200) as value
    from (select actor from audit.audit_trail_entries order by seq desc limit 20000) n
    where starts_with(lower(n.actor), lower($1)) order by 1 limit $2";

const LOGINS: &str = "
    select distinct left(n.db_user, 200) as value
    from (select db_user from audit.audit_trail_entries order by seq desc limit 20000) n
    where starts_with(lower(n.db_user), lower($1)) order by 1 limit $2";

const TYPES: &str = "
    select distinct left(n.actor_type, 200) as value
    from (select actor_type from audit.audit_trail_entries order by seq desc limit 20000) n
    where starts_with(lower(n.actor_type), lower($1)) order by 1 limit $2";

const REPOS: &str = "
    select distinct left(n.repo_full_name, 200) as value
    from (select repo_full_name from audit.audit_trail_entries order by seq desc limit 20000) n
    where starts_with(lower(n.repo_full_name), lower($1)) order by 1 limit $2";

const CONTROLS: &str = "
    select distinct left(control, 200) as value
    from (select framework from audit.audit_trail_entries order by seq desc limit 20000) n,
         unnest(n.framework) as each (control)
    where starts_with(lower(control), lower($1)) order by 1 limit $2";
