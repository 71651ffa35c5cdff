//! Draws the sample of a report in the place of the list, and what was seen above the detail.

use super::lines::{DetailLine, LineWriter};
use super::state::Audit;
use super::work::{Work, remark};
use crate::audit::inspection::{FiledReport, Item, Standing};
use crate::ui::screen::{Clock, Look};
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Column, Lead, Room};
use crate::ui::widgets::when;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// From how many cells on the actor has a column.
const WITH_ACTOR: u16 = 74;

impl Audit {
    /// In the place of the filter: which report, and how much of its sample is inspected.
    pub(super) fn draw_work_line(&self, work: &Work, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let room = usize::from(area.width);
        if area.height == 0 || room < 4 {
            return;
        }
        let right = counts(work);
        let wide = cells::width(&right);
        let name = format!("sample of {}", in_words(&work.list.report));
        let left = room.saturating_sub(wide + 4);
        let name = cells::fit(&name, left, Keep::Start, look.theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.y, &name, left, look.theme.strong);
        if wide + 2 <= room {
            let x = area.right() - wide as u16 - 1;
            buffer.set_stringn(x, area.y, &right, wide, look.theme.text);
        }
    }

    /// Draws header and rows.
    pub(super) fn draw_work(
        &self,
        work: &Work,
        header: Rect,
        list: Rect,
        buffer: &mut Buffer,
        look: &Look<'_>,
    ) {
        let theme = look.theme;
        let columns = columns(list.width);
        let widths = table::widths(&columns, list.width.into());
        table::draw_header(&columns, &widths, header, buffer, theme);
        if work.list.items.is_empty() {
            let text = "The sample of this report is empty: its period has no entry.";
            let room = usize::from(list.width).saturating_sub(3);
            for (line, text) in cells::wrap(text, room, 3, theme.symbols.ellipsis).into_iter().enumerate() {
                if line < usize::from(list.height) {
                    buffer.set_stringn(list.x + 2, list.y + line as u16, text, room, theme.text);
                }
            }
            return;
        }
        let first = work.first_shown(usize::from(list.height).max(1));
        let rows = work.list.items.iter().enumerate().skip(first);
        for (y, (at, item)) in (list.top()..list.bottom()).zip(rows) {
            let is_selected = at == work.cursor();
            let event = if is_selected { theme.selected } else { theme.text };
            let note = match item.standing {
                Standing::Same => theme.text,
                Standing::Changed | Standing::Gone => theme.bad,
            };
            let listed = &item.listed;
            let at = listed
                .occurred_at
                .map_or_else(|| theme.symbols.none.to_owned(), |at| when::moment(at, Clock::Utc));
            let mut cells = vec![
                (listed.seq.to_string(), theme.dim),
                (at, theme.dim),
                (listed.event_type.one_line().into_owned(), event),
            ];
            if list.width >= WITH_ACTOR {
                cells.push((listed.by(), theme.text));
            }
            let typed = || self.has_draft(listed.seq).then(|| "note not sent; i goes on".to_owned());
            cells.push((remark(item).or_else(typed).unwrap_or_default(), note));
            let row = table::Row {
                lead: if is_selected { Lead::Selected } else { Lead::Plain },
                mark: mark(item, look),
                cells,
            };
            table::draw_row(&row, &columns, &widths, Rect { y, height: 1, ..list }, buffer, theme);
        }
    }

    /// What is to be said above the detail of an entry of the sample.
    pub(super) fn work_lines(&self, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
        let item = self.work.as_ref().and_then(Work::selected);
        let Some(item) = item.filter(|item| self.shown.id == Some(item.listed.seq)) else {
            return Vec::new();
        };
        let (mut writer, theme) = (LineWriter::new(width, look), look.theme);
        if item.standing != Standing::Same {
            let text = format!("{} {}", theme.symbols.cross, remark(item).unwrap_or_default());
            writer.part("sample", &text, theme.bad);
        }
        match &item.inspection {
            Some(seen) => {
                let text = format!(
                    "{} by {}, {}: {}",
                    theme.symbols.check,
                    seen.by.one_line(),
                    when::moment(seen.at, Clock::Utc),
                    seen.note.one_line(),
                );
                writer.part("inspected", &text, theme.text);
            }
            None => writer.part("inspected", "by nobody yet; i notes what you see", theme.warn),
        }
        writer.lines
    }
}

/// `2 of 5 inspected`
pub(super) fn counts(work: &Work) -> String {
    format!("{} of {} inspected", work.list.inspected(), work.list.items.len())
}

/// `report 3 soc2, 2026-01-01 to 2026-01-31`
pub(super) fn in_words(report: &FiledReport) -> String {
    let of_day = |at: DateTime<Utc>| at.time() == NaiveTime::MIN;
    let (from, to) = (report.period_start, report.period_end);
    let period = if of_day(from) && of_day(to) {
        // As it was asked for: the last day is included.
        format!("{} to {}", from.date_naive(), (to - TimeDelta::days(1)).date_naive())
    } else {
        format!("{} to {}", when::moment(from, Clock::Utc), when::moment(to, Clock::Utc))
    };
    format!("report {} {}, {period}", report.id, report.report_type.one_line())
}

fn columns(cells: u16) -> Vec<Column> {
    let column = |title, room, align, keep| Column { title, room, align, keep };
    let mut columns = vec![
        column("SEQ", Room::Fixed(8), Align::Right, Keep::End),
        column("TIME", Room::Fixed(17), Align::Left, Keep::Start),
        column("EVENT", Room::Share(3), Align::Left, Keep::Name),
    ];
    if cells >= WITH_ACTOR {
        columns.push(column("ACTOR", Room::Share(3), Align::Left, Keep::Start));
    }
    columns.push(column("NOTE", Room::Share(4), Align::Left, Keep::Start));
    columns
}

fn mark(item: &Item, look: &Look<'_>) -> Option<(&'static str, Style)> {
    let theme = look.theme;
    match (item.standing, &item.inspection) {
        (Standing::Changed | Standing::Gone, _) => Some((theme.symbols.cross, theme.bad)),
        (Standing::Same, Some(_)) => Some((theme.symbols.check, theme.good)),
        (Standing::Same, None) => None,
    }
}
