//! `attestor completions` and `attestor man`: made from the same words that `--help` prints.

use super::Cli;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How each shell finds its completions.
const PLACES: &str = "\
Where the output goes:
  bash        ~/.local/share/bash-completion/completions/attestor
  zsh         a folder of $fpath, as _attestor
  fish        ~/.config/fish/completions/attestor.fish
  elvish      eval (attestor completions elvish | slurp), in rc.elv
  powershell  attestor completions powershell | Out-String | Invoke-Expression, in $PROFILE";

/// Which shell.
#[derive(Debug, clap::Args)]
#[command(after_help = PLACES)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Where the pages go.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// The folder to write a page for each command into; without it, the first page is printed.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints the completions of a shell; the result is the exit status.
pub fn completions(options: &Completions) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "attestor", &mut script);
    print(&script)
}

/// Writes the manual pages, or prints the first one; the result is the exit status.
pub fn man(options: &Man) -> Result<u8> {
    let pages = pages()?;
    let Some(folder) = &options.folder else { return print(&pages[0].1) };
    write_all(folder, &pages).map_err(|e| {
        let what = format!("the manual cannot be written to {}", visible(&folder.to_string_lossy()));
        Error::new(Kind::Failed, what).hint("name a folder that you may write to").because(e)
    })?;
    eprintln!("{} pages; try: man {}", pages.len(), visible(&folder.join("attestor.1").to_string_lossy()));
    Ok(0)
}

/// The pages by their file names; that of the program itself comes first.
pub fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut root = Cli::command().disable_help_subcommand(true);
    // Names become full ones, and options of the whole program reach its commands.
    root.build();
    let mut pages = Vec::new();
    add(&root, &mut pages)?;
    Ok(pages)
}

fn add(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let page = clap_mangen::Man::new(command.clone()).title(name.to_uppercase());
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push((format!("{name}.1"), text));
    command.get_subcommands().filter(|inner| !inner.is_hide_set()).try_for_each(|inner| add(inner, pages))
}

fn write_all(folder: &Path, pages: &[(String, Vec<u8>)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}

/// A reader that has seen enough is no failure.
fn print(bytes: &[u8]) -> Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(0),
    }
}
