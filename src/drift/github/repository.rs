//! The settings and labels of a repository, as GitHub answers.

use super::reading::of_object;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The settings that are compared, under the names that GitHub and the document share.
///
/// Of the rest of the answer nothing is kept; some of it is secret, such as a token for cloning.
pub const SETTINGS: [&str; 20] = [
    "allow_auto_merge",
    "allow_forking",
    "allow_merge_commit",
    "allow_rebase_merge",
    "allow_squash_merge",
    "allow_update_branch",
    "archived",
    "default_branch",
    "delete_branch_on_merge",
    "has_discussions",
    "has_issues",
    "has_projects",
    "has_wiki",
    "is_template",
    "merge_commit_message",
    "merge_commit_title",
    "squash_merge_commit_message",
    "squash_merge_commit_title",
    "visibility",
    "web_commit_signoff_required",
];

/// Settings that GitHub tells only those who may change them.
pub const TOLD_TO_ADMINS: [&str; 6] = [
    "allow_auto_merge",
    "allow_merge_commit",
    "allow_rebase_merge",
    "allow_squash_merge",
    "allow_update_branch",
    "delete_branch_on_merge",
];

/// Settings that are never changed from here: a wrong value of them loses work, or shows it to the world.
pub const NEVER_CHANGED: [&str; 3] = ["archived", "default_branch", "visibility"];

/// A repository: its settings, and the branch that counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repository {
    /// Its name now; another than asked for where it was renamed.
    pub full_name: String,
    /// The branch that counts where nothing else is said.
    pub default_branch: String,
    /// The settings that GitHub told.
    pub settings: Map<String, Value>,
}

impl Repository {
    /// The repository that GitHub answers with.
    ///
    /// # Errors
    /// What is not of the shape that GitHub documents.
    pub fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "the repository")?;
        let text = |name: &str| {
            let text = answer.get(name).and_then(Value::as_str);
            text.map(str::to_owned).ok_or_else(|| format!("{name} of the repository is no text"))
        };
        let plain = |value: &Value| value.is_boolean() || value.is_string();
        let told = SETTINGS.iter().filter_map(|name| {
            let value = answer.get(*name).filter(|value| plain(value))?;
            Some(((*name).to_owned(), value.clone()))
        });
        Ok(Repository {
            full_name: text("full_name")?,
            default_branch: text("default_branch")?,
            settings: told.collect(),
        })
    }

    /// The settings that GitHub did not tell, as it tells them only to those who may change them.
    pub fn untold(&self) -> impl Iterator<Item = &'static str> {
        TOLD_TO_ADMINS.into_iter().filter(|name| !self.settings.contains_key(*name))
    }
}

/// A label.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// Its name; letter case tells no two apart.
    pub name: String,
    /// Its colour, six hexadecimal digits.
    pub color: String,
    /// What it is for.
    pub description: Option<String>,
}

/// The labels on one page of the list.
///
/// # Errors
/// What is not of the shape that GitHub documents.
pub fn labels(answer: &Value) -> Result<Vec<Label>, String> {
    let list = answer.as_array().ok_or("the list of labels is none")?;
    let text = |label: &Value, name: &str| label[name].as_str().map(str::to_owned);
    let read = |label: &Value| {
        let name = text(label, "name").ok_or("a label has no name")?;
        let color = text(label, "color").unwrap_or_default();
        Ok(Label { name, color, description: text(label, "description") })
    };
    list.iter().map(read).collect()
}
