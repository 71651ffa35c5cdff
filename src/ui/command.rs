//! The Command table: every deed of the console once, with its name, help, key and where it holds.
//!
//! Footer, help, palette and the keymap file read this table and nothing else.

mod table;

pub use table::TABLE;

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
    /// To the Tests screen.
    GoTests,
    /// To the Audit screen.
    GoAudit,
    /// To the Drift screen.
    GoDrift,
    /// To the Runs screen.
    GoRuns,
    /// Accepts what is observed of a field as what is desired.
    AcceptDrift,
    /// Does not count a field until a time.
    IgnoreDrift,
    /// Observes the repository.
    Reconcile,
    /// Observes all of the filter.
    ReconcileAll,
    /// Makes a plan for the repository, to be reviewed.
    Plan,
    /// Makes a plan for all that drift in the filter.
    PlanAll,
    /// Applies the plan that is shown.
    ApplyPlan,
    /// Says that a check was seen, and why it may stand.
    Acknowledge,
    /// Keeps the failures of a test out of the verdict of builds for a while.
    Quarantine,
    /// Lets a test out of quarantine.
    Graduate,
    /// Puts the suggestion of a quarantine away.
    Dismiss,
    /// Scores the tests anew, in the background.
    Recompute,
    /// Shows what other thresholds would do.
    PreviewThreshold,
    /// Runs the flow of a run again.
    RunAgain,
    /// Measures the AI's verdicts on those of people.
    AiAgainstPeople,
    /// Counts the blind sample alone, or all decisions.
    NextSample,
    /// Measures the findings of the filter, or all.
    NextScope,
    /// Edits the filter.
    Filter,
    /// Opens a saved view.
    View,
    /// Saves filter, order and columns as a view.
    SaveView,
    /// Chooses the columns.
    Columns,
    /// Searches in the detail.
    Search,
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
    /// Opens what is being written, or the finding to be read, in the person's editor.
    Edit,
    /// Writes a comment in the person's editor.
    EditComment,
    /// Takes back the latest decision on this row.
    TakeBack,
    /// Copies the row's number.
    CopyId,
    /// Copies the row as JSON.
    CopyJson,
    /// Copies the row as Markdown.
    CopyMarkdown,
    /// Copies a link to the row.
    CopyLink,
    /// Copies the command line that shows the same.
    CopyCommand,
    /// To the row of a number.
    JumpToId,
    /// To what the entry speaks of.
    OpenSubject,
    /// Verifies the chain, in the background.
    Verify,
    /// Verifies what came after a trusted checkpoint.
    VerifyOn,
    /// Makes a compliance report.
    Report,
    /// Opens the sample of a report.
    Worklist,
    /// Says that an entry of a sample was inspected.
    Inspect,
    /// Writes the proof of an entry to a file.
    Prove,
    /// Seals the chain with a checkpoint.
    Checkpoint,
    /// Exports the entries of a day.
    Export,
    /// To the entries of the chain about a finding.
    OpenEntries,
    /// Shows what a verification came to.
    Checklist,
    /// To the next break of the chain.
    NextBreak,
    /// To the previous break of the chain.
    PreviousBreak,
    /// Follows the tail of the chain, or no longer.
    Follow,
    /// Folds the payload, or unfolds it.
    FoldAll,
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
    /// Takes in a file of a scanner or of a test runner, in the background.
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
    /// The list of tests.
    TestsList,
    /// The detail of a test.
    TestsDetail,
    /// The list of audit entries.
    AuditList,
    /// The detail of an audit entry.
    AuditDetail,
    /// The AI's verdicts against those of people.
    People,
    /// The list of repositories that are held against policies.
    DriftList,
    /// The fields of a repository.
    DriftDetail,
    /// A plan that is being reviewed.
    DriftPlan,
    /// The list of runs.
    RunsList,
    /// The detail of a run.
    RunsDetail,
    /// A verification of the chain as a checklist.
    AuditReport,
    /// The sample of a report.
    AuditSample,
    /// The detail of an entry of a sample.
    AuditSampled,
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
        Pane::TestsList,
        Pane::TestsDetail,
        Pane::AuditList,
        Pane::AuditDetail,
        Pane::People,
        Pane::DriftList,
        Pane::DriftDetail,
        Pane::DriftPlan,
        Pane::RunsList,
        Pane::RunsDetail,
        Pane::AuditReport,
        Pane::AuditSample,
        Pane::AuditSampled,
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
