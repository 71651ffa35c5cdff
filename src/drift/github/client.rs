//! The client: it asks GitHub, within its limits, and tells what is wrong in words.

use super::address::ApiUrl;
use super::attempt::{Attempt, Raw};
use super::gate::Gate;
use super::page::{Answer, Page, json};
use super::proxy::Proxy;
use super::tempo::{CONCURRENCY_MAX, Tempo};
use super::token::Token;
use super::trouble::Trouble;
use crate::error::{Error, Kind};
use reqwest::{Method, Url, redirect};
use serde_json::Value;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often a question is led on within the same server.
const REDIRECTS_MAX: u32 = 3;

/// A client of one API with one token. Clones share the connections, the limits and what is known of both.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: Arc<Inner>,
    pub(super) cancel: CancellationToken,
}

pub(super) struct Inner {
    pub(super) http: reqwest::Client,
    pub(super) api: ApiUrl,
    pub(super) token: Option<Token>,
    pub(super) proxy: Option<Proxy>,
    pub(super) tempo: Tempo,
    pub(super) slots: Semaphore,
    pub(super) gate: Gate,
    /// When the next change may be sent.
    pub(super) next_write: Mutex<Option<Instant>>,
    /// Set once the token is refused: asking on would only lock it out.
    pub(super) refused: OnceLock<Trouble>,
    pub(super) sent: AtomicU64,
}

/// Shows no token, and no login of a proxy.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.inner.api).finish_non_exhaustive()
    }
}

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) etag: Option<&'a str>,
    pub(super) body: Option<&'a Value>,
}

impl Client {
    /// A client of `api`, which it asks directly. Nothing is sent yet.
    ///
    /// # Errors
    /// `Configuration` where the system's certificates cannot be read.
    pub fn new(api: ApiUrl, token: Option<Token>, tempo: Tempo) -> Result<Self, Error> {
        Client::through(None, api, token, tempo)
    }

