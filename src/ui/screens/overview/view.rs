//! Draws the Overview: what is new, the areas line by line, the newest entries.

use super::lines::{Body, Label, Line, Section, Since};
use super::numbers::{self, Shows};
use super::state::{Block, Focus, Overview};
use crate::triage::finding::Severity;
use crate::triage::store::findings::Count;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead};
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// How wide the name before words is: as the names are, within these.
const NAME_MIN: usize = 12;
const NAME_MAX: usize = 24;

/// A row of the areas.
pub(super) enum Row<'a> {
    Title(&'a Block),
    Line(&'a Block, &'a Line),
    /// Something about the block in the place of its lines.
    Note(String),
    /// It is asked for.
    Loading,
    /// Room that is kept for lines to come.
    Blank,
}

impl Overview {
    /// Draws everything into `area`.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let areas = self.areas(area);
        self.draw_head(areas.head, buffer, look);
        self.draw_areas(areas.lines, buffer, look);
        for y in areas.bar.top()..areas.bar.bottom() {
            buffer.set_stringn(areas.bar.x, y, look.theme.symbols.bar, 1, look.theme.dim);
        }
        self.draw_entries(areas.rule, areas.entries, buffer, look);
    }

    /// ` since 2026-03-12 14:02Z: 3 findings, 12 entries                3 new entries, R`
    fn draw_head(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let theme = look.theme;
        let room = usize::from(area.width).saturating_sub(2);
        let news = match self.news {
            0 => String::new(),
            1 => "1 new entry, R".to_owned(),
            n => format!("{} new entries, R", Count::Exactly(n)),
        };
        let (left, style) = self.since(look);
        let left_room = room.saturating_sub(if news.is_empty() { 0 } else { cells::width(&news) + 2 });
        let left = cells::fit(&left, left_room, Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.y, left, left_room, style);
        if let Some(x) = room.checked_sub(cells::width(&news)) {
            buffer.set_stringn(area.x + 1 + x as u16, area.y, &news, room, theme.strong);
        }
    }

    /// What is new since the last visit.
    fn since(&self, look: &Look<'_>) -> (String, Style) {
        let theme = look.theme;
        let (Some(seen), Some(last)) = (&self.look, self.last) else {
            let text = match &self.look {
                Some(_) => "first visit here: from the next one on, what is new is counted",
                None => "",
            };
            return (text.to_owned(), theme.dim);
        };
        let counts = [
            (seen.now.finding.0 - last.finding.0, "finding", "findings"),
            (seen.now.seq.0 - last.seq.0, "audit entry", "audit entries"),
        ];
        let new: Vec<String> = counts
            .into_iter()
            .filter_map(|(count, one, many)| {
                let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
                Some(format!("{} {}", Count::Exactly(count), if count == 1 { one } else { many }))
            })
            .collect();
        let at = when::moment(last.at, look.clock);
        match new.as_slice() {
            [] => (format!("nothing new since your last visit, {at}"), theme.dim),
            new => (format!("new since your last visit, {at}: {}", new.join(", ")), theme.text),
        }
    }

    /// The rows of the areas, those included that do not fit.
    pub(super) fn area_rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for block in &self.blocks {
            rows.push(Row::Title(block));
            rows.extend(block.lines.iter().map(|line| Row::Line(block, line)));
            if block.as_of.is_some() {
                continue;
            }
            let begin = rows.len();
            match &block.load {
                Load::Asked | Load::Idle => rows.push(Row::Loading),
                Load::Failed(failure) => rows.extend(failure.hint.iter().cloned().map(Row::Note)),
            }
            rows.resize_with((begin + block.section.lines_expected()).max(rows.len()), || Row::Blank);
        }
        rows
    }

    /// The first row that is shown in `height` rows.
    pub(super) fn first_row(&self, rows: &[Row<'_>], height: usize) -> usize {
        let selected = self.selected_line();
        let is_selected = |row: &Row<'_>| {
            matches!((row, selected),
            (Row::Line(block, line), Some((section, of))) if block.section == section && line.id == of.id)
        };
        let cursor = rows.iter().position(is_selected).unwrap_or(0);
        table::scrolled(self.top, cursor, height.max(1), rows.len())
    }

    fn draw_areas(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let rows = self.area_rows();
        let first = self.first_row(&rows, area.height.into());
        let shown = numbers::columns(area.width);
        let columns: Vec<Column> = shown.iter().map(|(_, column)| *column).collect();
        let widths = table::widths(&columns, area.width.into());
        for (y, row) in (area.top()..area.bottom()).zip(rows.iter().skip(first)) {
            let line_area = Rect { y, height: 1, ..area };
            match row {
                Row::Title(block) => draw_title(block, &columns, &widths, line_area, buffer, look),
                Row::Loading => {
                    let text = format!("loading{}", look.theme.symbols.ellipsis);
                    buffer.set_stringn(
                        area.x + 2,
                        y,
                        text,
                        area.width.saturating_sub(2).into(),
                        look.theme.dim,
                    );
                }
                Row::Note(text) => {
                    let room = usize::from(area.width).saturating_sub(3);
                    let text = cells::fit(text, room, Keep::Start, look.theme.symbols.ellipsis);
                    buffer.set_stringn(area.x + 2, y, text, room, look.theme.dim);
                }
                Row::Blank => {}
                Row::Line(block, line) => {
                    let lead = self.lead_of(block.section, line);
                    match line.body {
                        Body::Numbers { .. } => {
                            let cells = shown.iter().map(|(shows, _)| cell(*shows, line, lead, look.theme));
                            let row =
                                table::Row { lead, mark: mark(line, look.theme), cells: cells.collect() };
                            table::draw_row(&row, &columns, &widths, line_area, buffer, look.theme);
                        }
                        Body::Words(..) => draw_words(block, line, lead, line_area, buffer, look),
                    }
                }
            }
        }
    }

    /// Whether the cursor stands on a line, and the keys go there.
    fn lead_of(&self, section: Section, line: &Line) -> Lead {
        let is_selected =
            self.selected_line().is_some_and(|(of, selected)| of == section && selected.id == line.id);
        if is_selected && self.focus == Focus::Areas { Lead::Selected } else { Lead::Plain }
    }
}

