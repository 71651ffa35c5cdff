//! The same file in every encoding that somebody writes it in.

use super::read;
use std::io::Write;

const XML: &str = "<testsuite name='Größe'><testcase name='ä–€'/></testsuite>";

fn check(bytes: &[u8], what: &str) {
    let case = read(bytes).unwrap_or_else(|e| panic!("{what}: {e:?}")).cases.remove(0);
    assert_eq!((&*case.suite, &*case.name), ("Größe", "ä–€"), "{what}");
}

#[test]
fn utf_8_and_utf_16() {
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { XML.encode_utf16().flat_map(to_bytes).collect() };
    check(XML.as_bytes(), "UTF-8");
    check(&[b"\xef\xbb\xbf", XML.as_bytes()].concat(), "UTF-8 with a mark");
    check(&[b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat(), "UTF-16 LE");
    check(&[b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat(), "UTF-16 BE");
    check(&utf16(u16::to_le_bytes), "UTF-16 LE without a mark");
    check(format!("<?xml version='1.0' encoding=\"UTF-8\" ?>\n{XML}").as_bytes(), "declared UTF-8");
    // A declaration that the bytes contradict does not hold.
    let declared = format!("<?xml version='1.0' encoding='UTF-16'?>{XML}");
    check(declared.as_bytes(), "UTF-8 that says UTF-16");
}

#[test]
fn what_a_file_declares() {
    let (head, body) = ("<?xml version='1.0' encoding='windows-1252'?>", XML);
    let body: Vec<u8> = body
        .chars()
        .map(|c| match c {
            '–' => 0x96,
            '€' => 0x80,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    check(&[head.as_bytes(), &body].concat(), "windows-1252");
}

#[test]
fn packed_by_gzip() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(XML.as_bytes()).unwrap();
    check(&packed.finish().unwrap(), "gzip");
}

#[test]
fn single_mistakes_are_said() {
    let reading = read(b"<testsuite><testcase name='a\xff'/><testcase name='b'/></testsuite>").unwrap();
    assert_eq!(reading.cases[0].name, "a\u{fffd}");
    assert!(reading.deviations[0].contains("1 sequences that are not UTF-8"), "{:?}", reading.deviations);
}
