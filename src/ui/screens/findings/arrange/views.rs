//! The views: chosen from a panel, saved under a name, deleted after a yes.

use super::super::state::{Findings, Focus, Layer};
use super::super::wish::Wish;
use super::{Arrange, ArrangeWish, failed};
use crate::config::views::{Existing, NAME_CHARS_MAX, Origin, Saved, View, checked_name};
use crate::error::Error;
use crate::ui::screen::{Ask, Look, Question, Tone, toast};
use crate::ui::widgets::cells::{self, Align, Keep};
use crate::ui::widgets::line::LineEdit;
use crate::ui::widgets::panel;
use crate::ui::widgets::prompt::{Prompt, draw_rule};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Views shown at once.
const SHOWN_MAX: usize = 10;

/// The panel of the views.
pub struct ViewsPanel {
    line: LineEdit,
    views: Known,
    chosen: usize,
    complaint: Option<String>,
}

enum Known {
    Loading,
    Some(Vec<View>),
}

impl Findings {
    /// Opens the panel.
    pub(in super::super) fn open_views(&mut self) -> Vec<Ask<Wish>> {
        self.layer = Layer::Arrange(Arrange::Views(ViewsPanel {
            line: LineEdit::new("", NAME_CHARS_MAX),
            views: Known::Loading,
            chosen: 0,
            complaint: None,
        }));
        vec![Ask::Do(Wish::Arrange(ArrangeWish::Views))]
    }

    /// Opens the line for the name of a new view.
    pub(in super::super) fn open_save_view(&mut self) -> Vec<Ask<Wish>> {
        self.layer = Layer::Arrange(Arrange::SaveView(Prompt::new("", Vec::new(), NAME_CHARS_MAX)));
        Vec::new()
    }

    /// Takes the views.
    pub(super) fn views_came(&mut self, result: Result<Vec<View>, Error>) -> Vec<Ask<Wish>> {
        let wanted = self.wanted_view.take();
        let views = match result {
            Ok(views) => views,
            Err(error) => {
                if matches!(self.layer, Layer::Arrange(Arrange::Views(_))) {
                    self.close_arrange();
                }
                return vec![failed("the views cannot be read", &error)];
            }
        };
        if let Some(name) = wanted {
            return match ranked(&views, &name).first() {
                Some(view) => self.use_view((*view).clone()),
                None => vec![no_view(&name)],
            };
        }
        if let Layer::Arrange(Arrange::Views(panel)) = &mut self.layer {
            panel.views = Known::Some(views);
        }
        Vec::new()
    }

