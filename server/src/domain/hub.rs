//! The Hub: what routes live traffic. It knows the channels that have sockets in them and the
//! clients that hold those, in shards: each socket lives in one, whose thread writes to it, and a
//! channel has its order in each. What is committed goes to every shard once, in commit order.
//!
//! A shard is plain data (`hub/shard.rs`) under a lock that its own thread takes for a part of a
//! pass, and others for a moment. How announcements become frames is in `delivery.rs`; what is
//! durable is storage's; what waits for the network is `transport/ws`'s.

mod figures;
mod inbox;
mod registry;
mod shard;

pub use shard::Progress;

use super::announcement::Announcement;
use super::channel::GoLive;
use super::client::{Conn, ConnKey, Pulse, Scope};
use super::delivery::{Delivery, encode};
use super::egress::Closing;
use super::frame::{Frame, opcode};
use super::identity::Caller;
use super::socket::Socket;
use bytes::Bytes;
use inbox::{Inbox, Notice};
use registry::Registry;
use shard::Shard;
use shared::limits::{EPHEMERAL_AUDIENCE_MAX, HEARTBEAT_SECONDS, PRESENCE_AUDIENCE_MAX};
use shared::{ChannelId, PresenceFrame, Role, Seq, ServerMessage, TypingFrame, UserId};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Sockets that are looked over while a shard's lock is held, so that no delivery waits long.
const AT_ONCE: u32 = 256;
/// Sweeps (of five seconds) within which a socket must take its close frame.
const SWEEPS_TO_CLOSE: u8 = 6;

/// How a socket ended that is not there any more.
const GONE: Closing = Closing { code: 1006, reason: "" };

#[derive(Debug, Default)]
struct Place {
    shard: Mutex<Shard>,
    inbox: Inbox,
}

/// The live channels and clients.
#[derive(Debug)]
pub struct Hub {
    places: Vec<Place>,
    registry: Mutex<Registry>,
    next_conn: AtomicU64,
}

