//! A live client: the sockets (connections) that one logged-in device or token holds open, each
//! with its own egress. A frame is written to it without ever waiting.

use super::egress::{Closing, Egress};
use super::frame::Frame;
use super::identity::Caller;
use shared::{ChannelId, ClientId, ServerMessage};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Which channels a socket carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All channels of the user, new ones as they come.
    All,
    /// One channel.
    One(ChannelId),
}

/// One open socket of a client.
#[derive(Debug)]
pub struct Conn {
    /// Unique while the process lives.
    pub id: u64,
    /// Whose it is.
    pub caller: Caller,
    /// What it carries.
    pub scope: Scope,
    /// What waits to be sent.
    pub egress: Egress,
    channels: Mutex<Vec<ChannelId>>,
    welcomed: AtomicBool,
    last_heard_ms: AtomicU64,
    last_pinged_ms: AtomicU64,
    sweeps_closing: AtomicU64,
    ended: CancellationToken,
}

impl Conn {
    /// A socket that was just opened. `now` is the time since the server's start.
    pub fn new(id: u64, caller: Caller, scope: Scope, now: Duration) -> Self {
        let conn = Self {
            id,
            caller,
            scope,
            egress: Egress::default(),
            channels: Mutex::default(),
            welcomed: AtomicBool::new(false),
            last_heard_ms: AtomicU64::new(0),
            last_pinged_ms: AtomicU64::new(0),
            sweeps_closing: AtomicU64::new(0),
            ended: CancellationToken::new(),
        };
        conn.heard(now);
        conn.pinged(now);
        conn
    }

    /// Queues a frame that must not be skipped.
    pub fn write_message(&self, message: &ServerMessage) {
        self.egress.push(Frame::from(message));
    }

    /// Queues a frame that may be dropped; before the welcome it always is.
    pub fn write_ephemeral(&self, frame: &Frame) {
        if self.is_welcomed() {
            self.egress.push_ephemeral(frame.clone());
        }
    }

    /// Notes that the Hub put the socket into a channel.
    pub fn entered(&self, id: ChannelId) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if !channels.contains(&id) {
            channels.push(id);
        }
    }

    /// Notes that the Hub took the socket out of a channel.
    pub fn left(&self, id: ChannelId) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|other| *other != id);
    }

    /// The channels that the socket is in.
    pub fn channels(&self) -> Vec<ChannelId> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the socket once what is queued has been written.
    pub fn close(&self, code: u16, reason: &'static str) {
        self.egress.close(Closing { code, reason });
    }

    /// Ends both of the socket's tasks at once, whatever is still queued.
    pub fn cut(&self) {
        self.ended.cancel();
    }

    /// The one cancellation of both tasks.
    pub fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Counts the sweeps since the end was decided, for those that never read their close frame.
    pub fn sweeps_closing(&self) -> u64 {
        match self.egress.closing() {
            Some(_) => self.sweeps_closing.fetch_add(1, Ordering::Relaxed),
            None => 0,
        }
    }

    /// Whether the first frame, `welcome`, was queued.
    pub fn is_welcomed(&self) -> bool {
        self.welcomed.load(Ordering::Acquire)
    }

    /// Notes that `welcome` was queued.
    pub fn welcomed(&self) {
        self.welcomed.store(true, Ordering::Release);
    }

    /// Notes that something was received.
    pub fn heard(&self, now: Duration) {
        self.last_heard_ms.store(millis(now), Ordering::Relaxed);
    }

    /// When something was last received, since the server's start.
    pub fn last_heard(&self) -> Duration {
        Duration::from_millis(self.last_heard_ms.load(Ordering::Relaxed))
    }

    /// Notes that a heartbeat was sent.
    pub fn pinged(&self, now: Duration) {
        self.last_pinged_ms.store(millis(now), Ordering::Relaxed);
    }

    /// When a heartbeat was last sent, since the server's start.
    pub fn last_pinged(&self) -> Duration {
        Duration::from_millis(self.last_pinged_ms.load(Ordering::Relaxed))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A live client with its open sockets.
#[derive(Debug)]
pub struct Client {
    /// Which client.
    pub client_id: ClientId,
    conns: Vec<Arc<Conn>>,
}

impl Client {
    /// A client without sockets.
    pub fn new(client_id: ClientId) -> Self {
        Self { client_id, conns: Vec::new() }
    }

    /// Adds a socket.
    pub fn register_conn(&mut self, conn: Arc<Conn>) {
        self.conns.push(conn);
    }

    /// Removes a socket; whether none is left.
    pub fn remove_conn(&mut self, conn_id: u64) -> bool {
        self.conns.retain(|conn| conn.id != conn_id);
        self.conns.is_empty()
    }

    /// Its open sockets.
    pub fn conns(&self) -> &[Arc<Conn>] {
        &self.conns
    }
}
