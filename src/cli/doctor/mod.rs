//! `attestor doctor`: what works here, what would not, and what to do about it.
//!
//! Gathering is thin and in `gather`; what the facts mean is judged by pure functions, one file a part
//! of the world. Nothing is started, made or changed by looking, and no secret is printed.

pub mod check;
pub mod configuration;
pub mod database;
mod gather;
pub mod local;
pub mod terminal;

use super::Global;
use super::output::{Format, Printer};
use crate::error::Result;
use crate::text::counted;
use check::{Check, Standing};
use std::io::Write;

/// The exit status where something would not work.
const WOULD_NOT_WORK: u8 = 1;

/// Looks at everything and prints it; the result is the exit status. `console` is what the console says
/// of its own files, which the command line cannot read.
pub async fn run(global: &Global, console: Vec<configuration::Look>) -> Result<u8> {
    let survey = crate::config::origin::survey(&global.flags());
    let mut checks = terminal::judge(&gather::terminal().await);
    checks.extend(configuration::judge(&gather::configuration(&survey, console)));
    let (database, needs_local) = gather::database(&survey).await;
    checks.extend(database::judge(&database));
    checks.extend(local::judge(&gather::local(needs_local).await));
    match global.format() {
        Format::Table => print(&checks)?,
        format => {
            let mut printer = Printer::new(std::io::stdout().lock(), format);
            checks.iter().try_for_each(|check| printer.row(check))?;
            printer.finish()?;
        }
    }
    Ok(exit_status(&checks))
}

/// 1 where something would not work.
pub fn exit_status(checks: &[Check]) -> u8 {
    if checks.iter().any(|check| check.status == Standing::Fails) { WOULD_NOT_WORK } else { 0 }
}

/// Prints the checks for people: a heading for each part, and advice below what it is for.
fn print(checks: &[Check]) -> Result<()> {
    use unicode_width::UnicodeWidthStr;
    let mut out = std::io::stdout().lock();
    let width = checks.iter().map(|check| check.check.width()).max().unwrap_or(0);
    let mut area = "";
    for check in checks {
        if check.area != area {
            writeln!(out, "{}{}", if area.is_empty() { "" } else { "\n" }, check.area)?;
            area = check.area;
        }
        let gap = " ".repeat(width - check.check.width());
        writeln!(out, "  {:<8} {}{gap}  {}", check.status.word(), check.check, check.found)?;
        for line in check.advice.iter().flat_map(|advice| advice.lines()) {
            writeln!(out, "  {:<8} {}  → {line}", "", " ".repeat(width))?;
        }
    }
    let count = |standing| checks.iter().filter(|check| check.status == standing).count();
    let (fails, warnings) = (count(Standing::Fails), count(Standing::Warning));
    let verdict = match (fails, warnings) {
        (0, 0) => "All is well.".to_owned(),
        (0, _) => format!("It works; {} could be better.", counted(warnings, "thing")),
        _ => format!("{} would not work.", counted(fails, "thing")),
    };
    writeln!(out, "\n{verdict}")?;
    Ok(out.flush()?)
}
