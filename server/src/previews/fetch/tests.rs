//! Fetching from real sockets of this machine, under a guard that excepts one of them: what is
//! asked, which connections are made at all, and how much is read.

use super::super::connect::Names;
use super::super::guard::{Guard, Refusal};
use super::*;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A server of raw answers that counts its connections and remembers what it was asked.
#[derive(Clone)]
struct Site {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

type Answer = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

/// A body that never ends follows an answer that ends in this.
const ENDLESS: &[u8] = b"ENDLESS";

impl Site {
    async fn at(
        address: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let site = Self { address, connections: Arc::default(), asked: Arc::default() };
        let (this, answer): (_, Answer) = (site.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                this.connections.fetch_add(1, Ordering::SeqCst);
                let (this, answer, tls) = (this.clone(), answer.clone(), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else { return this.serve(stream, answer).await };
                    if let Ok(stream) = tls.accept(stream).await {
                        this.serve(stream, answer).await;
                    }
                });
            }
        });
        site
    }

    async fn new(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", None, answer).await
    }

    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(head);
        let answer = answer(&path);
        let endless = answer.strip_suffix(ENDLESS);
        if stream.write_all(endless.unwrap_or(&answer)).await.is_err() {
            return;
        }
        while endless.is_some() && stream.write_all(&[b'x'; 16 * 1024]).await.is_ok() {}
        let _ = stream.shutdown().await;
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A network on which names lead nowhere and this site alone is excepted.
    fn network(&self) -> Network {
        self.network_of(|_| Vec::new())
    }

    fn network_of(&self, names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Network {
        let guard = Guard::new(Some(self.address));
        Network::with(guard, Names::Told(Box::new(names)), RootCertStore::empty()).unwrap()
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn answer(kind: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{more}\r\n");
    [head.as_bytes(), body].concat()
}

fn html(body: &str) -> Vec<u8> {
    answer("text/html; charset=utf-8", "", body.as_bytes())
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

async fn get(network: &Network, url: &str) -> Result<Fetched, Fault> {
    fetch(network, network.guard.link(url)?, Wanted::Either).await
}

async fn get_picture(network: &Network, url: &str) -> Result<Fetched, Fault> {
    fetch(network, network.guard.link(url)?, Wanted::Picture).await
}

#[tokio::test]
async fn what_is_asked_tells_who_asks_and_nothing_else() {
    let site = Site::new(|_| html("hello")).await;
    let found = get(&site.network(), &site.url("/a%20b?c=d&e#f")).await.unwrap();
    assert_eq!((found.kind, found.bytes.as_slice()), (Kind::Page, &b"hello"[..]));
    assert_eq!(found.charset.as_deref(), Some("utf-8"));
    let asked = site.asked.lock().unwrap().remove(0);
    let wanted = format!(
        "GET /a%20b?c=d&e HTTP/1.1\r\nhost: {}\r\nuser-agent: Hubbub/{} (link preview)\r\n\
         accept: text/html, application/xhtml+xml, image/*;q=0.8\r\naccept-encoding: identity\r\n\
         connection: close\r\n\r\n",
        site.address,
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(asked, wanted);
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_no_further() {
    let site = Site::new(|path| match path.trim_start_matches('/').parse::<u32>() {
        Ok(0) => html("here"),
        Ok(n) => redirect(&format!("../{}#x", n - 1)),
        Err(_) => redirect(path),
    })
    .await;
    let network = site.network();
    let found = get(&network, &site.url("/3")).await.unwrap();
    assert_eq!((found.url.path(), site.connections()), ("/0", 4));
    assert!(matches!(get(&network, &site.url("/4")).await, Err(Fault::Redirects)));
    assert_eq!(site.connections(), 8, "the fourth redirect is not followed");
    assert!(matches!(get(&network, &site.url("/loop")).await, Err(Fault::Redirects)));
    let nowhere = Site::new(|_| b"HTTP/1.1 301 x\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let found = get(&nowhere.network(), &nowhere.url("/")).await;
    assert!(matches!(found, Err(Fault::Redirects)));
}

#[tokio::test]
async fn a_redirect_is_judged_like_a_link_and_nothing_inside_is_ever_connected_to() {
    let inside = Site::new(|_| html("secret")).await;
    let port = inside.address.port();
    for (to, why) in [
        (format!("http://127.0.0.1:{port}/"), Refusal::Port),
        ("http://127.0.0.1/".to_owned(), Refusal::Address),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), Refusal::Address),
        ("http://[::1]/".to_owned(), Refusal::Address),
        ("http://[::ffff:127.0.0.1]/".to_owned(), Refusal::Address),
        ("//2130706433:80/".to_owned(), Refusal::Address),
        ("http://localhost/".to_owned(), Refusal::Name),
        ("http://user@example.com/".to_owned(), Refusal::Credentials),
        ("file:///etc/passwd".to_owned(), Refusal::Scheme),
        ("gopher://127.0.0.1/".to_owned(), Refusal::Scheme),
        ("http://inside.example.com/".to_owned(), Refusal::Address),
    ] {
        let place = to.clone();
        let site = Site::new(move |_| redirect(&place)).await;
        let network = site.network_of(|_| vec![ip("127.0.0.1")]);
        let found = get(&network, &site.url("/")).await;
        assert!(matches!(&found, Err(Fault::Refused(found)) if *found == why), "{to}: {found:?}");
        assert_eq!(site.connections(), 1, "{to}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_name_is_fetched_only_if_all_its_addresses_may_be() {
    let site = Site::new(|_| html("hello")).await;
    let url = format!("http://site.example.com:{}/", site.address.port());
    let good = site.network_of(|_| vec![ip("127.0.0.1")]);
    assert_eq!(get(&good, &url).await.unwrap().bytes, b"hello");
    assert_eq!(site.connections(), 1);
    for mixed in [["127.0.0.1", "127.0.0.2"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "::1"]] {
        let network = site.network_of(move |_| mixed.map(ip).to_vec());
        let found = get(&network, &url).await;
        assert!(matches!(found, Err(Fault::Refused(Refusal::Address))), "{mixed:?}: {found:?}");
    }
    let nobody = site.network_of(|_| Vec::new());
    assert!(matches!(get(&nobody, &url).await, Err(Fault::Refused(Refusal::Address))));
    assert_eq!(site.connections(), 1, "no address of a bad name is connected to");
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_to_what_was_judged() {
    let good = Site::new(|_| html("good")).await;
    let port = good.address.port();
    let evil = Site::at(&format!("127.0.0.2:{port}"), None, |_| html("evil")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let times = asked.clone();
    // The name leads elsewhere from the second look-up on.
    let network = good.network_of(move |name| {
        assert_eq!(name, "rebound.example.com");
        let first = times.fetch_add(1, Ordering::SeqCst) == 0;
        vec![ip(if first { "127.0.0.1" } else { "127.0.0.2" })]
    });
    let url = format!("http://rebound.example.com:{port}/");
    assert_eq!(get(&network, &url).await.unwrap().bytes, b"good");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(get(&network, &url).await.is_err());
    assert_eq!((good.connections(), evil.connections()), (1, 0));
}

#[tokio::test]
async fn a_page_is_read_up_to_its_bound_and_no_further() {
    let chunked = b"4\r\nabcd\r\n0\r\n\r\n";
    let site = Site::new(|path| match path {
        "/endless" => answer("text/html", "", ENDLESS),
        "/chunked" => answer("text/html", "transfer-encoding: chunked\r\n", chunked),
        _ => answer("text/html", "", &vec![b'x'; PREVIEW_MAX_BYTES + 1]),
    })
    .await;
    let network = site.network();
    for path in ["/long", "/endless"] {
        let found = get(&network, &site.url(path)).await.unwrap();
        assert_eq!(found.bytes.len(), PREVIEW_MAX_BYTES, "{path}");
    }
    assert_eq!(get(&network, &site.url("/chunked")).await.unwrap().bytes, b"abcd");
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_refused_whatever_it_announces() {
    let site = Site::new(|path| match path {
        "/announced" => answer("image/png", "content-length: 99999999999\r\n", b""),
        "/endless" => answer("image/png", "", ENDLESS),
        "/cut" => answer("image/png", "content-length: 10\r\n", b"abc"),
        "/page" => html("x"),
        _ => answer("image/png", "content-length: 3\r\n", b"abc"),
    })
    .await;
    let network = site.network();
    assert_eq!(get_picture(&network, &site.url("/")).await.unwrap().bytes, b"abc");
    for path in ["/announced", "/endless"] {
        let found = get_picture(&network, &site.url(path)).await;
        assert!(matches!(found, Err(Fault::TooLarge)), "{path}: {found:?}");
    }
    let found = get_picture(&network, &site.url("/cut")).await;
    assert!(matches!(found, Err(Fault::Unreachable(_))), "{found:?}");
    let found = get_picture(&network, &site.url("/page")).await;
    assert!(matches!(found, Err(Fault::Kind)), "{found:?}");
}

#[tokio::test]
async fn other_kinds_and_compressed_answers_are_not_read() {
    let site = Site::new(|path| match path {
        "/gzip" => answer("text/html", "content-encoding: gzip\r\n", ENDLESS),
        "/br" => answer("text/html", "content-encoding: br\r\n", ENDLESS),
        "/twice" => answer("image/png", "content-encoding: gzip, gzip\r\n", ENDLESS),
        "/plain" => answer("text/html", "content-encoding: identity\r\n", b"plain"),
        "/unnamed" => b"HTTP/1.1 200 OK\r\n\r\n<title>x</title>".to_vec(),
        kind => answer(&kind[1..], "", ENDLESS),
    })
    .await;
    let network = site.network();
    for path in [
        "/gzip",
        "/br",
        "/twice",
        "/unnamed",
        "/application/pdf",
        "/text/plain",
        "/text/htmlx",
        "/image/svg+xml",
        "/application/octet-stream",
        "/video/mp4",
    ] {
        let found = get(&network, &site.url(path)).await;
        assert!(matches!(found, Err(Fault::Kind)), "{path}: {found:?}");
    }
    assert_eq!(get(&network, &site.url("/plain")).await.unwrap().bytes, b"plain");
    assert_eq!(get(&network, &site.url("/TEXT/HTML")).await.unwrap().kind, Kind::Page);
}

#[tokio::test]
async fn what_is_no_proper_answer_is_none() {
    let site = Site::new(|path| match path {
        "/404" => b"HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\n\r\n<title>x".to_vec(),
        "/204" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        "/206" => b"HTTP/1.1 206 Partial\r\ncontent-type: text/html\r\n\r\nx".to_vec(),
        "/noise" => b"\x00\x01\x02\x03 not http".to_vec(),
        "/nothing" => Vec::new(),
        "/head" => [&b"HTTP/1.1 200 OK\r\nx: "[..], &vec![b'y'; 1024 * 1024], b"\r\n\r\n"].concat(),
        _ => [&b"HTTP/1.1 200 OK\r\n"[..], &b"a: b\r\n".repeat(5_000), b"\r\n"].concat(),
    })
    .await;
    let network = site.network();
    for (path, status) in [("/404", 404), ("/204", 204), ("/206", 206)] {
        let found = get(&network, &site.url(path)).await;
        assert!(matches!(found, Err(Fault::Status(is)) if is == status), "{path}: {found:?}");
    }
    for path in ["/noise", "/nothing", "/head", "/many"] {
        let found = get(&network, &site.url(path)).await;
        assert!(matches!(found, Err(Fault::Unreachable(_))), "{path}: {found:?}");
    }
}

#[tokio::test]
async fn tls_is_spoken_with_who_can_show_that_they_are_who_they_say() {
    let names = vec!["site.example.com".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let site = Site::at("127.0.0.1:0", Some(acceptor), |_| html("over TLS")).await;
    let (guard, port) = (Guard::new(Some(site.address)), site.address.port());
    let network = |trusted: bool| {
        let mut roots = RootCertStore::empty();
        if trusted {
            roots.add(cert.der().clone()).unwrap();
        }
        Network::with(guard, Names::Told(Box::new(|_| vec![ip("127.0.0.1")])), roots).unwrap()
    };
    for host in ["site.example.com", "site.example.com.", "127.0.0.1", "2130706433"] {
        let found = get(&network(true), &format!("https://{host}:{port}/")).await;
        assert_eq!(found.map(|found| found.bytes).unwrap(), b"over TLS", "{host}");
    }
    let asked = site.asked.lock().unwrap().len();
    let other = get(&network(true), &format!("https://other.example.com:{port}/")).await;
    assert!(matches!(other, Err(Fault::Unreachable(_))), "{other:?}");
    let unknown = get(&network(false), &format!("https://site.example.com:{port}/")).await;
    assert!(matches!(unknown, Err(Fault::Unreachable(_))), "{unknown:?}");
    assert_eq!(site.asked.lock().unwrap().len(), asked, "nothing was said to a stranger");
    // What browsers trust can be set up.
    assert!(Network::new(Guard::new(None)).is_ok());
}
