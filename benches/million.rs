//! A million findings: pages at any depth, the Overview, and keys while an import or a verification runs.
//!
//! `ATTESTOR_BENCH_DATABASE` names a database to use instead of one that is made here, for instance that
//! of `attestor demo --scale large`; imports that end while keys are pressed stay in it.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use attestor::chain::recent;
use attestor::db::{Access, Db};
use attestor::filter;
use attestor::triage::store::fields::FIELDS;
use attestor::triage::store::findings::{Cursor, Order, Query, Sort, SortKey, list};
use attestor::triage::store::overview;
use chrono::Utc;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;
use support::chain::load_chain;
use support::console::Console;
use support::figures::{at, heading, median, ms, number, scaled, tell};
use support::million::{load_entries, load_findings, write_sarif};
use support::server::Server;

const DATABASE: &str = "million";
/// A database whose chain is short, against which pages of the long one are held.
const SHORT: &str = "short";
/// Entries of the short chain.
const SHORT_ENTRIES: u64 = 1_000;
/// Rows of a page.
const PAGE: usize = 100;

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let server = Server::start().await;
    let url = match std::env::var("ATTESTOR_BENCH_DATABASE") {
        Ok(url) => url,
        Err(_) => {
            make(&server).await;
            server.lease().url(DATABASE)
        }
    };
    let db = Db::lazy(url.parse().unwrap(), Access::ReadWrite);
    let (findings, entries): (i64, i64) = sqlx::query_as(
        "select (select count(*) from triage.findings), (select max(seq) from audit.audit_trail_entries)",
    )
    .fetch_one(db.read())
    .await
    .unwrap();
    let size = format!("{} findings, {} audit entries", number(findings as f64), number(entries as f64));
    pages(&db, &size).await;
    entries_pages(&server, &db, &size).await;
    overview_numbers(&server, &db, &url, &size).await;
    keys(&server, &url, &size);
    db.close().await;
    server.end().await;
}

/// Makes the database: `ATTESTOR_BENCH_FINDINGS` findings, a million unless told.
async fn make(server: &Server) {
    let told = std::env::var("ATTESTOR_BENCH_FINDINGS").ok().and_then(|n| n.parse().ok());
    let findings = told.unwrap_or_else(|| scaled(1_000_000, 10_000));
    server.database(DATABASE).await;
    let begun = Instant::now();
    load_findings(server, DATABASE, findings).await;
    load_chain(server, DATABASE, findings).await;
    println!(
        "# {} findings and entries made in {:.0} s",
        number(findings as f64),
        begun.elapsed().as_secs_f64()
    );
}

async fn pages(db: &Db, size: &str) {
    let times = scaled(40, 5);
    heading("pages of findings", &format!("{size}; pages of {PAGE} rows, median of {times} pairs"));
    let orders = [
        ("risk", SortKey::Risk, ""),
        ("risk, undecided", SortKey::Risk, "is:undecided"),
        ("severity", SortKey::Severity, ""),
        ("age", SortKey::Age, ""),
        ("rule", SortKey::Rule, ""),
        ("file", SortKey::File, ""),
        ("repository", SortKey::Repo, ""),
    ];
    for (name, by, filter) in orders {
        let parsed = filter::parse(filter, &FIELDS).unwrap();
        let now = Utc::now();
        let first = Query { sort: Sort { by, order: Order::Natural }, ..Query::first(parsed, PAGE, now) };
        // Backwards from the end, a page and a row: behind that row the last page begins.
        let backwards = Sort { by, order: Order::Reversed };
        let end = Query { sort: backwards, limit: PAGE + 1, ..first.clone() };
        let end = list(db, &end).await.unwrap();
        let last = Query { after: end.rows.last().map(Cursor::after), ..first.clone() };
        assert_eq!(list(db, &last).await.unwrap().rows.len(), PAGE, "the last page is a whole one");
        let (mut firsts, mut lasts) = (Vec::new(), Vec::new());
        for _ in 0..times {
            for (query, times) in [(&first, &mut firsts), (&last, &mut lasts)] {
                let begun = Instant::now();
                list(db, query).await.unwrap();
                times.push(begun.elapsed().as_secs_f64());
            }
        }
        let (first, last) = (median(&firsts), median(&lasts));
        tell(
            &format!("last page by {name}"),
            &ms(last),
            &format!("first {}", ms(first)),
            last / first,
            "<= 1.5",
        );
    }
}

async fn entries_pages(server: &Server, long: &Db, size: &str) {
    let times = scaled(100, 5);
    let short_size = number(SHORT_ENTRIES as f64);
    heading("the newest audit entries", &format!("{size}; against a chain of {short_size}, {times} pairs"));
    server.database(SHORT).await;
    load_entries(server, SHORT, SHORT_ENTRIES).await;
    let short = server.db(SHORT);
    let (mut longs, mut shorts) = (Vec::new(), Vec::new());
    for _ in 0..times {
        for (db, times) in [(long, &mut longs), (&short, &mut shorts)] {
            let begun = Instant::now();
            recent::newest(db, recent::NEWEST_MAX).await.unwrap();
            times.push(begun.elapsed().as_secs_f64());
        }
    }
    short.close().await;
    let (long, short) = (median(&longs), median(&shorts));
    tell("newest 100 entries", &ms(long), &format!("of {short_size} {}", ms(short)), long / short, "<= 1.5");
}

