//! Findings to try the screen with.

use attestor::ids::{EntrySeq, FeedbackId, FindingId, ScanId, Version};
use attestor::text::SafeText;
use attestor::triage::actions::{Decided, Outcome, When};
use attestor::triage::detail::{EntryNote, FindingDetail, ScanNote, Sighting, Sightings, Snippet};
use attestor::triage::finding::{Feedback, FeedbackKind, Finding, Severity, State, Verdict};
use attestor::triage::risk::{RiskInputs, RiskTerms};
use attestor::ui::screens::findings::{Msg, Wish};
use chrono::{DateTime, TimeDelta, Utc};

/// The time of every test.
pub fn now() -> DateTime<Utc> {
    "2026-03-15T14:02:00Z".parse().unwrap()
}

/// A finding like many.
pub fn finding(id: i64) -> Finding {
    Finding {
        id: FindingId(id),
        scan_id: Some(ScanId(7)),
        project_name: "acme/api".into(),
        tool: "semgrep".into(),
        rule_id: format!("rule-{id}").into(),
        file: format!("src/file{id}.py").into(),
        line: Some(10),
        severity: Severity::High,
        triage_decision: None,
        ai_verdict: None,
        ai_confidence: None,
        epss: None,
        kev: None,
        risk: 37.5,
        fingerprint: Some("8dfd64ec498d3195".into()),
        state: State::New,
        message: "Something is wrong here.".into(),
        suppressed: false,
        first_seen_at: now() - TimeDelta::days(3),
        version: Version(1),
        blind: false,
        claimed_by: None,
        claimed_until: None,
        snoozed_until: None,
        accepted_until: None,
    }
}

/// So many findings, with falling ids.
pub fn findings(count: i64) -> Vec<Finding> {
    (1..=count).rev().map(finding).collect()
}

