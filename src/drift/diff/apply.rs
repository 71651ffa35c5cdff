//! Makes a document what it should be, field by field.

use super::Field;
use crate::drift::document::{Document, Json};
use crate::drift::path::{Item, Path, Step};
use crate::drift::schema::{self, ListKind};

/// `observed` with each of `fields` as it is desired. With all that differs, it is what is desired.
pub fn apply<'a>(observed: &Document, fields: impl IntoIterator<Item = &'a Field>) -> Document {
    let mut document = observed.clone();
    let (set, removed): (Vec<&Field>, Vec<&Field>) =
        fields.into_iter().partition(|field| field.desired.is_some());
    for field in set {
        put(&mut document, &field.path, field.desired.as_ref());
    }
    // The last of several items of one name goes first: the numbers of the others stay.
    let mut removed = removed;
    removed.sort_by(|a, b| b.path.cmp(&a.path));
    for field in removed {
        put(&mut document, &field.path, None);
    }
    document
}

/// What stands at `path`; nothing where nothing does.
pub fn get<'a>(document: &'a Document, path: &Path) -> Option<&'a Json> {
    let mut steps = path.location();
    let Some(Step::Key(section)) = steps.next() else { return None };
    let mut way = Path::of_keys([section.as_str()]);
    let mut here = document.0.get(section)?;
    for step in steps {
        here = match (step, here) {
            (Step::Key(key), Json::Object(fields)) => fields.get(key)?,
            (Step::Item(item), Json::List(items)) => {
                let kind = schema::list(&way).unwrap_or(ListKind::Set);
                let key = kind.key(item);
                let at = kind.items(items).iter().position(|own| kind.key(own) == key)?;
                items.get(at)?
            }
            _ => return None,
        };
        way = way.then(step.clone());
    }
    Some(here)
}

/// Sets the field at `path`, or takes it away. What is missing on the way is made; what is no object or list
/// there gives way to one.
pub fn put(document: &mut Document, path: &Path, value: Option<&Json>) {
    let steps: Vec<&Step> = path.location().collect();
    let mut root = Json::Object(std::mem::take(&mut document.0));
    put_at(&mut root, &Path::root(), &steps, value);
    if let Json::Object(fields) = root {
        document.0 = fields;
    }
}

fn put_at(here: &mut Json, way: &Path, steps: &[&Step], value: Option<&Json>) {
    let Some((step, rest)) = steps.split_first() else { return };
    let further = way.then((*step).clone());
    match step {
        Step::Key(key) => {
            if !matches!(here, Json::Object(_)) {
                if value.is_none() {
                    return;
                }
                *here = Json::Object(Default::default());
            }
            let Json::Object(fields) = here else { return };
            match (rest.is_empty(), value) {
                (true, Some(value)) => drop(fields.insert(key.clone(), value.clone())),
                (true, None) => drop(fields.remove(key)),
                (false, Some(_)) => {
                    put_at(fields.entry(key.clone()).or_insert(Json::Null), &further, rest, value);
                }
                (false, None) => {
                    if let Some(inner) = fields.get_mut(key) {
                        put_at(inner, &further, rest, value);
                    }
                }
            }
        }
        Step::Item(item) => {
            if !matches!(here, Json::List(_)) {
                if value.is_none() {
                    return;
                }
                *here = Json::List(Vec::new());
            }
            let Json::List(items) = here else { return };
            put_item(items, way, item, &further, rest, value);
        }
        // A location has neither.
        Step::Missing | Step::Extra => {}
    }
}

fn put_item(
    items: &mut Vec<Json>,
    way: &Path,
    item: &Item,
    further: &Path,
    rest: &[&Step],
    value: Option<&Json>,
) {
    let kind = schema::list(way).unwrap_or(ListKind::Set);
    let key = kind.key(item);
    let at = kind.items(items).iter().position(|own| kind.key(own) == key);
    match (at, rest.is_empty(), value) {
        (Some(at), true, Some(value)) => items[at] = value.clone(),
        (None, true, Some(value)) => items.push(value.clone()),
        (Some(_), true, None) if kind == ListKind::Set => {
            let keep: Vec<bool> = kind.items(items).iter().map(|own| kind.key(own) != key).collect();
            let mut keep = keep.into_iter();
            items.retain(|_| keep.next().unwrap_or(true));
        }
        (Some(at), true, None) => drop(items.remove(at)),
        (Some(at), false, value) => put_at(&mut items[at], further, rest, value),
        // A part of an item that is not there cannot be set.
        (None, false, _) | (None, _, None) => {}
    }
}
