//! The binary: it chooses the console or the command line, and turns errors into exit statuses.

use attestor::cli::welcome::{self, Choice};
use attestor::cli::{self, Cli, Color, Command, Global, demo, keys};
use attestor::config::Shape;
use attestor::error::{Kind, Result};
use attestor::ui::command::{Holds, TABLE};
use attestor::ui::keymap::Keymap;
use attestor::ui::{self, Colour, Options};
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let cli = Cli::parse();
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
            // It hears of signals by itself, and tells what it has so far.
            Some(command @ Command::Audit(cli::audit::Command::Verify(_))) => {
                cli::run(command, &cli.global, || deeds(&cli.global)).await
            }
            Some(command) => {
                let work = cli::run(command, &cli.global, || deeds(&cli.global));
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
