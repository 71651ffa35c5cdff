//! Links to findings: made for this connection, and followed on no other.

use super::{App, Effect, Moment};
use crate::config::permalink::Permalink;
use crate::ids::FindingId;
use crate::text::{SafeText, visible};
use crate::ui::screen::{Place, Screen, Tone};

impl<S: Screen> App<S> {
    pub(super) fn link_to(&self, finding: FindingId) -> SafeText {
        let link = Permalink { connection: self.about.name.as_str().to_owned(), finding };
        SafeText::new(&link.to_string())
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
        self.open(Place::Finding(link.finding), moment, out);
    }
}
