//! Who a finding is across scans: its fingerprint, and which known finding a seen one is.
//!
//! Scanners say it themselves (`fingerprints`), say what the line looks like
//! (`partialFingerprints.primaryLocationLineHash`), or say nothing; then the tool, the rule, the path
//! and the code without its spaces tell it. Several results of one scan may carry the same fingerprint,
//! some scanners write one into all: so a fingerprint names a group, and [`pair`] decides within it.
//!
//! Where it is not clear which known finding is meant, none is: a decision is never carried over to
//! something that a person has not seen.

use crate::ids::FindingId;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Who a finding is: 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

/// What a finding is told by where its scanner gives no fingerprint.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a> {
    /// The scanner.
    pub tool: &'a str,
    /// The rule.
    pub rule: &'a str,
    /// The path, normalised.
    pub file: &'a str,
    /// The code at the place, where the file has it.
    pub code: Option<&'a str>,
    /// What the scanner says.
    pub message: &'a str,
}

impl Marks<'_> {
    /// The fingerprint: by the scanner's own `fingerprints`, else its hash of the line, else these marks.
    pub fn fingerprint(&self, fingerprints: &[(&str, &str)], line_hash: Option<&str>) -> Fingerprint {
        let mut parts = vec![self.tool];
        let text: String;
        let tag = if !fingerprints.is_empty() {
            let sorted: BTreeSet<_> = fingerprints.iter().collect();
            parts.extend(sorted.into_iter().flat_map(|(key, value)| [*key, *value]));
            "fingerprints"
        } else if let Some(hash) = line_hash {
            // The hash is of the line alone: the same line stands in many files, for many rules.
            parts.extend([self.rule, self.file, hash]);
            "line hash"
        } else {
            let code: String = self.code.unwrap_or_default().split_whitespace().collect();
            let by_code = !code.is_empty();
            text = if by_code { code } else { self.message.replace(|c: char| c.is_numeric(), "") };
            parts.extend([self.rule, self.file, &text]);
            if by_code { "code" } else { "message" }
        };
        let mut hash = Sha256::new();
        for part in std::iter::once(tag).chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Fingerprint(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A finding that earlier scans saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its row.
    pub id: FindingId,
    /// Where it was.
    pub file: String,
    /// Where it was.
    pub line: Option<i32>,
    /// The how-many-th of its fingerprint it was.
    pub occurrence: i32,
    /// Whether it was still there when last looked for.
    pub presence: Presence,
}

/// Whether a finding was there when last looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It was.
    Open,
    /// It was gone.
    Gone,
}

/// A result of the scan that is being taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its number in the scan.
    pub number: i64,
    /// Where it is.
    pub file: String,
    /// Where it is.
    pub line: Option<i32>,
}

/// Which known finding a seen one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The known finding.
    pub known: FindingId,
    /// The number of the seen one.
    pub seen: i64,
}

/// Pairs known and seen findings of one fingerprint. What is in no pair is gone, or new.
///
/// First those at the same place, then a lone one with a lone one, then the nearest in the same file;
/// findings that were gone stand back behind those that were not. Equal distances decide nothing.
pub fn pair(known: &[Known], seen: &[Seen]) -> Vec<Pair> {
    let mut known: Vec<&Known> = known.iter().collect();
    let mut seen: Vec<&Seen> = seen.iter().collect();
    known.sort_by_key(|k| (k.presence, k.occurrence, k.id));
    seen.sort_by_key(|s| s.number);
    let mut pairs = Pairs::default();
    at_the_same_place(&known, &seen, &mut pairs);
    for presence in [Presence::Open, Presence::Gone] {
        let left: Vec<&Known> = known.iter().copied().filter(|k| pairs.lacks_known(k)).collect();
        // While an open one waits for its place, none that was gone may take it.
        if left.iter().any(|k| k.presence < presence) {
            break;
        }
        let left: Vec<&Known> = left.into_iter().filter(|k| k.presence == presence).collect();
        let unpaired: Vec<&Seen> = seen.iter().copied().filter(|s| pairs.lacks_seen(s)).collect();
        if let ([known], [seen]) = (&left[..], &unpaired[..]) {
            pairs.add(known, seen);
        } else {
            nearest(&left, &unpaired, &mut pairs);
        }
    }
    pairs.list.sort();
    pairs.list
}

#[derive(Default)]
struct Pairs {
    list: Vec<Pair>,
    known: BTreeSet<FindingId>,
    seen: BTreeSet<i64>,
}

impl Pairs {
    fn add(&mut self, known: &Known, seen: &Seen) {
        self.list.push(Pair { known: known.id, seen: seen.number });
        self.known.insert(known.id);
        self.seen.insert(seen.number);
    }
    fn lacks_known(&self, known: &Known) -> bool {
        !self.known.contains(&known.id)
    }
    fn lacks_seen(&self, seen: &Seen) -> bool {
        !self.seen.contains(&seen.number)
    }
}

