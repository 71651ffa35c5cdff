//! Numbers of things in words: `1 file`, `2 files`.

use std::fmt::Display;

/// So many of what `noun` names in the singular: `1 entry`, `3 entries`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let noun = plural(&count, noun);
    format!("{count} {noun}")
}

/// `noun`, which stands in the singular, as it is said of so many; for counts that are shown in another way.
pub fn plural<N: PartialEq + From<u8>>(count: &N, noun: &str) -> String {
    let regular = || format!("{noun}s");
    if *count == N::from(1) {
        return noun.to_owned();
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{noun}es")
        }
        _ => regular(),
    }
}
