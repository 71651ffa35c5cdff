//! What three people said about findings over the past weeks.

use super::catalog::{People, Subject};
use super::draft::Draft;
use super::rng::Rng;
use super::timeline::{Life, Scan};
use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use std::collections::BTreeSet;

/// The three, and on how many of a hundred working days each of them decides.
const PEOPLE: [(&str, usize); 3] = [("alice", 52), ("bob", 34), ("chiara", 40)];

/// How many of a hundred findings stand decided in the end.
const DECIDED_PERCENT: usize = 40;

/// How many critical findings of the first repository wait for a person.
pub const WAITING: usize = 41;

/// The weeks that the three have been at it.
const WEEKS: i64 = 10;

/// One thing said.
#[derive(Debug, Clone)]
pub struct Said {
    /// The finding's position.
    pub finding: usize,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: &'static str,
    /// What.
    pub deed: Deed,
    /// The words.
    pub words: String,
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// TP or FP.
    Verdict {
        /// Whether it is TP.
        real: bool,
    },
    /// The verdict before is taken back.
    TakenBack,
    /// Words alone.
    Comment,
}

/// An hour or two of one person.
struct Sitting {
    actor: &'static str,
    begin: DateTime<Utc>,
    /// What is said: the finding's position, its place within one finding, the deed and the words.
    items: Vec<(usize, usize, Deed, String)>,
}

/// Everything that was said, in order of time.
pub fn all(
    people: &People,
    drafts: &[Draft],
    scans: &[Scan],
    lives: &[Life],
    seed: u64,
    end: DateTime<Utc>,
) -> Result<Vec<Said>, String> {
    let mut rng = Rng::of(seed, "voices");
    let mut sittings = sittings(&mut rng, end);
    let waiting = waiting(drafts, lives);
    let wanted = drafts.len() * DECIDED_PERCENT / 100;
    let mut decided = 0;
    for finding in order(drafts, lives, &waiting, &mut rng) {
        if decided == wanted {
            break;
        }
        decided += usize::from(decide(people, drafts, scans, lives, finding, &mut sittings, &mut rng)?);
    }
    if decided < wanted {
        return Err(format!("only {decided} of {wanted} findings could be decided"));
    }
    // A few remarks on what nobody has decided.
    for _ in 0..60 {
        let finding = rng.below(drafts.len());
        let (from, until) = window(scans, &lives[finding], end);
        let mut slots = drafts[finding].slots.clone();
        let words = slots.fill(rng.pick(people.comments()).map_or("", String::as_str))?;
        if let Some(at) = choose(&sittings, from, until, &mut rng) {
            sittings[at].items.push((finding, 9, Deed::Comment, words));
        }
    }
    Ok(said(sittings, drafts, &mut rng))
}

/// The newest open critical findings of the first repository: nobody has come to them yet.
fn waiting(drafts: &[Draft], lives: &[Life]) -> BTreeSet<usize> {
    let mut open = open_criticals(drafts, lives);
    open.sort_by_key(|&i| std::cmp::Reverse((lives[i].seen.first().map(|s| s.0), i)));
    open.into_iter().take(WAITING).collect()
}

fn open_criticals(drafts: &[Draft], lives: &[Life]) -> Vec<usize> {
    let open = |i: &usize| {
        drafts[*i].repo == 0
            && drafts[*i].severity == "critical"
            && (lives[*i].gone.is_none() || lives[*i].back.is_some())
    };
    (0..drafts.len()).filter(open).collect()
}

/// The order in which findings are decided: what must be, then what people like to get rid of.
fn order(drafts: &[Draft], lives: &[Life], waiting: &BTreeSet<usize>, rng: &mut Rng) -> Vec<usize> {
    let must: BTreeSet<usize> = open_criticals(drafts, lives).into_iter().collect();
    let mut keyed: Vec<(usize, usize)> = Vec::with_capacity(drafts.len());
    for (i, draft) in drafts.iter().enumerate().filter(|(i, _)| !waiting.contains(i)) {
        let liking = match () {
            () if must.contains(&i) => 0,
            () if draft.severity == "critical" || lives[i].gone.is_some() => 900,
            () if is_test(&draft.file) => 1_000,
            () if draft.severity == "high" => 1_250,
            () => 1_700,
        };
        keyed.push((rng.below(liking.max(1)), i));
    }
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, i)| i).collect()
}

/// Whether the file is a test by its name.
pub fn is_test(file: &str) -> bool {
    ["test", "fixtures", "mocks", "e2e", "benches"].iter().any(|word| file.contains(word))
}

