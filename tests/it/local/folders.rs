//! Folders that others have prepared, or put something into.

use super::commands::{attestor, said};
use super::{cluster, status};
use crate::support::Scratch;
use attestor::db::local::{InUse, State};
use attestor::error::Kind;
use nix::unistd::{User, geteuid};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

#[tokio::test]
async fn a_socket_folder_that_somebody_else_prepared_is_refused() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    cluster.lease().await.unwrap().end().await.unwrap();
    let socket = cluster.layout().socket.clone();
    let elsewhere = scratch.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let prepare: [(&str, &dyn Fn()); 4] = [
        ("is a symbolic link", &|| symlink(&elsewhere, &socket).unwrap()),
        ("is not a folder", &|| fs::write(&socket, "").unwrap()),
        ("is open to other users", &|| {
            fs::create_dir(&socket).unwrap();
            if geteuid().is_root() {
                chown(&socket, Some(User::from_name("postgres").unwrap().unwrap().uid.as_raw()), None)
                    .unwrap();
            }
            fs::set_permissions(&socket, PermissionsExt::from_mode(0o750)).unwrap();
        }),
        ("belongs to another user", &|| {
            // Only root can give a folder away.
            fs::create_dir(&socket).unwrap();
            fs::set_permissions(&socket, PermissionsExt::from_mode(0o700)).unwrap();
        }),
    ];
    for (why, prepare) in prepare {
        if why == "belongs to another user" && !geteuid().is_root() {
            eprintln!("not root: a folder of somebody else is not tried");
            continue;
        }
        if socket.is_dir() && !socket.is_symlink() {
            fs::remove_dir_all(&socket).unwrap();
        } else if socket.symlink_metadata().is_ok() {
            fs::remove_file(&socket).unwrap();
        }
        prepare();
        let error = cluster.lease().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(status(&cluster).await.state, State::Stopped);
    }
}

#[tokio::test]
async fn a_folder_of_others_is_neither_used_nor_deleted() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    let letter = scratch.path().join("c/data/letter");
    fs::create_dir_all(letter.parent().unwrap()).unwrap();
    fs::write(&letter, "dear").unwrap();
    assert_eq!(cluster.lease().await.unwrap_err().kind(), Kind::Configuration);
    assert_eq!(cluster.reset(InUse::Override).await.unwrap_err().kind(), Kind::Configuration);
    assert_eq!(said(&attestor(&scratch, &["local", "reset", "--yes", "--force"]).output().unwrap()).0, 78);
    assert_eq!(fs::read_to_string(&letter).unwrap(), "dear");
}

/// Somebody's own files beside the cluster's stay when it is deleted.
#[tokio::test]
async fn deleting_follows_no_links_and_takes_only_its_own() {
    let scratch = Scratch::new();
    let cluster = cluster(&scratch);
    cluster.lease().await.unwrap().end().await.unwrap();
    let (outside, note) = (scratch.path().join("outside"), scratch.path().join("c/note"));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("letter"), "dear").unwrap();
    fs::write(&note, "mine").unwrap();
    symlink(&outside, cluster.layout().data().join("link")).unwrap();
    cluster.reset(InUse::Refuse).await.unwrap();
    assert_eq!(fs::read_to_string(outside.join("letter")).unwrap(), "dear");
    assert_eq!(fs::read_to_string(&note).unwrap(), "mine");
    assert!(!cluster.layout().data().exists());
}
