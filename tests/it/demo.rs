//! The demo's data: the same every time, believable, and loaded once.

mod database;
mod large;

use attestor::demo::catalog::Catalog;
use attestor::demo::code::Code;
use attestor::demo::generate::history;
use attestor::demo::history::{Cell, History, Table};
use attestor::demo::{SEED, history as rows};
use attestor::triage::identity::Marks;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()
}

static DEMO: LazyLock<History> = LazyLock::new(|| history(SEED, date()).unwrap());

/// One row, its cells by the names of the columns.
struct Row<'t>(&'t Table, &'t [Cell]);

impl<'t> Row<'t> {
    fn get(&self, name: &str) -> Option<&'t str> {
        let at = self.0.columns.iter().position(|c| *c == name);
        self.1[at.unwrap_or_else(|| panic!("{} has no column {name}", self.0.name))].as_deref()
    }

    fn text(&self, name: &str) -> &'t str {
        self.get(name).unwrap_or_else(|| panic!("{name} is NULL in {:?}", self.1))
    }

    fn number(&self, name: &str) -> usize {
        self.text(name).parse().unwrap()
    }

    fn time(&self, name: &str) -> DateTime<Utc> {
        self.text(name).parse().unwrap()
    }
}

fn each(table: &Table) -> impl Iterator<Item = Row<'_>> {
    table.rows.iter().map(move |cells| Row(table, cells))
}

fn distinct(table: &Table, column: &str) -> usize {
    each(table).map(|r| r.text(column).to_owned()).collect::<BTreeSet<_>>().len()
}

#[test]
fn one_seed_and_date_give_the_same_bytes() {
    let again = history(SEED, date()).unwrap();
    assert_eq!(again.digest(), DEMO.digest());
    assert!(again == *DEMO, "every cell is the same");
    assert_ne!(history(SEED + 1, date()).unwrap().digest(), DEMO.digest());
    assert_ne!(history(SEED, date().succ_opt().unwrap()).unwrap().digest(), DEMO.digest());
}

#[test]
fn the_bytes_are_pinned() {
    // Whoever changes the templates changes this with intent.
    assert_eq!(DEMO.digest(), "9b36c9aa5dadcd8c535a8d03b38172dc866722b016075e7384682030ce86af5f");
}

#[test]
fn a_digest_covers_every_cell() {
    for table in DEMO.tables() {
        for column in 0..table.columns.len() {
            let mut changed = Table { rows: table.rows[..3].to_vec(), ..*table };
            let before = changed.digest();
            let cell = &mut changed.rows[1][column];
            *cell = if cell.is_none() { Some(String::new()) } else { None };
            assert_ne!(before, changed.digest(), "{}.{}", table.name, table.columns[column]);
        }
    }
}

#[test]
fn it_is_as_large_as_promised() {
    assert_eq!(DEMO.findings.rows.len(), 3_000);
    assert_eq!(distinct(&DEMO.findings, "project_name"), 12);
    assert_eq!(distinct(&DEMO.findings, "tool"), 5);
    assert_eq!(distinct(&DEMO.feedbacks, "actor"), 3);
    let midnight = date().and_time(NaiveTime::MIN).and_utc();
    let days: Vec<i64> = each(&DEMO.scans).map(|r| (midnight - r.time("timestamp")).num_days()).collect();
    assert_eq!(days.iter().max(), Some(&89), "the first scan is in the 90th day before");
    assert!(days.iter().all(|d| *d >= 0));
    assert!(each(&DEMO.feedbacks).all(|r| r.time("timestamp") < midnight), "nothing lies ahead");
}

#[test]
fn it_has_many_rules_with_several_faces_each() {
    let catalog = Catalog::read().unwrap();
    assert!(catalog.rules.len() >= 35, "{} rules", catalog.rules.len());
    let faces: usize = catalog.rules.iter().map(|r| r.variants.len()).sum();
    assert!(faces >= 100, "{faces} variants");
    for variant in catalog.rules.iter().flat_map(|r| &r.variants) {
        assert!(!variant.why.is_empty() && !variant.but.is_empty(), "{}", variant.say);
        assert!(variant.real || !variant.human.is_empty(), "a person knows why not: {}", variant.say);
    }
}

