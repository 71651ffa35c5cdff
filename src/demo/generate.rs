//! All rows of the demo from a seed and a date; the same ones every time.

use super::catalog::Catalog;
use super::draft::{self, Draft};
use super::history::{Cell, FEEDBACKS, FINDINGS, History, SCANS, SIGHTINGS, Table, list, time};
use super::opinion::Opinion;
use super::rng::Rng;
use super::timeline::{self, Life, Outcome, Scan, ScanOutcome};
use super::voices::{self, Deed, Said};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::BTreeMap;

/// How much there is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The findings.
    pub findings: usize,
    /// How many days lie between two scans of a repository.
    pub pace_days: i64,
}

impl Extent {
    /// That of the demo that everybody gets.
    pub const USUAL: Extent = Extent { findings: 3_000, pace_days: 7 };
}

/// Makes the rows. The history ends with the day before `date`, so that none of it lies ahead.
///
/// # Errors
/// A mistake in the templates, which a test would have found.
pub fn history(seed: u64, date: NaiveDate) -> Result<History, String> {
    history_of(Extent::USUAL, seed, date)
}

/// The same with another extent.
///
/// # Errors
/// As [`history`]; and where the extent asks for more than the templates can give.
pub fn history_of(extent: Extent, seed: u64, date: NaiveDate) -> Result<History, String> {
    let catalog = Catalog::read()?;
    let end = date.and_time(NaiveTime::MIN).and_utc();
    let drafts = draft::all(&catalog, seed, extent.findings)?;
    let (scans, lives) = timeline::all(&catalog.company, &drafts, seed, end, extent.pace_days);
    let (drafts, lives) = in_order_of_sight(drafts, lives);
    let said = voices::all(&catalog.people, &drafts, &scans, &lives, seed, end)?;
    let suppressions = suppressions(&drafts, &said, seed);
    let verdicts = Verdicts::of(&said, drafts.len());
    Ok(History {
        scans: scan_table(&catalog, &scans, &lives, &suppressions, seed),
        findings: finding_table(&catalog, &drafts, &scans, &lives, &suppressions, &verdicts, seed),
        sightings: sighting_table(&drafts, &lives),
        feedbacks: feedback_table(&said, &scans, &lives, &verdicts),
    })
}

/// Findings get their numbers as they were first seen.
fn in_order_of_sight(drafts: Vec<Draft>, lives: Vec<Life>) -> (Vec<Draft>, Vec<Life>) {
    let mut both: Vec<(Draft, Life)> = drafts.into_iter().zip(lives).collect();
    both.sort_by(|(a, x), (b, y)| {
        let key =
            |draft: &Draft, life: &Life| (life.seen.first().map(|s| s.0), draft.file.clone(), draft.start);
        key(a, x).cmp(&key(b, y))
    });
    both.into_iter().unzip()
}

/// What a scanner's own configuration suppresses, with its words; never what somebody decided on, and
/// no critical finding.
fn suppressions(drafts: &[Draft], said: &[Said], seed: u64) -> Vec<Option<&'static str>> {
    let mut rng = Rng::of(seed, "suppressions");
    let mut decided = vec![false; drafts.len()];
    for one in said {
        decided[one.finding] = true;
    }
    let why = [
        "inSource, accepted",
        "inSource, accepted",
        "external, accepted: accepted until the rewrite",
        "external, accepted: reviewed with the owner",
    ];
    let suppressed = |(i, draft): (usize, &Draft)| {
        let percent = if voices::is_test(&draft.file) { 9 } else { 3 };
        let hit = rng.chance(percent) && !decided[i] && draft.severity != "critical";
        let word = rng.pick(&why).copied();
        if hit { word } else { None }
    };
    drafts.iter().enumerate().map(suppressed).collect()
}

/// What stands about each finding after everything that was said.
struct Verdicts {
    /// The decision, its version, and the feedback that it comes from, by finding.
    standing: Vec<(Option<bool>, usize, Option<usize>)>,
    /// The version that each speaker saw, and what is taken back, by feedback.
    seen: Vec<(usize, Option<usize>)>,
}

