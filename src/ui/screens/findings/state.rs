//! What the Findings screen knows.

use super::arrange::{Arrange, Search};
use super::attending::{AttendForm, HeldPanel, Next};
use super::choice::Choice;
use super::drafts::Drafts;
use super::groups::Groups;
use super::list::List;
use super::marks::Marks;
use super::own::Own;
use super::people::People;
use super::reading::Reading;
use super::take_back::Whole;
use super::wish::{Query, Wish};
use crate::db::page::Page;
use crate::ids::FindingId;
use crate::triage::column::Column;
use crate::triage::detail::{FindingDetail, Sighting};
use crate::triage::feedback::Conflict;
use crate::triage::finding::{Finding, Verdict};
use crate::ui::list_detail::layout::Zoom;
use crate::ui::list_detail::load::Failure;
use crate::ui::list_detail::load::Load;
use crate::ui::widgets::editor::Editor;
use crate::ui::widgets::filter_bar::FilterBar;
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;

/// What the screen opens with: the rows that need a person.
pub const DEFAULT_FILTER: &str = "is:undecided";
/// How many earlier reasons the prompt brings back.
pub const REASONS_MAX: usize = 50;

/// The Findings screen.
pub struct Findings {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) focus: Focus,
    pub(super) zoom: Zoom,
    pub(super) filter: FilterBar,
    pub(super) sort: crate::triage::store::findings::Sort,
    /// Those that a person chose; none = those that fit.
    pub(super) chosen_columns: Vec<Column>,
    pub(super) wanted_view: Option<String>,
    pub(super) search: Option<Search>,
    pub(super) list: List,
    pub(super) load: Load,
    pub(super) as_of: Option<DateTime<Utc>>,
    pub(super) ticket: u64,
    pub(super) news: News,
    pub(super) newest: Option<FindingId>,
    pub(super) sought: Option<FindingId>,
    pub(super) taking_back: Option<FindingId>,
    pub(super) shown: Shown,
    pub(super) layer: Layer,
    pub(super) marks: Marks,
    pub(super) targets_ticket: u64,
    pub(super) whole: Option<Whole>,
    pub(super) now: DateTime<Utc>,
    pub(super) drafts: Drafts,
    pub(super) under_way: Vec<Deed>,
    pub(super) unsure: VecDeque<Deed>,
    pub(super) conflicts: VecDeque<ConflictPanel>,
    pub(super) held: VecDeque<HeldPanel>,
    pub(super) next: Vec<Next>,
    pub(super) reasons: VecDeque<String>,
    pub(super) last: Option<(Verdict, String)>,
    pub(super) own: Own,
    pub(super) groups: Groups,
    pub(super) people: People,
}

/// Which part has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of findings.
    List,
    /// The detail.
    Detail,
    /// One's own drafts and decisions, in the place of the list.
    Own,
    /// The groups, in the place of the list.
    Groups,
}

/// What others have changed since the rows were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing that is known of.
    None,
    /// So many findings that were not there.
    New(u64),
}

/// What stands in the place of the detail: always one finding, the one that its rule names.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The number, where there is no row that knows more: of a group, its riskiest finding.
    pub sample: Option<FindingId>,
    /// What the row already knew.
    pub row: Option<Finding>,
    /// The rest, once it is here.
    pub detail: Option<Box<FindingDetail>>,
    /// The scans of its life, once they were asked for.
    pub life: Option<Page<Sighting>>,
    /// How its load stands.
    pub load: Load,
    /// The first line that is shown.
    pub scroll: usize,
    /// Its code and patch, as they were read.
    pub reading: Reading,
}

/// What lies over the screen and takes the keys.
pub enum Layer {
    /// Nothing.
    None,
    /// A reason is being written.
    Reason(ReasonPrompt),
    /// Why and until when is being written.
    Attend(Box<AttendForm>),
    /// A comment is being written.
    Comment(Box<CommentEditor>),
    /// The number of a finding is being written.
    Jump(Prompt),
    /// Views, columns, or what to look for.
    Arrange(Arrange),
    /// Two people decided: both sides.
    Conflict(ConflictPanel),
    /// Others hold what was wanted.
    Held(HeldPanel),
    /// A deed was sent, and the answer never came.
    Unsure,
}

