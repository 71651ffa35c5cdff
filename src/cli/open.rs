//! `attestor open LINK`: the console on the finding or test that a link leads to.

use super::Global;
use super::demo;
use super::findings;
use super::tests;
use crate::config::origin::survey;
use crate::config::permalink::{Linked, Permalink};
use crate::config::{Config, Session};
use crate::demo::Scale;
use crate::error::{Error, Kind, Result};
use crate::text::visible;

/// The options of `attestor open`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The link, as `yu` in the console copies it: attestor://prod/findings/1234.
    #[arg(value_name = "LINK")]
    pub link: Permalink,
}

/// Prints the finding or test, where there is no terminal to open a console on.
pub async fn run(options: Options, global: &Global) -> Result<u8> {
    let session = session(&options.link, global).await?;
    match options.link.to {
        Linked::Finding(id) => findings::show_in(&session, id, global).await,
        Linked::Test(id) => tests::show_in(&session, id, global).await,
    }
}

/// Opens the database that `link` names. A flag that names another holds before it.
pub async fn session(link: &Permalink, global: &Global) -> Result<Session> {
    if global.connect.is_some() || global.database_url.is_some() {
        return global.open().await;
    }
    let name = &link.connection;
    let known = survey(&global.flags()).connections.iter().any(|named| named.name == *name);
    if known || name == "local" {
        return Global { connect: Some(name.clone()), ..global.clone() }.open().await;
    }
    let scale = match name.as_str() {
        "demo" => Some(Scale::Usual),
        "demo large" => Some(Scale::Large),
        _ => None,
    };
    if let Some(scale) = scale {
        return demo::session(&demo::Options { scale, ..demo::Options::default() }, global).await;
    }
    let usual: Result<Config> = global.config();
    if usual.is_ok_and(|config| config.name() == name) {
        return global.open().await;
    }
    let what = format!("the link is of the connection {}, which is not known here", visible(name));
    Err(Error::new(Kind::Configuration, what)
        .hint("--connect NAME or --database-url URL tells where it is; attestor doctor lists what is known"))
}
