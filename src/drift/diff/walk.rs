//! Walks two documents together.

use super::{Field, Outcome, Unreadable};
use crate::drift::document::{Document, Fields, Json};
use crate::drift::path::{Item, Path, Step};
use crate::drift::schema::{self, ListKind, Tier};
use crate::text::SafeText;
use std::collections::{BTreeMap, BTreeSet};

/// The fields of both documents, in no order that counts.
pub(super) fn compare(desired: &Document, observed: &Document, unreadable: &[Unreadable]) -> Vec<Field> {
    let mut walk = Walk { sections: &desired.0, unreadable, fields: Vec::new() };
    walk.objects(&Path::root(), &desired.0, &observed.0);
    walk.fields
}

struct Walk<'a> {
    /// What is desired, by section: what it does not mention is not asked for.
    sections: &'a Fields,
    unreadable: &'a [Unreadable],
    fields: Vec<Field>,
}

impl Walk<'_> {
    fn objects(&mut self, path: &Path, desired: &Fields, observed: &Fields) {
        let names: BTreeSet<&String> = desired.keys().chain(observed.keys()).collect();
        for name in names {
            self.values(&path.then(Step::Key(name.clone())), desired.get(name), observed.get(name));
        }
    }

    fn values(&mut self, path: &Path, desired: Option<&Json>, observed: Option<&Json>) {
        if let Some(hidden) = self.unreadable.iter().find(|hidden| path.is_within(&hidden.path)) {
            if desired.is_some_and(|desired| !desired.is_null()) {
                let reason = SafeText::new(&hidden.reason);
                self.push(path.clone(), desired, None, Outcome::Unreadable { reason });
            }
            return;
        }
        match (desired, observed) {
            (Some(Json::Object(desired)), Some(Json::Object(observed))) => {
                self.objects(path, desired, observed)
            }
            // A part that cannot be read does not make the whole missing.
            (Some(Json::Object(desired)), None | Some(Json::Null)) if self.hides_below(path) => {
                self.objects(path, desired, &Fields::new());
            }
            (Some(Json::List(desired)), Some(Json::List(observed))) => self.lists(path, desired, observed),
            (Some(Json::List(items)), None | Some(Json::Null)) if !items.is_empty() && has_items(path) => {
                self.lists(path, items, &[]);
            }
            _ if desired == observed => self.push(path.clone(), desired, observed, Outcome::Match),
            (Some(Json::Object(_)), None | Some(Json::Null)) => {
                self.one_side(path, Step::Missing, desired, observed)
            }
            (None | Some(Json::Null), Some(Json::Object(_) | Json::List(_))) => {
                self.one_side(path, Step::Extra, desired, observed);
            }
            _ if matches!(path.steps().last(), Some(Step::Item(_))) && desired.is_none() => {
                self.one_side(path, Step::Extra, desired, observed);
            }
            _ if matches!(path.steps().last(), Some(Step::Item(_))) && observed.is_none() => {
                self.one_side(path, Step::Missing, desired, observed);
            }
            _ => self.push(path.clone(), desired, observed, Outcome::Drift),
        }
    }

    fn lists(&mut self, path: &Path, desired: &[Json], observed: &[Json]) {
        let kind = schema::list(path).unwrap_or(ListKind::Ordered);
        if kind == ListKind::Ordered {
            let outcome = if desired == observed { Outcome::Match } else { Outcome::Drift };
            let list = |items: &[Json]| Json::List(items.to_vec());
            return self.push(path.clone(), Some(&list(desired)), Some(&list(observed)), outcome);
        }
        if desired.is_empty() && observed.is_empty() {
            let empty = Json::List(Vec::new());
            return self.push(path.clone(), Some(&empty), Some(&empty), Outcome::Match);
        }
        let (should, is) = (by_key(kind, desired), by_key(kind, observed));
        for key in should.keys().chain(is.keys().filter(|key| !should.contains_key(key))) {
            let (wanted, found) = (should.get(key), is.get(key));
            let Some((item, _)) = wanted.or(found) else { continue };
            let path = path.then(Step::Item(item.clone()));
            match (wanted.map(|w| w.1), found.map(|f| f.1)) {
                // A label is the same whether it is written by its name alone or with all it has.
                (Some(a), Some(b))
                    if kind == ListKind::Names && (a.as_text().is_some() || b.as_text().is_some()) =>
                {
                    self.push(path, Some(a), Some(b), Outcome::Match);
                }
                (Some(Json::Object(a)), Some(Json::Object(b))) if kind == ListKind::Names => {
                    let unnamed = |fields: &Fields| {
                        let mut fields = fields.clone();
                        fields.remove("name");
                        fields
                    };
                    self.objects(&path, &unnamed(a), &unnamed(b));
                }
                (wanted, found) => self.values(&path, wanted, found),
            }
        }
    }

    /// A whole that one side has and the other does not.
    fn one_side(&mut self, path: &Path, mark: Step, desired: Option<&Json>, observed: Option<&Json>) {
        self.push(path.marked(mark), desired, observed, Outcome::Drift);
    }

    fn hides_below(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|hidden| hidden.path.is_within(path))
    }

    fn push(&mut self, path: Path, desired: Option<&Json>, observed: Option<&Json>, outcome: Outcome) {
        let tier = self.tier(&path, desired, observed);
        let (desired, observed) = (desired.cloned(), observed.cloned());
        self.fields.push(Field { path, desired, observed, tier, outcome });
    }

    fn tier(&self, path: &Path, desired: Option<&Json>, observed: Option<&Json>) -> Tier {
        let says_nothing = |value: Option<&Json>| value.is_none_or(Json::is_null);
        let is_mentioned = path.section().is_none_or(|section| self.sections.contains_key(section));
        let is_default = |value: Option<&Json>| value.is_none_or(|value| schema::is_default(path, value));
        let on_one_side = says_nothing(desired) || says_nothing(observed);
        let without_effect = on_one_side && is_default(desired) && is_default(observed)
            // Both say that there is nothing, in two ways.
            || is_none(desired) && is_none(observed);
        let beyond_what_is_required = schema::is_label(path) && says_nothing(desired);
        if !is_mentioned || without_effect || beyond_what_is_required {
            Tier::Low
        } else if schema::is_critical(path, desired, observed) {
            Tier::Critical
        } else {
            Tier::Normal
        }
    }
}

/// Whether the items of the list at `path` are fields of their own.
fn has_items(path: &Path) -> bool {
    schema::list(path).is_some_and(|kind| kind != ListKind::Ordered)
}

/// Nothing, written in whatever way: no entry, null, no, an empty list.
fn is_none(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::List(items)) => items.is_empty(),
        _ => false,
    }
}

fn by_key(kind: ListKind, values: &[Json]) -> BTreeMap<(crate::drift::path::ItemName, u32), (Item, &Json)> {
    let items = kind.items(values);
    let keyed = items.into_iter().zip(values).map(|(item, value)| (kind.key(&item), (item, value)));
    keyed.collect()
}
