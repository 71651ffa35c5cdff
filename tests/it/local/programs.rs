//! PostgreSQL's programs: found in every place, or the command that installs them.

use attestor::db::local::binaries::Search;
use attestor::db::local::{Cluster, install};
use attestor::error::Kind;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

/// An installation of `version` in `folder`, as far as the search looks.
fn installed(folder: &Path, version: &str) {
    for program in ["initdb", "postgres"] {
        program_in(folder, program, &format!("echo 'postgres (PostgreSQL) {version}'"));
    }
}

fn program_in(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).unwrap();
    // Written by another process: one that we start at the same moment would inherit our open file, and
    // a program that somebody has open for writing can't be run.
    let path = folder.join(name);
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod 755 \"$0\"";
    assert!(Command::new("/bin/sh").args(["-c", write]).arg(&path).arg(script).status().unwrap().success());
}

fn search(root: &Path) -> Search {
    Search { chosen: None, path: vec![root.join("nowhere")], root: root.to_owned() }
}

#[test]
fn every_place_is_looked_at() {
    let check = |folder: &str| {
        let root = tempfile::tempdir().unwrap();
        installed(&root.path().join(folder), "16.3");
        let found = search(root.path()).find(None).unwrap_or_else(|e| panic!("{folder}: {e}"));
        assert_eq!(found.version, 16, "{folder}");
        assert!(found.initdb.ends_with(format!("{folder}/initdb")), "{folder}: {found:?}");
    };
    check("usr/lib/postgresql/16/bin");
    check("usr/lib/postgresql16/bin");
    check("usr/libexec/postgresql16");
    check("usr/pgsql-16/bin");
    check("opt/homebrew/bin");
    check("opt/homebrew/opt/postgresql@16/bin");
    check("usr/local/bin");
    check("usr/local/opt/postgresql@16/bin");
    check("home/linuxbrew/.linuxbrew/opt/postgresql@16/bin");
    check("Applications/Postgres.app/Contents/Versions/16/bin");
    check("nowhere"); // in PATH
}

#[test]
fn the_order_and_the_version_decide() {
    let root = tempfile::tempdir().unwrap();
    let at = |folder: &str| root.path().join(folder);
    let found = |search: &Search, version| search.find(version).map(|programs| programs.version);
    let everywhere = search(root.path());
    for (folder, version) in
        [("9.6", "9.6.24"), ("9", "9.1"), ("14", "14.1"), ("16", "16.2 (Debian 16.2-1)"), ("17", "17beta1")]
    {
        installed(&at("usr/lib/postgresql").join(folder).join("bin"), version);
    }
    assert_eq!(found(&everywhere, None).unwrap(), 17, "the highest, as numbers");
    assert_eq!(found(&everywhere, Some(14)).unwrap(), 14, "the one that made the data");
    let error = found(&everywhere, Some(15)).unwrap_err();
    assert!(error.to_string().contains("PostgreSQL 15"), "{error}");

    // pg_config names a folder that nothing else does; it counts after PATH and before the packages.
    installed(&at("own"), "15.1");
    program_in(&at("nowhere"), "pg_config", &format!("echo {}", at("own").display()));
    assert_eq!(found(&everywhere, None).unwrap(), 15);
    // A link in PATH leads to a folder with both programs.
    symlink(at("usr/lib/postgresql/14/bin/initdb"), at("nowhere/initdb")).unwrap();
    assert_eq!(found(&everywhere, None).unwrap(), 14);
    let chosen = Search { chosen: Some(at("usr/lib/postgresql/16/bin")), ..everywhere.clone() };
    assert_eq!(found(&chosen, None).unwrap(), 16);
    // What a person chose is not passed over in silence.
    let wrong = Search { chosen: Some(at("none")), ..everywhere };
    assert!(found(&wrong, None).unwrap_err().to_string().contains("ATTESTOR_PG_BIN"));
}

#[test]
fn one_that_is_too_old_is_named() {
    let root = tempfile::tempdir().unwrap();
    installed(&root.path().join("usr/lib/postgresql/13/bin"), "13.14");
    let error = search(root.path()).find(None).unwrap_err();
    assert_eq!(error.kind(), Kind::NoDatabase);
    for part in ["PostgreSQL 13 is too old", "14 or newer", "postgresql/13/bin"] {
        assert!(error.to_string().contains(part), "{part} in {error}");
    }
    installed(&root.path().join("usr/pgsql-14/bin"), "14.0");
    assert_eq!(search(root.path()).find(None).unwrap().version, 14);
}

#[tokio::test]
async fn where_it_is_missing_nothing_is_made_and_the_command_is_shown() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("c");
    let cluster = Cluster::at(&folder).unwrap().found_by(search(root.path()));
    let error = cluster.lease().await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoDatabase);
    assert_eq!(error.to_string(), "PostgreSQL is not installed here");
    assert_eq!(error.hint_text(), Some(install::advice().as_str()));
    assert!(!folder.exists());
}

/// `--yes` answers confirmations; it installs nothing, and nobody at a terminal is no yes.
#[test]
fn nothing_is_installed_unasked() {
    let root = tempfile::tempdir().unwrap();
    let (bin, trace) = (root.path().join("bin"), root.path().join("installed"));
    // Whatever would install leaves a trace instead.
    for program in ["sh", "sudo", "apt-get", "dnf", "apk", "pacman", "zypper", "brew"] {
        program_in(&bin, program, &format!(": > {}", trace.display()));
    }
    let run = |argument: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args(["local", "start", argument])
            .env("ATTESTOR_PG_BIN", root.path().join("none"))
            .env("ATTESTOR_LOCAL_DIR", root.path().join("c"))
            .env("PATH", &bin)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run("--yes");
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains(&install::advice()), "{said}");
    assert!(!trace.exists());
    // Asked for, it is tried, with the shell that only leaves the trace.
    let (code, said) = run("--install-postgres");
    assert_eq!(code, Some(69), "{said}");
    assert_eq!(trace.exists(), install::command().is_some());
}

#[test]
fn each_system_has_its_command() {
    let check = |os_release: &str, wanted: Option<&str>| {
        let command = install::command_for(os_release, false);
        let Some(part) = wanted else {
            return assert_eq!(command, None, "{os_release}");
        };
        let command = command.unwrap_or_else(|| panic!("{os_release}"));
        assert!(command.contains(part), "{part} in {command}");
        assert_eq!(command.starts_with("sudo "), !command.starts_with("brew"), "{command}");
        let as_root = install::command_for(os_release, true).unwrap();
        assert_eq!(as_root, command.trim_start_matches("sudo "));
    };
    check("ID=debian\nVERSION_ID=\"12\"\n", Some("apt-get install -y postgresql"));
    check("ID=ubuntu\nID_LIKE=debian\n", Some("create_main_cluster = false"));
    check("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some("apt-get"));
    check("ID=fedora\nVERSION_ID=42\n", Some("dnf install -y postgresql-server"));
    check("ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", Some("dnf module install -y postgresql:15/server"));
    check(
        "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.9\"\n",
        Some("dnf module install -y postgresql:15/server"),
    );
    check(
        "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"10.0\"\n",
        Some("dnf install -y postgresql-server"),
    );
    check("ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n", Some("postgresql15-server"));
    check("ID=arch\n", Some("pacman -S"));
    check("ID=manjaro\nID_LIKE=arch\n", Some("pacman -S"));
    check("ID=alpine\nVERSION_ID=3.20.1\n", Some("apk add postgresql"));
    check("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", Some("zypper"));
    check("ID=macos\n", Some("brew install postgresql@17"));
    check("ID=plan9\n", None);
    check("", None);
}
