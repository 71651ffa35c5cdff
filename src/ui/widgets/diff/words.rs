//! The words that differ between two lines of a patch, and which lines belong together.

use super::DiffLine;
use similar::{DiffTag, TextDiff};
use std::collections::HashMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Runs of more lines than this get no marks.
const RUN_MAX: usize = 200;
/// Products of two runs of different lengths that are compared each with each.
const COMPARED_MAX: usize = 1_600;
/// Bytes of a line that are compared.
const LINE_BYTES_MAX: usize = 2_000;
/// Lines that share less than this part are not one line that changed.
const ALIKE_MIN: f64 = 0.2;
/// The same for lines that are picked out of many.
const PICKED_MIN: f64 = 0.5;

type Spans = Vec<(usize, usize)>;

/// Which of the lines that go is which of those that come. Runs of one length go line by line; of others
/// those are paired that are most alike, in their order.
pub(super) fn pairs(lines: &[DiffLine], old: Range<usize>, new: Range<usize>) -> Vec<(usize, usize)> {
    if old.is_empty() || new.is_empty() || old.len().max(new.len()) > RUN_MAX {
        return Vec::new();
    }
    if old.len() == new.len() {
        return old.zip(new).collect();
    }
    if old.len() * new.len() > COMPARED_MAX {
        return Vec::new();
    }
    let words = |range: Range<usize>| -> Vec<HashMap<&str, usize>> {
        range.map(|at| counted(&lines[at].text)).collect()
    };
    let (ours, theirs) = (words(old.clone()), words(new.clone()));
    let alike = |i: usize, j: usize| {
        let share = shared(&ours[i], &theirs[j]);
        if share >= PICKED_MIN { share } else { 0.0 }
    };
    // best[i][j]: the most that the lines from i and from j on can have in common.
    let (rows, columns) = (ours.len(), theirs.len());
    let mut best = vec![vec![0.0_f64; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            best[i][j] = (best[i + 1][j + 1] + alike(i, j)).max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < rows && j < columns {
        let share = alike(i, j);
        if share > 0.0 && best[i][j] <= best[i + 1][j + 1] + share {
            pairs.push((old.start + i, new.start + j));
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

fn counted(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for word in text.get(..LINE_BYTES_MAX).unwrap_or(text).unicode_words() {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// The share of words that two lines have in common.
fn shared(ours: &HashMap<&str, usize>, theirs: &HashMap<&str, usize>) -> f64 {
    let all: usize = ours.values().sum::<usize>() + theirs.values().sum::<usize>();
    let common: usize =
        ours.iter().map(|(word, count)| (*count).min(theirs.get(word).copied().unwrap_or(0))).sum();
    if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
}

/// The words that differ; none where the lines have so little in common that all of it changed.
pub(super) fn difference(old: &str, new: &str) -> (Spans, Spans) {
    if old.len().max(new.len()) > LINE_BYTES_MAX {
        return Default::default();
    }
    let (a, b): (Vec<&str>, Vec<&str>) =
        (old.split_word_bounds().collect(), new.split_word_bounds().collect());
    let diff = TextDiff::from_slices(&a, &b);
    let (mut gone, mut come) = (Changed::over(&a), Changed::over(&b));
    let mut common = 0;
    for op in diff.ops() {
        let (tag, from, to) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            common += a[from].iter().map(|word| word.trim().len()).sum::<usize>();
        } else {
            gone.mark(from);
            come.mark(to);
        }
    }
    let letters = |words: &[&str]| words.iter().map(|word| word.trim().len()).sum::<usize>();
    if common == 0 || (common as f64) < ALIKE_MIN * letters(&a).max(letters(&b)) as f64 {
        return Default::default();
    }
    (gone.spans, come.spans)
}

/// The bytes of changed words, joined where nothing but space stands between them.
struct Changed<'w> {
    words: &'w [&'w str],
    starts: Vec<usize>,
    spans: Spans,
}

impl<'w> Changed<'w> {
    fn over(words: &'w [&'w str]) -> Self {
        let mut starts = vec![0];
        for word in words {
            starts.push(starts.last().copied().unwrap_or(0) + word.len());
        }
        Changed { words, starts, spans: Vec::new() }
    }

    fn mark(&mut self, words: Range<usize>) {
        if words.is_empty() {
            return;
        }
        let (from, until) = (self.starts[words.start], self.starts[words.end]);
        let last = self.spans.last_mut();
        if let Some(last) = last
            && let Ok(ends) = self.starts.binary_search(&last.1)
            && self.words[ends..words.start].iter().all(|word| word.trim().is_empty())
        {
            last.1 = until;
            return;
        }
        self.spans.push((from, until));
    }
}
