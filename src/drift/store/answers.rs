//! What GitHub said before, by repository: a cache.

use crate::chain::change::Change;
use crate::db::Db;
use crate::drift::github::Kept;
use crate::error::Result;
use serde_json::Value;
use sqlx::Row;

/// What is kept of `repo`.
pub async fn kept(db: &Db, repo: &str) -> Result<Kept> {
    let rows = sqlx::query(
        "select a.address, a.etag, a.body from trust.github_answers a
         join trust.repositories r on r.id = a.repo_id
         where r.full_name = $1 order by a.address",
    )
    .bind(repo)
    .fetch_all(db.read())
    .await?;
    let mut kept = Kept::default();
    for row in rows {
        let (address, etag): (String, String) = (row.try_get("address")?, row.try_get("etag")?);
        kept.keep(&address, &etag, row.try_get("body")?);
    }
    Ok(kept)
}

/// Keeps `now` of a repository in the place of `before`; what is the same is not written again.
pub async fn keep(change: &mut Change, repo_id: i64, before: &Kept, now: &Kept) -> Result<()> {
    let gone: Vec<&str> =
        before.iter().map(|(address, _)| address).filter(|address| now.get(address).is_none()).collect();
    if !gone.is_empty() {
        sqlx::query("delete from trust.github_answers where repo_id = $1 and address = any($2)")
            .bind(repo_id)
            .bind(&gone)
            .execute(change.connection())
            .await?;
    }
    let new: Vec<_> = now.iter().filter(|(address, answer)| before.get(address) != Some(*answer)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let addresses: Vec<&str> = new.iter().map(|(address, _)| *address).collect();
    let etags: Vec<&str> = new.iter().map(|(_, answer)| answer.etag.as_str()).collect();
    let bodies: Vec<&Value> = new.iter().map(|(_, answer)| &answer.body).collect();
    sqlx::query(
        "insert into trust.github_answers (repo_id, address, etag, body)
         select $1, n.address, n.etag, n.body from unnest($2::text[], $3::text[], $4::jsonb[]) as n (address, etag, body)
         on conflict (repo_id, address) do update
         set etag = excluded.etag, body = excluded.body, kept_at = clock_timestamp()",
    )
    .bind(repo_id)
    .bind(addresses)
    .bind(etags)
    .bind(bodies)
    .execute(change.connection())
    .await?;
    Ok(())
}
