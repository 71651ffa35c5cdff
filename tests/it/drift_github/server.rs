//! A server that answers as GitHub does: the same addresses, shapes, headers and refusals.
//!
//! It keeps repositories that requests change, counts what was changed, and fails where it is told to.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
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

/// A repository, in GitHub's own shapes.
#[derive(Debug, Clone, PartialEq)]
pub struct Repo {
    pub settings: Map<String, Value>,
    pub protection: Option<Value>,
    pub labels: Vec<Value>,
    pub rulesets: Vec<Value>,
    /// Whether the token has the right of an administrator here.
    pub admin: bool,
    /// Whether the plan of the owner has protection.
    pub plan: bool,
}

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

impl Default for Repo {
    fn default() -> Self {
        let settings = json!({
            "id": 1296269, "private": false, "visibility": "public", "default_branch": "main",
            "description": null, "archived": false, "disabled": false,
            "has_issues": true, "has_projects": true, "has_wiki": true, "has_discussions": false,
            "is_template": false, "web_commit_signoff_required": false, "temp_clone_token": "SECRET-CLONE",
            "allow_squash_merge": true, "allow_merge_commit": true, "allow_rebase_merge": true,
            "allow_auto_merge": false, "allow_update_branch": false, "delete_branch_on_merge": false,
            "squash_merge_commit_title": "COMMIT_OR_PR_TITLE", "permissions": {"admin": true},
        });
        Repo {
            settings: settings.as_object().unwrap().clone(),
            protection: Some(protection(&json!({
                "required_status_checks": {"strict": true, "checks": [{"context": "ci", "app_id": 15368}]},
                "enforce_admins": true, "required_pull_request_reviews": {"required_approving_review_count": 2},
                "restrictions": null,
            }))),
            labels: vec![label("bug"), label("security")],
            rulesets: Vec::new(),
            admin: true,
            plan: true,
        }
    }
}

pub fn label(name: &str) -> Value {
    json!({"id": 208045946, "node_id": "MDU6", "url": "https://api.github.com/labels", "name": name,
           "color": "f29513", "default": true, "description": "what it is for"})
}

/// What GitHub answers after a PUT of `body`: all of it is replaced.
pub fn protection(body: &Value) -> Value {
    let enabled = |name: &str| json!({"enabled": body[name].as_bool().unwrap_or(false)});
    let mut answer = json!({"url": "https://api.github.com/protection"});
    for name in [
        "enforce_admins",
        "required_linear_history",
        "allow_force_pushes",
        "allow_deletions",
        "block_creations",
        "required_conversation_resolution",
        "lock_branch",
        "allow_fork_syncing",
    ] {
        answer[name] = enabled(name);
    }
    answer["required_signatures"] = json!({"url": "…", "enabled": false});
    let actors = |actors: &Value| {
        let list = |name: &str, key: &str| {
            let names = actors[name].as_array().into_iter().flatten();
            names.map(|name| json!({key: name, "id": 1, "type": "User"})).collect::<Value>()
        };
        json!({"url": "…", "users": list("users", "login"), "teams": list("teams", "slug"), "apps": list("apps", "slug")})
    };
    let checks = &body["required_status_checks"];
    if checks.is_object() {
        let from_contexts = |contexts: &Value| -> Value {
            contexts.as_array().into_iter().flatten().map(|c| json!({"context": c, "app_id": null})).collect()
        };
        let list = if checks["checks"].is_array() {
            checks["checks"].clone()
        } else {
            from_contexts(&checks["contexts"])
        };
        let list: Value = list.as_array().unwrap().iter().map(|check| {
            json!({"context": check["context"], "app_id": check["app_id"].as_i64().filter(|app| *app >= 0)})
        }).collect();
        let contexts: Value = list.as_array().unwrap().iter().map(|check| check["context"].clone()).collect();
        answer["required_status_checks"] = json!({"url": "…", "strict": checks["strict"], "contexts": contexts, "contexts_url": "…", "checks": list});
    }
    let reviews = &body["required_pull_request_reviews"];
    if reviews.is_object() {
        let mut is = json!({
            "url": "…",
            "dismiss_stale_reviews": reviews["dismiss_stale_reviews"].as_bool().unwrap_or(false),
            "require_code_owner_reviews": reviews["require_code_owner_reviews"].as_bool().unwrap_or(false),
            "require_last_push_approval": reviews["require_last_push_approval"].as_bool().unwrap_or(false),
            "required_approving_review_count": reviews["required_approving_review_count"].as_u64().unwrap_or(1),
        });
        for name in ["dismissal_restrictions", "bypass_pull_request_allowances"] {
            if reviews[name].is_object() {
                is[name] = actors(&reviews[name]);
            }
        }
        answer["required_pull_request_reviews"] = is;
    }
    if body["restrictions"].is_object() {
        answer["restrictions"] = actors(&body["restrictions"]);
    }
    answer
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

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn is(status: u16, body: &Value) -> Self {
        Answer {
            status,
            headers: Vec::new(),
            body: if status == 204 { String::new() } else { body.to_string() },
        }
    }

    fn says(status: u16, message: &str) -> Self {
        Answer::is(status, &json!({"message": message, "documentation_url": "https://docs.github.com/rest"}))
    }

    fn text(&self) -> Vec<u8> {
        let mut text =
            format!("HTTP/1.1 {} X\r\ncontent-type: application/json; charset=utf-8\r\n", self.status);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body);
        text.into_bytes()
    }
}

