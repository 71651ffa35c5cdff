//! Files and their rights.

use super::{named, standing};
use attestor::cli::doctor::check::Standing;
use attestor::cli::doctor::configuration::{Facts, Found, judge};
use attestor::config::origin::{Named, Setting};

fn fine() -> Facts {
    Facts {
        file: Some(("/home/a/.config/attestor/config.toml".into(), Found::Mine { mode: 0o600 })),
        state: Some(("/home/a/.local/state/attestor".into(), Found::Mine { mode: 0o700 })),
        ..Facts::default()
    }
}

#[test]
fn all_is_well() {
    let checks = judge(&fine());
    assert!(checks.iter().all(|check| check.status == Standing::Ok && check.advice.is_none()), "{checks:?}");
}

#[test]
fn rights_of_the_file() {
    for (found, expected) in [
        (Found::Nothing, Standing::Ok),
        (Found::Mine { mode: 0o644 }, Standing::Ok),
        (Found::Foreign, Standing::Ok),
        (Found::Mine { mode: 0o664 }, Standing::Warning),
        (Found::Mine { mode: 0o602 }, Standing::Warning),
    ] {
        let file = Some(("/x/it's".into(), found));
        let checks = judge(&Facts { file, ..fine() });
        assert_eq!(standing(&checks, "file"), expected, "{found:?}");
        if expected == Standing::Warning {
            assert_eq!(named(&checks, "file").advice.as_deref(), Some(r"chmod go-w '/x/it'\''s'"));
        }
    }
    assert_eq!(standing(&judge(&Facts { file: None, ..fine() }), "file"), Standing::Warning);
}

#[test]
fn rights_of_the_state_folder() {
    for (found, expected) in [
        (Some(Found::Nothing), Standing::Ok),
        (Some(Found::Mine { mode: 0o700 }), Standing::Ok),
        (Some(Found::Mine { mode: 0o750 }), Standing::Warning),
        (Some(Found::Mine { mode: 0o701 }), Standing::Warning),
        (Some(Found::Mine { mode: 0o500 }), Standing::Fails),
        (Some(Found::Foreign), Standing::Fails),
        (None, Standing::Fails),
    ] {
        let state = found.map(|found| ("/s".into(), found));
        assert_eq!(standing(&judge(&Facts { state, ..fine() }), "state folder"), expected, "{found:?}");
    }
    let open_to_others = vec!["/home/a/.local/state/attestor/drafts/x.json".into()];
    let checks = judge(&Facts { open_to_others, ..fine() });
    assert_eq!(standing(&checks, "state folder"), Standing::Warning);
    assert!(named(&checks, "state folder").found.contains("x.json"));
}

#[test]
fn settings_and_where_they_come_from() {
    let settings = vec![Setting { name: "theme", value: "mono".into(), origin: "ATTESTOR_THEME".into() }];
    assert_eq!(named(&judge(&Facts { settings, ..fine() }), "theme").found, "mono (from ATTESTOR_THEME)");
    let problem = Some(("unknown field `databse`".to_owned(), None));
    let checks = judge(&Facts { problem: problem.clone(), ..fine() });
    assert_eq!(standing(&checks, "settings"), Standing::Fails);
    // That nothing is configured is told by the database's part.
    let checks = judge(&Facts { problem, unconfigured: true, ..fine() });
    assert!(checks.iter().all(|check| check.status == Standing::Ok), "{checks:?}");
}

#[test]
fn connections() {
    let one = |read_only, place| Named { name: "prod".to_owned(), read_only, place };
    for (connection, expected, says) in [
        (one(false, Ok("me@db/x".to_owned())), Standing::Ok, "me@db/x"),
        (one(true, Ok("me@db/x".to_owned())), Standing::Ok, "me@db/x, read-only"),
        (one(false, Err("no address".to_owned())), Standing::Fails, "no address"),
    ] {
        let checks = judge(&Facts { connections: vec![connection], ..fine() });
        assert_eq!(standing(&checks, "connection prod"), expected);
        assert_eq!(named(&checks, "connection prod").found, says);
    }
}
