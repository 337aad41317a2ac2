//! Bare TCP connections, for what no HTTP or WebSocket library would send.

use super::{TestClient, TestServer, patiently};
use shared::ServerMessage;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection on which HTTP is written by hand.
pub(crate) struct RawHttp {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer, read by hand.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    /// The status.
    pub(crate) status: u16,
    /// The head, as it came.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl RawHttp {
    /// Connects.
    pub(crate) async fn connect(server: &TestServer) -> Self {
        Self::connect_to(server.address()).await
    }

    /// Connects to this address.
    pub(crate) async fn connect_to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Writes these bytes. That the server has hung up already is no error: it may.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> bool {
        let writing = self.stream.write_all(bytes);
        patiently("bytes to be taken", writing).await.is_ok()
    }

    /// Reads an answer, or nothing if the server hangs up without one.
    pub(crate) async fn answer(&mut self) -> Option<RawAnswer> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.more().await {
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap();
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
        while self.read.len() < length && self.more().await {}
        let body = self.read.drain(..length.min(self.read.len())).collect();
        Some(RawAnswer { status, head, body })
    }

    /// Whether the server hangs up, after whatever it still says.
    pub(crate) async fn hangs_up(&mut self) -> bool {
        while self.more().await {}
        true
    }

    async fn more(&mut self) -> bool {
        let mut chunk = [0; 4096];
        let read = patiently("bytes or the end", self.stream.read(&mut chunk)).await;
        let count = read.unwrap_or(0);
        self.read.extend_from_slice(&chunk[..count]);
        count > 0
    }
}

/// A WebSocket on which frames are written by hand.
pub(crate) struct RawSocket {
    http: RawHttp,
}

/// What came on a raw socket.
#[derive(Debug, PartialEq)]
pub(crate) enum RawFrame {
    /// A text frame.
    Said(Box<ServerMessage>),
    /// A pong with this payload.
    Pong(Vec<u8>),
    /// A ping.
    Ping,
    /// A close frame with this code.
    Close(u16),
    /// The end of the connection.
    End,
}

impl RawSocket {
    /// Opens a socket at this path with the client's token.
    pub(crate) async fn open(server: &TestServer, client: &TestClient, path: &str) -> Self {
        Self::open_at(server.address(), client, path).await
    }

    /// Opens a socket at this path of the server at this address, with the client's token.
    pub(crate) async fn open_at(address: SocketAddr, client: &TestClient, path: &str) -> Self {
        let mut http = RawHttp::connect_to(address).await;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n\r\n",
            address,
            client.token()
        );
        http.write(request.as_bytes()).await;
        let answer = http.answer().await.expect("an answer to the upgrade");
        assert_eq!(answer.status, 101, "{answer:?}");
        let accept = "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=";
        assert!(answer.head.to_ascii_lowercase().contains(accept), "{answer:?}");
        let mut socket = Self { http };
        let first = socket.next().await;
        assert!(
            matches!(&first, RawFrame::Said(said) if matches!(**said, ServerMessage::Welcome(_))),
            "{first:?}"
        );
        socket
    }

    /// Writes these bytes as they are.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> bool {
        self.http.write(bytes).await
    }

    /// Writes a well-formed masked frame: `first` is its first byte (FIN, reserved bits, opcode).
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) -> bool {
        self.write(&frame(first, payload)).await
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> RawFrame {
        let Some(head) = self.take(2).await else { return RawFrame::End };
        assert_eq!(head[0] & 0x70, 0, "reserved bits in {head:?}");
        assert_eq!(head[1] & 0x80, 0, "the server masked a frame");
        let length = match head[1] {
            126 => self.take(2).await.map(|b| u64::from(u16::from_be_bytes([b[0], b[1]]))),
            127 => self.take(8).await.map(|b| u64::from_be_bytes(b.try_into().unwrap())),
            short => Some(u64::from(short)),
        };
        let Some(length) = length else { return RawFrame::End };
        let Some(payload) = self.take(usize::try_from(length).unwrap()).await else {
            return RawFrame::End;
        };
        match head[0] & 0x0f {
            1 => {
                let text = String::from_utf8(payload).unwrap();
                let said = ServerMessage::from_json(&text);
                RawFrame::Said(Box::new(said.unwrap_or_else(|e| panic!("{text}: {e:?}"))))
            }
            8 if payload.len() >= 2 => {
                RawFrame::Close(u16::from_be_bytes([payload[0], payload[1]]))
            }
            8 => RawFrame::Close(1005),
            9 => RawFrame::Ping,
            10 => RawFrame::Pong(payload),
            other => panic!("opcode {other} from the server"),
        }
    }

    /// The next frame that isn't about other people's presence or reading, nor a ping.
    pub(crate) async fn next_of_mine(&mut self) -> RawFrame {
        loop {
            let next = self.next().await;
            let aside = match &next {
                RawFrame::Said(said) => matches!(
                    **said,
                    ServerMessage::Presence(_) | ServerMessage::Read(_) | ServerMessage::Typing(_)
                ),
                RawFrame::Ping => true,
                _ => false,
            };
            if !aside {
                return next;
            }
        }
    }

    /// Reads until the close frame or the end; returns every text frame and the last word.
    pub(crate) async fn until_closed(&mut self) -> (Vec<ServerMessage>, RawFrame) {
        let mut said = Vec::new();
        loop {
            match self.next().await {
                RawFrame::Said(message) => said.push(*message),
                RawFrame::Ping | RawFrame::Pong(_) => {}
                last => return (said, last),
            }
        }
    }

    /// Ends the connection with a reset: no close frame, no FIN, as when a machine is switched off
    /// and another answers at its address.
    pub(crate) fn reset(self) {
        let stream = socket2::SockRef::from(&self.http.stream);
        stream.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }

    async fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.http.read.len() < count {
            if !self.http.more().await {
                return None;
            }
        }
        Some(self.http.read.drain(..count).collect())
    }
}

/// A masked frame.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut out = vec![first];
    match payload.len() {
        short @ 0..126 => out.push(0x80 | u8::try_from(short).unwrap()),
        middle @ 126..65_536 => {
            out.push(0x80 | 126);
            out.extend(u16::try_from(middle).unwrap().to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend((long as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}
