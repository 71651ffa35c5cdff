//! Drift: documents, differences, policies, and how repositories stand in the database.

mod deeds;
mod differences;
mod files;
mod policies;
mod properties;
mod tugs;

use attestor::drift::diff::{Diff, Unreadable};
use attestor::drift::document::Document;
use attestor::drift::ignore::Ignore;
use attestor::drift::path::Path;
use chrono::{DateTime, Utc};

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn diff(desired: &str, observed: &str) -> Diff {
    Diff::of(&document(desired), &document(observed), &[], &[], now())
}

fn hidden(path: &str) -> Unreadable {
    Unreadable { path: path.parse().unwrap(), reason: "403".to_owned() }
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn ignore(paths: &str, until: &str) -> Ignore {
    Ignore {
        id: 7,
        repos: attestor::drift::glob::Glob::of_repos("**").unwrap(),
        paths: attestor::drift::glob::Glob::of_paths(paths).unwrap(),
        reason: "known".into(),
        until: until.parse().unwrap(),
        by: "alice".into(),
    }
}
