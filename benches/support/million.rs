//! A million findings and as many audit entries, made by the server itself in a minute or two.
//!
//! The entries are linked, but by made-up hashes: reading pages of them needs no true ones, and nobody
//! verifies this chain. `attestor demo --scale large` makes a true one, and takes its time.

use super::server::Server;
use sqlx::{AssertSqlSafe, Connection};
use std::io::{BufWriter, Write};
use std::path::Path;

/// What a large load has no use for while it runs.
const PREPARE: [&str; 5] = [
    "set session_replication_role = replica",
    "set maintenance_work_mem = '512MB'",
    "set synchronous_commit = off",
    "create temp table dropped as
        select indexdef, schemaname, indexname from pg_indexes
         where schemaname = 'triage' and tablename = 'findings' and indexname <> 'findings_pkey'",
    "do $$ declare i record; begin
        for i in select * from dropped loop execute format('drop index %I.%I', i.schemaname, i.indexname); end loop;
    end $$",
];

const SCANS: &str = "
    insert into triage.scans (project_name, commit_sha, \"timestamp\", status, source_platform, branch, tool,
                              tool_version, results)
    select 'acme/service-' || n % 40, md5(n::text), now() - (4000 - n) * interval '4 hours', 'completed',
           'github', 'main', (array['semgrep', 'codeql', 'trivy', 'bandit'])[1 + n % 4], '1.0', 250
      from generate_series(1, 4000) n";

/// Of ten findings three are decided and two are gone; a few have come back.
const FINDINGS: &str = "
    insert into triage.findings (
        scan_id, tool, rule_id, file, line, severity, triage_decision, ai_verdict, ai_confidence, ai_reasoning,
        remediation_patch, red_team_success, project_name, message, snippet, snippet_line, end_line, kind,
        cve_ids, fingerprint, state, first_scan_id, first_seen_at, last_seen_at, resolved_at, regressed_at,
        severity_rank, risk)
    select 1 + n % 4000, (array['semgrep', 'codeql', 'trivy', 'bandit'])[1 + n % 4],
           'lang.security.rule-' || h % 240,
           'src/service_' || h % 97 || '/handler_' || h % 1013 || '.py', 1 + h % 900,
           (array['info', 'low', 'medium', 'high', 'critical'])[1 + rank],
           case when h % 10 < 2 then 'FP' when h % 10 = 2 then 'TP' end,
           case when h % 3 = 0 then 'FP' else 'TP' end, (50 + h % 50) / 100.0,
           'The value of `request.args` reaches the query unchanged; the only caller is the public route.',
           case when h % 5 = 0 then E'--- a/handler.py\n+++ b/handler.py\n@@ -1 +1 @@\n-q = a + b\n+q = [a, b]\n' end,
           h % 20 = 0, 'acme/service-' || n % 40,
           'The value of request.args is joined into the text of a query in handler_' || h % 1013 || '.',
           E'def show(request):\n    name = request.args[\"name\"]\n    return db.run(\"select \" + name)\n',
           h % 900, 3 + h % 900, 'fail',
           case when h % 50 = 0 then array['CVE-20' || 10 + h % 15 || '-' || 1000 + h % 9000] else '{}' end,
           'v1:' || md5(n::text), case when gone then 'absent' when h % 100 = 7 then 'regressed' else 'unchanged' end,
           1 + n % 4000, now() - (h % 63072000) * interval '1 second', now() - (h % 86400) * interval '1 second',
           case when gone then now() - (h % 5184000) * interval '1 second' end,
           case when not gone and h % 100 = 7 then now() - (h % 5184000) * interval '1 second' end,
           rank, round((h % 1000 * (array[0.05, 0.3, 0.5, 0.75, 0.9])[1 + rank] / 10)::numeric, 1)
      from (select n, h, least(4, h / 7 % 11 / 2)::smallint as rank, h % 10 >= 8 as gone
              from (select n, abs(hashint8(n)::bigint) as h
                      from generate_series(1, {findings}::bigint) n) hashed) ranked";

