//! The connections: they open, go on with their tasks, take what they can, resume, and go.

use super::{Commit, World};
use crate::domain::announcement::Announcement;
use crate::domain::client::Scope;
use crate::domain::frame::{Frame, opcode};
use crate::domain::hub::simulation::peer::{Peer, Reads};
use crate::domain::identity::Caller;
use crate::domain::model_socket::ModelSocket;
use shared::{ClientId, Seq, UserId};
use uuid::Uuid;

impl World {
    pub(super) fn open(&mut self) {
        if self.peers.iter().filter(|peer| !peer.forgotten).count() >= 14 {
            return;
        }
        let user_id = self.users[self.chance.below(self.users.len())];
        let of_user = self.chance.place(&self.store.rooms, |room| room.has(user_id));
        let (scope, after) = match of_user {
            Some(at) if self.chance.once_in(3) => {
                let head = self.store.rooms[at].head() as usize;
                let after = self.chance.below(head + 1) as u64;
                let replayed = self.chance.once_in(2);
                (Scope::One(self.store.rooms[at].id), replayed.then_some(after))
            }
            _ => (Scope::All, None),
        };
        let reads = match self.chance.below(10) {
            _ if self.floods > 0 && self.chance.once_in(3) => Reads::Never,
            0..6 => Reads::Well,
            6..9 => Reads::Slowly,
            _ => Reads::Never,
        };
        self.open_as(user_id, (scope, after), reads);
    }

    /// Opens a socket of this user.
    pub(super) fn open_as(&mut self, user_id: UserId, what: (Scope, Option<Seq>), reads: Reads) {
        let (user, device) = (user_id.0.as_u128(), self.chance.below(2) as u128);
        let client_id = ClientId(Uuid::from_u128(user * 2 + device));
        let caller = Caller::device(user_id, client_id);
        let socket = ModelSocket::default();
        match reads {
            Reads::Well => {}
            Reads::Slowly => socket.take(self.chance.below(400)),
            Reads::Never => socket.take(self.chance.below(4_000)),
        }
        let shard = self.hub.enter(user_id).unwrap();
        let now = self.now.get();
        let key = self.hub.register_conn(shard, caller, what.0, socket.handle(), now);
        self.peers.push(Peer::new((socket, key), caller, what, reads));
    }

    pub(super) fn go_on(&mut self) {
        if let Some(at) = self.chance.place(&self.peers, |peer| !peer.forgotten && !peer.is_idle())
        {
            self.peers[at].step(&self.hub, &self.store, &mut self.chance);
        }
    }

    pub(super) fn take_some(&mut self) {
        let slow = |peer: &Peer| peer.reads == Reads::Slowly && !peer.forgotten;
        let Some(at) = self.chance.place(&self.peers, slow) else { return };
        let most = if self.chance.once_in(5) { 40_000 } else { 700 };
        self.peers[at].socket.take(1 + self.chance.below(most));
        self.flush(at);
    }

    pub(super) fn flush(&mut self, at: usize) {
        let peer = &mut self.peers[at];
        if peer.is_stalled() && self.hub.flush(peer.key) {
            peer.flushed += 1;
        }
    }

    pub(super) fn resume(&mut self) {
        let idle = |peer: &Peer| peer.is_idle() && !peer.forgotten;
        let Some(at) = self.chance.place(&self.peers, idle) else { return };
        for _ in 0..1 + self.chance.below(2) {
            let room = match self.peers[at].scope {
                Scope::One(id) => &self.store.rooms[self.store.place(id)],
                _ => &self.store.rooms[self.chance.below(self.store.rooms.len())],
            };
            let (id, head) = (room.id, room.head() as usize);
            let beyond = if self.chance.once_in(9) { 4 } else { 1 };
            let back = if self.chance.once_in(2) { 10 } else { head + 1 };
            let lowest = head.saturating_sub(back);
            let cursor = (lowest + self.chance.below(head + beyond - lowest)) as u64;
            self.peers[at].resume(id, cursor);
        }
    }

    pub(super) fn say_something_light(&mut self) {
        let idle = |peer: &Peer| peer.is_idle() && !peer.forgotten;
        let Some(at) = self.chance.place(&self.peers, idle) else { return };
        let key = self.peers[at].key;
        if self.chance.once_in(3) {
            self.hub.write_control(key, &Frame::new(opcode::PONG, b"1"));
        } else {
            let room = self.chance.below(self.store.rooms.len());
            self.hub.typing(key, self.store.rooms[room].id, self.now.get());
        }
    }

    pub(super) fn lose_or_close(&mut self) {
        let there = |peer: &Peer| !peer.forgotten && !peer.lost;
        let Some(at) = self.chance.place(&self.peers, there) else { return };
        let peer = &mut self.peers[at];
        match self.chance.below(8) {
            0..4 => {
                peer.socket.lose();
                peer.lost = true;
            }
            4..7 => self.hub.close(peer.key, 1000, ""),
            _ => {
                let Caller { user_id, client_id, .. } = peer.caller;
                let announcements = vec![Announcement::ClientEnded(user_id, client_id)];
                self.committed.push_back(Commit { announcements, ..Commit::default() });
            }
        }
    }

    /// The task of a connection that is over ends.
    pub(super) fn let_go(&mut self) {
        let over = |peer: &Peer| {
            !peer.forgotten && (peer.lost || peer.is_idle() && self.hub.closing(peer.key).is_some())
        };
        if let Some(at) = self.chance.place(&self.peers, over) {
            self.forget(at);
        }
    }

    pub(super) fn forget(&mut self, at: usize) {
        let peer = &mut self.peers[at];
        peer.forgotten = true;
        self.hub.remove_conn(peer.key);
        self.hub.leave(peer.caller.user_id, peer.key.shard);
    }
}
