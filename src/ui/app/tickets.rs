//! Tickets of what is under way: who asked, and whether the answer still counts.

use crate::ui::screen::Nature;

/// What an answer is recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

#[derive(Debug)]
struct Open {
    ticket: Ticket,
    screen: usize,
    nature: Nature,
}

/// The tickets that are out.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    next: u64,
    open: Vec<Open>,
}

impl Tickets {
    /// A ticket for a wish of `screen`, and the one of the older load that it replaces.
    pub(super) fn issue(&mut self, screen: usize, nature: Nature) -> (Ticket, Option<Ticket>) {
        let ticket = Ticket(self.next);
        self.next += 1;
        let replaced = match nature {
            Nature::Write => None,
            Nature::Load(_) => {
                let older = self.open.iter().position(|open| open.screen == screen && open.nature == nature);
                older.map(|at| self.open.remove(at).ticket)
            }
        };
        self.open.push(Open { ticket, screen, nature });
        (ticket, replaced)
    }

    /// Ends a ticket. None for one that has been replaced or cancelled: its answer is dropped.
    pub(super) fn settle(&mut self, ticket: Ticket) -> Option<(usize, Nature)> {
        let at = self.open.iter().position(|open| open.ticket == ticket)?;
        let open = self.open.remove(at);
        Some((open.screen, open.nature))
    }

    /// Cancels the loads of `screen`.
    pub(super) fn cancel_loads(&mut self, screen: usize) -> Vec<(Ticket, Nature)> {
        let mut cancelled = Vec::new();
        self.open.retain(|open| {
            let cancels = open.screen == screen && open.nature != Nature::Write;
            if cancels {
                cancelled.push((open.ticket, open.nature));
            }
            !cancels
        });
        cancelled
    }

    /// Whether anything is under way.
    pub(super) fn is_any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many writes are under way.
    pub(super) fn writes(&self) -> usize {
        self.open.iter().filter(|open| open.nature == Nature::Write).count()
    }
}
