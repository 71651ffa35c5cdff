//! What can go wrong when GitHub is asked.

use std::fmt;
use std::time::Duration;

/// Why a question has no answer. Texts of the server in it are cut, made visible, and hold no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such thing, or the token may not see it: GitHub says the same of both.
    NotFound(String),
    /// The token may not, or the plan of the owner does not have it.
    Refused(String),
    /// The token is none, or no longer one.
    Unauthorised(String),
    /// GitHub wants it to wait for longer than its patience.
    Throttled(Duration),
    /// No whole answer came, however often it was tried.
    Unreachable(String),
    /// The server failed, however often it was tried.
    ServerFailed(u16, String),
    /// The answer is none of GitHub's: too large, no JSON, or of another shape.
    Broken(String),
    /// The change was refused for what it asks.
    Rejected(u16, String),
    /// The answer leads to another place.
    Elsewhere(String),
    /// The person has cancelled it.
    Cancelled,
}

impl Trouble {
    /// Whether a change that met it may have been made all the same.
    pub fn leaves_doubt(&self) -> bool {
        matches!(self, Trouble::Unreachable(_) | Trouble::ServerFailed(..) | Trouble::Broken(_))
    }

    /// Whether all that follows will meet it too.
    pub fn is_final(&self) -> bool {
        matches!(self, Trouble::Unauthorised(_) | Trouble::Throttled(_) | Trouble::Cancelled)
    }

    /// The reason in a word, for reports: one of the reason codes of runs.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::NotFound(_) | Trouble::Refused(_) => "permission_denied",
            Trouble::Unauthorised(_) => "authentication_failed",
            Trouble::Throttled(_) => "throttled",
            Trouble::Unreachable(_) | Trouble::ServerFailed(..) => "dependency_unreachable",
            Trouble::Rejected(..) | Trouble::Elsewhere(_) => "invalid_state",
            Trouble::Broken(_) | Trouble::Cancelled => "unknown_error",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::NotFound(said) => write!(f, "not found, or the token may not see it: {said}"),
            Trouble::Refused(said) => write!(f, "refused: {said}"),
            Trouble::Unauthorised(said) => write!(f, "the token is not accepted: {said}"),
            Trouble::Throttled(wait) => {
                write!(f, "asked too often: GitHub wants a pause of {} s", wait.as_secs())
            }
            Trouble::Unreachable(why) => write!(f, "no answer: {why}"),
            Trouble::ServerFailed(status, said) => write!(f, "the server failed with {status}: {said}"),
            Trouble::Broken(why) => write!(f, "an answer that cannot be understood: {why}"),
            Trouble::Rejected(status, said) => write!(f, "rejected with {status}: {said}"),
            Trouble::Elsewhere(place) => write!(f, "the answer leads elsewhere: {place}"),
            Trouble::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Trouble {}
