//! How the screen looks, at four sizes.

use super::desk::{Desk, detail, finding, findings, line, now, sample};
use attestor::error::{Error, Kind};
use attestor::ids::Version;
use attestor::text::SafeText;
use attestor::triage::actions::Outcome;
use attestor::triage::feedback::{Conflict, Mine, Theirs};
use attestor::triage::finding::Verdict;
use attestor::ui::command::Command;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::{Input, Screen};
use attestor::ui::screens::findings::{Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use ratatui::style::Modifier;

fn pictures(name: &str, state: impl Fn(u16, u16) -> Desk) {
    crate::desk::pictures("findings_screen", name, |columns, rows| state(columns, rows).screen());
}

fn full(columns: u16, rows: u16) -> Desk {
    Desk::sized(columns, rows, sample())
}

#[test]
fn full_at_all_sizes() {
    pictures("full", full);
}

#[test]
fn detail_zoomed() {
    pictures("zoomed", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::OpenSelected);
        desk.command(Command::OpenSelected);
        desk
    });
}

#[test]
fn loading() {
    pictures("loading", Desk::opened);
}

#[test]
fn empty_database() {
    pictures("empty", |columns, rows| Desk::sized(columns, rows, Vec::new()));
}

#[test]
fn no_match() {
    pictures("no_match", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::Filter);
        desk.keys("<C-u>rule:nothing<Enter>");
        let (ticket, from) = desk.asked_rows().unwrap();
        let rows = attestor::ui::screens::findings::wish::Rows {
            rows: Vec::new(),
            above: Edge::End,
            below: Edge::End,
            at: 0,
            newest: Some(attestor::ids::FindingId(31)),
        };
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Ok(rows) });
        desk
    });
}

#[test]
fn failed() {
    pictures("failed", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::Refresh);
        let (ticket, from) = desk.asked_rows().unwrap();
        let error = Error::new(Kind::NoDatabase, "the database does not answer");
        desk.answer(Msg::Rows { ticket, from, at: now(), result: Err(error) });
        desk
    });
}

#[test]
fn filter_error() {
    pictures("filter_error", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::Filter);
        desk.keys("<C-u>is:undecided sevrity>=high");
        desk
    });
}

#[test]
fn completion() {
    pictures("completion", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::Filter);
        desk.keys("<C-u>severity>=<Tab><Tab>");
        desk
    });
}

#[test]
fn prompt() {
    pictures("prompt", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::MarkFalsePositive);
        desk.keys("internal tool");
        desk
    });
}

#[test]
fn editor() {
    pictures("editor", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::Comment);
        desk.keys("Seen in the staging logs too.<Enter><Enter>Ask the owners of 漢字 first.");
        desk
    });
}

#[test]
fn conflict() {
    pictures("conflict", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::MarkFalsePositive);
        desk.keys("internal tool<Enter>");
        let deed = desk.deed().unwrap();
        desk.answer(conflict_of(&deed));
        desk
    });
}

#[test]
fn hostile_text() {
    pictures("hostile", hostile_desk);
}

#[test]
fn saving_and_decided() {
    pictures("saving", |columns, rows| {
        let mut desk = full(columns, rows);
        desk.command(Command::MarkFalsePositive);
        desk.keys("internal tool<Enter>");
        let deed = desk.deed().unwrap();
        let row = sample().remove(0);
        desk.answer(super::desk::done(&deed, vec![super::desk::decided(row, Some(Verdict::FalsePositive))]));
        desk.command(Command::MarkTruePositive);
        desk.keys("reachable from the network<Enter>");
        desk.command(Command::Mark);
        desk
    });
}

fn conflict_of(deed: &Wish) -> Msg {
    let conflict = Conflict {
        finding: deed.findings()[0],
        mine: Mine {
            verdict: Some(Verdict::FalsePositive),
            reason: Some("internal tool".into()),
            version: Version(1),
        },
        theirs: Theirs {
            verdict: Some(Verdict::TruePositive),
            reason: Some("reachable from the network".into()),
            actor: Some("bob".into()),
            at: Some(now()),
            version: Version(2),
        },
    };
    Msg::Done(deed.key().unwrap(), Ok(Outcome::Conflict(vec![conflict])))
}

/// What an enemy would put into every field.
fn hostile() -> String {
    let marks = "\u{301}".repeat(10_000);
    format!("\u{1b}[31m\u{1b}]0;owned\u{7}a{marks}\u{202e}evil\u{2066}\u{200b}\u{9b}2J\r\n\tz\u{feff}")
}

fn hostile_desk(columns: u16, rows: u16) -> Desk {
    let text = SafeText::new(&hostile());
    let mut row = finding(66);
    (row.rule_id, row.file, row.message) = (text.clone(), text.clone(), text.clone());
    (row.project_name, row.tool, row.ai_verdict) = (text.clone(), text.clone(), Some(text.clone()));
    let mut all = detail(row.clone());
    all.ai_reasoning = Some(text.clone());
    all.remediation_patch = Some(text.clone());
    all.help_uri = Some(text.clone());
    all.tags = vec![text.clone()];
    all.feedback[0].comments = text.clone();
    all.feedback[0].actor = text.clone();
    all.entries[0].event_type = text.clone();
    if let (Some(snippet), Some(scan)) = (&mut all.snippet, &mut all.scan) {
        snippet.text = text.clone();
        (scan.branch, scan.commit_sha) = (Some(text.clone()), Some(text.clone()));
    }
    let mut desk = Desk::opened(columns, rows);
    desk.answer_rows(vec![row.clone(), finding(65)], Edge::End, Edge::End);
    desk.answer(Msg::Detail(row.id, Ok(Box::new(all))));
    desk
}

