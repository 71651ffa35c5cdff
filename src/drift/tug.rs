//! Tug-of-war: somebody and somebody else keep changing a field back and forth.

use super::document::Json;
use crate::text::SafeText;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// How many changes in a row, each undoing the one before, make a tug-of-war.
pub const TURNS: usize = 3;
/// The time within which they lie.
pub const WITHIN: TimeDelta = TimeDelta::hours(24);

/// A change of what is observed of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// What it was before; nothing where it was not there.
    pub was: Option<Json>,
    /// What it became.
    pub is: Option<Json>,
    /// Who did it, where the source tells.
    pub actor: Option<SafeText>,
}

/// A field that is changed back and forth. It is not corrected while this lasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tug {
    /// The two values.
    pub between: [Option<Json>; 2],
    /// Who makes it each of the two, as far as the source tells.
    pub actors: [Option<SafeText>; 2],
    /// How many changes in a row undid each other.
    pub turns: usize,
    /// The first of them.
    pub since: DateTime<Utc>,
    /// The last of them.
    pub last: DateTime<Utc>,
}

/// The tug-of-war over a field at `now`, by its changes from the oldest to the newest: at least [`TURNS`] in a
/// row between the same two values, the last of them and [`TURNS`] in all [`WITHIN`] the last 24 hours.
pub fn tug(turns: &[Turn], now: DateTime<Utc>) -> Option<Tug> {
    let mut row = 1;
    for pair in turns.windows(2).rev() {
        if pair[0].was == pair[1].is && pair[0].is == pair[1].was && pair[1].was != pair[1].is {
            row += 1;
        } else {
            break;
        }
    }
    let recent = turns.iter().rev().take(row).take_while(|turn| now.signed_duration_since(turn.at) <= WITHIN);
    let recent = recent.count();
    if recent < TURNS {
        return None;
    }
    let turns = &turns[turns.len() - recent..];
    let last = turns.last()?;
    let actor = |of: &Option<Json>| {
        turns.iter().rev().filter(|turn| turn.is == *of).find_map(|turn| turn.actor.clone())
    };
    Some(Tug {
        actors: [actor(&last.was), actor(&last.is)],
        between: [last.was.clone(), last.is.clone()],
        turns: recent,
        since: turns[0].at,
        last: last.at,
    })
}
