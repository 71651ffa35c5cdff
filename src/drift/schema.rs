//! What is known of documents: what their lists mean, their defaults, and what is critical.
//!
//! A list that is not known here is ordered: that never hides a difference.

use super::document::Json;
use super::path::{Item, ItemName, LABELS, Path, Step};
use serde::{Deserialize, Serialize};

/// What the order and the items of a list mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Values without order; one that comes twice is there once.
    Set,
    /// Objects without order, told from each other by these entries.
    Keyed(&'static [&'static str]),
    /// Names without order and without regard to letter case: texts, or objects with a `name`.
    Names,
    /// Values whose order matters.
    Ordered,
}

/// How much a difference matters. The least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// It has no effect, or nothing is asked of the field: one side leaves out what the other has as its
    /// default, the section is not mentioned in what is desired, or a label goes beyond those required.
    /// Such a difference is listed and never counts as drift.
    Low,
    /// It counts.
    Normal,
    /// It counts, and opens a way around the rules.
    Critical,
}

impl Tier {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            Tier::Low => "low",
            Tier::Normal => "normal",
            Tier::Critical => "critical",
        }
    }
}

/// Entries that are critical wherever they stand.
const CRITICAL: &[&str] = &["bypass_actors", "enforcement", "allow_force_pushes", "enforce_admins"];

/// Lists by the entry that holds them, wherever it stands: the nearest entry decides.
const LISTS: &[(&str, ListKind)] = &[
    (LABELS, ListKind::Names),
    ("labels", ListKind::Names),
    ("rulesets", ListKind::Keyed(&["name"])),
    ("rules", ListKind::Keyed(&["type"])),
    ("bypass_actors", ListKind::Keyed(&["actor_type", "actor_id"])),
    ("required_reviewers", ListKind::Keyed(&["reviewer"])),
    ("include", ListKind::Set),
    ("exclude", ListKind::Set),
    ("contexts", ListKind::Set),
    ("require_status_checks", ListKind::Set),
    ("checks", ListKind::Keyed(&["context"])),
    ("required_status_checks", ListKind::Keyed(&["context"])),
    ("required_deployment_environments", ListKind::Set),
    ("allowed_merge_methods", ListKind::Set),
    ("code_scanning_tools", ListKind::Keyed(&["tool"])),
    ("workflows", ListKind::Keyed(&["repository_id", "path"])),
    ("restricted_file_paths", ListKind::Set),
    ("restricted_file_extensions", ListKind::Set),
    ("users", ListKind::Set),
    ("teams", ListKind::Set),
    ("apps", ListKind::Set),
    ("topics", ListKind::Set),
    ("collaborators", ListKind::Keyed(&["login"])),
    ("environments", ListKind::Keyed(&["name"])),
    ("autolinks", ListKind::Keyed(&["key_prefix"])),
];

/// Yes-or-no fields, by section, and what holds where nothing is said.
const DEFAULTS: &[(&str, &str, bool)] = &[
    ("branch_protection", "require_linear_history", false),
    ("branch_protection", "allow_force_pushes", false),
    ("branch_protection", "allow_deletions", false),
    ("branch_protection", "enforce_admins", false),
    ("branch_protection", "require_status_checks", false),
    ("branch_protection", "required_signatures", false),
    ("branch_protection", "required_conversation_resolution", false),
    ("branch_protection", "dismiss_stale_reviews", false),
    ("branch_protection", "require_code_owner_reviews", false),
    ("branch_protection", "require_last_push_approval", false),
    ("branch_protection", "block_creations", false),
    ("branch_protection", "lock_branch", false),
    ("branch_protection", "allow_fork_syncing", false),
    ("settings", "has_issues", true),
    ("settings", "has_projects", true),
    ("settings", "has_wiki", true),
    ("settings", "has_discussions", false),
    ("settings", "allow_squash_merge", true),
    ("settings", "allow_merge_commit", true),
    ("settings", "allow_rebase_merge", true),
    ("settings", "allow_auto_merge", false),
    ("settings", "allow_update_branch", false),
    ("settings", "delete_branch_on_merge", false),
    ("settings", "web_commit_signoff_required", false),
    ("settings", "is_template", false),
    ("settings", "archived", false),
];

/// What the list at `path` means; nothing where no list is known there.
pub fn list(path: &Path) -> Option<ListKind> {
    let Some(Step::Key(key)) = path.location().last() else { return None };
    LISTS.iter().find(|(name, _)| name == key).map(|(_, kind)| *kind)
}

