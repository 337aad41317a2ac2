//! One shard of the Hub: plain data, used by one thread at a time. It holds the channels that have
//! sockets here and the clients that hold those, and gives each channel its turn to write.

use super::inbox::Notice;
use crate::domain::channel::{Channel, GoLive, Turn, Waiting};
use crate::domain::client::{Client, Conn, ConnKey, Conns, Scope, Slot};
use crate::domain::delivery::Delivery;
use crate::domain::frame::Frame;
use crate::domain::identity::Caller;
use crate::domain::socket::Socket;
use shared::limits::EPHEMERAL_AUDIENCE_MAX;
use shared::{
    ChannelChange, ChannelFrame, ChannelId, ClientId, Seq, ServerMessage, UserId, close_code,
};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Sockets that one channel is given a turn for, before the next channel has one.
const TURN: usize = 128;
/// Bytes of events that may wait in channels; past it, nothing more is taken from the inbox.
const WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is left to do after some writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More, at once.
    Busy,
    /// More, at this time since the server's start.
    Until(Duration),
    /// Nothing.
    Idle,
}

/// The live channels and clients of one shard.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub(super) channels: HashMap<ChannelId, Channel>,
    pub(super) conns: Conns,
    clients: HashMap<ClientId, Client>,
    users: HashMap<UserId, Vec<ClientId>>,
    /// Channels whose turn it is, and those that wait for a time.
    ready: VecDeque<ChannelId>,
    paced: BinaryHeap<Reverse<(Duration, ChannelId)>>,
    pub(super) waiting_bytes: usize,
}

impl Shard {
    /// Takes a new socket in.
    pub(super) fn register_conn(
        &mut self,
        (shard, id): (usize, u64),
        caller: Caller,
        scope: Scope,
        socket: Arc<dyn Socket>,
        now: Duration,
    ) -> ConnKey {
        let slot = self.conns.open(id, caller, scope, socket, now);
        let Caller { user_id, client_id, .. } = caller;
        let client = self.clients.entry(client_id).or_insert_with(|| Client::new(client_id));
        client.register_conn(slot);
        let clients = self.users.entry(user_id).or_insert_with(|| Vec::with_capacity(1));
        if !clients.contains(&client_id) {
            clients.push(client_id);
        }
        ConnKey { shard, slot, id }
    }

    /// Forgets a socket that ended, everywhere.
    pub(super) fn remove_conn(&mut self, key: ConnKey) {
        if self.conns.get(key).is_none() {
            return;
        }
        let Some(conn) = self.conns.remove(key.slot) else { return };
        let Caller { user_id, client_id, .. } = conn.caller;
        if self.clients.get_mut(&client_id).is_some_and(|client| client.remove_conn(key.slot)) {
            self.clients.remove(&client_id);
            if let Some(clients) = self.users.get_mut(&user_id) {
                clients.retain(|other| *other != client_id);
                if clients.is_empty() {
                    self.users.remove(&user_id);
                }
            }
        }
        for id in conn.channels {
            if let Some(channel) = self.channels.get_mut(&id) {
                channel.remove_client(key.slot);
            }
            self.forget_if_idle(id);
        }
    }

    /// Adds a socket to a channel, held.
    pub(super) fn add_client(&mut self, key: ConnKey, id: ChannelId) {
        if let Some(conn) = self.conns.get(key) {
            let channel = self.channels.entry(id).or_insert_with(|| Channel::new(id));
            channel.add_client(key.slot, conn);
        }
    }

    /// Removes a held socket from a channel, unless its user became a member meanwhile.
    pub(super) fn remove_client(&mut self, key: ConnKey, id: ChannelId) {
        let Some(conn) = self.conns.get(key) else { return };
        let channel = self.channels.get_mut(&id);
        if !channel.is_some_and(|channel| channel.go_live_as_joined(key.slot, conn)) {
            self.take_out(key.slot, id);
        }
    }

    /// Removes the socket in a slot from a channel; whether it was in it.
    fn take_out(&mut self, slot: Slot, id: ChannelId) -> bool {
        let removed = self.channels.get_mut(&id).is_some_and(|c| c.remove_client(slot));
        if removed && let Some(conn) = self.conns.at(slot) {
            conn.channels.retain(|other| *other != id);
        }
        self.forget_if_idle(id);
        removed
    }

    /// Makes a held socket live; if the channel went away meanwhile, the socket is told.
    pub(super) fn go_live(
        &mut self,
        key: ConnKey,
        id: ChannelId,
        seq: Seq,
        first: Option<Frame>,
    ) -> GoLive {
        let Some(conn) = self.conns.get(key) else { return GoLive::Gone };
        let channel = self.channels.get_mut(&id);
        let outcome = channel.map_or(GoLive::Gone, |c| c.go_live(key.slot, conn, seq, first));
        if outcome == GoLive::Gone {
            tell_gone(conn, id);
        }
        outcome
    }

