//! The panel "AI against people": what is measured, and what of it is looked at.

use super::state::{DEFAULT_FILTER, Findings};
use super::wish::Wish;
use crate::error::Error;
use crate::triage::agreement::Agreement;
use crate::triage::stats::Stats;
use crate::ui::command::Command;
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::load::{Failure, Load};
use crate::ui::screen::Ask;

/// The panel. What was measured before stays on the screen while it is measured anew.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    open: Open,
    /// Which verdicts of people count.
    pub sample: Sample,
    /// Of which findings.
    pub scope: Scope,
    /// What the table shows.
    pub part: Part,
    /// The first line that is shown.
    pub scroll: usize,
    /// How the load stands.
    pub load: Load,
    /// What was measured, and of which filter.
    pub measured: Option<(String, Box<Stats>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    Yes,
}

/// Which verdicts of people are compared with the AI's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Those that were given before the AI's was shown.
    Blind,
    /// All that stand.
    All,
}

/// Which findings are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Everything,
    /// Those of the filter in force.
    Filter,
}

/// What the table below the rates is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The scanners.
    Tools,
    /// The scanners' rules.
    Rules,
    /// The tenths of the AI's confidence.
    Confidence,
}

impl Part {
    /// All of them, in the order of the keys.
    pub const ALL: [Part; 3] = [Part::Tools, Part::Rules, Part::Confidence];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Part::Tools => "tools",
            Part::Rules => "rules",
            Part::Confidence => "confidence",
        }
    }

    fn beside(self, by: usize) -> Part {
        let at = Part::ALL.iter().position(|part| *part == self).unwrap_or(0);
        Part::ALL[(at + by) % Part::ALL.len()]
    }

    /// How many rows it has.
    pub fn rows(self, measured: &Agreement) -> usize {
        match self {
            Part::Tools => measured.by_tool.len(),
            Part::Rules => measured.by_rule.len(),
            Part::Confidence => measured.calibration.len(),
        }
    }
}

impl Default for People {
    fn default() -> Self {
        People {
            open: Open::No,
            sample: Sample::Blind,
            scope: Scope::Everything,
            part: Part::Tools,
            scroll: 0,
            load: Load::Idle,
            measured: None,
        }
    }
}

impl People {
    /// Whether it stands in the place of list and detail.
    pub fn is_open(&self) -> bool {
        self.open == Open::Yes
    }

    /// What was measured on the sample that is looked at.
    pub fn agreement(&self) -> Option<&Agreement> {
        let (_, stats) = self.measured.as_ref()?;
        Some(match self.sample {
            Sample::Blind => &stats.blind.agreement,
            Sample::All => &stats.all,
        })
    }
}

impl Findings {
    /// Opens the panel. The queue holds nothing that is decided, so beside it all findings are measured.
    pub(super) fn open_people(&mut self) -> Vec<Ask<Wish>> {
        self.people.open = Open::Yes;
        self.people.scroll = 0;
        self.people.scope = match self.filter.in_force() {
            "" | DEFAULT_FILTER => Scope::Everything,
            _ => Scope::Filter,
        };
        self.load_people()
    }

    /// Gives the place back to list and detail.
    pub(super) fn close_people(&mut self) {
        self.people.open = Open::No;
    }

    /// Measures anew.
    pub(super) fn load_people(&mut self) -> Vec<Ask<Wish>> {
        let filter = self.people_filter();
        if self.people.measured.as_ref().is_some_and(|(of, _)| *of != filter) {
            self.people.measured = None;
        }
        self.people.load = Load::Asked;
        vec![Ask::Do(Wish::People { filter })]
    }

    /// The filter of what is measured.
    pub(super) fn people_filter(&self) -> String {
        match self.people.scope {
            Scope::Everything => String::new(),
            Scope::Filter => self.filter.in_force().to_owned(),
        }
    }

    /// Takes what was measured. Where nobody decided blind, all decisions are looked at instead, and the
    /// panel says so.
    pub(super) fn people_came(&mut self, filter: String, result: Result<Box<Stats>, Error>) {
        if filter != self.people_filter() {
            return;
        }
        match result {
            Ok(stats) => {
                let is_first = self.people.measured.is_none();
                if is_first && stats.blind.agreement.rates.n == 0 && stats.all.rates.n > 0 {
                    self.people.sample = Sample::All;
                }
                self.people.measured = Some((filter, stats));
                self.people.load = Load::Idle;
                self.scroll_people(Way::Down, 0);
            }
            Err(error) => self.people.load = Load::Failed(Failure::from(error)),
        }
    }

    /// A command while the panel is open.
    pub(super) fn people_command(&mut self, command: Command) -> Vec<Ask<Wish>> {
        let page = self.people_height().saturating_sub(2).max(1);
        match command {
            Command::Down => self.scroll_people(Way::Down, 1),
            Command::Up => self.scroll_people(Way::Up, 1),
            Command::PageDown => self.scroll_people(Way::Down, page / 2 + 1),
            Command::PageUp => self.scroll_people(Way::Up, page / 2 + 1),
            Command::Top => self.people.scroll = 0,
            Command::Bottom => self.scroll_people(Way::Down, usize::MAX),
            Command::NextPane | Command::FocusDetail => self.turn_people(1),
            Command::PreviousPane | Command::FocusList => self.turn_people(Part::ALL.len() - 1),
            Command::NextSample => {
                self.people.sample = match self.people.sample {
                    Sample::Blind => Sample::All,
                    Sample::All => Sample::Blind,
                };
                self.people.scroll = 0;
            }
            Command::NextScope => {
                self.people.scope = match self.people.scope {
                    Scope::Everything => Scope::Filter,
                    Scope::Filter => Scope::Everything,
                };
                self.people.scroll = 0;
                return self.load_people();
            }
            Command::Refresh => return self.load_people(),
            Command::Back | Command::Quit | Command::GoFindings => self.close_people(),
            Command::CopyCommand => {
                let filter = self.people_filter();
                let command = match filter.as_str() {
                    "" => "attestor findings stats".to_owned(),
                    filter => {
                        format!("attestor findings stats --filter '{}'", filter.replace('\'', r"'\''"))
                    }
                };
                return vec![Ask::Copy(crate::ui::screen::safe(command))];
            }
            _ => {}
        }
        Vec::new()
    }

    fn turn_people(&mut self, by: usize) {
        self.people.part = self.people.part.beside(by);
        self.people.scroll = 0;
    }

    fn scroll_people(&mut self, way: Way, by: usize) {
        let last = self.people_lines().saturating_sub(self.people_height());
        let at = self.people.scroll.min(last);
        self.people.scroll = match way {
            Way::Down => at.saturating_add(by).min(last),
            Way::Up => at.saturating_sub(by),
        };
    }
}
