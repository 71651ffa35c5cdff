//! Times on the screen: ages where age decides, clock times where history is told.

use crate::ui::screen::Clock;
use chrono::{DateTime, Local, Utc};

/// How long ago, in at most four cells: `now`, `5m`, `3h`, `13d`, `5w`, `11mo`, `3y`.
pub fn age(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - then).num_minutes();
    let days = minutes / (24 * 60);
    match minutes {
        // A clock that runs behind the database's is no news.
        ..1 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        _ => match days {
            ..14 => format!("{days}d"),
            14..70 => format!("{}w", days / 7),
            70..365 => format!("{}mo", days / 30),
            365..3_650 => format!("{}y", days / 365),
            _ => "old".to_owned(),
        },
    }
}

/// The moment, to the minute: `2026-03-12 14:02Z`, or as the wall clock has it, without the `Z`.
pub fn moment(at: DateTime<Utc>, clock: Clock) -> String {
    match clock {
        Clock::Utc => at.format("%Y-%m-%d %H:%MZ").to_string(),
        Clock::Local => at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
    }
}

/// The time of day: `14:02Z`, or as the wall clock has it.
pub fn time_of_day(at: DateTime<Utc>, clock: Clock) -> String {
    match clock {
        Clock::Utc => at.format("%H:%MZ").to_string(),
        Clock::Local => at.with_timezone(&Local).format("%H:%M").to_string(),
    }
}
