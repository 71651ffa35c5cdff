//! The client: it asks GitHub, within its limits, and tells what is wrong in words.

use super::address::ApiUrl;
use super::attempt::{Attempt, Raw, judged};
use super::gate::Gate;
use super::tempo::{CONCURRENCY_MAX, Tempo};
use super::token::Token;
use super::trouble::Trouble;
use crate::error::{Error, Kind};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_NONE_MATCH};
use reqwest::{Method, Url, redirect};
use serde_json::Value;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The version of the API that is asked for.
const API_VERSION: &str = "2022-11-28";
/// How often a question is led on within the same server.
const REDIRECTS_MAX: u32 = 3;

/// A client of one API with one token. Clones share the connections, the limits and what is known of both.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    cancel: CancellationToken,
}

struct Inner {
    http: reqwest::Client,
    api: ApiUrl,
    token: Option<Token>,
    tempo: Tempo,
    slots: Semaphore,
    gate: Gate,
    /// When the next change may be sent.
    next_write: Mutex<Option<Instant>>,
    /// Set once the token is refused: asking on would only lock it out.
    refused: OnceLock<Trouble>,
    sent: AtomicU64,
}

/// Shows no token.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.inner.api).finish_non_exhaustive()
    }
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// It is as it was when the `etag` was given.
    Unchanged,
    /// What it is.
    Is(Page),
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) body: Value,
    pub(super) etag: Option<String>,
    pub(super) next: Option<Url>,
}

/// What is asked.
struct Question<'a> {
    method: Method,
    etag: Option<&'a str>,
    body: Option<&'a Value>,
}

