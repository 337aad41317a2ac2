//! What a server that nobody talks to needs: its resident memory with nobody there, and with many sockets held open, each of
//! a user of its own.
//!
//! The WebSockets are written by hand: a handshake, and then they are only held. The two addresses are written out instead
//! of taken from the shared crate, so that the commands work while that crate does not compile.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::start::{Data, on};
use crate::progress::Step;
use crate::server::Server;

/// How many sockets are held.
const SOCKETS: usize = 1000;

/// Files that a process of ours may need besides.
const OTHER_FILES: u64 = 200;

/// How long the server is given to come to rest.
const REST: Duration = Duration::from_secs(3);

/// Resident memory, in bytes.
pub(super) struct Idle {
    pub(super) sockets: usize,
    /// With nobody there, after the first page.
    pub(super) empty: u64,
    /// With all sockets open.
    pub(super) full: u64,
    /// With all users signed up, before the first socket.
    signed_up: u64,
}

impl Idle {
    /// What one socket costs.
    pub(super) fn per_socket(&self) -> u64 {
        let sockets = u64::try_from(self.sockets).unwrap_or(u64::MAX);
        self.full.saturating_sub(self.signed_up) / sockets
    }
}

/// Starts a server, signs users up, and opens a socket for each.
pub(super) fn measure(step: &mut Step) -> Result<Idle> {
    allow_files()?;
    let data = Data::empty()?;
    let server = Server::start(&mut on(&data))?;
    thread::sleep(REST);
    let empty = resident(server.id())?;

    let mut accounts = Connection::open(server.address())?;
    let mut sessions = Vec::new();
    for number in 0..SOCKETS {
        step.doing(&format!("signing up {number} of {SOCKETS}"));
        sessions.push(sign_up(&mut accounts, number)?);
    }
    drop(accounts);
    thread::sleep(REST);
    let signed_up = resident(server.id())?;

    let mut sockets = Vec::new();
    for session in &sessions {
        step.doing(&format!("socket {} of {SOCKETS}", sockets.len()));
        sockets.push(session.socket(server.address())?);
    }
    thread::sleep(REST);
    let full = resident(server.id())?;
    for socket in &sockets {
        ensure!(socket.peer_addr().is_ok(), "a socket was lost while it was held");
    }
    step.note(format!("{} held", sockets.len()));
    Ok(Idle { sockets: sockets.len(), empty, signed_up, full })
}

/// A session as the server tells it.
struct Session {
    client_id: String,
    token: String,
}

fn sign_up(accounts: &mut Connection, number: usize) -> Result<Session> {
    let body = format!(r#"{{"username":"idle{number:04}"}}"#);
    let answer = accounts.post("/api/user", &body)?;
    let field = |name: &str| {
        text_field(&answer, name).with_context(|| format!("no {name} in the answer: {answer}"))
    };
    Ok(Session { client_id: field("clientId")?, token: field("token")? })
}

impl Session {
    /// Opens a WebSocket, and waits for the first thing that it says.
    fn socket(&self, address: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let Self { client_id, token } = self;
        write!(
            stream,
            "GET /api/ws?clientId={client_id} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aHViYnViIGlkbGUgc29jaw==\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        )?;
        let mut received = Vec::new();
        let mut buffer = [0; 1024];
        while !String::from_utf8_lossy(&received).contains(r#""type":"welcome""#) {
            let count = stream.read(&mut buffer).context("no welcome on a WebSocket")?;
            received.extend_from_slice(&buffer[..count]);
            let so_far = String::from_utf8_lossy(&received);
            ensure!(count > 0, "a WebSocket was refused: {so_far:.300}");
        }
        Ok(stream)
    }
}

/// A connection that is used for one request after the other.
struct Connection {
    reader: BufReader<TcpStream>,
    address: String,
}

impl Connection {
    fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { reader: BufReader::new(stream), address: address.to_owned() })
    }

    /// Posts JSON, and returns what the answer says.
    fn post(&mut self, path: &str, body: &str) -> Result<String> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.reader.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(self.reader.read_line(&mut line)? > 0, "the server closed the connection");
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().context("a Content-Length that is no number")?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut answer = vec![0; length];
        self.reader.read_exact(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if !status.starts_with("HTTP/1.1 201") {
            bail!("{path}: {} {answer}", status.trim_end());
        }
        Ok(answer)
    }
}

/// A text of a flat JSON object, for those without escapes: ids and tokens have none.
fn text_field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    let (value, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(value.to_owned())
}

/// Has us, and the server as our child, hold as many files as the sockets take.
fn allow_files() -> Result<()> {
    let wanted = u64::try_from(SOCKETS)? + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
            .context("can't raise the limit of open files")?;
        let limit = getrlimit(Resource::Nofile);
        ensure!(
            limit.current.is_none_or(|current| current >= wanted),
            "{wanted} open files are needed: see `ulimit -Hn`"
        );
    }
    Ok(())
}

fn resident(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .context("can't read the server's memory: /proc is needed")?;
    resident_in(&status).context("no VmRSS in the server's status")
}

fn resident_in(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(
            resident_in("Name:\thubbub\nVmRSS:\t   14208 kB\nThreads:\t5\n"),
            Some(14_548_992)
        );
        assert_eq!(resident_in("Name:\thubbub\n"), None);
    }

    #[test]
    fn sessions_are_read() {
        let json = r#"{"userId":"u","clientId":"c-1", "token": "secret"}"#;
        assert_eq!(text_field(json, "clientId").as_deref(), Some("c-1"));
        assert_eq!(text_field(json, "token").as_deref(), Some("secret"));
        assert_eq!(text_field(json, "username"), None);
    }

    #[test]
    fn a_socket_costs_what_came_with_the_sockets() {
        let idle = Idle { sockets: 1000, empty: 1, signed_up: 5_000_000, full: 9_000_000 };
        assert_eq!(idle.per_socket(), 4_000);
    }
}
