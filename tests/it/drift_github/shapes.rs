//! GitHub's own example answers, where they are at hand.

use attestor::drift::github::{Protection, Repository, Ruleset};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let found = folder.join("github_policy").is_dir().then(|| folder.to_owned());
    if found.is_none() {
        eprintln!("the example answers are not here; nothing is compared");
    }
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_examples_are_read_as_they_are_described() {
    let Some(folder) = folder() else { return };
    let expected = read(&folder.join("expected.json"));
    let mut compared = 0;
    for (name, facts) in expected.as_object().unwrap() {
        let is_protection = facts.get("enforce_admins").is_some();
        let (Some(_), true) = (name.strip_prefix("github_policy/"), is_protection) else { continue };
        let is = Protection::read(&read(&folder.join(name))).unwrap();
        for (fact, value) in facts.as_object().unwrap() {
            if let Some(flag) = is.flags.get(fact) {
                assert_eq!(flag, value, "{name}: {fact}");
                compared += 1;
            }
        }
        if let Some(reviews) = facts.get("required_pull_request_reviews") {
            let own = is.reviews.as_ref().unwrap();
            assert_eq!(json!(own.count), reviews["required_approving_review_count"], "{name}");
            for (flag, set) in &own.flags {
                assert_eq!(*set, reviews[flag], "{name}: {flag}");
                compared += 1;
            }
        }
        if let Some(checks) = facts.get("required_status_checks") {
            let own = is.checks.as_ref().unwrap();
            let contexts: Vec<&String> = own.required.iter().map(|(context, _)| context).collect();
            assert_eq!(json!(contexts), checks["contexts"], "{name}");
            assert_eq!(own.strict, checks["strict"].as_bool().unwrap_or(false), "{name}");
            compared += 2;
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn repositories_and_rulesets_are_read() {
    let Some(folder) = folder() else { return };
    let examples = folder.join("github_policy/examples");
    let repository = Repository::read(&read(&examples.join("api_full-repository.json"))).unwrap();
    assert_eq!(repository.default_branch, "master");
    for (name, value) in [("allow_squash_merge", true), ("delete_branch_on_merge", true), ("archived", false)]
    {
        assert_eq!(repository.settings[name], value, "{name}");
    }
    let ruleset = Ruleset::read(&read(&examples.join("api_repository-ruleset.json"))).unwrap();
    assert_eq!((ruleset.id, ruleset.name.as_str()), (42, "super cool ruleset"));
    assert_eq!(ruleset.parts["enforcement"], "active");
    assert_eq!(ruleset.parts["bypass_actors"].as_array().unwrap().len(), 1);
    let fixture = read(&folder.join("github_policy/fixtures/get-repository.normalized-fixture.json"));
    let repository = Repository::read(&fixture[0]["response"]).unwrap();
    assert!(!repository.settings.contains_key("temp_clone_token"));
    assert_eq!(repository.settings["has_wiki"], true);
}

#[test]
fn a_recorded_put_is_answered_by_what_is_read_back() {
    let Some(folder) = folder() else { return };
    let fixture = read(&folder.join("github_policy/fixtures/branch-protection.normalized-fixture.json"));
    let mut compared = 0;
    for exchange in fixture.as_array().unwrap().iter().filter(|exchange| exchange["method"] == "put") {
        let is = Protection::read(&exchange["response"]).unwrap();
        let (sent, own) = (&exchange["body"], is.body());
        assert_eq!(own["enforce_admins"], sent["enforce_admins"]);
        for actors in ["users", "teams"] {
            assert_eq!(own["restrictions"][actors], sent["restrictions"][actors]);
        }
        let contexts = sent["required_status_checks"]["contexts"].as_array();
        let checks = own["required_status_checks"]["checks"].as_array();
        assert_eq!(contexts.map(Vec::len), checks.map(Vec::len));
        assert_eq!(
            own["required_pull_request_reviews"]["dismissal_restrictions"]["users"],
            sent["required_pull_request_reviews"]["dismissal_restrictions"]["users"]
        );
        compared += 1;
    }
    assert_eq!(compared, 2);
}
