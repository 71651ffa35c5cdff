//! Looking at repositories.

use super::server::{GitHub, Repo, label, protection};
use super::{client, client_of, document, tempo};
use attestor::drift::document::Document;
use attestor::drift::github::{ApiUrl, Kept, RepoName, Seen, Tempo, Token, Trouble, observe, told};
use serde_json::{Value, json};

async fn look(github: &GitHub, before: &Kept) -> Result<Seen, Trouble> {
    observe(&client(github), &"acme/api".parse().unwrap(), None, before).await
}

async fn document_of(github: &GitHub, desired: &str) -> (Value, Vec<String>) {
    let desired: Document = document(desired);
    let seen = look(github, &Kept::default()).await.unwrap();
    let told = told(&seen, &desired);
    let unreadable = told.unreadable.iter().map(|hidden| format!("{}: {}", hidden.path, hidden.reason));
    (serde_json::from_str(&told.document().to_string()).unwrap(), unreadable.collect())
}

#[tokio::test]
async fn a_repository_is_told_in_the_words_of_policies() {
    let ruleset = json!({
        "id": 42, "name": "main", "target": "branch", "source_type": "Repository", "source": "acme/api",
        "enforcement": "active", "node_id": "RRS", "_links": {}, "created_at": "2023-07-15T08:43:03Z",
        "bypass_actors": [{"actor_id": 234, "actor_type": "Team", "bypass_mode": "always"}],
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [{"type": "deletion"}],
    });
    let of_the_organization =
        json!({"id": 7, "name": "org", "source_type": "Organization", "enforcement": "active"});
    let repo = Repo { rulesets: vec![ruleset, of_the_organization], ..Repo::default() };
    let github = GitHub::start([("acme/api", repo)]).await;
    let desired = r#"{"branch_protection": {"branch": "main", "required_reviews": 2}, "settings": {"has_wiki": false}}"#;
    let (is, unreadable) = document_of(&github, desired).await;
    assert_eq!(unreadable, Vec::<String>::new());
    let branch = &is["branch_protection"];
    for (field, value) in [
        ("branch", json!("main")),
        ("required_reviews", json!(2)),
        ("enforce_admins", json!(true)),
        ("allow_force_pushes", json!(false)),
        ("require_linear_history", json!(false)),
        ("require_status_checks", json!(true)),
        ("required_signatures", json!(false)),
        ("restrictions", Value::Null),
    ] {
        assert_eq!(branch[field], value, "{field}");
    }
    // What nobody asked for and has no default is not told: it would count as a difference.
    assert!(branch.get("required_status_checks").is_none() && is["settings"].get("visibility").is_none());
    assert_eq!(is["settings"]["has_wiki"], true);
    assert_eq!(is["settings"]["delete_branch_on_merge"], false);
    assert_eq!(is["required_labels"], json!(["bug", "security"]));
    let rulesets = is["rulesets"].as_array().unwrap();
    assert_eq!(rulesets.len(), 1);
    assert_eq!(
        rulesets[0],
        json!({"name": "main", "target": "branch", "enforcement": "active",
               "bypass_actors": [{"actor_id": 234, "actor_type": "Team", "bypass_mode": "always"}],
               "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
               "rules": [{"type": "deletion"}]})
    );
    // The token for cloning that GitHub puts into its answer is nowhere.
    assert!(!format!("{is}{:?}", look(&github, &Kept::default()).await.unwrap()).contains("SECRET-CLONE"));
}

#[tokio::test]
async fn fields_take_the_form_that_is_asked_for() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let (is, _) = document_of(
        &github,
        r#"{"branch_protection": {"require_status_checks": ["ci"], "strict_status_checks": true},
            "settings": {"visibility": "private"},
            "required_labels": ["BUG", {"name": "security", "color": "ffffff"}]}"#,
    )
    .await;
    assert_eq!(is["branch_protection"]["require_status_checks"], json!(["ci"]));
    assert_eq!(is["branch_protection"]["strict_status_checks"], true);
    assert_eq!(is["settings"]["visibility"], "public");
    assert_eq!(is["required_labels"], json!(["bug", {"name": "security", "color": "f29513"}]));
}

#[tokio::test]
async fn all_pages_of_a_list_are_read() {
    let labels: Vec<Value> = (0..250).map(|n| label(&format!("label {n:03}"))).collect();
    let github = GitHub::start([("acme/api", Repo { labels, ..Repo::default() })]).await;
    let seen = look(&github, &Kept::default()).await.unwrap();
    let names: Vec<&str> = seen.labels.readable().unwrap().iter().map(|label| label.name.as_str()).collect();
    let expected: Vec<String> = (0..250).map(|n| format!("label {n:03}")).collect();
    assert_eq!(names, expected);
    assert_eq!(github.asked().iter().filter(|line| line.ends_with("/labels")).count(), 3);
    let few = Tempo { pages_max: 2, ..tempo() };
    let trouble =
        observe(&client_of(&github, few), &"acme/api".parse().unwrap(), None, &Kept::default()).await;
    assert!(matches!(trouble, Err(Trouble::Broken(why)) if why.contains("more than 2 pages")));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let labels: Vec<Value> = (0..150).map(|n| label(&format!("label {n:03}"))).collect();
    let ruleset = json!({"id": 42, "name": "main", "target": "branch", "enforcement": "active",
                         "bypass_actors": [], "rules": []});
    let github =
        GitHub::start([("acme/api", Repo { labels, rulesets: vec![ruleset], ..Repo::default() })]).await;
    let first = look(&github, &Kept::default()).await.unwrap();
    assert_eq!(first.kept.len(), 6, "repository, protection, two pages of labels, rulesets, one ruleset");
    let asked = |github: &GitHub| {
        let log = std::mem::take(&mut github.world.lock().unwrap().log);
        log.iter().filter(|asked| asked.headers.contains_key("if-none-match")).count()
    };
    assert_eq!(asked(&github), 0);
    let second = look(&github, &first.kept).await.unwrap();
    assert_eq!(second, first);
    assert_eq!(asked(&github), 6, "every one was asked for by its tag");
    github.change("acme/api", |repo| {
        repo.protection.as_mut().unwrap()["enforce_admins"]["enabled"] = false.into()
    });
    let third = look(&github, &second.kept).await.unwrap();
    let flags =
        |seen: &Seen| seen.protection.readable().unwrap().as_ref().unwrap().flags["enforce_admins"].clone();
    assert_eq!((flags(&second), flags(&third)), (true.into(), false.into()));
    assert_eq!(third.labels, first.labels);
}

