//! Where a result is.

use super::{at, check_deviation, seen_with};
use serde_json::{Value, json};

#[test]
fn places_are_normalised() {
    let run = json!({
        "originalUriBaseIds": {
            "SRCROOT": {"uri": "file:///home/ci/work/"},
            "SUB": {"uri": " lib/", "uriBaseId": "SRCROOT"},
            "LOOSE": {"uri": "loose/"},
            "DISK": {"uri": "file:///"},
            "LOOP": {"uri": "x/", "uriBaseId": "LOOP"},
        },
        "artifacts": [{"location": {"uri": "from/table.c"}}, {"location": {"uri": "t.c", "uriBaseId": "SUB"}}],
    });
    let check = |location: Value, expected: &str| {
        let (observation, _) = seen_with(
            run.clone(),
            json!({"locations": [{"physicalLocation": {"artifactLocation": location}}]}),
        );
        assert_eq!(observation.location.file, expected, "{location}");
    };
    check(json!({"uri": "src/a.py"}), "src/a.py");
    check(json!({"uri": "./src//./a.py"}), "src/a.py");
    check(json!({"uri": "../up.py"}), "../up.py");
    check(json!({"uri": "src/../../etc/passwd"}), "src/../../etc/passwd");
    check(json!({"uri": "with%20space%2Fslash.py"}), "with space/slash.py");
    check(json!({"uri": "100%.txt"}), "100%.txt");
    check(json!({"uri": "bad%ff%fe.txt"}), "bad%ff%fe.txt");
    check(json!({"uri": "%2e%2e/x"}), "../x");
    check(json!({"uri": "src\\win\\a.cs"}), "src/win/a.cs");
    check(json!({"uri": "file:///C:/code/a.c"}), "C:/code/a.c");
    check(json!({"uri": "C:\\code\\a.c"}), "C:/code/a.c");
    check(json!({"uri": "file:///usr/lib/x.py"}), "/usr/lib/x.py");
    check(json!({"uri": "file:/usr/lib/x.py"}), "/usr/lib/x.py");
    check(json!({"uri": "file://localhost/usr/x.py"}), "/usr/x.py");
    check(json!({"uri": "file://server/share/x.py"}), "//server/share/x.py");
    check(json!({"uri": "file:///home/ci/work/src/a.py"}), "src/a.py");
    check(json!({"uri": "file:///home/ci/worker/a.py"}), "/home/ci/worker/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "SRCROOT"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "SUB"}), "lib/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "LOOSE"}), "loose/a.py");
    check(json!({"uri": "a.py", "uriBaseId": "DISK"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "LOOP"}), "a.py");
    check(json!({"uri": "a.py", "uriBaseId": "UNKNOWN"}), "a.py");
    check(json!({"uri": "https://example.com/a%20b?x=1"}), "https://example.com/a%20b?x=1");
    check(json!({"index": 0}), "from/table.c");
    check(json!({"index": 1}), "lib/t.c");
    check(json!({"index": 99}), "");
    check(json!({"uri": ""}), "");
    check(json!("bare.py"), "bare.py");
    check(json!({"uri": "ends\u{0}here"}), "ends␀here");
}

#[test]
fn the_root_of_the_repository_is_heard() {
    let run = json!({
        "versionControlProvenance": [{"repositoryUri": "https://x.org/a/b", "mappedTo": {"uriBaseId": "ROOT"}}],
        "originalUriBaseIds": {"ROOT": {"uri": "file:///w/repo"}, "SRC": {"uri": "file:///w/repo/src/"}},
    });
    let check = |location: Value, expected: &str| {
        let (observation, _) = seen_with(
            run.clone(),
            json!({"locations": [{"physicalLocation": {"artifactLocation": location}}]}),
        );
        assert_eq!(observation.location.file, expected, "{location}");
    };
    check(json!({"uri": "a.c", "uriBaseId": "SRC"}), "src/a.c");
    check(json!({"uri": "file:///w/repo/src/a.c"}), "src/a.c");
    check(json!({"uri": "file:///w/other/a.c"}), "/w/other/a.c");
}

#[test]
fn the_first_place_with_a_file_counts() {
    let o = check_deviation(
        json!({"locations": [
            {"logicalLocations": [{"fullyQualifiedName": "a::b"}]},
            {"physicalLocation": {"artifactLocation": {"uri": "x.rs"}, "region": {"startLine": 7, "endLine": 9}}},
        ]}),
        "",
    );
    assert_eq!((o.location.file.as_str(), o.location.line, o.location.end_line), ("x.rs", Some(7), Some(9)));
    let o =
        check_deviation(json!({"locations": [{"logicalLocations": [{"fullyQualifiedName": "a::b"}]}]}), "");
    assert_eq!(o.location.file, "a::b");
    let o = check_deviation(json!({"analysisTarget": {"uri": "image:latest"}}), "");
    assert_eq!(o.location.file, "image:latest");
    assert_eq!(check_deviation(json!({}), "").location.file, "");
}

#[test]
fn a_snippet_with_its_surroundings_is_shown_and_the_code_itself_is_compared() {
    let o = check_deviation(
        json!({"locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "x.rs"},
            "region": {"startLine": 7, "snippet": {"text": "seven"}},
            "contextRegion": {"startLine": 5, "snippet": {"text": "five\nsix\nseven"}},
        }}]}),
        "",
    );
    assert_eq!((o.location.snippet.as_deref(), o.location.snippet_line), (Some("five\nsix\nseven"), Some(5)));
    assert_eq!(o.location.code.as_deref(), Some("seven"));
    let o = check_deviation(at(json!({"startLine": 7, "snippet": {"text": "seven"}})), "");
    assert_eq!((o.location.snippet.as_deref(), o.location.snippet_line), (Some("seven"), Some(7)));
}
