//! Lists: pages, filters, counts, completion.

use super::stage::{Stage, stage};
use attestor::filter::parse;
use attestor::triage::finding::{Finding, Verdict};
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings::{self, Count, Cursor, Order, Query, Sort, SortKey};
use attestor::triage::store::values::values;
use chrono::{DateTime, Utc};

fn query(filter: &str, limit: usize) -> Query {
    let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
    Query::first(parse(filter, &FIELDS).unwrap_or_else(|e| panic!("{filter}: {e}")), limit, now)
}

async fn ids(stage: &Stage, query: &Query) -> Vec<i64> {
    findings::list(&stage.db, query).await.unwrap().rows.iter().map(|f| f.id.0).collect()
}

const VARIED: &str = "
    insert into triage.scans (id, project_name, commit_sha, branch) values
        (1, 'acme/api', '4f2c91d', 'main'), (2, 'acme/web', 'beef', 'dev');
    insert into triage.epss_data values ('CVE-2024-3094', 0.8, 0.99), ('CVE-2020-1', 'NaN', 0.1);
    insert into triage.findings (id, scan_id, tool, rule_id, file, line, severity, triage_decision, ai_verdict,
        ai_confidence, remediation_patch, cve_ids, tags, state, first_seen_at, last_seen_at, resolved_at, suppressed,
        message, snippet) values
    (1, 1, 'semgrep', 'python.sql-injection', 'api/users.py', 42, 'CRITICAL', null, 'TP', 0.93, '--- a', '{}', '{CWE-89}',
        'new', '2026-03-09Z', '2026-03-10Z', null, false, 'User input reaches a query', 'code'),
    (2, 1, 'Trivy', 'CVE-2024-3094', 'Cargo.lock', null, 'High', 'RV', null, null, '', '{CVE-2024-3094}', '{}',
        'unchanged', '2026-01-01Z', '2026-03-10Z', null, false, 'xz-utils 5.6.0', null),
    (3, 2, 'semgrep', 'xss', 'tests/view.js', 7, 'warning', 'FP', 'FP', 0.86, null, '{}', '{}',
        'moved', '2026-02-01Z', '2026-03-01Z', null, false, 'Input is written to the page', null),
    (4, 2, 'codeql', 'path-traversal', 'srv/files.go', 118, 'note', 'tp', 'TP', 'NaN', null, '{}', '{}',
        'absent', '2026-02-02Z', '2026-02-20Z', '2026-03-01Z', false, 'A path from outside', null),
    (5, 2, null, null, null, null, null, '', '', null, null, '{CVE-2020-1}', '{}',
        'regressed', '2026-03-01Z', '2026-03-10Z', null, true, null, null);
    insert into triage.feedbacks (finding_id, user_verdict, comments, actor, kind) values
        (3, 'FP', 'no', 'tester', 'verdict'), (4, 'TP', 'yes', 'bea', 'verdict'), (4, null, 'hm', 'tester', 'comment');
";

#[tokio::test]
async fn filters_select_what_they_say() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let cases: &[(&str, &[i64])] = &[
        ("", &[1, 2, 3, 4, 5]),
        ("is:undecided", &[1, 2, 5]),
        ("is:decided", &[3, 4]),
        ("-is:decided", &[1, 2, 5]),
        ("is:open", &[1, 2, 3, 5]),
        ("is:resolved", &[4]),
        ("is:absent", &[4]),
        ("is:new", &[1]),
        ("is:regressed", &[5]),
        ("is:suppressed", &[5]),
        ("verdict:fp", &[3]),
        ("verdict:tp", &[4]),
        ("verdict:none", &[1, 2, 5]),
        ("-verdict:fp", &[1, 2, 4, 5]),
        ("ai:tp", &[1, 4]),
        ("ai:none", &[2, 5]),
        ("confidence>.9", &[1]),
        ("severity>=high", &[1, 2]),
        ("severity:medium", &[3, 5]),
        ("severity<medium", &[4]),
        ("rule:inject", &[1]),
        ("rule=xss", &[3]),
        ("file:tests/*", &[3]),
        ("path:users", &[1]),
        ("repo:acme/api", &[1, 2]),
        ("project:acme/*", &[1, 2, 3, 4, 5]),
        ("tool:semgrep,trivy", &[1, 2, 3]),
        ("line>40", &[1, 4]),
        ("age<7d", &[1]),
        ("age>30d", &[2, 3, 4]),
        ("seen<2026-03-01", &[4]),
        ("cve:CVE-2024-3094", &[2]),
        ("cve:cve-2024-*", &[2]),
        ("epss>0.5", &[2]),
        ("epss<=1", &[2]),
        ("state:moved,absent", &[3, 4]),
        ("branch:dev", &[3, 4, 5]),
        ("commit:4f2c", &[1, 2]),
        ("tag:cwe-89", &[1]),
        ("id:2,4", &[2, 4]),
        ("scan:2", &[3, 4, 5]),
        ("has:patch", &[1]),
        ("has:cve", &[2, 5]),
        ("has:feedback", &[3, 4]),
        ("has:comment", &[4]),
        ("has:ai", &[1, 3, 4]),
        ("has:snippet", &[1]),
        ("by:me", &[3, 4]),
        ("by:bea", &[4]),
        ("-by:me", &[1, 2, 5]),
        ("input", &[1, 3]),
        ("inp", &[1, 3]),
        ("injection", &[1]),
        ("users", &[1]),
        ("users.py", &[1]),
        ("api/users.py", &[1]),
        ("3094", &[2]),
        ("CVE-2024-3094", &[2]),
        ("\"reaches a query\"", &[1]),
        ("\"query reaches\"", &[]),
        ("*tils*", &[2]),
        ("risk>70 or (is:suppressed -has:patch)", &[1, 5]),
    ];
    for (filter, expected) in cases {
        let mut found = ids(&stage, &query(filter, 100)).await;
        found.sort_unstable();
        assert_eq!(found, *expected, "{filter}");
        let counted = findings::count(&stage.db, &query(filter, 1).filter, Utc::now()).await;
        if !filter.contains("age") {
            assert_eq!(counted.unwrap(), Count::Exactly(expected.len() as u64), "{filter}");
        }
    }
}

