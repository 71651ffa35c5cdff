//! Loads of the list and of the detail: what an answer changes.

use super::state::Drift;
use super::wish::Wish;
use crate::db::page::Page;
use crate::drift::store::detail::{Detail, Spell};
use crate::drift::store::list::{Cursor, Listed, PAGE_ROWS_MAX};
use crate::error::Error;
use crate::text::visible;
use crate::ui::list_detail::load::Anew;
use crate::ui::list_detail::state::{self, Want, Wants};
use crate::ui::list_detail::update::Came;
use crate::ui::screen::{Ask, Tone, toast};
use chrono::{DateTime, Utc};
use std::sync::Arc;

type Asks = Vec<Ask<Wish>>;

impl Drift {
    /// What the list wants, as this screen asks for it.
    pub(super) fn asks(&self, wants: Wants<Listed>) -> Asks {
        state::asks(wants, |want| match want {
            Want::Rows { ticket, filter, after, limit } => {
                Wish::Rows { ticket, filter, after, limit: limit.min(PAGE_ROWS_MAX) }
            }
            Want::Standing => self.count(),
            Want::Detail(id) => Wish::Detail(id),
        })
    }

    pub(super) fn count(&self) -> Wish {
        Wish::Counts { ticket: self.list.ticket(), filter: self.list.filter.in_force().to_owned() }
    }

    /// Takes rows.
    pub(super) fn rows_came(
        &mut self,
        ticket: u64,
        after: Option<Cursor>,
        at: DateTime<Utc>,
        result: Result<Page<Listed>, Error>,
    ) -> Asks {
        let wants = match self.list.rows_came(ticket, after, at, result, self.panel()) {
            Came::Whole(wants) => {
                self.changed.clear();
                wants
            }
            Came::Further(wants) => wants,
        };
        self.asks(wants)
    }

    /// Asks for the list anew; the repository under the cursor stays under it.
    pub(super) fn reload(&mut self) -> Asks {
        let wants = self.list.reload();
        self.asks(wants)
    }

    /// Makes the detail follow the cursor.
    pub(super) fn show_selected(&mut self, anew: Anew) -> Asks {
        let wants = self.list.show_selected(anew);
        self.asks(wants)
    }

    /// Takes a detail. The cursor stays on its field, wherever that stands now.
    pub(super) fn detail_came(&mut self, id: i64, result: Result<Option<Arc<Detail>>, Error>) {
        let field = self.field().map(|field| field.field.path.clone());
        let gone = || "the repository is gone".to_owned();
        let Some(detail) = self.list.shown.take(id, result, gone) else { return };
        self.list.window.renew(detail.row.clone());
        let at = field.and_then(|path| detail.fields.iter().position(|own| own.field.path == path));
        if let Some(at) = at {
            self.go_to_field(at);
        }
    }

    /// Takes the history of a field.
    pub(super) fn history_came(&mut self, id: i64, path: &str, result: Result<Vec<Spell>, Error>) -> Asks {
        let shown = &mut self.list.shown;
        if shown.id != Some(id) || shown.own.open.as_ref().is_none_or(|(open, _)| open != path) {
            return Vec::new();
        }
        match result {
            Ok(spells) => {
                shown.own.open = Some((path.to_owned(), Some(spells)));
                Vec::new()
            }
            Err(error) => {
                shown.own.open = None;
                vec![toast(Tone::Bad, visible(&error.to_string()))]
            }
        }
    }
}
