//! Where a connection comes from, and what is never told.

use attestor::config::{Config, Flags};
use attestor::error::Kind;
use std::process::Command;

fn file(text: &str) -> (tempfile::TempDir, Flags) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Flags { file: Some(path), ..Flags::default() })
}

/// Runs the program with nothing configured but `environment`.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn nothing_configured_names_the_three_ways() {
    let (status, said) = run(&["findings", "list"], &[]);
    assert_eq!(status, 78, "{said}");
    for way in ["DATABASE_URL", "--connect local", "attestor demo"] {
        assert!(said.contains(way), "{way} in {said}");
    }
}

#[test]
fn a_password_in_argv_is_refused_and_not_repeated() {
    for url in ["postgresql://me:hunter2@db/x", "postgresql:///x?host=/tmp&password=hunter2"] {
        let (status, said) = run(&["--database-url", url, "findings", "list"], &[]);
        assert_eq!(status, 2, "{said}");
        assert!(said.contains("PGPASSWORD") && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_password_in_the_file_is_refused() {
    let (_folder, flags) =
        file("database = 'prod'\n[connections.prod]\nurl = 'postgresql://me:hunter2@db/x'\n");
    let error = Config::read(&Flags { connect: Some("prod".to_owned()), ..flags }).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(!error.report().to_string().contains("hunter2"));
}

#[test]
fn a_secret_of_the_environment_stays_out_of_debug_and_errors() {
    let (status, said) =
        run(&["findings", "list"], &[("DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/x")]);
    assert_eq!(status, 69, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let (_folder, flags) = file("[connections.prod]\nurl = 'postgresql://me@db/x'\n");
    let config = Config::read(&Flags { connect: Some("prod".to_owned()), ..flags }).unwrap();
    let shown = format!("{:?}", config.with_password("hunter2"));
    assert!(shown.contains("me@db/x") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn mistakes_in_the_file_have_their_place() {
    for (text, place) in [
        ("databse = 'x'\n", "line 1, column 1"),
        ("database = 'x'\n\n[connections.a]\nurl = 3\n", "line 4, column 7"),
        ("database = \n", "line 1"),
    ] {
        let (_folder, flags) = file(text);
        let error = Config::read(&Flags { connect: Some("a".to_owned()), ..flags }).unwrap_err();
        assert_eq!(error.kind(), Kind::Configuration);
        assert!(error.to_string().contains(place), "{place} in {error}");
    }
}

#[test]
fn an_unknown_connection_names_the_known() {
    let (_folder, flags) = file("[connections.prod]\nurl = 'postgresql://me@db/x'\n");
    let error = Config::read(&Flags { connect: Some("pord".to_owned()), ..flags }).unwrap_err();
    assert!(error.report().to_string().contains("prod"), "{}", error.report());
}
