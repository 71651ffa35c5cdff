//! The database: whether it is reached, what it is, how far it is, and what this login may do there.

use super::check::{Check, Standing};
use crate::db::health::{Rights, Server, Skew};
use crate::db::migrate::{Difference, Status};
use crate::text::counted;
use std::time::Duration;

const AREA: &str = "database";

/// The oldest major version that attestor works with.
const OLDEST: i32 = 14;
/// Clocks further apart than this make ages wrong on screen.
const SKEW_MAX_MS: i64 = 2_000;
/// An answer that takes longer is felt at every key.
const LATENCY_MAX: Duration = Duration::from_millis(150);
/// The deeds that a login may be asked for, each with the category of its entries and who may do it.
const DEEDS: &[(&str, &str, &str)] = &[
    ("accept risks", "risk_acceptance", "attestor_approver"),
    ("approve overrides", "override", "attestor_approver"),
    ("quarantine tests", "quarantine", "attestor_operator"),
    ("record drift", "drift", "attestor_operator"),
    ("sign checkpoints", "checkpoint", "attestor_auditor"),
    ("export the chain", "export", "attestor_auditor"),
];

/// What was found out. What could not be asked for is told with the reason.
#[derive(Debug)]
pub enum Facts {
    /// No database is named anywhere; the ways to name one.
    Unconfigured(String),
    /// It lies in the private cluster, which is not running or has not made it yet.
    Asleep,
    /// There is no connection: what failed, and what to try.
    Unreachable(String, Option<String>),
    /// It answers.
    Reached(Box<Reached>),
}

/// What was found out about a database that answers.
#[derive(Debug)]
pub struct Reached {
    /// The server.
    pub server: Server,
    /// How long an answer takes.
    pub latency: Option<Duration>,
    /// How far the clocks are apart.
    pub skew: Option<Skew>,
    /// How far it is migrated, or why that is not known or not allowed.
    pub migrated: Result<Status, Problem>,
    /// What the login may do; none before the first migration.
    pub rights: Option<Rights>,
    /// What differs from the rights that should be, where somebody who may look looked.
    pub differences: Result<Vec<Difference>, Problem>,
    /// Why the console's own connections fail, where they do.
    pub console: Option<Problem>,
    /// Whether attestor was told not to write here.
    pub told_read_only: bool,
}

/// What went wrong, and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
}

/// Judges.
pub fn judge(facts: &Facts) -> Vec<Check> {
    match facts {
        Facts::Unconfigured(ways) => {
            vec![check("connection", Standing::Warning, "no database is configured").advise(ways)]
        }
        Facts::Asleep => {
            let found = "in the private cluster, which does not run or has not made it yet";
            vec![
                check("connection", Standing::Unknown, found)
                    .advise("opening the console starts it; to look at it now: attestor local url"),
            ]
        }
        Facts::Unreachable(what, hint) => {
            let failed = check("connection", Standing::Fails, what);
            vec![match hint {
                Some(hint) => failed.advise(hint),
                None => failed.advise("is the server up, and are host, port and database right?"),
            }]
        }
        Facts::Reached(reached) => all(reached),
    }
}

fn all(reached: &Reached) -> Vec<Check> {
    let server = &reached.server;
    let mut checks = vec![connection(reached), version(server), encoding(server)];
    checks.extend(reached.latency.map(latency));
    checks.extend(reached.skew.map(clock));
    checks.push(migrations(reached));
    checks.push(rights_differ(reached));
    checks.extend(login(reached));
    checks.push(writing(reached));
    checks.push(prepared(server));
    checks.push(gone_clients(server));
    checks
}

fn check(name: &str, status: Standing, found: impl AsRef<str>) -> Check {
    Check::new(AREA, name, status, found)
}

fn problem(name: &str, status: Standing, problem: &Problem, otherwise: &str) -> Check {
    check(name, status, &problem.what).advise(problem.hint.as_deref().unwrap_or(otherwise))
}

