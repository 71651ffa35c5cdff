//! Quarantine, graduation, dismissal: from the key to what is sent, and what was typed on the way.

use super::state::{Deciding, Doing, Layer, Tests};
use super::wish::Wish;
use crate::filter::ahead;
use crate::flaky::actions::{Decide, Rules, Target, What};
use crate::flaky::quarantine::{Link, Owner, Reason, USUAL_DAYS, check_end};
use crate::flaky::test::Test;
use crate::ids::{DeedKey, TestId};
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Draft, Tone, toast};
use crate::ui::widgets::form::{Field, Form};
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};

/// The labels of the lines.
pub(super) const OWNER: &str = "owner";
pub(super) const REASON: &str = "reason";
pub(super) const UNTIL: &str = "until";
pub(super) const LINK: &str = "issue";
/// Characters of an end.
const UNTIL_CHARS_MAX: usize = 30;
/// Reasons that ↑ brings back.
const REASONS_MAX: usize = 20;
/// Where drafts of this screen begin.
const SLOT: &str = "tests/";

type Asks = Vec<Ask<Wish>>;

impl Doing {
    /// The word of the deed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Doing::Quarantine => "quarantine",
            Doing::Graduate => "graduate",
            Doing::Dismiss => "dismiss",
        }
    }

    fn labels(self) -> &'static [&'static str] {
        match self {
            Doing::Quarantine => &[OWNER, REASON, UNTIL, LINK],
            Doing::Graduate | Doing::Dismiss => &[REASON],
        }
    }
}

impl Deciding {
    /// When it would end, as the line says it; why not, where it cannot be.
    pub(super) fn end(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
        let text = self.form.text(UNTIL).trim();
        let Some(until) = ahead(text, now) else {
            return Err("how long, as in 7d or 2w, or a date, as in 2026-12-31".to_owned());
        };
        check_end(until, now).map_err(|mistake| mistake.to_string())?;
        Ok(until)
    }

    /// What stands in the lines; else the line that is wrong, and what is.
    fn what(&self, now: DateTime<Utc>) -> Result<What, (&'static str, String)> {
        let wrong = |label| move |mistake: crate::flaky::quarantine::Mistake| (label, mistake.to_string());
        let text = |label| self.form.text(label);
        let reason = || Reason::new(text(REASON)).map_err(wrong(REASON));
        Ok(match self.doing {
            Doing::Graduate => What::Graduate { reason: reason()? },
            Doing::Dismiss => What::Dismiss { reason: reason()? },
            Doing::Quarantine => {
                let owner = match text(OWNER).trim() {
                    "" => None,
                    owner => Some(Owner::new(owner).map_err(wrong(OWNER))?),
                };
                let reason = reason()?;
                let until = self.end(now).map_err(|why| (UNTIL, why))?;
                let link = match text(LINK).trim() {
                    "" => None,
                    link => Some(Link::new(link).map_err(wrong(LINK))?),
                };
                What::Quarantine { owner, reason, link, until }
            }
        })
    }

    /// The lines as a draft.
    fn typed(&self) -> String {
        let lines: Vec<&str> = self.doing.labels().iter().map(|label| self.form.text(label)).collect();
        lines.join("\n")
    }
}

impl Tests {
    /// Opens the form of a deed on the test under the cursor.
    pub(super) fn begin(&mut self, doing: Doing) -> Asks {
        let Some(test) = self.list.selected() else { return Vec::new() };
        let refused = match doing {
            Doing::Graduate if !test.quarantined => Some("it is in no quarantine"),
            Doing::Dismiss if !test.suggested => Some("its quarantine is not suggested"),
            _ if self.under_way.contains(&test.id) => Some("that is being written already"),
            _ => None,
        };
        if let Some(why) = refused {
            return vec![toast(Tone::Plain, why)];
        }
        let draft = self.drafts.get(&slot(test.id, doing));
        let typed: Vec<String> = match draft {
            Some(draft) => draft.split('\n').map(str::to_owned).collect(),
            None => usual(doing, test),
        };
        let recent: Vec<String> = self.reasons.iter().cloned().collect();
        let fields = doing.labels().iter().enumerate().map(|(at, label)| {
            let text = typed.get(at).map(String::as_str).unwrap_or_default();
            let prompt = match *label {
                OWNER => Prompt::new(text, Vec::new(), Owner::CHARS_MAX),
                UNTIL => Prompt::new(text, Vec::new(), UNTIL_CHARS_MAX),
                LINK => Prompt::new(text, Vec::new(), Link::CHARS_MAX),
                _ => Prompt::new(text, recent.clone(), Reason::CHARS_MAX),
            };
            Field { label, prompt }
        });
        let form = Form::new(fields.collect());
        let (id, version, title) = (test.id, test.version, test.title());
        self.layer = Layer::Decide(Box::new(Deciding { doing, test: id, version, title, form }));
        // What one decides about is what one sees.
        self.preview = None;
        self.show_selected(Anew::No)
    }

