//! Themes, colours, symbols, and what is put on the clipboard.

use attestor::error::Kind;
use attestor::text::SafeText;
use attestor::ui::Colour;
use attestor::ui::clipboard::{BYTES_MAX, Wrapping, sequence};
use attestor::ui::run::has_colours;
use attestor::ui::terminal::locale_is_utf8;
use attestor::ui::theme::{Symbols, Theme};
use attestor::ui::themes::{Colours, Themes};
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

fn styles(theme: &Theme) -> [Style; 13] {
    [
        theme.text,
        theme.dim,
        theme.strong,
        theme.accent,
        theme.tab,
        theme.connection,
        theme.selected,
        theme.good,
        theme.warn,
        theme.bad,
        theme.added,
        theme.removed,
        theme.changed,
    ]
}

#[test]
fn the_themes_of_the_program_can_be_read_and_mono_has_no_colour() {
    for name in Theme::NAMES {
        let theme = Theme::named(name, Symbols::UNICODE).unwrap();
        assert!(styles(&theme).iter().all(|style| style.bg.is_none()), "{name} has a background");
    }
    let mono = Theme::named("mono", Symbols::ASCII).unwrap();
    assert!(styles(&mono).iter().all(|style| style.fg.is_none()));
    assert_eq!(mono.selected, Style::new().add_modifier(Modifier::BOLD));
    assert_eq!(Theme::named("dusk", Symbols::ASCII), None);
}

/// How much lighter the lighter of two colours is than the other, as WCAG has it.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |colour: [u8; 3]| {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_light_theme_can_be_read_on_white_and_on_cream() {
    let light = Theme::named("light", Symbols::UNICODE).unwrap();
    for style in styles(&light) {
        let colour = match style.fg {
            None => continue,
            Some(Color::Indexed(n @ 16..=231)) => {
                let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let n = n - 16;
                [step(n / 36), step(n / 6 % 6), step(n % 6)]
            }
            Some(Color::Indexed(n @ 232..)) => [8 + 10 * (n - 232); 3],
            other => panic!("{other:?} looks different on every terminal"),
        };
        for ground in [[255, 255, 255], [253, 246, 227]] {
            let contrast = contrast(colour, ground);
            assert!(contrast >= 4.5, "{colour:?} on {ground:?}: {contrast:.2}");
        }
    }
}

fn themes(folder: &std::path::Path) -> Themes {
    Themes {
        folder: Some(folder.to_owned()),
        symbols: Symbols::UNICODE,
        colours: Colours::Some,
        accent: None,
    }
}

#[test]
fn own_themes_lie_in_their_folder_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("themes")).unwrap();
    let own = include_str!("../../themes/dark.toml").replace("cyan", "#ff8800");
    std::fs::write(folder.path().join("themes/dusk.toml"), &own).unwrap();
    std::fs::write(folder.path().join("secret.toml"), &own).unwrap();
    let themes = themes(folder.path());
    assert_eq!(themes.load("dusk").unwrap().accent.fg, Some(Color::Rgb(255, 136, 0)));
    assert_eq!(themes.names(), ["dark", "light", "high-contrast", "mono", "dusk"]);
    for outside in ["../secret", "/etc/passwd", "", ".", "dusk.toml", "a/b", "dusk\0", "\u{1b}[31m"] {
        let error = themes.load(outside).unwrap_err();
        assert!(error.to_string().contains("not the name of a theme"), "{outside:?}: {error}");
    }
    let error = themes.load("dawn").unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(error.hint_text().unwrap().contains("dusk") && error.hint_text().unwrap().contains("dawn.toml"));
}

#[test]
fn a_wrong_theme_names_the_line_and_the_word() {
    let check = |text: &str, expected: &[&str]| {
        let error = Theme::parse(text, "dusk.toml", Symbols::ASCII).unwrap_err();
        assert_eq!(error.kind().exit_status(), 78);
        for part in expected {
            assert!(error.to_string().contains(part), "no {part:?} in {error}");
        }
    };
    let dark = include_str!("../../themes/dark.toml");
    let line = dark.lines().position(|line| line.starts_with("accent")).unwrap() + 1;
    check(&dark.replace("\"cyan\"", "\"cyanish bold\""), &[&format!("dusk.toml, line {line},"), "cyanish"]);
    check(&dark.replace("accent   =", "acent    ="), &[&format!("line {line},"), "acent"]);
    check("text = \"\"\ndim = 3\n", &["line 2"]);
    check("text = \"", &["line 1"]);
}

#[test]
fn a_connection_has_its_accent_and_without_colours_its_name_stands_out() {
    let folder = tempfile::tempdir().unwrap();
    let with =
        |accent: &str, colours| Themes { accent: Some(accent.to_owned()), colours, ..themes(folder.path()) };
    let red = with("red", Colours::Some).load("dark").unwrap();
    assert_eq!((red.tab.fg, red.connection.fg), (Some(Color::Red), Some(Color::Red)));
    assert!(red.connection.add_modifier.contains(Modifier::REVERSED) && red.marks_connection());
    assert_eq!(red.accent.fg, Some(Color::Cyan), "the keys keep their colour");
    let orange = with("#ff8800 bold", Colours::Some).load("light").unwrap();
    assert_eq!(orange.tab.fg, Some(Color::Rgb(255, 136, 0)));
    for (name, colours) in [("dark", Colours::None), ("mono", Colours::Some)] {
        let plain = with("red", colours).load(name).unwrap();
        assert!(styles(&plain).iter().all(|style| style.fg.is_none()), "{name}");
        assert!(plain.marks_connection());
    }
    let error = with("reddish", Colours::Some).load("dark").unwrap_err();
    assert!(error.kind() == Kind::Configuration && error.to_string().contains("reddish"));
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
