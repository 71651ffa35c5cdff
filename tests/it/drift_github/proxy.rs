//! A proxy on the way to GitHub: asked for tunnels, with its login, and told nothing else.
//!
//! The proxy of these tests plays the server at the end of its tunnel too: it answers for `github.test` with a
//! certificate that the program is told to trust, and hands what it hears to the GitHub of the tests.

use super::bench::{Bench, good, named};
use super::server::TOKEN;
use crate::support::Scratch;
use attestor::drift::github::{Client, Proxy, Tempo, Token};
use attestor::error::Kind;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");
/// `keeper:s3 cret`, as a header says it.
const LOGIN: &str = "Basic a2VlcGVyOnMzIGNyZXQ=";

/// A proxy, which ends with its process.
struct Relay {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// What it was asked in the open.
    heads: Vec<String>,
    /// What then went through its tunnels, as it saw it.
    sealed: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Tunnels,
    WantsAnotherLogin,
}

impl Relay {
    /// A proxy whose tunnels lead to `github`, whatever is asked for.
    fn start(github: &str, manner: Manner) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let github: SocketAddr = github.trim_start_matches("http://").parse().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (shared, tls) = (Arc::clone(&seen), tls());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared, tls) = (stream.unwrap(), Arc::clone(&shared), Arc::clone(&tls));
                std::thread::spawn(move || serve(stream, github, tls, &shared, manner));
            }
        });
        Relay { address, seen }
    }

    fn url(&self) -> String {
        format!("http://keeper:s3%20cret@{}", self.address)
    }

    fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }
}

fn tls() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

fn serve(
    mut stream: TcpStream,
    github: SocketAddr,
    tls: Arc<ServerConfig>,
    seen: &Arc<Mutex<Seen>>,
    manner: Manner,
) -> Option<()> {
    let (head, _) = request(&mut stream)?;
    let is_tunnel = head.starts_with("CONNECT ");
    seen.lock().unwrap().heads.push(head);
    let answer = match (is_tunnel, manner) {
        (true, Manner::Tunnels) => "HTTP/1.1 200 Connection established\r\n\r\n",
        (true, Manner::WantsAnotherLogin) => {
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"gate\"\r\n\
             content-length: 0\r\n\r\n"
        }
        (false, _) => "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
    };
    stream.write_all(answer.as_bytes()).ok()?;
    if !is_tunnel || manner == Manner::WantsAnotherLogin {
        return None;
    }
    let listening = Listening { stream, seen: Arc::clone(seen) };
    let mut inside = StreamOwned::new(ServerConnection::new(tls).unwrap(), listening);
    loop {
        let (head, body) = request(&mut inside)?;
        let mut server = TcpStream::connect(github).ok()?;
        server.write_all(head.as_bytes()).ok()?;
        server.write_all(&body).ok()?;
        server.shutdown(Shutdown::Write).ok()?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).ok()?;
        inside.write_all(&answer).ok()?;
        inside.flush().ok()?;
    }
}

/// A request, up to the end of its body.
fn request(from: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// A stream whose bytes are kept as they come.
struct Listening {
    stream: TcpStream,
    seen: Arc<Mutex<Seen>>,
}

impl Read for Listening {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.stream.read(into)?;
        self.seen.lock().unwrap().sealed.extend_from_slice(&into[..length]);
        Ok(length)
    }
}