fn answer(world: &mut World, asked: &Asked, base: &str) -> Answer {
    let authorization = asked.headers.get("authorization").map(String::as_str).unwrap_or_default();
    if world.token.as_ref().is_some_and(|token| authorization != format!("Bearer {token}")) {
        return Answer::says(401, "Bad credentials");
    }
    let path: Vec<String> = asked.path.split('/').skip(1).map(decoded).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let ["repos", owner, name, rest @ ..] = &path[..] else { return Answer::says(404, "Not Found") };
    let full_name = format!("{owner}/{name}");
    let Some(repo) = world.repos.get_mut(&full_name) else { return Answer::says(404, "Not Found") };
    let mut answer = route(repo, &full_name, asked, rest, base);
    if asked.method == "GET" && answer.status == 200 {
        let mut hasher = DefaultHasher::new();
        answer.body.hash(&mut hasher);
        let etag = format!("W/\"{:016x}\"", hasher.finish());
        if asked.headers.get("if-none-match") == Some(&etag) {
            answer = Answer { status: 304, headers: Vec::new(), body: String::new() };
        }
        answer.headers.push(("etag".to_owned(), etag));
    }
    answer.headers.push(("x-ratelimit-limit".to_owned(), "5000".to_owned()));
    answer.headers.push(("x-ratelimit-remaining".to_owned(), "4999".to_owned()));
    answer
}

const PLAN: &str = "Upgrade to GitHub Pro or make this repository public to enable this feature.";