    pub(super) fn views_key(&mut self, key: KeyEvent) -> Vec<Ask<Wish>> {
        let Layer::Arrange(Arrange::Views(panel)) = &mut self.layer else { return Vec::new() };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        panel.complaint = None;
        let last = panel.shown().len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return self.close_arrange(),
            KeyCode::Up => panel.chosen = panel.chosen.saturating_sub(1),
            KeyCode::Down => panel.chosen = (panel.chosen + 1).min(last),
            KeyCode::Enter => return self.choose_view(),
            KeyCode::Char('x') if ctrl => return self.ask_delete_view(),
            _ => {
                panel.line.key(key);
                panel.chosen = 0;
            }
        }
        Vec::new()
    }

    fn choose_view(&mut self) -> Vec<Ask<Wish>> {
        let Layer::Arrange(Arrange::Views(panel)) = &mut self.layer else { return Vec::new() };
        let typed = panel.line.text().trim().to_owned();
        if matches!(panel.views, Known::Loading) {
            // Opened as soon as it is known.
            self.wanted_view = (!typed.is_empty()).then_some(typed);
            return self.close_arrange();
        }
        let whole = panel.shown().into_iter().find(|view| view.name == typed);
        match whole.or_else(|| panel.chosen_view()).cloned() {
            Some(view) => {
                self.close_arrange();
                self.use_view(view)
            }
            None => {
                panel.complaint = Some(format!("there is no view {typed}"));
                Vec::new()
            }
        }
    }

    /// Shows what a view shows.
    fn use_view(&mut self, view: View) -> Vec<Ask<Wish>> {
        self.own.close();
        self.focus = Focus::List;
        self.marks.clear();
        self.forget_groups();
        self.filter.set(&view.filter);
        self.sort = view.sort;
        if !view.columns.is_empty() {
            self.chosen_columns.clone_from(&view.columns);
        }
        let mut asks = self.load_top();
        asks.push(toast(Tone::Plain, format!("view {}", view.name)));
        asks
    }

    fn ask_delete_view(&mut self) -> Vec<Ask<Wish>> {
        let Layer::Arrange(Arrange::Views(panel)) = &mut self.layer else { return Vec::new() };
        let Some(view) = panel.chosen_view() else { return Vec::new() };
        if view.origin == Origin::BuiltIn {
            panel.complaint = Some(format!("{} is built in and stays", view.name));
            return Vec::new();
        }
        let question = Question {
            what: format!("Delete the view {}: {}", view.name, shown_filter(&view.filter)),
            yes: "delete".to_owned(),
            typed_count: None,
        };
        let wish = Wish::Arrange(ArrangeWish::DeleteView(view.name.clone()));
        self.close_arrange();
        vec![Ask::Confirm(question, wish)]
    }

    pub(super) fn view_deleted(&mut self, name: &str, result: Result<(), Error>) -> Vec<Ask<Wish>> {
        match result {
            Ok(()) => vec![toast(Tone::Good, format!("the view {name} is deleted"))],
            Err(error) => vec![failed("not deleted", &error)],
        }
    }

    /// Enter in the line for a name.
    pub(super) fn save_view(&mut self, name: &str) -> Vec<Ask<Wish>> {
        let Layer::Arrange(Arrange::SaveView(line)) = &mut self.layer else { return Vec::new() };
        let name = match checked_name(name) {
            Ok(name) => name,
            Err(what) => {
                line.complain(what);
                return Vec::new();
            }
        };
        let view = View {
            name,
            filter: self.query().filter,
            sort: self.sort,
            columns: self.chosen_columns.clone(),
            origin: Origin::Own,
        };
        self.close_arrange();
        vec![Ask::Do(Wish::Arrange(ArrangeWish::SaveView(view, Existing::Keep)))]
    }

    pub(super) fn view_saved(&mut self, view: View, result: Result<Saved, Error>) -> Vec<Ask<Wish>> {
        match result {
            Ok(Saved::Done) => {
                let text = format!("saved as the view {}: {}", view.name, shown_filter(&view.filter));
                vec![toast(Tone::Good, text)]
            }
            Ok(Saved::Exists) => {
                let question = Question {
                    what: format!(
                        "There is a view {}. Put this in its place: {}",
                        view.name,
                        shown_filter(&view.filter)
                    ),
                    yes: "replace".to_owned(),
                    typed_count: None,
                };
                let wish = ArrangeWish::SaveView(view, Existing::Replace);
                vec![Ask::Confirm(question, Wish::Arrange(wish))]
            }
            Err(error) => vec![failed("not saved", &error)],
        }
    }
}

impl ViewsPanel {
    /// Lines that it takes: its rule, the views, the line, what the keys do.
    pub fn height(&self) -> u16 {
        let rows = match &self.views {
            Known::Loading => 1,
            Known::Some(views) => views.len().clamp(1, SHOWN_MAX),
        };
        rows as u16 + 3
    }

    /// Pasted text; it opens nothing.
    pub fn paste(&mut self, text: &str) {
        self.line.insert(text);
        self.chosen = 0;
    }

    fn shown(&self) -> Vec<&View> {
        match &self.views {
            Known::Loading => Vec::new(),
            Known::Some(views) => ranked(views, self.line.text().trim()),
        }
    }

    fn chosen_view(&self) -> Option<&View> {
        self.shown().get(self.chosen).copied()
    }

