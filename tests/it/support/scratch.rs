//! A folder for the servers of tests, which is gone when its test process is, however that went.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A folder that others can pass through, so that servers of root's tests can run in it as `postgres`.
///
/// A janitor, a process out of reach of the terminal's keys, makes the folder and waits on a pipe of ours.
/// The pipe closes when we drop this or are killed; then the janitor stops the servers and deletes all.
pub struct Scratch {
    path: PathBuf,
    janitor: Child,
}

const JANITOR: &str = r#"
folder=$(mktemp -d /tmp/attestor-it-XXXXXX) && chmod 711 "$folder" && echo "$folder" || exit 1
cat >/dev/null
for marker in "$folder"/*/attestor-local-cluster; do
    ATTESTOR_LOCAL_DIR=${marker%/*} "$0" local reset --yes --force >/dev/null 2>&1
done
rm -rf "$folder"
"#;

impl Scratch {
    /// A fresh folder.
    pub fn new() -> Scratch {
        let mut janitor = Command::new("sh")
            .args(["-c", JANITOR, env!("CARGO_BIN_EXE_attestor")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut path = String::new();
        BufReader::new(janitor.stdout.take().unwrap()).read_line(&mut path).unwrap();
        let path = PathBuf::from(path.trim_end());
        assert!(path.is_absolute(), "the janitor made a folder");
        Scratch { path, janitor }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        self.janitor.wait().ok();
    }
}
