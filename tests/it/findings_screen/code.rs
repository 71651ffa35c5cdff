//! Code and patches: the colours come after the text, and tell nothing alone.

use super::desk::{Desk, detail, finding, sample};
use attestor::ids::FindingId;
use attestor::ui::command::Command;
use attestor::ui::screens::findings::reading::colour;
use attestor::ui::screens::findings::{Msg, Wish};
use attestor::ui::theme::{Symbols, Theme};
use attestor::ui::widgets::diff::{self, Patch};
use attestor::ui::widgets::syntax::{Token, of_code, of_patch};
use ratatui::style::{Color, Modifier};

/// The tokens of a line as words: `def=Keyword`.
fn tokens(file: &str, line: &str) -> Vec<String> {
    let read = of_code(file, &[line]);
    let shown =
        |(from, until, token): &(usize, usize, Token)| format!("{}={token:?}", line[*from..*until].trim());
    read.first().map(|tokens| tokens.iter().map(shown).collect()).unwrap_or_default()
}

#[test]
fn tokens_by_the_ending_of_the_file() {
    let python = tokens("api/users.py", "def get(x): return \"a\" + 1 # why");
    for expected in ["def=Keyword", "get=Name", "return=Keyword", "\"a\"=Text", "1=Number", "# why=Comment"] {
        assert!(python.iter().any(|token| token == expected), "{expected} in {python:?}");
    }
    assert!(tokens("src/lib.rs", "fn main() { let s = \"x\"; }").contains(&"fn=Keyword".to_owned()));
    assert!(tokens("a.go", "// note").contains(&"// note=Comment".to_owned()));
    for nothing in ["", "README", "a.unknown", "..", "/"] {
        assert!(of_code(nothing, &["def x"]).is_empty(), "{nothing}");
    }
}

#[test]
fn both_sides_of_a_patch_are_read_as_files() {
    let patch = "--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n x = \"\"\"\n-old\n+new\n \"\"\"\n@@ -9 +9 @@\n-return 1\n+return 2\n";
    let Patch::Diff(lines) = diff::read(patch) else { panic!() };
    let tokens = of_patch("unknown", &lines);
    // Within the text of several lines, on either side.
    assert_eq!(tokens[4], vec![(0, 3, Token::Text)]);
    assert_eq!(tokens[5], vec![(0, 3, Token::Text)]);
    assert_eq!(tokens[8][0], (0, 6, Token::Keyword));
}

#[test]
fn long_and_hostile_code_stays_plain() {
    let long = format!("x = {}", "(".repeat(5_000));
    assert_eq!(of_code("a.py", &[long.as_str(), "return 1"])[0], vec![]);
    let many = vec!["\"'`{[(</*"; 2_000];
    assert!(of_code("a.js", &many).len() <= 500);
}

#[test]
fn lines_of_different_numbers_are_paired_by_their_words() {
    let patch = "@@ -1,1 +1,3 @@\n-run(user, host)\n+# first\n+check(host)\n+run(user, port)\n";
    let Patch::Diff(lines) = diff::read(patch) else { panic!() };
    let words =
        |at: usize| -> Vec<&str> { lines[at].changed.iter().map(|(a, b)| &lines[at].text[*a..*b]).collect() };
    assert_eq!((words(1), words(2), words(4)), (vec!["host"], vec![], vec!["port"]));
}

#[test]
fn real_patches_are_read_and_coloured() {
    let folder = ["../shared/data/patches", "../../shared/data/patches"];
    let Some(entries) = folder.iter().find_map(|folder| std::fs::read_dir(folder).ok()) else {
        eprintln!("no real patches beside the checkout; passed over");
        return;
    };
    let mut read = 0;
    for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let text = attestor::text::SafeText::new(&text);
        if let Patch::Diff(lines) = diff::read(&text) {
            let coloured = of_patch("", &lines);
            for (line, tokens) in lines.iter().zip(&coloured) {
                assert!(tokens.iter().all(|(a, b, _)| line.text.get(*a..*b).is_some()), "{path:?}");
                assert!(line.changed.iter().all(|(a, b)| line.text.get(*a..*b).is_some()), "{path:?}");
            }
            read += 1;
        }
    }
    assert!(read > 5, "{read} of them are diffs");
}

/// The wish for colours that a detail brings, answered.
fn coloured() -> Desk {
    let mut desk = Desk::opened(120, 38);
    desk.answer_rows(
        sample(),
        attestor::ui::list_detail::window::Edge::End,
        attestor::ui::list_detail::window::Edge::End,
    );
    desk.answer_detail();
    let wish = desk.wishes().into_iter().find(|wish| matches!(wish, Wish::Colour(_)));
    let Some(Wish::Colour(code)) = wish else { panic!("no colours are asked for") };
    let plain = desk.screen();
    desk.answer(Msg::Coloured(code.finding, Box::new(colour(&code))));
    assert_eq!(desk.screen(), plain, "colours move nothing");
    desk
}

/// The style of the first cell of `text` on a line that holds `line`.
fn style(desk: &Desk, line: &str, text: &str) -> (Color, Modifier) {
    let buffer = desk.buffer();
    for y in 0..desk.rows {
        let shown = super::desk::line(&buffer, y);
        if let Some(start) = shown.find(line)
            && let Some(at) = shown[start..].find(text)
        {
            let x = shown[..start + at].chars().count() as u16;
            return (buffer[(x, y)].fg, buffer[(x, y)].modifier);
        }
    }
    panic!("no {text} in {line} on\n{}", desk.screen())
}

#[test]
fn words_of_a_patch_are_marked_without_colours_too() {
    let mut desk = coloured();
    assert_eq!(style(&desk, "+     q = ", "q").0, Color::Green);
    assert_eq!(style(&desk, "+     q = ", "%s").1, Modifier::BOLD | Modifier::UNDERLINED);
    assert_eq!(style(&desk, "def get", "def").0, Color::Magenta);
    desk.theme = Theme::mono(Symbols::UNICODE);
    assert!(style(&desk, "+     q = ", "%s").1.contains(Modifier::UNDERLINED));
    assert!(style(&desk, "def get", "def").1.contains(Modifier::BOLD));
    let buffer = desk.buffer();
    assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

#[test]
fn colours_are_asked_once_for_the_same_code() {
    let mut desk = coloured();
    desk.asks.clear();
    desk.command(Command::Refresh);
    desk.answer_rows(
        sample(),
        attestor::ui::list_detail::window::Edge::End,
        attestor::ui::list_detail::window::Edge::End,
    );
    desk.answer_detail();
    assert!(desk.wishes().iter().all(|wish| !matches!(wish, Wish::Colour(_))));
    assert_eq!(style(&desk, "def get", "def").0, Color::Magenta);
    // Tokens of another finding, or for other lines, harm nothing.
    let mut other = detail(finding(99));
    other.remediation_patch = Some("just words".into());
    desk.answer(Msg::Coloured(FindingId(99), Box::default()));
    assert_eq!(style(&desk, "def get", "def").0, Color::Magenta);
}
