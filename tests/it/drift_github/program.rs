//! The built program: killed in its middle, its exit statuses, and its token that nobody sees.

use super::bench::{Bench, PUT_RIGHT, bad, changes, good, is_right, named};
use super::server::{Fault, TOKEN};
use crate::support::Scratch;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::Duration;
use tokio::sync::mpsc;

struct Program {
    home: Scratch,
    url: String,
    api: String,
    token: Option<&'static str>,
    config: String,
}

impl Program {
    fn of(bench: &Bench) -> Program {
        let config = "[github]\nconcurrency = 2\nwrite_pause_ms = 0\ntimeout_ms = 5000\n".to_owned();
        Program {
            home: Scratch::new(),
            url: bench.database.url(),
            api: bench.github.url.clone(),
            token: Some(TOKEN),
            config,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let config = self.home.path().join("config.toml");
        fs::write(&config, &self.config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
        command.env_clear().env("HOME", self.home.path()).env("DATABASE_URL", &self.url);
        command.env("ATTESTOR_CONFIG", config).env("ATTESTOR_GITHUB_API_URL", &self.api);
        if let Some(token) = self.token {
            command.env("GITHUB_TOKEN", token);
        }
        command.arg("drift").args(arguments);
        command
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = self.command(arguments);
        let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }
}

#[tokio::test]
async fn a_killed_run_is_finished_by_the_next_and_nothing_is_done_twice() {
    for killed_after in [1, 4, 8, 11] {
        let bench = Bench::new(named(5, |_| bad())).await;
        let program = Program::of(&bench);
        let (status, _, err) = program.run(&["reconcile"]).await;
        assert_eq!(status, 0, "{err}");
        let (status, out, err) = program.run(&["plan", "--json"]).await;
        assert_eq!(status, 0, "{err}");
        let hash = serde_json::from_str::<Value>(&out).unwrap()["sha256"].as_str().unwrap().to_owned();

        // The change is made, and the process is gone before it hears of it.
        let (told, mut killed) = mpsc::unbounded_channel();
        let mut writes = 0;
        bench.github.fail(move |asked| {
            writes += usize::from(asked.method != "GET");
            if asked.method != "GET" && writes == killed_after {
                told.send(()).unwrap();
                return Some(Fault::Late(Duration::from_millis(200)));
            }
            (writes > killed_after).then_some(Fault::Closed)
        });
        let mut child = program.command(&["apply", &hash, "--yes"]).spawn().unwrap();
        killed.recv().await.unwrap();
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it was killed");
        // What was on its way at the server is done there.
        bench.github.at_rest().await;
        bench.github.heal();

        // Nobody renews its lease any more.
        bench
            .rows(
                "update operations.operation_runs set lease_until = now() - interval '1 second'
                    where status = 'running' returning type",
            )
            .await;
        let (status, out, err) = program.run(&["apply", &hash, "--yes", "--json"]).await;
        assert_eq!(status, 0, "killed after {killed_after}: {out}{err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["resumed"], true);
        let number = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(number("checked"), 5, "{out}");
        assert_eq!(number("synced") + number("drifted") + number("failed"), 5);
        assert_eq!(number("failed"), 0);
        for n in 0..5 {
            let name = format!("acme/r{n:02}");
            assert!(is_right(&bench.github.repo(&name)), "killed after {killed_after}: {name}");
            // What was closed without being done may have been sent again; what was done never is.
            let mut lines = changes(&bench.github, &name);
            lines.dedup();
            assert_eq!(lines, PUT_RIGHT, "killed after {killed_after}: {name}");
        }
        assert_eq!(bench.one("select count(*)::text from trust.drift_applications").await, "5");
        assert_eq!(
            bench.rows("select concat_ws(' ', mode, finished_at is not null, repos_checked) from trust.reconciliation_runs
                        order by id").await,
            ["observe t 5", "correct t 5"]
        );
        let twice = "select count(*)::text from (
                         select repo_full_name from audit.audit_trail_entries
                         where event_type in ('drift.corrected', 'drift.found_as_planned')
                         group by 1 having count(*) <> 1) as twice";
        assert_eq!(bench.one(twice).await, "0");
    }
}

#[tokio::test]
async fn exit_statuses_tell_what_was_found_and_what_was_left() {
    let bench = Bench::new(vec![("acme/bad".to_owned(), bad()), ("acme/good".to_owned(), good())]).await;
    let program = Program::of(&bench);
    let check = async |arguments: &[&str], expected: i32, says: &str| {
        let (status, out, err) = program.run(arguments).await;
        assert_eq!(status, expected, "{arguments:?}: {out}{err}");
        assert!(format!("{out}{err}").contains(says), "{arguments:?}: {out}{err}");
        out
    };
    check(&["reconcile"], 0, "2 checked = 1 synced + 1 drifted + 0 failed; 0 corrected").await;
    check(&["reconcile", "--fail-on", "critical"], 3, "drifted    acme/bad  differs (2 critical)").await;
    check(&["reconcile", "--filter", "repo:acme/good", "--fail-on", "drift"], 0, "1 checked = 1 synced")
        .await;
    check(&["reconcile", "--repo", "acme/none"], 4, "failed     acme/none  not found").await;
    check(&["reconcile", "--repo", "../etc"], 2, "no owner/name").await;
    check(&["reconcile", "--filter", "colour:red"], 2, "colour").await;
    check(&["reconcile", "--mode", "correct"], 2, "--plan").await;
    check(&["reconcile", "--mode", "warn"], 0, "warn").await;
    check(&["apply", &"0".repeat(64), "--yes"], 1, "was made here").await;
    check(&["apply", "no-such-file", "--yes"], 65, "no-such-file").await;
    let file = program.home.path().join("plan.json");
    let file = file.to_str().unwrap();
    let out = check(&["plan", "--out", file], 0, "apply it with: attestor drift apply").await;
    assert!(
        out.contains("critical  branch_protection.enforce_admins") && out.contains("false → true"),
        "{out}"
    );
    check(&["apply", file], 2, "no terminal to ask on").await;
    let text = fs::read_to_string(file).unwrap();
    // One that was changed, and one that nobody made here.
    fs::write(file, text.replace("\"to\":true", "\"to\":false")).unwrap();
    check(&["apply", file, "--yes"], 65, "changed after it was made").await;
    assert_eq!(bench.github.changes(), []);
    fs::write(file, &text).unwrap();
    check(&["apply", file, "--yes", "--limit-repos", "0"], 4, "postponed  acme/bad").await;
    check(&["reconcile", "--mode", "correct", "--plan", file, "--yes"], 0, "1 corrected").await;
    check(&["apply", file, "--yes"], 0, "1 of the plan were corrected before").await;
    assert_eq!(bench.github.changes().len(), 3);
    assert!(is_right(&bench.github.repo("acme/bad")));
    check(&["plan"], 0, "nothing is to be put right").await;
    check(&["plan", "--list", "--plain"], 0, "\t1\t5\t").await;
    let (status, _, err) = program.run(&["reconcile", "--read-only"]).await;
    assert_eq!(status, 77, "{err}");
    // Its runs can be read as those of any other work.
    bench.github.fail(|_| Some(Fault::status(401, &format!("Bad credentials {TOKEN}"))));
    check(&["reconcile"], 4, "2 checked = 0 synced + 0 drifted + 2 failed").await;
    let report = bench.one(
        "select context->'verification_report'->'checks'->0->>'reason_code' from operations.operation_runs
         order by id desc limit 1",
    );
    assert_eq!(report.await, "authentication_failed");
}

#[tokio::test]
async fn the_token_is_read_where_nobody_else_can_and_shown_nowhere() {
    let bench = Bench::new(named(2, |_| bad())).await;
    let mut program = Program::of(&bench);
    let mut seen = String::new();
    let mut check = async |program: &Program, expected: i32, says: &str| {
        let (status, out, err) = program.run(&["reconcile", "--json"]).await;
        assert_eq!(status, expected, "{out}{err}");
        assert!(err.contains(says), "{err}");
        seen += &format!("{out}{err}");
    };
    check(&program, 0, "").await;
    // From a file, which nobody else may read.
    program.token = None;
    let file = program.home.path().join("token");
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let usual = program.config.clone();
    program.config = format!("{usual}token_file = \"{}\"\n", file.display());
    for (mode, expected, says) in
        [(0o600, 0, ""), (0o400, 0, ""), (0o644, 78, "chmod 600"), (0o640, 78, "0640")]
    {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        check(&program, expected, says).await;
    }
    program.config = format!("{usual}token_file = \"/no/such/file\"\n");
    check(&program, 78, "/no/such/file").await;
    program.config = format!("{usual}token = \"{TOKEN}\"\n");
    check(&program, 78, "does not belong into the configuration").await;
    program.config = usual.clone();
    check(&program, 4, "").await;
    // Over a network, only where it is hidden on the way.
    program.token = Some(TOKEN);
    program.api = "http://github.example".to_owned();
    check(&program, 78, "it must be https").await;
    program.api = format!("http://user:{TOKEN}@127.0.0.1:1");
    check(&program, 78, "belongs into a token").await;
    program.api = bench.github.url.clone();
    program.config = "[github]\nconcurrency = 1000\n".to_owned();
    check(&program, 78, "concurrency").await;
    // A server that says it back, everywhere it can.
    program.config = usual;
    for status in [401, 403, 404, 422, 500] {
        bench.github.fail(move |_| {
            let body = format!("{{\"message\": \"{TOKEN}\", \"errors\": [\"{TOKEN}\"]}}");
            Some(Fault::Answer(
                status,
                vec![("retry-after", "0".to_owned()), ("location", format!("/{TOKEN}"))],
                body,
            ))
        });
        check(&program, 4, "").await;
    }
    assert!(seen.contains("***"), "the server's words were told");
    assert!(!seen.contains(TOKEN));
    let kept = "select string_agg(t::text, ' ') from (
                    select to_jsonb(e) as t from audit.audit_trail_entries e
                    union all select to_jsonb(r) from operations.operation_runs r
                    union all select to_jsonb(r) from trust.reconciliation_results r
                    union all select to_jsonb(c) from trust.policy_repo_configs c
                    union all select to_jsonb(a) from trust.github_answers a) as kept";
    let kept = bench.one(kept).await;
    assert!(kept.len() > 5000 && !kept.contains(TOKEN) && !kept.contains("SECRET-CLONE"));
}

#[tokio::test]
async fn a_signal_ends_a_run_with_what_was_done() {
    let bench = Bench::new(named(6, |_| bad())).await;
    let program = Program::of(&bench);
    program.run(&["reconcile"]).await;
    let (_, out, _) = program.run(&["plan", "--json"]).await;
    let hash = serde_json::from_str::<Value>(&out).unwrap()["sha256"].as_str().unwrap().to_owned();
    let (told, mut reached) = mpsc::unbounded_channel();
    let mut writes = 0;
    bench.github.fail(move |asked| {
        writes += usize::from(asked.method != "GET");
        if asked.method != "GET" && writes == 4 {
            told.send(()).unwrap();
        }
        // Slow enough that a signal comes in its middle.
        (writes >= 4).then_some(Fault::Late(Duration::from_millis(150)))
    });
    let mut command = program.command(&["apply", &hash, "--yes"]);
    let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    reached.recv().await.unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(128 + 15), "{out}");
    assert!(out.contains("it was cancelled") && out.contains("corrected"), "{out}");
    bench.github.heal();
    let (status, out, err) = program.run(&["apply", &hash, "--yes"]).await;
    assert_eq!(status, 0, "{out}{err}");
    for n in 0..6 {
        let name = format!("acme/r{n:02}");
        assert_eq!(changes(&bench.github, &name), PUT_RIGHT, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let bench = Bench::new(named(1, |_| good())).await;
    let mut program = Program::of(&bench);
    // A port on which nobody listens any more.
    program.api = tokio::task::spawn_blocking(|| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    })
    .await
    .unwrap();
    let (status, out, _) = program.run(&["reconcile"]).await;
    assert!(status == 4 && out.contains("no connection"), "{out}");
}
