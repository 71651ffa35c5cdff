//! Exports and reports as an auditor meets them: files, judged by our command and by the script.

use super::{filled, rechained};
use crate::support::{Scratch, TestDatabase, database};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A chain of three nights that is sealed by a key, and an export of the second night that is signed.
struct Auditor {
    database: TestDatabase,
    files: Scratch,
}

fn there(program: &str) -> bool {
    let there = Command::new(program).arg("-?").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("skipped: {program} is missing");
    }
    there
}

impl Auditor {
    /// None where a program for it is missing.
    async fn new() -> Option<Auditor> {
        if !there("ssh-keygen") || !there("python3") {
            return None;
        }
        let database = database().await;
        filled(&database, &["2026-01-01", "2026-01-02", "2026-01-03"], 8).await;
        let auditor = Auditor { database, files: Scratch::new() };
        fs::write(auditor.path("config.toml"), "").unwrap();
        for key in ["key", "stranger"] {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-f", key];
            let made = Command::new("ssh-keygen").args(arguments).current_dir(auditor.files.path()).status();
            assert!(made.unwrap().success());
        }
        let origin: String = sqlx::query_scalar("select chain_id from audit.chain")
            .fetch_one(auditor.database.db().read())
            .await
            .unwrap();
        for key in ["key", "stranger"] {
            let public = fs::read_to_string(auditor.path(&format!("{key}.pub"))).unwrap();
            fs::write(auditor.path(&format!("{key}.signers")), format!("{origin} {public}")).unwrap();
        }
        let sealed = auditor.attestor(&["audit", "checkpoint", "--key", "key", "--to", "seals"]);
        assert_eq!(sealed.0, 0, "{}", sealed.1);
        let exported = auditor.attestor(&["audit", "export", "--date", "2026-01-02", "--key", "key"]);
        assert_eq!(exported.0, 0, "{}", exported.1);
        Some(auditor)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn attestor(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
        command
            .args(arguments)
            .current_dir(self.files.path())
            .env("DATABASE_URL", self.database.url())
            .env("ATTESTOR_STATE_DIR", self.path("state"))
            .env("ATTESTOR_CONFIG", self.path("config.toml"))
            .env_remove("SSH_AUTH_SOCK");
        run(command)
    }

    /// What our command says of an export in a folder, without a database.
    fn judged(&self, folder: &Path, key: &str) -> (i32, serde_json::Value) {
        let file = folder.join("audit-2026-01-02.jsonl");
        let key = self.path(&format!("{key}.pub"));
        let done = Command::new(env!("CARGO_BIN_EXE_attestor"))
            .args([
                "audit",
                "verify-export",
                "--json",
                file.to_str().unwrap(),
                "--key",
                key.to_str().unwrap(),
            ])
            .env_remove("DATABASE_URL")
            .env("ATTESTOR_STATE_DIR", self.path("elsewhere"))
            .env("ATTESTOR_CONFIG", self.path("config.toml"))
            .output()
            .unwrap();
        let value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (done.status.code().unwrap(), value)
    }

    /// What the script beside an export says of it.
    fn script(&self, folder: &Path, key: &str) -> (i32, String) {
        let mut command = Command::new("python3");
        command
            .args(["verify_attestor.py", "export", "audit-2026-01-02.jsonl", "--signers"])
            .arg(self.path(&format!("{key}.signers")))
            .current_dir(folder);
        run(command)
    }

    /// A copy of the export in a folder of its own.
    fn copy(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        fs::create_dir(&folder).unwrap();
        for file in fs::read_dir(self.files.path()).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            if name.starts_with("audit-") || name == "verify_attestor.py" {
                fs::copy(file.path(), folder.join(name)).unwrap();
            }
        }
        folder
    }
}

fn run(mut command: Command) -> (i32, String) {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    (done.status.code().unwrap(), said)
}

#[tokio::test]
async fn a_sealed_and_signed_export_is_judged_without_the_database() {
    let Some(auditor) = Auditor::new().await else { return };
    let folder = auditor.files.path();
    let (status, judged) = auditor.judged(folder, "key");
    assert_eq!(
        (status, &judged["verdict"], &judged["entries"]),
        (0, &"VERIFIED".into(), &8.into()),
        "{judged}"
    );
    assert_eq!((&judged["signed"], &judged["anchored"]["tail"]), (&true.into(), &0.into()));
    assert_eq!(judged["anchored"]["size"], 25, "the checkpoint's own entry is under it");
    let (status, said) = auditor.script(folder, "key");
    assert!(status == 0 && said.contains("VERIFIED 8 entries, #9 to #16"), "{said}");

    // A key of somebody else makes neither the signature nor the checkpoint worth anything.
    let (status, judged) = auditor.judged(folder, "stranger");
    assert_eq!(
        (status, &judged["signed"], &judged["anchored"]),
        (3, &false.into(), &serde_json::Value::Null)
    );
    assert_eq!(auditor.script(folder, "stranger").0, 3);
}

