//! What a command or an answer changes, and what is asked for next.

use super::lines::{Jump, Line, Section};
use super::state::{Focus, Keeping, Overview};
use super::wish::{ENTRIES_LANE, Look, Msg, Wish};
use crate::chain::recent::About;
use crate::error::Error;
use crate::ids::EntrySeq;
use crate::ui::command::Command;
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::{Failure, Load};
use crate::ui::screen::{Ask, Input, Nature, Place, Tone, safe, toast};
use chrono::{DateTime, Utc};

impl Overview {
    /// Takes what the app says.
    pub(super) fn on_input(&mut self, input: Input) -> Vec<Ask<Wish>> {
        match input {
            Input::Opened(_) => match self.looking {
                Load::Idle if self.look.is_none() => self.load(),
                _ => Vec::new(),
            },
            Input::Resized { columns, rows } => {
                (self.columns, self.rows) = (columns, rows);
                Vec::new()
            }
            Input::Command(command) => self.command(command),
            Input::News if self.look.is_some() => vec![Ask::Do(Wish::News)],
            Input::Reconnected if self.is_wanting() => self.load(),
            Input::Stopped(nature) => {
                self.stopped(nature);
                Vec::new()
            }
            // There is no line to type into, and a paste decides nothing.
            Input::Key(_)
            | Input::Kept(_)
            | Input::Edited(_)
            | Input::Paste(_)
            | Input::DraftsRestored(_)
            | Input::Rested => Vec::new(),
            Input::News | Input::Reconnected | Input::LoggedIn | Input::Verified(_) => Vec::new(),
        }
    }

    /// Takes an answer.
    pub(super) fn on_answer(&mut self, msg: Msg) -> Vec<Ask<Wish>> {
        match msg {
            Msg::Looked(result) => return self.looked(result),
            Msg::Glance(section, at, lines) => return self.glanced(section, at, lines),
            Msg::Section(section, at, result) => {
                let Some(block) = self.blocks.iter_mut().find(|block| block.section == section) else {
                    return Vec::new();
                };
                match result {
                    Ok(lines) => (block.lines, block.load, block.as_of) = (lines, Load::Idle, Some(at)),
                    Err(error) => block.load = Load::Failed(Failure::from(error)),
                }
            }
            Msg::Entries(at, result) => match result {
                Ok(rows) => {
                    let entries = &mut self.entries;
                    (entries.rows, entries.load, entries.as_of) = (rows, Load::Idle, Some(at));
                }
                Err(error) => self.entries.load = Load::Failed(Failure::from(error)),
            },
            // News that cannot be asked for are none; the footer tells of a lost connection.
            Msg::News(Ok(head)) => self.news = self.beyond_look(head),
            Msg::News(Err(_)) | Msg::Kept(Ok(())) => {}
            Msg::Kept(Err(why)) => {
                return vec![toast(Tone::Bad, format!("this visit could not be remembered: {why}"))];
            }
        }
        self.keep_visit()
    }

    /// Asks for everything anew; what is shown stays until it comes.
    fn load(&mut self) -> Vec<Ask<Wish>> {
        self.looking = Load::Asked;
        self.all_loads(&Load::Asked);
        vec![Ask::Do(Wish::Look)]
    }

    fn all_loads(&mut self, load: &Load) {
        for block in &mut self.blocks {
            block.load = load.clone();
        }
        self.entries.load = load.clone();
    }

    /// After the look all sections load at once, each for itself.
    fn looked(&mut self, result: Result<Look, Error>) -> Vec<Ask<Wish>> {
        let mut look = match result {
            Ok(look) => look,
            Err(error) => {
                self.looking = Load::Failed(Failure::from(error));
                self.all_loads(&self.looking.clone());
                return Vec::new();
            }
        };
        // A visit lasts as long as the console: what was new stays so until the next one.
        match &self.look {
            None => self.last = look.last,
            Some(_) => look.last = self.last,
        }
        (self.looking, self.keeping, self.news) = (Load::Idle, Keeping::Waits, 0);
        self.look = Some(look.clone());
        let sections = Section::ALL.into_iter().map(|section| Ask::Do(Wish::Section(section, look.clone())));
        sections.chain([Ask::Do(Wish::Entries)]).collect()
    }

