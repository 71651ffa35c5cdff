//! `attestor drift accept`, `ignore`, `set` and `snooze`.

use super::{Key, moment, until};
use crate::cli::Global;
use crate::cli::output::{Format, Printer, Tabular};
use crate::drift::actions::{self, To};
use crate::drift::document::Json;
use crate::drift::glob::Glob;
use crate::drift::path::Path;
use crate::drift::store::decisions::{Rule, rules};
use crate::drift::store::settle::Settled;
use crate::error::{Error, Kind, Result};
use crate::operations::acknowledge::Why;
use crate::text::{counted, visible};
use serde_json::json;
use std::str::FromStr;

/// What is accepted.
#[derive(Debug, clap::Args)]
pub struct Accept {
    /// The repository, owner/name.
    #[arg(value_name = "REPO")]
    repo: String,
    /// The fields, such as settings.has_wiki; all that drift with --all.
    #[arg(value_name = "FIELD", required_unless_present = "all")]
    fields: Vec<String>,
    /// Everything of the repository that drifts.
    #[arg(long, conflicts_with = "fields")]
    all: bool,
    /// Why, in at most 160 characters.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    key: Key,
}

/// What is not counted.
#[derive(Debug, clap::Args)]
pub struct Ignore {
    /// The repositories: owner/name, or a glob such as 'acme/*' or '**'.
    #[arg(value_name = "REPOS", required_unless_present_any = ["list", "end"])]
    repos: Option<String>,
    /// The fields: a path, or a glob such as 'label.extra.*' or 'settings.**'.
    #[arg(value_name = "FIELDS", required_unless_present_any = ["list", "end"])]
    fields: Option<String>,
    /// Why, in at most 160 characters.
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["list", "end"])]
    reason: Option<String>,
    /// How long, as 30d, or until when.
    #[arg(long, value_name = "TIME", required_unless_present_any = ["list", "end"])]
    until: Option<String>,
    /// List the rules that there are.
    #[arg(long, conflicts_with_all = ["repos", "fields", "end"])]
    list: bool,
    /// End the rule of this number before its time.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["repos", "fields"])]
    end: Option<i64>,
    #[command(flatten)]
    key: Key,
}

/// What is set.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The repository, owner/name.
    #[arg(value_name = "REPO")]
    repo: String,
    /// The field, such as branch_protection.required_reviews.
    #[arg(value_name = "FIELD")]
    field: String,
    /// What it should be, as JSON; a word that is no JSON is taken as a text.
    #[arg(value_name = "VALUE", required_unless_present_any = ["absent", "release"], allow_hyphen_values = true)]
    value: Option<String>,
    /// The field should not be there.
    #[arg(long, conflicts_with_all = ["value", "release"])]
    absent: bool,
    /// Give the field back to its policies.
    #[arg(long, conflicts_with = "value")]
    release: bool,
    /// Why, in at most 160 characters.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    key: Key,
}

/// What may wait.
#[derive(Debug, clap::Args)]
pub struct Snooze {
    /// The repository, owner/name.
    #[arg(value_name = "REPO")]
    repo: String,
    /// How long, as 7d, or until when.
    #[arg(long, value_name = "TIME", required_unless_present = "end")]
    until: Option<String>,
    /// It may wait no longer.
    #[arg(long, conflicts_with = "until")]
    end: bool,
    /// Why, in at most 160 characters.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    key: Key,
}

pub(super) async fn accept(options: &Accept, global: &Global) -> Result<u8> {
    let deed = actions::Accept {
        repo: options.repo.clone(),
        paths: options.fields.iter().map(|field| path(field)).collect::<Result<_>>()?,
        why: Why::new(&options.reason)?,
        version: None,
        key: options.key.deed(),
    };
    let db = global.open().await?.db;
    tell(&actions::accept(&db, &deed).await?, "accepted", global)
}

