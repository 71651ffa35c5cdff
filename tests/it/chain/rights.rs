//! Who may append what, in whose name, and what each role may touch.

use super::{assert_refused, member_of, refusal, rows};
use crate::support::database;
use sqlx::Row;

const ROLES: [&str; 6] = ["viewer", "analyst", "operator", "auditor", "approver", "producer"];

/// Logs in as a member of each role and tries each category that anybody may append.
#[tokio::test]
async fn categories_belong_to_roles() {
    let expected = [
        ("finding_triage", &["analyst", "producer"] as &[&str]),
        ("risk_acceptance", &["approver"]),
        ("override", &["approver"]),
        ("drift", &["operator", "producer"]),
        ("quarantine", &["operator", "producer"]),
        ("checkpoint", &["auditor"]),
        ("export", &["auditor"]),
        ("report", &["auditor"]),
        ("policy_bypass", &["producer"]),
        ("gossip", &[]),
    ];
    let database = database().await;
    for role in ROLES {
        let mut login = member_of(&database, role).await;
        for (category, allowed) in expected {
            let sql = format!("select audit.append_entry('{category}', 'x', 'human', '{{}}')");
            let refused = refusal(&mut login, &sql).await;
            if allowed.contains(&role) {
                assert_eq!(refused, None, "{role} may append {category}");
            } else if role == "viewer" {
                assert_refused(&sql, refused, "42501", "permission denied for function append_entry");
            } else {
                let words =
                    allowed.first().map_or("no such category".to_owned(), |r| format!("attestor_{r}"));
                assert_refused(&format!("{role}: {sql}"), refused, "42501", &words);
            }
        }
    }
}

#[tokio::test]
async fn the_actor_is_the_login() {
    let database = database().await;
    let mut analyst = member_of(&database, "analyst").await;
    let named = |actor: &str| {
        format!("select audit.append_entry('finding_triage', 'x', 'human', '{{}}', actor => {actor})")
    };
    assert_eq!(refusal(&mut analyst, &named("null")).await, None);
    assert_eq!(refusal(&mut analyst, &named("'login_analyst'")).await, None);
    let other = named("'alice'");
    assert_refused(&other, refusal(&mut analyst, &other).await, "42501", "in the name of \"alice\"");
    let mut producer = member_of(&database, "producer").await;
    assert_eq!(refusal(&mut producer, &other).await, None);
    // The login counts, not the role that was taken on.
    let disguised = format!("set role attestor_analyst; {other}");
    assert_refused(&disguised, refusal(&mut analyst, &disguised).await, "42501", "login_analyst");
    let who: Vec<(String, String)> =
        rows(&mut database.superuser().await).await.into_iter().map(|r| (r.actor, r.db_user)).collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        who,
        [
            pair("login_analyst", "login_analyst"),
            pair("login_analyst", "login_analyst"),
            pair("alice", "login_producer")
        ]
    );
}

#[tokio::test]
async fn nobody_but_the_owner_touches_the_chain() {
    let database = database().await;
    for role in ROLES {
        let mut login = member_of(&database, role).await;
        for sql in [
            "insert into audit.audit_trail_entries default values",
            "update audit.audit_trail_entries set actor = 'x'",
            "delete from audit.audit_trail_entries",
            "truncate audit.audit_trail_entries",
            "select seq from audit.audit_trail_entries for update",
            "do $$ begin lock table audit.audit_trail_entries in share mode; end $$",
            "alter table audit.audit_trail_entries disable trigger refuse_change",
            "create trigger mine before insert on audit.audit_trail_entries
                 for each row execute function audit.refuse_change()",
            "insert into audit.category_roles values ('override', 'attestor_viewer')",
            "update audit.chain set chain_id = 'x'",
            "insert into audit.chain (chain_id, genesis) values ('x', 'x')",
            "select * from audit.chain_lock",
            "do $$ begin lock table audit.chain_lock in access share mode; end $$",
            "do $$ begin lock table audit.chain_lock in exclusive mode; end $$",
            "update audit.compliance_reports set report_hash = 'x'",
            "delete from audit.audit_exports",
            "update audit.checkpoints set root = null",
            "create table audit.mine ()",
            "create function audit.mine() returns int language sql return 1",
            "call audit.make_append_only('audit.chain')",
            "set role attestor_owner",
            "delete from attestor.migrations",
        ] {
            let refused = refusal(&mut login, sql).await;
            assert_refused(&format!("{role}: {sql}"), refused, "42501", "");
        }
        for sql in [
            "select * from audit.audit_trail_entries",
            "select * from audit.chain",
            "select * from audit.category_roles",
            "select audit.genesis('x')",
            "select * from triage.findings",
            "select * from operations.operation_runs",
            "select * from attestor.migrations",
        ] {
            assert_eq!(refusal(&mut login, sql).await, None, "{role}: {sql}");
        }
    }
}

