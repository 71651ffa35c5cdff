//! What findings can be filtered by.
//!
//! Every expression speaks of `triage.findings f`. The condition of `is:undecided` stands word for
//! word in the predicate of the index `findings_undecided`, which is what makes the queue quick.

use super::blind::blind;
use crate::filter::{Field, FieldKind, FieldSet, Template, Word, Words};

/// The fields of findings.
pub static FIELDS: FieldSet = FieldSet {
    fields: &[
        Field {
            name: "severity",
            aliases: &["sev"],
            help: "how bad it would be: critical, high, medium, low, info",
            kind: FieldKind::Ranked(SEVERITIES),
            sql: "f.severity_rank",
        },
        Field {
            name: "is",
            aliases: &[],
            help: "where it stands: undecided, new, regressed, resolved …",
            kind: FieldKind::Flags(IS),
            sql: "",
        },
        Field {
            name: "rule",
            aliases: &["rule_id"],
            help: "the scanner's rule",
            kind: FieldKind::Text,
            sql: "f.rule_id",
        },
        Field {
            name: "file",
            aliases: &["path"],
            help: "the path of the file",
            kind: FieldKind::Text,
            sql: "f.file",
        },
        Field {
            name: "repo",
            aliases: &["project", "project_name", "repository"],
            help: "the repository",
            kind: FieldKind::Keyword,
            sql: "f.project_name",
        },
        Field {
            name: "tool",
            aliases: &["scanner"],
            help: "the scanner",
            kind: FieldKind::Keyword,
            sql: "f.tool",
        },
        Field {
            name: "verdict",
            aliases: &["triage_decision", "decision"],
            help: "what a person decided",
            kind: FieldKind::Choice(VERDICTS),
            sql: "case upper(btrim(coalesce(f.triage_decision, '')))
                      when 'TP' then 'tp' when 'FP' then 'fp' else 'none' end",
        },
        Field {
            name: "ai",
            aliases: &["ai_verdict"],
            help: "what the AI says",
            kind: FieldKind::Choice(VERDICTS),
            // What is hidden is unknown: no filter over it tells one blind finding from another.
            sql: concat!(
                "case when ",
                blind!(),
                " then null else case upper(btrim(coalesce(f.ai_verdict, '')))
                      when 'TP' then 'tp' when 'FP' then 'fp' else 'none' end end"
            ),
        },
        Field {
            name: "confidence",
            aliases: &["ai_confidence"],
            help: "the AI's confidence, 0 to 1",
            kind: FieldKind::Number,
            sql: concat!("case when not ", blind!(), " then nullif(f.ai_confidence, 'NaN') end"),
        },
        Field { name: "risk", aliases: &[], help: "risk, 0 to 100", kind: FieldKind::Number, sql: "f.risk" },
        Field {
            name: "age",
            aliases: &[],
            help: "time since it was first seen",
            kind: FieldKind::Age,
            sql: "f.first_seen_at",
        },
        Field {
            name: "seen",
            aliases: &["last_seen"],
            help: "when a scan last saw it",
            kind: FieldKind::Time,
            sql: "f.last_seen_at",
        },
        Field {
            name: "cve",
            aliases: &["cve_id"],
            help: "a CVE that it names",
            kind: FieldKind::Keywords,
            sql: "f.cve_ids",
        },
        Field {
            name: "epss",
            aliases: &[],
            help: "the highest EPSS probability of its CVEs, 0 to 1; unknown ones are left out",
            kind: FieldKind::Number,
            sql: "(select max(c.epss) from triage.cve_threat c where c.cve_id = any(f.cve_ids))",
        },
        Field {
            name: "state",
            aliases: &[],
            help: "what the newest scan made of it",
            kind: FieldKind::Choice(STATES),
            sql: "f.state",
        },
        Field {
            name: "has",
            aliases: &[],
            help: "what comes with it: patch, cve, feedback, comment, ai, snippet",
            kind: FieldKind::Flags(HAS),
            sql: "",
        },
        Field {
            name: "by",
            aliases: &["actor"],
            help: "who gave feedback on it; me is your own login",
            kind: FieldKind::People(SAID_BY),
            sql: "b.actor",
        },
        Field {
            name: "claimed",
            aliases: &["claimed_by"],
            help: "who looks at it now; me is your own login",
            kind: FieldKind::People(CLAIMED_BY),
            sql: "f.claimed_by",
        },
        Field {
            name: "since",
            aliases: &[],
            help: "what the newest scan of its series changed",
            kind: FieldKind::Flags(SINCE),
            sql: "",
        },
        Field {
            name: "branch",
            aliases: &[],
            help: "the branch of the newest scan that saw it",
            kind: FieldKind::Keyword,
            sql: "(select s.branch from triage.scans s where s.id = f.scan_id)",
        },
        Field {
            name: "commit",
            aliases: &["commit_sha"],
            help: "the commit of the newest scan that saw it",
            kind: FieldKind::Text,
            sql: "(select s.commit_sha from triage.scans s where s.id = f.scan_id)",
        },
        Field {
            name: "tag",
            aliases: &["tags"],
            help: "a tag of the scanner",
            kind: FieldKind::Keywords,
            sql: "f.tags",
        },
        Field {
            name: "line",
            aliases: &[],
            help: "the line in the file",
            kind: FieldKind::Integer,
            sql: "f.line",
        },
        Field {
            name: "scan",
            aliases: &["scan_id"],
            help: "the number of the newest scan that saw it",
            kind: FieldKind::Integer,
            sql: "f.scan_id",
        },
        Field {
            name: "id",
            aliases: &[],
            help: "the finding's number",
            kind: FieldKind::Integer,
            sql: "f.id",
        },
        Field {
            name: "fingerprint",
            aliases: &[],
            help: "who it is across scans",
            kind: FieldKind::Keyword,
            sql: "f.fingerprint",
        },
    ],
    words: Words {
        // The words of a value of the index; "users.py" is found as the scanner wrote it, and by the
        // beginnings of its parts.
        text: Template::new("f.search @@ triage.search_words(?)"),
        pattern: Template::new("concat_ws(' ', f.rule_id, f.file, f.message, f.project_name) ilike ?"),
    },
};

