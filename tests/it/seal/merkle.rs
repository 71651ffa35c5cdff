//! The tree against the definition of RFC 6962, published vectors, and proofs that are off by a little.

use super::{unpacked, vectors};
use attestor::audit::merkle::{
    Flaw, Range, Span, Subtree, consistency_path, consistent, hash_of_subtrees, included, inclusion_path,
};
use attestor::audit::note::{root_from_text, root_text};
use attestor::chain::hash::{Digest, leaf, node};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The definition, word for word: MTH(D[n]), n > 0.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [one] => *one,
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            node(&naive_root(&leaves[..half]), &naive_root(&leaves[half..]))
        }
    }
}

/// The definition, word for word: PATH(m, D[n]).
fn naive_inclusion(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, other) = if index < half {
        (naive_inclusion(index, left), right)
    } else {
        (naive_inclusion(index - half, right), left)
    };
    path.push(naive_root(other));
    path
}

/// The definition, word for word: SUBPROOF(m, D[n], b).
fn naive_consistency(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, other) = if old <= half {
        (naive_consistency(old, left, whole), right)
    } else {
        (naive_consistency(old - half, right, false), left)
    };
    path.push(naive_root(other));
    path
}

fn entries(count: usize) -> Vec<Digest> {
    (0..count).map(|i| Digest(Sha256::digest(i.to_be_bytes()).into())).collect()
}

fn range(begin: usize, entries: &[Digest]) -> Range {
    let mut range = Range::starting_at(begin as u64);
    entries.iter().for_each(|entry| range.push_entry(entry));
    range
}

/// The hash of a branch, from its whole subtrees.
fn hash_of(span: Span, leaves: &[Digest]) -> Digest {
    let whole = |s: Span| naive_root(&leaves[s.begin() as usize..s.end() as usize]);
    let subtrees: Vec<Digest> = span.subtrees().iter().map(|subtree| whole(subtree.span())).collect();
    hash_of_subtrees(&subtrees).unwrap()
}

#[test]
fn roots_of_the_specification_hold() {
    let digest =
        |hex: &str| Digest(std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()));
    let entries = [
        digest("96b7b26f2ee1e706a1cb35ab8141ffb0d4dc54fd53cd86268e29e740809484ed"),
        digest("d20131b151fb5d5bc1d6ba7d41244b56229758125e52296ccfce2b2011f1c842"),
    ];
    for (size, root) in [
        (1, "4agYmKRxcy9Qj2+JFNQFMcUSD7cBCeW/lbYX2nP7JgI="),
        (2, "fC0K8M0B44d2CUEY2v3tearph4NzuZ9jcxrlJFK9Uo4="),
    ] {
        assert_eq!(root_text(&range(0, &entries[..size]).root().unwrap()), root);
    }
    assert_eq!(range(0, &[]).root(), None, "the root of no leaves is nobody's");
    assert_eq!(range(1, &entries).root(), None, "nor is that of a part");
}

#[test]
fn every_small_tree_is_the_defined_one() {
    let entries = entries(70);
    let leaves: Vec<Digest> = entries.iter().map(leaf).collect();
    for size in 1..=leaves.len() {
        let root = naive_root(&leaves[..size]);
        assert_eq!(range(0, &entries[..size]).root(), Some(root), "size {size}");
        for index in 0..size {
            let path = inclusion_path(index as u64, size as u64).unwrap();
            let path: Vec<Digest> = path.iter().map(|span| hash_of(*span, &leaves)).collect();
            assert_eq!(path, naive_inclusion(index, &leaves[..size]), "{index} of {size}");
            assert_eq!(included(index as u64, size as u64, &leaves[index], &path, &root), Ok(()));
        }
        for old in 1..=size {
            let path = consistency_path(old as u64, size as u64).unwrap();
            let path: Vec<Digest> = path.iter().map(|span| hash_of(*span, &leaves)).collect();
            assert_eq!(path, naive_consistency(old, &leaves[..size], true), "{old} to {size}");
            let old_root = naive_root(&leaves[..old]);
            assert_eq!(consistent((old as u64, &old_root), (size as u64, &root), &path), Ok(()));
        }
    }
}

#[test]
fn leaves_that_come_together_make_the_same_tree() {
    let entries = entries(300);
    for begin in [0, 1, 2, 3, 7, 8, 16, 31, 32, 33, 63, 64, 100] {
        for first in [0, 1, 2, 15, 16, 17, 31, 32, 63, 64] {
            for second in [0, 1, 15, 16, 17, 33, 64, 127, 128, 129] {
                let (middle, end) = (begin + first, begin + first + second);
                let mut together = Range::starting_at(begin as u64);
                together.push_entries(&entries[begin..middle]);
                together.push_entries(&entries[middle..end]);
                assert_eq!(together, range(begin, &entries[begin..end]), "{begin}, {first} and {second}");
            }
        }
    }
}

