//! Files that are broken, or meant to break something.

use super::{case, read};
use attestor::flaky::junit::kept::TEXT_BYTES_MAX;
use attestor::flaky::junit::read::MESSAGE_BYTES_MAX;
use attestor::flaky::junit::scan::{Event, Scanner};
use proptest::prelude::*;
use std::io::{BufReader, Read};

fn check(xml: impl AsRef<[u8]>, expected: &str) {
    let xml = xml.as_ref();
    let shown = String::from_utf8_lossy(&xml[..xml.len().min(200)]).into_owned();
    let Err(error) = read(xml) else { panic!("{shown} is understood") };
    assert!(error.what.contains(expected), "{shown}: {} lacks {expected}", error.what);
    assert!(!error.hint.is_empty(), "{shown}");
}

#[test]
fn errors_have_their_place() {
    check("", "it is empty, at line 1, column 1");
    check(" \n\n", "it is empty, at line 3, column 1");
    check("no xml", "not XML, at line 1, column 1: \"no xml\"");
    check("{\"a\": 1}", "not XML, at line 1, column 1");
    check("<testsuite>\n  <testcase name='ä'", "it ends in the middle, at line 2, column 21");
    check(
        "<testsuite>\n<testcase>",
        "it ends in the middle, at line 2, column 11: <testcase> of line 2 is not closed",
    );
    check(
        "<testsuite>\n<testcase>\n</testsuite>",
        "line 3, column 1: \"</testsuite>\" closes <testcase> of line 2",
    );
    check("<testsuite/>\n</testsuite>", "line 2, column 1: \"</testsuite>\" closes nothing");
    check("<testsuite/><testsuite/>", "a second root, <testsuite>, at line 1, column 13");
    check("<testsuite/> trailing", "text behind the end of the root: \"trailing\"");
    check("<testsuite a='1' a='2'/>", "line 1, column 1: <testsuite>");
    check("<testsuite a=1/>", "line 1, column 1: <testsuite>");
    check("<testsuite a/>", "line 1, column 1: <testsuite>");
    check("<testsuite><testcase <x/></testsuite>", "a `<` inside of a tag");
    check("<testsuite>1 < 2</testsuite>", "a `<` that begins no tag");
    check("<testsuite><![CDATA[x</testsuite>", "it ends in the middle");
    check("<testsuite><!-- x</testsuite>", "it ends in the middle");
    check("<testsuite><![ELSE[x]]></testsuite>", "begins no CDATA section");
    check("\n<suites/>", "XML, but not JUnit, at line 2, column 1: the root is <suites>");
    check("<!DOCTYPE html><html><body/></html>", "the root is <html>");
    check("<\u{1b}/>", "a `<` that begins no tag");
    check("<a\u{1b}]0;x\u{7}/>", "␛]0;x␇");
    check(vec![0; 100], "not XML, at line 1, column 1");
}

#[test]
fn entities_of_a_dtd_are_not_expanded() {
    let laughs = "<!DOCTYPE testsuite [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
                  <!ENTITY c '&b;&b;&b;&b;&b;&b;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>";
    let xml = format!(
        "{laughs}<testsuite name='&c;'><testcase name='&x;'><failure>&c;&x;</failure></testcase></testsuite>"
    );
    let reading = read(xml.as_bytes()).unwrap();
    let case = &reading.cases[0];
    assert_eq!((&*case.suite, &*case.name), ("&c;", "&x;"));
    assert_eq!(case.attempts[0].message.as_deref(), Some("&c;&x;"));
    assert!(reading.deviations[0].contains("4 references"), "{:?}", reading.deviations);
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "<testsuite>".repeat(depth), "</testsuite>".repeat(depth));
    assert_eq!(read(nested(100).as_bytes()).unwrap().contents.suites, 100);
    check(nested(101), "more than 100 elements in each other");
    check("<testsuite>".repeat(1_000_000), "more than 100 elements in each other");
}

