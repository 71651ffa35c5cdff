//! The person's editor, as the screen asks for it.

use super::desk::{Desk, detail, finding, sample};
use attestor::ids::FindingId;
use attestor::triage::markdown::markdown;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Edited, Input, Mode, Outside, Purpose, Screen};

fn asked(desk: &mut Desk) -> Option<Outside> {
    let asks = std::mem::take(&mut desk.asks);
    asks.into_iter().find_map(|ask| if let Ask::Edit(outside) = ask { Some(outside) } else { None })
}

#[test]
fn a_comment_goes_out_and_comes_back_without_being_sent() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Comment);
    desk.keys("begun");
    desk.asks.clear();
    desk.command(Command::Edit);
    let outside = asked(&mut desk).unwrap();
    assert_eq!((outside.name.as_str(), outside.text.as_str()), ("comment-12", "begun"));
    assert_eq!((outside.purpose, outside.chars_max), (Purpose::Edit, 20_000));
    desk.tell(Input::Edited(Edited::Text("begun\nand ended".into())));
    assert!(desk.screen().contains("and ended"), "{}", desk.screen());
    assert!(desk.deed().is_none());
    assert_eq!(desk.screen.drafts()[0].text, "begun\nand ended");
    desk.keys("<C-d>");
    assert!(desk.deed().is_some());
}

#[test]
fn an_editor_that_failed_changes_nothing() {
    let mut desk = Desk::with(sample());
    desk.command(Command::EditComment);
    assert_eq!(asked(&mut desk).unwrap().text, "");
    assert_eq!(desk.screen.mode(), Mode::Editor);
    desk.keys("kept");
    desk.tell(Input::Edited(Edited::Same));
    assert!(desk.screen().contains("kept"));
    assert_eq!(desk.screen.drafts()[0].text, "kept");
}

#[test]
fn a_reason_comes_back_in_one_line() {
    let mut desk = Desk::with(sample());
    desk.command(Command::MarkFalsePositive);
    desk.keys("why");
    desk.asks.clear();
    desk.command(Command::Edit);
    assert_eq!(asked(&mut desk).unwrap().name, "reason-FP");
    desk.tell(Input::Edited(Edited::Text("because\nof this".into())));
    assert!(desk.screen().contains("because of this"), "{}", desk.screen());
}

#[test]
fn a_row_is_read_as_markdown() {
    let mut desk = Desk::with(sample());
    desk.command(Command::Edit);
    let outside = asked(&mut desk).unwrap();
    assert_eq!((outside.name.as_str(), outside.purpose), ("finding-12", Purpose::Read));
    assert!(outside.text.starts_with("# sql-injection (#12)"), "{}", outside.text);
    // Another row, whose detail is not here yet.
    desk.command(Command::Down);
    desk.command(Command::Edit);
    assert!(asked(&mut desk).is_none());
}

#[test]
fn markdown_keeps_text_text_and_code_code() {
    let mut hostile = finding(3);
    hostile.rule_id = "[x](javascript:1) <b>\n# no".into();
    hostile.message = "1. one\n- two\n@everyone ![i](u)".into();
    hostile.file = "a`b".into();
    let mut hostile = detail(hostile);
    hostile.remediation_patch = Some("````\n```\n".into());
    let text = markdown(&hostile);
    assert!(text.starts_with("# \\[x\\](javascript:1) \\<b\\> \\# no (#3)\n"), "{text}");
    assert!(text.contains("1\\. one\n\\- two\n&#64;everyone \\!\\[i\\](u)"), "{text}");
    assert!(text.contains("`````diff\n````\n```\n`````\n"), "{text}");
    assert!(text.contains("`` a`b:"), "{text}");
}

#[test]
fn markdown_hides_what_is_decided_blind() {
    let mut blind = detail(sample().remove(0));
    blind.finding.blind = true;
    let text = markdown(&blind);
    assert_eq!(blind.finding.id, FindingId(12));
    assert!(!text.contains("AI") && !text.contains("flows to cursor"), "{text}");
    blind.finding.blind = false;
    assert!(markdown(&blind).contains("## AI: TP .93"));
}
