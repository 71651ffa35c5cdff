//! Jobs in the background.

use super::{check_footer, console};
use attestor::error::{Error, Kind};
use attestor::jobs::Progress;
use attestor::ui::app::{Effect, Event, Intake, JobDeed};

#[test]
fn an_import_runs_as_a_job() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import scan.sarif");
    assert!(matches!(console.effects.as_slice(), [Effect::CompletePath(path)] if path == "scan.sarif"));
    let id = match console.keys(&["\r"]) {
        [Effect::StartJob(id, JobDeed::Import(what))] if what.path().as_os_str() == "scan.sarif" => *id,
        other => panic!("{other:?}"),
    };
    let progress = Progress { step: "reading".into(), done: 43, total: Some(100) };
    console.event(Event::JobMoved(id, progress));
    check_footer(&console, "job 1 reading 43 %");
    console.keys(&["J"]);
    assert!(console.screen(80, 24).contains("import scan.sarif  reading 43 %"));
    assert_eq!(console.keys(&["x"]), [Effect::CancelJob(id)]);
    assert_eq!(console.keys(&["x"]), [], "cancelled twice");
    console.keys(&["\x1b"]);
    console
        .event(Event::JobEnded(id, Err(Error::new(Kind::Incomplete, "cancelled; nothing of it was kept"))));
    check_footer(&console, "import scan.sarif: cancelled; nothing of it was kept");
    assert!(!console.footer().contains("job 1"));
}

/// The hint, which stands at the end, is the part that helps.
#[test]
fn a_failed_job_is_told_whole_with_what_to_try() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import scan.sarif");
    let id = match console.keys(&["\r"]) {
        [Effect::StartJob(id, _)] => *id,
        other => panic!("{other:?}"),
    };
    let refused = Error::new(Kind::Denied, "permission denied for table imports")
        .hint("taking files in takes attestor_analyst or attestor_producer; ask an administrator");
    console.event(Event::JobEnded(id, Err(refused)));
    let screen = console.screen(80, 24);
    let told = screen.lines().skip(20).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = told.split_whitespace().collect();
    assert!(
        words.join(" ").contains(
            "import scan.sarif: permission denied for table imports; taking files in takes attestor_analyst or \
             attestor_producer; ask an administrator"
        ),
        "{screen}"
    );
    assert!(!console.screen(80, 24).contains('…'), "{screen}");
    console.keys(&["?"]);
    assert!(console.screen(80, 24).lines().last().unwrap().contains("import scan.sarif: permission"));
    console.keys(&["\x1b", "J"]);
    let panel: Vec<String> =
        console.screen(80, 24).lines().skip(19).take(4).map(|line| line.trim_end().to_owned()).collect();
    assert_eq!(
        panel,
        [
            "── jobs ────────────────────────────────────────────────────────────────────────",
            " > ✗ import scan.sarif",
            "     permission denied for table imports; taking files in takes attestor_analyst",
            "     or attestor_producer; ask an administrator",
        ]
    );
    assert!(
        console.screen(160, 24).contains("✗ import scan.sarif  permission denied for table imports; taking")
    );
}

#[test]
fn an_import_that_lacks_something_is_said_and_starts_nothing() {
    let mut console = console();
    console.keys(&[":"]);
    console.read("import junit.xml");
    assert_eq!(console.keys(&["\r"]), []);
    let screen = console.screen(80, 24);
    let said = "results of tests do not tell their repository: add --repo OWNER/NAME";
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines[22].contains(said), "what the footer has no room for stands above it, whole: {screen}");
    assert!(lines[23].contains("? help"), "{screen}");
    assert_eq!(console.screen(120, 24).lines().filter(|line| line.contains(said)).count(), 1);
    assert!(
        console.screen(120, 24).lines().last().unwrap().contains(said),
        "where it has room, it stands in it"
    );
    console.keys(&[":"]);
    console.read("import junit.xml --repo acme/api --run 7");
    match console.keys(&["\r"]) {
        [Effect::StartJob(_, JobDeed::Import(what))] => {
            assert_eq!(**what, Intake::read("junit.xml --repo acme/api --run 7").unwrap());
        }
        other => panic!("{other:?}"),
    }
}
