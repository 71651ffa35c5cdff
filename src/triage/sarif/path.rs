//! Paths as results give them, made comparable: relative to the repository where that is known.
//!
//! They are text: nothing here is ever looked for on the disk, and `..` stays as it is written.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How far a base may refer to a base that refers to a base.
const CHAIN_MAX: usize = 16;

/// `originalUriBaseIds` of a run: what relative paths are relative to.
#[derive(Debug, Clone, Default)]
pub struct Bases {
    entries: BTreeMap<String, Base>,
    /// The base that the repository's root is mapped to.
    root: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Base {
    uri: String,
    parent: Option<String>,
}

impl Bases {
    /// The bases of a run. In the prerelease of SARIF a base is its URI alone.
    pub fn read(object: Option<&Map<String, Value>>, root: Option<&str>) -> Self {
        let read = |value: &Value| {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let uri = value.as_str().or(text("uri")).unwrap_or_default();
            Base { uri: plain(uri), parent: text("uriBaseId").map(str::to_owned) }
        };
        let entries = object.into_iter().flatten().map(|(id, value)| (id.clone(), read(value))).collect();
        Bases { entries, root: root.map(str::to_owned) }
    }

    /// The path of `uri`, as the repository knows it where that can be told.
    pub fn path(&self, uri: &str, base_id: Option<&str>) -> String {
        if is_remote(uri.trim()) {
            return uri.trim().to_owned();
        }
        let path = plain(uri);
        if is_absolute(&path) {
            return tidy(self.below_a_root(&path));
        }
        let Some((top, below)) = base_id.and_then(|id| self.chain(id)) else { return tidy(&path) };
        let path = join(&below, &path);
        match self.root_path() {
            Some(root) => tidy(join(&top, &path).strip_prefix(root.as_str()).unwrap_or(&path)),
            None => tidy(&path),
        }
    }

    /// The topmost path of a base, and what leads down from there to the base.
    fn chain(&self, id: &str) -> Option<(String, String)> {
        let mut base = self.entries.get(id)?;
        let mut below = String::new();
        for _ in 0..CHAIN_MAX {
            match base.parent.as_deref().and_then(|parent| self.entries.get(parent)) {
                Some(parent) => {
                    below = join(&base.uri, &below);
                    base = parent;
                }
                None if is_absolute(&base.uri) => return Some((base.uri.clone(), below)),
                None => return Some((String::new(), join(&base.uri, &below))),
            }
        }
        None
    }

    fn root_path(&self) -> Option<String> {
        let (top, below) = self.chain(self.root.as_deref()?)?;
        let root = as_folder(&join(&top, &below));
        is_root(&root).then_some(root)
    }

    /// An absolute path, relative to the root that it lies below.
    fn below_a_root<'p>(&self, path: &'p str) -> &'p str {
        let roots: Vec<String> = match self.root_path() {
            Some(root) => vec![root],
            None => {
                let top = self.entries.values().filter(|base| base.parent.is_none());
                top.map(|base| as_folder(&base.uri)).filter(|root| is_root(root)).collect()
            }
        };
        let below = roots.iter().filter_map(|root| path.strip_prefix(root.as_str()));
        below.min_by_key(|rest| rest.len()).unwrap_or(path)
    }
}

/// Whether `folder` can be the root of a repository: absolute, and more than the root of a disk.
fn is_root(folder: &str) -> bool {
    is_absolute(folder) && folder.trim_matches('/').len() > 2
}

fn as_folder(path: &str) -> String {
    if path.ends_with('/') { path.to_owned() } else { format!("{path}/") }
}

fn join(folder: &str, path: &str) -> String {
    match folder {
        "" => path.to_owned(),
        folder if path.is_empty() || folder.ends_with('/') => format!("{folder}{path}"),
        folder => format!("{folder}/{path}"),
    }
}

/// A URI of the `file` scheme or a path, as a path with slashes.
fn plain(uri: &str) -> String {
    let path = decoded(uri.trim()).replace('\\', "/");
    let Some(rest) = strip_scheme(&path, "file:") else { return path };
    let rest = match rest.strip_prefix("//") {
        Some(with_host) => with_host.strip_prefix("localhost").unwrap_or(with_host),
        None => rest,
    };
    // file:///C:/x is C:/x; file://server/x is //server/x.
    match rest.strip_prefix('/') {
        Some(drive) if has_drive(drive) => drive.to_owned(),
        Some(_) => rest.to_owned(),
        None if strip_scheme(&path, "file://").is_some() && !has_drive(rest) => format!("//{rest}"),
        None => rest.to_owned(),
    }
}

fn strip_scheme<'p>(path: &'p str, scheme: &str) -> Option<&'p str> {
    let head = path.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| &path[scheme.len()..])
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

/// Whether `uri` leads somewhere else than to a file; it then stays as it is.
fn is_remote(uri: &str) -> bool {
    let Some((scheme, _)) = uri.split_once("://") else { return false };
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    scheme.len() > 1 && scheme.bytes().all(is_scheme) && !scheme.eq_ignore_ascii_case("file")
}

/// `uri` without percent-encoding, where what comes out is text.
fn decoded(uri: &str) -> String {
    if !uri.contains('%') {
        return uri.to_owned();
    }
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten().and_then(|digits| {
            let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
            u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        });
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}

/// `path` without `.` and empty steps.
fn tidy(path: &str) -> String {
    let lead = if path.starts_with("//") {
        "//"
    } else if path.starts_with('/') {
        "/"
    } else {
        ""
    };
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    format!("{lead}{}", steps.join("/"))
}