fn mark(line: &Line, theme: &Theme) -> Option<(&'static str, Style)> {
    (line.since == Since::New).then_some((theme.symbols.mark, theme.accent))
}

fn cell(shows: Shows, line: &Line, lead: Lead, theme: &Theme) -> (String, Style) {
    let (text, style) = numbers::cell(shows, line, theme);
    match shows {
        Shows::Label if lead == Lead::Selected => (text, theme.selected),
        Shows::Label => (text, label_style(line, theme)),
        _ => (text, style),
    }
}

/// What there is none of stands back.
fn label_style(line: &Line, theme: &Theme) -> Style {
    let is_none = matches!(&line.body, Body::Numbers { now: Some(now), .. } if !numbers::is_something(*now));
    match &line.label {
        Label::Warning(_) => theme.bad,
        _ if is_none => theme.dim,
        Label::Severity(Severity::Critical) => theme.bad,
        Label::Severity(Severity::High) => theme.warn,
        Label::Severity(Severity::Low | Severity::Info) => theme.dim,
        Label::Severity(Severity::Medium) | Label::Words(_) => theme.text,
    }
}

/// The name of an area, and over the first one what the columns are; in their place what failed.
fn draw_title(
    block: &Block,
    columns: &[Column],
    widths: &[usize],
    area: Rect,
    buffer: &mut Buffer,
    look: &Look<'_>,
) {
    let theme = look.theme;
    let name = block.section.title();
    let failure = match &block.load {
        Load::Failed(failure) => failure,
        Load::Asked | Load::Idle => {
            if block.section == Section::ALL[0] {
                table::draw_header(columns, widths, area, buffer, theme);
            }
            // The header has coloured the line, and bold alone would leave that.
            let style = Style::reset().patch(theme.strong);
            buffer.set_stringn(area.x + 1, area.y, name, area.width.into(), style);
            return;
        }
    };
    let x = buffer.set_stringn(area.x + 1, area.y, name, area.width.into(), theme.strong).0;
    let room = usize::from(area.right().saturating_sub(x + 2));
    let rest = match block.as_of {
        Some(at) => format!("; R tries again; as of {}", when::time_of_day(at, look.clock)),
        None => "; R tries again".to_owned(),
    };
    // What failed comes first; the time gives way to it.
    let rest = if room < cells::width(&rest) + 24 { "; R tries again" } else { rest.as_str() };
    let what = cells::fit(
        &failure.what,
        room.saturating_sub(cells::width(rest) + 2),
        Keep::Start,
        theme.symbols.ellipsis,
    );
    let text = format!("{} {what}{rest}", theme.symbols.cross);
    buffer.set_stringn(x + 2, area.y, text, room, theme.bad);
}

/// ` > api.sarif     2026-03-12 14:02Z  acme/api  12 new, 3 gone`
fn draw_words(block: &Block, line: &Line, lead: Lead, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let theme = look.theme;
    let Body::Words(at, words) = &line.body else { return };
    let names = block.lines.iter().filter(|line| matches!(line.body, Body::Words(..)));
    let widest = names.map(|line| cells::width(&line.label.text(theme))).max().unwrap_or(0);
    let most = if area.width < crate::ui::list_detail::layout::NARROW { NAME_MIN } else { NAME_MAX };
    let name_cells = widest.clamp(NAME_MIN, most);
    let ellipsis = theme.symbols.ellipsis;
    let name = cells::padded(&line.label.text(theme), name_cells, Align::Left, Keep::End, ellipsis);
    let time = at.map_or_else(String::new, |at| format!("{}  ", when::moment(at, look.clock)));
    let room = usize::from(area.width).saturating_sub(table::LEAD + name_cells + 2);
    let words = format!("{time}{words}");
    let words = cells::fit(&words, room, Keep::Start, ellipsis);
    if lead == Lead::Selected {
        buffer.set_stringn(area.x, area.y, theme.symbols.cursor, 1, theme.selected);
    }
    if let Some((symbol, style)) = mark(line, theme) {
        buffer.set_stringn(area.x + 1, area.y, symbol, 1, style);
    }
    let style = if lead == Lead::Selected { theme.selected } else { label_style(line, theme) };
    let x = area.x + table::LEAD as u16;
    buffer.set_stringn(x, area.y, name, usize::from(area.width).saturating_sub(table::LEAD), style);
    buffer.set_stringn(x + name_cells as u16 + 2, area.y, words, room, theme.text);
}
