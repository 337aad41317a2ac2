//! The answer to plain HTTP on an address that speaks TLS: somebody wrote `http://` for `https://`.
//! Nobody is sent on from there: what they said has crossed the network in the open, and a redirect
//! would hide that.

use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ANSWER: &str = "HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 85\r\n\
    cache-control: no-store\r\n\
    connection: close\r\n\
    \r\n\
    This address speaks TLS: open it with https:// instead of http:// (wss:// for ws://)\n";
/// Most bytes that are read away before the connection ends.
const READ_MAX: u64 = 64 * 1024;

/// Says so, and lets go.
pub(super) async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(ANSWER.as_bytes()).await?;
    stream.shutdown().await?;
    // A connection that is closed with unread bytes would take the answer with it.
    tokio::io::copy(&mut stream.take(READ_MAX), &mut tokio::io::sink()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_as_long_as_it_says() {
        let (head, body) = ANSWER.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
