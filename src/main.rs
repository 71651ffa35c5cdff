//! The binary: it chooses the console or the command line, and turns errors into exit statuses.

use attestor::cli::doctor::check::Standing;
use attestor::cli::doctor::configuration::Look;
use attestor::cli::welcome::{self, Choice};
use attestor::cli::{self, Cli, Color, Command, Global, demo, keys};
use attestor::config::Shape;
use attestor::config::permalink::{Linked, Permalink, SCHEME};
use attestor::error::{Kind, Result};
use attestor::ui::command::{Holds, TABLE};
use attestor::ui::keymap::Keymap;
use attestor::ui::screen::Place;
use attestor::ui::theme::Symbols;
use attestor::ui::themes::{Colours, Themes};
use attestor::ui::{self, Colour, Options};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let cli = Cli::parse_from(with_open(std::env::args_os()));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("error: no runtime: {e}");
            return ExitCode::from(1);
        }
    };
    let result = runtime.block_on(async {
        match cli.command {
            None => console(&cli.global).await,
            Some(Command::Demo(options)) if !options.no_console => demo(&options, &cli.global).await,
            Some(Command::Open(options)) if is_terminal() => follow(&options.link, &cli.global).await,
            // They hear of signals by themselves, and tell what they have so far.
            Some(
                command @ (Command::Audit(cli::audit::Command::Verify(_))
                | Command::Drift(cli::drift::Command::Reconcile(_) | cli::drift::Command::Apply(_))),
            ) => cli::run(command, &cli.global, &Asked(&cli.global)).await,
            Some(command) => {
                let console = Asked(&cli.global);
                let work = cli::run(command, &cli.global, &console);
                // Dropped in the middle, the work rolls back and lets go of the private cluster.
                tokio::select! { done = work => done, status = ended() => Ok(status) }
            }
        }
    });
    // A read that hangs, on a file system or a name server, does not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(300));
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            if error.kind() != Kind::ReaderGone {
                eprintln!("{}", error.report());
            }
            ExitCode::from(error.kind().exit_status())
        }
    }
}

/// The arguments, with `open` before a link that stands alone.
fn with_open(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let is_link = |argument: &OsString| argument.to_string_lossy().starts_with(SCHEME);
    let commands = Cli::command();
    let is_flag = |argument: &OsString| argument.to_string_lossy().starts_with("--");
    // A command, and not the value of a flag.
    let is_command = |pair: &[OsString]| match pair {
        [_, word] if word == "open" => true,
        [before, word] => !is_flag(before) && commands.find_subcommand(word).is_some(),
        _ => false,
    };
    if let Some(at) = arguments.iter().position(is_link)
        && !arguments[..at].windows(2).any(is_command)
    {
        arguments.insert(at, "open".into());
    }
    arguments
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Waits for the signal that ends a command; its status is 128 and the signal's number.
async fn ended() -> u8 {
    let next = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        // Not heard, the signal ends the process by itself.
        Err(_) => std::future::pending().await,
    };
    let number = tokio::select! {
        () = next(SignalKind::interrupt()) => SignalKind::interrupt(),
        () = next(SignalKind::terminate()) => SignalKind::terminate(),
        () = next(SignalKind::hangup()) => SignalKind::hangup(),
    };
    128 + u8::try_from(number.as_raw_value()).unwrap_or(0)
}

/// Opens the console on the configured database; who has none is asked how to begin.
async fn console(global: &Global) -> Result<u8> {
    // What is configured is looked at first: its errors help more than those of the terminal.
    if let Err(error) = global.config() {
        if error.kind() != Kind::Unconfigured {
            return Err(error);
        }
        return match welcome::ask(global, error)? {
            Choice::Console(global) => open(&global).await,
            Choice::Demo => demo(&demo::Options::default(), global).await,
            Choice::Leave => Ok(0),
        };
    }
    open(global).await
}

async fn open(global: &Global) -> Result<u8> {
    let options = options(global)?;
    if options.shape == Shape::Drawn {
        ui::terminal::check()?;
    }
    ui::run(global.open().await?, options).await
}

/// Opens the console on the finding or test of a link.
async fn follow(link: &Permalink, global: &Global) -> Result<u8> {
    let place = match link.to {
        Linked::Finding(id) => Place::Finding(id),
        Linked::Test(id) => Place::Test(id),
    };
    let options = Options { place: Some(place), ..options(global)? };
    if options.shape == Shape::Drawn {
        ui::terminal::check()?;
    }
    ui::run(cli::open::session(link, global).await?, options).await
}

/// Opens the console on demo data.
async fn demo(demo: &demo::Options, global: &Global) -> Result<u8> {
    let options = options(global)?;
    if options.shape == Shape::Drawn {
        ui::terminal::check()?;
    }
    ui::run(demo::session(demo, global).await?, options).await
}

/// What is said about the console; what is wrong in a file is told before anything is opened.
fn options(global: &Global) -> Result<Options> {
    let colour = match global.color {
        Color::Auto => Colour::Auto,
        Color::Always => Colour::Always,
        Color::Never => Colour::Never,
    };
    Options::read(colour, &global.settings()?)
}

/// The console, as the command line asks it.
struct Asked<'g>(&'g Global);

impl cli::Console for Asked<'_> {
    fn deeds(&self) -> Result<Vec<keys::Row>> {
        deeds(self.0)
    }

    fn looks(&self) -> Vec<Look> {
        // Without settings there is nothing to look at, and what is wrong with them is told already.
        let Ok(settings) = self.0.settings() else { return Vec::new() };
        let themes = Themes {
            folder: settings.folder.clone(),
            symbols: Symbols::UNICODE,
            colours: Colours::Some,
            accent: None,
        };
        let theme = settings.theme.unwrap_or_else(|| "dark".to_owned());
        let said = themes.load(&theme).map(|_| format!("{theme}, the usual one"));
        let keys = settings.folder.as_ref().map(|folder| folder.join("keys.toml"));
        let own = keys.filter(|path| path.exists());
        let told = own.map_or("the usual ones".to_owned(), |path| path.to_string_lossy().into_owned());
        vec![
            Look::new("theme", Standing::Fails, said),
            Look::new("keys", Standing::Fails, Keymap::read(settings.folder.as_deref()).map(|_| told)),
        ]
    }
}

/// The console's table, for the command line to print.
fn deeds(global: &Global) -> Result<Vec<keys::Row>> {
    let keymap = Keymap::read(global.settings()?.folder.as_deref())?;
    let row = |row: &attestor::ui::command::Row| keys::Row {
        group: row.group.title().to_owned(),
        keys: keymap.keys_of(row.command).collect(),
        name: row.name.to_owned(),
        help: row.help.to_owned(),
        holds: match row.holds {
            Holds::Everywhere => vec!["everywhere".to_owned()],
            Holds::In(panes) => panes.iter().map(|pane| keys::words(&format!("{pane:?}"))).collect(),
        },
        needs: row.needs.iter().map(|need| keys::words(&format!("{need:?}"))).collect(),
    };
    Ok(TABLE.iter().map(row).collect())
}
