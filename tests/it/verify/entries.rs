//! One row by itself: every check of the table, repeated.

use super::{CHAIN, Made, TIME, list};
use attestor::audit::verify::claims::Claims;
use attestor::audit::verify::entry::{Flaw, Stored, check};
use attestor::audit::verify::preimage::{TIMES, from_hex};
use attestor::audit::verify::verdict::{Field, Kind};
use attestor::chain::hash::{Digest, genesis, payload_hash, sha256};

fn whole() -> Made {
    Made::at(7, genesis(CHAIN))
}

fn flaws(made: &Made) -> Vec<(Kind, Field, &'static str)> {
    // Whether the name of the chain is known to be one spares work, and changes nothing.
    let with = |known: Option<&[u8]>| {
        let (row, mut found, mut claims) = (made.row(), Vec::new(), Claims::default());
        let of = |flaw: Flaw| (flaw.kind, flaw.field, flaw.why);
        check(&row, &Stored::of(&row), known, &mut claims, |flaw| found.push(of(flaw)));
        claims.settle(|seq, flaw| {
            assert_eq!(seq, made.seq.unwrap_or_default());
            found.push(of(flaw));
        });
        claims.settle(|_, flaw| panic!("told twice: {flaw:?}"));
        found
    };
    let found = with(None);
    assert_eq!(with(Some(CHAIN.as_bytes())), found);
    found
}

#[track_caller]
fn assert_flaw(made: &Made, kind: Kind, field: Field, why: &str) {
    let found = flaws(made);
    assert!(found.len() == 1 && (found[0].0, found[0].1) == (kind, field), "{found:?} of {made:?}");
    assert!(found[0].2.contains(why), "{why}: {found:?}");
}

#[track_caller]
fn assert_whole(made: &Made) {
    assert_eq!(flaws(made), [], "{made:?}");
}

#[test]
fn positions() {
    use Kind::MetadataMismatch as Meta;
    assert_whole(&whole());
    let place = |id, seq| Made { id, seq, ..whole() }.resealed();
    assert_whole(&place(Some(1), Some(1)));
    assert_whole(&place(Some(i64::MAX), Some(i64::MAX)));
    for (id, seq) in
        [(Some(8), Some(7)), (None, Some(7)), (None, None), (Some(0), Some(0)), (Some(-1), Some(-1))]
    {
        assert_flaw(&place(id, seq), Meta, Field::Seq, "id and seq");
    }
}

#[test]
fn names_of_chains() {
    let named = |name: Option<String>| Made { chain_id: name, ..whole() }.resealed();
    for name in ["a", "A-Z.a_z/09", &"x".repeat(255)] {
        assert_whole(&named(Some(name.to_owned())));
    }
    for name in [None, Some(""), Some("a b"), Some("é"), Some("a\n"), Some(&*"x".repeat(256))] {
        let made = named(name.map(str::to_owned));
        if name.is_some() {
            assert_flaw(&made, Kind::MetadataMismatch, Field::ChainId, "no name");
        } else {
            assert_eq!(flaws(&made)[0].1, Field::ChainId);
        }
    }
}

#[test]
fn times() {
    let at = |micros| Made { occurred_at: Some(micros), ..whole() };
    for micros in [TIMES.start, TIMES.end - 1, 0, -1] {
        assert_whole(&at(micros).resealed());
    }
    for micros in [TIMES.start - 1, TIMES.end, i64::MIN, i64::MAX] {
        assert_flaw(&at(micros), Kind::MetadataMismatch, Field::OccurredAt, "years 1 to 9999");
    }
    assert_flaw(&Made { occurred_at: None, ..whole() }, Kind::MetadataMismatch, Field::OccurredAt, "");
}

#[test]
fn every_day_of_ten_thousand_years_has_its_text() {
    const DAY: i64 = 86_400_000_000;
    let (first, last) = (TIMES.start / DAY, (TIMES.end - 1) / DAY);
    // Every 331st day, and around the end of February of every year at which a rule changes.
    let far = (first..=last).step_by(331);
    let leaps = (1..=99).flat_map(|century| {
        let march = chrono::NaiveDate::from_ymd_opt(century * 100, 3, 1).unwrap();
        let days = (march - chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()).num_days();
        (days - 2..=days + 2).chain(days - 62..=days - 58).chain(days + 304..=days + 308)
    });
    for (n, day) in far.chain(leaps).enumerate() {
        let of_day = (n as i64 * 7_919_777_777).rem_euclid(DAY);
        assert_whole(&Made { occurred_at: Some(day * DAY + of_day), ..whole() }.resealed());
    }
    for of_day in [0, 1, 999_999, 1_000_000, 59_999_999, 60_000_000, 3_599_999_999, 3_600_000_000, DAY - 1] {
        assert_whole(&Made { occurred_at: Some(TIME / DAY * DAY + of_day), ..whole() }.resealed());
    }
}

