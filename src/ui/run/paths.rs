//! File names that complete what has been typed.

use std::path::{Path, PathBuf};

/// Names that are looked at, and offered.
const LOOKED_AT_MAX: usize = 5000;
const OFFERED_MAX: usize = 200;

/// The paths that begin like `typed`, folders with a slash at their end, written as `typed` is.
pub(super) fn completions(typed: &str) -> Vec<String> {
    let (folder, beginning) =
        typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (&typed[..folder.len() + 1], name));
    let read = expanded(if folder.is_empty() { "." } else { folder });
    let Ok(entries) = std::fs::read_dir(read) else { return Vec::new() };
    let names = entries.take(LOOKED_AT_MAX).flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        // What cannot be shown as it is cannot be typed either.
        let shown = name.starts_with(beginning) && crate::text::visible(&name) == name;
        let hidden = name.starts_with('.') && !beginning.starts_with('.');
        let slash = if entry.path().is_dir() { "/" } else { "" };
        (shown && !hidden).then(|| format!("{folder}{name}{slash}"))
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.truncate(OFFERED_MAX);
    names
}

/// `typed` with a leading `~` as the home folder.
pub(super) fn expanded(typed: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match typed.strip_prefix('~') {
        Some("") => home().unwrap_or_else(|| PathBuf::from(typed)),
        Some(rest) if rest.starts_with('/') => {
            home().map_or_else(|| PathBuf::from(typed), |home| home.join(rest.trim_start_matches('/')))
        }
        _ => Path::new(typed).to_owned(),
    }
}