type Spot<'a> = (&'a str, Option<i32>);

fn at_the_same_place(known: &[&Known], seen: &[&Seen], pairs: &mut Pairs) {
    let mut places: BTreeMap<Spot<'_>, Vec<&Seen>> = BTreeMap::new();
    for seen in seen.iter().rev() {
        places.entry((&seen.file, seen.line)).or_default().push(seen);
    }
    for known in known {
        let there = places.get_mut(&(known.file.as_str(), known.line));
        if let Some(seen) = there.and_then(Vec::pop) {
            pairs.add(known, seen);
        }
    }
}

/// All findings of one side on one line: they move together.
struct Block<'a> {
    line: i32,
    known: Vec<&'a Known>,
    seen: Vec<&'a Seen>,
}

fn nearest(known: &[&Known], seen: &[&Seen], pairs: &mut Pairs) {
    let mut files: BTreeMap<&str, BTreeMap<(i32, bool), Block<'_>>> = BTreeMap::new();
    let block = |line| Block { line, known: Vec::new(), seen: Vec::new() };
    for known in known {
        let Some(line) = known.line else { continue };
        let lines = files.entry(&known.file).or_default();
        lines.entry((line, false)).or_insert_with(|| block(line)).known.push(known);
    }
    for seen in seen {
        let Some(line) = seen.line else { continue };
        let lines = files.entry(&seen.file).or_default();
        lines.entry((line, true)).or_insert_with(|| block(line)).seen.push(seen);
    }
    for lines in files.into_values() {
        let blocks: Vec<Block<'_>> = lines.into_values().collect();
        for (a, b) in nearest_blocks(&blocks) {
            let (known, seen) =
                if blocks[a].seen.is_empty() { (&blocks[a], &blocks[b]) } else { (&blocks[b], &blocks[a]) };
            for (known, seen) in known.known.iter().zip(&seen.seen) {
                pairs.add(known, seen);
            }
        }
    }
}

/// Pairs of blocks of opposite sides, nearest first. Of blocks that are equally near to two others, and
/// of blocks of different size, none is paired: they leave the field together.
///
/// The blocks are sorted by line, so the nearest two of opposite sides are always neighbours; what has
/// left is passed over.
fn nearest_blocks(blocks: &[Block<'_>]) -> Vec<(usize, usize)> {
    let is_opposite = |a: usize, b: usize| blocks[a].seen.is_empty() != blocks[b].seen.is_empty();
    let distance = |a: usize, b: usize| i64::from(blocks[b].line) - i64::from(blocks[a].line);
    let mut neighbours = Neighbours::new(blocks.len());
    let mut queue: BTreeSet<(i64, usize, usize)> = BTreeSet::new();
    for b in 1..blocks.len() {
        if is_opposite(b - 1, b) {
            queue.insert((distance(b - 1, b), b - 1, b));
        }
    }
    let mut found = Vec::new();
    while let Some((near, a, b)) = queue.pop_first() {
        let mut together = vec![a, b];
        // Whoever is as near to one of them makes it unclear, and so on along the line.
        while let Some(next) = neighbours.after(together[together.len() - 1]) {
            let last = together[together.len() - 1];
            if !(is_opposite(last, next) && queue.remove(&(near, last, next))) {
                break;
            }
            together.push(next);
        }
        let is_clear = together.len() == 2 && size(&blocks[a]) == size(&blocks[b]);
        if is_clear {
            found.push((a, b));
        }
        let (first, last) = (together[0], together[together.len() - 1]);
        let (before, after) = (neighbours.before(first), neighbours.after(last));
        if let Some(before) = before {
            queue.remove(&(distance(before, first), before, first));
        }
        if let Some(after) = after {
            queue.remove(&(distance(last, after), last, after));
        }
        neighbours.remove(before, after);
        if let (Some(before), Some(after)) = (before, after)
            && is_opposite(before, after)
        {
            queue.insert((distance(before, after), before, after));
        }
    }
    found
}

fn size(block: &Block<'_>) -> usize {
    block.known.len() + block.seen.len()
}

/// Who stands beside whom, while blocks leave.
struct Neighbours {
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
}

impl Neighbours {
    fn new(count: usize) -> Self {
        Neighbours {
            before: (0..count).map(|at| at.checked_sub(1)).collect(),
            after: (0..count).map(|at| Some(at + 1).filter(|next| *next < count)).collect(),
        }
    }
    fn before(&self, at: usize) -> Option<usize> {
        self.before[at]
    }
    fn after(&self, at: usize) -> Option<usize> {
        self.after[at]
    }
    /// Everything between `before` and `after` leaves.
    fn remove(&mut self, before: Option<usize>, after: Option<usize>) {
        if let Some(before) = before {
            self.after[before] = after;
        }
        if let Some(after) = after {
            self.before[after] = before;
        }
    }
}
