//! What holds for any two documents.

use super::now;
use attestor::drift::diff::{Diff, Field, apply, get};
use attestor::drift::document::{Document, Json};
use attestor::drift::path::Path;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Names that mean something somewhere, and hostile ones.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "settings",
            "branch_protection",
            "required_labels",
            "rulesets",
            "rules",
            "name",
            "type",
            "topics",
            "bypass_actors",
            "enforcement",
            "has_wiki",
            "contexts",
            "checks",
            "context",
            "label",
            "missing",
            "extra",
            "a",
            "b",
        ])
        .prop_map(str::to_owned),
        proptest::string::string_regex("[ab.\"\\\\#*\u{202e}\u{e9} 5-]{0,4}").unwrap(),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-3_i64..3).prop_map(Json::from),
        proptest::sample::select(vec!["9007199254740993", "1.50", "1e300", "-0", "0.1"])
            .prop_map(|text| Json::parse(text).unwrap()),
        name().prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::List),
            btree_map(name(), inner, 0..5).prop_map(Json::Object),
        ]
    })
}

fn document() -> impl Strategy<Value = Document> {
    btree_map(name(), json(), 0..5).prop_map(Document)
}

fn diff(desired: &Document, observed: &Document) -> Diff {
    Diff::of(desired, observed, &[], &[], now())
}

fn differing(diff: &Diff) -> Vec<&Field> {
    diff.differences().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_documents_do_not_differ(document in document()) {
        let found = diff(&document, &document);
        prop_assert_eq!(differing(&found), Vec::<&Field>::new());
    }

    #[test]
    fn with_all_that_differs_applied_nothing_differs(desired in document(), observed in document()) {
        let found = diff(&desired, &observed);
        let made = apply(&observed, found.differences());
        let left = diff(&desired, &made);
        prop_assert_eq!(differing(&left), Vec::<&Field>::new(), "{} made {}", desired, made);
    }

    #[test]
    fn each_field_says_what_stands_there(desired in document(), observed in document()) {
        for field in diff(&desired, &observed).differences() {
            // Of what comes twice in a list of names, either may be meant.
            if field.path.steps().iter().all(|step| matches!(step, attestor::drift::path::Step::Key(_))) {
                prop_assert_eq!(get(&observed, &field.path), field.observed.as_ref());
                prop_assert_eq!(get(&desired, &field.path), field.desired.as_ref());
            }
        }
    }

    #[test]
    fn different_fields_have_different_names(desired in document(), observed in document()) {
        let found = diff(&desired, &observed);
        let mut names: Vec<String> = found.fields.iter().map(|field| field.path.to_string()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        prop_assert_eq!(names.len(), count);
    }

    #[test]
    fn a_path_is_read_as_it_is_written(desired in document(), observed in document()) {
        for field in diff(&desired, &observed).fields {
            let written = field.path.to_string();
            let read: Path = written.parse().unwrap();
            prop_assert_eq!(read.to_string(), written);
        }
    }

    #[test]
    fn a_document_is_read_as_it_is_written(document in document()) {
        prop_assert_eq!(Document::parse(&document.to_string()).unwrap(), document);
    }

    #[test]
    fn no_text_stops_the_reader(text in "[\\[\\]{}\":,0-9eE+\\-. a\\\\u\u{e9}\n]{0,60}") {
        let ours = Json::parse(&text).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // What we take is JSON; what we refuse and others take, has a key twice or what no column holds.
        if ours {
            prop_assert!(theirs.is_ok() || text.contains(['e', 'E']), "{}", text);
        }
        let _ = text.parse::<Path>();
    }

    #[test]
    fn the_order_of_a_set_says_nothing(items in vec(json(), 0..6), shift in 0_usize..6) {
        let set = |items: Vec<Json>| Document::of(Json::Object([("topics".to_owned(), Json::List(items))].into())).unwrap();
        let mut turned = items.clone();
        turned.rotate_left(shift.min(items.len()));
        let found = diff(&set(items), &set(turned));
        prop_assert_eq!(differing(&found), Vec::<&Field>::new());
    }

    #[test]
    fn the_order_of_any_other_list_does(items in vec(json(), 2..6)) {
        let list = |items: Vec<Json>| Document::of(Json::Object([("steps".to_owned(), Json::List(items))].into())).unwrap();
        let mut turned = items.clone();
        turned.reverse();
        let differs = turned != items;
        let found = diff(&list(items), &list(turned));
        prop_assert_eq!(!differing(&found).is_empty(), differs);
    }
}