impl Hub {
    /// A Hub of so many shards, each of which is to be run by a thread of its own.
    pub fn new(shards: usize) -> Self {
        let shards = shards.max(1);
        Self {
            places: (0..shards).map(|_| Place::default()).collect(),
            registry: Mutex::new(Registry::new(shards)),
            next_conn: AtomicU64::new(0),
        }
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.places.len()
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shard(&self, shard: usize) -> MutexGuard<'_, Shard> {
        // Keys are made here and nowhere else: the shard they name is always there.
        self.places[shard].shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with a socket, if it is still there.
    fn with<T>(&self, key: ConnKey, what: impl FnOnce(&mut Conn) -> T) -> Option<T> {
        self.shard(key.shard).conns.get(key).map(what)
    }

    /// Does something with every socket, a few at a time.
    fn each(&self, mut what: impl FnMut(&mut Conn)) {
        for shard in 0..self.places.len() {
            let mut from = Some(0);
            while let Some(slot) = from {
                from = self.shard(shard).each(slot, AT_ONCE, &mut what);
            }
        }
    }

    /// Counts a socket that is about to open, and says in which shard it shall live. None when the
    /// user has 100 open already. Each one that entered must [`Hub::leave`].
    pub fn enter(&self, user: UserId) -> Option<usize> {
        self.registry().enter(user)
    }

    /// Counts the end of a socket that entered.
    pub fn leave(&self, user: UserId, shard: usize) {
        self.registry().leave(user, shard);
    }

    /// Registers a new socket of a client, in the shard that it entered.
    pub fn register_conn(
        &self,
        shard: usize,
        caller: Caller,
        scope: Scope,
        socket: Arc<dyn Socket>,
        now: Duration,
    ) -> ConnKey {
        let id = self.next_conn.fetch_add(1, Ordering::Relaxed);
        self.shard(shard).register_conn((shard, id), caller, scope, socket, now)
    }

    /// Forgets a socket that ended, everywhere.
    pub fn remove_conn(&self, key: ConnKey) {
        self.shard(key.shard).remove_conn(key);
    }

    /// Adds a socket to channels, held until [`Hub::go_live`].
    pub fn add_client(&self, key: ConnKey, channels: impl IntoIterator<Item = ChannelId>) {
        let mut shard = self.shard(key.shard);
        channels.into_iter().for_each(|id| shard.add_client(key, id));
    }

    /// Removes a held socket from a channel: storage said that its user is no member. If that was
    /// announced to be over since, it stays.
    pub fn remove_client(&self, key: ConnKey, id: ChannelId) {
        self.shard(key.shard).remove_client(key, id);
    }

    /// Holds a live socket while it is caught up. False if it isn't in the channel.
    pub fn hold(&self, key: ConnKey, id: ChannelId) -> bool {
        let mut shard = self.shard(key.shard);
        shard.conns.get(key).is_some()
            && shard.channels.get_mut(&id).is_some_and(|channel| channel.hold(key.slot))
    }

    /// Makes a held socket live after `seq`, with `first` said before that. If the channel went away
    /// meanwhile, the socket is told.
    pub fn go_live(&self, key: ConnKey, id: ChannelId, seq: Seq, first: Option<Frame>) -> GoLive {
        self.shard(key.shard).go_live(key, id, seq, first)
    }

    /// Writes a message that must not be skipped.
    pub fn write_message(&self, key: ConnKey, message: &ServerMessage) {
        let frame = Frame::from(message);
        self.with(key, |conn| conn.write(&frame));
    }

    /// Writes whole frames that must not be skipped.
    pub fn write_frames(&self, key: ConnKey, bytes: &Bytes, frames: usize) {
        self.with(key, |conn| conn.write_frames(bytes, frames));
    }

    /// Writes a control frame, unless the socket lags.
    pub fn write_control(&self, key: ConnKey, frame: &Frame) {
        self.with(key, |conn| conn.write_control(frame));
    }

    /// Writes `welcome`, after which the socket gets everything; also of channels that its user
    /// joined too late to be named there.
    pub fn welcome(&self, key: ConnKey, welcome: &ServerMessage, role: Role) {
        let frame = Frame::from(welcome);
        let named: HashSet<_> = match welcome {
            ServerMessage::Welcome(said) => said.channels.iter().map(|c| c.channel_id).collect(),
            _ => HashSet::new(),
        };
        let mut shard = self.shard(key.shard);
        let Shard { conns, channels, .. } = &mut *shard;
        let Some(conn) = conns.get(key) else { return };
        conn.write(&frame);
        (conn.welcomed, conn.guest) = (true, role == Role::Guest);
        let late: Vec<_> = conn.channels.iter().filter(|id| !named.contains(id)).copied().collect();
        for id in late {
            if let Some(channel) = channels.get_mut(&id) {
                channel.go_live_as_joined(key.slot, conn);
            }
        }
    }

    /// Ends a socket once what is queued has been written.
    pub fn close(&self, key: ConnKey, code: u16, reason: &'static str) {
        self.with(key, |conn| conn.close(code, reason));
    }

    /// How a socket ends, once that is decided; also when it is not there any more.
    pub fn closing(&self, key: ConnKey) -> Option<Closing> {
        self.with(key, |conn| conn.closing()).unwrap_or(Some(GONE))
    }

    /// Whether nothing more will be written to a socket.
    pub fn is_finished(&self, key: ConnKey) -> bool {
        self.with(key, |conn| conn.is_finished()).unwrap_or(true)
    }

    /// Whether so much waits for a socket that a replay should wait.
    pub fn is_busy(&self, key: ConnKey) -> bool {
        self.with(key, |conn| conn.is_busy()).unwrap_or(false)
    }

    /// Writes what a socket that stalled takes now. Whether nothing is left.
    pub fn flush(&self, key: ConnKey) -> bool {
        self.with(key, Conn::flush).unwrap_or(true)
    }

    /// Notes that something was received from a socket; how it ends, as [`Hub::closing`].
    pub fn heard(&self, key: ConnKey, now: Duration) -> Option<Closing> {
        let heard = self.with(key, |conn| {
            conn.heard(now);
            conn.closing()
        });
        heard.unwrap_or(Some(GONE))
    }

    /// Passes on that the socket's user is typing, to the others of a channel that isn't too large.
    /// False if the socket isn't in the channel.
    pub fn typing(&self, key: ConnKey, id: ChannelId, now: Duration) -> bool {
        let user_id = {
            let mut shard = self.shard(key.shard);
            let Some(user_id) = shard.conns.get(key).map(|conn| conn.caller.user_id) else {
                return false;
            };
            let Some(channel) = shard.channels.get_mut(&id) else { return false };
            if !channel.has(key.slot) {
                return false;
            }
            if !channel.may_show_typing(user_id, now) {
                return true;
            }
            user_id
        };
        if self.audience(id) <= EPHEMERAL_AUDIENCE_MAX {
            let typing = ServerMessage::Typing(TypingFrame { channel_id: id, user_id });
            let frame = Frame::from(&typing);
            for shard in 0..self.places.len() {
                self.shard(shard).tell_others(id, user_id, &frame);
            }
        }
        true
    }

    /// How many sockets are in a channel.
    fn audience(&self, id: ChannelId) -> usize {
        let shards = 0..self.places.len();
        shards.map(|n| self.shard(n).channels.get(&id).map_or(0, |c| c.slots().len())).sum()
    }

    /// Hands announcements, which must come in commit order and from one place, to every shard.
    pub fn deliver(&self, announcements: Vec<Announcement>) {
        if announcements.is_empty() {
            return;
        }
        let deliveries: Arc<[Delivery]> = encode(announcements);
        for place in &self.places {
            place.inbox.push(Notice::Committed(Arc::clone(&deliveries)));
        }
    }

    /// Hands a socket's shard the answer to something that was committed or refused; with a channel,
    /// it follows that channel's event.
    pub fn reply(&self, key: ConnKey, channel: Option<ChannelId>, message: &ServerMessage) {
        let notice = Notice::Reply(key, channel, Frame::from(message));
        self.places[key.shard].inbox.push(notice);
    }

    /// Wakes the shards after [`Hub::deliver`] and [`Hub::reply`].
    pub fn wake(&self) {
        self.places.iter().for_each(|place| place.inbox.wake());
    }

    /// A shard that is so far behind that it should not be handed more, if there is one.
    pub fn lagging(&self) -> Option<usize> {
        self.places.iter().position(|place| place.inbox.is_full())
    }

    /// Fulfilled when a lagging shard took in what it was handed. For the one broker.
    pub fn taken(&self, shard: usize) -> impl Future<Output = ()> + '_ {
        self.places[shard].inbox.emptied()
    }

