//! Rulesets, as GitHub answers.

use super::reading::of_object;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The parts of a ruleset that say what it does; its name tells which it is.
pub const PARTS: [&str; 5] = ["target", "enforcement", "bypass_actors", "conditions", "rules"];

/// A ruleset of the repository itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ruleset {
    /// Its number, by which it is changed.
    pub id: u64,
    /// Its name, by which policies know it.
    pub name: String,
    /// What it does, under the names of [`PARTS`]. Who may bypass it is told only to those who may change it.
    pub parts: Map<String, Value>,
}

impl Ruleset {
    /// The ruleset that GitHub answers with.
    ///
    /// # Errors
    /// What is not of the shape that GitHub documents.
    pub fn read(answer: &Value) -> Result<Self, String> {
        let answer = of_object(answer, "the ruleset")?;
        let id = answer.get("id").and_then(Value::as_u64).ok_or("a ruleset has no id")?;
        let name = answer.get("name").and_then(Value::as_str).ok_or("a ruleset has no name")?;
        let told = PARTS.iter().filter_map(|part| {
            let value = answer.get(*part).filter(|value| !value.is_null())?;
            Some(((*part).to_owned(), value.clone()))
        });
        Ok(Ruleset { id, name: name.to_owned(), parts: told.collect() })
    }
}

/// The numbers of the rulesets on one page of the list that are the repository's own. Those of its
/// organization are changed there, and are left out.
///
/// # Errors
/// What is not of the shape that GitHub documents.
pub fn own(answer: &Value) -> Result<Vec<u64>, String> {
    let list = answer.as_array().ok_or("the list of rulesets is none")?;
    let mut own = Vec::new();
    for ruleset in list {
        let id = ruleset["id"].as_u64().ok_or("a ruleset has no id")?;
        if ruleset.get("source_type").is_none_or(|source| source == "Repository") {
            own.push(id);
        }
    }
    Ok(own)
}
