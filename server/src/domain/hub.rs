//! The Hub: what routes live traffic. It knows the channels that have sockets in them and the
//! clients that hold those; plain data under one lock that is never held across a wait.
//!
//! How an announcement becomes frames is in `hub/delivery.rs`. What is durable is storage's.

mod delivery;

use super::channel::{Channel, GoLive};
use super::client::{Client, Conn, Scope};
use super::frame::Frame;
use super::identity::Caller;
use super::presence::Presence;
use shared::limits::{EPHEMERAL_AUDIENCE_MAX, HEARTBEAT_SECONDS, SOCKETS_PER_USER_MAX};
use shared::{
    ChannelChange, ChannelFrame, ChannelId, ClientId, Seq, ServerMessage, TypingFrame, UserId,
    close_code,
};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Sweeps (of five seconds) within which a socket must take its close frame.
const SWEEPS_TO_CLOSE: u64 = 6;

/// The live channels and clients.
#[derive(Debug, Default)]
pub struct Hub {
    channels: HashMap<ChannelId, Channel>,
    clients: HashMap<ClientId, Client>,
    users: HashMap<UserId, HashSet<ClientId>>,
    presence: Presence,
    sockets: usize,
    next_conn: u64,
}

/// Figures of the live side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubFigures {
    /// Open sockets.
    pub sockets: usize,
    /// Channels that have a socket in them.
    pub channels: usize,
    /// Users with a socket.
    pub users_online: usize,
}

impl Hub {
    /// The live channel, made if it wasn't.
    fn create_channel(&mut self, id: ChannelId) -> &mut Channel {
        self.channels.entry(id).or_insert_with(|| Channel::new(id))
    }

    /// Forgets a live channel; its sockets are in it no more.
    fn delete_channel(&mut self, id: ChannelId) -> Option<Channel> {
        self.channels.remove(&id)
    }

    fn conns_of(&self, user: UserId) -> impl Iterator<Item = &Arc<Conn>> {
        let clients = self.users.get(&user).into_iter().flatten();
        clients.filter_map(|id| self.clients.get(id)).flat_map(|client| client.conns())
    }

    fn all_conns(&self) -> impl Iterator<Item = &Arc<Conn>> {
        self.clients.values().flat_map(Client::conns)
    }

    fn forget_if_empty(&mut self, id: ChannelId) {
        if self.channels.get(&id).is_some_and(Channel::is_empty) {
            self.delete_channel(id);
        }
    }
}

/// The Hub behind its lock.
#[derive(Debug, Default)]
pub struct SharedHub(Mutex<Hub>);