#[test]
fn payloads() {
    let (own, meta) = (Kind::PayloadMismatch, Kind::MetadataMismatch);
    assert_flaw(&Made { payload: Some("{}".into()), ..whole() }, own, Field::Payload, "not the one");
    assert_flaw(&Made { payload: None, ..whole() }, meta, Field::Payload, "no payload");
    let hashed = |hash: Option<String>| Made { payload_hash: hash, ..whole() }.resealed();
    assert_flaw(&hashed(Some(payload_hash("x").to_string())), own, Field::Payload, "");
    let digits = whole().payload_hash.unwrap();
    for other in
        [digits.to_uppercase(), digits[1..].to_owned(), format!("{digits}0"), digits.replace('a', "g")]
    {
        assert_flaw(&hashed(Some(other)), meta, Field::Payload, "64 lowercase hex digits");
    }
    assert_eq!(flaws(&hashed(None))[0].1, Field::Payload);
    for alg in [None, Some("jcs".to_owned())] {
        let made = Made { payload_alg: alg, ..whole() }.resealed();
        assert_eq!(flaws(&made)[0], (meta, Field::Payload, "payload_alg is not known"));
    }
}

#[test]
fn links() {
    let follows = |prev: &str| Made { prev_hash: Some(prev.to_owned()), ..whole() }.resealed();
    assert_whole(&follows(&"0".repeat(64)));
    for prev in ["", &*"A".repeat(64), &*"0".repeat(63), &*"g".repeat(64)] {
        assert_flaw(&follows(prev), Kind::MetadataMismatch, Field::PrevHash, "64 lowercase hex digits");
    }
    assert_eq!(flaws(&Made { prev_hash: None, ..whole() })[0].1, Field::PrevHash);
}

#[test]
fn controls() {
    for controls in
        [&[][..], &["a"], &["", ""], &[&*"x".repeat(1_024)], &[&*"x".repeat(512), &*"y".repeat(511)]]
    {
        assert_whole(&whole().controlled(controls).resealed());
    }
    let large =
        [&["x".repeat(1_025)][..], &["x".repeat(512), "y".repeat(512)], &["".to_owned(), "y".repeat(1_024)]];
    for controls in large {
        let controls: Vec<&str> = controls.iter().map(String::as_str).collect();
        let made = whole().controlled(&controls).resealed();
        assert_flaw(&made, Kind::MetadataMismatch, Field::Entry, "framework is larger than 1 KiB");
    }
    let as_bytes = |framework: Option<Vec<u8>>| Made { framework, ..whole() };
    let cases = [
        (None, "framework is NULL"),
        (Some(list(&[None], 1, 1)), "holds a NULL"),
        (Some(list(&[Some("a"), None], 1, 1)), "holds a NULL"),
        (Some(list(&[Some("a")], 1, 0)), "one dimension from 1"),
        (Some(list(&[Some("a")], 1, 2)), "one dimension from 1"),
        (Some(list(&[Some("a")], 2, 1)), "one dimension from 1"),
        (Some(list(&[Some("a")], -1, 1)), "can't be read"),
        (Some(vec![0, 0, 0]), "can't be read"),
        (Some(list(&[Some("abc")], 1, 1)[..22].to_vec()), "can't be read"),
        (Some(list(&[Some("abc")], 1, 1)[..26].to_vec()), "can't be read"),
    ];
    for (framework, why) in cases {
        assert_flaw(&as_bytes(framework), Kind::MetadataMismatch, Field::Entry, why);
    }
    // Where one ends and the next begins is part of the hash.
    let moved = as_bytes(Some(list(&[Some("SOC2:CC8.1I"), Some("SO27001:A.8.32")], 1, 1)));
    assert_flaw(&moved, Kind::MetadataMismatch, Field::Entry, "not that of these columns");
}

