//! A live client: the sockets (connections) that one logged-in device or token holds open, each
//! with its own egress. A frame is written to it without ever waiting.

use super::egress::{Closing, Egress};
use super::figures::{Tally, add};
use super::frame::Frame;
use super::identity::Caller;
use super::socket::Socket;
use bytes::Bytes;
use shared::{ChannelId, ClientId, ServerMessage};
use std::sync::Arc;
use std::time::Duration;

/// Which channels a socket carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All channels of the user, new ones as they come.
    All,
    /// One channel.
    One(ChannelId),
    /// None: it is not of the chat (an echo, for tests of the connection itself).
    Nothing,
}

impl Scope {
    /// Whether the socket is told of this channel.
    pub fn covers(self, channel: ChannelId) -> bool {
        match self {
            Self::All => true,
            Self::One(own) => own == channel,
            Self::Nothing => false,
        }
    }
}

/// A place in a shard's list of sockets.
pub(super) type Slot = u32;

/// Names one open socket, for as long as the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnKey {
    /// Which shard of the Hub it lives in.
    pub shard: usize,
    pub(super) slot: Slot,
    /// Unique while the process lives.
    pub id: u64,
}

/// One open socket of a client.
#[derive(Debug)]
pub(super) struct Conn {
    pub id: u64,
    pub caller: Caller,
    pub scope: Scope,
    /// The channels that it is in.
    pub channels: Vec<ChannelId>,
    /// Whether the first frame, `welcome`, was written or queued.
    pub welcomed: bool,
    /// Whether its user was a guest when it was welcomed.
    pub guest: bool,
    socket: Arc<dyn Socket>,
    egress: Egress,
    /// Acks that follow the event of this channel that they are of, in the same write.
    behind: Vec<(ChannelId, Frame)>,
    /// When something was last received, and a heartbeat last sent, since the server's start.
    last_heard: Duration,
    last_pinged: Duration,
    sweeps_closing: u8,
    /// That of its shard.
    tally: Arc<Tally>,
}

impl Conn {
    /// A socket that was just opened. `now` is the time since the server's start.
    pub(super) fn new(
        id: u64,
        caller: Caller,
        scope: Scope,
        socket: Arc<dyn Socket>,
        now: Duration,
        tally: Arc<Tally>,
    ) -> Self {
        Self {
            id,
            caller,
            scope,
            channels: Vec::new(),
            welcomed: false,
            guest: false,
            socket,
            egress: Egress::default(),
            behind: Vec::new(),
            last_heard: now,
            last_pinged: now,
            sweeps_closing: 0,
            tally,
        }
    }

    /// Writes events of a channel, and the acks that follow them.
    pub(super) fn deliver(&mut self, of: ChannelId, bytes: &Bytes, frames: usize) {
        if self.behind.is_empty() {
            self.egress.send(&self.socket, bytes, frames);
        } else {
            let behind = self.take_behind(of);
            self.egress.send_with(&self.socket, (bytes, frames), behind);
        }
    }

    /// Writes whole frames that must not be skipped.
    pub(super) fn write_frames(&mut self, bytes: &Bytes, frames: usize) {
        self.egress.send(&self.socket, bytes, frames);
    }

    /// Writes a frame that must not be skipped.
    pub(super) fn write(&mut self, frame: &Frame) {
        self.egress.send(&self.socket, frame.bytes(), 1);
    }

    /// Writes a message that must not be skipped.
    pub(super) fn write_message(&mut self, message: &ServerMessage) {
        self.write(&Frame::from(message));
    }

    /// Writes a frame that may be dropped; before the welcome it always is.
    pub(super) fn write_ephemeral(&mut self, frame: &Frame) {
        if self.welcomed && !self.egress.send_ephemeral(&self.socket, frame) {
            add(&self.tally.dropped, 1);
        }
    }

    /// Writes who came online or went. Not to guests, who don't know everybody: whom they share a
    /// channel with, they look up.
    pub(super) fn write_presence(&mut self, frame: &Frame) {
        if !self.guest {
            self.write_ephemeral(frame);
        }
    }

    /// Answers a control frame or sends one: dropped when the queue is past half, as it says nothing
    /// that the client's own reading does not.
    pub(super) fn write_control(&mut self, frame: &Frame) {
        if !self.egress.send_ephemeral(&self.socket, frame) {
            add(&self.tally.dropped, 1);
        }
    }

    /// Has an ack follow the channel's next event, or [`Conn::write_behind`].
    pub(super) fn put_behind(&mut self, of: ChannelId, ack: Frame) {
        self.behind.push((of, ack));
    }

