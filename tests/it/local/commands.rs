//! `attestor local`, as root and as an ordinary user.

use crate::support::Scratch;
use nix::unistd::{User, geteuid};
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

#[test]
fn starts_at_once_make_one_server() {
    let scratch = Scratch::new();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let mut start = attestor(&scratch, &["local", "start", "--json"]);
            start.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut pids: Vec<i64> = starts
        .into_iter()
        .map(|start| {
            let (code, out, err) = said(&start.wait_with_output().unwrap());
            assert_eq!(code, 0, "{err}");
            serde_json::from_str::<serde_json::Value>(&out).unwrap()["pid"].as_i64().unwrap()
        })
        .collect();
    pids.dedup();
    assert_eq!(pids.len(), 1, "{pids:?}");
}

#[test]
fn the_commands_do_it_all() {
    let scratch = Scratch::new();
    let run = |arguments: &[&str]| said(&attestor(&scratch, arguments).output().unwrap());
    assert_eq!(run(&["local", "status", "--json"]).0, 3);
    assert!(!scratch.path().join("c").exists(), "looking makes nothing");
    assert_eq!(run(&["local", "stop"]).0, 0);
    let (code, url, err) = run(&["local", "url"]);
    assert_eq!(code, 0, "{err}");
    let me = User::from_uid(geteuid()).unwrap().unwrap().name;
    let socket = scratch.path().join("c/socket");
    assert_eq!(url, format!("postgresql:///attestor?host={}&user={me}&port=5432", socket.display()));
    let (code, out, _) = run(&["local", "status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &status["state"], &status["kept"]), (0, &"running".into(), &true.into()));
    assert_eq!(status["databases"], serde_json::json!(["attestor"]));
    assert_eq!(run(&["local", "url", "--database", ""]).0, 2);
    assert_eq!(run(&["local", "stop"]).0, 0);
    assert_eq!(run(&["local", "status"]).0, 3);
    let (code, _, err) = run(&["local", "reset"]);
    assert_eq!(code, 2, "nobody is there to be asked: {err}");
    assert!(scratch.path().join("c/data").exists());
    assert_eq!(run(&["local", "reset", "--yes"]).0, 0);
    assert!(!scratch.path().join("c").exists());
}

#[test]
fn an_ordinary_user_has_a_cluster_too() {
    let nobody = User::from_name("nobody").unwrap();
    let (true, Some(nobody)) = (geteuid().is_root(), nobody) else {
        eprintln!("not root, or no user nobody: all other tests ran as an ordinary user");
        return;
    };
    let scratch = Scratch::new();
    let home = scratch.path().join("home");
    fs::create_dir(&home).unwrap();
    chown(&home, Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw())).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
        command.args(arguments).uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw()).current_dir("/");
        command.env("ATTESTOR_LOCAL_DIR", home.join("c")).env("HOME", &home).stdin(Stdio::null());
        command.output().map(|output| said(&output))
    };
    let (code, url, err) = match run(&["local", "url"]) {
        Ok(said) => said,
        Err(e) => return eprintln!("the program is out of an ordinary user's reach here: {e}"),
    };
    assert_eq!(code, 0, "{err}");
    assert!(url.contains("user=nobody"), "{url}");
    let (_, out, _) = run(&["local", "status", "--json"]).unwrap();
    let pid = serde_json::from_str::<serde_json::Value>(&out).unwrap()["pid"].as_i64().unwrap();
    assert_eq!(
        std::os::unix::fs::MetadataExt::uid(&fs::metadata(format!("/proc/{pid}")).unwrap()),
        nobody.uid.as_raw()
    );
    assert_eq!(run(&["local", "reset", "--yes"]).unwrap().0, 0);
    assert!(!home.join("c").exists());
}

/// Runs the program on the cluster of `scratch`.
pub fn attestor(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.args(arguments).env("ATTESTOR_LOCAL_DIR", scratch.path().join("c")).stdin(Stdio::null());
    command
}

pub fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().trim().to_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}
