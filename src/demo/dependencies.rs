//! Packages with known vulnerabilities, as their lines stand in lock files and manifests.

use super::catalog::{Advisory, Catalog, Subject};
use super::code::Code;
use super::draft::{self, Draft};
use super::rng::Rng;
use std::collections::BTreeMap;

/// The findings of one repository, at most `limit`.
pub fn of(catalog: &Catalog, index: usize, rng: &mut Rng, limit: usize) -> Result<Vec<Draft>, String> {
    let repo = &catalog.company.repos[index];
    let mut candidates: Vec<(&str, &str, &Advisory)> = Vec::new();
    for (ecosystem, file) in &repo.locks {
        let known = catalog.advisories.known.get(ecosystem);
        candidates.extend(known.into_iter().flatten().map(|advisory| (&**ecosystem, &**file, advisory)));
    }
    // Nobody is so careless as to use all of them.
    rng.shuffle(&mut candidates);
    candidates.truncate(limit.min(candidates.len() * 4 / 5));
    // A lock file names a package once, so one version of it.
    let mut versions: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    candidates.retain(|(_, file, (package, version, ..))| {
        *versions.entry((file, package)).or_insert(version) == version
    });
    candidates.into_iter().map(|candidate| one(catalog, index, candidate, rng)).collect()
}

fn one(
    catalog: &Catalog,
    index: usize,
    (ecosystem, file, advisory): (&str, &str, &Advisory),
    rng: &mut Rng,
) -> Result<Draft, String> {
    let (package, version, fixed, cve, severity, what) = advisory;
    let empty = Vec::new();
    let beside = catalog.advisories.beside.get(ecosystem).unwrap_or(&empty);
    let mut slots = draft::slots(catalog, &catalog.company.repos[index], rng);
    for (name, word) in [
        ("package", package),
        ("version", version),
        ("fixed", fixed),
        ("what", what),
        ("file", &file.to_owned()),
    ] {
        slots.set(name, word);
    }
    let tooling = ["docs/", "tools/", "e2e/", "fuzz/", "ansible/", "notebooks/"];
    let real = !tooling.iter().any(|t| file.starts_with(t)) && rng.chance(80);
    let says = &catalog.people.ai_dependency;
    let (right, wrong) = if real { (&says.real, &says.not_real) } else { (&says.not_real, &says.real) };
    let mut one_of = |choices: &[String]| rng.pick(choices).map(|c| slots.fill(c)).transpose();
    let (why, but) = (one_of(right)?, one_of(wrong)?);
    let marked = entry(ecosystem, package, version, fixed, beside, rng);
    Ok(Draft {
        repo: index,
        tool: "Trivy".to_owned(),
        rule: cve.clone(),
        severity: severity.clone(),
        subject: Subject::Dependency,
        file: file.to_owned(),
        start: 0,
        message: format!("{package} {version}: {what}; fixed in {fixed}"),
        code: Code::parse(&marked)?,
        tags: vec!["vulnerability".to_owned(), ecosystem.to_owned()],
        cves: vec![cve.clone()],
        help: Some(format!("https://nvd.nist.gov/vuln/detail/{cve}")),
        real,
        why: why.unwrap_or_default(),
        but: but.unwrap_or_default(),
        human: None,
        slots,
    })
}

/// The package's lines between those of its neighbours in the alphabet.
fn entry(
    ecosystem: &str,
    package: &str,
    version: &str,
    fixed: &str,
    beside: &[(String, String)],
    rng: &mut Rng,
) -> String {
    let follows = beside.iter().filter(|(name, _)| name.to_lowercase() < package.to_lowercase()).count();
    let neighbour = |at: Option<usize>| at.and_then(|at| beside.get(at));
    let (before, after) = (neighbour(follows.checked_sub(1)), neighbour(Some(follows)));
    let before2 = neighbour(follows.checked_sub(2));
    let line = |form: &dyn Fn(&str, &str) -> String, one: Option<&(String, String)>| {
        one.map_or(String::new(), |(name, version)| format!(" {}\n", form(name, version)))
    };
    let listed = |form: &dyn Fn(&str, &str) -> String| {
        let (gone, come) = (form(package, version), form(package, fixed));
        let around = (line(form, before2) + &line(form, before), line(form, after));
        format!("{}-{gone}\n+{come}\n{}", around.0, around.1)
    };
    match ecosystem {
        "pip" => listed(&|name, version| format!("{name}=={version}")),
        "deb" => listed(&|name, version| format!("{name}={version}")),
        "go" => listed(&|name, version| format!("\t{name} {version}")),
        "maven" => {
            let (group, artifact) = package.split_once(':').unwrap_or(("", package));
            format!(
                "         <dependency>\n             <groupId>{group}</groupId>\n             \
                 <artifactId>{artifact}</artifactId>\n-            <version>{version}</version>\n\
                 +            <version>{fixed}</version>\n         </dependency>\n"
            )
        }
        "cargo" => format!(
            " [[package]]\n name = \"{package}\"\n!version = \"{version}\"\n \
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n checksum = \"{}\"\n",
            rng.text(b"0123456789abcdef", 64)
        ),
        _ => format!(
            "     \"node_modules/{package}\": {{\n!      \"version\": \"{version}\",\n       \
             \"resolved\": \"https://registry.npmjs.org/{package}/-/{package}-{version}.tgz\",\n       \
             \"integrity\": \"sha512-{}==\",\n       \"license\": \"MIT\"\n     }},\n",
            rng.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 86)
        ),
    }
}
