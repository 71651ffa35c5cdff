//! The screen that was in front when the console ended: the next one on the same connection opens on it.

use crate::ui::drafts::state_folder;
use crate::ui::screen::Kept;
use crate::ui::screens::FIRST;
use crate::ui::session::SessionFile;
use std::collections::BTreeMap;

/// Where that is remembered.
#[derive(Clone)]
pub(super) struct LastScreen {
    connection: String,
    file: Option<SessionFile>,
}

impl LastScreen {
    /// On the connection of this name. Without a state folder nothing is remembered.
    pub(super) fn on(connection: &str) -> Self {
        let file = state_folder().ok().map(|state| SessionFile::below(&state));
        LastScreen { connection: connection.to_owned(), file }
    }

    /// The title of the screen to open on: the queue, unless another was left in front.
    pub(super) fn title(&self) -> String {
        let left = self.file.as_ref().and_then(|file| file.screen(&self.connection));
        left.unwrap_or_else(|| FIRST.to_owned())
    }

    /// What was chosen in earlier consoles.
    pub(super) fn choices(&self) -> BTreeMap<String, String> {
        self.file.as_ref().map(SessionFile::choices).unwrap_or_default()
    }

    /// Remembers a choice.
    pub(super) fn keep_choice(&self, kept: &Kept) {
        if let Some(file) = &self.file {
            let _ = file.keep_choice(kept.name, &kept.value);
        }
    }

    /// Remembers the title of the screen in front.
    pub(super) fn keep(&self, title: &str) {
        let Some(file) = &self.file else { return };
        // Who never left the queue leaves nothing behind; what cannot be kept is no loss.
        if self.title() != title {
            let _ = file.keep_screen(&self.connection, title);
        }
    }
}
