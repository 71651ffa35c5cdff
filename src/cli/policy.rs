//! `attestor policy`.

use super::Global;
use super::output::Format;
use crate::drift::actions::load_policies;
use crate::drift::policy::{Gathered, gather};
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::text::{counted, visible};
use std::path::PathBuf;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check files of policies, and explain what is wrong with them.
    ///
    /// Needs no database. In folders, files that end in .toml or .json are read. Exit status 3 where a policy
    /// is wrong, 65 where a file is neither TOML nor JSON.
    Check(Files),
    /// Make the policies of these files the ones that hold, and compare every repository with them.
    ///
    /// They take the place of all policies that were loaded before. Nothing is loaded where one of them is
    /// wrong. Entered in the audit chain.
    Load(Files),
}

/// Which files.
#[derive(Debug, clap::Args)]
pub struct Files {
    /// Files and folders of policies.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    match command {
        Command::Check(files) => {
            let gathered = gather(&files.paths)?;
            tell(&gathered, global)?;
            Ok(match () {
                () if gathered.is_unreadable() => Kind::UnreadableInput.exit_status(),
                () if gathered.has_mistakes() => 3,
                () => 0,
            })
        }
        Command::Load(files) => load(&files, global).await,
    }
}

async fn load(files: &Files, global: &Global) -> Result<u8> {
    let gathered = gather(&files.paths)?;
    if gathered.has_mistakes() {
        for checked in gathered.findings.iter().filter(|checked| checked.finding.is_mistake()) {
            eprintln!("{}", line(&checked.file, &checked.finding));
        }
        let what = "policies are wrong; nothing was loaded";
        return Err(Error::new(Kind::UnreadableInput, what).hint("attestor policy check tells all of it"));
    }
    if gathered.policies.is_empty() {
        return Err(Error::new(
            Kind::UnreadableInput,
            "there is no policy in these files; nothing was loaded",
        ));
    }
    let db = global.open().await?.db;
    let loaded = load_policies(&db, &gathered.policies, DeedKey::fresh()).await?;
    match global.format() {
        Format::Json => println!("{}", serde_json::to_string(&loaded).map_err(std::io::Error::other)?),
        _ => println!(
            "{} in force, {} of them new or changed, {} removed; {} compared, {} drift",
            counted(loaded.policies, "policy"),
            loaded.changed.len(),
            loaded.removed.len(),
            counted(loaded.repos, "repository"),
            loaded.drifted
        ),
    }
    Ok(0)
}

fn tell(gathered: &Gathered, global: &Global) -> Result<()> {
    if global.format() == Format::Json {
        for checked in &gathered.findings {
            println!("{}", serde_json::to_string(checked).map_err(std::io::Error::other)?);
        }
        return Ok(());
    }
    for checked in &gathered.findings {
        println!("{}", line(&checked.file, &checked.finding));
        if let Some(hint) = &checked.finding.mistake.hint {
            println!("  try: {}", visible(hint));
        }
    }
    let wrong = gathered.findings.iter().filter(|checked| checked.finding.is_mistake()).count();
    println!(
        "{} in {}; {}",
        counted(gathered.policies.len(), "policy"),
        counted(gathered.files, "file"),
        counted(wrong, "mistake")
    );
    Ok(())
}

fn line(file: &str, finding: &crate::drift::policy::Finding) -> String {
    let mistake = &finding.mistake;
    let place = mistake.place;
    format!("{file}:{}:{}: {}: {}", place.line, place.column, finding.word(), visible(&mistake.what))
}
