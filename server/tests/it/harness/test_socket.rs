//! A socket as a well-behaved client holds it, typed with the shared frames. Everything that came
//! is kept, and shown when a test fails.

use super::{PATIENCE, patiently};
use futures_util::{SinkExt, StreamExt};
use shared::{
    Ack, ChannelEvent, ChannelId, ClientMessage, Ping, Problem, Rejected, Send, ServerMessage,
    Welcome,
};
use std::fmt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Why a socket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Closed {
    /// By a close frame with this code.
    Code(u16),
    /// Without one.
    Lost,
}

/// Why a socket could not be opened.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The server answered with this instead of the upgrade.
    Answer {
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// It was opened and closed again before the `welcome`.
    Closed(Closed),
    /// Nobody answered.
    Nobody(String),
}

impl Refusal {
    /// The problem+json in the answer.
    pub(crate) fn problem(&self) -> Problem {
        let Self::Answer { status, body } = self else { panic!("{self}") };
        let problem: Problem = serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body}"));
        assert_eq!(problem.status, *status);
        super::test_client::check_problem(&problem);
        problem
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { status, body } => write!(f, "answered {status} {body}"),
            Self::Closed(why) => write!(f, "{why:?} before the welcome"),
            Self::Nobody(why) => f.write_str(why),
        }
    }
}

/// An open socket, after its `welcome`.
pub(crate) struct TestSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The `welcome`.
    pub(crate) welcome: Welcome,
    /// Every frame that came, in order.
    pub(crate) log: Vec<ServerMessage>,
    pings: i64,
}

impl TestSocket {
    /// Opens a socket at this path and reads its `welcome`.
    pub(crate) async fn open(base: &str, path: &str, token: Option<&str>) -> Result<Self, Refusal> {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers = bearer.iter().map(|value| ("authorization", value.as_str()));
        Self::open_with(base, path, &headers.collect::<Vec<_>>()).await
    }