    /// Once everything has been shown that can be, this visit is the last one.
    fn keep_visit(&mut self) -> Vec<Ask<Wish>> {
        let is_shown =
            !self.loads().any(|load| *load == Load::Asked) && self.loads().any(|l| *l == Load::Idle);
        let Some(look) = self.look.as_ref().filter(|_| is_shown && self.keeping == Keeping::Waits) else {
            return Vec::new();
        };
        let Some(database) = look.database.clone() else { return Vec::new() };
        let now = look.now;
        self.keeping = Keeping::Done;
        vec![Ask::Do(Wish::Keep(database, now))]
    }

    /// Shows what was quick where nothing is shown yet, and asks for the whole. What is shown already says
    /// more than a glance does, and stays until the whole has come.
    fn glanced(&mut self, section: Section, at: DateTime<Utc>, lines: Vec<Line>) -> Vec<Ask<Wish>> {
        let Some(look) = self.look.clone() else { return Vec::new() };
        if let Some(block) = self.blocks.iter_mut().find(|b| b.section == section && b.as_of.is_none()) {
            (block.lines, block.as_of) = (lines, Some(at));
        }
        vec![Ask::Do(Wish::Whole(section, look))]
    }

    fn beyond_look(&self, head: EntrySeq) -> u64 {
        let shown = self.look.as_ref().map_or(head, |look| look.now.seq);
        u64::try_from(head.0.saturating_sub(shown.0)).unwrap_or(0)
    }

    /// Whether something that should be here is not.
    fn is_wanting(&self) -> bool {
        self.looking != Load::Idle || self.loads().any(|load| *load != Load::Idle)
    }

    fn stopped(&mut self, nature: Nature) {
        let Nature::Load(lane) = nature else { return };
        let stopped = || Load::Failed(Failure::of("the load was stopped".to_owned()));
        if lane == Wish::LOOK_LANE && self.looking == Load::Asked {
            self.looking = stopped();
            self.all_loads(&stopped());
        }
        if lane == ENTRIES_LANE && self.entries.load == Load::Asked {
            self.entries.load = stopped();
        }
        for block in self.blocks.iter_mut().filter(|b| b.section.lane() == lane && b.load == Load::Asked) {
            block.load = stopped();
        }
    }

    fn command(&mut self, command: Command) -> Vec<Ask<Wish>> {
        match command {
            Command::Down => self.go(1),
            Command::Up => self.go(-1),
            Command::PageDown => self.go(self.half_page()),
            Command::PageUp => self.go(-self.half_page()),
            Command::Top => self.go(isize::MIN),
            Command::Bottom => self.go(isize::MAX),
            Command::FocusDetail => self.focus = Focus::Entries,
            Command::FocusList => self.focus = Focus::Areas,
            Command::NextPane | Command::PreviousPane => {
                self.focus = if self.focus == Focus::Areas { Focus::Entries } else { Focus::Areas };
            }
            Command::Zoom => self.zoom = if self.zoom == Zoom::In { Zoom::Out } else { Zoom::In },
            Command::OpenSelected => return self.open_selected(),
            Command::Back | Command::Quit => return self.back(),
            Command::Refresh => return self.load(),
            Command::CopyCommand => return self.copy_command(),
            _ => {}
        }
        Vec::new()
    }

