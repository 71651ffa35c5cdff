//! A desk to try a screen at: no terminal, no database, answers by hand.

mod console;

pub use console::Console;

use attestor::error::{Error, Kind};
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Screen, Told};
use attestor::ui::theme::{Symbols, Theme};
use chrono::{DateTime, TimeZone, Utc};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::prelude::Backend;

/// The sizes of the terminal, of which two rows are the console's own.
pub const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 50), (40, 12)];

/// The screen, and what it asked for since the last look. Each screen's tests add how it is answered.
pub struct Desk<S: Screen> {
    pub screen: S,
    pub asks: Vec<Ask<S::Wish>>,
    pub theme: Theme,
    pub columns: u16,
    pub rows: u16,
    pub now: DateTime<Utc>,
}

/// The time of most tests.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 14, 12, 0, 0).unwrap()
}

/// No connection.
pub fn lost() -> Error {
    Error::new(Kind::NoDatabase, "the database does not answer").hint("is the server up?")
}

impl<S: Screen> Desk<S> {
    /// A screen that was told its size and opened, and waits for its answers.
    pub fn around(screen: S, now: DateTime<Utc>, columns: u16, rows: u16) -> Self {
        let theme = Theme::named("dark", Symbols::UNICODE).unwrap();
        let mut desk = Desk { screen, asks: Vec::new(), theme, columns, rows, now };
        desk.tell(Input::Resized { columns, rows });
        desk.tell(Input::Opened(None));
        desk
    }

    pub fn tell(&mut self, input: Input) {
        let asks = self.screen.input(input, self.now);
        self.asks.extend(asks);
    }

    pub fn answer(&mut self, msg: S::Msg) {
        let asks = self.screen.answer(msg, self.now);
        self.asks.extend(asks);
    }

    pub fn command(&mut self, command: Command) {
        self.tell(Input::Command(command));
    }

    pub fn key(&mut self, key: impl Into<KeyEvent>) {
        self.tell(Input::Key(key.into()));
    }

    /// What was asked for since the last call.
    pub fn asked(&mut self) -> Vec<Ask<S::Wish>> {
        std::mem::take(&mut self.asks)
    }

    /// The last wish that `is_it` recognises.
    pub fn last<T>(&self, is_it: impl Fn(&S::Wish) -> Option<T>) -> Option<T> {
        wishes(&self.asks).into_iter().rev().find_map(is_it)
    }

    /// What was said since the last call.
    pub fn said(&mut self) -> String {
        let said = self.asked().into_iter().filter_map(|ask| match ask {
            Ask::Toast(toast) => Some(toast.text),
            _ => None,
        });
        said.collect::<Vec<_>>().join("; ")
    }

    pub fn look(&self) -> Look<'_> {
        Look { theme: &self.theme, clock: Clock::Utc, now: self.now }
    }

    /// What stands on the screen, and where the text cursor does.
    pub fn drawn(&self) -> (Buffer, Option<Position>) {
        let area = Rect::new(0, 0, self.columns, self.rows);
        let mut buffer = Buffer::empty(area);
        let cursor = self.screen.view(area, &mut buffer, &self.look());
        (buffer, cursor)
    }

    pub fn buffer(&self) -> Buffer {
        self.drawn().0
    }

    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let lines = (0..self.rows).map(|y| line(&buffer, y).trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The lines with a cursor's marker.
    pub fn marked(&self) -> Vec<String> {
        self.screen().lines().filter(|line| line.starts_with('>')).map(str::to_owned).collect()
    }

    pub fn told(&self, part: Told) -> Vec<String> {
        self.screen.told(part, &self.look())
    }
}

/// The keys of a text: `\n` is Enter, `\x1b` is Esc.
pub fn keys(text: &str) -> impl Iterator<Item = KeyEvent> {
    text.chars().map(|c| {
        KeyEvent::from(match c {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        })
    })
}

/// The wishes among what is asked for.
pub fn wishes<W>(asks: &[Ask<W>]) -> Vec<&W> {
    let wishes = asks.iter().filter_map(|ask| match ask {
        Ask::Do(wish) => Some(wish),
        _ => None,
    });
    wishes.collect()
}

/// A line as it is read.
pub fn line(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut skip = 0;
    for x in 0..buffer.area.width {
        // A wide character covers the cell behind it.
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
    }
    text
}

/// A picture of a screen, held against the one in `folder`.
pub fn picture(folder: &str, name: &str, picture: &str) {
    let folder = format!("{folder}/snapshots");
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, picture);
    });
}

/// One picture at each size.
pub fn pictures(folder: &str, name: &str, screen: impl Fn(u16, u16) -> String) {
    for (columns, rows) in SIZES {
        picture(folder, &format!("{name}_{columns}x{rows}"), &screen(columns, rows - 2));
    }
}

/// The bytes from one frame to the next, as the terminal gets them.
pub fn bytes(before: &Buffer, after: &Buffer) -> usize {
    let mut out = Vec::new();
    CrosstermBackend::new(&mut out).draw(before.diff(after).into_iter()).unwrap();
    out.len()
}

/// Fails where a cell holds what a terminal would obey.
pub fn check_cells(buffer: &Buffer) {
    let obeyed = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    let bad = buffer.content().iter().find(|cell| cell.symbol().chars().any(obeyed));
    assert!(bad.is_none(), "{bad:?}");
}