    /// Opens a socket with these headers and reads its `welcome`.
    pub(crate) async fn open_with(
        base: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Refusal> {
        let url = format!("{}{path}", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        for &(name, value) in headers {
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let opened = patiently("the upgrade", connect_async(request)).await;
        let (stream, _) = opened.map_err(|error| match error {
            tungstenite::Error::Http(answer) => Refusal::Answer {
                status: answer.status().as_u16(),
                body: String::from_utf8_lossy(answer.body().as_deref().unwrap_or(&[])).into(),
            },
            other => Refusal::Nobody(other.to_string()),
        })?;
        let nobody = Welcome {
            user_id: shared::UserId(uuid::Uuid::nil()),
            client_id: shared::ClientId(uuid::Uuid::nil()),
            epoch: String::new(),
            heartbeat_seconds: 0,
            channels: Vec::new(),
        };
        let mut socket = Self { stream, welcome: nobody, log: Vec::new(), pings: 0 };
        match socket.next().await {
            Ok(ServerMessage::Welcome(welcome)) => socket.welcome = welcome,
            Ok(other) => panic!("the first frame was {}", other.to_json()),
            Err(closed) => return Err(Refusal::Closed(closed)),
        }
        Ok(socket)
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, message: &ClientMessage) {
        self.send_text(&message.to_json()).await;
    }

    /// Sends any text as a frame.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_frame(Frame::text(text)).await;
    }

    /// Sends any frame.
    pub(crate) async fn send_frame(&mut self, frame: Frame) {
        patiently("a frame to be sent", self.stream.send(frame)).await.unwrap();
    }

    /// Sends any frame, on a socket that may be gone.
    pub(crate) async fn try_send(&mut self, message: &ClientMessage) -> Result<(), Closed> {
        let sending = self.stream.send(Frame::text(message.to_json()));
        patiently("a frame to be sent", sending).await.map_err(|_| Closed::Lost)
    }

    /// The next frame, or why there is none.
    pub(crate) async fn next(&mut self) -> Result<ServerMessage, Closed> {
        let Ok(next) = tokio::time::timeout(PATIENCE, self.next_forever()).await else {
            panic!("waited {PATIENCE:?} for a frame; came until now:\n{}", self.told());
        };
        next
    }

    /// The next frame, or why there is none, however long it takes.
    pub(crate) async fn next_forever(&mut self) -> Result<ServerMessage, Closed> {
        loop {
            match self.stream.next().await {
                Some(Ok(Frame::Text(text))) => {
                    let message = ServerMessage::from_json(text.as_str())
                        .unwrap_or_else(|e| panic!("the server said {text}: {e:?}"));
                    self.log.push(message.clone());
                    return Ok(message);
                }
                Some(Ok(Frame::Close(Some(close)))) => {
                    return Err(Closed::Code(close.code.into()));
                }
                Some(Ok(Frame::Binary(bytes))) => panic!("the server sent binary {bytes:?}"),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => {}
                Some(Ok(Frame::Close(None)) | Err(_)) | None => return Err(Closed::Lost),
            }
        }
    }

    /// The next frame.
    pub(crate) async fn recv(&mut self) -> ServerMessage {
        match self.next().await {
            Ok(message) => message,
            Err(closed) => panic!("closed ({closed:?}) instead of a frame; came:\n{}", self.told()),
        }
    }

    /// Reads until a frame of which `wanted` makes something, and returns that.
    pub(crate) async fn recv_until<T>(
        &mut self,
        mut wanted: impl FnMut(&ServerMessage) -> Option<T>,
    ) -> T {
        loop {
            let message = self.recv().await;
            if let Some(found) = wanted(&message) {
                return found;
            }
        }
    }

    /// Reads until the next durable event.
    pub(crate) async fn event(&mut self) -> ChannelEvent {
        self.recv_until(|message| message.clone().into_event().ok()).await
    }

    /// Reads until the next chat message, and returns its text.
    pub(crate) async fn text(&mut self) -> String {
        self.recv_until(|message| match message {
            ServerMessage::Message(message) => Some(message.message.clone()),
            _ => None,
        })
        .await
    }

    /// Reads until the ack of this nonce.
    pub(crate) async fn ack(&mut self, nonce: &str) -> Ack {
        self.recv_until(|message| match message {
            ServerMessage::Ack(ack) if ack.nonce == nonce => Some(ack.clone()),
            ServerMessage::Rejected(rejected) if rejected.nonce.as_deref() == Some(nonce) => {
                panic!("rejected: {}", message.to_json())
            }
            _ => None,
        })
        .await
    }

    /// Reads until the next `rejected`.
    pub(crate) async fn rejected(&mut self) -> Rejected {
        self.recv_until(|message| match message {
            ServerMessage::Rejected(rejected) => Some(rejected.clone()),
            ServerMessage::Ack(_) => panic!("acknowledged: {}", message.to_json()),
            _ => None,
        })
        .await
    }

    /// Says something in a channel and waits for the ack.
    pub(crate) async fn say(&mut self, channel: ChannelId, nonce: &str, text: &str) -> Ack {
        self.send(&said(channel, nonce, text)).await;
        self.ack(nonce).await
    }

    /// Everything that comes before the answer to a `ping`: what had to come until now has come.
    pub(crate) async fn until_pong(&mut self) -> Vec<ServerMessage> {
        self.pings += 1;
        let at = self.pings;
        let from = self.log.len();
        self.send(&ClientMessage::Ping(Ping { at })).await;
        self.recv_until(|message| match message {
            ServerMessage::Pong(pong) if pong.at == at => Some(()),
            _ => None,
        })
        .await;
        self.log[from..self.log.len() - 1].to_vec()
    }

    /// Reads on until the socket ends, and says why it did.
    pub(crate) async fn closed(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.next().await {
                return closed;
            }
        }
    }

    /// Closes it as a client does, and waits for the server's answer.
    pub(crate) async fn close(mut self) {
        let _ = self.stream.close(None).await;
        while self.next().await.is_ok() {}
    }

    /// Cuts the connection without a goodbye.
    pub(crate) fn cut(self) {
        drop(self);
    }

    fn told(&self) -> String {
        let newest = self.log.iter().rev().take(30).rev();
        newest.map(ServerMessage::to_json).collect::<Vec<_>>().join("\n")
    }
}

/// A frame that sends a message.
pub(crate) fn said(channel: ChannelId, nonce: &str, text: &str) -> ClientMessage {
    ClientMessage::Message(Send {
        channel_id: Some(channel),
        nonce: Some(nonce.to_owned()),
        message: text.to_owned(),
        ..Send::default()
    })
}