#[test]
fn no_control_character_reaches_a_cell() {
    for (columns, rows) in [(80, 22), (200, 48), (40, 10), (23, 6)] {
        let mut desk = hostile_desk(columns, rows);
        let check = |what: &str, desk: &Desk| {
            let buffer = desk.buffer();
            for cell in buffer.content() {
                let symbol = cell.symbol();
                let bad = symbol.chars().find(|c| {
                    c.is_control() || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
                });
                assert_eq!(bad, None, "{what} at {columns}×{rows}: {symbol:?}");
                assert!(
                    symbol.chars().count() <= 6,
                    "{what}: a cell of {} characters",
                    symbol.chars().count()
                );
            }
        };
        check("list and detail", &desk);
        desk.command(Command::FocusDetail);
        for _ in 0..40 {
            desk.command(Command::PageDown);
            check("detail", &desk);
        }
        desk.command(Command::FocusList);
        desk.command(Command::MarkFalsePositive);
        desk.tell(Input::Paste(hostile()));
        check("prompt", &desk);
        desk.keys("<Esc>");
        desk.command(Command::Comment);
        desk.tell(Input::Paste(hostile()));
        check("editor", &desk);
        desk.keys("<Esc>");
        desk.tell(Input::Paste(hostile()));
        check("filter", &desk);
        desk.keys("<Esc>");
        desk.command(Command::GoFeedback);
        check("feedback", &desk);
    }
}

#[test]
fn nothing_is_drawn_outside_its_area_and_no_size_panics() {
    for columns in (0..130).step_by(7) {
        for rows in 0..30 {
            let mut desk = full(columns, rows);
            desk.screen();
            for command in [Command::FocusDetail, Command::Zoom, Command::MarkFalsePositive] {
                desk.command(command);
                desk.screen();
            }
            desk.keys("why<Esc>");
            desk.command(Command::Comment);
            desk.keys("why");
            desk.screen();
        }
    }
}

#[test]
fn ascii_symbols_are_all_ascii() {
    let mut desk = full(120, 38);
    desk.theme = Theme::named("dark", Symbols::ASCII).unwrap();
    desk.command(Command::Mark);
    let screen = desk.screen();
    let own: String = screen.lines().filter(|line| !line.contains('漢')).collect();
    assert_eq!(own.chars().find(|c| !c.is_ascii()), None, "{screen}");
}

#[test]
fn columns_align_whatever_the_characters_are() {
    let desk = Desk::sized(100, 22, sample());
    let screen = desk.screen();
    let header = screen.lines().nth(1).unwrap();
    let at = unicode_width::UnicodeWidthStr::width(&header[..header.find("AGE").unwrap()]) + 3;
    for line in screen.lines().skip(2).take(9) {
        let mut cells = 0;
        let end = line.char_indices().find(|(_, c)| {
            cells += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            cells >= at
        });
        let (byte, c) = end.unwrap();
        let after = &line[byte + c.len_utf8()..];
        assert!(!c.is_whitespace() && after.starts_with("  "), "the age does not end at cell {at}: {line}");
    }
}

#[test]
fn styles_carry_meaning_in_dark_and_in_mono() {
    for (theme, dims) in [("dark", false), ("mono", true)] {
        let mut desk = Desk::with(sample());
        desk.theme = Theme::named(theme, Symbols::UNICODE).unwrap();
        let buffer = desk.buffer();
        let x = line(&buffer, 2).find("sql-injection").unwrap() as u16;
        let selected = buffer[(x, 2)].style();
        assert!(selected.add_modifier.contains(Modifier::BOLD), "{theme}: the row under the cursor is bold");
        assert!(!buffer[(x, 3)].style().add_modifier.contains(Modifier::BOLD), "{theme}: other rows are not");
        let _ = dims;
        desk.command(Command::MarkFalsePositive);
        desk.keys("no<Enter>");
        let deed = desk.deed().unwrap();
        let row = super::desk::decided(sample().remove(0), Some(Verdict::FalsePositive));
        desk.answer(super::desk::done(&deed, vec![row]));
        let buffer = desk.buffer();
        assert_eq!(buffer[(x, 2)].style().fg, desk.theme.dim.fg.or(buffer[(x, 2)].style().fg), "{theme}");
        assert_eq!(
            buffer[(x, 2)].style().add_modifier.contains(Modifier::DIM),
            desk.theme.dim.add_modifier.contains(Modifier::DIM),
            "{theme}: a decided row stands back"
        );
        assert!(line(&buffer, 2).contains("✓ FP"), "{theme}: {}", line(&buffer, 2));
    }
}

#[test]
fn the_text_cursor_stands_where_text_goes() {
    let mut desk = Desk::with(findings(3));
    assert_eq!(desk.drawn().1, None);
    desk.command(Command::MarkFalsePositive);
    desk.keys("漢字");
    let (buffer, cursor) = desk.drawn();
    let cursor = cursor.unwrap();
    let before: String = line(&buffer, cursor.y);
    assert!(before.starts_with(" reason 漢字"), "{before}");
    assert_eq!(cursor.x, " reason ".len() as u16 + 4);
    assert_eq!(desk.screen.mode(), attestor::ui::screen::Mode::Line);
}