/// Every table and every column that can be written, as `TABLE:INSERT` and `TABLE.COLUMN:UPDATE`.
#[tokio::test]
async fn each_role_writes_what_it_has_to() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    let rights = async |role: &str, connection: &mut sqlx::PgConnection| -> Vec<String> {
        sqlx::query_scalar(
            "select c.oid::regclass || ':' || privilege
             from pg_class c cross join unnest(array['INSERT', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
             where c.relnamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace,
                                      'attestor'::regnamespace)
               and c.relkind in ('r', 'v') and has_table_privilege($1, c.oid, privilege)
             union all
             select c.oid::regclass || '.' || a.attname || ':UPDATE'
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relnamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace,
                                      'attestor'::regnamespace)
               and c.relkind in ('r', 'v') and has_column_privilege($1, c.oid, a.attnum, 'UPDATE')
             order by 1",
        )
        .bind(format!("attestor_{role}"))
        .fetch_all(connection)
        .await
        .unwrap()
    };
    assert_eq!(rights("viewer", &mut superuser).await, [] as [&str; 0]);
    for role in ["operator", "auditor", "approver"] {
        let mut rights = rights(role, &mut superuser).await;
        // What is sealed, exported and reported is an auditor's to write down, and nobody's to change.
        let of_audit: Vec<String> = rights.extract_if(.., |r| r.starts_with("audit.")).collect();
        let expected: &[&str] = if role == "auditor" {
            &[
                "audit.audit_exports:INSERT",
                "audit.checkpoints:INSERT",
                "audit.compliance_reports:INSERT",
                "audit.inspections:INSERT",
                "audit.merkle_tiles.hash:UPDATE",
                "audit.merkle_tiles:INSERT",
            ]
        } else {
            &[]
        };
        assert_eq!(of_audit, expected, "{role}");
        if role == "approver" {
            // Accepting a risk, and nothing else of a finding.
            let of_triage: Vec<String> = rights.extract_if(.., |r| r.starts_with("triage.")).collect();
            assert_eq!(of_triage, ["triage.attention:INSERT", "triage.findings.accepted_until:UPDATE"]);
        }
        // What tests said and how repositories stand is an operator's to take in.
        let of_trust: Vec<String> = rights.extract_if(.., |r| r.starts_with("trust.")).collect();
        assert_eq!(of_trust.is_empty(), role != "operator", "{role}: {of_trust:?}");
        let kept = |r: &&String| !(r.ends_with(":INSERT") || r.ends_with(":UPDATE"));
        // Results are never taken back; what is wanted of repositories is, and answers of GitHub are a cache.
        let deleted =
            ["trust.desired_values:DELETE", "trust.drift_policies:DELETE", "trust.github_answers:DELETE"];
        let expected: &[&str] = if role == "operator" { &deleted } else { &[] };
        assert_eq!(of_trust.iter().filter(kept).collect::<Vec<_>>(), expected, "{role}");
        assert!(
            !rights.is_empty() && rights.iter().all(|r| r.starts_with("operations.")),
            "{role}: {rights:?}"
        );
    }
    let analyst = rights("analyst", &mut superuser).await;
    let inserts: Vec<&str> = analyst.iter().filter_map(|r| r.strip_suffix(":INSERT")).collect();
    assert_eq!(
        inserts,
        [
            "operations.acknowledgements",
            "operations.operation_runs",
            "triage.attention",
            "triage.epss_data",
            "triage.feedbacks",
            "triage.findings",
            "triage.imports",
            "triage.kev",
            "triage.pipeline_metrics",
            "triage.scans",
            "triage.sightings",
            "triage.threat_editions"
        ]
    );
    for kept in [
        "accepted_until",
        "fingerprint",
        "ai_verdict",
        "ai_confidence",
        "ai_reasoning",
        "red_team_success",
        "id",
        "first_seen_at",
    ] {
        let right = format!("triage.findings.{kept}:UPDATE");
        assert!(!analyst.contains(&right), "{right}");
    }
    for written in [
        "claimed_by",
        "claimed_until",
        "snoozed_until",
        "triage_decision",
        "decided_by",
        "version",
        "state",
        "last_seen_at",
    ] {
        let right = format!("triage.findings.{written}:UPDATE");
        assert!(analyst.contains(&right), "{right}");
    }
    let everyone_of = ["analyst", "producer"];
    for role in everyone_of {
        let rights = rights(role, &mut superuser).await;
        let tables_kept = |r: &&String| {
            r.starts_with("audit.")
                || r.starts_with("attestor.")
                || r.starts_with("triage.feedbacks.")
                // A catalogue of KEV is replaced whole.
                || !(r.ends_with(":INSERT") || r.ends_with(":UPDATE") || *r == "triage.kev:DELETE")
        };
        assert_eq!(rights.iter().filter(tables_kept).collect::<Vec<_>>(), [] as [&String; 0], "{role}");
    }
    let producer = rights("producer", &mut superuser).await;
    for right in [
        "triage.scans:INSERT",
        "triage.findings.ai_verdict:UPDATE",
        "triage.epss_data:INSERT",
        "triage.epss_data.probability:UPDATE",
        "triage.pipeline_metrics:INSERT",
        "triage.feedbacks:INSERT",
        "triage.imports:INSERT",
        "triage.imports.counts:UPDATE",
        "triage.sightings:INSERT",
    ] {
        assert!(producer.contains(&right.to_owned()), "{right}");
    }
    // What was taken in, and from where, is nobody's to change.
    for right in
        ["triage.imports.file_sha256:UPDATE", "triage.sightings.finding_id:UPDATE", "triage.attention:INSERT"]
    {
        assert!(!producer.contains(&right.to_owned()), "{right}");
    }
}

