//! Where the API is, and the addresses in it.

use crate::text::visible;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use url::{Host, Url};

/// The API of github.com.
pub const GITHUB: &str = "https://api.github.com";

/// The address of an API: `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server.
///
/// A token goes there, so that it must be https; http is taken for this machine alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|e| format!("it is no address: {e}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a login, which belongs into a token".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it ends with more than a path".to_owned());
        }
        match url.scheme() {
            "https" if url.host().is_some() => Ok(ApiUrl(url)),
            "http" if is_this_machine(&url) => Ok(ApiUrl(url)),
            "http" => Err("it must be https: a token goes there".to_owned()),
            other => Err(format!("it begins with {}://, not with https://", visible(other))),
        }
    }
}

impl Default for ApiUrl {
    fn default() -> Self {
        GITHUB.parse().expect("the address of github.com is one")
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl ApiUrl {
    /// Whether requests go over the network in the open, to this machine.
    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of `path` in the API, each segment as it is: a slash in one is part of its name. None
    /// where a segment would be taken for a step in the path.
    pub(super) fn at(&self, path: &[&str]) -> Option<Url> {
        if path.iter().any(|segment| segment.is_empty() || matches!(*segment, "." | "..")) {
            return None;
        }
        let mut url = self.0.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path);
        Some(url)
    }

    /// Whether `url` is on the same server, by the same way: the token may go there too.
    pub(super) fn covers(&self, url: &Url) -> bool {
        let no_login = url.username().is_empty() && url.password().is_none();
        no_login && url.origin() == self.0.origin() && url.origin().is_tuple()
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// A repository by its name, `owner/name`, in the letters that GitHub allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoName {
    text: String,
    slash: usize,
}

impl RepoName {
    /// Its owner.
    pub fn owner(&self) -> &str {
        &self.text[..self.slash]
    }

    /// Its name below the owner.
    pub fn name(&self) -> &str {
        &self.text[self.slash + 1..]
    }

    /// Both, as `owner/name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for RepoName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_name = || format!("\"{}\" is no owner/name of a repository on GitHub", visible(text));
        let (owner, name) = text.split_once('/').ok_or_else(no_name)?;
        let plain = |part: &str| {
            (1..=100).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
                && !matches!(part, "." | "..")
        };
        if !plain(owner) || !plain(name) {
            return Err(no_name());
        }
        Ok(RepoName { text: text.to_owned(), slash: owner.len() })
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