#[test]
fn it_is_spread_like_real_life() {
    let share = |holds: &dyn Fn(&Row) -> bool| {
        each(&DEMO.findings).filter(|r| holds(r)).count() * 100 / DEMO.findings.rows.len()
    };
    let check = |what: &str, percent: usize, from: usize, until: usize| {
        assert!((from..=until).contains(&percent), "{what}: {percent} %, expected {from} to {until}");
    };
    check("undecided", share(&|r| r.get("triage_decision").is_none()), 58, 62);
    check("with an AI's verdict", share(&|r| r.get("ai_verdict").is_some()), 75, 92);
    check("with a patch", share(&|r| r.get("remediation_patch").is_some()), 25, 60);
    check("attacked with success", share(&|r| r.get("red_team_success") == Some("true")), 1, 6);
    check("suppressed", share(&|r| r.text("suppressed") == "true"), 1, 5);
    for (state, from, until) in
        [("new", 2, 12), ("absent", 5, 18), ("regressed", 1, 5), ("unchanged", 60, 90)]
    {
        check(state, share(&|r| r.text("state") == state), from, until);
    }
    for (severity, from, until) in
        [("critical", 6, 22), ("high", 20, 42), ("medium", 20, 40), ("low", 10, 35)]
    {
        check(severity, share(&|r| r.text("severity") == severity), from, until);
    }
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    each(&DEMO.findings).for_each(|r| *rules.entry(r.text("rule_id")).or_default() += 1);
    let mut counts: Vec<usize> = rules.into_values().collect();
    counts.sort_unstable();
    let hot: usize = counts.iter().rev().take(10).sum();
    check("of the ten hottest rules", hot * 100 / 3_000, 35, 65);
    let tests = || each(&DEMO.findings).filter(|r| r.text("file").contains("test"));
    let dismissed = tests().filter(|r| r.get("ai_verdict") == Some("FP")).count();
    check("of tests called FP by the AI", dismissed * 100 / tests().count(), 70, 98);
}

#[test]
fn forty_one_critical_findings_wait_in_the_first_repository() {
    let waiting = each(&DEMO.findings)
        .filter(|r| r.text("project_name") == "acme/api" && r.text("severity") == "critical")
        .filter(|r| r.get("triage_decision").is_none() && r.get("resolved_at").is_none())
        .count();
    assert_eq!(waiting, 41);
}

#[test]
fn every_verdict_of_the_ai_has_its_reasoning() {
    for row in each(&DEMO.findings) {
        assert_eq!(row.get("ai_verdict").is_some(), row.get("ai_confidence").is_some());
        assert_eq!(row.get("ai_verdict").is_some(), row.get("ai_reasoning").is_some_and(|r| r.len() > 20));
        if row.get("red_team_success") == Some("true") {
            assert_eq!(row.get("ai_verdict"), Some("TP"));
        }
    }
}

#[test]
fn every_patch_applies_to_its_snippet() {
    let mut applied = 0;
    for row in each(&DEMO.findings) {
        let Some(patch) = row.get("remediation_patch") else { continue };
        let before = row.text("snippet");
        let after = apply(patch, before, row.number("snippet_line"), row.text("file"))
            .unwrap_or_else(|why| panic!("{why}\n{patch}\n{before}"));
        assert_ne!(after, before);
        applied += 1;
    }
    assert!(applied > 700, "{applied} patches");
}

#[test]
fn a_patch_that_does_not_fit_is_noticed() {
    let patch = "--- a/f\n+++ b/f\n@@ -4,2 +4,2 @@\n a\n-b\n+c\n";
    assert_eq!(apply(patch, "a\nb", 4, "f"), Ok("a\nc".to_owned()));
    assert!(apply(patch, "a\nx", 4, "f").is_err(), "another line");
    assert!(apply(patch, "a\nb", 3, "f").is_err(), "another place");
    assert!(apply(patch, "a\nb", 4, "g").is_err(), "another file");
    assert!(apply(&patch.replace("+4,2", "+4,3"), "a\nb", 4, "f").is_err(), "a wrong count");
}

#[test]
fn the_repair_and_the_place_are_read_from_the_marks() {
    let code = Code::parse(" one\n-two\n-three\n+drei\n four").unwrap();
    assert_eq!(code.snippet(), "one\ntwo\nthree\nfour");
    assert_eq!(code.span(), (1, 2));
    let patch = "--- a/f\n+++ b/f\n@@ -10,4 +10,3 @@\n one\n-two\n-three\n+drei\n four\n";
    assert_eq!(code.patch("f", 10).as_deref(), Some(patch));
    let code = Code::parse(" one\n!two").unwrap();
    assert_eq!((code.span(), code.patch("f", 1)), ((1, 1), None));
    assert!(Code::parse("one").is_err(), "a line without a mark");
    assert!(Code::parse(" one").is_err(), "nothing is pointed at");
}

