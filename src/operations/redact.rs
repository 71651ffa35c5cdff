//! What must never be kept in a run: dropped or masked before anything is written.
//!
//! Keys that name a secret are dropped with all that stands below them. In texts, what looks like a
//! secret is masked: the password of an address, `password=…`, a bearer's token, keys of known make.

use serde_json::{Map, Value};

/// Words that no kept key may contain, whatever the letter case.
const SENSITIVE: [&str; 7] = ["token", "secret", "password", "authorization", "cookie", "header", "payload"];

/// Of these, the words that a secret follows in a text: a header or a payload may be spoken of.
const FOLLOWED: [&str; 5] = ["token", "secret", "password", "authorization", "cookie"];

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// How tokens of known makers begin.
const MAKES: [&str; 14] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "AKIA",
    "ASIA",
    "npm_",
    "eyJ",
];
/// How long such a token is at least, in bytes.
const MADE_BYTES_MIN: usize = 16;
/// How deep a value may be; what is deeper is dropped.
const NESTING_MAX: usize = 32;

/// Whether a key names what must not be kept. Letters decide alone: `pass_word` and `PassWord` are one.
pub fn is_sensitive(key: &str) -> bool {
    names_one_of(key, &SENSITIVE)
}

fn names_one_of(key: &str, words: &[&str]) -> bool {
    let letters: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    words.iter().any(|word| letters.contains(word))
}

/// `value` without what must not be kept, however deep it stands.
pub fn value(value: Value) -> Value {
    at_depth(value, 0)
}

/// The fields of an object without what must not be kept.
pub fn object(fields: Map<String, Value>) -> Map<String, Value> {
    fields_at_depth(fields, 0)
}

fn at_depth(value: Value, depth: usize) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) if depth >= NESTING_MAX => Value::Null,
        Value::Object(fields) => Value::Object(fields_at_depth(fields, depth)),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| at_depth(item, depth + 1)).collect())
        }
        Value::String(raw) => Value::String(text(&raw)),
        plain => plain,
    }
}

fn fields_at_depth(fields: Map<String, Value>, depth: usize) -> Map<String, Value> {
    let kept = fields.into_iter().filter(|(key, _)| !is_sensitive(key));
    kept.map(|(key, value)| (key, at_depth(value, depth + 1))).collect()
}

/// `raw` with what looks like a secret masked.
pub fn text(raw: &str) -> String {
    let mut masked = String::with_capacity(raw.len());
    let mut secret_follows = Follows::Nothing;
    for piece in raw.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '?')) {
        let word = piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '?'));
        let rest = &piece[word.len()..];
        if word.is_empty() {
            masked.push_str(rest);
            continue;
        }
        let (shown, follows) = word_masked(word, secret_follows);
        masked.push_str(&shown);
        masked.push_str(rest);
        secret_follows = follows;
    }
    masked
}

/// What the next word is.
#[derive(Clone, Copy, PartialEq)]
enum Follows {
    /// A word like any other.
    Nothing,
    /// A secret, or the word that says of which sort it is.
    Secret,
    /// More of a secret, up to the word that ends with this quotation mark.
    Until(char),
}

fn word_masked(word: &str, before: Follows) -> (String, Follows) {
    let is_scheme = ["bearer", "basic", "token", "digest"].iter().any(|s| word.eq_ignore_ascii_case(s));
    match before {
        Follows::Secret if !is_scheme => return (MASK.to_owned(), open_quote(word)),
        Follows::Until(quote) if word.contains(quote) => return (MASK.to_owned(), Follows::Nothing),
        Follows::Until(_) => return (MASK.to_owned(), before),
        Follows::Secret | Follows::Nothing => {}
    }
    if ["bearer", "basic"].iter().any(|s| word.eq_ignore_ascii_case(s)) {
        return (word.to_owned(), Follows::Secret);
    }
    // name=value, name: value, "name":"value"
    if let Some(at) = word.find(['=', ':']).filter(|at| names_one_of(&word[..*at], &FOLLOWED)) {
        return match &word[at + 1..] {
            "" => (word.to_owned(), Follows::Secret),
            value => (format!("{}{MASK}", &word[..=at]), open_quote(value)),
        };
    }
    if let Some(masked) = without_userinfo(word) {
        return (masked, Follows::Nothing);
    }
    (without_made(word), Follows::Nothing)
}

/// Whether `value` begins with a quotation mark that does not close in it.
fn open_quote(value: &str) -> Follows {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.filter(|quote| !value[1..].contains(*quote)).map_or(Follows::Nothing, Follows::Until)
}

/// `scheme://user:password@host` without the password.
fn without_userinfo(word: &str) -> Option<String> {
    let begin = word.find("://")? + 3;
    let authority = word[begin..].find(['/', '#']).map_or(word.len(), |end| begin + end);
    let at = word[begin..authority].rfind('@')? + begin;
    let colon = word[begin..at].find(':')? + begin;
    Some(format!("{}{MASK}{}", &word[..=colon], &word[at..]))
}

/// The word without a token of a known make.
fn without_made(word: &str) -> String {
    for make in MAKES {
        if let Some(begin) = word.find(make) {
            let end = word[begin..]
                .find(|c: char| {
                    !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '='))
                })
                .map_or(word.len(), |end| begin + end);
            if end - begin >= MADE_BYTES_MIN {
                return format!("{}{make}{MASK}{}", &word[..begin], &word[end..]);
            }
        }
    }
    word.to_owned()
}
