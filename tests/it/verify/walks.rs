//! Rows beside each other: what a walk says, and that it says the same wherever it is cut.

use super::{CHAIN, Made, TIME, chain};
use attestor::audit::merkle::Range;
use attestor::audit::verify::foreign::{ForeignRow, ForeignWalk, Form, Profile, Stored, compact};
use attestor::audit::verify::verdict::{BREAKS_MAX, Break, Breaks, Field, Kind};
use attestor::audit::verify::walk::{Walk, Walker};
use attestor::chain::hash::{Digest, payload_hash};
use sha2::{Digest as _, Sha256};

fn walked(rows: &[Made]) -> Walk {
    let walk = going_on(Walk::new(CHAIN), rows);
    assert_eq!(walk.chain_id(), CHAIN);
    walk
}

fn going_on(walk: Walk, rows: &[Made]) -> Walk {
    let before = walk.entries();
    let mut walker = Walker::new(walk);
    rows.iter().for_each(|row| walker.push(&row.row()));
    let with_seq = rows.iter().filter(|row| row.seq.is_some()).count() as u64;
    assert_eq!(walker.entries(), before + with_seq);
    walker.finish()
}

/// A break by its place.
type Found = (Option<i64>, Kind, Option<Field>);
/// What a walk says: its entries, its ends, its tree, its breaks.
type Said = (u64, Option<i64>, Option<i64>, Option<Range>, Vec<Found>, u64);

/// What a walk says: its entries, its ends, its root, its breaks.
fn said(walk: &Walk) -> Said {
    let breaks = walk.breaks().clone().first_ones();
    let breaks = breaks.into_iter().map(|found| (found.seq, found.kind, found.field)).collect();
    let seq = |edge: Option<attestor::audit::verify::walk::Edge>| edge.map(|edge| edge.seq);
    (walk.entries(), seq(walk.first()), seq(walk.last()), walk.tree().cloned(), breaks, walk.breaks().count())
}

/// Walks the rows whole and cut at every place, which must say the same; gives the breaks.
#[track_caller]
fn breaks(rows: &[Made]) -> Vec<Found> {
    let mut whole = walked(rows);
    whole.begin();
    for cut in 0..=rows.len() {
        for second in cut..=rows.len() {
            let mut left = walked(&rows[..cut]);
            left.join(walked(&rows[cut..second]));
            left.join(walked(&rows[second..]));
            left.begin();
            assert_eq!(said(&left), said(&whole), "cut at {cut} and {second}");
        }
    }
    said(&whole).4
}

/// The root as RFC 6962 defines it.
fn root(rows: &[Made]) -> Option<Digest> {
    fn hash(kind: u8, parts: &[Digest]) -> Digest {
        let parts = parts.iter().flat_map(|part| part.0);
        Digest(Sha256::digest([kind].into_iter().chain(parts).collect::<Vec<u8>>()).into())
    }
    fn tree(entries: &[Digest]) -> Digest {
        match entries {
            [one] => hash(0, &[*one]),
            _ => {
                let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
                hash(1, &[tree(left), tree(right)])
            }
        }
    }
    let entries: Vec<Digest> = rows.iter().map(Made::hash).collect();
    (!entries.is_empty()).then(|| tree(&entries))
}

#[test]
fn a_whole_chain() {
    assert_eq!(breaks(&[]), []);
    for size in 1..=6 {
        let rows = chain(size);
        assert_eq!(breaks(&rows), []);
        let walk = walked(&rows);
        assert_eq!((walk.entries(), walk.tree().and_then(Range::root)), (size as u64, root(&rows)));
        assert_eq!(walk.last().unwrap().entry_hash, rows.last().unwrap().hash());
    }
}

#[test]
fn what_was_found_elsewhere() {
    let mut walk = walked(&chain(2));
    walk.note(Break::nowhere(Kind::TimeRegression, "seen on the way"));
    assert_eq!(said(&walk).4, [(None, Kind::TimeRegression, None)]);
}

#[test]
fn entries_that_are_missing() {
    let without = |missing: &[i64]| {
        let rows = chain(7).into_iter().filter(|row| !missing.contains(&row.seq.unwrap()));
        rows.collect::<Vec<_>>()
    };
    let link = |seq| (Some(seq), Kind::LinkMismatch, Some(Field::PrevHash));
    let gap = |seq| (Some(seq), Kind::Gap, Some(Field::Seq));
    assert_eq!(breaks(&without(&[4])), [gap(4), link(5)]);
    assert_eq!(breaks(&without(&[3, 4, 6])), [gap(3), link(5), gap(6), link(7)]);
    assert_eq!(breaks(&without(&[1])), [gap(1), link(2)]);
    assert_eq!(breaks(&without(&[7])), [], "what is cut off its end takes a checkpoint to see");
    for missing in [1, 4] {
        assert_eq!(walked(&without(&[missing])).tree().and_then(Range::root), None);
    }
}

