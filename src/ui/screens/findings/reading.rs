//! The code and the patch of a detail as they were read: once, not for every frame.

use super::state::Findings;
use super::wish::Wish;
use crate::ids::FindingId;
use crate::text::SafeText;
use crate::triage::detail::FindingDetail;
use crate::ui::screen::Ask;
use crate::ui::widgets::diff::{self, Patch};
use crate::ui::widgets::syntax::{self, Tokens};
use std::cell::OnceCell;

/// Bytes of code and of a patch that get colours.
const BYTES_MAX: usize = 128 << 10;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    patch: OnceCell<Patch>,
    /// The tokens, once they are here.
    pub colours: Option<Box<Colours>>,
}

/// Code that wants colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The finding that it belongs to.
    pub finding: FindingId,
    file: SafeText,
    snippet: Option<SafeText>,
    patch: Option<SafeText>,
}

/// The tokens of code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Colours {
    /// Of each line of the snippet.
    pub snippet: Vec<Tokens>,
    /// Of each line of the patch.
    pub patch: Vec<Tokens>,
}

impl Reading {
    /// The patch, read.
    pub fn patch(&self, text: &str) -> &Patch {
        self.patch.get_or_init(|| diff::read(text))
    }
}

/// Finds the tokens. It may take a while, the first time most of all.
pub fn colour(code: &Code) -> Colours {
    let file = code.file.as_str();
    let snippet = code.snippet.as_ref().map(|text| syntax::of_code(file, &text.lines().collect::<Vec<_>>()));
    let patch = code.patch.as_ref().map(|text| match diff::read(text) {
        Patch::Diff(lines) => syntax::of_patch(file, &lines),
        Patch::Broken { .. } => Vec::new(),
    });
    Colours { snippet: snippet.unwrap_or_default(), patch: patch.unwrap_or_default() }
}

impl Findings {
    /// After a detail came: what was read of the same texts stays; for others colours are asked.
    pub(super) fn read_anew(&mut self, before: Option<Box<FindingDetail>>) -> Vec<Ask<Wish>> {
        let Some(detail) = &self.shown.detail else { return Vec::new() };
        let texts = |detail: &FindingDetail| {
            let snippet = detail.snippet.as_ref().map(|snippet| snippet.text.clone());
            (detail.finding.id, detail.finding.file.clone(), snippet, detail.remediation_patch.clone())
        };
        if before.as_deref().map(texts) == Some(texts(detail)) {
            return Vec::new();
        }
        self.shown.reading = Reading::default();
        let fits = |text: &SafeText| !text.trim().is_empty() && text.len() <= BYTES_MAX;
        let (finding, file, snippet, patch) = texts(detail);
        let (snippet, patch) = (snippet.filter(fits), patch.filter(fits));
        if snippet.is_none() && patch.is_none() {
            return Vec::new();
        }
        vec![Ask::Do(Wish::Colour(Box::new(Code { finding, file, snippet, patch })))]
    }

    /// Takes tokens; those of another finding came too late.
    pub(super) fn coloured(&mut self, finding: FindingId, colours: Box<Colours>) {
        if self.shown.id() == Some(finding) {
            self.shown.reading.colours = Some(colours);
        }
    }
}
