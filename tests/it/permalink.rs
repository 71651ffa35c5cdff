//! Links to findings: written, read, refused, and opened by the program.

use attestor::config::permalink::{Linked, Permalink};
use attestor::ids::{FindingId, TestId};
use proptest::prelude::*;
use std::process::Command;

fn refused(link: &str, why: &str) {
    let error = link.parse::<Permalink>().unwrap_err().to_string();
    assert!(error.contains(why), "{link}: {error}");
}

#[test]
fn what_is_no_link_is_said_to_be_none() {
    refused("", "does not begin with attestor://");
    refused("https://prod/findings/1", "does not begin");
    refused("attestor://prod", "names no finding");
    refused("attestor://prod/scans/1", "names no finding");
    refused("attestor:///findings/1", "name of the connection");
    refused("attestor://a%zz/findings/1", "name of the connection");
    refused("attestor://a%ff/findings/1", "name of the connection");
    refused("attestor://a%/findings/1", "name of the connection");
    refused("attestor://prod/findings/", "no number");
    refused("attestor://prod/findings/-3", "no number");
    refused("attestor://prod/findings/#3", "no number");
    refused("attestor://prod/findings/3/../4", "no number");
    refused("attestor://prod/findings/99999999999999999999", "no number");
    refused(&format!("attestor://{}/findings/1", "a".repeat(2_000)), "too long");
    refused("attestor://\u{1b}[31m/x/1", "names no finding");
    let said = "attestor://\u{1b}[31m/x/1".parse::<Permalink>().unwrap_err().to_string();
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn a_link_names_connection_and_finding() {
    let link = Permalink { connection: "demo large/ü".into(), to: Linked::Finding(FindingId(12)) };
    assert_eq!(link.to_string(), "attestor://demo%20large%2F%C3%BC/findings/12");
    let read = |link: &str| link.parse::<Permalink>().unwrap().to;
    assert_eq!(read(" attestor://prod/findings/7\n"), Linked::Finding(FindingId(7)));
    assert_eq!(read("attestor://prod/tests/7"), Linked::Test(TestId(7)));
    let link = Permalink { connection: "prod".into(), to: Linked::Test(TestId(12)) };
    assert_eq!(link.to_string(), "attestor://prod/tests/12");
}

proptest! {
    #[test]
    fn every_name_comes_back(name in "\\PC{1,40}", number in 0_i64..i64::MAX) {
        let link = Permalink { connection: name, to: Linked::Finding(FindingId(number)) };
        prop_assert_eq!(link.to_string().parse::<Permalink>().unwrap(), link);
    }
}

/// Without a terminal the finding is printed; a link of another connection is not taken for one's own.
#[tokio::test]
async fn the_program_follows_links() {
    let database = crate::support::database().await;
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], url: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", url)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let url = database.url();
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let own = format!("attestor://{name}/findings/404");
    for arguments in [vec!["open", &own], vec![&own], vec!["--color", "never", &own]] {
        let (status, said) = run(&arguments, &url);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("404"), "{arguments:?}: {said}");
    }
    let (status, said) = run(&["open", "attestor://prod/findings/404"], &url);
    assert_eq!(status, 78, "{said}");
    assert!(said.contains("prod"), "{said}");
    let (status, _) = run(&["open", "prod/404"], &url);
    assert_eq!(status, 2);
}
