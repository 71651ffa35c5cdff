//! A desk to try the Audit screen at: a chain of any length by arithmetic, answers by hand.

use crate::desk;
pub use crate::desk::{lost, now};

use attestor::audit::detail::Detail;
use attestor::audit::entry::{Around, Listed, Neighbour, Stored};
use attestor::audit::store::stored::Writers;
use attestor::audit::verify::report::{Report, Scope};
use attestor::audit::verify::verdict::{Anchored, Break, Field, Kind};
use attestor::chain::hash::{Digest, Preimage, genesis, payload_hash};
use attestor::ids::EntrySeq;
use attestor::text::SafeText;
use attestor::ui::command::Command;
use attestor::ui::list_detail::cursor::Way;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::list_detail::window::Hold;
use attestor::ui::screen::{Ask, Input};
use attestor::ui::screens::audit::wish::{From, Rows};
use attestor::ui::screens::audit::{Audit, Msg, Wish};
use chrono::TimeDelta;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub const CHAIN: &str = "example.com/audit";

pub struct Desk {
    desk: desk::Desk<Audit>,
    /// How long the chain is.
    pub head: i64,
    /// Positions at which there is no entry.
    pub missing: Vec<i64>,
}

impl Deref for Desk {
    type Target = desk::Desk<Audit>;

    fn deref(&self) -> &Self::Target {
        &self.desk
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.desk
    }
}

