//! How a load stands, and why one failed.

use crate::error::{Error, Kind};

/// The lane of the loads of a list: a newer one takes the place of an older one.
pub const LIST: &str = "list";
/// The lane of the loads of a detail.
pub const DETAIL: &str = "detail";

/// How a load stands. What was loaded before stays on the screen meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// Nothing is asked for.
    Idle,
    /// Asked for, and not here yet.
    Asked,
    /// It failed, for this reason.
    Failed(Failure),
}

/// Why something failed, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What failed.
    pub what: String,
    /// What to try, where something is known.
    pub hint: Option<String>,
    /// Whether the connection was the reason: then it is not known what the server did.
    pub cause: Cause,
}

/// What a failure says about the deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The database or the connection to it is gone.
    Connection,
    /// The database answered, and refused.
    Refused,
}

/// Whether what is shown is loaded again though it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anew {
    /// It may have changed.
    Yes,
    /// What is here is good.
    No,
}

impl Load {
    /// Takes an answer: what came, or nothing where it failed.
    pub fn take<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(came) => {
                *self = Load::Idle;
                Some(came)
            }
            Err(error) => {
                *self = Load::Failed(Failure::from(error));
                None
            }
        }
    }

    /// The load was stopped: what is waited for does not come.
    pub fn stop(&mut self) {
        if *self == Load::Asked {
            *self = Load::Failed(Failure::of("the load was stopped".to_owned()));
        }
    }
}

impl Failure {
    /// A failure that says this and has no more to say.
    pub fn of(what: String) -> Self {
        Failure { what, hint: None, cause: Cause::Refused }
    }

    /// Whether nobody knows what became of the deed.
    pub fn is_unsure(&self) -> bool {
        self.cause == Cause::Connection
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = match error.kind() {
            Kind::NoDatabase | Kind::Incomplete => Cause::Connection,
            _ => Cause::Refused,
        };
        Failure {
            what: crate::text::visible(&error.to_string()).into_owned(),
            hint: error.hint_text().map(|hint| crate::text::visible(hint).into_owned()),
            cause,
        }
    }
}
