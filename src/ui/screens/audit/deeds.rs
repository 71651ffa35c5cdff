//! What leaves the screen as a file, and the seal: each asked for, then done in the background.

use super::state::{Audit, Layer};
use super::wish::Wish;
use crate::ids::DeedKey;
use crate::ui::app::JobDeed;
use crate::ui::screen::{Ask, Question, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use std::path::PathBuf;

/// Characters of a file's name that can be written.
const PATH_CHARS_MAX: usize = 1_000;

type Asks = Vec<Ask<Wish>>;

impl Audit {
    /// Opens the line for the file of a proof.
    pub(super) fn open_prove(&mut self) -> Asks {
        let Some(seq) = self.subject().map(|row| row.seq) else { return Vec::new() };
        self.layer = Layer::Prove(seq, Prompt::new(&format!("proof-{seq}.json"), Vec::new(), PATH_CHARS_MAX));
        Vec::new()
    }

    /// Opens the line for the folder of an export: of the day of the entry under the cursor.
    pub(super) fn open_export(&mut self) -> Asks {
        let Some(row) = self.subject() else { return Vec::new() };
        let Some(day) = row.occurred_at.map(|at| at.date_naive()) else {
            return vec![toast(Tone::Plain, "this entry has no time, and so no day that could be exported")];
        };
        self.layer = Layer::Export(day, Prompt::new(".", Vec::new(), PATH_CHARS_MAX));
        Vec::new()
    }

    /// Writes what was asked for to this path, in the background.
    pub(super) fn write_file(&mut self, path: &str) -> Asks {
        let path = path.trim();
        if path.is_empty() {
            if let Layer::Prove(_, prompt) | Layer::Export(_, prompt) = &mut self.layer {
                prompt.complain("a name is wanted".to_owned());
            }
            return Vec::new();
        }
        let path = PathBuf::from(path);
        let deed = match std::mem::replace(&mut self.layer, Layer::None) {
            Layer::Prove(seq, _) => JobDeed::Prove(seq, path),
            Layer::Export(day, _) => JobDeed::Export(day, path),
            other => {
                self.layer = other;
                return Vec::new();
            }
        };
        vec![Ask::Start(deed)]
    }

    /// Asks whether the chain is to be sealed.
    pub(super) fn seal(&mut self) -> Asks {
        let what = "Seal the chain as it stands, with your key? An entry says so in the chain, and the \
                    checkpoint is published where [audit] names places.";
        let question = Question { what: what.to_owned(), yes: "seal".to_owned(), typed_count: None };
        vec![Ask::Confirm(question, Wish::Agreed(JobDeed::Seal(DeedKey::fresh())))]
    }
}
