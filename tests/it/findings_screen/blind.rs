//! What is hidden from who decides blind: no picture, no word, no order and no filter tells it.

use super::server::Console;
use crate::triage::stage::{Stage, stage};
use attestor::ids::DeedKey;
use attestor::triage::actions::set_blind_share;
use attestor::triage::blind::Share;
use attestor::triage::group::GroupBy;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings;
use attestor::triage::store::groups::{GroupQuery, groups};
use attestor::ui::command::Command;
use attestor::ui::screen::{Clock, Input, Look, Place, Screen, Told, Tools};
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;

/// What the AI may say of the three findings; the second set is as unlike the first as it can be.
const OPINIONS: [&str; 2] = [
    "update triage.findings set ai_verdict = 'TP', ai_confidence = 0.9 + id / 100.0, triage_decision = 'RV',
            ai_reasoning = 'it is reachable', remediation_patch = '@@ -1 +1 @@' || chr(10) || '-a' || chr(10) || '+b'",
    "update triage.findings set ai_verdict = 'fp', ai_confidence = 1 - id / 100.0, triage_decision = null,
            ai_reasoning = null, remediation_patch = null",
];

const FILTERS: [&str; 14] = [
    "",
    "is:undecided",
    "is:blind",
    "-is:blind",
    "ai:tp",
    "ai:fp",
    "ai:none",
    "-ai:fp",
    "confidence>0.5",
    "-confidence>0.5",
    "has:patch",
    "-has:patch",
    "risk>40",
    "has:ai",
];

async fn share(stage: &Stage, share: f64) {
    set_blind_share(&stage.db, Share::new(share).unwrap(), DeedKey::fresh()).await.unwrap();
}

fn told(console: &Console, part: Told) -> String {
    let theme = Theme::mono(Symbols::UNICODE);
    let look = Look { theme: &theme, clock: Clock::Utc, now: Utc::now() };
    console.screen.told(part, &look).join("\n")
}

/// All that a person is shown: each filter, each order, each finding, drawn and told; groups and counts.
async fn shown(stage: &Stage) -> Vec<String> {
    let mut all = Vec::new();
    let mut console = Console::open(Tools { db: stage.db.clone() }).await;
    for filter in FILTERS {
        let place = Place::Findings { filter: filter.to_owned() };
        console.tell(Input::Opened(Some(place))).await;
        all.push(format!("{filter}\n{}", console.screen()));
        let filter = attestor::filter::parse(filter, &FIELDS).unwrap();
        all.push(findings::count(&stage.db, &filter, Utc::now()).await.unwrap().to_string());
        for by in [GroupBy::Rule, GroupBy::File] {
            let query = GroupQuery { filter: filter.clone(), by, after: None, limit: 9, now: Utc::now() };
            all.push(format!("{:?}", groups(&stage.db, &query).await.unwrap().rows));
        }
    }
    console.tell(Input::Opened(Some(Place::Findings { filter: String::new() }))).await;
    for _ in 0..5 {
        console.command(Command::Sort).await;
        all.push(console.screen());
    }
    console.command(Command::Top).await;
    for _ in 0..3 {
        console.command(Command::FocusDetail).await;
        all.push(told(&console, Told::Row));
        all.push(told(&console, Told::Detail));
        all.push(console.screen());
        console.command(Command::FocusList).await;
        console.command(Command::Down).await;
    }
    all
}

#[tokio::test]
async fn nothing_that_is_shown_depends_on_what_is_hidden() {
    let mut stage = stage().await;
    stage.findings(3).await;
    share(&stage, 1.0).await;
    let mut seen = Vec::new();
    for opinion in OPINIONS {
        stage.run(opinion).await;
        seen.push(shown(&stage).await);
    }
    for (one, other) in seen[0].iter().zip(&seen[1]) {
        assert_eq!(one, other);
    }
    let all = seen.remove(0).join("\n");
    assert!(all.contains("hidden until you decide") && all.contains("37.5"), "{all}");
    assert!(!all.contains("reachable"), "{all}");
    // Shown to everyone, the same opinions look different: the comparison can fail.
    share(&stage, 0.0).await;
    let fp = shown(&stage).await;
    stage.run(OPINIONS[0]).await;
    assert_ne!(fp, shown(&stage).await);
}

#[tokio::test]
async fn a_decision_brings_the_other_side() {
    let mut stage = stage().await;
    stage.findings(2).await;
    share(&stage, 1.0).await;
    stage.run(OPINIONS[0]).await;
    let mut console = Console::open(Tools { db: stage.db.clone() }).await;
    console.tell(Input::Opened(Some(Place::Findings { filter: String::new() }))).await;
    assert_eq!(console.screen().matches("hidden").count(), 4, "{}", console.screen());
    console.command(Command::MarkFalsePositive).await;
    console.keys("test code\n").await;
    console.command(Command::Top).await;
    let row = told(&console, Told::Row);
    assert!(row.contains("risk 69.0, decided false positive, AI TP .92"), "{row}");
    let detail = told(&console, Told::Detail);
    assert!(detail.contains("TP .92  it is reachable") && detail.contains("proposed"), "{detail}");
    console.command(Command::Down).await;
    let row = told(&console, Told::Row);
    assert!(row.contains("risk 37.5, undecided, AI hidden"), "{row}");
}