    /// A client that asks `api` through `proxy`. Nothing is sent yet.
    ///
    /// The proxy is asked for a tunnel and sees neither token nor question. What goes over plain http, to this
    /// machine alone, takes no proxy: it could read along.
    ///
    /// # Errors
    /// `Configuration` where the system's certificates cannot be read.
    pub fn through(
        proxy: Option<Proxy>,
        api: ApiUrl,
        token: Option<Token>,
        tempo: Tempo,
    ) -> Result<Self, Error> {
        // Whoever installed one before has chosen; the choice is the process's.
        drop(rustls::crypto::ring::default_provider().install_default());
        let tempo = Tempo { concurrency: tempo.concurrency.clamp(1, CONCURRENCY_MAX), ..tempo };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("attestor/", env!("CARGO_PKG_VERSION")))
            // Led on by hand, so that the token is never sent to another server.
            .redirect(redirect::Policy::none())
            .referer(false)
            // The library would read the environment by itself, and pass over what it cannot use.
            .no_proxy()
            .connect_timeout(tempo.connect_timeout)
            .timeout(tempo.timeout)
            .pool_max_idle_per_host(tempo.concurrency);
        builder = match api.is_plain() {
            // No certificate is looked at on the way to this machine.
            true => builder.tls_certs_only([]),
            false => builder.https_only(true),
        };
        let unprepared =
            |e| Error::new(Kind::Configuration, "a connection to GitHub cannot be prepared").because(e);
        let proxy = proxy.filter(|_| !api.is_plain());
        if let Some(proxy) = &proxy {
            builder = builder.proxy(proxy.applied()?);
        }
        let http = builder.build().map_err(unprepared)?;
        let inner = Inner {
            http,
            api,
            token,
            proxy,
            slots: Semaphore::new(tempo.concurrency),
            tempo,
            gate: Gate::default(),
            next_write: Mutex::new(None),
            refused: OnceLock::new(),
            sent: AtomicU64::new(0),
        };
        Ok(Client { inner: Arc::new(inner), cancel: CancellationToken::new() })
    }

    /// The same client, whose waits end with `cancel`.
    #[must_use]
    pub fn under(&self, cancel: &CancellationToken) -> Self {
        Client { inner: Arc::clone(&self.inner), cancel: cancel.clone() }
    }

    /// The API that it asks.
    pub fn api(&self) -> &ApiUrl {
        &self.inner.api
    }

    /// How many requests may be under way at once.
    pub fn concurrency(&self) -> usize {
        self.inner.tempo.concurrency
    }

    /// How many requests were sent so far.
    pub fn sent(&self) -> u64 {
        self.inner.sent.load(Ordering::Relaxed)
    }

    pub(super) fn tempo(&self) -> &Tempo {
        &self.inner.tempo
    }

    /// The address of `path` in the API.
    pub(super) fn at(&self, path: &[&str]) -> Result<Url, Trouble> {
        let no_path = || Trouble::Rejected(404, "a name in it is no name on GitHub".to_owned());
        self.inner.api.at(path).ok_or_else(no_path)
    }

    /// The address that `text` is, where it is one of the API's server.
    pub(super) fn on_api(&self, text: &str) -> Option<Url> {
        Url::parse(text).ok().filter(|url| self.inner.api.covers(url))
    }

    /// Asks for what is at `url`, and again where that fails for a passing reason.
    pub(super) async fn get(&self, url: &Url, etag: Option<&str>) -> Result<Answer, Trouble> {
        let question = Question { method: Method::GET, etag, body: None };
        let mut pause = self.inner.tempo.first_pause;
        let mut tries = 1;
        let mut redirects = 0;
        let mut url = url.clone();
        loop {
            let trouble = match self.attempt(&url, &question).await? {
                Attempt::Answer(raw) => match self.read(raw) {
                    // Half an answer, whose other half may come with the next.
                    Err(trouble @ Trouble::Broken(_)) => {
                        self.wait(pause).await?;
                        pause *= 2;
                        trouble
                    }
                    read => return read,
                },
                Attempt::Unchanged => return Ok(Answer::Unchanged),
                Attempt::LedOn(next) => {
                    redirects += 1;
                    url = self.led_on(&url, &next, redirects)?;
                    continue;
                }
                Attempt::Wait(wait) => Trouble::Throttled(self.shut(wait, tries)),
                Attempt::Passing(trouble) => {
                    self.wait(pause).await?;
                    pause *= 2;
                    trouble
                }
                Attempt::Final(trouble) => return Err(self.noted(trouble)),
            };
            if tries >= self.inner.tempo.tries_max {
                return Err(trouble);
            }
            tries += 1;
        }
    }

    /// Changes something. Sent again only where GitHub refused it for asking too often: after any other
    /// failure the caller has to look whether it was done.
    pub(super) async fn change(
        &self,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let question = Question { method, etag: None, body };
        let mut tries = 1;
        loop {
            self.take_turn().await?;
            let wait = match self.attempt(url, &question).await? {
                Attempt::Answer(raw) if raw.body.is_empty() => return Ok(Value::Null),
                Attempt::Answer(raw) => return json(&raw.body),
                Attempt::Wait(wait) => self.shut(wait, tries),
                Attempt::Unchanged => {
                    return Err(Trouble::Broken("nothing was asked that could be unchanged".into()));
                }
                // A name that has changed: what was planned for the old one is not done to the new one.
                Attempt::LedOn(place) => return Err(Trouble::Elsewhere(place)),
                Attempt::Passing(trouble) | Attempt::Final(trouble) => return Err(self.noted(trouble)),
            };
            if tries >= self.inner.tempo.tries_max {
                return Err(Trouble::Throttled(wait));
            }
            tries += 1;
        }
    }

    fn read(&self, raw: Raw) -> Result<Answer, Trouble> {
        let next = raw.next_page().map(|next| {
            self.on_api(&next)
                .ok_or_else(|| Trouble::Elsewhere("the next page is on another server".to_owned()))
        });
        Ok(Answer::Is(Page { body: json(&raw.body)?, etag: raw.etag(), next: next.transpose()? }))
    }

    fn led_on(&self, from: &Url, next: &str, redirects: u32) -> Result<Url, Trouble> {
        if redirects > REDIRECTS_MAX {
            return Err(Trouble::Elsewhere("from one address to the next, without end".to_owned()));
        }
        let next = from.join(next).map_err(|_| Trouble::Elsewhere("to no address".to_owned()))?;
        if !self.inner.api.covers(&next) {
            let host = crate::text::visible(next.host_str().unwrap_or("no host")).into_owned();
            return Err(Trouble::Elsewhere(format!("to {host}, where the token is not for")));
        }
        Ok(next)
    }
}