#[test]
fn neighbours_that_do_not_fit() {
    let mut rows = chain(5);
    rows[2] = Made { prev_hash: Some("0".repeat(64)), ..rows[2].clone() }.resealed();
    let link = |seq| (Some(seq), Kind::LinkMismatch, Some(Field::PrevHash));
    assert_eq!(breaks(&rows), [link(3), link(4)]);

    let mut rows = chain(2);
    rows[0] = Made { prev_hash: Some("0".repeat(64)), ..rows[0].clone() }.resealed();
    rows[1] = Made { prev_hash: rows[0].entry_hash.clone(), ..rows[1].clone() }.resealed();
    assert_eq!(breaks(&rows), [link(1)], "the first follows the chain's beginning");

    // A microsecond earlier is, the same moment is not.
    for (earlier, expected) in
        [(0, vec![]), (1, vec![(Some(2), Kind::TimeRegression, Some(Field::OccurredAt))])]
    {
        let mut rows = chain(1);
        let at = rows[0].occurred_at.unwrap() - earlier;
        rows.push(Made { occurred_at: Some(at), ..Made::at(2, rows[0].hash()) }.resealed());
        assert_eq!(breaks(&rows), expected);
    }

    let mut rows = chain(4);
    rows[1] = Made { chain_id: Some("example.com/other".into()), ..rows[1].clone() }.resealed();
    assert_eq!(breaks(&rows), [(Some(2), Kind::ChainIdMismatch, Some(Field::ChainId)), link(3)]);
}

#[test]
fn positions_that_stand_twice_and_rows_out_of_order() {
    let duplicate = (Some(2), Kind::Duplicate, Some(Field::Seq));
    let rows = chain(3);
    let twice: Vec<Made> = [&rows[..2], &rows[1..]].concat();
    assert_eq!(breaks(&twice), [duplicate]);
    assert_eq!(walked(&twice).tree(), None);
    // Of two that differ the smaller hash stands for both, whatever order they come in.
    let other = Made { pr_number: Some(7), ..rows[1].clone() }.resealed();
    let after = |second: &Made, third: &Made| {
        let rows = [rows[0].clone(), second.clone(), third.clone()];
        let walk = walked(&rows);
        (walk.last().unwrap().entry_hash, breaks(&rows))
    };
    assert_eq!(after(&rows[1], &other), after(&other, &rows[1]));
    assert_eq!(after(&rows[1], &other).1, [duplicate]);
    let smaller = if rows[1].hash().0 < other.hash().0 { rows[1].hash() } else { other.hash() };
    assert_eq!(after(&rows[1], &other).0, smaller);
    let first = |a: &Made, b: &Made| walked(&[a.clone(), b.clone()]).first().unwrap().entry_hash;
    assert_eq!((first(&rows[1], &other), first(&other, &rows[1])), (smaller, smaller));
    // Of two of one hash, what follows is held against the same one.
    for copy in [
        Made { occurred_at: rows[1].occurred_at.map(|at| at + 3_600_000_000), ..rows[1].clone() },
        Made { prev_hash: Some(rows[1].hash().to_string()), ..rows[1].clone() },
    ] {
        let last = |a: &Made, b: &Made| walked(&[a.clone(), b.clone()]).last().unwrap();
        assert_eq!(last(&rows[1], &copy), last(&copy, &rows[1]));
    }

    let kinds: Vec<Kind> =
        breaks(&[rows[0].clone(), rows[2].clone(), rows[1].clone()]).iter().map(|b| b.1).collect();
    assert!(kinds.contains(&Kind::HiddenRows), "{kinds:?}");
    // Of which the seq is unknown: told, and not walked.
    let lost = Made { seq: None, id: None, ..rows[1].clone() };
    let found = breaks(&[rows[0].clone(), lost, rows[1].clone()]);
    assert_eq!(found, [(None, Kind::MetadataMismatch, Some(Field::Seq))]);
    // Far ends of the numbers are no overflow.
    let edge = |seq: i64| Made { id: Some(seq), seq: Some(seq), ..rows[0].clone() }.resealed();
    let mut walk = walked(&[edge(i64::MAX), edge(i64::MAX)]);
    walk.begin();
    assert_eq!(walk.tree(), None);
    assert_eq!(walked(&[edge(0)]).tree(), None, "there is no leaf before the first");
    assert_eq!(walked(&[edge(5)]).tree().map(Range::begin), Some(4));
}