#[test]
fn spans_and_ranges_know_their_ends() {
    assert_eq!(Span::new(3, 2), None);
    for (begin, end) in [(0, 0), (0, 5), (3, 3), (3, 4), (u64::MAX, u64::MAX)] {
        let span = Span::new(begin, end).unwrap();
        assert_eq!((span.begin(), span.end(), span.len()), (begin, end, end - begin));
        assert_eq!(span.is_empty(), begin == end, "{begin} to {end}");
    }
    let entries = entries(5);
    for (begin, end) in [(0, 0), (0, 5), (2, 2), (2, 5)] {
        let range = range(begin, &entries[begin..end]);
        assert_eq!((range.begin(), range.end()), (begin as u64, end as u64));
    }
}

#[test]
fn each_whole_subtree_is_told_once_it_is_complete() {
    let entries = entries(40);
    let leaves: Vec<Digest> = entries.iter().map(leaf).collect();
    for begin in 0..9_u64 {
        let mut range = Range::starting_at(begin);
        for end in begin + 1..=40 {
            let mut told = Vec::new();
            range.push_entry_telling(&entries[end as usize - 1], |subtree, hash| told.push((subtree, hash)));
            // Those that end here and begin where the range does or later, from the lowest up.
            let whole = (1..6).map(|level| Subtree { level, index: (end >> level).wrapping_sub(1) });
            let whole = whole.filter(|s| end % (1 << s.level) == 0 && s.span().begin() >= begin);
            let hashed = whole.map(|subtree| (subtree, hash_of(subtree.span(), &leaves)));
            assert_eq!(told, hashed.collect::<Vec<_>>(), "{begin} to {end}");
        }
        assert_eq!(range, self::range(begin as usize, &entries[begin as usize..]));
    }
}

#[test]
fn what_is_not_in_the_tree_has_no_path() {
    for (index, size) in [(0, 0), (1, 1), (5, 5), (u64::MAX, u64::MAX)] {
        assert_eq!(inclusion_path(index, size), Err(Flaw::Index), "{index} of {size}");
    }
    for (old, new) in [(0, 0), (0, 5), (6, 5)] {
        assert_eq!(consistency_path(old, new), Err(Flaw::Size), "{old} to {new}");
    }
    assert_eq!(inclusion_path(u64::MAX - 1, u64::MAX).unwrap().len(), 63);
}

/// Proofs for `at` (an index, or an old size) in another tree size, shifted, shortened and lengthened.
fn near(at: u64, size: u64) -> Vec<(u64, u64)> {
    [
        (at.wrapping_sub(1), size),
        (at + 1, size),
        (at, size - 1),
        (at, size + 1),
        (at ^ 2, size),
        (at, size * 2),
    ]
    .into_iter()
    .filter(|(near_at, near_size)| (*near_at, *near_size) != (at, size))
    .collect()
}

