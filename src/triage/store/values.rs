//! Values that really occur, for completing a filter.

use crate::db::Db;
use crate::error::Result;
use crate::text::SafeText;

/// The most values that are offered.
pub const VALUES_MAX: i64 = 50;

/// The values of `field` that begin with `prefix`, in order; none for fields without texts.
///
/// Rules, files and repositories come from their indexes, one step a value, so that a million rows
/// cost what a thousand do. Tools and tags are looked for in the newest findings alone.
pub async fn values(db: &Db, field: &str, prefix: &str, limit: i64) -> Result<Vec<SafeText>> {
    let limit = limit.clamp(0, VALUES_MAX);
    let sql = match field {
        "rule" => RULES,
        "file" => FILES,
        "repo" => REPOS,
        "tool" => TOOLS,
        "tag" => TAGS,
        "cve" => CVES,
        "branch" => BRANCHES,
        "by" => PEOPLE,
        _ => return Ok(Vec::new()),
    };
    Ok(sqlx::query_scalar(sql).bind(prefix).bind(limit).fetch_all(db.read()).await?)
}

const RULES: &str = "
    with recursive found (value) as (
        (select left(coalesce(f.rule_id, ''), 200) collate \"C\" as value from triage.findings f
         where left(coalesce(f.rule_id, ''), 200) collate \"C\" >= $1 order by 1 limit 1)
        union all
        select (select left(coalesce(f.rule_id, ''), 200) collate \"C\" from triage.findings f
                where left(coalesce(f.rule_id, ''), 200) collate \"C\" > found.value order by 1 limit 1)
        from found where starts_with(found.value, $1)
    )
    select value from found where value <> '' and starts_with(value, $1) limit $2";

const FILES: &str = "
    with recursive found (value) as (
        (select left(coalesce(f.file, ''), 200) collate \"C\" as value from triage.findings f
         where left(coalesce(f.file, ''), 200) collate \"C\" >= $1 order by 1 limit 1)
        union all
        select (select left(coalesce(f.file, ''), 200) collate \"C\" from triage.findings f
                where left(coalesce(f.file, ''), 200) collate \"C\" > found.value order by 1 limit 1)
        from found where starts_with(found.value, $1)
    )
    select value from found where value <> '' and starts_with(value, $1) limit $2";

const REPOS: &str = "
    with recursive found (value) as (
        (select left(coalesce(f.project_name, ''), 200) collate \"C\" as value from triage.findings f
         where left(coalesce(f.project_name, ''), 200) collate \"C\" >= $1 order by 1 limit 1)
        union all
        select (select left(coalesce(f.project_name, ''), 200) collate \"C\" from triage.findings f
                where left(coalesce(f.project_name, ''), 200) collate \"C\" > found.value order by 1 limit 1)
        from found where starts_with(found.value, $1)
    )
    select value from found where value <> '' and starts_with(value, $1) limit $2";

const TOOLS: &str = "
    select distinct left(n.tool, 200) as value
    from (select tool from triage.findings order by id desc limit 20000) n
    where starts_with(lower(n.tool), lower($1)) order by 1 limit $2";

const TAGS: &str = "
    select distinct left(tag, 200) as value
    from (select tags from triage.findings order by id desc limit 20000) n, unnest(n.tags) as each (tag)
    where starts_with(lower(tag), lower($1)) order by 1 limit $2";

const CVES: &str = "
    select distinct left(cve_id, 200) as value
    from (select cve_ids from triage.findings order by id desc limit 20000) n, unnest(n.cve_ids) as each (cve_id)
    where starts_with(lower(cve_id), lower($1)) order by 1 limit $2";

const BRANCHES: &str = "
    select distinct left(n.branch, 200) as value
    from (select branch from triage.scans order by id desc limit 20000) n
    where starts_with(lower(n.branch), lower($1)) order by 1 limit $2";

const PEOPLE: &str = "
    select distinct left(n.actor, 200) as value
    from (select actor from triage.feedbacks order by id desc limit 20000) n
    where starts_with(lower(n.actor), lower($1)) order by 1 limit $2";