/// Whether `value` is what holds at `path` where nothing is said.
pub fn is_default(path: &Path, value: &Json) -> bool {
    let steps: Vec<&Step> = path.location().collect();
    match value {
        Json::Null => true,
        Json::List(items) => items.is_empty() && list(path) != Some(ListKind::Ordered),
        Json::Object(fields) => {
            let is_default = |(name, value)| is_default(&path.then(Step::Key(String::clone(name))), value);
            fields.iter().all(is_default)
        }
        Json::Bool(truth) => match steps[..] {
            [Step::Key(section), Step::Key(field)] => DEFAULTS.iter().any(|(in_section, name, default)| {
                in_section == section && name == field && default == truth
            }),
            _ => false,
        },
        Json::Number(number) => {
            number.as_str() == "0"
                && matches!(&steps[..], [Step::Key(section), Step::Key(field)]
                    if section == "branch_protection" && field == "required_reviews")
        }
        Json::Text(_) => false,
    }
}

/// Whether a difference at `path`, where these values stand, is critical.
pub(super) fn is_critical(path: &Path, desired: Option<&Json>, observed: Option<&Json>) -> bool {
    let in_path = |step: &Step| matches!(step, Step::Key(key) if CRITICAL.contains(&key.as_str()));
    let no_protection =
        matches!(path.steps(), [Step::Key(section), Step::Missing] if section == "branch_protection");
    no_protection
        || path.location().any(in_path)
        || [desired, observed].into_iter().flatten().any(holds_critical)
}

fn holds_critical(value: &Json) -> bool {
    match value {
        Json::Object(fields) => fields.iter().any(|(name, value)| {
            let said = !value.is_null() && *value != Json::List(Vec::new()) && *value != Json::Bool(false);
            CRITICAL.contains(&name.as_str()) && said || holds_critical(value)
        }),
        Json::List(items) => items.iter().any(holds_critical),
        _ => false,
    }
}

/// Whether `path` leads into labels.
pub(super) fn is_label(path: &Path) -> bool {
    path.section().is_some_and(|section| section == LABELS || section == "labels")
}

impl ListKind {
    /// What tells each item of a list from the others, in the order of the list.
    pub(super) fn items(self, values: &[Json]) -> Vec<Item> {
        let mut seen = std::collections::BTreeMap::new();
        let number = |name: ItemName| {
            let nth = seen.entry(self.folded(&name)).and_modify(|nth| *nth += 1).or_insert(1_u32);
            // What comes twice in a set is there once.
            Item { nth: if self == ListKind::Set { 1 } else { *nth }, name }
        };
        values.iter().map(|value| self.name(value)).map(number).collect()
    }

    /// The item as it is compared: without regard to letter case where that does not matter.
    pub(super) fn key(self, item: &Item) -> (ItemName, u32) {
        (self.folded(&item.name), item.nth)
    }

    fn folded(self, name: &ItemName) -> ItemName {
        match name {
            ItemName::Text(text) if self == ListKind::Names => ItemName::Text(text.to_lowercase()),
            name => name.clone(),
        }
    }

    fn name(self, value: &Json) -> ItemName {
        let whole = || Item::of_value(value).name;
        match self {
            ListKind::Set | ListKind::Ordered => whole(),
            ListKind::Names => match value.get("name") {
                Some(Json::Text(name)) => ItemName::Text(name.clone()),
                _ => whole(),
            },
            ListKind::Keyed([entry]) => match value.get(entry) {
                Some(Json::Text(text)) => ItemName::Text(text.clone()),
                Some(Json::Number(number)) => ItemName::Text(number.to_string()),
                _ => whole(),
            },
            ListKind::Keyed(entries) => {
                let parts: Option<Vec<String>> = entries.iter().map(|entry| part(value.get(entry))).collect();
                let parts = parts.filter(|parts| parts.iter().any(|part| !part.is_empty()));
                parts.map_or_else(whole, |parts| ItemName::Text(parts.join(":")))
            }
        }
    }
}

/// An entry that tells an item, where it is one that can. A number and its digits are the same.
fn part(value: Option<&Json>) -> Option<String> {
    match value {
        Some(Json::Text(text)) if !text.contains(':') => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        // Such as the organisation's administrators, who have no number.
        None | Some(Json::Null) => Some(String::new()),
        _ => None,
    }
}
