//! What is said about the console itself, whatever database it looks at.

use super::{Flags, env, read_file, usual_folder};
use crate::error::Result;
use std::path::PathBuf;

/// The settings of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name.
    pub theme: Option<String>,
    /// How much is drawn.
    pub pace: Pace,
    /// Whether it draws or prints.
    pub shape: Shape,
    /// Where `keys.toml` and `themes/` may lie; none for a user without a home.
    pub folder: Option<PathBuf>,
    /// How the chain is sealed, and against what it is verified.
    pub audit: AuditSettings,
    /// The configuration file that was named, where one was: what is said about GitHub is read when it is
    /// needed.
    pub file: Option<PathBuf>,
}

/// What is said about sealing the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditSettings {
    /// The chain that it has to be.
    pub origin: Option<String>,
    /// The key that signs: a key file, or a public key whose private half an ssh-agent has.
    pub key: Option<String>,
    /// Folders outside of the database where checkpoints are published.
    pub places: Vec<PathBuf>,
    /// The socket of the ssh-agent.
    pub agent: Option<PathBuf>,
}

/// How much the console draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// As it changes.
    #[default]
    Usual,
    /// For slow links: the detail on Enter only, fewer frames.
    Slow,
}

/// What the console does with the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// It takes the whole of it.
    #[default]
    Drawn,
    /// It prints lines, one after the other, for screen readers and braille.
    Linear,
}

impl Settings {
    /// Reads the flags, the environment and the file, in the order in which they hold.
    pub fn read(flags: &Flags) -> Result<Settings> {
        let file = read_file(flags.file.as_deref())?;
        let is_on = |flag: bool, name: &str, file: Option<bool>| {
            let environment = env(name).map(|value| value != "0" && value != "false");
            flag || environment.or(file).unwrap_or(false)
        };
        let slow = is_on(flags.slow, "ATTESTOR_SLOW", file.slow);
        let linear = is_on(flags.linear, "ATTESTOR_LINEAR", file.linear);
        Ok(Settings {
            theme: flags.theme.clone().or_else(|| env("ATTESTOR_THEME")).or(file.theme),
            pace: if slow { Pace::Slow } else { Pace::Usual },
            shape: if linear { Shape::Linear } else { Shape::Drawn },
            folder: usual_folder(),
            file: flags.file.clone(),
            audit: AuditSettings {
                origin: file.audit.origin,
                key: file.audit.key,
                places: file.audit.checkpoints,
                agent: env("SSH_AUTH_SOCK").map(PathBuf::from),
            },
        })
    }
}
