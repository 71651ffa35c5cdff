//! What people write: its bounds, and that hostile text is kept as typed and shown as safe.

use super::{done, stage::stage, verdict};
use attestor::ids::{DeedKey, FindingId};
use attestor::triage::actions::{self, GiveComment};
use attestor::triage::feedback::{Comment, Reason, TextError};
use attestor::triage::finding::Verdict;
use attestor::triage::store::{detail, feedbacks};

#[test]
fn a_reason_says_something_and_has_a_bound() {
    let check = |raw: &str, expected: Result<&str, TextError>| {
        assert_eq!(Reason::new(raw).as_ref().map(Reason::as_str), expected.as_ref().copied(), "{raw:?}");
    };
    let empty = || Err(TextError::Empty { what: "reason" });
    check("test code", Ok("test code"));
    check(" \n two\nlines \t", Ok("two\nlines"));
    check("", empty());
    check(" \t\n\u{a0}\u{2003}", empty());
    check("a\0b", Err(TextError::Nul { what: "reason" }));
    check(&"ü".repeat(Reason::CHARS_MAX), Ok(&"ü".repeat(Reason::CHARS_MAX)));
    let long = "ü".repeat(Reason::CHARS_MAX + 1);
    check(&long, Err(TextError::TooLong { what: "reason", chars: 1_001, chars_max: 1_000 }));
    assert!(Reason::new(&long).unwrap_err().to_string().contains("1001 characters; at most 1000"));
    assert!(Comment::new(&"x".repeat(Comment::CHARS_MAX)).is_ok());
    assert!(Comment::new(&"x".repeat(Comment::CHARS_MAX + 1)).is_err());
}

const HOSTILE: &str =
    "\u{1b}]0;owned\u{7} \u{202e}gnp.exe \u{200b}\u{9b}31m '; drop table triage.findings; -- \\ \" ${x} %s";

#[tokio::test]
async fn hostile_words_are_kept_as_typed_and_shown_as_safe() {
    let mut stage = stage().await;
    stage.findings(1).await;
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::FalsePositive, HOSTILE)).await.unwrap());
    let marks = format!("{HOSTILE}\nz{}", "\u{301}".repeat(15_000));
    let words =
        GiveComment { finding: FindingId(1), comment: Comment::new(&marks).unwrap(), key: DeedKey::fresh() };
    done(actions::comment(&stage.db, &words).await.unwrap());

    let kept: Vec<String> = sqlx::query_scalar("select comments from triage.feedbacks order by id")
        .fetch_all(&mut stage.superuser)
        .await
        .unwrap();
    assert_eq!(kept, [HOSTILE.to_owned(), marks.clone()]);
    let chained: Vec<String> = sqlx::query_scalar(
        "select coalesce(payload->>'reason', payload->>'comment') from audit.audit_trail_entries order by seq",
    )
    .fetch_all(&mut stage.superuser)
    .await
    .unwrap();
    assert_eq!(chained, [HOSTILE.to_owned(), marks]);
    assert_eq!(stage.entries().await, ["finding_triaged", "finding_commented"]);

    let detail = detail::show(&stage.db, FindingId(1)).await.unwrap();
    let mine = feedbacks::mine(&stage.db, None, 10).await.unwrap();
    assert_eq!(mine.rows.len(), 2);
    assert_eq!(&*mine.rows[0].rule_id, "rule-1");
    let shown = detail.feedback.iter().chain(mine.rows.iter().map(|note| &note.feedback));
    for said in shown {
        let hidden = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}');
        assert!(!said.comments.contains(hidden), "{:?}", said.comments);
        assert!(said.comments.starts_with("␛]0;owned␇ \\u{202e}gnp.exe"), "{:?}", said.comments);
        assert!(said.comments.len() < 400, "marks are capped");
    }
    // A comment decides nothing.
    assert_eq!(stage.decision(1).await.2, 2);
}

#[tokio::test]
async fn hostile_findings_are_shown_as_safe_everywhere() {
    let mut stage = stage().await;
    stage.findings(1).await;
    sqlx::query(
        "update triage.findings set rule_id = $1, file = $1, message = $1, ai_reasoning = $1, remediation_patch = $1,
             snippet = $1, tool = $1, project_name = $1, help_uri = $1, fingerprint = $1, suppression = $1,
             ai_verdict = $1, severity = $1, tags = array[$1], cve_ids = array[$1]",
    )
    .bind(format!("{HOSTILE}{}", "\u{301}".repeat(10_000)))
    .execute(&mut stage.superuser)
    .await
    .unwrap();
    sqlx::query("update triage.scans set branch = $1, commit_sha = $1, repo_url = $1, status = $1")
        .bind(HOSTILE)
        .execute(&mut stage.superuser)
        .await
        .unwrap();
    let detail = detail::show(&stage.db, FindingId(1)).await.unwrap();
    let json = serde_json::to_string(&detail).unwrap();
    let told = format!("{} {json}", detail.risk_terms);
    assert!(told.matches("␛]0;owned␇").count() > 15, "{told}");
    assert!(!told.contains(|c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}')));
    assert!(!told.contains(&"\u{301}".repeat(5)));
    // It can be decided all the same, and named in the chain.
    done(actions::give_feedback(&stage.db, &verdict(1, 1, Verdict::FalsePositive, "hostile")).await.unwrap());
    assert_eq!(stage.entries().await.len(), 1);
}
