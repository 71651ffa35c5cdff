//! The columns that a list of findings can show.

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Risk, 0 to 100.
    Risk,
    /// How bad.
    Severity,
    /// The scanner's rule.
    Rule,
    /// Path and line.
    Where,
    /// The repository.
    Repo,
    /// The scanner.
    Tool,
    /// What the newest scan made of it.
    State,
    /// Time since it was first seen.
    Age,
    /// The AI's verdict and confidence.
    Ai,
    /// What a person decided.
    Verdict,
    /// The highest EPSS probability.
    Epss,
    /// Whether it is known to be exploited.
    Kev,
    /// Who looks at it now.
    Claimed,
    /// Its number.
    Id,
}

impl Column {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Column; 14] = [
        Column::Risk,
        Column::Severity,
        Column::Rule,
        Column::Where,
        Column::Repo,
        Column::Tool,
        Column::State,
        Column::Age,
        Column::Ai,
        Column::Verdict,
        Column::Epss,
        Column::Kev,
        Column::Claimed,
        Column::Id,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Column::Risk => "risk",
            Column::Severity => "severity",
            Column::Rule => "rule",
            Column::Where => "where",
            Column::Repo => "repo",
            Column::Tool => "tool",
            Column::State => "state",
            Column::Age => "age",
            Column::Ai => "ai",
            Column::Verdict => "verdict",
            Column::Epss => "epss",
            Column::Kev => "kev",
            Column::Claimed => "claimed",
            Column::Id => "id",
        }
    }

    /// The column of a name.
    pub fn named(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }

    /// What it shows, in plain words.
    pub fn about(self) -> &'static str {
        match self {
            Column::Risk => "0 to 100",
            Column::Severity => "how bad it would be",
            Column::Rule => "the scanner's rule",
            Column::Where => "path and line",
            Column::Repo => "the repository",
            Column::Tool => "the scanner",
            Column::State => "what the newest scan made of it",
            Column::Age => "time since it was first seen",
            Column::Ai => "the AI's verdict and confidence",
            Column::Verdict => "what a person decided",
            Column::Epss => "how likely an attack is, by EPSS",
            Column::Kev => "whether it is known to be exploited",
            Column::Claimed => "who looks at it now",
            Column::Id => "its number",
        }
    }
}
