//! A desk to try the Overview at: no terminal, no database, answers by hand.

pub use crate::desk::{lost, now};

use attestor::chain::recent::{About, Recent};
use attestor::db::series::{Reach, Series};
use attestor::ids::{EntrySeq, FindingId, ScanId};
use attestor::text::SafeText;
use attestor::triage::store::findings::Count;
use attestor::triage::store::imports::{Import, Scans};
use attestor::triage::store::overview::{Line, Queue, SEVERITIES};
use attestor::ui::screens::overview::lines::{self, Section};
use attestor::ui::screens::overview::wish::Look;
use attestor::ui::screens::overview::{Msg, Overview};
use attestor::ui::session::Visit;
use chrono::TimeDelta;

pub type Desk = crate::desk::Desk<Overview>;

fn visit(days: i64, seq: i64, finding: i64) -> Visit {
    Visit { at: now() - TimeDelta::days(days), seq: EntrySeq(seq), finding: FindingId(finding) }
}

/// A look two days after the last one.
pub fn look() -> Look {
    Look {
        database: Some("example.com/audit".into()),
        last: Some(visit(2, 1_188, 380)),
        now: visit(0, 1_204, 384),
    }
}

pub fn first_look() -> Look {
    Look { last: None, ..look() }
}

fn series(counts: &[(i32, u64)]) -> Series {
    Series::by_age(counts.to_vec(), Reach::Whole)
}

pub fn queue(look: &Look) -> Queue {
    let new = |count| look.last.map(|_| Count::Exactly(count));
    let counts = [12, 41, 230, 0, 3];
    let waiting = |(severity, count): (_, u64)| {
        let days = series(&[(0, count / 10), (3, count / 5), (9, count / 4), (20, count / 8)]);
        (severity, Line { now: Some(Count::Exactly(count)), days, new: new(count / 12) })
    };
    Queue {
        waiting: SEVERITIES.into_iter().zip(counts).map(waiting).collect(),
        arrived: Line { now: None, days: series(&[(0, 31), (3, 90), (8, 210)]), new: new(4) },
        came_back: Line { now: Some(Count::Exactly(3)), days: series(&[(2, 3)]), new: new(0) },
        gone: Line { now: Some(Count::MoreThan(100_000)), days: series(&[(1, 12_000)]), new: new(40) },
        mine: series(&[(0, 5), (1, 8)]),
    }
}

pub fn imports() -> Vec<Import> {
    let import = |id, file: &str, hours, counts: &[(&'static str, u64)]| Import {
        id,
        file_name: SafeText::new(file),
        project_name: SafeText::new("acme/api"),
        imported_at: now() - TimeDelta::hours(hours),
        counts: counts.to_vec(),
        scans: vec![ScanId(id), ScanId(id + 1)],
    };
    vec![
        import(31, "nightly-semgrep-api.sarif", 3, &[("new", 12), ("moved", 3), ("gone", 1)]),
        import(30, "trivy.sarif", 80, &[]),
    ]
}

pub fn entries() -> Vec<Recent> {
    let entry = |seq: i64, event: &str, about| Recent {
        seq: EntrySeq(seq),
        occurred_at: now() - TimeDelta::minutes(37 * (1_204 - seq)),
        event_type: event.into(),
        actor: if seq % 3 == 0 { "scanner-bot" } else { "alice" }.into(),
        db_user: if seq % 3 == 0 { "svc" } else { "alice" }.into(),
        about,
    };
    let finding = |id| About::Finding(FindingId(id), Some("sql-injection".into()));
    let mut entries = vec![
        entry(1_204, "finding_triaged", finding(12)),
        entry(1_203, "sarif_imported", About::Repo("acme/api".into())),
        entry(1_202, "findings_triaged", About::Many(41)),
        entry(1_201, "finding_commented", About::Finding(FindingId(7), None)),
        entry(1_200, "history_imported", About::Nothing),
    ];
    entries.extend((1_180..1_200).rev().map(|seq| entry(seq, "finding_triaged", finding(seq - 1_100))));
    entries
}

pub fn chain(look: &Look) -> Vec<lines::Line> {
    let days = series(&[(0, 16), (1, 3), (5, 300)]);
    lines::chain(EntrySeq(1_204), &days, entries().first(), look)
}

pub fn scans() -> Scans {
    Scans { under_way: vec![("ai_triage".into(), 2), ("pending".into(), 1)], failed: 1 }
}

/// What is watched: something of each.
pub fn watched() -> Vec<lines::Line> {
    let lying = attestor::flaky::store::tests::Standing {
        suggested: 11,
        expired: 1,
        broken: 8,
        ..Default::default()
    };
    let drift = attestor::drift::store::list::Counts { critical: 18, drifted: 38, ..Default::default() };
    let runs = attestor::operations::store::list::Standing { attention: 2, ..Default::default() };
    lines::watched(&lying, &drift, &runs)
}

impl Desk {
    /// A screen that was told its size and opened, and waits for its look.
    pub fn opened(columns: u16, rows: u16) -> Self {
        Desk::around(Overview::new(), now(), columns, rows)
    }

    /// A screen with everything on it, as `look` has it.
    pub fn full(columns: u16, rows: u16, look: &Look) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.answer_all(look);
        desk
    }

    pub fn answer_all(&mut self, look: &Look) {
        self.answer(Msg::Looked(Ok(look.clone())));
        self.answer_section(Section::Findings, lines::findings(&queue(look), look));
        self.answer_section(Section::Watched, watched());
        self.answer_section(Section::Imports, lines::imports(&imports(), &scans(), look));
        self.answer_section(Section::Chain, chain(look));
        self.answer(Msg::Entries(now(), Ok(entries())));
    }

    pub fn answer_section(&mut self, section: Section, lines: Vec<lines::Line>) {
        self.answer(Msg::Section(section, now(), Ok(lines)));
    }

    /// The line with the cursor's marker.
    pub fn selected(&self) -> String {
        let (marked, screen) = (self.marked(), self.screen());
        assert!(
            marked.len() <= 1,
            "one cursor:
{screen}"
        );
        assert_eq!(self.drawn().1, None, "there is nothing to type in");
        marked.first().cloned().unwrap_or_default()
    }

    pub fn line(&self, beginning: &str) -> String {
        let screen = self.screen();
        let found =
            screen.lines().find(|line| line.trim_start_matches(['>', ' ', '●']).starts_with(beginning));
        found.unwrap_or_else(|| panic!("no line {beginning}:\n{screen}")).to_owned()
    }
}
