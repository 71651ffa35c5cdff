//! Views: the file, what is wrong with it, and the program.

use attestor::config::views::{Existing, Origin, Saved, View, ViewFile, built_in, checked_name};
use attestor::filter;
use attestor::triage::column::Column;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings::{Order, Sort, SortKey};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn view(name: &str, filter: &str) -> View {
    View {
        name: name.into(),
        filter: filter.into(),
        sort: Sort { by: SortKey::Age, order: Order::Reversed },
        columns: vec![Column::Id, Column::Rule],
        origin: Origin::Own,
    }
}

fn own(file: &ViewFile) -> Vec<View> {
    file.all().unwrap().into_iter().filter(|view| view.origin == Origin::Own).collect()
}

#[test]
fn those_of_the_program_are_filters() {
    for view in built_in() {
        assert!(filter::parse(&view.filter, &FIELDS).is_ok(), "{}: {}", view.name, view.filter);
    }
    assert_eq!(ViewFile::in_folder(None).all().unwrap(), built_in());
}

#[test]
fn what_is_saved_comes_back_and_is_for_this_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = ViewFile::in_folder(Some(folder.path()));
    let hard = view("it's \"mine\" [x] = 漢字", "rule:\"a \\\"b\" file:tests/*");
    assert_eq!(file.save(&hard, Existing::Keep).unwrap(), Saved::Done);
    assert_eq!(file.save(&view("b", "is:new"), Existing::Keep).unwrap(), Saved::Done);
    assert_eq!(own(&file), vec![view("b", "is:new"), hard.clone()]);
    assert_eq!(file.save(&view("b", "other"), Existing::Keep).unwrap(), Saved::Exists);
    assert_eq!(file.find("b").unwrap().filter, "is:new");
    assert_eq!(file.save(&view("b", "other"), Existing::Replace).unwrap(), Saved::Done);
    assert_eq!(file.find("b").unwrap().filter, "other");
    let mode = std::fs::metadata(folder.path().join("views.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    file.delete("b").unwrap();
    file.delete("b").unwrap();
    assert_eq!(own(&file), vec![hard]);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["views.toml"], "nothing lies about");
}

#[test]
fn a_link_to_the_file_stays_one() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = elsewhere.path().join("my views.toml");
    std::fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("views.toml")).unwrap();
    let file = ViewFile::in_folder(Some(folder.path()));
    file.save(&view("a", ""), Existing::Keep).unwrap();
    assert!(folder.path().join("views.toml").is_symlink());
    assert!(std::fs::read_to_string(target).unwrap().contains("[findings.a]"));
}

#[test]
fn a_broken_file_is_told_and_left_as_it_is() {
    let check = |text: &str, place: &str, why: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("views.toml");
        std::fs::write(&path, text).unwrap();
        let file = ViewFile::in_folder(Some(folder.path()));
        for error in [
            file.all().unwrap_err(),
            file.save(&view("new", ""), Existing::Replace).unwrap_err(),
            file.delete("new").unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(error.contains("views.toml") && error.contains(place), "{text}: {error}");
            assert!(error.contains(why) && !error.contains('\u{1b}'), "{text}: {error}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    };
    check("[findings.a]\nfilter = 3\n", "line 2", "string");
    check("[findings.a]\nfilter = \"x\"\nsort = \"size\"\n", "line 3", "there is no order size");
    check("[findings.a]\nfilter = \"x\"\ncolumns = [\"risk\", \"\\u001b[2J\"]\n", "line 3", "no column ␛[2J");
    check("[findings.a]\nfilter = \"x\"\nother = 1\n", "line 3", "other");
    check("[tests.a]\nfilter = \"x\"\n", "line 1", "tests");
    check("[findings.a\n", "line 1", "");
    check(&format!("[findings.{}]\nfilter = \"x\"\n", "n".repeat(61)), "line 2", "1 to 60 characters");
    check(&format!("[findings.a]\nfilter = \"{}\"\n", "x".repeat(9_000)), "line 2", "8192 characters");
}

#[test]
fn hostile_words_of_a_file_are_made_visible() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[findings.\"a\\u202eb\"]\nfilter = \"rule:\\u001b]0;x\\u0007\"\n";
    std::fs::write(folder.path().join("views.toml"), text).unwrap();
    let view = own(&ViewFile::in_folder(Some(folder.path()))).remove(0);
    assert_eq!((view.name.as_str(), view.filter.as_str()), ("a\\u{202e}b", "rule:␛]0;x␇"));
}

#[test]
fn names_are_short_visible_and_free() {
    assert_eq!(checked_name("  my queue "), Ok("my queue".to_owned()));
    for (name, why) in [(" ", "needs a name"), ("a\u{200b}b", "visible"), ("by:me", "built in")] {
        assert!(checked_name(name).unwrap_err().contains(why), "{name}");
    }
    assert!(checked_name(&"n".repeat(61)).is_err());
}

fn run(config: &Path, arguments: &[&str], url: &str) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(arguments)
        .env_clear()
        .env("HOME", config)
        .env("XDG_CONFIG_HOME", config)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(both).unwrap())
}

#[tokio::test]
async fn the_program_lists_views_and_what_they_show() {
    let database = crate::support::database().await;
    let config = tempfile::tempdir().unwrap();
    let file = ViewFile::in_folder(Some(&config.path().join("attestor")));
    file.save(&view("mine too", "severity>=high"), Existing::Keep).unwrap();
    let url = database.url();
    let (status, said) = run(config.path(), &["findings", "views", "--json"], &url);
    let first: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(status, 0, "{said}");
    assert_eq!(first["name"], "mine too");
    assert_eq!(first["columns"], serde_json::json!(["id", "rule"]));
    assert_eq!((&first["sort"], &first["reverse"]), (&"age".into(), &true.into()));
    assert!(said.contains("by:me"), "{said}");
    for name in ["mine too", "by:me", "needs-me", "likely-exploited", "ai-and-people-differ", "put-off"] {
        let (status, said) = run(config.path(), &["findings", "list", "--view", name], &url);
        assert_eq!(status, 0, "{name}: {said}");
    }
    let both = ["findings", "list", "--view", "mine too", "--filter", "is:undecided", "--group", "rule"];
    assert_eq!(run(config.path(), &both, &url).0, 0);
    let (status, said) = run(config.path(), &["findings", "list", "--view", "none"], &url);
    assert_eq!(status, 1);
    assert!(said.contains("there is no view none") && said.contains("mine too"), "{said}");
}
