//! The words that a template leaves open, written `«word»`.

use super::rng::Rng;
use std::collections::BTreeMap;

const HEX: &[u8] = b"0123456789abcdef";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const KEY_ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Words for one finding. A word that is made up is made up once, so that code, message and reasoning
/// speak of the same thing.
#[derive(Debug, Clone)]
pub struct Slots {
    words: BTreeMap<String, String>,
    rng: Rng,
}

impl Slots {
    /// No words yet; those to be made up come from `rng`.
    pub fn new(rng: Rng) -> Self {
        Slots { words: BTreeMap::new(), rng }
    }

    /// Sets one word.
    pub fn set(&mut self, name: &str, word: &str) {
        self.words.insert(name.to_owned(), word.to_owned());
    }

    /// Sets a word in all its forms: `noun`, `nouns`, `Noun`, `Nouns`, `NOUN`.
    pub fn set_forms(&mut self, name: &str, word: &str) {
        let (plural_name, plural) = (format!("{name}s"), plural(word));
        self.set(name, word);
        self.set(&capital(name), &capital(word));
        self.set(&name.to_uppercase(), &word.to_uppercase());
        self.set(&plural_name, &plural);
        self.set(&capital(&plural_name), &capital(&plural));
    }

    /// `template` with its words filled in; a word that nobody knows is told.
    pub fn fill(&mut self, template: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('«') {
            filled.push_str(before);
            let (name, after) =
                after.split_once('»').ok_or_else(|| format!("« without » in {template:?}"))?;
            filled.push_str(&self.word(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn word(&mut self, name: &str) -> Result<String, String> {
        if let Some(word) = self.words.get(name) {
            return Ok(word.clone());
        }
        let rng = &mut self.rng;
        let word = match name {
            // Never the same twice.
            "b64line" => return Ok(rng.text(BASE64, 64)),
            "n" => rng.between(2, 9).to_string(),
            "port" => rng.between(3_000, 9_990).to_string(),
            "hex12" => rng.text(HEX, 12),
            "hex64" => rng.text(HEX, 64),
            "token32" => rng.text(LETTERS, 32),
            "token40" => rng.text(BASE64, 40),
            "akid" => format!("AKIA{}", rng.text(KEY_ID, 16)),
            "pw" => rng.text(LETTERS, 14),
            "kind" => rng.pick(&["RSA", "EC"]).copied().unwrap_or_default().to_owned(),
            "env" => {
                rng.pick(&["staging", "prod", "preview", "eu-prod"]).copied().unwrap_or_default().to_owned()
            }
            "region" => {
                rng.pick(&["eu-west-1", "eu-central-1", "us-east-1"]).copied().unwrap_or_default().to_owned()
            }
            _ => return Err(format!("no word is known for «{name}»")),
        };
        self.set(name, &word);
        Ok(word)
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn plural(word: &str) -> String {
    match word {
        // These are plural or cannot be counted.
        _ if word.ends_with("ics")
            || word == "media"
            || word == "search"
            || word == "mail"
            || word == "billing" =>
        {
            word.to_owned()
        }
        _ if word.ends_with("ss") || word.ends_with("ch") || word.ends_with("sh") || word.ends_with('x') => {
            format!("{word}es")
        }
        _ if word.ends_with('s') => word.to_owned(),
        _ if word.ends_with('y') && !word.ends_with("ay") && !word.ends_with("ey") => {
            format!("{}ies", &word[..word.len() - 1])
        }
        _ => format!("{word}s"),
    }
}
