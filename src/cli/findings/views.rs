//! `attestor findings views`, and the view of `findings list`.

use crate::cli::Global;
use crate::cli::output::{Printer, Tabular};
use crate::config::views::{Origin, View, ViewFile};
use crate::error::Result;
use crate::filter::Filter;
use crate::triage::store::findings::{Order, Sort};
use serde::Serialize;

/// Lists the views.
pub(super) fn list(global: &Global) -> Result<u8> {
    let mut printer = Printer::new(std::io::stdout().lock(), global.format());
    ViewFile::usual().all()?.iter().try_for_each(|view| printer.row(&Row::from(view)))?;
    printer.finish()?;
    Ok(0)
}

/// What `filter` and the view of this name let through, both.
pub(super) fn filter(filter: &str, view: Option<&str>) -> Result<Filter> {
    let asked = super::filter(filter)?;
    match view {
        Some(name) => Ok(super::filter(&ViewFile::usual().find(name)?.filter)?.and(asked)),
        None => Ok(asked),
    }
}

/// The order of the view of this name; the usual one without a name.
pub(super) fn sort(view: Option<&str>) -> Result<Sort> {
    view.map_or(Ok(Sort::default()), |name| Ok(ViewFile::usual().find(name)?.sort))
}

#[derive(Serialize)]
struct Row<'v> {
    name: &'v str,
    filter: &'v str,
    sort: &'static str,
    reverse: bool,
    columns: Vec<&'static str>,
    built_in: bool,
}

impl<'v> From<&'v View> for Row<'v> {
    fn from(view: &'v View) -> Self {
        Row {
            name: &view.name,
            filter: &view.filter,
            sort: view.sort.by.word(),
            reverse: view.sort.order == Order::Reversed,
            columns: view.columns.iter().map(|column| column.name()).collect(),
            built_in: view.origin == Origin::BuiltIn,
        }
    }
}

impl Tabular for Row<'_> {
    const COLUMNS: &'static [&'static str] = &["name", "filter", "sort", "reverse", "columns", "built_in"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.name.to_owned(),
            self.filter.to_owned(),
            self.sort.to_owned(),
            self.reverse.to_string(),
            self.columns.join(","),
            self.built_in.to_string(),
        ]
    }
}
