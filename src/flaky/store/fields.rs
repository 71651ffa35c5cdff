//! What tests can be filtered by.
//!
//! Every expression speaks of `trust.flaky_tests t`. A producer may set `quarantined` and know nothing of
//! `state`, so both are asked.

use crate::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

const fn field(name: &'static str, help: &'static str, kind: FieldKind, sql: &'static str) -> Field {
    Field { name, aliases: &[], help, kind, sql }
}

const fn also(aliases: &'static [&'static str], field: Field) -> Field {
    Field { aliases, ..field }
}

/// The fields of tests.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        field(
            "state",
            "what it is: new, healthy, flaky, broken, quarantined, graduated",
            FieldKind::Choice(STATES),
            "case when t.quarantined then 'quarantined' else t.state end",
        ),
        field("is", "how it stands: suggested, expired, graduable, dismissed …", FieldKind::Flags(IS), ""),
        also(
            &["flakiness_score"],
            field(
                "score",
                "how sure it is that it flakes, 0 to 1",
                FieldKind::Number,
                "coalesce(nullif(t.flakiness_score, 'NaN'), 0)",
            ),
        ),
        field("severity", "the estimated share of tries that flake, 0 to 1", FieldKind::Number, "t.severity"),
        also(
            &["failure_rate"],
            field("rate", "attempts that failed by attempts, 0 to 1", FieldKind::Number, "t.failure_rate"),
        ),
        also(
            &["repository"],
            field(
                "repo",
                "the repository",
                FieldKind::Keyword,
                "(select r.full_name from trust.repositories r where r.id = t.repo_id)",
            ),
        ),
        also(&["test", "test_name"], field("name", "the test's name", FieldKind::Text, "t.test_name")),
        also(&["test_suite"], field("suite", "its suite", FieldKind::Text, "t.test_suite")),
        also(&["env"], field("environment", "where it runs", FieldKind::Keyword, "t.environment")),
        field(
            "owner",
            "who looks after it in quarantine; me is your own login",
            FieldKind::Person,
            "t.owner",
        ),
        field(
            "basis",
            "what its score is made of: retries or isolated failures",
            FieldKind::Choice(BASES),
            "t.basis",
        ),
        field("flaked", "commits that failed and then passed", FieldKind::Integer, "t.flaked"),
        field("runs", "attempts that passed or failed", FieldKind::Integer, "coalesce(t.run_count, 0)"),
        field("age", "time since its first run", FieldKind::Age, "t.first_run_at"),
        field("seen", "when it last ran", FieldKind::Time, "t.last_run_at"),
        field("failed", "when it last failed", FieldKind::Time, "t.last_failed_at"),
        field("expires", "until when its quarantine holds", FieldKind::Time, "t.expires_at"),
        field("test_id", "who it is across runs", FieldKind::Keyword, "t.test_id"),
        field("id", "its number", FieldKind::Integer, "t.id"),
    ],
    words: Words {
        text: Template::new("strpos(lower(concat_ws(' ', t.test_suite, t.test_name)), lower(?)) > 0"),
        pattern: Template::new("concat_ws(' ', t.test_suite, t.test_name) ilike ?"),
    },
};

const STATES: &[Word<&str>] = &[
    Word::new("new", "new").help("too little is known"),
    Word::new("healthy", "healthy").help("nothing speaks against it"),
    Word::new("flaky", "flaky").help("it fails and passes on the same code"),
    Word::new("broken", "broken").help("it fails, and no retry helps"),
    Word::new("quarantined", "quarantined").help("its failures are kept out of the verdict of builds"),
    Word::new("graduated", "graduated").help("it left quarantine, and has not flaked since"),
];

const BASES: &[Word<&str>] = &[
    Word::new("retries", "retries").help("retries on the same commit"),
    Word::new("isolated", "isolated").help("isolated failures; nothing that failed was tried again"),
];

const IS: &[Word<&str>] = &[
    Word::new("suggested", "t.suggested").help("the rules ask for its quarantine"),
    Word::new("quarantined", "t.quarantined").help("in quarantine"),
    Word::new("expired", "t.quarantined and t.expires_at <= {now}").help("its quarantine has run out"),
    Word::new("graduable", "t.quarantined and t.clean_runs >= t.graduation_runs")
        .or(&["ready"])
        .help("it ran clean for long enough to leave quarantine"),
    Word::new("dismissed", "t.dismissed_flaked >= t.flaked")
        .help("its suggestion was dismissed, and nothing is new"),
    Word::new(
        "needy",
        "t.suggested or (t.quarantined and (t.expires_at <= {now} or t.clean_runs >= t.graduation_runs))",
    )
    .help("somebody has to decide something"),
    Word::new("mine", "t.owner = session_user::text and t.quarantined").help("you look after it"),
];
