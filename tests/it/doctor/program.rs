//! The program, with and without a database.

use crate::support::{Scratch, database, empty_database};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Runs the doctor with nothing but this environment; every check by its area and name.
fn doctor(home: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, Vec<Value>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(["doctor", "--json"])
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("ATTESTOR_LOCAL_DIR", home.join("cluster"))
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let all = format!("{out}{}", String::from_utf8(output.stderr).unwrap());
    let checks = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), checks, all)
}

fn status<'c>(checks: &'c [Value], area: &str, name: &str) -> &'c str {
    let found = checks.iter().find(|check| check["area"] == area && check["check"] == name);
    found.and_then(|check| check["status"].as_str()).unwrap_or_else(|| panic!("{area} {name} in {checks:?}"))
}

#[test]
fn with_nothing_at_all_it_says_so_and_makes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (code, checks, all) = doctor(home.path(), &[], &[]);
    assert_eq!(code, 0, "{all}");
    assert_eq!(status(&checks, "terminal", "terminal"), "unknown");
    assert_eq!(status(&checks, "database", "connection"), "warning");
    assert!(all.contains("attestor demo"), "{all}");
    let made: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
    assert!(made.is_empty(), "{made:?}");
    let (code, checks, all) = doctor(home.path(), &["--connect", "local"], &[]);
    assert_eq!((code, status(&checks, "database", "connection")), (0, "unknown"), "{all}");
    assert!(!home.path().join("cluster").exists(), "looking makes nothing");
}

#[test]
fn programs_that_are_missing_matter_where_they_are_needed() {
    let home = tempfile::tempdir().unwrap();
    let nowhere = ("ATTESTOR_PG_BIN", "/nowhere");
    let (code, checks, all) = doctor(home.path(), &[], &[nowhere]);
    assert_eq!((code, status(&checks, "local cluster", "programs")), (0, "warning"), "{all}");
    let (code, checks, all) = doctor(home.path(), &["--connect", "local"], &[nowhere]);
    assert_eq!((code, status(&checks, "local cluster", "programs")), (1, "fails"), "{all}");
}

#[tokio::test]
async fn a_migrated_database_is_well_and_an_empty_one_is_not() {
    let home = tempfile::tempdir().unwrap();
    let migrated = database().await;
    let (code, checks, all) = doctor(home.path(), &[], &[("DATABASE_URL", &migrated.url())]);
    assert_eq!(code, 0, "{all}");
    for name in ["connection", "version", "encoding", "migrations", "login", "writing"] {
        assert_eq!(status(&checks, "database", name), "ok", "{all}");
    }
    assert_eq!(status(&checks, "database", "standing rights"), "unknown", "not an owner: {all}");
    sqlx::raw_sql("create role passer_by login").execute(&mut migrated.superuser().await).await.unwrap();
    let (code, checks, all) = doctor(home.path(), &[], &[("DATABASE_URL", &migrated.url_as("passer_by"))]);
    assert_eq!((code, status(&checks, "database", "login")), (1, "fails"), "{all}");
    let url = empty_database().await.url();
    let (code, checks, all) = doctor(home.path(), &[], &[("DATABASE_URL", &url)]);
    assert_eq!((code, status(&checks, "database", "migrations")), (1, "fails"), "{all}");
}

#[tokio::test]
async fn rights_that_a_restore_has_changed_are_found_by_who_may_look() {
    let home = tempfile::tempdir().unwrap();
    let database = database().await;
    let url = database.url_as("postgres");
    let (_, checks, all) = doctor(home.path(), &[], &[("DATABASE_URL", &url)]);
    assert_eq!(status(&checks, "database", "standing rights"), "ok", "{all}");
    assert_eq!(status(&checks, "database", "login"), "warning", "{all}");
    let open = "grant execute on function audit.append_entry to public";
    sqlx::raw_sql(open).execute(&mut database.superuser().await).await.unwrap();
    let (_, checks, all) = doctor(home.path(), &[], &[("DATABASE_URL", &url)]);
    assert_eq!(status(&checks, "database", "standing rights"), "warning", "{all}");
    let (_, checks, all) = doctor(home.path(), &["--read-only"], &[("DATABASE_URL", &url)]);
    assert_eq!(status(&checks, "database", "standing rights"), "unknown", "{all}");
}

