//! What stands in the repositories: each finding with its code, before anyone has seen it.

use super::catalog::{Catalog, Repo, Rule, Subject, Variant};
use super::code::Code;
use super::dependencies;
use super::rng::Rng;
use super::slots::Slots;
use std::collections::{BTreeMap, BTreeSet};

/// How many of a hundred findings are about packages, at most.
const DEPENDENCY_PERCENT: usize = 17;

/// A finding, and what is true about it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The repository's position in the company.
    pub repo: usize,
    /// The scanner.
    pub tool: String,
    /// The rule.
    pub rule: String,
    /// How bad.
    pub severity: String,
    /// What it is about.
    pub subject: Subject,
    /// Where.
    pub file: String,
    /// The line at which the code begins; 0 until the file is laid out.
    pub start: usize,
    /// What the scanner says.
    pub message: String,
    /// The code.
    pub code: Code,
    /// Tags of the rule.
    pub tags: Vec<String>,
    /// CVEs.
    pub cves: Vec<String>,
    /// Where more is said.
    pub help: Option<String>,
    /// Whether it is real.
    pub real: bool,
    /// What an AI says that is right.
    pub why: String,
    /// What an AI says that is wrong.
    pub but: String,
    /// What a person says who sees that it is not real.
    pub human: Option<String>,
    /// The words of this finding, for what people say.
    pub slots: Slots,
}

/// All findings of the company, laid out in their files.
pub fn all(catalog: &Catalog, seed: u64, findings: usize) -> Result<Vec<Draft>, String> {
    let repos = &catalog.company.repos;
    let weight: usize = repos.iter().map(|r| r.weight).sum();
    let mut drafts = Vec::with_capacity(findings);
    let mut heavier = 0;
    for (index, repo) in repos.iter().enumerate() {
        heavier += repo.weight;
        let quota = findings * heavier / weight - drafts.len();
        let mut rng = Rng::of(seed, &repo.name);
        let mut of_repo = dependencies::of(catalog, index, &mut rng, quota * DEPENDENCY_PERCENT / 100)?;
        hits(catalog, index, &mut rng, quota, &mut of_repo)?;
        lay_out(&mut rng, &mut of_repo);
        drafts.append(&mut of_repo);
    }
    Ok(drafts)
}

/// The words of one repository that every template may use.
pub fn slots(catalog: &Catalog, repo: &Repo, rng: &mut Rng) -> Slots {
    let mut slots = Slots::new(Rng::of(rng.number(), "words"));
    slots.set("repo", repo.short_name());
    slots.set("src", &repo.src);
    slots.set("pkg", &format!("com/acme/{}", repo.short_name()));
    slots.set("pkgd", &format!("com.acme.{}", repo.short_name()));
    for (name, words) in
        [("noun", &repo.nouns), ("field", &catalog.company.fields), ("svc", &catalog.company.services)]
    {
        slots.set_forms(name, rng.pick(words).map_or("", String::as_str));
    }
    slots.set("team", rng.pick(catalog.people.teams()).map_or("", String::as_str));
    slots
}

/// Adds hits of rules until the repository has its quota.
fn hits(
    catalog: &Catalog,
    index: usize,
    rng: &mut Rng,
    quota: usize,
    drafts: &mut Vec<Draft>,
) -> Result<(), String> {
    let repo = &catalog.company.repos[index];
    let rules: Vec<&Rule> =
        catalog.rules.iter().filter(|r| r.lang == "any" || repo.langs.contains(&r.lang)).collect();
    let weights: Vec<usize> = rules.iter().map(|r| r.weight).collect();
    let mut taken = BTreeSet::new();
    // Tries are bounded: a repository whose templates are used up is a mistake in the templates.
    for _ in 0..quota * 40 {
        if drafts.len() >= quota {
            return Ok(());
        }
        let rule = rules[rng.weighted(&weights)];
        let at = rng.below(rule.variants.len());
        let Some(variant) = rule.variants.get(at) else { continue };
        let draft = hit(catalog, index, rule, variant, rng)?;
        let mut names = names(&draft);
        names.push(format!("{}\n{}\n{at}\n{}", draft.file, rule.id, draft.slots.clone().fill("«noun»")?));
        if names.iter().all(|name| !taken.contains(name)) {
            taken.extend(names);
            drafts.push(draft);
        }
    }
    Err(format!("{} has only {} of {quota} findings", repo.name, drafts.len()))
}