    /// Whether there is room to take more from the inbox.
    pub(super) fn has_room(&self) -> bool {
        self.waiting_bytes < WAITING_BYTES_MAX
    }

    /// Takes in what the inbox held.
    pub(super) fn take_in(&mut self, notice: Notice) {
        match notice {
            Notice::Committed(deliveries) => {
                for at in 0..deliveries.len() {
                    self.announce(&deliveries, at);
                }
            }
            Notice::Reply(key, channel, frame) => {
                let Some(conn) = self.conns.get(key) else { return };
                match channel.and_then(|id| self.channels.get_mut(&id)) {
                    Some(channel) => channel.acknowledge(key.slot, conn, frame),
                    None => conn.write(&frame),
                }
            }
        }
    }

    fn announce(&mut self, deliveries: &Arc<[Delivery]>, at: usize) {
        let Some(delivery) = deliveries.get(at) else { return };
        let change = || Waiting::Change(Arc::clone(deliveries), at);
        match delivery {
            Delivery::Events(id, burst) => self.enqueue(*id, || Waiting::Events(burst.clone())),
            Delivery::Updated(id, frame) => self.enqueue(*id, || Waiting::Frame(frame.clone())),
            Delivery::Detach(id, _) | Delivery::Deleted(id) => self.enqueue(*id, change),
            Delivery::Attach(id, users, ..) => {
                // It may be the first that this shard hears of the channel.
                if users.iter().any(|user| self.users.contains_key(user)) {
                    self.channels.entry(*id).or_insert_with(|| Channel::new(*id));
                }
                // Also where nobody of them is yet: whoever comes before its turn is meant, too.
                self.enqueue(*id, change);
            }
            Delivery::Read(id, user, frame) => self.tell_read(*id, *user, frame),
            Delivery::Personal(id, user, frame) => {
                for slot in self.slots_of(*user) {
                    let conn = self.conns.at(slot);
                    if let Some(conn) = conn.filter(|conn| conn.scope.covers(*id)) {
                        conn.write_ephemeral(frame);
                    }
                }
            }
            Delivery::ClientEnded(user, client) => {
                for slot in self.slots_of(*user) {
                    let conn = self.conns.at(slot).filter(|c| c.caller.client_id == *client);
                    if let Some(conn) = conn {
                        conn.close(close_code::NOT_LOGGED_IN, "logged out");
                    }
                }
            }
        }
    }

