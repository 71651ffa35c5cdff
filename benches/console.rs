//! The console on the demo, in a terminal of 80×24: how soon it stands, what it writes, how long many
//! decisions take.
#![expect(clippy::unwrap_used, reason = "a panic is how a bench fails")]

#[expect(dead_code, reason = "each bench uses a part of it")]
mod support;

use attestor::demo::open::{Existing, open};
use chrono::Utc;
use std::time::Duration;
use support::console::Console;
use support::figures::{at, heading, median, ms, number, scaled, tell};
use support::server::Server;

/// The demo's own database.
const DEMO: &str = attestor::demo::DATABASE;
/// What stands on the screen as soon as anything does.
const PAINTED: &str = "? help";
/// The marker of the row under the cursor, which stands once there are rows.
const ROWS: &str = "\n> ";

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let server = Server::start().await;
    open(server.lease(), Utc::now().date_naive(), Existing::Keep).await.unwrap();
    start(&server);
    bytes(&server);
    many(&server);
    server.end().await;
}

fn start(server: &Server) {
    let times = scaled(20, 3);
    heading("start", &format!("median of {times}, warm: the server runs, the program was run before"));
    let url = server.lease().url(DEMO);
    let ways = [
        ("attestor demo", &["demo"][..], &[][..]),
        ("attestor", &[][..], &[("DATABASE_URL", url.as_str())][..]),
    ];
    for (name, arguments, env) in ways {
        let (mut paints, mut rows) = (Vec::new(), Vec::new());
        for _ in 0..=times {
            let console = Console::open(server, arguments, env);
            let painted = console.wait(PAINTED) - console.started;
            let filled = console.wait(ROWS) - console.started;
            paints.push(painted.as_secs_f64());
            rows.push(filled.as_secs_f64());
        }
        // The first one warms up.
        let (paint, rows) = (median(&paints[1..]), median(&rows[1..]));
        tell(&format!("start to first paint, {name}"), &ms(paint), "", paint * 1e3, "<= 60 ms");
        tell(&format!("start to first rows, {name}"), &ms(rows), "", rows * 1e3, "<= 200 ms");
    }
}

fn bytes(server: &Server) {
    let time = Duration::from_secs(3);
    heading(
        "bytes on the line",
        &format!("80x24, 256 colours; idle over {} s; the most of all", time.as_secs()),
    );
    let mut console = Console::on(server, &server.lease().url(DEMO));
    console.wait(ROWS);
    console.settle();
    let idle = console.idle(time);
    tell("bytes, idle", &bytes_of(idle), "", idle as f64, "<= 0 B");
    let (mut cursor, mut detail) = (Vec::new(), Vec::new());
    for key in "jjjjjjkkkk".chars() {
        let answer = console.press(&key.to_string());
        cursor.push(answer.frame_bytes as f64);
        detail.push(answer.later_bytes as f64);
    }
    tell_bytes("bytes, cursor moved", &cursor, "<= 250 B");
    tell_bytes("bytes, its detail 80 ms later", &detail, "<= 2500 B");
    let mut pages = Vec::new();
    for _ in 0..12 {
        pages.push(console.press("\x04").frame_bytes as f64);
    }
    tell_bytes("bytes, page", &pages, "<= 4096 B");
}

fn tell_bytes(what: &str, values: &[f64], budget: &str) {
    let most = at(values, 1.0);
    tell(what, &bytes_of(most as usize), &format!("median {}", number(median(values))), most, budget);
}

fn bytes_of(bytes: usize) -> String {
    format!("{} B", number(bytes as f64))
}

/// Decides everything that is undecided, more than a thousand findings, and takes it back.
fn many(server: &Server) {
    let rounds = scaled(5, 1);
    heading(
        "many decided at once",
        &format!("median of {rounds} rounds, typed; from the last key to the answer"),
    );
    let mut console = Console::on(server, &server.lease().url(DEMO));
    console.wait(ROWS);
    console.settle();
    let (mut decisions, mut returns, mut count) = (Vec::new(), Vec::new(), String::new());
    for round in 0..rounds {
        console.press("*");
        console.press("f");
        console.send(&format!("test fixtures, round {round}"));
        console.settle();
        console.press("\r");
        // "type 1628, then Enter": the count is typed as it is shown.
        let screen = console.screen();
        let asked = screen.split("type ").nth(1).and_then(|rest| rest.split(',').next());
        count = asked.unwrap_or_else(|| panic!("no count is asked for on:\n{screen}")).to_owned();
        // One by one: digits that come together confirm nothing.
        for digit in count.chars() {
            console.press(&digit.to_string());
        }
        let decided = console.send("\r");
        decisions.push((console.wait(" of is:undecided: entry") - decided).as_secs_f64());
        console.settle();
        console.press("u");
        console.wait("y take back");
        let returned = console.send("y");
        returns.push((console.wait("take back FP on") - returned).as_secs_f64());
        console.settle();
    }
    for (what, times) in [("decided at once", &decisions), ("taken back at once", &returns)] {
        let time = median(times);
        tell(&format!("{count} findings {what}"), &ms(time), "", time * 1e3, "<= 1000 ms");
    }
}
