//! What the database says, in words that help: what failed and what to try.

use crate::error::{Error, Kind};
use crate::text::visible;
use sqlx::postgres::PgDatabaseError;
use std::io::ErrorKind;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let (kind, what, hint) = match &error {
            sqlx::Error::Database(db) => match db.try_downcast_ref::<PgDatabaseError>() {
                Some(db) => said_by_server(db),
                None => (Kind::Failed, db.message().to_owned(), None),
            },
            sqlx::Error::Io(e) => unreachable_server(e),
            sqlx::Error::PoolTimedOut => (
                Kind::NoDatabase,
                "the database does not answer".to_owned(),
                Some("is the server up, and are its connections not used up?".to_owned()),
            ),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                (Kind::NoDatabase, "the connection to the database was closed".to_owned(), None)
            }
            sqlx::Error::Tls(e) => {
                (Kind::NoDatabase, format!("no secure connection: {}", visible(&e.to_string())), None)
            }
            sqlx::Error::Configuration(e) => {
                (Kind::Configuration, format!("the connection's settings: {}", visible(&e.to_string())), None)
            }
            sqlx::Error::Protocol(e) => {
                (Kind::NoDatabase, format!("the connection to the database broke: {}", visible(e)), None)
            }
            sqlx::Error::RowNotFound => (Kind::NotFound, "there is no such row".to_owned(), None),
            other => (Kind::Failed, visible(&other.to_string()).into_owned(), None),
        };
        let mut told = Error::new(kind, what).because(error);
        if let Some(hint) = hint {
            told = told.hint(hint);
        }
        told
    }
}

fn unreachable_server(error: &std::io::Error) -> (Kind, String, Option<String>) {
    let (what, hint) = match error.kind() {
        ErrorKind::ConnectionRefused => (
            "nothing listens where the database should be",
            Some("is the server up, and are host and port right?"),
        ),
        ErrorKind::NotFound => {
            ("the database's socket is not there", Some("is the server up, and is its socket folder right?"))
        }
        ErrorKind::PermissionDenied => ("the database's socket may not be used", None),
        _ => ("the connection to the database was lost", None),
    };
    (Kind::NoDatabase, format!("{what}: {}", visible(&error.to_string())), hint.map(str::to_owned))
}

fn said_by_server(db: &PgDatabaseError) -> (Kind, String, Option<String>) {
    let message = visible(db.message()).into_owned();
    let hint = || db.hint().map(|h| visible(h).into_owned());
    let named = |hint: &str| Some(hint.to_owned());
    match db.code() {
        // Undefined table, schema, function.
        code @ ("42P01" | "3F000" | "42883") => {
            let missing =
                ["audit.", "triage.", "operations.", "attestor."].iter().any(|s| message.contains(s));
            if missing || code == "3F000" {
                (
                    Kind::Configuration,
                    format!("the database is not migrated: {message}"),
                    named("attestor migrate"),
                )
            } else {
                (Kind::Failed, message, hint())
            }
        }
        "42501" => {
            let hint = hint().unwrap_or_else(|| role_for(&message).to_owned());
            (Kind::Denied, message, Some(hint))
        }
        "25006" => (
            Kind::Denied,
            "the database takes no writes here".to_owned(),
            named(
                "it is a standby, or the connection is read-only; connect to the primary with one that may write",
            ),
        ),
        code @ ("28000" | "28P01") => (
            if code == "28P01" { Kind::WrongPassword } else { Kind::NoDatabase },
            message,
            named(
                "give the password by PGPASSWORD or ~/.pgpass; the server's pg_hba.conf decides who may log in",
            ),
        ),
        "3D000" => (Kind::NoDatabase, message, named("create it first: createdb NAME")),
        "53300" => {
            (Kind::NoDatabase, message, named("the server's connections are used up; try again later"))
        }
        "55P03" => (
            Kind::Conflict,
            "somebody else holds what this has to wait for".to_owned(),
            named(
                "try again; who holds it: select pid, usename, application_name, state, query from \
                   pg_stat_activity where pid in (select unnest(pg_blocking_pids(pid)) from pg_stat_activity)",
            ),
        ),
        // Only what was asked for long enough is stopped; a person's own cancel never comes here.
        "57014" => {
            (Kind::Incomplete, message, named("ask for less, or again when the server has less to do"))
        }
        "23505" if db.constraint() == Some("audit_trail_entries_idempotency_key") => {
            (Kind::Conflict, "this was done already".to_owned(), named("look at it before doing it again"))
        }
        "40001" | "40P01" => {
            (Kind::Conflict, message, named("somebody changed the same at the same time; try again"))
        }
        "22P05" | "22021" => (
            Kind::UnreadableInput,
            format!("the database cannot keep such text: {message}"),
            named("leave out NUL characters (\\u0000) and lone surrogates"),
        ),
        "22P02" | "22003" | "22001" | "54000" => (Kind::UnreadableInput, message, hint()),
        code if code.starts_with("08") || code.starts_with("57P") => (Kind::NoDatabase, message, hint()),
        _ => (Kind::Failed, message, hint()),
    }
}

/// The role to ask for, by what the login was refused.
fn role_for(message: &str) -> &'static str {
    let reads = message.contains("schema") || message.contains("database");
    if reads {
        "ask an administrator for a role of attestor: grant attestor_viewer (or _analyst, _auditor ...) to your login"
    } else {
        "deciding on findings takes attestor_analyst, taking files in that or attestor_producer, watching tests and \
         drift attestor_operator, approving attestor_approver, sealing attestor_auditor; ask an administrator"
    }
}
