//! What the chain's table stands on: what would hide rows, and what no longer protects them.

use super::verdict::{Break, Field, Kind};
use serde::Serialize;

/// The table, as the server's catalogs tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Ground {
    /// What the relation is, in PostgreSQL's letter: `r` is an ordinary table.
    pub kind: String,
    /// Its owner.
    pub owner: String,
    /// Whether policies decide who sees which rows.
    pub row_security: bool,
    /// Whether other tables inherit from it.
    pub has_children: bool,
    /// Whether it inherits from another table, or is a part of one.
    pub has_parent: bool,
    /// Rules that rewrite what is asked of it.
    pub rules: Vec<String>,
    /// Policies on its rows.
    pub policies: Vec<String>,
    /// Columns that are missing, of another type, or computed.
    pub other_columns: Vec<String>,
    /// Whether a crash of the server empties it.
    pub is_unlogged: bool,
    /// Whether an index that can be used holds the positions.
    pub seq_is_indexed: bool,
    /// Triggers that protect it and are missing, changed or switched off.
    pub triggers_off: Vec<String>,
    /// Triggers that are none of attestor's.
    pub other_triggers: Vec<String>,
    /// Constraints that are missing.
    pub constraints_off: Vec<String>,
    /// Who may write besides the owner, and what.
    pub writers: Vec<String>,
    /// Whether everyone may append.
    pub door_is_open: bool,
    /// The encoding of the database.
    pub encoding: String,
    /// Whether the chain's name can be read.
    pub has_name: bool,
    /// Whether what holds the chain's name is no table, or is not there.
    pub name_is_moved: bool,
}

/// Something about the table that should be otherwise. It breaks no entry; it says what to look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// What it is about.
    pub about: &'static str,
    /// What is so.
    pub what: String,
}

impl Ground {
    /// What hides rows, or could hide them from others.
    pub fn breaks(&self) -> Vec<Break> {
        let hidden = |why: String| Break::nowhere(Kind::HiddenRows, why);
        let mut breaks = Vec::new();
        if self.kind != "r" {
            breaks.push(hidden(format!("audit.audit_trail_entries is {}", kind_in_words(&self.kind))));
        }
        if self.row_security || !self.policies.is_empty() {
            let named = list(&self.policies);
            breaks.push(hidden(format!("policies decide who sees which rows{named}")));
        }
        // What makes a view a view is a rule too.
        if !self.rules.is_empty() && self.kind == "r" {
            breaks.push(hidden(format!("rules rewrite what is asked of the table{}", list(&self.rules))));
        }
        if self.has_children || self.has_parent {
            breaks.push(hidden("the table shares its rows with others by inheritance".to_owned()));
        }
        if self.kind == "r" && !self.other_columns.is_empty() {
            let named = list(&self.other_columns);
            let why = format!("columns are missing or of another type{named}");
            breaks.push(Break::nowhere(Kind::MetadataMismatch, why));
        }
        if self.name_is_moved {
            let why = "audit.chain, which names the chain, is no table";
            breaks.push(Break { field: Some(Field::ChainId), ..Break::nowhere(Kind::ChainIdMismatch, why) });
        }
        breaks
    }

    /// Whether its rows can be read as entries. A view is not even looked into: it runs the code of whoever
    /// made it in the name of whoever reads.
    pub fn can_be_read(&self) -> bool {
        self.kind == "r" && self.other_columns.is_empty()
    }

    /// What no longer protects the entries.
    pub fn concerns(&self) -> Vec<Concern> {
        let mut concerns = Vec::new();
        let mut add = |about, what: String| concerns.push(Concern { about, what });
        for name in &self.triggers_off {
            add("triggers", format!("{name} is missing, changed or switched off: rows could be changed"));
        }
        for name in &self.other_triggers {
            add("triggers", format!("{name} is none of attestor's"));
        }
        for name in &self.constraints_off {
            add("constraints", format!("{name} is missing"));
        }
        if !self.seq_is_indexed {
            add("constraints", "no usable index holds the positions".to_owned());
        }
        if self.is_unlogged {
            add("constraints", "the table is not logged: a crash of the server empties it".to_owned());
        }
        for who in &self.writers {
            add("grants", format!("{who} on the table of entries"));
        }
        if self.door_is_open {
            add("grants", "PUBLIC may execute audit.append_entry".to_owned());
        }
        if self.owner != "attestor_owner" {
            add("grants", format!("the table is owned by {}", self.owner));
        }
        concerns
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

fn kind_in_words(kind: &str) -> &'static str {
    match kind {
        "v" => "a view",
        "m" => "a materialized view",
        "p" => "a partitioned table",
        "f" => "a foreign table",
        _ => "no table",
    }
}