/// What the code of a draft defines in its file: the same name twice would not compile.
fn names(draft: &Draft) -> Vec<String> {
    let snippet = draft.code.snippet();
    let head: Vec<&str> = snippet.lines().take(2).collect();
    let words = ["def ", "func ", "fn ", "function ", "class ", "const ", "resource ", "data "];
    let defines = |line: &&str| {
        !line.starts_with([' ', '\t', '-', '#', '/']) && words.iter().any(|word| line.contains(word))
    };
    // A method of Go names its receiver first.
    let name = |line: &'_ str| line.replace("func (", "func ").split(['(', '=']).next().map(str::to_owned);
    let defined = snippet.lines().filter(defines).filter_map(name);
    let heads = [head.join("\n")];
    let all = defined.chain(heads);
    all.map(|name| format!("{}\n{name}", draft.file)).collect()
}

fn hit(
    catalog: &Catalog,
    index: usize,
    rule: &Rule,
    variant: &Variant,
    rng: &mut Rng,
) -> Result<Draft, String> {
    let mut slots = slots(catalog, &catalog.company.repos[index], rng);
    let file = slots.fill(rng.pick(&variant.file).map_or("", String::as_str))?;
    let code = Code::parse(&slots.fill(&variant.code)?)?;
    let mut one_of = |choices: &[String]| rng.pick(choices).map(|c| slots.fill(c)).transpose();
    let (why, but, human) = (one_of(&variant.why)?, one_of(&variant.but)?, one_of(&variant.human)?);
    Ok(Draft {
        repo: index,
        tool: rule.tool.clone(),
        rule: rule.id.clone(),
        severity: variant.severity.as_ref().unwrap_or(&rule.severity).clone(),
        subject: rule.subject,
        file,
        start: 0,
        message: slots.fill(&variant.say)?,
        code,
        tags: rule.tags.clone(),
        cves: Vec::new(),
        help: None,
        real: variant.real,
        why: why.unwrap_or_default(),
        but: but.unwrap_or_default(),
        human,
        slots,
    })
}

/// Gives each piece of code its lines: pieces of one file follow each other and never overlap.
fn lay_out(rng: &mut Rng, drafts: &mut [Draft]) {
    let mut files: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, draft) in drafts.iter().enumerate() {
        files.entry(draft.file.clone()).or_default().push(i);
    }
    for (file, mut pieces) in files {
        rng.shuffle(&mut pieces);
        // Lock files are sorted by package, and the draft's message begins with its name.
        if drafts[pieces[0]].subject == Subject::Dependency {
            pieces.sort_by_key(|&i| drafts[i].message.to_lowercase());
        }
        // What opens a file stands first in it.
        pieces.sort_by_key(|&i| !opens_file(&drafts[i]));
        let (first, gap) = spacing(&file, drafts[pieces[0]].subject);
        let mut line = if opens_file(&drafts[pieces[0]]) { 1 } else { rng.between(first.0, first.1) };
        for i in pieces {
            drafts[i].start = line as usize;
            line += drafts[i].code.line_count() as i64 + rng.between(gap.0, gap.1);
        }
    }
}

/// The lines before the first piece and between two pieces, from and to.
fn spacing(file: &str, subject: Subject) -> ((i64, i64), (i64, i64)) {
    match subject {
        Subject::Dependency if file.ends_with(".json") => ((210, 900), (60, 900)),
        Subject::Dependency if file.ends_with(".lock") => ((60, 240), (10, 160)),
        Subject::Dependency => ((6, 30), (3, 14)),
        Subject::Config | Subject::Secret => ((2, 24), (2, 20)),
        Subject::Code => ((9, 46), (5, 58)),
    }
}

fn opens_file(draft: &Draft) -> bool {
    let snippet = draft.code.snippet();
    let opening = ["FROM ", "ARG ", "# Image", "#!/", "-----BEGIN", "{"];
    draft.subject != Subject::Dependency && opening.iter().any(|o| snippet.starts_with(o))
}