    /// Enter on the last line: sends it, unless something is missing.
    pub(super) fn confirm(&mut self) -> Asks {
        let now = self.now;
        let Layer::Decide(open) = &mut self.layer else { return Vec::new() };
        let what = match open.what(now) {
            Ok(what) => what,
            Err((label, why)) => {
                open.form.complain(label, why);
                return Vec::new();
            }
        };
        let target = Target { test: open.test, version: open.version };
        let (slot, typed) = (slot(open.test, open.doing), open.typed());
        self.layer = Layer::None;
        // Until the answer is here, what was typed is kept.
        self.drafts.insert(slot, typed);
        let reason = what.reason().as_str().to_owned();
        self.reasons.retain(|earlier| *earlier != reason);
        self.reasons.push_front(reason);
        self.reasons.truncate(REASONS_MAX);
        self.send(Decide {
            targets: vec![target],
            what,
            rules: Rules::Hold,
            filter: None,
            key: DeedKey::fresh(),
            now,
        })
    }

    pub(super) fn send(&mut self, deed: Decide) -> Asks {
        self.under_way.extend(deed.targets.iter().map(|target| target.test));
        vec![Ask::Do(Wish::Decide(Box::new(deed)))]
    }

    /// Keeps what stands in the lines, and closes them.
    pub(super) fn close_layer(&mut self) {
        if let Layer::Decide(open) = std::mem::replace(&mut self.layer, Layer::None) {
            let slot = slot(open.test, open.doing);
            match self.worth_keeping(&open) {
                Some(typed) => drop(self.drafts.insert(slot, typed)),
                None => drop(self.drafts.remove(&slot)),
            }
        }
    }

    /// What was typed, where it says more than the form did by itself.
    fn worth_keeping(&self, open: &Deciding) -> Option<String> {
        let typed = open.typed();
        let test = self.list.window.row(open.test);
        let by_itself = test.map(|test| usual(open.doing, test).join("\n")).unwrap_or_default();
        (!typed.trim().is_empty() && typed != by_itself).then_some(typed)
    }

    /// Forgets what was typed for a deed that is done.
    pub(super) fn forget_draft(&mut self, test: TestId, what: &What) {
        let doing = match what {
            What::Quarantine { .. } => Doing::Quarantine,
            What::Graduate { .. } => Doing::Graduate,
            What::Dismiss { .. } => Doing::Dismiss,
        };
        self.drafts.remove(&slot(test, doing));
    }

    /// What was typed and not sent, the open form included.
    pub(super) fn all_drafts(&self) -> Vec<Draft> {
        let mut drafts = self.drafts.clone();
        if let Layer::Decide(open) = &self.layer
            && let Some(typed) = self.worth_keeping(open)
        {
            drafts.insert(slot(open.test, open.doing), typed);
        }
        drafts.into_iter().map(|(slot, text)| Draft { slot, text }).collect()
    }

    /// Takes back what was typed before the last end; nothing is sent from it.
    pub(super) fn restore(&mut self, drafts: Vec<Draft>) {
        for draft in drafts.into_iter().filter(|draft| draft.slot.starts_with(SLOT)) {
            self.drafts.entry(draft.slot).or_insert(draft.text);
        }
    }
}

/// What stands in the lines to begin with: a renewal begins with what holds.
fn usual(doing: Doing, test: &Test) -> Vec<String> {
    let held = |text: &Option<crate::text::SafeText>| {
        text.as_ref()
            .filter(|_| test.quarantined)
            .map(|text| text.one_line().into_owned())
            .unwrap_or_default()
    };
    match doing {
        Doing::Quarantine => {
            vec![held(&test.owner), held(&test.reason), format!("{USUAL_DAYS}d"), held(&test.link)]
        }
        Doing::Graduate | Doing::Dismiss => vec![String::new()],
    }
}

fn slot(test: TestId, doing: Doing) -> String {
    format!("{SLOT}{test}/{}", doing.word())
}
