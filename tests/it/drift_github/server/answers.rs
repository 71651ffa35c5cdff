//! What GitHub answers to a request, and what that changes.

use super::{Asked, Repo, World, label, protection};
use serde_json::{Value, json};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
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

    pub(super) fn text(&self) -> Vec<u8> {
        let mut text =
            format!("HTTP/1.1 {} X\r\ncontent-type: application/json; charset=utf-8\r\n", self.status);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body);
        text.into_bytes()
    }
}

pub(super) fn answer(world: &mut World, asked: &Asked, base: &str) -> Answer {
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