#[test]
fn code_of_one_file_never_overlaps() {
    let mut files: BTreeMap<(&str, &str), Vec<(usize, usize)>> = BTreeMap::new();
    for row in each(&DEMO.findings).filter(|r| r.text("state") != "absent") {
        let (start, lines) = (row.number("snippet_line"), row.text("snippet").lines().count());
        assert!((start..start + lines).contains(&row.number("line")), "the line lies in the snippet");
        assert!(row.number("end_line") < start + lines);
        files.entry((row.text("project_name"), row.text("file"))).or_default().push((start, start + lines));
    }
    for (file, mut spans) in files {
        spans.sort_unstable();
        assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0), "{file:?}: {spans:?}");
    }
}

#[test]
fn no_file_defines_a_function_twice() {
    let words =
        ["def ", "async def ", "export function ", "export async function ", "pub fn ", "pub async fn "];
    let mut known = BTreeSet::new();
    for row in each(&DEMO.findings) {
        for line in row.text("snippet").lines() {
            let name = words.iter().find_map(|word| line.strip_prefix(word)?.split(['(', '<']).next());
            if let Some(name) = name {
                let place = (row.text("project_name"), row.text("file"), name);
                assert!(known.insert(place), "{place:?}");
            }
        }
    }
    assert!(known.len() > 300, "{} functions", known.len());
}

#[test]
fn fingerprints_are_those_of_the_intake() {
    let mut known = BTreeSet::new();
    for row in each(&DEMO.findings) {
        let (from, until) = (row.number("line"), row.number("end_line"));
        let lines: Vec<&str> = row.text("snippet").lines().collect();
        let start = row.number("snippet_line");
        let code = lines[from - start..=until - start].join("\n");
        let marks = Marks {
            tool: row.text("tool"),
            rule: row.text("rule_id"),
            file: row.text("file"),
            code: Some(&code),
            message: row.text("message"),
        };
        assert_eq!(row.text("fingerprint"), marks.fingerprint(&[], None).0);
        let identity = (row.text("project_name"), row.text("fingerprint"), row.number("occurrence"));
        assert!(known.insert(identity), "{identity:?} twice");
    }
}

#[test]
fn no_template_shows_through() {
    for row in DEMO.tables().into_iter().flat_map(|t| &t.rows) {
        for cell in row.iter().flatten() {
            assert!(!cell.contains(['«', '»']), "{cell}");
        }
    }
}

#[test]
fn sightings_tell_the_same_story_as_findings_and_scans() {
    let mut seen: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    let mut results: BTreeMap<usize, usize> = BTreeMap::new();
    for row in each(&DEMO.sightings) {
        *results.entry(row.number("scan_id")).or_default() += 1;
        seen.entry(row.number("finding_id")).or_default().push(row);
    }
    let scans: Vec<Row> = each(&DEMO.scans).collect();
    for scan in &scans {
        assert_eq!(scan.number("results"), results.get(&scan.number("id")).copied().unwrap_or(0));
        let parts = ["inserted", "unchanged", "moved"].map(|c| scan.number(c)).iter().sum::<usize>();
        assert_eq!(scan.number("results"), parts);
    }
    assert!(scans.is_sorted_by_key(|s| s.time("timestamp")));
    for finding in each(&DEMO.findings) {
        let sightings = &seen[&finding.number("id")];
        let (first, last) = (&sightings[0], &sightings[sightings.len() - 1]);
        assert_eq!(first.text("outcome"), "new");
        assert_eq!(first.number("scan_id"), finding.number("first_scan_id"));
        assert_eq!(last.number("scan_id"), finding.number("scan_id"));
        assert_eq!(last.number("line"), finding.number("line"));
        assert_eq!(finding.text("state") == "absent", finding.get("resolved_at").is_some());
        if finding.text("state") != "absent" {
            assert_eq!(finding.text("state"), last.text("outcome"));
        }
        let scan = &scans[finding.number("scan_id") - 1];
        assert_eq!(scan.time("timestamp"), finding.time("last_seen_at"));
        assert_eq!(
            (scan.text("tool"), scan.text("project_name")),
            (finding.text("tool"), finding.text("project_name"))
        );
    }
}

