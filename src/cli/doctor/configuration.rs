//! The configuration: the files, what they say, and who else can read them.

use super::check::{Check, Standing};
use crate::config::origin::{Named, Setting};
use crate::text::counted;
use std::path::{Path, PathBuf};

const AREA: &str = "configuration";

/// What was found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The configuration file: where it is looked for, and what is there.
    pub file: Option<(PathBuf, Found)>,
    /// What is wrong with the configuration, and what to try.
    pub problem: Option<(String, Option<String>)>,
    /// Whether that is only that no database is named.
    pub unconfigured: bool,
    /// The settings that hold.
    pub settings: Vec<Setting>,
    /// The named connections.
    pub connections: Vec<Named>,
    /// What the console says of the files that are its own: theme, keys, views.
    pub console: Vec<Look>,
    /// The state folder and all that is in it, as far as others may use it.
    pub state: Option<(PathBuf, Found)>,
    /// Files in the state folder that others may read.
    pub open_to_others: Vec<PathBuf>,
}

/// What the console says of one of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What it is for: theme, keys, views.
    pub name: &'static str,
    /// What it says, or what is wrong with it and what to try.
    pub found: Result<String, (String, Option<String>)>,
    /// What a mistake in it does.
    pub mistake: Standing,
}

impl Look {
    /// A look that found `result`.
    pub fn new(name: &'static str, mistake: Standing, result: crate::error::Result<String>) -> Self {
        let found = result.map_err(|e| (e.to_string(), e.hint_text().map(str::to_owned)));
        Look { name, found, mistake }
    }
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Something of this user, with these rights.
    Mine {
        /// The rights, as in 0o600.
        mode: u32,
    },
    /// Something of somebody else.
    Foreign,
}

/// Judges.
pub fn judge(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![file(facts)];
    if let (Some((what, hint)), false) = (&facts.problem, facts.unconfigured) {
        let found = check("settings", Standing::Fails, what);
        checks.push(found.advise(hint.as_deref().unwrap_or("mend the configuration file")));
    }
    let is_wrong = |name: &str| facts.console.iter().any(|look| look.name == name && look.found.is_err());
    let right = facts.settings.iter().filter(|setting| !is_wrong(setting.name));
    checks.extend(right.map(|setting| {
        check(setting.name, Standing::Ok, format!("{} (from {})", setting.value, setting.origin))
    }));
    // A setting that holds is told above, with its origin.
    let told = |look: &&Look| look.found.is_err() || facts.settings.iter().all(|it| it.name != look.name);
    checks.extend(facts.console.iter().filter(told).map(console));
    checks.extend(facts.connections.iter().map(connection));
    checks.push(state(facts));
    checks
}

fn check(name: &str, status: Standing, found: impl AsRef<str>) -> Check {
    Check::new(AREA, name, status, found)
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn file(facts: &Facts) -> Check {
    match &facts.file {
        None => check("file", Standing::Warning, "this user has no home folder for one").advise("set HOME"),
        Some((path, Found::Nothing)) => check("file", Standing::Ok, format!("none at {}", shown(path))),
        Some((path, Found::Mine { mode })) if mode & 0o022 != 0 => {
            let found = format!("others may write {} ({:04o})", shown(path), mode & 0o7777);
            check("file", Standing::Warning, found).advise(format!("chmod go-w {}", quoted(path)))
        }
        Some((path, _)) => check("file", Standing::Ok, shown(path)),
    }
}

fn console(look: &Look) -> Check {
    match &look.found {
        Ok(found) => check(look.name, Standing::Ok, found),
        Err((what, hint)) => {
            check(look.name, look.mistake, what).advise(hint.as_deref().unwrap_or("mend that file"))
        }
    }
}

fn connection(named: &Named) -> Check {
    let name = format!("connection {}", named.name);
    match &named.place {
        Ok(place) if named.read_only => check(&name, Standing::Ok, format!("{place}, read-only")),
        Ok(place) => check(&name, Standing::Ok, place),
        Err(why) => check(&name, Standing::Fails, why)
            .advise("an address is postgresql://user@host/database; passwords go into ~/.pgpass"),
    }
}

fn state(facts: &Facts) -> Check {
    let Some((path, found)) = &facts.state else {
        return check("state folder", Standing::Fails, "this user has no home folder: drafts cannot be kept")
            .advise("set HOME or ATTESTOR_STATE_DIR");
    };
    let shown = shown(path);
    match found {
        Found::Nothing => check("state folder", Standing::Ok, format!("{shown}, made when it is needed")),
        Found::Foreign => check("state folder", Standing::Fails, format!("{shown} belongs to somebody else"))
            .advise("give it to this user, or name another one by ATTESTOR_STATE_DIR"),
        Found::Mine { mode } if mode & 0o700 != 0o700 => {
            let found = format!("{shown} ({:04o}) is closed to its own user", mode & 0o7777);
            check("state folder", Standing::Fails, found).advise(format!("chmod 700 {}", quoted(path)))
        }
        Found::Mine { mode } if mode & 0o077 != 0 => {
            let found = format!("{shown} is open to others ({:04o}); drafts are in it", mode & 0o7777);
            check("state folder", Standing::Warning, found).advise(format!("chmod 700 {}", quoted(path)))
        }
        Found::Mine { .. } => match facts.open_to_others.first() {
            Some(first) => {
                let found = format!(
                    "in {shown}, {} open to others, such as {}",
                    counted(facts.open_to_others.len(), "file"),
                    first.to_string_lossy()
                );
                check("state folder", Standing::Warning, found)
                    .advise(format!("chmod -R go= {}", quoted(path)))
            }
            None => check("state folder", Standing::Ok, format!("{shown}, for this user alone")),
        },
    }
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
