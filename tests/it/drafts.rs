//! Drafts in files: kept apart, taken over, never lost to each other.

use attestor::ui::drafts::DraftFile;
use attestor::ui::screen::Draft;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn draft(slot: &str, text: &str) -> Draft {
    Draft { slot: slot.into(), text: text.into() }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ext| ext == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn drafts_come_back_once_their_console_has_ended() {
    let state = tempfile::tempdir().unwrap();
    let (mut first, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!(found.drafts, []);
    first.save(&[draft("a", "text\nof two lines"), draft("b", "x")]).unwrap();
    // While it lives nobody takes them.
    let (second, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!(found.drafts, []);
    drop((first, second));
    let (third, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!(found.drafts, [draft("a", "text\nof two lines"), draft("b", "x")]);
    // Taken over, and in the new one's own file: nothing is left for a fourth.
    assert_eq!(files(state.path(), "json").len(), 1);
    let (_fourth, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!(found.drafts, []);
    drop(third);
}

#[test]
fn drafts_belong_to_their_database() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("inner/state");
    let (mut file, _) = DraftFile::open(&state, "prod").unwrap();
    file.save(&[draft("a", "about production")]).unwrap();
    drop(file);
    for other in ["demo", "Prod", "prod/", "pr od", "../prod"] {
        let (_file, found) = DraftFile::open(&state, other).unwrap();
        assert_eq!(found.drafts, [], "{other}");
    }
    let kept = files(folder.path(), "json");
    assert!(kept.len() == 1 && kept[0].starts_with(state.join("drafts")), "{kept:?}");
}

#[test]
fn of_two_drafts_for_one_slot_the_newer_comes_back() {
    let state = tempfile::tempdir().unwrap();
    let (mut older, _) = DraftFile::open(state.path(), "one").unwrap();
    let (mut newer, _) = DraftFile::open(state.path(), "one").unwrap();
    newer.save(&[draft("a", "newer"), draft("c", "only there")]).unwrap();
    older.save(&[draft("a", "older"), draft("b", "only here")]).unwrap();
    let of_older = files(state.path(), "json")
        .into_iter()
        .find(|f| std::fs::read_to_string(f).unwrap().contains("older"));
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::options().write(true).open(of_older.unwrap()).unwrap().set_modified(long_ago).unwrap();
    drop((older, newer));
    let (_file, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!(found.drafts, [draft("a", "newer"), draft("b", "only here"), draft("c", "only there")]);
}

#[test]
fn a_broken_file_is_set_aside_and_the_others_come_back() {
    let state = tempfile::tempdir().unwrap();
    let (mut broken, _) = DraftFile::open(state.path(), "one").unwrap();
    broken.save(&[draft("a", "x")]).unwrap();
    let path = files(state.path(), "json").remove(0);
    let (mut whole, _) = DraftFile::open(state.path(), "one").unwrap();
    whole.save(&[draft("b", "y")]).unwrap();
    std::fs::write(&path, "{\"drafts\": {\"a\":").unwrap();
    drop((broken, whole));
    let (_file, found) = DraftFile::open(state.path(), "one").unwrap();
    assert_eq!((found.drafts, found.set_aside), (vec![draft("b", "y")], 1));
    assert_eq!(files(state.path(), "unreadable").len(), 1);
}

#[test]
fn nobody_else_reads_them() {
    let state = tempfile::tempdir().unwrap();
    let (mut file, _) = DraftFile::open(state.path(), "one").unwrap();
    file.save(&[draft("a", "x")]).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = files(state.path(), "json").remove(0);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn what_is_saved_or_emptied_leaves_no_file() {
    let state = tempfile::tempdir().unwrap();
    let (mut file, _) = DraftFile::open(state.path(), "one").unwrap();
    file.save(&[draft("a", "x")]).unwrap();
    assert!(file.differs_from(&[]) && !file.differs_from(&[draft("a", "x")]));
    file.save(&[]).unwrap();
    assert_eq!(files(state.path(), "json"), [] as [PathBuf; 0]);
    drop(file);
    assert_eq!(files(state.path(), "lock"), [] as [PathBuf; 0]);
}