    /// Has a channel that is live here do something when it is its turn.
    fn enqueue(&mut self, id: ChannelId, waiting: impl FnOnce() -> Waiting) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let before = channel.waiting_bytes();
        channel.announce(waiting());
        self.waiting_bytes += channel.waiting_bytes() - before;
        if !std::mem::replace(&mut channel.queued, true) {
            let at = channel.pace.not_before();
            self.queue(id, at);
        }
    }

    fn queue(&mut self, id: ChannelId, at: Duration) {
        if at == Duration::ZERO {
            self.ready.push_back(id);
        } else {
            self.paced.push(Reverse((at, id)));
        }
    }

    /// Writes: each channel in turn, until about `budget` sockets had theirs.
    pub(super) fn run(&mut self, clock: &dyn Fn() -> Duration, mut budget: usize) -> Progress {
        loop {
            let now = clock();
            while let Some(Reverse((at, id))) = self.paced.peek().copied()
                && at <= now
            {
                self.paced.pop();
                self.ready.push_back(id);
            }
            let Some(id) = self.ready.pop_front() else {
                let next = self.paced.peek();
                return next.map_or(Progress::Idle, |Reverse((at, _))| Progress::Until(*at));
            };
            if budget == 0 {
                self.ready.push_front(id);
                return Progress::Busy;
            }
            let spent = self.turn(id, now, clock, budget.min(TURN));
            budget = budget.saturating_sub(spent.max(1));
        }
    }

    /// Gives a channel its turn; how many sockets it took.
    fn turn(
        &mut self,
        id: ChannelId,
        now: Duration,
        clock: &dyn Fn() -> Duration,
        most: usize,
    ) -> usize {
        let Some(channel) = self.channels.get_mut(&id) else { return 0 };
        let before = channel.waiting_bytes();
        let turn = channel.turn(&mut self.conns, now);
        self.waiting_bytes -= before - channel.waiting_bytes();
        match turn {
            Turn::Nothing => {
                channel.queued = false;
                self.forget_if_idle(id);
                0
            }
            Turn::Change(of, at) => {
                if let Some(delivery) = of.get(at) {
                    self.change(delivery);
                }
                if self.channels.contains_key(&id) {
                    self.ready.push_back(id);
                }
                0
            }
            Turn::Pass => {
                let (spent, done) = channel.advance(&mut self.conns, most);
                if !done {
                    self.ready.push_back(id);
                } else if channel.end_pass(&mut self.conns, clock()) {
                    let at = channel.pace.not_before();
                    self.queue(id, at);
                } else {
                    channel.queued = false;
                    self.forget_if_idle(id);
                }
                spent
            }
        }
    }

    /// Makes a change of who is in a channel, once it is its turn.
    fn change(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Attach(id, users, seq, frame) => {
                for user in users {
                    self.attach(*id, *user, *seq, frame);
                }
            }
            Delivery::Detach(id, user) => {
                for slot in self.slots_of(*user) {
                    if self.take_out(slot, *id)
                        && let Some(conn) = self.conns.at(slot)
                    {
                        tell_gone(conn, *id);
                    }
                }
            }
            Delivery::Deleted(id) => {
                let Some(channel) = self.channels.remove(id) else { return };
                self.waiting_bytes -= channel.waiting_bytes();
                for slot in channel.slots() {
                    if let Some(conn) = self.conns.at(slot) {
                        conn.channels.retain(|other| other != id);
                        tell_gone(conn, *id);
                    }
                }
            }
            Delivery::Events(..)
            | Delivery::Updated(..)
            | Delivery::Read(..)
            | Delivery::Personal(..)
            | Delivery::ClientEnded(..) => {}
        }
    }

    /// Adds a new member's sockets to a channel, live after `seq`.
    fn attach(&mut self, id: ChannelId, user: UserId, seq: Seq, frame: &Frame) {
        for slot in self.slots_of(user) {
            let Some(conn) = self.conns.at(slot).filter(|c| c.scope == Scope::All) else {
                continue;
            };
            let channel = self.channels.entry(id).or_insert_with(|| Channel::new(id));
            channel.join(slot, conn, seq, frame);
        }
    }

    /// Read positions go to the reader's own sockets; and in channels that aren't too large to all.
    fn tell_read(&mut self, id: ChannelId, user: UserId, frame: &Frame) {
        let Some(channel) = self.channels.get(&id) else { return };
        let to_all = channel.slots().len() <= EPHEMERAL_AUDIENCE_MAX;
        if to_all {
            for slot in channel.slots() {
                if let Some(conn) = self.conns.at(slot) {
                    conn.write_ephemeral(frame);
                }
            }
            return;
        }
        for slot in self.slots_of(user) {
            let conn = self.conns.at(slot).filter(|conn| conn.channels.contains(&id));
            if let Some(conn) = conn {
                conn.write_ephemeral(frame);
            }
        }
    }

    /// Tells a channel's sockets, this user's aside, something that may be dropped.
    pub(super) fn tell_others(&mut self, id: ChannelId, user: UserId, frame: &Frame) {
        let Some(channel) = self.channels.get(&id) else { return };
        for slot in channel.slots() {
            if let Some(conn) = self.conns.at(slot).filter(|conn| conn.caller.user_id != user) {
                conn.write_ephemeral(frame);
            }
        }
    }

    /// Does something with each socket, from a slot on; the slot to go on from, or None.
    pub(super) fn each(
        &mut self,
        from: Slot,
        most: Slot,
        mut what: impl FnMut(&mut Conn),
    ) -> Option<Slot> {
        let end = from.saturating_add(most).min(self.conns.slots());
        for slot in from..end {
            if let Some(conn) = self.conns.at(slot) {
                what(conn);
            }
        }
        (end < self.conns.slots()).then_some(end)
    }

    fn slots_of(&self, user: UserId) -> Vec<Slot> {
        let clients = self.users.get(&user).into_iter().flatten();
        let clients = clients.filter_map(|id| self.clients.get(id));
        clients.flat_map(|client| client.conns()).copied().collect()
    }

    fn forget_if_idle(&mut self, id: ChannelId) {
        if self.channels.get(&id).is_some_and(Channel::is_idle) {
            self.channels.remove(&id);
        }
    }
}

/// Tells a socket that a channel is gone for it: a frame, or the end if it was its only one.
fn tell_gone(conn: &mut Conn, channel_id: ChannelId) {
    match conn.scope {
        Scope::One(_) => conn.close(close_code::NOT_A_MEMBER, "no longer a member"),
        Scope::All if conn.welcomed => {
            conn.write_message(&ServerMessage::Channel(ChannelFrame {
                channel_id,
                change: ChannelChange::Deleted,
                channel: None,
            }));
        }
        Scope::All | Scope::Nothing => {}
    }
}
