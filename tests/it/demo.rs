//! The demo's data: the same every time, believable, and loaded once.

use attestor::demo::generate::history;
use attestor::demo::history::{Cell, History, Table};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()
}

fn demo() -> History {
    history(attestor::demo::SEED, date()).unwrap()
}

fn column(table: &Table, name: &str) -> usize {
    table.columns.iter().position(|c| *c == name).unwrap_or_else(|| panic!("no column {name}"))
}

fn cells<'t>(table: &'t Table, name: &str) -> impl Iterator<Item = &'t Cell> {
    let at = column(table, name);
    table.rows.iter().map(move |row| &row[at])
}

fn tally<'t>(cells: impl Iterator<Item = &'t Cell>) -> BTreeMap<&'t str, usize> {
    let mut tally = BTreeMap::new();
    for cell in cells {
        *tally.entry(cell.as_deref().unwrap_or("NULL")).or_default() += 1;
    }
    tally
}

#[test]
#[ignore = "prints the data for a person to look at"]
fn show() {
    let demo = demo();
    for table in demo.tables() {
        println!("{} {}", table.name, table.rows.len());
    }
    for name in ["project_name", "tool", "severity", "triage_decision", "ai_verdict", "state", "red_team_success", "suppressed"] {
        println!("{name}: {:?}", tally(cells(&demo.findings, name)));
    }
    let mut rules: Vec<_> = tally(cells(&demo.findings, "rule_id")).into_iter().collect();
    rules.sort_by_key(|r| std::cmp::Reverse(r.1));
    println!("rules {}: {rules:?}", rules.len());
    println!("outcomes: {:?}", tally(cells(&demo.sightings, "outcome")));
    println!("kinds: {:?}", tally(cells(&demo.feedbacks, "kind")));
    for row in demo.findings.rows.iter().step_by(211) {
        for (name, cell) in demo.findings.columns.iter().zip(row) {
            println!("  {name}: {}", cell.as_deref().unwrap_or("NULL"));
        }
        println!("----");
    }
    let _ = BTreeSet::<u8>::new();
}
