//! What a result says, and what is said about it.

use super::{check_deviation, log, read, seen_with};
use serde_json::{Value, json};

#[test]
fn messages_are_filled_in() {
    let check = |message: Value, expected: &str| {
        let (observation, _) = seen_with(
            json!({"tool": {"driver": {"name": "s", "rules": [{"id": "r", "shortDescription": {"text": "about"}}]}}}),
            json!({"message": message}),
        );
        assert_eq!(observation.message, expected, "{message}");
    };
    check(json!({"text": "plain"}), "plain");
    check(json!({"text": "", "markdown": "*md*"}), "*md*");
    check(json!({"markdown": "*md*"}), "*md*");
    check(json!({"text": "{0} and {1}, {0}", "arguments": ["a", "b"]}), "a and b, a");
    check(json!({"text": "{{0}} {0} {9} {x} }", "arguments": ["a"]}), "{0} a {9} {x} }");
    check(json!({"text": "no {0}"}), "no {0}");
    check(json!({"text": "{0}", "arguments": ["{0}"]}), "{0}");
    check(json!({"id": "nobody knows"}), "nobody knows");
    check(json!("bare"), "bare");
    check(json!(null), "about");
    check(json!({}), "about");
    check(json!(["x"]), "about");
    check(json!({"text": {"text": "deep"}}), "deep");
    check(json!({"text": 5}), "5");
}

#[test]
fn suppressions_cves_and_tags_are_read() {
    let o = check_deviation(
        json!({"suppressions": [{"kind": "inSource", "status": "rejected", "justification": "no"}]}),
        "",
    );
    assert_eq!(o.suppression.as_deref(), Some("inSource, rejected: no"));
    assert_eq!(
        check_deviation(json!({"suppressions": [{}]}), "").suppression.as_deref(),
        Some("suppressed, accepted")
    );
    assert_eq!(check_deviation(json!({"suppressions": []}), "").suppression, None);
    assert_eq!(check_deviation(json!({"suppressions": null}), "").suppression, None);
    let rules = json!({"tool": {"driver": {"name": "s", "rules": [{"id": "cve-2021-44228_log4j", "helpUri": "https://x",
        "properties": {"tags": ["security", "CVE-2021-45046"]}}]}}});
    let (o, _) = seen_with(
        rules,
        json!({"ruleId": "cve-2021-44228_log4j",
        "properties": {"tags": ["more", "security"], "ids": ["see cve_2020_0001!", "CVE-2021-44228"]}}),
    );
    assert_eq!(o.cve_ids, ["CVE-2021-44228", "CVE-2020-0001", "CVE-2021-45046"]);
    assert_eq!(o.tags, ["security", "CVE-2021-45046", "more"]);
    assert_eq!(o.help_uri.as_deref(), Some("https://x"));
}

#[test]
fn cve_ids_are_found_in_text() {
    let check = |text: &str, expected: &[&str]| {
        let mut ids = Vec::new();
        attestor::triage::sarif::cve::collect(text, &mut ids);
        assert_eq!(ids, expected, "{text}");
    };
    check("CVE-2024-3094", &["CVE-2024-3094"]);
    check("a cve-2024-3094, CVE-2024-3094 and CVE-2019-12345678", &["CVE-2024-3094", "CVE-2019-12345678"]);
    check("xCVE-2024-3094 CVE-24-3094 CVE-2024-309 CVE-2024- CVE- CVE", &[]);
    check("éCVE-2024-3094é", &["CVE-2024-3094"]);
    check("CVE-CVE-2024-3094", &["CVE-2024-3094"]);
    check("CVE-2024-12345678901234567890", &[]);
}

#[test]
fn results_of_an_earlier_scan_are_told_apart() {
    let run = json!({"results": [{"baselineState": "absent"}, {"baselineState": "new"}, {}]});
    let reading = read(log(run, json!({})).to_string().as_bytes()).unwrap();
    assert_eq!((reading.tally.seen, reading.tally.gone), (2, 1));
}

#[test]
fn addresses_of_repositories_are_taken_apart() {
    use attestor::triage::sarif::provenance::Address;
    let check = |raw: &str, url: &str, repo: Option<&str>, platform: Option<&str>| {
        let found = Address::read(raw);
        assert_eq!(
            (found.url.as_str(), found.repo.as_deref(), found.platform.as_deref()),
            (url, repo, platform),
            "{raw}"
        );
    };
    check("https://github.com/acme/api.git", "https://github.com/acme/api", Some("acme/api"), Some("github"));
    check(
        "https://user:token@github.com/acme/api",
        "https://github.com/acme/api",
        Some("acme/api"),
        Some("github"),
    );
    check(
        "git@gitlab.acme.org:group/sub/api.git",
        "gitlab.acme.org:group/sub/api",
        Some("group/sub/api"),
        Some("gitlab"),
    );
    check("ssh://git@host.org:22/a/b", "ssh://host.org:22/a/b", Some("a/b"), Some("host.org"));
    check(
        "https://dev.azure.com/org/p/_git/r?x=1#y",
        "https://dev.azure.com/org/p/_git/r",
        Some("org/p/r"),
        Some("azure"),
    );
    check("file:///home/me/repo", "file:///home/me/repo", Some("repo"), None);
    check("acme/api", "acme/api", Some("acme/api"), None);
    check("https://github.com/", "https://github.com/", None, Some("github"));
    check("", "", None, None);
}
