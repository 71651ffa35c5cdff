//! A server that answers as GitHub does: the same addresses, shapes, headers and refusals.
//!
//! It keeps repositories that requests change, counts what was changed, and fails where it is told to.

// A benchmark takes this file in by its path, which would look for these beside it.
#[path = "server/answers.rs"]
mod answers;
#[path = "server/repository.rs"]
mod repository;

pub use repository::{Repo, label, protection};

use answers::{Answer, answer};

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const TOKEN: &str = "ghp_TheTokenOfTheTests0123456789abcdef";

/// A running server; it ends with its runtime.
pub struct GitHub {
    pub url: String,
    pub world: Arc<Mutex<World>>,
}

/// What the server knows and has seen.
#[derive(Default)]
pub struct World {
    pub repos: BTreeMap<String, Repo>,
    /// Every request, in its order.
    pub log: Vec<Asked>,
    pub latency: Duration,
    /// Who may ask; everybody where there is none.
    pub token: Option<String>,
    /// Looks at a request before it is answered.
    pub fault: Option<FaultFor>,
    pub under_way: usize,
    pub under_way_max: usize,
}

pub type FaultFor = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

impl Asked {
    /// `PUT /repos/acme/api/branches/main/protection`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What happens instead of an answer, or after it.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Another answer.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The right answer, cut in its middle.
    Half,
    /// The right answer, late.
    Late(Duration),
    /// The change is made at once, and told late.
    DoneLate(Duration),
    /// The change is made, and the connection closed without a word.
    DoneWithoutAWord,
    /// Nothing is done, and the connection closed.
    Closed,
}

impl Fault {
    pub fn status(status: u16, message: &str) -> Fault {
        Fault::Answer(status, Vec::new(), json!({"message": message}).to_string())
    }
}

impl GitHub {
    pub async fn start(repos: impl IntoIterator<Item = (&'static str, Repo)>) -> GitHub {
        let repos = repos.into_iter().map(|(name, repo)| (name.to_owned(), repo)).collect();
        GitHub::of(World { repos, token: Some(TOKEN.to_owned()), ..World::default() }).await
    }

    pub async fn of(world: World) -> GitHub {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(world));
        let (shared, base) = (Arc::clone(&world), url.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(connection(stream, Arc::clone(&shared), base.clone()));
            }
        });
        GitHub { url, world }
    }

    /// Fails as `fault` says, from now on.
    pub fn fail(&self, fault: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        self.world.lock().unwrap().fault = Some(Box::new(fault));
    }

    pub fn heal(&self) {
        self.world.lock().unwrap().fault = None;
    }

    /// Waits until nothing that was asked is under way any more.
    pub async fn at_rest(&self) {
        while self.world.lock().unwrap().under_way > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub fn repo(&self, name: &str) -> Repo {
        self.world.lock().unwrap().repos[name].clone()
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut Repo)) {
        change(self.world.lock().unwrap().repos.get_mut(name).unwrap());
    }

    /// What was asked, as `METHOD /path`; what it held is forgotten.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world.lock().unwrap().log).iter().map(Asked::line).collect()
    }

    /// What changed something, in its order.
    pub fn changes(&self) -> Vec<Asked> {
        let log = &self.world.lock().unwrap().log;
        log.iter().filter(|asked| asked.method != "GET").cloned().collect()
    }
}

async fn connection(mut stream: TcpStream, world: Arc<Mutex<World>>, base: String) {
    let mut buffer = Vec::new();
    while let Some(asked) = read(&mut stream, &mut buffer).await {
        let (latency, fault) = {
            let mut world = world.lock().unwrap();
            world.under_way += 1;
            world.under_way_max = world.under_way_max.max(world.under_way);
            world.log.push(asked.clone());
            let mut hook = world.fault.take();
            let fault = hook.as_mut().and_then(|fault| fault(&asked));
            if world.fault.is_none() {
                world.fault = hook;
            }
            (world.latency, fault)
        };
        tokio::time::sleep(latency).await;
        if let Some(Fault::Late(late)) = &fault {
            tokio::time::sleep(*late).await;
        }
        let answer = match &fault {
            Some(Fault::Answer(status, headers, body)) => {
                let headers =
                    headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                Some(Answer { status: *status, headers, body: body.clone() })
            }
            Some(Fault::Closed) => None,
            _ => Some(answer(&mut world.lock().unwrap(), &asked, &base)),
        };
        world.lock().unwrap().under_way -= 1;
        let Some(answer) = answer else { return };
        let text = answer.text();
        let told = match fault {
            Some(Fault::DoneWithoutAWord) => return,
            Some(Fault::Half) => &text[..text.len() - answer.body.len() / 2 - 1],
            Some(Fault::DoneLate(late)) => {
                tokio::time::sleep(late).await;
                &text[..]
            }
            _ => &text[..],
        };
        if stream.write_all(told).await.is_err() || told.len() < text.len() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(buffer[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < head + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&buffer[head + 4..head + 4 + length]).unwrap_or(Value::Null);
    buffer.drain(..head + 4 + length);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Asked { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}
