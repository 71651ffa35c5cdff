//! What a person sees who has configured nothing: three ways to begin.
//!
//! Only a terminal is asked. A script that forgot `DATABASE_URL` gets exit status 78, since any
//! database that it did not name would be the wrong one.

use super::Global;
use crate::config;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use std::io::{self, BufRead, IsTerminal, Write};

/// The way that somebody chose.
#[derive(Debug)]
pub enum Choice {
    /// Open the console on what these flags name.
    Console(Box<Global>),
    /// Open the console on demo data.
    Demo,
    /// Nothing today.
    Leave,
}

/// Asks which way to begin; where nobody can be asked, `unconfigured` stays the answer.
pub fn ask(global: &Global, unconfigured: Error) -> Result<Choice> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(unconfigured);
    }
    println!(
        "Welcome to attestor. No database is configured yet.\n\n  \
         1  connect to a database of yours\n  \
         2  start a private one on this machine\n  \
         3  look at demo data\n"
    );
    loop {
        match answer("Which one? [1, 2, 3; q leaves] ")?.as_deref() {
            Some("1") => return connect(global),
            Some("2") => {
                let connect = Some("local".to_owned());
                return Ok(Choice::Console(Box::new(Global { connect, ..global.clone() })));
            }
            Some("3") => return Ok(Choice::Demo),
            Some("q" | "Q") | None => return Ok(Choice::Leave),
            Some(_) => println!("That is none of them."),
        }
    }
}

/// Asks for the address of a database and keeps it as the usual one.
fn connect(global: &Global) -> Result<Choice> {
    println!("\nIts address, without a password: postgresql://user@host:5432/database");
    let Some(url) = answer("Address: ")? else { return Ok(Choice::Leave) };
    let chosen = Global { database_url: Some(url.clone()), ..global.clone() };
    chosen.config()?;
    let kept = config::keep_connection(&url)?;
    println!("Kept in {} as the usual database.", visible(&kept.to_string_lossy()));
    Ok(Choice::Console(Box::new(chosen)))
}

/// One line from the terminal; none at its end.
fn answer(question: &str) -> Result<Option<String>> {
    print!("{question}");
    io::stdout().flush()?;
    let mut line = String::new();
    let read =
        io::stdin().lock().read_line(&mut line).map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}