    /// Fulfilled when a shard was handed something. For the shard's one thread.
    pub fn handed(&self, shard: usize) -> impl Future<Output = ()> + '_ {
        self.places[shard].inbox.filled()
    }

    /// Takes in what a shard was handed, and writes to about `budget` sockets; what is left to do.
    /// None once the Hub is closed and nothing is left. For the shard's one thread.
    pub fn run(
        &self,
        shard: usize,
        clock: &dyn Fn() -> Duration,
        budget: usize,
    ) -> Option<Progress> {
        let mut notices = Vec::new();
        let mut state = self.shard(shard);
        let open = !state.has_room() || self.places[shard].inbox.take(&mut notices);
        notices.into_iter().for_each(|notice| state.take_in(notice));
        let progress = state.run(clock, budget);
        (open || progress != Progress::Idle).then_some(progress)
    }

    /// Ends the shards once they have nothing left to do.
    pub fn end(&self) {
        self.places.iter().for_each(|place| place.inbox.close());
    }

    /// Tells every socket but guests' who came online and who went, unless there are too many.
    pub fn announce_presence(&self) {
        let (changes, sockets) = {
            let mut registry = self.registry();
            (registry.presence.take_changes(), registry.sockets())
        };
        if sockets > PRESENCE_AUDIENCE_MAX {
            return;
        }
        for (user_id, online) in changes {
            let message = ServerMessage::Presence(PresenceFrame { user_id, online });
            let frame = Frame::from(&message);
            self.each(|conn| conn.write_presence(&frame));
        }
    }

    /// Who has a socket open.
    pub fn online(&self) -> Vec<UserId> {
        self.registry().presence.online()
    }

    /// Whether a socket of the user is open.
    pub fn is_online(&self, user: UserId) -> bool {
        self.registry().presence.sockets(user) > 0
    }

    /// Sends the heartbeats that are due, and cuts the dead: those that missed two, and those that
    /// were told to close six sweeps ago and didn't take it.
    pub fn sweep(&self, now: Duration) {
        let beat = Duration::from_secs(HEARTBEAT_SECONDS);
        let ping = Frame::new(opcode::PING, b"");
        self.each(|conn| match conn.sweep(now, beat, SWEEPS_TO_CLOSE) {
            Pulse::Fine => {}
            Pulse::Due => conn.write_control(&ping),
            Pulse::Dead => conn.cut(),
        });
    }

    /// Closes the next sockets, at most `most`, that aren't closing yet; how many it were.
    pub fn close_some(&self, most: usize, code: u16, reason: &'static str) -> usize {
        let mut closed = 0;
        self.each(|conn| {
            if closed < most && conn.closing().is_none() {
                conn.close(code, reason);
                closed += 1;
            }
        });
        closed
    }

    /// Cuts every socket.
    pub fn cut_all(&self) {
        self.each(|conn| conn.cut());
    }
}

#[cfg(test)]
mod heartbeat_tests;
#[cfg(test)]
mod joining_tests;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
