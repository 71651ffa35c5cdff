//! The fingerprint of a finding of the demo.

use super::draft::Draft;
use sha2::{Digest, Sha256};

/// Tool, rule, path and the code without white space.
pub fn fingerprint(draft: &Draft, snippet: &str) -> String {
    let bare: String = snippet.chars().filter(|c| !c.is_whitespace()).collect();
    let text = [&*draft.tool, &*draft.rule, &*draft.file, &*bare].join("\0");
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}
