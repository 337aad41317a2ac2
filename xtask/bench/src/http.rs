//! A few HTTP/1.1 connections to one server, each used for one request after the other. Polls without sleeping, as the
//! crowds do, so that the server does not pay for waking us.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use memchr::memmem;

use crate::socket::{self, Epoll, EventFlags, Io};
use crate::{clock, signals};

/// How long an answer may take.
const PATIENCE: u64 = 60 * clock::SECOND;

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What came with it.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Itself, if the status says that it went well.
    ///
    /// # Errors
    /// When the status is 400 or more.
    pub(crate) fn good(self) -> Result<Self> {
        if self.status >= 400 {
            bail!("{}: {:.300}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

/// A request's bytes; a body is JSON.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    if !token.is_empty() {
        text += &format!("Authorization: Bearer {token}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

struct Line {
    socket: OwnedFd,
    out: Vec<u8>,
    input: Vec<u8>,
    /// The number of the request that it waits for the answer of.
    waits: Option<usize>,
}

/// The connections.
pub(crate) struct Http {
    lines: Vec<Line>,
    epoll: Epoll,
    buffer: Vec<u8>,
}

impl Http {
    /// Connects.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn connect(server: SocketAddrV4, lines: usize) -> Result<Self> {
        let epoll = Epoll::new()?;
        let line = |at: usize| {
            let socket = socket::connect(Ipv4Addr::new(127, 0, 0, 2), server, None)?;
            let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
            epoll.add(&socket, flags, at as u64)?;
            Ok(Line { socket, out: Vec::new(), input: Vec::new(), waits: None })
        };
        let lines = (0..lines).map(line).collect::<Result<_>>()?;
        Ok(Self { lines, epoll, buffer: vec![0; 256 * 1024] })
    }

    /// Makes one request and waits for its answer.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(crate) fn call(&mut self, request: Vec<u8>) -> Result<Answer> {
        let mut answer = None;
        self.all([request], |_, got| {
            answer = Some(got);
            Ok(())
        })?;
        answer.context("no answer")
    }

    /// Makes all requests, one on each connection at a time, and hands each answer on with its request's number.
    ///
    /// # Errors
    /// When the server does not answer, or `each` fails.
    pub(crate) fn all(
        &mut self,
        requests: impl IntoIterator<Item = Vec<u8>>,
        mut each: impl FnMut(usize, Answer) -> Result<()>,
    ) -> Result<()> {
        let mut requests = requests.into_iter().enumerate().peekable();
        let mut open = 0;
        let mut progress = clock::now();
        for at in 0..self.lines.len() {
            open += usize::from(self.next(at, &mut requests));
        }
        while open > 0 {
            for event in 0..self.poll()? {
                let at = self.epoll.event(event).0 as usize;
                self.flush(at);
                while let Some((number, answer)) = self.read(at)? {
                    progress = clock::now();
                    each(number, answer)?;
                    open -= 1;
                    open += usize::from(self.next(at, &mut requests));
                }
            }
            if clock::now() - progress > PATIENCE {
                bail!("no answer to a request in a minute");
            }
        }
        Ok(())
    }

    /// Starts a request on a connection that is free. Its answer comes from [`poll_one`](Self::poll_one).
    pub(crate) fn start(&mut self, at: usize, request: &[u8]) {
        let line = &mut self.lines[at];
        line.out.extend_from_slice(request);
        line.waits = Some(0);
        self.flush(at);
    }

    /// The answer of a request that was started, if it has come.
    ///
    /// # Errors
    /// When the server has closed the connection.
    pub(crate) fn poll_one(&mut self, at: usize) -> Result<Option<Answer>> {
        self.poll()?;
        self.flush(at);
        Ok(self.read(at)?.map(|(_, answer)| answer))
    }

    fn poll(&mut self) -> Result<usize> {
        signals::check()?;
        Ok(self.epoll.wait(Some(Duration::ZERO)))
    }

    fn next(&mut self, at: usize, requests: &mut impl Iterator<Item = (usize, Vec<u8>)>) -> bool {
        let Some((number, request)) = requests.next() else { return false };
        self.lines[at].out.extend_from_slice(&request);
        self.lines[at].waits = Some(number);
        self.flush(at);
        true
    }

    fn flush(&mut self, at: usize) {
        let line = &mut self.lines[at];
        while !line.out.is_empty() {
            match socket::write(&line.socket, &line.out) {
                Io::Done(count) => drop(line.out.drain(..count)),
                // Closed shows when it is read.
                Io::Again | Io::Closed => return,
            }
        }
    }

    /// Reads what is there; the answer that is waited for once it is whole.
    fn read(&mut self, at: usize) -> Result<Option<(usize, Answer)>> {
        let line = &mut self.lines[at];
        let Some(number) = line.waits else { return Ok(None) };
        loop {
            match socket::read(&line.socket, &mut self.buffer) {
                Io::Done(count) => line.input.extend_from_slice(&self.buffer[..count]),
                Io::Again => break,
                Io::Closed if line.input.is_empty() => bail!("the server closed a connection"),
                Io::Closed => break,
            }
        }
        let Some((answer, len)) = parse(&line.input)? else { return Ok(None) };
        line.input.drain(..len);
        line.waits = None;
        Ok(Some((number, answer)))
    }
}

/// The answer that `bytes` start with and its length, if it is whole.
fn parse(bytes: &[u8]) -> Result<Option<(Answer, usize)>> {
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.context("an answer without a status")?;
    let mut len = 0;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            len = value.trim().parse().context("a Content-Length that is no number")?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("an answer in chunks");
        }
    }
    let whole = end + 4 + len;
    let Some(body) = bytes.get(end + 4..whole) else { return Ok(None) };
    Ok(Some((Answer { status, body: body.to_vec() }, whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_when_they_are_whole() {
        let bytes =
            b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 204 No Content\r\n\r\n";
        let (answer, len) = parse(bytes).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (201, b"hi".as_slice()));
        assert!(parse(&bytes[..len - 1]).unwrap().is_none());
        let (answer, _) = parse(&bytes[len..]).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }

    #[test]
    fn requests_carry_what_they_need() {
        let text = String::from_utf8(request("POST", "/x", "secret", "{}")).unwrap();
        assert!(text.starts_with("POST /x HTTP/1.1\r\n"));
        assert!(text.ends_with("Content-Length: 2\r\n\r\n{}"));
        assert!(text.contains("Authorization: Bearer secret\r\n"));
    }
}
