//! What a person may write about a quarantine.

use attestor::flaky::failure::normalised;
use attestor::flaky::quarantine::{Link, Owner, Reason, check_end};
use chrono::{TimeDelta, Utc};

#[test]
fn links_lead_to_the_web() {
    for (link, fits) in [
        ("https://example.com/issues/12", true),
        ("http://example.com", true),
        ("HTTPS://EXAMPLE.COM/x?y#z", true),
        ("  https://example.com/a  ", true),
        ("javascript:alert(1)", false),
        ("https://", false),
        ("https:///path", false),
        ("https://good.example@evil.example/", false),
        ("https://example.com/\u{202e}", false),
        ("https://example.com/a b", false),
        ("https://example.com/\"><script>", false),
        ("file:///etc/passwd", false),
        ("example.com", false),
        ("", false),
    ] {
        assert_eq!(Link::new(link).is_ok(), fits, "{link:?}");
    }
    assert!(Link::new(&format!("https://example.com/{}", "x".repeat(1_000))).is_err());
}

#[test]
fn texts_say_something_and_end() {
    assert!(Reason::new("waits for the cache").is_ok());
    for text in ["", "  \n", "a\0b", &"x".repeat(1_001)] {
        assert!(Reason::new(text).is_err(), "{text:?}");
    }
    for text in ["", "two\nlines", &"x".repeat(201)] {
        assert!(Owner::new(text).is_err(), "{text:?}");
    }
    assert_eq!(Owner::new(" team-web ").unwrap().as_str(), "team-web");
}

#[test]
fn ends_lie_ahead_and_not_too_far() {
    let now = Utc::now();
    for (days, fits) in [(-1, false), (0, false), (1, true), (366, true), (367, false)] {
        assert_eq!(check_end(now + TimeDelta::days(days), now).is_ok(), fits, "{days}");
    }
}

#[test]
fn failures_that_differ_in_numbers_are_one() {
    let group = normalised("Timeout after 3001 ms at 2026-01-02T03:04:05Z, port 8080");
    assert_eq!(group, normalised("Timeout after 29 ms at 2025-11-30T13:14:15Z, port 51234"));
    assert!(group.starts_with("Timeout after # ms at #"), "{group}");
    assert_ne!(normalised("expected true"), normalised("expected false"));
    assert_eq!(normalised("a\n   b\t c"), "a b c");
    assert_eq!(normalised(""), "(no message)");
    assert!(normalised(&"word ".repeat(10_000)).chars().count() <= 300);
}
