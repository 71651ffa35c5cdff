//! The private cluster: whether PostgreSQL's programs are here, and whether it runs.

use super::check::{Check, Standing};
use crate::db::local::binaries::Programs;
use crate::db::local::{State, Status};
use crate::error::Error;

const AREA: &str = "local cluster";

/// What was found out.
#[derive(Debug)]
pub struct Facts {
    /// Whether the configured database lies in it.
    pub needed: bool,
    /// The programs, or why there are none.
    pub programs: Result<Programs, Error>,
    /// What there is and what runs, or why that is not known.
    pub status: Result<Status, Error>,
}

/// Judges.
pub fn judge(facts: &Facts) -> Vec<Check> {
    vec![programs(facts), state(facts)]
}

fn check(name: &str, status: Standing, found: impl AsRef<str>) -> Check {
    Check::new(AREA, name, status, found)
}

fn programs(facts: &Facts) -> Check {
    match &facts.programs {
        Ok(programs) => {
            let found = format!("PostgreSQL {} ({})", programs.version, programs.postgres.to_string_lossy());
            check("programs", Standing::Ok, found)
        }
        Err(missing) => {
            let (status, what) = if facts.needed {
                (Standing::Fails, missing.to_string())
            } else {
                (Standing::Warning, format!("{missing}; the demo and `attestor local` need it"))
            };
            check("programs", status, what).advise(missing.hint_text().unwrap_or("install PostgreSQL"))
        }
    }
}

fn state(facts: &Facts) -> Check {
    let status = match &facts.status {
        Ok(status) => status,
        Err(error) => {
            let standing = if facts.needed { Standing::Fails } else { Standing::Warning };
            let found = check("state", standing, error.to_string());
            return found.advise(error.hint_text().unwrap_or("attestor local status"));
        }
    };
    let found = match status.state {
        State::Absent => "not made yet; the first use makes it".to_owned(),
        State::Stopped => format!("stopped; the next use starts it ({})", status.folder.to_string_lossy()),
        State::Starting => "starting".to_owned(),
        State::Stopping => "stopping".to_owned(),
        State::Running => format!("running, with {}", list(&status.databases)),
    };
    check("state", Standing::Ok, found)
}

fn list(databases: &[String]) -> String {
    match databases {
        [] => "no databases".to_owned(),
        names => names.join(", "),
    }
}