fn connection(reached: &Reached) -> Check {
    let server = &reached.server;
    let way = match server.encrypted {
        None => "on this machine",
        Some(true) => "encrypted",
        Some(false) => "not encrypted",
    };
    let found = format!("{} as {}, {way}", server.database, server.user);
    if let Some(console) = &reached.console {
        let found = format!("{found}; but the console's own connections fail: {}", console.what);
        let failed = check("connection", Standing::Fails, found);
        return failed.advise(console.hint.as_deref().unwrap_or("ask the server's administrator"));
    }
    match server.encrypted {
        Some(false) => check("connection", Standing::Warning, found)
            .advise("others on the network can read along: add ?sslmode=verify-full to the address"),
        _ => check("connection", Standing::Ok, found),
    }
}

fn version(server: &Server) -> Check {
    let found = format!("PostgreSQL {}", server.version);
    if server.version_num < OLDEST * 10_000 {
        return check("version", Standing::Fails, found).advise(format!("use version {OLDEST} or newer"));
    }
    check("version", Standing::Ok, found)
}

fn encoding(server: &Server) -> Check {
    if server.encoding == "UTF8" {
        return check("encoding", Standing::Ok, "UTF8");
    }
    check("encoding", Standing::Fails, format!("{}: the chain could not be hashed", server.encoding))
        .advise("create database NAME encoding 'UTF8' template template0")
}

fn latency(latency: Duration) -> Check {
    let found = format!("an answer takes {:.1} ms", latency.as_secs_f64() * 1_000.0);
    if latency > LATENCY_MAX {
        return check("latency", Standing::Warning, found)
            .advise("run attestor nearer to the server, by ssh");
    }
    check("latency", Standing::Ok, found)
}

fn clock(skew: Skew) -> Check {
    let apart_ms = skew.ahead.num_milliseconds();
    // What the way there and back may account for is no skew.
    let sure_ms = apart_ms.abs() - skew.within.as_millis() as i64;
    if sure_ms <= SKEW_MAX_MS {
        return check("clock", Standing::Ok, "the server's and ours agree");
    }
    let side = if apart_ms > 0 { "ahead of" } else { "behind" };
    let found = format!("the server's is {:.1} s {side} ours", apart_ms.abs() as f64 / 1_000.0);
    check("clock", Standing::Warning, found)
        .advise("ages on screen are off by that; keep both in time by NTP (timedatectl)")
}

fn migrations(reached: &Reached) -> Check {
    let status = match &reached.migrated {
        Ok(status) => status,
        Err(why) => return problem("migrations", Standing::Fails, why, "attestor migrate --check"),
    };
    let (has, knows) = (status.version(), status.steps.last().map_or(0, |step| step.version));
    if status.is_current() {
        let chain = status.chain_id.as_deref().unwrap_or_default();
        return check("migrations", Standing::Ok, format!("current (version {has}), chain {chain}"));
    }
    let found = if has == 0 {
        "the database is empty".to_owned()
    } else if has < knows {
        format!("version {has}; this program knows {knows}")
    } else {
        "the chain has no name yet".to_owned()
    };
    check("migrations", Standing::Fails, found).advise("attestor migrate, as one who may")
}

fn rights_differ(reached: &Reached) -> Check {
    match &reached.differences {
        Ok(none) if none.is_empty() => check("standing rights", Standing::Ok, "as they should be"),
        Ok(found) => {
            let first = found.first().map_or(String::new(), |first| first.to_string());
            let differ = if found.len() == 1 { "differs" } else { "differ" };
            let what = format!("{} {differ}; the first: {first}", counted(found.len(), "thing"));
            check("standing rights", Standing::Warning, what)
                .advise("attestor migrate --check lists them, attestor migrate --repair mends them")
        }
        Err(why) => problem(
            "standing rights",
            Standing::Unknown,
            why,
            "a member of attestor_owner can look: attestor migrate --check",
        ),
    }
}

