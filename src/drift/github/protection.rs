//! The protection of a branch: as GitHub answers, as a document, and as GitHub wants it back.
//!
//! GitHub's PUT replaces all of it. So it is kept whole, with what no policy speaks of, and sent back
//! with nothing changed but what was planned.

use super::reading::{flag, names, of_object};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The protection of one branch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// What must have passed before a merge.
    pub checks: Option<Checks>,
    /// Who must have looked before a merge.
    pub reviews: Option<Reviews>,
    /// Who alone may push; everybody with write access where there is none.
    pub restrictions: Option<Actors>,
    /// The plain yes and no of it, under the names of [`FLAGS`].
    pub flags: Map<String, Value>,
}

/// The status checks that are required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checks {
    /// Whether the branch must be up to date too.
    pub strict: bool,
    /// Their names, with the app that must report each: none is any.
    pub required: Vec<(String, Option<i64>)>,
    /// Whether the server knows of apps at all.
    pub knows_apps: bool,
}

/// The reviews that are required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reviews {
    /// How many approvals.
    pub count: u64,
    /// What else is asked of them, under the names of [`REVIEW_FLAGS`].
    pub flags: Map<String, Value>,
    /// Who alone may dismiss one.
    pub dismissal_restrictions: Option<Actors>,
    /// Who may merge without.
    pub bypass_pull_request_allowances: Option<Actors>,
}

/// Users by login, teams and apps by slug.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Actors {
    /// Logins.
    pub users: Vec<String>,
    /// Slugs of teams.
    pub teams: Vec<String>,
    /// Slugs of apps.
    pub apps: Vec<String>,
}

/// The yes and no of a protection: GitHub's name, and the document's.
pub const FLAGS: [(&str, &str); 8] = [
    ("required_linear_history", "require_linear_history"),
    ("allow_force_pushes", "allow_force_pushes"),
    ("allow_deletions", "allow_deletions"),
    ("enforce_admins", "enforce_admins"),
    ("required_conversation_resolution", "required_conversation_resolution"),
    ("block_creations", "block_creations"),
    ("lock_branch", "lock_branch"),
    ("allow_fork_syncing", "allow_fork_syncing"),
];

/// The yes and no of reviews; both call them the same.
pub const REVIEW_FLAGS: [&str; 3] =
    ["dismiss_stale_reviews", "require_code_owner_reviews", "require_last_push_approval"];

/// What is changed at an address of its own, and never by the PUT.
pub const SIGNATURES: &str = "required_signatures";

impl Protection {
    /// The protection that GitHub answers with.
    ///
    /// # Errors
    /// What is not of the shape that GitHub documents.
    pub fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "the protection")?;
        let mut flags = Map::new();
        let signatures = [(SIGNATURES, SIGNATURES)];
        for (name, _) in FLAGS.iter().chain(&signatures) {
            if let Some(enabled) = flag(answer.get(*name)) {
                flags.insert((*name).to_owned(), enabled.into());
            }
        }
        let is_there = |name: &str| answer.get(name).filter(|value| !value.is_null());
        Ok(Protection {
            checks: is_there("required_status_checks").map(Checks::read).transpose()?,
            reviews: is_there("required_pull_request_reviews").map(Reviews::read).transpose()?,
            restrictions: is_there("restrictions").map(Actors::read).transpose()?,
            flags,
        })
    }

    /// The body that puts it back as it is.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("required_status_checks".into(), json!(self.checks.as_ref().map(Checks::body)));
        body.insert("required_pull_request_reviews".into(), json!(self.reviews.as_ref().map(Reviews::body)));
        body.insert("restrictions".into(), json!(self.restrictions));
        // Required by GitHub, even where the answer did not have it.
        body.insert("enforce_admins".into(), false.into());
        let sent = self.flags.iter().filter(|(name, _)| *name != SIGNATURES);
        body.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(body)
    }
}

impl Checks {
    fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "required_status_checks")?;
        let strict = answer.get("strict").and_then(Value::as_bool).unwrap_or(false);
        let Some(checks) = answer.get("checks").and_then(Value::as_array) else {
            let contexts = names(answer.get("contexts"), None)?;
            let required = contexts.into_iter().map(|context| (context, None)).collect();
            return Ok(Checks { strict, required, knows_apps: false });
        };
        let mut required = Vec::with_capacity(checks.len());
        for check in checks {
            let context = check["context"].as_str().ok_or("a required check has no context")?;
            // -1 is how "any app" is written.
            let app = check["app_id"].as_i64().filter(|app| *app >= 0);
            required.push((context.to_owned(), app));
        }
        Ok(Checks { strict, required, knows_apps: true })
    }

    fn body(&self) -> Value {
        if !self.knows_apps {
            let contexts: Vec<&String> = self.required.iter().map(|(context, _)| context).collect();
            return json!({"strict": self.strict, "contexts": contexts});
        }
        // Left out, GitHub would choose an app by itself.
        let check =
            |(context, app): &(String, Option<i64>)| json!({"context": context, "app_id": app.unwrap_or(-1)});
        json!({"strict": self.strict, "checks": self.required.iter().map(check).collect::<Vec<_>>()})
    }

    /// Checks that require nothing yet.
    pub(super) fn none_yet() -> Self {
        Checks { knows_apps: true, ..Checks::default() }
    }

    /// Requires exactly `contexts`; those that are required already keep their app.
    pub(super) fn set(&mut self, contexts: Vec<String>) {
        let app = |context: &String| {
            self.required.iter().find(|(known, _)| known == context).and_then(|(_, app)| *app)
        };
        self.required = contexts.iter().map(|context| (context.clone(), app(context))).collect();
    }
}

impl Reviews {
    fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "required_pull_request_reviews")?;
        let mut flags = Map::new();
        for name in REVIEW_FLAGS {
            if let Some(set) = flag(answer.get(name)) {
                flags.insert(name.to_owned(), set.into());
            }
        }
        let actors = |name: &str| answer.get(name).filter(|v| !v.is_null()).map(Actors::read).transpose();
        // Servers of before the count say nothing, and ask for one.
        let count = answer.get("required_approving_review_count").and_then(Value::as_u64).unwrap_or(1);
        Ok(Reviews {
            count,
            flags,
            dismissal_restrictions: actors("dismissal_restrictions")?,
            bypass_pull_request_allowances: actors("bypass_pull_request_allowances")?,
        })
    }

    fn body(&self) -> Value {
        let mut body = self.flags.clone();
        body.insert("required_approving_review_count".into(), self.count.into());
        if let Some(actors) = &self.dismissal_restrictions {
            body.insert("dismissal_restrictions".into(), json!(actors));
        }
        if let Some(actors) = &self.bypass_pull_request_allowances {
            body.insert("bypass_pull_request_allowances".into(), json!(actors));
        }
        Value::Object(body)
    }
}

impl Actors {
    fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "a list of users, teams and apps")?;
        Ok(Actors {
            users: names(answer.get("users"), Some("login"))?,
            teams: names(answer.get("teams"), Some("slug"))?,
            apps: names(answer.get("apps"), Some("slug"))?,
        })
    }
}
