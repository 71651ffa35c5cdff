//! A text in the person's own editor: which program that is, and the file that it is given.
//!
//! The words of VISUAL or EDITOR become arguments as they stand, never a line for a shell, and the file's
//! name is of our own making: nothing of a finding reaches any command line. What is handed over is made
//! visible before, and what comes back is made visible again by whoever takes it.

use super::drafts::create_private;
use super::screen::{Outside, Purpose};
use crate::error::{Error, Kind, Result};
use crate::text::{visible, visible_lines};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Bytes that are read back.
const BYTES_MAX: u64 = 1 << 20;
/// How long a file that nobody took back is kept, and how many are looked at.
const LEFT_BEHIND: Duration = Duration::from_secs(30 * 24 * 3600);
const LOOKED_AT_MAX: usize = 1_000;

/// The program and its arguments by VISUAL, EDITOR, or `vi`.
pub fn editor(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<String>> {
    let set = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| Some((name, variable(name).filter(|value| !value.trim().is_empty())?)));
    let Some((name, value)) = set else { return Ok(vec!["vi".to_owned()]) };
    let words = words(&value).filter(|words| words.first().is_some_and(|first| !first.is_empty()));
    words.ok_or_else(|| {
        let what = format!("{name} cannot be read: {}", visible(&value));
        Error::new(Kind::Configuration, what).hint("a quotation mark in it is never closed")
    })
}

/// Words as a shell splits them: by space, with quotation marks and backslashes, and nothing else. None
/// where a quotation mark stays open.
fn words(value: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => match rest.next()? {
                c @ ('"' | '\\' | '$' | '`') => word.get_or_insert_default().push(c),
                c => word.get_or_insert_default().extend(['\\', c]),
            },
            (None, '\\') => word.get_or_insert_default().push(rest.next()?),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// The file that the editor is given.
#[derive(Debug)]
pub struct OutsideFile {
    path: PathBuf,
    written: String,
    purpose: Purpose,
    chars_max: usize,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub enum Back {
    /// Nothing was changed.
    Same,
    /// This text.
    Text(String),
    /// This text, and more that has no room; all of it stays in the file.
    TooLong(String, PathBuf),
}

impl OutsideFile {
    /// Writes the text to a file below `state` that only this user reads.
    pub fn create(state: &Path, outside: &Outside) -> Result<OutsideFile> {
        let folder = state.join("edit");
        let wrong = |e: std::io::Error| {
            let what =
                format!("no file for the editor can be made in {}", visible(&folder.to_string_lossy()));
            Error::new(Kind::Failed, what).hint("see the rights of that folder").because(e)
        };
        create_private(&folder).map_err(wrong)?;
        forget_old(&folder);
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let path = folder.join(format!("{}-{}.md", outside.name, &unique[..8]));
        let mode = if outside.purpose == Purpose::Read { 0o400 } else { 0o600 };
        let mut written = visible_lines(&outside.text).into_owned();
        if !written.is_empty() && !written.ends_with('\n') {
            written.push('\n');
        }
        let mut file = File::options().write(true).create_new(true).mode(mode).open(&path).map_err(wrong)?;
        file.write_all(written.as_bytes()).map_err(wrong)?;
        Ok(OutsideFile { path, written, purpose: outside.purpose, chars_max: outside.chars_max })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what came back, after an editor that ended well. The file goes, unless it holds more than was
    /// taken over.
    pub fn take_back(self) -> Result<Back> {
        if self.purpose == Purpose::Read {
            let _ = fs::remove_file(&self.path);
            return Ok(Back::Same);
        }
        let text = self.read()?;
        if text == self.written {
            let _ = fs::remove_file(&self.path);
            return Ok(Back::Same);
        }
        let text = visible_lines(text.trim_end_matches(['\n', '\r'])).into_owned();
        if text.chars().count() > self.chars_max {
            return Ok(Back::TooLong(text.chars().take(self.chars_max).collect(), self.path));
        }
        let _ = fs::remove_file(&self.path);
        Ok(Back::Text(text))
    }

    /// After an editor that failed: the file goes, unless it was written to. Gives where it stays.
    pub fn give_up(self) -> Option<PathBuf> {
        let is_as_it_was =
            self.purpose == Purpose::Read || self.read().is_ok_and(|text| text == self.written);
        if is_as_it_was {
            let _ = fs::remove_file(&self.path);
            return None;
        }
        self.path.exists().then_some(self.path)
    }

    fn read(&self) -> Result<String> {
        let shown = visible(&self.path.to_string_lossy()).into_owned();
        let wrong = |why: String| Error::new(Kind::UnreadableInput, format!("{shown} {why}"));
        let file = File::open(&self.path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
        let mut bytes = Vec::new();
        file.take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| wrong(format!("cannot be read: {e}")))?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(wrong("is longer than 1 MiB, and was left as it is".to_owned()));
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Files of consoles that ended while an editor was open, once nobody will come for them.
fn forget_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.take(LOOKED_AT_MAX).flatten() {
        let age = entry
            .metadata()
            .and_then(|about| about.modified())
            .map(|at| SystemTime::now().duration_since(at));
        if matches!(age, Ok(Ok(age)) if age > LEFT_BEHIND) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
