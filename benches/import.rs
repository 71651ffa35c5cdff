//! Imports, against psql's `\copy` of the same rows into an empty table with the same indexes.
//!
//! Both sides are programs that are started, connect, do it and end. Files are made from a fixed seed.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::figures::{heading, median, number, scaled, tell};
use support::million::write_sarif;
use support::server::{Server, timed};

/// Measurements of each side, one after the other.
const PAIRS: usize = 3;

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    epss(&server).await;
    sarif(&server).await;
    junit(&server).await;
    server.end().await;
}

/// A file of EPSS, and the same scores as psql takes them.
struct Edition {
    ours: PathBuf,
    theirs: PathBuf,
}

async fn epss(server: &Server) {
    let rows = scaled(240_000, 1_000);
    server.database("epss").await;
    let first = write_epss(server.folder(), "first", rows, 1);
    let second = write_epss(server.folder(), "second", rows, 2);
    heading("import of EPSS", &format!("{} CVEs, median of {PAIRS} pairs", number(rows as f64)));
    let mut sides: [(Vec<f64>, Vec<f64>); 3] = Default::default();
    for _ in 0..PAIRS {
        server.run("epss", "truncate triage.epss_data").await;
        for (step, edition) in [&first, &first, &second].into_iter().enumerate() {
            let (ours, theirs) = &mut sides[step];
            server.run("epss", "checkpoint").await;
            ours.push(import_epss(server, edition));
            server
                .run(
                    "epss",
                    "create table copied (like triage.epss_data including all);
                     grant all on copied to public; checkpoint",
                )
                .await;
            let copy = format!(
                "\\copy copied (cve_id, probability, percentile) from '{}' with (format csv, header)",
                edition.theirs.display()
            );
            theirs.push(timed(server.psql("epss", &[copy])).1);
            server.run("epss", "drop table copied").await;
        }
    }
    let steps = [("first load", "<= 2.5"), ("the same file", "<= 2.5"), ("every value changed", "<= 4.5")];
    for ((step, budget), (ours, theirs)) in steps.into_iter().zip(sides) {
        tell_times(&format!("import epss, {step}"), &ours, &theirs, budget);
    }
}

fn import_epss(server: &Server, edition: &Edition) -> f64 {
    let mut import: Command = server.attestor("epss");
    import.args(["import", "epss", "--json"]).arg(&edition.ours);
    timed(import).1
}

fn write_epss(folder: &Path, name: &str, rows: u64, seed: u64) -> Edition {
    let mut lines = String::new();
    let mut state = seed;
    for n in 0..rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (year, number) = (1999 + n / 9_000, n % 9_000 + 1);
        let (score, percentile) = ((state >> 33) % 100_000, (state >> 20) % 100_000);
        writeln!(lines, "CVE-{year}-{number:04},0.{score:05},0.{percentile:05}").unwrap();
    }
    let (ours, theirs) = (folder.join(format!("{name}.csv")), folder.join(format!("{name}-bare.csv")));
    let head = "#model_version:v2025.03.14,score_date:2026-01-15T00:00:00+0000\n";
    std::fs::write(&ours, format!("{head}cve,epss,percentile\n{lines}")).unwrap();
    std::fs::write(&theirs, format!("cve,epss,percentile\n{lines}")).unwrap();
    Edition { ours, theirs }
}

/// The tables that an import of SARIF writes row by row.
const FINDINGS: &[(&str, &str)] = &[("triage", "findings"), ("triage", "sightings")];
/// The table that an import of JUnit writes row by row.
const RESULTS: &[(&str, &str)] = &[("trust", "test_results")];

async fn sarif(server: &Server) {
    let results = scaled(100_000, 1_000);
    let file = server.folder().join("results.sarif");
    write_sarif(&file, results).unwrap();
    let megabytes = std::fs::metadata(&file).unwrap().len() >> 20;
    heading(
        "import of SARIF",
        &format!("{} results, {megabytes} MiB, median of {PAIRS} pairs", number(results as f64)),
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let database = format!("sarif_{pair}");
        server.database(&database).await;
        server.run(&database, "checkpoint").await;
        let mut import = server.attestor(&database);
        import.args(["import", "sarif", "--repo", "acme/bench", "--json"]).arg(&file);
        let (said, seconds) = timed(import);
        assert!(said.contains(&format!("\"inserted\":{results}")), "all of it is new: {said}");
        ours.push(seconds);
        theirs.push(copy_tables(server, &database, FINDINGS).await);
    }
    tell_times(&format!("import sarif, {} results", number(results as f64)), &ours, &theirs, "<= 2.5");
}

