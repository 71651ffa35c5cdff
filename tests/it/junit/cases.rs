//! What a test case comes to, dialect by dialect.

use super::{case, read, told};

fn check(inner: &str, expected: &str) {
    assert_eq!(told(&case(inner).0), expected, "{inner}");
}

#[test]
fn plain_results() {
    check("<testcase name='t'/>", "pass");
    check("<testcase name='t' time='0.5'></testcase>", "pass 500");
    check("<testcase name='t'><failure message='m'>text</failure></testcase>", "fail \"m\\ntext\"");
    check("<testcase name='t'><failure message='m'>m at x</failure></testcase>", "fail \"m at x\"");
    check("<testcase name='t'><failure type='T'/></testcase>", "fail \"T\"");
    check("<testcase name='t'><error/></testcase>", "fail");
    check("<testcase name='t' time='1'><error message='m'/></testcase>", "fail 1000 \"m\"");
    check("<testcase name='t'><skipped/></testcase>", "skip");
    check("<testcase name='t'><skipped message='later'/></testcase>", "skip \"later\"");
    check("<testcase name='t'><disabled/></testcase>", "skip");
    check("<testcase name='t'><system-out>failure</system-out><properties/></testcase>", "pass");
}

#[test]
fn several_results_of_one_case() {
    let both = "<failure message='body'/><error message='teardown'/>";
    check(&format!("<testcase name='t' time='1'>{both}</testcase>"), "fail 1000 \"body\\n\\nteardown\"");
    check("<testcase name='t'><skipped/><failure message='m'/></testcase>", "fail \"m\"");
    check("<testcase name='t'><failure message='m'/><skipped/></testcase>", "fail \"m\"");
    check("<testcase name='t'><skipped/><skipped message='m'/></testcase>", "skip \"m\"");
}

#[test]
fn surefire_and_nextest_retries() {
    let flaky = "<flakyFailure message='a' time='0.1'><stackTrace>at x</stackTrace><system-out>o</system-out>\
                 </flakyFailure><flakyError message='b'>text</flakyError>";
    check(
        &format!("<testcase name='t' time='0.3'>{flaky}</testcase>"),
        "fail 100 \"a\\nat x\", fail \"b\\ntext\", pass 300",
    );
    check(
        "<testcase name='t' time='1'><failure message='a'/><rerunFailure message='b' time='2'/>\
         <rerunError message='c'/></testcase>",
        "fail 1000 \"a\", fail 2000 \"b\", fail \"c\"",
    );
    // What never passed did not pass, whatever else is missing or said.
    check("<testcase name='t'><rerunFailure message='b'/></testcase>", "fail \"b\"");
    check(
        "<testcase name='t'><flakyFailure message='a'/><failure message='b'/></testcase>",
        "fail \"a\", fail \"b\"",
    );
    check("<testcase name='t'><flakyFailure message='a'/><skipped/></testcase>", "fail \"a\", pass");
}

#[test]
fn attributes_speak_where_elements_are_silent() {
    for (word, expected) in [
        ("passed", "pass"),
        ("run", "pass"),
        ("completed", "pass"),
        ("failed", "fail"),
        ("errored", "fail"),
        ("Disabled", "skip"),
        ("notrun", "skip"),
        ("SKIPPED", "skip"),
    ] {
        check(&format!("<testcase name='t' status='{word}'/>"), expected);
    }
    check("<testcase name='t' status='notrun' result='suppressed'/>", "skip");
    check("<testcase name='t' status='passed'><failure/></testcase>", "fail");
}

#[test]
fn suites_and_names() {
    let check = |xml: &str, expected: &[(&str, &str)]| {
        let reading = read(xml.as_bytes()).unwrap();
        let names: Vec<(&str, &str)> = reading.cases.iter().map(|case| (&*case.suite, &*case.name)).collect();
        assert_eq!(names, expected, "{xml}");
    };
    check("<testsuite name='s'><testcase classname='c' name='t'/></testsuite>", &[("c", "t")]);
    check("<testsuite name='s'><testcase name='t'/></testsuite>", &[("s", "t")]);
    check("<testsuite name='s'><testcase classname='' name='t'/></testsuite>", &[("s", "t")]);
    check(
        "<testsuites name='all'><testsuite name='a'><testsuite><testcase name='t'/></testsuite>\
         <testcase name='u'/></testsuite><testsuite name='b'><testcase name='v'/></testsuite></testsuites>",
        &[("a", "t"), ("a", "u"), ("b", "v")],
    );
    check("<testsuite><testcase/><testcase/></testsuite>", &[("", "(unnamed 1)"), ("", "(unnamed 2)")]);
    check("<testsuites><testcase name='t'/></testsuites>", &[("", "t")]);
    check("<x:testsuite xmlns:x='u' name='s'><x:testcase x:name='t'/></x:testsuite>", &[("s", "t")]);
    check("<testsuite name='a&#10;b&amp;&lt;'><testcase name='x\ty'/></testsuite>", &[("a\nb&<", "x y")]);
}

#[test]
fn what_is_odd_is_said() {
    let check = |xml: &str, expected: &str| {
        let deviations = read(xml.as_bytes()).unwrap().deviations;
        assert!(deviations.iter().any(|line| line.contains(expected)), "{xml}: {deviations:?}");
    };
    check("<testsuite>\n<testcase/></testsuite>", "line 2.testcase.name: missing; called (unnamed 1)");
    check("<testsuite tests='6'/>", "its suites speak of 6 tests, and no testcase is in it");
    check(
        "<testsuite><testcase name='t' time='soon'/></testsuite>",
        "line 1.testcase.time: \"soon\" is no duration",
    );
    check("<testsuite><testcase name='t&#1;'/></testsuite>", "1 characters that XML forbids");
    check("<testsuite><failure/></testsuite>", "<failure> outside of a test case; left out");
    check(
        "<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>",
        "stands inside of another",
    );
    check("<testsuite><testcase name='&nbsp;&x'/></testsuite>", "2 references to what is not known");
    assert!(read(b"<testsuite tests='1'><testcase name='t'/></testsuite>").unwrap().deviations.is_empty());
}

#[test]
fn texts_of_all_sorts_are_the_message() {
    check("<testcase name='t'><failure><![CDATA[a < b && c]]></failure></testcase>", "fail \"a < b && c\"");
    check("<testcase name='t'><failure>a &lt; b<!-- x --> &#233;</failure></testcase>", "fail \"a < b é\"");
    check("<testcase name='t'><failure>a\r\nb\rc</failure></testcase>", "fail \"a\\nb\\nc\"");
    check("<testcase name='t'><failure>\u{1b}[31mred</failure></testcase>", "fail \"\\u{1b}[31mred\"");
    check("<testcase name='t'><failure>x&#0;y&#xD800;</failure></testcase>", "fail \"x␀y\u{fffd}\"");
}

#[test]
fn the_earliest_time_counts() {
    let xml = "<testsuites><testsuite timestamp='2026-03-04T10:00:00'/>\
               <testsuite timestamp='2026-03-04T11:00:00+02:00'/><testsuite timestamp='lunch'/></testsuites>";
    let time = read(xml.as_bytes()).unwrap().contents.started_at.unwrap();
    assert_eq!(time.to_rfc3339(), "2026-03-04T09:00:00+00:00");
}