#[test]
fn decisions_follow_from_what_was_said() {
    let said: Vec<Row> = each(&DEMO.feedbacks).collect();
    assert!(said.is_sorted_by_key(|s| s.time("timestamp")));
    let mut state: BTreeMap<usize, (usize, Vec<usize>)> = BTreeMap::new();
    for one in &said {
        let (version, standing) = state.entry(one.number("finding_id")).or_insert((1, Vec::new()));
        assert_eq!(one.number("finding_version"), *version);
        match one.text("kind") {
            "verdict" => {
                standing.push(one.number("id"));
                *version += 1;
                assert!(!one.text("comments").is_empty(), "a verdict has a reason");
            }
            "retraction" => {
                assert_eq!(standing.pop(), Some(one.number("retracts")), "the last verdict is taken back");
                *version += 1;
            }
            kind => assert_eq!(kind, "comment"),
        }
    }
    assert!(said.iter().filter(|s| s.text("kind") == "retraction").count() > 40);
    for finding in each(&DEMO.findings) {
        let (version, standing) = state.remove(&finding.number("id")).unwrap_or((1, Vec::new()));
        assert_eq!(finding.number("version"), version);
        assert_eq!(finding.get("decided_by").map(|id| id.parse().unwrap()), standing.last().copied());
        let verdict = standing.last().map(|id| said[*id - 1].text("user_verdict"));
        assert_eq!(finding.get("triage_decision"), verdict);
    }
}

#[test]
fn nobody_speaks_of_what_nobody_has_seen() {
    let scans: Vec<Row> = each(&DEMO.scans).collect();
    let findings: Vec<Row> = each(&DEMO.findings).collect();
    for one in each(&DEMO.feedbacks) {
        let finding = &findings[one.number("finding_id") - 1];
        assert!(one.time("timestamp") > finding.time("first_seen_at"));
        assert!(scans[one.number("scan_id") - 1].time("timestamp") <= one.time("timestamp"));
    }
}

#[test]
fn any_day_will_do() {
    for days in 0..7 {
        let day = date() + chrono::TimeDelta::days(days * 53);
        let demo = history(SEED, day).unwrap_or_else(|why| panic!("{day}: {why}"));
        let decided = each(&demo.findings).filter(|r| r.get("triage_decision").is_some()).count();
        assert_eq!(decided, 1_200, "{day}");
    }
}

#[test]
fn copy_escapes_what_it_must() {
    let row = vec![Some("a\tb\\c\nd\re".to_owned()), None, Some(String::new())];
    let table = Table { name: "scans", columns: rows::SCANS, rows: vec![row] };
    assert_eq!(table.copy_text(0, 3), "a\\tb\\\\c\\nd\\re\t\\N\t\n");
}

/// Applies a unified diff of one hunk to `before`, whose first line is line `start` of `file`.
fn apply(patch: &str, before: &str, start: usize, file: &str) -> Result<String, String> {
    let mut lines = patch.lines();
    for expected in [format!("--- a/{file}"), format!("+++ b/{file}")] {
        if lines.next() != Some(&*expected) {
            return Err(format!("no line {expected}"));
        }
    }
    let header = lines.next().unwrap_or_default();
    let numbers: Vec<usize> =
        header.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let &[old_at, old_count, new_at, new_count] = &*numbers else { return Err(format!("header {header}")) };
    let mut rest: Vec<&str> = before.lines().collect();
    if old_at < start || old_at != new_at || old_at - start > rest.len() {
        return Err(format!("line {old_at} lies outside"));
    }
    let mut old = rest.split_off(old_at - start).into_iter();
    let (mut taken, mut given, mut after) = (0, 0, rest);
    for line in lines {
        let (sign, text) = line.split_at(1);
        if sign != "+" {
            if old.next() != Some(text) {
                return Err(format!("{text:?} does not stand there"));
            }
            taken += 1;
        }
        if sign != "-" {
            after.push(text);
            given += 1;
        }
    }
    if (taken, given) != (old_count, new_count) {
        return Err(format!("{taken} and {given} lines, not as in {header}"));
    }
    after.extend(old);
    Ok(after.join("\n"))
}
