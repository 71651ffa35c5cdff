//! What became of a decision.

use super::state::Tests;
use super::wish::Wish;
use crate::error::Error;
use crate::flaky::actions::{Conflict, Decide, Done, Outcome, Refusal, Rules, What};
use crate::ids::DeedKey;
use crate::text::visible;
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Question, Tone, toast};

type Asks = Vec<Ask<Wish>>;

impl Tests {
    /// Takes what became of a decision.
    pub(super) fn decided(&mut self, deed: Decide, result: Result<Outcome, Error>) -> Asks {
        for target in &deed.targets {
            self.under_way.retain(|test| *test != target.test);
        }
        let mut asks = match result {
            Ok(Outcome::Done(done)) => self.done(&deed, done),
            Ok(Outcome::Conflict(conflicts)) => self.conflicted(conflicts),
            Ok(Outcome::Refused(refusals)) => refused(deed.clone(), &refusals),
            Err(error) => {
                let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
                let what = format!("nothing was decided: {error}{hint}");
                vec![toast(Tone::Bad, visible(&what).into_owned())]
            }
        };
        if self.list.shown.id.is_some_and(|shown| deed.targets.iter().any(|target| target.test == shown)) {
            asks.extend(self.show_selected(Anew::Yes));
        }
        asks.push(Ask::Do(Wish::Standing));
        asks
    }

    fn done(&mut self, deed: &Decide, done: Done) -> Asks {
        for target in &deed.targets {
            self.forget_draft(target.test, &deed.what);
        }
        let about = match &done.rows[..] {
            [test] => format!("#{} {}", test.id, test.test_name.one_line()),
            rows => format!("{} tests", rows.len()),
        };
        let told = match &deed.what {
            What::Quarantine { until, .. } => {
                format!("quarantined until {}: {about}", until.format("%Y-%m-%d %H:%MZ"))
            }
            What::Graduate { .. } => format!("left quarantine: {about}"),
            What::Dismiss { .. } => format!("not suggested again until it flakes again: {about}"),
        };
        for test in done.rows {
            self.list.window.renew(test);
        }
        vec![toast(Tone::Good, told)]
    }

    /// Somebody was faster: the rows are shown as they are now.
    fn conflicted(&mut self, conflicts: Vec<Conflict>) -> Asks {
        let told = conflicts.first().map(ToString::to_string).unwrap_or_default();
        for conflict in conflicts {
            self.list.window.renew(*conflict.now);
        }
        vec![toast(Tone::Bad, format!("nothing was written: {told}; what you typed is kept"))]
    }
}

/// The rules do not ask for it: where a person may know better, they are asked.
fn refused(deed: Decide, refusals: &[Refusal]) -> Asks {
    let Some(first) = refusals.first() else { return Vec::new() };
    if !refusals.iter().all(|refusal| refusal.why.can_be_overridden()) {
        return vec![toast(Tone::Bad, format!("nothing was written: {first}"))];
    }
    let question = Question {
        what: format!(
            "The rules do not ask for it. {first}. {} it all the same?",
            capitalised(deed.what.word())
        ),
        yes: deed.what.word().to_owned(),
        typed_count: None,
    };
    let anyway = Decide { rules: Rules::Overridden, key: DeedKey::fresh(), ..deed };
    vec![Ask::Confirm(question, Wish::Decide(Box::new(anyway)))]
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