async fn junit(server: &Server) {
    let cases = scaled(100_000, 1_000);
    let file = server.folder().join("results.xml");
    write_junit(&file, cases);
    let megabytes = std::fs::metadata(&file).unwrap().len() >> 20;
    heading(
        "import of JUnit",
        &format!("{} test cases, {megabytes} MiB, median of {PAIRS} pairs", number(cases as f64)),
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let database = format!("junit_{pair}");
        server.database(&database).await;
        server.run(&database, "checkpoint").await;
        let mut import = server.attestor(&database);
        import.args(["import", "junit", "--repo", "acme/bench", "--commit", "abc", "--run", "1", "--json"]);
        import.arg(&file);
        let (said, seconds) = timed(import);
        assert!(said.contains(&format!("\"tests\":{cases},")), "all of it is taken in: {said}");
        ours.push(seconds);
        theirs.push(copy_tables(server, &database, RESULTS).await);
    }
    tell_times(&format!("import junit, {} cases", number(cases as f64)), &ours, &theirs, "<= 2.5");
}

/// Cases as runners write them: most pass, one in fifty fails with a trace, one in a hundred needs a retry.
fn write_junit(path: &Path, cases: u64) {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let trace = "\tat com.acme.payments.Ledger.close(Ledger.java:118)\n".repeat(8);
    for n in 0..cases {
        if n % 500 == 0 {
            let end = if n == 0 { "" } else { "</testsuite>\n" };
            writeln!(xml, "{end}<testsuite name=\"com.acme.Suite{}\" tests=\"500\">", n / 500).unwrap();
        }
        let (class, time) = (n / 50, n % 7_000);
        let head = format!(
            "  <testcase name=\"keeps_its_promise_{n}\" classname=\"com.acme.payments.Test{class}\" time=\"{}.{:03}\"",
            time / 1_000,
            time % 1_000
        );
        match (n % 50, n % 100) {
            (7, _) => writeln!(
                xml,
                "{head}><failure message=\"expected &lt;{n}&gt;\" type=\"AssertionError\"><![CDATA[{trace}]]></failure></testcase>"
            ),
            (_, 3) => writeln!(
                xml,
                "{head}><flakyFailure message=\"timeout after {n} ms\"><stackTrace>{trace}</stackTrace></flakyFailure></testcase>"
            ),
            _ => writeln!(xml, "{head}/>"),
        }
        .unwrap();
    }
    xml.push_str("</testsuite>\n</testsuites>\n");
    std::fs::write(path, xml).unwrap();
}

/// Copies what an import has written into empty tables with the same indexes; gives the seconds.
async fn copy_tables(server: &Server, database: &str, tables: &[(&str, &str)]) -> f64 {
    let mut commands = Vec::new();
    for (schema, table) in tables {
        let file = server.folder().join(format!("{table}.copy"));
        let mut admin = server.superuser(database).await;
        let columns: String = sqlx::query_scalar(
            "select string_agg(quote_ident(column_name), ', ' order by ordinal_position)
               from information_schema.columns
              where table_schema = $1 and table_name = $2 and is_generated = 'NEVER'",
        )
        .bind(schema)
        .bind(table)
        .fetch_one(&mut admin)
        .await
        .unwrap();
        sqlx::Connection::close(admin).await.unwrap();
        let out = format!("\\copy {schema}.{table} ({columns}) to '{}'", file.display());
        timed(server.psql(database, &[out]));
        let copy = format!(
            "create table copied_{table} (like {schema}.{table} including all);
             grant all on copied_{table} to public"
        );
        server.run(database, copy).await;
        commands.push(format!("\\copy copied_{table} ({columns}) from '{}'", file.display()));
    }
    server.run(database, "checkpoint").await;
    timed(server.psql(database, &commands)).1
}

fn tell_times(what: &str, ours: &[f64], theirs: &[f64], budget: &str) {
    let (ours, theirs) = (median(ours), median(theirs));
    tell(what, &format!("{ours:.2} s"), &format!("\\copy {theirs:.2} s"), ours / theirs, budget);
}