pub fn payload(seq: i64) -> String {
    match seq % 4 {
        0 => format!(
            r#"{{"count": 41, "digest": "9f{seq:04}", "filter": "is:undecided rule:xss", "reason": "internal tool"}}"#
        ),
        1 => format!(
            r#"{{"line": 42, "risk": 94.50, "reason": "the value is bound", "rule_id": "sql-injection", "verdict": "FP", "finding_id": {seq}, "before": {{"verdict": null, "version": 1}}}}"#
        ),
        2 => {
            format!(r#"{{"file": "nightly.sarif", "repo": "acme/api", "scans": 2, "scan_ids": [{seq}, 31]}}"#)
        }
        _ => "{}".to_owned(),
    }
}

/// The entry at `seq` as it is stored, whole: its hashes are those of its columns.
pub fn stored(seq: i64) -> Stored {
    let events = ["findings_triaged", "finding_triaged", "scan_imported", "exported"];
    let occurred_at = now() - TimeDelta::minutes(37) + TimeDelta::seconds(seq - 1_204);
    let mut stored = Stored {
        id: Some(seq),
        seq,
        occurred_at: Some(occurred_at),
        occurred_at_text: Some(occurred_at.to_string()),
        category: Some("finding_triage".into()),
        event_type: Some(events[seq.rem_euclid(4) as usize].into()),
        actor: Some(if seq % 3 == 0 { "scanner-bot" } else { "alice" }.into()),
        actor_type: Some(if seq % 3 == 0 { "bot" } else { "human" }.into()),
        db_user: Some(if seq % 3 == 0 { "svc" } else { "alice" }.into()),
        repo_full_name: (seq % 5 != 0).then(|| "acme/api".into()),
        pr_number: (seq % 7 == 0).then_some(42),
        commit_sha: Some("4f2c91d07a11".into()),
        framework: Some(vec![Some("SOC2:CC7.1".into()), Some("ISO27001:A.8.8".into())]),
        framework_text: Some("{SOC2:CC7.1,ISO27001:A.8.8}".into()),
        chain_id: Some(CHAIN.into()),
        payload_alg: Some("pgjsonb".into()),
        payload_bytes: payload(seq).len() as i64,
        payload: Some(payload(seq)),
        bearers: 1,
        ..Stored::default()
    };
    // What the entry before is called here; its neighbour in `around` agrees.
    let before = if seq == 1 { genesis(CHAIN) } else { payload_hash(&format!("entry {}", seq - 1)) };
    stored.prev_hash = Some(before.to_string());
    seal(&mut stored);
    stored
}

/// Gives a row the hashes of what stands in it.
pub fn seal(stored: &mut Stored) {
    stored.payload_hash = Some(payload_hash(stored.payload.as_deref().unwrap()).to_string());
    stored.entry_hash = Some(own_hash(stored).to_string());
}

fn own_hash(stored: &Stored) -> Digest {
    fn text(value: &Option<String>) -> &str {
        value.as_deref().unwrap()
    }
    let framework: Vec<&str> = stored.framework.iter().flatten().map(text).collect();
    Preimage {
        chain_id: text(&stored.chain_id),
        seq: stored.seq,
        occurred_at: stored.occurred_at.unwrap(),
        category: text(&stored.category),
        event_type: text(&stored.event_type),
        actor: text(&stored.actor),
        actor_type: text(&stored.actor_type),
        db_user: text(&stored.db_user),
        repo_full_name: stored.repo_full_name.as_deref(),
        pr_number: stored.pr_number,
        commit_sha: stored.commit_sha.as_deref(),
        framework: &framework,
        control_id: stored.control_id.as_deref(),
        payload_alg: text(&stored.payload_alg),
        payload_hash: text(&stored.payload_hash),
        prev_hash: text(&stored.prev_hash),
    }
    .entry_hash()
}

/// The neighbours of an entry in a chain of `head` entries, which agree with it.
pub fn around(of: &Stored, head: i64) -> Around {
    let neighbour = |seq: i64, prev_hash: Option<String>, entry_hash: Option<String>| Neighbour {
        listed: listed(seq),
        prev_hash,
        entry_hash,
    };
    Around {
        before: (of.seq > 1).then(|| neighbour(of.seq - 1, None, of.prev_hash.clone())),
        behind: (of.seq < head).then(|| neighbour(of.seq + 1, of.entry_hash.clone(), None)),
        chain: Some((CHAIN.to_owned(), genesis(CHAIN).to_string())),
    }
}

pub fn listed(seq: i64) -> Listed {
    let row = stored(seq);
    let text = |value: Option<String>| SafeText::new(&value.unwrap_or_default());
    Listed {
        seq: EntrySeq(seq),
        occurred_at: row.occurred_at,
        category: text(row.category),
        event_type: text(row.event_type),
        actor: text(row.actor),
        db_user: text(row.db_user),
        repo_full_name: row.repo_full_name.map(SafeText::from),
    }
}

pub fn writers() -> Writers {
    let names = |names: &[&str]| names.iter().map(|name| SafeText::new(name)).collect();
    Writers {
        roles: names(&["attestor_analyst", "attestor_producer"]),
        logins: names(&["alice", "svc"]),
        unbound: names(&["postgres"]),
    }
}

pub fn detail(stored: &Stored, head: i64) -> Arc<Detail> {
    Arc::new(Detail::of(stored, around(stored, head), Some(writers())))
}

/// A verification of `entries` that found nothing, without a checkpoint.
pub fn report(entries: u64) -> Report {
    Report {
        chain_id: Some(CHAIN.to_owned()),
        profile: "attestor/v1",
        scope: Scope::Full,
        entries,
        breaks: Vec::new(),
        breaks_count: 0,
        root: Some(payload_hash("root")),
        anchored: None,
        unverifiable: 0,
        concerns: Vec::new(),
        duration_ms: 1_500,
        ..Report::default()
    }
}

pub fn anchored(entries: u64, tail: u64, hours: i64) -> Report {
    let time = now() - TimeDelta::hours(hours);
    let anchor = Anchored { size: entries - tail, key: "audit-2026+ab12".into(), time, tail };
    Report { anchored: Some(anchor), ..report(entries) }
}

pub fn broken(entries: u64) -> Report {
    let breaks = vec![
        Break::at(812, Kind::PayloadMismatch, Field::Payload, "the payload is not the one that was hashed"),
        Break::at(1_003, Kind::Gap, Field::Seq, "entries are missing"),
        Break::within(
            (1_101, 1_200),
            Kind::RootMismatch,
            "the chain had another root when this checkpoint was signed",
        ),
    ];
    Report { breaks_count: breaks.len() as u64, breaks, root: None, ..report(entries) }
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        let desk = desk::Desk::around(Audit::new(), now(), columns, rows);
        Desk { desk, head: 1_204, missing: Vec::new() }
    }

    /// A screen over a chain of 1,204 entries, with the detail of the newest.
    pub fn full(columns: u16, rows: u16) -> Self {
        Desk::over(1_204, columns, rows)
    }

    /// The same over a chain of any length.
    pub fn over(head: i64, columns: u16, rows: u16) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.head = head;
        desk.settle();
        desk
    }

    /// A command, and everything answered that it asks for.
    pub fn does(&mut self, command: Command) {
        self.command(command);
        self.settle();
    }

    pub fn keys(&mut self, keys: &str) {
        for key in desk::keys(keys) {
            self.key(key);
        }
    }

    pub fn verified(&mut self, report: Report) {
        self.tell(Input::Verified(Ok(Arc::new(report))));
    }

    /// Answers whatever is asked for, as a chain of `head` entries would, until nothing is.
    pub fn settle(&mut self) {
        loop {
            let is_load = |ask: &Ask<Wish>| {
                matches!(ask, Ask::Rest | Ask::Do(Wish::Rows { .. } | Wish::Detail(_) | Wish::Count { .. }))
            };
            let Some(at) = self.asks.iter().position(is_load) else { return };
            match self.asks.remove(at) {
                Ask::Rest => self.tell(Input::Rested),
                Ask::Do(Wish::Rows { ticket, filter, from }) => {
                    let result = Ok(self.page(&filter, from));
                    self.answer(Msg::Rows { ticket, from, at: now(), result });
                }
                Ask::Do(Wish::Count { ticket, .. }) => {
                    let result = Ok((41, attestor::db::series::Reach::Whole));
                    self.answer(Msg::Count { ticket, result });
                }
                Ask::Do(Wish::Detail(seq)) => {
                    let found = (seq.0 <= self.head).then(|| detail(&stored(seq.0), self.head));
                    self.answer(Msg::Detail(seq, Ok(found)));
                }
                _ => {}
            }
        }
    }

    /// A page; a filter lets every tenth entry through.
    fn page(&self, filter: &str, from: From) -> Rows {
        let page = Hold::AroundTheCursor.page() as i64;
        let step = if filter.is_empty() { 1 } else { 10 };
        let span = page * step;
        let (high, low) = match from {
            From::Top => (self.head, self.head - span + 1),
            From::Bottom => (span, 1),
            From::Beyond(Way::Down, seq) => (seq.0 - 1, seq.0 - span),
            From::Beyond(Way::Up, seq) => (seq.0 + span, seq.0 + 1),
            From::Around(seq) => (seq.0 + span, seq.0.min(self.head) - span),
        };
        let (high, low) = (high.min(self.head), low.max(1));
        let is_there = |seq: &i64| seq % step == 0 && !self.missing.contains(seq);
        Rows {
            rows: (low..=high).rev().filter(is_there).map(listed).collect(),
            above: Edge::of(high < self.head),
            below: Edge::of(low > 1),
            head: EntrySeq(self.head),
        }
    }

    pub fn toasts(&mut self) -> Vec<String> {
        let asks = self.asked();
        asks.into_iter()
            .filter_map(|ask| if let Ask::Toast(toast) = ask { Some(toast.text) } else { None })
            .collect()
    }

    pub fn line(&self, at: usize) -> String {
        self.screen().lines().nth(at).unwrap_or("").to_owned()
    }

    /// The number of the entry under the cursor.
    pub fn selected(&self) -> i64 {
        let screen = self.screen();
        let row = screen.lines().find(|line| line.starts_with('>')).unwrap_or("");
        row.split_whitespace().nth(1).and_then(|seq| seq.parse().ok()).unwrap_or(0)
    }
}