#[test]
fn a_chain_longer_than_what_is_hashed_at_once() {
    let rows = chain(700);
    let whole = walked(&rows);
    assert_eq!((whole.breaks().count(), whole.tree().and_then(Range::root)), (0, root(&rows)));
    for at in [0, 1, 63, 255, 256, 257, 512, 699] {
        let mut rows = rows.clone();
        rows[at].payload = Some("{}".to_owned());
        rows[at].pr_number = Some(-7);
        let found = walked(&rows).into_breaks().first_ones();
        let seq = Some(at as i64 + 1);
        assert_eq!(
            found.iter().map(|found| (found.seq, found.kind, found.field)).collect::<Vec<_>>(),
            [
                (seq, Kind::PayloadMismatch, Some(Field::Payload)),
                (seq, Kind::MetadataMismatch, Some(Field::Entry))
            ]
        );
        rows.remove(at);
        assert_eq!(walked(&rows).tree().is_some(), at == 0 || at == 699, "a tree has no gap");
    }
    // Rows of which no hash is worth a look grow the tree all the same.
    let empty = |made: &Made| Made { payload: None, framework: None, ..made.clone() };
    let empty = walked(&rows.iter().map(empty).collect::<Vec<_>>());
    assert_eq!((empty.breaks().count(), empty.tree().and_then(Range::root)), (1_400, root(&rows)));
}

#[test]
fn flaws_of_a_row_are_told_at_its_place() {
    let mut rows = chain(3);
    rows[1].payload = Some("{}".to_owned());
    assert_eq!(breaks(&rows), [(Some(2), Kind::PayloadMismatch, Some(Field::Payload))]);
}

#[test]
fn a_chain_of_a_name_that_none_can_have() {
    let row = Made { chain_id: Some("a b".into()), ..chain(1).swap_remove(0) }.resealed();
    let walk = going_on(Walk::new("a b"), &[row]);
    let found = walk.breaks().clone().first_ones();
    assert_eq!(
        found.iter().map(|b| (b.kind, b.field)).collect::<Vec<_>>(),
        [(Kind::MetadataMismatch, Some(Field::ChainId))]
    );
}

#[test]
fn the_last_of_before_a_moment() {
    let rows = chain(5);
    let due = |moment: i64, cut: usize| {
        let noting = |rows: &[Made]| going_on(Walk::new(CHAIN).noting(moment), rows);
        let mut walk = noting(&rows[..cut]);
        walk.join(noting(&rows[cut..]));
        walk.last_due()
    };
    for cut in 0..=5 {
        assert_eq!([TIME, TIME + 1, TIME + 3, TIME + 9].map(|moment| due(moment, cut)), [0, 1, 3, 5]);
    }
    assert_eq!(walked(&rows).last_due(), 0, "where none was to be noted");
}

#[test]
fn a_walk_that_goes_on() {
    let rows = chain(6);
    let before = walked(&rows[..3]);
    let (edge, tree) = (before.last().unwrap(), before.tree().unwrap().clone());
    let on = Walk::after(CHAIN, edge, tree.clone());
    assert_eq!((on.first(), on.last()), (Some(edge), Some(edge)));
    let on = going_on(on, &rows[3..]);
    assert_eq!((on.entries(), on.breaks().count(), on.tree().and_then(Range::root)), (3, 0, root(&rows)));
    let gap = going_on(Walk::after(CHAIN, edge, tree), &rows[4..]);
    let found = gap.into_breaks().first_ones();
    assert_eq!(
        found.iter().map(|found| (found.seq, found.kind)).collect::<Vec<_>>(),
        [(Some(4), Kind::Gap), (Some(5), Kind::LinkMismatch)]
    );
}

