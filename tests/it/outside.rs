//! The person's own editor: which one, and what passes through its file.

use attestor::ui::outside::{Back, OutsideFile, editor};
use attestor::ui::screen::{Outside, Purpose};
use std::os::unix::fs::PermissionsExt;

fn words(visual: Option<&str>, plain: Option<&str>) -> Result<Vec<String>, String> {
    let variable = |name: &str| match name {
        "VISUAL" => visual.map(str::to_owned),
        "EDITOR" => plain.map(str::to_owned),
        _ => None,
    };
    editor(variable).map_err(|error| error.to_string())
}

fn check(value: &str, expected: &[&str]) {
    assert_eq!(words(Some(value), None).unwrap(), expected, "{value}");
}

#[test]
fn words_become_arguments_and_nothing_else() {
    check("vim", &["vim"]);
    check("  code  --wait ", &["code", "--wait"]);
    check("vim -c 'set ft=markdown'", &["vim", "-c", "set ft=markdown"]);
    check(r#""/opt/my editor/ed" -x"#, &["/opt/my editor/ed", "-x"]);
    check(r"/opt/my\ editor/ed", &["/opt/my editor/ed"]);
    check(r#"ed "a \"b\" \n" ''"#, &["ed", r#"a "b" \n"#, ""]);
    check("vi; rm -rf $HOME `x` && y", &["vi;", "rm", "-rf", "$HOME", "`x`", "&&", "y"]);
    assert_eq!(words(None, Some("nano")).unwrap(), ["nano"]);
    assert_eq!(words(Some(" "), Some("nano")).unwrap(), ["nano"]);
    assert_eq!(words(None, None).unwrap(), ["vi"]);
    assert!(words(Some("vim 'x"), None).unwrap_err().contains("VISUAL"));
    assert!(words(Some("''"), None).is_err());
}

fn outside(text: &str, purpose: Purpose) -> Outside {
    Outside { name: "comment-7".into(), text: text.into(), purpose, chars_max: 20 }
}

#[test]
fn the_file_is_for_this_user_alone_and_goes_when_it_was_read() {
    let state = tempfile::tempdir().unwrap();
    let file = OutsideFile::create(state.path(), &outside("one\u{1b}[2J\ntwo", Purpose::Edit)).unwrap();
    let path = file.path().to_owned();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one␛[2J\ntwo\n");
    std::fs::write(&path, "three\u{202e}\r\nfour\n\n").unwrap();
    assert_eq!(file.take_back().unwrap(), Back::Text("three\\u{202e}\nfour".into()));
    assert!(!path.exists());
    let file = OutsideFile::create(state.path(), &outside("", Purpose::Edit)).unwrap();
    assert_eq!(file.take_back().unwrap(), Back::Same);
    let file = OutsideFile::create(state.path(), &outside("# read\n", Purpose::Read)).unwrap();
    let path = file.path().to_owned();
    assert_eq!(mode(&path), 0o400);
    assert_eq!(file.take_back().unwrap(), Back::Same);
    assert!(!path.exists());
}

#[test]
fn nothing_that_was_written_is_lost() {
    let state = tempfile::tempdir().unwrap();
    let make = || OutsideFile::create(state.path(), &outside("a", Purpose::Edit)).unwrap();
    let long = make();
    let path = long.path().to_owned();
    std::fs::write(&path, "x".repeat(30)).unwrap();
    assert_eq!(long.take_back().unwrap(), Back::TooLong("x".repeat(20), path.clone()));
    assert!(path.exists());
    let huge = make();
    let path = huge.path().to_owned();
    std::fs::write(&path, "x".repeat((1 << 20) + 1)).unwrap();
    assert!(huge.take_back().unwrap_err().to_string().contains("1 MiB"));
    assert!(path.exists());
    let broken = make();
    std::fs::write(broken.path(), b"\xff ok\n").unwrap();
    assert_eq!(broken.take_back().unwrap(), Back::Text("\u{fffd} ok".into()));
    let killed = make();
    let path = killed.path().to_owned();
    std::fs::write(&path, "half").unwrap();
    assert_eq!(killed.give_up(), Some(path));
    assert_eq!(make().give_up(), None);
    let gone = make();
    std::fs::remove_file(gone.path()).unwrap();
    assert!(gone.take_back().is_err());
}