impl Client {
    /// A client of `api`. Nothing is sent yet.
    ///
    /// # Errors
    /// `Configuration` where the system's certificates cannot be read.
    pub fn new(api: ApiUrl, token: Option<Token>, tempo: Tempo) -> Result<Self, Error> {
        // Whoever installed one before has chosen; the choice is the process's.
        drop(rustls::crypto::ring::default_provider().install_default());
        let tempo = Tempo { concurrency: tempo.concurrency.clamp(1, CONCURRENCY_MAX), ..tempo };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("attestor/", env!("CARGO_PKG_VERSION")))
            // Led on by hand, so that the token is never sent to another server.
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(tempo.connect_timeout)
            .timeout(tempo.timeout)
            .pool_max_idle_per_host(tempo.concurrency);
        builder = match api.is_plain() {
            // No certificate is looked at on the way to this machine.
            true => builder.tls_certs_only([]),
            false => builder.https_only(true),
        };
        let http = builder.build().map_err(|e| {
            Error::new(Kind::Configuration, "a connection to GitHub cannot be prepared").because(e)
        })?;
        let inner = Inner {
            http,
            api,
            token,
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

    /// Sends it once, when its turn has come.
    async fn attempt(&self, url: &Url, question: &Question<'_>) -> Result<Attempt, Trouble> {
        let inner = &*self.inner;
        let slot = loop {
            if let Some(refused) = inner.refused.get() {
                return Err(refused.clone());
            }
            if let Some(wait) = inner.gate.shut_for() {
                if wait > inner.tempo.patience {
                    return Err(Trouble::Throttled(wait));
                }
                self.wait(wait).await?;
                continue;
            }
            let slot = tokio::select! {
                slot = inner.slots.acquire() => slot.map_err(|_| Trouble::Cancelled)?,
                () = self.cancel.cancelled() => return Err(Trouble::Cancelled),
            };
            // While it waited for its slot, another may have been refused, or told to wait.
            if inner.refused.get().is_none() && inner.gate.shut_for().is_none() {
                break slot;
            }
        };
        let sent = self.send(url, question);
        // What asks may be dropped at any time; what changes is waited for.
        let raw = if question.body.is_none() && question.method == Method::GET {
            tokio::select! {
                raw = sent => raw,
                () = self.cancel.cancelled() => return Err(Trouble::Cancelled),
            }
        } else {
            sent.await
        };
        drop(slot);
        let raw = match raw {
            Ok(raw) => raw,
            Err(trouble @ Trouble::Broken(_)) => return Ok(Attempt::Final(trouble)),
            Err(trouble) => return Ok(Attempt::Passing(trouble)),
        };
        let now = chrono::Utc::now();
        if let Some(pause) = raw.said().pause_after_answer(now) {
            inner.gate.shut(pause);
        }
        Ok(judged(raw, now, &|text| self.hidden(text)))
    }

    async fn send(&self, url: &Url, question: &Question<'_>) -> Result<Raw, Trouble> {
        let inner = &*self.inner;
        let mut request = inner
            .http
            .request(question.method.clone(), url.clone())
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", API_VERSION);
        if let Some(header) = inner.token.as_ref().and_then(Token::header)
            && inner.api.covers(url)
        {
            request = request.header(AUTHORIZATION, header);
        }
        if let Some(etag) = question.etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(body) = question.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        inner.sent.fetch_add(1, Ordering::Relaxed);
        let response = request.send().await.map_err(|e| unreachable(e, &inner.tempo))?;
        Raw::read(response, inner.tempo.body_bytes_max).await.map_err(|why| match why {
            Ok(error) => unreachable(error, &inner.tempo),
            Err(too_large) => too_large,
        })
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

    /// Holds every request back for `wait`; for longer, where that was not enough.
    fn shut(&self, wait: Option<Duration>, tries: u32) -> Duration {
        let unnamed = || self.inner.tempo.unnamed_pause * 2u32.saturating_pow(tries - 1);
        let wait = wait.unwrap_or_else(unnamed);
        self.inner.gate.shut(wait);
        wait
    }

    /// Waits until the next change may be sent.
    async fn take_turn(&self) -> Result<(), Trouble> {
        let mut next = self.inner.next_write.lock().await;
        if let Some(at) = *next {
            self.wait(at.saturating_duration_since(Instant::now())).await?;
        }
        *next = Some(Instant::now() + self.inner.tempo.write_pause);
        Ok(())
    }

    async fn wait(&self, pause: Duration) -> Result<(), Trouble> {
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = self.cancel.cancelled() => Err(Trouble::Cancelled),
        }
    }

    /// Remembers that the token is refused.
    fn noted(&self, trouble: Trouble) -> Trouble {
        if matches!(trouble, Trouble::Unauthorised(_)) {
            // The first refusal is the one that is told.
            let _ = self.inner.refused.set(trouble.clone());
        }
        trouble
    }

    fn hidden(&self, text: &str) -> String {
        match &self.inner.token {
            Some(token) => token.hide_in(text),
            None => text.to_owned(),
        }
    }
}

fn json(body: &[u8]) -> Result<Value, Trouble> {
    let value = serde_json::from_slice(body).map_err(|e| {
        let what = if e.is_eof() { "it ends in its middle" } else { "it is no JSON" };
        Trouble::Broken(format!("{what} (line {}, column {})", e.line(), e.column()))
    })?;
    Ok(storable(value))
}

/// The value with every NUL shown as what it is: no database can hold one.
fn storable(value: Value) -> Value {
    let text = |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    match value {
        Value::String(raw) => Value::String(text(raw)),
        Value::Array(items) => Value::Array(items.into_iter().map(storable).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (text(name), storable(value))).collect())
        }
        plain => plain,
    }
}

fn unreachable(error: reqwest::Error, tempo: &Tempo) -> Trouble {
    let what = match () {
        () if error.is_timeout() => format!("it took longer than {} s", tempo.timeout.as_secs_f32()),
        () if error.is_connect() => format!("no connection: {}", root_of(&error)),
        () if error.is_body() || error.is_decode() => "it broke off in its middle".to_owned(),
        () => format!("the connection broke: {}", root_of(&error)),
    };
    Trouble::Unreachable(what)
}

/// The innermost cause; the outer ones repeat the address.
fn root_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::text::visible(&cause.to_string()).chars().take(200).collect()
}
