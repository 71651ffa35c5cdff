//! The SQL of drift.
//!
//! [`settle`] writes how repositories stand; every deed and every observation goes through it.

pub mod answers;
pub mod decisions;
pub mod detail;
pub mod fields;
pub mod known;
pub mod list;
pub mod plans;
pub mod policies;
pub mod results;
pub mod runs;
pub mod settle;
pub mod subjects;

use super::document::{Document, Json};

/// What a column of JSON holds. What cannot be understood (deeper than 128, a number beyond 1e308) says
/// nothing here.
fn json(text: Option<String>) -> Option<Json> {
    text.and_then(|text| Json::parse(&text).ok())
}

fn document(text: Option<String>) -> Option<Document> {
    json(text).and_then(Document::of)
}

fn texts(values: impl IntoIterator<Item = Option<Json>>) -> Vec<Option<String>> {
    values.into_iter().map(|value| value.map(|value| value.to_string())).collect()
}
