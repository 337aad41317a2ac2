//! A web server of a test: raw answers by path, its connections counted, what it was asked kept.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How an answer goes on after its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It ends.
    End,
    /// The same byte follows for ever.
    Endless,
    /// Nothing follows, and it doesn't end.
    Silence,
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    then: Then,
    /// Whether it waits until the gate is opened.
    held: bool,
}

impl Answer {
    /// An answer of this content type.
    pub(crate) fn of(kind: &str, body: &[u8]) -> Self {
        Self::raw(&format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n"), body)
    }

    /// Head and body as they are.
    pub(crate) fn raw(head: &str, body: &[u8]) -> Self {
        let bytes = [head.as_bytes(), body].concat();
        Self { bytes, then: Then::End, held: false }
    }

    /// A page.
    pub(crate) fn page(html: &str) -> Self {
        Self::of("text/html; charset=utf-8", html.as_bytes())
    }

    /// A page of this title, with a picture there.
    pub(crate) fn titled(title: &str, picture: &str) -> Self {
        let image = format!("<meta property='og:image' content='{picture}'>");
        Self::page(&format!("<title>{title}</title>{image}"))
    }

    /// A redirect.
    pub(crate) fn redirect(to: &str) -> Self {
        Self::raw(&format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n\r\n"), b"")
    }

    pub(crate) fn endless(self) -> Self {
        Self { then: Then::Endless, ..self }
    }

    pub(crate) fn silent(self) -> Self {
        Self { then: Then::Silence, ..self }
    }

    pub(crate) fn held(self) -> Self {
        Self { held: true, ..self }
    }
}

/// The server.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
    gate: watch::Sender<bool>,
}

impl Site {
    /// A server without a page.
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    /// The same at this address.
    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            answers: Arc::default(),
            connections: Arc::default(),
            asked: Arc::default(),
            gate: watch::Sender::new(false),
        };
        let this = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                this.connections.fetch_add(1, Ordering::SeqCst);
                let this = this.clone();
                tokio::spawn(async move { this.serve(stream).await });
            }
        });
        site
    }

    /// From now on, this path is answered so; its URL.
    pub(crate) fn serve_at(&self, path: &str, answer: Answer) -> String {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
        self.url(path)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Connections until now.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How often this path was asked for.
    pub(crate) fn times(&self, path: &str) -> usize {
        let line = format!("GET {path} ");
        self.asked.lock().unwrap().iter().filter(|head| head.starts_with(&line)).count()
    }

    /// Waits until somebody asks for the path.
    pub(crate) async fn is_asked_for(&self, path: &str) {
        while self.times(path) == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets answers go that were held.
    pub(crate) fn open_gate(&self) {
        self.gate.send_replace(true);
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        self.asked.lock().unwrap().push(head);
        let missing = Answer::raw("HTTP/1.1 404 Not Found\r\n\r\n", b"");
        let answer = self.answers.lock().unwrap().get(&path).cloned().unwrap_or(missing);
        if answer.held {
            let _ = self.gate.subscribe().wait_for(|open| *open).await;
        }
        if stream.write_all(&answer.bytes).await.is_err() {
            return;
        }
        match answer.then {
            Then::End => {}
            Then::Endless => while stream.write_all(&[b' '; 16 * 1024]).await.is_ok() {},
            Then::Silence => {
                // Until the other side gives up.
                let _ = stream.read_u8().await;
            }
        }
        let _ = stream.shutdown().await;
    }
}
