//! What may stand behind `import` in the console.

use attestor::flaky::import::JunitOptions;
use attestor::triage::import::ImportOptions;
use attestor::ui::app::Intake;
use std::path::PathBuf;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[track_caller]
fn check(text: &str, expected: Intake) {
    assert_eq!(Intake::read(text), Ok(expected), "{text}");
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let why = Intake::read(text).unwrap_err();
    assert!(why.contains(expected), "{text}: {why}");
}

#[test]
fn a_scan_takes_what_the_command_line_takes() {
    let plain = |path: &str| Intake::Sarif(PathBuf::from(path), ImportOptions::default());
    check("scan.sarif", plain("scan.sarif"));
    check("  a b --c.sarif ", plain("a b --c.sarif"));
    check("--odd.sarif", plain("--odd.sarif"));
    check(
        "~/a b.sarif --repo acme/api --commit=4f2c91d --branch main --platform github",
        Intake::Sarif(
            PathBuf::from("~/a b.sarif"),
            ImportOptions {
                repo: some("acme/api"),
                commit: some("4f2c91d"),
                branch: some("main"),
                platform: some("github"),
            },
        ),
    );
    check_refused("scan.sarif --environment linux", "--environment says nothing about a file of a scanner");
    check_refused("scan.sarif --run 7", "--run says nothing");
}

#[test]
fn results_of_tests_need_their_repository() {
    check(
        "out/junit.xml --repo https://github.com/acme/api.git --commit 4f2c91d --branch main --environment linux \
         --run 7 --workflow ci",
        Intake::Junit(
            PathBuf::from("out/junit.xml"),
            JunitOptions {
                repo: "acme/api".to_owned(),
                commit: some("4f2c91d"),
                branch: some("main"),
                environment: some("linux"),
                run: some("7"),
                workflow: some("ci"),
            },
        ),
    );
    let bare = JunitOptions { repo: "acme/api".to_owned(), ..JunitOptions::default() };
    check("R.XML.GZ --repo acme/api", Intake::Junit(PathBuf::from("R.XML.GZ"), bare));
    check_refused("junit.xml", "add --repo OWNER/NAME");
    check_refused(
        "junit.xml --repo acme/api --platform github",
        "--platform says nothing about results of tests",
    );
}

#[test]
fn what_is_not_understood_is_said() {
    check_refused("", "its file comes first");
    check_refused("--repo acme/api", "its file comes first");
    check_refused("a.xml --repo", "--repo needs a value");
    check_refused("a.xml --repo --commit x", "--repo needs a value");
    check_refused("a.xml --repo a/b --repo c/d", "--repo is said twice");
    check_refused("a.xml --repo a/b c/d", "c/d is not understood");
    check_refused("a.xml --repo a/b --colour red", "--colour is not understood");
    check_refused(&format!("a.xml --repo {}", "x".repeat(600)), "1 to 512 bytes");
}
