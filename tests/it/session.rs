//! What one console leaves to the next.

use attestor::ids::{EntrySeq, FindingId};
use attestor::ui::session::{SessionFile, Visit};
use chrono::{TimeZone, Utc};
use std::os::unix::fs::PermissionsExt;

fn visit(n: i64) -> Visit {
    let at = Utc.timestamp_opt(1_770_000_000 + n, 123_456_000).unwrap();
    Visit { at, seq: EntrySeq(n), finding: FindingId(n * 2) }
}

#[test]
fn screens_are_kept_by_connection_and_visits_by_database() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let file = SessionFile::below(&state);
    assert_eq!((file.screen("demo"), file.visit("a")), (None, None));
    file.keep_screen("demo", "Overview").unwrap();
    file.keep_visit("a", visit(1)).unwrap();
    file.keep_visit("b", visit(2)).unwrap();
    file.keep_visit("a", visit(3)).unwrap();
    let again = SessionFile::below(&state);
    assert_eq!((again.screen("demo").as_deref(), again.screen("prod")), (Some("Overview"), None));
    assert_eq!((again.visit("a"), again.visit("b")), (Some(visit(3)), Some(visit(2))));
    let mode = |name: &str| std::fs::metadata(state.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("session.json"), mode("session.lock"), mode("")), (0o600, 0o600, 0o700));
}

#[test]
fn a_file_that_cannot_be_read_is_as_good_as_none() {
    let state = tempfile::tempdir().unwrap();
    for content in ["", "{", "[]", r#"{"visits": {"a": {"at": "yesterday"}}}"#, "\u{0}"] {
        std::fs::write(state.path().join("session.json"), content).unwrap();
        let file = SessionFile::below(state.path());
        assert_eq!((file.screen("demo"), file.visit("a")), (None, None), "{content}");
        file.keep_visit("a", visit(1)).unwrap();
        assert_eq!(file.visit("a"), Some(visit(1)), "{content}");
    }
}

#[test]
fn the_file_has_a_bound_and_forgets_what_was_seen_longest_ago() {
    let state = tempfile::tempdir().unwrap();
    let file = SessionFile::below(state.path());
    for n in 0..201 {
        file.keep_visit(&format!("database {n}"), visit(1_000 - n)).unwrap();
    }
    assert_eq!(file.visit("database 199"), None);
    assert_eq!(
        (file.visit("database 0"), file.visit("database 200")),
        (Some(visit(1_000)), Some(visit(800)))
    );
}

#[test]
fn consoles_that_write_at_once_lose_nothing_of_each_other() {
    let state = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let file = SessionFile::below(state.path());
            scope.spawn(move || file.keep_visit(&format!("database {n}"), visit(n)).unwrap());
        }
    });
    let file = SessionFile::below(state.path());
    for n in 0..8 {
        assert_eq!(file.visit(&format!("database {n}")), Some(visit(n)));
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), "a file, not a folder").unwrap();
    let file = SessionFile::below(&folder.path().join("state"));
    assert!(file.keep_screen("demo", "Overview").is_err());
    assert_eq!(file.screen("demo"), None);
}