impl SharedHub {
    fn lock(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a new socket of a client. None when the user has 100 open already.
    pub fn register_conn(&self, caller: Caller, scope: Scope, now: Duration) -> Option<Arc<Conn>> {
        let mut hub = self.lock();
        if hub.presence.sockets(caller.user_id) >= SOCKETS_PER_USER_MAX {
            return None;
        }
        hub.next_conn += 1;
        let conn = Arc::new(Conn::new(hub.next_conn, caller, scope, now));
        let client = hub.clients.entry(caller.client_id);
        client.or_insert_with(|| Client::new(caller.client_id)).register_conn(Arc::clone(&conn));
        hub.users.entry(caller.user_id).or_default().insert(caller.client_id);
        hub.presence.connected(caller.user_id);
        hub.sockets += 1;
        Some(conn)
    }

    /// Forgets a socket that ended, everywhere.
    pub fn remove_conn(&self, conn: &Conn) {
        let mut hub = self.lock();
        let Caller { user_id, client_id } = conn.caller;
        let Some(client) = hub.clients.get_mut(&client_id) else { return };
        if client.remove_conn(conn.id) {
            hub.clients.remove(&client_id);
            if let Some(clients) = hub.users.get_mut(&user_id) {
                clients.remove(&client_id);
                if clients.is_empty() {
                    hub.users.remove(&user_id);
                }
            }
        }
        for id in conn.channels() {
            if let Some(channel) = hub.channels.get_mut(&id) {
                channel.remove_client(conn.id);
            }
            hub.forget_if_empty(id);
        }
        hub.presence.disconnected(user_id);
        hub.sockets -= 1;
    }

    /// Adds a socket to channels, held until [`SharedHub::go_live`].
    pub fn add_client(&self, conn: &Arc<Conn>, channels: impl IntoIterator<Item = ChannelId>) {
        let mut hub = self.lock();
        for id in channels {
            hub.create_channel(id).add_client(conn);
        }
    }

    /// Removes a socket from a channel.
    pub fn remove_client(&self, conn: &Conn, id: ChannelId) {
        let mut hub = self.lock();
        if let Some(channel) = hub.channels.get_mut(&id) {
            channel.remove_client(conn.id);
        }
        hub.forget_if_empty(id);
    }

    /// Holds a live socket while it is caught up. False if it isn't in the channel.
    pub fn hold(&self, conn: &Conn, id: ChannelId) -> bool {
        self.lock().channels.get_mut(&id).is_some_and(|channel| channel.hold(conn.id))
    }

    /// Makes a held socket live after `seq`, with `first` said before that. If the channel went away
    /// meanwhile, the socket is told.
    pub fn go_live(&self, conn: &Conn, id: ChannelId, seq: Seq, first: Option<Frame>) -> GoLive {
        let mut hub = self.lock();
        let channel = hub.channels.get_mut(&id);
        let outcome = channel.map_or(GoLive::Gone, |c| c.go_live(conn.id, seq, first));
        if outcome == GoLive::Gone {
            tell_gone(conn, id);
        }
        outcome
    }

    /// Passes on that the socket's user is typing, to the others of a channel that isn't too large.
    /// False if the socket isn't in the channel.
    pub fn typing(&self, conn: &Conn, id: ChannelId, now: Duration) -> bool {
        let mut hub = self.lock();
        let Some(channel) = hub.channels.get_mut(&id) else { return false };
        if !channel.conns().any(|other| other.id == conn.id) {
            return false;
        }
        let user_id = conn.caller.user_id;
        if channel.conns().len() <= EPHEMERAL_AUDIENCE_MAX && channel.may_show_typing(user_id, now)
        {
            let typing = ServerMessage::Typing(TypingFrame { channel_id: id, user_id });
            let frame = (&typing).into();
            for other in channel.conns().filter(|other| other.caller.user_id != user_id) {
                other.write_ephemeral(&frame);
            }
        }
        true
    }

    /// Whether a socket of the user is open.
    pub fn is_online(&self, user: UserId) -> bool {
        self.lock().presence.sockets(user) > 0
    }

    /// Figures of the live side.
    pub fn figures(&self) -> HubFigures {
        let hub = self.lock();
        HubFigures {
            sockets: hub.sockets,
            channels: hub.channels.len(),
            users_online: hub.presence.users_online(),
        }
    }

    /// The sockets that are due a heartbeat; and the dead: they missed two, or were told to close
    /// six sweeps ago and didn't take it.
    pub fn sweep(&self, now: Duration) -> (Vec<Arc<Conn>>, Vec<Arc<Conn>>) {
        let beat = Duration::from_secs(HEARTBEAT_SECONDS);
        let hub = self.lock();
        let (mut due, mut dead) = (Vec::new(), Vec::new());
        for conn in hub.all_conns() {
            let silent = now.saturating_sub(conn.last_heard()) > beat * 2 + beat / 5;
            if silent || conn.sweeps_closing() > SWEEPS_TO_CLOSE {
                dead.push(Arc::clone(conn));
            } else if now.saturating_sub(conn.last_pinged()) >= beat {
                due.push(Arc::clone(conn));
            }
        }
        (due, dead)
    }

    /// Every open socket, for draining.
    pub fn all_conns(&self) -> Vec<Arc<Conn>> {
        self.lock().all_conns().cloned().collect()
    }
}

/// Tells a socket that a channel is gone for it: a frame, or the end if it was its only one.
fn tell_gone(conn: &Conn, channel_id: ChannelId) {
    match conn.scope {
        Scope::One(_) => conn.close(close_code::NOT_A_MEMBER, "no longer a member"),
        Scope::All => {
            if conn.is_welcomed() {
                conn.write_message(&ServerMessage::Channel(ChannelFrame {
                    channel_id,
                    change: ChannelChange::Deleted,
                    channel: None,
                }));
            }
        }
    }
}
