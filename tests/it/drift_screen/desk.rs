//! The desk of the Drift screen, and what it is answered with.

pub use crate::desk::{lost, now};

use attestor::db::page::Page;
use attestor::drift::desired::Source;
use attestor::drift::diff::{Diff, Unreadable};
use attestor::drift::document::{Document, Json};
use attestor::drift::glob::Glob;
use attestor::drift::ignore::Ignore;
use attestor::drift::plan::{Plan, RepoPlan};
use attestor::drift::schema::Tier;
use attestor::drift::store::detail::{Detail, FieldDetail, Spell};
use attestor::drift::store::list::{Counts, Listed};
use attestor::drift::tug::Tug;
use attestor::ui::screen::Input;
use attestor::ui::screens::drift::{Drift, Msg, Wish};
use chrono::TimeDelta;
use std::sync::Arc;

pub type Desk = crate::desk::Desk<Drift>;

fn row(repo_id: i64, repo: &str, critical: i32, drift: i32) -> Listed {
    Listed {
        repo_id,
        repo: repo.into(),
        in_sync: Some(drift == 0),
        drift_fields: (0..drift).map(|i| format!("settings.field_{i}").into()).collect(),
        drift_count: drift,
        critical_count: critical,
        ignored_count: 0,
        unreadable_count: 0,
        mode: if critical > 0 { "correct" } else { "warn" }.into(),
        policies: vec!["company".into(), "production".into()],
        drifted_since: (drift > 0).then(|| now() - TimeDelta::days(3)),
        last_reconciled_at: Some(now() - TimeDelta::minutes(12)),
        snoozed_until: None,
        failure: None,
        is_managed: true,
        strip: if drift > 0 { "====cdddxd" } else { "===d=x====" }.into(),
        version: 4,
    }
}

/// Repositories of every standing, the worst first.
pub fn rows() -> Vec<Listed> {
    let mut waits = row(3, "acme/web", 0, 2);
    waits.snoozed_until = Some(now() + TimeDelta::days(2));
    let mut hidden = row(4, "acme/free-plan", 0, 0);
    (hidden.in_sync, hidden.unreadable_count, hidden.strip) = (None, 1, "xxxx".into());
    let mut failed = row(5, "acme/gone", 0, 1);
    failed.failure = Some("404: the repository is not there, or the token may not see it".into());
    let mut unasked = row(6, "else/where", 0, 0);
    (unasked.in_sync, unasked.is_managed, unasked.policies) = (None, false, vec![]);
    let mut unseen = row(7, "acme/new", 0, 0);
    (unseen.in_sync, unseen.last_reconciled_at, unseen.strip) = (None, None, "".into());
    vec![
        row(1, "acme/api", 1, 4),
        row(2, "acme/ledger", 0, 1),
        waits,
        failed,
        hidden,
        unasked,
        unseen,
        row(8, "acme/ok", 0, 0),
    ]
}

const DESIRED: &str = r#"{"branch_protection":{"enforce_admins":true,"required_reviews":2,"require_status_checks":["build","test"]},
    "required_labels":["bug"],"settings":{"has_wiki":false,"has_issues":true},"rulesets":[{"name":"main","enforcement":"active","target":"branch"}],
    "topics":["payments"]}"#;
const OBSERVED: &str = r#"{"branch_protection":{"enforce_admins":false,"required_reviews":2,"require_status_checks":["build"]},
    "required_labels":["help wanted"],"settings":{"has_wiki":true,"has_issues":true}}"#;

pub fn diff() -> Diff {
    let hidden =
        Unreadable { path: "topics".parse().unwrap(), reason: "403: Resource not accessible".into() };
    let rule = Ignore {
        id: 7,
        repos: Glob::of_repos("**").unwrap(),
        paths: Glob::of_paths("settings.has_wiki").unwrap(),
        reason: "the handbook moves in May".into(),
        until: now() + TimeDelta::days(30),
        by: "alice".into(),
    };
    let (desired, observed) = (Document::parse(DESIRED).unwrap(), Document::parse(OBSERVED).unwrap());
    Diff::of(&desired, &observed, &[hidden], &[rule], now())
}

pub fn detail(row: Listed) -> Detail {
    let tug = Tug {
        between: [Some(Json::from(true)), Some(Json::from(false))],
        actors: [Some("attestor".into()), None],
        turns: 3,
        since: now() - TimeDelta::hours(5),
        last: now() - TimeDelta::hours(1),
    };
    let fields = if row.repo_id == 1 { diff().fields } else { Vec::new() };
    let of = |field: attestor::drift::diff::Field| {
        let is_admins = field.path.to_string() == "branch_protection.enforce_admins";
        FieldDetail {
            sources: vec![if field.tier == Tier::Critical {
                Source::Policy("production".into())
            } else {
                Source::Person { kind: "set", by: "bob".into(), reason: "asked".into() }
            }],
            since: field.is_drift().then(|| now() - TimeDelta::days(2)),
            actor: is_admins.then(|| "mallory".into()),
            tug: is_admins.then(|| tug.clone()),
            field,
        }
    };
    Detail {
        snooze: row.snoozed_until.map(|_| ("bob".into(), "its team moves this week".into())),
        fields: fields.into_iter().map(of).collect(),
        desired_state: Document::parse(DESIRED).unwrap(),
        observed_state: row.last_reconciled_at.map(|_| Document::parse(OBSERVED).unwrap()),
        row,
    }
}

pub fn spells() -> Vec<Spell> {
    let spell = |days: i64, outcome: &str, observed: bool, actor: Option<&str>| Spell {
        path: "branch_protection.enforce_admins".into(),
        outcome: outcome.into(),
        desired: Some(Json::from(true)),
        observed: Some(Json::from(observed)),
        since: now() - TimeDelta::days(days),
        until: None,
        actor: actor.map(Into::into),
    };
    vec![
        spell(2, "drift", false, Some("mallory")),
        spell(4, "match", true, Some("attestor")),
        spell(9, "drift", false, None),
    ]
}

pub fn plan() -> Plan {
    let plan = RepoPlan::of("acme/api", &diff(), |_| false);
    Plan::new(uuid::Uuid::from_u128(7), now(), vec![plan])
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        Desk::around(Drift::new(), now(), columns, rows)
    }

    /// A screen with all of [`rows`] on it.
    pub fn full(columns: u16, rows: u16) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.give(self::rows());
        desk
    }

    /// Answers the questions for the list.
    pub fn give(&mut self, rows: Vec<Listed>) {
        let ticket = self.ticket();
        let counts = Counts { repos: rows.len() as i64, drifted: 4, critical: 1, in_sync: 1 };
        let counts = if rows.is_empty() { Counts::default() } else { counts };
        let page = Page { rows, more: false };
        self.answer(Msg::Rows { ticket, after: None, at: now(), result: Ok(page) });
        self.answer(Msg::Counts { ticket, result: Ok(counts) });
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
        if let Some(row) = rows().into_iter().find(|row| Some(row.repo_id) == wanted) {
            self.answer(Msg::Detail(row.repo_id, Ok(Some(Arc::new(detail(row))))));
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
