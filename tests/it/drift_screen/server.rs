//! The wishes, performed on a real server.

use crate::desk::Console;
use crate::support::{Scratch, database};
use attestor::drift::actions::load_policies;
use attestor::drift::jobs::import_observed;
use attestor::drift::policy::read_policies;
use attestor::ids::DeedKey;
use attestor::jobs::JobContext;
use attestor::ui::command::Command;
use attestor::ui::screen::Told;
use attestor::ui::screens::drift::Drift;

#[tokio::test]
async fn drift_is_found_read_and_decided() {
    let database = database().await;
    let db = database.db();
    let text = "repos = \"acme/*\"\n[desired.settings]\nhas_wiki = false\nhas_issues = true\n[desired.branch_protection]\nenforce_admins = true\n";
    let (policies, findings) = read_policies("base.toml", text);
    assert!(findings.is_empty());
    load_policies(&db, &policies, DeedKey::fresh()).await.unwrap();
    let scratch = Scratch::new();
    let file = scratch.path().join("seen.json");
    let seen = r#"{"repo":"acme/api","observed":{"branch_protection":{"enforce_admins":false},"settings":{"has_wiki":true,"has_issues":true}}}
        {"repo":"acme/ok","observed":{"branch_protection":{"enforce_admins":true},"settings":{"has_wiki":false,"has_issues":true}}}"#;
    std::fs::write(&file, seen).unwrap();
    import_observed(&db, file, None, &JobContext::unattended()).await.unwrap();

    let mut console = Console::open(Drift::new(), db, 38, |_| false).await;
    let list = console.told(Told::List);
    assert!(list.contains("1 critical, 1 drift, 1 in sync, of 2"), "{list}");
    assert!(list.contains("acme/api, 2 fields, 1 critical, mode observe, branch_protection.enforce_admins, settings.has_wiki"), "{list}");
    console.command(Command::AcceptDrift).await;
    console.keys("admins are on call\n").await;
    assert_eq!(console.said.last().unwrap(), "accepted; 1 field still drifts");
    console.command(Command::IgnoreDrift).await;
    let detail = console.told(Told::Detail);
    assert!(detail.contains("drift settings.has_wiki") || detail.contains("settings.has_wiki"), "{detail}");
    console.command(Command::FocusList).await;
    console.keys("\x1b").await;
    console.command(Command::Plan).await;
    let plan = console.told(Told::Detail);
    assert!(
        plan.contains("settings.has_wiki") && plan.contains("from  true") && plan.contains("to    false"),
        "{plan}"
    );
    assert!(!plan.contains("enforce_admins"), "what was accepted is not put right: {plan}");
}