    /// Writes the channel's acks whose event did not come this way.
    pub(super) fn write_behind(&mut self, of: ChannelId) {
        for ack in self.take_behind(of) {
            self.write(&ack);
        }
    }

    fn take_behind(&mut self, of: ChannelId) -> Vec<Frame> {
        let taken = self.behind.extract_if(.., |(channel, _)| *channel == of);
        taken.map(|(_, ack)| ack).collect()
    }

    /// Writes what the socket takes now of what waits. Whether nothing is left.
    pub(super) fn flush(&mut self) -> bool {
        self.egress.flush(&self.socket)
    }

    /// Whether so much waits that a replay should.
    pub(super) fn is_busy(&self) -> bool {
        self.egress.is_busy()
    }

    /// How many frames and bytes wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> (usize, usize) {
        self.egress.waiting()
    }

    /// Ends the socket once what is queued has been written.
    pub(super) fn close(&mut self, code: u16, reason: &'static str) {
        self.egress.close(&self.socket, Closing { code, reason });
    }

    /// How it ends, once that is decided.
    pub(super) fn closing(&self) -> Option<Closing> {
        self.egress.closing()
    }

    /// Whether nothing more will be written.
    pub(super) fn is_finished(&self) -> bool {
        self.egress.is_finished()
    }

    /// Ends both directions at once, whatever is still queued.
    pub(super) fn cut(&self) {
        self.socket.cut();
    }

    /// Notes that something was received.
    pub(super) fn heard(&mut self, now: Duration) {
        self.last_heard = now;
    }

    /// Looks the socket over: is it due a heartbeat (every `beat`), or dead: did it miss two, or not
    /// take its close frame within `sweeps`?
    pub(super) fn sweep(&mut self, now: Duration, beat: Duration, sweeps: u8) -> Pulse {
        if self.closing().is_some() {
            self.sweeps_closing = self.sweeps_closing.saturating_add(1);
        }
        let silent = now.saturating_sub(self.last_heard) > beat * 2 + beat / 5;
        if silent || self.sweeps_closing > sweeps {
            Pulse::Dead
        } else if now.saturating_sub(self.last_pinged) >= beat {
            self.last_pinged = now;
            Pulse::Due
        } else {
            Pulse::Fine
        }
    }
}

/// What a sweep finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    Fine,
    /// A heartbeat is due.
    Due,
    /// Nobody is there any more.
    Dead,
}

/// A live client with its open sockets.
#[derive(Debug)]
pub struct Client {
    /// Which client.
    pub client_id: ClientId,
    conns: Vec<Slot>,
}

impl Client {
    /// A client without sockets.
    pub(super) fn new(client_id: ClientId) -> Self {
        Self { client_id, conns: Vec::with_capacity(1) }
    }

    /// Adds a socket.
    pub(super) fn register_conn(&mut self, conn: Slot) {
        self.conns.push(conn);
    }

    /// Removes a socket; whether none is left.
    pub(super) fn remove_conn(&mut self, conn: Slot) -> bool {
        self.conns.retain(|other| *other != conn);
        self.conns.is_empty()
    }

    /// Its open sockets.
    pub(super) fn conns(&self) -> &[Slot] {
        &self.conns
    }
}

/// The open sockets of a shard, by slot.
#[derive(Debug, Default)]
pub(super) struct Conns {
    // Not boxed: a pass goes over them mostly in this order.
    slots: Vec<Option<Conn>>,
    free: Vec<Slot>,
    tally: Arc<Tally>,
}

impl Conns {
    /// Takes a socket in that was just opened.
    pub(super) fn open(
        &mut self,
        id: u64,
        caller: Caller,
        scope: Scope,
        socket: Arc<dyn Socket>,
        now: Duration,
    ) -> Slot {
        let conn = Some(Conn::new(id, caller, scope, socket, now, Arc::clone(&self.tally)));
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = conn;
            return slot;
        }
        self.slots.push(conn);
        Slot::try_from(self.slots.len() - 1).unwrap_or(Slot::MAX)
    }

    /// What the shard counts.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Lets a socket go.
    pub(super) fn remove(&mut self, slot: Slot) -> Option<Conn> {
        let conn = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(conn)
    }

    /// The socket in a slot.
    pub(super) fn at(&mut self, slot: Slot) -> Option<&mut Conn> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// The socket of this name, if it is still there.
    pub(super) fn get(&mut self, key: ConnKey) -> Option<&mut Conn> {
        self.at(key.slot).filter(|conn| conn.id == key.id)
    }

    /// How many slots there are, free ones among them.
    pub(super) fn slots(&self) -> Slot {
        Slot::try_from(self.slots.len()).unwrap_or(Slot::MAX)
    }
}
