//! Draws the form for a claim, a snooze or an accepted risk, and who holds what was wanted.

use super::attending::{AttendForm, Doing, HeldPanel, UNTIL};
use super::panels::{fitting, put};
use crate::triage::attention::Attend;
use crate::triage::attention::AttentionKind;
use crate::ui::screen::Look;
use crate::ui::widgets::prompt::draw_rule;
use crate::ui::widgets::when;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Holders that are named.
const HOLDERS: usize = 3;

/// Lines that the panel takes: rule, holders, keys.
pub fn held_height(panel: &HeldPanel) -> u16 {
    let more = usize::from(panel.held.len() > HOLDERS);
    (panel.held.len().min(HOLDERS) + more + 2) as u16
}

/// Draws the form; gives the place of the cursor.
pub fn draw_form(open: &AttendForm, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let note = match open.end(look.now) {
        Ok(Some(until)) => format!("= {}, {}", when::moment(until, look.clock), in_words(until - look.now)),
        Ok(None) => String::new(),
        Err(wrong) => wrong,
    };
    let does = match open.doing {
        _ if !open.form.is_on_last() => "goes on",
        Doing::Begin(AttentionKind::Claim) => "claims",
        Doing::Begin(AttentionKind::Snooze) => "snoozes",
        Doing::Begin(AttentionKind::Acceptance) => "accepts",
        Doing::End(_) => "ends it",
    };
    let long = match open.doing {
        Doing::Begin(AttentionKind::Claim) => format!("Enter {does}   Esc closes"),
        Doing::Begin(_) => format!("Enter {does}   Tab the other line   Up earlier reasons   Esc closes"),
        Doing::End(_) => format!("Enter {does}, with or without a reason   Esc closes"),
    };
    let short = format!("Enter {does}   Esc closes");
    let keys = fitting(&[&long, &short], area);
    open.form.draw(&open.about(), &[(UNTIL, note)], keys, area, buffer, look.theme)
}

/// Draws who holds what was wanted.
pub fn draw_held(panel: &HeldPanel, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let theme = look.theme;
    draw_rule(&format!("not done: {}", panel.deed.about), area, buffer, theme);
    let mut line = 1;
    for held in panel.held.iter().take(HOLDERS) {
        let spell = &held.spell;
        let reason =
            spell.reason.as_ref().map_or(String::new(), |reason| format!("  \"{}\"", reason.one_line()));
        let text = format!(
            "#{} is {} by {} until {}, since {}{reason}",
            held.finding,
            spell.kind.adjective(),
            spell.actor.one_line(),
            when::moment(spell.until, look.clock),
            when::moment(spell.at, look.clock),
        );
        put(line, &text, theme.text, area, buffer, look);
        line += 1;
    }
    if let Some(more) = panel.held.len().checked_sub(HOLDERS).filter(|more| *more > 0) {
        put(line, &format!("and {more} more"), theme.text, area, buffer, look);
        line += 1;
    }
    let ends_only = matches!(&panel.deed.wish, super::wish::Wish::Attend(deed) if matches!(deed.what, Attend::End { .. }));
    let texts = if ends_only {
        ["o ends it for them   Esc leaves it theirs", "o ends it  Esc leaves it"]
    } else {
        ["o takes over: ends theirs, then does mine   Esc leaves it theirs", "o takes over  Esc leaves it"]
    };
    put(line, fitting(&texts, area), theme.dim, area, buffer, look);
}

/// How far ahead, in words: `in 4 hours`, `in 14 days`.
fn in_words(ahead: TimeDelta) -> String {
    let minutes = (ahead.num_seconds() + 30) / 60;
    let (number, unit) = match minutes {
        ..120 => (minutes, "minute"),
        120..2_880 => ((minutes + 30) / 60, "hour"),
        _ => ((minutes + 720) / 1_440, "day"),
    };
    let s = if number == 1 { "" } else { "s" };
    format!("in {number} {unit}{s}")
}
