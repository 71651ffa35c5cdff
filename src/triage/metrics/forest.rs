//! An isolation forest (Liu, Ting and Zhou, 2008): what random cuts isolate quickly is unusual.
//!
//! Written here, since an answer that differs from one look to the next is no evidence: the crates for
//! it draw their cuts from the operating system's randomness and take no seed. The generator starts
//! from a constant, so the same rows in the same order always score the same.
//!
//! Deliberately absent: cuts that lean (the extended forest), growing trees for later rows, more or
//! fewer than three metrics.

/// How many trees there are, as in the paper.
const TREES: usize = 100;

/// How many rows a tree is grown from, at most, as in the paper.
const SAMPLE_MAX: usize = 256;

const SEED: u64 = 0x0061_7474_6573_746f;

/// The anomaly score of each row, 0 to 1: near 1 is isolated at once, about 0.5 is ordinary. Rows that
/// are all the same score the same.
pub fn scores(rows: &[[f64; 3]]) -> Vec<f64> {
    let sample = rows.len().min(SAMPLE_MAX);
    if sample < 2 {
        return vec![0.5; rows.len()];
    }
    let depth_max = sample.next_power_of_two().trailing_zeros();
    let mut random = SplitMix(SEED);
    let mut places: Vec<usize> = (0..rows.len()).collect();
    let mut depths = vec![0.0; rows.len()];
    for _ in 0..TREES {
        // The first places of a shuffle: a sample without repetition.
        for at in 0..sample {
            let other = at + random.below(rows.len() - at);
            places.swap(at, other);
        }
        let mut sampled: Vec<[f64; 3]> = places[..sample].iter().map(|place| rows[*place]).collect();
        let tree = grow(&mut sampled, depth_max, &mut random);
        for (depth, row) in depths.iter_mut().zip(rows) {
            *depth += tree.depth(row);
        }
    }
    let ordinary = expected_depth(sample);
    depths.into_iter().map(|depth| (-depth / TREES as f64 / ordinary).exp2()).collect()
}

enum Tree {
    Cut {
        feature: usize,
        at: f64,
        below: Box<Tree>,
        rest: Box<Tree>,
    },
    /// What further cuts through the rows that are left would add.
    Leaf(f64),
}

fn grow(rows: &mut [[f64; 3]], depth_left: u32, random: &mut SplitMix) -> Tree {
    let mut ranges = [(0, 0.0, 0.0); 3];
    let mut open = 0;
    for feature in 0..3 {
        let low = rows.iter().map(|row| row[feature]).fold(f64::INFINITY, f64::min);
        let high = rows.iter().map(|row| row[feature]).fold(f64::NEG_INFINITY, f64::max);
        // A metric that is the same everywhere cannot tell rows apart.
        if low < high {
            ranges[open] = (feature, low, high);
            open += 1;
        }
    }
    if depth_left == 0 || open == 0 {
        return Tree::Leaf(expected_depth(rows.len()));
    }
    let (feature, low, high) = ranges[random.below(open)];
    // Weighted: the difference of two huge numbers may be infinite.
    let share = random.share();
    let at = (low * (1.0 - share) + high * share).clamp(low.next_up(), high);
    let mut middle = 0;
    for place in 0..rows.len() {
        if rows[place][feature] < at {
            rows.swap(place, middle);
            middle += 1;
        }
    }
    let (below, rest) = rows.split_at_mut(middle);
    let below = Box::new(grow(below, depth_left - 1, random));
    let rest = Box::new(grow(rest, depth_left - 1, random));
    Tree::Cut { feature, at, below, rest }
}

impl Tree {
    fn depth(&self, row: &[f64; 3]) -> f64 {
        let (mut tree, mut cuts) = (self, 0.0);
        loop {
            match tree {
                Tree::Leaf(more) => return cuts + more,
                Tree::Cut { feature, at, below, rest } => {
                    tree = if row[*feature] < *at { below } else { rest };
                    cuts += 1.0;
                }
            }
        }
    }
}

/// The mean depth at which an unsuccessful search in a binary tree of `n` rows ends.
fn expected_depth(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => {
            let before = (n - 1) as f64;
            2.0 * (before.ln() + 0.577_215_664_901_532_9) - 2.0 * before / n as f64
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; what a division leaves uneven is beyond notice for such bounds.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A number from 0 up to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