#[tokio::test]
async fn public_may_do_nothing() {
    let database = database().await;
    let mut superuser = database.superuser().await;
    let open = sqlx::query(
        "select p.oid::regprocedure::text as what from pg_proc p
         where p.pronamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace)
           and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0)
         union all
         select c.oid::regclass::text from pg_class c
         where c.relnamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace)
           and exists (select from aclexplode(c.relacl) where grantee = 0)
         union all
         select n.nspname from pg_namespace n
         where n.nspname in ('audit', 'triage', 'trust', 'operations', 'attestor')
           and exists (select from aclexplode(n.nspacl) where grantee = 0)",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert_eq!(open.iter().map(|r| r.get("what")).collect::<Vec<String>>(), [] as [String; 0]);
    let foreign: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace,
                                  'attestor'::regnamespace)
           and c.relowner <> 'attestor_owner'::regrole
         union all
         select p.oid::regprocedure::text from pg_proc p
         where p.pronamespace in ('audit'::regnamespace, 'triage'::regnamespace, 'trust'::regnamespace, 'operations'::regnamespace)
           and p.proowner <> 'attestor_owner'::regrole",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert_eq!(foreign, [] as [String; 0]);
}

/// A hostile search_path, or objects in a schema of the caller, do not reach into the door.
#[tokio::test]
async fn the_door_uses_its_own_names() {
    let database = database().await;
    let mut analyst = member_of(&database, "analyst").await;
    let sql = "create temp table audit_trail_entries (seq bigint);
               create function pg_temp.octet_length(text) returns integer language sql return 1;
               create function pg_temp.encode(bytea, text) returns text language sql return repeat('0', 64);
               set search_path to pg_temp, audit, pg_catalog;
               select audit.append_entry('finding_triage', 'x', 'human', '{}')";
    assert_eq!(refusal(&mut analyst, sql).await, None);
    super::assert_whole(&rows(&mut database.superuser().await).await);
}