#[test]
fn the_first_breaks_are_kept_and_all_are_counted() {
    let most = BREAKS_MAX as i64;
    let at = |seq| Break::at(seq, Kind::Gap, Field::Seq, "x");
    let mut found = Breaks::default();
    (1..=most).rev().for_each(|seq| found.push(at(seq + 10)));
    found.push(at(most + 100));
    found.push(at(3));
    found.push(Break::within((1, 5), Kind::RootMismatch, "y"));
    found.push(Break::nowhere(Kind::HiddenRows, "z"));
    assert_eq!(found.count(), BREAKS_MAX as u64 + 4);
    let mut all = Breaks::default();
    all.push(at(4));
    all.extend(found.clone());
    assert_eq!(all.count(), BREAKS_MAX as u64 + 5);
    let kept = all.first_ones();
    assert_eq!(kept.len(), BREAKS_MAX);
    let places: Vec<_> = kept[..5].iter().map(|found| (found.seq, found.range)).collect();
    assert_eq!(
        places,
        [(None, None), (Some(3), None), (Some(4), None), (None, Some((1, 5))), (Some(11), None)]
    );
    assert_eq!(kept.last().unwrap().seq, Some(most + 6), "what lies last gave way");
    // Which of two at one place is kept does not depend on the order in which they come.
    let kept = |first: Field, second: Field| {
        let mut found = Breaks::default();
        (1..most).for_each(|seq| found.push(at(seq)));
        for field in [first, second] {
            found.push(Break::at(most, Kind::Gap, field, "x"));
        }
        found.first_ones().pop().and_then(|last| last.field)
    };
    assert_eq!([kept(Field::Entry, Field::Seq), kept(Field::Seq, Field::Entry)], [Some(Field::Seq); 2]);
    let (mut left, mut right) = (Breaks::default(), Breaks::default());
    left.push(at(2));
    right.push(Break::at(2, Kind::HiddenRows, Field::Seq, "a"));
    left.extend(right);
    assert_eq!(left.first_ones().iter().map(|b| b.kind).collect::<Vec<_>>(), [Kind::HiddenRows, Kind::Gap]);
}

/// Rows of a foreign chain: place, payload, its hash, the hash before.
fn foreign(profile: Profile, is_gapless: bool, rows: &[(Option<i64>, &str, &str, &str)]) -> ForeignWalk {
    let mut walk = ForeignWalk::new(profile, Stored::Jsonb, is_gapless);
    for (place, payload, hash, prev) in rows {
        let some = |text: &'static str, given: &str| (given != text).then(|| given.as_bytes().to_vec());
        let (payload, hash, prev) = (some("-", payload), some("-", hash), some("-", prev));
        walk.push(&ForeignRow {
            place: *place,
            payload: payload.as_deref(),
            payload_hash: hash.as_deref(),
            prev_hash: prev.as_deref(),
        });
    }
    walk
}

#[test]
fn foreign_rows() {
    let hash = |text: &str| payload_hash(text).to_string();
    let (one, two, three) = (hash("{\"n\": 1}"), hash("{\"n\": 2}"), hash("{\"n\": 3}"));
    let whole = [
        (Some(1), "{\"n\": 1}", &*one, "-"),
        (Some(2), "{\"n\": 2}", &*two, &*one),
        (Some(3), "{\"n\": 3}", &*three, &*two),
    ];
    let link = Profile::PayloadLink;
    let found = |walk: ForeignWalk| {
        let breaks = walk.breaks.first_ones();
        breaks.into_iter().map(|found| (found.seq, found.kind, found.field)).collect::<Vec<_>>()
    };
    let walk = foreign(link, true, &whole);
    assert_eq!((walk.entries, walk.own, walk.unverifiable, walk.breaks.count()), (3, 3, 0, 0));
    let gap = (Some(2), Kind::Gap, Some(Field::Seq));
    let broken = |seq| (Some(seq), Kind::LinkMismatch, Some(Field::PrevHash));
    assert_eq!(found(foreign(link, true, &[whole[0], whole[2]])), [gap, broken(3)]);
    assert_eq!(found(foreign(link, false, &[whole[0], whole[2]])), [broken(3)]);
    assert_eq!(found(foreign(link, true, &whole[1..])), [(Some(1), Kind::Gap, Some(Field::Seq)), broken(2)]);
    assert_eq!(
        found(foreign(link, true, &[whole[0], whole[0]])),
        [(Some(1), Kind::Duplicate, Some(Field::Seq)), broken(1)]
    );
    let edited = [whole[0], (Some(2), "{}", &*two, &*one), whole[2]];
    assert_eq!(found(foreign(link, true, &edited)), [(Some(2), Kind::PayloadMismatch, Some(Field::Payload))]);
    for bad in [(Some(1), "-", &*one, "-"), (Some(1), "{}", "-", "-"), (Some(1), "{}", "xyz", "-")] {
        assert_eq!(
            found(foreign(link, true, &[bad])),
            [(Some(1), Kind::MetadataMismatch, Some(Field::Payload))]
        );
    }
    // After a row without a hash nothing can follow.
    let lost = [(Some(1), "{}", "-", "-"), (Some(2), "{\"n\": 2}", &*two, "-")];
    assert_eq!(found(foreign(link, true, &lost))[1], broken(2));
    let placeless = foreign(link, true, &[(None, "{}", "-", "-"), whole[0]]);
    assert_eq!(placeless.entries, 2);
    assert_eq!(found(placeless), [(None, Kind::MetadataMismatch, Some(Field::Seq))]);
}

