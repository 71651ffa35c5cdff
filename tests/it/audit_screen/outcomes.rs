//! The deeds of the Audit screen from key to file, in a real terminal over a real database: what is
//! written, what is said, and what is said where it cannot be.

use crate::support::{Scratch, TestDatabase, database};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything here takes; what exceeds it fails.
const PATIENCE: Duration = Duration::from_secs(40);
/// Longer than the gap below which keys are one burst.
const MOMENT: Duration = Duration::from_millis(15);
const COLUMNS: u16 = 150;
const ROWS: u16 = 40;

/// An auditor with a chain of three entries, a key, and a folder for what is written.
struct Auditor {
    database: TestDatabase,
    files: Scratch,
    /// The socket of an ssh-agent.
    agent: Option<PathBuf>,
}

/// The console in a terminal.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<vt100::Parser>, Condvar)>,
}

impl Auditor {
    async fn new(configuration: &str) -> Auditor {
        let database = database().await;
        let files = Scratch::new();
        for folder in ["seals", "out", "state"] {
            fs::create_dir(files.path().join(folder)).unwrap();
        }
        let seed = ssh_key::private::Ed25519Keypair::from_seed(&[7; 32]);
        let key = ssh_key::PrivateKey::from(seed).to_openssh(ssh_key::LineEnding::LF).unwrap();
        let path = files.path().join("key");
        fs::write(&path, key.as_bytes()).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let here = files.path().to_str().unwrap();
        fs::write(files.path().join("config.toml"), configuration.replace("HERE", here)).unwrap();
        sqlx::raw_sql(
            "select audit.append_entry('finding_triage', 'seen', 'human', jsonb_build_object('n', n))
             from generate_series(1, 3) n",
        )
        .execute(&mut database.superuser().await)
        .await
        .unwrap();
        Auditor { database, files, agent: None }
    }