#[test]
fn texts() {
    for at in 0..8 {
        let with = |text: Option<String>| {
            let mut made = whole();
            made.texts[at] = text;
            made.resealed()
        };
        assert_whole(&with(Some("é".repeat(512))));
        // Where a length gets a digit more.
        for length in [1, 8, 9, 10, 11, 63, 64, 65, 98, 99, 100, 101, 998, 999, 1_000, 1_001, 1_024] {
            assert_whole(&with(Some("x".repeat(length))));
        }
        assert_whole(&with(Some(String::new())));
        let large = with(Some("x".repeat(1_025)));
        assert_flaw(&large, Kind::MetadataMismatch, Field::Entry, "larger than 1 KiB");
        match at {
            0..5 => assert_flaw(&with(None), Kind::MetadataMismatch, Field::Entry, "NULL that never is"),
            _ => assert_whole(&with(None)),
        }
    }
}

#[test]
fn every_column_is_hashed() {
    let mut edits: Vec<Made> = (0..8)
        .map(|at| {
            let mut made = whole();
            made.texts[at] = Some(format!("{}x", made.texts[at].clone().unwrap_or_default()));
            made
        })
        .collect();
    edits.push(Made { pr_number: Some(43), ..whole() });
    edits.push(Made { pr_number: Some(-42), ..whole() });
    edits.push(Made { pr_number: None, ..whole() });
    edits.push(Made { occurred_at: Some(TIME), ..whole() });
    edits.push(Made { chain_id: Some("example.com/other".into()), ..whole() });
    edits.push(Made { id: Some(8), seq: Some(8), ..whole() });
    edits.push(Made { prev_hash: Some("0".repeat(64)), ..whole() });
    edits.push(whole().controlled(&["SOC2:CC8.1"]));
    for made in edits {
        assert_flaw(&made, Kind::MetadataMismatch, Field::Entry, "not that of these columns");
    }
    for number in [0, 9, 10, 99, 100, i32::MAX, -1, -10, i32::MIN] {
        assert_whole(&Made { pr_number: Some(number), ..whole() }.resealed());
    }
    for hash in [None, Some("A".repeat(64)), Some(String::new())] {
        let made = Made { entry_hash: hash, ..whole() };
        assert_flaw(&made, Kind::MetadataMismatch, Field::Entry, "entry_hash is not 64 lowercase hex digits");
        assert_eq!(Stored::of(&made.row()).leaf(), Digest([0; 32]));
    }
    assert_eq!(Stored::of(&whole().row()).leaf(), whole().hash());
}

#[test]
fn claims_are_due_before_they_are_many_or_large() {
    let flaw = Flaw { kind: Kind::PayloadMismatch, field: Field::Payload, why: "" };
    let due_after = |bytes: usize| {
        let mut claims = Claims::default();
        let begun = claims.are_due();
        let after = (1..=1_000).find(|seq| {
            claims.add(*seq, Digest([0; 32]), flaw, |to| to.resize(to.len() + bytes, 0));
            claims.are_due()
        });
        let mut told = Vec::new();
        claims.settle(|seq, _| told.push(seq));
        assert!(!begun && !claims.are_due(), "there is none");
        assert!(told.iter().copied().eq(1..=after.unwrap_or(0)), "each is told, in its turn: {told:?}");
        after
    };
    assert_eq!(due_after(0), Some(128));
    assert_eq!(due_after(1_900), Some(128));
    // With what stands behind each message, 128 KiB and a block.
    assert_eq!(due_after(128 * 1024), Some(2));
    assert_eq!(due_after(300_000), Some(1));
}

#[test]
fn digits() {
    let digest = sha256(b"x");
    let digits = digest.to_string();
    assert_eq!(from_hex(digits.as_bytes()), Some(digest));
    for byte in 0..=255_u8 {
        for at in [0, 1, 62, 63] {
            let mut bytes = digits.clone().into_bytes();
            bytes[at] = byte;
            let is_digit = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            assert_eq!(from_hex(&bytes).is_some(), is_digit, "{byte} at {at}");
            let read = from_hex(&bytes).map(|digest| digest.to_string().into_bytes());
            assert!(read.is_none_or(|read| read == bytes));
        }
    }
}
