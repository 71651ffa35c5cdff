//! Claiming, snoozing, accepting a risk, and the end of these: from the key to what is sent.
//!
//! A claim on the row under the cursor is sent at once; everything else asks first: why, until when, and
//! for many whether these are meant.

use super::choice::Choice;
use super::deeds::TYPED_FROM;
use super::state::{Deed, Findings, Layer};
use super::wish::Wish;
use crate::filter::ahead;
use crate::ids::{DeedKey, FindingId};
use crate::triage::actions::{AttendTo, Decided, Target};
use crate::triage::attention::{Attend, AttentionKind, Held, Whose};
use crate::triage::feedback::Refusal;
use crate::triage::reason::Reason;
use crate::triage::store::findings::Count;
use crate::ui::screen::{Ask, Question, Tone, toast};
use crate::ui::widgets::form::{Field, Form};
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;

/// The label of the line for the reason.
pub const REASON: &str = "reason";
/// The label of the line for the end.
pub const UNTIL: &str = "until";
/// Characters of an end.
const UNTIL_CHARS_MAX: usize = 30;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It begins.
    Begin(AttentionKind),
    /// It ends.
    End(AttentionKind),
}

/// Why and until when, on findings.
#[derive(Debug, Clone, PartialEq)]
pub struct AttendForm {
    /// What is asked for.
    pub doing: Doing,
    /// The findings.
    pub choice: Choice,
    /// The lines.
    pub form: Form,
}

/// Others hold what was wanted.
pub struct HeldPanel {
    /// Who, and until when.
    pub held: Vec<Held>,
    /// What this person wanted.
    pub deed: Deed,
}

/// A deed that waits until another is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The one that it waits for.
    pub after: DeedKey,
    /// What is to be done then.
    pub wish: Wish,
    /// What it is about, for a person.
    pub about: String,
}

type Asks = Vec<Ask<Wish>>;

impl Doing {
    /// The state that it is about.
    pub fn kind(self) -> AttentionKind {
        match self {
            Doing::Begin(kind) | Doing::End(kind) => kind,
        }
    }

    /// What it does: `snooze`.
    pub fn verb(self) -> &'static str {
        match self {
            Doing::Begin(AttentionKind::Claim) => "claim",
            Doing::Begin(AttentionKind::Snooze) => "snooze",
            Doing::Begin(AttentionKind::Acceptance) => "accept the risk",
            Doing::End(AttentionKind::Claim) => "release",
            Doing::End(AttentionKind::Snooze) => "end the snooze",
            Doing::End(AttentionKind::Acceptance) => "end the accepted risk",
        }
    }

    /// What it does to `what`: `accept the risk of 12 marked findings`.
    pub fn to(self, what: &str) -> String {
        let of = match self {
            Doing::Begin(AttentionKind::Claim | AttentionKind::Snooze) | Doing::End(AttentionKind::Claim) => {
                ""
            }
            Doing::Begin(AttentionKind::Acceptance) | Doing::End(_) => "of ",
        };
        format!("{} {of}{what}", self.verb())
    }

    /// The end that stands in the form to begin with.
    fn usual_end(self) -> Option<&'static str> {
        match self {
            Doing::Begin(AttentionKind::Claim) => Some("4h"),
            Doing::Begin(AttentionKind::Snooze) => Some("14d"),
            // It is confirmed by who accepts: the line is never passed by.
            Doing::Begin(AttentionKind::Acceptance) => Some("90d"),
            Doing::End(_) => None,
        }
    }
}

impl AttendForm {
    fn new(doing: Doing, choice: Choice, recent: Vec<String>) -> Self {
        let mut fields = Vec::new();
        if doing != Doing::Begin(AttentionKind::Claim) {
            fields.push(Field { label: REASON, prompt: Prompt::new("", recent, Reason::CHARS_MAX) });
        }
        if let Some(end) = doing.usual_end() {
            fields.push(Field { label: UNTIL, prompt: Prompt::new(end, Vec::new(), UNTIL_CHARS_MAX) });
        }
        AttendForm { doing, choice, form: Form::new(fields) }
    }

    /// What is asked for and of which findings: `snooze 12 marked findings`.
    pub fn about(&self) -> String {
        self.doing.to(&self.choice.about())
    }

