//! Sending a request: when its turn has come, once, and with the token to nobody but the API.

use super::attempt::{Attempt, Raw, judged};
use super::client::{Client, Inner, Question};
use super::token::Token;
use super::trouble::Trouble;
use crate::text::visible;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_NONE_MATCH};
use reqwest::{Method, Url};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// The version of the API that is asked for.
const API_VERSION: &str = "2022-11-28";

impl Client {
    /// Sends it once, when its turn has come.
    pub(super) async fn attempt(&self, url: &Url, question: &Question<'_>) -> Result<Attempt, Trouble> {
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
        let response = request.send().await.map_err(|e| unreachable(e, inner))?;
        Raw::read(response, inner.tempo.body_bytes_max).await.map_err(|why| match why {
            Ok(error) => unreachable(error, inner),
            Err(too_large) => too_large,
        })
    }

    /// Holds every request back for `wait`; for longer, where that was not enough.
    pub(super) fn shut(&self, wait: Option<Duration>, tries: u32) -> Duration {
        let unnamed = || self.inner.tempo.unnamed_pause * 2u32.saturating_pow(tries - 1);
        let wait = wait.unwrap_or_else(unnamed);
        self.inner.gate.shut(wait);
        wait
    }

    /// Waits until the next change may be sent.
    pub(super) async fn take_turn(&self) -> Result<(), Trouble> {
        let mut next = self.inner.next_write.lock().await;
        if let Some(at) = *next {
            self.wait(at.saturating_duration_since(Instant::now())).await?;
        }
        *next = Some(Instant::now() + self.inner.tempo.write_pause);
        Ok(())
    }

    pub(super) async fn wait(&self, pause: Duration) -> Result<(), Trouble> {
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = self.cancel.cancelled() => Err(Trouble::Cancelled),
        }
    }

    /// Remembers that the token is refused.
    pub(super) fn noted(&self, trouble: Trouble) -> Trouble {
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

fn unreachable(error: reqwest::Error, inner: &Inner) -> Trouble {
    let what = match (&inner.proxy, error.is_connect()) {
        _ if error.is_timeout() => {
            format!("it took longer than {} s", inner.tempo.timeout.as_secs_f32())
        }
        (None, true) => format!("no connection: {}", root_of(&error)),
        (Some(proxy), true) => format!("no connection (the proxy is {proxy}): {}", root_of(&error)),
        _ if error.is_body() || error.is_decode() => "it broke off in its middle".to_owned(),
        _ => format!("the connection broke: {}", root_of(&error)),
    };
    Trouble::Unreachable(what)
}

/// The innermost cause; the outer ones repeat the address.
fn root_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    visible(&cause.to_string()).chars().take(200).collect()
}
