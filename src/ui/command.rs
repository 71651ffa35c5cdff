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
    /// To the Findings screen.
    GoFindings,
    /// To the Feedback pane: one's own drafts and decisions.
    GoFeedback,
    /// Edits the filter.
    Filter,
    /// Lifts the filter for a while, and puts it back; the row stays.
    SuspendFilter,
    /// To the next row that needs a person.
    NextNeedy,
    /// To the previous row that needs a person.
    PreviousNeedy,
    /// Marks the row.
    Mark,
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
}