proptest! {
    #[test]
    fn ranges_join_to_the_same_tree(size in 1_usize..300, cuts in prop::collection::vec(0.0..1.0_f64, 0..6)) {
        let entries = entries(size);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| (cut * size as f64) as usize).collect();
        cuts.push(size);
        cuts.sort_unstable();
        let (mut joined, mut from) = (Range::starting_at(0), 0);
        for cut in cuts {
            prop_assert!(joined.join(&range(from, &entries[from..cut])));
            from = cut;
        }
        prop_assert_eq!(&joined, &range(0, &entries));
        let again = Range::of_subtrees(0, size as u64, joined.subtrees().to_vec());
        prop_assert_eq!(again.as_ref(), Some(&joined), "a range is known by its subtrees");
        let more = [joined.subtrees(), joined.subtrees()].concat();
        prop_assert!(Range::of_subtrees(0, size as u64, more).is_none());
        prop_assert!(!joined.clone().join(&range(size + 1, &entries[..1])), "a gap is refused");
    }

    #[test]
    fn an_inclusion_proof_holds_for_its_place_alone(size in 2_usize..200, at in 0.0..1.0_f64, bit in 0_usize..256) {
        let leaves: Vec<Digest> = entries(size).iter().map(leaf).collect();
        let index = (at * size as f64) as usize;
        let (path, root) = (naive_inclusion(index, &leaves), naive_root(&leaves));
        let (index, size, own) = (index as u64, size as u64, &leaves[index]);
        prop_assert_eq!(included(index, size, own, &path, &root), Ok(()));
        for (index, size) in near(index, size) {
            // Another size may have the same shape on this path; the root, which is signed with its
            // size, is then another one. Of one size, no other index holds.
            if size == leaves.len() as u64 {
                prop_assert!(included(index, size, own, &path, &root).is_err(), "{} of {}", index, size);
            }
        }
        for flipped in 0..path.len() {
            let mut path = path.clone();
            path[flipped].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(included(index, size, own, &path, &root), Err(Flaw::Root));
        }
        prop_assert_eq!(included(index, size, own, &path[1..], &root).is_err(), true);
        prop_assert_eq!(included(index, size, own, &path[..path.len() - 1], &root), Err(Flaw::Length));
        let longer = [&path[..], &[root]].concat();
        prop_assert_eq!(included(index, size, own, &longer, &root), Err(Flaw::Length));
        prop_assert!(included(index, size, &root, &path, &root).is_err(), "another leaf");
    }

    #[test]
    fn a_consistency_proof_holds_for_its_sizes_alone(size in 2_usize..200, at in 0.0..1.0_f64, bit in 0_usize..256) {
        let leaves: Vec<Digest> = entries(size).iter().map(leaf).collect();
        let old = 1 + (at * (size - 1) as f64) as usize;
        let path = naive_consistency(old, &leaves, true);
        let (old_root, new_root) = (naive_root(&leaves[..old]), naive_root(&leaves));
        let (old, new) = (old as u64, size as u64);
        prop_assert_eq!(consistent((old, &old_root), (new, &new_root), &path), Ok(()));
        prop_assert!(consistent((old, &new_root), (new, &old_root), &path).is_err(), "swapped");
        prop_assert_eq!(consistent((0, &old_root), (new, &new_root), &path), Err(Flaw::Size));
        prop_assert_eq!(consistent((new + 1, &old_root), (new, &new_root), &path), Err(Flaw::Size));
        prop_assert_eq!(consistent((old, &old_root), (new, &new_root), &[]), Err(Flaw::Length));
        for flipped in 0..path.len() {
            let mut path = path.clone();
            path[flipped].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(consistent((old, &old_root), (new, &new_root), &path), Err(Flaw::Root));
        }
        let mut other = old_root;
        other.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(consistent((old, &other), (new, &new_root), &path), Err(Flaw::Root));
        prop_assert!(consistent((old, &old_root), (new, &new_root), &path[..path.len() - 1]).is_err());
        let longer = [&path[..], &[new_root]].concat();
        prop_assert_eq!(consistent((old, &old_root), (new, &new_root), &longer), Err(Flaw::Length));
        prop_assert_eq!(consistent((new, &new_root), (new, &new_root), &[]), Ok(()));
        prop_assert_eq!(consistent((new, &old_root), (new, &new_root), &[]), Err(Flaw::Root));
        prop_assert_eq!(consistent((new, &new_root), (new, &new_root), &path), Err(Flaw::Length));
    }
}

/// Whether a published vector holds; one whose hashes are no hashes does not.
fn holds(vector: &Value) -> bool {
    let digest = |value: &Value| root_from_text(value.as_str().unwrap());
    let number = |name: &str| vector[name].as_u64().unwrap();
    let path = vector["proof"].as_array().map_or(Some(Vec::new()), |p| p.iter().map(digest).collect());
    let Some(path) = path else { return false };
    if vector.get("leafIdx").is_some() {
        let (Some(leaf), Some(root)) = (digest(&vector["leafHash"]), digest(&vector["root"])) else {
            return false;
        };
        return included(number("leafIdx"), number("treeSize"), &leaf, &path, &root).is_ok();
    }
    let (Some(old), Some(new)) = (digest(&vector["root1"]), digest(&vector["root2"])) else { return false };
    consistent((number("size1"), &old), (number("size2"), &new), &path).is_ok()
}

#[test]
fn published_vectors_hold() {
    let Some(folder) = vectors() else { return };
    let mut files = unpacked(&folder.join("merkle_probes.tar.gz"));
    for entry in std::fs::read_dir(folder.join("merkle")).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read(path).unwrap()));
    }
    assert!(files.len() > 90, "{} vectors", files.len());
    for (name, bytes) in files {
        let vector: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(holds(&vector), !vector["wantErr"].as_bool().unwrap(), "{name}");
    }
}
