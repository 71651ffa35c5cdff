//! Files as bytes: encodings, packings, and what is no SARIF.

use super::{log, read, text};
use attestor::intake::deviation::Deviations;
use attestor::triage::sarif::results::each_result;
use attestor::triage::sarif::survey::survey;
use serde_json::json;

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    let check = |bytes: &[u8], words: &str| match read(bytes) {
        Ok(_) => panic!("{words}: taken"),
        Err(unreadable) => assert!(unreadable.what.contains(words), "{:?} lacks {words:?}", unreadable.what),
    };
    check(b"", "it is empty");
    check(b" \n ", "it is empty");
    check(b"{\"runs\": [", "it ends in the middle, at line 1, column 10");
    check(b"{\n\"runs\": [1,]\n}", "line 2, column 12");
    check(b"{\"runs\": []} x", "line 1, column 14");
    check(b"{\"runs\": []}{\"runs\": []}", "not JSON, at line 1");
    check(b"<xml/>", "XML or HTML");
    check(b"PK\x03\x04abc", "zip");
    check(b"\x7fELF\x02\x01\x01\0\0\0", "not JSON, at line 1, column 1");
    check(b"[1, 2]", "not SARIF");
    check(b"\"runs\"", "not SARIF");
    check(b"{\"version\": \"2.1.0\"}", "not an object with `runs`");
    check(b"{\"runs\": \"none\"}", "`runs` is text");
    check(b"{\"runs\": 'x'}", "line 1, column 10");
    check(b"{\"runs\": [{\"results\": [{\"message\": \"a\tb\"}]}]}", "line 1, column");
    check(b"{\"runs\": [NaN]}", "line 1, column 11");
    check(&[0x1f, 0x8b, 8, 0, 1, 2, 3], "gzip");
    let packed = gzip(br#"{"version":"2.1.0","runs":[]}"#);
    assert!(read(&packed).is_ok());
    check(&packed[..packed.len() - 9], "gzip");
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 0xff;
    assert!(read(&flipped).is_err());
}

#[test]
fn encodings_and_packings_say_the_same() {
    let log = log(json!({}), json!({"message": {"text": "grüße 🦀"}})).to_string();
    let utf16 = |order: fn(u16) -> [u8; 2]| log.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    let plain = read(log.as_bytes()).unwrap();
    for (name, bytes) in [
        ("BOM", marked(&[0xef, 0xbb, 0xbf], log.as_bytes())),
        ("UTF-16LE", marked(&[0xff, 0xfe], &utf16(u16::to_le_bytes))),
        ("UTF-16BE", marked(&[0xfe, 0xff], &utf16(u16::to_be_bytes))),
        ("UTF-16LE without mark", utf16(u16::to_le_bytes)),
        ("UTF-16BE without mark", utf16(u16::to_be_bytes)),
        ("gzip", gzip(log.as_bytes())),
        ("gzip of UTF-16", gzip(&marked(&[0xff, 0xfe], &utf16(u16::to_le_bytes)))),
        ("two gzip members", [gzip(&log.as_bytes()[..40]), gzip(&log.as_bytes()[40..])].concat()),
    ] {
        let reading = read(&bytes).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(reading.seen, plain.seen, "{name}");
        assert_eq!(reading.survey.sha256, sha256(&bytes), "{name}");
        assert_eq!(
            reading.deviations.is_empty(),
            !name.ends_with("mark"),
            "{name}: {:?}",
            reading.deviations
        );
    }
    let latin: Vec<u8> =
        log.replace("grüße 🦀", "gr!e").bytes().map(|b| if b == b'!' { 0xfc } else { b }).collect();
    let reading = read(&latin).unwrap();
    assert_eq!(reading.seen[0].message, "gr\u{fffd}e");
    assert!(reading.deviations[0].contains("not UTF-8"), "{:?}", reading.deviations);
}

#[test]
fn a_file_that_changes_between_the_readings_is_refused() {
    let (one, other) = (
        log(json!({}), json!({"ruleId": "a"})).to_string(),
        log(json!({}), json!({"ruleId": "b"})).to_string(),
    );
    let survey = survey(text(one.as_bytes())).unwrap();
    let refused = each_result(text(other.as_bytes()), &survey, &mut Deviations::default(), |_, _| Ok(()));
    assert!(refused.unwrap_err().what.contains("changed while it was read"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