#[test]
fn texts_are_cut_and_it_is_said() {
    for inner in [
        format!("<failure message='{}'/>", "é".repeat(TEXT_BYTES_MAX)),
        format!("<failure>{}</failure>", "é".repeat(TEXT_BYTES_MAX)),
        format!("<failure><![CDATA[{}]]></failure>", "é".repeat(TEXT_BYTES_MAX)),
        format!("<failure>{}</failure>", "x<!-- -->".repeat(TEXT_BYTES_MAX)),
        format!("<failure>{}</failure>", "&lt;".repeat(TEXT_BYTES_MAX)),
    ] {
        let (case, deviations) = case(&format!("<testcase name='t'>{inner}</testcase>"));
        let message = case.attempts[0].message.as_deref().unwrap();
        assert!((4000..=MESSAGE_BYTES_MAX).contains(&message.len()), "{} bytes", message.len());
        assert!(message.chars().all(|c| matches!(c, 'é' | 'x' | '<')), "{message}");
        assert!(deviations.iter().any(|line| line.contains("longer than 8 KiB; cut")), "{deviations:?}");
    }
    let (case, deviations) = case(&format!("<testcase name='{}'/>", "n".repeat(100_000)));
    assert_eq!(case.name.len(), TEXT_BYTES_MAX);
    assert!(deviations[0].contains("an attribute of more than 16 KiB; cut"), "{deviations:?}");
    check(format!("<testsuite {}/>", "a='' ".repeat(100_000)), "a tag of more than 256 KiB");
}

/// Gives a text again and again, as often as told.
struct Endless {
    text: &'static [u8],
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(self.text.len()).min(usize::try_from(self.left).unwrap());
        buffer[..count].copy_from_slice(&self.text[..count]);
        self.left -= count as u64;
        Ok(count)
    }
}

/// A log of a hundred megabytes in one element is passed on in pieces that are kept short.
#[test]
fn one_text_of_any_size_takes_little_memory() {
    for (begin, end) in [("", ""), ("<![CDATA[", "]]>"), ("<!--", "-->"), ("<x a='", "'/>")] {
        let log = Endless { text: b"0123456789 log line\n", left: 20_000_000 };
        let head = format!("<testsuite><system-out>{begin}");
        let tail = format!("{end}</system-out></testsuite>");
        let input = head.as_bytes().chain(log).chain(tail.as_bytes());
        let mut scanner = Scanner::new(BufReader::new(input));
        let mut longest = 0;
        loop {
            match scanner.advance().unwrap() {
                Event::Done => break,
                Event::Text { text, .. } => longest = longest.max(text.len()),
                Event::Start(tag) => {
                    longest =
                        longest.max(tag.attributes.iter().map(|(_, value)| value.len()).max().unwrap_or(0));
                }
                Event::End => {}
            }
        }
        assert!(longest <= TEXT_BYTES_MAX, "{begin}: {longest}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(read(&bytes));
    }

    #[test]
    fn no_pieces_of_junit_make_it_panic(pieces in proptest::collection::vec(prop_oneof![
        Just("<testsuite name='a'>"), Just("</testsuite>"), Just("<testcase name='b' time='1,5'>"),
        Just("</testcase>"), Just("<failure message='m'>"), Just("</failure>"), Just("<flakyError/>"),
        Just("<rerunFailure>"), Just("</rerunFailure>"), Just("<skipped/>"), Just("<![CDATA["), Just("]]>"),
        Just("<!--"), Just("-->"), Just("<!DOCTYPE ["), Just("&"), Just("&#x"), Just(";"), Just("'"), Just("text"),
        Just("<?"), Just("?>"), Just("/>"), Just("\r\n"), Just("é"),
    ], 0..40)) {
        let inner = pieces.concat();
        drop(read(inner.as_bytes()));
        drop(read(format!("<testsuites>{inner}</testsuites>").as_bytes()));
    }

    /// Whatever pieces the file arrives in, it says the same.
    #[test]
    fn the_size_of_pieces_does_not_matter(size in 1_usize..40) {
        let xml = "<?xml version='1.0'?><!-- x --><testsuite name='é'>\n<testcase name='t'><failure><![CDATA[a]]]]>\
                   </failure></testcase></testsuite>\n<bad";
        let events = |input: &mut dyn std::io::BufRead| {
            let mut scanner = Scanner::new(input);
            let mut events = Vec::new();
            loop {
                match scanner.advance() {
                    // Where a text is divided is nobody's matter.
                    Ok(Event::Text { text, .. }) => match events.last_mut() {
                        Some(Ok(Event::Text { text: before, .. })) => before.push_str(&text),
                        _ => events.push(Ok(Event::Text { text, is_cut: false })),
                    },
                    Ok(event) => events.push(Ok(event)),
                    Err(error) => {
                        events.push(Err(error));
                        return events;
                    }
                }
            }
        };
        let whole = events(&mut xml.as_bytes());
        let pieces = events(&mut BufReader::with_capacity(size, xml.as_bytes()));
        prop_assert_eq!(whole, pieces);
    }
}
