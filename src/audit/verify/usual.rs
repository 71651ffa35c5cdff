//! What goes without saying: most entries say it, so that the server leaves it out and it is put back here.

use super::entry::names_a_chain;
use super::wire::{Malformed, TextArray};
use crate::chain::controls::CONTROLS;
use crate::chain::hash::PAYLOAD_ALG;

/// The type of a text, by PostgreSQL's number.
const TEXT: u32 = 25;

/// What the entries of one chain have in common.
#[derive(Debug, Clone)]
pub struct Usual {
    chain_id: String,
    /// Each category with the list of its controls, in the binary form that the server would send.
    lists: Vec<(&'static [u8], Vec<u8>)>,
}

impl Usual {
    /// What entries of the chain `chain_id` usually have.
    pub fn of(chain_id: &str) -> Self {
        let lists = CONTROLS.iter().map(|(category, controls)| (category.as_bytes(), array(controls)));
        Usual { chain_id: chain_id.to_owned(), lists: lists.collect() }
    }

    /// The chain's name; none where no chain can have it.
    pub fn chain_id(&self) -> Option<&str> {
        Some(&*self.chain_id).filter(|name| names_a_chain(name.as_bytes()))
    }

    /// The controls of a category, as a binary array.
    #[inline]
    pub(super) fn list(&self, category: Option<&[u8]>) -> Option<&[u8]> {
        let known = self.lists.iter().find(|(word, _)| Some(*word) == category);
        known.map(|(_, list)| list.as_slice())
    }

    /// What stands in columns that were left out, of an entry at `seq`; `stored` is what the server sent
    /// instead, where something there is otherwise.
    #[inline]
    pub(super) fn fill<'a>(
        &'a self,
        seq: Option<i64>,
        stored: Option<&'a [u8]>,
    ) -> Result<Filled<'a>, Malformed> {
        let Some(stored) = stored else {
            let (chain_id, payload_alg) = (self.chain_id.as_bytes(), PAYLOAD_ALG.as_bytes());
            return Ok(Filled {
                id: seq,
                chain_id: Some(chain_id),
                payload_alg: Some(payload_alg),
                has_list: true,
            });
        };
        let mut elements = TextArray::read(stored)?.elements();
        let mut next = || elements.next().ok_or(Malformed("too few columns that differ"))?;
        let id = next()?.map(|digits| str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()));
        let id = id.map(|id| id.ok_or(Malformed("an id that is no number"))).transpose()?;
        Ok(Filled { id, chain_id: next()?, payload_alg: next()?, has_list: next()? == Some(b"true") })
    }
}

/// The columns that are left out together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filled<'a> {
    pub id: Option<i64>,
    pub chain_id: Option<&'a [u8]>,
    pub payload_alg: Option<&'a [u8]>,
    /// Whether there are controls at all.
    pub has_list: bool,
}

/// A list of texts, as PostgreSQL sends it.
fn array(texts: &[&str]) -> Vec<u8> {
    let size = |of: usize| (of as u32).to_be_bytes();
    let head = [1_u32.to_be_bytes(), [0; 4], TEXT.to_be_bytes(), size(texts.len()), 1_u32.to_be_bytes()];
    let element = |text: &&str| [&size(text.len())[..], text.as_bytes()].concat();
    head.into_iter().flatten().chain(texts.iter().flat_map(element)).collect()
}
