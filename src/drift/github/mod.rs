//! GitHub's REST API: looking at repositories, and putting right what a reviewed plan says.
//!
//! The token goes to the server that is configured, and to no other; it stands in no text.

mod able;
mod address;
mod attempt;
mod client;
mod correct;
mod document;
mod gate;
mod kept;
mod limits;
mod observe;
mod page;
mod protection;
mod proxy;
mod reading;
mod repository;
mod requests;
mod ruleset;
mod sending;
mod set;
mod tempo;
mod token;
mod trouble;

pub use able::why_not;
pub use address::{ApiUrl, GITHUB, RepoName};
pub use client::Client;
pub use correct::send;
pub use document::{Told, told};
pub use kept::{Answer, Kept};
pub use limits::{Said, next_page};
pub use observe::{Part, Seen, observe};
pub use protection::{Actors, Checks, Protection, Reviews};
pub use proxy::Proxy;
pub use repository::{Label, NEVER_CHANGED, Repository, SETTINGS};
pub use requests::{Request, requests};
pub use ruleset::Ruleset;
pub use tempo::{CONCURRENCY_MAX, Tempo};
pub use token::Token;
pub use trouble::Trouble;
