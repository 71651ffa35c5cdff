//! `attestor audit checkpoint`.

use super::known::{object, trust_folder};
use super::tell::{FOUND, line, tell};
use crate::audit::actions::{Outcome, Request, Sealed, seal};
use crate::audit::note::root_text;
use crate::audit::signer::Signer;
use crate::cli::Global;
use crate::error::{Error, Kind, Result};
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use crate::text::counted;
use serde_json::json;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Who signs, and where it is published.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The folder where the checkpoint is published, such as a git checkout; made if need be.
    ///
    /// At least one has to be named, here or as `checkpoints` in [audit] of the configuration: what lies
    /// in the database alone can be rewritten with it.
    #[arg(long = "to", value_name = "DIR")]
    pub places: Vec<PathBuf>,
    /// The Ed25519 key that signs: a key file of OpenSSH, or a public key (its text or its file) whose
    /// private half an ssh-agent has. By default the only Ed25519 key of the agent at SSH_AUTH_SOCK.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// Seals; the result is the exit status.
pub(super) async fn run(options: Options, global: &Global) -> Result<u8> {
    let settings = global.settings()?.audit;
    let places: Vec<PathBuf> = options.places.iter().chain(&settings.places).cloned().collect();
    let session = global.open().await?;
    let named = options.key.or(settings.key);
    let signer = Signer::find(named.as_deref(), settings.agent.as_deref(), ask).await?;
    let folder = trust_folder()?;
    let request = Request {
        signer: &signer,
        key: DeedKey::fresh(),
        places: &places,
        folder: &folder,
        now: chrono::Utc::now(),
    };
    match seal(&session.db, &request, &JobContext::unattended()).await? {
        Outcome::Sealed(sealed) => sealed_so(&sealed, global).map(|()| 0),
        Outcome::Refused(breaks) => {
            let mut lines = vec!["REFUSED  nothing was signed".to_owned()];
            lines.extend(breaks.iter().map(|found| format!("  {}", line(found))));
            let object = json!({ "sealed": false, "first_break": breaks.first(), "first_breaks": breaks });
            tell(global, &object, &lines)?;
            Ok(FOUND)
        }
    }
}

fn sealed_so(sealed: &Sealed, global: &Global) -> Result<()> {
    let signed = &sealed.believed.signed;
    let head = match sealed.is_new {
        true => {
            format!("sealed  {}, {} of them read again", counted(signed.size, "entry"), sealed.reread)
        }
        false => format!("sealed already  {}; published again", counted(signed.size, "entry")),
    };
    let mut lines = vec![
        head,
        format!("  root  {}", root_text(&signed.root)),
        format!("  key   {}", signed.key),
        format!("  time  {}", signed.time.format("%Y-%m-%dT%H:%M:%SZ")),
    ];
    lines.extend(sealed.published.iter().map(|path| format!("  at    {}", path.display())));
    let mut told = object(signed);
    told["sealed"] = true.into();
    told["new"] = sealed.is_new.into();
    told["reread"] = sealed.reread.into();
    told["published"] = sealed.published.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().into();
    tell(global, &told, &lines)
}

/// Asks for the passphrase of a key file, on the terminal alone.
pub(super) fn ask(file: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(
            Kind::Denied,
            format!("the key file {file} has a passphrase, and nobody can be asked"),
        )
        .hint("add the key to an ssh-agent"));
    }
    Ok(rpassword::prompt_password(format!("Passphrase of {file}: "))?)
}
