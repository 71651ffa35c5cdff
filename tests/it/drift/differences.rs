//! What counts as a difference, and how it is called.

use super::{diff, document, hidden, ignore, now, path};
use attestor::drift::diff::{Diff, Outcome, Standing};
use attestor::drift::schema::Tier;

/// The fields that drift are exactly these.
#[track_caller]
fn check(desired: &str, observed: &str, fields: &[&str]) {
    assert_eq!(diff(desired, observed).drift_fields(), fields, "{desired} against {observed}");
}

/// The one field that differs without counting.
#[track_caller]
fn check_low(desired: &str, observed: &str, field: &str) {
    let diff = diff(desired, observed);
    let low: Vec<String> = diff.differences().map(|field| field.path.to_string()).collect();
    assert_eq!((low, diff.drift_fields()), (vec![field.to_owned()], vec![]), "{desired} against {observed}");
    assert_eq!(diff.standing(), Standing::InSync);
}

#[test]
fn fields_are_called_as_everybody_calls_them() {
    let protection = r#"{"branch_protection":{"enforce_admins":true}}"#;
    check(protection, "{}", &["branch_protection.missing"]);
    check(protection, r#"{"branch_protection":null}"#, &["branch_protection.missing"]);
    check(
        protection,
        r#"{"branch_protection":{"enforce_admins":false}}"#,
        &["branch_protection.enforce_admins"],
    );
    check(r#"{"required_labels":["bug"]}"#, "{}", &["label.missing.bug"]);
    check(
        r#"{"required_labels":["bug","good first issue"]}"#,
        r#"{"required_labels":["wontfix"]}"#,
        &["label.missing.bug", "label.missing.good first issue"],
    );
    check(r#"{"settings":{"has_wiki":false}}"#, r#"{"settings":{"has_wiki":true}}"#, &["settings.has_wiki"]);
}

#[test]
fn both_directions_count() {
    check(
        r#"{"rulesets":[{"name":"main","enforcement":"active"}]}"#,
        r#"{"rulesets":[{"name":"main","enforcement":"active","bypass_actors":[{"actor_type":"Team","actor_id":5}]},
                        {"name":"other","target":"tag"}]}"#,
        &["rulesets.main.bypass_actors.extra", "rulesets.extra.other"],
    );
    check(
        r#"{"rulesets":[{"name":"main","bypass_actors":[]}]}"#,
        r#"{"rulesets":[{"name":"main","bypass_actors":[{"actor_type":"Team","actor_id":5,"bypass_mode":"always"}]}]}"#,
        &["rulesets.main.bypass_actors.extra.Team:5"],
    );
    check(
        r#"{"branch_protection":{"required_reviews":2}}"#,
        r#"{"branch_protection":{"required_reviews":2,"allow_deletions":true}}"#,
        &["branch_protection.allow_deletions"],
    );
}

#[test]
fn what_has_no_effect_is_listed_and_does_not_count() {
    check_low(r#"{"settings":{"has_wiki":true}}"#, r#"{"settings":{}}"#, "settings.has_wiki");
    check_low(r#"{"settings":{}}"#, r#"{"settings":{"has_wiki":true}}"#, "settings.has_wiki");
    check_low(r#"{"branch_protection":{"required_reviews":0}}"#, "{}", "branch_protection.missing");
    // Labels beyond the required ones, and sections that nobody speaks of.
    check_low(
        r#"{"required_labels":["bug"]}"#,
        r#"{"required_labels":["BUG","wontfix"]}"#,
        "label.extra.wontfix",
    );
    check_low("{}", r#"{"settings":{"has_wiki":false}}"#, "settings.extra");
    // The same without the default.
    check(r#"{"settings":{}}"#, r#"{"settings":{"has_wiki":false}}"#, &["settings.has_wiki"]);
}

#[test]
fn lists_are_what_they_are_known_to_be() {
    check(r#"{"topics":["a","b"]}"#, r#"{"topics":["b","a","a"]}"#, &[]);
    check(r#"{"topics":["a"]}"#, r#"{"topics":["b"]}"#, &["topics.extra.b", "topics.missing.a"]);
    check(r#"{"steps":["a","b"]}"#, r#"{"steps":["b","a"]}"#, &["steps"]);
    check(
        r#"{"rulesets":[{"name":"a","target":"branch"},{"name":"b","target":"tag"}]}"#,
        r#"{"rulesets":[{"name":"b","target":"branch"},{"name":"a","target":"branch"}]}"#,
        &["rulesets.b.target"],
    );
    // Two of one name are told apart by their order.
    check(
        r#"{"rulesets":[{"name":"a","target":"x"},{"name":"a","target":"y"}]}"#,
        r#"{"rulesets":[{"name":"a","target":"x"},{"name":"a","target":"z"}]}"#,
        &["rulesets.a#2.target"],
    );
    check(r#"{"required_labels":[{"name":"bug","color":"f00"}]}"#, r#"{"required_labels":["Bug"]}"#, &[]);
}

#[test]
fn values_are_compared_by_what_they_mean() {
    check(r#"{"a":{"n":1.0}}"#, r#"{"a":{"n":1}}"#, &[]);
    check(r#"{"a":{"n":1e2}}"#, r#"{"a":{"n":100}}"#, &[]);
    check(r#"{"a":{"n":9007199254740993}}"#, r#"{"a":{"n":9007199254740992}}"#, &["a.n"]);
    check(r#"{"a":{"n":"1"}}"#, r#"{"a":{"n":1}}"#, &["a.n"]);
    check(r#"{"a":{"n":0.1000000000000000055511151231257827}}"#, r#"{"a":{"n":0.1}}"#, &["a.n"]);
}

#[test]
fn names_that_could_be_others_stand_between_quotes() {
    check(r#"{"settings":{"a.b":1}}"#, r#"{"settings":{"a.b":2}}"#, &[r#"settings."a.b""#]);
    check(
        r#"{"settings":{"missing":1,"a":{"b":1}}}"#,
        r#"{"settings":{"missing":2,"a":{"b":2}}}"#,
        &[r#"settings."missing""#, "settings.a.b"],
    );
    check(r#"{"label":{"x":1}}"#, r#"{"label":{"x":2}}"#, &[r#""label".x"#]);
    check(
        r#"{"required_labels":["5","a.b","x\n"]}"#,
        "{}",
        &[r#"label.missing."5""#, r#"label.missing."a.b""#, r#"label.missing."x\n""#],
    );
    check(r#"{"topics":[5]}"#, r#"{"topics":["5"]}"#, &[r#"topics.extra."5""#, "topics.missing.5"]);
}

#[test]
fn tiers() {
    let tier = |desired: &str, observed: &str| {
        let diff = diff(desired, observed);
        let tiers: Vec<Tier> = diff.drift().map(|field| field.tier).collect();
        tiers
    };
    for field in ["allow_force_pushes", "enforce_admins"] {
        let one = |value: bool| format!("{{\"branch_protection\":{{\"{field}\":{value},\"x\":{value}}}}}");
        assert_eq!(tier(&one(true), &one(false)), [Tier::Critical, Tier::Normal]);
    }
    let rules = |word: &str| format!(r#"{{"rulesets":[{{"name":"m","enforcement":"{word}"}}]}}"#);
    assert_eq!(tier(&rules("active"), &rules("disabled")), [Tier::Critical]);
    assert_eq!(tier(r#"{"branch_protection":{"required_reviews":1}}"#, "{}"), [Tier::Critical]);
    assert_eq!(
        tier(
            r#"{"rulesets":[{"name":"m","bypass_actors":[{"actor_type":"Team","actor_id":1,"bypass_mode":"pull_request"}]}]}"#,
            r#"{"rulesets":[{"name":"m","bypass_actors":[{"actor_type":"Team","actor_id":1,"bypass_mode":"always"}]}]}"#
        ),
        [Tier::Critical]
    );
}

#[test]
fn what_cannot_be_read_is_never_drift() {
    let desired = document(
        r#"{"branch_protection":{"enforce_admins":true,"required_reviews":1},"settings":{"has_wiki":false}}"#,
    );
    let observed = document(r#"{"settings":{"has_wiki":false}}"#);
    let of = |path: &str| Diff::of(&desired, &observed, &[hidden(path)], &[], now());
    let whole = of("branch_protection");
    assert_eq!((whole.drift_fields(), whole.standing()), (vec![], Standing::Unknown));
    assert!(matches!(whole.fields[0].outcome, Outcome::Unreadable { .. }));
    // A part that is hidden does not make the whole missing.
    let part = of("branch_protection.enforce_admins");
    assert_eq!(part.drift_fields(), ["branch_protection.required_reviews"]);
    assert_eq!(of("").drift_fields(), Vec::<String>::new());
    // What nobody asks for may stay hidden.
    assert_eq!(
        Diff::of(&observed, &observed, &[hidden("rulesets")], &[], now()).standing(),
        Standing::InSync
    );
}

#[test]
fn what_is_ignored_ends_by_itself() {
    let (desired, observed) =
        (document(r#"{"settings":{"has_wiki":false}}"#), document(r#"{"settings":{"has_wiki":true}}"#));
    let of = |paths: &str, until: &str| {
        Diff::of(&desired, &observed, &[], &[ignore(paths, until)], now()).drift_fields().is_empty()
    };
    for glob in ["settings.has_wiki", "settings.*", "settings.has_*", "**", "**.has_wiki", "settings.**"] {
        assert!(of(glob, "2026-03-02T00:00:00Z"), "{glob}");
    }
    for glob in ["settings", "*", "settings.*.*", "branch_protection.**", "has_wiki"] {
        assert!(!of(glob, "2026-03-02T00:00:00Z"), "{glob}");
    }
    assert!(!of("**", "2026-03-01T12:00:00Z"), "a rule holds until its end, not at it");
}

#[test]
fn paths_are_read_as_they_are_written() {
    for text in [
        "branch_protection.missing",
        "branch_protection.enforce_admins",
        "label.missing.bug",
        "label.extra.good first issue",
        r#"label.missing."a.b""#,
        r#"label.missing."5""#,
        "settings.has_wiki",
        r#"settings."missing""#,
        "rulesets.extra.main",
        "rulesets.main#2.rules.missing.pull_request",
        r##"rulesets."a.b"#2.enforcement"##,
        "rulesets.main.bypass_actors.extra.Team:5",
        r##"topics.extra.#"{\"a\":[1]}""##,
        r#""label".x"#,
    ] {
        assert_eq!(path(text).to_string(), text);
    }
    for wrong in ["a..b", ".a", "a.", "a.\"b", "a.\"b\"c", "rulesets.x#y"] {
        assert!(wrong.parse::<attestor::drift::path::Path>().is_err(), "{wrong}");
    }
}
