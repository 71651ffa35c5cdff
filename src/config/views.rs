//! Views: filters with a name, with an order and columns, kept for one person.
//!
//! `views.toml` of the configuration folder is written by attestor alone, whole or not at all, and for its
//! user only. A file that cannot be read is left as it is: nothing is saved over it, so that nothing in it
//! is lost. Deliberately absent: what a filter means is not looked at here; a view whose filter is wrong
//! says so when it is opened, and the others go on.

use super::files::{read_if_there, shown, wrong_at, wrong_toml};
use crate::error::{Error, Kind, Result};
use crate::filter::TEXT_CHARS_MAX;
use crate::text::visible;
use crate::triage::column::Column;
use crate::triage::store::findings::{Order, Sort, SortKey};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Views of one person.
const VIEWS_MAX: usize = 500;
/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 60;

/// A filter with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The filter, as it is typed.
    pub filter: String,
    /// The order.
    pub sort: Sort,
    /// The columns; none = those that fit.
    pub columns: Vec<Column>,
    /// Who made it.
    pub origin: Origin,
}

/// Who made a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// The person.
    Own,
}

/// What to do with a view that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it.
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// What became of a view that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is in the file.
    Done,
    /// There is one of this name, which was left.
    Exists,
}

/// The file of the views.
#[derive(Debug, Clone)]
pub struct ViewFile {
    path: Option<PathBuf>,
}

/// The views that are part of the program.
pub fn built_in() -> Vec<View> {
    const VIEWS: [(&str, &str); 8] = [
        ("queue", "is:undecided"),
        ("needs-me", "is:undecided (is:mine or -is:claimed)"),
        ("mine", "is:mine"),
        ("by:me", "by:me"),
        ("new", "since:scan"),
        ("likely-exploited", "is:undecided has:cve epss>=0.1"),
        ("ai-and-people-differ", "(ai:tp verdict:fp) or (ai:fp verdict:tp)"),
        ("put-off", "is:snoozed or is:accepted"),
    ];
    let view = |(name, filter): (&str, &str)| View {
        name: name.to_owned(),
        filter: filter.to_owned(),
        sort: Sort::default(),
        columns: Vec::new(),
        origin: Origin::BuiltIn,
    };
    VIEWS.into_iter().map(view).collect()
}

