//! CVE ids, wherever a scanner puts them.

/// How many ids of one finding are kept.
pub const IDS_MAX: usize = 50;

/// Adds the CVE ids in `text` to `ids`: upper-case, each once.
pub fn collect(text: &str, ids: &mut Vec<String>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = find(&bytes[at..]) {
        let start = at + found;
        at = start + 4;
        let follows_word = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        let year = digits(&bytes[at..]);
        let number_at = at + year + 1;
        if follows_word || year != 4 || !bytes.get(at + year).is_some_and(|b| is_separator(*b)) {
            continue;
        }
        let number = digits(&bytes[number_at..]);
        if !(4..=19).contains(&number) {
            continue;
        }
        let id = format!("CVE-{}-{}", &text[at..at + 4], &text[number_at..number_at + number]);
        if ids.len() < IDS_MAX && !ids.contains(&id) {
            ids.push(id);
        }
        at = number_at + number;
    }
}

fn find(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w[..3].eq_ignore_ascii_case(b"cve") && is_separator(w[3]))
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_')
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}