impl Verdicts {
    fn of(said: &[Said], findings: usize) -> Verdicts {
        let mut versions = vec![1; findings];
        // The verdicts that stand, the newest last.
        let mut stacks: Vec<Vec<(bool, usize)>> = vec![Vec::new(); findings];
        let mut seen = Vec::with_capacity(said.len());
        for (id, one) in (1..).zip(said) {
            let (version, stack) = (&mut versions[one.finding], &mut stacks[one.finding]);
            let before = *version;
            let retracts = match one.deed {
                Deed::Comment => None,
                Deed::Verdict { real } => {
                    stack.push((real, id));
                    *version += 1;
                    None
                }
                Deed::TakenBack => {
                    *version += 1;
                    stack.pop().map(|(_, id)| id)
                }
            };
            seen.push((before, retracts));
        }
        let standing = stacks.iter().zip(versions);
        let standing = standing.map(|(s, version)| (s.last().map(|l| l.0), version, s.last().map(|l| l.1)));
        Verdicts { standing: standing.collect(), seen }
    }
}

fn some(value: impl ToString) -> Cell {
    Some(value.to_string())
}

fn id(position: usize) -> Cell {
    some(position + 1)
}

fn verdict(real: bool) -> &'static str {
    if real { "TP" } else { "FP" }
}

fn scan_table(
    catalog: &Catalog,
    scans: &[Scan],
    lives: &[Life],
    suppressions: &[Option<&'static str>],
    seed: u64,
) -> Table {
    let mut rng = Rng::of(seed, "references");
    // new, unchanged, moved, regressed, absent, suppressed
    let mut counts = vec![[0_usize; 6]; scans.len()];
    for (life, suppression) in lives.iter().zip(suppressions) {
        for (scan, outcome, _) in &life.seen {
            counts[*scan][*outcome as usize] += 1;
            counts[*scan][5] += usize::from(suppression.is_some());
        }
        if let Some(gone) = life.gone {
            counts[gone][4] += 1;
        }
    }
    let row = |(i, (scan, counts)): (usize, (&Scan, [usize; 6]))| {
        let [new, unchanged, moved, regressed, absent, suppressed] = counts;
        let repo = &catalog.company.repos[scan.repo].name;
        let reference = uuid::Builder::from_random_bytes(
            ((u128::from(rng.number()) << 64) | u128::from(rng.number())).to_be_bytes(),
        );
        vec![
            id(i),
            some(repo),
            some(&scan.commit),
            Some(time(scan.at)),
            some(reference.into_uuid()),
            some(if scan.outcome == ScanOutcome::Completed { "completed" } else { "failed" }),
            some("github"),
            Some(format!("https://github.acme.example/{repo}")),
            some(&scan.branch),
            some(&scan.tool),
            some(tool_version(&scan.tool)),
            some(""),
            some(new + unchanged + moved + regressed),
            some(new),
            some(unchanged + regressed),
            some(moved),
            some(absent),
            some(suppressed),
        ]
    };
    let rows = scans.iter().zip(counts).enumerate().map(row).collect();
    Table { name: "scans", columns: SCANS, rows }
}

fn tool_version(tool: &str) -> &'static str {
    match tool {
        "Semgrep" => "1.90.0",
        "CodeQL" => "2.19.1",
        "Trivy" => "0.56.2",
        "Gitleaks" => "8.21.0",
        _ => "1.7.10",
    }
}

