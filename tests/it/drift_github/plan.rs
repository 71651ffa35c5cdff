//! Plans: made, hashed, read again, and held against what is there now.

use super::document;
use attestor::drift::diff::{Diff, Unreadable};
use attestor::drift::document::Document;
use attestor::drift::path::Path;
use attestor::drift::plan::{Plan, RepoPlan, Verdict, judge};
use chrono::{DateTime, Utc};
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-03-01T10:00:00.123456789Z".parse().unwrap()
}

fn plan_of(desired: &str, observed: &str) -> RepoPlan {
    let diff = Diff::of(&document(desired), &document(observed), &[], &[], now());
    RepoPlan::of("acme/api", &diff, |_| false)
}

fn told(plan: &RepoPlan) -> Vec<String> {
    let value = |value: &Option<attestor::drift::document::Json>| {
        value.as_ref().map_or("-".to_owned(), ToString::to_string)
    };
    let fields = plan
        .fields
        .iter()
        .map(|field| format!("{} {} → {}", field.path, value(&field.from), value(&field.to)));
    fields.collect()
}

const DESIRED: &str = r#"{
    "branch_protection": {"enforce_admins": true, "required_reviews": 2, "require_status_checks": ["ci"]},
    "settings": {"has_wiki": false, "visibility": "private"}, "required_labels": ["bug", "security"]}"#;
const OBSERVED: &str = r#"{
    "branch_protection": {"enforce_admins": false, "required_reviews": 2, "require_status_checks": []},
    "settings": {"has_wiki": true, "visibility": "public"}, "required_labels": ["bug", "extra"]}"#;

#[test]
fn a_plan_says_from_what_to_what_and_what_is_left() {
    let plan = plan_of(DESIRED, OBSERVED);
    assert_eq!(
        told(&plan),
        [
            "branch_protection.enforce_admins false → true",
            "branch_protection.require_status_checks.missing.ci - → \"ci\"",
            "label.missing.security - → \"security\"",
            "settings.has_wiki true → false",
        ]
    );
    let left: Vec<String> = plan.left.iter().map(|left| format!("{}: {}", left.path, left.why)).collect();
    assert_eq!(left, ["settings.visibility: it is changed by a person on GitHub, never from here"]);
    let diff = Diff::of(&document(DESIRED), &document(OBSERVED), &[], &[], now());
    let tug = RepoPlan::of("acme/api", &diff, |path| path.to_string() == "settings.has_wiki");
    assert!(tug.left.iter().any(|left| left.why.contains("to and fro")));
    assert_eq!(tug.fields.len(), 3);
}

#[test]
fn the_file_holds_the_plan_and_its_hash_shows_every_change() {
    let plan = Plan::new(Uuid::from_u128(7), now(), vec![plan_of(DESIRED, OBSERVED)]);
    let file = plan.file();
    assert_eq!(Plan::read(&file).unwrap(), plan);
    assert_eq!(Plan::read(&plan.canonical()).unwrap().hash(), plan.hash());
    // Written otherwise, it is the same plan.
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&file).unwrap()).unwrap();
    assert_eq!(Plan::read(&pretty).unwrap().hash(), plan.hash());
    for (from, to) in [
        ("\"to\":true", "\"to\":false"),
        ("\"from\":false", "\"from\":null"),
        ("acme/api", "acme/web"),
        ("\"tier\":\"critical\"", "\"tier\":\"normal\""),
        (".123456Z", ".123457Z"),
    ] {
        let changed = file.replacen(from, to, 1);
        assert_ne!(changed, file, "{from}");
        let refused = Plan::read(&changed).unwrap_err().to_string();
        assert!(refused.contains("changed after it was made"), "{from}: {refused}");
    }
    // The way that people read is the way that is gone.
    let path = "\"path\":\"settings.has_wiki\"";
    let sly = plan.canonical().replace(path, "\"path\":\"settings.has_issues\"");
    assert_ne!(sly, plan.canonical());
    assert!(Plan::read(&sly).unwrap_err().to_string().contains("is really settings.has_wiki"));
    for broken in
        ["", "{}", "[]", "null", "{\"plan\":{}}", "{\"plan\":1,\"plan\":2}", &file[..file.len() / 2]]
    {
        assert!(Plan::read(broken).is_err(), "{broken}");
    }
    // Made again, it is another: a plan is applied once.
    let again = Plan::new(Uuid::from_u128(8), now(), vec![plan_of(DESIRED, OBSERVED)]);
    assert_ne!(again.hash(), plan.hash());
}

#[test]
fn a_field_is_changed_done_or_refuses() {
    let plan = plan_of(DESIRED, OBSERVED);
    let check = |observed: &str, expected: Result<&[&str], &str>| {
        let observed: Document = document(observed);
        match (judge(&plan, &observed, &[]), expected) {
            (Verdict::Done, Ok([])) => {}
            (Verdict::Change(fields), Ok(paths)) => {
                assert_eq!(fields.iter().map(|field| field.path.to_string()).collect::<Vec<_>>(), paths);
            }
            (Verdict::Refused(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
            (is, expected) => panic!("{observed}: {is:?}, not {expected:?}"),
        }
    };
    let all = [
        "branch_protection.enforce_admins",
        "branch_protection.require_status_checks.missing.ci",
        "label.missing.security",
        "settings.has_wiki",
    ];
    check(OBSERVED, Ok(&all));
    check(DESIRED, Ok(&[]));
    // Half of it is done already, as after a process that was killed.
    check(&OBSERVED.replace("\"enforce_admins\": false", "\"enforce_admins\": true"), Ok(&all[1..]));
    // What the plan does not speak of may be what it is.
    check(&OBSERVED.replace("\"required_reviews\": 2", "\"required_reviews\": 0"), Ok(&all));
    check(&OBSERVED.replace("\"extra\"", "\"other\", \"SECURITY\""), Ok(&[all[0], all[1], all[3]]));
    // Neither as it was nor as it is to be.
    check(
        &OBSERVED.replace("\"has_wiki\": true", "\"has_wiki\": \"maybe\""),
        Err("settings.has_wiki has moved"),
    );
    check(r#"{"settings": {"has_wiki": true}, "required_labels": []}"#, Err("enforce_admins has moved"));
    let hidden = [Unreadable { path: Path::of_keys(["branch_protection"]), reason: "no right".to_owned() }];
    assert!(
        matches!(judge(&plan, &document(OBSERVED), &hidden), Verdict::Refused(why) if why.contains("no right"))
    );
}

#[test]
fn a_whole_is_done_when_nothing_of_it_differs() {
    let desired = r#"{"branch_protection": {"required_reviews": 2, "enforce_admins": true}}"#;
    let plan = plan_of(desired, "{}");
    assert_eq!(told(&plan).len(), 1, "{plan:?}");
    assert!(matches!(judge(&plan, &document("{}"), &[]), Verdict::Change(_)));
    let made = r#"{"branch_protection": {"required_reviews": 2, "enforce_admins": true, "allow_deletions": false,
                   "restrictions": null}}"#;
    assert_eq!(judge(&plan, &document(made), &[]), Verdict::Done);
    let otherwise = r#"{"branch_protection": {"required_reviews": 1, "enforce_admins": true}}"#;
    assert!(matches!(judge(&plan, &document(otherwise), &[]), Verdict::Refused(_)));
    let open = r#"{"branch_protection": {"required_reviews": 2, "enforce_admins": true, "allow_force_pushes": true}}"#;
    assert!(matches!(judge(&plan, &document(open), &[]), Verdict::Refused(_)));
}