#[test]
fn foreign_payloads_whose_text_is_lost() {
    let check = |profile, stored, payload: &str, hashed: &str, expected: (u64, u64, u64)| {
        let hash = payload_hash(hashed).to_string();
        let mut walk = ForeignWalk::new(profile, stored, true);
        let (payload, hash) = (Some(payload.as_bytes()), Some(hash.as_bytes()));
        walk.push(&ForeignRow { place: Some(1), payload, payload_hash: hash, prev_hash: None });
        assert_eq!((walk.own, walk.unverifiable, walk.breaks.count()), expected, "{payload:?} as {hashed}");
    };
    use Profile::{Gitwire, PayloadLink};
    let jsonb = Stored::Jsonb;
    check(PayloadLink, jsonb, "{\"a\": 1}", "{\"a\": 1}", (1, 0, 0));
    check(PayloadLink, jsonb, "{\"a\": 1}", "{\"a\":1}", (0, 0, 1));
    check(Gitwire, jsonb, "{\"a\": 1}", "{\"a\":1}", (1, 0, 0));
    check(Gitwire, jsonb, "{\"a\": 1}", "{\"a\": 1}", (0, 0, 1));
    check(Gitwire, jsonb, "{\"a\": 1, \"b\": 2}", "{\"b\":2,\"a\":1}", (0, 1, 0));
    check(Gitwire, jsonb, "{\"a\": 1.50}", "{\"a\":1.5}", (0, 1, 0));
    check(Gitwire, Stored::Text, "{ \"a\" : 1 }", "{ \"a\" : 1 }", (1, 0, 0));
    check(Gitwire, Stored::Text, "{ \"a\" : 1 }", "{\"a\":1}", (1, 0, 0));
    check(Gitwire, Stored::Text, "{\"a\": 2}", "{\"a\":1}", (0, 0, 1));
}

#[test]
fn compact_forms() {
    let check = |text: &str, expected: &str, form| {
        let mut out = b"left over".to_vec();
        assert_eq!(
            (compact(text.as_bytes(), &mut out), String::from_utf8(out).unwrap()),
            (form, expected.to_owned())
        );
    };
    use Form::{OneOfSeveral, Only};
    check("{\"a\": [1, 2, true]}", "{\"a\":[1,2,true]}", Only);
    check(" [ 1 ,\n\t2\r] ", "[1,2]", Only);
    check("{\"a\": 1, \"b\": 2}", "{\"a\":1,\"b\":2}", OneOfSeveral);
    check("[{\"a\": 1}, {\"b\": 2}]", "[{\"a\":1},{\"b\":2}]", Only);
    check("[{\"a\": [1]}, 2]", "[{\"a\":[1]},2]", Only);
    check("{\"a, b: c\\\" d\": \"x , y\"}", "{\"a, b: c\\\" d\":\"x , y\"}", Only);
    check("{\"a\\\\\": \" \"}", "{\"a\\\\\":\" \"}", Only);
    check("[1.5]", "[1.5]", OneOfSeveral);
    check("[1e3]", "[1e3]", OneOfSeveral);
    check("[1E3]", "[1E3]", OneOfSeveral);
    check("[true, false, null]", "[true,false,null]", Only);
    check("[999999999999999]", "[999999999999999]", Only);
    check("[1234567890123456]", "[1234567890123456]", OneOfSeveral);
    for profile in Profile::ALL {
        assert_eq!(profile.to_string().parse(), Ok(profile));
    }
    let refused = "x\u{1b}".parse::<Profile>().unwrap_err();
    assert!(refused.contains("is no profile") && !refused.contains('\u{1b}'), "{refused}");
    assert_eq!(format!("{:>8}|{:<14}|", Profile::Gitwire, Profile::PayloadLink), " gitwire|payload-link  |");
}