#[tokio::test]
async fn rows_are_read_as_they_are_meant() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let rows = findings::list(&stage.db, &query("", 100)).await.unwrap().rows;
    let row = |id: i64| rows.iter().find(|f| f.id.0 == id).unwrap();
    assert_eq!((row(2).triage_decision, row(4).triage_decision), (None, Some(Verdict::TruePositive)));
    assert_eq!((row(2).epss, row(2).kev), (Some(0.8), None), "KEV is not known");
    assert_eq!((row(5).epss, row(5).risk), (None, 25.0), "NaN is not known");
    assert_eq!((row(1).epss, row(1).risk), (None, 83.7));
    assert_eq!(row(3).severity.word(), "medium");
    assert_eq!(row(1).project_name.as_str(), "acme/api", "taken from the scan");
    let json = serde_json::to_value(row(4)).unwrap();
    for key in [
        "id",
        "scan_id",
        "project_name",
        "tool",
        "rule_id",
        "file",
        "line",
        "severity",
        "triage_decision",
        "ai_verdict",
        "ai_confidence",
        "epss",
        "kev",
        "risk",
        "fingerprint",
        "state",
        "message",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&json["triage_decision"], &json["severity"], &json["state"]),
        (&"TP".into(), &"low".into(), &"absent".into())
    );
    assert!(json["ai_confidence"].is_null(), "NaN is no number in JSON");
}

const SORTS: [SortKey; 6] =
    [SortKey::Risk, SortKey::Severity, SortKey::Age, SortKey::Rule, SortKey::File, SortKey::Repo];

/// Many ties, nulls, and texts that only a terminal would show alike.
const TIES: &str = "
    insert into triage.findings (severity, ai_verdict, ai_confidence, rule_id, file, project_name, first_seen_at)
    select (array['high', 'low', 'critical'])[1 + i % 3], 'TP', (i % 7) / 10.0,
           case when i % 11 = 0 then null else 'rule' || chr(27) || i % 5 end,
           repeat('f', i % 3 * 150) || i % 13, 'repo' || i % 4, timestamptz '2026-01-01' + (i % 17) * interval '1 day'
    from generate_series(1, 500) as i";

#[tokio::test]
async fn pages_together_are_the_list_in_every_order() {
    let mut stage = stage().await;
    stage.run(TIES).await;
    for by in SORTS {
        let mut reversed = Vec::new();
        for order in [Order::Natural, Order::Reversed] {
            let all = Query { sort: Sort { by, order }, ..query("", 1_000) };
            let expected = ids(&stage, &all).await;
            assert_eq!(expected.len(), 500);
            let mut found = Vec::new();
            let mut page = Query { limit: 37, ..all };
            loop {
                let rows = findings::list(&stage.db, &page).await.unwrap();
                found.extend(rows.rows.iter().map(|f| f.id.0));
                page.after = rows.rows.last().map(Cursor::after);
                if !rows.more {
                    break;
                }
            }
            assert_eq!(found, expected, "{by:?} {order:?}");
            if order == Order::Natural {
                reversed = expected.into_iter().rev().collect();
            } else {
                assert_eq!(expected, reversed, "{by:?}");
            }
        }
    }
    let first = findings::list(&stage.db, &query("", 1_000)).await.unwrap().rows;
    assert!(first.windows(2).all(|w| w[0].risk >= w[1].risk), "the riskiest first");
}

