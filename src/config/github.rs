//! What is said about GitHub: where it is, how it is asked, and with which token.
//!
//! The token comes from the environment or from a file that nobody else can read. It never stands in an
//! argument or in the configuration, which others may see.

use super::{Flags, env, files, read_file};
use crate::drift::github::{ApiUrl, CONCURRENCY_MAX, Client, Proxy, Tempo, Token};
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use serde::Deserialize;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Most bytes that are read of a file with a token.
const TOKEN_FILE_BYTES_MAX: u64 = 4096;

/// The variables that may hold the token; the first that is set holds.
const TOKENS: [&str; 2] = ["ATTESTOR_GITHUB_TOKEN", "GITHUB_TOKEN"];

/// The file's words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GithubFile {
    api_url: Option<String>,
    token_file: Option<PathBuf>,
    concurrency: Option<usize>,
    timeout_ms: Option<u64>,
    write_pause_ms: Option<u64>,
    /// Known so that it can be refused without being repeated.
    token: Option<serde::de::IgnoredAny>,
}

/// Where GitHub is, how it is asked, and with which token.
#[derive(Debug, Clone)]
pub struct GithubSettings {
    /// The API.
    pub api: ApiUrl,
    /// The token; without one, only what everybody may see is seen.
    pub token: Option<Token>,
    /// The proxy on the way there.
    pub proxy: Option<Proxy>,
    /// How patient and how quick the client is.
    pub tempo: Tempo,
}

impl GithubSettings {
    /// Reads the environment and the file.
    ///
    /// # Errors
    /// `Configuration` where an address is none or not https, a proxy is none, or a file with a token is readable by others.
    pub fn read(flags: &Flags) -> Result<GithubSettings> {
        let file = read_file(flags.file.as_deref())?.github;
        if file.token.is_some() {
            let what = "[github] token: a token does not belong into the configuration";
            return Err(Error::new(Kind::Configuration, what)
                .hint("set GITHUB_TOKEN, or name a file of mode 0600: [github] token_file = \"...\""));
        }
        let (place, address) = match ["ATTESTOR_GITHUB_API_URL", "GITHUB_API_URL"]
            .into_iter()
            .find_map(|name| Some((name, env(name)?)))
        {
            Some((name, address)) => (name, Some(address)),
            None => ("[github] api_url", file.api_url),
        };
        let api = match address {
            // The address itself is not repeated: it may hold a login.
            Some(address) => address.parse().map_err(|why: String| {
                Error::new(Kind::Configuration, format!("{place}: {why}"))
                    .hint("write https://api.github.com, or https://HOST/api/v3 of GitHub Enterprise Server")
            })?,
            None => ApiUrl::default(),
        };
        let mut tempo = Tempo::default();
        if let Some(concurrency) = file.concurrency {
            if !(1..=CONCURRENCY_MAX).contains(&concurrency) {
                let what =
                    format!("[github] concurrency: {concurrency} is not between 1 and {CONCURRENCY_MAX}");
                return Err(Error::new(Kind::Configuration, what));
            }
            tempo.concurrency = concurrency;
        }
        if let Some(timeout_ms) = file.timeout_ms {
            tempo.timeout = Duration::from_millis(timeout_ms.max(1));
        }
        if let Some(pause_ms) = file.write_pause_ms {
            tempo.write_pause = Duration::from_millis(pause_ms);
        }
        let token_file = env("ATTESTOR_GITHUB_TOKEN_FILE").map(PathBuf::from).or(file.token_file);
        let named = TOKENS.into_iter().find_map(|name| Some((name, zeroize::Zeroizing::new(env(name)?))));
        let token = match (named, token_file) {
            (Some((name, token)), _) => Some(token_in(name, &token)?),
            (None, Some(path)) => Some(token_of(&path)?),
            (None, None) => None,
        };
        Ok(GithubSettings { api, token, proxy: Proxy::named(env)?, tempo })
    }

    /// A client by these settings.
    ///
    /// # Errors
    /// `Configuration` where the system's certificates cannot be read.
    pub fn client(self) -> Result<Client> {
        Client::through(self.proxy, self.api, self.token, self.tempo)
    }
}

fn token_in(place: &str, text: &str) -> Result<Token> {
    Token::new(text).map_err(|why| Error::new(Kind::Configuration, format!("{place} holds no token: {why}")))
}

/// The token in a file that nobody else can read.
fn token_of(path: &Path) -> Result<Token> {
    let shown = files::shown(path);
    let wrong =
        |why: &str| Error::new(Kind::Configuration, format!("the file with the token, {shown}, {why}"));
    // What is opened is looked at: the file behind a name may change in between.
    let file = std::fs::File::open(path)
        .map_err(|e| wrong(&format!("cannot be read: {}", visible(&e.to_string()))))?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(wrong("is no file"));
    }
    if about.mode() & 0o077 != 0 {
        return Err(wrong(&format!("can be read by others (mode {:04o})", about.mode() & 0o7777))
            .hint(format!("chmod 600 {shown}")));
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    if file.take(TOKEN_FILE_BYTES_MAX).read_to_string(&mut text).is_err() {
        return Err(wrong("holds no text"));
    }
    token_in(&shown, &text)
}
