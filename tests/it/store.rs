//! The schema on a real server, held against the column lists of the systems it is shared with.

use crate::support::database;
use std::collections::BTreeMap;

/// Table, column, type, as the shared lists have them; integers and floats in the widths we keep.
const SHARED: &[(&str, &[(&str, &str)])] = &[
    (
        "audit.audit_trail_entries",
        &[
            ("id", "bigint"),
            ("seq", "bigint"),
            ("category", "text"),
            ("event_type", "text"),
            ("actor", "text"),
            ("actor_type", "text"),
            ("repo_full_name", "text"),
            ("pr_number", "integer"),
            ("payload", "jsonb"),
            ("framework", "text[]"),
            ("payload_hash", "text"),
            ("prev_hash", "text"),
        ],
    ),
    (
        "audit.compliance_reports",
        &[
            ("id", "bigint"),
            ("report_type", "text"),
            ("period_start", "timestamp with time zone"),
            ("period_end", "timestamp with time zone"),
            ("summary", "jsonb"),
            ("controls", "jsonb"),
            ("entry_count", "integer"),
            ("report_hash", "text"),
        ],
    ),
    (
        "audit.audit_exports",
        &[
            ("id", "bigint"),
            ("export_type", "text"),
            ("date_covered", "date"),
            ("entry_count", "integer"),
            ("file_path", "text"),
            ("file_hash", "text"),
            ("signed", "boolean"),
        ],
    ),
    (
        "triage.scans",
        &[
            ("id", "bigint"),
            ("project_name", "text"),
            ("commit_sha", "text"),
            ("timestamp", "timestamp with time zone"),
            ("reference_id", "text"),
            ("status", "text"),
            ("source_platform", "text"),
            ("repo_url", "text"),
            ("branch", "text"),
        ],
    ),
    (
        "triage.findings",
        &[
            ("id", "bigint"),
            ("scan_id", "bigint"),
            ("tool", "text"),
            ("rule_id", "text"),
            ("file", "text"),
            ("line", "integer"),
            ("severity", "text"),
            ("triage_decision", "text"),
            ("ai_verdict", "text"),
            ("ai_confidence", "double precision"),
            ("ai_reasoning", "text"),
            ("remediation_patch", "text"),
            ("red_team_success", "boolean"),
        ],
    ),
    (
        "triage.feedbacks",
        &[
            ("id", "bigint"),
            ("finding_id", "bigint"),
            ("user_verdict", "text"),
            ("comments", "text"),
            ("timestamp", "timestamp with time zone"),
        ],
    ),
    (
        "triage.pipeline_metrics",
        &[
            ("id", "bigint"),
            ("scan_id", "bigint"),
            ("build_duration_seconds", "double precision"),
            ("artifact_size_bytes", "bigint"),
            ("num_changed_files", "integer"),
        ],
    ),
    (
        "triage.epss_data",
        &[("cve_id", "text"), ("probability", "double precision"), ("percentile", "double precision")],
    ),
    (
        "trust.test_results",
        &[
            ("id", "bigint"),
            ("repo_id", "bigint"),
            ("ci_run_id", "bigint"),
            ("commit_sha", "text"),
            ("branch", "text"),
            ("workflow_name", "text"),
            ("test_suite", "text"),
            ("test_name", "text"),
            ("test_id", "text"),
            ("status", "text"),
            ("duration_ms", "integer"),
            ("error_message", "text"),
        ],
    ),
    (
        "trust.flaky_tests",
        &[
            ("id", "bigint"),
            ("repo_id", "bigint"),
            ("test_id", "text"),
            ("test_suite", "text"),
            ("test_name", "text"),
            ("run_count", "integer"),
            ("pass_count", "integer"),
            ("fail_count", "integer"),
            ("flakiness_score", "real"),
            ("quarantined", "boolean"),
            ("graduated_at", "timestamp with time zone"),
        ],
    ),
    (
        "trust.policy_repo_configs",
        &[
            ("id", "bigint"),
            ("repo_id", "bigint"),
            ("desired_state", "jsonb"),
            ("observed_state", "jsonb"),
            ("in_sync", "boolean"),
            ("drift_fields", "text[]"),
            ("last_reconciled_at", "timestamp with time zone"),
        ],
    ),
    (
        "trust.reconciliation_runs",
        &[
            ("id", "bigint"),
            ("triggered_by", "text"),
            ("repos_checked", "integer"),
            ("repos_synced", "integer"),
            ("repos_drifted", "integer"),
            ("repos_corrected", "integer"),
            ("repos_failed", "integer"),
        ],
    ),
    (
        "operations.operation_runs",
        &[
            ("id", "bigint"),
            ("tenant_id", "bigint"),
            ("user_id", "text"),
            ("type", "text"),
            ("status", "text"),
            ("outcome", "text"),
            ("summary_counts", "jsonb"),
            ("failure_summary", "jsonb"),
            ("context", "jsonb"),
            ("run_identity_hash", "text"),
            ("started_at", "timestamp with time zone"),
            ("completed_at", "timestamp with time zone"),
        ],
    ),
];

