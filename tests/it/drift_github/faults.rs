//! What goes wrong on the way, and what becomes of it.

use super::server::{Fault, GitHub, Repo, TOKEN, label};
use super::{client, client_of, tempo};
use attestor::drift::github::{Client, Kept, Said, Seen, Tempo, Token, Trouble, next_page, observe};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

async fn look(client: &Client) -> Result<Seen, Trouble> {
    observe(client, &"acme/api".parse().unwrap(), None, &Kept::default()).await
}

/// Fails the first `times` requests; gives what the look came to, and how many requests it took.
async fn with(fault: Fault, times: usize) -> (Result<Seen, Trouble>, usize) {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let mut left = times;
    github.fail(move |_| {
        let fails = left > 0;
        left = left.saturating_sub(1);
        fails.then(|| fault.clone())
    });
    let came = look(&client(&github)).await;
    (came, github.asked().len())
}

fn headers(status: u16, headers: &[(&'static str, &str)], message: &str) -> Fault {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Fault::Answer(status, headers, json!({"message": message}).to_string())
}

#[tokio::test]
async fn what_may_pass_is_asked_again() {
    // A whole look takes four requests.
    for (fault, times) in [
        (Fault::status(500, "Server Error"), 2),
        (Fault::status(502, "Bad Gateway"), 3),
        (Fault::Half, 2),
        (Fault::Closed, 1),
        (Fault::Late(Duration::from_secs(5)), 1),
        (Fault::Answer(200, Vec::new(), "{\"full_name\":".to_owned()), 1),
        (headers(429, &[("retry-after", "0")], "slow down"), 2),
        (headers(403, &[("retry-after", "0")], "You have exceeded a secondary rate limit"), 2),
        (headers(403, &[], "You have exceeded a secondary rate limit"), 2),
        (headers(403, &[("x-ratelimit-remaining", "0"), ("retry-after", "0")], "API rate limit exceeded"), 1),
    ] {
        let (came, asked) = with(fault.clone(), times).await;
        assert!(came.is_ok(), "{fault:?}: {came:?}");
        assert_eq!(asked, 4 + times, "{fault:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_ends() {
    type Is = fn(&Trouble) -> bool;
    let cases: [(Fault, Is, usize); 8] = [
        (Fault::status(500, "Server Error"), |t| matches!(t, Trouble::ServerFailed(500, _)), 4),
        (Fault::Half, |t| matches!(t, Trouble::Unreachable(_)), 4),
        (
            Fault::Late(Duration::from_secs(5)),
            |t| matches!(t, Trouble::Unreachable(why) if why.contains("longer")),
            4,
        ),
        (Fault::status(401, "Bad credentials"), |t| matches!(t, Trouble::Unauthorised(_)), 1),
        (Fault::status(403, "Resource not accessible"), |t| matches!(t, Trouble::Refused(_)), 1),
        (Fault::status(404, "Not Found"), |t| matches!(t, Trouble::NotFound(_)), 1),
        (headers(429, &[("retry-after", "3600")], "no"), |t| matches!(t, Trouble::Throttled(_)), 1),
        (Fault::Answer(200, Vec::new(), "[]".to_owned()), |t| matches!(t, Trouble::Broken(_)), 1),
    ];
    for (fault, is, asked) in cases {
        let (came, sent) = with(fault.clone(), usize::MAX).await;
        let trouble = came.unwrap_err();
        assert!(is(&trouble), "{fault:?}: {trouble:?}");
        assert_eq!(sent, asked, "{fault:?}");
    }
}

#[tokio::test]
async fn a_pause_holds_for_all_and_a_refused_token_is_not_tried_on() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    github.fail(|_| Some(headers(429, &[("retry-after", "3600")], "no")));
    let shut = client(&github);
    assert!(matches!(look(&shut).await, Err(Trouble::Throttled(_))));
    github.heal();
    // The same client asks nothing more; the gate is shut for longer than its patience.
    assert!(matches!(look(&shut).await, Err(Trouble::Throttled(_))));
    assert_eq!(github.asked().len(), 1);

    github.world.lock().unwrap().token = Some("another".to_owned());
    let refused = client(&github);
    assert!(matches!(look(&refused).await, Err(Trouble::Unauthorised(_))));
    assert!(matches!(look(&refused).await, Err(Trouble::Unauthorised(_))));
    assert_eq!(github.asked().len(), 1);
}

#[tokio::test]
async fn the_last_allowed_question_is_answered_and_the_next_waits() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let reset = (Utc::now().timestamp() + 3600).to_string();
    let repo = json!({"full_name": "acme/api", "default_branch": "main", "has_wiki": true});
    github.fail(move |_| {
        let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset.clone())];
        Some(Fault::Answer(200, headers, repo.to_string()))
    });
    assert!(
        matches!(look(&client(&github)).await, Err(Trouble::Throttled(wait)) if wait > Duration::from_secs(3500))
    );
    assert_eq!(github.asked().len(), 1);
}

