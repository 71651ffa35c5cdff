//! Looking at one repository: its settings, labels, protection and rulesets, as far as they can be read.

use super::address::RepoName;
use super::client::Client;
use super::kept::Kept;
use super::page::Answer;
use super::protection::Protection;
use super::repository::{self, Label, Repository};
use super::ruleset::{self, Ruleset};
use super::trouble::Trouble;
use reqwest::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How many rulesets of one repository are looked at.
const RULESETS_MAX: usize = 100;
/// How many entries a page of a list has.
const PER_PAGE: &str = "100";
/// The form in which parts are kept; another one reads none of this.
const KEPT_AS: &str = "1";
/// What GitHub says where a branch is there and not protected.
const NOT_PROTECTED: &str = "Branch not protected";

/// What was seen of a repository, in GitHub's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The repository itself.
    pub repository: Repository,
    /// The branch whose protection was looked at.
    pub branch: String,
    /// Its protection: none where it has none.
    pub protection: Part<Option<Protection>>,
    /// Its labels.
    pub labels: Part<Vec<Label>>,
    /// Its own rulesets.
    pub rulesets: Part<Vec<Ruleset>>,
    /// What may be kept for the next look.
    pub kept: Kept,
}

/// A part of a repository: what it is, or why it cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<T> {
    /// It is this.
    Is(T),
    /// It cannot be read: a right is missing, or the plan does not have it.
    Unreadable(String),
}

impl<T> Part<T> {
    /// What it is, where that could be read.
    pub fn readable(&self) -> Option<&T> {
        match self {
            Part::Is(part) => Some(part),
            Part::Unreadable(_) => None,
        }
    }
}

/// Looks at `repo`, and at the protection of `branch`, or of its default branch. What `before` knows is not
/// sent again by the server where it has not changed.
///
/// # Errors
/// Where nothing can be seen of it, or not all for another reason than a right or a plan: half a look is
/// none.
pub async fn observe(
    client: &Client,
    repo: &RepoName,
    branch: Option<&str>,
    before: &Kept,
) -> Result<Seen, Trouble> {
    let mut look = Look { client, before, kept: Kept::default() };
    let root = ["repos", repo.owner(), repo.name()];
    let repository: Repository = look.at(&client.at(&root)?, Repository::read).await?.0;
    let branch = branch.unwrap_or(&repository.default_branch).to_owned();
    let protection = protection(&mut look, &root, &branch).await?;
    let labels = readable(labels(&mut look, &root).await)?;
    let rulesets = readable(rulesets(&mut look, &root).await)?;
    Ok(Seen { repository, branch, protection, labels, rulesets, kept: look.kept })
}

struct Look<'a> {
    client: &'a Client,
    before: &'a Kept,
    kept: Kept,
}

impl Look<'_> {
    /// What is at `url`, as `read` reads it, and the page after it.
    async fn at<T: Serialize + DeserializeOwned>(
        &mut self,
        url: &Url,
        read: impl Fn(&Value) -> Result<T, String>,
    ) -> Result<(T, Option<Url>), Trouble> {
        let address = address(url);
        let before = self.before.get(&address);
        let known = before.and_then(|kept| Some((kept, self.reread::<T>(&kept.body)?)));
        let page = match self.client.get(url, known.as_ref().map(|(kept, _)| kept.etag.as_str())).await? {
            Answer::Is(page) => page,
            Answer::Unchanged => {
                let nothing = || Trouble::Broken("it is unchanged, but nothing was known".to_owned());
                let (kept, value) = known.ok_or_else(nothing)?;
                self.kept.keep(&address, &kept.etag, kept.body.clone());
                return Ok(value);
            }
        };
        let part = read(&page.body).map_err(Trouble::Broken)?;
        if let Some(etag) = &page.etag {
            let next = page.next.as_ref().map(Url::as_str);
            self.kept.keep(&address, etag, json!({"part": part, "next": next}));
        }
        Ok((part, page.next))
    }

    /// A part as it was kept; none where it cannot be understood any more.
    fn reread<T: DeserializeOwned>(&self, kept: &Value) -> Option<(T, Option<Url>)> {
        let part = T::deserialize(kept.get("part")?).ok()?;
        let next = match kept.get("next")?.as_str() {
            Some(next) => Some(self.client.on_api(next)?),
            None => None,
        };
        Some((part, next))
    }

    /// All pages of the list at `url`.
    async fn pages<T: Serialize + DeserializeOwned>(
        &mut self,
        mut url: Url,
        read: impl Fn(&Value) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>, Trouble> {
        url.query_pairs_mut().append_pair("per_page", PER_PAGE);
        let mut all = Vec::new();
        for _ in 0..self.client.tempo().pages_max {
            let (page, next) = self.at(&url, &read).await?;
            all.extend(page);
            match next {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        Err(Trouble::Broken(format!("the list has more than {} pages", self.client.tempo().pages_max)))
    }
}

async fn protection(
    look: &mut Look<'_>,
    root: &[&str],
    branch: &str,
) -> Result<Part<Option<Protection>>, Trouble> {
    let path = [root, &["branches", branch, "protection"]].concat();
    let Ok(url) = look.client.at(&path) else {
        return Ok(Part::Unreadable("no branch can have this name".to_owned()));
    };
    match look.at(&url, Protection::read).await {
        Ok((protection, _)) => Ok(Part::Is(Some(protection))),
        Err(Trouble::NotFound(said)) if said == NOT_PROTECTED => Ok(Part::Is(None)),
        other => readable(other.map(|_| None)),
    }
}

async fn labels(look: &mut Look<'_>, root: &[&str]) -> Result<Vec<Label>, Trouble> {
    let url = look.client.at(&[root, &["labels"]].concat())?;
    let mut labels = look.pages(url, repository::labels).await?;
    labels.sort();
    labels.dedup();
    Ok(labels)
}

async fn rulesets(look: &mut Look<'_>, root: &[&str]) -> Result<Vec<Ruleset>, Trouble> {
    let mut url = look.client.at(&[root, &["rulesets"]].concat())?;
    url.query_pairs_mut().append_pair("includes_parents", "false");
    let own = look.pages(url, ruleset::own).await?;
    if own.len() > RULESETS_MAX {
        return Err(Trouble::Broken(format!("it has more than {RULESETS_MAX} rulesets")));
    }
    let mut rulesets = Vec::with_capacity(own.len());
    for id in own {
        let url = look.client.at(&[root, &["rulesets", &id.to_string()]].concat())?;
        rulesets.push(look.at(&url, Ruleset::read).await?.0);
    }
    rulesets.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(rulesets)
}

/// A part that a right or a plan withholds is unreadable; any other trouble is the whole look's.
fn readable<T>(part: Result<T, Trouble>) -> Result<Part<T>, Trouble> {
    match part {
        Ok(part) => Ok(Part::Is(part)),
        Err(Trouble::NotFound(said) | Trouble::Refused(said)) => Ok(Part::Unreadable(said)),
        Err(trouble) => Err(trouble),
    }
}

/// An address within the API, as it is kept.
fn address(url: &Url) -> String {
    let query = url.query().map_or(String::new(), |query| format!("?{query}"));
    format!("{KEPT_AS} {}{query}", url.path())
}