#[tokio::test]
async fn what_a_right_or_a_plan_withholds_is_unreadable_and_no_drift() {
    let missing = GitHub::start([("acme/api", Repo { protection: None, ..Repo::default() })]).await;
    let (is, unreadable) = document_of(&missing, r#"{"branch_protection": {"required_reviews": 1}}"#).await;
    assert!(is.get("branch_protection").is_none() && unreadable.is_empty());

    let plan = GitHub::start([("acme/api", Repo { plan: false, ..Repo::default() })]).await;
    let (is, unreadable) = document_of(&plan, "{}").await;
    let upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature.";
    assert_eq!(unreadable, [format!("branch_protection: {upgrade}"), format!("rulesets: {upgrade}")]);
    assert_eq!(is["settings"]["has_issues"], true);

    let ruleset = json!({"id": 1, "name": "main", "target": "branch", "enforcement": "active",
                         "bypass_actors": [], "rules": []});
    let right =
        GitHub::start([("acme/api", Repo { admin: false, rulesets: vec![ruleset], ..Repo::default() })])
            .await;
    let (is, unreadable) = document_of(&right, "{}").await;
    assert!(unreadable.contains(&"branch_protection: Not Found".to_owned()), "{unreadable:?}");
    assert!(
        unreadable.iter().any(|line| line.starts_with("settings.allow_squash_merge: ")),
        "{unreadable:?}"
    );
    assert!(
        unreadable.iter().any(|line| line.starts_with("rulesets.main.bypass_actors: ")),
        "{unreadable:?}"
    );
    assert!(is["settings"].get("allow_squash_merge").is_none() && is["settings"]["has_wiki"] == true);

    let branch = GitHub::start([("acme/api", Repo::default())]).await;
    let none = observe(&client(&branch), &"acme/api".parse().unwrap(), Some("gone"), &Kept::default())
        .await
        .unwrap();
    assert!(none.protection.readable().is_none(), "a branch that is not there is not one without protection");
}

#[tokio::test]
async fn not_more_requests_are_under_way_than_allowed() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    github.world.lock().unwrap().latency = std::time::Duration::from_millis(5);
    let client = client_of(&github, Tempo { concurrency: 3, ..tempo() });
    let name: RepoName = "acme/api".parse().unwrap();
    let kept = Kept::default();
    let looks = (0..12).map(|_| observe(&client, &name, None, &kept));
    assert!(futures::future::join_all(looks).await.iter().all(Result::is_ok));
    let world = github.world.lock().unwrap();
    assert_eq!((world.under_way_max, client.sent()), (3, 48));
}

#[test]
fn an_address_must_keep_the_token_safe() {
    let takes = |text: &str| text.parse::<ApiUrl>().is_ok();
    for good in [
        "https://api.github.com",
        "https://ghe.acme.example/api/v3/",
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:9",
    ] {
        assert!(takes(good), "{good}");
    }
    for bad in [
        "http://api.github.com",
        "http://127.0.0.1.evil.example",
        "https://user:secret@api.github.com",
        "ftp://x",
        "api.github.com",
        "",
        "https://api.github.com/?a=b",
        "http://10.0.0.1",
        "file:///etc/passwd",
        "http://localhost.evil.example",
    ] {
        assert!(!takes(bad), "{bad}");
    }
    let why = "https://user:hunter2@api.github.com".parse::<ApiUrl>().unwrap_err();
    assert!(!why.contains("hunter2"));
    let is_name = |text: &str| text.parse::<RepoName>().is_ok();
    assert!(is_name("acme/api") && is_name("a-b/c.d_e") && is_name("acme/.github"));
    for bad in ["acme", "acme/", "/api", "acme/..", "acme/a/b", "acme/a b", "acme/a?x", "acme/%2e%2e", "../x"]
    {
        assert!(!is_name(bad), "{bad}");
    }
    for bad in ["", "  \n", "ghp_a b", "ghp_\u{7}", "ghp_ü"] {
        assert!(Token::new(bad).is_err());
    }
    assert_eq!(format!("{:?}", Token::new("  ghp_secret\n").unwrap()), "***");
}

#[test]
fn a_protection_is_read_as_github_answers_it() {
    let answer = protection(&json!({"enforce_admins": true, "allow_deletions": true}));
    let read = attestor::drift::github::Protection::read(&answer).unwrap();
    assert_eq!(read.flags["enforce_admins"], true);
    assert!(read.reviews.is_none() && read.checks.is_none() && read.restrictions.is_none());
    for broken in [
        json!([]),
        json!({"required_status_checks": []}),
        json!({"restrictions": {"users": [1]}}),
        json!(null),
    ] {
        assert!(attestor::drift::github::Protection::read(&broken).is_err(), "{broken}");
    }
}