fn finding_table(
    catalog: &Catalog,
    drafts: &[Draft],
    scans: &[Scan],
    lives: &[Life],
    suppressions: &[Option<&'static str>],
    verdicts: &Verdicts,
    seed: u64,
) -> Table {
    let mut rng = Rng::of(seed, "opinions");
    let mut newest: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
    for (i, scan) in scans.iter().enumerate().filter(|(_, s)| s.outcome == ScanOutcome::Completed) {
        newest.insert((scan.repo, &scan.branch, &scan.tool), i);
    }
    let identities = super::identity::all(drafts);
    let mut rows = Vec::with_capacity(drafts.len());
    for (i, (draft, life)) in drafts.iter().zip(lives).enumerate() {
        let opinion = Opinion::of(draft, &mut rng);
        let (Some(first), Some(last)) = (life.seen.first(), life.seen.last()) else { continue };
        let (first_scan, last_scan) = (&scans[first.0], &scans[last.0]);
        let present = newest.get(&(draft.repo, &*last_scan.branch, &*last_scan.tool)) == Some(&last.0);
        let repo = &catalog.company.repos[draft.repo].name;
        let snippet = draft.code.snippet();
        let (from, until) = draft.code.span();
        let start = last.2;
        let (fingerprint, occurrence) = &identities[i];
        let (decision, version, decided_by) = verdicts.standing[i];
        rows.push(vec![
            id(i),
            id(last.0),
            some(&draft.tool),
            some(&draft.rule),
            some(&draft.file),
            some(start + from),
            some(&draft.severity),
            decision.map(|real| verdict(real).to_owned()),
            opinion.verdict.map(|real| verdict(real).to_owned()),
            opinion.confidence_percent.map(|p| format!("{}", p as f64 / 100.0)),
            opinion.reasoning,
            if opinion.repairs { draft.code.patch(&draft.file, start) } else { None },
            opinion.red_team.map(|success| success.to_string()),
            some(repo),
            some(&draft.message),
            Some(snippet),
            some(start),
            some(start + until),
            None,
            draft.help.clone(),
            Some(list(&draft.cves)),
            Some(list(&draft.tags)),
            some(suppressions[i].is_some()),
            suppressions[i].map(str::to_owned),
            some(fingerprint),
            some(occurrence),
            some(if present { last.1.word() } else { "absent" }),
            id(first.0),
            Some(time(first_scan.at)),
            Some(time(last_scan.at)),
            life.gone.filter(|_| life.back.is_none()).map(|gone| time(scans[gone].at)),
            life.back.map(|back| time(scans[back].at)),
            some(version),
            decided_by.map(|id| id.to_string()),
        ]);
    }
    Table { name: "findings", columns: FINDINGS, rows }
}

fn sighting_table(drafts: &[Draft], lives: &[Life]) -> Table {
    let mut rows = Vec::new();
    for (i, (draft, life)) in drafts.iter().zip(lives).enumerate() {
        let (from, _) = draft.code.span();
        for (scan, outcome, start) in &life.seen {
            let word = Outcome::word(*outcome);
            rows.push(vec![id(i), id(*scan), some(word), some(&draft.file), some(start + from)]);
        }
    }
    Table { name: "sightings", columns: SIGHTINGS, rows }
}

fn feedback_table(said: &[Said], scans: &[Scan], lives: &[Life], verdicts: &Verdicts) -> Table {
    let mut rows = Vec::with_capacity(said.len());
    for (i, (one, (version, retracts))) in said.iter().zip(&verdicts.seen).enumerate() {
        let stood_in = scan_at(scans, &lives[one.finding], one.at);
        let (kind, word) = match one.deed {
            Deed::Verdict { real } => ("verdict", Some(verdict(real).to_owned())),
            Deed::TakenBack => ("retraction", None),
            Deed::Comment => ("comment", None),
        };
        rows.push(vec![
            id(i),
            id(one.finding),
            word,
            some(&one.words),
            Some(time(one.at)),
            some(kind),
            retracts.map(|id| id.to_string()),
            some(one.actor),
            stood_in.and_then(id),
            some(version),
        ]);
    }
    Table { name: "feedbacks", columns: FEEDBACKS, rows }
}

/// The newest scan that had seen the finding by then.
fn scan_at(scans: &[Scan], life: &Life, at: DateTime<Utc>) -> Option<usize> {
    life.seen.iter().rev().map(|(scan, ..)| *scan).find(|scan| scans[*scan].at <= at)
}
