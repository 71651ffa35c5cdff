//! Groups: counted, paged, and decided by the filter that each comes with.

use super::{done, stage::Stage, stage::stage};
use attestor::filter::parse;
use attestor::ids::DeedKey;
use attestor::triage::actions::{self, GiveFeedback};
use attestor::triage::feedback::Reason;
use attestor::triage::finding::{Severity, Verdict};
use attestor::triage::group::{Group, GroupBy, GroupCursor};
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings;
use attestor::triage::store::groups::{self, GroupQuery};
use chrono::{DateTime, Utc};

fn now() -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn query(filter: &str, by: GroupBy) -> GroupQuery {
    GroupQuery { filter: parse(filter, &FIELDS).unwrap(), by, after: None, limit: 100, now: now() }
}

/// Names that differ by letter case alone, that mean something in a filter, and that are missing.
const VARIED: &str = r#"
    insert into triage.scans (id, project_name) values (1, 'acme/api'), (2, 'acme/API');
    insert into triage.findings (id, scan_id, tool, rule_id, file, severity, ai_verdict, ai_confidence, fingerprint,
                                 triage_decision, resolved_at, snoozed_until) values
    (1, 1, 'semgrep', 'xss', 'a.py', 'high', 'TP', 0.9, 'f1', null, null, null),
    (2, 1, 'semgrep', 'xss', 'A.py', 'high', 'TP', 0.5, 'f1', 'FP', null, null),
    (3, 2, 'semgrep', 'XSS', 'a.py', 'low', 'TP', 0.9, 'f2', null, null, null),
    (4, 2, 'codeql', 'xss', 'a.py', 'critical', 'TP', 0.2, 'F1', null, null, null),
    (5, 1, 'semgrep', null, 'a.py', 'info', 'TP', 0.1, null, null, null, null),
    (6, 1, 'semgrep', '', 'a.py', 'info', 'TP', 0.1, '', null, null, null),
    (7, 1, 'semgrep', 'x*s "?\', 'a (b).py', 'medium', 'TP', 0.9, 'f,3', null, null, null),
    (8, 1, 'semgrep', 'x*s "?\', 'a (b).py', 'high', 'FP', 0.9, 'f,3', null, '2026-03-01Z', null),
    (9, 1, 'semgrep', 'xss', 'a.py', 'medium', 'FP', 0.9, 'f1', null, null, '2026-03-11Z'),
    (10, 1, null, 'xss', null, 'medium', 'FP', 0.9, 'f1', null, null, '2026-03-01Z');
"#;

async fn all(stage: &Stage, filter: &str, by: GroupBy) -> Vec<Group> {
    groups::groups(&stage.db, &query(filter, by)).await.unwrap().rows
}

async fn members(stage: &Stage, group: &Group) -> Vec<i64> {
    // As it is typed: printed, and read again.
    let filter = parse(&group.filter.as_ref().unwrap().to_string(), &FIELDS).unwrap();
    let targets = findings::targets(&stage.db, &filter, now()).await.unwrap();
    targets.iter().map(|target| target.finding.0).collect()
}

#[tokio::test]
async fn a_group_is_what_its_filter_selects() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let mut told = Vec::new();
    for group in all(&stage, "", GroupBy::Rule).await {
        told.push((group.key.to_string(), group.count, group.undecided, members(&stage, &group).await));
    }
    told.sort();
    let expected = [
        (" (semgrep)", 1, 1, vec![5]),
        (" (semgrep)", 1, 1, vec![6]),
        ("XSS (semgrep)", 1, 1, vec![3]),
        ("x*s \"?\\ (semgrep)", 2, 1, vec![7]),
        ("xss", 1, 1, vec![10]),
        ("xss (codeql)", 1, 1, vec![4]),
        ("xss (semgrep)", 3, 1, vec![1]),
    ];
    let expected: Vec<_> = expected.map(|(key, count, open, ids)| (key.to_owned(), count, open, ids)).into();
    assert_eq!(told, expected);

    for by in [GroupBy::Rule, GroupBy::File, GroupBy::Fingerprint] {
        let groups = all(&stage, "", by).await;
        let counted: i64 = groups.iter().map(|group| group.count).sum();
        assert_eq!(counted, if by == GroupBy::Fingerprint { 9 } else { 10 });
        let mut seen = Vec::new();
        for group in &groups {
            let ids = members(&stage, group).await;
            assert_eq!(ids.len() as i64, group.undecided, "{by:?} {group:?}");
            seen.extend(ids);
        }
        seen.sort_unstable();
        let queue: &[i64] =
            if by == GroupBy::Fingerprint { &[1, 3, 4, 6, 7, 10] } else { &[1, 3, 4, 5, 6, 7, 10] };
        assert_eq!(seen, queue, "each is in one group: {by:?}");
    }
}

#[tokio::test]
async fn groups_come_riskiest_first_and_in_pages() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let groups = all(&stage, "tool:semgrep", GroupBy::File).await;
    assert_eq!((groups[0].risk, groups[0].severity, groups[0].sample_id.0), (67.5, Severity::High, 1));
    assert!(groups.windows(2).all(|pair| pair[0].risk >= pair[1].risk));
    assert!(groups[0].filter.as_ref().unwrap().to_string().starts_with("tool:semgrep file==a.py "));

    let whole = all(&stage, "", GroupBy::Rule).await;
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = groups::groups(&stage.db, &GroupQuery { after, limit: 2, ..query("", GroupBy::Rule) })
            .await
            .unwrap();
        assert!(page.rows.len() <= 2);
        after = page.rows.last().map(GroupCursor::after);
        paged.extend(page.rows);
        if !page.more {
            break;
        }
    }
    assert_eq!(paged, whole);
    let mut streamed = Vec::new();
    let asked = query("", GroupBy::Rule);
    let each = groups::each(&stage.db, &asked, Some(5), |group| {
        streamed.push(group);
        Ok(())
    });
    each.await.unwrap();
    assert_eq!(streamed, whole[..5]);
}