#[tokio::test]
async fn whatever_is_changed_in_the_files_is_found() {
    type Change = fn(&Path);
    fn edit(path: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
    let changes: &[(&str, Change)] = &[
        ("actor", |f| {
            edit(&f.join("audit-2026-01-02.jsonl"), "\"actor\":\"tester\"", "\"actor\":\"nobody\"")
        }),
        ("payload", |f| {
            edit(&f.join("audit-2026-01-02.jsonl"), "\"payload_text\":\"{}\"", "\"payload_text\":\"{ }\"")
        }),
        ("cut", |f| {
            let path = f.join("audit-2026-01-02.jsonl");
            let text = fs::read_to_string(&path).unwrap();
            let cut = text.trim_end().rfind('\n').unwrap();
            fs::write(&path, &text[..=cut]).unwrap();
        }),
        ("swapped", |f| {
            let path = f.join("audit-2026-01-02.jsonl");
            let mut lines: Vec<String> =
                fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
            lines.swap(2, 3);
            fs::write(&path, lines.join("\n") + "\n").unwrap();
        }),
        ("count", |f| edit(&f.join("audit-2026-01-02.manifest.json"), "\"entries\": 8", "\"entries\": 9")),
        ("query", |f| edit(&f.join("audit-2026-01-02.manifest.json"), "order by seq", "order by id")),
        ("proof", |f| edit(&f.join("audit-2026-01-02.proof.json"), "\"tree_size\": 25", "\"tree_size\": 24")),
        ("another checkpoint", |f| {
            edit(&f.join("audit-2026-01-02.manifest.json"), "\"size\": 25", "\"size\": 26")
        }),
        ("another period", |f| {
            edit(&f.join("audit-2026-01-02.manifest.json"), "2026-01-02T00:00:00", "2026-01-02T11:00:00")
        }),
        ("no proof", |f| fs::remove_file(f.join("audit-2026-01-02.proof.json")).unwrap()),
        ("signature", |f| {
            let path = f.join("audit-2026-01-02.manifest.json.sig");
            let text = fs::read_to_string(&path).unwrap();
            // A letter in the middle of the last full line of base64.
            let at = text.lines().take(4).map(|line| line.len() + 1).sum::<usize>() - 10;
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            fs::write(&path, format!("{}{other}{}", &text[..at], &text[at + 1..])).unwrap();
        }),
    ];
    let Some(auditor) = Auditor::new().await else { return };
    for (name, change) in changes {
        let folder = auditor.copy(name);
        change(&folder);
        let (status, judged) = auditor.judged(&folder, "key");
        assert_eq!(status, 3, "{name}: {judged}");
        let (status, said) = auditor.script(&folder, "key");
        assert!(status == 3 || status == 65, "{name}: {said}");
    }
    let folder = auditor.copy("half");
    let path = folder.join("audit-2026-01-02.jsonl");
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 20]).unwrap();
    assert_eq!(auditor.judged(&folder, "key").0, 65, "a file that ends in mid-line is told as unreadable");
}

#[tokio::test]
async fn a_forged_range_is_not_anchored() {
    let Some(auditor) = Auditor::new().await else { return };
    // Somebody rewrites the chain with all its hashes, and exports from that.
    let mut superuser = auditor.database.superuser().await;
    sqlx::raw_sql(
        "alter table audit.audit_trail_entries disable trigger all;
         update audit.audit_trail_entries set actor = 'nobody' where seq = 10",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    rechained(&mut superuser).await;
    let (status, said) = auditor.attestor(&["audit", "export", "--from", "9", "--to", "16"]);
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("does NOT cover it"), "{said}");
    // With the proof of the true history put beside it, it is found out.
    fs::copy(auditor.path("audit-2026-01-02.proof.json"), auditor.path("audit-9-16.proof.json")).unwrap();
    let (status, said) =
        auditor.attestor(&["audit", "verify-export", "audit-9-16.jsonl", "--key", "key.pub"]);
    assert!(status == 3 && said.contains("ROOT_MISMATCH"), "{said}");
}

