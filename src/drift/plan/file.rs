//! A plan as a file: canonical JSON, with its hash beside it.

use super::{Left, Plan, PlanHash, Planned, REPOS_MAX, RepoPlan, said};
use crate::drift::document::Json;
use crate::drift::path::{Path, Step};
use crate::drift::schema::Tier;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The form of the file.
const FORMAT: &str = "attestor-drift-plan/1";
/// Most fields of one repository.
const FIELDS_MAX: usize = 10_000;
/// Largest text that is read, in bytes.
pub const BYTES_MAX: u64 = 64 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    plan: Body,
    sha256: PlanHash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    format: String,
    id: Uuid,
    made_at: DateTime<Utc>,
    repositories: Vec<Repo>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repo {
    repo: String,
    fields: Vec<FieldBody>,
    left: Vec<LeftBody>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldBody {
    path: String,
    steps: Vec<Step>,
    from: Json,
    to: Json,
    tier: Tier,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftBody {
    path: String,
    steps: Vec<Step>,
    why: String,
}

impl Plan {
    /// Compact JSON with sorted keys: what the hash is over.
    pub fn canonical(&self) -> String {
        canonical(&self.body())
    }

    /// The file: the plan, and its hash.
    pub fn file(&self) -> String {
        let mut text = canonical(&Outer { plan: self.body(), sha256: self.hash() });
        text.push('\n');
        text
    }

    /// Reads a file, or a plan alone as it is kept.
    ///
    /// # Errors
    /// `UnreadableInput` where it is no plan, was changed after it was made, or says one thing to people and
    /// another to programs.
    pub fn read(text: &str) -> Result<Plan> {
        let wrong = |what: String| Error::new(Kind::UnreadableInput, format!("this is no plan: {what}"));
        // Keys that come twice, and numbers that cannot be held, are found here.
        let whole = Json::parse(text).map_err(|mistake| wrong(mistake.to_string()))?;
        let is_alone = whole.get("plan").is_none();
        let (body, said) = if is_alone {
            (
                serde_json::from_str::<Body>(text)
                    .map_err(|e| wrong(visible(&e.to_string()).into_owned()))?,
                None,
            )
        } else {
            let outer: Outer =
                serde_json::from_str(text).map_err(|e| wrong(visible(&e.to_string()).into_owned()))?;
            (outer.plan, Some(outer.sha256))
        };
        if body.format != FORMAT {
            return Err(wrong(format!("its format is \"{}\", not {FORMAT}", visible(&body.format))));
        }
        if body.repositories.len() > REPOS_MAX {
            return Err(wrong(format!("it has more than {REPOS_MAX} repositories")));
        }
        let repos =
            body.repositories.into_iter().map(Repo::read).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        if repos.windows(2).any(|pair| pair[0].repo >= pair[1].repo) {
            return Err(wrong("its repositories are not in the order of their names".to_owned()));
        }
        let plan = Plan { id: body.id, made_at: body.made_at, repos };
        if said.is_some_and(|said| said != plan.hash()) {
            return Err(Error::new(Kind::UnreadableInput, "the plan was changed after it was made")
                .hint("its hash is of another; make a new one: attestor drift plan"));
        }
        Ok(plan)
    }

    fn body(&self) -> Body {
        Body {
            format: FORMAT.to_owned(),
            id: self.id,
            made_at: self.made_at,
            repositories: self.repos.iter().map(Repo::of).collect(),
        }
    }
}

impl Repo {
    fn of(plan: &RepoPlan) -> Self {
        let value = |value: &Option<Json>| value.clone().unwrap_or(Json::Null);
        let field = |field: &Planned| FieldBody {
            path: field.path.to_string(),
            steps: field.path.steps().to_vec(),
            from: value(&field.from),
            to: value(&field.to),
            tier: field.tier,
        };
        let left = |left: &Left| LeftBody {
            path: left.path.to_string(),
            steps: left.path.steps().to_vec(),
            why: left.why.clone(),
        };
        Repo {
            repo: plan.repo.clone(),
            fields: plan.fields.iter().map(field).collect(),
            left: plan.left.iter().map(left).collect(),
        }
    }

    fn read(self) -> Result<RepoPlan, String> {
        if self.fields.len() > FIELDS_MAX || self.left.len() > FIELDS_MAX {
            return Err(format!("a repository has more than {FIELDS_MAX} fields"));
        }
        let field = |body: FieldBody| {
            let path = path(body.steps, &body.path)?;
            Ok(Planned { path, from: said(Some(body.from)), to: said(Some(body.to)), tier: body.tier })
        };
        let left = |body: LeftBody| Ok(Left { path: path(body.steps, &body.path)?, why: body.why });
        Ok(RepoPlan {
            repo: self.repo,
            fields: self.fields.into_iter().map(field).collect::<Result<_, String>>()?,
            left: self.left.into_iter().map(left).collect::<Result<_, String>>()?,
        })
    }
}

/// The way that the steps are; what people read must be the same.
fn path(steps: Vec<Step>, shown: &str) -> Result<Path, String> {
    let path = Path::of_steps(steps);
    if path.to_string() != shown {
        return Err(format!("the field {} is really {}", visible(shown), visible(&path.to_string())));
    }
    Ok(path)
}

fn canonical(body: &impl Serialize) -> String {
    let text = serde_json::to_string(body).unwrap_or_default();
    Json::parse(&text).map_or(text, |json| json.to_string())
}
