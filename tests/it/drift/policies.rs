//! Files of policies, and what they come to.

use attestor::drift::desired::Desired;
use attestor::drift::glob::Glob;
use attestor::drift::policy::{Policy, of_repo, read_policies};

/// The first finding of a file, as `line:column: what | hint`.
#[track_caller]
fn check(file: &str, text: &str, expected: &str) {
    let (_, findings) = read_policies(file, text);
    let told = findings.first().map(|finding| {
        let hint = finding.mistake.hint.clone().unwrap_or_default();
        format!("{} {} | {hint}", finding.word(), finding.mistake)
    });
    assert_eq!(told.as_deref().unwrap_or("nothing"), expected, "{text}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let good = "repos = \"acme/*\"\n[desired.settings]\nhas_wiki = false\n";
    check("a.toml", good, "nothing");
    check(
        "a.toml",
        "repos = \"acme/*\"\n[desired.settings]\nhas_wikki = false",
        "error 3:1: the field `has_wikki` is not known | did you mean `has_wiki`?",
    );
    check(
        "a.toml",
        "repos = \"acme/*\"\n[desired.settings]\nhas_wiki = \"no\"",
        "error 3:12: `has_wiki` is true or false | write it without quotes",
    );
    check(
        "a.toml",
        "repos = \"acme/*\"\n[desired.setings]\nhas_wiki = false",
        "error 2:10: the section `setings` is not known | did you mean `settings`?",
    );
    check(
        "a.toml",
        "repo = \"acme/*\"\n[desired.settings]\n",
        "error 1:1: `repo` is not known here | did you mean `repos`?",
    );
    check(
        "a.toml",
        "repos = [\"a**\"]\n[desired.settings]\n",
        "error 1:10: ** stands for whole parts; within one, write * | * is any name of one part, ** any number of parts: \"acme/*\"",
    );
    check(
        "a.toml",
        "repos = \"acme/*\"\nmode = \"fix\"\n[desired.settings]\n",
        "error 2:8: this is no mode | observe, warn or correct",
    );
    check(
        "a.toml",
        "repos = \"acme/*\"\n[desired.branch_protection]\nrequired_reviews = 7",
        "error 3:20: `required_reviews` is a whole number from 0 to 6 | GitHub asks for at most 6 reviews",
    );
    check(
        "a.toml",
        "repos = \"acme/*\"\n[[desired.rulesets]]\nname = \"m\"\nenforcement = \"on\"",
        "error 4:15: this is no enforcement | active, evaluate or disabled",
    );
    check(
        "a.json",
        "{\"repos\": \"acme/*\",\n \"desired\": {\"settings\": {\"has_wiki\": 1}}}",
        "error 2:39: `has_wiki` is true or false | write it without quotes",
    );
    check("a.json", "{\"repos\": \"acme/*\",\n \"repos\": 1}", "error 2:2: the key \"repos\" comes twice | ");
    check(
        "a.toml",
        "repos = \"acme/*\"\n[desired.settings]\nmy_own = 1",
        "warning 3:1: the field `my_own` is not known | it is compared as it stands",
    );
    let (policies, findings) = read_policies("a.toml", "repos = [\n");
    assert!(policies.is_empty() && findings[0].is_syntax(), "{findings:?}");
}

#[test]
fn a_file_may_hold_several_and_defaults() {
    let text = "[defaults.settings]\nhas_wiki = false\n[[policy]]\nname = \"api\"\nrepos = \"acme/api\"\n[policy.desired.settings]\nhas_issues = false\n";
    let (policies, findings) = read_policies("all.toml", text);
    assert!(findings.is_empty(), "{findings:?}");
    let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["all:defaults", "api"]);
}

fn policy(name: &str, glob: &str, priority: i32, rank: i32, desired: &str) -> Policy {
    Policy {
        name: name.to_owned(),
        repos: vec![Glob::of_repos(glob).unwrap()],
        excepted: vec![Glob::of_repos("acme/sandbox").unwrap()],
        mode: None,
        priority,
        rank,
        desired: super::document(desired),
        file: String::new(),
    }
}

#[test]
fn the_more_exact_holds_and_each_value_has_its_source() {
    let policies = [
        policy("api", "acme/api", 0, 0, r#"{"settings":{"has_wiki":true}}"#),
        policy(
            "all",
            "**",
            0,
            1,
            r#"{"settings":{"has_wiki":false,"has_issues":true,"x":1},"topics":["a"]}"#,
        ),
        policy("acme", "acme/*", 0, 2, r#"{"settings":{"has_issues":false},"topics":["b"]}"#),
        policy("law", "**", 5, 3, r#"{"settings":{"x":null}}"#),
    ];
    let names = |repo: &str| of_repo(&policies, repo).iter().map(|p| p.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("acme/api"), ["all", "acme", "api", "law"]);
    assert_eq!(names("Acme/Web"), ["all", "acme", "law"]);
    assert_eq!(names("acme/sandbox"), Vec::<String>::new());
    let base = super::document(r#"{"settings":{"y":2}}"#);
    let desired = Desired::of(Some(&base), &of_repo(&policies, "acme/api"), &[]);
    assert_eq!(
        desired.document.to_string(),
        r#"{"settings":{"has_issues":false,"has_wiki":true,"y":2},"topics":["b"]}"#
    );
    let source =
        |path: &str| desired.source(&super::path(path)).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(source("settings.has_wiki"), ["policy api"]);
    assert_eq!(source("settings.has_issues"), ["policy acme"]);
    assert_eq!(source("settings.y"), ["base document"]);
    assert_eq!(source("topics.missing.b"), ["policy acme"]);
}

#[test]
fn globs_over_repositories() {
    let check = |glob: &str, repo: &str, expected: bool| {
        assert_eq!(Glob::of_repos(glob).unwrap().matches_repo(repo), expected, "{glob} {repo}");
    };
    check("acme/*", "acme/api", true);
    check("acme/*", "acme/a/b", false);
    check("acme/**", "acme/a/b", true);
    check("acme/**", "acme", true);
    check("**", "a/b/c", true);
    check("*/api-?", "acme/api-2", true);
    check("*/api-?", "acme/api-22", false);
    check("ACME/api", "acme/API", true);
    check("**/x/**", "a/b/x/c", true);
    // Takes no time that grows with the number of its stars.
    check(&"*a".repeat(200), &"a".repeat(150), false);
    check(&format!("{}z", "**/a/".repeat(100)), &"a/".repeat(120), false);
}