    /// When it would end, as the line says it; why not, where it cannot be.
    pub fn end(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, String> {
        let Doing::Begin(kind) = self.doing else { return Ok(None) };
        let Some(until) = ahead(self.form.text(UNTIL).trim(), now) else {
            return Err("how long, as in 8h, 7d or 2w, or a date, as in 2026-12-31".to_owned());
        };
        kind.check_end(until, now).map_err(|error| error.to_string())?;
        Ok(Some(until))
    }
}

impl Findings {
    /// Begins or ends a state of what is chosen.
    pub(super) fn attend(&mut self, doing: Doing) -> Asks {
        let ends = match doing {
            Doing::End(kind) => Some(kind),
            Doing::Begin(_) => None,
        };
        let (choice, mut asks) = match self.choose_to(ends) {
            Ok(chosen) => chosen,
            Err(asks) => return asks,
        };
        if choice.is_under_cursor() {
            let now = self.now;
            match doing {
                Doing::Begin(AttentionKind::Claim) => {
                    let until = now + AttentionKind::Claim.usual().unwrap_or(TimeDelta::hours(4));
                    return self.send_attend(doing, choice, Attend::Claim { until });
                }
                Doing::End(kind) if !self.subject().is_some_and(|row| lasts(row, kind, now)) => {
                    let text = format!("{} is not {}", choice.about(), kind.adjective());
                    return vec![toast(Tone::Plain, text)];
                }
                Doing::End(kind @ AttentionKind::Claim) => {
                    let what = Attend::End { kind, whose: Whose::Mine, reason: None };
                    return self.send_attend(doing, choice, what);
                }
                Doing::Begin(_) | Doing::End(_) => {}
            }
        }
        let recent = self.reasons.iter().cloned().collect();
        self.layer = Layer::Attend(Box::new(AttendForm::new(doing, choice, recent)));
        asks.extend(self.show_selected(crate::ui::list_detail::load::Anew::No));
        asks
    }

    /// Enter on the last line of the form.
    pub(super) fn confirm_attend(&mut self) -> Asks {
        let now = self.now;
        let Layer::Attend(open) = &mut self.layer else { return Vec::new() };
        let text = open.form.text(REASON).to_owned();
        let is_needed = matches!(open.doing, Doing::Begin(AttentionKind::Snooze | AttentionKind::Acceptance));
        let reason = match Reason::new(&text) {
            Ok(reason) => Some(reason),
            Err(error) if is_needed || !text.trim().is_empty() => {
                open.form.complain(REASON, error.to_string());
                return Vec::new();
            }
            Err(_) => None,
        };
        let until = match open.end(now) {
            Ok(until) => until,
            Err(wrong) => {
                open.form.complain(UNTIL, wrong);
                return Vec::new();
            }
        };
        if let Some(obstacle) = open.choice.obstacle() {
            open.form.complain("", obstacle.to_owned());
            return Vec::new();
        }
        let what = match (open.doing, reason, until) {
            (Doing::Begin(AttentionKind::Snooze), Some(reason), Some(until)) => {
                Attend::Snooze { until, reason }
            }
            (Doing::Begin(AttentionKind::Acceptance), Some(reason), Some(until)) => {
                Attend::Accept { until, reason }
            }
            (Doing::Begin(AttentionKind::Claim), _, Some(until)) => Attend::Claim { until },
            (Doing::End(kind), reason, _) => {
                // A claim is one's own; what may wait is ended by whoever knows better.
                let whose = if kind == AttentionKind::Claim { Whose::Mine } else { Whose::Anyones };
                Attend::End { kind, whose, reason }
            }
            // A state that begins has an end, and what waits has a reason: both were read above.
            (Doing::Begin(_), _, _) => return Vec::new(),
        };
        let (doing, choice) = (open.doing, open.choice.clone());
        let under_way = self.ids_under_way();
        if choice.targets.iter().any(|target| under_way.contains(&target.finding)) {
            return vec![toast(Tone::Plain, "one of them is still being saved; Enter again when it is")];
        }
        self.layer = Layer::None;
        if !text.trim().is_empty() {
            self.remember(&text);
        }
        self.send_attend(doing, choice, what)
    }

    /// Sends it, or asks first where it is about more than the row under the cursor.
    fn send_attend(&mut self, doing: Doing, choice: Choice, what: Attend) -> Asks {
        // The end first: names of any length follow it.
        let about = match what.until() {
            Some(until) => format!("{} until {}: {}", doing.verb(), at(until), choice.about()),
            None => doing.to(&choice.about()),
        };
        let (count, is_under_cursor) = (choice.targets.len(), choice.is_under_cursor());
        let quoted = what.reason().map_or(String::new(), |reason| format!(": \"{}\"", reason.as_str()));
        let filter = choice.filter();
        let deed = AttendTo { targets: choice.targets, what, filter, key: DeedKey::fresh(), now: self.now };
        let wish = Wish::Attend(deed);
        if is_under_cursor {
            return self.send(wish, about);
        }
        let question = Question {
            what: format!("{}{quoted}", capitalised(&about)),
            yes: format!("{} {}", first_word(doing.verb()), Count::Exactly(count as u64)),
            typed_count: (count > TYPED_FROM).then_some(count as u64),
        };
        vec![Ask::Confirm(question, Wish::Agreed(Box::new(wish), about))]
    }

    /// Others hold it: who and until when, and how to go on.
    pub(super) fn held(&mut self, deed: Deed, held: Vec<Held>) -> Asks {
        let text = format!("{}: others hold {}; nothing was written", deed.about, counted(held.len()));
        self.held.push_back(HeldPanel { held, deed });
        vec![toast(Tone::Bad, text)]
    }