/// Decides one finding, and perhaps takes it back; tells whether a verdict stands in the end.
fn decide(
    people: &People,
    drafts: &[Draft],
    scans: &[Scan],
    lives: &[Life],
    finding: usize,
    sittings: &mut [Sitting],
    rng: &mut Rng,
) -> Result<bool, String> {
    let draft = &drafts[finding];
    let (from, until) = window(scans, &lives[finding], DateTime::<Utc>::MAX_UTC);
    let Some(at) = choose(sittings, from, until, rng) else { return Ok(false) };
    let must = draft.repo == 0 && draft.severity == "critical";
    let right = must || rng.chance(if is_test(&draft.file) { 99 } else { 93 });
    let verdict = if right { draft.real } else { !draft.real };
    let mut slots = draft.slots.clone();
    let words = reason(people, draft, verdict, rng);
    sittings[at].items.push((finding, 0, Deed::Verdict { real: verdict }, slots.fill(&words)?));
    let regretted = rng.chance(if right { 4 } else { 65 }) && !must;
    if !regretted {
        return Ok(true);
    }
    let begin = sittings[at].begin;
    let Some(later) = choose(sittings, begin + TimeDelta::hours(3), until, rng) else { return Ok(true) };
    let why = if verdict { &people.taken_back.real } else { &people.taken_back.not_real };
    let words = if right { "" } else { rng.pick(why).map_or("", String::as_str) };
    sittings[later].items.push((finding, 1, Deed::TakenBack, slots.fill(words)?));
    let again = rng.chance(45);
    if again {
        let words = reason(people, draft, draft.real, rng);
        sittings[later].items.push((finding, 2, Deed::Verdict { real: draft.real }, slots.fill(&words)?));
    }
    Ok(again)
}

/// A reason that fits the finding and the verdict.
fn reason(people: &People, draft: &Draft, verdict: bool, rng: &mut Rng) -> String {
    let words = people.on(draft.subject);
    let choices = match (verdict, draft.real) {
        (true, _) => &words.real,
        (false, true) => &words.hasty,
        (false, false) => match &draft.human {
            Some(human) if draft.subject == Subject::Code || rng.chance(80) => return human.clone(),
            _ => &words.not_real,
        },
    };
    rng.pick(choices).cloned().unwrap_or_default()
}

/// When a finding can be spoken of: from an hour after its first scan until it is gone.
fn window(scans: &[Scan], life: &Life, end: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let first = life.seen.first().map_or(end, |(scan, ..)| scans[*scan].at + TimeDelta::hours(1));
    let last = life.gone.map_or(end, |gone| scans[gone].at);
    (first, last)
}

fn choose(sittings: &[Sitting], from: DateTime<Utc>, until: DateTime<Utc>, rng: &mut Rng) -> Option<usize> {
    let first = sittings.partition_point(|s| s.begin < from);
    // A sitting lasts, so what is said in it comes a while after its begin.
    let last = sittings.partition_point(|s| s.begin + TimeDelta::hours(4) < until);
    // Nobody goes through hundreds at a stretch.
    let free: Vec<usize> = (first..last.max(first)).filter(|&i| sittings[i].items.len() < 55).collect();
    rng.pick(&free).copied()
}

/// When the three sit down, on working days.
fn sittings(rng: &mut Rng, end: DateTime<Utc>) -> Vec<Sitting> {
    let mut sittings = Vec::new();
    for day in (1..=WEEKS * 7).rev() {
        let date = end - TimeDelta::days(day);
        if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            continue;
        }
        for (actor, percent) in PEOPLE {
            let begin = date + TimeDelta::seconds(rng.between(7 * 3_600, 16 * 3_600));
            if rng.chance(percent) {
                sittings.push(Sitting { actor, begin, items: Vec::new() });
            }
        }
    }
    sittings.sort_by_key(|s| (s.begin, s.actor));
    sittings
}

/// Spreads each sitting's items over its time: rule by rule, as the console's list shows them.
fn said(sittings: Vec<Sitting>, drafts: &[Draft], rng: &mut Rng) -> Vec<Said> {
    let mut all = Vec::new();
    for mut sitting in sittings {
        let key = |(finding, place, ..): &(usize, usize, Deed, String)| {
            let draft = &drafts[*finding];
            (draft.repo, draft.rule.clone(), *finding, *place)
        };
        sitting.items.sort_by_key(key);
        let mut at = sitting.begin;
        for (finding, _, deed, words) in sitting.items {
            at += TimeDelta::milliseconds(rng.between(9_000, 190_000));
            all.push(Said { finding, at, actor: sitting.actor, deed, words });
        }
    }
    all.sort_by_key(|s| (s.at, s.finding));
    all
}