const SEVERITIES: &[Word<i32>] = &[
    Word::new("critical", 4).or(&["crit"]),
    Word::new("high", 3),
    Word::new("medium", 2).or(&["med", "moderate"]),
    Word::new("low", 1),
    Word::new("info", 0).or(&["informational", "none"]),
];

const VERDICTS: &[Word<&str>] = &[
    Word::new("tp", "tp").help("true positive"),
    Word::new("fp", "fp").help("false positive"),
    Word::new("none", "none").help("no verdict"),
];

const STATES: &[Word<&str>] = &[
    Word::new("new", "new").help("seen for the first time"),
    Word::new("unchanged", "unchanged").help("seen where it was"),
    Word::new("moved", "moved").help("seen at another place"),
    Word::new("absent", "absent").help("no longer seen"),
    Word::new("regressed", "regressed").help("seen again after it was gone"),
];

const IS: &[Word<&str>] = &[
    Word::new(
        "undecided",
        "upper(btrim(coalesce(f.triage_decision, ''))) not in ('TP', 'FP') and f.resolved_at is null
         and (f.hidden_until is null or f.hidden_until <= {now})",
    )
    .help("open, and needs a person now: the queue"),
    Word::new("decided", "upper(btrim(coalesce(f.triage_decision, ''))) in ('TP', 'FP')")
        .help("TP or FP by a person"),
    Word::new("open", "f.resolved_at is null").help("still seen by the newest scan"),
    Word::new("resolved", "f.resolved_at is not null").or(&["absent", "gone"]).help("no longer seen"),
    Word::new("new", "f.state = 'new' and f.scan_id in (select n.id from triage.newest_scans n)")
        .help("seen for the first time by the newest scan"),
    Word::new("unchanged", "f.state = 'unchanged' and f.scan_id in (select n.id from triage.newest_scans n)")
        .help("seen where it was by the newest scan"),
    Word::new("moved", "f.state = 'moved' and f.scan_id in (select n.id from triage.newest_scans n)")
        .help("seen at another place by the newest scan"),
    Word::new("regressed", "f.state = 'regressed' and f.scan_id in (select n.id from triage.newest_scans n)")
        .help("seen again by the newest scan after it was gone"),
    Word::new("claimed", "f.claimed_by is not null and f.claimed_until > {now}")
        .help("somebody looks at it now"),
    Word::new("mine", "f.claimed_by = session_user::text and f.claimed_until > {now}")
        .help("you look at it now"),
    Word::new("snoozed", "f.snoozed_until > {now}").help("may wait until a time"),
    Word::new("accepted", "f.accepted_until > {now}").help("its risk is accepted until a time"),
    Word::new("suppressed", "f.suppressed").help("suppressed by the scanner's configuration"),
    Word::new("blind", blind!()).help("to be decided before the AI's verdict is shown"),
    Word::new(
        "kev",
        "cardinality(f.cve_ids) > 0
         and exists (select from triage.kev k where k.cve_id = any(f.cve_ids))",
    )
    .or(&["exploited"])
    .help("one of its CVEs is known to be exploited"),
];

const HAS: &[Word<&str>] = &[
    // The AI writes a patch for what it holds to be real: where its verdict is hidden, so is this.
    Word::new("patch", concat!("case when not ", blind!(), " then f.remediation_patch <> '' end"))
        .help("a patch that would mend it"),
    Word::new("cve", "cardinality(f.cve_ids) > 0").help("a CVE"),
    Word::new("feedback", "f.id in (select b.finding_id from triage.feedbacks b)")
        .help("anything said about it"),
    Word::new("comment", "f.id in (select b.finding_id from triage.feedbacks b where b.kind = 'comment')")
        .help("a comment"),
    Word::new("ai", "f.ai_verdict <> ''").help("a verdict of the AI"),
    Word::new("snippet", "f.snippet <> ''").help("its code"),
];

/// A finding that no scan sees any more became so when its file was taken in: both carry the time of one
/// transaction.
const SINCE: &[Word<&str>] = &[Word::new(
    "scan",
    "(f.state in ('new', 'moved', 'regressed') and f.scan_id in (select n.id from triage.newest_scans n))
     or (f.state = 'absent' and f.resolved_at in (select n.imported_at from triage.newest_scans n))",
)
.help("new, moved, gone or back since the scan before it")];

/// A claim that has not ended.
const CLAIMED_BY: Template = Template::new("f.claimed_by is not null and f.claimed_until > {now} and ?");

/// The findings about which somebody, of whom the condition speaks, said something.
const SAID_BY: Template = Template::new("f.id in (select b.finding_id from triage.feedbacks b where ?)");