/// A reason for a verdict on findings.
pub struct ReasonPrompt {
    /// The verdict.
    pub verdict: Verdict,
    /// The findings.
    pub choice: Choice,
    /// The line.
    pub prompt: Prompt,
}

/// A comment on a finding.
pub struct CommentEditor {
    /// The finding.
    pub finding: FindingId,
    /// What the editor says that it is about.
    pub about: String,
    /// What was typed.
    pub editor: Editor,
    /// What is wrong with it, after an attempt to save.
    pub complaint: Option<String>,
}

/// Two people decided.
pub struct ConflictPanel {
    /// Both sides, for each finding that others were faster on.
    pub conflicts: Vec<Conflict>,
    /// What this person wanted.
    pub deed: Deed,
}

/// A deed that has been sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// What was asked for.
    pub wish: Wish,
    /// What it is about, for a person.
    pub about: String,
    /// What to say of it when nobody knows what became of it.
    pub failure: Option<Failure>,
}

impl Findings {
    /// The screen before anything is known.
    pub fn new() -> Self {
        Findings {
            columns: 80,
            rows: 22,
            focus: Focus::List,
            zoom: Zoom::Out,
            filter: FilterBar::new(DEFAULT_FILTER),
            sort: Default::default(),
            chosen_columns: Vec::new(),
            wanted_view: None,
            search: None,
            list: List::default(),
            load: Load::Idle,
            as_of: None,
            ticket: 0,
            news: News::None,
            newest: None,
            sought: None,
            taking_back: None,
            shown: Shown::nothing(),
            layer: Layer::None,
            marks: Marks::default(),
            targets_ticket: 0,
            whole: None,
            now: DateTime::UNIX_EPOCH,
            drafts: Drafts::default(),
            under_way: Vec::new(),
            unsure: VecDeque::new(),
            conflicts: VecDeque::new(),
            held: VecDeque::new(),
            next: Vec::new(),
            reasons: VecDeque::new(),
            last: None,
            own: Own::default(),
            groups: Groups::default(),
            people: People::default(),
        }
    }

    /// What is asked of the database for the list.
    pub(super) fn query(&self) -> Query {
        Query { filter: self.filter.in_force().to_owned(), sort: self.sort }
    }

    /// The finding that deeds are about: what has the cursor in the list, or in the own pane what its
    /// row speaks of.
    pub(super) fn subject(&self) -> Option<&Finding> {
        match self.focus {
            Focus::Own => self.own.selected_finding(),
            Focus::Groups => None,
            Focus::List => self.list.selected().map(|row| &row.finding),
            // In the detail, what is read is what is decided.
            Focus::Detail if self.own.is_open() => self.own.selected_finding(),
            Focus::Detail if self.groups.are_shown() => self.shown.row.as_ref(),
            Focus::Detail => self.list.selected().map(|row| &row.finding),
        }
    }
}

impl Default for Findings {
    fn default() -> Self {
        Findings::new()
    }
}

impl Shown {
    /// An empty detail.
    pub fn nothing() -> Self {
        Shown {
            sample: None,
            row: None,
            detail: None,
            life: None,
            load: Load::Idle,
            scroll: 0,
            reading: Reading::default(),
        }
    }

    /// The finding that it names.
    pub fn id(&self) -> Option<FindingId> {
        self.row.as_ref().map(|row| row.id).or(self.sample)
    }
}

/// How a finding is called in prompts and questions: `#12 sql-injection api/users.py:42`.
pub fn called(finding: &Finding) -> String {
    format!("#{} {} {}", finding.id, finding.rule_id.one_line(), place(finding))
}

/// Where a finding is: `api/users.py:42`.
pub fn place(finding: &Finding) -> String {
    match (finding.file.one_line(), finding.line) {
        (file, Some(line)) if !file.is_empty() => format!("{file}:{line}"),
        (file, _) => file.into_owned(),
    }
}
