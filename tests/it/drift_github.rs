//! GitHub as the source of drift: the client, plans, the reconciler.

pub mod bench;
mod client;
mod faults;
mod plan;
mod program;
mod proxy;
mod reconcile;
mod requests;
mod server;
mod shapes;

use attestor::drift::document::Document;
use attestor::drift::github::{ApiUrl, Client, Tempo, Token};
use server::{GitHub, TOKEN};
use std::time::Duration;

/// Quick where a person would wait.
fn tempo() -> Tempo {
    Tempo {
        concurrency: 4,
        timeout: Duration::from_millis(400),
        first_pause: Duration::from_millis(1),
        unnamed_pause: Duration::from_millis(1),
        patience: Duration::from_secs(5),
        write_pause: Duration::ZERO,
        ..Tempo::default()
    }
}

fn client_of(github: &GitHub, tempo: Tempo) -> Client {
    let api: ApiUrl = github.url.parse().unwrap();
    Client::new(api, Some(Token::new(TOKEN).unwrap()), tempo).unwrap()
}

fn client(github: &GitHub) -> Client {
    client_of(github, tempo())
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}