fn login(reached: &Reached) -> Vec<Check> {
    let server = &reached.server;
    let Some(rights) = &reached.rights else {
        return vec![check(
            "login",
            Standing::Unknown,
            format!("{}; there is nothing to have rights on yet", server.user),
        )];
    };
    let roles = if rights.roles.is_empty() { "none".to_owned() } else { rights.roles.join(", ") };
    let mut checks = Vec::new();
    if server.superuser {
        let found = format!("{} is a superuser: no right holds for it", server.user);
        checks.push(check("login", Standing::Warning, found).advise(
            "work as a login that is a member of attestor_analyst or another role, and no superuser",
        ));
    } else if !rights.reads {
        let found = format!("{}, roles of attestor: {roles}; it may not read the findings", server.user);
        checks.push(
            check("login", Standing::Fails, found)
                .advise(format!("ask an administrator: grant attestor_viewer to {}", server.user)),
        );
    } else {
        checks.push(check("login", Standing::Ok, format!("{}, roles of attestor: {roles}", server.user)));
    }
    let (may, may_not): (Vec<_>, Vec<_>) = deeds(rights).into_iter().partition(|deed| deed.may);
    let names = |deeds: &[Deed]| deeds.iter().map(|deed| deed.name).collect::<Vec<_>>().join(", ");
    if !may.is_empty() {
        checks.push(check("may", Standing::Ok, names(&may)));
    }
    if !may_not.is_empty() {
        // Least rights are how it should be: this is told, and no fault.
        let mut roles: Vec<&str> = may_not.iter().map(|deed| deed.role).collect();
        roles.dedup();
        checks.push(
            check("may not", Standing::Ok, names(&may_not))
                .advise(format!("where it should, ask an administrator for {}", roles.join(", "))),
        );
    }
    checks
}

struct Deed {
    name: &'static str,
    role: &'static str,
    may: bool,
}

fn deeds(rights: &Rights) -> Vec<Deed> {
    let appends = |category: &str| rights.categories.iter().any(|c| c == category);
    let triage = appends("finding_triage");
    let mut deeds = vec![
        Deed { name: "read", role: "attestor_viewer", may: rights.reads },
        Deed { name: "decide on findings", role: "attestor_analyst", may: rights.decides && triage },
        Deed { name: "take in scans", role: "attestor_analyst", may: rights.takes_in && triage },
    ];
    let more = DEEDS.iter().map(|(name, category, role)| Deed { name, role, may: appends(category) });
    deeds.extend(more);
    deeds.push(Deed { name: "migrate", role: "attestor_owner", may: rights.owns });
    deeds
}

fn writing(reached: &Reached) -> Check {
    let server = &reached.server;
    if server.in_recovery {
        return check("writing", Standing::Warning, "a standby: nothing can be written here")
            .advise("connect to the primary to decide; reading works");
    }
    if server.read_only {
        return check("writing", Standing::Warning, "transactions of this login begin read-only")
            .advise("ask an administrator about default_transaction_read_only");
    }
    let told = if reached.told_read_only { "attestor was told to write nothing" } else { "possible" };
    check("writing", Standing::Ok, told)
}

fn prepared(server: &Server) -> Check {
    let found = format!("max_prepared_transactions = {}", server.max_prepared_transactions);
    if server.max_prepared_transactions > 0 {
        return check("prepared transactions", Standing::Warning, found).advise(
            "one that is prepared and forgotten holds the chain's lock until somebody ends it: set it to 0, \
             or watch pg_prepared_xacts",
        );
    }
    check("prepared transactions", Standing::Ok, found)
}

fn gone_clients(server: &Server) -> Check {
    if server.checks_client {
        return check("clients that have gone", Standing::Ok, "noticed while a query runs");
    }
    check("clients that have gone", Standing::Warning, "not noticed: cancelled reads go on for a while")
        .advise("PostgreSQL 14 or newer knows client_connection_check_interval")
}
