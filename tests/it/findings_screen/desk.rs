//! A desk to try the screen at: no terminal, no database, answers by hand.

use attestor::ids::{EntrySeq, FeedbackId, FindingId, ScanId, Version};
use attestor::text::SafeText;
use attestor::triage::actions::{Decided, Outcome, When};
use attestor::triage::detail::{EntryNote, FindingDetail, ScanNote, Sighting, Sightings, Snippet};
use attestor::triage::finding::{Feedback, FeedbackKind, Finding, Severity, State, Verdict};
use attestor::triage::risk::{RiskInputs, RiskTerms};
use attestor::triage::store::findings::Count;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen};
use attestor::ui::screens::findings::list::Edge;
use attestor::ui::screens::findings::wish::{Counts, From, Rows};
use attestor::ui::screens::findings::{Findings, Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The time of every test.
pub fn now() -> DateTime<Utc> {
    "2026-03-15T14:02:00Z".parse().unwrap()
}

/// The screen, and what it asked for since the last look.
pub struct Desk {
    pub screen: Findings,
    pub asks: Vec<Ask<Wish>>,
    pub theme: Theme,
    pub columns: u16,
    pub rows: u16,
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        let theme = Theme::named("dark", Symbols::UNICODE).unwrap();
        let mut desk = Desk { screen: Findings::new(), asks: Vec::new(), theme, columns, rows };
        desk.tell(Input::Resized { columns, rows });
        desk.tell(Input::Opened(None));
        desk
    }

    /// A screen of 80×22 cells with these rows, and the detail of the first.
    pub fn with(rows: Vec<Finding>) -> Self {
        Desk::sized(80, 22, rows)
    }

    /// The same at another size.
    pub fn sized(columns: u16, rows: u16, findings: Vec<Finding>) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.answer_rows(findings, Edge::End, Edge::End);
        desk.answer_detail();
        desk.asks.clear();
        desk
    }

    pub fn tell(&mut self, input: Input) {
        let asks = self.screen.input(input, now());
        self.asks.extend(asks);
    }

    pub fn answer(&mut self, msg: Msg) {
        let asks = self.screen.answer(msg, now());
        self.asks.extend(asks);
    }

    pub fn command(&mut self, command: Command) {
        self.tell(Input::Command(command));
    }

    /// Types text, or presses keys by name in angle brackets: `no<Enter>`.
    pub fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let key = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, after)) => {
                    rest = after;
                    named(name)
                }
                None => {
                    rest = &rest[c.len_utf8()..];
                    KeyEvent::from(KeyCode::Char(c))
                }
            };
            self.tell(Input::Key(key));
        }
    }

    /// The wishes since the last call.
    pub fn wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.asks)
            .into_iter()
            .filter_map(|ask| match ask {
                Ask::Do(wish) => Some(wish),
                _ => None,
            })
            .collect()
    }

    /// The deed that was sent since the last call, if any.
    pub fn deed(&mut self) -> Option<Wish> {
        self.wishes().into_iter().find(|wish| wish.key().is_some())
    }

    /// What the footer says since the last call.
    pub fn toasts(&mut self) -> Vec<String> {
        let (toasts, rest) =
            std::mem::take(&mut self.asks).into_iter().partition(|ask| matches!(ask, Ask::Toast(_)));
        self.asks = rest;
        let _: &Vec<Ask<Wish>> = &toasts;
        toasts
            .into_iter()
            .map(|ask| if let Ask::Toast(toast) = ask { toast.text } else { String::new() })
            .collect()
    }

    /// Answers the load of rows that is asked for.
    pub fn answer_rows(&mut self, rows: Vec<Finding>, above: Edge, below: Edge) {
        let Some((ticket, from)) = self.asked_rows() else {
            panic!("no rows are asked for: {:?}", self.asks)
        };
        let newest = rows.iter().map(|row| row.id).max();
        let at = match &from {
            From::Around(around) => rows.iter().position(|row| row.id == around.id).unwrap_or(0),
            _ => 0,
        };
        let total = rows.len() as u64;
        self.answer(Msg::Rows {
            ticket,
            from,
            at: now(),
            result: Ok(Rows { rows, above, below, at, newest }),
        });
        if above == Edge::End && below == Edge::End {
            let counts = Counts { total: Count::Exactly(total), before: None };
            self.answer(Msg::Count { ticket, row: None, result: Ok(counts) });
        }
    }

    /// The rows that are asked for.
    pub fn asked_rows(&self) -> Option<(u64, From)> {
        self.asks.iter().rev().find_map(|ask| match ask {
            Ask::Do(Wish::Rows { ticket, from, .. }) => Some((*ticket, from.clone())),
            _ => None,
        })
    }

    /// Answers the load of a detail, if one is asked for.
    pub fn answer_detail(&mut self) {
        let id = self.asks.iter().rev().find_map(|ask| match ask {
            Ask::Do(Wish::Detail(id)) => Some(*id),
            _ => None,
        });
        if let Some(id) = id {
            let row = sample().into_iter().find(|row| row.id == id).unwrap_or_else(|| finding(id.0));
            self.answer(Msg::Detail(id, Ok(Box::new(detail(row)))));
        }
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let lines = (0..self.rows).map(|y| line(&buffer, y).trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    pub fn buffer(&self) -> Buffer {
        self.drawn().0
    }

    pub fn drawn(&self) -> (Buffer, Option<Position>) {
        let area = Rect::new(0, 0, self.columns, self.rows);
        let mut buffer = Buffer::empty(area);
        let look = Look { theme: &self.theme, clock: Clock::Utc, now: now() };
        let cursor = self.screen.view(area, &mut buffer, &look);
        (buffer, cursor)
    }

    /// The line with the cursor's marker.
    pub fn selected(&self) -> String {
        let screen = self.screen();
        screen.lines().find(|line| line.starts_with('>')).unwrap_or("").to_owned()
    }

    /// Where in the list the cursor stands, as the screen says it: `3 of 41`.
    pub fn place(&self) -> String {
        let screen = self.screen();
        let first = screen.lines().next().unwrap_or("").to_owned();
        let words: Vec<&str> = first.split("   ").map(str::trim).filter(|w| w.contains(" of ")).collect();
        words.first().map_or(first.clone(), |w| (*w).to_owned())
    }
}

pub fn line(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut skip = 0;
    for x in 0..buffer.area.width {
        // A wide character covers the cell behind it.
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
    }
    text
}

fn named(name: &str) -> KeyEvent {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        control => {
            let c = control.strip_prefix("C-").and_then(|c| c.chars().next());
            return KeyEvent::new(KeyCode::Char(c.expect("a key's name")), KeyModifiers::CONTROL);
        }
    };
    KeyEvent::from(code)
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
