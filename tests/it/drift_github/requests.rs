//! The requests that put a repository right: they change what was planned, and nothing else.

use super::server::{Asked, GitHub, Repo, label, protection};
use super::{client, document};
use attestor::drift::diff::{Diff, Field, apply};
use attestor::drift::github::{Kept, RepoName, observe, requests, send, told};
use serde_json::{Map, Value, json};

/// A protection in which everything is set.
fn full() -> Value {
    let actors = json!({"users": ["alice", "bob"], "teams": ["core"], "apps": ["bot"]});
    protection(&json!({
        "required_status_checks": {"strict": true, "checks": [{"context": "ci", "app_id": 15368}, {"context": "lint"}]},
        "enforce_admins": true, "required_linear_history": true, "block_creations": true,
        "required_conversation_resolution": true, "lock_branch": false, "allow_fork_syncing": true,
        "required_pull_request_reviews": {
            "required_approving_review_count": 2, "dismiss_stale_reviews": true, "require_code_owner_reviews": true,
            "require_last_push_approval": true, "dismissal_restrictions": actors,
            "bypass_pull_request_allowances": actors,
        },
        "restrictions": actors,
    }))
}

/// Makes the repository what `desired` says, and gives what was sent.
async fn correct(github: &GitHub, desired: &str) -> Result<Vec<Asked>, String> {
    let (client, name): (_, RepoName) = (client(github), "acme/api".parse().unwrap());
    let desired = document(desired);
    let seen = observe(&client, &name, None, &Kept::default()).await.unwrap();
    let is = told(&seen, &desired);
    let observed = is.document();
    let diff = Diff::of(&desired, &observed, &is.unreadable, &[], chrono::Utc::now());
    let fields: Vec<&Field> = diff.drift().collect();
    let target = apply(&observed, fields.iter().copied());
    let values = |document: &attestor::drift::document::Document| -> Map<String, Value> {
        serde_json::from_str(&document.to_string()).unwrap()
    };
    for request in requests(&seen, &values(&observed), &values(&target))? {
        send(&client, &name, &request).await.unwrap();
    }
    // Looked at again, nothing that counts differs.
    let seen = observe(&client, &name, None, &Kept::default()).await.unwrap();
    let left = Diff::of(&desired, &self::told(&seen, &desired).document(), &[], &[], chrono::Utc::now());
    assert_eq!(left.drift_fields(), Vec::<String>::new());
    Ok(github.changes())
}

/// A policy for all of [`full`], with one entry replaced.
fn policy(field: &str, value: Value) -> String {
    let actors = json!({"users": ["alice", "bob"], "teams": ["core"], "apps": ["bot"]});
    let mut section = json!({
        "required_reviews": 2, "require_linear_history": true, "allow_force_pushes": false, "allow_deletions": false,
        "enforce_admins": true, "required_conversation_resolution": true, "block_creations": true,
        "lock_branch": false, "allow_fork_syncing": true, "dismiss_stale_reviews": true,
        "require_code_owner_reviews": true, "require_last_push_approval": true, "required_signatures": false,
        "restrictions": actors, "dismissal_restrictions": actors, "bypass_pull_request_allowances": actors,
        "require_status_checks": ["ci", "lint"], "strict_status_checks": true,
    });
    section[field] = value;
    json!({"branch_protection": section}).to_string()
}