#[tokio::test]
async fn the_token_is_never_led_to_another_server() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let thief = GitHub::start([("acme/api", Repo::default())]).await;
    for status in [301, 302, 307, 308] {
        let to = format!("{}/repos/acme/api", thief.url);
        github.fail(move |_| Some(Fault::Answer(status, vec![("location", to.clone())], String::new())));
        assert!(matches!(look(&client(&github)).await, Err(Trouble::Elsewhere(_))), "{status}");
    }
    // A next page elsewhere is not asked for either.
    let to = format!("<{}/repos/acme/api/labels?page=2>; rel=\"next\"", thief.url);
    github.fail(move |asked| {
        asked
            .path
            .ends_with("/labels")
            .then(|| Fault::Answer(200, vec![("link", to.clone())], "[]".to_owned()))
    });
    assert!(matches!(look(&client(&github)).await, Err(Trouble::Elsewhere(_))));
    assert_eq!(thief.asked(), Vec::<String>::new());

    // A renamed repository on the same server is found.
    let moved = GitHub::start([("acme/new", Repo::default())]).await;
    moved.fail(|asked| {
        let to = asked.path.replace("acme/api", "acme/new");
        (to != asked.path).then(|| Fault::Answer(301, vec![("location", to)], String::new()))
    });
    assert_eq!(look(&client(&moved)).await.unwrap().repository.full_name, "acme/new");
    let round = GitHub::start([("acme/api", Repo::default())]).await;
    round.fail(|asked| Some(Fault::Answer(302, vec![("location", asked.path.clone())], String::new())));
    assert!(matches!(look(&client(&round)).await, Err(Trouble::Elsewhere(_))));
}

