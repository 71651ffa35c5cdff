//! Who a finding is across scans.

use attestor::ids::FindingId;
use attestor::triage::identity::{Fingerprint, Known, Marks, Pair, Presence, Seen, pair};
use proptest::prelude::*;
use std::collections::BTreeSet;

const MARKS: Marks<'_> =
    Marks { tool: "semgrep", rule: "xss", file: "a.js", code: None, message: "line 12 is unsafe" };

fn own(marks: Marks<'_>) -> Fingerprint {
    marks.fingerprint(&[], None)
}

#[test]
fn a_fingerprint_is_64_hex_digits_and_stays() {
    // Decisions in databases hang on this: it must never change.
    assert_eq!(own(MARKS).0, "805e36dcd24225b73dc5166665e40182f0f91580d94cfe6b0dd470ac3b15f127");
    assert_eq!(own(MARKS).0.len(), 64);
}

#[test]
fn own_marks_pass_over_what_changes_by_itself() {
    let code = |code| own(Marks { code: Some(code), ..MARKS });
    assert_eq!(code("if (a) {\n\tb( c );\n}"), code("if(a){b(c);}"), "spaces");
    assert_eq!(
        code("x"),
        own(Marks { code: Some("x"), message: "other words", ..MARKS }),
        "words beside code"
    );
    assert_eq!(own(MARKS), own(Marks { message: "line 348 is unsafe", ..MARKS }), "digits");
    assert_eq!(own(MARKS), own(Marks { code: Some(" \n"), ..MARKS }), "code without anything in it");
}

