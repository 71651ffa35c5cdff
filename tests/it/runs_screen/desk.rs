//! The desk of the Runs screen, and what it is answered with.

pub use crate::desk::{lost, now};

use attestor::chain::entry::Category;
use attestor::db::page::Page;
use attestor::ids::RunId;
use attestor::operations::acknowledge::Acknowledgement;
use attestor::operations::check::{Check, ReasonCode, Severity, Status};
use attestor::operations::report::{Overall, VerificationReport};
use attestor::operations::run::{Flow, Identity, Reached, Run, Since};
use attestor::operations::store::list::Standing;
use attestor::operations::store::one::{Detail, Told};
use attestor::text::SafeText;
use attestor::ui::command::Command;
use attestor::ui::screen::Input;
use attestor::ui::screens::runs::{Msg, Runs, Wish};
use chrono::TimeDelta;
use std::sync::Arc;

pub type Desk = crate::desk::Desk<Runs>;

pub fn run(id: i64, flow: &str, about: &str, overall: Option<Overall>) -> Run {
    let began = now() - TimeDelta::minutes(40 * (20 - id));
    Run {
        id: RunId(id),
        flow: flow.into(),
        status: "completed".into(),
        outcome: "succeeded".into(),
        overall,
        blocking: u64::from(overall == Some(Overall::Blocked)),
        since: overall.map(|_| Since::Unchanged),
        lost: false,
        about: Some(about.into()),
        user_id: Some(if id % 2 == 0 { "alice" } else { "scanner-bot" }.into()),
        started_by: "alice".into(),
        created_at: began,
        started_at: Some(began),
        completed_at: Some(began + TimeDelta::milliseconds(4_230)),
        progress: None,
        summary_counts: [("entries".to_owned(), 1_204), ("breaks".to_owned(), 2)].into(),
        failure: None,
        run_identity_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
    }
}

/// Runs of every standing, newest first.
pub fn runs() -> Vec<Run> {
    let mut working = run(19, "verification", "example.com/audit", None);
    (working.status, working.outcome, working.completed_at) = ("running".into(), "pending".into(), None);
    working.progress = Some(Reached { step: "reading".into(), done: 412_000, total: Some(1_000_000) });
    working.summary_counts.clear();
    let mut blocked = run(18, "verification", "example.com/audit", Some(Overall::Blocked));
    blocked.since = Some(Since::Changed);
    let mut failed = run(16, "import_sarif", "broken.sarif", None);
    (failed.outcome, failed.failure) =
        ("failed".into(), Some("broken.sarif: not JSON, at line 2, column 3".into()));
    let mut lost = run(14, "import_epss", "epss_scores-2026-03-13.csv.gz", None);
    (lost.status, lost.outcome, lost.completed_at, lost.lost) =
        ("running".into(), "pending".into(), None, true);
    let mut cancelled = run(12, "verification", "example.com/audit", None);
    cancelled.outcome = "cancelled".into();
    let mut foreign = run(11, "provider.connection_check", "tenant 7", Some(Overall::Running));
    foreign.since = Some(Since::First);
    vec![
        working,
        blocked,
        run(17, "import_sarif", "nightly-semgrep-api.sarif", Some(Overall::NeedsAttention)),
        failed,
        run(15, "import_kev", "known_exploited_vulnerabilities.json", Some(Overall::Ready)),
        lost,
        run(13, "verification", "example.com/audit", Some(Overall::Ready)),
        cancelled,
        foreign,
    ]
}

