//! The question before a deed on many, asked on a real terminal.

use crate::support::Scratch;
use crate::triage::stage::{Stage, stage};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};

/// Runs the program in a terminal, types `answer` when it asks, and gives its status and what it wrote.
async fn asked(stage: &Stage, filter: &str, answer: &str) -> (u32, String) {
    let (url, filter, answer) = (stage.database.url(), filter.to_owned(), answer.to_owned());
    tokio::task::spawn_blocking(move || {
        let home = Scratch::new();
        let size = PtySize { rows: 24, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_attestor"));
        command.env_clear();
        command.env("HOME", home.path());
        command.env("DATABASE_URL", url);
        command.args(["findings", "triage", "--verdict", "FP", "--reason", "generated", "--filter", &filter]);
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut writer = pty.master.take_writer().unwrap();
        let mut said = Vec::new();
        let mut byte = [0];
        // What is asked ends with a blank and waits on the same line.
        while !said.ends_with(b"? [y/N] ")
            && !said.ends_with(b" to go on: ")
            && reader.read(&mut byte).unwrap() == 1
        {
            said.push(byte[0]);
        }
        writer.write_all(answer.as_bytes()).unwrap();
        // At its end, Linux gives EIO instead of an end of file.
        while let Ok(1) = reader.read(&mut byte) {
            said.push(byte[0]);
        }
        (child.wait().unwrap().exit_code(), String::from_utf8(said).unwrap())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn no_is_the_default_and_yes_is_done() {
    let mut stage = stage().await;
    stage.findings(5).await;
    for answer in ["\r", "n\r", "5\r", "\u{4}"] {
        let (status, said) = asked(&stage, "id<=5", answer).await;
        assert_eq!(
            (status, said.contains("Decide 5 findings as FP? [y/N]")),
            (1, true),
            "{answer:?}: {said}"
        );
        assert!(said.contains("not confirmed; nothing was written"), "{said}");
    }
    assert_eq!(stage.entries().await.len(), 0);
    let (status, said) = asked(&stage, "id<=5", "y\r").await;
    assert_eq!((status, said.contains("5 findings written; entry 1")), (0, true), "{said}");
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn over_a_hundred_the_count_is_typed() {
    let mut stage = stage().await;
    stage.findings(101).await;
    for answer in ["y\r", "yes\r", "100\r"] {
        let (status, said) = asked(&stage, "id<=200", answer).await;
        assert_eq!((status, said.contains("Type 101 to go on")), (1, true), "{answer:?}: {said}");
    }
    assert_eq!(asked(&stage, "id<=100", "y\r").await.0, 0);
    let (status, said) = asked(&stage, "id<=200", "101\r").await;
    assert_eq!(status, 0, "{said}");
    assert_eq!(stage.entries().await.len(), 2);
}
