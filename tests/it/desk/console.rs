//! A screen with a database behind it: every wish is performed as it is asked.

use attestor::db::Db;
use attestor::ui::command::Command;
use attestor::ui::screen::{Ask, Clock, Input, Look, Place, Screen, Told, Tools};
use attestor::ui::theme::{Symbols, Theme};
use chrono::Utc;
use std::collections::VecDeque;

/// The screen, and what it said, asked and went to.
pub struct Console<S: Screen> {
    pub screen: S,
    tools: Tools,
    pub said: Vec<String>,
    /// The questions that were asked; each is answered with a yes.
    pub asked: Vec<String>,
    pub opened: Vec<Place>,
    waits: fn(&S::Wish) -> bool,
}

impl<S: Screen> Console<S> {
    /// A screen of 120 columns that was opened. What `waits` recognises is not performed: it takes its time.
    pub async fn open(screen: S, db: Db, rows: u16, waits: fn(&S::Wish) -> bool) -> Self {
        let (said, asked, opened) = (Vec::new(), Vec::new(), Vec::new());
        let mut console = Console { screen, tools: Tools { db }, said, asked, opened, waits };
        console.tell(Input::Resized { columns: 120, rows }).await;
        console.tell(Input::Opened(None)).await;
        console
    }

    pub async fn tell(&mut self, input: Input) {
        let mut asks: VecDeque<_> = self.screen.input(input, Utc::now()).into();
        while let Some(ask) = asks.pop_front() {
            match ask {
                Ask::Do(wish) if (self.waits)(&wish) => {}
                Ask::Do(wish) => {
                    let msg = S::perform(wish, self.tools.clone()).await;
                    asks.extend(self.screen.answer(msg, Utc::now()));
                }
                Ask::Confirm(question, wish) => {
                    self.asked.push(question.what);
                    asks.push_back(Ask::Do(wish));
                }
                Ask::Rest => asks.extend(self.screen.input(Input::Rested, Utc::now())),
                Ask::Toast(toast) => self.said.push(toast.text),
                Ask::Open(place) => self.opened.push(place),
                _ => {}
            }
        }
    }

    pub async fn command(&mut self, command: Command) {
        self.tell(Input::Command(command)).await;
    }

    pub async fn keys(&mut self, text: &str) {
        for key in super::keys(text) {
            self.tell(Input::Key(key)).await;
        }
    }

    pub fn told(&self, part: Told) -> String {
        let theme = Theme::mono(Symbols::UNICODE);
        let look = Look { theme: &theme, clock: Clock::Utc, now: Utc::now() };
        self.screen.told(part, &look).join("\n")
    }
}
