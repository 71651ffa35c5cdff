//! The binary: it chooses the console or the command line, and turns errors into exit statuses.

use attestor::cli::{self, Cli, Color, Command, Global};
use attestor::error::Result;
use attestor::ui::{self, Colour, Options};
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

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
            Some(command) => attestor::cli::run(command, &cli.global).await,
        }
    });
    // A read that hangs, on a file system or a name server, does not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(300));
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("{}", error.report());
            ExitCode::from(error.kind().exit_status())
        }
    }
}

/// Opens the console on the configured database.
async fn console(global: &Global) -> Result<u8> {
    // What is configured is looked at first: its errors help more than those of the terminal.
    global.config()?;
    ui::terminal::check()?;
    ui::run(global.open().await?, options(global)).await
}

/// Opens the console on the demo's database.
async fn demo(demo: &cli::demo::Options, global: &Global) -> Result<u8> {
    ui::terminal::check()?;
    ui::run(cli::demo::session(demo, global).await?, options(global)).await
}

fn options(global: &Global) -> Options {
    let colour = match global.color {
        Color::Auto => Colour::Auto,
        Color::Always => Colour::Always,
        Color::Never => Colour::Never,
    };
    Options { colour }
}
