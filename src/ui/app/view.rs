//! How the console is drawn: tabs, the screen or what lies over it, the footer.

use super::jobs::JobState;
use super::overlay::Overlay;
use super::{Access, App, Leaving, Link, Moment};
use crate::ui::command::Command;
use crate::ui::keymap::spelled;
use crate::ui::screen::{Clock, Look, Mode, Screen, Tone};
use crate::ui::widgets::footer::{self, Part};
use crate::ui::widgets::jobs::{self, Stage};
use crate::ui::widgets::{notice, tabs, which_key};
use chrono::{DateTime, Local, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Style;

/// Below this nothing useful can be shown.
const MIN: Size = Size::new(20, 5);

/// Where the parts of the screen are.
pub(super) struct Areas {
    pub(super) tabs: Rect,
    pub(super) body: Rect,
    pub(super) footer: Rect,
}

pub(super) fn areas(size: Size) -> Areas {
    let line = |y, height| Rect::new(0, y, size.width, height);
    let footer = size.height.saturating_sub(1);
    Areas {
        tabs: line(0, size.height.min(1)),
        body: line(size.height.min(1), size.height.saturating_sub(2)),
        footer: line(footer, size.height.saturating_sub(1).min(1)),
    }
}

impl<S: Screen> App<S> {
    /// Draws everything; the result is where the text cursor stands, if it is shown.
    pub fn view(&self, buffer: &mut Buffer, moment: Moment) -> Option<Position> {
        let size = buffer.area.as_size();
        if size.width < MIN.width || size.height < MIN.height {
            if size.height > 0 {
                buffer.set_stringn(0, 0, "too small", size.width.into(), self.theme.text);
            }
            return None;
        }
        let areas = areas(size);
        let titles: Vec<_> = self.screens.iter().map(Screen::title).collect();
        let tabs: Vec<_> = titles.iter().enumerate().map(|(at, title)| self.tab(at, title)).collect();
        let look = Look { theme: &self.theme, clock: self.clock, now: moment.now };
        let mark = self.screens.iter().find_map(|screen| screen.mark(&look));
        let mark = mark.as_ref().map(|(text, tone)| (text.as_str(), self.of_tone(*tone)));
        tabs::draw(&tabs, self.active, &self.about_tab(), mark, areas.tabs, buffer, &self.theme);
        let screen = &self.screens[self.active];
        let below = screen.view(areas.body, buffer, &look);
        let (theme, keymap, pane) = (&self.theme, &self.keymap, screen.pane());
        let cursor = match &self.overlay {
            None if self.shows_next_keys() => {
                let typed = spelled(&self.pending);
                let next = keymap.continuations(&self.pending, pane);
                which_key::draw(&typed, &next, areas.body, buffer, theme);
                None
            }
            None => below,
            Some(Overlay::Help(help)) => help.draw(areas.body, buffer, theme, keymap, pane),
            Some(Overlay::Palette(palette)) => palette.draw(areas.body, buffer, theme, keymap, pane),
            Some(Overlay::Actions(actions)) => {
                actions.draw(areas.body, buffer, theme, keymap);
                None
            }
            Some(Overlay::Confirm(confirm, _)) => confirm.draw(areas.body, buffer, theme),
            Some(Overlay::Jobs(chosen)) => {
                self.draw_jobs(*chosen, areas.body, buffer);
                None
            }
        };
        let (mut left, right) = (self.left(), self.right());
        if let Some(news) = self.bad_news().filter(|_| !footer::holds_first(&left, &right, areas.footer)) {
            notice::draw(news, theme.bad, areas.body, buffer, theme);
            left = self.hints();
        }
        footer::draw(&left, &right, areas.footer, buffer, theme.symbols.ellipsis);
        cursor
    }

    /// What went wrong just now, where nothing else is written into: the end of it is often what to try.
    fn bad_news(&self) -> Option<&str> {
        let is_alone = self.overlay.is_none() && self.leaving.is_none();
        let (toast, _) = self.toast.as_ref().filter(|(toast, _)| is_alone && toast.tone == Tone::Bad)?;
        (self.screens[self.active].mode() == Mode::Browse).then_some(&toast.text)
    }

    /// Whether somebody has paused on the first keys of a sequence.
    fn shows_next_keys(&self) -> bool {
        !self.pending.is_empty() && self.hints_at.is_none()
    }

    /// The key that leads to a screen, and its title.
    fn tab<'t>(&self, at: usize, title: &'t str) -> (String, &'t str) {
        let command = Command::named(&title.to_lowercase());
        let key = command.and_then(|command| self.keymap.keys_of(command).next());
        (key.unwrap_or_else(|| (at + 1).to_string()), title)
    }

    /// A connection with a colour of its own stands in the line of the screens too.
    fn about_tab(&self) -> String {
        if !self.theme.marks_connection() {
            return String::new();
        }
        let access = if self.about.access == Access::ReadOnly { " ro" } else { "" };
        format!(" {}{access} ", self.about.name.one_line())
    }

    fn draw_jobs(&self, chosen: usize, area: Rect, buffer: &mut Buffer) {
        let lines: Vec<_> = self
            .jobs
            .lines()
            .iter()
            .rev()
            .map(|line| jobs::Line {
                title: &line.title,
                standing: line.standing(),
                stage: match line.state {
                    JobState::Running(_) | JobState::Cancelling => Stage::Running,
                    JobState::Done(_) => Stage::Done,
                    JobState::Failed(_) => Stage::Failed,
                },
            })
            .collect();
        jobs::draw(&lines, chosen, area, buffer, &self.theme);
    }

    /// What keys do now, or what has just been said.
    fn left(&self) -> Vec<Part> {
        let theme = &self.theme;
        if self.leaving.is_some() {
            let what = match self.leaving {
                Some(Leaving::Suspend) => "suspends",
                _ => "quits",
            };
            let writes = self.writes();
            let text =
                format!("{what} when {writes} {} done", if writes == 1 { "write is" } else { "writes are" });
            return vec![Part::text(text, theme.warn, 0), Part::key("Ctrl-c Ctrl-c", "at once", theme, 1)];
        }
        let hints = self.hints();
        // Good news do not hide what the keys of an overlay do; bad news stand before it.
        let hides = |tone| self.overlay.is_none() || tone == Tone::Bad;
        if let Some((toast, _)) = self.toast.as_ref().filter(|(toast, _)| hides(toast.tone)) {
            let mut parts = vec![Part::text(toast.text.clone(), self.of_tone(toast.tone), 0)];
            match (&self.overlay, self.screens[self.active].mode()) {
                (Some(_), _) => parts.extend(hints),
                (None, Mode::Browse) => parts.extend(self.help_part(0)),
                (None, Mode::Line | Mode::Editor) => {}
            }
            return parts;
        }
        if !self.pending.is_empty() {
            return self.prefix();
        }
        hints
    }

    fn of_tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Good => self.theme.good,
            Tone::Plain => self.theme.text,
            Tone::Bad => self.theme.bad,
        }
    }

    fn prefix(&self) -> Vec<Part> {
        let (theme, pane) = (&self.theme, self.screens[self.active].pane());
        let typed = spelled(&self.pending);
        let mut parts = vec![Part::text(format!("{typed} -"), theme.strong, 0)];
        parts.push(Part::key("Esc", "back", theme, 1));
        if self.shows_next_keys() {
            return parts;
        }
        for (at, (key, command)) in self.keymap.continuations(&self.pending, pane).into_iter().enumerate() {
            parts.push(Part::key(&key, command.row().label, theme, at as u8 + 2));
        }
        parts
    }

    fn hints(&self) -> Vec<Part> {
        let theme = &self.theme;
        let screen = &self.screens[self.active];
        let fixed: &[(&str, &str)] = match (&self.overlay, screen.mode()) {
            (Some(Overlay::Help(_)), _) => &[("Enter", "do it"), ("Esc", "close"), ("↑↓", "choose")],
            (Some(Overlay::Palette(_)), _) => {
                &[("Enter", "run"), ("Tab", "complete"), ("Esc", "close"), ("↑↓", "choose")]
            }
            (Some(Overlay::Actions(_)), _) => {
                &[("Enter", "do it"), ("Esc", "close"), ("j k", "choose"), ("its key", "does it")]
            }
            (Some(Overlay::Confirm(..)), _) => &[],
            (Some(Overlay::Jobs(_)), _) => &[("x", "cancel job"), ("Esc", "close"), ("j k", "choose")],
            // What is typed into says by itself what its keys do.
            (None, Mode::Line | Mode::Editor) => &[],
            (None, Mode::Browse) => {
                let hints = screen.hints().into_iter().filter(|command| self.why_not(*command).is_none());
                let mut parts: Vec<Part> = hints
                    .filter_map(|command| Some((self.keymap.keys_of(command).next()?, command.row().label)))
                    .take(6)
                    .enumerate()
                    .map(|(at, (key, label))| Part::key(&key, label, theme, at as u8 * 2 + 2))
                    .collect();
                parts.extend(self.help_part(0));
                return parts;
            }
        };
        let ascii = theme.symbols == crate::ui::theme::Symbols::ASCII;
        let fixed = fixed.iter().filter(|(key, _)| !ascii || key.is_ascii());
        fixed.enumerate().map(|(at, (key, label))| Part::key(key, label, theme, at as u8 * 2)).collect()
    }

    fn help_part(&self, priority: u8) -> Option<Part> {
        let key = self.keymap.keys_of(Command::Help).next()?;
        Some(Part::key(&key, "help", &self.theme, priority))
    }

    /// How things stand.
    fn right(&self) -> Vec<Part> {
        let theme = &self.theme;
        let screen = &self.screens[self.active];
        let name = self.about.name.one_line();
        let name = if theme.marks_connection() { format!(" {name} ") } else { name.into_owned() };
        let mut parts = vec![Part::text(name, theme.connection, 1)];
        match self.about.access {
            Access::ReadWrite => parts.push(Part::text("rw", theme.dim, 3)),
            Access::ReadOnly => parts.push(Part::text("ro", theme.warn, 1)),
        }
        if let Some(login) = &self.login {
            parts.push(Part::text(login.one_line(), theme.dim, 9));
        }
        match (self.link, screen.as_of()) {
            (Link::Down { since }, _) => {
                let text = format!("no database since {}", self.time(since));
                parts.push(Part::text(text, theme.bad, 0));
                parts.push(Part::text("trying again", theme.dim, 8));
            }
            (Link::Up, Some(time)) => parts.push(Part::text(self.time(time), theme.dim, 5)),
            (Link::Up, None) => {}
        }
        if screen.marks() > 0 {
            parts.push(Part::text(format!("{} marked", screen.marks()), theme.strong, 3));
        }
        parts.extend(self.job_part());
        parts
    }

    fn job_part(&self) -> Option<Part> {
        let running: Vec<_> = self.jobs.running().collect();
        let text = match running.as_slice() {
            [] => return None,
            [one] => format!("job 1 {}", one.standing()),
            several => format!("jobs {}", several.len()),
        };
        Some(Part::text(text.trim_end(), Style::new(), 3))
    }

    fn time(&self, time: DateTime<Utc>) -> String {
        match self.clock {
            Clock::Utc => time.format("%H:%M").to_string(),
            Clock::Local => time.with_timezone(&Local).format("%H:%M").to_string(),
        }
    }
}
