//! A desk to try the screen at: no terminal, no database, answers by hand.

pub use crate::desk::line;

use attestor::triage::finding::Finding;
use attestor::triage::store::findings::Count;
use attestor::ui::list_detail::window::Edge;
use attestor::ui::screen::Ask;
use attestor::ui::screens::findings::wish::{Counts, From, Rows};
use attestor::ui::screens::findings::{Findings, Msg, Wish};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub type Desk = crate::desk::Desk<Findings>;

impl Desk {
    /// A screen that was told its size and opened, and waits for its rows.
    pub fn opened(columns: u16, rows: u16) -> Self {
        Desk::around(Findings::new(), now(), columns, rows)
    }

    /// A screen of 80×22 cells with these rows, and the detail of the first.
    pub fn with(rows: Vec<Finding>) -> Self {
        Desk::sized(80, 22, rows)
    }

    /// The same at another size.
    pub fn sized(columns: u16, rows: u16, findings: Vec<Finding>) -> Self {
        let mut desk = Desk::opened(columns, rows);
        desk.answer_rows(findings, Edge::End, Edge::End);
        desk.answer_detail();
        desk.asks.clear();
        desk
    }

    /// Types text, or presses keys by name in angle brackets: `no<Enter>`.
    pub fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let key = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, after)) => {
                    rest = after;
                    named(name)
                }
                None => {
                    rest = &rest[c.len_utf8()..];
                    KeyEvent::from(KeyCode::Char(c))
                }
            };
            self.key(key);
        }
    }

    /// The wishes since the last call.
    pub fn wishes(&mut self) -> Vec<Wish> {
        crate::desk::wishes(&self.asked()).into_iter().cloned().collect()
    }

    /// The deed that was sent since the last call, if any.
    pub fn deed(&mut self) -> Option<Wish> {
        self.wishes().into_iter().find(|wish| wish.key().is_some())
    }

    /// What the footer says since the last call.
    pub fn toasts(&mut self) -> Vec<String> {
        let (toasts, rest) =
            std::mem::take(&mut self.asks).into_iter().partition(|ask| matches!(ask, Ask::Toast(_)));
        self.asks = rest;
        let _: &Vec<Ask<Wish>> = &toasts;
        toasts
            .into_iter()
            .map(|ask| if let Ask::Toast(toast) = ask { toast.text } else { String::new() })
            .collect()
    }

    /// Answers the load of rows that is asked for.
    pub fn answer_rows(&mut self, rows: Vec<Finding>, above: Edge, below: Edge) {
        let Some((ticket, from)) = self.asked_rows() else {
            panic!("no rows are asked for: {:?}", self.asks)
        };
        let newest = rows.iter().map(|row| row.id).max();
        let at = match &from {
            From::Around(around) => rows.iter().position(|row| row.id == around.id).unwrap_or(0),
            _ => 0,
        };
        let total = rows.len() as u64;
        self.answer(Msg::Rows {
            ticket,
            from,
            at: now(),
            result: Ok(Rows { rows, above, below, at, newest }),
        });
        if above == Edge::End && below == Edge::End {
            let counts = Counts { total: Count::Exactly(total), before: None };
            self.answer(Msg::Count { ticket, row: None, result: Ok(counts) });
        }
    }

    /// The rows that are asked for.
    pub fn asked_rows(&self) -> Option<(u64, From)> {
        self.last(|wish| match wish {
            Wish::Rows { ticket, from, .. } => Some((*ticket, from.clone())),
            _ => None,
        })
    }

    /// Answers the load of a detail, if one is asked for.
    pub fn answer_detail(&mut self) {
        let id = self.last(|wish| match wish {
            Wish::Detail(id) => Some(*id),
            _ => None,
        });
        if let Some(id) = id {
            let row = sample().into_iter().find(|row| row.id == id).unwrap_or_else(|| finding(id.0));
            self.answer(Msg::Detail(id, Ok(Box::new(detail(row)))));
        }
    }

    /// The line with the cursor's marker.
    pub fn selected(&self) -> String {
        self.marked().first().cloned().unwrap_or_default()
    }

    /// Where in the list the cursor stands, as the screen says it: `3 of 41`.
    pub fn place(&self) -> String {
        let screen = self.screen();
        let first = screen.lines().next().unwrap_or("").to_owned();
        let words: Vec<&str> = first.split("   ").map(str::trim).filter(|w| w.contains(" of ")).collect();
        words.first().map_or(first.clone(), |w| (*w).to_owned())
    }
}

fn named(name: &str) -> KeyEvent {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        control => {
            let c = control.strip_prefix("C-").and_then(|c| c.chars().next());
            return KeyEvent::new(KeyCode::Char(c.expect("a key's name")), KeyModifiers::CONTROL);
        }
    };
    KeyEvent::from(code)
}

pub use super::samples::{decided, detail, done, finding, findings, now, said, sample};