/// The name that is meant, or what is wrong with it.
pub fn checked_name(raw: &str) -> Result<String, String> {
    let name = raw.trim();
    match name.chars().count() {
        0 => Err("a view needs a name".to_owned()),
        n if n > NAME_CHARS_MAX => Err(format!("a name has at most {NAME_CHARS_MAX} characters")),
        _ if visible(name) != name => Err("a name has visible characters only".to_owned()),
        _ if built_in().iter().any(|view| view.name == name) => {
            Err(format!("{name} is built in; take another name"))
        }
        _ => Ok(name.to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    findings: BTreeMap<String, Stored>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    filter: Spanned<String>,
    sort: Option<Spanned<String>>,
    #[serde(default)]
    reverse: bool,
    #[serde(default)]
    columns: Vec<Spanned<String>>,
}

impl ViewFile {
    /// The file of this user.
    pub fn usual() -> Self {
        ViewFile::in_folder(super::usual_folder().as_deref())
    }

    /// The file in a folder; without one there are only the views of the program.
    pub fn in_folder(folder: Option<&Path>) -> Self {
        ViewFile { path: folder.map(|folder| folder.join("views.toml")) }
    }

    /// All views: one's own by name, then those of the program.
    ///
    /// # Errors
    /// Where the file cannot be read: with its name, the line and what is wrong.
    pub fn all(&self) -> Result<Vec<View>> {
        let mut views = self.own()?;
        let others: Vec<View> =
            built_in().into_iter().filter(|view| views.iter().all(|own| own.name != view.name)).collect();
        views.extend(others);
        Ok(views)
    }

    /// The view of a name.
    pub fn find(&self, name: &str) -> Result<View> {
        let views = self.all()?;
        let names: Vec<String> = views.iter().map(|view| visible(&view.name).into_owned()).collect();
        views.into_iter().find(|view| view.name == name).ok_or_else(|| {
            let hint = format!("there are {}; attestor findings views lists them", names.join(", "));
            Error::new(Kind::NotFound, format!("there is no view {}", visible(name))).hint(hint)
        })
    }

    /// Adds a view, or puts it in the place of the one of its name.
    pub fn save(&self, view: &View, existing: Existing) -> Result<Saved> {
        let mut saved = Saved::Done;
        self.change(|views| {
            let at = views.iter().position(|own| own.name == view.name);
            match (at, existing) {
                (Some(_), Existing::Keep) => saved = Saved::Exists,
                (Some(at), Existing::Replace) => views[at] = view.clone(),
                (None, _) if views.len() >= VIEWS_MAX => {
                    let what = format!("there are {VIEWS_MAX} views already");
                    return Err(Error::new(Kind::Failed, what).hint("delete one first"));
                }
                (None, _) => views.push(view.clone()),
            }
            Ok(())
        })?;
        Ok(saved)
    }

    /// Deletes the view of a name; one that is gone already is no failure.
    pub fn delete(&self, name: &str) -> Result<()> {
        self.change(|views| {
            views.retain(|view| view.name != name);
            Ok(())
        })
    }

    fn own(&self) -> Result<Vec<View>> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        match read_if_there(path)? {
            Some(text) => parse(&text, &shown(path)),
            None => Ok(Vec::new()),
        }
    }

    /// Reads, changes and writes; two consoles that do so at once wait for each other.
    fn change(&self, change: impl FnOnce(&mut Vec<View>) -> Result<()>) -> Result<()> {
        let Some(path) = &self.path else {
            return Err(Error::new(Kind::Configuration, "this user has no home folder for views"));
        };
        // Where the file is a link into a folder of its own, that one is written.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let folder = path.parent().unwrap_or(Path::new("."));
        let failed = |e: std::io::Error| {
            Error::new(Kind::Failed, format!("{} cannot be written: {e}", shown(&path))).because(e)
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::open(folder).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut views = self.own()?;
        let before = views.clone();
        change(&mut views)?;
        if views == before {
            return Ok(());
        }
        views.sort_by(|a, b| a.name.cmp(&b.name));
        write(&path, &written(&views)).map_err(failed)
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let write = || {
        let mut file =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })
}

fn parse(text: &str, name: &str) -> Result<Vec<View>> {
    let content: Content = toml::from_str(text).map_err(|e| wrong_toml(name, text, &e))?;
    let wrong = |at: usize, what: &str| wrong_at(name, text, at, what);
    let mut views = Vec::new();
    for (called, stored) in content.findings {
        let filter = stored.filter.get_ref();
        let at = stored.filter.span().start;
        let chars = called.chars().count();
        if chars == 0 || chars > NAME_CHARS_MAX {
            return Err(wrong(at, &format!("a name of a view has 1 to {NAME_CHARS_MAX} characters")));
        }
        if filter.chars().count() > TEXT_CHARS_MAX {
            return Err(wrong(at, &format!("a filter has at most {TEXT_CHARS_MAX} characters")));
        }
        let by = match &stored.sort {
            None => SortKey::default(),
            Some(word) => SortKey::named(word.get_ref()).ok_or_else(|| {
                let what = format!("there is no order {}", visible(word.get_ref()));
                wrong(word.span().start, &what).hint("risk, severity, age, rule, file, repo")
            })?,
        };
        let column = |word: &Spanned<String>| {
            Column::named(word.get_ref()).ok_or_else(|| {
                let what = format!("there is no column {}", visible(word.get_ref()));
                wrong(word.span().start, &what).hint(Column::ALL.map(Column::name).join(", "))
            })
        };
        let mut columns: Vec<Column> = Vec::new();
        for word in &stored.columns {
            let column = column(word)?;
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let order = if stored.reverse { Order::Reversed } else { Order::Natural };
        views.push(View {
            name: visible(&called).into_owned(),
            filter: visible(filter).into_owned(),
            sort: Sort { by, order },
            columns,
            origin: Origin::Own,
        });
    }
    if views.len() > VIEWS_MAX {
        return Err(Error::new(Kind::Configuration, format!("{name} holds more than {VIEWS_MAX} views")));
    }
    Ok(views)
}

fn written(views: &[View]) -> String {
    let mut findings = toml::Table::new();
    for view in views {
        let mut stored = toml::Table::new();
        stored.insert("filter".to_owned(), view.filter.clone().into());
        stored.insert("sort".to_owned(), view.sort.by.word().into());
        if view.sort.order == Order::Reversed {
            stored.insert("reverse".to_owned(), true.into());
        }
        if !view.columns.is_empty() {
            let names: Vec<toml::Value> = view.columns.iter().map(|column| column.name().into()).collect();
            stored.insert("columns".to_owned(), names.into());
        }
        findings.insert(view.name.clone(), stored.into());
    }
    let mut content = toml::Table::new();
    content.insert("findings".to_owned(), findings.into());
    format!(
        "# Saved views. attestor writes this file anew; what else is written into it is not kept.\n\n{content}"
    )
}
