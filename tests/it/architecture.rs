//! The rules of the house, held against the code.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. A room may use those on lower floors; rooms of one floor do not know
/// each other.
const FLOORS: &[&[&str]] = &[
    &["error", "text", "ids"],
    &["filter", "jobs", "db"],
    &["chain"],
    &["operations"],
    &["intake"],
    &["triage", "flaky", "drift", "audit"],
    &["demo"],
    &["config"],
    &["ui", "cli"],
    &["main"],
];

/// Ground-floor rooms that may use each other: an error shows text, ids are shown as text.
const GROUND: usize = 0;

struct Source {
    path: String,
    /// The code without its comments.
    code: String,
    lines: usize,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.retain(|p| p.extension().is_some_and(|e| e == "rs"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
        Source {
            path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
            code: code.join("\n"),
            lines: text.lines().count(),
        }
    };
    let sources: Vec<Source> = paths.into_iter().map(read).filter(|s| s.path != "lib.rs").collect();
    assert!(sources.len() > 20, "the sources were found");
    sources
}

impl Source {
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_store(&self) -> bool {
        self.path.ends_with("/store.rs") || self.path.contains("/store/")
    }

    /// The rooms that `crate::` and, in the binary, `attestor::` lead to.
    fn uses(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for prefix in ["crate::", "attestor::"] {
            for (at, _) in self.code.match_indices(prefix) {
                let rest = &self.code[at + prefix.len()..];
                found.push(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
            }
        }
        found
    }
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Fails with every place that breaks a rule, not only the first.
fn hold(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn every_room_has_its_floor() {
    let homeless = sources().iter().filter(|s| floor(s.room()).is_none()).map(|s| s.path.clone()).collect();
    hold("a top-level module that FLOORS does not know", homeless);
}

#[test]
fn imports_run_downwards() {
    let mut broken = Vec::new();
    for source in &sources() {
        let own = floor(source.room()).unwrap();
        for room in source.uses() {
            let Some(used) = floor(room) else { continue };
            let allowed = used < own || room == source.room() || (own, used) == (GROUND, GROUND);
            if !allowed {
                broken.push(format!("{} uses {room}", source.path));
            }
        }
    }
    hold("imports run downwards only, and rooms of one floor do not know each other", broken);
}

#[test]
fn sql_stands_in_stores() {
    let may = |s: &Source| {
        s.is_store() || s.path == "filter/sql.rs" || s.path.starts_with("db/") || s.path.starts_with("chain/")
    };
    let words = ["sqlx::query", "query_as", "query_scalar", "raw_sql", "QueryBuilder", "copy_in_raw"];
    let mut broken = Vec::new();
    for source in sources().into_iter().filter(|s| !may(s)) {
        for word in words.iter().filter(|w| source.code.contains(**w)) {
            broken.push(format!("{}: {word}", source.path));
        }
    }
    hold("SQL stands in store files, db/, chain/ and filter/sql.rs", broken);
}

#[test]
fn dynamic_sql_stands_in_one_place() {
    let may = |s: &Source| s.path == "filter/sql.rs" || s.path.starts_with("db/");
    let broken =
        sources().into_iter().filter(|s| !may(s) && s.code.contains("AssertSqlSafe")).map(|s| s.path);
    hold("SQL made at run time stands in filter/sql.rs and db/ alone", broken.collect());
}

#[test]
fn what_the_compiler_cannot_check_stands_in_one_place() {
    let unsafe_code = |s: &Source| s.code.contains("unsafe ") || s.code.contains("unsafe_code");
    let broken = sources().into_iter().filter(|s| unsafe_code(s) && s.path != "chain/lanes/avx512.rs");
    hold("unsafe code only where the processor is asked first", broken.map(|s| s.path).collect());
}

#[test]
fn writes_go_through_a_change() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|s| !s.path.starts_with("chain/") && !s.path.starts_with("db/")) {
        if source.code.contains(".write()") && source.code.contains("db.write()") {
            broken.push(format!("{} takes the writing pool", source.path));
        }
        if source.code.contains("change.connection()") && !source.is_store() {
            broken.push(format!("{} takes a change's connection", source.path));
        }
    }
    hold("only store functions write, and only through a Change", broken);
}

#[test]
fn what_needs_no_entry_is_a_closed_list() {
    let tables = ["operations.operation_runs", "audit.merkle_tiles", "audit.checkpoints"];
    let mut broken = Vec::new();
    for note in attestor::chain::bookkeeping::Note::ALL {
        let sql = note.sql().to_lowercase();
        let words: Vec<&str> = sql.split_whitespace().collect();
        let begins = tables.iter().any(|table| {
            sql.starts_with(&format!("insert into {table}")) || sql.starts_with(&format!("update {table}"))
        });
        let deeds =
            words.iter().filter(|word| ["insert", "update", "delete", "truncate"].contains(word)).count();
        // `on conflict ... do update` is the one second word.
        let upsert = usize::from(sql.contains("do update"));
        if !begins || deeds != 1 + upsert || sql.contains(';') {
            broken.push(format!("{note:?}"));
        }
    }
    hold("Bookkeeping writes runs, tiles and checkpoints, one statement each", broken);
    let doors = ["chain/change.rs", "chain/bookkeeping.rs"];
    let others = sources().into_iter().filter(|s| s.path.starts_with("chain/") && !doors.contains(&&*s.path));
    let broken = others.filter(|s| s.code.contains(".write()")).map(|s| s.path).collect();
    hold("the writing pool has two doors", broken);
}

#[test]
fn noun_files_are_pure() {
    let doing = |s: &Source| {
        s.is_store()
            || ["actions.rs", "/actions/", "jobs.rs", "mod.rs", "/jobs/"].iter().any(|n| s.path.contains(n))
    };
    let words = [
        "tokio",
        "ratatui",
        "crossterm",
        ".await",
        "Utc::now",
        "Instant::now",
        "SystemTime",
        "std::fs",
        "std::env",
    ];
    let of_runs = ["run.rs", "report.rs", "check.rs", "redact.rs"].map(|name| format!("operations/{name}"));
    let pure = |s: &&Source| {
        (s.room() == "triage" && !doing(s)) || (s.room() == "filter") || of_runs.contains(&s.path)
    };
    let mut broken = Vec::new();
    for source in sources().iter().filter(pure) {
        for word in words.iter().filter(|w| source.code.contains(**w)) {
            broken.push(format!("{}: {word}", source.path));
        }
    }
    hold("noun files know no connection, no clock, no file and no terminal", broken);
}

#[test]
fn screens_await_in_perform_alone() {
    let broken = sources()
        .into_iter()
        .filter(|s| s.path.starts_with("ui/screens/") && !s.path.ends_with("perform.rs"))
        .filter(|s| s.code.contains(".await") || s.code.contains("async "))
        .map(|s| s.path);
    hold("a screen awaits in its perform.rs alone", broken.collect());
}

#[test]
fn files_tell_one_story() {
    let broken =
        sources().into_iter().filter(|s| s.lines > 400).map(|s| format!("{}: {} lines", s.path, s.lines));
    hold("a file of more than 400 lines tells two stories", broken.collect());
}
