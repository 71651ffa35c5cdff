//! The Command table: every deed of the console once, with its name, help, key and where it holds.
//!
//! Footer, help, palette and the keymap file read this table and nothing else.

/// A deed that a key, the help or the palette asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// To the next row.
    Down,
    /// To the previous row.
    Up,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Half a page down.
    PageDown,
    /// Half a page up.
    PageUp,
    /// Into the detail.
    FocusDetail,
    /// Back to the list.
    FocusList,
    /// Opens what is selected.
    OpenSelected,
    /// One layer back.
    Back,
    /// One layer back; on the last one, quits.
    Quit,
    /// To the next pane.
    NextPane,
    /// To the previous pane.
    PreviousPane,
    /// To the Overview.
    GoOverview,
    /// To the Findings screen.
    GoFindings,
    /// To the Feedback pane: one's own drafts and decisions.
    GoFeedback,
    /// Edits the filter.
    Filter,
    /// Lifts the filter for a while, and puts it back; the row stays.
    SuspendFilter,
    /// Groups the findings by rule.
    GroupByRule,
    /// Groups the findings by file.
    GroupByFile,
    /// Groups the findings by fingerprint.
    GroupByFingerprint,
    /// Back from groups to rows.
    Ungroup,
    /// To the next row that needs a person.
    NextNeedy,
    /// To the previous row that needs a person.
    PreviousNeedy,
    /// Shows every deed that holds for what is chosen.
    Actions,
    /// Says that one looks at it, for some hours.
    Claim,
    /// Ends a claim.
    Release,
    /// Lets it wait until a time.
    Snooze,
    /// Ends a snooze.
    EndSnooze,
    /// Accepts the risk until a time.
    AcceptRisk,
    /// Ends the acceptance of a risk.
    EndAcceptance,
    /// Marks the row.
    Mark,
    /// Begins a range of marks, or ends it.
    MarkRange,
    /// Marks all in the filter.
    MarkAll,
    /// Clears all marks.
    ClearMarks,
    /// Decides: real.
    MarkTruePositive,
    /// Decides: not real.
    MarkFalsePositive,
    /// Offers the last verdict and reason on this row.
    SameAgain,
    /// Writes a comment in the editor.
    Comment,
    /// Takes back the latest decision on this row.
    TakeBack,
    /// Copies the row's number.
    CopyId,
    /// Copies the command line that shows the same.
    CopyCommand,
    /// To the row of a number.
    JumpToId,
    /// Sorts by the next column.
    Sort,
    /// The selected pane fills the screen, and back.
    Zoom,
    /// Loads anew.
    Refresh,
    /// Draws anew.
    Redraw,
    /// UTC or local times.
    ToggleClock,
    /// The command line of the console: deeds by name, and `import FILE`.
    Palette,
    /// Shows the running jobs; cancels one.
    Jobs,
    /// Help for this pane.
    Help,
    /// Stops what is being asked, or quits when pressed twice.
    Cancel,
    /// Gives the terminal back to the shell for a while.
    Suspend,
    /// Takes in a file of a scanner, in the background.
    Import,
    /// Cancels the running jobs.
    CancelJobs,
    /// Goes to a row by its number, or to a screen by its name.
    GoTo,
    /// Changes the theme.
    Theme,
}

impl Command {
    /// The row of this command.
    pub fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.command == self).unwrap_or(&TABLE[0])
    }

    /// The command of a name.
    pub fn named(name: &str) -> Option<Command> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.command)
    }
}

/// Where keys go, as far as commands are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The areas of the Overview.
    Overview,
    /// The newest audit entries of the Overview.
    OverviewEntries,
    /// The list of findings.
    FindingsList,
    /// Groups of findings.
    FindingsGroups,
    /// The detail of a finding.
    FindingsDetail,
    /// One's own drafts and decisions.
    Feedback,
}

impl Pane {
    /// All of them.
    pub const ALL: &[Pane] = &[
        Pane::Overview,
        Pane::OverviewEntries,
        Pane::FindingsList,
        Pane::FindingsGroups,
        Pane::FindingsDetail,
        Pane::Feedback,
    ];
}

