//! Draws the panel "AI against people": the matrix, the rates, and a table of what they are taken over.

use super::people::{Part, Sample, Scope};
use super::people_table::{self, NARROW, counted, exact_interval, grouped, interval, percent};
use super::state::Findings;
use crate::triage::agreement::{Agreement, Matrix, Rates};
use crate::triage::rate::SAMPLE_MIN;
use crate::triage::stats::Stats;
use crate::ui::list_detail::load::Load;
use crate::ui::screen::Look;
use crate::ui::theme::Theme;
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::table::{self, Lead, Row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The most lines that say what is measured.
const SAID_MAX: usize = 4;

/// A line of the panel.
enum Shown {
    Text(String, Style),
    /// Texts from the left, each right-aligned in so many cells.
    Numbers(String, Vec<(String, usize)>, Style),
}

impl Findings {
    /// How many lines it has, whether they are in sight or not.
    pub(super) fn people_lines(&self) -> usize {
        let theme = Theme::mono(crate::ui::theme::Symbols::UNICODE);
        let rows = self.people.agreement().map_or(0, |measured| self.people_rows(measured) + 1);
        self.people_head(self.columns.into(), &theme).len() + rows
    }

    /// How many of them are in sight.
    pub(super) fn people_height(&self) -> usize {
        usize::from(self.rows.saturating_sub(1)).max(1)
    }

    /// Rows of the table; none where nothing is measured.
    fn people_rows(&self, measured: &Agreement) -> usize {
        if measured.rates.n == 0 { 0 } else { self.people.part.rows(measured) }
    }

    /// Draws it over the whole of `area`.
    pub(super) fn draw_people(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        self.draw_people_title(Rect { height: area.height.min(1), ..area }, buffer, theme);
        let body = Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
        let head = self.people_head(body.width.into(), theme);
        let height = usize::from(body.height);
        for line in 0..height {
            let at = self.people.scroll + line;
            let row = Rect { y: body.y + line as u16, height: 1, ..body };
            match head.get(at) {
                Some(shown) => draw_line(shown, row, buffer, theme),
                None => self.draw_people_row(at - head.len(), row, buffer, theme),
            }
        }
        let below = self.people_lines().saturating_sub(self.people.scroll + height);
        if below > 0 && body.height > 0 && body.width > 40 {
            let text = format!(" {below} more {}", theme.symbols.down);
            let x = body.right() - cells::width(&text) as u16 - 1;
            buffer.set_stringn(x, body.bottom() - 1, text, body.width.into(), theme.dim);
        }
    }

    /// `AI against people   blind sample   all findings`
    fn draw_people_title(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        if area.height == 0 {
            return;
        }
        let room = usize::from(area.width);
        let sample = match self.people.sample {
            Sample::Blind => "blind sample",
            Sample::All => "all decisions",
        };
        let (mut x, _) = buffer.set_stringn(area.x, area.y, " AI against people", room, theme.strong);
        let busy = if self.people.load == Load::Asked && self.people.measured.is_some() {
            theme.symbols.ellipsis
        } else {
            ""
        };
        for (text, style) in [(sample.to_owned(), theme.accent), (self.scope_in_words() + busy, theme.text)] {
            let left = usize::from(area.right() - x).saturating_sub(3);
            let text = cells::fit(&text, left, Keep::Start, theme.symbols.ellipsis);
            if left > 0 {
                x = buffer.set_stringn(x + 3, area.y, &text, left, style).0;
            }
        }
    }

    /// What is measured: `all findings`, or the filter.
    pub(super) fn scope_in_words(&self) -> String {
        match self.people.scope {
            Scope::Everything => "all findings".to_owned(),
            Scope::Filter if self.filter.in_force().is_empty() => "all findings (no filter)".to_owned(),
            Scope::Filter => self.filter.in_force().to_owned(),
        }
    }

    /// What stands above the table.
    fn people_head(&self, width: usize, theme: &Theme) -> Vec<Shown> {
        let mut lines = Vec::new();
        let room = width.saturating_sub(2);
        let mut say = |text: &str, style: Style| {
            for line in cells::wrap(text, room, SAID_MAX, theme.symbols.ellipsis) {
                lines.push(Shown::Text(line, style));
            }
        };
        if let Load::Failed(failure) = &self.people.load {
            say(&format!("{} {}; R tries again", theme.symbols.cross, failure.what), theme.bad);
            if let Some(hint) = &failure.hint {
                say(hint, theme.dim);
            }
        }
        let Some((_, stats)) = &self.people.measured else {
            if self.people.load == Load::Asked {
                say(&format!("measuring{}", theme.symbols.ellipsis), theme.text);
            }
            return lines;
        };
        let Some(measured) = self.people.agreement() else { return lines };
        say(&basis(self.people.sample, stats), theme.dim);
        if measured.rates.n == 0 {
            for line in nothing(self.people.sample, self.people.scope, stats) {
                say(&line, theme.text);
            }
            return lines;
        }
        if measured.rates.n < SAMPLE_MIN {
            let few =
                format!("Too few to rely on: {}; it takes {SAMPLE_MIN}.", counted(measured.rates.n, "case"));
            say(&few, theme.warn);
        }
        matrix_lines(&measured.rates.matrix, width, &mut lines, theme);
        rate_lines(&measured.rates, width, &mut lines, theme);
        if self.people.part == Part::Confidence {
            lines.push(Shown::Text(calibration_in_words(measured), theme.text));
        }
        let titles: Vec<String> = Part::ALL
            .iter()
            .map(|part| match *part == self.people.part {
                true => format!("[{}]", part.title()),
                false => format!(" {} ", part.title()),
            })
            .collect();
        lines.push(Shown::Text(String::new(), theme.text));
        lines.push(Shown::Text(titles.join(" "), theme.accent));
        lines
    }

    /// A line of the table: its titles first.
    fn draw_people_row(&self, at: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        let Some(measured) = self.people.agreement().filter(|measured| measured.rates.n > 0) else { return };
        let part = self.people.part;
        let columns = people_table::columns(part, area.width.into());
        let widths = table::widths(&columns, area.width.into());
        let Some(at) = at.checked_sub(1) else {
            return table::draw_header(&columns, &widths, area, buffer, theme);
        };
        let numbers = people_table::row(part, measured, at);
        let Some((count, numbers)) = numbers else { return };
        let style = if count < SAMPLE_MIN { theme.dim } else { theme.text };
        let cells = columns
            .iter()
            .map(|column| {
                let named = numbers.iter().find(|(title, _)| *title == column.title);
                (named.map_or(String::new(), |(_, text)| text.clone()), style)
            })
            .collect();
        table::draw_row(
            &Row { lead: Lead::Plain, mark: None, cells },
            &columns,
            &widths,
            area,
            buffer,
            theme,
        );
    }
}

/// On what the rates rest, said plainly.
pub(super) fn basis(sample: Sample, stats: &Stats) -> String {
    match sample {
        Sample::Blind => format!(
            "Blind sample: verdicts given before the AI's was shown. {} % of findings; {} undecided.",
            (stats.blind.share * 1e4).round() / 1e2,
            stats.blind.waiting
        ),
        Sample::All => "All decisions: most were made with the AI's verdict in sight, which flatters it. \
                        Quote the blind sample."
            .to_owned(),
    }
}

/// Why there is nothing to measure, and what to do.
pub(super) fn nothing(sample: Sample, scope: Scope, stats: &Stats) -> Vec<String> {
    let of = if scope == Scope::Filter { " in this filter" } else { "" };
    let mut lines = match sample {
        Sample::Blind => vec![format!("Nobody has decided a finding blind yet{of}.")],
        Sample::All => vec![format!("No finding has a verdict of both yet{of}: the AI's and a person's.")],
    };
    if sample == Sample::Blind && stats.blind.share == 0.0 {
        lines.push("`attestor findings blind 10%` has a tenth of all findings decided blind.".to_owned());
    }
    if sample == Sample::Blind && stats.all.rates.n > 0 {
        let n = counted(stats.all.rates.n, "decision");
        lines.push(format!("b shows all decisions: {n} with an AI verdict."));
    }
    if scope == Scope::Filter {
        lines.push("o measures all findings.".to_owned());
    }
    lines
}

fn matrix_lines(matrix: &Matrix, width: usize, lines: &mut Vec<Shown>, theme: &Theme) {
    let cell = if width < NARROW { 10 } else { 12 };
    let row = |name: &str, tp: String, fp: String, style| {
        Shown::Numbers(name.to_owned(), vec![(tp, cell), (fp, cell)], style)
    };
    lines.push(Shown::Text(String::new(), theme.text));
    lines.push(row("", "person TP".to_owned(), "person FP".to_owned(), theme.dim));
    let Matrix { ai_tp_person_tp, ai_tp_person_fp, ai_fp_person_tp, ai_fp_person_fp } = *matrix;
    lines.push(row("AI TP", grouped(ai_tp_person_tp), grouped(ai_tp_person_fp), theme.text));
    lines.push(row("AI FP", grouped(ai_fp_person_tp), grouped(ai_fp_person_fp), theme.text));
}

fn rate_lines(rates: &Rates, width: usize, lines: &mut Vec<Shown>, theme: &Theme) {
    let is_narrow = width < NARROW;
    let (rate_cells, interval_cells, case_cells) = if is_narrow { (7, 10, 11) } else { (12, 16, 20) };
    let interval_title = if is_narrow { "95 %" } else { "95 % interval" };
    lines.push(Shown::Text(String::new(), theme.text));
    let titles = vec![
        ("rate".to_owned(), rate_cells),
        (interval_title.to_owned(), interval_cells),
        ("cases".to_owned(), case_cells),
    ];
    lines.push(Shown::Numbers(String::new(), titles, theme.dim));
    let names = if is_narrow {
        ["agree", "FP right", "missed TP"]
    } else {
        ["agreement", "AI's FP right", "missed TP"]
    };
    for (name, rate) in names.into_iter().zip([rates.agreement, rates.fp_precision, rates.missed_tp]) {
        let ends = if is_narrow { interval(&rate) } else { exact_interval(&rate) };
        let cases = format!("{} of {}", grouped(rate.k), grouped(rate.n));
        let numbers = vec![(percent(&rate), rate_cells), (ends, interval_cells), (cases, case_cells)];
        let style = if rate.small { theme.dim } else { theme.text };
        lines.push(Shown::Numbers(name.to_owned(), numbers, style));
    }
    let kappa = rates.kappa.map_or("-".to_owned(), |kappa| format!("{kappa:.2}"));
    lines.push(Shown::Numbers("kappa".to_owned(), vec![(kappa, rate_cells)], theme.text));
}

/// How far confidence and being right lie apart.
pub(super) fn calibration_in_words(measured: &Agreement) -> String {
    let mut words = match measured.calibration_error {
        Some(error) => format!("calibration error {error:.2}"),
        None => "no confidence to compare".to_owned(),
    };
    if measured.without_confidence > 0 {
        words.push_str(&format!("; {} without a confidence", grouped(measured.without_confidence)));
    }
    words
}

fn draw_line(shown: &Shown, area: Rect, buffer: &mut Buffer, theme: &Theme) {
    let room = usize::from(area.width);
    match shown {
        Shown::Text(text, style) => {
            let text = cells::fit(text, room.saturating_sub(2), Keep::Start, theme.symbols.ellipsis);
            buffer.set_stringn(area.x + 1, area.y, &text, room.saturating_sub(1), *style);
        }
        Shown::Numbers(name, numbers, style) => {
            let label = if room < NARROW { 9 } else { 15 };
            let mut text = format!(" {}", cells::padded(name, label, Align::Left, Keep::Start, ""));
            for (number, cells) in numbers {
                text += &cells::padded(number, *cells, Align::Right, Keep::Start, "");
            }
            buffer.set_stringn(area.x, area.y, &text, room, *style);
        }
    }
}
