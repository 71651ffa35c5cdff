//! Links to findings and tests: made for this connection, and followed on no other.

use super::{App, Effect, Moment};
use crate::config::permalink::{Linked, Permalink};
use crate::text::{SafeText, visible};
use crate::ui::screen::{Place, Screen, Tone};

impl<S: Screen> App<S> {
    /// The link to the row of a place; none for places that are no row.
    pub(super) fn link_to(&self, place: &Place) -> Option<SafeText> {
        let to = match place {
            Place::Finding(id) => Linked::Finding(*id),
            Place::Test(id) => Linked::Test(*id),
            _ => return None,
        };
        let link = Permalink { connection: self.about.name.as_str().to_owned(), to };
        Some(SafeText::new(&link.to_string()))
    }

    pub(super) fn follow(&mut self, link: &str, moment: Moment, out: &mut Vec<Effect<S::Wish>>) {
        let link: Permalink = match link.parse() {
            Ok(link) => link,
            Err(error) => return self.say(Tone::Bad, &error.to_string(), moment),
        };
        if link.connection != self.about.name.as_str() {
            let theirs = visible(&link.connection);
            let what =
                format!("that is on {theirs}, and this is {}; attestor open leads there", self.about.name);
            return self.say(Tone::Bad, &what, moment);
        }
        let place = match link.to {
            Linked::Finding(id) => Place::Finding(id),
            Linked::Test(id) => Place::Test(id),
        };
        self.open(place, moment, out);
    }
}