    /// Ends what others hold; what this person wanted is done after that.
    pub(super) fn take_over(&mut self) -> Asks {
        let Layer::Held(panel) = std::mem::replace(&mut self.layer, Layer::None) else { return Vec::new() };
        let (held, deed) = (panel.held, panel.deed);
        let Wish::Attend(wanted) = deed.wish else { return Vec::new() };
        let kind = wanted.what.kind();
        let theirs: HashSet<FindingId> = held.iter().map(|held| held.finding).collect();
        let key = DeedKey::fresh();
        let end = AttendTo {
            what: Attend::End { kind, whose: Whose::Anyones, reason: None },
            key,
            ..wanted.clone()
        };
        if matches!(wanted.what, Attend::End { .. }) {
            return self.send(Wish::Attend(end), deed.about);
        }
        let targets: Vec<Target> =
            wanted.targets.iter().copied().filter(|target| theirs.contains(&target.finding)).collect();
        let about = Doing::End(kind).to(&who_holds(&held));
        let wish = Wish::Attend(AttendTo { key: DeedKey::fresh(), now: self.now, ..wanted });
        self.next.push(Next { after: key, wish, about: deed.about });
        self.send(Wish::Attend(AttendTo { targets, filter: None, ..end }), about)
    }

    /// What waited for a deed that is done now.
    pub(super) fn go_on(&mut self, done: DeedKey) -> Asks {
        let Some(at) = self.next.iter().position(|next| next.after == done) else { return Vec::new() };
        let next = self.next.remove(at);
        self.send(next.wish, next.about)
    }

    /// Something could not be ended on some findings, as nothing lasts there: the others are offered.
    pub(super) fn offer_rest(&self, deed: &Deed, refusals: &[Refusal]) -> Asks {
        let Wish::Attend(wanted) = &deed.wish else { return Vec::new() };
        let refused: HashSet<FindingId> = refusals.iter().map(|refusal| refusal.finding).collect();
        let mut targets = wanted.targets.clone();
        targets.retain(|target| !refused.contains(&target.finding));
        if targets.is_empty() || targets.len() == wanted.targets.len() {
            return Vec::new();
        }
        let kind = wanted.what.kind();
        let about = Doing::End(kind).to(&counted(targets.len()));
        let count = targets.len();
        let question = Question {
            what: format!(
                "{} of {} {} {}. {}?",
                count,
                counted(wanted.targets.len()),
                if count == 1 { "is" } else { "are" },
                kind.adjective(),
                capitalised(&about)
            ),
            yes: first_word(Doing::End(kind).verb()).to_owned(),
            typed_count: None,
        };
        let rest = AttendTo { targets, key: DeedKey::fresh(), ..wanted.clone() };
        vec![Ask::Confirm(question, Wish::Agreed(Box::new(Wish::Attend(rest)), about))]
    }

    /// Shows a state on the rows that the answer did not bring: only the first of very many come back.
    pub(super) fn show_attended(&mut self, deed: &AttendTo, decided: &Decided) {
        let Some(first) = decided.rows.first() else { return };
        let ids: HashSet<FindingId> = deed.targets.iter().map(|target| target.finding).collect();
        for row in self.list.rows_mut().filter(|row| ids.contains(&row.finding.id)) {
            match deed.what.kind() {
                AttentionKind::Claim => {
                    row.finding.claimed_by = first.claimed_by.clone();
                    row.finding.claimed_until = first.claimed_until;
                }
                AttentionKind::Snooze => row.finding.snoozed_until = first.snoozed_until,
                AttentionKind::Acceptance => row.finding.accepted_until = first.accepted_until,
            }
        }
    }
}

/// Whether a finding is claimed, snoozed or accepted at `now`.
pub fn lasts(finding: &crate::triage::finding::Finding, kind: AttentionKind, now: DateTime<Utc>) -> bool {
    match kind {
        AttentionKind::Claim => finding.claimed(now).is_some(),
        AttentionKind::Snooze => finding.snoozed(now).is_some(),
        AttentionKind::Acceptance => finding.accepted(now).is_some(),
    }
}

/// The filter word for findings of which something can be ended.
pub fn ending(kind: AttentionKind) -> (&'static str, &'static str) {
    match kind {
        AttentionKind::Claim => ("is:mine", "own claimed"),
        AttentionKind::Snooze => ("is:snoozed", "snoozed"),
        AttentionKind::Acceptance => ("is:accepted", "accepted"),
    }
}

/// Who holds findings, for a person: `#12, which bob holds`.
fn who_holds(held: &[Held]) -> String {
    match held {
        [one] => format!("#{} by {}", one.finding, one.spell.actor.one_line()),
        _ => counted(held.len()),
    }
}

fn counted(count: usize) -> String {
    let number = Count::Exactly(count as u64);
    if count == 1 { format!("{number} finding") } else { format!("{number} findings") }
}

/// A moment to the minute, in UTC as the chain keeps it.
fn at(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%MZ").to_string()
}

fn first_word(text: &str) -> &str {
    text.split_once(' ').map_or(text, |(first, _)| first)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