async fn overview_numbers(server: &Server, db: &Db, url: &str, size: &str) {
    let times = scaled(10, 3);
    heading("the Overview", &format!("{size}; median of {times}"));
    let (mut glances, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let begun = Instant::now();
        overview::glance(db, None, Utc::now()).await.unwrap();
        glances.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        overview::queue(db, None, Utc::now()).await.unwrap();
        wholes.push(begun.elapsed().as_secs_f64());
    }
    let (glance, whole) = (median(&glances), median(&wholes));
    let theirs = format!("exact numbers {}", ms(whole));
    tell("Overview, findings asked for at a glance", &ms(glance), &theirs, glance * 1e3, "<= 200 ms");
    let mut shown = Vec::new();
    for _ in 0..times {
        let mut console = Console::on(server, url);
        console.wait("\n> ");
        console.settle();
        let pressed = console.send("1");
        let is_full = |screen: &str| screen.contains("FINDINGS") && !screen.contains("loading");
        shown.push((console.wait_for("Overview", is_full) - pressed).as_secs_f64());
    }
    let shown = median(&shown);
    tell("Overview, key to the numbers of all areas", &ms(shown), "", shown * 1e3, "<= 200 ms");
}

/// Keys of a person who looks for something, each of which changes the screen.
const KEYS: [&str; 16] =
    ["j", "j", "j", "\x04", "j", "k", "\x04", "\x15", "j", "/", "s", "e", "v", "\x7f", "\x7f", "\x7f"];

fn keys(server: &Server, url: &str, size: &str) {
    let rounds = usize::try_from(scaled(15, 2)).unwrap();
    let file = server.folder().join("import.sarif");
    write_sarif(&file, 100_000).unwrap();
    let pressed = rounds * KEYS.len();
    heading(
        "key to frame",
        &format!("{size}; {pressed} keys a side; first bytes after the key; imports of 100,000 results run"),
    );
    let alone = press_all(server, url, rounds);
    let stop = AtomicBool::new(false);
    let done = AtomicU32::new(0);
    let beside = std::thread::scope(|scope| {
        scope.spawn(|| import_until(&stop, &done, server, url, &file));
        let beside = press_all(server, url, rounds);
        stop.store(true, Ordering::Relaxed);
        beside
    });
    stop.store(false, Ordering::Relaxed);
    let verifications = AtomicU32::new(0);
    let verified = std::thread::scope(|scope| {
        scope.spawn(|| verify_until(&stop, &verifications, server, url));
        let verified = press_all(server, url, rounds);
        stop.store(true, Ordering::Relaxed);
        verified
    });
    let first = |times: &[f64]| format!("alone {}", ms(at(times, 0.99)));
    let p99 = at(&beside, 0.99);
    tell("key to frame, p99, an import runs", &ms(p99), &first(&alone), p99 * 1e3, "<= 16 ms");
    let niced = at(&verified, 0.99);
    tell("key to frame, p99, a verification runs niced", &ms(niced), &first(&alone), niced * 1e3, "<= 16 ms");
    println!("# {} verifications ended meanwhile", verifications.load(Ordering::Relaxed));
    println!(
        "# median {} beside imports, {} alone; the slowest {} and {}; {} imports ended meanwhile",
        ms(median(&beside)),
        ms(median(&alone)),
        ms(at(&beside, 1.0)),
        ms(at(&alone, 1.0)),
        done.load(Ordering::Relaxed),
    );
}

/// Presses the keys so many times over; gives the seconds to the first bytes of each answer.
fn press_all(server: &Server, url: &str, rounds: usize) -> Vec<f64> {
    let mut console = Console::on(server, url);
    console.wait("\n> ");
    console.settle();
    let mut times = Vec::new();
    for _ in 0..rounds {
        for key in KEYS {
            let answer = console.press(key);
            // A key that nothing came of counts as two seconds.
            times.push(answer.first.map_or(2.0, |first| first.as_secs_f64()));
        }
        // Not measured: a lone Esc waits 50 ms, since an arrow may be on its way in pieces.
        console.press("\x1b");
    }
    times
}

/// Takes the file in again and again, each time for another repository.
fn import_until(stop: &AtomicBool, done: &AtomicU32, server: &Server, url: &str, file: &Path) {
    while !stop.load(Ordering::Relaxed) {
        let repo = format!("acme/import-{}", Utc::now().timestamp_millis());
        let mut child = import(server, url, &repo, file.to_owned());
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.success();
            }
            if stop.load(Ordering::Relaxed) {
                child.kill().unwrap();
                child.wait().unwrap();
                return;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        };
        assert!(ended, "the import failed");
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Verifies the chain again and again, as nicely as it goes.
fn verify_until(stop: &AtomicBool, done: &AtomicU32, server: &Server, url: &str) {
    while !stop.load(Ordering::Relaxed) {
        let program = server.attestor(DATABASE);
        let mut verify = Command::new("nice");
        verify.args(["-n", "19"]).arg(program.get_program());
        verify.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
        verify.env("DATABASE_URL", url).args(["audit", "verify", "--json", "--unrecorded"]);
        let mut child = verify.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "the chain is whole");
                break;
            }
            if stop.load(Ordering::Relaxed) {
                child.kill().unwrap();
                child.wait().unwrap();
                return;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

fn import(server: &Server, url: &str, repo: &str, file: PathBuf) -> Child {
    let mut import = server.attestor(DATABASE);
    import.env("DATABASE_URL", url).args(["import", "sarif", "--json", "--repo", repo]).arg(file);
    import.stdout(std::process::Stdio::null()).spawn().unwrap()
}
