//! The orders that `s` goes through.

use crate::triage::store::findings::{Order, Sort, SortKey};
use crate::ui::theme::Symbols;

const CYCLE: [Sort; 5] = [
    Sort { by: SortKey::Risk, order: Order::Natural },
    Sort { by: SortKey::Severity, order: Order::Natural },
    // The newest first: what came in is what one looks for by age.
    Sort { by: SortKey::Age, order: Order::Reversed },
    Sort { by: SortKey::Rule, order: Order::Natural },
    Sort { by: SortKey::File, order: Order::Natural },
];

/// The order after this one.
pub fn next(sort: Sort) -> Sort {
    let at = CYCLE.iter().position(|s| *s == sort).map_or(0, |at| at + 1);
    CYCLE[at % CYCLE.len()]
}

/// The other way round.
pub fn reversed(sort: Sort) -> Sort {
    let order = match sort.order {
        Order::Natural => Order::Reversed,
        Order::Reversed => Order::Natural,
    };
    Sort { order, ..sort }
}

/// What it is called above the list.
pub fn shown(sort: Sort, symbols: Symbols) -> String {
    match sort.by {
        SortKey::Risk => format!("risk {}", symbols.down),
        SortKey::Severity => format!("severity {}", symbols.down),
        SortKey::Age => "newest".to_owned(),
        SortKey::Rule => "rule".to_owned(),
        SortKey::File => "file".to_owned(),
        SortKey::Repo => "repo".to_owned(),
    }
}

/// The flags of the command line; none for the order that it has by itself.
pub fn flags(sort: Sort) -> String {
    if sort == Sort::default() {
        return String::new();
    }
    let reverse = if sort.order == Order::Reversed { " --reverse" } else { "" };
    format!(" --sort {}{reverse}", sort.by.word())
}