/// Checks of every status.
pub fn checks() -> Vec<Check> {
    let ext = |detail| ReasonCode::ext("verification", detail);
    vec![
        Check::new("hash", "Each entry hashes to what it says", Status::Fail, ext("payload_mismatch"))
            .severity(Severity::Critical)
            .blocking()
            .message("Two entries were changed after they were written. The first is entry 812: its payload does not hash to its payload_hash.")
            .evidence("entry", 812)
            .evidence("stored_hash", "8dfd64ec498d3195f780857776c54b83f6388df551d9b971c35245ce42a3ac32")
            .next("The entry", "attestor:audit/812"),
        Check::new("links", "Each entry names the one before it", Status::Fail, ext("link_mismatch"))
            .evidence("entry", 813),
        Check::new("anchor", "A checkpoint covers the chain", Status::Warn, ReasonCode::MissingConfiguration)
            .message("No checkpoint is pinned: nothing tells a whole rewrite.")
            .next("Checkpoints", "https://example.com/docs/checkpoints"),
        Check::new("foreign", "Foreign chains are whole", Status::Running, ReasonCode::Ok),
        Check::new("standby", "The standby agrees", Status::Skip, ReasonCode::NotApplicable),
        Check::pass("time", "Time never runs backwards"),
        Check::pass("grants", "Nobody but the owner may write").evidence("roles", 6),
    ]
}

pub fn report(checks: Vec<Check>) -> VerificationReport {
    let flow = Flow {
        name: "verification",
        started: "verification.started",
        completed: "verification.completed",
        category: Category::Verification,
    };
    let identity = Identity::of(flow).about("chain", "example.com/audit");
    VerificationReport::of(&identity, checks, now(), Some(RunId(13)))
}

pub fn detail(run: Run) -> Detail {
    let seen = Acknowledgement {
        check_key: "anchor".into(),
        actor: "bob".into(),
        at: now() - TimeDelta::days(1),
        reason: "the key is on its way".into(),
        expires_at: Some(now() + TimeDelta::days(6)),
        expired: false,
    };
    let mut checks = checks();
    checks.retain(|check| check.status != Status::Running);
    let has_report = run.overall.is_some();
    Detail {
        run,
        inputs: vec![("chain".into(), "example.com/audit".into()), ("profile".into(), "attestor/v1".into())],
        report: has_report.then(|| Told::Report(Box::new(report(checks)))),
        acknowledgements: vec![seen],
    }
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        Desk::around(Runs::new(), now(), columns, rows)
    }

    /// A screen with all of [`runs`] on it, and the second one selected.
    pub fn full(columns: u16, rows: u16) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.give(runs());
        desk.command(Command::Down);
        desk.rest();
        desk
    }

    /// Answers the questions for the list.
    pub fn give(&mut self, rows: Vec<Run>) {
        let ticket = self.ticket();
        let page = Page { rows, more: false };
        self.answer(Msg::Rows { ticket, after: None, at: now(), result: Ok(page) });
        let standing = Standing { blocked: 1, attention: 1, active: 1, lost: 1 };
        self.answer(Msg::Standing(Ok(standing)));
        self.rest();
    }

    /// The ticket of the last question for rows.
    pub fn ticket(&mut self) -> u64 {
        let ticket = self.last(|wish| match wish {
            Wish::Rows { ticket, .. } => Some(*ticket),
            _ => None,
        });
        ticket.unwrap()
    }

    /// The cursor rests, and the detail that is asked for comes.
    pub fn rest(&mut self) {
        self.tell(Input::Rested);
        let wanted = self.last(|wish| match wish {
            Wish::Detail(id) => Some(*id),
            _ => None,
        });
        if let Some(run) = runs().into_iter().find(|run| Some(run.id) == wanted) {
            self.answer(Msg::Detail(run.id, Ok(Some(Arc::new(detail(run))))));
        }
    }

    pub fn keys(&mut self, text: &str) {
        for key in crate::desk::keys(text) {
            self.key(key);
        }
    }

    /// The line with the cursor's marker.
    pub fn selected(&self) -> String {
        let marked = self.marked();
        assert!(marked.len() <= 2, "one cursor a pane:\n{}", self.screen());
        marked.last().cloned().unwrap_or_default()
    }
}

pub fn text(raw: &str) -> SafeText {
    SafeText::new(raw)
}