/// The rows of the sketch, and some more.
pub fn sample() -> Vec<Finding> {
    type Spec =
        (i64, f64, Severity, &'static str, &'static str, i32, i64, Option<(&'static str, f64)>, State);
    let specs: [Spec; 9] = [
        (
            12,
            90.0,
            Severity::Critical,
            "sql-injection",
            "api/users.py",
            42,
            3,
            Some(("TP", 0.93)),
            State::New,
        ),
        (
            9,
            83.7,
            Severity::Critical,
            "CVE-2024-3094  xz-utils 5.6.0",
            "Cargo.lock",
            0,
            1,
            None,
            State::Unchanged,
        ),
        (
            31,
            74.2,
            Severity::High,
            "path-traversal",
            "srv/files.go",
            118,
            9,
            Some(("TP", 0.81)),
            State::Regressed,
        ),
        (
            4,
            50.0,
            Severity::Medium,
            "python.lang.security.audit.formatted-sql-query.formatted-sql-query",
            "services/billing/src/main/java/com/acme/billing/InvoiceRepository.java",
            1204,
            20,
            None,
            State::Moved,
        ),
        (
            5,
            37.5,
            Severity::High,
            "weak-hash",
            "lib/crypto/md5.rb",
            7,
            40,
            Some(("FP", 0.5)),
            State::Unchanged,
        ),
        (
            6,
            12.6,
            Severity::High,
            "hardcoded-secret",
            "tests/fixture.py",
            7,
            400,
            Some(("FP", 0.86)),
            State::Unchanged,
        ),
        (7, 9.0, Severity::Low, "漢字のルール", "ソース/ファイル.py", 3, 2, None, State::New),
        (8, 2.5, Severity::Info, "todo-comment", "README.md", 1, 0, Some(("RV", 0.4)), State::New),
        (3, 1.0, Severity::Info, "no-place", "", 0, 70, None, State::Absent),
    ];
    specs
        .into_iter()
        .map(|(id, risk, severity, rule, file, line, days, ai, state)| Finding {
            risk,
            severity,
            rule_id: rule.into(),
            file: file.into(),
            line: (line > 0).then_some(line),
            ai_verdict: ai.map(|(verdict, _)| verdict.into()),
            ai_confidence: ai.map(|(_, confidence)| confidence),
            state,
            message: "User input reaches a query without binding.".into(),
            first_seen_at: now() - TimeDelta::days(days),
            ..finding(id)
        })
        .collect()
}

/// All that could be known of a finding.
pub fn detail(row: Finding) -> FindingDetail {
    let patch = "--- a/api/users.py\n+++ b/api/users.py\n@@ -40,2 +40,2 @@\n def get(user_id):\n-    q = \"select * from users where id=\" + user_id\n+    q = \"select * from users where id=%s\"\n";
    let risk_terms = RiskTerms::of(&RiskInputs {
        severity: row.severity,
        cves: &[],
        red_team_success: Some(row.id == FindingId(12)),
        ai_verdict: row.ai_verdict.as_deref(),
        ai_confidence: row.ai_confidence,
    });
    FindingDetail {
        severity_written: Some("ERROR".into()),
        pipeline: None,
        epss_edition: None,
        kev_edition: None,
        scan: Some(ScanNote {
            id: ScanId(7),
            commit_sha: Some("4f2c91d07a11c0ffee".into()),
            branch: Some("main".into()),
            repo_url: None,
            timestamp: Some(now()),
            status: Some("completed".into()),
        }),
        end_line: None,
        snippet: Some(Snippet {
            text: "\ndef get(user_id):\n    # a lookup by key\n    q = \"select * from users where id=\" + user_id\n\treturn cursor.execute(q)\n".into(),
            first_line: Some(39),
        }),
        help_uri: Some("https://semgrep.dev/r/sql-injection".into()),
        tags: vec!["CWE-89".into(), "owasp".into()],
        suppression: None,
        remediation_patch: Some(patch.into()),
        ai_reasoning: Some("The route parameter flows to cursor.execute unchanged.".into()),
        red_team_success: Some(true),
        cves: Vec::new(),
        risk_terms,
        sightings: Sightings {
            count: 4,
            missed: 0,
            regressions: 0,
            last: vec![Sighting {
                scan_id: ScanId(7),
                timestamp: Some(now()),
                commit_sha: Some("4f2c91d07a11c0ffee".into()),
                branch: Some("main".into()),
                outcome: "unchanged".into(),
                file: None,
                line: None,
            }],
        },
        last_seen_at: now(),
        resolved_at: None,
        regressed_at: None,
        attention: Vec::new(),
        feedback: vec![
            said(70, row.id, Verdict::FalsePositive, "internal tool", true),
        ],
        entries: vec![EntryNote {
            seq: EntrySeq(345),
            occurred_at: now() - TimeDelta::days(3),
            event_type: "feedback.given".into(),
            actor: "bob".into(),
        }],
        carried_over: None,
        finding: row,
    }
}

/// A verdict that bob gave three days ago.
pub fn said(id: i64, finding: FindingId, verdict: Verdict, reason: &str, taken_back: bool) -> Feedback {
    Feedback {
        id: FeedbackId(id),
        finding_id: finding,
        kind: FeedbackKind::Verdict,
        user_verdict: Some(verdict),
        comments: SafeText::new(reason),
        timestamp: now() - TimeDelta::days(3),
        actor: "bob".into(),
        scan_id: Some(ScanId(6)),
        retracts: None,
        blind: false,
        taken_back,
    }
}

/// The answer that a deed is done.
pub fn done(wish: &Wish, rows: Vec<Finding>) -> Msg {
    let decided = Decided {
        seq: EntrySeq(346),
        count: rows.len(),
        rows,
        feedback: vec![FeedbackId(90)],
        left: Vec::new(),
        done: When::Now,
    };
    Msg::Done(wish.key().unwrap(), Ok(Outcome::Done(decided)))
}

/// A finding with a decision, one version later.
pub fn decided(row: Finding, verdict: Option<Verdict>) -> Finding {
    Finding { triage_decision: verdict, version: Version(row.version.0 + 1), ..row }
}