fn route(repo: &mut Repo, full_name: &str, asked: &Asked, rest: &[&str], base: &str) -> Answer {
    let get = asked.method == "GET";
    if !get && !repo.admin {
        return Answer::says(403, "Resource not accessible by personal access token");
    }
    match (asked.method.as_str(), rest) {
        ("GET", []) => {
            let mut told = repo.settings.clone();
            told.insert("full_name".to_owned(), full_name.into());
            if !repo.admin {
                told.retain(|name, _| !name.starts_with("allow_") && name != "delete_branch_on_merge");
            }
            Answer::is(200, &told.into())
        }
        ("PATCH", []) => {
            repo.settings.extend(asked.body.as_object().unwrap().clone());
            Answer::is(200, &repo.settings.clone().into())
        }
        (_, ["branches", _, "protection", ..] | ["rulesets", ..]) if !repo.plan => Answer::says(403, PLAN),
        (_, ["branches", _, "protection", ..]) if !repo.admin => Answer::says(404, "Not Found"),
        ("GET", ["branches", branch, "protection"]) => match &repo.protection {
            _ if *branch != "main" => Answer::says(404, "Branch not found"),
            Some(protection) => Answer::is(200, protection),
            None => Answer::says(404, "Branch not protected"),
        },
        ("PUT", ["branches", "main", "protection"]) => {
            for required in
                ["required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"]
            {
                if asked.body.get(required).is_none() {
                    return Answer::says(422, &format!("\"{required}\" wasn't supplied."));
                }
            }
            let signed = repo.protection.as_ref().map(|before| before["required_signatures"].clone());
            let mut after = protection(&asked.body);
            if let Some(signed) = signed {
                after["required_signatures"] = signed;
            }
            repo.protection = Some(after.clone());
            Answer::is(200, &after)
        }
        (method @ ("POST" | "DELETE"), ["branches", "main", "protection", "required_signatures"]) => {
            let Some(protection) = &mut repo.protection else {
                return Answer::says(404, "Branch not protected");
            };
            protection["required_signatures"]["enabled"] = (method == "POST").into();
            if method == "POST" {
                Answer::is(200, &protection["required_signatures"])
            } else {
                Answer::is(204, &Value::Null)
            }
        }
        ("GET", ["labels"]) => page(&repo.labels, asked, base),
        ("POST", ["labels"]) => {
            let name = asked.body["name"].as_str().unwrap();
            if repo.labels.iter().any(|label| label["name"].as_str().unwrap().eq_ignore_ascii_case(name)) {
                let errors = json!([{"resource": "Label", "code": "already_exists", "field": "name"}]);
                return Answer::is(422, &json!({"message": "Validation Failed", "errors": errors}));
            }
            repo.labels.push(label(name));
            Answer::is(201, &label(name))
        }
        ("DELETE", ["labels", name]) => {
            let before = repo.labels.len();
            repo.labels.retain(|label| label["name"] != *name);
            if repo.labels.len() < before {
                Answer::is(204, &Value::Null)
            } else {
                Answer::says(404, "Not Found")
            }
        }
        ("PATCH", ["labels", name]) => {
            let Some(label) = repo.labels.iter_mut().find(|label| label["name"] == *name) else {
                return Answer::says(404, "Not Found");
            };
            for (field, value) in asked.body.as_object().unwrap() {
                label[field] = value.clone();
            }
            Answer::is(200, &label.clone())
        }
        ("GET", ["rulesets"]) => {
            let short = |ruleset: &Value| {
                let mut short = ruleset.clone();
                for part in ["rules", "conditions", "bypass_actors"] {
                    short.as_object_mut().unwrap().remove(part);
                }
                short
            };
            page(&repo.rulesets.iter().map(short).collect::<Vec<_>>(), asked, base)
        }
        ("POST", ["rulesets"]) => {
            let mut ruleset = asked.body.clone();
            ruleset["id"] = (1000 + repo.rulesets.len()).into();
            ruleset["source_type"] = "Repository".into();
            repo.rulesets.push(ruleset.clone());
            Answer::is(201, &ruleset)
        }
        (method, ["rulesets", id]) => {
            let id: u64 = id.parse().unwrap();
            let admin = repo.admin;
            let Some(ruleset) = repo.rulesets.iter_mut().find(|ruleset| ruleset["id"] == id) else {
                return Answer::says(404, "Not Found");
            };
            if method == "PUT" {
                for (field, value) in asked.body.as_object().unwrap() {
                    ruleset[field] = value.clone();
                }
            }
            let mut told = ruleset.clone();
            if !admin {
                told.as_object_mut().unwrap().remove("bypass_actors");
            }
            Answer::is(200, &told)
        }
        _ => Answer::says(404, "Not Found"),
    }
}

/// A page of a list, with the address of the next one.
fn page(list: &[Value], asked: &Asked, base: &str) -> Answer {
    let number = |name: &str, otherwise: usize| {
        let pairs = asked.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(own, _)| *own == name).map_or(otherwise, |(_, value)| value.parse().unwrap())
    };
    let (per_page, at) = (number("per_page", 30).min(100), number("page", 1));
    let items: Vec<&Value> = list.iter().skip((at - 1) * per_page).take(per_page).collect();
    let mut answer = Answer::is(200, &json!(items));
    if at * per_page < list.len() {
        let rest: String = asked
            .query
            .split('&')
            .filter(|pair| !pair.starts_with("page="))
            .map(|p| format!("{p}&"))
            .collect();
        let last = list.len().div_ceil(per_page);
        let link =
            |page: usize, rel: &str| format!("<{base}{}?{rest}page={page}>; rel=\"{rel}\"", asked.path);
        answer.headers.push(("link".to_owned(), format!("{}, {}", link(at + 1, "next"), link(last, "last"))));
    }
    answer
}

fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}
