//! Where the cluster lies, for everybody.

use attestor::db::local::layout::{Layout, Surroundings};
use attestor::error::Kind;
use nix::unistd::{Uid, geteuid};
use std::fs::{create_dir, set_permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

fn alice() -> Surroundings {
    Surroundings {
        local_dir: None,
        runtime_dir: None,
        data_dir: Some(PathBuf::from("/home/alice/.local/share/attestor")),
        temporary: PathBuf::from("/tmp"),
        uid: Uid::from_raw(1000),
        user: "alice".to_owned(),
    }
}

#[test]
fn everybody_has_a_place() {
    let of = |surroundings: Surroundings| Layout::choose(&surroundings).unwrap();
    let layout = of(alice());
    assert_eq!(layout.top, Path::new("/home/alice/.local/share/attestor/local"));
    assert!(layout.socket.starts_with("/tmp/attestor-1000"));
    let elsewhere = of(Surroundings { data_dir: Some("/mnt/alice".into()), ..alice() });
    assert!(elsewhere.socket.starts_with("/tmp/attestor-1000"));
    assert_ne!(elsewhere.socket, layout.socket, "another home, another cluster");

    let root = of(Surroundings { uid: Uid::from_raw(0), user: "root".to_owned(), ..alice() });
    assert_eq!(root.top, Path::new("/var/lib/attestor"));
    assert_eq!(root.socket, Path::new("/var/lib/attestor/socket"));

    let chosen = of(Surroundings { local_dir: Some("/srv/a".into()), ..alice() });
    assert_eq!((chosen.top, chosen.socket), ("/srv/a".into(), "/srv/a/socket".into()));

    let homeless = Layout::choose(&Surroundings { data_dir: None, ..alice() }).unwrap_err();
    assert_eq!(homeless.kind(), Kind::Configuration);
}

/// A folder with that mode, of an ordinary user: the user of the tests, or another where that is root.
fn runtime_folder(parent: &Path, name: &str, mode: u32) -> (PathBuf, Uid) {
    let folder = parent.join(name);
    create_dir(&folder).unwrap();
    set_permissions(&folder, PermissionsExt::from_mode(mode)).unwrap();
    let owner = if geteuid().is_root() { Uid::from_raw(1000) } else { geteuid() };
    chown(&folder, Some(owner.as_raw()), None).unwrap();
    (folder, owner)
}

#[test]
fn the_runtime_folder_is_used_where_it_is_the_users_own() {
    let parent = tempfile::tempdir().unwrap();
    let socket = |runtime: &Path, uid: Uid| {
        Layout::choose(&Surroundings { runtime_dir: Some(runtime.to_owned()), uid, ..alice() })
            .unwrap()
            .socket
    };
    let (mine, me) = runtime_folder(parent.path(), "mine", 0o700);
    assert!(socket(&mine, me).starts_with(mine.join("attestor")));
    let stranger = Uid::from_raw(me.as_raw() + 1);
    assert!(socket(&mine, stranger).starts_with(format!("/tmp/attestor-{stranger}")), "as su hands it on");
    let (open, me) = runtime_folder(parent.path(), "open", 0o755);
    assert!(socket(&open, me).starts_with("/tmp"));
    assert!(socket(&parent.path().join("missing"), me).starts_with("/tmp"));
    let (long, me) = runtime_folder(parent.path(), &"x".repeat(100), 0o700);
    assert!(socket(&long, me).starts_with("/tmp"), "too long for a socket, and there is a shorter one");
}

#[test]
fn a_path_too_long_for_a_socket_is_said_before_postgresql_fails() {
    let choose =
        |local_dir: &str| Layout::choose(&Surroundings { local_dir: Some(local_dir.into()), ..alice() });
    let most = if cfg!(target_os = "macos") { 103 } else { 107 };
    let fits = format!("/{}", "x".repeat(most - "/".len() - "/socket/.s.PGSQL.5432".len()));
    choose(&fits).unwrap();
    let error = choose(&(fits + "x")).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(error.to_string().contains(&format!("{} bytes", most + 1)), "{error}");
    assert!(error.hint_text().unwrap().contains("ATTESTOR_LOCAL_DIR"));
}

#[test]
fn logins_are_named_after_users() {
    let check = |user: &str, login: &str, superuser: &str| {
        let layout = Layout::choose(&Surroundings { user: user.to_owned(), ..alice() }).unwrap();
        assert_eq!((layout.login.as_str(), layout.superuser), (login, superuser));
    };
    check("alice", "alice", "postgres");
    check("al.ice o'hara", "al.ice o'hara", "postgres");
    check("postgres", "postgres", "attestor_superuser");
    // Names that PostgreSQL, or attestor, keeps for itself.
    check("pg_monitor", "user_pg_monitor", "postgres");
    check("public", "user_public", "postgres");
    check("none", "user_none", "postgres");
    check("attestor_owner", "user_attestor_owner", "postgres");
    check("attestor", "attestor", "postgres");
    check(&"é".repeat(40), &"é".repeat(31), "postgres");
}
