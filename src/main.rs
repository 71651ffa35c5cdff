//! The binary: it chooses the console or the command line, and turns errors into exit statuses.

use attestor::cli::Cli;
use clap::Parser;
use std::process::ExitCode;

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
            Some(command) => attestor::cli::run(command, &cli.global).await,
            None => Ok(0),
        }
    });
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("{}", error.report());
            ExitCode::from(error.kind().exit_status())
        }
    }
}