#[derive(Debug, sqlx::FromRow)]
struct Column {
    table_name: String,
    table_comment: Option<String>,
    column_name: Option<String>,
    column_type: Option<String>,
    comment: Option<String>,
}

/// Every table of ours with every column; tables without columns once.
async fn columns() -> Vec<Column> {
    let database = database().await;
    sqlx::query_as(
        "select c.oid::regclass::text as table_name, obj_description(c.oid, 'pg_class') as table_comment,
                a.attname::text as column_name, format_type(a.atttypid, a.atttypmod) as column_type,
                col_description(c.oid, a.attnum) as comment
         from pg_class c
         left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace)
           and c.relkind in ('r', 'p')
         order by 1, a.attnum",
    )
    .fetch_all(&mut database.superuser().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn shared_columns_keep_their_names_and_types() {
    let live = columns().await;
    let live: BTreeMap<(&str, &str), &str> = live
        .iter()
        .filter_map(|c| Some(((&*c.table_name, c.column_name.as_deref()?), c.column_type.as_deref()?)))
        .collect();
    for (table, columns) in SHARED {
        for (column, kind) in *columns {
            assert_eq!(live.get(&(*table, *column)), Some(kind), "{table}.{column}");
        }
    }
}

#[tokio::test]
async fn additions_are_marked_and_everything_is_explained() {
    let shared: BTreeMap<&str, Vec<&str>> =
        SHARED.iter().map(|(t, columns)| (*t, columns.iter().map(|(c, _)| *c).collect())).collect();
    for column in columns().await {
        let table = &*column.table_name;
        let known = shared.get(table);
        let is_marked =
            |comment: &Option<String>| comment.as_deref().is_some_and(|c| c.starts_with("added: "));
        let comment = column.table_comment.as_deref().unwrap_or_default();
        assert!(!comment.is_empty(), "{table} has no comment");
        assert_eq!(known.is_none(), is_marked(&column.table_comment), "{table}: {comment}");
        let Some(name) = column.column_name.as_deref() else { continue };
        assert!(column.comment.as_deref().is_some_and(|c| !c.is_empty()), "{table}.{name} has no comment");
        let is_shared = known.is_some_and(|columns| columns.contains(&name));
        assert_eq!(!is_shared, is_marked(&column.comment), "{table}.{name}: {:?}", column.comment);
    }
}

/// Producers write more words than anybody lists, so nothing shared is constrained but the chain.
#[tokio::test]
async fn checks_stand_on_additions_alone() {
    let database = database().await;
    let checked: Vec<(String, String)> = sqlx::query_as(
        "select c.conrelid::regclass::text, a.attname::text
         from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
         where c.contype = 'c' and c.conrelid <> 'audit.audit_trail_entries'::regclass
           and c.connamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace)",
    )
    .fetch_all(&mut database.superuser().await)
    .await
    .unwrap();
    assert!(!checked.is_empty());
    for (table, column) in checked {
        let shared =
            SHARED.iter().any(|(t, columns)| *t == table && columns.iter().any(|(c, _)| *c == column));
        assert!(!shared, "{table}.{column} is checked");
    }
}

#[tokio::test]
async fn unique_keys_are_there() {
    let database = database().await;
    let keys: Vec<String> = sqlx::query_scalar(
        "select i.indrelid::regclass || ': ' || string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' order by k)
                || coalesce(' where ' || pg_get_expr(i.indpred, i.indrelid), '')
         from pg_index i cross join generate_series(1, i.indnkeyatts) k
         where i.indisunique and i.indrelid in (select oid from pg_class where relnamespace in
               ('audit'::regnamespace, 'operations'::regnamespace))
         group by i.indexrelid, i.indrelid, i.indpred",
    )
    .fetch_all(&mut database.superuser().await)
    .await
    .unwrap();
    for key in [
        "audit.audit_trail_entries: id",
        "audit.audit_trail_entries: seq",
        "audit.audit_trail_entries: prev_hash",
        "audit.audit_trail_entries: (payload ->> 'idempotency_key'::text) where \
         ((payload ->> 'idempotency_key'::text) IS NOT NULL)",
        "operations.operation_runs: tenant_id, run_identity_hash where \
         (status = ANY (ARRAY['queued'::text, 'running'::text]))",
    ] {
        assert!(keys.iter().any(|k| k == key), "{key} in {keys:#?}");
    }
}

#[tokio::test]
async fn one_run_of_an_identity_is_active() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    let start = |identity: &str, status: &str| {
        sqlx::AssertSqlSafe(format!(
            "insert into operations.operation_runs (run_identity_hash, status) values ('{identity}', '{status}')"
        ))
    };
    for (identity, status, fits) in [
        ("a", "completed", true),
        ("a", "queued", true),
        ("a", "running", false),
        ("b", "running", true),
        ("a", "completed", true),
    ] {
        let result = sqlx::raw_sql(start(identity, status)).execute(&mut superuser).await;
        assert_eq!(result.is_ok(), fits, "{identity} {status}");
    }
}
