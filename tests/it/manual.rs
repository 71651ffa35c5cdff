//! Completions, manual pages and the list of keys: all of it from the program's own tables.

use attestor::cli::{Cli, manual};
use attestor::ui::command::TABLE;
use clap::CommandFactory;
use std::process::Command;

fn attestor(arguments: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_attestor"))
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env("HOME", home.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn every_command(command: &clap::Command, each: &mut impl FnMut(&clap::Command)) {
    each(command);
    command.get_subcommands().filter(|c| c.get_name() != "help").for_each(|c| every_command(c, each));
}

fn built() -> clap::Command {
    let mut root = Cli::command();
    root.build();
    root
}

#[test]
fn every_command_and_option_says_what_it_does() {
    let mut silent = Vec::new();
    every_command(&built(), &mut |command| {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        if command.get_about().is_none() {
            silent.push(name.clone());
        }
        let unexplained = command.get_arguments().filter(|a| !a.is_hide_set() && a.get_help().is_none());
        silent.extend(unexplained.map(|a| format!("{name} {}", a.get_id())));
    });
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn there_is_a_page_for_every_command() {
    let pages = manual::pages().unwrap();
    assert_eq!(pages[0].0, "attestor.1");
    let mut missing = Vec::new();
    every_command(&built(), &mut |command| {
        let file = format!("{}.1", command.get_display_name().unwrap_or(command.get_name()));
        if !pages.iter().any(|(name, _)| *name == file) {
            missing.push(file);
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
    for (name, text) in &pages {
        let text = std::str::from_utf8(text).unwrap();
        for part in [".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
    }
}

#[test]
fn the_pages_go_into_a_folder_or_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("man1");
    let (status, out, said) = attestor(&["man", man.to_str().unwrap()]);
    assert_eq!((status, &*out), (0, ""), "{said}");
    for (name, text) in manual::pages().unwrap() {
        assert_eq!(std::fs::read(man.join(&name)).unwrap(), text, "{name}");
    }
    let (status, out, _) = attestor(&["man"]);
    assert_eq!((status, out.into_bytes()), (0, manual::pages().unwrap()[0].1.clone()));
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (status, _, said) = attestor(&["man", file.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(said.contains("cannot be written"), "{said}");
}

#[test]
fn every_shell_gets_its_completions() {
    for (shell, sign) in [
        ("bash", "complete -F _attestor"),
        ("zsh", "#compdef attestor"),
        ("fish", "complete -c attestor"),
        ("elvish", "edit:completion:arg-completer[attestor]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let (status, script, _) = attestor(&["completions", shell]);
        assert_eq!(status, 0);
        assert!(script.contains(sign) && script.contains("triage"), "{shell}");
    }
    assert_eq!(attestor(&["completions", "dos"]).0, 2);
}

#[test]
fn bash_completes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("attestor.bash");
    std::fs::write(&script, attestor(&["completions", "bash"]).1).unwrap();
    let check = |words: &[&str], expected: &str| {
        let ask = format!(
            "source '{}'; COMP_WORDS=({}); COMP_CWORD={}; _attestor attestor '{}' ''; echo \"${{COMPREPLY[@]}}\"",
            script.display(),
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
        );
        let output = Command::new("bash").args(["-c", &ask]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim(), expected, "{words:?} {}", String::from_utf8_lossy(&output.stderr));
    };
    check(&["attestor", "fin"], "findings");
    check(&["attestor", "findings", "un"], "undo");
    check(&["attestor", "findings", "triage", "--verd"], "--verdict");
    check(&["attestor", "completions", "f"], "fish");
}

#[test]
fn the_keys_are_those_of_the_console() {
    let (status, out, said) = attestor(&["keys", "--json"]);
    assert_eq!(status, 0, "{said}");
    let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), TABLE.len());
    for (printed, row) in rows.iter().zip(TABLE) {
        assert_eq!((&printed["name"], &printed["help"]), (&row.name.into(), &row.help.into()));
        assert_eq!(printed["keys"].as_array().unwrap().len(), row.keys.len(), "{}", row.name);
    }
    let top = rows.iter().find(|row| row["name"] == "top").unwrap();
    assert_eq!(top["keys"], serde_json::json!(["gg", "Home"]));
    assert_eq!(top["holds"], serde_json::json!(["everywhere"]));
    let mark = rows.iter().find(|row| row["name"] == "mark").unwrap();
    assert_eq!(mark["holds"], serde_json::json!(["findings list"]));
    let (_, table, _) = attestor(&["keys"]);
    assert!(table.starts_with("GROUP") && table.lines().count() == TABLE.len() + 1, "{table}");
}
