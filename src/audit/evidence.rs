//! What checkpoints from anywhere come to, by the keys that are trusted: which count, and what is wrong.

use super::place::Published;
use super::sshsig;
use super::trust::{Disbelief, Signed, Trust};
use super::verify::verdict::{Break, Kind, Trusted};
use crate::text::visible;
use std::collections::BTreeMap;

/// The checkpoints of one chain that count, and what is wrong with others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Checkpoints that a trusted key signed, one a size, the smallest first.
    pub believed: Vec<Believed>,
    /// Forks and bad signatures.
    pub breaks: Vec<Break>,
    /// The checkpoints of one size that have different roots.
    pub forks: Vec<Signed>,
    /// How many are signed by nobody who is trusted.
    pub strangers: usize,
}

/// A checkpoint that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    /// What is signed.
    pub signed: Signed,
    /// The SSH signature of the same text, by a trusted key, where there is one.
    pub ssh: Option<String>,
}

/// Weighs what was found, and what is pinned, by the keys that are trusted.
///
/// A checkpoint that claims a trusted key and is not its is told as a break: somebody made it. One that
/// only strangers signed is passed over, as one of another chain is.
pub fn weigh(trust: &Trust, found: &[Published]) -> Evidence {
    let mut evidence = Evidence::default();
    let mut by_size: BTreeMap<u64, Vec<Believed>> = BTreeMap::new();
    // What is pinned was found right before: it counts whatever became of its key.
    let pinned = trust.pinned.iter().map(|signed| Believed { signed: signed.clone(), ssh: None });
    for believed in pinned {
        by_size.entry(believed.signed.size).or_default().push(believed);
    }
    for published in found {
        match judge(trust, published) {
            Ok(believed) => {
                let of_size = by_size.entry(believed.signed.size).or_default();
                match of_size.iter_mut().find(|known| known.signed.root == believed.signed.root) {
                    Some(known) if known.ssh.is_none() && believed.ssh.is_some() => *known = believed,
                    Some(_) => {}
                    None => of_size.push(believed),
                }
            }
            Err(Disbelief::OtherOrigin(_)) => {}
            Err(Disbelief::UnknownKey) => evidence.strangers += 1,
            Err(why) => {
                let why = format!("{}: {why}", visible(&published.place));
                evidence.breaks.push(Break::nowhere(Kind::BadSignature, why));
            }
        }
    }
    for (size, mut of_size) in by_size {
        if of_size.len() > 1 {
            let why = "two signed checkpoints of this size have different roots";
            evidence.breaks.push(Break::within((size, size), Kind::Fork, why));
            evidence.forks.extend(of_size.iter().map(|believed| believed.signed.clone()));
        }
        evidence.believed.push(of_size.swap_remove(0));
    }
    evidence
}

impl Evidence {
    /// What the verifier holds the chain against.
    pub fn trusted(&self) -> Vec<Trusted> {
        let trusted = |believed: &Believed| {
            let Signed { size, root, ref key, time, .. } = believed.signed;
            Trusted { size, root, key: key.to_string(), time }
        };
        self.believed.iter().map(trusted).collect()
    }

    /// The largest checkpoint that counts.
    pub fn newest(&self) -> Option<&Believed> {
        self.believed.last()
    }
}

/// Judges one: its note, and the SSH signature beside it where there is one.
pub fn judge(trust: &Trust, published: &Published) -> Result<Believed, Disbelief> {
    let signed = trust.judge(&published.note)?;
    if let Some(ssh) = &published.ssh {
        let key = sshsig::signer(ssh, sshsig::CHECKPOINT, signed.note.text().as_bytes())
            .map_err(|e| Disbelief::Malformed(e.0))?;
        if !trust.keys.iter().any(|trusted| *trusted.public() == key) {
            return Err(Disbelief::Malformed("the SSH signature is of a key that is not trusted"));
        }
    }
    Ok(Believed { signed, ssh: published.ssh.clone() })
}