#[tokio::test]
async fn to_decide_a_group_is_to_decide_by_its_filter() {
    let mut stage = stage().await;
    stage.run(VARIED).await;
    let group = all(&stage, "", GroupBy::Rule).await.into_iter().find(|group| group.count == 3).unwrap();
    let filter = group.filter.unwrap();
    let deed = GiveFeedback {
        targets: findings::targets(&stage.db, &filter, now()).await.unwrap(),
        verdict: Verdict::TruePositive,
        reason: Reason::new("all the same").unwrap(),
        filter: Some(filter.to_string()),
        key: DeedKey::fresh(),
    };
    assert_eq!(done(actions::give_feedback(&stage.db, &deed).await.unwrap()).count, 1);
    assert_eq!(stage.decision(1).await.0.as_deref(), Some("TP"));
    assert_eq!(stage.decision(9).await.0, None, "what is snoozed is not in the queue");
    let payload = stage.value("select payload from audit.audit_trail_entries").await;
    assert_eq!(payload["filter"], "rule==xss tool==semgrep is:undecided");
    let group = all(&stage, "", GroupBy::Rule).await.into_iter().find(|group| group.count == 3).unwrap();
    assert_eq!(group.undecided, 0);
}

#[tokio::test]
async fn a_name_too_long_for_a_filter_has_none() {
    let mut stage = stage().await;
    stage
        .run("insert into triage.findings (tool, rule_id) values ('t', repeat('é', 9000)), ('t', 'short')")
        .await;
    let groups = all(&stage, "", GroupBy::Rule).await;
    let filters: Vec<_> = groups.iter().map(|group| group.filter.is_some()).collect();
    assert_eq!(filters.iter().filter(|has| **has).count(), 1, "{filters:?}");
}
