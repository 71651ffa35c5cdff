//! The templates that the demo is made of: the company, its rules, advisories and people.

use super::code::Code;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Everything that the generator draws from.
#[derive(Debug)]
pub struct Catalog {
    /// The repositories and their words.
    pub company: Company,
    /// The rules of all scanners but those about packages.
    pub rules: Vec<Rule>,
    /// What is known about packages.
    pub advisories: Advisories,
    /// What people say.
    pub people: People,
}

/// The company.
#[derive(Debug, Deserialize)]
pub struct Company {
    /// Names of services.
    pub services: Vec<String>,
    /// Names of fields.
    pub fields: Vec<String>,
    /// The repositories.
    #[serde(rename = "repo")]
    pub repos: Vec<Repo>,
}

/// A repository.
#[derive(Debug, Deserialize)]
pub struct Repo {
    /// `owner/name`.
    pub name: String,
    /// The languages in it.
    pub langs: Vec<String>,
    /// How large its share of the findings is.
    pub weight: usize,
    /// The folder of its Python sources.
    #[serde(default)]
    pub src: String,
    /// What it is about.
    pub nouns: Vec<String>,
    /// Its lock files: ecosystem and path.
    pub locks: Vec<(String, String)>,
}

impl Repo {
    /// The name without its owner.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// What a finding is about, which decides what people say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A program.
    Code,
    /// Something that should be secret.
    Secret,
    /// An image, a manifest, infrastructure.
    Config,
    /// A package.
    Dependency,
}

/// A rule of a scanner.
#[derive(Debug)]
pub struct Rule {
    /// The scanner.
    pub tool: String,
    /// The scanner's name of the rule.
    pub id: String,
    /// How bad, where a variant does not say otherwise.
    pub severity: String,
    /// How often it is hit.
    pub weight: usize,
    /// Its tags.
    pub tags: Vec<String>,
    /// The language, or `any`.
    pub lang: String,
    /// What it is about.
    pub subject: Subject,
    /// What it finds.
    pub variants: Vec<Variant>,
}

/// One piece of code that a rule finds, in one or another file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Where it can stand.
    pub file: Vec<String>,
    /// What the scanner says.
    pub say: String,
    /// The code, marked as [`Code`] reads it.
    pub code: String,
    /// How bad, where it differs from the rule.
    pub severity: Option<String>,
    /// Whether it is real.
    pub real: bool,
    /// Reasons of an AI that is right.
    pub why: Vec<String>,
    /// Reasons of an AI that is wrong.
    pub but: Vec<String>,
    /// What people say who see that it is not real.
    #[serde(default)]
    pub human: Vec<String>,
}

/// Known vulnerabilities by ecosystem.
#[derive(Debug, Deserialize)]
pub struct Advisories {
    /// Packages without one.
    pub beside: BTreeMap<String, Vec<(String, String)>>,
    /// Package, version, fixed version, CVE, severity, what it is.
    #[serde(flatten)]
    pub known: BTreeMap<String, Vec<Advisory>>,
}

/// Package, version, fixed version, CVE, severity, what it is.
pub type Advisory = (String, String, String, String, String, String);

/// What people say.
#[derive(Debug, Deserialize)]
pub struct People {
    code: Words,
    secret: Words,
    config: Words,
    dependency: Words,
    /// Why they take a TP or an FP back; never hasty.
    pub taken_back: Words,
    comment: Comments,
    team: Team,
    /// What the AI says about packages; never hasty.
    pub ai_dependency: Words,
}

/// Reasons for TP, for FP, and for an FP that is taken back later.
#[derive(Debug, Deserialize)]
pub struct Words {
    /// For TP.
    pub real: Vec<String>,
    /// For FP.
    #[serde(rename = "false")]
    pub not_real: Vec<String>,
    /// For a wrong FP.
    #[serde(default)]
    pub hasty: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Comments {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Team {
    names: Vec<String>,
}

impl People {
    /// What they say about a subject.
    pub fn on(&self, subject: Subject) -> &Words {
        match subject {
            Subject::Code => &self.code,
            Subject::Secret => &self.secret,
            Subject::Config => &self.config,
            Subject::Dependency => &self.dependency,
        }
    }

    /// What they remark.
    pub fn comments(&self) -> &[String] {
        &self.comment.words
    }

    /// Whom they ask.
    pub fn teams(&self) -> &[String] {
        &self.team.names
    }
}

#[derive(Deserialize)]
struct RuleFile {
    lang: String,
    tool: String,
    subject: Option<Subject>,
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    tool: Option<String>,
    id: String,
    severity: String,
    weight: usize,
    tags: Vec<String>,
    variant: Vec<Variant>,
}

const RULES: &[(&str, &str)] = &[
    ("python_injection", include_str!("rules/python_injection.toml")),
    ("python_unsafe", include_str!("rules/python_unsafe.toml")),
    ("python_flow", include_str!("rules/python_flow.toml")),
    ("go", include_str!("rules/go.toml")),
    ("typescript", include_str!("rules/typescript.toml")),
    ("typescript_flow", include_str!("rules/typescript_flow.toml")),
    ("java", include_str!("rules/java.toml")),
    ("rust", include_str!("rules/rust.toml")),
    ("terraform", include_str!("rules/terraform.toml")),
    ("docker", include_str!("rules/docker.toml")),
    ("secrets", include_str!("rules/secrets.toml")),
];

impl Catalog {
    /// Reads the templates, which are part of the program; a mistake in one is told with its place.
    pub fn read() -> Result<Catalog, String> {
        let mut rules = Vec::new();
        for (name, text) in RULES {
            let file: RuleFile = parse(name, text)?;
            let subject = file.subject.unwrap_or(Subject::Code);
            for rule in file.rule {
                for variant in &rule.variant {
                    Code::parse(&variant.code).map_err(|e| format!("{name}, {}: {e}", rule.id))?;
                }
                rules.push(Rule {
                    tool: rule.tool.unwrap_or_else(|| file.tool.clone()),
                    id: rule.id,
                    severity: rule.severity,
                    weight: rule.weight,
                    tags: rule.tags,
                    lang: file.lang.clone(),
                    subject,
                    variants: rule.variant,
                });
            }
        }
        Ok(Catalog {
            company: parse("company", include_str!("company.toml"))?,
            rules,
            advisories: parse("advisories", include_str!("advisories.toml"))?,
            people: parse("people", include_str!("people.toml"))?,
        })
    }
}

fn parse<'a, T: Deserialize<'a>>(name: &str, text: &'a str) -> Result<T, String> {
    toml::from_str(text).map_err(|e| format!("the template {name} cannot be read: {e}"))
}
