//! What stands in the place of the detail.

use super::cursor::Cursor;
use super::load::{Anew, Failure, Load};
use crate::error::Error;
use std::sync::Arc;

/// One thing, and what is known of it: `D`, and beside it what a screen has of it while it is shown, `Own`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<Id, D, Own = ()> {
    /// Which.
    pub id: Option<Id>,
    /// What is known of it, once it is here.
    pub detail: Option<Arc<D>>,
    /// How its load stands.
    pub load: Load,
    /// Where the cursor stands among its lines.
    pub cursor: Cursor,
    /// What the screen has of it; forgotten when another is shown.
    pub own: Own,
}

impl<Id: Copy + PartialEq, D, Own: Default> Shown<Id, D, Own> {
    /// An empty detail.
    pub fn nothing() -> Self {
        Shown { id: None, detail: None, load: Load::Idle, cursor: Cursor::default(), own: Own::default() }
    }

    /// Shows what has this id; the id again where its detail is to be asked for. What is known of the same
    /// stays until the news are here.
    pub fn show(&mut self, id: Option<Id>, anew: Anew) -> Option<Id> {
        let Some(id) = id else {
            *self = Shown::nothing();
            return None;
        };
        let is_here = self.id == Some(id);
        if is_here && anew == Anew::No && !matches!(self.load, Load::Failed(_)) {
            return None;
        }
        if !is_here {
            *self = Shown { id: Some(id), ..Shown::nothing() };
        }
        self.load = Load::Asked;
        Some(id)
    }

    /// Takes a detail, and gives it. None where it is late or did not come; `gone` says what there is no
    /// longer.
    pub fn take(
        &mut self,
        id: Id,
        result: Result<Option<Arc<D>>, Error>,
        gone: impl FnOnce() -> String,
    ) -> Option<Arc<D>> {
        if self.id != Some(id) {
            return None;
        }
        let found = self.load.take(result)?;
        match &found {
            Some(_) => self.detail.clone_from(&found),
            None => self.load = Load::Failed(Failure::of(gone())),
        }
        found
    }
}