#[tokio::test]
async fn over_https_nothing_is_said_before_the_server_has_shown_who_it_is() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let api = github.url.replace("http://", "https://").parse().unwrap();
    let quick = Tempo { tries_max: 2, ..tempo() };
    // Where the system has no certificates, that is told when the client is made.
    if let Ok(client) = Client::new(api, Some(Token::new(TOKEN).unwrap()), quick) {
        assert!(matches!(look(&client).await, Err(Trouble::Unreachable(_))));
    }
    assert_eq!(github.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_cannot_say_the_token_back_or_paint_the_screen() {
    let said = format!("Bad \u{1b}[31mcredentials\u{7} {TOKEN} {}", "x".repeat(5000));
    for status in [401, 403, 404, 422, 500] {
        let (came, _) = with(Fault::status(status, &said), usize::MAX).await;
        let trouble = came.unwrap_err();
        let told = format!("{trouble} {trouble:?}");
        assert!(!told.contains(TOKEN) && !told.contains('\u{1b}') && !told.contains('\u{7}'), "{told}");
        assert!(told.len() < 2000, "{}", told.len());
    }
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    assert!(!format!("{:?}", client(&github)).contains(TOKEN));
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let labels = (0..100).map(|n| label(&format!("{n} {}", "x".repeat(1000)))).collect();
    let github = GitHub::start([("acme/api", Repo { labels, ..Repo::default() })]).await;
    let small = Tempo { body_bytes_max: 50_000, ..tempo() };
    let came = look(&client_of(&github, small)).await;
    assert!(matches!(came, Err(Trouble::Broken(why)) if why.contains("larger than 50000 bytes")));
    assert_eq!(github.asked().iter().filter(|line| line.ends_with("/labels")).count(), 1);
}

#[tokio::test]
async fn a_name_with_a_nul_can_be_stored() {
    let hostile = label("a\0b\u{202e}c");
    let github = GitHub::start([("acme/api", Repo { labels: vec![hostile], ..Repo::default() })]).await;
    let seen = look(&client(&github)).await.unwrap();
    assert_eq!(seen.labels.readable().unwrap()[0].name, "a\u{fffd}b\u{202e}c");
}

#[tokio::test]
async fn a_cancel_ends_every_wait() {
    let github = GitHub::start([("acme/api", Repo::default())]).await;
    let cancel = CancellationToken::new();
    let patient = client_of(
        &github,
        Tempo { patience: Duration::from_secs(3600), timeout: Duration::from_secs(60), ..tempo() },
    );
    let token = cancel.clone();
    github.fail(move |_| {
        token.cancel();
        Some(headers(429, &[("retry-after", "600")], "later"))
    });
    assert_eq!(look(&patient.under(&cancel)).await, Err(Trouble::Cancelled));
    // One that is under way is dropped.
    let (cancel, patient) =
        (CancellationToken::new(), client_of(&github, Tempo { timeout: Duration::from_secs(60), ..tempo() }));
    let token = cancel.clone();
    github.fail(move |_| {
        token.cancel();
        Some(Fault::Late(Duration::from_secs(30)))
    });
    assert_eq!(look(&patient.under(&cancel)).await, Err(Trouble::Cancelled));
}

#[test]
fn pauses_are_read_from_headers() {
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let check = |said: Said<'_>, expected: Option<u64>| {
        assert_eq!(said.pause_after_refusal(now).map(|pause| pause.as_secs()), expected, "{said:?}");
    };
    let reset = now.timestamp() + 90;
    let (reset, past) = (reset.to_string(), (now.timestamp() - 90).to_string());
    let none = Said::default();
    check(none, None);
    check(Said { retry_after: Some("7"), ..none }, Some(7));
    check(Said { retry_after: Some("99999999999"), ..none }, Some(86_400));
    check(Said { retry_after: Some("Thu, 01 Jan 2026 00:00:30 GMT"), ..none }, Some(30));
    check(Said { retry_after: Some("soon"), reset: Some(&reset), ..none }, Some(91));
    check(Said { reset: Some(&reset), ..none }, Some(91));
    check(Said { reset: Some(&past), ..none }, Some(1));
    check(Said { reset: Some("-9223372036854775808"), ..none }, None);
    // The server's clock is the one that counts.
    check(Said { reset: Some(&reset), date: Some("Thu, 01 Jan 2026 00:01:00 GMT"), ..none }, Some(31));
    assert_eq!(Said { remaining: Some("1"), reset: Some(&reset), ..none }.pause_after_answer(now), None);
    assert!(Said { remaining: Some("0"), reset: Some(&reset), ..none }.pause_after_answer(now).is_some());
    assert!(!none.is_throttling("Resource not accessible by integration"));
    assert!(none.is_throttling("You have triggered an abuse detection mechanism"));

    let page = |link: &str| next_page(link).map(str::to_owned);
    assert_eq!(
        page("<https://a/b?page=2>; rel=\"next\", <https://a/b?page=9>; rel=\"last\"").unwrap(),
        "https://a/b?page=2"
    );
    assert_eq!(page("<https://a/1>; rel=\"prev\", <https://a/3>; rel=\"next\"").unwrap(), "https://a/3");
    assert_eq!(page("<https://a/1>; rel=\"first\""), None);
    for broken in ["", "<", "next", "<https://a", "; rel=\"next\""] {
        assert_eq!(page(broken), None, "{broken}");
    }
}
