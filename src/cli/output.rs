//! How rows are printed: a table for people, JSON Lines, CSV or bare columns for programs.
//!
//! Cells are [`SafeText`](crate::text::SafeText) or made of numbers, so no form can carry an escape
//! sequence. A reader that goes away (`| head`) ends the output quietly.

use crate::error::Result;
use crate::text::visible;
use serde::Serialize;
use std::io::Write;

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns with a header, for people.
    Table,
    /// One JSON object a line.
    Json,
    /// RFC 4180, with a header.
    Csv,
    /// Tab-separated, without a header.
    Plain,
}

/// A row that can be printed in every form. As JSON it is itself.
pub trait Tabular: Serialize {
    /// The names of the columns, as JSON names them.
    const COLUMNS: &'static [&'static str];
    /// The cells, in the order of the columns.
    fn cells(&self) -> Vec<String>;
}

/// Prints rows as they come; a table waits for [`Printer::finish`] to know its widths.
pub struct Printer<W: Write> {
    out: W,
    format: Format,
    table: Vec<Vec<String>>,
    begun: bool,
}

impl<W: Write> Printer<W> {
    /// A printer of `format` onto `out`.
    pub fn new(out: W, format: Format) -> Self {
        Printer { out, format, table: Vec::new(), begun: false }
    }

    /// Prints a row.
    pub fn row<T: Tabular>(&mut self, row: &T) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            let header: Vec<String> = T::COLUMNS.iter().map(|c| (*c).to_owned()).collect();
            match self.format {
                Format::Csv => self.line(&csv_line(&header))?,
                Format::Table => self.table.push(header.iter().map(|h| h.to_uppercase()).collect()),
                Format::Json | Format::Plain => {}
            }
        }
        match self.format {
            Format::Json => {
                let line = serde_json::to_string(row).map_err(std::io::Error::other)?;
                self.line(&line)
            }
            Format::Csv => self.line(&csv_line(&row.cells())),
            Format::Plain => {
                let line: Vec<_> = row.cells().iter().map(|c| visible(c).replace('\t', " ")).collect();
                self.line(&line.join("\t"))
            }
            Format::Table => {
                self.table.push(row.cells().iter().map(|c| visible(c).into_owned()).collect());
                Ok(())
            }
        }
    }

    /// Prints what is still held back.
    pub fn finish(mut self) -> Result<()> {
        use unicode_width::UnicodeWidthStr;
        let rows = std::mem::take(&mut self.table);
        let columns = rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> =
            (0..columns).map(|i| rows.iter().map(|r| r[i].width()).max().unwrap_or(0)).collect();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
            }
            self.line(line.trim_end())?;
        }
        Ok(self.out.flush()?)
    }

    fn line(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.out, "{line}")?)
    }
}

/// A CSV record. A cell that a spreadsheet would run as a formula is led by an apostrophe.
fn csv_line(cells: &[String]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            let cell = visible(cell);
            let formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
            let cell = if formula { format!("'{cell}") } else { cell.into_owned() };
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        })
        .collect();
    cells.join(",")
}