/// Where a command holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// On every screen.
    Everywhere,
    /// With the focus in one of these.
    In(&'static [Pane]),
}

/// What a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// A row under the cursor.
    Row,
    /// Marked rows.
    Marks,
    /// A connection that may write.
    WriteAccess,
}

/// The heading under which the help shows a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Deciding.
    Decide,
    /// Moving about.
    Move,
    /// Choosing what is shown.
    Show,
    /// Copying.
    Copy,
    /// The console itself.
    Console,
}

impl Group {
    /// The groups in the order of the help.
    pub const ALL: [Group; 5] = [Group::Decide, Group::Move, Group::Show, Group::Copy, Group::Console];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Decide => "Decide",
            Group::Move => "Move",
            Group::Show => "Show",
            Group::Copy => "Copy",
            Group::Console => "Console",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// The command.
    pub command: Command,
    /// Its name in the palette and the keymap file.
    pub name: &'static str,
    /// What the footer calls it: a word or two.
    pub label: &'static str,
    /// What it does, in plain words.
    pub help: &'static str,
    /// The default keys: sequences with a space between their keys, `g g` or `Ctrl-d`.
    pub keys: &'static [&'static str],
    /// Where it holds.
    pub holds: Holds,
    /// What it needs.
    pub needs: &'static [Need],
    /// Its heading in the help.
    pub group: Group,
}

impl Row {
    /// Whether the command holds with the focus in `pane`.
    pub fn holds_in(&self, pane: Pane) -> bool {
        match self.holds {
            Holds::Everywhere => true,
            Holds::In(panes) => panes.contains(&pane),
        }
    }
}

const EVERYWHERE: Holds = Holds::Everywhere;
const LIST: Holds = Holds::In(&[Pane::FindingsList]);
const FINDING: Holds = Holds::In(&[Pane::FindingsList, Pane::FindingsGroups, Pane::FindingsDetail]);
const ONE_OR_OWN: Holds = Holds::In(&[Pane::FindingsList, Pane::FindingsDetail, Pane::Feedback]);
const FINDING_OR_OWN: Holds =
    Holds::In(&[Pane::FindingsList, Pane::FindingsGroups, Pane::FindingsDetail, Pane::Feedback]);
const ANY_LIST: Holds = Holds::In(&[
    Pane::FindingsList,
    Pane::FindingsGroups,
    Pane::FindingsDetail,
    Pane::Feedback,
    Pane::Overview,
    Pane::OverviewEntries,
]);
const ROW: &[Need] = &[Need::Row];
const WRITE: &[Need] = &[Need::WriteAccess];
const ROW_TO_WRITE: &[Need] = &[Need::Row, Need::WriteAccess];
const NOTHING: &[Need] = &[];

