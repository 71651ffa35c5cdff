//! Themes, colours, symbols, and what is put on the clipboard.

use attestor::text::SafeText;
use attestor::ui::Colour;
use attestor::ui::clipboard::{BYTES_MAX, Wrapping, sequence};
use attestor::ui::run::has_colours;
use attestor::ui::terminal::locale_is_utf8;
use attestor::ui::theme::{Symbols, Theme};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

fn variables<'v>(set: &'v [(&'v str, &'v str)]) -> impl Fn(&str) -> Option<String> + 'v {
    move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn the_locale_decides_the_symbols() {
    let check =
        |set: &[(&str, &str)], expected| assert_eq!(locale_is_utf8(variables(set)), expected, "{set:?}");
    check(&[("LANG", "de_DE.UTF-8")], true);
    check(&[("LANG", "en_US.utf8")], true);
    check(&[("LANG", "C.UTF-8"), ("LC_ALL", "C")], false);
    check(&[("LANG", "C"), ("LC_CTYPE", "en_US.UTF-8")], true);
    check(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")], true);
    check(&[("LANG", "de_DE.ISO-8859-1")], false);
    check(&[], false);
}

#[test]
fn colours_are_used_where_nobody_refuses_them() {
    let check = |colour, set: &[(&str, &str)], expected| {
        assert_eq!(has_colours(colour, variables(set)), expected, "{colour:?} {set:?}");
    };
    check(Colour::Auto, &[("TERM", "xterm-256color")], true);
    check(Colour::Auto, &[("TERM", "xterm"), ("NO_COLOR", "1")], false);
    check(Colour::Auto, &[("TERM", "xterm"), ("NO_COLOR", "")], true);
    check(Colour::Auto, &[("TERM", "vt100")], false);
    check(Colour::Auto, &[("TERM", "xterm-mono")], false);
    check(Colour::Always, &[("NO_COLOR", "1")], true);
    check(Colour::Never, &[("TERM", "xterm-256color")], false);
}

#[test]
fn the_themes_of_the_program_can_be_read_and_mono_has_no_colour() {
    Theme::named("dark", Symbols::UNICODE).unwrap();
    let mono = Theme::named("mono", Symbols::ASCII).unwrap();
    let styles = [
        mono.text,
        mono.dim,
        mono.strong,
        mono.accent,
        mono.selected,
        mono.good,
        mono.warn,
        mono.bad,
        mono.added,
        mono.removed,
        mono.changed,
    ];
    assert!(styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    assert_eq!(mono.selected, Style::new().add_modifier(Modifier::BOLD));
    assert!(Theme::named("dusk", Symbols::ASCII).unwrap_err().hint_text().unwrap().contains("dark and mono"));
}

#[test]
fn a_connection_has_its_accent() {
    let dark = || Theme::named("dark", Symbols::UNICODE).unwrap();
    assert_eq!(dark().with_accent("red").unwrap().accent.fg, Some(Color::Red));
    assert_eq!(dark().with_accent("#ff8800 bold").unwrap().accent.fg, Some(Color::Rgb(255, 136, 0)));
    assert!(dark().with_accent("reddish").is_err());
}

#[test]
fn every_symbol_is_one_column_and_ascii_ones_are_ascii() {
    for (symbols, ascii) in [(Symbols::UNICODE, false), (Symbols::ASCII, true)] {
        let all = [
            symbols.cursor,
            symbols.mark,
            symbols.up,
            symbols.square,
            symbols.dot,
            symbols.check,
            symbols.cross,
            symbols.ellipsis,
            symbols.rule,
            symbols.bar,
            symbols.none,
            symbols.down,
            symbols.arrow,
            symbols.times,
        ];
        assert!(all.iter().all(|symbol| symbol.width() == 1 && (!ascii || symbol.is_ascii())));
    }
}

#[test]
fn the_clipboard_is_asked_by_osc_52() {
    let check = |text: &str, expected: &str| {
        let bytes = sequence(&SafeText::new(text), Wrapping::None).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), format!("\x1b]52;c;{expected}\x07"), "{text}");
    };
    check("", "");
    check("1", "MQ==");
    check("17", "MTc=");
    check("174", "MTc0");
    check("attestor findings show 174", "YXR0ZXN0b3IgZmluZGluZ3Mgc2hvdyAxNzQ=");
    let tmux = sequence(&SafeText::new("174"), Wrapping::Tmux).unwrap();
    let tmux = String::from_utf8(tmux).unwrap();
    assert!(tmux.ends_with("\x1bPtmux;\x1b\x1b]52;c;MTc0\x07\x1b\\"), "{tmux:?}");
    assert_eq!(sequence(&SafeText::new(&"x".repeat(BYTES_MAX + 1)), Wrapping::None), None);
}