    /// With a key, and a folder where checkpoints are published.
    async fn with_key() -> Auditor {
        Auditor::new("[audit]\nkey = \"HERE/key\"\ncheckpoints = [\"HERE/seals\"]\n").await
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn open(&self) -> Console {
        let size = PtySize { rows: ROWS, cols: COLUMNS, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_attestor"));
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC")] {
            command.env(name, value);
        }
        command.env("DATABASE_URL", self.database.url());
        command.env("HOME", self.files.path());
        command.env("ATTESTOR_STATE_DIR", self.path("state"));
        command.env("ATTESTOR_CONFIG", self.path("config.toml"));
        if let Some(agent) = &self.agent {
            command.env("SSH_AUTH_SOCK", agent);
        }
        command.cwd(self.path("out"));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
        let seen = Arc::new((Mutex::new(parser), Condvar::new()));
        let theirs = Arc::clone(&seen);
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                theirs.0.lock().unwrap().process(&buffer[..count]);
                theirs.1.notify_all();
            }
        });
        let mut console = Console { child, keys, seen };
        console.wait("Overview");
        console.keys("5");
        console.wait("not verified in this session");
        // The detail is the last that comes.
        console.wait("payload_hash");
        console
    }

    /// What our command line says of a file.
    fn says(&self, arguments: &[&str]) -> (i32, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.files.path())
            .env("ATTESTOR_STATE_DIR", self.path("state"))
            .env("ATTESTOR_CONFIG", self.path("config.toml"))
            .current_dir(self.path("out"))
            .output()
            .unwrap();
        let text = [done.stdout, done.stderr].concat();
        (done.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
    }

    async fn count(&self, sql: &str) -> i64 {
        let mut superuser = self.database.superuser().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut superuser).await.unwrap()
    }

    fn written(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("out")).unwrap();
        let mut names: Vec<String> = names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Console {
    /// Sends keys as a person would, a moment after those before: what comes at once is taken for a paste,
    /// and confirms nothing.
    fn keys(&mut self, keys: &str) {
        let never = std::sync::mpsc::channel::<()>();
        never.1.recv_timeout(MOMENT).ok();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Types a line into a prompt that asks for `label`, in the place of what stands there, and confirms:
    /// the Enter comes by itself, since one that comes with earlier keys confirms nothing.
    fn answer(&mut self, label: &str, text: &str) {
        let line = |screen: &vt100::Screen| {
            let row = screen.cursor_position().0;
            screen.rows(0, COLUMNS).nth(row.into()).map(|line| line.trim().to_owned()).unwrap_or_default()
        };
        // The cursor stands right behind the label.
        let is_empty = |screen: &vt100::Screen| usize::from(screen.cursor_position().1) == label.len() + 2;
        self.wait_until(label, |screen| line(screen).starts_with(label));
        self.keys("\x15");
        self.wait_until(label, |screen| line(screen).starts_with(label.trim()) && is_empty(screen));
        self.keys(text);
        self.wait_until(text, |screen| line(screen).starts_with(&format!("{label} {text}")));
        self.keys("\r");
    }

    /// Waits until the text stands on the screen; gives the screen.
    fn wait(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contents().contains(text))
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut parser = self.seen.0.lock().unwrap();
        loop {
            if holds(parser.screen()) {
                return parser.screen().contents();
            }
            let left = deadline.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("no {what} on:\n{}", parser.screen().contents()));
            parser = self.seen.1.wait_timeout(parser, left).unwrap().0;
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_a_proof_and_a_report_are_written() {
    let auditor = Auditor::with_key().await;
    let mut console = auditor.open();
    console.keys("K");
    console.wait("Seal the chain");
    console.keys("y");
    console.wait("sealed 4 entries, published in 1 place");
    assert_eq!(auditor.count("select count(*) from audit.checkpoints where size = 4").await, 1);
    assert!(fs::read_dir(auditor.path("seals")).unwrap().count() > 0, "it is published");

    console.keys("p");
    console.answer("file", "proof.json");
    console.wait("proof.json, by the checkpoint over 4");
    let (status, said) = auditor.says(&["audit", "verify-proof", "proof.json"]);
    assert_eq!(status, 0, "{said}");
    console.keys("p");
    console.answer("file", "proof.json");
    console.wait("proof.json is there already");

    console.keys("V");
    console.wait("VERIFIED from 5 on, 0 entries");
    console.wait("never in full");

    let today = chrono::Utc::now().date_naive();
    console.keys("r");
    console.wait("compliance report");
    console.keys("\r");
    console.answer("from", "2020-01-01");
    console.answer("to  ", &today.to_string());
    console.answer("file", "soc2.json");
    console.wait("report 1 is filed, w opens its sample; 4 entries, chain VERIFIED");
    let document: Value = serde_json::from_slice(&fs::read(auditor.path("out/soc2.json")).unwrap()).unwrap();
    assert_eq!(
        (&document["report_type"], &document["chain"]["checkpoint"]["size"]),
        (&"soc2".into(), &4.into())
    );
    let filed = "select count(*) from audit.compliance_reports where report_hash = ";
    let hash = document["report_hash"].as_str().unwrap();
    assert_eq!(auditor.count(&format!("{filed}'{hash}'")).await, 1);

    console.keys("w");
    console.wait("0 of 4 inspected");
    console.keys("i");
    console.answer("note", "as it should be");
    console.wait("1 of 4 inspected");
    assert_eq!(
        auditor.count("select count(*) from audit.inspections where note = 'as it should be'").await,
        1
    );
    assert_eq!(auditor.written(), ["proof.json", "soc2.json"], "and nothing is left half done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_exported() {
    let auditor = Auditor::with_key().await;
    // Of the day before: today has not ended.
    let mut superuser = auditor.database.superuser().await;
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         alter table audit.audit_trail_entries drop constraint if exists audit_trail_entries_is_entry;
         update audit.audit_trail_entries set occurred_at = '2026-01-02 03:04:05Z'",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let mut console = auditor.open();
    console.keys("X");
    console.wait("export the entries of 2026-01-02, in UTC");
    console.answer("folder", "nowhere");
    console.wait("nowhere is no folder");
    console.keys("X");
    console.answer("folder", ".");
    // Its times were set behind the back of the chain: it is exported all the same, and said to be broken.
    let screen = console.wait("METADATA_MISMATCH, signed");
    assert!(screen.contains("audit-2026-01-02.jsonl: 3 entries"), "{screen}");
    assert!(
        auditor.written().contains(&"audit-2026-01-02.jsonl.sha256".to_owned()),
        "{:?}",
        auditor.written()
    );
    assert_eq!(auditor.count("select count(*) from audit.audit_exports where signed").await, 1);
    let (status, said) = auditor.says(&["audit", "verify-export", "audit-2026-01-02.jsonl"]);
    assert!(status == 3 && said.contains("METADATA_MISMATCH"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said() {
    let auditor = Auditor::new("").await;
    let mut console = auditor.open();
    console.keys("K");
    console.wait("Seal the chain");
    console.keys("y");
    console.wait("checkpoint: there is no key to sign with; name one as key below [audit] in config.toml");
    console.keys("p");
    console.answer("file", "proof.json");
    console.wait("prove 3: no checkpoint covers the entry 3 yet");
    console.keys("p");
    console.answer("file", "/proc/proof.json");
    console.wait("/proc/proof.json cannot be written");
    console.keys("X");
    console.answer("folder", ".");
    console.wait("the day ends at");
    console.keys("V");
    console.wait("no checkpoint is trusted that it could go on from");
    console.keys("r");
    console.wait("compliance report");
    console.keys("\r");
    console.answer("from", "2020-01-01");
    console.answer("to  ", "2020-01-02");
    console.answer("file", "/proc/report.md");
    console.wait("/proc/report.md cannot be written");
    assert_eq!(auditor.count("select count(*) from audit.compliance_reports").await, 0, "not even filed");
    assert_eq!(
        auditor.count("select count(*) from audit.audit_trail_entries").await,
        3,
        "nothing was written"
    );
    assert_eq!(auditor.written(), <[String; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_gone_is_said() {
    let mut auditor = Auditor::new("[audit]\nkey = \"HERE/key.pub\"\n").await;
    auditor.agent = Some(auditor.path("no-agent"));
    let key = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[7; 32]));
    fs::write(auditor.path("key.pub"), key.public_key().to_openssh().unwrap() + "\n").unwrap();
    let mut console = auditor.open();
    console.keys("K");
    console.wait("Seal the chain");
    console.keys("y");
    let screen = console.wait("no-agent");
    assert!(screen.contains("checkpoint:"), "{screen}");
    assert_eq!(auditor.count("select count(*) from audit.checkpoints").await, 0);
}