/// Every command once. The order is the order of the help within a group.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(Command::MarkTruePositive, "mark-true-positive", "TP", &["t"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Decide that the finding is real; asks for a reason first"),
    row(Command::MarkFalsePositive, "mark-false-positive", "FP", &["f"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Decide that the finding is not real; asks for a reason first"),
    row(Command::SameAgain, "same-again", "same again", &["."], FINDING, ROW_TO_WRITE, Group::Decide,
        "Offer the last verdict and reason on this row"),
    row(Command::Comment, "comment", "comment", &["c"], ONE_OR_OWN, ROW_TO_WRITE, Group::Decide,
        "Write a comment of several lines"),
    row(Command::TakeBack, "take-back", "take back", &["u"], FINDING_OR_OWN, WRITE, Group::Decide,
        "Take back the row's decision, or the last on many; asks"),
    row(Command::Claim, "claim", "claim", &["m"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Claim: say that you look at it, for 4 hours"),
    row(Command::Release, "release", "release", &["M"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Release: end a claim"),
    row(Command::Snooze, "snooze", "snooze", &["w"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Snooze: let it wait until a time; asks why and until when"),
    row(Command::EndSnooze, "end-snooze", "end snooze", &["W"], FINDING, ROW_TO_WRITE, Group::Decide,
        "End a snooze: it is in the queue again"),
    row(Command::AcceptRisk, "accept-risk", "accept risk", &["A"], FINDING, ROW_TO_WRITE, Group::Decide,
        "Accept the risk until a time; asks why and until when"),
    row(Command::EndAcceptance, "end-acceptance", "end acceptance", &["X"], FINDING, ROW_TO_WRITE, Group::Decide,
        "End the acceptance of a risk: it is in the queue again"),
    row(Command::Actions, "actions", "actions", &["a"], EVERYWHERE, NOTHING, Group::Decide,
        "Show every deed that holds for what is chosen, with its key"),
    row(Command::Mark, "mark", "mark", &["Space"], LIST, ROW, Group::Decide,
        "Mark or unmark the row; a decision concerns all marked rows"),
    row(Command::MarkRange, "mark-range", "range", &["V"], LIST, ROW, Group::Decide,
        "Begin a range here; again, or Space, marks to the cursor"),
    row(Command::MarkAll, "mark-all", "mark all", &["*", "g m"], LIST, ROW, Group::Decide,
        "Mark all in the filter, loaded or not"),
    row(Command::ClearMarks, "clear-marks", "clear marks", &[",", "g ,"], LIST, NOTHING, Group::Decide,
        "Clear all marks"),
    row(Command::Down, "down", "down", &["j", "Down"], EVERYWHERE, NOTHING, Group::Move,
        "To the next row"),
    row(Command::Up, "up", "up", &["k", "Up"], EVERYWHERE, NOTHING, Group::Move,
        "To the previous row"),
    row(Command::Top, "top", "top", &["g g", "Home"], EVERYWHERE, NOTHING, Group::Move,
        "To the first row"),
    row(Command::Bottom, "bottom", "bottom", &["G", "End"], EVERYWHERE, NOTHING, Group::Move,
        "To the last row"),
    row(Command::PageDown, "page-down", "page down", &["Ctrl-d", "PgDn"], EVERYWHERE, NOTHING, Group::Move,
        "Half a page down"),
    row(Command::PageUp, "page-up", "page up", &["Ctrl-u", "PgUp"], EVERYWHERE, NOTHING, Group::Move,
        "Half a page up"),
    row(Command::NextNeedy, "next-undecided", "next undecided", &["n"], FINDING, NOTHING, Group::Move,
        "To the next row that needs a person"),
    row(Command::PreviousNeedy, "previous-undecided", "previous undecided", &["N"], FINDING, NOTHING, Group::Move,
        "To the previous row that needs a person"),
    row(Command::JumpToId, "jump-to-id", "jump to id", &["#", "g i"], FINDING_OR_OWN, NOTHING, Group::Move,
        "To the row of a number"),
    row(Command::FocusDetail, "focus-detail", "detail", &["l", "Right"], EVERYWHERE, NOTHING, Group::Move,
        "Into the detail"),
    row(Command::FocusList, "focus-list", "list", &["h", "Left"], EVERYWHERE, NOTHING, Group::Move,
        "Back to the list"),
    row(Command::NextPane, "next-pane", "next pane", &["Tab"], EVERYWHERE, NOTHING, Group::Move,
        "To the next pane"),
    row(Command::PreviousPane, "previous-pane", "previous pane", &["S-Tab"], EVERYWHERE, NOTHING, Group::Move,
        "To the previous pane"),
    row(Command::OpenSelected, "open", "open", &["Enter"], EVERYWHERE, ROW, Group::Move,
        "Open what is selected"),
    row(Command::Back, "back", "back", &["Esc"], EVERYWHERE, NOTHING, Group::Move,
        "One layer back"),
    row(Command::GoOverview, "overview", "Overview", &["1", "g o"], EVERYWHERE, NOTHING, Group::Move,
        "To the Overview: what needs you now, and what is new"),
    row(Command::GoFindings, "findings", "Findings", &["2", "g f"], EVERYWHERE, NOTHING, Group::Move,
        "To the Findings screen"),
    row(Command::GoFeedback, "feedback", "own decisions", &["g b"], EVERYWHERE, NOTHING, Group::Move,
        "To your own drafts and decisions"),
    row(Command::Filter, "filter", "filter", &["/"], FINDING_OR_OWN, NOTHING, Group::Show,
        "Edit the filter"),
    row(Command::SuspendFilter, "suspend-filter", "lift filter", &["g /"], FINDING_OR_OWN, NOTHING, Group::Show,
        "Lift the filter for a while, or put it back; the row stays"),
    row(Command::GroupByRule, "group-by-rule", "by rule", &["b r"], FINDING_OR_OWN, NOTHING, Group::Show,
        "Group the findings by rule; a decision concerns all of a group"),
    row(Command::GroupByFile, "group-by-file", "by file", &["b f"], FINDING_OR_OWN, NOTHING, Group::Show,
        "Group the findings by file"),
    row(Command::GroupByFingerprint, "group-by-fingerprint", "by fingerprint", &["b p"], FINDING_OR_OWN, NOTHING,
        Group::Show, "Group the findings that are the same across scans and places"),
    row(Command::Ungroup, "rows", "rows", &["b b"], FINDING_OR_OWN, NOTHING, Group::Show,
        "Back from groups to rows"),
    row(Command::Sort, "sort", "sort", &["s"], LIST, NOTHING, Group::Show,
        "Sort by the next column"),
    row(Command::Zoom, "zoom", "zoom", &["z"], EVERYWHERE, NOTHING, Group::Show,
        "Let the pane fill the screen, and back"),
    row(Command::ToggleClock, "toggle-clock", "UTC or local", &["T"], EVERYWHERE, NOTHING, Group::Show,
        "Show times in UTC or in local time"),
    row(Command::Refresh, "refresh", "refresh", &["R", "Ctrl-r"], EVERYWHERE, NOTHING, Group::Show,
        "Load anew"),
    row(Command::Redraw, "redraw", "redraw", &["Ctrl-l"], EVERYWHERE, NOTHING, Group::Show,
        "Draw the whole screen anew"),
    row(Command::CopyId, "copy-id", "copy id", &["y y"], ONE_OR_OWN, ROW, Group::Copy,
        "Copy the number of the row"),
    row(Command::CopyCommand, "copy-command", "copy command", &["y c"], ANY_LIST, NOTHING, Group::Copy,
        "Copy the command line that shows the same"),
    row(Command::Help, "help", "help", &["?", "g h"], EVERYWHERE, NOTHING, Group::Console,
        "Show what can be done here; Enter does it"),
    row(Command::Palette, "palette", "commands", &[":"], EVERYWHERE, NOTHING, Group::Console,
        "Run a command by its name"),
    row(Command::Import, "import", "import", &[], EVERYWHERE, WRITE, Group::Console,
        "Take in a SARIF file in the background: import FILE"),
    row(Command::Jobs, "jobs", "jobs", &["J"], EVERYWHERE, NOTHING, Group::Console,
        "Show the running jobs; one can be cancelled there"),
    row(Command::GoTo, "goto", "go to", &[], EVERYWHERE, NOTHING, Group::Move,
        "To a row by its number or a screen by its name: goto 12"),
    row(Command::Theme, "theme", "theme", &[], EVERYWHERE, NOTHING, Group::Console,
        "Change the theme until the console ends: theme light"),
    row(Command::CancelJobs, "cancel", "cancel jobs", &[], EVERYWHERE, NOTHING, Group::Console,
        "Cancel the running jobs"),
    row(Command::Cancel, "stop", "stop", &["Ctrl-c"], EVERYWHERE, NOTHING, Group::Console,
        "Close a question or stop a load; twice in 2 s quits"),
    row(Command::Suspend, "suspend", "suspend", &["Ctrl-z"], EVERYWHERE, NOTHING, Group::Console,
        "Go back to the shell for a while; fg returns"),
    row(Command::Quit, "quit", "quit", &["q"], EVERYWHERE, NOTHING, Group::Console,
        "One layer back; on the last one, quit"),
];

#[expect(clippy::too_many_arguments, reason = "one argument a column, so that the table reads across")]
const fn row(
    command: Command,
    name: &'static str,
    label: &'static str,
    keys: &'static [&'static str],
    holds: Holds,
    needs: &'static [Need],
    group: Group,
    help: &'static str,
) -> Row {
    Row { command, name, label, help, keys, holds, needs, group }
}