    /// Moves the cursor of the part with the focus by so many rows, as far as there are any.
    fn go(&mut self, by: isize) {
        let moved = |at: usize, count: usize| at.saturating_add_signed(by).min(count.saturating_sub(1));
        match self.focus {
            Focus::Areas => {
                let to = moved(self.cursor(), self.stops().count());
                let selected = self.stops().nth(to).map(|(section, line)| (section, line.id));
                self.selected = selected;
            }
            Focus::Entries => {
                let to = moved(self.entry_cursor(), self.entries.rows.len());
                self.entries.selected = self.entries.rows.get(to).map(|entry| entry.seq);
            }
        }
        // Where both scroll to is remembered: at an edge they move by half a page, else they stand.
        let areas = self.areas(ratatui::layout::Rect::new(0, 0, self.columns, self.rows));
        let top = self.first_row(&self.area_rows(), areas.lines.height.into());
        (self.top, self.entries.top) = (top, self.first_entry(areas.entries.height.into()));
    }

    fn open_selected(&mut self) -> Vec<Ask<Wish>> {
        match self.target() {
            Some(Jump::Findings(filter)) => vec![Ask::Open(Place::Findings { filter })],
            Some(Jump::Runs(filter)) => vec![Ask::Open(Place::Runs { filter })],
            Some(Jump::Drift(filter)) => vec![Ask::Open(Place::Drift { filter })],
            Some(Jump::Tests(filter)) => vec![Ask::Open(Place::Tests { filter })],
            Some(Jump::Audit) => vec![Ask::Open(Place::Audit { filter: String::new() })],
            Some(Jump::Entry(seq)) => vec![Ask::Open(Place::Entry(seq))],
            None => Vec::new(),
        }
    }

    /// Where Enter leads.
    fn target(&self) -> Option<Jump> {
        match self.focus {
            Focus::Areas => self.selected_line().and_then(|(_, line)| line.jump.clone()),
            Focus::Entries => {
                let entry = self.selected_entry()?;
                Some(match entry.about {
                    About::Finding(id, _) => Jump::Findings(format!("id:{id}")),
                    About::Many(_) | About::Repo(_) | About::Nothing => Jump::Entry(entry.seq),
                })
            }
        }
    }

    fn copy_command(&self) -> Vec<Ask<Wish>> {
        match (self.target(), self.selected_entry()) {
            (Some(Jump::Findings(_)), Some(entry)) if self.focus == Focus::Entries => match &entry.about {
                About::Finding(id, _) => vec![Ask::Copy(safe(format!("attestor findings show {id}")))],
                _ => Vec::new(),
            },
            (Some(Jump::Findings(filter)), _) => {
                let filter = filter.replace('\'', r"'\''");
                vec![Ask::Copy(safe(format!("attestor findings list --filter '{filter}'")))]
            }
            (Some(Jump::Runs(filter)), _) => {
                let filter = filter.replace('\'', r"'\''");
                vec![Ask::Copy(safe(format!("attestor runs list --filter '{filter}'")))]
            }
            (Some(Jump::Drift(filter)), _) => {
                let filter = filter.replace('\'', r"'\''");
                vec![Ask::Copy(safe(format!("attestor drift list --filter '{filter}'")))]
            }
            (Some(Jump::Tests(filter)), _) => {
                let filter = filter.replace('\'', r"'\''");
                vec![Ask::Copy(safe(format!("attestor tests list --filter '{filter}'")))]
            }
            (Some(Jump::Audit), _) => vec![Ask::Copy(safe("attestor audit list"))],
            (Some(Jump::Entry(seq)), _) => vec![Ask::Copy(safe(format!("attestor audit show {seq}")))],
            (None, _) => vec![toast(Tone::Plain, "no command shows this line alone")],
        }
    }

    fn back(&mut self) -> Vec<Ask<Wish>> {
        match (self.zoom, self.focus) {
            (Zoom::In, _) => self.zoom = Zoom::Out,
            (Zoom::Out, Focus::Entries) => self.focus = Focus::Areas,
            (Zoom::Out, Focus::Areas) => return vec![Ask::Back],
        }
        Vec::new()
    }

    fn half_page(&self) -> isize {
        let areas = self.areas(ratatui::layout::Rect::new(0, 0, self.columns, self.rows));
        let height = if self.focus == Focus::Areas { areas.lines.height } else { areas.entries.height };
        isize::from(i16::try_from(height / 2).unwrap_or(i16::MAX)).max(1)
    }
}
