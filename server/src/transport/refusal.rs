//! What a connection is told for which there is no place: 503, when to try again, and the end. A few
//! at a time and for a moment; beyond that, connections are let go without a word.

use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Connections that are told at once.
const AT_ONCE: usize = 128;
/// For how long one is kept to be told.
const MOMENT: Duration = Duration::from_secs(1);
/// Most bytes of its request that are read and thrown away: closing on unread ones would reset the
/// connection, and the answer might be lost with it.
const READ_MAX: usize = 64 * 1024;

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The server has as many connections as it bears.
    All,
    /// The network has as many as one may.
    Network,
}

impl Why {
    fn answer(self) -> String {
        let (status, title, code, detail) = match self {
            Self::All => (
                "503 Service Unavailable",
                "Storage unavailable",
                "storage_unavailable",
                "the server has as many connections as it can; try again in a moment",
            ),
            Self::Network => (
                "429 Too Many Requests",
                "Too many requests",
                "rate_limited",
                "there are as many connections from your network as there may be; close some first",
            ),
        };
        let number = status.get(..3).unwrap_or_default();
        let kind = code.replace('_', "-");
        let body = format!(
            "{{\"type\":\"/problems/{kind}\",\"title\":\"{title}\",\"status\":{number},\
             \"detail\":\"{detail}\",\"code\":\"{code}\"}}"
        );
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\n\
             cache-control: no-store\r\nretry-after: 5\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The connections that are being told.
#[derive(Debug)]
pub(super) struct Refusals {
    turns: Arc<Semaphore>,
}

impl Default for Refusals {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Refusals {
    /// Tells a connection why it can't stay, in a task of its own.
    pub(super) fn tell(&self, stream: TcpStream, why: Why) {
        let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Whoever does not take it within this time does not get it.
            let _ = tokio::time::timeout(MOMENT, say(stream, why)).await;
            drop(turn);
        });
    }
}

async fn say(mut stream: TcpStream, why: Why) -> std::io::Result<()> {
    stream.write_all(why.answer().as_bytes()).await?;
    stream.shutdown().await?;
    let (mut piece, mut left) = ([0; 4096], READ_MAX);
    loop {
        let read = stream.read(&mut piece).await?;
        match left.checked_sub(read) {
            Some(less) if read > 0 => left = less,
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{ErrorCode, Problem};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_connection_without_a_place_gets_a_whole_answer() {
        for (why, code) in
            [(Why::All, ErrorCode::StorageUnavailable), (Why::Network, ErrorCode::RateLimited)]
        {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            client.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
            Refusals::default().tell(listener.accept().await.unwrap().0, why);
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {}", code.status())), "{head}");
            assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
            assert!(head.contains("retry-after: "), "{head}");
            let problem: Problem = serde_json::from_str(body).unwrap();
            assert_eq!(problem, Problem::new(code, problem.detail.clone(), Vec::new()));
        }
    }

    #[tokio::test]
    async fn only_so_many_are_told_at_once() {
        let refusals = Refusals::default();
        let held = Arc::clone(&refusals.turns).acquire_many_owned(128).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        refusals.tell(listener.accept().await.unwrap().0, Why::All);
        let mut answer = Vec::new();
        let read = client.read_to_end(&mut answer).await;
        assert!(read.is_err() || answer.is_empty());
        drop(held);
    }
}
