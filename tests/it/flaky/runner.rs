//! What runners are given, name by name.

use attestor::flaky::runner::{Named, Runner, write};

fn named(suite: &str, name: &str) -> Named {
    Named { suite: suite.to_owned(), name: name.to_owned() }
}

fn check(runner: Runner, suite: &str, name: &str, expected: Option<&str>) {
    let written = write(runner, &[named(suite, name)]);
    match expected {
        Some(text) => {
            assert_eq!(written.text.trim_end_matches('\n'), text);
            assert!(written.left_out.is_empty());
        }
        None => assert_eq!(written.left_out, [named(suite, name)]),
    }
}

#[test]
fn nextest_gets_a_filterset() {
    use Runner::Nextest;
    check(
        Nextest,
        "api::bin/web",
        "login::works",
        Some("not ((binary_id(=api::bin\\/web) and test(=login::works)))"),
    );
    check(Nextest, "", "works", Some("not (test(=works))"));
    check(Nextest, "", "f) or all(", Some("not (test(=f\\) or all())"));
    check(Nextest, "", "a,b\\c", Some("not (test(=a\\,b\\\\c))"));
    check(Nextest, "", " a\nb ", Some("not (test(=\\u{20}a\\u{a}b\\u{20}))"));
    check(Nextest, "api", "", None);
    let two = write(Nextest, &[named("", "a"), named("", "b"), named("", "a")]);
    assert_eq!(two.text, "not (test(=a) or test(=b))\n");
    assert_eq!(write(Nextest, &[]).text, "all()\n");
}

#[test]
fn pytest_gets_node_ids() {
    use Runner::Pytest;
    check(Pytest, "tests.test_api", "test_a", Some("--deselect=tests/test_api.py::test_a"));
    check(
        Pytest,
        "tests.test_api.TestLogin",
        "test_a[x-1]",
        Some("--deselect=tests/test_api.py::TestLogin::test_a[x-1]"),
    );
    check(Pytest, "tests.test_api.TestA.TestB", "t", Some("--deselect=tests/test_api.py::TestA::TestB::t"));
    check(Pytest, "Upper", "t", Some("--deselect=Upper.py::t"));
    check(Pytest, "tests/test_api.py", "t", Some("--deselect=tests/test_api.py::t"));
    check(Pytest, "tests/test_api.py::TestA", "t", Some("--deselect=tests/test_api.py::TestA::t"));
    check(
        Pytest,
        "tests.test_api",
        "t[--rootdir=/]; rm -rf $HOME",
        Some("--deselect=tests/test_api.py::t[--rootdir=/]; rm -rf $HOME"),
    );
    check(Pytest, "tests.test_api", "t\n--co", None);
    check(Pytest, "tests.test_api", "t\u{2028}x", None);
    check(Pytest, "..etc", "t", None);
    check(Pytest, "", "t", None);
    assert_eq!(write(Pytest, &[]).text, "");
}

#[test]
fn gradle_gets_lines_of_a_filter() {
    use Runner::Gradle;
    check(Gradle, "com.acme.ApiTest", "works", Some("excludeTestsMatching(\"com.acme.ApiTest.works\")"));
    check(
        Gradle,
        "com.acme.ApiTest",
        "adds(int)[2]",
        Some("excludeTestsMatching(\"com.acme.ApiTest.adds\")"),
    );
    check(
        Gradle,
        "com.acme.ApiTest",
        "can do it",
        Some("excludeTestsMatching(\"com.acme.ApiTest.can do it\")"),
    );
    check(Gradle, "A", "x\"); evil", Some("excludeTestsMatching(\"A.x\\\"); evil\")"));
    check(Gradle, "A", "$x", Some("excludeTestsMatching(\"A.\\$x\")"));
    check(Gradle, "A$Inner", "x", Some("excludeTestsMatching(\"A\\$Inner.x\")"));
    check(Gradle, "A", "ev*l", None);
    check(Gradle, "A", "a\nb", None);
    check(Gradle, "", "x", None);
}
