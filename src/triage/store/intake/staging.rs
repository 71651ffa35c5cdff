//! Results on their way into the database: as rows of temporary tables, by COPY.

use crate::chain::change::Change;
use crate::db::copy::{push, push_number};
use crate::error::Result;
use crate::triage::sarif::observation::Observation;
use crate::triage::sarif::severity;
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;

/// The stage of one change, open for rows. Dropped before it is closed, it spoils the connection, which
/// the change then closes.
pub struct Stage<'c> {
    copy: PgCopyIn<&'c mut PgConnection>,
}

impl<'c> Stage<'c> {
    /// Sets the stage up. It is gone with the change.
    pub async fn open(change: &'c mut Change) -> Result<Self> {
        let connection = change.connection();
        sqlx::raw_sql(
            "create temp table intake_rows (
                 run int not null, n bigint not null, fingerprint text not null, rule_id text not null,
                 file text not null, line int, end_line int, severity text not null, message text not null,
                 snippet text, snippet_line int, kind text, help_uri text, cve_ids text[] not null,
                 tags text[] not null, suppression text
             ) on commit drop;
             create temp table intake_order (n bigint primary key, occurrence int not null) on commit drop;
             create temp table intake_match (
                 run int not null, n bigint not null, finding_id bigint not null, outcome text not null
             ) on commit drop;
             create temp table intake_residue (fingerprint text primary key, size bigint not null) on commit drop;
             create temp table intake_gone (
                 run int not null, finding_id bigint not null, scan_id bigint not null
             ) on commit drop",
        )
        .execute(&mut *connection)
        .await?;
        let copy = connection.copy_in_raw("copy pg_temp.intake_rows from stdin").await?;
        Ok(Stage { copy })
    }

    /// Puts encoded rows on the stage.
    pub async fn put(&mut self, rows: &[u8]) -> Result<()> {
        self.copy.send(rows).await?;
        Ok(())
    }

    /// Ends the staging.
    pub async fn close(self) -> Result<()> {
        self.copy.finish().await?;
        Ok(())
    }
}

/// Counts which how-many-th of its fingerprint each staged row is, by file and line, and lets the
/// planner know the stage. Only what is not the first is kept.
pub async fn count_occurrences(change: &mut Change) -> Result<()> {
    sqlx::raw_sql(
        "analyze pg_temp.intake_rows (run, n, fingerprint);
         insert into pg_temp.intake_order (n, occurrence)
             select n, nth
             from (select n, row_number() over (partition by run, fingerprint
                                                order by file, line nulls first, n) as nth
                   from pg_temp.intake_rows) ordered
             where nth > 1",
    )
    .execute(change.connection())
    .await?;
    Ok(())
}

/// Appends a row in the text format of COPY: the position of its run, its number in the file, and what
/// was seen.
pub fn encode(run: usize, number: i64, seen: &Observation, rows: &mut Vec<u8>) {
    let place = &seen.location;
    rows.extend_from_slice(run.to_string().as_bytes());
    push(rows, Some(&number.to_string()));
    push(rows, Some(&seen.fingerprint.0));
    push(rows, Some(&seen.rule_id));
    push(rows, Some(&place.file));
    push_number(rows, place.line);
    push_number(rows, place.end_line);
    push(rows, Some(severity::word(seen.severity)));
    push(rows, Some(&seen.message));
    push(rows, place.snippet.as_deref());
    push_number(rows, place.snippet_line);
    push(rows, seen.kind.as_deref());
    push(rows, seen.help_uri.as_deref());
    push(rows, Some(&array(&seen.cve_ids)));
    push(rows, Some(&array(&seen.tags)));
    push(rows, seen.suppression.as_deref());
    rows.push(b'\n');
}

/// The literal of an array of texts.
fn array(texts: &[String]) -> String {
    let quoted: Vec<String> =
        texts.iter().map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}