const INDEX: [&str; 4] = [
    "do $$ declare i record; begin
        for i in select * from dropped loop execute i.indexdef; end loop;
    end $$",
    "drop table dropped",
    "vacuum (analyze) triage.findings",
    "analyze triage.scans",
];

const ENTRIES: &str = "
    insert into audit.audit_trail_entries (
        id, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
        payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg, entry_hash)
    select n, n, 'finding_triage', 'feedback', 'alice', 'human', 'acme/service-' || n % 40, null,
           jsonb_build_object('finding_id', n, 'rule_id', 'lang.security.rule-' || n % 240, 'verdict', 'FP',
                              'reason', 'test fixtures', 'idempotency_key', md5(n::text)),
           '{SOC2:CC7.1,ISO27001:A.8.8}', repeat(md5(n::text), 2),
           case when n = 1 then c.genesis else repeat(md5((n - 1)::text), 2) end,
           now() - ({entries}::bigint - n) * interval '30 seconds', null, null, 'alice', c.chain_id, 'pgjsonb',
           repeat(md5(n::text), 2)
      from generate_series(1, {entries}::bigint) n cross join audit.chain c";

/// Loads so many findings into a fresh database.
pub async fn load_findings(server: &Server, database: &str, findings: u64) {
    let rows = FINDINGS.replace("{findings}", &findings.to_string());
    run_each(server, database, PREPARE.into_iter().chain([SCANS, &rows]).chain(INDEX)).await;
}

/// Loads so many audit entries into a fresh database.
pub async fn load_entries(server: &Server, database: &str, entries: u64) {
    let rows = ENTRIES.replace("{entries}", &entries.to_string());
    let analyze = "vacuum (analyze) audit.audit_trail_entries";
    run_each(server, database, [PREPARE[0], PREPARE[2], &rows, analyze]).await;
}

/// Runs statements one by one: together they would be one transaction, in which nothing can be vacuumed.
async fn run_each<'a>(server: &Server, database: &str, statements: impl IntoIterator<Item = &'a str>) {
    let mut admin = server.superuser(database).await;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut admin).await.unwrap();
    }
    admin.close().await.unwrap();
}

/// Writes a SARIF file of so many results, the same bytes each time.
pub fn write_sarif(path: &Path, results: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    out.write_all(
        br#"{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"Semgrep OSS","semanticVersion":"1.99.0","rules":["#,
    )?;
    for rule in 0..240 {
        let comma = if rule == 0 { "" } else { "," };
        write!(
            out,
            r#"{comma}{{"id":"lang.security.rule-{rule}","shortDescription":{{"text":"Text of a request in a query ({rule})"}},"helpUri":"https://rules.example.com/{rule}","defaultConfiguration":{{"level":"warning"}},"properties":{{"tags":["security","CWE-89"],"security-severity":"{}.5"}}}}"#,
            rule % 10
        )?;
    }
    out.write_all(br#"]}},"results":["#)?;
    for n in 0..results {
        let comma = if n == 0 { "" } else { "," };
        let (rule, service, handler, line) = (n % 240, n % 97, n % 1_013, 1 + n % 900);
        write!(
            out,
            r#"{comma}{{"ruleId":"lang.security.rule-{rule}","ruleIndex":{rule},"level":"warning","message":{{"text":"The value of request.args is joined into the text of a query in handler_{n}."}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"src/service_{service}/handler_{handler}.py"}},"region":{{"startLine":{line},"endLine":{line},"snippet":{{"text":"return db.run(\"select \" + name_{n})"}}}}}}}}],"partialFingerprints":{{"matchBasedId/v1":"{:032x}"}}}}"#,
            n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)
        )?;
    }
    out.write_all(b"]}]}")?;
    out.flush()
}
