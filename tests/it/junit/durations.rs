//! Durations, with every comma that somebody wrote.

use attestor::flaky::junit::duration::milliseconds;

#[test]
fn seconds_in_many_forms() {
    for (text, expected) in [
        ("0", Some(0)),
        ("1.5", Some(1500)),
        ("0,123", Some(123)),
        ("1,234.5", Some(1_234_500)),
        ("1.234,5", Some(1_234_500)),
        ("1,234,567", Some(1_234_567_000)),
        ("1,234,567.25", Some(1_234_567_250)),
        (" .25 ", Some(250)),
        ("1e-3", Some(1)),
        ("0.0004", Some(0)),
        ("2s", Some(2000)),
        ("1e300", Some(i32::MAX)),
        ("-0.5", None),
        ("", None),
        ("NaN", None),
        ("inf", None),
        ("soon", None),
        ("1:30", None),
    ] {
        assert_eq!(milliseconds(text), expected, "{text:?}");
    }
}