#[tokio::test]
async fn rows_that_come_meanwhile_neither_repeat_nor_hide_others() {
    let mut stage = stage().await;
    stage.run(TIES).await;
    for by in SORTS {
        let all = Query { sort: Sort { by, ..Sort::default() }, ..query("is:undecided", 1_000) };
        let before = ids(&stage, &all).await;
        let mut found = Vec::new();
        let mut page = Query { limit: 50, ..all };
        loop {
            let rows = findings::list(&stage.db, &page).await.unwrap();
            found.extend(rows.rows.iter().map(|f| f.id.0));
            page.after = rows.rows.last().map(Cursor::after);
            if !rows.more {
                break;
            }
            stage.run(&TIES.replace("500", "20")).await;
        }
        let old: Vec<i64> = found.iter().copied().filter(|id| before.contains(id)).collect();
        assert_eq!(old, before, "{by:?}");
        let mut once = found.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), found.len(), "{by:?}: no row twice");
        stage.run("delete from triage.findings; ").await;
        stage.run(TIES).await;
    }
}

#[tokio::test]
async fn all_rows_are_handed_over_as_they_come() {
    let mut stage = stage().await;
    stage.run(TIES).await;
    let asked = query("severity:critical", 1);
    let mut seen: Vec<Finding> = Vec::new();
    let mut visit = |finding| {
        seen.push(finding);
        Ok(())
    };
    findings::each(&stage.db, &asked, None, &mut visit).await.unwrap();
    findings::each(&stage.db, &asked, Some(3), &mut visit).await.unwrap();
    let listed = findings::list(&stage.db, &Query { limit: 1_000, ..asked }).await.unwrap().rows;
    assert_eq!(seen.len(), listed.len() + 3);
    assert_eq!(seen[..listed.len()], listed);
    assert_eq!(seen[listed.len()..], listed[..3]);
}

#[tokio::test]
async fn values_are_offered_as_they_occur() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let check = async |field: &str, prefix: &str, expected: &[&str]| {
        let found = values(&stage.db, field, prefix, 10).await.unwrap();
        assert_eq!(found.iter().map(|v| v.as_str()).collect::<Vec<_>>(), expected, "{field}:{prefix}");
    };
    check("repo", "", &["acme/api", "acme/web"]).await;
    check("repo", "acme/w", &["acme/web"]).await;
    check("rule", "", &["CVE-2024-3094", "path-traversal", "python.sql-injection", "xss"]).await;
    check("rule", "p", &["path-traversal", "python.sql-injection"]).await;
    check("rule", "p%", &[]).await;
    check("file", "srv/", &["srv/files.go"]).await;
    check("tool", "", &["Trivy", "codeql", "semgrep"]).await;
    check("tool", "TR", &["Trivy"]).await;
    check("tag", "cwe", &["CWE-89"]).await;
    check("cve", "", &["CVE-2020-1", "CVE-2024-3094"]).await;
    check("branch", "", &["dev", "main"]).await;
    check("by", "", &["bea", "tester"]).await;
    check("severity", "", &[]).await;
    check("nonsense", "", &[]).await;
    assert_eq!(values(&stage.db, "rule", "", 2).await.unwrap().len(), 2);
}

#[test]
fn counts_are_told_with_their_bound() {
    let check = |count: Count, expected: &str| assert_eq!(count.to_string(), expected);
    check(Count::Exactly(0), "0");
    check(Count::Exactly(999), "999");
    check(Count::Exactly(3_041), "3,041");
    check(Count::MoreThan(100_000), "100,000+");
}

/// The queue must not be searched for: its index gives it in order.
#[tokio::test]
async fn the_indexes_of_the_lists_serve_them() {
    let mut stage = stage().await;
    stage.run(&TIES.replace("500", "20000")).await;
    stage
        .run("update triage.findings set triage_decision = 'TP' where id % 50 <> 0; analyze triage.findings")
        .await;
    let after = findings::list(&stage.db, &query("is:undecided", 200)).await.unwrap().rows.pop().unwrap();
    let sort = |by| Sort { by, ..Sort::default() };
    let cases = [
        (query("", 50), "findings_risk"),
        (query("is:undecided", 50), "findings_undecided"),
        (Query { after: Some(Cursor::after(&after)), ..query("is:undecided", 50) }, "findings_undecided"),
        (Query { after: Some(Cursor::after(&after)), ..query("", 50) }, "findings_risk"),
        (
            Query { sort: sort(SortKey::Severity), after: Some(Cursor::after(&after)), ..query("", 50) },
            "findings_severity",
        ),
        (
            Query { sort: sort(SortKey::Age), after: Some(Cursor::after(&after)), ..query("", 50) },
            "findings_age",
        ),
        (
            Query { sort: sort(SortKey::Rule), after: Some(Cursor::after(&after)), ..query("", 50) },
            "findings_rule",
        ),
        (
            Query { sort: sort(SortKey::File), after: Some(Cursor::after(&after)), ..query("", 50) },
            "findings_file",
        ),
        (
            Query { sort: sort(SortKey::Repo), after: Some(Cursor::after(&after)), ..query("", 50) },
            "findings_repo",
        ),
    ];
    for (query, index) in cases {
        let plan = findings::plan(&stage.db, &query).await.unwrap();
        assert!(plan.contains(&format!("using {index} on findings")), "{index}: {plan}");
        assert!(!plan.contains("Sort"), "{index}: {plan}");
        if query.after.is_some() {
            assert!(plan.contains("Index Cond"), "{index}: the page starts in the index: {plan}");
        }
    }
}
