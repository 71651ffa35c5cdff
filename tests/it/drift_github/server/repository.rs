//! A repository as GitHub tells it, and what becomes of one that requests change.

use serde_json::{Map, Value, json};

/// A repository, in GitHub's own shapes.
#[derive(Debug, Clone, PartialEq)]
pub struct Repo {
    pub settings: Map<String, Value>,
    pub protection: Option<Value>,
    pub labels: Vec<Value>,
    pub rulesets: Vec<Value>,
    /// Whether the token has the right of an administrator here.
    pub admin: bool,
    /// Whether the plan of the owner has protection.
    pub plan: bool,
}

impl Default for Repo {
    fn default() -> Self {
        let settings = json!({
            "id": 1296269, "private": false, "visibility": "public", "default_branch": "main",
            "description": null, "archived": false, "disabled": false,
            "has_issues": true, "has_projects": true, "has_wiki": true, "has_discussions": false,
            "is_template": false, "web_commit_signoff_required": false, "temp_clone_token": "SECRET-CLONE",
            "allow_squash_merge": true, "allow_merge_commit": true, "allow_rebase_merge": true,
            "allow_auto_merge": false, "allow_update_branch": false, "delete_branch_on_merge": false,
            "squash_merge_commit_title": "COMMIT_OR_PR_TITLE", "permissions": {"admin": true},
        });
        Repo {
            settings: settings.as_object().unwrap().clone(),
            protection: Some(protection(&json!({
                "required_status_checks": {"strict": true, "checks": [{"context": "ci", "app_id": 15368}]},
                "enforce_admins": true, "required_pull_request_reviews": {"required_approving_review_count": 2},
                "restrictions": null,
            }))),
            labels: vec![label("bug"), label("security")],
            rulesets: Vec::new(),
            admin: true,
            plan: true,
        }
    }
}

pub fn label(name: &str) -> Value {
    json!({"id": 208045946, "node_id": "MDU6", "url": "https://api.github.com/labels", "name": name,
           "color": "f29513", "default": true, "description": "what it is for"})
}

/// What GitHub answers after a PUT of `body`: all of it is replaced.
pub fn protection(body: &Value) -> Value {
    let enabled = |name: &str| json!({"enabled": body[name].as_bool().unwrap_or(false)});
    let mut answer = json!({"url": "https://api.github.com/protection"});
    for name in [
        "enforce_admins",
        "required_linear_history",
        "allow_force_pushes",
        "allow_deletions",
        "block_creations",
        "required_conversation_resolution",
        "lock_branch",
        "allow_fork_syncing",
    ] {
        answer[name] = enabled(name);
    }
    answer["required_signatures"] = json!({"url": "…", "enabled": false});
    let actors = |actors: &Value| {
        let list = |name: &str, key: &str| {
            let names = actors[name].as_array().into_iter().flatten();
            names.map(|name| json!({key: name, "id": 1, "type": "User"})).collect::<Value>()
        };
        json!({"url": "…", "users": list("users", "login"), "teams": list("teams", "slug"), "apps": list("apps", "slug")})
    };
    let checks = &body["required_status_checks"];
    if checks.is_object() {
        let from_contexts = |contexts: &Value| -> Value {
            contexts.as_array().into_iter().flatten().map(|c| json!({"context": c, "app_id": null})).collect()
        };
        let list = if checks["checks"].is_array() {
            checks["checks"].clone()
        } else {
            from_contexts(&checks["contexts"])
        };
        let list: Value = list.as_array().unwrap().iter().map(|check| {
            json!({"context": check["context"], "app_id": check["app_id"].as_i64().filter(|app| *app >= 0)})
        }).collect();
        let contexts: Value = list.as_array().unwrap().iter().map(|check| check["context"].clone()).collect();
        answer["required_status_checks"] = json!({"url": "…", "strict": checks["strict"], "contexts": contexts, "contexts_url": "…", "checks": list});
    }
    let reviews = &body["required_pull_request_reviews"];
    if reviews.is_object() {
        let mut is = json!({
            "url": "…",
            "dismiss_stale_reviews": reviews["dismiss_stale_reviews"].as_bool().unwrap_or(false),
            "require_code_owner_reviews": reviews["require_code_owner_reviews"].as_bool().unwrap_or(false),
            "require_last_push_approval": reviews["require_last_push_approval"].as_bool().unwrap_or(false),
            "required_approving_review_count": reviews["required_approving_review_count"].as_u64().unwrap_or(1),
        });
        for name in ["dismissal_restrictions", "bypass_pull_request_allowances"] {
            if reviews[name].is_object() {
                is[name] = actors(&reviews[name]);
            }
        }
        answer["required_pull_request_reviews"] = is;
    }
    if body["restrictions"].is_object() {
        answer["restrictions"] = actors(&body["restrictions"]);
    }
    answer
}