#[tokio::test]
async fn a_report_is_checked_in_all_its_forms() {
    let Some(auditor) = Auditor::new().await else { return };
    for (form, file) in [("json", "r.json"), ("md", "r.md"), ("html", "r.html")] {
        let (status, said) = auditor.attestor(&[
            "audit",
            "report",
            "--type",
            "soc2",
            "--from",
            "2026-01-01",
            "--to",
            "2026-01-03",
            "--format",
            form,
            "--out",
            file,
            "--seed",
            "1",
        ]);
        assert_eq!(status, 0, "{said}");
        let script = |file: &str| {
            let mut command = Command::new("python3");
            command
                .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py"))
                .args(["report", file])
                .current_dir(auditor.files.path());
            run(command)
        };
        let (status, said) = script(file);
        assert!(status == 0 && said.contains("HASHED soc2 report"), "{form}: {said}");
        let text = fs::read_to_string(auditor.path(file)).unwrap();
        let changed = text.replace("SOC2:CC7.1", "SOC2:CC7.9");
        assert_ne!(changed, text);
        fs::write(auditor.path(file), changed).unwrap();
        assert_eq!(script(file).0, 3, "{form}");
    }
    // The last one was filed, and counts three nights.
    let (entries, verdict): (i32, String) = sqlx::query_as(
        "select entry_count, summary->'chain'->>'verdict' from audit.compliance_reports order by id desc limit 1",
    )
    .fetch_one(auditor.database.db().read())
    .await
    .unwrap();
    assert_eq!((entries, verdict.as_str()), (24, "VERIFIED"));
}

/// The note's own signature, wherever the script takes a checkpoint: SSH's signature beside it still holds.
#[tokio::test]
async fn a_note_that_nobody_signed_is_found_by_the_script() {
    let Some(auditor) = Auditor::new().await else { return };
    let script = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py"))
            .args(arguments)
            .args(["--signers", "key.signers"])
            .current_dir(auditor.files.path());
        run(command)
    };
    let made = ["audit", "report", "--type", "soc2", "--from", "2026-01-01", "--to", "2026-01-03"];
    let made = auditor.attestor(&[&made[..], &["--format", "json", "--out", "r.json"]].concat());
    assert_eq!(made.0, 0, "{}", made.1);
    let (status, said) = auditor.attestor(&["audit", "prove", "--seq", "9", "--out", "proof.json"]);
    assert_eq!(status, 0, "{said}");
    let mut seals = fs::read_dir(auditor.path("seals")).unwrap().flatten().map(|file| file.path());
    let note = seals.find(|path| path.extension().is_some_and(|ending| ending == "note")).unwrap();
    let (name, url) = (note.to_str().unwrap(), auditor.database.url());
    let ways: [&[&str]; 5] = [
        &["checkpoint", name],
        &["proof", "proof.json"],
        &["export", "audit-2026-01-02.jsonl"],
        &["report", "r.json", "--checkpoint", name],
        &["database", &url, "--checkpoint", name],
    ];
    for way in ways {
        let (status, said) = script(way);
        assert_eq!(status, 0, "{way:?}: {said}");
    }
    let seal = fs::read_to_string(&note).unwrap();
    let at = seal.trim_end().len() - 20;
    // A bit of the signature; its time; and as if another key had made it.
    for at in [at, seal.rfind(' ').unwrap() + 12, seal.rfind(' ').unwrap() + 3] {
        let other = if &seal[at..=at] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &seal[..at], &seal[at + 1..]);
        fs::write(&note, &forged).unwrap();
        for file in ["proof.json", "audit-2026-01-02.proof.json"] {
            let text = fs::read_to_string(auditor.path(file)).unwrap();
            let mut proof: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(proof["checkpoint"].as_str().unwrap().len(), forged.len());
            proof["checkpoint"] = forged.clone().into();
            fs::write(auditor.path(file), proof.to_string()).unwrap();
        }
        for way in ways {
            let (status, said) = script(way);
            assert!(status == 3 && said.contains("signed the note"), "{way:?}: {said}");
        }
    }
    fs::write(&note, seal).unwrap();
    // A true checkpoint, and none that the report names.
    let (status, said) = auditor.attestor(&["audit", "checkpoint", "--key", "key", "--to", "later"]);
    assert_eq!(status, 0, "{said}");
    let mut later = fs::read_dir(auditor.path("later")).unwrap().flatten().map(|file| file.path());
    let later = later.find(|path| path.extension().is_some_and(|ending| ending == "note")).unwrap();
    let (status, said) = script(&["report", "r.json", "--checkpoint", later.to_str().unwrap()]);
    assert!(status == 3 && said.contains("ROOT_MISMATCH"), "{said}");
}
