//! Turns texts and globs into the patterns of `ilike`.

use super::value::Text;

/// The patterns of `ilike` that find `text`.
pub(super) fn patterns(text: &Text, is_searched: bool) -> Vec<String> {
    let plain = match text {
        Text::Literal(text) if is_searched => vec![format!("%{}%", escaped(text))],
        Text::Literal(text) => vec![escaped(text)],
        Text::Glob(pattern) => without_folders(pattern).iter().map(|pattern| like(pattern)).collect(),
    };
    plain.into_iter().flat_map(in_other_cases).collect()
}

/// `pattern`, and as many others as it takes for each `**/` to stand for no folder too.
fn without_folders(pattern: &str) -> Vec<String> {
    let mut parts = pattern.split("**/");
    let mut all = vec![parts.next().unwrap_or_default().to_owned()];
    for part in parts {
        all = all
            .iter()
            .flat_map(|start| {
                // Inside a name, as in `a**/b`, it is no folder of its own.
                let may_vanish = start.is_empty() || start.ends_with('/');
                let kept = format!("{start}*/{part}");
                if may_vanish { vec![kept, format!("{start}{part}")] } else { vec![kept] }
            })
            .collect();
    }
    all
}

/// A glob as a pattern of `ilike`. Stars in a row are one.
pub(super) fn like(glob: &str) -> String {
    let mut pattern = String::with_capacity(glob.len() + 8);
    let mut last = ' ';
    for c in glob.chars() {
        match c {
            '*' if last == '*' => {}
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            _ => push_escaped(&mut pattern, c),
        }
        last = c;
    }
    pattern
}

fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_escaped(&mut pattern, c));
    pattern
}

fn push_escaped(pattern: &mut String, c: char) {
    if matches!(c, '%' | '_' | '\\') {
        pattern.push('\\');
    }
    pattern.push(c);
}

/// `pattern`, and its usual spellings in other letter cases where the server may not know them: a
/// database with the locale C folds the letters of ASCII alone.
pub(super) fn in_other_cases(pattern: String) -> Vec<String> {
    if pattern.is_ascii() {
        return vec![pattern];
    }
    let lower = pattern.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.find(|c| c.is_alphabetic());
    let capitalised = first.map(|first| lower.replacen(first, &first.to_uppercase().to_string(), 1));
    let mut all = vec![pattern.to_uppercase(), lower, pattern];
    all.extend(capitalised);
    all.sort();
    all.dedup();
    all
}