#[test]
fn everything_else_tells_findings_apart() {
    let all = [
        own(MARKS),
        own(Marks { tool: "other", ..MARKS }),
        own(Marks { rule: "sqli", ..MARKS }),
        own(Marks { file: "b.js", ..MARKS }),
        own(Marks { message: "line is safe", ..MARKS }),
        own(Marks { code: Some("line  is unsafe"), ..MARKS }),
        own(Marks { rule: "xssa", file: ".js", ..MARKS }),
        MARKS.fingerprint(&[("v1", "h")], None),
        MARKS.fingerprint(&[("v1", "h"), ("v2", "i")], None),
        MARKS.fingerprint(&[], Some("h")),
    ];
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn a_scanners_own_fingerprints_come_first() {
    let moved = Marks { file: "renamed.js", code: Some("other"), ..MARKS };
    let by_fingerprints = |marks: Marks<'_>| marks.fingerprint(&[("b", "2"), ("a", "1")], Some("hash"));
    assert_eq!(by_fingerprints(MARKS), by_fingerprints(moved));
    assert_eq!(by_fingerprints(MARKS), MARKS.fingerprint(&[("a", "1"), ("b", "2")], None), "in any order");
    assert_ne!(
        MARKS.fingerprint(&[], Some("h")),
        moved.fingerprint(&[], Some("h")),
        "a line stands in many files"
    );
    assert_eq!(
        MARKS.fingerprint(&[], Some("h")),
        Marks { code: Some("x"), ..MARKS }.fingerprint(&[], Some("h"))
    );
}

/// `a:10` is a line of a file, `a:-` a file without one, `!a:10` a place where it was gone.
fn known(places: &str) -> Vec<Known> {
    let place = |(at, text): (usize, &str)| {
        let presence = if text.starts_with('!') { Presence::Gone } else { Presence::Open };
        let (file, line) = text.trim_start_matches('!').split_once(':').unwrap();
        let id = FindingId(100 + at as i64);
        Known { id, file: file.to_owned(), line: line.parse().ok(), occurrence: 1 + at as i32, presence }
    };
    places.split_whitespace().enumerate().map(place).collect()
}

fn seen(places: &str) -> Vec<Seen> {
    let place = |(at, known): (usize, Known)| Seen { number: at as i64, file: known.file, line: known.line };
    known(places).into_iter().enumerate().map(place).collect()
}

/// Expected is for each seen one the position of the known one, or `new`.
fn check(before: &str, now: &str, expected: &str) {
    let (known, seen) = (known(before), seen(now));
    let pairs = pair(&known, &seen);
    let who = |seen: &Seen| {
        let found = pairs.iter().find(|pair| pair.seen == seen.number);
        found.map_or("new".to_owned(), |pair| (pair.known.0 - 100).to_string())
    };
    let found: Vec<String> = seen.iter().map(who).collect();
    assert_eq!(found.join(" "), expected, "{before} -> {now}");
}

#[test]
fn matching_case_by_case() {
    check("", "a:1", "new");
    check("a:1", "", "");
    check("a:1", "a:1", "0");
    check("a:1", "a:90", "0");
    check("a:1", "b:7", "0");
    check("a:-", "a:-", "0");
    check("a:-", "a:3", "0");
    check("a:10 a:20", "a:12 a:22", "0 1");
    check("a:10 a:20 a:30", "a:20 a:30 a:40", "1 2 0");
    check("a:10", "a:8 a:12", "new new");
    check("a:10", "a:8 a:13", "0 new");
    check("a:8 a:12", "a:10", "new");
    check("a:8 a:13", "a:10", "0");
    check("a:10 a:50", "a:8 a:12 a:53", "new new 1");
    check("a:10 b:10", "b:12 a:12", "1 0");
    check("a:10 a:20", "b:10 b:20", "new new");
    check("a:10 a:10", "a:10 a:10", "0 1");
    check("a:10 a:10", "a:15 a:15", "0 1");
    check("a:10 a:10", "a:10", "0");
    check("a:10 a:10", "a:15", "new");
    check("a:10 a:10 a:90", "a:15 a:95", "new 2");
    check("!a:10", "a:10", "0");
    check("!a:10", "a:11", "0");
    check("!a:10 a:10", "a:10", "1");
    check("!a:11 a:20", "a:12", "1");
    check("!a:9 a:20 a:40", "a:10 a:20", "2 1");
    check("!a:1 !a:9", "a:2 a:10", "0 1");
}

#[test]
fn a_large_group_is_matched_in_time() {
    let places = |shift: i64| (0..10_000).map(move |at| (at, at * 10 + shift));
    let known: Vec<Known> = places(0)
        .map(|(at, line)| Known {
            id: FindingId(at),
            file: "a".into(),
            line: i32::try_from(line).ok(),
            occurrence: 1,
            presence: Presence::Open,
        })
        .collect();
    let seen: Vec<Seen> = places(3)
        .map(|(number, line)| Seen { number, file: "a".into(), line: i32::try_from(line).ok() })
        .collect();
    let pairs = pair(&known, &seen);
    assert_eq!(pairs.len(), 10_000);
    assert!(pairs.iter().all(|pair| pair.known.0 == pair.seen));
}

type Place = (String, Option<i32>);

fn any_place() -> impl Strategy<Value = Place> {
    ("[ab]", prop::option::weighted(0.9, 1..25i32))
}

prop_compose! {
    fn any_known()(places in prop::collection::vec((any_place(), 1..4i32, any::<bool>()), 0..14)) -> Vec<Known> {
        let known = |(at, ((file, line), occurrence, gone)): (usize, (Place, i32, bool))| Known {
            id: FindingId(at as i64),
            file,
            line,
            occurrence,
            presence: if gone { Presence::Gone } else { Presence::Open },
        };
        places.into_iter().enumerate().map(known).collect()
    }
}

prop_compose! {
    fn any_seen()(places in prop::collection::vec(any_place(), 0..14)) -> Vec<Seen> {
        places.into_iter().enumerate().map(|(at, (file, line))| Seen { number: at as i64, file, line }).collect()
    }
}

proptest! {
    #[test]
    fn nobody_is_paired_twice(known in any_known(), seen in any_seen()) {
        let pairs = pair(&known, &seen);
        prop_assert_eq!(pairs.iter().map(|p| p.known).collect::<BTreeSet<_>>().len(), pairs.len());
        prop_assert_eq!(pairs.iter().map(|p| p.seen).collect::<BTreeSet<_>>().len(), pairs.len());
    }

    #[test]
    fn the_order_they_come_in_changes_nothing(
        (known, shuffled_known) in any_known().prop_flat_map(|k| (Just(k.clone()), Just(k).prop_shuffle())),
        (seen, shuffled_seen) in any_seen().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
    ) {
        prop_assert_eq!(pair(&known, &seen), pair(&shuffled_known, &shuffled_seen));
    }

    /// As many are paired at a place as stand there on both sides, whatever surrounds them.
    #[test]
    fn what_is_at_its_place_stays_there(known in any_known(), seen in any_seen()) {
        let pairs = pair(&known, &seen);
        let places: BTreeSet<_> = seen.iter().map(|s| (&s.file, s.line)).collect();
        for (file, line) in places {
            let known_here: Vec<_> = known.iter().filter(|k| k.file == *file && k.line == line).collect();
            let seen_here: Vec<_> = seen.iter().filter(|s| s.file == *file && s.line == line).collect();
            let is_here = |pair: &&Pair| known_here.iter().any(|k| k.id == pair.known)
                && seen_here.iter().any(|s| s.number == pair.seen);
            prop_assert_eq!(pairs.iter().filter(is_here).count(), known_here.len().min(seen_here.len()));
        }
    }

    /// A file that only grew at its top keeps all its findings, if they lie further apart than it grew.
    #[test]
    fn a_shift_is_followed(lines in prop::collection::btree_set(1..200i32, 1..12), shift in 1..4i32) {
        let lines: Vec<i32> = lines.into_iter().map(|line| line * 10).collect();
        let at = |(number, line): (usize, &i32)| Seen { number: number as i64, file: "a".into(), line: Some(line + shift) };
        let seen: Vec<Seen> = lines.iter().enumerate().map(at).collect();
        let known: Vec<Known> = lines.iter().enumerate().map(|(at, line)| Known {
            id: FindingId(at as i64), file: "a".into(), line: Some(*line), occurrence: 1, presence: Presence::Open,
        }).collect();
        let pairs = pair(&known, &seen);
        prop_assert_eq!(pairs.len(), lines.len());
        prop_assert!(pairs.iter().all(|pair| pair.known.0 == pair.seen));
    }

    /// Nearest in the same file: no known and seen one are both left over that would be a clear pair.
    #[test]
    fn a_lone_pair_is_never_left(known in any_place(), seen in any_place()) {
        let known = [Known { id: FindingId(1), file: known.0, line: known.1, occurrence: 1, presence: Presence::Gone }];
        let seen = [Seen { number: 1, file: seen.0, line: seen.1 }];
        prop_assert_eq!(pair(&known, &seen).len(), 1);
    }
}
