//! Where the scanned code comes from, as a run says: repository, commit, branch.

use super::fields::{Fields, NAME_BYTES_MAX, PATH_BYTES_MAX};
use serde_json::Value;

/// Where code comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The repository as `owner/name`.
    pub repo: Option<String>,
    /// Its address, without any login.
    pub repo_url: Option<String>,
    /// Its host, in a word.
    pub platform: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The base path that is the repository's root.
    pub root: Option<String>,
}

impl Provenance {
    /// Reads `versionControlProvenance`, whose first element counts.
    pub fn read(value: Option<&Value>, fields: &mut Fields<'_>) -> Self {
        let list = fields.list(value, "versionControlProvenance");
        let Some(first) = fields.object(list.first(), "versionControlProvenance[0]") else {
            return Provenance::default();
        };
        let mut text =
            |key: &str, max| fields.text(first.get(key), &format!("versionControlProvenance[0].{key}"), max);
        // `uri`, `revisionTag` and `tag` stand in files of the prerelease.
        let address = text("repositoryUri", PATH_BYTES_MAX).or_else(|| text("uri", PATH_BYTES_MAX));
        let commit = text("revisionId", NAME_BYTES_MAX);
        let branch = text("branch", NAME_BYTES_MAX);
        let root = first.get("mappedTo").and_then(|mapped| mapped.get("uriBaseId")).and_then(Value::as_str);
        let of_address = address.as_deref().map(Address::read);
        Provenance {
            repo: of_address.as_ref().and_then(|address| address.repo.clone()),
            platform: of_address.as_ref().and_then(|address| address.platform.clone()),
            repo_url: of_address.map(|address| address.url),
            commit,
            branch: branch.map(|name| branch_name(&name).to_owned()),
            root: root.map(str::to_owned),
        }
    }
}

/// A branch without `refs/heads/`.
pub fn branch_name(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

/// The address of a repository, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address without any login.
    pub url: String,
    /// `owner/name`.
    pub repo: Option<String>,
    /// The host, in a word: github, gitlab, bitbucket, azure, else its name.
    pub platform: Option<String>,
}

impl Address {
    /// Reads `https://host/owner/name.git`, `ssh://…`, `git@host:owner/name` and `owner/name`.
    pub fn read(raw: &str) -> Self {
        let raw = raw.trim();
        let (scheme, rest) = match raw.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, raw),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = match (scheme, rest.split_once('/'), rest.split_once(':')) {
            (Some(scheme), ..) if scheme.eq_ignore_ascii_case("file") => (None, rest),
            (Some(_), Some((host, path)), _) => (Some(host), path),
            (Some(_), None, _) => (Some(rest), ""),
            (None, _, Some((host, path))) if host.contains('@') => (Some(host), path),
            _ => (None, rest),
        };
        // A login in an address may hold a password: it goes no further.
        let host = host.map(|host| host.rsplit_once('@').map_or(host, |(_, host)| host));
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let is_file = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file"));
        let repo = match path {
            "" => None,
            path if is_file => path.rsplit('/').next().map(str::to_owned),
            path => Some(path.replace("/_git/", "/")),
        };
        let url = match (scheme, host) {
            (Some(scheme), Some(host)) => format!("{scheme}://{host}/{path}"),
            (Some(scheme), None) => format!("{scheme}://{rest}"),
            (None, Some(host)) => format!("{host}:{path}"),
            (None, None) => path.to_owned(),
        };
        Address { url, repo, platform: host.and_then(platform_of) }
    }
}

fn platform_of(host: &str) -> Option<String> {
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    let known = [("github", "github"), ("gitlab", "gitlab"), ("bitbucket", "bitbucket")];
    let azure = ["dev.azure.com", "visualstudio.com"];
    if let Some((_, word)) = known.iter().find(|(part, _)| host.contains(part)) {
        return Some((*word).to_owned());
    }
    if azure.iter().any(|part| host.ends_with(part)) {
        return Some("azure".to_owned());
    }
    (!host.is_empty()).then_some(host)
}
