//! Which leaves a hash is over: runs of leaves, and the whole subtrees that they are made of.

/// A run of leaves that is one branch of some tree, and so has one hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    begin: u64,
    end: u64,
}

/// A whole subtree: the leaves from `index * 2^level`, `2^level` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subtree {
    /// How many levels it stands above the leaves.
    pub level: u32,
    /// How many subtrees of its level stand to its left.
    pub index: u64,
}

impl Span {
    /// The leaves from `begin` to before `end`; none where that is backwards.
    pub fn new(begin: u64, end: u64) -> Option<Self> {
        (begin <= end).then_some(Span { begin, end })
    }

    /// The index of the first leaf.
    pub fn begin(self) -> u64 {
        self.begin
    }

    /// The index behind the last leaf.
    pub fn end(self) -> u64 {
        self.end
    }

    /// How many leaves it has.
    pub fn len(self) -> u64 {
        self.end - self.begin
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.begin == self.end
    }

    /// The fewest whole subtrees that cover it, from left to right: at most 126.
    pub fn subtrees(self) -> Vec<Subtree> {
        let mut at = self.begin;
        let mut subtrees = Vec::new();
        while at < self.end {
            let level = level_of(at, self.end);
            subtrees.push(Subtree { level, index: at >> level });
            at += 1 << level;
        }
        subtrees
    }

    /// Both parts below the root of this branch: the left one is the largest whole subtree that is
    /// shorter than the branch.
    pub(super) fn halves(self) -> (Span, Span) {
        let middle = self.begin + (1 << (63 - (self.len() - 1).leading_zeros()));
        (Span { begin: self.begin, end: middle }, Span { begin: middle, end: self.end })
    }
}

impl Subtree {
    /// Its leaves.
    pub fn span(self) -> Span {
        Span { begin: self.index << self.level, end: (self.index + 1) << self.level }
    }
}

/// The level of the largest whole subtree that begins at leaf `at` and ends at or before `end`.
pub(super) fn level_of(at: u64, end: u64) -> u32 {
    (63 - (end - at).leading_zeros()).min(at.trailing_zeros())
}