pub(super) async fn set(options: &Set, global: &Global) -> Result<u8> {
    let to = match &options.value {
        _ if options.release => To::Policy,
        Some(value) => To::Value(Json::parse(value).unwrap_or_else(|_| Json::from(value.as_str()))),
        None => To::Nothing,
    };
    let deed = actions::Set {
        repo: options.repo.clone(),
        path: path(&options.field)?,
        to,
        why: Why::new(&options.reason)?,
        key: options.key.deed(),
    };
    if !crate::drift::observed::is_name(&deed.repo) {
        return Err(Error::new(Kind::Usage, "this is no name of a repository").hint("owner/name"));
    }
    let db = global.open().await?.db;
    tell(&actions::set(&db, &deed).await?, "set", global)
}

pub(super) async fn ignore(options: &Ignore, global: &Global) -> Result<u8> {
    let db = global.open().await?.db;
    if options.list {
        let mut printer = Printer::new(std::io::stdout().lock(), global.format());
        for rule in rules(&db).await? {
            printer.row(&rule)?;
        }
        printer.finish()?;
        return Ok(0);
    }
    if let Some(id) = options.end {
        let repos = actions::end_ignore(&db, &actions::EndIgnore { id, key: options.key.deed() }).await?;
        match global.format() {
            Format::Json => println!("{}", json!({"rule": id, "repositories": repos})),
            _ => println!("rule {id} ended; {} compared again", counted(repos, "repository")),
        }
        return Ok(0);
    }
    let (Some(repos), Some(fields), Some(reason), Some(time)) =
        (&options.repos, &options.fields, &options.reason, &options.until)
    else {
        return Err(Error::new(Kind::Usage, "which fields of which repositories, why, and until when?"));
    };
    let glob = |text: &str, read: fn(&str) -> Result<Glob, String>| {
        read(text).map_err(|what| Error::new(Kind::Usage, format!("\"{}\": {what}", visible(text))))
    };
    let deed = actions::IgnoreDeed {
        repos: glob(repos, Glob::of_repos)?,
        paths: glob(fields, Glob::of_paths)?,
        why: Why::new(reason)?,
        until: until(time)?,
        key: options.key.deed(),
    };
    let (rule, count) = actions::ignore(&db, &deed).await?;
    match global.format() {
        Format::Json => println!("{}", json!({"rule": rule, "repositories": count, "until": deed.until})),
        _ => println!(
            "rule {rule} holds until {}; {} compared again",
            moment(deed.until),
            counted(count, "repository")
        ),
    }
    Ok(0)
}

pub(super) async fn snooze(options: &Snooze, global: &Global) -> Result<u8> {
    let time = options.until.as_deref().map(until).transpose()?;
    let why = Why::new(&options.reason)?;
    let deed = actions::Snooze { repo: options.repo.clone(), why, until: time, key: options.key.deed() };
    let db = global.open().await?.db;
    actions::snooze(&db, &deed).await?;
    let repo = visible(&options.repo);
    match (global.format(), time) {
        (Format::Json, _) => println!("{}", json!({"repo": options.repo, "snoozed_until": time})),
        (_, Some(time)) => println!("{repo} may wait until {}", moment(time)),
        (_, None) => println!("{repo} may wait no longer"),
    }
    Ok(0)
}

fn path(text: &str) -> Result<Path> {
    Path::from_str(text).map_err(|what| {
        Error::new(Kind::Usage, format!("\"{}\": {what}", visible(text)))
            .hint("as drift_fields names it: settings.has_wiki")
    })
}

fn tell(settled: &Settled, done: &str, global: &Global) -> Result<u8> {
    let left = settled.diff.drift_fields();
    match global.format() {
        Format::Json => {
            println!("{}", json!({"repo": settled.repo, "in_sync": settled.in_sync, "drift_fields": left}));
        }
        _ if left.is_empty() => println!("{done}; {} has no drift left", visible(&settled.repo)),
        _ => println!("{done}; {} still drifts in {}", visible(&settled.repo), visible(&left.join(", "))),
    }
    Ok(0)
}

impl Tabular for Rule {
    const COLUMNS: &'static [&'static str] =
        &["id", "holds", "until", "repos", "paths", "created_by", "reason"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.holds.to_string(),
            moment(self.until),
            self.repos.one_line().into_owned(),
            self.paths.one_line().into_owned(),
            self.created_by.one_line().into_owned(),
            self.reason.one_line().into_owned(),
        ]
    }
}