    /// Draws it; gives the place of the cursor.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let theme = look.theme;
        draw_rule("views", area, buffer, theme);
        let mut rows: Vec<Rect> = area.rows().skip(1).collect();
        let keys = rows.pop()?;
        let line = rows.pop()?;
        let shown = self.shown();
        let first = panel::first_shown(self.chosen, shown.len(), rows.len());
        for (row, (at, view)) in rows.iter().zip(shown.iter().enumerate().skip(first)) {
            draw_view(view, at == self.chosen, *row, buffer, look);
        }
        if shown.is_empty()
            && let Some(row) = rows.first()
        {
            let text = match self.views {
                Known::Loading => format!("   reading the views{}", theme.symbols.ellipsis),
                Known::Some(_) => "   no view has such a name".to_owned(),
            };
            buffer.set_stringn(row.x, row.y, text, row.width.into(), theme.dim);
        }
        let room = usize::from(area.width);
        let (x, _) = buffer.set_stringn(line.x, line.y, " view ", room, theme.accent);
        let (part, cursor) = self.line.visible_part(room.saturating_sub(7));
        buffer.set_stringn(x, line.y, part, room.saturating_sub(6), theme.text);
        let (text, style) = match &self.complaint {
            Some(complaint) => (complaint.as_str(), theme.bad),
            None if room < 60 => ("Enter opens  Ctrl-x deletes  Esc", theme.dim),
            None => ("Enter opens   Ctrl-x deletes   Esc closes   save-view keeps a new one", theme.dim),
        };
        let text = cells::fit(text, room.saturating_sub(1), Keep::Start, theme.symbols.ellipsis);
        buffer.set_stringn(keys.x + 1, keys.y, &text, room.saturating_sub(1), style);
        Some(Position::new((x + cursor as u16).min(line.right().saturating_sub(1)), line.y))
    }
}

fn draw_view(view: &View, is_chosen: bool, row: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let theme = look.theme;
    let ellipsis = theme.symbols.ellipsis;
    let room = usize::from(row.width);
    let marker = if is_chosen { theme.symbols.cursor } else { " " };
    let style = if is_chosen { theme.selected } else { theme.text };
    let (x, _) = buffer.set_stringn(row.x, row.y, format!(" {marker} "), room, theme.accent);
    let left = |x: u16| usize::from(row.right().saturating_sub(x));
    let name = cells::padded(&view.name, 22.min(left(x)), Align::Left, Keep::Start, ellipsis);
    let (x, _) = buffer.set_stringn(x, row.y, name, left(x), style);
    let origin = if view.origin == Origin::BuiltIn { "  built in" } else { "" };
    let filter_room = left(x).saturating_sub(2 + cells::width(origin));
    let filter = cells::fit(&shown_filter(&view.filter), filter_room, Keep::Start, ellipsis).into_owned();
    let (x, _) = buffer.set_stringn(x + 1, row.y, filter, filter_room, theme.text);
    buffer.set_stringn(x, row.y, origin, left(x), theme.dim);
}

fn shown_filter(filter: &str) -> String {
    if filter.is_empty() { "all findings".to_owned() } else { filter.to_owned() }
}

/// The views whose names hold what is typed: the whole name first, then those that begin with it.
fn ranked<'v>(views: &'v [View], typed: &str) -> Vec<&'v View> {
    let typed = typed.to_lowercase();
    let rank = |view: &View| {
        let name = view.name.to_lowercase();
        match () {
            () if name == typed => Some(0),
            () if name.starts_with(&typed) => Some(1),
            () if name.contains(&typed) => Some(2),
            () => None,
        }
    };
    let mut found: Vec<(u8, &View)> = views.iter().filter_map(|view| Some((rank(view)?, view))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, view)| view).collect()
}

fn no_view(name: &str) -> Ask<Wish> {
    toast(Tone::Bad, format!("there is no view {name}; view lists them"))
}