#[tokio::test]
async fn one_field_of_a_protection_changes_alone() {
    let cases = [
        ("enforce_admins", json!(false), "/enforce_admins/enabled", json!(false)),
        ("allow_force_pushes", json!(true), "/allow_force_pushes/enabled", json!(true)),
        ("allow_deletions", json!(true), "/allow_deletions/enabled", json!(true)),
        ("require_linear_history", json!(false), "/required_linear_history/enabled", json!(false)),
        ("lock_branch", json!(true), "/lock_branch/enabled", json!(true)),
        (
            "required_reviews",
            json!(3),
            "/required_pull_request_reviews/required_approving_review_count",
            json!(3),
        ),
        (
            "dismiss_stale_reviews",
            json!(false),
            "/required_pull_request_reviews/dismiss_stale_reviews",
            json!(false),
        ),
        ("required_signatures", json!(true), "/required_signatures/enabled", json!(true)),
        ("strict_status_checks", json!(false), "/required_status_checks/strict", json!(false)),
    ];
    for (field, to, pointer, expected) in cases {
        let github =
            GitHub::start([("acme/api", Repo { protection: Some(full()), ..Repo::default() })]).await;
        let sent = correct(&github, &policy(field, to)).await.unwrap();
        assert_eq!(sent.len(), 1, "{field}: {sent:?}");
        let mut should = full();
        *should.pointer_mut(pointer).unwrap() = expected;
        let repo = github.repo("acme/api");
        assert_eq!(repo.protection.unwrap(), should, "{field}");
        assert_eq!(repo.settings, Repo::default().settings);
    }
}

#[tokio::test]
async fn checks_and_people_keep_what_is_not_theirs() {
    let github = GitHub::start([("acme/api", Repo { protection: Some(full()), ..Repo::default() })]).await;
    correct(&github, &policy("require_status_checks", json!(["ci", "build"]))).await.unwrap();
    let is = github.repo("acme/api").protection.unwrap();
    // The check that stays keeps its app, the new one takes any.
    assert_eq!(
        is["required_status_checks"]["checks"],
        json!([{"context": "ci", "app_id": 15368}, {"context": "build", "app_id": null}])
    );
    let nobody = json!({"users": [], "teams": [], "apps": []});
    let github = GitHub::start([("acme/api", Repo { protection: Some(full()), ..Repo::default() })]).await;
    correct(&github, &policy("bypass_pull_request_allowances", nobody)).await.unwrap();
    let is = github.repo("acme/api").protection.unwrap();
    let reviews = &is["required_pull_request_reviews"];
    assert_eq!(reviews["bypass_pull_request_allowances"]["users"], json!([]));
    assert_eq!(
        reviews["dismissal_restrictions"],
        full()["required_pull_request_reviews"]["dismissal_restrictions"]
    );
    let github = GitHub::start([("acme/api", Repo { protection: Some(full()), ..Repo::default() })]).await;
    correct(&github, &policy("restrictions", Value::Null)).await.unwrap();
    assert!(github.repo("acme/api").protection.unwrap().get("restrictions").is_none());
}