#[test]
fn no_secret_is_told() {
    let home = tempfile::tempdir().unwrap();
    let url = "postgresql://me:hunter2@127.0.0.1:1/x?application_name=y";
    let (code, _, all) = doctor(home.path(), &[], &[("DATABASE_URL", url), ("PGPASSWORD", "hunter2")]);
    assert_eq!(code, 1, "{all}");
    assert!(all.contains("me@127.0.0.1/x") && !all.contains("hunter2"), "{all}");
    let config = home.path().join("config.toml");
    let text = "database = 'a'\n[connections.a]\nurl = 'postgresql://me@127.0.0.1:1/x'\n\
                [connections.b]\nurl = 'postgresql://me:hunter2@db/x'\n";
    std::fs::write(&config, text).unwrap();
    let (code, checks, all) = doctor(home.path(), &["--config", config.to_str().unwrap()], &[]);
    assert_eq!(code, 1, "{all}");
    assert_eq!(status(&checks, "configuration", "connection a"), "ok");
    assert_eq!(status(&checks, "configuration", "connection b"), "fails");
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn mistakes_of_the_file_and_open_folders_are_found() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, "theme = 'mono'\ndatabse = 'local'\n").unwrap();
    let state = home.path().join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o755)).unwrap();
    let environment =
        [("ATTESTOR_CONFIG", config.to_str().unwrap()), ("ATTESTOR_STATE_DIR", state.to_str().unwrap())];
    let (code, checks, all) = doctor(home.path(), &[], &environment);
    assert_eq!(code, 1, "{all}");
    assert_eq!(status(&checks, "configuration", "settings"), "fails");
    assert!(all.contains("line 2") && all.contains("databse"), "{all}");
    assert_eq!(status(&checks, "configuration", "state folder"), "warning");
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).unwrap();
    let draft = state.join("draft.json");
    std::fs::write(&draft, "{}").unwrap();
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_, checks, _) = doctor(home.path(), &[], &environment);
    assert_eq!(status(&checks, "configuration", "state folder"), "warning");
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (_, checks, _) = doctor(home.path(), &[], &environment);
    assert_eq!(status(&checks, "configuration", "state folder"), "ok");
}

#[test]
fn each_setting_tells_where_it_comes_from() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let text = "theme = 'mono'\n[connections.p]\nread_only = true\nurl = 'postgresql://me@127.0.0.1:1/x'\n";
    std::fs::write(&config, text).unwrap();
    let file = ("ATTESTOR_CONFIG", config.to_str().unwrap());
    let check = |arguments: &[&str], environment: &[(&str, &str)], says: &[&str]| {
        let environment: Vec<_> = environment.iter().copied().chain([file]).collect();
        let (_, _, all) = doctor(home.path(), arguments, &environment);
        for says in says {
            assert!(all.contains(says), "{says} in {all}");
        }
    };
    check(
        &["--connect", "p"],
        &[("DATABASE_URL", "postgresql://127.0.0.1:1/y")],
        &["me@127.0.0.1/x (from --connect)", "mono (from config.toml)", "yes (from [connections.p])"],
    );
    check(
        &["--theme", "dark"],
        &[("ATTESTOR_CONNECT", "p"), ("ATTESTOR_READ_ONLY", "1")],
        &["(from ATTESTOR_CONNECT)", "dark (from --theme)", "yes (from ATTESTOR_READ_ONLY)"],
    );
    check(&[], &[("DATABASE_URL", "postgresql://me@127.0.0.1:1/y")], &["me@127.0.0.1/y (from DATABASE_URL)"]);
    check(&[], &[("PGHOST", "127.0.0.1"), ("PGPORT", "1"), ("PGUSER", "me")], &["(from PGHOST)"]);
}

#[test]
fn for_people_every_part_has_a_heading() {
    let scratch = Scratch::new();
    let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .arg("doctor")
        .env_clear()
        .env("HOME", scratch.path())
        .env("ATTESTOR_LOCAL_DIR", scratch.path().join("c"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    for heading in ["terminal", "configuration", "database", "local cluster"] {
        assert!(said.lines().any(|line| line == heading), "{heading} in {said}");
    }
    assert!(said.contains("→ ") && said.trim_end().lines().last().unwrap().ends_with('.'), "{said}");
}

#[test]
fn files_of_the_console_are_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/attestor");
    std::fs::create_dir_all(&folder).unwrap();
    let (code, checks, all) = doctor(home.path(), &[], &[]);
    assert_eq!((code, status(&checks, "configuration", "keys")), (0, "ok"), "{all}");
    assert_eq!(status(&checks, "configuration", "theme"), "ok");
    assert_eq!(status(&checks, "configuration", "views"), "ok");
    let (code, checks, all) = doctor(home.path(), &["--theme", "none-such"], &[]);
    assert_eq!((code, status(&checks, "configuration", "theme")), (1, "fails"), "{all}");
    assert!(all.contains("there is no theme none-such"), "{all}");
    assert_eq!(checks.iter().filter(|check| check["check"] == "theme").count(), 1);
    std::fs::write(folder.join("keys.toml"), "[keys]\ndown = \"f\"\n").unwrap();
    std::fs::write(folder.join("views.toml"), "[findings.a]\nfilter = 3\n").unwrap();
    let (code, checks, all) = doctor(home.path(), &[], &[]);
    assert_eq!((code, status(&checks, "configuration", "keys")), (1, "fails"), "{all}");
    assert_eq!(status(&checks, "configuration", "views"), "warning");
    assert!(all.contains("keys.toml, line 2") && all.contains("views.toml, line 2"), "{all}");
}
