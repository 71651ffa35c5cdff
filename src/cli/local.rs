//! `attestor local`: the private PostgreSQL of this user.

use super::{Global, output};
use crate::db::local::{Cluster, DEFAULT_DATABASE, InUse, Lease, State, Status, Stopped, install};
use crate::error::{Error, Kind, Result};
use std::io::{IsTerminal, Write};
use std::process::{Command as Program, Stdio};

/// Where the cluster lies, for the manual.
const PLACES: &str = "\
The cluster is for its user alone: it has no TCP port, and its socket is in a folder that nobody else \
can enter. It lies in the user's data folder (~/.local/share/attestor/local), for root in \
/var/lib/attestor, where the server runs as the user postgres. ATTESTOR_LOCAL_DIR names another folder \
for all of it, and so another cluster; ATTESTOR_PG_BIN names the folder of PostgreSQL's programs.";

/// What can be done.
#[derive(Debug, clap::Subcommand)]
#[command(after_long_help = PLACES)]
pub enum Command {
    /// Start the server, and keep it running without consoles.
    Start(InstallArgs),
    /// Stop the server.
    ///
    /// Refused while consoles or commands are using it; with --force their connections are cut, and they
    /// do not start it again.
    Stop(ForceArgs),
    /// Show whether the server runs, and where everything is.
    ///
    /// Exit status 0 where it takes connections, 3 where it does not.
    Status,
    /// Print the address of a database; start the server and make the database where that is needed.
    ///
    /// The server goes on running until `attestor local stop`.
    Url {
        /// The database.
        #[arg(long, value_name = "NAME", default_value = DEFAULT_DATABASE)]
        database: String,
        /// What to do where PostgreSQL is missing.
        #[command(flatten)]
        install: InstallArgs,
    },
    /// Delete the server's data with all databases.
    ///
    /// Asks first, unless --yes is given. Refused while consoles or commands are using it, unless --force
    /// is given.
    Reset(ForceArgs),
}

/// What to do where PostgreSQL is missing.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct InstallArgs {
    /// Install PostgreSQL with the system's package manager where it is missing.
    #[arg(long)]
    pub install_postgres: bool,
}

/// What to do while others use the server.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ForceArgs {
    /// Do it while others use the server.
    #[arg(long)]
    pub force: bool,
}

impl ForceArgs {
    fn in_use(self) -> InUse {
        if self.force { InUse::Override } else { InUse::Refuse }
    }
}

/// Does it; the result is the exit status.
pub async fn run(command: Command, global: &Global) -> Result<u8> {
    let cluster = Cluster::usual()?;
    match command {
        Command::Start(install) => {
            let lease = lease(&cluster, install).await?;
            cluster.keep().await?;
            lease.end().await?;
            show(&cluster.status().await?, global)
        }
        Command::Stop(force) => {
            match cluster.stop(force.in_use()).await? {
                Stopped::Now => eprintln!("The local server has stopped."),
                Stopped::Already => eprintln!("The local server was not running."),
            }
            Ok(0)
        }
        Command::Status => show(&cluster.status().await?, global),
        Command::Url { database, install } => {
            let lease = lease(&cluster, install).await?;
            lease.prepare_database(&database).await?;
            cluster.keep().await?;
            let url = lease.url(&database);
            lease.end().await?;
            writeln!(std::io::stdout(), "{url}")?;
            Ok(0)
        }
        Command::Reset(force) => reset(&cluster, force, global).await,
    }
}

/// A lease of the cluster; where PostgreSQL is missing it is installed, if the person wants that.
pub async fn lease(cluster: &Cluster, args: InstallArgs) -> Result<Lease> {
    if let Err(missing) = cluster.find_programs() {
        let Some(command) = install::command() else { return Err(missing) };
        if !args.install_postgres && !wants_to_run(&missing, &command)? {
            return Err(missing);
        }
        install_postgres(&command)?;
    }
    cluster.lease().await
}

/// Asks whether to run `command`; nobody at a terminal is a no. `--yes` does not answer this.
fn wants_to_run(missing: &Error, command: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    eprintln!("{missing}. This command installs PostgreSQL:\n\n  {command}\n");
    Ok(matches!(answer("Run it now? [y/N] ")?.as_str(), "y" | "Y" | "yes"))
}

fn install_postgres(command: &str) -> Result<()> {
    eprintln!("{command}");
    // Its output is not ours: standard output stays for what was asked for.
    let status = Program::new("sh").arg("-c").arg(command).stdout(Stdio::from(std::io::stderr())).status()?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(Kind::NoDatabase, format!("PostgreSQL was not installed ({status})")).hint(command))
}

async fn reset(cluster: &Cluster, force: ForceArgs, global: &Global) -> Result<u8> {
    let status = cluster.status().await?;
    if status.state == State::Absent && !status.folder.exists() {
        eprintln!("There is no local cluster.");
        return Ok(0);
    }
    if !global.yes {
        if !std::io::stdin().is_terminal() {
            return Err(Error::new(Kind::Usage, "deleting the local cluster needs a yes").hint("add --yes"));
        }
        let folder = status.folder.to_string_lossy();
        eprintln!("This deletes {} with all databases in it.", crate::text::visible(&folder));
        if answer("Type delete to go on: ")? != "delete" {
            eprintln!("Nothing was deleted.");
            return Ok(1);
        }
    }
    cluster.reset(force.in_use()).await?;
    eprintln!("The local cluster is deleted.");
    Ok(0)
}

fn answer(question: &str) -> Result<String> {
    eprint!("{question}");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn show(status: &Status, global: &Global) -> Result<u8> {
    let mut printer = output::Printer::new(std::io::stdout().lock(), global.format());
    if matches!(global.format(), output::Format::Json | output::Format::Csv) {
        printer.row(status)?;
    } else {
        for (name, value) in <Status as output::Tabular>::COLUMNS.iter().zip(output::Tabular::cells(status)) {
            printer.row(&Line { name, value })?;
        }
    }
    printer.finish()?;
    Ok(if status.state == State::Running { 0 } else { 3 })
}

/// One fact a line, for people.
#[derive(serde::Serialize)]
struct Line<'a> {
    name: &'a str,
    value: String,
}

impl output::Tabular for Line<'_> {
    const COLUMNS: &'static [&'static str] = &["what", "value"];
    fn cells(&self) -> Vec<String> {
        vec![self.name.replace('_', " "), self.value.clone()]
    }
}

impl output::Tabular for Status {
    const COLUMNS: &'static [&'static str] = &[
        "state",
        "version",
        "folder",
        "data",
        "socket",
        "pid",
        "databases",
        "login",
        "superuser",
        "in_use",
        "kept",
    ];
    fn cells(&self) -> Vec<String> {
        let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let word = |yes| if yes { "yes" } else { "no" }.to_owned();
        vec![
            format!("{:?}", self.state).to_lowercase(),
            self.version.map(|v| v.to_string()).unwrap_or_default(),
            path(&self.folder),
            path(&self.data),
            path(&self.socket),
            self.pid.map(|pid| pid.to_string()).unwrap_or_default(),
            self.databases.join(" "),
            self.login.clone(),
            self.superuser.clone(),
            word(self.in_use),
            word(self.kept),
        ]
    }
}