#[tokio::test]
async fn a_protection_that_is_missing_is_made() {
    let github = GitHub::start([("acme/api", Repo { protection: None, ..Repo::default() })]).await;
    let sent = correct(
        &github,
        r#"{"branch_protection": {"branch": "main", "required_reviews": 2, "enforce_admins": true,
            "require_status_checks": ["ci"], "required_signatures": true}}"#,
    )
    .await
    .unwrap();
    let lines: Vec<String> = sent.iter().map(Asked::line).collect();
    let at = "/repos/acme/api/branches/main/protection";
    assert_eq!(lines, [format!("PUT {at}"), format!("POST {at}/required_signatures")]);
    let is = github.repo("acme/api").protection.unwrap();
    assert_eq!(is["required_pull_request_reviews"]["required_approving_review_count"], 2);
    assert_eq!(is["required_status_checks"]["contexts"], json!(["ci"]));
    assert_eq!(
        (&is["enforce_admins"]["enabled"], &is["required_signatures"]["enabled"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn settings_and_labels_change_by_the_field() {
    let labels = vec![label("bug"), label("wontfix")];
    let github = GitHub::start([("acme/api", Repo { labels, ..Repo::default() })]).await;
    let sent = correct(
        &github,
        r#"{"settings": {"has_wiki": false, "delete_branch_on_merge": true},
            "required_labels": [{"name": "bug", "color": "d73a4a"}, "security", "a/b ?#"]}"#,
    )
    .await
    .unwrap();
    let lines: Vec<(String, Value)> = sent.iter().map(|asked| (asked.line(), asked.body.clone())).collect();
    assert_eq!(
        lines,
        [
            ("PATCH /repos/acme/api/labels/bug".to_owned(), json!({"color": "d73a4a"})),
            ("POST /repos/acme/api/labels".to_owned(), json!({"name": "a/b ?#"})),
            ("POST /repos/acme/api/labels".to_owned(), json!({"name": "security"})),
            ("PATCH /repos/acme/api".to_owned(), json!({"has_wiki": false, "delete_branch_on_merge": true})),
        ]
    );
    let repo = github.repo("acme/api");
    let names: Vec<&Value> = repo.labels.iter().map(|label| &label["name"]).collect();
    assert_eq!(names, ["bug", "wontfix", "a/b ?#", "security"], "a label beyond those required stays");
    let mut should = Repo::default().settings;
    should["has_wiki"] = false.into();
    should["delete_branch_on_merge"] = true.into();
    assert_eq!(repo.settings, should);
}

#[tokio::test]
async fn rulesets_are_made_and_changed_by_the_part() {
    let ruleset = json!({
        "id": 42, "name": "main", "target": "branch", "source_type": "Repository", "enforcement": "evaluate",
        "bypass_actors": [{"actor_id": 1, "actor_type": "Team", "bypass_mode": "always"}],
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}, "rules": [{"type": "deletion"}],
    });
    let github =
        GitHub::start([("acme/api", Repo { rulesets: vec![ruleset.clone()], ..Repo::default() })]).await;
    let sent = correct(
        &github,
        r#"{"rulesets": [
            {"name": "main", "enforcement": "active", "bypass_actors": [], "rules": [{"type": "deletion"}],
             "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}},
            {"name": "tags", "target": "tag", "enforcement": "active", "bypass_actors": [], "rules": [{"type": "update"}]}]}"#,
    )
    .await
    .unwrap();
    let lines: Vec<String> = sent.iter().map(Asked::line).collect();
    assert_eq!(lines, ["PUT /repos/acme/api/rulesets/42", "POST /repos/acme/api/rulesets"]);
    assert_eq!(sent[0].body, json!({"enforcement": "active", "bypass_actors": []}));
    let is = github.repo("acme/api").rulesets;
    let mut should = ruleset;
    should["enforcement"] = "active".into();
    should["bypass_actors"] = json!([]);
    assert_eq!(is[0], should);
    assert_eq!((&is[1]["name"], &is[1]["target"]), (&json!("tags"), &json!("tag")));
}

#[tokio::test]
async fn what_loses_work_or_cannot_be_told_is_refused_whole() {
    let ruleset = json!({"id": 42, "name": "main", "target": "branch", "enforcement": "active",
                         "bypass_actors": [], "rules": []});
    for (desired, why) in [
        (r#"{"settings": {"visibility": "private", "has_wiki": false}}"#, "visibility"),
        (r#"{"settings": {"archived": true, "has_wiki": false}}"#, "archived"),
        (r#"{"settings": {"colour": "red", "has_wiki": false}}"#, "colour"),
        (r#"{"environments": [{"name": "production"}], "settings": {"has_wiki": false}}"#, "environments"),
        (r#"{"rulesets": [], "settings": {"has_wiki": false}}"#, "ruleset"),
        (
            r#"{"branch_protection": {"required_reviews": "two"}, "settings": {"has_wiki": false}}"#,
            "required_reviews",
        ),
    ] {
        let repo = Repo { rulesets: vec![ruleset.clone()], ..Repo::default() };
        let github = GitHub::start([("acme/api", repo)]).await;
        let refused = correct(&github, desired).await.unwrap_err();
        assert!(refused.contains(why), "{desired}: {refused}");
        assert_eq!(github.changes(), []);
    }
}