impl Write for Listening {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

/// Runs `attestor drift reconcile`; gives its status and all that it said.
async fn reconcile(bench: &Bench, api: &str, environment: &[(&str, &str)]) -> (i32, String) {
    let home = Scratch::new();
    let (config, authority) = (home.path().join("config.toml"), home.path().join("authority.pem"));
    fs::write(&config, "[github]\nconcurrency = 1\ntimeout_ms = 30000\n").unwrap();
    fs::write(&authority, AUTHORITY).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attestor"));
    command.env_clear().env("HOME", home.path()).env("DATABASE_URL", bench.database.url());
    command.env("ATTESTOR_CONFIG", config).env("SSL_CERT_FILE", authority);
    command.env("ATTESTOR_GITHUB_API_URL", api).env("GITHUB_TOKEN", TOKEN);
    command.envs(environment.iter().copied()).args(["drift", "reconcile"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn github_is_asked_through_a_tunnel_that_hears_no_token() {
    let bench = Bench::new(named(1, |_| good())).await;
    let relay = Relay::start(&bench.github.url, Manner::Tunnels);
    let (status, said) = reconcile(&bench, "https://github.test", &[("HTTPS_PROXY", &relay.url())]).await;
    assert_eq!(status, 0, "{said}");
    let asked = std::mem::take(&mut bench.github.world.lock().unwrap().log);
    assert!(!asked.is_empty());
    for asked in asked {
        assert_eq!(asked.headers.get("authorization"), Some(&format!("Bearer {TOKEN}")));
        assert_eq!(asked.headers.get("proxy-authorization"), None, "the proxy's login is for the proxy");
    }
    let heads = relay.heads();
    assert!(!heads.is_empty());
    for head in heads {
        assert!(head.starts_with("CONNECT github.test:443 "), "{head}");
        let is_login = |line: &str| line.to_ascii_lowercase().starts_with("proxy-authorization:");
        assert!(head.lines().any(|line| is_login(line) && line.ends_with(LOGIN)), "{head}");
        assert!(!head.contains(TOKEN), "{head}");
    }
    let sealed = &relay.seen.lock().unwrap().sealed;
    let holds = |word: &str| sealed.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(!sealed.is_empty() && !holds(TOKEN) && !holds("/repos/"));
}

#[tokio::test]
async fn hosts_that_need_no_proxy_are_asked_directly() {
    let bench = Bench::new(named(1, |_| good())).await;
    let relay = Relay::start(&bench.github.url, Manner::Tunnels);
    let url = relay.url();
    // Nobody listens there: only the proxy could have answered.
    let nobody = "https://127.0.0.1:1";
    for exception in ["127.0.0.1", "10.0.0.0/8, 127.0.0.0/8", "*"] {
        let (_, said) = reconcile(&bench, nobody, &[("ALL_PROXY", &url), ("NO_PROXY", exception)]).await;
        assert_eq!(relay.heads(), Vec::<String>::new(), "{exception}: {said}");
    }
    reconcile(&bench, nobody, &[("ALL_PROXY", &url), ("no_proxy", "acme.example")]).await;
    assert!(relay.heads().iter().any(|head| head.starts_with("CONNECT 127.0.0.1:1 ")), "{:?}", relay.heads());
}

/// A proxy could read along where nothing is encrypted.
#[tokio::test]
async fn what_is_not_encrypted_takes_no_proxy() {
    let bench = Bench::new(named(1, |_| good())).await;
    let relay = Relay::start(&bench.github.url, Manner::Tunnels);
    let url = relay.url();
    let environment =
        [("HTTPS_PROXY", &*url), ("HTTP_PROXY", &url), ("http_proxy", &url), ("ALL_PROXY", &url)];
    let (status, said) = reconcile(&bench, &bench.github.url, &environment).await;
    assert_eq!((status, relay.heads()), (0, vec![]), "{said}");
    assert!(!bench.github.asked().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_without_its_login() {
    let bench = Bench::new(named(1, |_| good())).await;
    let relay = Relay::start(&bench.github.url, Manner::WantsAnotherLogin);
    let (status, said) = reconcile(&bench, "https://github.test", &[("https_proxy", &relay.url())]).await;
    assert_ne!(status, 0, "{said}");
    assert!(said.contains(&format!("the proxy is {}", relay.address)), "{said}");
    for secret in ["keeper", "s3 cret", "s3%20cret", "a2VlcGVyOnMzIGNyZXQ", TOKEN] {
        assert!(!said.contains(secret), "{said}");
    }
    assert_eq!(bench.github.asked(), Vec::<String>::new());
}

#[test]
fn a_proxy_is_named_by_the_environment_and_shows_no_login() {
    let named = |pairs: &'static [(&str, &str)]| {
        Proxy::named(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    };
    for (environment, expected) in [
        (&[][..], None),
        (&[("HTTPS_PROXY", "")], None),
        (&[("HTTP_PROXY", "http://a:1")], None),
        (&[("HTTPS_PROXY", "http://a:1")], Some("a:1")),
        (&[("HTTPS_PROXY", "a:1")], Some("a:1")),
        (&[("HTTPS_PROXY", "a:1"), ("NO_PROXY", "b, c")], Some("a:1")),
        (&[("HTTPS_PROXY", "a:1"), ("NO_PROXY", "b, *")], None),
        (&[("HTTPS_PROXY", "https://a")], Some("a:443")),
        (&[("ALL_PROXY", "http://a:1"), ("HTTPS_PROXY", "http://b:2")], Some("b:2")),
        (&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:2")], Some("b:2")),
        (&[("HTTPS_PROXY", "http://keeper:s3cret@[::1]:1/")], Some("[::1]:1")),
    ] {
        let proxy = named(environment).unwrap();
        assert_eq!(proxy.as_ref().map(ToString::to_string).as_deref(), expected, "{environment:?}");
        assert!(!format!("{proxy:?}").contains("s3cret"));
    }
    for environment in [
        &[("HTTPS_PROXY", "socks5://keeper:s3cret@a:1")][..],
        &[("https_proxy", "http://keeper:s3cret@")],
        &[("ALL_PROXY", "http://keeper:s3cret@a:port")],
    ] {
        let refused = named(environment).unwrap_err();
        assert_eq!(refused.kind(), Kind::Configuration);
        let said = format!("{} {refused:?}", refused.report());
        assert!(said.contains(environment[0].0) && !said.contains("s3cret"), "{said}");
    }
    let proxy = named(&[("HTTPS_PROXY", "http://keeper:s3cret@a:1")]).unwrap();
    let api = "https://github.test".parse().unwrap();
    let client = Client::through(proxy, api, Some(Token::new(TOKEN).unwrap()), Tempo::default()).unwrap();
    let said = format!("{client:?}");
    assert!(!said.contains("s3cret") && !said.contains(TOKEN), "{said}");
}
