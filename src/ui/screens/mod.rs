//! The screens, a folder each: state, update, view, perform.

pub mod overview;

pub mod findings;

pub mod tests;

pub mod drift;

pub mod audit;

pub mod runs;

use crate::ui::command::{Command, Need, Pane};
use crate::ui::screen::{Ask, Draft, Input, Look, Mode, Nature, Place, Screen, Told, Tone, Tools};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::future::Future;

/// Writes what the app holds of the screens, what they are told and what they wish, from one list.
macro_rules! screens {
    ($($(#[$doc:meta])* $name:ident($screen:ty),)*) => {
        /// Any of the screens.
        pub enum AnyScreen {$( $(#[$doc])* $name(Box<$screen>), )*}

        /// The answer to a wish of any screen.
        pub enum AnyMsg {$( $(#[$doc])* $name(<$screen as Screen>::Msg), )*}

        /// A wish of any screen.
        #[derive(Debug, Clone)]
        pub enum AnyWish {$( $(#[$doc])* $name(<$screen as Screen>::Wish), )*}

        /// All screens, in the order of their digits.
        pub fn all() -> Vec<AnyScreen> {
            vec![$( AnyScreen::$name(Box::<$screen>::default()), )*]
        }

        impl Screen for AnyScreen {
            type Msg = AnyMsg;
            type Wish = AnyWish;

            fn title(&self) -> &'static str {
                match self {$( AnyScreen::$name(screen) => screen.title(), )*}
            }
            fn input(&mut self, input: Input, now: DateTime<Utc>) -> Vec<Ask<AnyWish>> {
                match self {$(
                    AnyScreen::$name(screen) => outer(screen.input(input, now), AnyWish::$name),
                )*}
            }
            fn answer(&mut self, msg: AnyMsg, now: DateTime<Utc>) -> Vec<Ask<AnyWish>> {
                match msg {$(
                    AnyMsg::$name(msg) => match self {
                        AnyScreen::$name(screen) => outer(screen.answer(msg, now), AnyWish::$name),
                        // The app brings an answer to the screen that asked.
                        _ => Vec::new(),
                    },
                )*}
            }
            fn view(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
                match self {$( AnyScreen::$name(screen) => screen.view(area, buffer, look), )*}
            }
            fn mode(&self) -> Mode {
                match self {$( AnyScreen::$name(screen) => screen.mode(), )*}
            }
            fn pane(&self) -> Pane {
                match self {$( AnyScreen::$name(screen) => screen.pane(), )*}
            }
            fn hints(&self) -> Vec<Command> {
                match self {$( AnyScreen::$name(screen) => screen.hints(), )*}
            }
            fn meets(&self, need: Need) -> bool {
                match self {$( AnyScreen::$name(screen) => screen.meets(need), )*}
            }
            fn chosen(&self) -> Option<String> {
                match self {$( AnyScreen::$name(screen) => screen.chosen(), )*}
            }
            fn offers(&self, deed: Command) -> bool {
                match self {$( AnyScreen::$name(screen) => screen.offers(deed), )*}
            }
            fn marks(&self) -> usize {
                match self {$( AnyScreen::$name(screen) => screen.marks(), )*}
            }
            fn as_of(&self) -> Option<DateTime<Utc>> {
                match self {$( AnyScreen::$name(screen) => screen.as_of(), )*}
            }
            fn shows(&self, place: &Place) -> bool {
                match self {$( AnyScreen::$name(screen) => screen.shows(place), )*}
            }
            fn mark(&self, look: &Look<'_>) -> Option<(String, Tone)> {
                match self {$( AnyScreen::$name(screen) => screen.mark(look), )*}
            }
            fn drafts(&self) -> Vec<Draft> {
                match self {$( AnyScreen::$name(screen) => screen.drafts(), )*}
            }
            fn told(&self, part: Told, look: &Look<'_>) -> Vec<String> {
                match self {$( AnyScreen::$name(screen) => screen.told(part, look), )*}
            }
            fn nature(wish: &AnyWish) -> Nature {
                match wish {$( AnyWish::$name(wish) => <$screen>::nature(wish), )*}
            }
            fn perform(wish: AnyWish, tools: Tools) -> impl Future<Output = AnyMsg> + Send {
                match wish {$(
                    AnyWish::$name(wish) => <$screen>::perform(wish, tools).map(AnyMsg::$name).boxed(),
                )*}
            }
        }
    };
}

fn outer<W, A>(asks: Vec<Ask<W>>, wish: impl Fn(W) -> A) -> Vec<Ask<A>> {
    asks.into_iter().map(|ask| ask.map(&wish)).collect()
}

/// The screen that a console opens on where nobody has left it on another: the queue.
pub const FIRST: &str = "Findings";

screens! {
    /// What needs me now, what changed since I last looked?
    Overview(overview::Overview),
    /// Is this real?
    Findings(findings::Findings),
    /// Which test lies?
    Tests(tests::Tests),
    /// Where does reality differ, and since when?
    Drift(drift::Drift),
    /// Is the history whole?
    Audit(audit::Audit),
    /// What is blocking?
    Runs(runs::Runs),
}
