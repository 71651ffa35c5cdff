//! Who the findings of the demo are: as the intake would say of a file whose scanner gives no fingerprint.

use super::draft::Draft;
use crate::triage::identity::Marks;
use std::collections::BTreeMap;

/// The fingerprint and the occurrence of each draft. Those of one fingerprint are counted by their lines.
pub fn all(drafts: &[Draft]) -> Vec<(String, usize)> {
    let fingerprints: Vec<String> = drafts.iter().map(fingerprint).collect();
    let mut groups: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (i, draft) in drafts.iter().enumerate() {
        groups.entry((draft.repo, &fingerprints[i])).or_default().push(i);
    }
    let mut occurrences = vec![1; drafts.len()];
    for mut group in groups.into_values() {
        group.sort_by_key(|&i| drafts[i].start);
        for (earlier, i) in group.into_iter().enumerate() {
            occurrences[i] = earlier + 1;
        }
    }
    fingerprints.into_iter().zip(occurrences).collect()
}

fn fingerprint(draft: &Draft) -> String {
    let code = draft.code.pointed_lines();
    let marks = Marks {
        tool: &draft.tool,
        rule: &draft.rule,
        file: &draft.file,
        code: Some(&code),
        message: &draft.message,
    };
    marks.fingerprint(&[], None).0
}
