//! Policies out of files and folders.

use super::Policy;
use super::read::{Finding, read_policies};
use crate::drift::mistake::Place;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longest file of policies.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Most files.
const FILES_MAX: usize = 10_000;
/// How deep folders may lie in each other.
const FOLDERS_DEEP_MAX: usize = 16;

/// Something to know about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The file.
    pub file: String,
    /// Where and what.
    #[serde(flatten)]
    pub finding: Finding,
}

/// All policies of some files, and all that is wrong with them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gathered {
    /// The policies, by the names of their files and their places in them.
    pub policies: Vec<Policy>,
    /// What is wrong, and what may be.
    pub findings: Vec<Checked>,
    /// How many files were read.
    pub files: usize,
}

impl Gathered {
    /// Whether something is wrong.
    pub fn has_mistakes(&self) -> bool {
        self.findings.iter().any(|checked| checked.finding.is_mistake())
    }

    /// Whether a file could not be read at all.
    pub fn is_unreadable(&self) -> bool {
        self.findings.iter().any(|checked| checked.finding.is_syntax())
    }
}

/// Reads the files that are named, and in folders those that end in `.toml` or `.json`.
///
/// # Errors
/// [`Kind::UnreadableInput`] where a file or folder is not there or cannot be read. What is wrong within a
/// file is told in the result.
pub fn gather(paths: &[PathBuf]) -> Result<Gathered> {
    let mut files = Vec::new();
    for path in paths {
        find(path, 0, &mut files)?;
    }
    let mut gathered = Gathered { files: files.len(), ..Gathered::default() };
    for path in files {
        let name = visible(&path.to_string_lossy()).into_owned();
        let text = text(&path, &name)?;
        let (policies, findings) = read_policies(&name, &text);
        gathered.policies.extend(policies);
        let of_file = |finding| Checked { file: name.clone(), finding };
        gathered.findings.extend(findings.into_iter().map(of_file));
    }
    unique_names(&mut gathered);
    // Defaults are under all others, in the order of their files.
    gathered.policies.sort_by_key(|policy| policy.priority != i32::MIN);
    for (rank, policy) in gathered.policies.iter_mut().enumerate() {
        policy.rank = i32::try_from(rank).unwrap_or(i32::MAX);
    }
    Ok(gathered)
}

fn find(path: &Path, deep: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if !metadata.is_dir() {
        files.push(path.to_owned());
    } else {
        if deep > FOLDERS_DEEP_MAX {
            let what = format!(
                "{}: folders lie more than {FOLDERS_DEEP_MAX} deep",
                visible(&path.to_string_lossy())
            );
            return Err(
                Error::new(Kind::UnreadableInput, what).hint("name the folder that holds the policies")
            );
        }
        let mut entries: Vec<PathBuf> = fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(|error| unreadable(path, error))?;
        entries.sort();
        for entry in entries {
            let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let known = entry.extension().is_some_and(|end| end == "toml" || end == "json");
            if !hidden && (known || entry.is_dir()) {
                find(&entry, deep + 1, files)?;
            }
        }
    }
    if files.len() > FILES_MAX {
        return Err(Error::new(Kind::UnreadableInput, format!("more than {FILES_MAX} files of policies")));
    }
    Ok(())
}

fn text(path: &Path, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unreadable(path, error))?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Error::new(
            Kind::UnreadableInput,
            format!("{name}: a file of policies has at most 4 MiB"),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid =
            String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let place = Place::of(&valid, valid.len());
        let what = format!("{name}:{}:{}: this is not UTF-8", place.line, place.column);
        Error::new(Kind::UnreadableInput, what).hint("save the file as UTF-8")
    })
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let what = format!("{}: {error}", visible(&path.to_string_lossy()));
    Error::new(Kind::UnreadableInput, what).hint("look at the path, and at who may read it").because(error)
}

/// Of two policies of one name, the second is a mistake.
fn unique_names(gathered: &mut Gathered) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for policy in &gathered.policies {
        if let Some(file) = first.insert(&policy.name, &policy.file) {
            let what = format!("the name \"{}\" is taken by a policy in {file}", visible(&policy.name));
            twice.push(Checked {
                file: policy.file.clone(),
                finding: Finding::of_file(what, "give it another `name`"),
            });
        }
    }
    gathered.findings.extend(twice);
}
